//! The order in which matching entries answer, its reasons, and why an entry lost.
//!
//! 1. **Level**, the strongest first: a task secret before the agent's file, even where the latter
//!    has the longer path. The owner of a level must be able to override a weaker one as a whole,
//!    without knowing its keys. podman layers its files in the same way, kubelet its keyrings.
//! 2. **An exact host before one with `*`**: `reg.io` before `*.io`, whatever their paths. Of two
//!    hosts with `*` the one with more literal characters is the narrower: `*.eu.example.com` before
//!    `*.*.example.com`.
//! 3. **The longest path**: `quay.io/team/app` before `quay.io/team` before `quay.io`. A credential
//!    for a namespace is meant to replace that of the registry there.
//! 4. **The spelling**, among keys of the same scope: `https://index.docker.io/v1/`, which
//!    `docker login` itself writes and keeps up to date, before `docker.io`; a key in normalised
//!    form, `quay.io`, before `https://quay.io/v1/`.
//! 5. **The order given**, of sources, of files and of keys in a file. It decides nothing but ties,
//!    so that answers do not depend on chance.
//!
//! A malformed entry takes part in this order: if it is the best match, it blocks the answer.

use std::cmp::Reverse;

use crate::file::{Entry, File};
use crate::key::Spelling;
use crate::level::Level;

/// The rank of a matching entry by rules 1 to 4. The smallest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) level: Level,
    pub(super) host: HostRank,
    path: Reverse<usize>,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HostRank {
    Exact,
    /// By the number of characters that are not `*`.
    Pattern(Reverse<u8>),
}

impl HostRank {
    pub(super) fn of(entry: &Entry) -> Self {
        entry.literals.map_or(HostRank::Exact, |literals| HostRank::Pattern(Reverse(literals)))
    }
}

impl Rank {
    pub(crate) fn of(file: &File, entry: &Entry) -> Self {
        Rank {
            level: file.level(),
            host: HostRank::of(entry),
            path: Reverse(entry.path.len()),
            spelling: entry.spelling,
        }
    }

    /// Returns the reason why an entry of this rank loses to a better one.
    pub(crate) fn loses_by(&self, better: &Rank) -> &'static str {
        if self.level != better.level {
            "a stronger level answers"
        } else if matches!(self.host, HostRank::Pattern(_)) && better.host == HostRank::Exact {
            "a key with the exact host goes before one with *"
        } else if self.host != better.host {
            "a key whose host has more literal characters goes before it"
        } else if self.path != better.path {
            "a key with a longer path goes before it"
        } else if self.spelling != better.spelling {
            "a key that means the same is spelled more exactly"
        } else {
            "a key that means the same was given before it"
        }
    }
}
