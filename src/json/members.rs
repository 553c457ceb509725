//! The members of an object, one after the other.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::sink::Any;
use super::{Kind, Sink, is_within, not_large, read};

/// The members of an object that is being read. After each key comes a call for its value.
pub(crate) struct Members<'de, A> {
    map: A,
    /// The first key, which is read ahead to tell an object from a number. It is here if it is a
    /// piece of the document.
    first: Option<&'de str>,
    /// It is here if it has escapes. It may be the user info of a registry.
    unescaped: Option<Zeroizing<String>>,
    /// The document that is being read.
    document: &'de str,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    pub(super) fn new(mut map: A, document: &'de str) -> Result<Self, A::Error> {
        let mut unescaped = None;
        let first = map.next_key_seed(FirstKey(&mut unescaped))?;
        let first = first.filter(|_| unescaped.is_none());
        Ok(Members { map, first, unescaped, document })
    }

    /// Returns whether this is a number. With `arbitrary_precision`, `serde_json` passes a number
    /// as a map with one private key. A document can contain that key too; a key that was read from
    /// the document lies within its memory or was unescaped, the private one does not.
    pub(super) fn is_number(&self) -> bool {
        self.first.is_some_and(|key| !is_within(self.document, key))
    }

    /// Reads the number that this [is](Self::is_number). One that may overflow an `f64` is an error,
    /// as it is without the feature.
    pub(super) fn read_number(mut self) -> Result<(), A::Error> {
        let value = self.map.next_value_seed(Key(|digits: &str| digits.parse().unwrap_or(0.0)))?;
        not_large(value)
    }

    /// Reads the next key without a copy of it.
    #[inline]
    pub(crate) fn next_key<T>(
        &mut self,
        read: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>, A::Error> {
        if let Some(key) = self.first.take() {
            return Ok(Some(read(key)));
        }
        if let Some(key) = self.unescaped.take() {
            return Ok(Some(read(&key)));
        }
        self.map.next_key_seed(Key(read))
    }

    /// Reads a value into a sink, and returns its kind.
    #[inline]
    pub(crate) fn value<S: Sink<'de>>(&mut self, sink: S) -> Result<Kind, A::Error> {
        self.value_of(Any { sink, document: self.document })
    }

    /// Reads a value with a seed of its own.
    pub(super) fn value_of<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }

    /// Reads a value on its own, so that one that is grammatical but has no value (a lone
    /// surrogate, `1e999`) fails alone. The inner error is the kind that such a value was meant to
    /// be.
    pub(crate) fn value_alone<S: Sink<'de>>(
        &mut self,
        sink: S,
    ) -> Result<Result<Kind, Kind>, A::Error> {
        let json = self.raw()?;
        Ok(read(json, sink).map_err(|_| match json.as_bytes() {
            [b'{', ..] => Kind::Object,
            [b'"', ..] => Kind::Text,
            _ => Kind::Other,
        }))
    }

    /// Returns the JSON of a value, which is checked for its grammar alone.
    pub(crate) fn raw(&mut self) -> Result<&'de str, A::Error> {
        Ok(self.map.next_value::<&RawValue>()?.get())
    }

    /// Passes over a value. Its nesting is walked in a loop, so that no depth fills the stack.
    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }
}

/// Reads a key that is a piece of the document; one that is not is kept apart.
struct FirstKey<'k>(&'k mut Option<Zeroizing<String>>);

impl<'de> DeserializeSeed<'de> for FirstKey<'_> {
    type Value = &'de str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'de str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for FirstKey<'_> {
    type Value = &'de str;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<&'de str, E> {
        Ok(key)
    }

    fn visit_str<E>(self, key: &str) -> Result<&'de str, E> {
        *self.0 = Some(Zeroizing::new(key.to_owned()));
        Ok("")
    }
}

/// Reads a text and hands it to a function, without a copy of it.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}
