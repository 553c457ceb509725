//! Hosts with `*`, found by what of them is literal.
//!
//! A pattern's shape says which of its labels hold a `*`, and how many characters stand before the first and
//! behind the last of them. What is literal there stands in the same places of a host: so one probe for each shape finds
//! every pattern that could cover it, and perhaps others, with something else between two `*` of a label. Real files
//! have one or two shapes, however many patterns; one that is made to have many costs a lookup what trying each
//! pattern would.

use std::collections::HashMap;

use super::hash::Keys;
use super::table::{Id, NONE, Table, id};
use super::{Host, Index, Match, Query};
use crate::config::File;
use crate::level::Level;
use crate::scope::{LONGEST_HOST, pattern_covers};

pub(super) struct Patterns {
    /// The strongest level that has any.
    level: Level,
    shapes: Vec<Shape>,
    /// From the hash of a shape and its literal characters to the first pattern with these.
    table: Table,
    patterns: Vec<Pattern>,
}

struct Pattern {
    shape: Id,
    host: Id,
    /// Another one with the same literal characters in the same places, or `NONE`.
    next: Id,
}

/// For each label how much of it is literal.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape(Box<[Label]>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Label {
    Literal,
    /// So many characters before the first `*` and behind the last.
    Starred {
        head: u8,
        tail: u8,
    },
}

impl Shape {
    /// `None` for a pattern that is longer than any host that one is tried on.
    fn of(pattern: &str) -> Option<Self> {
        if pattern.bytes().filter(|b| *b != b'*').count() > LONGEST_HOST {
            return None;
        }
        let label = |label: &str| match (label.find('*'), label.rfind('*')) {
            (Some(first), Some(last)) => {
                let (head, tail) = (first, label.len() - last - 1);
                Some(Label::Starred { head: head.try_into().ok()?, tail: tail.try_into().ok()? })
            }
            _ => Some(Label::Literal),
        };
        pattern.split('.').map(label).collect::<Option<_>>().map(Shape)
    }

    /// The hash of what stands in the literal places of a host, or of a pattern of this shape, with that number.
    /// `None` for a host that has not so many labels or characters.
    fn hash(&self, number: usize, keys: &Keys, host: &str, port: u32) -> Option<u32> {
        let mut labels = host.split('.');
        let mut hash = id(number) << 16 ^ port;
        for shape in &self.0 {
            let label = labels.next()?;
            match *shape {
                Label::Literal => hash = keys.hash(hash, label.as_bytes()),
                Label::Starred { head, tail } => {
                    let (head, rest) = label.split_at_checked(head.into())?;
                    let (_, tail) = rest.split_at_checked(rest.len().checked_sub(tail.into())?)?;
                    hash = keys.hash(keys.hash(hash, head.as_bytes()), tail.as_bytes());
                }
            }
        }
        labels.next().is_none().then_some(hash)
    }
}

impl Patterns {
    /// The best match, by a pattern where that is better than the best by the very host.
    #[cold]
    pub(super) fn best(&self, index: &Index, files: &[File], query: Query<'_>) -> Option<Match> {
        let exact = index.best_exact(files, query);
        if exact.is_some_and(|exact| exact.level <= self.level) {
            return exact;
        }
        let in_order = |found: Match| ((index.rank(files, found), found.file, found.entry), found);
        let mut best = exact.map(in_order);
        self.each_host(index, files, query, |host| {
            index.each_scope(files, host, query.repository, |entry| {
                if let Some(found) = index.match_at(files, entry).map(in_order) {
                    if best.is_none_or(|best| found.0 < best.0) {
                        best = Some(found);
                    }
                }
            });
        });
        best.map(|(_, found)| found)
    }

    /// Every pattern that covers the host.
    pub(super) fn each_host(
        &self,
        index: &Index,
        files: &[File],
        query: Query<'_>,
        mut each: impl FnMut(usize),
    ) {
        let mut buffer = [0; LONGEST_HOST];
        if query.is_docker_hub() {
            return;
        }
        let (Some(host), Some(keys)) = (lower_case(query.host, &mut buffer), &index.keys) else {
            return;
        };
        for (number, shape) in self.shapes.iter().enumerate() {
            let hash = shape.hash(number, keys, host, query.port);
            let mut next = hash.and_then(|hash| self.table.find(hash, |_| true));
            while let Some(pattern) = next.and_then(|next| self.patterns.get(next)) {
                let at = pattern.host as usize;
                let is_meant = |known: &&Host| {
                    pattern.shape == id(number) && u32::from(known.port) == query.port
                };
                let known = index.hosts.get(at).filter(is_meant);
                let name =
                    known.and_then(|known| std::str::from_utf8(known.name.bytes(files)).ok());
                if name.is_some_and(|name| pattern_covers(name, host)) {
                    each(at);
                }
                next = (pattern.next != NONE).then_some(pattern.next as usize);
            }
        }
    }
}

/// Gathers patterns while an index is built.
pub(super) struct Gathering {
    patterns: Patterns,
    shapes: HashMap<Shape, usize>,
}

impl Gathering {
    pub(super) fn new() -> Self {
        let patterns = Patterns {
            level: Level::ClusterFile,
            shapes: Vec::new(),
            table: Table::for_items(0),
            patterns: Vec::new(),
        };
        Gathering { patterns, shapes: HashMap::new() }
    }

    /// Adds a pattern, the host with that number.
    pub(super) fn add(&mut self, keys: &Keys, host: usize, pattern: &str, port: u16) {
        let Gathering { patterns: Patterns { shapes, table, patterns, .. }, shapes: numbers } =
            self;
        let Some(shape) = Shape::of(pattern) else { return };
        let number = *numbers.entry(shape).or_insert_with_key(|shape| {
            shapes.push(shape.clone());
            shapes.len() - 1
        });
        let shape = shapes.get(number);
        let Some(hash) = shape.and_then(|shape| shape.hash(number, keys, pattern, port.into()))
        else {
            return;
        };
        let new = patterns.len();
        let mut next = NONE;
        match table.find(hash, |_| true).and_then(|first| patterns.get_mut(first)) {
            Some(first) => next = std::mem::replace(&mut first.next, id(new)),
            None => table.add(hash, id(new)),
        }
        patterns.push(Pattern { shape: id(number), host: id(host), next });
    }

    /// Takes note of the level of an entry with a pattern.
    pub(super) fn note(&mut self, level: Level) {
        self.patterns.level = self.patterns.level.min(level);
    }

    pub(super) fn finish(self) -> Option<Box<Patterns>> {
        (!self.patterns.patterns.is_empty()).then(|| Box::new(self.patterns))
    }
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
