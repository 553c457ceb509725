//! Scopes -> entries: the only hot code.
//!
//! A lookup hashes the host and finds everything known of it in one probe: the entries for the whole
//! registry, and how deep the path prefixes under it go. Only where there are prefixes of a depth
//! that the repository has does it probe for them, the longest first. Entries of one scope form a
//! list with the best at its head, so one comparison for each probe is all that is left. Hosts with
//! `*` are kept apart, best first, and tried only while they could still win.
//!
//! Hashes are `std`'s keyed SipHash, so that a hostile task cannot make keys collide. Nothing here
//! allocates once built.

mod rank;
mod table;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use crate::config::{Entry, File, Standing};
use crate::image::DOCKER_HUB;
use crate::level::Level;
use crate::scope::{covers, is_pattern, pattern_covers};
use crate::warning::{Warning, WarningKind};

use self::rank::Rank;
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
    pub(crate) rank: Rank,
    pub(crate) file: usize,
    pub(crate) entry: usize,
    pub(crate) usable: bool,
}

/// Two entries of one file, of which one hides the other.
pub(crate) struct Hidden {
    pub(crate) file: usize,
    pub(crate) entry: usize,
    /// The entry that is used instead; `None` where it is the same key, further down.
    pub(crate) by: Option<usize>,
}

/// What there is to say of hidden entries. A key that hides many others is kept once.
pub(crate) fn warnings_of(hidden: &[Hidden], files: &[File]) -> Vec<Warning> {
    let mut last: Option<(usize, usize, Arc<str>)> = None;
    let warning = |hidden: &Hidden| {
        let file = files.get(hidden.file)?;
        let key = |entry: usize| Some(file.name(file.entries.get(entry)?.key));
        let kind = match hidden.by {
            None => WarningKind::RepeatedKey,
            Some(by) => {
                let known = last.take().filter(|known| (known.0, known.1) == (hidden.file, by));
                let preferred = match known {
                    Some((.., preferred)) => preferred,
                    None => key(by)?.into(),
                };
                last = Some((hidden.file, by, preferred.clone()));
                WarningKind::SameMeaning { preferred }
            }
        };
        Some(Warning::new(&file.place, key(hidden.entry), kind))
    };
    hidden.iter().filter_map(warning).collect()
}

/// The longest host with upper-case letters that a `*` is tried on; DNS allows 253 bytes.
const LONGEST_FOLDED_HOST: usize = 255;

pub(crate) struct Index {
    hasher: RandomState,
    /// Entries are counted through all files; this is where each file starts.
    starts: Vec<Id>,
    /// For each id, the next best of the same scope.
    next: Vec<Id>,
    host_table: Table,
    hosts: Vec<Host>,
    path_table: Table,
    paths: Vec<PathPrefix>,
    /// Entries whose host holds `*`, best first.
    patterns: Vec<Id>,
}

struct Host {
    /// Any entry with this host, for its text.
    sample: Id,
    /// The best entry for the whole registry, or `NONE`.
    whole: Id,
    /// Bit n: there are path prefixes of n segments; the last bit stands for all beyond.
    depths: u64,
}

struct PathPrefix {
    host: u32,
    best: Id,
}

impl Index {
    /// Builds the index of some files and settles which of their entries hide each other.
    pub(crate) fn build(files: &mut [File]) -> (Self, Vec<Hidden>) {
        let mut starts = Vec::with_capacity(files.len());
        let mut count: usize = 0;
        let (mut with_path, mut with_host): (usize, usize) = (0, 0);
        for file in &*files {
            starts.push(id(count));
            count += file.entries.len();
            for entry in &file.entries {
                with_host += 1;
                with_path += usize::from(!entry.path.is_empty());
            }
        }
        let mut index = Index {
            hasher: RandomState::new(),
            starts,
            next: vec![NONE; count],
            host_table: Table::for_items(with_host),
            hosts: Vec::new(),
            path_table: Table::for_items(with_path),
            paths: Vec::new(),
            patterns: Vec::new(),
        };
        for (number, file) in files.iter().enumerate() {
            for (position, entry) in file.entries.iter().enumerate() {
                if !matches!(entry.standing, Standing::Unmatchable(_)) {
                    index.insert(files, file, entry, index.id_of(number, position));
                }
            }
        }
        let hidden = index.settle(files);
        (index, hidden)
    }

