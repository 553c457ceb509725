//! JSON that is grammatical but has no value: a lone surrogate escape, a number that overflows an
//! `f64`.

use serde::de::Error;
use zeroize::Zeroizing;

use super::text::code_unit;

/// Refuses a number that `serde_json` parsed, if it may overflow. Near the largest `f64` that
/// depends on the features of `serde_json`, so `std` decides in a second reading.
pub(super) fn refuse_large<E: Error>(value: f64) -> Result<(), E> {
    // Far below the largest `f64`, so that rounding does not matter.
    if value.abs() < 1e308 { Ok(()) } else { Err(E::custom("")) }
}

/// Returns a document of the same length with U+FFFD in place of lone surrogates and `0` in place
/// of numbers that may overflow. Returns `None` if it holds neither.
pub(super) fn replaced(json: &str) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(json.as_bytes().to_vec());
    let (mut at, mut in_text, mut is_changed) = (0, false, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, replacement) = match rest {
            [b'\\', ..] if in_text => match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, ""),
                (Some(0xD800..=0xDFFF), _) => (6, r"\ufffd"),
                _ => (2, ""),
            },
            [b'"', ..] => {
                in_text = !in_text;
                (1, "")
            }
            [b'-' | b'0'..=b'9', ..] if !in_text => number(rest),
            _ => (1, ""),
        };
        if !replacement.is_empty() {
            is_changed = true;
            // White space after a number changes nothing.
            let padded = replacement.bytes().chain(std::iter::repeat(b' '));
            bytes.iter_mut().skip(at).take(length).zip(padded).for_each(|(b, new)| *b = new);
        }
        at += length;
    }
    if !is_changed {
        return None;
    }
    let text = String::from_utf8(std::mem::take(&mut *bytes));
    debug_assert!(text.is_ok(), "ASCII was replaced by ASCII");
    text.ok().map(Zeroizing::new)
}

/// Returns the length of the number at the start of a text, and its replacement if it may overflow.
fn number(text: &[u8]) -> (usize, &'static str) {
    // The largest `f64` has 309 digits.
    const DIGITS: usize = 300;

    let is_number = |b: &&u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let length = text.iter().take_while(is_number).count();
    let number = text.get(..length).and_then(|number| std::str::from_utf8(number).ok());
    let may_overflow = number.is_some_and(|number| {
        (number.len() > DIGITS || number.contains(['e', 'E'])) && number.parse::<f64>().is_ok()
    });
    (length, if may_overflow { "0" } else { "" })
}
