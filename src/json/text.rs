//! Texts that may be secret. `serde_json` resolves the escapes of a text in a buffer that nobody
//! wipes, so it only finds the end of such a text, and its escapes are resolved here.

use serde::de::{Error, MapAccess};
use zeroize::Zeroizing;

use super::lenient::code_unit;
use super::{Kind, Members, Sink, Text, read};

/// Reads texts that may be secret out of one document.
#[derive(Clone, Copy)]
pub(crate) struct TextReader {
    has_escapes: bool,
}

impl TextReader {
    /// For a document that may hold escapes.
    pub(crate) const CAREFUL: Self = TextReader { has_escapes: true };

    pub(crate) fn new(json: &str) -> Self {
        // In pieces that are looked at as a whole, which is several times as fast as byte by byte.
        let has_escape =
            |piece: &[u8]| piece.iter().fold(false, |so_far, b| so_far | (*b == b'\\'));
        TextReader { has_escapes: json.as_bytes().chunks(256).any(has_escape) }
    }

    /// Reads a value of which only the text matters, and returns its kind.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        self,
        members: &mut Members<'de, A>,
        take: impl FnOnce(&str),
    ) -> Result<Kind, A::Error> {
        self.read_into(members, Text(take))
    }

    /// Reads a value into a sink, and returns its kind.
    pub(crate) fn read_into<'de, A: MapAccess<'de>, S: Sink<'de>>(
        self,
        members: &mut Members<'de, A>,
        mut sink: S,
    ) -> Result<Kind, A::Error> {
        if !self.has_escapes {
            return members.value(sink);
        }
        let json = members.raw()?;
        // An error with a position of its own would be one in the middle of the document.
        let meaningless = || A::Error::custom("");
        if json.starts_with('"') {
            sink.not_an_object()?;
            with_text(json, |text| sink.text(text)).ok_or_else(meaningless)?;
            return Ok(Kind::Text);
        }
        read(json, sink).map_err(|_| meaningless())
    }
}

/// Takes the text that a JSON string stands for; `None` for what is no string, or where half a
/// surrogate pair in it stands for nothing.
pub(crate) fn with_text<T>(json: &str, take: impl FnOnce(&str) -> T) -> Option<T> {
    let mut rest = json.strip_prefix('"')?.strip_suffix('"')?;
    if !rest.contains('\\') {
        return Some(take(rest));
    }
    // A text is never longer than it is written, so this never has to grow.
    let mut text = Zeroizing::new(String::with_capacity(rest.len()));
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        text.push_str(before);
        let (c, after) = unescaped(escape)?;
        text.push(c);
        rest = after;
    }
    text.push_str(rest);
    Some(take(&text))
}

/// The character that an escape stands for, and what follows it.
fn unescaped(escape: &str) -> Option<(char, &str)> {
    let unit = |at| escape.as_bytes().get(at..).and_then(code_unit);
    let (c, length) = match (unit(0), unit(6)) {
        (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
            (char::decode_utf16([high, low]).next()?.ok()?, 12)
        }
        (Some(unit), _) => (char::from_u32(unit.into())?, 6),
        (None, _) => match escape.as_bytes().get(1)? {
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{C}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            itself => (char::from(*itself), 2),
        },
    };
    Some((c, escape.get(length..)?))
}
