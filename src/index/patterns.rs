//! Hosts with `*`, in the order of their precedence.
//!
//! A lookup tries one after the other and stops where none that follows could win.
//! [`Limits`](crate::Limits) bound their number in a file: 1,000 patterns that all miss take some
//! 9 us (`miss, 1000 patterns beside 100000 hosts`).

use std::cmp::Reverse;

use super::precedence::HostRank;
use super::table::Id;
use super::{Host, Index, Match, Query, Text};
use crate::file::File;
use crate::key::{LONGEST_HOST, glob_covers};
use crate::level::Level;

#[derive(Default)]
pub(super) struct Patterns(Vec<Pattern>);

/// A host with `*`, and the best that an entry of it could rank.
struct Pattern {
    level: Level,
    rank: HostRank,
    host: Id,
    port: u16,
    /// The number of bytes before the first `*` and after the last. Comparing these ends refuses
    /// most hosts (`miss, 1000 patterns …`: 87 -> 9 us).
    head: usize,
    tail: usize,
    name: Text,
}

impl Patterns {
    /// Adds an entry whose host is a pattern with `literals` other characters. A host may be added
    /// many times.
    pub(super) fn add(&mut self, files: &[File], level: Level, literals: u8, host: Id, of: &Host) {
        let rank = HostRank::Pattern(Reverse(literals));
        let is_literal = |b: &&u8| **b != b'*';
        let name = of.name.bytes(files).iter();
        let head = name.clone().take_while(is_literal).count();
        let tail = name.rev().take_while(is_literal).count();
        self.0.push(Pattern { level, rank, host, port: of.port, head, tail, name: of.name });
    }

    /// Puts the patterns in order, each once, with its strongest level.
    pub(super) fn finish(mut self) -> Option<Box<Self>> {
        self.0.sort_unstable_by_key(|pattern| (pattern.host, pattern.level));
        self.0.dedup_by_key(|pattern| pattern.host);
        self.0.sort_unstable_by_key(|pattern| (pattern.level, pattern.rank, pattern.host));
        (!self.0.is_empty()).then(|| Box::new(self))
    }

    /// Returns the best match, by a pattern where that ranks before the best of the exact host.
    #[cold]
    pub(super) fn best(&self, index: &Index, files: &[File], query: Query<'_>) -> Option<Match> {
        let location = |found: Match| (index.rank(files, found), found.file, found.entry);
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
            if pattern.covers(files, host, query.port) {
                index.each_scope(files, pattern.host as usize, query.repository, |entry| {
                    if let Some(found) = index.match_at(files, entry) {
                        if best.is_none_or(|best| location(found) < location(best)) {
                            best = Some(found);
                        }
                    }
                });
            }
        }
        best
    }

    /// Hands on every pattern that covers the host of a query.
    pub(super) fn each_host(&self, files: &[File], query: Query<'_>, mut each: impl FnMut(usize)) {
        let mut buffer = [0; LONGEST_HOST];
        let Some(host) = coverable_host(query, &mut buffer) else { return };
        for pattern in &self.0 {
            if pattern.covers(files, host, query.port) {
                each(pattern.host as usize);
            }
        }
    }
}

impl Pattern {
    /// Returns whether the pattern covers a lower-case host at a port.
    fn covers(&self, files: &[File], host: &str, port: u32) -> bool {
        let name = self.name.bytes(files);
        let head = name.get(..self.head).unwrap_or_default();
        let tail = name.get(name.len().saturating_sub(self.tail)..).unwrap_or_default();
        u32::from(self.port) == port
            && host.as_bytes().ends_with(tail)
            && host.as_bytes().starts_with(head)
            && std::str::from_utf8(name).is_ok_and(|name| glob_covers(name, host, port))
    }
}

/// Returns the host of a query in lower case; `None` for one that is longer than DNS allows,
/// which no pattern covers.
fn coverable_host<'b>(query: Query<'b>, buffer: &'b mut [u8; LONGEST_HOST]) -> Option<&'b str> {
    let lower = buffer.get_mut(..query.host.len())?;
    lower.copy_from_slice(query.host.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}
