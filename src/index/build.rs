//! Building the index: entries are gathered by scope, then each scope is put in order.

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

use super::rank::Rank;
use super::table::{Id, NONE, Table, id};
use super::{Host, Index, PathPrefix, depth_bit, entry_at};
use crate::config::{Entry, File, Standing};
use crate::scope::is_pattern;
use crate::warning::{Warning, WarningKind};

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

impl Index {
    /// Builds the index of some files and settles which of their entries hide each other.
    pub(crate) fn build(files: &mut [File]) -> (Self, Vec<Hidden>) {
        let entries = || files.iter().flat_map(|file| &file.entries);
        let mut index = Index {
            hasher: RandomState::new(),
            file_starts: Vec::with_capacity(files.len()),
            host_table: Table::for_items(entries().count()),
            hosts: Vec::new(),
            path_table: Table::for_items(entries().filter(|e| !e.path.is_empty()).count()),
            paths: Vec::new(),
            rows: Vec::new(),
            row_starts: Vec::new(),
            patterns: Vec::new(),
        };
        let mut row_of = Vec::with_capacity(entries().count());
        let mut rows = 0;
        for file in &*files {
            index.file_starts.push(id(row_of.len()));
            for entry in &file.entries {
                let row = match entry.standing {
                    Standing::Unmatchable(_) => NONE,
                    _ => index.row_for(files, file, entry, id(row_of.len()), &mut rows),
                };
                row_of.push(row);
            }
        }
        index.fill_rows(&row_of, rows);
        let hidden = index.settle(files);
        (index, hidden)
    }

    /// The number of the row for an entry, which is a new one if its scope is.
    fn row_for(
        &mut self,
        files: &[File],
        file: &File,
        entry: &Entry,
        new: Id,
        rows: &mut u32,
    ) -> u32 {
        let (host, path) = (file.name(entry.host), file.name(entry.path));
        let mut new_row = || {
            *rows += 1;
            *rows - 1
        };
        if is_pattern(host) {
            self.patterns.push(new);
            return NONE;
        }
        let hash = self.hash_host(host, entry.port);
        let slot = self.host_table.probe(hash, |at| self.is_host(files, at, host, entry.port));
        let at = self.host_table.take_or(slot, hash, self.hosts.len());
        if at == self.hosts.len() {
            self.hosts.push(Host { sample: new, whole: NONE, depths: 0 });
        }
        let Some(known) = self.hosts.get_mut(at) else { return NONE };
        if path.is_empty() {
            if known.whole == NONE {
                known.whole = new_row();
            }
            return known.whole;
        }
        known.depths |= depth_bit(path.split('/').count());
        let hash = self.hash_path(at, path);
        let slot = self.path_table.probe(hash, |found| self.is_path(files, found, at, path));
        let found = self.path_table.take_or(slot, hash, self.paths.len());
        if found == self.paths.len() {
            self.paths.push(PathPrefix { host: id(at), sample: new, row: new_row() });
        }
        self.paths.get(found).map_or(NONE, |path| path.row)
    }

    /// Lays out the rows one after the other, in each the entries as they came.
    fn fill_rows(&mut self, row_of: &[u32], rows: u32) {
        let mut next = vec![0_u32; rows as usize + 1];
        for row in row_of.iter().filter(|row| **row != NONE) {
            if let Some(count) = next.get_mut(*row as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut next {
            sum += *count;
            *count = sum;
        }
        self.row_starts = next.clone();
        self.rows = vec![NONE; sum as usize];
        for (entry, row) in row_of.iter().enumerate().filter(|(_, row)| **row != NONE) {
            if let Some(place) = next.get_mut(*row as usize) {
                if let Some(slot) = self.rows.get_mut(*place as usize) {
                    *slot = id(entry);
                }
                *place += 1;
            }
        }
    }

    /// Puts each row in order, and the patterns.
    fn settle(&mut self, files: &mut [File]) -> Vec<Hidden> {
        let mut hidden = Vec::new();
        let mut rows = std::mem::take(&mut self.rows);
        let mut rest = &mut *rows;
        for bounds in self.row_starts.windows(2) {
            let &[start, end] = bounds else { continue };
            let Some((row, after)) = rest.split_at_mut_checked((end - start) as usize) else {
                break;
            };
            rest = after;
            // Most scopes have one entry.
            if row.len() > 1 {
                self.settle_row(files, row, &mut hidden);
            }
        }
        self.rows = rows;
        let mut patterns = std::mem::take(&mut self.patterns);
        self.settle_row(files, &mut patterns, &mut hidden);
        self.patterns = patterns;
        hidden
    }

    /// Puts entries in order, best first, and last what never answers: of a key that a file repeats
    /// only the last counts.
    fn settle_row(&self, files: &mut [File], row: &mut [Id], hidden: &mut Vec<Hidden>) {
        for earlier in self.repeated(files, row) {
            let (file, entry) = self.locate(earlier);
            if let Some(entry) = files.get_mut(file).and_then(|file| file.entries.get_mut(entry)) {
                entry.standing = Standing::Repeated;
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
            let Some((read, at)) = entry_at(files, file, entry).filter(|(_, at)| counts(at)) else {
                break;
            };
            let scope = (file, read.name(at.host), at.port, read.name(at.path));
            let by = *first.entry(scope).or_insert(entry);
            if by != entry {
                hidden.push(Hidden { file, entry, by: Some(by) });
            }
        }
    }

    /// The entries whose key stands again further down in the same file.
    fn repeated(&self, files: &[File], row: &[Id]) -> Vec<Id> {
        let mut last: HashMap<(usize, &str), Id> = HashMap::new();
        let earlier = |id: &Id| {
            let (file, entry) = self.locate(*id);
            let (read, entry) = entry_at(files, file, entry)?;
            last.insert((file, read.name(entry.key)), *id)
        };
        row.iter().filter_map(earlier).collect()
    }
}

fn counts(entry: &Entry) -> bool {
    matches!(entry.standing, Standing::Usable | Standing::Malformed(_))
}
