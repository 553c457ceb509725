//! What Mesos makes of a credential file (`src/docker/spec.cpp`, `src/uri/fetchers/docker.cpp`):
//! all or nothing, and then text against text.

use std::collections::HashMap;

use super::config::{Auth, Registries, Registry, Seen};
use crate::error::Pitfall;
use crate::json::Kind;

/// The most pitfalls that are kept. A file can hold a million entries, and a thousand say enough.
const MOST_PITFALLS: usize = 1_000;

/// What Mesos makes of a credential file.
#[derive(Default)]
pub(crate) struct Document {
    /// Why the agent does not start with it.
    pub(crate) stops_agent: Option<&'static str>,
    /// Why every pull of the Mesos containerizer fails with it.
    pub(crate) breaks_pulls: Option<&'static str>,
    registries: Vec<Registry>,
    /// `auths` is given more than once, or in another case: Mesos reads the last that is written
    /// so.
    pub(crate) has_more_auths: bool,
    /// Keys of registries beside `auths`, which no program reads.
    pub(crate) beside_auths: Vec<String>,
    /// Mesos's other pitfalls, each with its key.
    pub(super) pitfalls: Vec<(Option<Box<str>>, Pitfall)>,
}

impl Document {
    pub(crate) fn look(bytes: &[u8]) -> Self {
        match Seen::read(bytes) {
            Ok(seen) => seen.into_document(),
            Err(why) => Document { stops_agent: Some(why), ..Document::default() },
        }
    }

    /// What stands under each key, as the key is shown.
    pub(crate) fn registries(&self) -> HashMap<&str, &Registry> {
        let mut by_key = HashMap::new();
        for registry in &self.registries {
            // Of two that are shown alike, the one that is sent.
            let known = by_key.entry(&*registry.key).or_insert(registry);
            if registry.is_sent() {
                *known = registry;
            }
        }
        by_key
    }

    /// The registries, by key as shown, for which the Mesos containerizer sends something.
    pub(super) fn sent_registries(&self) -> HashMap<&str, &Registry> {
        let mut sent = self.registries();
        sent.retain(|_, registry| self.breaks_pulls.is_none() && registry.is_sent());
        sent
    }
}

impl Registry {
    /// Returns whether the Mesos containerizer sends its `auth`, be it empty or nothing that a
    /// registry takes.
    pub(crate) fn is_sent(&self) -> bool {
        self.entry.auth != Auth::Absent && !self.compared().is_empty()
    }

    /// Returns whether its `auth` is something else than plain base64 of `user:password`, and not
    /// empty.
    pub(super) fn is_undecoded(&self) -> bool {
        self.entry.auth == Auth::Odd
    }

    fn pitfalls(&self, add: &mut impl FnMut(Option<&str>, Pitfall)) {
        let mut on = |pitfall| add(Some(&self.key), pitfall);
        if self.entry.auth == Auth::Absent && !self.entry.has_other_fields {
            return;
        }
        // A key that is never used says nothing of what would be sent for it.
        match self.problem {
            Some(problem) if !self.has_docker_io => return on(Pitfall::NeverMatches(problem)),
            _ => {}
        }
        match self.entry.auth {
            Auth::Absent => return on(Pitfall::NoAuth),
            Auth::Empty => return on(Pitfall::EmptyAuth),
            Auth::Odd => on(Pitfall::UndecodedAuth(None)),
            Auth::Plain => {}
        }
        if self.is_docker_hub {
            on(Pitfall::SentToLookAlikes);
        } else if self.has_docker_io {
            on(Pitfall::SentToDockerHub);
        } else if self.host.bytes().any(|b| b.is_ascii_uppercase()) || self.host.ends_with(":443") {
            on(Pitfall::OnlyAsSpelled);
        }
        if self.has_path {
            on(Pitfall::UsedForWholeHost);
        }
    }
}

impl Seen {
    fn into_document(self) -> Document {
        let mut pitfalls = Vec::new();
        let mut add = |key: Option<&str>, pitfall| {
            if pitfalls.len() < MOST_PITFALLS {
                pitfalls.push((key.map(Box::from), pitfall));
            }
        };
        let breaks_pulls = self.breaks_puller();
        let is_flat = matches!(self.auths, None | Some(Kind::Null));
        if self.has_more_auths {
            add(None, Pitfall::SeveralAuths);
        }
        let (registries, others) = if is_flat {
            (self.at_top, Registries::default())
        } else {
            (self.under_auths, self.at_top)
        };
        if is_flat && (registries.has_non_object() || !registries.entries.is_empty()) {
            add(None, Pitfall::FlatForm);
        }
        let mut hosts: HashMap<&str, &Registry> = HashMap::new();
        // Without a puller nothing is sent at all.
        let pulled: &[Registry] = if breaks_pulls.is_some() { &[] } else { &registries.entries };
        for registry in pulled {
            registry.pitfalls(&mut add);
            if !registry.is_sent() {
                continue;
            }
            if let Some(other) = hosts.insert(registry.compared(), registry) {
                let other = other.key.as_str().into();
                add(Some(&registry.key), Pitfall::EitherKey { other });
            }
        }
        let beside = others.entries.into_iter().filter(|other| other.looks_like_registry);
        let beside_auths = beside.map(|registry| registry.key).collect();
        Document {
            stops_agent: None,
            breaks_pulls,
            has_more_auths: self.has_more_auths,
            registries: registries.entries,
            beside_auths,
            pitfalls,
        }
    }

    /// Why every pull of the Mesos containerizer fails, if it does.
    fn breaks_puller(&self) -> Option<&'static str> {
        let registries = match self.auths {
            Some(Kind::Object) => &self.under_auths,
            Some(Kind::Null) => {
                return Some("\"auths\" is null, which it takes for a registry; write {}");
            }
            Some(_) => return Some("\"auths\" is no object"),
            None => &self.at_top,
        };
        let has_wrong_type =
            |registry: &Registry| registry.entry.auth_is_wrong || registry.entry.email_is_wrong;
        if registries.has_non_object() {
            Some(match self.auths {
                None => {
                    "without \"auths\" every field must be a registry with an object; write \"auths\": {}"
                }
                Some(_) => "an entry is no object",
            })
        } else if registries.entries.iter().any(has_wrong_type) {
            Some("\"auth\" or \"email\" of an entry is no text")
        } else {
            None
        }
    }
}
