//! `docker.tar.gz` -> the credential files in it, read as a stream, in memory, never unpacked.
//!
//! Archives are recognised without the feature `archive` too, so that without it they are an error
//! and never passed over. An archive without credentials is an error here
//! (`ArchiveProblem::Missing`); that it is a warning in a sandbox is decided in `source::sandbox`.

#[cfg(feature = "archive")]
mod gzip;
mod recognise;
#[cfg(feature = "archive")]
mod stream;
#[cfg(feature = "archive")]
mod tar;

use crate::error::Error;
use crate::level::Location;
use crate::limits::Limits;
use crate::secret::SecretBytes;

pub(crate) use self::recognise::is_archive;

/// A credential file found in an archive.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) bytes: SecretBytes,
}

/// Reads the credential files in an archive, `.docker/config.json` first. The last member of a name
/// wins, as when `tar` unpacks.
///
/// # Errors
///
/// A damaged archive, a refused member, a limit, or neither file in it.
#[cfg(feature = "archive")]
pub(crate) fn read(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<Vec<Member>, Error> {
    stream::Stream::open(bytes, limits)
        .and_then(tar::credential_files)
        .map_err(|failure| failure.into_error(location))
}

/// Reads what is in a file that is compressed with gzip and is not an archive.
///
/// # Errors
///
/// A damaged stream, or a limit.
#[cfg(feature = "archive")]
pub(crate) fn gunzip(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    stream::gunzip(bytes, limits).map_err(|failure| failure.into_error(location))
}

#[cfg(not(feature = "archive"))]
pub(crate) fn read(_: &[u8], location: &Location, _: &Limits) -> Result<Vec<Member>, Error> {
    Err(needs_feature(location))
}

#[cfg(not(feature = "archive"))]
pub(crate) fn gunzip(_: &[u8], location: &Location, _: &Limits) -> Result<SecretBytes, Error> {
    Err(needs_feature(location))
}

#[cfg(not(feature = "archive"))]
fn needs_feature(location: &Location) -> Error {
    let problem = crate::error::ArchiveProblem::NeedsFeature;
    Error::Archive { location: location.clone(), problem }
}
