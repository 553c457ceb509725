//! Whether a credential file that is fetched ends up where somebody looks for it.

use std::fmt;

use super::fetch::{Fetch, FetchKind, destination};
use crate::archive::{CONFIG_JSON, DOCKERCFG};
use crate::mesos::Containerizer;
use crate::source::Unpacks;

/// A credential file that is fetched to where nobody will look for it.
///
/// Displayed with the path of the field in Marathon's notation: `/fetch(0): …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchWarning {
    path: String,
    problem: FetchProblem,
}

/// Why a fetched credential file comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchProblem {
    /// The Mesos containerizer pulls before it fetches, and never looks into the sandbox. Pods always run
    /// in it.
    #[error(
        "if these are Docker's credentials, the Mesos containerizer never looks into the sandbox for them; put \
         the config.json into a secret and name it in pullConfig, or for an app set container.type to DOCKER"
    )]
    IgnoredByMesos,
    /// A `config.json` that is not fetched to `.docker/config.json`.
    #[error(
        "a config.json outside .docker is not looked at; if it is Docker's, set destPath to \
         .docker/config.json"
    )]
    OutsideDotDocker,
    /// A `.dockercfg` that is fetched under another name.
    #[error(
        "it is not fetched as .dockercfg, which alone is looked at; set destPath to .dockercfg, and leave cache out \
         where it is compressed"
    )]
    NotDockercfg,
    /// An archive that is fetched to the name of a credential file, and not unpacked.
    #[error("an archive is fetched to the name of a credential file; leave destPath out")]
    ArchiveAsFile,
    /// `extract: false` on an archive.
    #[error(
        "extract is false, so Mesos does not unpack it and Docker does not find it; leave extract out"
    )]
    NotExtracted,
    /// `executable: true` on an archive, which outdoes `extract`.
    #[error("executable is true, so Mesos does not unpack it; leave executable out")]
    Executable,
    /// What follows the path of the URI hides from Mesos's fetcher that it is an archive.
    #[error(
        "Mesos takes the query for a part of the name and does not unpack it; in fetch, set destPath to \
         docker.tar.gz and leave cache out"
    )]
    QueryHidesSuffix,
    /// `destPath` hides from Mesos's fetcher that it is an archive.
    #[error(
        "destPath does not end like an archive, so Mesos does not unpack it; set it to docker.tar.gz"
    )]
    DestPathHidesSuffix,
    /// `destPath` does not stay in the sandbox, or is absolute, with which Mesos fails the task.
    #[error("destPath must be relative and stay in the sandbox")]
    DestPathLeaves,
    /// A URI with a single quote in it, with which Mesos fails the task, though Marathon accepts it.
    #[error("its URI holds a single quote, and Mesos fails the task; rename the file")]
    RefusedUri,
    /// Another entry is fetched to the same place.
    #[error(
        "another entry before it ends up in the same place, and Mesos does not promise which of them \
         stays; fetch one of them"
    )]
    SamePlace,
}

impl FetchWarning {
    /// Where it is, in Marathon's own notation: `/fetch(0)`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is about.
    #[must_use]
    pub fn problem(&self) -> FetchProblem {
        self.problem
    }
}

impl fmt::Display for FetchWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// What Mesos or Docker will not pick up, of all that is fetched for one container.
pub(super) fn warnings(fetches: &[Fetch], containerizer: Containerizer) -> Vec<FetchWarning> {
    let mut known = Vec::new();
    let warning = |fetch: &Fetch| {
        let problem = problem_of(fetch, containerizer).or_else(|| {
            // Two archives of credentials hold the same file, as far as can be told.
            let kind = fetch.kind().filter(|_| containerizer == Containerizer::Docker)?;
            if known.contains(&kind) {
                return Some(FetchProblem::SamePlace);
            }
            known.push(kind);
            None
        })?;
        Some(FetchWarning { path: fetch.path().to_owned(), problem })
    };
    fetches.iter().filter_map(warning).collect()
}

/// The reasons for which no credential file that is fetched arrives where it is looked for; `None` if one does, or
/// none is fetched.
pub(super) fn in_vain(fetches: &[Fetch], warnings: &[FetchWarning]) -> Option<String> {
    const MOST_TOLD: usize = 5;
    let is_credentials = |fetch: &&Fetch| fetch.kind().is_some() || fetch.lands().file.is_some();
    // Where two end up in the same place, the first of them is looked at.
    let is_first = |warning: &&FetchWarning| warning.problem != FetchProblem::SamePlace;
    let all = warnings.iter().filter(is_first).count();
    if all == 0 || all != fetches.iter().filter(is_credentials).count() {
        return None;
    }
    let told: Vec<String> = warnings.iter().take(MOST_TOLD).map(FetchWarning::to_string).collect();
    let more = match warnings.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!(
        "none of the credential files in it arrives where it is looked for: {}{more}",
        told.join("; ")
    ))
}

fn problem_of(fetch: &Fetch, containerizer: Containerizer) -> Option<FetchProblem> {
    let kind = fetch.kind()?;
    let dest_path = fetch.dest_path();
    if containerizer == Containerizer::Mesos {
        return Some(FetchProblem::IgnoredByMesos);
    }
    // A backslash and a NUL, which it refuses too, do not pass Marathon.
    if fetch.uri().contains('\'') {
        return Some(FetchProblem::RefusedUri);
    }
    if dest_path.is_some_and(|path| destination(path).is_none()) {
        return Some(FetchProblem::DestPathLeaves);
    }
    let lands = fetch.lands();
    let is_file = |name| lands.file == Some(name) || lands.unpacks == Unpacks::File(name);
    let is_looked_at = is_file(CONFIG_JSON) || is_file(DOCKERCFG);
    let is_unpacked = match lands.unpacks {
        Unpacks::Credentials => true,
        // What is no archive cannot be unpacked.
        Unpacks::Anything => fetch.is_archive_by_name(),
        Unpacks::Nothing | Unpacks::File(_) => false,
    };
    let is_archive_as_file = fetch.is_archive_by_name() && lands.unpacks == Unpacks::Nothing;
    match kind {
        _ if is_unpacked => None,
        _ if is_looked_at => is_archive_as_file.then_some(FetchProblem::ArchiveAsFile),
        FetchKind::ConfigJson => Some(FetchProblem::OutsideDotDocker),
        FetchKind::Dockercfg => Some(FetchProblem::NotDockercfg),
        FetchKind::Archive if !fetch.extract() => Some(FetchProblem::NotExtracted),
        FetchKind::Archive if fetch.executable() => Some(FetchProblem::Executable),
        FetchKind::Archive if dest_path.is_some() && !fetch.cache() => {
            Some(FetchProblem::DestPathHidesSuffix)
        }
        FetchKind::Archive => Some(FetchProblem::QueryHidesSuffix),
    }
}
