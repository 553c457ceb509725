//! The effect of a credential file on Mesos, and its pitfalls (`src/docker/spec.cpp`,
//! `src/uri/fetchers/docker.cpp`): one bad entry breaks all, and keys are compared as texts.

use std::collections::HashMap;

use super::config::{AuthState, Config, Entry};
use crate::error::Pitfall;
use crate::file::AuthContent;
use crate::json::Kind;

impl Config {
    /// Returns the reason that every pull of the Mesos containerizer fails.
    pub(crate) fn breaks_pulls(&self) -> Option<&'static str> {
        let (entries, non_object) = match self.auths {
            Some(Kind::Object) => (&self.under_auths, "an entry is not an object"),
            Some(Kind::Null) => {
                return Some("\"auths\" is null, which it takes for a registry; write {}");
            }
            Some(_) => return Some("\"auths\" is not an object"),
            None => (
                &self.at_top,
                "without \"auths\" every field must be a registry with an object; write \"auths\": {}",
            ),
        };
        let mut fields = entries.list.iter().map(|entry| entry.fields);
        if fields.clone().any(|fields| fields.is_none()) {
            return Some(non_object);
        }
        let has_wrong_type =
            fields.any(|f| f.is_some_and(|f| f.has_wrong_auth_type || f.has_wrong_email_type));
        has_wrong_type.then_some("\"auth\" or \"email\" of an entry is not text")
    }

    /// Returns the entries whose `auth` the Mesos containerizer sends, by key as shown.
    pub(super) fn sent_entries(&self) -> HashMap<&str, &Entry> {
        let breaks_pulls = self.breaks_pulls().is_some();
        let sent = self.entries().iter().filter(|entry| !breaks_pulls && entry.is_sent());
        sent.map(|entry| (&*entry.key, entry)).collect()
    }

    /// Returns the pitfalls, each with its key as shown, in the order of the file.
    pub(super) fn pitfalls(&self) -> Vec<(Option<&str>, Pitfall)> {
        /// A file can have a million entries, and nobody reads more pitfalls.
        const MOST: usize = 1_000;

        let mut pitfalls = Vec::new();
        if self.has_more_auths {
            pitfalls.push((None, Pitfall::SeveralAuths));
        }
        if self.is_flat() && !self.entries().is_empty() {
            pitfalls.push((None, Pitfall::FlatForm));
        }
        // If pulls fail, nothing is sent.
        if self.breaks_pulls().is_some() {
            return pitfalls;
        }
        let mut by_host: HashMap<&str, &Entry> = HashMap::new();
        for entry in self.entries() {
            entry.add_pitfalls(&mut pitfalls);
            let earlier =
                if entry.is_sent() { by_host.insert(entry.compared(), entry) } else { None };
            if let Some(earlier) = earlier {
                let other = earlier.key.as_str().into();
                pitfalls.push((Some(&entry.key), Pitfall::EitherKey { other }));
            }
            if pitfalls.len() >= MOST {
                pitfalls.truncate(MOST);
                break;
            }
        }
        pitfalls
    }
}

impl Entry {
    /// Adds the pitfalls of this entry on its own.
    fn add_pitfalls<'e>(&'e self, pitfalls: &mut Vec<(Option<&'e str>, Pitfall)>) {
        let mut add = |pitfall| pitfalls.push((Some(&*self.key), pitfall));
        if self.fields.is_none_or(|f| f.auth == AuthState::Absent && !f.has_other_credential) {
            return;
        }
        match self.host {
            // An entry that is never used is not sent anywhere either.
            Err(reason) if !self.has_docker_io => return add(Pitfall::NeverMatches(reason)),
            _ => {}
        }
        match self.auth() {
            AuthState::Absent => return add(Pitfall::NoAuth),
            AuthState::Empty | AuthState::Usable(AuthContent::NoPassword)
                if self.fields.is_some_and(|fields| fields.has_identity_token) =>
            {
                return add(Pitfall::IdentityTokenIgnored);
            }
            AuthState::Empty => return add(Pitfall::EmptyAuth),
            AuthState::Malformed => add(Pitfall::UndecodedAuth(None)),
            AuthState::Usable(AuthContent::IdentityToken) => add(Pitfall::IdentityTokenInAuth),
            AuthState::Usable(AuthContent::UserAndPassword | AuthContent::NoPassword) => {}
        }
        let host = self.compared();
        if self.is_docker_hub {
            add(Pitfall::SentToLookAlikes);
        } else if self.has_docker_io {
            add(Pitfall::SentToDockerHub);
        } else if host.bytes().any(|b| b.is_ascii_uppercase()) || host.ends_with(":443") {
            add(Pitfall::OnlyAsSpelled);
        }
        if self.has_path {
            add(Pitfall::UsedForWholeHost);
        }
    }
}
