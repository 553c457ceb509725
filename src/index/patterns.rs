//! Hosts with `*`, in the order of their precedence.
//!
//! A lookup tries one after the other and stops where none that follows could win. [`Limits`](crate::Limits) bound their
//! number in a file, so this takes microseconds at the most: 1,000 patterns that all miss, some six.

use std::cmp::Reverse;

use super::rank::HostRank;
use super::table::Id;
use super::{Index, Match, Query};
use crate::config::File;
use crate::level::Level;
use crate::scope::{LONGEST_HOST, pattern_covers};

#[derive(Default)]
pub(super) struct Patterns(Vec<Pattern>);

/// A host with `*`, and the best that an entry of it could rank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern {
    level: Level,
    rank: HostRank,
    host: Id,
}

impl Patterns {
    /// Adds an entry whose host is a pattern with so many literal characters. A host may be added many times.
    pub(super) fn add(&mut self, level: Level, literals: u8, host: Id) {
        self.0.push(Pattern { level, rank: HostRank::Pattern(Reverse(literals)), host });
    }

    /// Puts the patterns in order, each once, with its strongest level.
    pub(super) fn finish(mut self) -> Option<Box<Self>> {
        self.0.sort_unstable_by_key(|pattern| (pattern.host, pattern.level));
        self.0.dedup_by_key(|pattern| pattern.host);
        self.0.sort_unstable();
        (!self.0.is_empty()).then(|| Box::new(self))
    }

    /// Returns the best match, by a pattern where that ranks before the best of the exact host.
    #[cold]
    pub(super) fn best(&self, index: &Index, files: &[File], query: Query<'_>) -> Option<Match> {
        let place = |found: Match| (index.rank(files, found), found.file, found.entry);
        let mut best = index.best_exact(files, query);
        let mut buffer = [0; LONGEST_HOST];
        let Some(host) = coverable_host(query, &mut buffer) else { return best };
        for pattern in &self.0 {
            let beats = |found: Match| {
                let rank = index.rank(files, found);
                rank.is_some_and(|rank| (rank.level, rank.host) < (pattern.level, pattern.rank))
            };
            if best.is_some_and(beats) {
                break;
            }
            if pattern.covers(index, files, host, query.port) {
                index.each_scope(files, pattern.host as usize, query.repository, |entry| {
                    if let Some(found) = index.match_at(files, entry) {
                        if best.is_none_or(|best| place(found) < place(best)) {
                            best = Some(found);
                        }
                    }
                });
            }
        }
        best
    }

    /// Hands on every pattern that covers the host of a query.
    pub(super) fn each_host(
        &self,
        index: &Index,
        files: &[File],
        query: Query<'_>,
        mut each: impl FnMut(usize),
    ) {
        let mut buffer = [0; LONGEST_HOST];
        let Some(host) = coverable_host(query, &mut buffer) else { return };
        for pattern in &self.0 {
            if pattern.covers(index, files, host, query.port) {
                each(pattern.host as usize);
            }
        }
    }
}

impl Pattern {
    /// Whether the pattern covers a host in lower case, at a port.
    fn covers(&self, index: &Index, files: &[File], host: &str, port: u32) -> bool {
        let known = index.hosts.get(self.host as usize);
        debug_assert!(known.is_some(), "a pattern is one of the hosts");
        let known = known.filter(|known| u32::from(known.port) == port);
        let name = known.and_then(|known| std::str::from_utf8(known.name.bytes(files)).ok());
        name.is_some_and(|name| pattern_covers(name, host))
    }
}

/// Returns the host of a query in lower case; `None` for one that no pattern covers: Docker Hub, and a host that is
/// longer than DNS allows.
fn coverable_host<'b>(query: Query<'b>, buffer: &'b mut [u8; LONGEST_HOST]) -> Option<&'b str> {
    if query.is_docker_hub() {
        return None;
    }
    let lower = buffer.get_mut(..query.host.len())?;
    lower.copy_from_slice(query.host.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}
