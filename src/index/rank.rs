//! Which of two matching entries answers: the precedence, as an order.

use std::cmp::Reverse;

use crate::config::{Entry, File};
use crate::level::Level;
use crate::scope::{Spelling, is_pattern};

/// The order in which matching entries answer: level, exact host before `*`, longer path prefix, the
/// spelling. Ties go to what was given first. The smallest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(crate) level: Level,
    host: HostRank,
    path: Reverse<usize>,
    spelling: Spelling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum HostRank {
    Exact,
    /// By the number of characters that are no `*`.
    Pattern(Reverse<usize>),
}

impl Rank {
    pub(crate) fn of(file: &File, entry: &Entry) -> Self {
        let host = file.text(entry.host);
        Rank {
            level: file.level(),
            host: if is_pattern(host) {
                HostRank::Pattern(Reverse(host.bytes().filter(|b| *b != b'*').count()))
            } else {
                HostRank::Exact
            },
            path: Reverse(entry.path.len()),
            spelling: file.scope(entry).map_or(Spelling::Other, |scope| scope.spelling),
        }
    }
}

impl Rank {
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
