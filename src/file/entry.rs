//! One credential file once read: its entries, and the text they are made of.

use std::borrow::Cow;

use crate::error::{EntryProblem, KeyProblem};
use crate::error::{Warning, WarningKind};
use crate::json::is_within;
use crate::key::{Scope, Spelling};
use crate::level::{Level, Location};
use crate::redact;
use crate::secret::{SecretText, Span};

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
pub(crate) enum EntryState {
    Usable,
    /// Nothing usable in it, so the lookup goes on.
    Absent,
    /// The same key comes again further down, and the last one counts.
    Duplicate,
    Malformed(EntryProblem),
    Unmatchable(KeyProblem),
}

/// One entry. There may be a million of them, so it is kept small.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) key: Span,
    pub(crate) host: Span,
    /// Empty for the whole registry.
    pub(crate) path: Span,
    username: Span,
    password: Span,
    /// The place of an entry's rarely used fields in the file's list of them; past its end for none.
    tokens: u32,
    pub(crate) port: u16,
    pub(crate) spelling: Spelling,
    /// The literal characters of a pattern, as [`Scope`] counts them.
    pub(crate) literals: Option<u8>,
    pub(crate) state: EntryState,
}

impl Entry {
    pub(crate) const EMPTY: Self = Entry {
        key: Span::EMPTY,
        host: Span::EMPTY,
        path: Span::EMPTY,
        username: Span::EMPTY,
        password: Span::EMPTY,
        tokens: u32::MAX,
        port: 0,
        spelling: Spelling::Other,
        literals: None,
        state: EntryState::Absent,
    };
}

/// The secret fields of an entry; an empty span is an absent field.
#[derive(Clone, Copy, Default)]
pub(crate) struct EntrySecrets {
    pub(crate) username: Span,
    pub(crate) password: Span,
    pub(crate) tokens: TokenFields,
}

/// Those of them that few entries have.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenFields {
    pub(crate) identity_token: Span,
    pub(crate) registry_token: Span,
    pub(crate) email: Span,
}

impl TokenFields {
    fn is_empty(self) -> bool {
        let Self { identity_token, registry_token, email } = self;
        identity_token.is_empty() && registry_token.is_empty() && email.is_empty()
    }
}

impl EntrySecrets {
    pub(crate) fn has_basic(&self) -> bool {
        !(self.username.is_empty() && self.password.is_empty())
    }

    pub(crate) fn is_usable(&self) -> bool {
        let TokenFields { identity_token, registry_token, .. } = self.tokens;
        self.has_basic() || !identity_token.is_empty() || !registry_token.is_empty()
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
    pub(crate) location: Location,
    pub(crate) format: Format,
    pub(crate) entries: Vec<Entry>,
    /// `credsStore`, where it names a helper.
    pub(crate) store_helper: Option<Box<str>>,
    pub(crate) helper_keys: Vec<HelperKey>,
    pub(crate) texts: Texts,
}

/// The texts of a file, in one place, and what of them belongs to its entries.
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) text: SecretText,
    tokens: Vec<TokenFields>,
    /// Set if any entry may need a warning. Most files have none, and are not searched for one.
    has_defects: bool,
}

impl File {
    /// The level of its source. Every file in an index has one.
    pub(crate) fn level(&self) -> Level {
        self.location.level().unwrap_or(Level::ClusterFile)
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        self.texts.text.get(span).unwrap_or_default()
    }

    /// The field, or `None` where it is empty.
    pub(crate) fn field(&self, span: Span) -> Option<&str> {
        Some(self.text(span)).filter(|field| !field.is_empty())
    }

    pub(crate) fn secrets(&self, entry: &Entry) -> EntrySecrets {
        let Entry { username, password, tokens, .. } = *entry;
        let tokens = self.texts.tokens.get(tokens as usize).copied().unwrap_or_default();
        EntrySecrets { username, password, tokens }
    }

