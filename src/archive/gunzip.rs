//! gzip, several members too, by a decompressor that leaves nothing of what it unpacked behind.

use std::hint::black_box;
use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};

use crate::secret::SecretBytes;

/// The largest file, packed and unpacked, that is unpacked in one go.
const SMALL: usize = 128 * 1024;

/// The decompressor takes care near the end of its output, and is faster if that is further away.
const ROOM: usize = 512;

/// The longest name of itself that a file unpacked in one go may hold.
const LONGEST_NAME: usize = 255;

/// Unpacks a small file that is one member in the usual form, undamaged, and holds at most `most`
/// bytes. Any other is left to [`Gunzip`], which reports what is wrong with it and where.
///
/// Given room for everything, the decompressor needs no window, so there is none to be wiped.
pub(super) fn unpack_small(bytes: &[u8], most: u64) -> Option<SecretBytes> {
    let (packed, trailer) = behind_header(bytes)?.split_last_chunk::<8>()?;
    let [c0, c1, c2, c3, size @ ..] = *trailer;
    let (sum, size) = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes(size));
    let len = usize::try_from(size).ok()?;
    if bytes.len() > SMALL || len > SMALL || u64::from(size) > most {
        return None;
    }
    let mut unpacked = SecretBytes::zeros(len + ROOM);
    let mut decompressor = Decompress::new(false);
    let status =
        decompressor.decompress(packed, unpacked.as_mut_slice(), FlushDecompress::Finish).ok()?;
    let is_whole = status == Status::StreamEnd
        && decompressor.total_in() == packed.len() as u64
        && decompressor.total_out() == u64::from(size);
    unpacked.truncate(len);
    let mut crc = Crc::new();
    crc.update(unpacked.as_slice());
    (is_whole && crc.sum() == sum).then_some(unpacked)
}

/// What follows a header that holds at most the name of the file, as `tar -cz` and `gzip` write it.
fn behind_header(bytes: &[u8]) -> Option<&[u8]> {
    const DEFLATE: u8 = 8;
    const HAS_NAME: u8 = 8;
    let (header, rest) = bytes.split_first_chunk::<10>()?;
    match *header {
        [0x1F, 0x8B, DEFLATE, 0, ..] => Some(rest),
        [0x1F, 0x8B, DEFLATE, HAS_NAME, ..] => {
            let name = rest.iter().take(LONGEST_NAME + 1).position(|b| *b == 0)?;
            rest.get(name + 1..)
        }
        _ => None,
    }
}

/// Unpacks all members of a gzip file. `flate2`'s own decoder for that cannot be reached into, and
/// keeps the last 32 KiB that it unpacked in memory that nobody wipes.
pub(super) struct Gunzip<'a>(GzDecoder<&'a [u8]>);

impl<'a> Gunzip<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Gunzip(GzDecoder::new(bytes))
    }
}

impl Read for Gunzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            let rest = *self.0.get_ref();
            if read > 0 || rest.is_empty() || buffer.is_empty() {
                return Ok(read);
            }
            self.0.reset(rest);
        }
    }
}

impl Drop for Gunzip<'_> {
    fn drop(&mut self) {
        // Starting anew fills the window of flate2's own decompressor with zeros; another may leave
        // it.
        self.0.reset(&[]);
        // So that this is not taken for work whose result nobody reads.
        black_box(&mut self.0);
    }
}
