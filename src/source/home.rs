//! The `HOME` of one of the agent's own programs, as Docker reads it.

use std::path::Path;

use super::agent_flag::is_no_path;
use super::sandbox::no_files;
use super::{Contents, NoFiles, Watched, named};
use crate::error::{Error, Warning, WarningKind};
use crate::file;
use crate::file_names::{DOCKER_FILES, MISPLACED_FILES};
use crate::level::{Level, Location};
use crate::limits::Limits;

const UNSET: &str = "not set, and without it Docker may find no credentials";

const SET_IT: &str = "set HOME for the program, as Environment=HOME=/root in a systemd unit";

/// Reports a user whose environment has no `HOME`. The files of the directory that the user
/// database gives are sources of their own.
#[cfg(feature = "env")]
pub(super) fn unset(home: Option<&Path>) -> Contents {
    let location = Location::called(Some(Level::UserConfigJson), "HOME");
    let no_files = match home {
        Some(home) => {
            let home = home.display().to_string();
            let home = crate::redact::escaped(&home);
            NoFiles::because(format!("not set; the user database gives {home}"))
        }
        None => NoFiles::because(UNSET).mistake(SET_IT),
    };
    let warnings = vec![Warning::new(&location, None, WarningKind::HomeUnset)];
    Contents { warnings, ..Contents::empty(location) }.if_empty(no_files)
}

/// Reads Docker's files in the directory. Links are followed: only its owner can change it.
pub(super) fn read(home: Option<&Path>, ordinal: u32, limits: &Limits) -> Result<Contents, Error> {
    // To Docker an empty HOME is not set.
    let Some(home) = home.filter(|home| !home.as_os_str().is_empty()) else {
        let location = Location::bytes(Level::SandboxHome, ordinal);
        let warnings = vec![Warning::new(&location, None, WarningKind::HomeUnset)];
        let contents = Contents { warnings, ..Contents::empty(location) };
        return Ok(contents.if_empty(NoFiles::because(UNSET).mistake(SET_IT)));
    };
    if is_no_path(&home.to_string_lossy()) {
        let problem = "it is not a path; it is not shown because it may hold credentials";
        return Err(Error::InvalidSetting { name: "HOME".to_owned(), problem });
    }
    let mut contents = Contents::empty(Location::file(Level::SandboxHome, home));
    for name in DOCKER_FILES {
        let path = home.join(name);
        let location = Location::file(Level::SandboxHome, &path);
        let read = named::read_if_exists(&path, &location, limits)?;
        let stamp = read.as_ref().map(|(_, stamp)| *stamp);
        contents.watched.push(Watched::named(&path, stamp));
        if let Some((bytes, _)) = read {
            contents.files.extend(file::read(bytes.as_slice(), &location, limits)?.files);
        }
    }
    if !contents.files.is_empty() {
        return Ok(contents);
    }
    let misplaced = MISPLACED_FILES.into_iter().find(|name| home.join(name).is_file());
    let why = "holds no .docker/config.json and no .dockercfg";
    let remedy = "docker login writes .docker/config.json there if it runs with the same HOME; sudo \
                  and service managers set another one";
    Ok(contents.if_empty(no_files(why, misplaced, remedy)))
}
