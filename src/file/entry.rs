//! One credential file once read: its entries, and the texts that they are made of.

use std::borrow::Cow;
use std::sync::Arc;

use super::credential_helpers::{HelperKey, HelperName};
use super::docker_fields::{CRED_HELPERS, CREDS_STORE};
use super::entry_state::EntryState;
use super::format::Format;
use super::misplaced::Misplaced;
use super::scopes::{Position, Scopes};
use super::texts::Texts;
use crate::error::{Warning, WarningKind};
use crate::image::ImageRef;
use crate::key::{Scope, Spelling};
use crate::level::{Level, Location};
use crate::redact;
use crate::secret::Span;

/// One entry. A file may hold a million of them, so it is kept small.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) key: Span,
    pub(crate) host: Span,
    /// Empty for the whole registry.
    pub(crate) path: Span,
    pub(super) username: Span,
    pub(super) password: Span,
    /// The index of the tokens in [`Texts`], past its end if there are none.
    pub(super) tokens: u32,
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

    /// Returns whether the entry answers or blocks if it is the best match.
    pub(crate) fn may_answer(&self) -> bool {
        matches!(self.state, EntryState::Usable | EntryState::Malformed(_))
    }
}

/// The secret fields of an entry. An empty span is an absent field.
#[derive(Clone, Copy, Default)]
pub(crate) struct EntrySecrets {
    pub(crate) username: Span,
    pub(crate) password: Span,
    pub(crate) tokens: TokenFields,
}

/// The secret fields that few entries have.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenFields {
    pub(crate) identity_token: Span,
    pub(crate) registry_token: Span,
    pub(crate) email: Span,
}

impl TokenFields {
    pub(super) fn is_empty(self) -> bool {
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

/// One credential file: a `config.json`, a `.dockercfg`, the file in a Secret or an archive.
pub(crate) struct File {
    pub(crate) location: Location,
    pub(crate) format: Format,
    pub(crate) entries: Vec<Entry>,
    /// The helper that `credsStore` names.
    pub(crate) store_helper: Option<HelperName>,
    pub(crate) helper_keys: Vec<HelperKey>,
    pub(crate) misplaced: Misplaced,
    /// Set for a file in a Kubernetes Secret that kubelet ignores, because its form does not belong
    /// to its name.
    pub(crate) is_ignored_by_kubelet: bool,
    /// The helper that gave the credential, if it is not from a file.
    pub(crate) given_by: Option<HelperName>,
    pub(crate) texts: Texts,
    pub(super) scopes: Scopes,
}

impl File {
    /// Returns the level of the source. Every file in an index has one.
    pub(crate) fn level(&self) -> Level {
        self.location.level().unwrap_or(Level::ClusterFile)
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        let text = self.texts.text.get(span);
        debug_assert!(text.is_some(), "every span of an entry is UTF-8");
        text.unwrap_or_default()
    }

    /// Returns a field, or `None` if it is empty.
    pub(crate) fn field(&self, span: Span) -> Option<&str> {
        Some(self.text(span)).filter(|field| !field.is_empty())
    }

    pub(crate) fn secrets(&self, entry: &Entry) -> EntrySecrets {
        let Entry { username, password, tokens, .. } = *entry;
        EntrySecrets { username, password, tokens: self.texts.tokens(tokens) }
    }

    /// Returns the scope of an entry, or `None` if its key can match no image.
    pub(crate) fn scope(&self, entry: &Entry) -> Option<Scope<'_>> {
        let (host, path) = (self.text(entry.host).into(), self.text(entry.path).into());
        let is_matchable = !matches!(entry.state, EntryState::Unmatchable(_));
        let Entry { port, spelling, literals, .. } = *entry;
        let scope = Scope { host, port: port.into(), path, spelling, literals };
        is_matchable.then_some(scope)
    }

    /// Returns the key of an entry as it may be logged.
    pub(crate) fn shown_key(&self, position: usize) -> Cow<'_, str> {
        let Some(entry) = self.entries.get(position) else {
            debug_assert!(false, "there is no such entry");
            return "".into();
        };
        match (self.text(entry.key), entry.state) {
            (key, EntryState::Unmatchable(_)) => redact::unmatchable_key(key, position + 1),
            (key, _) => key.into(),
        }
    }

    /// Returns everything that an operator should know about the file, in this order: a file that
    /// kubelet ignores; entries that are malformed, can match no image or look wrong; duplicate keys;
    /// keys that mean the same as another one, grouped by that one; credentials left to helpers.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = Warning> + '_ {
        let warn = |key: Option<&str>, kind| Warning::new(&self.location, key, kind);
        let key = |position| self.text(self.known(position).key);
        let helper = |name: &str| WarningKind::Helper { helper: redact::helper_name(name).into() };
        let entries: &[Entry] = if self.texts.has_defects { &self.entries } else { &[] };
        let defects = entries.iter().enumerate().filter_map(move |(at, entry)| {
            let kind = self.defect(entry)?;
            Some(warn(Some(&self.shown_key(at)), kind))
        });
        let duplicates = entries.iter().filter(|entry| entry.state == EntryState::Duplicate);
        let duplicates = duplicates
            .map(move |entry| warn(Some(self.text(entry.key)), WarningKind::DuplicateKey));
        // A key that goes before many others is kept once.
        let mut last: Option<(Position, Arc<str>)> = None;
        let equivalents = self.equivalents().map(move |(entry, best)| {
            let preferred = match last.take() {
                Some((known, preferred)) if known == best => preferred,
                _ => key(best).into(),
            };
            last = Some((best, preferred.clone()));
            warn(Some(key(entry)), WarningKind::EquivalentKey { preferred })
        });
        let store = self.store_helper.iter().map(move |name| warn(None, helper(name)));
        let keys = self.helper_keys.iter().filter(|held| !held.helper.is_empty());
        let keys = keys.map(move |held| warn(Some(&held.key), helper(&held.helper)));
        let kubelet = self.is_ignored_by_kubelet.then_some(WarningKind::IgnoredByKubelet);
        let kubelet = kubelet.into_iter().map(move |kind| warn(None, kind));
        kubelet.chain(defects).chain(duplicates).chain(equivalents).chain(store).chain(keys)
    }

    /// Returns the helper that Docker asks for an image, and the field that names it. Docker compares
    /// keys of `credHelpers` as texts, with the server as it asks for it; an empty name means that
    /// the file itself has the credential.
    pub(crate) fn helper_of_docker(&self, image: &ImageRef<'_>) -> Option<(&str, &'static str)> {
        let server = image.server_url();
        match self.helper_keys.iter().find(|held| *held.key == *server) {
            Some(held) => Some((&**held.helper, CRED_HELPERS)).filter(|(name, _)| !name.is_empty()),
            None => Some((self.store_helper.as_deref()?, CREDS_STORE)),
        }
    }

    /// Returns whether `credHelpers` names a helper for an image, whose host is `host` in lower case.
    pub(crate) fn has_key_helper(&self, image: &ImageRef<'_>, host: &str) -> bool {
        let mut keys = self.helper_keys.iter().filter(|held| !held.helper.is_empty());
        keys.any(|held| held.scope().is_some_and(|scope| scope.covers(image, host)))
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
