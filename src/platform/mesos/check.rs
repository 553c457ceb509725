//! A credential file on its way to Mesos: what this crate warns of and what Mesos does with it,
//! each thing once.

use std::collections::{HashMap, HashSet};

use super::config::Registry;
use super::document::Document;
use crate::credential_file::{CredentialFile, FileEntry};
use crate::error::{Pitfall, Warning, WarningKind};
use crate::level::Location;

/// The warnings on a file.
#[derive(Default)]
pub(crate) struct Check {
    /// On entries with which neither this crate nor Mesos does anything.
    pub(crate) unused: Vec<Warning>,
    /// All others.
    pub(crate) warnings: Vec<Warning>,
}

/// The entries already reported, so that none is reported twice.
#[derive(Default)]
struct Said<'k> {
    /// For each key that means the same as another one, the key that goes before it.
    preferred: HashMap<&'k str, &'k str>,
    /// Keys of entries that are never used, whatever is written there.
    unused: HashSet<&'k str>,
    /// Keys of entries whose `auth` is empty or malformed here, and sent by Mesos.
    sent: HashSet<&'k str>,
}

impl Said<'_> {
    /// Returns whether a pitfall is said already: by the file's own warning, or by a sentence on
    /// both.
    fn covers(&self, key: &str, pitfall: &Pitfall) -> bool {
        match pitfall {
            Pitfall::NeverMatches(_) | Pitfall::NoAuth => self.unused.contains(key),
            Pitfall::EmptyAuth | Pitfall::UndecodedAuth(_) => self.sent.contains(key),
            Pitfall::EitherKey { other } => self.preferred_to(key) == self.preferred_to(other),
            _ => false,
        }
    }

    /// The key that goes before all that mean the same as this one.
    fn preferred_to<'a>(&'a self, key: &'a str) -> &'a str {
        self.preferred.get(key).copied().unwrap_or(key)
    }
}

impl Check {
    /// Unites the file's own warnings with what Mesos makes of the document; `None` for a file that
    /// cannot be read here.
    pub(crate) fn of(
        file: Option<&CredentialFile>,
        document: &Document,
        location: &Location,
    ) -> Self {
        let (mut check, mut said) = (Check::default(), Said::default());
        if let Some(file) = file {
            let sent = document.sent_registries();
            for warning in file.warnings() {
                check.take_warning(warning, &sent, document.has_more_auths, &mut said);
            }
            check.take_empty_entries(file, &sent, location, &mut said);
        }
        for key in &document.beside_auths {
            check.unused.push(Warning::new(location, Some(key), WarningKind::OutsideAuths));
        }
        for (key, pitfall) in &document.pitfalls {
            let key = key.as_deref();
            if !said.covers(key.unwrap_or_default(), pitfall) {
                let kind = WarningKind::Mesos(pitfall.clone());
                check.warnings.push(Warning::new(location, key, kind));
            }
        }
        check
    }

    fn take_warning<'k>(
        &mut self,
        warning: &'k Warning,
        sent: &HashMap<&str, &Registry>,
        has_more_auths: bool,
        said: &mut Said<'k>,
    ) {
        let key = warning.key().unwrap_or_default();
        let known = sent.get(key);
        let mut kind = warning.kind().clone();
        let is_unused = match warning.kind() {
            WarningKind::EquivalentKey { preferred } => {
                said.preferred.insert(key, preferred);
                match (known, sent.get(&**preferred)) {
                    (Some(one), Some(other)) if one.compared() == other.compared() => {
                        kind = WarningKind::Mesos(Pitfall::EitherKey { other: preferred.clone() });
                    }
                    // Two registries to Mesos, which then needs both.
                    (Some(_), Some(_)) => return,
                    _ => {}
                }
                known.is_none()
            }
            WarningKind::MalformedEntry(problem) => {
                if known.is_some_and(|known| known.is_undecoded()) {
                    said.sent.insert(key);
                    kind = WarningKind::Mesos(Pitfall::UndecodedAuth(Some(*problem)));
                }
                known.is_none()
            }
            WarningKind::UnmatchableKey(_) => known.is_none(),
            // Mesos has one "auths", the last, where this crate unites them.
            WarningKind::DuplicateKey => !has_more_auths,
            _ => false,
        };
        // A duplicate key has another entry that counts; a malformed entry can be repaired.
        let is_about_key =
            matches!(kind, WarningKind::EquivalentKey { .. } | WarningKind::UnmatchableKey(_));
        if is_unused && is_about_key {
            said.unused.insert(key);
        }
        let list = if is_unused { &mut self.unused } else { &mut self.warnings };
        list.push(Warning::new(warning.location(), warning.key(), kind));
    }

    fn take_empty_entries<'k>(
        &mut self,
        file: &'k CredentialFile,
        sent: &HashMap<&str, &Registry>,
        location: &Location,
        said: &mut Said<'k>,
    ) {
        let is_empty =
            |entry: &FileEntry<'_>| entry.credential().is_none() && entry.problem().is_none();
        for entry in file.entries().filter(is_empty) {
            let key = entry.key();
            if sent.contains_key(key) {
                said.sent.insert(key);
                let kind = WarningKind::Mesos(Pitfall::EmptyAuth);
                self.warnings.push(Warning::new(location, Some(key), kind));
            } else {
                said.unused.insert(key);
                self.unused.push(Warning::new(location, Some(key), WarningKind::EmptyEntry));
            }
        }
    }
}
