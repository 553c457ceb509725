//! Estimates how much room a document will need from what the part read so far has needed. Buffers
//! then grow once or twice instead of doubling again and again, and hold little spare room.

use crate::secret::SecretText;

/// How far a document is read.
pub(super) struct Progress {
    /// Where the document lies in memory.
    start: usize,
    total: usize,
    done: usize,
}

/// Documents below this get room for all that they could hold at once.
const SMALL: usize = 4096;

/// What the secrets of one entry take, unless they are tokens.
const USUAL_SECRETS: usize = 128;

/// The least that an entry is written with: `"":0,`.
const SHORTEST_ENTRY: usize = 5;

impl Progress {
    pub(super) fn new(json: &str) -> Self {
        Progress { start: json.as_ptr() as usize, total: json.len(), done: 0 }
    }

    /// Takes note of a piece of the document that is being read. One that was put together
    /// elsewhere, for the escapes in it, tells nothing.
    pub(super) fn reach(&mut self, piece: &str) {
        let at = (piece.as_ptr() as usize).wrapping_sub(self.start);
        if at < self.total {
            self.done = at;
        }
    }

    /// Makes room for texts, and for those of one more entry with a key of so many bytes.
    pub(super) fn make_room_for_text(&self, text: &mut SecretText, key: usize) {
        if text.capacity() == 0 {
            text.grow(if self.total <= SMALL { self.total } else { self.total / 16 });
        } else if text.capacity() - text.len() < key + USUAL_SECRETS && self.total > SMALL {
            text.grow(self.foretold(text.len() + key + USUAL_SECRETS, 1));
        }
    }

    /// Makes room for one more entry.
    pub(super) fn make_room_for_entry<T>(&self, entries: &mut Vec<T>) {
        if entries.len() == entries.capacity() {
            let wanted = match entries.len() {
                0 => 1 + self.total / 1024,
                len => self.foretold(len + 1, SHORTEST_ENTRY),
            };
            entries.reserve_exact(wanted.saturating_sub(entries.len()));
        }
    }

    /// Estimates the final number of items, if the rest of the document is like the part read so
    /// far. Each item takes at least `bytes_each` bytes of it.
    fn foretold(&self, needed: usize, bytes_each: usize) -> usize {
        let most = needed + (self.total - self.done) / bytes_each;
        let alike = needed as u64 * self.total as u64 / self.done.max(1) as u64;
        let wanted = usize::try_from(alike + alike / 16).unwrap_or(usize::MAX).min(most);
        // The estimate may be wrong: too high must not cost much memory, and too low must not make
        // growing the rule.
        wanted.min(needed.saturating_mul(16)).max(needed + needed / 4 + 1)
    }
}
