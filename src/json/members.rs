//! The members of an object, one after the other.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::sink::{Any, Text, read_apart};
use super::{Kind, Mode, Sink, is_within, lenient};

/// The members of an object that is being read. Each key is followed by a call for its value.
pub(crate) struct Members<'de, A> {
    map: A,
    /// The first key, which is read ahead to distinguish an object from a number.
    first: Option<FirstKey<'de>>,
    document: &'de str,
    mode: Mode,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    pub(super) fn new(mut map: A, document: &'de str, mode: Mode) -> Result<Self, A::Error> {
        let first = map.next_key_seed(Key(|key: &str, borrowed| match borrowed {
            Some(key) => FirstKey::Borrowed(key),
            None => FirstKey::Unescaped(Zeroizing::new(key.to_owned())),
        }))?;
        Ok(Members { map, first, document, mode })
    }

    /// Returns whether this is a number. With `arbitrary_precision`, `serde_json` passes a number
    /// as a map with one private key. A document can contain that key too; a key that was read from
    /// the document lies within its memory or was unescaped, the private one does not.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.first, Some(FirstKey::Borrowed(key)) if !is_within(self.document, key))
    }

    /// Reads the number that this [is](Self::is_number).
    pub(super) fn read_number(mut self) -> Result<(), A::Error> {
        let digits = Key(|digits: &str, _| digits.parse().unwrap_or(f64::INFINITY));
        let value = self.map.next_value_seed(digits)?;
        lenient::refuse_large(value)
    }

    /// Reads the next key without a copy of it.
    #[inline]
    pub(crate) fn next_key<T>(
        &mut self,
        read: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>, A::Error> {
        match self.first.take() {
            Some(FirstKey::Borrowed(key)) => Ok(Some(read(key))),
            Some(FirstKey::Unescaped(key)) => Ok(Some(read(&key))),
            None => self.map.next_key_seed(Key(|key: &str, _| read(key))),
        }
    }

    /// Reads a value into a sink, and returns its kind.
    #[inline]
    pub(crate) fn value<S: Sink<'de>>(&mut self, sink: S) -> Result<Kind, A::Error> {
        // An error with a position of its own would be one in the middle of the document.
        self.value_or_kind(sink)?.map_err(|_| A::Error::custom(""))
    }

    /// Reads a value of which only the text matters, and returns its kind.
    #[inline]
    pub(crate) fn text(&mut self, take: impl FnOnce(&str)) -> Result<Kind, A::Error> {
        self.value(Text(take))
    }

    /// Reads a value into a sink. In [`Mode::Apart`], one that is grammatical but has no value (a
    /// lone surrogate, `1e999`) does not fail the document: the inner error is its kind.
    #[inline]
    pub(crate) fn value_or_kind<S: Sink<'de>>(
        &mut self,
        sink: S,
    ) -> Result<Result<Kind, Kind>, A::Error> {
        match self.mode {
            Mode::Direct => self.value_in_place(sink).map(Ok),
            Mode::Apart => {
                let json = self.raw()?;
                Ok(read_apart(json, sink).map_err(|_| Kind::of(json)))
            }
        }
    }

    /// Reads a value into a sink without looking for its end first. Only its members are read in
    /// the mode of the document.
    #[inline]
    pub(crate) fn value_in_place<S: Sink<'de>>(&mut self, sink: S) -> Result<Kind, A::Error> {
        self.map.next_value_seed(Any { sink, document: self.document, mode: self.mode })
    }

    /// Returns the JSON of a value, of which only the grammar is checked.
    pub(crate) fn raw(&mut self) -> Result<&'de str, A::Error> {
        Ok(self.map.next_value::<&RawValue>()?.get())
    }

    /// Passes over a value. Its nesting is walked in a loop, so that no depth fills the stack.
    pub(crate) fn skip(&mut self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }
}

/// The first key of an object.
enum FirstKey<'de> {
    Borrowed(&'de str),
    /// A key with escapes. It may be the user info of a registry.
    Unescaped(Zeroizing<String>),
}

/// Reads a text and hands it to a function without a copy: the text, and the same text if it is
/// borrowed.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str, Option<&'de str>) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T, F: FnOnce(&str, Option<&'de str>) -> T> Visitor<'de> for Key<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok((self.0)(text, Some(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text, None))
    }
}
