//! Building the index: entries are gathered by scope, then each scope is put in order.

use std::collections::HashMap;
use std::sync::Arc;

use super::hash::Keys;
use super::patterns::Patterns;
use super::precedence::Rank;
use super::table::{Id, NONE, Table, id};
use super::{Host, Index, PathPrefix, Text, depth_bit, entry_at};
use crate::error::{Warning, WarningKind};
use crate::file::{Entry, EntryState, File};

/// Up to so many entries are looked at one by one.
const FEW: usize = 8;

/// Two entries of one file, of which one hides the other.
pub(crate) struct Hidden {
    file: usize,
    entry: usize,
    /// The entry that goes before; `None` where it is the same key, further down.
    by: Option<usize>,
}

/// What there is to say of hidden entries. A key that hides many others is kept once.
pub(crate) fn warnings_of(hidden: &[Hidden], files: &[File]) -> Vec<Warning> {
    let mut last: Option<(usize, usize, Arc<str>)> = None;
    let warning = |hidden: &Hidden| {
        let file = files.get(hidden.file)?;
        let key = |entry: usize| Some(file.text(file.entries.get(entry)?.key));
        let kind = match hidden.by {
            None => WarningKind::DuplicateKey,
            Some(by) => {
                let known = last.take().filter(|known| (known.0, known.1) == (hidden.file, by));
                let preferred = match known {
                    Some((.., preferred)) => preferred,
                    None => key(by)?.into(),
                };
                last = Some((hidden.file, by, preferred.clone()));
                WarningKind::EquivalentKey { preferred }
            }
        };
        Some(Warning::new(&file.location, key(hidden.entry), kind))
    };
    hidden.iter().filter_map(warning).collect()
}

impl Index {
    /// Builds the index of some files and settles which of their entries hide each other.
    pub(crate) fn build(files: &mut [File]) -> (Self, Vec<Hidden>) {
        let mut building = IndexBuilder::new(files);
        for (number, file) in files.iter().enumerate() {
            for (position, entry) in file.entries.iter().enumerate() {
                if !matches!(entry.state, EntryState::Unmatchable(_)) {
                    building.add(files, number, position, entry);
                }
            }
        }
        let hidden = building.settle(files);
        (building.index, hidden)
    }
}

/// What the entries of one scope hang on.
#[derive(Clone, Copy)]
enum Scope {
    Whole { host: usize },
    Path { path: usize },
}

struct IndexBuilder {
    index: Index,
    patterns: Patterns,
    entries: usize,
    /// Scopes with more than one entry.
    crowded: Vec<Scope>,
}

impl IndexBuilder {
    fn new(files: &[File]) -> Self {
        let counts = files.iter().map(|file| file.entries.len());
        let entries: usize = counts.clone().sum();
        let all = || files.iter().flat_map(|file| &file.entries);
        let is_few = entries <= FEW;
        let mut index = Index {
            file_starts: Vec::new(),
            keys: (!is_few).then(|| Box::new(Keys::random())),
            host_table: Table::default(),
            hosts: Vec::new(),
            path_table: Table::default(),
            paths: Vec::new(),
            next: Vec::new(),
            patterns: None,
        };
        if files.len() > 1 {
            let starts = counts.scan(0, |sum, count| {
                *sum += count;
                Some(id(*sum))
            });
            index.file_starts = starts.take(files.len() - 1).collect();
        }
        // Most keys without a path are hosts of their own, and most with one share a few.
        let paths = if is_few { 0 } else { all().filter(|entry| !entry.path.is_empty()).count() };
        let hosts = entries - paths;
        index.hosts.reserve_exact(hosts);
        index.paths.reserve_exact(paths);
        if !is_few {
            (index.host_table, index.path_table) =
                (Table::for_items(hosts), Table::for_items(paths));
        }
        IndexBuilder { index, patterns: Patterns::default(), entries, crowded: Vec::new() }
    }

    fn add(&mut self, files: &[File], number: usize, position: usize, entry: &Entry) {
        let start = number.checked_sub(1).and_then(|before| self.index.file_starts.get(before));
        let new = id(start.map_or(0, |start| *start as usize) + position);
        let text = |span| Text { file: id(number), span };
        let host = self.host(files, text(entry.host), entry);
        if let (Some(literals), Some(file)) = (entry.literals, files.get(number)) {
            if let Some(known) = self.index.hosts.get(host) {
                self.patterns.add(files, file.level(), literals, id(host), known);
            }
        }
        let scope = if entry.path.is_empty() {
            Scope::Whole { host }
        } else {
            Scope::Path { path: self.path(files, host, text(entry.path)) }
        };
        let Some(best) = self.best_of(scope) else { return };
        let first = *best;
        if first == NONE {
            *best = new;
            return;
        }
        let next = &mut self.index.next;
        next.resize(self.entries, NONE);
        let behind = next.get_mut(first as usize).map(|behind| std::mem::replace(behind, new));
        match behind {
            Some(NONE) => self.crowded.push(scope),
            Some(behind) => {
                if let Some(after) = next.get_mut(new as usize) {
                    *after = behind;
                }
            }
            None => {}
        }
    }

