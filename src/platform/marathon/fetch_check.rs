//! Whether a credential file that is fetched ends up where somebody looks for it.

use super::fetch::{Fetch, FetchKind, destination};
use crate::error::{FetchProblem, Warning, WarningKind};
use crate::file_names::{CONFIG_JSON, DOCKERCFG};
use crate::level::Location;
use crate::mesos::Containerizer;
use crate::source::Extraction;

/// What Mesos or Docker will not pick up, of all that is fetched for one container.
pub(super) fn warnings(fetches: &[Fetch], containerizer: Containerizer) -> Vec<Warning> {
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
        let location = Location::called(None, fetch.path());
        Some(Warning::new(&location, None, WarningKind::Fetch(problem)))
    };
    fetches.iter().filter_map(warning).collect()
}

/// The reasons for which no credential file that is fetched arrives where it is looked for; `None`
/// if one does, or none is fetched.
pub(super) fn in_vain(fetches: &[Fetch], warnings: &[Warning]) -> Option<String> {
    const MOST_TOLD: usize = 5;
    let is_credentials = |fetch: &&Fetch| fetch.kind().is_some() || fetch.lands().file.is_some();
    // Of two in the same place the first is read.
    let is_first =
        |warning: &&Warning| *warning.kind() != WarningKind::Fetch(FetchProblem::SamePlace);
    let all = warnings.iter().filter(is_first).count();
    if all == 0 || all != fetches.iter().filter(is_credentials).count() {
        return None;
    }
    let told: Vec<String> = warnings.iter().take(MOST_TOLD).map(Warning::to_string).collect();
    let more = match warnings.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!("no fetched credential file has an effect: {}{more}", told.join("; ")))
}

fn problem_of(fetch: &Fetch, containerizer: Containerizer) -> Option<FetchProblem> {
    use FetchProblem::{FailsTask, NotUnpacked, WrongPath};

    let kind = fetch.kind()?;
    let dest_path = fetch.dest_path();
    if containerizer == Containerizer::Mesos {
        return Some(FetchProblem::IgnoredByMesos);
    }
    // A backslash and a NUL, which Mesos refuses too, do not pass Marathon.
    if fetch.uri().contains('\'') {
        return Some(FailsTask("its URI holds a single quote; rename the file"));
    }
    if dest_path.is_some_and(|path| destination(path).is_none()) {
        return Some(FailsTask("destPath must be relative and stay in the sandbox"));
    }
    let lands = fetch.lands();
    let is_file = |name| lands.file == Some(name) || lands.unpacks == Extraction::File(name);
    let is_looked_at = is_file(CONFIG_JSON) || is_file(DOCKERCFG);
    let is_unpacked = match lands.unpacks {
        Extraction::Credentials => true,
        // What is no archive cannot be unpacked.
        Extraction::Anything => fetch.is_archive_by_name(),
        Extraction::Nothing | Extraction::File(_) => false,
    };
    let is_archive_as_file = fetch.is_archive_by_name() && lands.unpacks == Extraction::Nothing;
    match kind {
        _ if is_unpacked => None,
        _ if is_looked_at => is_archive_as_file.then_some(WrongPath(
            "an archive is fetched to the name of a credential file; leave destPath out",
        )),
        FetchKind::ConfigJson => Some(WrongPath(
            "a config.json outside .docker is not looked at; if it is Docker's, set destPath to \
             .docker/config.json",
        )),
        FetchKind::Dockercfg => Some(WrongPath(
            "it is not fetched as .dockercfg, which alone is looked at; set destPath to .dockercfg, \
             and leave cache out where it is compressed",
        )),
        FetchKind::Archive if !fetch.extract() => Some(NotUnpacked(
            "extract is false, so Mesos does not unpack it and Docker does not find it; leave \
             extract out",
        )),
        FetchKind::Archive if fetch.executable() => Some(NotUnpacked(
            "executable is true, so Mesos does not unpack it; leave executable out",
        )),
        FetchKind::Archive if dest_path.is_some() && !fetch.cache() => Some(NotUnpacked(
            "destPath does not end like an archive, so Mesos does not unpack it; set it to \
             docker.tar.gz",
        )),
        FetchKind::Archive => Some(NotUnpacked(
            "Mesos takes the query for a part of the name and does not unpack it; in fetch, set \
             destPath to docker.tar.gz and leave cache out",
        )),
    }
}
