//! A JSON document -> the entries in it, in one pass that knows every format at once.
//!
//! Derived `Deserialize` would not do: it refuses a field that stands twice, tells field names by
//! case, fails a whole file for one field of the wrong type, and quotes the input in its errors.

use std::collections::HashMap;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::fields::{Fields, FieldsRead};
use super::file::{Entry, EntrySecrets, HelperKey, Texts};
use super::room::Progress;
use super::text::TextReader;
use super::value::{Any, Key, Kind, Sink, Text};
use crate::error::EntryProblem;
use crate::scope::without_secrets;
use crate::shown::is_encoded_secret;

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
pub(super) struct Gathered {
    pub(super) texts: Texts,
    pub(super) has_docker_field: bool,
    pub(super) auths: Vec<Entry>,
    pub(super) store_helper: Option<Box<str>>,
    pub(super) helper_keys: Vec<HelperKey>,
    /// Entries at the top, as a `.dockercfg` has them.
    pub(super) top: Vec<Entry>,
    pub(super) top_has_object: bool,
    pub(super) ignored_fields: Vec<Box<str>>,
    pub(super) kind_is_secret: bool,
    pub(super) data: SecretData,
    pub(super) string_data: SecretData,
    /// `.dockerconfigjson` and `.dockercfg` at the very top.
    pub(super) bare_data: SecretData,
    pub(super) entries_left: u64,
    pub(super) failure: Option<Failure>,
    progress: Progress,
    reader: TextReader,
    reading: Reading,
}

/// How entries are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Whole,
    /// Each on its own, so that one that holds something that is grammatical but has no meaning (half a
    /// surrogate pair, 1e999) does not take the others down. Slower, and so done only where a first
    /// reading failed.
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
        map: &mut A,
        reader: TextReader,
    ) -> Result<Option<Self>, A::Error> {
        let mut text = None;
        Ok(match reader.read(map, |t| text = Some(Zeroizing::new(t.to_owned())))? {
            Kind::Null => None,
            _ => Some(text.map_or(SecretValue::Other, SecretValue::Text)),
        })
    }
}

/// Why reading stopped, beside syntax.
#[derive(Clone, Copy)]
pub(super) enum Failure {
    TooManyEntries,
    AuthsNotAnObject,
}

impl Gathered {
    pub(super) fn new(json: &str, most_entries: u64, reading: Reading) -> Self {
        Gathered {
            texts: Texts::default(),
            has_docker_field: false,
            auths: Vec::new(),
            store_helper: None,
            helper_keys: Vec::new(),
            top: Vec::new(),
            top_has_object: false,
            ignored_fields: Vec::new(),
            kind_is_secret: false,
            data: SecretData::default(),
            string_data: SecretData::default(),
            bare_data: SecretData::default(),
            entries_left: most_entries,
            failure: None,
            progress: Progress::new(json),
            reader: TextReader::new(json),
            reading,
        }
    }

