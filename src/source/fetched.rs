//! What a task's `fetch` would leave in its sandbox, read where it comes from and never unpacked.

use std::path::PathBuf;

use super::{Contents, DOCKER_FILES, file};
use crate::archive;
use crate::config;
use crate::error::{ArchiveProblem, Error};
use crate::level::{Level, Place};
use crate::limits::Limits;
use crate::secret::SecretBytes;
use crate::warning::{Warning, WarningKind};

/// A local file that is fetched into a sandbox.
#[derive(Clone)]
pub(crate) struct Fetched {
    pub(crate) path: PathBuf,
    pub(crate) lands: Lands,
}

/// What becomes of it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lands {
    /// It is copied to the path at which Docker looks.
    File(&'static str),
    /// It is an archive of credentials, which is unpacked.
    Archive,
    /// It is an archive of something else, in which credentials may be.
    OtherArchive,
}

/// The files that Docker looks for, each as it was fetched last.
#[derive(Default)]
struct Sandbox {
    files: [Option<Arrived>; DOCKER_FILES.len()],
}

struct Arrived {
    place: Place,
    bytes: SecretBytes,
    is_member: bool,
}

impl Sandbox {
    fn put(&mut self, name: &str, arrived: Arrived) {
        let slot = DOCKER_FILES.iter().position(|known| *known == name);
        if let Some(slot) = slot.and_then(|slot| self.files.get_mut(slot)) {
            *slot = Some(arrived);
        }
    }

    fn fetch(&mut self, fetched: &Fetched, limits: &Limits) -> Result<(), Error> {
        let place = Place::file(Level::SandboxHome, &fetched.path);
        let bytes = file::read_named(&fetched.path, &place, limits)?;
        if let Lands::File(name) = fetched.lands {
            self.put(name, Arrived { place, bytes, is_member: false });
            return Ok(());
        }
        for member in archive::read(bytes.as_slice(), &place, limits)? {
            let place = place.member(member.name);
            self.put(member.name, Arrived { place, bytes: member.bytes, is_member: true });
        }
        Ok(())
    }
}

/// Later files overwrite earlier ones, as they do in a sandbox.
pub(super) fn read(fetches: &[Fetched], limits: &Limits) -> Result<Contents, Error> {
    let mut sandbox = Sandbox::default();
    let mut warnings = Vec::new();
    for fetched in fetches {
        match sandbox.fetch(fetched, limits) {
            // The task's own program, say: without credentials, too large, made in a way refused here.
            Err(_) if fetched.lands == Lands::OtherArchive => {}
            Err(Error::Archive { place, problem: ArchiveProblem::Missing { near_miss } }) => {
                let kind = WarningKind::ArchiveWithoutCredentials { near_miss };
                warnings.push(Warning::new(&place, None, kind));
            }
            read => read?,
        }
    }
    let place = Place::called(Some(Level::SandboxHome), "what the task fetches");
    let mut contents = Contents::of(place, Vec::new());
    contents.warnings = warnings;
    for Arrived { place, bytes, is_member } in sandbox.files.into_iter().flatten() {
        let read = if is_member { config::read_member } else { config::read };
        contents.files.extend(read(bytes.as_slice(), &place, limits)?.files);
    }
    if contents.files.is_empty() {
        contents.note = Some("holds no .docker/config.json and no .dockercfg");
    }
    Ok(contents)
}
