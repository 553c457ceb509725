//! The files that a task's `fetch` would leave in its sandbox, read from where they are fetched and
//! never unpacked to disk.

use std::collections::HashSet;
use std::path::PathBuf;

use super::sandbox::{NO_SANDBOX_FILES, archive_without_credentials};
use super::{Contents, NoFiles, Watched, named};
use crate::archive;
use crate::error::{Error, Warning, WarningKind};
use crate::file;
use crate::file_names::{ARCHIVE, SANDBOX_FILES};
use crate::json::foreign_compression;
use crate::level::{Level, Location};
use crate::limits::{Limit, Limits};
use crate::secret::SecretBytes;

/// A local file that is fetched into a sandbox.
#[derive(Clone)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    pub(crate) location: Location,
    pub(crate) effect: FetchEffect,
}

impl Fetched {
    /// Returns whether it has the name of a credential file. If not, it is an archive of the task's
    /// own, in which credentials may be.
    fn is_named(&self) -> bool {
        self.effect.unpacks != Extraction::Anything
    }
}

/// The files that a fetched file becomes in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FetchEffect {
    /// The one of [`SANDBOX_FILES`] that the fetched file itself becomes.
    pub(crate) file: Option<&'static str>,
    pub(crate) unpacks: Extraction,
}

/// The files that are extracted from a fetched file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extraction {
    Nothing,
    /// One of [`SANDBOX_FILES`], compressed with gzip.
    File(&'static str),
    /// An archive of credentials.
    Credentials,
    /// An archive of something else, in which credentials may be.
    Anything,
}

/// The [`SANDBOX_FILES`] of a sandbox, each as it was fetched last.
#[derive(Default)]
struct Sandbox {
    files: [Option<SandboxFile>; SANDBOX_FILES.len()],
    watched: Vec<Watched>,
}

/// One file of a sandbox.
struct SandboxFile {
    location: Location,
    bytes: SecretBytes,
    is_extracted: bool,
    /// The index of the fetched file that it came from.
    from: usize,
    /// The number of files that were extracted from it.
    members: usize,
}

impl Sandbox {
    /// Fetches the file of index `from`.
    fn fetch(&mut self, from: usize, fetched: &Fetched, limits: &Limits) -> Result<(), Error> {
        let Fetched { path, location, effect } = fetched;
        let (bytes, stamp) = named::read_stamped(path, location, limits)?;
        self.watched.push(Watched::named(path, Some(stamp)));
        let extracted = extract(bytes.as_slice(), location, effect.unpacks, limits);
        let members = extracted.as_ref().map_or(0, Vec::len);
        if let Some(name) = effect.file {
            let location = location.clone();
            self.put(name, SandboxFile { location, bytes, is_extracted: false, from, members });
        }
        for (location, archive::Member { name, bytes }) in extracted? {
            self.put(name, SandboxFile { location, bytes, is_extracted: true, from, members: 0 });
        }
        Ok(())
    }

    fn put(&mut self, name: &str, file: SandboxFile) {
        let slot = SANDBOX_FILES.iter().position(|known| *known == name);
        if let Some(slot) = slot.and_then(|slot| self.files.get_mut(slot)) {
            *slot = Some(file);
        }
    }

    /// Drops the archive if everything in it is next to it, extracted.
    fn drop_extracted_archive(&mut self) {
        let [files @ .., archive] = &mut self.files;
        let Some(SandboxFile { from, members, .. }) = archive else { return };
        let beside = files.iter().flatten().filter(|file| file.is_extracted && file.from == *from);
        if *members > 0 && beside.count() == *members {
            *archive = None;
        }
    }
}

/// Extracts the files that may hold credentials, each with its location.
fn extract(
    bytes: &[u8],
    location: &Location,
    extraction: Extraction,
    limits: &Limits,
) -> Result<Vec<(Location, archive::Member)>, Error> {
    match extraction {
        Extraction::Nothing => Ok(Vec::new()),
        Extraction::File(name) => {
            let bytes = archive::gunzip(bytes, location, limits)?;
            Ok(vec![(location.clone(), archive::Member { name, bytes })])
        }
        Extraction::Credentials | Extraction::Anything => {
            if let Some(problem) = foreign_compression(bytes) {
                return Err(Error::Encoding { location: location.clone(), problem });
            }
            let members = archive::read(bytes, location, limits)?.into_iter();
            Ok(members.map(|member| (location.member(member.name), member)).collect())
        }
    }
}

pub(crate) fn location() -> Location {
    Location::called(Some(Level::SandboxHome), "what the task fetches")
}

/// Reads the sandbox as it is after all fetches. Later files overwrite earlier ones.
pub(super) fn read(fetches: &[Fetched], limits: &Limits) -> Result<Contents, Error> {
    let mut contents = Contents::empty(location());
    let mut sandbox = Sandbox::default();
    let (fetches, over_limit) = within_limit(fetches, limits)?;
    contents.warnings.extend(over_limit);
    for (from, fetched) in fetches.into_iter().enumerate() {
        match sandbox.fetch(from, fetched, limits) {
            Ok(()) => {}
            Err(error) if fetched.is_named() => {
                let warning = archive_without_credentials(error)?;
                // If the archive itself is in the sandbox, it is reported below.
                if fetched.effect.file != Some(ARCHIVE) {
                    contents.warnings.push(warning);
                }
            }
            // An archive of the task's own need not hold credentials.
            Err(error) => {
                if archive_without_credentials(error).is_err() {
                    let kind = WarningKind::ArchiveNotRead;
                    contents.warnings.push(Warning::new(&fetched.location, None, kind));
                }
            }
        }
    }
    sandbox.drop_extracted_archive();
    contents.watched = sandbox.watched;
    for (file, name) in sandbox.files.into_iter().zip(SANDBOX_FILES) {
        let Some(SandboxFile { location, bytes, is_extracted, .. }) = file else { continue };
        let read = if is_extracted { file::read_member } else { file::read };
        contents.add_sandbox_file(name, read(bytes.as_slice(), &location, limits))?;
    }
    Ok(contents.if_empty(NoFiles::because(NO_SANDBOX_FILES)))
}

/// Returns the fetches that are read, in order. Named ones are all read. Of the task's own archives
/// only the last are read, up to the limit; the others are a warning.
fn within_limit<'f>(
    fetches: &'f [Fetched],
    limits: &Limits,
) -> Result<(Vec<&'f Fetched>, Option<Warning>), Error> {
    // If a file is fetched twice, the second time counts.
    let mut known = HashSet::new();
    let fetches = fetches.iter().rev();
    let mut fetches: Vec<&Fetched> =
        fetches.filter(|fetched| known.insert((&fetched.path, fetched.effect))).collect();
    let limit = limits.fetched_files;
    let named = fetches.iter().filter(|fetched| fetched.is_named()).count() as u64;
    let Some(mut room) = limit.checked_sub(named) else {
        return Err(Error::Limit {
            location: location(),
            limit: Limit::FetchedFiles,
            value: limit,
        });
    };
    let all = fetches.len();
    fetches.retain(|fetched| {
        let is_read = fetched.is_named() || room > 0;
        room -= u64::from(is_read && !fetched.is_named());
        is_read
    });
    fetches.reverse();
    let archives = (all - fetches.len()) as u64;
    let kind = WarningKind::ArchivesOverLimit { archives, limit };
    let warning = (archives > 0).then(|| Warning::new(&location(), None, kind));
    Ok((fetches, warning))
}
