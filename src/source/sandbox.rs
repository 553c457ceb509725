//! Reading credential files from a sandbox, where a task can put anything at any moment and the
//! reader may be root.
//!
//! On Unix every step goes through the descriptor of the directory before it, and no link below the
//! sandbox is followed. On Linux a name is first opened as a handle (`O_PATH`), which has no effect
//! on the file. Only a regular file is then opened for reading, through that same handle: the task
//! has no moment to replace it, and no pipe or device is ever opened. On other Unix systems the
//! name is opened without waiting, and the type of the open file is then checked. Elsewhere `std`
//! can only check the name first and open it afterwards.

use std::io;
use std::path::Path;

use super::named::read_whole;
use super::{Contents, NoFiles, Watched};
use crate::error::{ArchiveProblem, Error, FileKind, Warning, WarningKind};
use crate::file::{self, Files};
use crate::file_names::{ARCHIVE, MISPLACED_FILES, SANDBOX_FILES};
use crate::level::{Level, Location};
use crate::limits::Limits;

pub(super) const NO_SANDBOX_FILES: &str =
    "holds no .docker/config.json, .dockercfg or docker.tar.gz to read";

const PUT_A_FILE: &str = "put .docker/config.json into it before the pull, or a docker.tar.gz of \
                          .docker; Docker's HOME is the sandbox, so ~/.docker is not read";

/// The files that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// All of them, as one pool.
    All,
    /// The first one that Docker reads.
    AsDocker,
}

/// Reads a sandbox. If it has no file, `remedy` says how a platform puts one there.
pub(super) fn read(
    directory: &Path,
    reading: Reading,
    remedy: Option<&'static str>,
    limits: &Limits,
) -> Result<Contents, Error> {
    let location = Location::file(Level::SandboxHome, directory);
    let home = open::Directory::open(directory)
        .map_err(|cause| Error::Read { location: location.clone(), cause })?;
    let mut contents = Contents::empty(location);
    for file in SANDBOX_FILES {
        if reading == Reading::AsDocker && (file == ARCHIVE || !contents.files.is_empty()) {
            break;
        }
        let path = directory.join(file);
        let location = Location::file(Level::SandboxHome, &path);
        let open = match home.open_file(file) {
            Ok(None) => {
                contents.watched.push(Watched::in_sandbox(path, None));
                continue;
            }
            Ok(Some(open)) => open,
            Err(Refusal::NotAFile(found)) => return Err(Error::NotAFile { location, found }),
            Err(Refusal::Io(cause)) => return Err(Error::Read { location, cause }),
        };
        let (bytes, stamp) = read_whole(open, &location, limits)?;
        contents.watched.push(Watched::in_sandbox(path, Some(stamp)));
        contents.add_sandbox_file(file, file::read(bytes.as_slice(), &location, limits))?;
    }
    if !contents.files.is_empty() {
        return Ok(contents);
    }
    let remedy = remedy.unwrap_or(PUT_A_FILE);
    let misplaced = MISPLACED_FILES.into_iter().find(|name| home.has(name));
    Ok(contents.if_empty(no_files(NO_SANDBOX_FILES, misplaced, remedy)))
}

/// Returns the reason for a directory without credential files, in which there may be a file that
/// Docker does not look at.
pub(super) fn no_files(
    why: &'static str,
    misplaced: Option<&str>,
    remedy: &'static str,
) -> NoFiles {
    match misplaced {
        None => NoFiles::because(why).or_else(remedy),
        Some(name) => {
            NoFiles::because(format!("{why}; {name} is there, where Docker does not look"))
                .mistake(format!("if {name} holds \"auths\", move it to .docker/config.json"))
        }
    }
}

