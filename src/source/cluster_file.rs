//! The file shared by a DC/OS cluster.

use std::path::Path;

use super::{Advice, Contents, NoFiles, named};
use crate::error::Error;
use crate::level::{Level, Location};
use crate::limits::Limits;

/// Reads the file. One that does not exist is an error if it is `required`.
pub(super) fn read(path: &Path, required: bool, limits: &Limits) -> Result<Contents, Error> {
    let location = Location::file(Level::ClusterFile, path);
    let bytes = match required {
        true => Some(named::read_named(path, &location, limits)?),
        false => named::read_if_exists(path, &location, limits)?,
    };
    match bytes {
        Some(bytes) => Contents::read(location, bytes.as_slice(), limits),
        None => {
            let why = "the file does not exist, which was allowed".into();
            let no_files = NoFiles { why, advice: Some(Advice::Create) };
            Ok(Contents::empty(location).if_empty(no_files))
        }
    }
}
