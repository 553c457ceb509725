//! A document as a tree, for definitions of which only some fields are read.

use std::collections::BTreeMap;

use serde::de::{MapAccess, SeqAccess};

use super::lenient::replaced;
use super::sink::Items;
use super::{Fault, Members, Mode, Sink, read};

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
    /// Parses a document. A lone surrogate is read as U+FFFD, and a number that overflows `f64` is
    /// a number: programs in other languages write them, and a field that is never read must not
    /// fail a definition.
    pub(crate) fn parse(json: &str) -> Result<Self, Fault> {
        Self::parse_strictly(json).or_else(|fault| match replaced(json) {
            Some(json) => Self::parse_strictly(&json),
            None => Err(fault),
        })
    }

    fn parse_strictly(json: &str) -> Result<Self, Fault> {
        let mut value = Value::Null;
        read(json, Mode::Direct, Tree(&mut value))?;
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

/// Receives a value as a tree; null leaves it as it is.
struct Tree<'v>(&'v mut Value);

impl<'de> Sink<'de> for Tree<'_> {
    fn text(self, text: &str) {
        *self.0 = Value::Text(text.to_owned());
    }

    fn truth(self, truth: bool) {
        *self.0 = Value::Truth(truth);
    }

    fn number(self) {
        *self.0 = Value::Number;
    }

    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key(str::to_owned)? {
            let mut value = Value::Null;
            members.value_in_place(Tree(&mut value))?;
            object.insert(name, value);
        }
        *self.0 = Value::Object(object);
        Ok(())
    }

    fn list<A: SeqAccess<'de>>(self, items: &mut Items<'de, A>) -> Result<(), A::Error> {
        let (mut list, mut item) = (Vec::new(), Value::Null);
        while items.next(Tree(&mut item))?.is_some() {
            list.push(std::mem::replace(&mut item, Value::Null));
        }
        *self.0 = Value::List(list);
        Ok(())
    }
}
