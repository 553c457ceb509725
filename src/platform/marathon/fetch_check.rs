//! Warnings on fetched credential files that Docker will not find.

use super::fetch::{Fetch, FetchKind, destination};
use crate::error::{FetchProblem, Warning, WarningKind};
use crate::file_names::{CONFIG_JSON, DOCKERCFG};
use crate::level::Location;
use crate::mesos::Containerizer;
use crate::redact::few;
use crate::source::Extraction;

/// Returns one warning for each credential file that has no effect.
pub(super) fn warnings(fetches: &[Fetch], containerizer: Containerizer) -> Vec<Warning> {
    let mut known = Vec::new();
    let warning = |fetch: &Fetch| {
        let kind = fetch.kind()?;
        let problem = match problem_of(fetch, kind, containerizer) {
            Some(problem) => problem,
            // Two archives are assumed to contain the same file.
            None if known.contains(&kind) => FetchProblem::SamePlace,
            None => {
                known.push(kind);
                return None;
            }
        };
        let location = Location::called(None, fetch.path());
        Some(Warning::new(&location, None, WarningKind::Fetch(problem)))
    };
    fetches.iter().filter_map(warning).collect()
}

/// Returns the reasons, if credential files are fetched and none of them has an effect.
pub(super) fn in_vain(fetches: &[Fetch], warnings: &[Warning]) -> Option<String> {
    let is_credentials = |fetch: &&Fetch| fetch.kind().is_some() || fetch.effect().file.is_some();
    // One of two files in the same place has an effect.
    let is_in_vain =
        |warning: &&Warning| *warning.kind() != WarningKind::Fetch(FetchProblem::SamePlace);
    let in_vain = warnings.iter().filter(is_in_vain).count();
    if in_vain == 0 || in_vain != fetches.iter().filter(is_credentials).count() {
        return None;
    }
    let (reasons, more) = few(warnings.iter());
    let mut reasons: Vec<String> = reasons.into_iter().map(Warning::to_string).collect();
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    Some(format!("no fetched credential file has an effect: {}", reasons.join("; ")))
}

fn problem_of(
    fetch: &Fetch,
    kind: FetchKind,
    containerizer: Containerizer,
) -> Option<FetchProblem> {
    use FetchProblem::{FailsTask, NotUnpacked, WrongPath};

    let dest_path = fetch.dest_path.as_deref();
    if containerizer == Containerizer::Mesos {
        return Some(FetchProblem::IgnoredByMesos);
    }
    // Mesos also refuses a backslash and a NUL, which Marathon does not let pass.
    if fetch.uri().contains('\'') {
        return Some(FailsTask("its URI contains a single quote; rename the file"));
    }
    if dest_path.is_some_and(|path| destination(path).is_none()) {
        return Some(FailsTask("destPath must be relative and stay in the sandbox"));
    }
    let effect = fetch.effect();
    let is_file = |name| effect.file == Some(name) || effect.unpacks == Extraction::File(name);
    let is_read = is_file(CONFIG_JSON) || is_file(DOCKERCFG);
    let is_unpacked = match effect.unpacks {
        Extraction::Credentials => true,
        // The suffix may be that of `destPath` alone, and the file not an archive.
        Extraction::Anything => fetch.is_archive_by_name(),
        Extraction::Nothing | Extraction::File(_) => false,
    };
    let is_archive_as_file = fetch.is_archive_by_name() && effect.unpacks == Extraction::Nothing;
    match kind {
        _ if is_unpacked => None,
        _ if is_read => is_archive_as_file.then_some(WrongPath(
            "an archive is fetched to the name of a credential file; leave destPath out",
        )),
        FetchKind::ConfigJson => Some(WrongPath(
            "a config.json outside .docker is not looked at; if it is Docker's, set destPath to \
             .docker/config.json",
        )),
        FetchKind::Dockercfg => Some(WrongPath(
            "it is not fetched as .dockercfg, which alone is looked at; set destPath to .dockercfg, \
             and leave cache out if it is compressed",
        )),
        FetchKind::Archive if !fetch.extract() => Some(NotUnpacked(
            "extract is false, so Mesos does not unpack it and Docker does not find it; leave \
             extract out",
        )),
        FetchKind::Archive if fetch.executable => Some(NotUnpacked(
            "executable is true, so Mesos does not unpack it; leave executable out",
        )),
        FetchKind::Archive if dest_path.is_some() && !fetch.cache => Some(NotUnpacked(
            "destPath does not end like an archive, so Mesos does not unpack it; set it to \
             docker.tar.gz",
        )),
        FetchKind::Archive => Some(NotUnpacked(
            "Mesos takes the query for a part of the name and does not unpack it; in fetch, set \
             destPath to docker.tar.gz and leave cache out",
        )),
    }
}
