//! A value in a definition and the path to it, as Marathon writes paths.

use std::collections::BTreeMap;

use crate::error::{Rule, Violation};
use crate::json::Value;

/// A value that is there; JSON's null is not.
pub(super) struct Node<'a> {
    value: &'a Value,
    /// `/containers(1)/image`; empty for the document itself.
    path: String,
}

/// What is wrong with a definition, as far as it has been read. Past a number that nobody reads it
/// is no longer counted, so that what is told takes no more room than what it is about.
#[derive(Default)]
pub(super) struct Violations(Vec<Violation>);

impl Violations {
    const MOST: usize = 25;

    pub(super) fn push(&mut self, violation: Violation) {
        if self.0.len() < Self::MOST {
            self.0.push(violation);
        }
    }

    pub(super) fn extend(&mut self, violations: impl IntoIterator<Item = Violation>) {
        violations.into_iter().for_each(|violation| self.push(violation));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Node { value, path: String::new() }
    }

    pub(super) fn violation(&self, rule: Rule) -> Violation {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        Violation { path: path.to_owned(), rule }
    }

    /// A violation of a field, whether it is there or not.
    pub(super) fn violation_at(&self, field: &str, rule: Rule) -> Violation {
        Violation { path: format!("{}/{field}", self.path), rule }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// A field that may be missing.
    pub(super) fn field(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, path: format!("{}/{name}", self.path) })
    }

    /// A field that must be there.
    pub(super) fn required(
        &self,
        name: &str,
        expected: &'static str,
        violations: &mut Violations,
    ) -> Option<Node<'a>> {
        let field = self.field(name);
        if field.is_none() {
            violations.push(self.violation_at(name, Rule::Undefined { expected }));
        }
        field
    }

    pub(super) fn is_object(&self) -> bool {
        self.value.as_object().is_some()
    }

    pub(super) fn object(
        &self,
        violations: &mut Violations,
    ) -> Option<&'a BTreeMap<String, Value>> {
        self.expect(self.value.as_object(), "an object", violations)
    }

    pub(super) fn text(&self, violations: &mut Violations) -> Option<&'a str> {
        self.expect(self.value.as_text(), "a text", violations)
    }

    pub(super) fn filled_text(&self, violations: &mut Violations) -> Option<&'a str> {
        let text = self.text(violations)?;
        if text.is_empty() {
            violations.push(self.violation(Rule::Empty));
        }
        Some(text)
    }

    pub(super) fn truth(&self, violations: &mut Violations) -> Option<bool> {
        self.expect(self.value.as_truth(), "true or false", violations)
    }

    /// The items of a list.
    pub(super) fn items(
        &self,
        violations: &mut Violations,
    ) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let list = self.expect(self.value.as_list(), "a list", violations);
        self.numbered(list.unwrap_or_default())
    }

    /// The items, if it is a list.
    pub(super) fn as_items(&self) -> Option<impl Iterator<Item = Node<'a>> + use<'a>> {
        self.value.as_list().map(|list| self.numbered(list))
    }

    fn numbered(&self, list: &'a [Value]) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let path = self.path.clone();
        let item = move |(n, value)| Node { value, path: format!("{path}({n})") };
        list.iter().enumerate().map(item)
    }

    /// A value under a name that the author of the definition chose.
    pub(super) fn keyed(&self, key: &str, value: &'a Value) -> Node<'a> {
        Node { value, path: format!("{}({key})", self.path) }
    }

    fn expect<T>(
        &self,
        value: Option<T>,
        expected: &'static str,
        violations: &mut Violations,
    ) -> Option<T> {
        if value.is_none() {
            violations.push(self.violation(Rule::Unexpected { expected }));
        }
        value
    }
}
