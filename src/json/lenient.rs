//! JSON that is grammatical but has no value: a lone surrogate escape, a number that overflows
//! `f64`.

/// Returns a document of the same length with U+FFFD and 0 in the place of such; `None` if it holds
/// none.
pub(crate) fn replaced(json: &str) -> Option<String> {
    let mut bytes = json.as_bytes().to_vec();
    let (mut at, mut in_text, mut is_changed) = (0, false, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (step, filling): (usize, Option<&[u8]>) = match rest {
            [b'\\', ..] if in_text => match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
                (Some(0xD800..=0xDFFF), _) => (6, Some(b"\\ufffd")),
                _ => (2, None),
            },
            [b'"', ..] => {
                in_text = !in_text;
                (1, None)
            }
            [b'-' | b'0'..=b'9', ..] if !in_text => {
                let is_number =
                    |b: &&u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let number = rest.iter().take_while(is_number).count();
                let text = rest.get(..number).and_then(|number| std::str::from_utf8(number).ok());
                let value = text.and_then(|text| text.parse::<f64>().ok());
                (number, value.filter(|value| value.is_infinite()).map(|_| b"0".as_slice()))
            }
            _ => (1, None),
        };
        if let (Some(filling), Some(place)) = (filling, bytes.get_mut(at..at + step)) {
            // White space behind a number changes nothing.
            place
                .iter_mut()
                .zip(filling.iter().chain(std::iter::repeat(&b' ')))
                .for_each(|(b, new)| *b = *new);
            is_changed = true;
        }
        at += step;
    }
    if is_changed { String::from_utf8(bytes).ok() } else { None }
}

/// The code unit that `\uXXXX` stands for.
pub(super) fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
