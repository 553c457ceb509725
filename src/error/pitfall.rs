//! Effects of Mesos on a credential file that its operator may not expect.

use std::fmt;
use std::sync::Arc;

use crate::error::EntryProblem;
use crate::redact::ShownKey;

/// Something that Mesos does with its `--docker_config`, and that is unsafe or has no effect.
///
/// Never holds a byte of a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pitfall {
    /// The agent does not start.
    #[error("the agent does not start: {0}")]
    AgentDoesNotStart(&'static str),
    /// The agent starts, but its Mesos containerizer has no way left to pull any Docker image.
    #[error(
        "the agent starts, but no task of the Mesos containerizer can pull any Docker image: {0}"
    )]
    BreaksPulls(&'static str),
    /// The content is written to the agent's log and served over HTTP.
    #[error(
        "Mesos prints the content in the agent's log and serves it at /flags and /state; \
         restrict both to operators"
    )]
    Exposed,
    /// The flag holds the JSON itself.
    #[error(
        "given as a flag, the JSON itself appears in the process list; put it into a file that \
         only root can read, and give file:// and its path"
    )]
    OnCommandLine,
    /// A path without `file://`.
    #[error("a path without file:// is deprecated in Mesos; put file:// before it")]
    BarePath,
    /// A `file://` URL that Mesos takes for another path.
    #[error(
        "Mesos takes the text after file:// for the path unchanged, without percent-encoding and \
         without a host; write it so"
    )]
    OtherPath,
    /// `auths` more than once, or in another case.
    #[error(
        "\"auths\" appears more than once or in another case, and Mesos reads only the last that is \
         written so, all in lower case; put all entries into one"
    )]
    SeveralAuths,
    /// A file without `auths`, which the Docker containerizer writes out as a `.dockercfg`.
    #[error(
        "without \"auths\" the Docker containerizer writes it out as a .dockercfg, which \
         Docker 23 and later do not read; put the entries under \"auths\""
    )]
    FlatForm,
    /// An entry without `auth`.
    #[error(
        "the Mesos containerizer reads nothing but \"auth\", and this entry has none; write it, \
         base64 of user:password"
    )]
    NoAuth,
    /// An entry with an `auth` that is empty, or holds an empty user name and password. It is
    /// passed over here.
    #[error(
        "it holds no credential and is passed over here, but the Mesos containerizer sends the \
         empty \"auth\", which registries refuse even for public images; remove the entry"
    )]
    EmptyAuth,
    /// An `auth` that is sent on although nothing can come of it; with the reason if it is
    /// malformed here too.
    #[error(
        "{}the Mesos containerizer sends \"auth\" unchanged, line breaks into the request's \
         headers included, and Docker may lose the other entries of the file with it; make it \
         base64 of user:password on one line",
        Malformed(*.0)
    )]
    UndecodedAuth(Option<EntryProblem>),
    /// A key of Docker Hub.
    #[error(
        "the Mesos containerizer sends it to every registry with docker.io in its name, \
         docker.io.example.com for one; let tasks name no registries but those you trust"
    )]
    SentToLookAlikes,
    /// A key that is not of Docker Hub, but has its name in it.
    #[error(
        "the Mesos containerizer sends it to Docker Hub, because docker.io is in the key; give that \
         registry another name"
    )]
    SentToDockerHub,
    /// A key with a path.
    #[error(
        "Mesos uses it for the whole host, not for its path alone; give it per task, in pullConfig"
    )]
    UsedForWholeHost,
    /// A key that Mesos takes for the same registry as another.
    #[error(
        "Mesos takes it for the same registry as {}, and which of them it sends is chance; keep one",
        ShownKey(other)
    )]
    EitherKey {
        /// The other key. If both mean the same here, it is the one that goes before.
        other: Arc<str>,
    },
    /// A key with upper case or the port 443, which Mesos compares as text.
    #[error(
        "the Mesos containerizer uses it only for images that spell their registry exactly so; \
         those without a registry it looks up with the port, :443; write a key for each spelling in use"
    )]
    OnlyAsSpelled,
    /// A key that Mesos never finds to be equal to any registry.
    #[error("the Mesos containerizer never uses it: {0}")]
    NeverMatches(&'static str),
}

struct Malformed(Option<EntryProblem>);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(problem) => write!(f, "{problem}; images it is for get no credential here, and "),
            None => Ok(()),
        }
    }
}
