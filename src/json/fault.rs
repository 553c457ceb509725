//! The position and the kind of a JSON error, without its text: that quotes the input.

use std::fmt::{self, Write};

/// A document that is not JSON, or one that its sink refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// From 1; 0 where `serde_json` gives none.
    pub(crate) line: usize,
    /// In bytes, from 1; 0 at the start of a line.
    pub(crate) column: usize,
    pub(crate) kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    EndsEarly,
    /// More than 128 levels.
    TooDeep,
    TextAfterEnd,
    /// Any other fault, a sink's refusal included.
    Invalid,
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        let kind = match () {
            () if error.is_eof() => FaultKind::EndsEarly,
            () if begins_with(&error, "recursion limit") => FaultKind::TooDeep,
            () if begins_with(&error, "trailing characters") => FaultKind::TextAfterEnd,
            () => FaultKind::Invalid,
        };
        Fault { line: error.line(), column: error.column(), kind }
    }
}

/// Returns whether an error's text begins with `words`. The text is never assembled, because it may
/// quote a secret.
fn begins_with(error: &serde_json::Error, words: &str) -> bool {
    struct Expected<'w>(&'w str);

    impl Write for Expected<'_> {
        fn write_str(&mut self, written: &str) -> fmt::Result {
            let (expected, written) = (self.0.as_bytes(), written.as_bytes());
            let compared = expected.len().min(written.len());
            match expected.get(..compared) == written.get(..compared) {
                true => self.0 = self.0.get(compared..).unwrap_or_default(),
                false => return Err(fmt::Error),
            }
            // The text after the words is not compared.
            if self.0.is_empty() { Err(fmt::Error) } else { Ok(()) }
        }
    }

    let mut expected = Expected(words);
    let _ = write!(expected, "{error}");
    expected.0.is_empty()
}
