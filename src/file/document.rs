//! A JSON document -> the entries in it, in one pass that knows every format at once.
//!
//! Derived `Deserialize` is not used: it refuses a duplicate field, compares field names by case,
//! fails a whole file for one field of the wrong type, and quotes the input in its errors.

use serde::de::MapAccess;

use super::capacity::Progress;
use super::credential_helpers::{CredHelpers, HelperKey, HelperName, read_helper};
use super::docker_fields::{AUTHS, CRED_HELPERS, CREDS_STORE, DOCKER_FIELDS, looks_like_registry};
use super::entry::{Entry, EntrySecrets};
use super::fields::{Fields, FieldsRead};
use super::kubernetes_secret::{KubernetesSecret, SecretField};
use super::misplaced::Misplaced;
use super::texts::Texts;
use crate::error::{EntryProblem, Error};
use crate::json::{self, Expected, Fault, FaultKind, Kind, Members, Mode, Sink};
use crate::level::Location;
use crate::limits::{Limit, Limits};
use crate::redact;

/// Everything that a document may turn out to be, collected while it is read.
#[derive(Default)]
pub(super) struct ParsedDocument {
    pub(super) texts: Texts,
    pub(super) has_docker_field: bool,
    pub(super) entries: Entries,
    pub(super) store_helper: Option<HelperName>,
    pub(super) helper_keys: Vec<HelperKey>,
    pub(super) top_has_object: bool,
    pub(super) secret: KubernetesSecret,
    /// Registries in fields that no program reads.
    pub(super) misplaced: Misplaced,
    entries_left: u64,
    patterns_left: u64,
    failure: Option<Failure>,
    progress: Progress,
}

/// The entries of a document, in the two places where formats have them.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) auths: Vec<Entry>,
    /// At the top, as in a `.dockercfg`.
    pub(super) top: Vec<Entry>,
}

/// The reason why reading stopped, if it is not a fault of the JSON.
#[derive(Clone, Copy)]
enum Failure {
    TooManyEntries,
    TooManyPatterns,
    AuthsNotAnObject,
}

impl Failure {
    fn into_error(self, fault: Fault, location: &Location, limits: &Limits) -> Error {
        let location = location.clone();
        let (limit, value) = match self {
            Failure::TooManyEntries => (Limit::FileEntries, limits.file_entries),
            Failure::TooManyPatterns => (Limit::FilePatterns, limits.file_patterns),
            Failure::AuthsNotAnObject => {
                let problem = "\"auths\" is not an object; it must hold {registry: {\"auth\": …}}";
                let Fault { line, column, .. } = fault;
                return Error::NotACredentialFile { location, problem, line, column };
            }
        };
        Error::Limit { location, limit, value }
    }
}

impl ParsedDocument {
    pub(super) fn new(text: &str, limits: &Limits) -> Self {
        ParsedDocument {
            entries_left: limits.file_entries,
            patterns_left: limits.file_patterns,
            progress: Progress::new(text),
            ..ParsedDocument::default()
        }
    }

    /// Reads a document, and returns whether it is an object.
    // Into `self`: returning it in a `Result` copies it, which cost a tenth of `one image from 1
    // entry`.
    pub(super) fn read(
        &mut self,
        text: &str,
        location: &Location,
        limits: &Limits,
        expected: Expected,
    ) -> Result<bool, Error> {
        let mode = if text.contains('\\') { Mode::Apart } else { Mode::Direct };
        let mut read = json::read(text, mode, Document(self));
        let is_final = |fault: Fault| mode == Mode::Apart || fault.kind == FaultKind::EndsEarly;
        if self.failure.is_none() && read.is_err_and(|fault| !is_final(fault)) {
            // The first reading may have stopped at a single entry without a value. If the second
            // one fails too, its fault is that of the document.
            *self = Self::new(text, limits);
            read = json::read(text, Mode::Apart, Document(self));
        }
        match (read, self.failure) {
            (Ok(kind), _) => Ok(kind == Kind::Object),
            (Err(fault), None) => Err(fault.into_error(text, location, expected)),
            (Err(fault), Some(failure)) => Err(failure.into_error(fault, location, limits)),
        }
    }

