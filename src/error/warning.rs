//! Non-fatal problems: parts left out of a resolver, and settings that do not do what they seem to.

use std::fmt;
use std::sync::Arc;

use super::{ArchiveProblem, EntryProblem, KeyProblem};
use super::{FetchProblem, ParameterProblem, Pitfall};
use crate::level::Location;
use crate::redact::{Shown, ShownFew, ShownHelper, ShownKey};

/// Something that an operator should know about a credential file, a flag or a parameter that could
/// be read.
///
/// `Display` says what, where and what to do, and never holds a byte of a credential. `Debug` is
/// the same: of a million warnings each may be about the same long key.
#[derive(Clone, PartialEq, Eq)]
pub struct Warning {
    location: Location,
    key: Option<Box<str>>,
    kind: WarningKind,
}

/// What a [`Warning`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// An entry that cannot be read. It blocks its scope: `resolve` returns `None` where it is the
    /// best match.
    MalformedEntry(EntryProblem),
    /// A key that can match no image, and was left out.
    UnmatchableKey(KeyProblem),
    /// A key that appears more than once in the same file; the last one counts.
    DuplicateKey,
    /// A key that means the same as another in the same file, which goes before it.
    EquivalentKey {
        /// The key that goes before it.
        preferred: Arc<str>,
    },
    /// A credential that `credsStore` (no key) or `credHelpers` (with its key) leaves to a
    /// credential helper, which is never run.
    Helper {
        /// What follows `docker-credential-` in the name of the program.
        helper: Box<str>,
    },
    /// A password that ends in a newline, as `echo user:password | base64` makes them.
    PasswordEndsInNewline,
    /// An entry without a credential. Reported only where a file is checked, for `docker login`
    /// leaves such entries beside a credential helper.
    EmptyEntry,
    /// A registry next to `auths`, where it is ignored. Reported only where a file is checked.
    OutsideAuths,
    /// A file of the agent's that others than its owner may read. Reported only where a file is
    /// checked.
    ReadableByOthers {
        /// Its permissions: `0o644`.
        mode: u32,
    },
    /// An archive that a task unpacks in its sandbox, and that could not be searched for
    /// credentials.
    ArchiveNotRead,
    /// Archives of an application's own that were not searched for credentials, as
    /// [`Limits::fetched_files`](crate::Limits::fetched_files) left no room for them.
    ArchivesOverLimit {
        /// The number of archives.
        archives: u64,
        /// The value of the limit.
        limit: u64,
    },
    /// A credential file in a task's sandbox that also holds credentials of other registries than
    /// its image's ([`marathon`](crate::marathon)). The task can read all of them.
    // Boxed: a file of short keys can have a million other warnings, each as large as the largest
    // variant.
    OtherRegistries(Box<OtherRegistries>),
    /// A fetched credential file that has no effect
    /// ([`marathon::Container::warnings`](crate::marathon::Container::warnings)). The place is the
    /// path of its field: `/fetch(0)`.
    Fetch(FetchProblem),
    /// The environment variable `HOME` is not set, so that Docker finds no credentials.
    HomeUnset,
    /// An archive in a sandbox without a credential file where one is looked for.
    ArchiveWithoutCredentials {
        /// A member that looks like the one meant.
        near_miss: Option<String>,
    },
    /// What Mesos alone does with a file or a flag.
    Mesos(Pitfall),
    /// Parameters of DC/OS that contradict each other, expose credentials or have no effect.
    Parameter(ParameterProblem),
}

/// Registries other than that of an image, in one credential file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRegistries {
    /// The registry of the image.
    pub registry: String,
    /// A few of the other registries.
    pub others: Vec<String>,
    /// The number of further ones.
    pub more: usize,
}

impl Warning {
    pub(crate) fn new(location: &Location, key: Option<&str>, kind: WarningKind) -> Self {
        Warning { location: location.clone(), key: key.map(Box::from), kind }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> &WarningKind {
        &self.kind
    }

    /// The file, flag, parameter or field of a definition that it is about.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The key it is about, as written; `#3` for the third key of its object if it can match no
    /// image and does not look like a registry, since it may hold a password.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Debug for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Warning({self})")
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.location)?;
        let key = ShownKey(self.key.as_deref().unwrap_or_default());
        match &self.kind {
            WarningKind::MalformedEntry(problem) => write!(
                f,
                "entry {key}: {problem}; images it is for get no credential until it is mended"
            ),
            WarningKind::UnmatchableKey(problem) => {
                write!(f, "key {key} can match no image and is left out here: {problem}")
            }
            WarningKind::DuplicateKey => {
                write!(f, "key {key} appears more than once; the last one counts")
            }
            WarningKind::EquivalentKey { preferred } => {
                write!(
                    f,
                    "key {key} means the same as {}, which goes before it; one of them is enough here",
                    Shown(preferred)
                )
            }
            WarningKind::Helper { helper } => {
                let helper = ShownHelper(helper);
                match self.key {
                    Some(_) => write!(f, "the credential for {key} is left to {helper}")?,
                    None => write!(f, "credentials are left to {helper} (credsStore)")?,
                }
                f.write_str(", which is not run; put them into the file itself")
            }
            WarningKind::PasswordEndsInNewline => write!(
                f,
                "the password of entry {key} ends in a newline, which registries refuse; \
                 encode it with printf, not echo"
            ),
            WarningKind::EmptyEntry => {
                write!(f, "entry {key} holds no credential and is passed over; remove it")
            }
            WarningKind::OutsideAuths => {
                write!(f, "entry {key} is next to \"auths\", where it is ignored; move it into \"auths\"")
            }
            WarningKind::ReadableByOthers { mode } => write!(
                f,
                "others than its owner may read it (mode {mode:04o}); chmod 0600 keeps its passwords \
                 from every task and user of the machine"
            ),
            WarningKind::ArchiveNotRead => f.write_str(
                "the task unpacks it, but it could not be searched for credentials; if it holds credentials, \
                 name it docker.tar.gz: then the reason is an error",
            ),
            WarningKind::ArchivesOverLimit { archives, limit } => {
                let (archives, were) = match archives {
                    1 => ("1 archive".to_owned(), "was"),
                    n => (format!("{n} archives"), "were"),
                };
                write!(
                    f,
                    "{archives} of the application {were} not searched for credentials: limit fetched_files of \
                     {limit}; name an archive that holds credentials docker.tar.gz, or raise \
                     Limits::fetched_files"
                )
            }
            WarningKind::OtherRegistries(found) => {
                let OtherRegistries { registry, others, more } = &**found;
                let count = others.len() + more;
                let noun = if count == 1 { "registry" } else { "registries" };
                write!(
                    f,
                    "it holds credentials of {count} other {noun}, {}, which the task can read; put only the \
                     credential for {} into it",
                    ShownFew(others, *more),
                    Shown(registry)
                )
            }
            WarningKind::Fetch(problem) => write!(f, "{problem}"),
            WarningKind::HomeUnset => f.write_str(
                "HOME is not set, and without it Docker may find no credentials; export it for the agent, as \
                 HOME=/ where the file is /.dockercfg",
            ),
            WarningKind::ArchiveWithoutCredentials { near_miss } => {
                let problem = ArchiveProblem::Missing { near_miss: near_miss.clone() };
                write!(f, "{problem}")
            }
            WarningKind::Mesos(pitfall) => match self.key {
                Some(_) => write!(f, "key {key}: {pitfall}"),
                None => write!(f, "{pitfall}"),
            },
            WarningKind::Parameter(problem) => write!(f, "{problem}"),
        }
    }
}
