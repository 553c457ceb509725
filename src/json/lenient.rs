//! JSON that is grammatical but has no value (a lone surrogate escape, a number that overflows an
//! `f64`), and numbers of which `serde_json` may say either.

use zeroize::Zeroizing;

/// From here on `serde_json` may find that a number overflows that does not, or the other way
/// round, as its features have it. It is far below the largest `f64`, so that rounding does not
/// matter.
pub(super) const LARGE: f64 = 1e308;

/// Returns a document of the same length with U+FFFD in the place of lone surrogates, and with 0 in
/// that of numbers that may overflow; `None` if it holds neither.
pub(crate) fn replaced(json: &str) -> Option<Zeroizing<String>> {
    filled(json, |oddity| match oddity {
        Oddity::LoneSurrogate => Some(b"\\ufffd"),
        Oddity::Number { .. } => Some(b"0"),
    })
}

/// Returns a document of the same length in which a number overflows for `serde_json` exactly where
/// it overflows; `None` if no number in it may. Which do must not depend on the features of
/// `serde_json` that another crate turns on.
pub(crate) fn with_exact_overflows(json: &str) -> Option<Zeroizing<String>> {
    filled(json, |oddity| match oddity {
        Oddity::LoneSurrogate => None,
        // No number that overflows is shorter.
        Oddity::Number { overflows: true } => Some(b"1e999"),
        Oddity::Number { overflows: false } => Some(b"0"),
    })
}

#[derive(Clone, Copy)]
enum Oddity {
    LoneSurrogate,
    /// A number with an exponent, or with as many digits as it takes to overflow without one.
    Number {
        overflows: bool,
    },
}

/// Returns a document with something else, which is no longer, in the place of oddities.
fn filled(
    json: &str,
    filling: impl Fn(Oddity) -> Option<&'static [u8]>,
) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(json.as_bytes().to_vec());
    let (mut at, mut in_text, mut is_changed) = (0, false, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (step, oddity) = match rest {
            [b'\\', ..] if in_text => match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
                (Some(0xD800..=0xDFFF), _) => (6, Some(Oddity::LoneSurrogate)),
                _ => (2, None),
            },
            [b'"', ..] => {
                in_text = !in_text;
                (1, None)
            }
            [b'-' | b'0'..=b'9', ..] if !in_text => number(rest),
            _ => (1, None),
        };
        if let Some(filling) = oddity.and_then(&filling) {
            // White space behind a number changes nothing.
            let filling = filling.iter().chain(std::iter::repeat(&b' '));
            if let Some(location) = bytes.get_mut(at..at + step) {
                location.iter_mut().zip(filling).for_each(|(b, new)| *b = *new);
                is_changed = true;
            }
        }
        at += step;
    }
    if !is_changed {
        return None;
    }
    String::from_utf8(std::mem::take(&mut *bytes)).ok().map(Zeroizing::new)
}

/// The length of the number that a text begins with, and whether it is odd.
fn number(text: &[u8]) -> (usize, Option<Oddity>) {
    // 10^308 has 309 digits.
    const DIGITS: usize = 300;

    let is_number = |b: &&u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let length = text.iter().take_while(is_number).count();
    let number = text.get(..length).and_then(|number| std::str::from_utf8(number).ok());
    let odd = number.filter(|number| number.len() > DIGITS || number.contains(['e', 'E']));
    let value = odd.and_then(|number| number.parse::<f64>().ok());
    (length, value.map(|value| Oddity::Number { overflows: value.is_infinite() }))
}

/// The code unit that `\uXXXX` stands for.
pub(super) fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
