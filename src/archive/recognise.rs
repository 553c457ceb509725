//! Recognition of archives by their first bytes.

use std::ops::Range;

/// The unit of a tar archive: a header is one block, and data is padded to whole blocks.
pub(super) const BLOCK: usize = 512;

const CHECKSUM: Range<usize> = 148..156;

/// Returns whether bytes are read as an archive: gzip, or a first block that is a tar header.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    is_gzip(bytes) || bytes.first_chunk().is_some_and(is_tar_header)
}

pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// Returns whether a block has the checksum of a tar header: the sum of its bytes with the field of
/// the checksum as blanks. Old tars added the bytes up as signed numbers.
pub(super) fn is_tar_header(block: &[u8; BLOCK]) -> bool {
    let Some(checksum) = octal(field(block, CHECKSUM)) else { return false };
    let mut summed = *block;
    if let Some(checksum) = summed.get_mut(CHECKSUM) {
        checksum.fill(b' ');
    }
    let unsigned: i64 = summed.iter().map(|byte| i64::from(*byte)).sum();
    let signed: i64 = summed.iter().map(|byte| i64::from(*byte as i8)).sum();
    i64::try_from(checksum).is_ok_and(|checksum| [unsigned, signed].contains(&checksum))
}

/// The bytes of a block at a fixed place.
pub(super) fn field(block: &[u8; BLOCK], place: Range<usize>) -> &[u8] {
    debug_assert!(place.end <= BLOCK);
    block.get(place).unwrap_or_default()
}

/// Reads octal digits after blanks and before a blank or a NUL. Stricter than GNU tar, which reads
/// some other texts as 0. A field has 12 digits at most, which fit.
pub(super) fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|b| *b != b' ')?;
    let digits = field.get(start..)?.split(|b| matches!(b, b' ' | 0)).next()?;
    let value = digits.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'7' => Some(number << 3 | u64::from(byte - b'0')),
        _ => None,
    });
    value.filter(|_| !digits.is_empty())
}
