//! Scopes -> entries: the only hot code.
//!
//! A lookup hashes the host alone, whatever the image, and one probe finds everything known of it:
//! the entry for the whole registry, and how deep the path prefixes under it go. Only where there
//! are prefixes of a depth that the repository has does it probe for them, the longest first. Of
//! the entries of one scope the best is found, and the others stand behind it in a list. What lies
//! on the way is kept short, because in a large index each step is a miss of the cache: a group of
//! hashes, the host with the place of its text, that text, the entry.
//!
//! Hosts with `*` are tried in the order of their precedence ([`patterns`]), while one could still
//! win. With a handful of entries looking at each is faster than hashing, and building nothing is
//! faster than building.
//!
//! Hashes are keyed ([`hash`]), so that a hostile task cannot make keys collide. Nothing here
//! allocates once built.

mod build;
mod hash;
mod layers;
mod patterns;
mod precedence;
mod table;

use crate::file::{Entry, EntryState, File};
use crate::level::Level;
use crate::secret::Span;

pub(crate) use self::build::warnings_of;
use self::hash::Keys;
pub(crate) use self::layers::{Layer, Layers, Part, SourceRead};
use self::patterns::Patterns;
pub(crate) use self::precedence::Rank;
use self::table::{Id, NONE, Table, id};

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
    pub(crate) level: Level,
    pub(crate) file: u32,
    pub(crate) entry: u32,
    pub(crate) usable: bool,
}

pub(crate) struct Index {
    /// Entries are counted through all files; this is where each file after the first starts.
    file_starts: Vec<Id>,
    /// `None` where there are so few entries that nothing is hashed.
    keys: Option<Box<Keys>>,
    host_table: Table,
    hosts: Vec<Host>,
    path_table: Table,
    paths: Vec<PathPrefix>,
    /// Behind each entry the next best of its scope; empty where no scope has two.
    next: Vec<Id>,
    patterns: Option<Box<Patterns>>,
}

/// A host and port, exact or with `*`.
struct Host {
    name: Text,
    port: u16,
    is_pattern: bool,
    /// Bit n: there are path prefixes of n segments; the last bit stands for all beyond.
    depths: u32,
    /// The best entry for the whole registry.
    whole: Id,
}

struct PathPrefix {
    name: Text,
    host: Id,
    /// The best entry for this prefix.
    best: Id,
}

/// A text in one of the files.
#[derive(Clone, Copy)]
struct Text {
    file: Id,
    span: Span,
}

impl Text {
    fn bytes(self, files: &[File]) -> &[u8] {
        files.get(self.file as usize).map_or(&[], |file| file.texts.text.bytes(self.span))
    }
}

impl Index {
    /// The best match, if any: the one entry that answers, even if only to say that it is
    /// malformed.
    #[inline(always)]
    pub(crate) fn best(&self, files: &[File], query: Query<'_>) -> Option<Match> {
        match &self.patterns {
            None => self.best_exact(files, query),
            Some(patterns) => patterns.best(self, files, query),
        }
    }

    /// The best match of the very host.
    #[inline(always)]
    fn best_exact(&self, files: &[File], query: Query<'_>) -> Option<Match> {
        let host = self.find_host(files, query.host, query.port)?;
        match self.hosts.get(host)? {
            Host { depths: 0, whole, .. } => self.match_at(files, *whole),
            _ => self.best_under(files, host, query.repository),
        }
    }

    /// The best match of a host that there are path prefixes of.
    // Kept apart, as all that most lookups do not come to: they should not pay for its registers.
    #[inline(never)]
    fn best_under(&self, files: &[File], host: usize, repository: &str) -> Option<Match> {
        let mut best: Option<Match> = None;
        // What comes later is less specific, and has to be of a stronger level.
        self.each_scope(files, host, repository, |entry| {
            if let Some(found) = self.match_at(files, entry) {
                if best.is_none_or(|best| found.level < best.level) {
                    best = Some(found);
                }
            }
        });
        best
    }

    /// Every match with its rank, best first.
    pub(crate) fn all(&self, files: &[File], query: Query<'_>) -> Vec<(Rank, Match)> {
        let mut all = Vec::new();
        let mut add_scope = |best: Id| {
            let scope = std::iter::successors(Some(best), |entry| self.behind(*entry));
            let found = scope.map_while(|entry| self.match_at(files, entry));
            all.extend(found.filter_map(|found| Some((self.rank(files, found)?, found))));
        };
        if let Some(host) = self.find_host(files, query.host, query.port) {
            self.each_scope(files, host, query.repository, &mut add_scope);
        }
        if let Some(patterns) = &self.patterns {
            patterns.each_host(files, query, |host| {
                self.each_scope(files, host, query.repository, &mut add_scope);
            });
        }
        all.sort_by_key(|(rank, found)| (*rank, found.file, found.entry));
        all
    }

