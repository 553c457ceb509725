//! Reading JSON values of any type without failing on the wrong one, on top of `serde_json`.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(PartialEq, Eq)]
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

/// What to do with a value that may be of any type; what is not overridden is read and forgotten.
pub(crate) trait Sink<'de>: Sized {
    fn text(self, _text: &str) {}

    /// Called for a value that is neither an object nor null, where it begins, by those to whom
    /// nothing else will do.
    fn not_an_object<E: Error>(&mut self) -> Result<(), E> {
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Reads any value into a sink, and tells what it was.
pub(crate) struct Any<S>(pub(crate) S);

impl<'de, S: Sink<'de>> Any<S> {
    fn other<E: Error>(mut self) -> Result<Kind, E> {
        self.0.not_an_object()?;
        Ok(Kind::Other)
    }
}

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Any<S> {
    type Value = Kind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Any<S> {
    type Value = Kind;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Kind, A::Error> {
        self.0.object(map).map(|()| Kind::Object)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Kind, E> {
        self.0.not_an_object()?;
        self.0.text(text);
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

    fn visit_f64<E: Error>(self, _: f64) -> Result<Kind, E> {
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

/// Reads a key of an object and tells what it means, without a copy of it.
pub(crate) struct Key<F>(pub(crate) F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<T, E> {
        Ok((self.0)(key))
    }
}
