//! Sinks: readers of JSON values of any type, which do not fail on a type that they did not expect.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::lenient::{overflows, refuse_large};
use super::{Fault, Members, with_text};

/// The kind of a value, as far as it matters to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Text,
    Null,
    Other,
}

impl Kind {
    /// Returns the kind of a value by its first byte.
    pub(super) fn of(json: &str) -> Self {
        match json.as_bytes() {
            [b'{', ..] => Kind::Object,
            [b'"', ..] => Kind::Text,
            [b'n', ..] => Kind::Null,
            _ => Kind::Other,
        }
    }

    pub(crate) fn is_neither_text_nor_null(&self) -> bool {
        !matches!(self, Kind::Text | Kind::Null)
    }
}

/// How the values of a document are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By `serde_json`, in one pass. The document fails for a value that is grammatical but has no
    /// value (a lone surrogate, `1e999`). Escapes of a text are resolved in a buffer of `serde_json`
    /// that nobody wipes.
    Direct,
    /// Each value on its own, once its end is found. Such a value can fail alone, and escapes are
    /// resolved in a buffer that is wiped. Values are scanned several times.
    Apart,
}

/// A receiver of one value of any type. A type that is not overridden is read and forgotten.
pub(crate) trait Sink<'de>: Sized {
    fn text(self, _text: &str) {}

    /// Called for a value that is neither an object nor null, before it is read. An error ends the
    /// reading.
    fn not_an_object<E: Error>(&mut self) -> Result<(), E> {
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while members.next_key(|_| ())?.is_some() {
            members.skip()?;
        }
        Ok(())
    }
}

/// Reads one document, with nothing but white space after it, into a sink, and returns its kind.
pub(crate) fn read<'de, S: Sink<'de>>(json: &'de str, mode: Mode, sink: S) -> Result<Kind, Fault> {
    if mode == Mode::Apart && !json.trim_start().starts_with('{') {
        let value = serde_json::from_str::<&RawValue>(json)?;
        return read_apart(value.get(), sink).map_err(|_| Fault::valueless(json));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let kind = Any { sink, document: json, mode }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(kind)
}

/// Reads a value whose grammar was checked.
pub(super) fn read_apart<'de, S: Sink<'de>>(json: &'de str, mut sink: S) -> Result<Kind, Fault> {
    let kind = Kind::of(json);
    match kind {
        Kind::Null => {}
        Kind::Object => return read(json, Mode::Apart, sink),
        Kind::Other if overflows(json) => return Err(Fault::valueless(json)),
        Kind::Other => sink.not_an_object::<serde_json::Error>()?,
        Kind::Text => {
            sink.not_an_object::<serde_json::Error>()?;
            with_text(json, |text| sink.text(text)).ok_or_else(|| Fault::valueless(json))?;
        }
    }
    Ok(kind)
}

/// Reads any value into a sink, and returns its kind.
pub(super) struct Any<'de, S> {
    pub(super) sink: S,
    pub(super) document: &'de str,
    pub(super) mode: Mode,
}

impl<'de, S: Sink<'de>> Any<'de, S> {
    fn other<E: Error>(mut self) -> Result<Kind, E> {
        self.sink.not_an_object()?;
        Ok(Kind::Other)
    }
}

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Any<'de, S> {
    type Value = Kind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Any<'de, S> {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Kind, A::Error> {
        let mut members = Members::new(map, self.document, self.mode)?;
        if members.is_number() {
            let kind = self.other()?;
            return members.read_number().map(|()| kind);
        }
        self.sink.object(&mut members).map(|()| Kind::Object)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Kind, E> {
        self.sink.not_an_object()?;
        self.sink.text(text);
        Ok(Kind::Text)
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
        let kind = self.other()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(kind)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Kind, E> {
        self.other()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Kind, E> {
        self.other()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Kind, E> {
        self.other()
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Kind, E> {
        let kind = self.other()?;
        refuse_large(value).map(|()| kind)
    }
}

/// A value of which only the text matters.
pub(super) struct Text<F>(pub(super) F);

impl<F: FnOnce(&str)> Sink<'_> for Text<F> {
    fn text(self, text: &str) {
        (self.0)(text);
    }
}
