//! Sinks: readers of JSON values of any type, which do not fail on a type that they did not expect.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Members, not_large};

/// The kind of a value, as far as it matters to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Text,
    Null,
    Other,
}

impl Kind {
    pub(crate) fn is_neither_text_nor_null(&self) -> bool {
        !matches!(self, Kind::Text | Kind::Null)
    }
}

/// A receiver of one value of any type; what is not overridden is read and forgotten.
pub(crate) trait Sink<'de>: Sized {
    fn text(self, _text: &str) {}

    /// Called where a value begins that is neither an object nor null. An error ends the reading.
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

/// Reads any value into a sink, and returns its kind.
pub(super) struct Any<'de, S> {
    pub(super) sink: S,
    pub(super) document: &'de str,
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

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Kind, A::Error> {
        let mut members = Members::new(map, self.document)?;
        if members.is_number() {
            members.read_number()?;
            return self.other();
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
        not_large(value)?;
        self.other()
    }
}

/// A value of which only the text matters.
pub(crate) struct Text<F>(pub(crate) F);

impl<F: FnOnce(&str)> Sink<'_> for Text<F> {
    fn text(self, text: &str) {
        (self.0)(text);
    }
}
