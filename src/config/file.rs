//! One credential file once read: its entries, and the text they are made of.

use std::borrow::Cow;

use crate::error::{EntryProblem, KeyProblem};
use crate::image::DEFAULT_PORT;
use crate::level::Place;
use crate::scope::{Scope, Spelling, without_secrets};
use crate::secret::{SecretText, Span};
use crate::warning::{Warning, WarningKind};

/// The format of a credential file, recognised by its content, never by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `config.json` or `auth.json`: entries under `auths`. Docker since 1.7, podman.
    ConfigJson,
    /// `.dockercfg`: entries at the top. Docker before 1.7.
    Dockercfg,
    /// The oldest `.dockercfg`: lines `auth = …` and `email = …`, for Docker Hub.
    DockercfgLines,
    /// A Kubernetes Secret, or its `data` alone, as JSON.
    KubernetesSecret,
    /// A tar archive, with or without gzip.
    Archive,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::ConfigJson => "config.json",
            Format::Dockercfg => ".dockercfg",
            Format::DockercfgLines => ".dockercfg in lines",
            Format::KubernetesSecret => "Kubernetes Secret",
            Format::Archive => "archive",
        }
    }
}

/// What one entry amounts to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Usable,
    /// Nothing usable in it, so the lookup goes on.
    Absent,
    /// The same key stands again further down, and the last one counts.
    Repeated,
    Malformed(EntryProblem),
    Unmatchable(KeyProblem),
}

/// One entry. Spans of names are in the clear, spans of secrets are wiped with the file.
pub(crate) struct Entry {
    pub(crate) key: Span,
    pub(crate) host: Span,
    pub(crate) path: Span,
    pub(crate) port: u32,
    pub(crate) spelling: Spelling,
    pub(crate) standing: Standing,
    pub(crate) secrets: EntrySecrets,
}

/// The secret fields of an entry; an empty span is an absent field.
#[derive(Clone, Copy, Default)]
pub(crate) struct EntrySecrets {
    pub(crate) username: Span,
    pub(crate) password: Span,
    pub(crate) identity_token: Span,
    pub(crate) registry_token: Span,
    pub(crate) email: Span,
}

impl EntrySecrets {
    pub(crate) fn has_basic(&self) -> bool {
        !(self.username.is_empty() && self.password.is_empty())
    }

    pub(crate) fn is_usable(&self) -> bool {
        self.has_basic() || !self.identity_token.is_empty() || !self.registry_token.is_empty()
    }
}

/// A key that `credHelpers` hands to a credential helper.
pub(crate) struct HelperKey {
    /// As it may be shown.
    pub(crate) key: Box<str>,
    pub(crate) helper: Box<str>,
}

/// One credential file: a `config.json`, a `.dockercfg`, what a Secret or an archive member holds.
pub(crate) struct File {
    pub(crate) place: Place,
    pub(crate) format: Format,
    pub(crate) entries: Vec<Entry>,
    /// `credsStore`, where it names a helper.
    pub(crate) store_helper: Option<Box<str>>,
    pub(crate) helper_keys: Vec<HelperKey>,
    /// Fields of a `.dockercfg` that look like a registry and hold no object.
    pub(crate) ignored_fields: Vec<Box<str>>,
    pub(crate) names: String,
    pub(crate) secrets: SecretText,
}

impl AsRef<File> for File {
    fn as_ref(&self) -> &File {
        self
    }
}

impl File {
    pub(crate) fn name(&self, span: Span) -> &str {
        span.of(&self.names)
    }

    pub(crate) fn secret(&self, span: Span) -> &str {
        self.secrets.get(span)
    }

    /// The field, or `None` where it is empty.
    pub(crate) fn field(&self, span: Span) -> Option<&str> {
        Some(self.secret(span)).filter(|field| !field.is_empty())
    }

    /// The scope of an entry, as text: `quay.io/team`.
    pub(crate) fn scope(&self, entry: &Entry) -> Scope<'_> {
        Scope {
            host: self.name(entry.host).into(),
            port: entry.port,
            path: self.name(entry.path).into(),
            spelling: entry.spelling,
        }
    }

    /// What the file has to say about itself, in the order in which it stands there.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> + '_ {
        let warn = |key: Option<&str>, kind| Warning::new(&self.place, key, kind);
        let helper = |name: &str| WarningKind::Helper { helper: name.into() };
        let entries = self
            .entries
            .iter()
            .filter_map(move |entry| Some(warn(Some(self.name(entry.key)), self.defect(entry)?)));
        let ignored = self.ignored_fields.iter();
        let ignored = ignored.map(move |field| warn(Some(field), WarningKind::IgnoredField));
        let store = self.store_helper.iter().map(move |name| warn(None, helper(name)));
        let keys = self.helper_keys.iter();
        let keys = keys.map(move |held| warn(Some(&held.key), helper(&held.helper)));
        entries.chain(ignored).chain(store).chain(keys)
    }

    fn defect(&self, entry: &Entry) -> Option<WarningKind> {
        match entry.standing {
            Standing::Malformed(problem) => Some(WarningKind::MalformedEntry(problem)),
            Standing::Unmatchable(problem) => Some(WarningKind::UnmatchableKey(problem)),
            Standing::Usable => self
                .secret(entry.secrets.password)
                .ends_with(['\n', '\r'])
                .then_some(WarningKind::PasswordEndsInNewline),
            Standing::Absent | Standing::Repeated => None,
        }
    }
}

/// Adds a key to `names` and makes the entry that stands under it, still without secrets.
pub(crate) fn entry_for(key: &str, names: &mut String) -> Entry {
    let scope = Scope::parse(key);
    // A key that means something has none of the signs that a secret hides behind.
    let shown = if scope.is_ok() { key.into() } else { without_secrets(key) };
    let key_span = push(names, &shown);
    let mut entry = Entry {
        key: key_span,
        host: Span::default(),
        path: Span::default(),
        port: DEFAULT_PORT,
        spelling: Spelling::Other,
        standing: Standing::Absent,
        secrets: EntrySecrets::default(),
    };
    match scope {
        Ok(scope) => {
            // Most of the time the normalised text stands in the key itself.
            let mut place = |part: &Cow<'_, str>| match part {
                Cow::Borrowed(part) if is_within(key, part) => key_span.of_part(key, part),
                part => push(names, part),
            };
            entry.host = place(&scope.host);
            entry.path = place(&scope.path);
            entry.port = scope.port;
            entry.spelling = scope.spelling;
        }
        Err(problem) => entry.standing = Standing::Unmatchable(problem),
    }
    entry
}

fn push(names: &mut String, text: &str) -> Span {
    let span = Span::new(names.len(), text.len());
    names.push_str(text);
    span
}

fn is_within(whole: &str, part: &str) -> bool {
    let (whole, part) = (whole.as_bytes().as_ptr_range(), part.as_bytes().as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}
