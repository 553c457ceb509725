//! Scopes -> entries: the only hot code.
//!
//! A lookup hashes the host and finds everything known of it in one probe: the entries for the whole
//! registry, and how deep the path prefixes under it go. Only where there are prefixes of a depth
//! that the repository has does it probe for them, the longest first. Entries of one scope stand in a
//! row with the best at its head, so one comparison for each probe is all that is left. Hosts with
//! `*` are kept apart, best first, and tried only while they could still win.
//!
//! Hashes are `std`'s keyed SipHash, so that a hostile task cannot make keys collide. Nothing here
//! allocates once built.

mod build;
mod rank;
mod table;

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::config::{Entry, File, Standing};
use crate::image::DOCKER_HUB;
use crate::level::Level;
use crate::scope::{LONGEST_HOST, covers, pattern_covers};

pub(crate) use self::build::warnings_of;
use self::rank::Rank;
use self::table::{Id, Table};

/// What is looked up. The host may be in any case.
#[derive(Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) host: &'q str,
    pub(crate) port: u32,
    /// Empty for a whole registry.
    pub(crate) repository: &'q str,
}

/// An entry that matches, whether it is usable or malformed.
#[derive(Clone, Copy)]
pub(crate) struct Match {
    pub(crate) rank: Rank,
    pub(crate) file: usize,
    pub(crate) entry: usize,
    pub(crate) usable: bool,
}

pub(crate) struct Index {
    hasher: RandomState,
    /// Entries are counted through all files; this is where each file starts.
    file_starts: Vec<Id>,
    host_table: Table,
    hosts: Vec<Host>,
    path_table: Table,
    paths: Vec<PathPrefix>,
    /// The entries, those of one scope in a row, best first.
    rows: Vec<Id>,
    /// Where the row of each scope starts, and after the last one their end.
    row_starts: Vec<u32>,
    /// Entries whose host holds `*`, best first.
    patterns: Vec<Id>,
}

struct Host {
    /// Any entry with this host, for its text.
    sample: Id,
    /// The number of the row for the whole registry, or `NONE`.
    whole: u32,
    /// Bit n: there are path prefixes of n segments; the last bit stands for all beyond.
    depths: u64,
}

struct PathPrefix {
    host: u32,
    /// Any entry with this path, for its text.
    sample: Id,
    row: u32,
}

impl Index {
    /// The best match, if any: the one entry that answers, even if only to say that it is malformed.
    pub(crate) fn best<F: AsRef<File>>(&self, files: &[F], query: Query<'_>) -> Option<Match> {
        let mut best: Option<Match> = None;
        self.each_exact(files, query, |row| {
            if let Some(found) = row.first().and_then(|id| self.match_at(files, *id)) {
                if best.is_none_or(|best| found.rank < best.rank) {
                    best = Some(found);
                }
            }
        });
        // What is offered here is of a stronger level than the best so far.
        self.each_pattern(files, query, best.map(|best| best.rank.level), |found| {
            best = Some(found);
            false
        });
        best
    }

    /// Every match, best first.
    pub(crate) fn all<F: AsRef<File>>(&self, files: &[F], query: Query<'_>) -> Vec<Match> {
        let mut all = Vec::new();
        self.each_exact(files, query, |row| {
            all.extend(row.iter().map_while(|id| self.match_at(files, *id)));
        });
        self.each_pattern(files, query, None, |found| {
            all.push(found);
            true
        });
        all.sort_by_key(|found| (found.rank, found.file, found.entry));
        all
    }

    /// The row of each scope with exactly this host that covers the query.
    fn each_exact<F: AsRef<File>>(
        &self,
        files: &[F],
        query: Query<'_>,
        mut each: impl FnMut(&[Id]),
    ) {
        let hash = self.hash_host(query.host, query.port);
        let is_host = |at| self.is_host(files, at, query.host, query.port);
        let Some(at) = self.host_table.find(hash, is_host) else {
            return;
        };
        let Some(host) = self.hosts.get(at) else {
            return;
        };
        if host.depths != 0 && !query.repository.is_empty() {
            let mut prefix = query.repository;
            let mut depth = prefix.bytes().filter(|b| *b == b'/').count() + 1;
            loop {
                if host.depths & depth_bit(depth) != 0 {
                    let hash = self.hash_path(at, prefix);
                    let is_path = |found| self.is_path(files, found, at, prefix);
                    if let Some(path) =
                        self.path_table.find(hash, is_path).and_then(|found| self.paths.get(found))
                    {
                        each(self.row(path.row));
                    }
                }
                match prefix.rsplit_once('/') {
                    Some((shorter, _)) => (prefix, depth) = (shorter, depth - 1),
                    None => break,
                }
            }
        }
        each(self.row(host.whole));
    }

