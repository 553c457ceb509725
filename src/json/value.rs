//! A document as a tree, for definitions of which only some fields are read.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::lenient::{refuse_large, replaced};
use super::{Fault, Members, Mode};

/// A JSON value. Private keys of `serde_json` have no meaning here. The tree is at most 128 levels
/// deep, so recursion over it is safe.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Truth(bool),
    /// A number. Its value is never used.
    Number,
    Text(String),
    List(Vec<Value>),
    /// The last member of a name.
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// Parses a document. A lone surrogate is read as U+FFFD, and a number that overflows `f64` is a
    /// number: programs in other languages write them, and a field that is never read must not fail
    /// a definition.
    pub(crate) fn parse(json: &str) -> Result<Self, Fault> {
        Self::parse_strictly(json).or_else(|fault| match replaced(json) {
            Some(json) => Self::parse_strictly(&json),
            None => Err(fault),
        })
    }

    fn parse_strictly(json: &str) -> Result<Self, Fault> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let value = Tree { document: json }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    /// Returns the member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub(crate) fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }

    pub(crate) fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_truth(&self) -> Option<bool> {
        if let Value::Truth(truth) = *self { Some(truth) } else { None }
    }
}

/// Reads a value as a tree.
#[derive(Clone, Copy)]
struct Tree<'de> {
    document: &'de str,
}

impl<'de> DeserializeSeed<'de> for Tree<'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'de> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let mut members = Members::new(map, self.document, Mode::Direct)?;
        if members.is_number() {
            return members.read_number().map(|()| Value::Number);
        }
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key(str::to_owned)? {
            object.insert(name, members.value_of(self)?);
        }
        Ok(Value::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Truth(truth))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        refuse_large(value)?;
        Ok(Value::Number)
    }
}