    fn insert(&mut self, files: &[File], file: &File, entry: &Entry, new: Id) {
        let (host, path) = (file.name(entry.host), file.name(entry.path));
        if is_pattern(host) {
            self.patterns.push(new);
            return;
        }
        let hash = self.hash_host(host, entry.port);
        let fresh = self.hosts.len();
        let slot = self.host_table.probe(hash, |at| self.is_host(files, at, host, entry.port));
        let at = self.host_table.take_or(slot, hash, fresh);
        if at == fresh {
            self.hosts.push(Host { sample: new, whole: NONE, depths: 0 });
        }
        let head = if path.is_empty() {
            self.hosts.get_mut(at).map(|host| &mut host.whole)
        } else {
            if let Some(host) = self.hosts.get_mut(at) {
                host.depths |= depth_bit(path.split('/').count());
            }
            let hash = self.hash_path(at, path);
            let fresh = self.paths.len();
            let slot = self.path_table.probe(hash, |found| self.is_path(files, found, at, path));
            let found = self.path_table.take_or(slot, hash, fresh);
            if found == fresh {
                self.paths.push(PathPrefix { host: id(at), best: NONE });
            }
            self.paths.get_mut(found).map(|path| &mut path.best)
        };
        // Last in, first out: settled once all are in.
        if let (Some(head), Some(next)) = (head, self.next.get_mut(new as usize)) {
            *next = std::mem::replace(head, new);
        }
    }

    /// Puts the entries of each scope in order.
    fn settle(&mut self, files: &mut [File]) -> Vec<Hidden> {
        let mut hidden = Vec::new();
        let heads = self.hosts.iter().map(|host| host.whole);
        let heads: Vec<Id> = heads.chain(self.paths.iter().map(|path| path.best)).collect();
        let mut settled = HashMap::new();
        for head in heads {
            // Most scopes have one entry.
            if self.next_of(head) == NONE {
                continue;
            }
            let mut group: Vec<Id> = std::iter::successors(Some(head), |id| {
                Some(self.next_of(*id)).filter(|id| *id != NONE)
            })
            .collect();
            self.settle_group(files, &mut group, &mut hidden);
            let ids = group.iter().copied().chain([NONE]).collect::<Vec<_>>();
            for pair in ids.windows(2) {
                if let [this, next] = *pair {
                    self.set_next(this, next);
                }
            }
            settled.insert(head, ids.first().copied().unwrap_or(NONE));
        }
        let best = |head: &mut Id| *head = settled.get(head).copied().unwrap_or(*head);
        self.hosts.iter_mut().for_each(|host| best(&mut host.whole));
        self.paths.iter_mut().for_each(|path| best(&mut path.best));

        let mut patterns = std::mem::take(&mut self.patterns);
        self.settle_repeated(files, &mut patterns, &mut hidden);
        patterns.sort_by_cached_key(|id| self.order(files, *id));
        self.note_same_meaning(files, &patterns, &mut hidden);
        self.patterns = patterns;
        hidden
    }

    /// Orders entries of one scope, best first, and drops what does not count.
    fn settle_group(&self, files: &mut [File], group: &mut Vec<Id>, hidden: &mut Vec<Hidden>) {
        self.settle_repeated(files, group, hidden);
        group.sort_by_cached_key(|id| self.order(files, *id));
        self.note_same_meaning(files, group, hidden);
    }

    /// Notes entries whose scope another entry of the same file has too, and goes before.
    fn note_same_meaning(&self, files: &[File], ordered: &[Id], hidden: &mut Vec<Hidden>) {
        let mut first = HashMap::new();
        for id in ordered {
            let (file, entry) = self.locate(*id);
            let Some((read, at)) = entry_at(files, file, entry) else { continue };
            if at.standing == Standing::Absent {
                continue;
            }
            let scope = (file, read.name(at.host), at.port, read.name(at.path));
            let by = *first.entry(scope).or_insert(entry);
            if by != entry {
                hidden.push(Hidden { file, entry, by: Some(by) });
            }
        }
    }

