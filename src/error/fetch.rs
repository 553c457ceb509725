//! Problems of fetched credential files.

/// A reason that a fetched credential file has no effect.
///
/// The variant is the behaviour of Mesos or Docker; the text in it is the reason and the remedy.
///
/// ```
/// use regcred::marathon::{self, FetchProblem};
/// use regcred::{Limits, WarningKind};
///
/// let app = br#"{
///     "container": {"type": "MESOS", "docker": {"image": "nginx"}},
///     "fetch": [{"uri": "https://example.com/docker.tar.gz"}]
/// }"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let warning = &answers[0].as_ref().expect("a valid app").warnings()[0];
/// assert_eq!(warning.kind(), &WarningKind::Fetch(FetchProblem::IgnoredByMesos));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchProblem {
    /// The Mesos containerizer, in which pods always run, pulls before Mesos fetches, and never
    /// reads the sandbox.
    #[error(
        "if these are Docker's credentials, the Mesos containerizer never looks into the sandbox for them; put \
         the config.json into a secret and name it in pullConfig, or for an app set container.type to DOCKER"
    )]
    IgnoredByMesos,
    /// Docker does not read the path that the file is fetched to, or not for this kind of file.
    #[error("{0}")]
    WrongPath(&'static str),
    /// Mesos does not extract the archive, so Docker does not find the file in it.
    #[error("{0}")]
    NotUnpacked(&'static str),
    /// Mesos fails the task.
    #[error("{0}, or Mesos fails the task")]
    FailsTask(&'static str),
    /// Another file is fetched to the same place.
    #[error(
        "another entry before it ends up in the same place, and Mesos does not promise which of them \
         stays; fetch one of them"
    )]
    SamePlace,
}
