//! Sinks: readers of JSON values of any type, which do not fail on a type that they did not expect.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::lenient::refuse_large;
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

/// The way in which the values of a document are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// By `serde_json`, in one pass. The document fails for a value that is grammatical but has no
    /// value (a lone surrogate, `1e999`). Escapes of a text are resolved in a buffer of
    /// `serde_json` that nobody wipes.
    Direct,
    /// Each value on its own, once its end is found. Such a value can fail alone, and escapes are
    /// resolved in a buffer that is wiped. Values are scanned several times.
    Apart,
}

/// A receiver of one value of any type. A value of a type that is not overridden is read and
/// dropped.
pub(crate) trait Sink<'de>: Sized {
    fn text(self, _text: &str) {}

    fn truth(self, _truth: bool) {}

    fn number(self) {}

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

    fn list<A: SeqAccess<'de>>(self, items: &mut Items<'de, A>) -> Result<(), A::Error> {
        while items.seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// The items of a list that is being read.
pub(crate) struct Items<'de, A> {
    seq: A,
    document: &'de str,
    mode: Mode,
}

impl<'de, A: SeqAccess<'de>> Items<'de, A> {
    /// Reads the next item into a sink, and returns its kind, or `None` at the end.
    pub(super) fn next<S: Sink<'de>>(&mut self, sink: S) -> Result<Option<Kind>, A::Error> {
        self.seq.next_element_seed(Any { sink, document: self.document, mode: self.mode })
    }
}

/// Reads one document, with nothing but white space after it, into a sink, and returns its kind.
pub(crate) fn read<'de, S: Sink<'de>>(json: &'de str, mode: Mode, sink: S) -> Result<Kind, Fault> {
    if mode == Mode::Apart && !json.trim_start().starts_with('{') {
        let value = serde_json::from_str::<&RawValue>(json)?;
        return read_apart(value.get(), sink).map_err(|_| Fault::valueless(json));
    }
    read_in_place(json, mode, sink)
}

fn read_in_place<'de, S: Sink<'de>>(json: &'de str, mode: Mode, sink: S) -> Result<Kind, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let kind = Any { sink, document: json, mode }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(kind)
}

/// Reads a value whose grammar was checked. Texts and numbers are not passed to `serde_json`.
pub(super) fn read_apart<'de, S: Sink<'de>>(json: &'de str, mut sink: S) -> Result<Kind, Fault> {
    if Kind::of(json) == Kind::Text {
        sink.not_an_object::<serde_json::Error>()?;
        let read = with_text(json, |text| sink.text(text));
        return read.map(|()| Kind::Text).ok_or_else(|| Fault::valueless(json));
    }
    match json.parse::<f64>() {
        Ok(number) if number.is_infinite() => Err(Fault::valueless(json)),
        Ok(_) => {
            sink.not_an_object::<serde_json::Error>()?;
            sink.number();
            Ok(Kind::Other)
        }
        Err(_) => read_in_place(json, Mode::Apart, sink),
    }
}

/// Reads any value into a sink, and returns its kind.
pub(super) struct Any<'de, S> {
    pub(super) sink: S,
    pub(super) document: &'de str,
    pub(super) mode: Mode,
}

impl<'de, S: Sink<'de>> Any<'de, S> {
    fn number<E: Error>(mut self) -> Result<Kind, E> {
        self.sink.not_an_object()?;
        self.sink.number();
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
            let kind = self.number()?;
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, seq: A) -> Result<Kind, A::Error> {
        self.sink.not_an_object()?;
        let mut items = Items { seq, document: self.document, mode: self.mode };
        self.sink.list(&mut items).map(|()| Kind::Other)
    }

    fn visit_bool<E: Error>(mut self, truth: bool) -> Result<Kind, E> {
        self.sink.not_an_object()?;
        self.sink.truth(truth);
        Ok(Kind::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Kind, E> {
        self.number()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Kind, E> {
        self.number()
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Kind, E> {
        let kind = self.number()?;
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
