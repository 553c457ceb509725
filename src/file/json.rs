//! A JSON document -> the entries in it, in one pass that knows every format at once.
//!
//! Derived `Deserialize` would not do: it refuses a field that stands twice, tells field names by
//! case, fails a whole file for one field of the wrong type, and quotes the input in its errors.

use std::collections::HashMap;

use serde::de::MapAccess;
use zeroize::Zeroizing;

use super::capacity::Progress;
use super::entry::{Entry, EntrySecrets, HelperKey, Texts};
use super::fields::{Fields, FieldsRead};
use crate::error::EntryProblem;
use crate::json::{self, Fault, Kind, Members, Sink, Text, TextReader};
use crate::key::Scope;
use crate::limits::Limits;
use crate::redact;

/// Every field that Docker's config file is known to have: one of them makes a document a
/// `config.json`.
const DOCKER_FIELDS: [&str; 27] = [
    "auths",
    "HttpHeaders",
    "psFormat",
    "imagesFormat",
    "networksFormat",
    "pluginsFormat",
    "volumesFormat",
    "statsFormat",
    "detachKeys",
    "credsStore",
    "credHelpers",
    "serviceInspectFormat",
    "servicesFormat",
    "tasksFormat",
    "secretFormat",
    "configFormat",
    "nodesFormat",
    "pruneFilters",
    "proxies",
    "experimental",
    "stackOrchestrator",
    "kubernetes",
    "currentContext",
    "cliPluginsExtraDirs",
    "plugins",
    "aliases",
    "features",
];

/// Everything a document could turn out to be, gathered while it is read.
pub(super) struct ParsedDocument {
    pub(super) texts: Texts,
    pub(super) has_docker_field: bool,
    pub(super) entries: Entries,
    pub(super) store_helper: Option<Box<str>>,
    pub(super) helper_keys: Vec<HelperKey>,
    pub(super) top_has_object: bool,
    pub(super) kind_is_secret: bool,
    pub(super) data: SecretData,
    pub(super) string_data: SecretData,
    /// `.dockerconfigjson` and `.dockercfg` at the very top.
    pub(super) bare_data: SecretData,
    entries_left: u64,
    patterns_left: u64,
    pub(super) failure: Option<Failure>,
    progress: Progress,
    reader: TextReader,
    reading: Reading,
}

/// The entries of a document, in the two places where formats have them.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) auths: Vec<Entry>,
    /// At the top, as in a `.dockercfg`.
    pub(super) top: Vec<Entry>,
}

/// How entries are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Whole,
    /// Each on its own, so that one that holds something that is grammatical but has no meaning
    /// (half a surrogate pair, 1e999) does not take the others down. Slower, and so done only where
    /// a first reading failed.
    OneByOne,
}

/// What of a Kubernetes Secret holds credential files.
#[derive(Default)]
pub(super) struct SecretData {
    pub(super) config_json: Option<SecretValue>,
    pub(super) dockercfg: Option<SecretValue>,
}

/// The value of one of its names.
pub(super) enum SecretValue {
    Text(Zeroizing<String>),
    /// Neither text nor null.
    Other,
}

impl SecretValue {
    fn read<'de, A: MapAccess<'de>>(
        members: &mut Members<'de, A>,
        reader: TextReader,
    ) -> Result<Option<Self>, A::Error> {
        let mut text = None;
        Ok(match reader.read(members, |t| text = Some(Zeroizing::new(t.to_owned())))? {
            Kind::Null => None,
            _ => Some(text.map_or(SecretValue::Other, SecretValue::Text)),
        })
    }
}

/// Why reading stopped, beside syntax.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    TooManyEntries,
    TooManyPatterns,
    AuthsNotAnObject,
}

impl ParsedDocument {
    pub(super) fn new(json: &str, limits: &Limits, reading: Reading) -> Self {
        ParsedDocument {
            texts: Texts::default(),
            has_docker_field: false,
            entries: Entries::default(),
            store_helper: None,
            helper_keys: Vec::new(),
            top_has_object: false,
            kind_is_secret: false,
            data: SecretData::default(),
            string_data: SecretData::default(),
            bare_data: SecretData::default(),
            entries_left: limits.file_entries,
            patterns_left: limits.file_patterns,
            failure: None,
            progress: Progress::new(json),
            reader: TextReader::new(json),
            reading,
        }
    }

