//! Scopes -> entries: the lookup, and the only hot code.
//!
//! A file knows its entries by scope. A lookup asks each file of each layer for the host, walks the
//! path prefixes that cover the repository from the longest to none, and takes the first entry that
//! answers or blocks. Of the matches in several files the one with the best [`Rank`] wins. Hosts
//! with `*` are tried one by one ([`patterns`]), while one could still win.
//!
//! Nothing here allocates except for a list of all matches.

mod layers;
mod patterns;
mod precedence;

use std::sync::Arc;

pub(crate) use self::layers::{Layer, Layers, Part, SourceRead};
use self::patterns::Patterns;
pub(crate) use self::precedence::Rank;
use crate::file::{Entry, EntryState, File, Host, Position};

/// The registry and repository of a lookup. The host may be in any case.
#[derive(Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) host: &'q str,
    pub(crate) port: u32,
    /// Empty for a whole registry.
    pub(crate) repository: &'q str,
}

/// An entry that matches, whether it is usable or malformed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Match {
    /// The number of the file in its layer.
    pub(crate) file: u32,
    pub(crate) entry: Position,
    pub(crate) usable: bool,
}

impl Layers {
    /// Returns the match that answers, or that blocks the answer if it is malformed.
    #[inline(always)]
    pub(crate) fn best(&self, query: Query<'_>) -> Option<(&Arc<Layer>, Match)> {
        let mut best: Option<(&Arc<Layer>, Match)> = None;
        for layer in self.iter() {
            let Some(found) = layer.best(query) else { continue };
            if best.is_none_or(|(other, best)| wins((layer, found), (other, best))) {
                best = Some((layer, found));
            }
        }
        best
    }

    /// Returns every match with the number of its layer and its rank, best first.
    pub(crate) fn all(&self, query: Query<'_>) -> Vec<(usize, Rank, Match)> {
        let mut all = Vec::new();
        for (number, layer) in self.iter().enumerate() {
            layer.each_match(query, |found| {
                all.extend(layer.rank(found).map(|rank| (number, rank, found)));
            });
        }
        all.sort_unstable_by_key(|(number, rank, found)| (*rank, *number, *found));
        all
    }
}

/// Returns whether a match wins against one of a layer or file given earlier, which wins ties.
// Cold: few lookups have two matches in different files.
#[cold]
fn wins(new: (&Layer, Match), earlier: (&Layer, Match)) -> bool {
    new.0.rank(new.1) < earlier.0.rank(earlier.1)
}

impl Layer {
    #[inline(always)]
    fn best(&self, query: Query<'_>) -> Option<Match> {
        match (&*self.files, &self.patterns) {
            ([file], None) => best_in(0, file, query),
            _ => self.best_of_all(query),
        }
    }

    // Cold: most layers have one file without patterns, and should not pay for other layers'
    // registers (`hit, 1 entry`: 1.64 -> 1.3).
    #[cold]
    fn best_of_all(&self, query: Query<'_>) -> Option<Match> {
        let files = (0..).zip(&self.files);
        let matches = files.filter_map(|(number, file)| best_in(number, file, query));
        let best =
            matches.reduce(|best, new| if wins((self, new), (self, best)) { new } else { best });
        match &self.patterns {
            None => best,
            Some(patterns) => patterns.best(self, query, best),
        }
    }

    fn rank(&self, found: Match) -> Option<Rank> {
        let file = self.files.get(found.file as usize);
        let rank = file.and_then(|file| Some(Rank::of(file, file.entry(found.entry)?)));
        debug_assert!(rank.is_some(), "every match is an entry of its layer");
        rank
    }

    fn each_match(&self, query: Query<'_>, mut each: impl FnMut(Match)) {
        let mut each_of = |number: u32, file: &File, host: &Host| {
            for best in scopes(file, host, query.repository) {
                let scope = std::iter::once(best).chain(file.others(best));
                scope.filter_map(|entry| match_at(number, file, entry)).for_each(&mut each);
            }
        };
        for (number, file) in (0..).zip(&self.files) {
            if let Some(host) = file.host(query.host.as_bytes(), query.port) {
                each_of(number, file, host);
            }
        }
        if let Some(patterns) = &self.patterns {
            patterns.each_host(&self.files, query, each_of);
        }
    }
}

/// Returns the best match in a file for the exact host of the query.
#[inline(always)]
fn best_in(number: u32, file: &File, query: Query<'_>) -> Option<Match> {
    best_of(number, file, file.host(query.host.as_bytes(), query.port)?, query)
}

/// Returns the best match in a file for a host that the query matches.
#[inline(always)]
fn best_of(number: u32, file: &File, host: &Host, query: Query<'_>) -> Option<Match> {
    if host.has_paths() {
        return match_at(number, file, best_with_paths(file, host, query.repository)?);
    }
    match_at(number, file, host.whole)
}

// Not inlined: most lookups do not come here, and should not pay for its registers.
#[inline(never)]
fn best_with_paths(file: &File, host: &Host, repository: &str) -> Option<Position> {
    let may_answer = |at: &Position| file.entry(*at).is_some_and(Entry::may_answer);
    scopes(file, host, repository).find(may_answer)
}

/// Returns the best entry of each scope of a host that covers a repository, the longest path first.
#[inline]
fn scopes<'q>(
    file: &'q File,
    host: &'q Host,
    repository: &'q str,
) -> impl Iterator<Item = Position> + 'q {
    let segments = repository.bytes().filter(|b| *b == b'/').count() + 1;
    let prefixes = std::iter::successors(Some(repository), |path| Some(path.rsplit_once('/')?.0));
    let prefixes = (1..=segments).rev().zip(prefixes);
    let known = prefixes.filter(move |(segments, _)| host.has_paths_of(*segments));
    let known = known.filter_map(move |(_, path)| file.path_prefix(host, path.as_bytes()));
    known.chain(std::iter::once(host.whole))
}

/// Returns an entry as a match; `None` for one that neither answers nor blocks.
#[inline]
fn match_at(number: u32, file: &File, position: Position) -> Option<Match> {
    let entry = file.entry(position).filter(|entry| entry.may_answer())?;
    let usable = entry.state == EntryState::Usable;
    Some(Match { file: number, entry: position, usable })
}
