//! What a task's `fetch` would leave in its sandbox, read where it comes from and never unpacked to
//! disk.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{ARCHIVE, Contents, NO_SANDBOX_FILES, SANDBOX_FILES, named};
use crate::archive;
use crate::error::{ArchiveProblem, Error};
use crate::error::{Warning, WarningKind};
use crate::file;
use crate::level::{Level, Place};
use crate::limits::Limits;
use crate::secret::SecretBytes;

/// A local file that is fetched into a sandbox.
#[derive(Clone)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    pub(crate) place: Place,
    pub(crate) lands: Lands,
}

impl Fetched {
    /// Returns whether its name is that of a credential file.
    fn is_named(&self) -> bool {
        self.lands.unpacks != Unpacks::Anything
    }
}

/// What becomes of it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lands {
    /// Which of the files that are looked at it becomes itself.
    pub(crate) file: Option<&'static str>,
    pub(crate) unpacks: Unpacks,
}

/// What it is unpacked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unpacks {
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
    files: [Option<Arrived>; SANDBOX_FILES.len()],
}

struct Arrived {
    place: Place,
    bytes: SecretBytes,
    is_member: bool,
    /// Which of the fetched files it came with.
    with: usize,
    /// How many files came out of it.
    members: usize,
}

impl Sandbox {
    fn put(&mut self, name: &str, arrived: Arrived) {
        let slot = SANDBOX_FILES.iter().position(|known| *known == name);
        if let Some(slot) = slot.and_then(|slot| self.files.get_mut(slot)) {
            *slot = Some(arrived);
        }
    }

    /// Drops the archive where everything in it lies beside it, unpacked.
    fn drop_unpacked(&mut self) {
        let [files @ .., archive] = &mut self.files;
        let Some(Arrived { with, members, .. }) = archive else { return };
        let beside = files.iter().flatten().filter(|file| file.is_member && file.with == *with);
        if *members > 0 && beside.count() == *members {
            *archive = None;
        }
    }

    fn fetch(&mut self, with: usize, fetched: &Fetched, limits: &Limits) -> Result<(), Error> {
        let Fetched { path, place, lands } = fetched;
        let bytes = named::read_named(path, place, limits)?;
        let unpacked = unpack(bytes.as_slice(), place, lands.unpacks, limits);
        let members = unpacked.as_ref().map_or(0, Vec::len);
        if let Some(name) = lands.file {
            let place = place.clone();
            self.put(name, Arrived { place, bytes, is_member: false, with, members });
        }
        for Unpacked { name, place, bytes } in unpacked? {
            self.put(name, Arrived { place, bytes, is_member: true, with, members: 0 });
        }
        Ok(())
    }
}

struct Unpacked {
    name: &'static str,
    place: Place,
    bytes: SecretBytes,
}

fn unpack(
    bytes: &[u8],
    place: &Place,
    unpacks: Unpacks,
    limits: &Limits,
) -> Result<Vec<Unpacked>, Error> {
    match unpacks {
        Unpacks::Nothing => Ok(Vec::new()),
        Unpacks::File(name) => {
            let bytes = archive::gunzip(bytes, place, limits)?;
            Ok(vec![Unpacked { name, place: place.clone(), bytes }])
        }
        Unpacks::Credentials | Unpacks::Anything => {
            if let Some(problem) = file::foreign_compression(bytes) {
                return Err(Error::Encoding { place: place.clone(), problem });
            }
            let unpacked = |archive::Member { name, bytes }| Unpacked {
                name,
                place: place.member(name),
                bytes,
            };
            Ok(archive::read(bytes, place, limits)?.into_iter().map(unpacked).collect())
        }
    }
}

pub(crate) fn place() -> Place {
    Place::called(Some(Level::SandboxHome), "what the task fetches")
}

/// Later files overwrite earlier ones, as they do in a sandbox.
pub(super) fn read(fetches: &[Fetched], limits: &Limits) -> Result<Contents, Error> {
    let place = place();
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
        return Err(Error::Limit { place, limit: "fetched_files", value: most });
    };
    let own = fetches.len() as u64 - named;
    // Later files overwrite earlier ones, so the last archives decide.
    let mut passed_over = own.saturating_sub(room);
    let mut warnings = Vec::new();
    if passed_over > 0 {
        let kind = WarningKind::ArchivesOverLimit { archives: passed_over, limit: most };
        warnings.push(Warning::new(&place, None, kind));
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
                warnings.push(Warning::new(&fetched.place, None, WarningKind::ArchiveNotRead));
            }
            Err(Error::Archive { place, problem: ArchiveProblem::Missing { near_miss } }) => {
                // Where it lies in the sandbox it is told of below.
                if fetched.lands.file != Some(ARCHIVE) {
                    warnings.push(without_credentials(&place, near_miss));
                }
            }
            read => read?,
        }
    }
    sandbox.drop_unpacked();
    let mut contents = Contents::of(place, Vec::new());
    contents.warnings = warnings;
    for (arrived, name) in sandbox.files.into_iter().zip(SANDBOX_FILES) {
        let Some(Arrived { place, bytes, is_member, .. }) = arrived else { continue };
        let read = if is_member { file::read_member } else { file::read };
        match read(bytes.as_slice(), &place, limits) {
            Ok(read) => contents.files.extend(read.files),
            Err(Error::Archive { place, problem: ArchiveProblem::Missing { near_miss } })
                if name == ARCHIVE =>
            {
                contents.warnings.push(without_credentials(&place, near_miss));
            }
            Err(error) => return Err(error),
        }
    }
    if contents.files.is_empty() {
        contents.no_files = Some(NO_SANDBOX_FILES);
    }
    Ok(contents)
}

fn without_credentials(place: &Place, near_miss: Option<String>) -> Warning {
    Warning::new(place, None, WarningKind::ArchiveWithoutCredentials { near_miss })
}
