//! The position and the kind of a JSON error, without its text: that quotes the input.

use std::io::Write;

use zeroize::Zeroizing;

use super::other_format::OtherFormat;
use super::{Expected, start_of};
use crate::error::Error;
use crate::level::Location;

/// A document that is not JSON, or one that its sink refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// From 1.
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

impl Fault {
    /// A whole document without a value: a lone surrogate, a number that overflows.
    pub(super) fn valueless(json: &str) -> Self {
        let (line, column) = start_of(json);
        Fault { line, column, kind: FaultKind::Invalid }
    }

    /// Returns the error for a document that cannot be read. A text in another format is named.
    pub(crate) fn into_error(self, text: &str, location: &Location, expected: Expected) -> Error {
        let Fault { line, column, kind } = self;
        let other = OtherFormat::of(text).and_then(|format| format.texts(expected));
        let (problem, advice) = other.unwrap_or(match kind {
            FaultKind::EndsEarly => ("the JSON ends too early,", "the file may be cut short"),
            FaultKind::TooDeep => ("the JSON is nested deeper than 128 levels", "flatten it"),
            FaultKind::TextAfterEnd => (
                "there is text after the end of the JSON,",
                "remove it, or put back what it belongs to",
            ),
            FaultKind::Invalid => {
                ("invalid JSON", "check it with a JSON validator that keeps its input to itself")
            }
        });
        Error::Syntax { location: location.clone(), problem, line, column, advice }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        // Only the start of the text is looked at, because the rest may quote a secret.
        let mut start = Zeroizing::new([0; 20]);
        let _ = write!(&mut start[..], "{error}");
        let kind = match () {
            () if error.is_eof() => FaultKind::EndsEarly,
            () if start.starts_with(b"recursion limit") => FaultKind::TooDeep,
            () if start.starts_with(b"trailing characters") => FaultKind::TextAfterEnd,
            () => FaultKind::Invalid,
        };
        Fault { line: error.line(), column: error.column(), kind }
    }
}