    pub(crate) fn rank(&self, files: &[File], found: Match) -> Option<Rank> {
        let (file, entry) = entry_at(files, found.file as usize, found.entry as usize)?;
        Some(Rank::of(file, entry))
    }

    #[inline(always)]
    fn find_host(&self, files: &[File], host: &str, port: u32) -> Option<usize> {
        let hash = self.keys.as_ref().map(|keys| keys.hash(port, host.as_bytes()));
        self.find_hashed_host(files, hash, host.as_bytes(), port)
    }

    #[inline(always)]
    fn find_hashed_host(
        &self,
        files: &[File],
        hash: Option<u32>,
        host: &[u8],
        port: u32,
    ) -> Option<usize> {
        let is_it = |known: &Host| {
            u32::from(known.port) == port
                && known.name.span.len() == host.len()
                && is_host(known.name.bytes(files), host)
        };
        match hash {
            None => self.hosts.iter().position(is_it),
            Some(hash) => self.host_table.find(hash, |at| self.hosts.get(at).is_some_and(is_it)),
        }
    }

    #[inline]
    fn find_path(&self, files: &[File], host: usize, path: &[u8]) -> Option<usize> {
        let hash = self.keys.as_ref().map(|keys| keys.hash(id(host), path));
        self.find_hashed_path(files, hash, host, path)
    }

    #[inline]
    fn find_hashed_path(
        &self,
        files: &[File],
        hash: Option<u32>,
        host: usize,
        path: &[u8],
    ) -> Option<usize> {
        let is_it =
            |known: &PathPrefix| known.host as usize == host && known.name.bytes(files) == path;
        match hash {
            None => self.paths.iter().position(is_it),
            Some(hash) => self.path_table.find(hash, |at| self.paths.get(at).is_some_and(is_it)),
        }
    }

    /// The best entry of each scope of a host that covers the repository, the longest prefix first.
    #[inline]
    fn each_scope(&self, files: &[File], host: usize, repository: &str, mut each: impl FnMut(Id)) {
        let Some(known) = self.hosts.get(host) else { return };
        if known.depths != 0 && !repository.is_empty() {
            // Of one byte, so that sixteen are counted in one go; a repository has 255 at most.
            let slashes = repository.bytes().fold(0_u8, |n, b| n.wrapping_add((b == b'/').into()));
            let mut depth = usize::from(slashes) + 1;
            let mut path = repository.as_bytes();
            loop {
                if known.depths & depth_bit(depth) != 0 {
                    let found = self.find_path(files, host, path);
                    if let Some(path) = found.and_then(|found| self.paths.get(found)) {
                        each(path.best);
                    }
                }
                depth -= 1;
                let Some(end) = path.iter().rposition(|b| *b == b'/') else { break };
                path = path.get(..end).unwrap_or_default();
            }
        }
        if known.whole != NONE {
            each(known.whole);
        }
    }

    /// The entry of the same scope that comes next.
    fn behind(&self, entry: Id) -> Option<Id> {
        self.next.get(entry as usize).copied().filter(|next| *next != NONE)
    }

    /// The entry with this id as a match; `None` for one that does not count, and for none.
    #[inline]
    fn match_at(&self, files: &[File], entry: Id) -> Option<Match> {
        let (number, position) = self.locate(entry);
        let file = files.get(number)?;
        let usable = match file.entries.get(position)?.state {
            EntryState::Usable => true,
            EntryState::Malformed(_) => false,
            EntryState::Absent | EntryState::Duplicate | EntryState::Unmatchable(_) => return None,
        };
        Some(Match { level: file.level(), file: id(number), entry: id(position), usable })
    }

    /// The file and the position in it of an entry.
    #[inline]
    fn locate(&self, id: Id) -> (usize, usize) {
        if self.file_starts.is_empty() {
            return (0, id as usize);
        }
        let file = self.file_starts.partition_point(|start| *start <= id);
        let start = file.checked_sub(1).and_then(|before| self.file_starts.get(before));
        (file, id.saturating_sub(start.copied().unwrap_or_default()) as usize)
    }
}

/// Whether a host is the one that is looked for. Nearly always it is, to the letter.
#[inline]
fn is_host(known: &[u8], host: &[u8]) -> bool {
    known == host || known.eq_ignore_ascii_case(host)
}

fn entry_at(files: &[File], file: usize, entry: usize) -> Option<(&File, &Entry)> {
    let file = files.get(file)?;
    Some((file, file.entries.get(entry)?))
}

fn depth_bit(segments: usize) -> u32 {
    1 << segments.min(31)
}