    /// Reads one document; whether it was an object.
    pub(super) fn read(&mut self, json: &str) -> Result<bool, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let kind = Any(Document(self)).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(kind == Kind::Object)
    }

    fn count_entry<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.entries_left.checked_sub(1) {
            Some(left) => self.entries_left = left,
            None => return self.fail(Failure::TooManyEntries),
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

struct Document<'g>(&'g mut Gathered);

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
    fn named(name: &str, gathered: &mut Gathered, entry: &mut Entry) -> Self {
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
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut entry = Entry::EMPTY;
        while let Some(field) =
            map.next_key_seed(Key(|k: &str| TopField::named(k, gathered, &mut entry)))?
        {
            gathered.has_docker_field |= matches!(
                field,
                TopField::Auths | TopField::CredsStore | TopField::CredHelpers | TopField::Docker
            );
            match field {
                TopField::Auths => {
                    map.next_value_seed(Any(Auths(gathered)))?;
                }
                TopField::CredsStore => {
                    let mut helper = Box::default();
                    map.next_value_seed(Any(Text(|t: &str| helper = shown_helper(t))))?;
                    gathered.store_helper = Some(helper).filter(|helper| !helper.is_empty());
                }
                TopField::CredHelpers => {
                    map.next_value_seed(Any(CredHelpers(gathered)))?;
                }
                TopField::Kind => {
                    let mut is_secret = false;
                    map.next_value_seed(Any(Text(|t: &str| is_secret = t == "Secret")))?;
                    gathered.kind_is_secret = is_secret;
                }
                TopField::Data => {
                    gathered.data = SecretData::default();
                    map.next_value_seed(Any(Data(&mut gathered.data, gathered.reader)))?;
                }
                TopField::StringData => {
                    gathered.string_data = SecretData::default();
                    map.next_value_seed(Any(Data(&mut gathered.string_data, gathered.reader)))?;
                }
                TopField::SecretFile(file) => {
                    *gathered.bare_data.get_mut(file) =
                        SecretValue::read(&mut map, gathered.reader)?;
                }
                TopField::Registry => gathered.read_top_entry(entry, &mut map)?,
                TopField::Docker | TopField::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl Gathered {
    /// Reads what stands under a key.
    fn read_value<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        fields: &mut FieldsRead,
    ) -> Result<Kind, A::Error> {
        let sink = Fields { secrets: &mut self.texts.text, reader: self.reader, read: fields };
        if self.reading == Reading::OneByOne {
            let value: &RawValue = map.next_value()?;
            let mut value = serde_json::Deserializer::from_str(value.get());
            match Any(sink).deserialize(&mut value) {
                Ok(kind) => Ok(kind),
                // An entry, whatever it was meant to be.
                Err(_) => {
                    *fields = Err(EntryProblem::Meaningless);
                    Ok(Kind::Object)
                }
            }
        } else {
            map.next_value_seed(Any(sink))
        }
    }

    fn read_top_entry<'de, A: MapAccess<'de>>(
        &mut self,
        mut entry: Entry,
        map: &mut A,
    ) -> Result<(), A::Error> {
        self.count_entry()?;
        let mut fields = Ok(EntrySecrets::default());
        let kind = self.read_value(map, &mut fields)?;
        match kind {
            Kind::Object | Kind::Null => {
                self.top_has_object |= kind == Kind::Object;
                self.texts.fill(&mut entry, &fields);
            }
            // As an entry that holds nothing it still counts as the last of its key.
            Kind::Text | Kind::Other => {
                let key = self.texts.text.get(entry.key).unwrap_or_default();
                self.ignored_fields.push(key.into());
            }
        }
        self.progress.make_room_for_entry(&mut self.top);
        self.top.push(entry);
        Ok(())
    }
}

struct Auths<'g>(&'g mut Gathered);

impl<'de> Sink<'de> for Auths<'_> {
    fn not_an_object<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.0.fail(Failure::AuthsNotAnObject)
    }

    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut entry = Entry::EMPTY;
        while map.next_key_seed(Key(|k: &str| gathered.start_entry(&mut entry, k)))?.is_some() {
            gathered.count_entry()?;
            let mut fields = Ok(EntrySecrets::default());
            let kind = gathered.read_value(&mut map, &mut fields)?;
            if matches!(kind, Kind::Text | Kind::Other) {
                fields = Err(EntryProblem::NotAnObject);
            }
            gathered.progress.make_room_for_entry(&mut gathered.auths);
            // Before secrets are put into it, for what was just written in parts is slow to copy as a whole.
            gathered.auths.push(entry);
            if let Some(entry) = gathered.auths.last_mut() {
                gathered.texts.fill(entry, &fields);
            }
        }
        Ok(())
    }
}

struct CredHelpers<'g>(&'g mut Gathered);

impl<'de> Sink<'de> for CredHelpers<'_> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let gathered = self.0;
        let mut by_key: HashMap<Box<str>, usize> = HashMap::new();
        let mut held: Vec<HelperKey> = Vec::new();
        while let Some(key) = map.next_key_seed(Key(|k: &str| Box::from(&*without_secrets(k))))? {
            gathered.count_entry()?;
            let mut helper = Box::default();
            map.next_value_seed(Any(Text(|t: &str| helper = shown_helper(t))))?;
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
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(file) = map.next_key_seed(Key(SecretFile::named))? {
            match file {
                Some(file) => *self.0.get_mut(file) = SecretValue::read(&mut map, self.1)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// What a helper is called, as it may be shown. Who writes by hand may put the `auth` itself there.
fn shown_helper(name: &str) -> Box<str> {
    const LONGEST: usize = 64;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let is_name = name.len() <= LONGEST && name.bytes().all(is_plain);
    if is_name && !is_encoded_secret(name) { name.into() } else { "…".into() }
}
