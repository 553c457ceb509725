//! The directory of an export: the only files that this crate writes.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use self::create::Directory;
use crate::error::Error;
use crate::level::Location;

const NAME: &str = "config.json";

/// Creates the directory `path` with a `config.json` in it. After an error, both are removed, unless
/// another program has written to the directory.
///
/// # Errors
///
/// A path that exists, even as a link, or that cannot be created.
pub(super) fn write(path: &Path, config_json: &[u8]) -> Result<(), Error> {
    let failed = |path: &Path, cause| Error::Write { location: Location::path_of(path), cause };
    create::directory(path).map_err(|cause| failed(path, cause))?;
    Directory::open(path).and_then(|directory| write_in(&directory, config_json)).map_err(|cause| {
        // Not with what is in it: if that is not empty, somebody else has written there.
        drop(fs::remove_dir(path));
        failed(&path.join(NAME), cause)
    })
}

fn write_in(directory: &Directory, content: &[u8]) -> io::Result<()> {
    let mut file = directory.create()?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(directory.remove()))
}

#[cfg(unix)]
mod create {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, open, openat, unlinkat};

    use super::NAME;

    /// Creates a directory that only its owner can enter.
    pub(super) fn directory(path: &Path) -> io::Result<()> {
        Ok(mkdirat(CWD, path, Mode::RWXU)?)
    }

    /// An open directory. Somebody else may put a link in its place meanwhile; that has no effect.
    pub(super) struct Directory(OwnedFd);

    impl Directory {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Ok(Directory(open(path, flags | OFlags::RDONLY, Mode::empty())?))
        }

        /// Creates the file, which only its owner can read.
        pub(super) fn create(&self) -> io::Result<File> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
            let mode = Mode::RUSR | Mode::WUSR;
            Ok(File::from(openat(&self.0, NAME, flags | OFlags::CLOEXEC, mode)?))
        }

        pub(super) fn remove(&self) -> io::Result<()> {
            Ok(unlinkat(&self.0, NAME, AtFlags::empty())?)
        }
    }
}

#[cfg(not(unix))]
mod create {
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    pub(super) fn directory(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub(super) struct Directory(PathBuf);

    impl Directory {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            Ok(Directory(path.join(super::NAME)))
        }

        pub(super) fn create(&self) -> io::Result<File> {
            File::create_new(&self.0)
        }

        pub(super) fn remove(&self) -> io::Result<()> {
            fs::remove_file(&self.0)
        }
    }
}
