//! The map of an old GNU sparse file: which pieces of it the archive holds.

use std::ops::Range;

use super::header::{Header, number};
use crate::archive::recognise::{BLOCK, field};
use crate::error::ArchiveProblem;

/// The number of data bytes that a sparse map claims.
///
/// GNU tar reads whole blocks for each piece and stops at the first empty one. A map is therefore
/// taken only if each piece but the last fills its blocks, and nothing follows the last.
pub(super) struct SparseMap {
    pub(super) bytes: u64,
    has_ended: bool,
    /// Another block of the map follows.
    pub(super) continues: bool,
}

impl SparseMap {
    /// Reads the part of a map that is in the header.
    pub(super) fn of(header: &Header) -> Result<Self, ArchiveProblem> {
        if field(&header.block, 257..265) != b"ustar  \0" {
            return Err(ArchiveProblem::Ambiguous);
        }
        let mut map = SparseMap { bytes: 0, has_ended: false, continues: false };
        map.add(&header.block, 386..482)?;
        Ok(map)
    }

    pub(super) fn add_block(&mut self, block: &[u8; BLOCK]) -> Result<(), ArchiveProblem> {
        self.add(block, 0..504)
    }

    /// Adds pieces of an offset and a length, 12 bytes each. The byte after them says whether the
    /// map continues.
    fn add(&mut self, block: &[u8; BLOCK], pieces: Range<usize>) -> Result<(), ArchiveProblem> {
        self.continues = field(block, pieces.end..pieces.end + 1) != b"\0";
        for piece in field(block, pieces).chunks_exact(24) {
            let (_, length) = piece.split_at(12);
            let is_empty = length.starts_with(b"\0");
            let bytes = if is_empty { Some(0) } else { number(length) };
            let bytes = bytes.ok_or(ArchiveProblem::Tar)?;
            if self.has_ended && bytes > 0 {
                return Err(ArchiveProblem::Ambiguous);
            }
            self.has_ended |= is_empty || bytes % BLOCK as u64 != 0;
            self.bytes = self.bytes.checked_add(bytes).ok_or(ArchiveProblem::Tar)?;
        }
        if self.has_ended && self.continues { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }
}
