//! What a task's `fetch` would leave in its sandbox, read where it comes from and never unpacked to
//! disk.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{Contents, NO_SANDBOX_FILES, named};
use crate::archive;
use crate::error::{ArchiveProblem, Error};
use crate::error::{Warning, WarningKind};
use crate::file;
use crate::file_names::{ARCHIVE, SANDBOX_FILES};
use crate::json::foreign_compression;
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::secret::SecretBytes;

/// A local file that is fetched into a sandbox.
#[derive(Clone)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    pub(crate) location: Location,
    pub(crate) lands: FetchEffect,
}

impl Fetched {
    /// Returns whether its name is that of a credential file.
    fn is_named(&self) -> bool {
        self.lands.unpacks != Extraction::Anything
    }
}

/// What becomes of it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FetchEffect {
    /// Which of the files that are looked at it becomes itself.
    pub(crate) file: Option<&'static str>,
    pub(crate) unpacks: Extraction,
}

/// What it is unpacked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Extraction {
    Nothing,
    /// One file that is looked at, out of gzip.
    File(&'static str),
    /// An archive of credentials.
    Credentials,
    /// An archive of something else, in which credentials may be.
    Anything,
}

/// The files that are looked at in a sandbox, each as it was fetched last.
#[derive(Default)]
struct Sandbox {
    files: [Option<SandboxFile>; SANDBOX_FILES.len()],
}

struct SandboxFile {
    location: Location,
    bytes: SecretBytes,
    is_member: bool,
    /// Which of the fetched files it came with.
    with: usize,
    /// How many files came out of it.
    members: usize,
}

impl Sandbox {
    fn put(&mut self, name: &str, arrived: SandboxFile) {
        let slot = SANDBOX_FILES.iter().position(|known| *known == name);
        if let Some(slot) = slot.and_then(|slot| self.files.get_mut(slot)) {
            *slot = Some(arrived);
        }
    }

    /// Drops the archive where everything in it lies beside it, unpacked.
    fn drop_unpacked(&mut self) {
        let [files @ .., archive] = &mut self.files;
        let Some(SandboxFile { with, members, .. }) = archive else { return };
        let beside = files.iter().flatten().filter(|file| file.is_member && file.with == *with);
        if *members > 0 && beside.count() == *members {
            *archive = None;
        }
    }

    fn fetch(&mut self, with: usize, fetched: &Fetched, limits: &Limits) -> Result<(), Error> {
        let Fetched { path, location, lands } = fetched;
        let bytes = named::read_named(path, location, limits)?;
        let unpacked = unpack(bytes.as_slice(), location, lands.unpacks, limits);
        let members = unpacked.as_ref().map_or(0, Vec::len);
        if let Some(name) = lands.file {
            let location = location.clone();
            self.put(name, SandboxFile { location, bytes, is_member: false, with, members });
        }
        for Unpacked { name, location, bytes } in unpacked? {
            self.put(name, SandboxFile { location, bytes, is_member: true, with, members: 0 });
        }
        Ok(())
    }
}

struct Unpacked {
    name: &'static str,
    location: Location,
    bytes: SecretBytes,
}

fn unpack(
    bytes: &[u8],
    location: &Location,
    unpacks: Extraction,
    limits: &Limits,
) -> Result<Vec<Unpacked>, Error> {
    match unpacks {
        Extraction::Nothing => Ok(Vec::new()),
        Extraction::File(name) => {
            let bytes = archive::gunzip(bytes, location, limits)?;
            Ok(vec![Unpacked { name, location: location.clone(), bytes }])
        }
        Extraction::Credentials | Extraction::Anything => {
            if let Some(problem) = foreign_compression(bytes) {
                return Err(Error::Encoding { location: location.clone(), problem });
            }
            let unpacked = |archive::Member { name, bytes }| Unpacked {
                name,
                location: location.member(name),
                bytes,
            };
            Ok(archive::read(bytes, location, limits)?.into_iter().map(unpacked).collect())
        }
    }
}

pub(crate) fn location() -> Location {
    Location::called(Some(Level::SandboxHome), "what the task fetches")
}

/// Later files overwrite earlier ones, as they do in a sandbox.
pub(super) fn read(fetches: &[Fetched], limits: &Limits) -> Result<Contents, Error> {
    let location = location();
    // Of what is fetched again, the last time counts.
    let mut known = HashSet::new();
    let mut fetches: Vec<&Fetched> = fetches
        .iter()
        .rev()
        .filter(|fetched| known.insert((&fetched.path, fetched.lands)))
        .collect();
    fetches.reverse();
    let most = limits.fetched_files;
    let named = fetches.iter().filter(|fetched| fetched.is_named()).count() as u64;
    let Some(room) = most.checked_sub(named) else {
        return Err(Error::Limit { location, limit: "fetched_files", value: most });
    };
    let own = fetches.len() as u64 - named;
    // Later files overwrite earlier ones, so the last archives decide.
    let mut passed_over = own.saturating_sub(room);
    let mut warnings = Vec::new();
    if passed_over > 0 {
        let kind = WarningKind::ArchivesOverLimit { archives: passed_over, limit: most };
        warnings.push(Warning::new(&location, None, kind));
    }
    fetches.retain(|fetched| {
        let is_kept = fetched.is_named() || passed_over == 0;
        passed_over -= u64::from(!is_kept);
        is_kept
    });
    let mut sandbox = Sandbox::default();
    for (with, fetched) in fetches.into_iter().enumerate() {
        let is_certain = fetched.is_named();
        match sandbox.fetch(with, fetched, limits) {
            // In the task's own program there need be none.
            Err(Error::Archive { problem: ArchiveProblem::Missing { .. }, .. }) if !is_certain => {}
            Err(_) if !is_certain => {
                warnings.push(Warning::new(&fetched.location, None, WarningKind::ArchiveNotRead));
            }
            Err(Error::Archive { location, problem: ArchiveProblem::Missing { near_miss } }) => {
                // Where it lies in the sandbox it is told of below.
                if fetched.lands.file != Some(ARCHIVE) {
                    warnings.push(without_credentials(&location, near_miss));
                }
            }
            read => read?,
        }
    }
    sandbox.drop_unpacked();
    let mut contents = Contents::of(location, Vec::new());
    contents.warnings = warnings;
    for (arrived, name) in sandbox.files.into_iter().zip(SANDBOX_FILES) {
        let Some(SandboxFile { location, bytes, is_member, .. }) = arrived else { continue };
        let read = if is_member { file::read_member } else { file::read };
        match read(bytes.as_slice(), &location, limits) {
            Ok(read) => contents.files.extend(read.files),
            Err(Error::Archive { location, problem: ArchiveProblem::Missing { near_miss } })
                if name == ARCHIVE =>
            {
                contents.warnings.push(without_credentials(&location, near_miss));
            }
            Err(error) => return Err(error),
        }
    }
    if contents.files.is_empty() {
        contents.no_files = Some(NO_SANDBOX_FILES);
    }
    Ok(contents)
}

fn without_credentials(location: &Location, near_miss: Option<String>) -> Warning {
    Warning::new(location, None, WarningKind::ArchiveWithoutCredentials { near_miss })
}
