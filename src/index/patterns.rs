//! Hosts with `*`, in the order of their precedence.
//!
//! A lookup tries one after the other and stops when none that follows could win.
//! [`Limits`](crate::Limits) bound their number in a file. 1,000 patterns that all miss take 9 us
//! (`miss, 1000 patterns beside 100000 hosts`).

use super::precedence::HostRank;
use super::{Layer, Match, Query, best_of};
use crate::file::{File, Host};
use crate::key::{LONGEST_HOST, glob_covers};
use crate::level::Level;
use crate::secret::Span;

pub(super) struct Patterns(Vec<Pattern>);

/// A host with `*` in a file, and the best that an entry of it could rank.
struct Pattern {
    rank: (Level, HostRank),
    /// The number of the file in its layer.
    file: u32,
    host: Host,
    name: Span,
    port: u16,
    /// The number of bytes before the first `*` and after the last. Comparing these ends refuses
    /// most hosts (`miss, 1000 patterns …`: 87 -> 9 us).
    head: usize,
    tail: usize,
}

impl Patterns {
    /// Collects the patterns of some files; `None` if there are none.
    pub(super) fn of(files: &[File]) -> Option<Box<Self>> {
        let mut patterns = Vec::new();
        for (number, file) in (0..).zip(files) {
            patterns.extend(file.globs().map(|host| Pattern::of(number, file, host)));
        }
        patterns.sort_unstable_by_key(|pattern| (pattern.rank, pattern.file, pattern.host.first));
        (!patterns.is_empty()).then(|| Box::new(Patterns(patterns)))
    }

    /// Returns the best match by a pattern, or the one by the exact host if that wins.
    #[cold]
    pub(super) fn best(
        &self,
        layer: &Layer,
        query: Query<'_>,
        exact: Option<Match>,
    ) -> Option<Match> {
        let mut buffer = [0; LONGEST_HOST];
        let Some(host) = coverable_host(query, &mut buffer) else { return exact };
        let ranked = |found: Match| Some((layer.rank(found)?, found));
        let mut best = exact.and_then(ranked);
        for pattern in &self.0 {
            if best.is_some_and(|(rank, _)| (rank.level, rank.host) < pattern.rank) {
                break;
            }
            let Some(file) = pattern.covering(&layer.files, host, query.port) else { continue };
            let found = best_of(pattern.file, file, &pattern.host, query).and_then(ranked);
            best = best.into_iter().chain(found).min();
        }
        best.map(|(_, found)| found)
    }

    /// Hands on every pattern that covers the host of a query, with its file.
    pub(super) fn each_host(
        &self,
        files: &[File],
        query: Query<'_>,
        mut each: impl FnMut(u32, &File, &Host),
    ) {
        let mut buffer = [0; LONGEST_HOST];
        let Some(host) = coverable_host(query, &mut buffer) else { return };
        for pattern in &self.0 {
            if let Some(file) = pattern.covering(files, host, query.port) {
                each(pattern.file, file, &pattern.host);
            }
        }
    }
}

impl Pattern {
    fn of(number: u32, file: &File, host: Host) -> Self {
        let entry = file.known(host.first);
        let is_literal = |b: &&u8| **b != b'*';
        let name = file.bytes(entry.host).iter();
        Pattern {
            rank: (file.level(), HostRank::of(entry)),
            file: number,
            host,
            name: entry.host,
            port: entry.port,
            head: name.clone().take_while(is_literal).count(),
            tail: name.rev().take_while(is_literal).count(),
        }
    }

    /// Returns the file of the pattern if it covers a lower-case host at a port.
    fn covering<'f>(&self, files: &'f [File], host: &str, port: u32) -> Option<&'f File> {
        let file = files.get(self.file as usize)?;
        let name = file.bytes(self.name);
        let head = name.get(..self.head).unwrap_or_default();
        let tail = name.get(name.len().saturating_sub(self.tail)..).unwrap_or_default();
        let covers = u32::from(self.port) == port
            && host.as_bytes().ends_with(tail)
            && host.as_bytes().starts_with(head)
            && std::str::from_utf8(name).is_ok_and(|name| glob_covers(name, host, port));
        covers.then_some(file)
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
