//! Reading one file within the limits, whatever size it claims to have.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::Path;

use zeroize::Zeroizing;

use super::watched::Stamp;

use crate::archive;
use crate::error::{Error, FileKind};
use crate::level::{Level, Location};
use crate::limits::{Limit, Limits};
use crate::secret::SecretBytes;

/// Reads a file that the agent's owner or a definition named. Links are followed.
///
/// # Errors
///
/// A path that does not exist, cannot be read, is not a regular file, or is over a limit.
pub(crate) fn read_named(
    path: &Path,
    location: &Location,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    Ok(read_stamped(path, location, limits)?.0)
}

/// Reads a named file, and returns its version, too.
pub(super) fn read_stamped(
    path: &Path,
    location: &Location,
    limits: &Limits,
) -> Result<(SecretBytes, Stamp), Error> {
    read_whole(open_named(path, location)?.0, location, limits)
}

/// Reads a named file, or returns `None` if the path does not exist.
pub(super) fn read_if_exists(
    path: &Path,
    location: &Location,
    limits: &Limits,
) -> Result<Option<(SecretBytes, Stamp)>, Error> {
    match read_stamped(path, location, limits) {
        Err(Error::Read { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        // A user with a HOME such as /dev/null. In DOCKER_CONFIG=…/config.json, the file was meant to be
        // read.
        Err(Error::Read { cause, .. })
            if cause.kind() == io::ErrorKind::NotADirectory
                && location.level().is_some_and(Level::is_of_user)
                && !path.parent().is_some_and(|parent| parent.ends_with("config.json")) =>
        {
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// Opens a named file. The metadata is that of the open file, even if the path is changed
/// meanwhile.
///
/// # Errors
///
/// A path that does not exist, cannot be opened, or is not a regular file.
pub(crate) fn open_named(path: &Path, location: &Location) -> Result<(File, Metadata), Error> {
    let failed = |cause| Error::Read { location: location.clone(), cause };
    let check = |metadata: Metadata| {
        let found = FileKind::of(metadata.file_type());
        let refused = || Error::NotAFile { location: location.clone(), found };
        if metadata.is_file() { Ok(metadata) } else { Err(refused()) }
    };
    // Before it is opened, because opening a device can have an effect. Again once it is open,
    // because somebody else may be able to replace what the path leads to.
    check(fs::metadata(path).map_err(failed)?)?;
    let file = open_without_waiting(path).map_err(failed)?;
    let metadata = check(file.metadata().map_err(failed)?)?;
    Ok((file, metadata))
}

/// Opens a file for reading. Neither opening nor reading waits for the writer of a pipe or for the
/// next message of the kernel.
#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits());
    debug_assert!(flags.is_ok(), "flags of the system are small numbers");
    let flags = flags.unwrap_or_default();
    File::options().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Reads an open file up to the limit for an archive or for a credential file, by its first bytes.
pub(crate) fn read_open(
    file: File,
    location: &Location,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    Ok(read_whole(file, location, limits)?.0)
}

/// Reads one version of an open file. One that somebody writes to meanwhile is read again, so that
/// half of it is never taken for the whole.
pub(super) fn read_whole(
    mut file: File,
    location: &Location,
    limits: &Limits,
) -> Result<(SecretBytes, Stamp), Error> {
    const ATTEMPTS: usize = 3;

    let failed = |cause| Error::Read { location: location.clone(), cause };
    let stamp = |file: &File| file.metadata().map(|metadata| Stamp::of(&metadata)).map_err(failed);
    let mut before = stamp(&file)?;
    for _ in 0..ATTEMPTS {
        let bytes = read_once(&mut file, location, limits)?;
        let after = stamp(&file)?;
        if before.has_content_of(&after) {
            return Ok((bytes, after));
        }
        file.rewind().map_err(failed)?;
        before = after;
    }
    Err(failed(io::Error::new(io::ErrorKind::ResourceBusy, "it is being written, try again")))
}

fn read_once(file: &mut File, location: &Location, limits: &Limits) -> Result<SecretBytes, Error> {
    let failed = |cause| Error::Read { location: location.clone(), cause };
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = SecretBytes::default();
    let mut limit = (Limit::FileBytes, limits.effective_file_bytes());
    let mut buffer = Zeroizing::new([0; 16 * 1024]);
    loop {
        let piece = match file.read(&mut *buffer) {
            Ok(0) => return Ok(bytes),
            Ok(n) => {
                debug_assert!(n <= buffer.len(), "`read` fills at most the buffer");
                buffer.get(..n).unwrap_or_default()
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        let is_first = bytes.as_slice().is_empty();
        if is_first && archive::is_archive(piece) {
            limit = (Limit::ArchiveBytes, limits.effective_archive_bytes());
        }
        let (limit, value) = limit;
        if size.max((bytes.as_slice().len() + piece.len()) as u64) > value {
            return Err(Error::Limit { location: location.clone(), limit, value });
        }
        // The size is only a hint: a sparse file claims any size, and a file may grow while it is
        // read.
        bytes.extend_towards(size.try_into().unwrap_or(usize::MAX), piece);
    }
}