    /// Keeps only the last of each key that a file repeats.
    fn settle_repeated(&self, files: &mut [File], ids: &mut Vec<Id>, hidden: &mut Vec<Hidden>) {
        let mut last: HashMap<(usize, &str), Id> = HashMap::new();
        let mut repeated = Vec::new();
        ids.sort_unstable();
        for id in &*ids {
            let (file, entry) = self.locate(*id);
            let Some((file_read, entry)) = entry_at(files, file, entry) else {
                continue;
            };
            if let Some(earlier) = last.insert((file, file_read.name(entry.key)), *id) {
                repeated.push(earlier);
            }
        }
        for id in &repeated {
            let (file, entry) = self.locate(*id);
            if let Some(entry) = files.get_mut(file).and_then(|file| file.entries.get_mut(entry)) {
                entry.standing = Standing::Repeated;
            }
            hidden.push(Hidden { file, entry, by: None });
        }
        ids.retain(|id| self.standing(files, *id) != Standing::Repeated);
    }

    /// Absent entries come last: they never answer.
    fn order(&self, files: &[File], id: Id) -> Option<(bool, Rank, Id)> {
        let (file, entry) = self.locate(id);
        let (file, entry) = entry_at(files, file, entry)?;
        Some((entry.standing == Standing::Absent, Rank::of(file, entry), id))
    }

    fn standing(&self, files: &[File], id: Id) -> Standing {
        let (file, entry) = self.locate(id);
        entry_at(files, file, entry).map_or(Standing::Absent, |(_, entry)| entry.standing)
    }

    /// The best match, if any: the one entry that answers, even if only to say that it is malformed.
    pub(crate) fn best<F: AsRef<File>>(&self, files: &[F], query: Query<'_>) -> Option<Match> {
        let mut best: Option<Match> = None;
        self.each_exact(files, query, |id| {
            if let Some(found) = self.match_at(files, id) {
                if best.is_none_or(|best| found.rank < best.rank) {
                    best = Some(found);
                }
            }
        });
        self.each_pattern(files, query, best.map(|best| best.rank.level), |found| {
            if best.is_none_or(|best| found.rank < best.rank) {
                best = Some(found);
            }
            false
        });
        best
    }

    /// Every match, best first.
    pub(crate) fn all<F: AsRef<File>>(&self, files: &[F], query: Query<'_>) -> Vec<Match> {
        let mut all = Vec::new();
        self.each_exact(files, query, |head| {
            let mut id = head;
            while let Some(found) = self.match_at(files, id) {
                all.push(found);
                id = self.next_of(id);
            }
        });
        self.each_pattern(files, query, None, |found| {
            all.push(found);
            true
        });
        all.sort_by_key(|found| (found.rank, found.file, found.entry));
        all
    }

    /// The best entry of each scope with exactly this host that covers the query.
    fn each_exact<F: AsRef<File>>(&self, files: &[F], query: Query<'_>, mut each: impl FnMut(Id)) {
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
                        each(path.best);
                    }
                }
                match prefix.rsplit_once('/') {
                    Some((shorter, _)) => (prefix, depth) = (shorter, depth - 1),
                    None => break,
                }
            }
        }
        each(host.whole);
    }

    /// Matches by `*`, best first, until `each` has seen enough or a stronger level has answered.
    fn each_pattern<F: AsRef<File>>(
        &self,
        files: &[F],
        query: Query<'_>,
        answered: Option<Level>,
        mut each: impl FnMut(Match) -> bool,
    ) {
        let mut buffer = [0; LONGEST_FOLDED_HOST];
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

    /// The entry with this id as a match; `None` for no entry and for one that is absent.
    fn match_at<F: AsRef<File>>(&self, files: &[F], id: Id) -> Option<Match> {
        if id == NONE {
            return None;
        }
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
            let (file, entry) = self.locate(known.best);
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

    fn id_of(&self, file: usize, entry: usize) -> Id {
        self.starts.get(file).map_or(NONE, |start| start.saturating_add(id(entry)))
    }

    /// The file and the position in it of an entry.
    fn locate(&self, id: Id) -> (usize, usize) {
        let file = self.starts.partition_point(|start| *start <= id).saturating_sub(1);
        let start = self.starts.get(file).copied().unwrap_or_default();
        (file, id.saturating_sub(start) as usize)
    }

    fn next_of(&self, id: Id) -> Id {
        self.next.get(id as usize).copied().unwrap_or(NONE)
    }

    fn set_next(&mut self, id: Id, next: Id) {
        if let Some(slot) = self.next.get_mut(id as usize) {
            *slot = next;
        }
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

fn lower_case<'b>(host: &'b str, buffer: &'b mut [u8; LONGEST_FOLDED_HOST]) -> Option<&'b str> {
    if !host.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some(host);
    }
    let lower = buffer.get_mut(..host.len())?;
    lower.copy_from_slice(host.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}
