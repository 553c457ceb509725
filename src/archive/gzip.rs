//! gzip with any number of members, by a decompressor that leaves none of what it unpacked behind.

use std::hint::black_box;
use std::io::{self, Read};

use flate2::bufread::GzDecoder;

/// Unpacks all members of a gzip file. `MultiGzDecoder` does that too, but keeps the last 32 KiB
/// that it unpacked in a window that cannot be wiped from outside.
pub(super) struct Gunzip<'a>(GzDecoder<&'a [u8]>);

impl<'a> Gunzip<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Gunzip(GzDecoder::new(bytes))
    }

    /// Fills a buffer as far as there are bytes, and returns their number.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let read = self.0.read(rest)?;
            filled += read;
            if read == 0 {
                let next_member = *self.0.get_ref();
                if next_member.is_empty() {
                    break;
                }
                self.0.reset(next_member);
            }
        }
        Ok(filled)
    }
}

impl Drop for Gunzip<'_> {
    fn drop(&mut self) {
        // A reset fills the window of flate2's own decompressor with zeros; another one may keep it.
        self.0.reset(&[]);
        // Keeps the compiler from removing a write whose result nobody reads.
        black_box(&mut self.0);
    }
}
