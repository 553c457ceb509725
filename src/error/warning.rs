//! Non-fatal problems: parts of a file that are left out, and settings without the expected effect.

use std::fmt;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{ArchiveProblem, EntryProblem, KeyProblem};
use super::{Client, FetchProblem, ParameterProblem, Pitfall};
use crate::level::{Level, Location};
use crate::redact::{Shown, ShownFew, ShownHelper, ShownKey};

/// A non-fatal problem in a credential file, a flag, a parameter or a definition.
///
/// `Display` writes where, what is wrong and what to do, and never a byte of a credential. `Debug`
/// writes the same text.
///
/// ```
/// use regcred::{CredentialFile, WarningKind};
///
/// let file = CredentialFile::parse(br#"{"auths": {"a.io": {}, "a.io": {"auth": "dTpw"}}}"#)?;
/// let warning = &file.warnings()[0];
/// assert_eq!(warning.kind(), &WarningKind::DuplicateKey);
/// assert_eq!(warning.key(), Some("a.io"));
/// assert_eq!(warning.location().path(), None); // bytes were given
/// assert!(warning.to_string().ends_with("appears more than once; the last one counts"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Warning {
    location: Location,
    key: Option<Box<str>>,
    kind: WarningKind,
}

/// The problem that a [`Warning`] reports.
///
/// ```
/// use regcred::{Resolver, WarningKind};
///
/// let file = r#"{"auths": {"quay.io": {"auth": "!"}}, "credHelpers": {"gcr.io": "gcloud"}}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// for warning in resolver.warnings() {
///     match warning.kind() {
///         WarningKind::Helper { helper, .. } => assert_eq!(&**helper, "gcloud"), // not run
///         WarningKind::MalformedEntry(_) => assert_eq!(warning.key(), Some("quay.io")),
///         _ => eprintln!("{warning}"),
///     }
/// }
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// A malformed entry. It blocks its scope: `resolve` returns `None` if it is the best match.
    MalformedEntry(EntryProblem),
    /// A key that can match no image. It is left out.
    UnmatchableKey(KeyProblem),
    /// A key that appears more than once in a file. The last one counts, as in Docker.
    DuplicateKey,
    /// A key with the same scope as another key of the file, which wins: `https://quay.io` and
    /// `quay.io`.
    #[non_exhaustive]
    EquivalentKey {
        /// The key that wins.
        preferred: Arc<str>,
    },
    /// A credential that `credHelpers` (for its key) or `credsStore` (without a key) leaves to a
    /// credential helper. `resolve` does not run it.
    #[non_exhaustive]
    Helper {
        /// The name of the helper: `ecr-login` for the program `docker-credential-ecr-login`.
        helper: Box<str>,
    },
    /// A password that ends in a newline, as from `echo user:password | base64`.
    PasswordEndsInNewline,
    /// An entry without a credential. Only checks report it, because `docker login` with a
    /// credential helper writes such entries.
    EmptyEntry,
    /// A file in a Kubernetes Secret in the form that belongs to its other name: entries without
    /// `auths` under `.dockerconfigjson`, or `auths` under `.dockercfg`. It is read here, but kubelet
    /// ignores it.
    IgnoredByKubelet,
    /// A registry next to `auths`, where it is ignored. Only checks report it.
    OutsideAuths,
    /// A credential file of the agent that others than its owner may read. Only checks report it.
    #[non_exhaustive]
    ReadableByOthers {
        /// The permissions: `0o644`.
        mode: u32,
    },
    /// An archive that a task unpacks in its sandbox and that cannot be searched for credentials.
    ArchiveNotRead,
    /// Archives of the application that were not searched for credentials, because they are past
    /// [`Limits::fetched_files`](crate::Limits::fetched_files).
    #[non_exhaustive]
    ArchivesOverLimit {
        /// The number of archives.
        archives: u64,
        /// The value of the limit.
        limit: u64,
    },
    /// A credential file in a task's sandbox with credentials for registries other than that of its
    /// image ([`marathon`](crate::marathon)). The task can read all of them.
    // Boxed because a file can have a million warnings, each as large as the largest variant.
    OtherRegistries(Box<OtherRegistries>),
    /// A fetched credential file without effect
    /// ([`marathon::Container::warnings`](crate::marathon::Container::warnings)). The location is
    /// the path of its field: `/fetch(0)`.
    Fetch(FetchProblem),
    /// A key of an [`Export`](crate::Export) that its client uses for more than its scope. The image
    /// needs it, and no narrower key is read.
    #[non_exhaustive]
    ScopeWidened {
        /// The program that the export is for.
        client: Client,
    },
    /// The environment variable `HOME` is not set, so Docker may find no credentials.
    HomeUnset,
    /// An archive in a sandbox without a credential file. Any file there may be called
    /// `docker.tar.gz`, so this is not an error.
    #[non_exhaustive]
    ArchiveWithoutCredentials {
        /// A member that was probably meant: `config.json` at the root.
        near_miss: Option<String>,
    },
    /// An effect of Mesos on a credential file or a flag.
    Mesos(Pitfall),
    /// Parameters of DC/OS that contradict each other, expose credentials or have no effect.
    Parameter(ParameterProblem),
}