    /// The scope of an entry; `None` for one that can match nothing.
    pub(crate) fn scope(&self, entry: &Entry) -> Option<Scope<'_>> {
        let (host, path) = (self.text(entry.host).into(), self.text(entry.path).into());
        let is_matchable = !matches!(entry.state, EntryState::Unmatchable(_));
        let Entry { port, spelling, literals, .. } = *entry;
        let scope = Scope { host, port: port.into(), path, spelling, literals };
        is_matchable.then_some(scope)
    }

    /// The key of an entry as it may be logged.
    pub(crate) fn shown_key(&self, position: usize) -> Cow<'_, str> {
        let Some(entry) = self.entries.get(position) else { return "".into() };
        match (self.text(entry.key), entry.state) {
            (key, EntryState::Unmatchable(_)) => redact::unmatchable_key(key, position + 1),
            (key, _) => key.into(),
        }
    }

    /// What the file has to say about itself, in the order in which it stands there.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> + '_ {
        let warn = |key: Option<&str>, kind| Warning::new(&self.location, key, kind);
        let helper = |name: &str| WarningKind::Helper { helper: name.into() };
        let entries = if self.texts.has_defects { &*self.entries } else { &[] };
        let entries = entries.iter().enumerate().filter_map(move |(at, entry)| {
            let kind = self.defect(entry)?;
            Some(warn(Some(&self.shown_key(at)), kind))
        });
        let store = self.store_helper.iter().map(move |name| warn(None, helper(name)));
        let keys = self.helper_keys.iter();
        let keys = keys.map(move |held| warn(Some(&held.key), helper(&held.helper)));
        entries.chain(store).chain(keys)
    }

    fn defect(&self, entry: &Entry) -> Option<WarningKind> {
        match entry.state {
            EntryState::Malformed(problem) => Some(WarningKind::MalformedEntry(problem)),
            EntryState::Unmatchable(problem) => Some(WarningKind::UnmatchableKey(problem)),
            EntryState::Usable => self
                .texts
                .ends_in_newline(entry.password)
                .then_some(WarningKind::PasswordEndsInNewline),
            EntryState::Absent | EntryState::Duplicate => None,
        }
    }
}

impl Texts {
    /// Adds a key, and makes `entry` what stands under it, still without secrets.
    // In its place: what was just written in parts is slow to copy as a whole.
    pub(crate) fn start_entry(&mut self, entry: &mut Entry, key: &str) {
        *entry = Entry::EMPTY;
        entry.key = self.text.push(key);
        match Scope::parse(key) {
            Ok(scope) => {
                // Most of the time the normalised text stands in the key itself.
                let mut place = |part: &Cow<'_, str>| match part {
                    Cow::Borrowed(part) if is_within(key, part) => entry.key.of_part(key, part),
                    part => self.text.push(part),
                };
                entry.host = place(&scope.host);
                entry.path = place(&scope.path);
                entry.port = u16::try_from(scope.port).unwrap_or_default();
                entry.spelling = scope.spelling;
                entry.literals = scope.literals;
            }
            Err(problem) => {
                entry.state = EntryState::Unmatchable(problem);
                self.has_defects = true;
            }
        }
    }

    fn ends_in_newline(&self, span: Span) -> bool {
        matches!(self.text.bytes(span).last(), Some(b'\n' | b'\r'))
    }

    /// Gives an entry what was found under its key, unless the key can match nothing.
    pub(crate) fn fill(&mut self, entry: &mut Entry, fields: &Result<EntrySecrets, EntryProblem>) {
        if matches!(entry.state, EntryState::Unmatchable(_)) {
            return;
        }
        entry.state = match fields {
            Err(problem) => EntryState::Malformed(*problem),
            Ok(secrets) if secrets.is_usable() => EntryState::Usable,
            Ok(_) => EntryState::Absent,
        };
        self.has_defects |= match (entry.state, fields) {
            (EntryState::Usable, Ok(secrets)) => self.ends_in_newline(secrets.password),
            (EntryState::Malformed(_), _) => true,
            _ => false,
        };
        if let (EntryState::Usable, Ok(secrets)) = (entry.state, fields) {
            (entry.username, entry.password) = (secrets.username, secrets.password);
            if !secrets.tokens.is_empty() {
                entry.tokens = u32::try_from(self.tokens.len()).unwrap_or(u32::MAX);
                self.tokens.push(secrets.tokens);
            }
        }
    }
}
