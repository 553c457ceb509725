//! The directory of an export: the only files that this crate writes.

use std::io::{self, Write};
use std::path::Path;

use self::create::{create_directory, create_file};
use crate::error::Error;
use crate::level::Location;

const NAME: &str = "config.json";

/// Creates the directory `path` with a `config.json` in it. After an error nothing of them is left.
///
/// # Errors
///
/// A path that exists, even as a link, or that cannot be created.
pub(super) fn write(path: &Path, config_json: &[u8]) -> Result<(), Error> {
    let failed = |path: &Path, cause| Error::Write { location: Location::path_of(path), cause };
    create_directory(path).map_err(|cause| failed(path, cause))?;
    write_file(path, config_json).map_err(|cause| {
        // Not with what is in it: if that is not empty, somebody else has written there.
        drop(std::fs::remove_dir(path));
        failed(&path.join(NAME), cause)
    })
}

fn write_file(directory: &Path, content: &[u8]) -> io::Result<()> {
    let mut created = create_file(directory)?;
    let written = created.write_all(content).and_then(|()| created.sync_all());
    written.inspect_err(|_| drop(std::fs::remove_file(directory.join(NAME))))
}

#[cfg(unix)]
mod create {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use rustix::fs::{CWD, Mode, OFlags, mkdirat, open, openat};

    /// Creates a directory that only its owner can enter.
    pub(super) fn create_directory(path: &Path) -> io::Result<()> {
        Ok(mkdirat(CWD, path, Mode::RWXU)?)
    }

    /// Creates the file, which only its owner can read. A link in place of it or of the directory, which
    /// somebody else may have put there meanwhile, is not followed.
    pub(super) fn create_file(directory: &Path) -> io::Result<File> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = open(directory, flags | OFlags::RDONLY, Mode::empty())?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::RUSR | Mode::WUSR;
        Ok(File::from(openat(directory, super::NAME, flags | OFlags::CLOEXEC, mode)?))
    }
}

#[cfg(not(unix))]
mod create {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    pub(super) fn create_directory(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub(super) fn create_file(directory: &Path) -> io::Result<File> {
        File::create_new(directory.join(super::NAME))
    }
}
