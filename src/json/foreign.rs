//! Bytes that are not text in UTF-8, recognised so that the error says what they are.

use crate::error::Error;
use crate::level::Location;

/// Returns the text of a file without its byte-order mark.
///
/// # Errors
///
/// A blank file, an encoding other than UTF-8, a compressed file.
pub(crate) fn text_of<'b>(bytes: &'b [u8], location: &Location) -> Result<&'b str, Error> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty { location: location.clone() });
    }
    let refused = |problem| Err(Error::Encoding { location: location.clone(), problem });
    match (foreign_encoding(text), std::str::from_utf8(text)) {
        (Some(problem), _) => refused(problem),
        (None, Ok(text)) => Ok(text),
        (None, Err(_)) if is_encrypted(text) => refused("the file is encrypted; decrypt it first"),
        (None, Err(_)) => refused("the file is not UTF-8 text"),
    }
}

fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'{', 0, ..] | [0, b'{', ..] => {
            Some("the file is UTF-16; save it as UTF-8")
        }
        [0x1F, 0x8B, ..] => Some("an archive inside an archive or a Secret is not read"),
        bytes => foreign_compression(bytes),
    }
}

/// Returns whether bytes are a file of age or git-crypt.
fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(b"age-encryption.org/") || bytes.starts_with(b"\0GITCRYPT\0")
}

/// Returns an error text for bytes that are compressed, but not with gzip.
pub(crate) fn foreign_compression(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("the file is a zip archive; pack it with tar -czf"),
        [b'B', b'Z', b'h', ..]
        | [0xFD, b'7', b'z', b'X', b'Z', ..]
        | [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            Some("the file is compressed, but not with gzip; pack it with tar -czf")
        }
        _ => None,
    }
}
