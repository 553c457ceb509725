//! The `HOME` of a program of the agent's own, as Docker looks into it.

use std::io;
use std::path::Path;

use super::agent_flag::is_no_path;
use super::{Contents, NoFiles, named};
use crate::error::{Error, Warning, WarningKind};
use crate::file;
use crate::file_names::DOCKER_FILES;
use crate::level::{Level, Location};
use crate::limits::Limits;

/// Reads what is there, through links as usual: nobody but its owner can change it.
pub(super) fn read(home: Option<&Path>, ordinal: u32, limits: &Limits) -> Result<Contents, Error> {
    // Docker takes an empty HOME for none.
    let Some(home) = home.filter(|home| !home.as_os_str().is_empty()) else {
        let location = Location::bytes(Level::SandboxHome, ordinal);
        let warnings = vec![Warning::new(&location, None, WarningKind::HomeUnset)];
        let why = NoFiles::Because("not set, and without it Docker may find no credentials");
        let none = Contents::of(location, Vec::new());
        return Ok(Contents { warnings, no_files: Some(why), ..none });
    };
    if is_no_path(&home.to_string_lossy()) {
        let problem = "it is no path; it is not shown, for it may hold credentials";
        return Err(Error::InvalidSetting { name: "HOME".to_owned(), problem });
    }
    let mut contents = Contents::of(Location::file(Level::SandboxHome, home), Vec::new());
    for name in DOCKER_FILES {
        let path = home.join(name);
        let location = Location::file(Level::SandboxHome, &path);
        match named::read_named(&path, &location, limits) {
            Ok(bytes) => {
                contents.files.extend(file::read(bytes.as_slice(), &location, limits)?.files);
            }
            Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if contents.files.is_empty() {
        contents.no_files =
            Some(NoFiles::Because("holds no .docker/config.json and no .dockercfg"));
    }
    Ok(contents)
}
