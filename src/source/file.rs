//! Reading one file within the limits, whatever it claims to be.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::archive;
use crate::error::Error;
use crate::level::Place;
use crate::limits::Limits;
use crate::secret::SecretBytes;

/// Reads a file that the agent's owner named, through links as usual.
///
/// # Errors
///
/// Whatever does not exist, cannot be read, is no regular file, or is over a limit.
pub(crate) fn read_named(
    path: &Path,
    place: &Place,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    let failed = |source| Error::Read { place: place.clone(), source };
    // Opening a pipe would wait for a writer, so it is looked at first. Nobody but its owner can
    // change what a path of the agent's leads to.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        let found = if metadata.is_dir() { "a directory" } else { "a pipe or a device" };
        return Err(Error::NotAFile { place: place.clone(), found });
    }
    read_open(File::open(path).map_err(failed)?, place, limits)
}

/// Reads an open file up to the limit for what it begins like: an archive or a credential file.
pub(super) fn read_open(
    mut file: File,
    place: &Place,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    let failed = |source| Error::Read { place: place.clone(), source };
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = SecretBytes::default();
    let mut limit = ("file_bytes", limits.effective_file_bytes());
    let mut buffer = Zeroizing::new([0; 16 * 1024]);
    loop {
        let piece = match file.read(&mut *buffer) {
            Ok(0) => return Ok(bytes),
            Ok(n) => buffer.get(..n).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        if bytes.as_slice().is_empty() {
            if archive::is_archive(piece) {
                limit = ("archive_bytes", limits.archive_bytes);
            }
            // The size is only a hint: the file may grow while it is read.
            let expected = size.min(limit.1).try_into().unwrap_or(0);
            bytes = SecretBytes::with_capacity(expected);
        }
        let (limit, value) = limit;
        if size.max((bytes.as_slice().len() + piece.len()) as u64) > value {
            return Err(Error::Limit { place: place.clone(), limit, value });
        }
        bytes.extend(piece);
    }
}
