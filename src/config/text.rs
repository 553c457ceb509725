//! Texts that may be secret. Where there are escapes in one, `serde_json` puts it aside to resolve them, in
//! memory that nobody wipes; so it only finds where such a text ends, and it is read here.

use serde::de::{DeserializeSeed, Error, MapAccess};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::meaningless::code_unit;
use super::value::{Any, Kind, Text};

/// Reads texts that may be secret out of one document.
#[derive(Clone, Copy)]
pub(crate) struct TextReader {
    has_escapes: bool,
}

impl TextReader {
    /// For a document that may hold escapes.
    pub(crate) const CAREFUL: Self = TextReader { has_escapes: true };

    pub(super) fn new(json: &str) -> Self {
        // In pieces that are looked at as a whole, which is several times as fast as byte by byte.
        let has_escape =
            |piece: &[u8]| piece.iter().fold(false, |so_far, b| so_far | (*b == b'\\'));
        TextReader { has_escapes: json.as_bytes().chunks(256).any(has_escape) }
    }

    /// Reads a value of which only the text matters, and tells what it was.
    pub(crate) fn read<'de, A: MapAccess<'de>>(
        self,
        map: &mut A,
        take: impl FnOnce(&str),
    ) -> Result<Kind, A::Error> {
        // Without an escape there is nothing to put aside.
        if !self.has_escapes {
            return map.next_value_seed(Any(Text(take)));
        }
        let json = map.next_value::<&RawValue>()?.get();
        // Its own error may quote, and where in the file it is the caller's parser knows better.
        let meaningless = || A::Error::custom("");
        if json.starts_with('"') {
            with_text(json, take).ok_or_else(meaningless)?;
            return Ok(Kind::Text);
        }
        let mut other = serde_json::Deserializer::from_str(json);
        Any(Text(|_: &str| ())).deserialize(&mut other).map_err(|_| meaningless())
    }
}

/// Takes the text that a JSON string stands for; `None` for what is no string, or where half a surrogate pair
/// in it stands for nothing.
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
