//! The directory of an export: the only files that this crate writes.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;
use crate::level::Location;

/// Creates the directory `path` with a `config.json` in it. After an error nothing of them is left.
///
/// # Errors
///
/// A path that exists, even as a link, or that cannot be created.
pub(super) fn write(path: &Path, config_json: &[u8]) -> Result<(), Error> {
    let file = path.join("config.json");
    let failed = |path: &Path, cause| Error::Write { location: Location::path_of(path), cause };
    create_directory(path).map_err(|cause| failed(path, cause))?;
    let written = create_file(&file).and_then(|mut created| {
        let written = created.write_all(config_json).and_then(|()| created.sync_all());
        written.inspect_err(|_| drop(std::fs::remove_file(&file)))
    });
    written.map_err(|cause| {
        // Not with what is in it: if that is not empty, somebody else has written there.
        drop(std::fs::remove_dir(path));
        failed(&file, cause)
    })
}

/// Creates a directory that only its owner can enter.
fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a file that only its owner can read. A link in its place is not followed.
fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}
