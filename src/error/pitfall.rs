//! Mesos's pitfalls: effects of a credential file that its operator may not expect.

use std::fmt;
use std::sync::Arc;

use crate::error::EntryProblem;
use crate::redact::ShownKey;

/// An effect of Mesos's `--docker_config` that is unsafe, or part of the file that has no effect.
///
/// Never contains a byte of a credential.
///
/// ```
/// use regcred::mesos::{self, Pitfall};
/// use regcred::{Limits, WarningKind};
///
/// let flag = r#"{"auths": {"reg.io/team": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let warnings = mesos::check_docker_config(flag, Limits::default())?;
/// let leak = warnings.iter().find(|warning| {
///     matches!(warning.kind(), WarningKind::Mesos(Pitfall::UsedForWholeHost))
/// });
/// assert_eq!(leak.and_then(|warning| warning.key()), Some("reg.io/team"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pitfall {
    /// The agent does not start.
    #[error("the agent does not start: {0}")]
    AgentDoesNotStart(&'static str),
    /// The agent starts, but its Mesos containerizer cannot pull any Docker image.
    #[error(
        "the agent starts, but no task of the Mesos containerizer can pull any Docker image: {0}"
    )]
    BreaksPulls(&'static str),
    /// The agent prints the content in its log and serves it over HTTP.
    #[error(
        "Mesos prints the content in the agent's log and serves it at /flags and /state; \
         restrict both to operators"
    )]
    Exposed,
    /// The flag is the JSON itself.
    #[error(
        "given as a flag, the JSON itself appears in the process list; put it into a file that \
         only root can read, and set the flag to file:// and its path"
    )]
    OnCommandLine,
    /// A path without `file://`.
    #[error("a path without file:// is deprecated in Mesos; put file:// before it")]
    BarePath,
    /// A `file://` URL that is another path to Mesos.
    #[error(
        "Mesos uses the text after file:// as the path, without percent-encoding and without a host; \
         write the path like that"
    )]
    OtherPath,
    /// `auths` is repeated, or is written in another case.
    #[error(
        "\"auths\" appears more than once or in another case, and Mesos reads only the last one in \
         lower case; put all entries into one"
    )]
    SeveralAuths,
    /// A file without `auths`, which the Docker containerizer writes to a `.dockercfg`.
    #[error(
        "without \"auths\" the Docker containerizer writes it out as a .dockercfg, which \
         Docker 23 and later do not read; put the entries under \"auths\""
    )]
    FlatForm,
    /// An entry without `auth`.
    #[error(
        "the Mesos containerizer reads nothing but \"auth\", and this entry has none; add it, as \
         base64 of user:password"
    )]
    NoAuth,
    /// An entry whose `auth` is empty, or contains an empty user name and password. This crate
    /// passes over it, while Mesos sends it.
    #[error(
        "it holds no credential and is passed over here, but the Mesos containerizer sends the \
         empty \"auth\", which registries refuse even for public images; remove the entry"
    )]
    EmptyAuth,
    /// An `auth` without a password beside an `identitytoken`, as `docker login` writes it for Azure's
    /// registries. Docker uses the token.
    #[error(
        "the Mesos containerizer ignores \"identitytoken\" and sends \"auth\", which holds no \
         password; make \"auth\" base64 of user:password"
    )]
    IdentityTokenIgnored,
    /// An `auth` with the user name `<token>`, which marks its password as an identity token.
    #[error(
        "its \"auth\" has the user name <token>, which registries refuse; Docker reads the token \
         from \"identitytoken\", and Mesos supports only a user name and a password, so make \
         \"auth\" base64 of user:password"
    )]
    IdentityTokenInAuth,
    /// An `auth` that Mesos sends although registries reject it; with the problem if it is
    /// malformed in this crate too.
    #[error(
        "{}the Mesos containerizer sends \"auth\" unchanged, line breaks into the request's \
         headers included, and Docker may lose the other entries of the file with it; make it \
         base64 of user:password on one line",
        Malformed(*.0)
    )]
    UndecodedAuth(Option<EntryProblem>),
    /// A key of Docker Hub.
    #[error(
        "the Mesos containerizer sends it to every registry with docker.io in its name, such as \
         docker.io.example.com; let tasks use only registries that you trust"
    )]
    SentToLookAlikes,
    /// A key of another registry than Docker Hub that contains its name.
    #[error(
        "the Mesos containerizer sends it to Docker Hub, because docker.io is in the key; give the \
         registry another name"
    )]
    SentToDockerHub,
    /// A key with a path.
    #[error(
        "Mesos uses it for the whole host, not for its path alone; give it per task, in pullConfig"
    )]
    UsedForWholeHost,
    /// A key that means the same registry to Mesos as another.
    #[error(
        "Mesos takes it for the same registry as {}, and may send either of them; keep one",
        ShownKey(other)
    )]
    #[non_exhaustive]
    EitherKey {
        /// The other key. If both mean the same in this crate, it is the one that wins.
        other: Arc<str>,
    },
    /// A key with upper-case letters or port 443, which Mesos compares as text.
    #[error(
        "the Mesos containerizer uses it only for images that spell their registry exactly so, and for \
         images without a registry it looks for the key with :443; add a key for each spelling in use"
    )]
    OnlyAsSpelled,
    /// A key that equals no registry to Mesos.
    #[error("the Mesos containerizer never uses it: {0}")]
    NeverMatches(&'static str),
}

/// The problem of an `auth` that this crate cannot use either.
struct Malformed(Option<EntryProblem>);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(problem) => {
                // The pitfall ends in the correction, so only the cause is written.
                let problem = problem.to_string();
                let cause = problem.split_once("; ").map_or(&*problem, |(cause, _)| cause);
                write!(f, "{cause}; images it is for get no credential here, and ")
            }
            None => Ok(()),
        }
    }
}
