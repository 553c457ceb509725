//! Marathon's messages: the validation rules that decide which credential pulls an image.

use std::fmt;

use crate::image::InvalidImageRef;
use crate::redact::{Shown, ShownFew, escaped};

/// A violation of one of Marathon's rules, and the path of the field.
///
/// `Display` prints the path, Marathon's own message and the remedy:
/// `/container/docker/credential: must be empty; credential is gone since Marathon 1.4: …`.
///
/// ```
/// use regcred::{Error, Limits, marathon};
///
/// let app = br#"{"id": "/app", "container": {"docker": {
///     "image": "nginx", "pullConfig": {"secret": "s"}
/// }}}"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let Err(Error::Definition { id, violations, .. }) = &answers[0] else { panic!() };
/// assert_eq!((&**id, violations[0].path()), ("/app", "/container/docker/pullConfig"));
/// assert!(violations[0].rule().to_string().starts_with("pullConfig is not supported"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub(crate) path: String,
    pub(crate) rule: Rule,
}

impl Violation {
    /// Returns the path of the field, in Marathon's notation: `/containers(1)/image/pullConfig`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the rule that is violated.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", escaped(&self.path), self.rule)
    }
}

impl std::error::Error for Violation {}

/// A reason to reject a definition: a rule of Marathon's, an image that is not an image reference,
/// or a message of another API.
///
/// The text of a rule of Marathon's begins with Marathon's message, unchanged.
///
/// ```
/// use regcred::marathon::{self, Rule};
/// use regcred::{Error, Limits};
///
/// let app = br#"{"container": {"docker": {"image": "a", "pullConfig": {"secret": "s"}}}}"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let Err(Error::Definition { violations, .. }) = &answers[0] else { panic!() };
/// assert!(violations.iter().any(|violation| violation.rule() == &Rule::PullConfigWithDocker));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// `pullConfig` in a container of type `DOCKER`, which is also the default type.
    #[error(
        "pullConfig is not supported with Docker containerizer; set type to MESOS (left out, it is \
         DOCKER), or fetch a docker.tar.gz instead"
    )]
    PullConfigWithDocker,
    /// `pullConfig` of an image whose kind is not `DOCKER`.
    #[error("pullConfig is supported only with Docker images; set kind to DOCKER")]
    PullConfigWithoutDockerImage,
    /// `pullConfig.secret` names a secret that the definition does not declare.
    #[error(
        "pullConfig.secret must refer to an existing secret; it names {}, and secrets declares {}",
        Shown(alias),
        Declared(declared, *more)
    )]
    #[non_exhaustive]
    UndeclaredSecret {
        /// The alias in `pullConfig.secret`.
        alias: String,
        /// The first few aliases that `secrets` declares.
        declared: Vec<String>,
        /// The number of further aliases.
        more: usize,
    },
    /// `docker.credential`, which Marathon 1.4 and later reject.
    #[error(
        "must be empty; credential is gone since Marathon 1.4: put a config.json into a secret and \
         name it in pullConfig (type MESOS), or fetch a docker.tar.gz (type DOCKER)"
    )]
    Credential,
    /// `uris` and `fetch` in one app, with different URIs. If both have the same URIs, as in the
    /// answers of Marathon 1.1 to 1.4, `fetch` counts.
    #[error("may not be set in conjunction with fetch; move everything to fetch")]
    UrisAndFetch,
    /// A URI that `java.net.URI` cannot parse.
    #[error(
        "URI has invalid syntax. Percent-encode spaces and other characters that a URI cannot contain (a space is %20); \
         rename a local file, whose path Mesos does not decode"
    )]
    InvalidUri,
    /// An image that is not an image reference. Marathon accepts it, and pulling it fails.
    #[error("{} is {problem}", Shown(image))]
    #[non_exhaustive]
    InvalidImage {
        /// The image, without user info, query and fragment.
        image: String,
        /// The part of the image that is wrong.
        problem: InvalidImageRef,
    },
    /// A message of Mesos's own API instead of a definition.
    #[error(
        "is Mesos's {message}, not a definition of Marathon's; {}",
        instead_of_message(message)
    )]
    #[non_exhaustive]
    MesosMessage {
        /// The type of the message: `TaskInfo`.
        message: &'static str,
    },
    /// A text or name that is empty.
    #[error("must not be empty")]
    Empty,
    /// A field that is missing.
    #[error("is undefined; it must be {expected}")]
    #[non_exhaustive]
    Undefined {
        /// The value that is expected.
        expected: &'static str,
    },
    /// A value of the wrong type, or an unknown one.
    #[error("must be {expected}")]
    #[non_exhaustive]
    Unexpected {
        /// The value that is expected.
        expected: &'static str,
    },
    /// A Docker and an AppC image in one container.
    #[error(
        "mesos containers should specify, at most, a single image type; leave out docker or appc"
    )]
    SeveralImages,
    /// `container`, which makes an app, next to `containers`, which make a pod.
    #[error("an app has a container and a pod has containers; leave out one of them")]
    AppAndPod,
}

/// Returns the input to use instead of a message of Mesos's.
fn instead_of_message(message: &str) -> &'static str {
    match message {
        "CommandInfo" | "ExecutorInfo" => "give the app or pod that Marathon was sent",
        _ => {
            "give the secret in container.mesos.image.docker.config to ResolverBuilder::task_secret, and \
             the task's sandbox to ResolverBuilder::sandbox_home"
        }
    }
}

/// The aliases that a definition declares.
struct Declared<'a>(&'a [String], usize);

impl fmt::Display for Declared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Declared([], _) => f.write_str("none"),
            Declared(declared, more) => ShownFew(declared, more).fmt(f),
        }
    }
}

/// All violations of a definition, in one line.
pub(crate) struct Joined<'a>(pub(crate) &'a [Violation]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, violation) in self.0.iter().enumerate() {
            write!(f, "{}{violation}", if n == 0 { "" } else { "; and " })?;
        }
        Ok(())
    }
}