    /// Reads one document; whether it was an object.
    pub(super) fn read(&mut self, json: &str) -> Result<bool, Fault> {
        Ok(json::read(json, Document(self))? == Kind::Object)
    }

    fn count_entry<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.entries_left.checked_sub(1) {
            Some(left) => self.entries_left = left,
            None => return self.fail(Failure::TooManyEntries),
        }
        Ok(())
    }

    fn count_pattern<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.patterns_left.checked_sub(1) {
            Some(left) => self.patterns_left = left,
            None => return self.fail(Failure::TooManyPatterns),
        }
        Ok(())
    }

    fn fail<E: serde::de::Error>(&mut self, failure: Failure) -> Result<(), E> {
        self.failure = Some(failure);
        Err(E::custom(""))
    }

    /// Makes `entry` the one for a key, and room for what stands under it.
    fn start_entry(&mut self, entry: &mut Entry, key: &str) {
        self.progress.reach(key);
        self.progress.make_room_for_text(&mut self.texts.text, key.len());
        self.texts.start_entry(entry, key);
    }
}

/// Whether a field at the top is a registry and not some other field.
pub(crate) fn looks_like_registry(name: &str) -> bool {
    name.contains(['.', ':', '/']) || name == "localhost"
}

struct Document<'g>(&'g mut ParsedDocument);

enum TopField {
    Auths,
    CredsStore,
    CredHelpers,
    Docker,
    Kind,
    Data,
    StringData,
    SecretFile(SecretFile),
    Registry,
    Unknown,
}

impl TopField {
    fn named(name: &str, gathered: &mut ParsedDocument, entry: &mut Entry) -> Self {
        let is = |field: &str| name.eq_ignore_ascii_case(field);
        match () {
            () if is("auths") => TopField::Auths,
            () => match SecretFile::named(name) {
                Some(file) => TopField::SecretFile(file),
                // No other field looks like one.
                None if looks_like_registry(name) => {
                    gathered.start_entry(entry, name);
                    TopField::Registry
                }
                None if is("credsStore") => TopField::CredsStore,
                None if is("credHelpers") => TopField::CredHelpers,
                None if DOCKER_FIELDS.iter().any(|field| is(field)) => TopField::Docker,
                None if is("kind") => TopField::Kind,
                None if is("data") => TopField::Data,
                None if is("stringData") => TopField::StringData,
                None => TopField::Unknown,
            },
        }
    }
}

impl<'de> Sink<'de> for Document<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut entry = Entry::EMPTY;
        while let Some(field) = members.next_key(|k| TopField::named(k, gathered, &mut entry))? {
            gathered.has_docker_field |= matches!(
                field,
                TopField::Auths | TopField::CredsStore | TopField::CredHelpers | TopField::Docker
            );
            match field {
                TopField::Auths => {
                    members.value(Auths(gathered))?;
                }
                TopField::CredsStore => {
                    let mut helper = Box::<str>::default();
                    members.value(Text(|t: &str| helper = redact::helper_name(t).into()))?;
                    gathered.store_helper = Some(helper).filter(|helper| !helper.is_empty());
                }
                TopField::CredHelpers => {
                    members.value(CredHelpers(gathered))?;
                }
                TopField::Kind => {
                    let mut is_secret = false;
                    members.value(Text(|t: &str| is_secret = t == "Secret"))?;
                    gathered.kind_is_secret = is_secret;
                }
                TopField::Data => {
                    gathered.data = SecretData::default();
                    members.value(Data(&mut gathered.data, gathered.reader))?;
                }
                TopField::StringData => {
                    gathered.string_data = SecretData::default();
                    members.value(Data(&mut gathered.string_data, gathered.reader))?;
                }
                TopField::SecretFile(file) => {
                    *gathered.bare_data.get_mut(file) =
                        SecretValue::read(members, gathered.reader)?;
                }
                TopField::Registry => {
                    let kind = gathered.read_entry(&entry, members, |entries| &mut entries.top)?;
                    gathered.top_has_object |= kind == Kind::Object;
                }
                TopField::Docker | TopField::Unknown => {
                    members.skip()?;
                }
            }
        }
        Ok(())
    }
}

