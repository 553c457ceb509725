//! Fetched credential files that have no effect.

/// A reason for which a fetched credential file has no effect.
///
/// A variant is what Mesos or Docker does; the text in it is the reason, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchProblem {
    /// The Mesos containerizer pulls before it fetches, and never looks into the sandbox. Pods
    /// always run in it.
    #[error(
        "if these are Docker's credentials, the Mesos containerizer never looks into the sandbox for them; put \
         the config.json into a secret and name it in pullConfig, or for an app set container.type to DOCKER"
    )]
    IgnoredByMesos,
    /// It is fetched to a path at which Docker does not look, or not for such a file.
    #[error("{0}")]
    WrongPath(&'static str),
    /// Mesos does not unpack it, so Docker does not find the file in it.
    #[error("{0}")]
    NotUnpacked(&'static str),
    /// Mesos fails the task.
    #[error("{0}, or Mesos fails the task")]
    FailsTask(&'static str),
    /// Another entry is fetched to the same place.
    #[error(
        "another entry before it ends up in the same place, and Mesos does not promise which of them \
         stays; fetch one of them"
    )]
    SamePlace,
}
