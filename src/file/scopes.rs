//! The entries of a file by scope: a hash table of hosts and one of path prefixes.
//!
//! A lookup hashes the host alone, whatever the image, and finds everything known of it: the entry
//! for the whole registry, and the depths of the path prefixes below it. It probes for a path
//! prefix only if there is one of that depth. The tables hold positions of entries. Texts stay in
//! the file, so that a table of 100,000 hosts takes 1.7 MB.
//!
//! A file with one entry, as most tasks bring, has no table: with one, `one image from 1 entry` takes
//! 8 % more instructions.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::entry::{Entry, File};
use super::entry_state::EntryState;
use crate::secret::Span;

/// The position of an entry in its file.
pub(crate) type Position = u32;

/// The position of no entry: files end before, as their texts have offsets of 32 bits.
const NONE: Position = Position::MAX;

#[derive(Default)]
pub(crate) struct Scopes {
    /// The host of a file with one entry.
    only: Option<Host>,
    hasher: HostHasher,
    hosts: HashTable<Host>,
    paths: HashTable<PathPrefix>,
    /// For scopes with several entries, those after the best one, sorted by the best one and then
    /// in the order in which they answer.
    others: Vec<Other>,
    has_globs: bool,
}

/// A host and port, exact or with `*`.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    /// The first entry with this host, whatever its path.
    pub(crate) first: Position,
    /// The best entry for the whole registry; no entry if all have a path.
    pub(crate) whole: Position,
    /// Bit *n* is set if there is a path prefix of *n* segments; the last bit also stands for more.
    depths: u32,
}

impl Host {
    pub(crate) fn has_paths(&self) -> bool {
        self.depths != 0
    }

    pub(crate) fn has_paths_of(&self, segments: usize) -> bool {
        self.depths & depth_bit(segments) != 0
    }
}

struct PathPrefix {
    /// [`Host::first`] of its host.
    host: Position,
    best: Position,
}

struct Other {
    best: Position,
    entry: Position,
}

impl File {
    /// Groups the entries by scope: marks duplicate keys, and finds the best entry of each scope.
    pub(super) fn group_by_scope(&mut self) {
        if let [only] = &*self.entries {
            let is_matchable = !matches!(only.state, EntryState::Unmatchable(_));
            self.scopes.only = is_matchable.then(|| {
                let path = self.bytes(only.path);
                let (whole, depths) = match path.is_empty() {
                    true => (0, 0),
                    false => (NONE, depth_bit(segments(path))),
                };
                Host { first: 0, whole, depths }
            });
            return;
        }
        let with_path = self.entries.iter().filter(|entry| !entry.path.is_empty()).count();
        let mut scopes = Scopes {
            // Most keys without a path name different hosts, and most with one share a few.
            hosts: HashTable::with_capacity(self.entries.len() - with_path),
            paths: HashTable::with_capacity(with_path),
            ..Scopes::default()
        };
        let mut shared = Vec::new();
        for (position, entry) in (0..).zip(&self.entries) {
            if matches!(entry.state, EntryState::Unmatchable(_)) {
                continue;
            }
            scopes.has_globs |= entry.literals.is_some();
            let best = scopes.best_mut(self, position, entry);
            match *best {
                NONE => *best = position,
                best if best == position => {}
                best => shared.push((best, position)),
            }
        }
        if !shared.is_empty() {
            self.settle(&mut scopes, shared);
        }
        self.scopes = scopes;
    }

    /// Puts the entries of each scope that has several in order. `shared` pairs the first entry of
    /// a scope with each further one.
    fn settle(&mut self, scopes: &mut Scopes, mut shared: Vec<(Position, Position)>) {
        shared.sort_unstable();
        let mut positions = Vec::new();
        for group in shared.chunk_by(|one, other| one.0 == other.0) {
            let [(first, _), ..] = *group else { continue };
            positions.clear();
            positions.extend(std::iter::once(first).chain(group.iter().map(|(_, other)| *other)));
            self.mark_duplicates(&mut positions);
            positions.retain(|position| self.known(*position).may_answer());
            positions.sort_unstable_by_key(|position| (self.known(*position).spelling, *position));
            let [best, others @ ..] = &*positions else { continue };
            *scopes.best_mut(self, first, self.known(first)) = *best;
            let others = others.iter().map(|entry| Other { best: *best, entry: *entry });
            scopes.others.extend(others);
        }
        scopes.others.sort_by_key(|other| other.best);
    }

    pub(crate) fn entry(&self, position: Position) -> Option<&Entry> {
        self.entries.get(position as usize)
    }

    /// Returns an entry that the tables name.
    pub(crate) fn known(&self, position: Position) -> &Entry {
        let entry = self.entry(position);
        debug_assert!(entry.is_some(), "the tables name only entries of their file");
        entry.unwrap_or(&Entry::EMPTY)
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        self.texts.text.bytes(span)
    }

    /// Returns what is known of a host, which may be in any case.
    #[inline(always)]
    pub(crate) fn host(&self, name: &[u8], port: u32) -> Option<&Host> {
        if let Some(only) = &self.scopes.only {
            return Some(only).filter(|host| self.is_host(host, name, port));
        }
        let hash = self.scopes.hasher.hash(port, name);
        self.scopes.hosts.find(hash, |host| self.is_host(host, name, port))
    }