    /// Counts one more key towards the limits.
    pub(super) fn count<E: serde::de::Error>(&mut self, is_pattern: bool) -> Result<(), E> {
        let Some(entries_left) = self.entries_left.checked_sub(1) else {
            return self.fail(Failure::TooManyEntries);
        };
        let Some(patterns_left) = self.patterns_left.checked_sub(is_pattern.into()) else {
            return self.fail(Failure::TooManyPatterns);
        };
        (self.entries_left, self.patterns_left) = (entries_left, patterns_left);
        Ok(())
    }

    fn fail<E: serde::de::Error>(&mut self, failure: Failure) -> Result<(), E> {
        self.failure = Some(failure);
        Err(E::custom(""))
    }

    /// Makes `entry` the entry of a key, and makes room for its value.
    fn start_entry(&mut self, entry: &mut Entry, key: &str) {
        self.progress.reach(key);
        self.progress.make_room_for_text(&mut self.texts.text, key.len());
        self.texts.start_entry(entry, key);
    }

    /// Reads the value of a key, which `entry` was started with, and adds the entry to a list.
    fn read_entry<'de, A: MapAccess<'de>>(
        &mut self,
        entry: &Entry,
        members: &mut Members<'de, A>,
        list: impl FnOnce(&mut Entries) -> &mut Vec<Entry>,
    ) -> Result<Kind, A::Error> {
        self.count(entry.literals.is_some())?;
        let mut fields: FieldsRead = Ok(EntrySecrets::default());
        let sink = Fields { secrets: &mut self.texts.text, read: &mut fields };
        let kind = members.value_or_kind(sink)?.unwrap_or_else(|kind| {
            fields = Err(EntryProblem::Meaningless);
            kind
        });
        if matches!(kind, Kind::Text | Kind::Other) && fields.is_ok() {
            fields = Err(EntryProblem::NotAnObject);
        }
        let entries = list(&mut self.entries);
        self.progress.make_room_for_entry(entries);
        entries.push(*entry);
        if let Some(entry) = entries.last_mut() {
            self.texts.fill(entry, &fields);
        }
        Ok(kind)
    }
}

enum TopField {
    /// One of [`DOCKER_FIELDS`].
    Docker(&'static str),
    Secret(SecretField),
    Registry,
    Unknown(Box<str>),
}

impl TopField {
    fn named(name: &str, document: &mut ParsedDocument, entry: &mut Entry) -> Self {
        let docker_field = || DOCKER_FIELDS.iter().find(|field| name.eq_ignore_ascii_case(field));
        if let Some(field) = SecretField::named(name) {
            TopField::Secret(field)
        } else if looks_like_registry(name) {
            document.start_entry(entry, name);
            TopField::Registry
        } else {
            let unknown = || TopField::Unknown(redact::cut(name).into());
            docker_field().map_or_else(unknown, |field| TopField::Docker(field))
        }
    }
}

struct Document<'d>(&'d mut ParsedDocument);

impl<'de> Sink<'de> for Document<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let document = self.0;
        let mut entry = Entry::EMPTY;
        while let Some(field) = members.next_key(|k| TopField::named(k, document, &mut entry))? {
            document.has_docker_field |= matches!(field, TopField::Docker(_));
            match field {
                TopField::Docker(AUTHS) => {
                    members.value_in_place(Auths(document))?;
                }
                TopField::Docker(CREDS_STORE) => {
                    let helper = read_helper(members)?;
                    document.store_helper = Some(helper).filter(|helper| !helper.is_empty());
                }
                TopField::Docker(CRED_HELPERS) => {
                    members.value(CredHelpers(document))?;
                }
                TopField::Secret(field) => document.secret.read_field(field, members)?,
                TopField::Registry => {
                    let kind = document.read_entry(&entry, members, |entries| &mut entries.top)?;
                    document.top_has_object |= kind == Kind::Object;
                }
                TopField::Docker(_) => members.skip()?,
                TopField::Unknown(name) => document.misplaced.search(&name, members.raw()?),
            }
        }
        Ok(())
    }
}

/// Receives the value of `auths`. The entries of repeated `auths` are united.
struct Auths<'d>(&'d mut ParsedDocument);

impl<'de> Sink<'de> for Auths<'_> {
    fn not_an_object<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.0.fail(Failure::AuthsNotAnObject)
    }

    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let document = self.0;
        let mut entry = Entry::EMPTY;
        while members.next_key(|k| document.start_entry(&mut entry, k))?.is_some() {
            document.read_entry(&entry, members, |entries| &mut entries.auths)?;
        }
        Ok(())
    }
}
