//! Merges this crate's warnings on a credential file with Mesos's pitfalls, so that each problem is
//! reported once.

use std::collections::{HashMap, HashSet};

use super::config::{AuthState, Config, Entry};
use crate::credential_file::CredentialFile;
use crate::error::{Error, Pitfall, Warning, WarningKind};
use crate::level::Location;
use crate::limits::Limits;

/// A credential file that is meant for Mesos, and the warnings on it.
pub(crate) struct Check {
    /// The file as this crate reads it.
    pub(crate) file: Result<CredentialFile, Error>,
    /// The reason why the agent does not start with it.
    pub(crate) stops_agent: Option<&'static str>,
    /// The reason why every pull of the Mesos containerizer fails with it.
    pub(crate) breaks_pulls: Option<&'static str>,
    /// Warnings on entries that neither this crate nor Mesos uses.
    pub(crate) unused: Vec<Warning>,
    /// All other warnings.
    pub(crate) warnings: Vec<Warning>,
}

impl Check {
    /// Checks a file.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`]. All other errors are part of the result.
    pub(crate) fn of(bytes: &[u8], location: &Location, limits: &Limits) -> Result<Self, Error> {
        let file = CredentialFile::read(bytes, location, limits);
        if let Err(error @ Error::Limit { .. }) = file {
            return Err(error);
        }
        let (config, stops_agent) = match Config::parse(bytes) {
            Ok(config) => (config, None),
            Err(why) => (Config::default(), Some(why)),
        };
        let mut builder = CheckBuilder { sent: config.sent_entries(), ..CheckBuilder::default() };
        if let Ok(file) = &file {
            for warning in file.warnings() {
                builder.add_warning(warning, config.has_more_auths);
            }
            builder.add_empty_entries(file, location);
        }
        for key in config.outside_auths() {
            builder.unused.push(Warning::new(location, Some(key), WarningKind::OutsideAuths));
        }
        for (key, pitfall) in config.pitfalls() {
            if !builder.is_reported(key.unwrap_or_default(), &pitfall) {
                let kind = WarningKind::Mesos(pitfall);
                builder.warnings.push(Warning::new(location, key, kind));
            }
        }
        let CheckBuilder { unused, warnings, .. } = builder;
        Ok(Check { file, stops_agent, breaks_pulls: config.breaks_pulls(), unused, warnings })
    }
}

#[derive(Default)]
struct CheckBuilder<'c> {
    unused: Vec<Warning>,
    warnings: Vec<Warning>,
    /// The entries that Mesos sends, by key as shown.
    sent: HashMap<&'c str, &'c Entry>,
    /// Key -> the key with the same meaning that wins against it here.
    preferred: HashMap<&'c str, &'c str>,
    /// Keys reported as never used, for which a change of the entry is no remedy.
    unused_keys: HashSet<&'c str>,
    /// Keys whose `auth` was reported as absent or malformed here, and sent by Mesos.
    sent_keys: HashSet<&'c str>,
}

impl<'c> CheckBuilder<'c> {
    /// Adds one of the file's own warnings, with Mesos's treatment of the same entry.
    fn add_warning(&mut self, warning: &'c Warning, has_more_auths: bool) {
        let key = warning.key().unwrap_or_default();
        let entry = self.sent.get(key);
        let mut kind = warning.kind().clone();
        let is_unused = match warning.kind() {
            WarningKind::EquivalentKey { preferred } => {
                self.preferred.insert(key, preferred);
                match (entry, self.sent.get(&**preferred)) {
                    (Some(one), Some(other)) if one.compared() == other.compared() => {
                        kind = WarningKind::Mesos(Pitfall::EitherKey { other: preferred.clone() });
                    }
                    // Mesos takes them for two registries, and needs both keys.
                    (Some(_), Some(_)) => return,
                    _ => {}
                }
                entry.is_none()
            }
            WarningKind::MalformedEntry(problem) => {
                if entry.is_some_and(|entry| entry.auth() == AuthState::Malformed) {
                    self.sent_keys.insert(key);
                    kind = WarningKind::Mesos(Pitfall::UndecodedAuth(Some(*problem)));
                }
                entry.is_none()
            }
            WarningKind::UnmatchableKey(_) => entry.is_none(),
            // Mesos reads the last `auths` alone, this crate all of them.
            WarningKind::DuplicateKey => !has_more_auths,
            _ => false,
        };
        // A duplicate key has another entry that counts, and a malformed entry can be repaired.
        let is_about_key =
            matches!(kind, WarningKind::EquivalentKey { .. } | WarningKind::UnmatchableKey(_));
        if is_unused && is_about_key {
            self.unused_keys.insert(key);
        }
        let list = if is_unused { &mut self.unused } else { &mut self.warnings };
        list.push(Warning::new(warning.location(), warning.key(), kind));
    }

    /// Adds a warning for each entry without a credential.
    fn add_empty_entries(&mut self, file: &'c CredentialFile, location: &Location) {
        for entry in file.entries() {
            if entry.credential().is_some() || entry.problem().is_some() {
                continue;
            }
            let key = entry.key();
            let (keys, list, kind) = match self.sent.contains_key(key) {
                true => (
                    &mut self.sent_keys,
                    &mut self.warnings,
                    WarningKind::Mesos(Pitfall::EmptyAuth),
                ),
                false => (&mut self.unused_keys, &mut self.unused, WarningKind::EmptyEntry),
            };
            keys.insert(key);
            list.push(Warning::new(location, Some(key), kind));
        }
    }

    /// Returns whether a warning that was already added covers a pitfall.
    fn is_reported(&self, key: &str, pitfall: &Pitfall) -> bool {
        let preferred = |key| self.preferred.get(key).copied().unwrap_or(key);
        match pitfall {
            Pitfall::NeverMatches(_) | Pitfall::NoAuth => self.unused_keys.contains(key),
            Pitfall::EmptyAuth | Pitfall::UndecodedAuth(_) => self.sent_keys.contains(key),
            Pitfall::EitherKey { other } => preferred(key) == preferred(&**other),
            _ => false,
        }
    }
}
