//! A value in a definition with its path in Marathon's notation, and the violations of a service.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::error::{Rule, Violation};
use crate::json::Value;

/// A field that is present and not null. Reports a violation if it is read as a type that it is
/// not.
pub(super) struct Node<'a> {
    value: &'a Value,
    /// `/containers(1)/image`; empty for the document itself.
    path: String,
    violations: &'a Violations,
}

/// The violations of one service, at most 25: nobody reads more, and a definition can have a
/// million.
#[derive(Default)]
pub(super) struct Violations(RefCell<Vec<Violation>>);

impl Violations {
    pub(super) fn push(&self, violation: Violation) {
        const MOST: usize = 25;
        let mut violations = self.0.borrow_mut();
        if violations.len() < MOST {
            violations.push(violation);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    pub(super) fn take(&self) -> Vec<Violation> {
        self.0.take()
    }
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value, violations: &'a Violations) -> Self {
        Node { value, path: String::new(), violations }
    }

    /// Returns the same node, with violations of its own.
    pub(super) fn with_violations<'b>(&self, violations: &'b Violations) -> Node<'b>
    where
        'a: 'b,
    {
        Node { value: self.value, path: self.path.clone(), violations }
    }

    /// Reports a violation.
    pub(super) fn refuse(&self, rule: Rule) {
        let path = if self.path.is_empty() { "/".to_owned() } else { self.path.clone() };
        self.violations.push(Violation { path, rule });
    }

    /// Reports a violation of a field, which may be missing.
    pub(super) fn refuse_field(&self, field: &str, rule: Rule) {
        self.violations.push(Violation { path: format!("{}/{field}", self.path), rule });
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns an optional field.
    pub(super) fn field(&self, name: &str) -> Option<Node<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, path: format!("{}/{name}", self.path), ..*self })
    }

    /// Returns a required field.
    pub(super) fn required(&self, name: &str, expected: &'static str) -> Option<Node<'a>> {
        let field = self.field(name);
        if field.is_none() {
            self.refuse_field(name, Rule::Undefined { expected });
        }
        field
    }

    pub(super) fn is_object(&self) -> bool {
        self.value.as_object().is_some()
    }

    /// Returns the text, if it is one. Reports nothing.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_text()
    }

    /// Returns the items, if it is a list. Reports nothing.
    pub(super) fn as_items(&self) -> Option<impl Iterator<Item = Node<'a>> + use<'a>> {
        let Node { path, violations, .. } = self;
        let (path, violations) = (path.clone(), *violations);
        let item = move |(n, value)| Node { value, path: format!("{path}({n})"), violations };
        self.value.as_list().map(|list| list.iter().enumerate().map(item))
    }

    pub(super) fn object(&self) -> Option<&'a BTreeMap<String, Value>> {
        self.expect(self.value.as_object(), "an object")
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.expect(self.as_text(), "a text")
    }

    pub(super) fn filled_text(&self) -> Option<&'a str> {
        let text = self.text()?;
        if text.is_empty() {
            self.refuse(Rule::Empty);
        }
        Some(text)
    }

    pub(super) fn truth(&self) -> Option<bool> {
        self.expect(self.value.as_truth(), "true or false")
    }

    pub(super) fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.expect(self.as_items(), "a list").into_iter().flatten()
    }

    /// Returns a member under a name that the author of the definition chose.
    pub(super) fn member(&self, name: &str, value: &'a Value) -> Node<'a> {
        Node { value, path: format!("{}({name})", self.path), ..*self }
    }

    fn expect<T>(&self, value: Option<T>, expected: &'static str) -> Option<T> {
        if value.is_none() {
            self.refuse(Rule::Unexpected { expected });
        }
        value
    }
}