    /// Matches by `*`, best first, until `each` has seen enough or a stronger level has answered.
    fn each_pattern<F: AsRef<File>>(
        &self,
        files: &[F],
        query: Query<'_>,
        answered: Option<Level>,
        mut each: impl FnMut(Match) -> bool,
    ) {
        let mut buffer = [0; LONGEST_HOST];
        if self.patterns.is_empty() || query.is_docker_hub() {
            return;
        }
        let Some(host) = lower_case(query.host, &mut buffer) else {
            return;
        };
        for id in &self.patterns {
            let Some(found) = self.match_at(files, *id) else {
                continue;
            };
            if answered.is_some_and(|level| level <= found.rank.level) {
                return;
            }
            let Some((file, entry)) = entry_at(files, found.file, found.entry) else {
                continue;
            };
            if entry.port == query.port
                && covers(file.name(entry.path), query.repository)
                && pattern_covers(file.name(entry.host), host)
                && !each(found)
            {
                return;
            }
        }
    }

    /// The entry with this id as a match; `None` for one that does not count.
    fn match_at<F: AsRef<File>>(&self, files: &[F], id: Id) -> Option<Match> {
        let (number, position) = self.locate(id);
        let (file, entry) = entry_at(files, number, position)?;
        let usable = match entry.standing {
            Standing::Usable => true,
            Standing::Malformed(_) => false,
            Standing::Absent | Standing::Repeated | Standing::Unmatchable(_) => return None,
        };
        Some(Match { rank: Rank::of(file, entry), file: number, entry: position, usable })
    }

    fn is_host<F: AsRef<File>>(&self, files: &[F], at: usize, host: &str, port: u32) -> bool {
        self.hosts.get(at).is_some_and(|known| {
            let (file, entry) = self.locate(known.sample);
            entry_at(files, file, entry).is_some_and(|(file, entry)| {
                entry.port == port && file.name(entry.host).eq_ignore_ascii_case(host)
            })
        })
    }

    fn is_path<F: AsRef<File>>(&self, files: &[F], at: usize, host: usize, path: &str) -> bool {
        self.paths.get(at).is_some_and(|known| {
            let (file, entry) = self.locate(known.sample);
            known.host as usize == host
                && entry_at(files, file, entry)
                    .is_some_and(|(file, entry)| file.name(entry.path) == path)
        })
    }

    fn hash_host(&self, host: &str, port: u32) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        // In pieces of one size whatever the host, so that equal hosts are hashed alike.
        for piece in host.as_bytes().chunks(64) {
            let mut buffer = [0; 64];
            if let Some(lower) = buffer.get_mut(..piece.len()) {
                lower.copy_from_slice(piece);
                lower.make_ascii_lowercase();
                hasher.write(lower);
            }
        }
        hasher.write_u32(port);
        hasher.finish()
    }

    fn hash_path(&self, host: usize, path: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_usize(host);
        hasher.write(path.as_bytes());
        hasher.finish()
    }

    fn row(&self, number: u32) -> &[Id] {
        let bound = |at: usize| self.row_starts.get(at).map(|start| *start as usize);
        let number = number as usize;
        let row = bound(number).zip(bound(number.saturating_add(1)));
        row.and_then(|(start, end)| self.rows.get(start..end)).unwrap_or_default()
    }

    /// The file and the position in it of an entry.
    fn locate(&self, id: Id) -> (usize, usize) {
        let file = self.file_starts.partition_point(|start| *start <= id).saturating_sub(1);
        let start = self.file_starts.get(file).copied().unwrap_or_default();
        (file, id.saturating_sub(start) as usize)
    }
}

impl Query<'_> {
    fn is_docker_hub(&self) -> bool {
        self.host == DOCKER_HUB && self.port == crate::image::DEFAULT_PORT
    }
}

fn entry_at<F: AsRef<File>>(files: &[F], file: usize, entry: usize) -> Option<(&File, &Entry)> {
    let file = files.get(file)?.as_ref();
    Some((file, file.entries.get(entry)?))
}

fn depth_bit(segments: usize) -> u64 {
    1 << segments.min(63)
}

fn lower_case<'b>(host: &'b str, buffer: &'b mut [u8; LONGEST_HOST]) -> Option<&'b str> {
    if host.len() <= LONGEST_HOST && !host.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some(host);
    }
    let lower = buffer.get_mut(..host.len())?;
    lower.copy_from_slice(host.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}
