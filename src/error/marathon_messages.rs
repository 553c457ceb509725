//! Marathon's validation rules, as far as they decide which credential pulls an image.

use std::fmt;

use crate::image::InvalidImageRef;
use crate::redact::{Shown, ShownFew};

/// A problem of a definition, and the path of its field.
///
/// Displayed as Marathon does,
/// `/container/docker/pullConfig: pullConfig is not supported with Docker containerizer`, followed
/// by what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub(crate) path: String,
    pub(crate) rule: Rule,
}

impl Violation {
    /// Where it is, in Marathon's own notation: `/containers(1)/image/pullConfig`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.escape_debug(), self.rule)
    }
}

impl std::error::Error for Violation {}

/// A reason to refuse a definition: a rule of Marathon's, an image that is not an image reference,
/// or a message of another API.
///
/// Each text begins with Marathon's own words where it has some.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// `pullConfig` in a container of type `DOCKER`, which is also what an omitted type means.
    #[error(
        "pullConfig is not supported with Docker containerizer; set type to MESOS (left out, it is \
         DOCKER), or fetch a docker.tar.gz instead"
    )]
    PullConfigWithDocker,
    /// `pullConfig` of an image that is of another kind than `DOCKER`.
    #[error("pullConfig is supported only with Docker images; set kind to DOCKER")]
    PullConfigWithoutDockerImage,
    /// `pullConfig.secret` names no secret that the definition declares.
    #[error(
        "pullConfig.secret must refer to an existing secret; it names {}, and secrets declares {}",
        Shown(alias),
        Declared(declared, *more)
    )]
    UndeclaredSecret {
        /// The alias that it names.
        alias: String,
        /// Aliases that `secrets` declares, a few of them.
        declared: Vec<String>,
        /// How many more it declares.
        more: usize,
    },
    /// `docker.credential`, which nothing has read since Marathon 1.4.
    #[error(
        "must be empty; credential is gone since Marathon 1.4: put a config.json into a secret and \
         name it in pullConfig (type MESOS), or fetch a docker.tar.gz (type DOCKER)"
    )]
    Credential,
    /// `uris` and `fetch` in one app, with different URIs. Marathon 1.1 to 1.4 answer both lists
    /// with the same ones, which is read as `fetch` alone.
    #[error("may not be set in conjunction with fetch; move everything to fetch")]
    UrisAndFetch,
    /// A URI that `java.net.URI` cannot parse.
    #[error(
        "URI has invalid syntax. Percent-encode blanks and other signs that a URI cannot hold (a blank is %20); \
         rename a local file, whose path Mesos does not decode"
    )]
    InvalidUri,
    /// An image that is not an image reference. Marathon accepts it, and pulling it fails.
    #[error("{} is {problem}", Shown(image))]
    InvalidImage {
        /// The image, without user info, query and fragment.
        image: String,
        /// What is wrong with it.
        problem: InvalidImageRef,
    },
    /// A message of Mesos's own API in place of a definition.
    #[error(
        "is Mesos's {message}, not a definition of Marathon's; {}",
        instead_of_message(message)
    )]
    MesosMessage {
        /// Its type: `TaskInfo`.
        message: &'static str,
    },
    /// A text or name that is empty.
    #[error("must not be empty")]
    Empty,
    /// A field that is missing.
    #[error("is undefined; it must be {expected}")]
    Undefined {
        /// What is due there.
        expected: &'static str,
    },
    /// A value of the wrong type, or none of those that are known.
    #[error("must be {expected}")]
    Unexpected {
        /// What is due there.
        expected: &'static str,
    },
    /// A Docker and an AppC image in one container.
    #[error(
        "mesos containers should specify, at most, a single image type; leave out docker or appc"
    )]
    SeveralImages,
    /// `container`, which makes an app, beside `containers`, which make a pod.
    #[error("an app has a container and a pod has containers; leave out one of them")]
    AppAndPod,
}

/// What to give in the place of a message of Mesos's.
fn instead_of_message(message: &str) -> &'static str {
    match message {
        "CommandInfo" | "ExecutorInfo" => "give the app or pod that Marathon was sent",
        _ => {
            "give the secret in container.mesos.image.docker.config to ResolverBuilder::task_secret, and \
             the task's sandbox to ResolverBuilder::sandbox_home"
        }
    }
}

/// What could have been meant.
struct Declared<'a>(&'a [String], usize);

impl fmt::Display for Declared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Declared(declared, more) = *self;
        if declared.is_empty() {
            return f.write_str("none");
        }
        write!(f, "{}", ShownFew(declared, more))
    }
}

/// Several violations in a row.
pub(crate) struct Joined<'a>(pub(crate) &'a [Violation]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, violation) in self.0.iter().enumerate() {
            write!(f, "{}{violation}", if n == 0 { "" } else { "; and " })?;
        }
        Ok(())
    }
}
