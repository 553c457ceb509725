//! Texts in base64, recognised by their start: of a document, once or several times over, or of
//! `user:password`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The content of a text in base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base64Content {
    /// A JSON object or a gzip archive, encoded this many times.
    Document {
        layers: usize,
    },
    UserAndPassword,
}

/// The number of characters that are decoded: whole groups of four.
const START: usize = 96;

impl Base64Content {
    /// Returns the content of a text that is base64 as a whole, with white space in it or not.
    /// Returns `None` for any other text and any other content.
    pub(super) fn of(text: &str) -> Option<Self> {
        if !text.bytes().all(|b| is_space(b) || is_base64(b)) {
            return None;
        }
        let mut encoded = Zeroizing::new([0; START]);
        let mut decoded = Zeroizing::new([0; START]);
        let mut len = copy_groups(text.as_bytes(), &mut encoded)?;
        // Each layer has three quarters of the characters of the one around it.
        for layers in 1.. {
            // The error is dropped: it quotes a byte.
            let start = encoded.get(..len).filter(|start| !start.is_empty())?;
            let decoded_len = STANDARD.decode_slice(start, &mut *decoded).ok()?;
            let start = decoded.get(..decoded_len)?;
            if is_start_of_document(start) {
                return Some(Base64Content::Document { layers });
            }
            if layers == 1 && start.contains(&b':') && start.iter().all(u8::is_ascii_graphic) {
                return Some(Base64Content::UserAndPassword);
            }
            len = copy_groups(start, &mut encoded)?;
        }
        None
    }
}

/// Copies whole groups of base64 from the start of a text, without white space, and returns their
/// length. Returns `None` if there is another character among them.
fn copy_groups(text: &[u8], groups: &mut [u8; START]) -> Option<usize> {
    let mut len = 0;
    let characters = text.iter().filter(|b| !is_space(**b));
    for (slot, character) in groups.iter_mut().zip(characters) {
        if !is_base64(*character) {
            return None;
        }
        *slot = *character;
        len += 1;
    }
    Some(len - len % 4)
}

/// Returns whether bytes begin like a JSON object or a gzip archive. A brace alone is not enough:
/// one token of 256 begins so.
fn is_start_of_document(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return true;
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let after_brace = text.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    after_brace.is_some_and(|rest| matches!(rest, [] | [b'"' | b'}', ..]))
}

fn is_space(b: u8) -> bool {
    matches!(b, b'\r' | b'\n' | b'\t' | b' ')
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}
