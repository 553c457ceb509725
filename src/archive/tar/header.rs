//! One tar header, read as GNU tar reads it and stricter.

use std::ops::Range;

use crate::archive::recognise::{BLOCK, field, octal};
use crate::error::ArchiveProblem;

const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const KIND: Range<usize> = 156..157;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..263;
const PREFIX: Range<usize> = 345..500;

/// The kind of member that a header starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Regular,
    Directory,
    /// A directory with a list of what is in it as data, as GNU tar's `--listed-incremental`
    /// writes.
    ListedDirectory,
    SymbolicLink,
    HardLink,
    Device,
    /// An old GNU sparse file.
    Sparse,
    LongName,
    LongLink,
    Extended,
    GlobalExtended,
    Unknown,
}

pub(super) struct Header {
    pub(super) block: [u8; BLOCK],
    pub(super) kind: Kind,
    pub(super) size: u64,
}

impl Header {
    /// Reads a block whose checksum is that of a header.
    pub(super) fn read(block: [u8; BLOCK]) -> Result<Self, ArchiveProblem> {
        let kind = match field(&block, KIND) {
            b"0" | b"\0" | b"7" => Kind::Regular,
            b"1" => Kind::HardLink,
            b"2" => Kind::SymbolicLink,
            b"3" | b"4" | b"6" => Kind::Device,
            b"5" => Kind::Directory,
            b"D" => Kind::ListedDirectory,
            b"S" => Kind::Sparse,
            b"L" => Kind::LongName,
            b"K" => Kind::LongLink,
            // Solaris's `X` is read as POSIX's `x`.
            b"x" | b"X" => Kind::Extended,
            b"g" => Kind::GlobalExtended,
            _ => Kind::Unknown,
        };
        let size = number(field(&block, SIZE)).ok_or(ArchiveProblem::Tar)?;
        Ok(Header { block, kind, size })
    }

    /// The name in the header itself. As in GNU tar, a prefix counts whatever the version is that
    /// follows the magic.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = until_nul(field(&self.block, NAME));
        match until_nul(field(&self.block, PREFIX)) {
            prefix if field(&self.block, MAGIC) == b"ustar\0" && !prefix.is_empty() => {
                [prefix, b"/", name].concat()
            }
            _ => name.to_vec(),
        }
    }

    pub(super) fn link(&self) -> &[u8] {
        until_nul(field(&self.block, LINK))
    }
}

/// Reads a number in octal, or in binary after a byte 0x80. A field of NULs is 0, as in GNU tar.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, binary)) => binary.iter().try_fold(0_u64, |number, byte| {
            (number >> 56 == 0).then_some(number << 8 | u64::from(*byte))
        }),
        _ if field.iter().all(|b| *b == 0) => Some(0),
        _ => octal(field),
    }
}

pub(super) fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|b| *b == 0).next().unwrap_or_default()
}
