//! Kinds of files that are not opened.

use std::fs::FileType;

/// Something in place of a credential file that is not opened.
///
/// ```
/// use regcred::{Error, FileKind, Resolver};
///
/// let error = Resolver::builder().cluster_file(std::env::temp_dir()).build().unwrap_err();
/// assert!(matches!(error, Error::NotAFile { found: FileKind::Directory, .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FileKind {
    /// A directory.
    #[error("a directory")]
    Directory,
    /// A symbolic link below a directory in which links are not followed.
    #[error("a symbolic link")]
    SymbolicLink,
    /// A file whose directory is a symbolic link, or not a directory.
    #[error("below a link or something that is not a directory")]
    BelowLink,
    /// A named pipe.
    #[error("a pipe")]
    Pipe,
    /// A socket.
    #[error("a socket")]
    Socket,
    /// A device.
    #[error("a device")]
    Device,
    /// A file that was replaced by another one while it was opened.
    #[error("a file that was replaced while it was opened")]
    Replaced,
    /// Another kind that only some systems have.
    #[error("not a regular file")]
    Other,
}

impl FileKind {
    /// The kind of a file that is not regular.
    pub(crate) fn of(kind: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            if kind.is_fifo() {
                return FileKind::Pipe;
            }
            if kind.is_socket() {
                return FileKind::Socket;
            }
            if kind.is_block_device() || kind.is_char_device() {
                return FileKind::Device;
            }
        }
        match kind {
            kind if kind.is_dir() => FileKind::Directory,
            kind if kind.is_symlink() => FileKind::SymbolicLink,
            _ => FileKind::Other,
        }
    }
}

serialize_as_text!(FileKind);