/// Registries other than that of an image, in one credential file.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join(".dockercfg");
/// # let dockercfg = r#"{"reg.io": {"auth": "dTpw"}, "quay.io": {"auth": "dTpw"}}"#;
/// # std::fs::write(&path, dockercfg).unwrap();
/// use regcred::{Limits, Resolver, WarningKind, marathon};
///
/// let app = serde_json::json!({
///     "container": {"type": "DOCKER", "docker": {"image": "reg.io/app"}},
///     "fetch": [{"uri": path}], // a .dockercfg for reg.io and quay.io
/// });
/// let app = app.to_string().into_bytes();
/// let agent = Resolver::default();
/// let answers = marathon::resolvers(&app, &agent, Limits::default(), |_| unreachable!())?;
/// let resolver = &answers[0].as_ref().expect("a valid app").resolver;
/// let WarningKind::OtherRegistries(found) = resolver.warnings()[0].kind() else { panic!() };
/// assert_eq!((&*found.registry, &*found.others[0], found.more), ("reg.io", "quay.io", 0));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRegistries {
    /// The registry of the image.
    pub registry: String,
    /// A few of the other registries.
    pub others: Vec<String>,
    /// The number of further registries.
    pub more: usize,
}

impl WarningKind {
    pub(crate) const IGNORED_BY_KUBELET: &str = "kubelet ignores it: .dockerconfigjson must hold {\"auths\": {…}}, and .dockercfg the entries \
         alone; make the Secret with kubectl create secret docker-registry";
}

impl Warning {
    pub(crate) fn new(location: &Location, key: Option<&str>, kind: WarningKind) -> Self {
        Warning { location: location.clone(), key: key.map(Box::from), kind }
    }

    /// The problem.
    #[must_use]
    pub fn kind(&self) -> &WarningKind {
        &self.kind
    }