impl Contents {
    /// Adds one of [`SANDBOX_FILES`]. An archive without credentials is a warning.
    pub(super) fn add_sandbox_file(
        &mut self,
        name: &str,
        read: Result<Files, Error>,
    ) -> Result<(), Error> {
        match read {
            Ok(read) => self.files.extend(read.files),
            Err(error) if name == ARCHIVE => {
                self.warnings.push(archive_without_credentials(error)?);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Returns the warning for an archive without credentials: in a sandbox any file may be called
/// `docker.tar.gz`. Every other error stays an error, also that of an archive that cannot be read.
pub(super) fn archive_without_credentials(error: Error) -> Result<Warning, Error> {
    match error {
        Error::Archive { location, problem: ArchiveProblem::Missing { near_miss } } => {
            let kind = WarningKind::ArchiveWithoutCredentials { near_miss };
            Ok(Warning::new(&location, None, kind))
        }
        error => Err(error),
    }
}

/// The reason why a name below the sandbox was not opened.
enum Refusal {
    NotAFile(FileKind),
    Io(io::Error),
}

#[cfg(unix)]
mod open {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, open, openat, statat};
    use rustix::io::Errno;

    use super::Refusal;
    use crate::error::FileKind;

    pub(super) struct Directory(OwnedFd);

    impl Directory {
        /// Opens the sandbox itself. The runtime named it, so links are followed.
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Directory(open(path, flags, Mode::empty())?))
        }

        /// Returns whether there is a regular file of this name. It is not opened.
        pub(super) fn has(&self, name: &str) -> bool {
            statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| is_regular(&stat))
        }

        /// Opens a regular file below the sandbox, or returns `None` if the path does not exist.
        pub(super) fn open_file(&self, path: &str) -> Result<Option<File>, Refusal> {
            let file = match path.split_once('/') {
                None => open_regular(&self.0, path),
                Some((parent, name)) => {
                    open_directory(&self.0, parent).and_then(|parent| open_regular(&parent, name))
                }
            };
            match file {
                Ok(file) => Ok(Some(file)),
                Err(Refusal::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(refusal) => Err(refusal),
            }
        }
    }

    impl From<Errno> for Refusal {
        fn from(errno: Errno) -> Self {
            Refusal::Io(errno.into())
        }
    }

    fn open_directory(home: &OwnedFd, name: &str) -> Result<OwnedFd, Refusal> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let flags = flags | OFlags::PATH;
        match openat(home, name, flags, Mode::empty()) {
            // The error for a link depends on the system.
            Err(Errno::NOTDIR | Errno::LOOP) => Err(Refusal::NotAFile(FileKind::BelowLink)),
            opened => Ok(opened?),
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn open_regular(parent: &OwnedFd, name: &str) -> Result<File, Refusal> {
        use std::os::fd::AsRawFd;

        let held_flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = openat(parent, name, held_flags, Mode::empty())?;
        let seen = fstat(&held)?;
        check_regular(&seen)?;
        let by_descriptor = format!("/proc/self/fd/{}", held.as_raw_fd());
        let opened = match open(by_descriptor, READ, Mode::empty()) {
            // Without /proc, the name is opened again. Below it is checked to be the same file.
            Err(Errno::NOENT) => openat(parent, name, READ | OFlags::NOFOLLOW, Mode::empty())?,
            opened => opened?,
        };
        let got = fstat(&opened)?;
        check_regular(&got)?;
        if (got.st_dev, got.st_ino) != (seen.st_dev, seen.st_ino) {
            return Err(Refusal::NotAFile(FileKind::Replaced));
        }
        Ok(File::from(opened))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn open_regular(parent: &OwnedFd, name: &str) -> Result<File, Refusal> {
        let opened = match openat(parent, name, READ | OFlags::NOFOLLOW, Mode::empty()) {
            Err(Errno::LOOP) => return Err(Refusal::NotAFile(FileKind::SymbolicLink)),
            opened => opened?,
        };
        check_regular(&fstat(&opened)?)?;
        Ok(File::from(opened))
    }

    /// Flags that never wait for the writer of a pipe or for the holder of a lease on the file.
    const READ: OFlags =
        OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

    fn is_regular(stat: &Stat) -> bool {
        FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
    }

    fn check_regular(stat: &Stat) -> Result<(), Refusal> {
        Err(Refusal::NotAFile(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => return Ok(()),
            FileType::Symlink => FileKind::SymbolicLink,
            FileType::Directory => FileKind::Directory,
            FileType::Fifo => FileKind::Pipe,
            FileType::Socket => FileKind::Socket,
            _ => FileKind::Device,
        }))
    }
}

#[cfg(not(unix))]
mod open {
    use std::fs::{self, File};
    use std::io;
    use std::path::{Path, PathBuf};

    use super::Refusal;
    use crate::error::FileKind;

    pub(super) struct Directory(PathBuf);

    impl Directory {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            if fs::metadata(path)?.is_dir() {
                Ok(Directory(path.to_owned()))
            } else {
                Err(io::ErrorKind::NotADirectory.into())
            }
        }

        pub(super) fn has(&self, name: &str) -> bool {
            fs::symlink_metadata(self.0.join(name)).is_ok_and(|metadata| metadata.is_file())
        }

        pub(super) fn open_file(&self, path: &str) -> Result<Option<File>, Refusal> {
            let mut opened = self.0.clone();
            let mut components = path.split('/').peekable();
            while let Some(component) = components.next() {
                opened.push(component);
                let kind = match fs::symlink_metadata(&opened) {
                    Ok(metadata) => metadata.file_type(),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(error) => return Err(Refusal::Io(error)),
                };
                if kind.is_symlink() {
                    return Err(Refusal::NotAFile(FileKind::SymbolicLink));
                }
                let is_last = components.peek().is_none();
                if if is_last { !kind.is_file() } else { !kind.is_dir() } {
                    return Err(Refusal::NotAFile(FileKind::of(kind)));
                }
            }
            File::open(opened).map(Some).map_err(Refusal::Io)
        }
    }
}
