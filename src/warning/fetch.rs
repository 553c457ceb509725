//! Credential files that a definition fetches to where nobody looks for them.

/// Why a fetched credential file has no effect.
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