impl ParsedDocument {
    /// Reads the value of a key into the fields of an entry.
    fn read_value<'de, A: MapAccess<'de>>(
        &mut self,
        members: &mut Members<'de, A>,
        fields: &mut FieldsRead,
    ) -> Result<Kind, A::Error> {
        let sink = Fields { secrets: &mut self.texts.text, reader: self.reader, read: fields };
        if self.reading == Reading::Whole {
            return members.value(sink);
        }
        Ok(members.value_alone(sink)?.unwrap_or_else(|kind| {
            *fields = Err(EntryProblem::Meaningless);
            kind
        }))
    }

    /// Reads the value of a key, which `entry` was started with, and adds the entry to a list.
    fn read_entry<'de, A: MapAccess<'de>>(
        &mut self,
        entry: &Entry,
        members: &mut Members<'de, A>,
        list: impl FnOnce(&mut Entries) -> &mut Vec<Entry>,
    ) -> Result<Kind, A::Error> {
        self.count_entry()?;
        if entry.literals.is_some() {
            self.count_pattern()?;
        }
        let mut fields = Ok(EntrySecrets::default());
        let kind = self.read_value(members, &mut fields)?;
        if matches!(kind, Kind::Text | Kind::Other) && fields.is_ok() {
            fields = Err(EntryProblem::NotAnObject);
        }
        let entries = list(&mut self.entries);
        self.progress.make_room_for_entry(entries);
        // Before secrets are put into it, for what was just written in parts is slow to copy as a
        // whole.
        entries.push(*entry);
        if let Some(entry) = entries.last_mut() {
            self.texts.fill(entry, &fields);
        }
        Ok(kind)
    }
}

struct Auths<'g>(&'g mut ParsedDocument);

impl<'de> Sink<'de> for Auths<'_> {
    fn not_an_object<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.0.fail(Failure::AuthsNotAnObject)
    }

    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut entry = Entry::EMPTY;
        while members.next_key(|k| gathered.start_entry(&mut entry, k))?.is_some() {
            gathered.read_entry(&entry, members, |entries| &mut entries.auths)?;
        }
        Ok(())
    }
}

struct CredHelpers<'g>(&'g mut ParsedDocument);

impl<'de> Sink<'de> for CredHelpers<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut by_key: HashMap<Box<str>, usize> = HashMap::new();
        let mut held: Vec<HelperKey> = Vec::new();
        let mut position = 0;
        let mut shown = |key: &str| -> Box<str> {
            position += 1;
            match Scope::parse(key) {
                Ok(_) => key.into(),
                Err(_) => redact::unmatchable_key(key, position).into(),
            }
        };
        while let Some(key) = members.next_key(&mut shown)? {
            gathered.count_entry()?;
            let mut helper = Box::<str>::default();
            members.value(Text(|t: &str| helper = redact::helper_name(t).into()))?;
            match by_key.get(&key).and_then(|at| held.get_mut(*at)) {
                Some(earlier) => earlier.helper = helper,
                None => {
                    by_key.insert(key.clone(), held.len());
                    held.push(HelperKey { key, helper });
                }
            }
        }
        held.retain(|held| !held.helper.is_empty());
        gathered.helper_keys = held;
        Ok(())
    }
}

/// The two names under which a Secret keeps a credential file.
#[derive(Clone, Copy)]
enum SecretFile {
    ConfigJson,
    Dockercfg,
}

impl SecretFile {
    /// Names of data, unlike names of fields, are told by case.
    fn named(name: &str) -> Option<Self> {
        match name {
            super::DOCKER_CONFIG_JSON => Some(SecretFile::ConfigJson),
            super::DOCKERCFG => Some(SecretFile::Dockercfg),
            _ => None,
        }
    }
}

impl SecretData {
    fn get_mut(&mut self, file: SecretFile) -> &mut Option<SecretValue> {
        match file {
            SecretFile::ConfigJson => &mut self.config_json,
            SecretFile::Dockercfg => &mut self.dockercfg,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.config_json.is_none() && self.dockercfg.is_none()
    }
}

struct Data<'g>(&'g mut SecretData, TextReader);

impl<'de> Sink<'de> for Data<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(file) = members.next_key(SecretFile::named)? {
            match file {
                Some(file) => *self.0.get_mut(file) = SecretValue::read(members, self.1)?,
                None => {
                    members.skip()?;
                }
            }
        }
        Ok(())
    }
}
