//! Texts that may be secret. `serde_json` resolves escapes in a buffer that nobody wipes, so they
//! are resolved here.

use zeroize::Zeroizing;

/// Takes the text of a JSON string. Returns `None` if the value is not a string, or if the string
/// holds a lone surrogate.
pub(crate) fn with_text<T>(json: &str, take: impl FnOnce(&str) -> T) -> Option<T> {
    let mut rest = json.strip_prefix('"')?.strip_suffix('"')?;
    if !rest.contains('\\') {
        return Some(take(rest));
    }
    // A text is never longer than its JSON, so this buffer never grows.
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

/// Returns the character of the escape at the start of a text, and the text after the escape.
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

/// Returns the code unit of the escape `\uXXXX` at the start of a text.
pub(super) fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
