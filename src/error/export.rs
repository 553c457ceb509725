//! Programs that credential files are exported for, and the reasons that an export is refused.

use std::fmt;

use super::EntryProblem;
use crate::redact::Shown;

/// The program that reads an exported file.
///
/// Each compares keys in its own way and reads other fields, so a file is made for one of them.
/// `Display` writes the name.
///
/// | client | a key `quay.io/team` is for | reads |
/// |---|---|---|
/// | [`Docker`](Self::Docker) | all of `quay.io` | user names, passwords and tokens |
/// | [`Podman`](Self::Podman) | that path | user names, passwords and identity tokens |
/// | [`Kubelet`](Self::Kubelet) | `quay.io/teams` too | user names and passwords |
/// | [`Mesos`](Self::Mesos) | all of `quay.io` | user names and passwords |
/// | [`Regcred`](Self::Regcred) | that path | all |
///
/// ```
/// use regcred::{Client, ImageRef, Resolver};
///
/// let file = r#"{"auths": {"docker.io": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// let image = ImageRef::parse("nginx")?;
/// let key = |client| {
///     let export = resolver.export([&image], client)?;
///     let (key, _) = export.entries().next().expect("a credential");
///     Ok::<_, regcred::Error>(key.to_owned())
/// };
/// assert_eq!(key(Client::Podman)?, "docker.io");
/// assert_eq!(key(Client::Docker)?, "https://index.docker.io/v1/");
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// Docker, and programs that read its file as it does: the Docker containerizer of Mesos, crane.
    Docker,
    /// Podman, skopeo, buildah and CRI-O.
    Podman,
    /// Kubelet, from a pull Secret or the file of a node.
    Kubelet,
    /// The Mesos containerizer (UCR), from a secret or `--docker_config`.
    Mesos,
    /// A program that embeds this crate.
    Regcred,
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Client::Docker => "Docker",
            Client::Podman => "podman",
            Client::Kubelet => "kubelet",
            Client::Mesos => "Mesos",
            Client::Regcred => "regcred",
        })
    }
}

/// The reason why an image is not exported.
///
/// ```
/// use regcred::{Client, Error, ExportProblem, ImageRef, Resolver};
///
/// let file = r#"{"auths": {"acr.io": {"identitytoken": "t"}}}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// let image = ImageRef::parse("acr.io/app")?;
/// let Err(Error::Export { problem, .. }) = resolver.export([&image], Client::Kubelet) else {
///     panic!("kubelet reads no identity tokens")
/// };
/// assert_eq!(problem, ExportProblem::IdentityTokenNotRead);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportProblem {
    /// The best match is malformed.
    #[error(
        "the entry that is for it is malformed: {0}; correct the entry, or leave the image out"
    )]
    Malformed(EntryProblem),
    /// The client would use the credential of other images.
    #[error(
        "the client would use the credential under {} for it, which is for other images; export the \
         images into separate files",
        Shown(key)
    )]
    #[non_exhaustive]
    OtherCredential {
        /// The key that the client would use.
        key: String,
    },
    /// The client finds the image under no key that keeps the scope of its credential: Docker, and a
    /// namespace of Docker Hub; podman and kubelet, and `registry-1.docker.io/nginx` under a key for
    /// `docker.io/library`; kubelet, and an IPv6 address without a port or a namespace `v1`; Mesos, and an
    /// IPv6 address or a host of one label.
    #[error(
        "the client looks up no key for it with the scope of its credential; name the credential in the \
         client's own configuration"
    )]
    NoKey,
    /// An answer whose key does not cover the image, given to [`Export::of`](crate::Export::of).
    #[error(
        "the key of the credential given for it does not cover it; give the answer of resolve for this image"
    )]
    NotCovered,
    /// The client ignores identity tokens.
    #[error("its credential is an identity token, which the client ignores; use a password")]
    IdentityTokenNotRead,
    /// The client ignores registry tokens.
    #[error("its credential is a registry token, which the client ignores; use a password")]
    RegistryTokenNotRead,
    /// An empty user name or password, where the client then sends neither.
    #[error(
        "its user name or its password is empty, and the client then sends neither; use a pair with both"
    )]
    EmptyHalf,
    /// A user name with a colon, or a password that begins or ends with a NUL, where the client reads
    /// only `auth`.
    #[error(
        "its user name holds a colon or its password a NUL, which the client cannot read from \
         \"auth\"; use another credential"
    )]
    NotExpressible,
    /// An entry that the client does not read in a `.dockercfg` as it does in a `config.json`.
    #[error("the client reads this entry differently in a .dockercfg; write a config.json")]
    NotInDockercfg,
    /// A name that a Kubernetes Secret cannot have.
    #[error(
        "not a name for a Kubernetes Secret; use at most 253 lower-case letters, digits, - and ., with a \
         letter or digit at both ends and beside each dot, such as \"my-registry\""
    )]
    SecretName,
}
