//! The bytes of an archive as a stream, compressed or not, within the limits.

use super::gzip::Gunzip;
use super::recognise::{BLOCK, is_gzip};
use crate::error::{ArchiveProblem, Error};
use crate::level::Location;
use crate::limits::{Limit, Limits};
use crate::secret::SecretBytes;

/// An [`Error`] without its location.
pub(super) enum Failure {
    Archive(ArchiveProblem),
    Limit { limit: Limit, value: u64 },
}

impl Failure {
    pub(super) fn limit(limit: Limit, value: u64) -> Self {
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

/// The bytes of an archive, counted against the limit for unpacked bytes.
pub(super) struct Stream<'a> {
    source: Source<'a>,
    left: u64,
    pub(super) limits: &'a Limits,
}

enum Source<'a> {
    Plain(&'a [u8]),
    Gzip { gunzip: Gunzip<'a>, buffer: SecretBytes },
}

/// The number of bytes that are decompressed at once.
const PIECE: usize = 32 * 1024;

impl<'a> Stream<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Failure> {
        let most = limits.effective_archive_bytes();
        if bytes.len() as u64 > most {
            return Err(Failure::limit(Limit::ArchiveBytes, most));
        }
        let source = match is_gzip(bytes) {
            true => Source::Gzip { gunzip: Gunzip::new(bytes), buffer: SecretBytes::zeros(PIECE) },
            false => Source::Plain(bytes),
        };
        Ok(Stream { source, left: limits.archive_unpacked_bytes, limits })
    }

    /// Reads up to `most` bytes, and no more than a [`PIECE`] of compressed ones. Fewer only at the
    /// end.
    pub(super) fn piece(&mut self, most: usize) -> Result<&[u8], Failure> {
        let piece = match &mut self.source {
            Source::Plain(bytes) => {
                let (piece, rest) = bytes.split_at(most.min(bytes.len()));
                *bytes = rest;
                piece
            }
            Source::Gzip { gunzip, buffer } => {
                let (buffer, _) = buffer.as_mut_slice().split_at_mut(most.min(PIECE));
                // The error of `flate2` is not kept: it may quote its input.
                let filled = gunzip.fill(buffer).map_err(|_| ArchiveProblem::Gzip)?;
                buffer.get(..filled).unwrap_or_default()
            }
        };
        match self.left.checked_sub(piece.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(over_limit(self.limits)),
        }
        Ok(piece)
    }

    /// Returns the problem of a stream that ends too early.
    pub(super) fn cut_short(&self) -> ArchiveProblem {
        match self.source {
            Source::Plain(_) => ArchiveProblem::Tar,
            Source::Gzip { .. } => ArchiveProblem::Gzip,
        }
    }

    /// Reads a whole block.
    pub(super) fn block(&mut self) -> Result<[u8; BLOCK], Failure> {
        let block = self.piece(BLOCK)?.first_chunk().copied();
        block.ok_or_else(|| self.cut_short().into())
    }

    /// Hands `size` bytes to `take` piece by piece, and reads the padding to the next block.
    pub(super) fn each_piece(
        &mut self,
        size: u64,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Failure> {
        let padded = size.checked_next_multiple_of(BLOCK as u64).filter(|_| size <= self.left);
        let Some(mut padded) = padded else { return Err(over_limit(self.limits)) };
        let mut content = size;
        while padded > 0 {
            let piece = self.piece(usize::try_from(padded).unwrap_or(usize::MAX))?;
            if piece.is_empty() {
                return Err(self.cut_short().into());
            }
            let of_content = content.min(piece.len() as u64);
            take(piece.get(..of_content as usize).unwrap_or_default());
            content -= of_content;
            padded -= piece.len() as u64;
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, size: u64) -> Result<(), Failure> {
        self.each_piece(size, |_| ())
    }

    /// Reads to the end, so that damage behind the last member is found too.
    pub(super) fn drain(&mut self) -> Result<(), Failure> {
        while !self.piece(usize::MAX)?.is_empty() {}
        Ok(())
    }
}

fn over_limit(limits: &Limits) -> Failure {
    Failure::limit(Limit::ArchiveUnpackedBytes, limits.archive_unpacked_bytes)
}

/// Reads a gzip file that holds one credential file.
pub(super) fn gunzip(bytes: &[u8], limits: &Limits) -> Result<SecretBytes, Failure> {
    if !is_gzip(bytes) {
        return Err(ArchiveProblem::Gzip.into());
    }
    let most = limits.effective_file_bytes();
    let mut stream = Stream::open(bytes, limits)?;
    let mut unpacked = SecretBytes::default();
    loop {
        let piece = stream.piece(usize::MAX)?;
        if piece.is_empty() {
            return Ok(unpacked);
        }
        unpacked.extend(piece);
        if unpacked.as_slice().len() as u64 > most {
            return Err(Failure::limit(Limit::FileBytes, most));
        }
    }
}
