//! The boundary between `serde_json` and the rest of this crate: hostile JSON in, sinks or a
//! [`Value`] out.
//!
//! Three things stay on the other side:
//!
//! - `serde_json::Value`. With the feature `raw_value`, an object whose first key is
//!   `$serde_json::private::RawValue` makes it parse a text with a fresh recursion limit: 86 kB
//!   overflow a stack of 2 MiB, and fields appear that no other reader sees.
//! - The features that any crate of a build can turn on. With `arbitrary_precision` numbers reach a
//!   visitor as maps ([`Members::is_number`]); with and without `float_roundtrip` other numbers
//!   overflow ([`with_exact_overflows`]).
//! - Its errors, which quote the input ([`Fault`]).

mod fault;
mod lenient;
mod members;
mod sink;
mod text;
mod value;

use std::collections::BTreeMap;

use serde::de::{DeserializeSeed, MapAccess};

pub(crate) use self::fault::{Fault, FaultKind};
use self::lenient::LARGE;
pub(crate) use self::lenient::{replaced, with_exact_overflows};
pub(crate) use self::members::Members;
use self::sink::Any;
pub(crate) use self::sink::{Kind, Sink, Text};
pub(crate) use self::text::{TextReader, with_text};
pub(crate) use self::value::Value;

/// Reads one document, with nothing but white space behind it, into a sink, and returns its kind.
pub(crate) fn read<'de, S: Sink<'de>>(json: &'de str, sink: S) -> Result<Kind, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let kind = Any { sink, document: json }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(kind)
}

/// Returns the members of an object as names and the JSON under them, the last of a name; `None` if
/// the document is not an object. The JSON is not copied: it may be secret.
pub(crate) fn fields(json: &str) -> Result<Option<BTreeMap<String, &str>>, Fault> {
    struct Fields<'f, 'de>(&'f mut BTreeMap<String, &'de str>);

    impl<'de> Sink<'de> for Fields<'_, 'de> {
        fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
            while let Some(name) = members.next_key(str::to_owned)? {
                self.0.insert(name, members.raw()?);
            }
            Ok(())
        }
    }

    let mut fields = BTreeMap::new();
    match read(json, Fields(&mut fields)) {
        Ok(kind) => Ok((kind == Kind::Object).then_some(fields)),
        // Members are not looked into, so a number that stopped this reading is the whole document.
        Err(fault) => match with_exact_overflows(json) {
            Some(exact) => match read(&exact, Fields(&mut BTreeMap::new()))? {
                Kind::Object => Err(fault),
                _ => Ok(None),
            },
            None => Err(fault),
        },
    }
}

/// Refuses a number that may overflow. Whether it does is told by its text, in a second reading.
fn not_large<E: serde::de::Error>(value: f64) -> Result<(), E> {
    if value.abs() < LARGE { Ok(()) } else { Err(E::custom("")) }
}

/// Returns whether one text lies within another in memory.
pub(crate) fn is_within(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.as_bytes().as_ptr_range(), part.as_bytes().as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}