    fn is_pattern(&self, scope: Scope) -> bool {
        let host = match scope {
            Scope::Whole { host } => Some(host),
            Scope::Path { path } => self.index.paths.get(path).map(|path| path.host as usize),
        };
        host.and_then(|host| self.index.hosts.get(host)).is_some_and(|host| host.is_pattern)
    }

    fn best_of(&mut self, scope: Scope) -> Option<&mut Id> {
        match scope {
            Scope::Whole { host } => Some(&mut self.index.hosts.get_mut(host)?.whole),
            Scope::Path { path } => Some(&mut self.index.paths.get_mut(path)?.best),
        }
    }

    /// The number of a host, which is a new one if it is not known.
    fn host(&mut self, files: &[File], name: Text, entry: &Entry) -> usize {
        let port = entry.port;
        let index = &mut self.index;
        let host = name.bytes(files);
        let hash = index.keys.as_ref().map(|keys| keys.hash(port.into(), host));
        if let Some(known) = index.find_hashed_host(files, hash, host, port.into()) {
            return known;
        }
        let new = index.hosts.len();
        let is_pattern = entry.literals.is_some();
        index.hosts.push(Host { name, port, is_pattern, depths: 0, whole: NONE });
        if let Some(hash) = hash {
            index.host_table.add(hash, id(new));
        }
        new
    }

    /// The number of a path prefix on a host, which is a new one if it is not known.
    fn path(&mut self, files: &[File], host: usize, name: Text) -> usize {
        let index = &mut self.index;
        let path = name.bytes(files);
        if let Some(known) = index.hosts.get_mut(host) {
            known.depths |= depth_bit(path.iter().filter(|b| **b == b'/').count() + 1);
        }
        let hash = index.keys.as_ref().map(|keys| keys.hash(id(host), path));
        if let Some(known) = index.find_hashed_path(files, hash, host, path) {
            return known;
        }
        let new = index.paths.len();
        index.paths.push(PathPrefix { name, host: id(host), best: NONE });
        if let Some(hash) = hash {
            index.path_table.add(hash, id(new));
        }
        new
    }

    /// Puts the entries of each scope in order.
    fn settle(&mut self, files: &mut [File]) -> Vec<Hidden> {
        let mut hidden = Vec::new();
        let mut crowded = std::mem::take(&mut self.crowded);
        // In the order of their first entries, patterns last.
        crowded.sort_by_cached_key(|scope| {
            (self.is_pattern(*scope), self.best_of(*scope).map(|best| *best))
        });
        for scope in crowded {
            let best = self.best_of(scope).map(|best| *best);
            let mut row: Vec<Id> =
                std::iter::successors(best, |entry| self.index.behind(*entry)).collect();
            row.sort_unstable();
            self.index.settle_row(files, &mut row, &mut hidden);
            if let (Some(best), Some(first)) = (self.best_of(scope), row.first()) {
                *best = *first;
            }
            let behind = row.iter().skip(1).copied().chain(std::iter::once(NONE));
            for (entry, behind) in row.iter().zip(behind) {
                if let Some(next) = self.index.next.get_mut(*entry as usize) {
                    *next = behind;
                }
            }
        }
        self.index.patterns = std::mem::take(&mut self.patterns).finish();
        hidden
    }
}

impl Index {
    /// Puts the entries of one scope in order, best first, and last what never answers: of a key
    /// that a file repeats only the last counts.
    fn settle_row(&self, files: &mut [File], row: &mut [Id], hidden: &mut Vec<Hidden>) {
        for earlier in self.repeated(files, row) {
            let (file, entry) = self.locate(earlier);
            if let Some(entry) = files.get_mut(file).and_then(|file| file.entries.get_mut(entry)) {
                entry.state = EntryState::Duplicate;
            }
            hidden.push(Hidden { file, entry, by: None });
        }
        row.sort_by_cached_key(|id| {
            let (file, entry) = self.locate(*id);
            let (file, entry) = entry_at(files, file, entry)?;
            Some((!counts(entry), Rank::of(file, entry), *id))
        });
        let mut first = HashMap::new();
        for id in row {
            let (file, entry) = self.locate(*id);
            if !entry_at(files, file, entry).is_some_and(|(_, entry)| counts(entry)) {
                break;
            }
            let by = *first.entry(file).or_insert(entry);
            if by != entry {
                hidden.push(Hidden { file, entry, by: Some(by) });
            }
        }
    }

    /// The entries whose key comes again further down in the same file.
    fn repeated(&self, files: &[File], row: &[Id]) -> Vec<Id> {
        let mut last: HashMap<(usize, &str), Id> = HashMap::new();
        let earlier = |id: &Id| {
            let (file, entry) = self.locate(*id);
            let (read, entry) = entry_at(files, file, entry)?;
            last.insert((file, read.text(entry.key)), *id)
        };
        row.iter().filter_map(earlier).collect()
    }
}

fn counts(entry: &Entry) -> bool {
    matches!(entry.state, EntryState::Usable | EntryState::Malformed(_))
}
