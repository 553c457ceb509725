//! The files that a source was read from, and those that it was looked for in, by which a change is
//! detected.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// A path, and the file that was there.
#[derive(Clone)]
pub(crate) struct Watched {
    path: PathBuf,
    follows_links: bool,
    /// `None` if there was no file.
    stamp: Option<Stamp>,
}

/// A version of a file: its identity, its size and its times. Replacing a file changes its inode,
/// and writing to it changes its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    #[cfg(unix)]
    inode: (u64, u64),
    size: u64,
    modified: Time,
    /// The time of the last change of the inode on Unix, otherwise of its creation.
    changed: Time,
}

#[cfg(unix)]
type Time = (i64, i64);

#[cfg(not(unix))]
type Time = Option<std::time::SystemTime>;

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        let modified = (metadata.mtime(), metadata.mtime_nsec());
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        let inode = (metadata.dev(), metadata.ino());
        Stamp { inode, size: metadata.size(), modified, changed }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
        let (modified, changed) = (metadata.modified().ok(), metadata.created().ok());
        Stamp { size: metadata.len(), modified, changed }
    }

    /// Returns whether nothing was written to the file. Renaming another one over it changes only its
    /// inode.
    pub(super) fn has_content_of(&self, other: &Self) -> bool {
        (self.size, self.modified) == (other.size, other.modified)
    }
}

impl Watched {
    /// A path whose links are followed.
    pub(super) fn named(path: &Path, stamp: Option<Stamp>) -> Self {
        Watched { path: path.to_owned(), follows_links: true, stamp }
    }

    /// A path in a sandbox.
    pub(super) fn in_sandbox(path: PathBuf, stamp: Option<Stamp>) -> Self {
        Watched { path, follows_links: false, stamp }
    }

    /// Returns whether the path leads to another version of the file, or no longer to none. A path
    /// that cannot be looked at counts as changed.
    pub(crate) fn has_changed(&self) -> bool {
        let metadata = match self.follows_links {
            true => fs::metadata(&self.path),
            false => fs::symlink_metadata(&self.path),
        };
        match (metadata, self.stamp) {
            (Ok(metadata), Some(stamp)) => Stamp::of(&metadata) != stamp,
            (Err(error), None) => {
                !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            }
            (Ok(_), None) | (Err(_), Some(_)) => true,
        }
    }
}