    /// The file, flag, parameter or field of a definition with the problem.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The key with the problem, as written. A key that can match no image and does not look like a
    /// registry may hold a password: `#3` is the third key of its object.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// Serialises as an object with its `location`, its `key` if there is one, and its whole text as `message`.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Warning", 3)?;
        object.serialize_field("location", &self.location)?;
        match &self.key {
            Some(key) => object.serialize_field("key", key)?,
            None => object.skip_field("key")?,
        }
        object.serialize_field("message", &self.to_string())?;
        object.end()
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
                "entry {key}: {problem}; images it is for get no credential until it is corrected"
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
                    "key {key} means the same as {}, which goes before it; one of them is enough \
                     here",
                    Shown(preferred)
                )
            }
            WarningKind::Helper { helper } => {
                let helper = ShownHelper(helper);
                match self.key {
                    Some(_) => write!(
                        f,
                        "the credential for {key} is left to {helper}, which is not run; put it into \
                         the file itself"
                    ),
                    None => write!(
                        f,
                        "credentials are left to {helper} (credsStore), which is not run; put them \
                         into the file itself"
                    ),
                }
            }
            WarningKind::PasswordEndsInNewline => write!(
                f,
                "the password of entry {key} ends in a newline, which registries refuse; \
                 encode it with printf, not echo"
            ),
            WarningKind::EmptyEntry => {
                write!(f, "entry {key} holds no credential and is passed over; remove it")
            }
            WarningKind::IgnoredByKubelet => f.write_str(WarningKind::IGNORED_BY_KUBELET),
            WarningKind::OutsideAuths => {
                write!(
                    f,
                    "entry {key} is next to \"auths\", where it is ignored; move it into \"auths\""
                )
            }
            WarningKind::ReadableByOthers { mode } => write!(
                f,
                "others than its owner may read it (mode {mode:04o}); chmod 0600 keeps its \
                 passwords from every task and user of the machine"
            ),
            WarningKind::ArchiveNotRead => {
                let built = match cfg!(feature = "archive") {
                    true => "",
                    false => ", as regcred was built without its feature \"archive\"",
                };
                write!(
                    f,
                    "the task unpacks it, but it could not be searched for credentials{built}; if \
                     it holds credentials, name it docker.tar.gz: then the reason is an error"
                )
            }
            WarningKind::ArchivesOverLimit { archives, limit } => {
                let (noun, were) =
                    if *archives == 1 { ("archive", "was") } else { ("archives", "were") };
                write!(
                    f,
                    "{archives} {noun} of the application {were} not searched for credentials: \
                     limit fetched_files of {limit}; name an archive that holds credentials \
                     docker.tar.gz, or raise Limits::fetched_files"
                )
            }
            WarningKind::OtherRegistries(found) => {
                let OtherRegistries { registry, others, more } = &**found;
                let count = others.len() + more;
                let noun = if count == 1 { "registry" } else { "registries" };
                write!(
                    f,
                    "it holds credentials of {count} other {noun}, {}, which the task can read; \
                     put only the credential for {} into it",
                    ShownFew(others, *more),
                    Shown(registry)
                )
            }
            WarningKind::Fetch(problem) => problem.fmt(f),
            WarningKind::HomeUnset if self.location.level().is_some_and(Level::is_of_user) => f
                .write_str(
                    "HOME is not set, so the home directory is that of the user database, if there is \
                     one; set HOME for the program if the files are elsewhere",
                ),
            WarningKind::ScopeWidened { client: Client::Kubelet } => {
                let others = match self.key.as_deref().is_some_and(|key| key.contains("//")) {
                    true => "images of localhost and of other hosts without a dot",
                    false => "repositories whose names begin with the same letters",
                };
                write!(f, "kubelet also uses the key {key} for {others}; do not name the Secret in pods that pull such images")
            }
            WarningKind::ScopeWidened { client } => write!(
                f,
                "{client} uses the key {key} for the whole registry; give the file to nobody who \
                 pulls other images from there"
            ),
            WarningKind::HomeUnset => f.write_str(
                "HOME is not set, and without it Docker may find no credentials; set it for the \
                 program, as HOME=/ where the file is /.dockercfg",
            ),
            WarningKind::ArchiveWithoutCredentials { near_miss } => {
                ArchiveProblem::Missing { near_miss: near_miss.clone() }.fmt(f)
            }
            WarningKind::Mesos(pitfall) => match self.key {
                Some(_) => write!(f, "key {key}: {pitfall}"),
                None => write!(f, "{pitfall}"),
            },
            WarningKind::Parameter(problem) => problem.fmt(f),
        }
    }
}
