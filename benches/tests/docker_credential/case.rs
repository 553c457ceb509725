//! A credential file in pieces, so that a reason can rewrite one of them, and a server to ask for.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::meaning::Meaning;

#[derive(Clone, PartialEq)]
pub struct Case {
    pub file: File,
    /// The server as people write it.
    pub server: String,
    /// An image of that server.
    pub image: &'static str,
}

#[derive(Clone, PartialEq)]
pub struct File {
    pub form: Form,
    pub has_bom: bool,
    /// The name of the field: `auths`.
    pub auths: &'static str,
    /// Set if there is a field `auths` for each entry.
    pub repeats_auths: bool,
    pub entries: Vec<(String, Entry)>,
    pub cred_helpers: Vec<(String, Value)>,
    pub creds_store: Option<Value>,
}

#[derive(Clone, PartialEq)]
pub enum Form {
    ConfigJson,
    Dockercfg,
    Secret,
    /// A Kubernetes Secret with something else in it.
    OtherSecret,
    /// Something that is not a credential file.
    Broken(&'static str),
}

#[derive(Clone, PartialEq)]
pub enum Entry {
    Fields(Vec<(&'static str, Value)>),
    /// A value that is not an object.
    Other(Value),
}

impl Entry {
    /// An entry that is malformed in a way that both understand.
    pub fn malformed() -> Self {
        Entry::Fields(vec![("auth", "!".into())])
    }

    pub fn fields(&mut self) -> &mut Vec<(&'static str, Value)> {
        match self {
            Entry::Fields(fields) => fields,
            Entry::Other(value) => unreachable!("rewritten before: {value}"),
        }
    }

    /// Returns a field that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        let Entry::Fields(fields) = self else { return None };
        fields.iter().find(|(field, _)| *field == name)?.1.as_str()
    }

    pub fn set(&mut self, name: &'static str, text: impl Into<Value>) {
        let fields = self.fields();
        match fields.iter_mut().find(|(field, _)| *field == name) {
            Some((_, value)) => *value = text.into(),
            None => fields.push((name, text.into())),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.fields().retain(|(field, _)| *field != name);
    }

    fn json(&self) -> String {
        match self {
            Entry::Fields(fields) => {
                object(fields.iter().map(|(name, value)| (*name, value.to_string())))
            }
            Entry::Other(value) => value.to_string(),
        }
    }
}

/// Writes an object, in which a name may be repeated.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let member = |(name, value): (&str, String)| format!("{}: {value}", Value::from(name));
    let members: Vec<_> = members.into_iter().map(member).collect();
    format!("{{{}}}", members.join(", "))
}

impl File {
    pub fn bytes(&self) -> Vec<u8> {
        let bom = if self.has_bom { "\u{feff}" } else { "" };
        format!("{bom}{}", self.text()).into_bytes()
    }

    fn text(&self) -> String {
        let entry = |(key, entry): &(String, Entry)| object([(&**key, entry.json())]);
        let joined = object(self.entries.iter().map(|(key, entry)| (&**key, entry.json())));
        match self.form {
            Form::ConfigJson => {
                let objects: Vec<_> = if self.repeats_auths {
                    self.entries.iter().map(entry).collect()
                } else {
                    vec![joined]
                };
                let auths = objects.into_iter().map(|object| (self.auths, object));
                let helpers =
                    self.cred_helpers.iter().map(|(key, name)| (&**key, name.to_string()));
                let helpers =
                    (!self.cred_helpers.is_empty()).then(|| ("credHelpers", object(helpers)));
                let store = self.creds_store.iter().map(|name| ("credsStore", name.to_string()));
                object(auths.chain(helpers).chain(store))
            }
            Form::Dockercfg => joined,
            Form::Secret => {
                let data = STANDARD.encode(object([("auths", joined)]));
                format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{data}"}}}}"#)
            }
            Form::OtherSecret => r#"{"kind": "Secret", "data": {"tls.key": "a2V5"}}"#.to_owned(),
            Form::Broken(text) => text.to_owned(),
        }
    }

    pub fn names_helpers(&self) -> bool {
        self.form == Form::ConfigJson
            && (!self.cred_helpers.is_empty() || self.creds_store.is_some())
    }

    /// Returns whether several keys are for one registry.
    pub fn has_keys_for_one_registry(&self) -> bool {
        let mut seen = BTreeSet::new();
        let meanings = self.entries.iter().filter_map(|(key, _)| Meaning::of_key(key));
        meanings.into_iter().any(|meaning| !seen.insert(meaning.registry))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.server, self.file.text())
    }
}
