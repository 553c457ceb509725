//! Keys that a file repeats: the last one counts.
//!
//! `{"reg.io": {"auth": "…"}, "reg.io": {}}` holds one entry, and it is empty. Docker reads its
//! files with Go's JSON decoder, for which a later member of an object replaces an earlier one of
//! the same name. Only equal keys replace each other: `reg.io` and `https://reg.io` have the same
//! scope but are two entries, of which the better spelling answers.

use super::entry::File;
use super::entry_state::EntryState;
use super::scopes::Position;

impl File {
    /// Marks every entry as a duplicate whose key appears again later in the file. `positions` are
    /// those of all entries of one scope.
    pub(super) fn mark_duplicates(&mut self, positions: &mut [Position]) {
        // By key, so that a million equal keys take no time by the square of their number.
        positions.sort_unstable_by(|one, other| {
            (self.key_at(*one), one).cmp(&(self.key_at(*other), other))
        });
        for (earlier, later) in positions.iter().zip(positions.iter().skip(1)) {
            if self.key_at(*earlier) != self.key_at(*later) {
                continue;
            }
            if let Some(entry) = self.entries.get_mut(*earlier as usize) {
                entry.state = EntryState::Duplicate;
                self.texts.has_defects = true;
            }
        }
    }

    fn key_at(&self, position: Position) -> &[u8] {
        self.bytes(self.known(position).key)
    }
}
