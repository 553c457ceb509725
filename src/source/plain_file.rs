//! A credential file at a path that the caller names, such as the file shared by a DC/OS cluster.

use std::path::Path;

use super::agent_flag::is_no_path;
use super::{Advice, Contents, NoFiles, Watched, named};
use crate::error::Error;
use crate::level::{Level, Location};
use crate::limits::Limits;

/// Reads the file. One that does not exist is an error if it is `required`.
pub(super) fn read(
    level: Level,
    path: &Path,
    required: bool,
    limits: &Limits,
) -> Result<Contents, Error> {
    if is_no_path(&path.to_string_lossy()) {
        let problem = "its path is not a path; it is not shown because it may hold credentials, which \
                       belong into a file or into DOCKER_AUTH_CONFIG";
        return Err(Error::InvalidSetting { name: level.to_string(), problem });
    }
    let location = Location::file(level, path);
    let bytes = match required {
        true => Some(named::read_stamped(path, &location, limits)?),
        false => named::read_if_exists(path, &location, limits)?,
    };
    let watched = vec![Watched::named(path, bytes.as_ref().map(|(_, stamp)| *stamp))];
    let contents = match bytes {
        Some((bytes, _)) => Contents::read(location, bytes.as_slice(), limits)?,
        None => {
            let why = match level.is_of_user() {
                true => "the file does not exist",
                false => "the file does not exist, which was allowed",
            };
            // A user has many places for a file. Only the one that everybody knows is suggested.
            let may_create = !level.is_of_user() || level == Level::UserConfigJson;
            let no_files =
                NoFiles { why: why.into(), advice: may_create.then_some(Advice::Create) };
            Contents::empty(location).if_empty(no_files)
        }
    };
    Ok(Contents { watched, ..contents })
}
