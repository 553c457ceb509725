//! Estimates the final size of a document's buffers from the part read so far, so that they grow
//! once or twice and hold little spare room.

use crate::secret::SecretText;

/// The position up to which a document is read.
#[derive(Default)]
pub(super) struct Progress {
    /// The address of the document.
    start: usize,
    total: usize,
    done: usize,
}

/// Documents up to this size get room for all the text that they could hold.
const SMALL: usize = 4096;

/// The usual size of the secrets of one entry, unless they are tokens.
const USUAL_SECRETS: usize = 128;

/// The size of the shortest entry: `"":0,`.
const SHORTEST_ENTRY: usize = 5;

impl Progress {
    pub(super) fn new(json: &str) -> Self {
        Progress { start: json.as_ptr() as usize, total: json.len(), done: 0 }
    }

    /// Records that reading has reached a piece of the document. Text outside the document, which
    /// is a copy without escapes, is ignored.
    pub(super) fn reach(&mut self, piece: &str) {
        let at = (piece.as_ptr() as usize).wrapping_sub(self.start);
        if at < self.total {
            self.done = at;
        }
    }

    /// Makes room for the texts of one more entry, whose key has `key` bytes.
    pub(super) fn make_room_for_text(&self, text: &mut SecretText, key: usize) {
        if text.capacity() == 0 {
            text.grow(if self.total <= SMALL { self.total } else { self.total / 16 });
        } else if text.capacity() - text.len() < key + USUAL_SECRETS && self.total > SMALL {
            // A key in another script or case is kept twice, as written and normalised.
            let most = 2 * (self.total - self.done);
            text.grow(self.estimate(text.len() + key + USUAL_SECRETS, most));
        }
    }

    /// Makes room for one more entry.
    pub(super) fn make_room_for_entry<T>(&self, entries: &mut Vec<T>) {
        if entries.len() == entries.capacity() {
            let wanted = match entries.len() {
                0 => 1 + self.total / 1024,
                len => self.estimate(len + 1, (self.total - self.done) / SHORTEST_ENTRY),
            };
            entries.reserve_exact(wanted.saturating_sub(entries.len()));
        }
    }

    /// Estimates the final number of items, if the rest of the document is like the part read so
    /// far. At most `most` further items can follow.
    fn estimate(&self, needed: usize, most: usize) -> usize {
        let most = needed.saturating_add(most);
        let alike = needed as u64 * self.total as u64 / self.done.max(1) as u64;
        let wanted = usize::try_from(alike + alike / 16).unwrap_or(usize::MAX).min(most);
        // If the estimate is wrong, at most 16 times the size needed is reserved, and at least a
        // quarter more than it.
        wanted.min(needed.saturating_mul(16)).max(needed + needed / 4 + 1)
    }
}
