//! Which of two matching entries answers: the precedence, as an order.

use std::cmp::Reverse;

use crate::file::{Entry, File};
use crate::key::Spelling;
use crate::level::Level;

/// The order in which matching entries answer: level, exact host before `*`, longer path prefix,
/// the spelling. Ties go to what was given first. The smallest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) level: Level,
    pub(super) host: HostRank,
    path: Reverse<usize>,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HostRank {
    Exact,
    /// By the number of characters that are not `*`.
    Pattern(Reverse<u8>),
}

impl Rank {
    pub(crate) fn of(file: &File, entry: &Entry) -> Self {
        Rank {
            level: file.level(),
            host: match entry.literals {
                None => HostRank::Exact,
                Some(literals) => HostRank::Pattern(Reverse(literals)),
            },
            path: Reverse(entry.path.len()),
            spelling: entry.spelling,
        }
    }

    /// Why this match comes after a better one.
    pub(crate) fn loses_by(&self, better: &Rank) -> &'static str {
        if self.level != better.level {
            "a stronger level answers"
        } else if matches!(self.host, HostRank::Pattern(_)) && better.host == HostRank::Exact {
            "a key with the exact host goes before one with *"
        } else if self.host != better.host {
            "a key whose host has more literal characters goes before it"
        } else if self.path != better.path {
            "a key with a longer path goes before it"
        } else if self.spelling != better.spelling {
            "a key that means the same is spelled more exactly"
        } else {
            "a key that means the same was given before it"
        }
    }
}
