//! The bytes of an archive as a stream, packed or not, under the limits.

use std::io::Read;

use super::gunzip::Gunzip;
use super::header::BLOCK;
use crate::error::{ArchiveProblem, Error};
use crate::level::Location;
use crate::limits::Limits;
use crate::secret::SecretBytes;

pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// Why an archive cannot be read.
pub(super) enum Failure {
    Archive(ArchiveProblem),
    Limit { limit: &'static str, value: u64 },
}

impl Failure {
    pub(super) fn limit(limit: &'static str, value: u64) -> Self {
        Failure::Limit { limit, value }
    }

    pub(super) fn into_error(self, location: &Location) -> Error {
        let location = location.clone();
        match self {
            Failure::Archive(problem) => Error::Archive { location, problem },
            Failure::Limit { limit, value } => Error::Limit { location, limit, value },
        }
    }
}

impl From<ArchiveProblem> for Failure {
    fn from(problem: ArchiveProblem) -> Self {
        Failure::Archive(problem)
    }
}

/// The unpacked bytes, counted, so that a limit is told from an end.
pub(super) struct Stream<'a> {
    source: Source<'a>,
    gzip: bool,
    left: u64,
    pub(super) limits: &'a Limits,
}

enum Source<'a> {
    /// What is not packed, or unpacked already.
    Memory(&'a [u8]),
    Packed {
        gunzip: Gunzip<'a>,
        buffer: SecretBytes,
    },
}

/// As much is unpacked at once.
const PIECE: usize = 32 * 1024;

impl<'a> Stream<'a> {
    /// What is in `bytes`, which may be unpacked already.
    pub(super) fn new(
        bytes: &'a [u8],
        unpacked: Option<&'a SecretBytes>,
        limits: &'a Limits,
    ) -> Self {
        match unpacked {
            None if is_gzip(bytes) => Self::packed(bytes, limits),
            _ => {
                let source = Source::Memory(unpacked.map_or(bytes, SecretBytes::as_slice));
                let left = limits.archive_unpacked_bytes;
                Stream { source, gzip: unpacked.is_some(), left, limits }
            }
        }
    }

    pub(super) fn packed(bytes: &'a [u8], limits: &'a Limits) -> Self {
        let (gunzip, buffer) = (Gunzip::new(bytes), SecretBytes::zeros(PIECE));
        let source = Source::Packed { gunzip, buffer };
        Stream { source, gzip: true, left: limits.archive_unpacked_bytes, limits }
    }

    /// The next bytes: `most`, or a whole [`PIECE`] of them, or as many as there are left to read.
    pub(super) fn piece(&mut self, most: usize) -> Result<&[u8], Failure> {
        let limit = self.limits.archive_unpacked_bytes;
        let piece = match &mut self.source {
            Source::Memory(bytes) => {
                let (piece, rest) = bytes.split_at(most.min(bytes.len()));
                *bytes = rest;
                piece
            }
            Source::Packed { gunzip, buffer } => {
                let buffer = buffer.as_mut_slice();
                let wanted = most.min(buffer.len());
                let mut filled = 0;
                while let Some(rest) = buffer.get_mut(filled..wanted).filter(|r| !r.is_empty()) {
                    match gunzip.read(rest) {
                        Ok(0) => break,
                        Ok(n) => filled += n,
                        Err(_) => return Err(ArchiveProblem::Gzip.into()),
                    }
                }
                buffer.get(..filled).unwrap_or_default()
            }
        };
        match self.left.checked_sub(piece.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(Failure::limit("archive_unpacked_bytes", limit)),
        }
        Ok(piece)
    }

    fn over_limit(&self) -> Failure {
        Failure::limit("archive_unpacked_bytes", self.limits.archive_unpacked_bytes)
    }

    /// For how many bytes to make room: so many as are there, or may well come.
    pub(super) fn expected(&self) -> usize {
        match &self.source {
            Source::Memory(bytes) => bytes.len(),
            Source::Packed { .. } => 2 * PIECE,
        }
    }

    pub(super) fn cut_short(&self) -> ArchiveProblem {
        if self.gzip { ArchiveProblem::Gzip } else { ArchiveProblem::Tar }
    }

    /// Hands `size` bytes to `take` piece by piece, and reads the padding to the next block.
    pub(super) fn each_piece(
        &mut self,
        size: u64,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Failure> {
        if size > self.left {
            return Err(self.over_limit());
        }
        let (mut content, mut padding) = (size, size.next_multiple_of(BLOCK as u64) - size);
        while content + padding > 0 {
            let piece = self.piece(usize::try_from(content + padding).unwrap_or(usize::MAX))?;
            let read = piece.len() as u64;
            let of_content = content.min(read);
            take(piece.get(..of_content as usize).unwrap_or_default());
            content -= of_content;
            padding -= read - of_content;
            if read == 0 {
                return Err(self.cut_short().into());
            }
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, size: u64) -> Result<(), Failure> {
        self.each_piece(size, |_| ())
    }

    /// Reads what follows the end of the archive, so that a damaged stream does not pass for a
    /// whole one.
    pub(super) fn drain(&mut self) -> Result<(), Failure> {
        while !self.piece(usize::MAX)?.is_empty() {}
        Ok(())
    }
}
