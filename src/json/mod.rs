//! The boundary between `serde_json` and the rest of this crate: hostile JSON in, sinks or a
//! [`Value`] out.
//!
//! Three things do not cross it:
//!
//! - `serde_json::Value`. With the feature `raw_value`, an object whose first key is
//!   `$serde_json::private::RawValue` makes it parse a text with a fresh recursion limit: 86 kB
//!   overflow a stack of 2 MiB, and fields appear that no other reader sees.
//! - Features of `serde_json` that any crate of a build can turn on. With `arbitrary_precision` a
//!   number reaches a visitor as a map ([`Members::is_number`]). With and without `float_roundtrip`
//!   different numbers overflow ([`lenient`]).
//! - Errors of `serde_json`, which quote the input ([`Fault`]).

mod definition;
mod fault;
mod foreign;
mod lenient;
mod members;
mod other_format;
mod sink;
mod text;
mod value;

pub(crate) use self::definition::{read_definition, read_fields};
pub(crate) use self::fault::{Fault, FaultKind};
pub(crate) use self::foreign::{foreign_compression, text_of};
pub(crate) use self::members::Members;
pub(crate) use self::other_format::{Expected, non_object_problem};
pub(crate) use self::sink::{Kind, Mode, Sink, read};
pub(crate) use self::text::with_text;
pub(crate) use self::value::Value;

/// Returns whether `part` is a piece of `whole` in memory.
pub(crate) fn is_within(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.as_bytes().as_ptr_range(), part.as_bytes().as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}

/// Returns the line and the column of the first character that is not white space, both from 1.
pub(crate) fn start_of(json: &str) -> (usize, usize) {
    let (mut line, mut column) = (1, 1);
    for space in json.chars().take_while(|c| c.is_whitespace()) {
        (line, column) =
            if space == '\n' { (line + 1, 1) } else { (line, column + space.len_utf8()) };
    }
    (line, column)
}
