//! What Mesos does with a credential file that its operator may not expect.

use std::fmt;

use crate::shown::Shown;

/// Something that Mesos does with a credential file, and that is unsafe or comes to nothing.
///
/// `Display` says what and what to do, and never holds a byte of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    key: Option<Box<str>>,
    kind: NoteKind,
}

/// What a [`Note`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// The agent does not start.
    AgentDoesNotStart(&'static str),
    /// The agent starts, but its Mesos containerizer has no way left to pull any Docker image.
    NoPuller(&'static str),
    /// The content is written to the agent's log and served over HTTP.
    Exposed,
    /// The JSON itself stands in the flag.
    OnCommandLine,
    /// A path without `file://`.
    BarePath,
    /// A `file://` URL that Mesos takes for another path.
    OtherPath,
    /// Credential helpers, which the Mesos containerizer never asks.
    HelpersIgnored,
    /// `auths` that stands more than once, or in another case.
    OneAuths,
    /// A file without `auths`, which the Docker containerizer writes out as a `.dockercfg`.
    FlatForm,
    /// An entry without `auth`.
    NoAuth,
    /// An entry with an empty `auth`.
    EmptyAuth,
    /// An `auth` that is sent on although nothing can come of it.
    UndecodedAuth,
    /// A key of Docker Hub.
    SentToLookAlikes,
    /// A key that is not of Docker Hub, but has its name in it.
    SentToDockerHub,
    /// A key with a path.
    UsedForWholeHost,
    /// A key that Mesos takes for the same registry as another.
    SameHost {
        /// The other key.
        other: Box<str>,
    },
    /// A key with upper case or the port 443, which Mesos compares as they stand.
    OnlyAsSpelled,
    /// A key that Mesos never finds to be equal to any registry.
    NeverMatches(&'static str),
}

impl Note {
    pub(crate) fn of(kind: NoteKind) -> Self {
        Note { key: None, kind }
    }

    pub(super) fn on(key: &str, kind: NoteKind) -> Self {
        Note { key: Some(key.into()), kind }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> &NoteKind {
        &self.kind
    }

    /// The key it is about, as written, without user info.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "key {}: ", Shown(key))?;
        }
        match &self.kind {
            NoteKind::AgentDoesNotStart(why) => write!(f, "the agent does not start: {why}"),
            NoteKind::NoPuller(why) => write!(
                f,
                "the agent starts, but no task of the Mesos containerizer can pull any Docker image: {why}"
            ),
            NoteKind::Exposed => f.write_str(
                "Mesos prints the content in the agent's log and serves it at /flags and /state; let \
                 nobody but operators read those",
            ),
            NoteKind::OnCommandLine => f.write_str(
                "given as a flag, the JSON itself stands in the process list; put it into a file that \
                 only root can read, and give file:// and its path",
            ),
            NoteKind::BarePath => f.write_str(
                "a path without file:// is deprecated in Mesos; put file:// before it",
            ),
            NoteKind::OtherPath => f.write_str(
                "Mesos takes what follows file:// for the path as it stands, without percent-encoding and \
                 without a host; write it so",
            ),
            NoteKind::HelpersIgnored => f.write_str(
                "credential helpers are never asked by the Mesos containerizer; put the \
                 credentials into the file itself",
            ),
            NoteKind::OneAuths => f.write_str(
                "\"auths\" stands more than once or in another case, and Mesos reads only the last that is written \
                 so, all in lower case; put all entries into one",
            ),
            NoteKind::FlatForm => f.write_str(
                "without \"auths\" the Docker containerizer writes it out as a .dockercfg, which \
                 Docker 23 and later do not read; put the entries under \"auths\"",
            ),
            NoteKind::NoAuth => f.write_str(
                "the Mesos containerizer reads nothing but \"auth\", and this entry has none; write it, base64 of \
                 user:password",
            ),
            NoteKind::EmptyAuth => f.write_str(
                "the Mesos containerizer sends the empty \"auth\", which registries refuse even for \
                 public images; remove the entry",
            ),
            NoteKind::UndecodedAuth => f.write_str(
                "the Mesos containerizer sends \"auth\" as it stands, line breaks into the request's \
                 headers included, and Docker may lose the other entries of the file with it; make it \
                 base64 of user:password on one line",
            ),
            NoteKind::SentToLookAlikes => f.write_str(
                "the Mesos containerizer sends it to every registry with docker.io in its name, \
                 docker.io.example.com for one; let tasks name no registries but those you trust",
            ),
            NoteKind::SentToDockerHub => f.write_str(
                "the Mesos containerizer sends it to Docker Hub, because docker.io is in the key; give that \
                 registry another name",
            ),
            NoteKind::UsedForWholeHost => {
                f.write_str(
                    "Mesos uses it for the whole host, not for its path alone; give it per task, in pullConfig",
                )
            }
            NoteKind::OnlyAsSpelled => f.write_str(
                "the Mesos containerizer uses it only for images that spell their registry exactly so; \
                 those without a registry it looks up with the port, :443; write a key for each spelling in use",
            ),
            NoteKind::SameHost { other } => write!(
                f,
                "Mesos takes it for the same registry as {}, and which of them it sends is chance; \
                 keep one",
                Shown(other)
            ),
            NoteKind::NeverMatches(why) => {
                write!(f, "the Mesos containerizer never uses it: {why}")
            }
        }
    }
}
