//! gzip, several members too, by a decompressor that leaves nothing of what it unpacked behind.

use std::hint::black_box;
use std::io::{self, Read};

use flate2::bufread::GzDecoder;

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
        // Starting anew fills the window of flate2's own decompressor with zeros; another may leave it.
        self.0.reset(&[]);
        // So that this is not taken for work whose result nobody reads.
        black_box(&mut self.0);
    }
}