    /// Returns the best entry for a path prefix of a host.
    #[inline]
    pub(crate) fn path_prefix(&self, host: &Host, path: &[u8]) -> Option<Position> {
        if self.scopes.only.is_some() {
            return Some(host.first).filter(|only| self.path_at(*only) == path);
        }
        let hash = self.scopes.hasher.hash(host.first, path);
        let known = self.scopes.paths.find(hash, |known| self.is_path(known, host, path));
        known.map(|known| known.best)
    }

    #[inline]
    fn is_host(&self, host: &Host, name: &[u8], port: u32) -> bool {
        let entry = self.known(host.first);
        let known = self.bytes(entry.host);
        // Nearly all images spell their host in lower case.
        u32::from(entry.port) == port && (known == name || known.eq_ignore_ascii_case(name))
    }

    fn path_at(&self, position: Position) -> &[u8] {
        self.bytes(self.known(position).path)
    }

    fn is_path(&self, known: &PathPrefix, host: &Host, path: &[u8]) -> bool {
        known.host == host.first && self.path_at(known.best) == path
    }

    /// Returns the entries of a scope after its best one, in the order in which they answer.
    pub(crate) fn others(&self, best: Position) -> impl Iterator<Item = Position> + '_ {
        let others = &self.scopes.others;
        let start = others.partition_point(|other| other.best < best);
        let others = others.iter().skip(start).take_while(move |other| other.best == best);
        others.map(|other| other.entry)
    }

    /// Returns every entry that has the same scope as a better one, and that one.
    pub(super) fn equivalents(&self) -> impl Iterator<Item = (Position, Position)> + '_ {
        self.scopes.others.iter().map(|other| (other.entry, other.best))
    }

    /// Returns the hosts with `*`, in no order.
    pub(crate) fn globs(&self) -> impl Iterator<Item = Host> + '_ {
        let Scopes { only, hosts, has_globs, .. } = &self.scopes;
        let hosts = has_globs.then(|| hosts.iter().copied()).into_iter().flatten();
        let hosts = only.iter().copied().chain(hosts);
        hosts.filter(|host| self.known(host.first).literals.is_some())
    }
}

impl Scopes {
    /// Returns the best entry so far for the scope of an entry: `NONE` or the entry itself if the
    /// scope is new.
    fn best_mut(&mut self, file: &File, position: Position, entry: &Entry) -> &mut Position {
        let Scopes { hasher, hosts, paths, .. } = self;
        let (name, port) = (file.bytes(entry.host), entry.port.into());
        let is_it = |host: &Host| file.is_host(host, name, port);
        let rehash = |host: &Host| {
            let entry = file.known(host.first);
            hasher.hash(entry.port.into(), file.bytes(entry.host))
        };
        let new = Host { first: position, whole: NONE, depths: 0 };
        let host = hosts.entry(hasher.hash(port, name), is_it, rehash).or_insert(new).into_mut();
        if entry.path.is_empty() {
            return &mut host.whole;
        }
        let path = file.bytes(entry.path);
        host.depths |= depth_bit(segments(path));
        let is_it = |known: &PathPrefix| file.is_path(known, host, path);
        let rehash = |known: &PathPrefix| hasher.hash(known.host, file.path_at(known.best));
        let new = PathPrefix { host: host.first, best: position };
        let known = paths.entry(hasher.hash(host.first, path), is_it, rehash).or_insert(new);
        &mut known.into_mut().best
    }
}

fn segments(path: &[u8]) -> usize {
    path.iter().filter(|b| **b == b'/').count() + 1
}

fn depth_bit(segments: usize) -> u32 {
    1 << segments.min(31)
}

/// Hashes hosts and paths, with random seeds of its own for each file.
///
/// [`foldhash`] claims that no list of texts collides under every seed. It does not claim to
/// withstand an attacker who observes hashes, their timing or the order of a table; an agent
/// that looks images up in a file shows none of them to the task that wrote it. Of 20,000 hosts that
/// differ in four bytes none is further than 4 probes from its place, as with `std`'s SipHash, which
/// takes 11 ns for a host instead of 3.
#[derive(Default)]
struct HostHasher(RandomState);

impl HostHasher {
    /// Hashes a host, in any case, with its port, or a path with the number of its host.
    #[inline]
    fn hash(&self, of: u32, text: &[u8]) -> u64 {
        const BLOCK: usize = 16;
        // The bit in which the cases of a letter differ. No two other characters of hosts and paths
        // differ in it alone.
        const CASE: u128 = u128::from_ne_bytes([0x20; BLOCK]);
        let mut hasher = self.0.build_hasher();
        let mut write = |block: u128| hasher.write_u128(block | CASE);
        match text.last_chunk() {
            // The last block may overlap the one before it.
            Some(last) => {
                let before = text.get(..text.len() - 1).unwrap_or_default();
                let blocks = before.chunks_exact(BLOCK).filter_map(<[u8]>::first_chunk);
                blocks.for_each(|block| write(u128::from_le_bytes(*block)));
                write(u128::from_le_bytes(*last));
            }
            // Not copied byte by byte into a block: reading it at once would wait for each byte.
            None => match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
                (Some(first), Some(last)) => {
                    let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
                    write(u128::from(first) << 64 | u128::from(last));
                }
                _ => write(text.iter().fold(0, |word, b| word << 8 | u128::from(*b))),
            },
        }
        hasher.write_u64(u64::from(of) << 32 | text.len() as u64);
        hasher.finish()
    }
}
