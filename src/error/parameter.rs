//! Problems of DC/OS's parameters, and the paths of the cluster's file.

/// The path of the cluster's file if the operator owns it
/// (`cluster_docker_credentials_dcos_owned` is `false`).
pub const CLUSTER_FILE: &str = "/etc/mesosphere/docker_credentials";

/// The path of the cluster's file if DC/OS owns it
/// (`cluster_docker_credentials_dcos_owned` is `true`).
pub const DCOS_OWNED_FILE: &str = "/opt/mesosphere/etc/docker_credentials";

/// A problem of a parameter or of a combination: a contradiction, an exposed credential, or a
/// parameter that has no effect.
///
/// ```
/// use regcred::WarningKind;
/// use regcred::dcos::{ParameterProblem, Parameters};
///
/// let parameters = Parameters::new([("cluster_docker_credentials_enabled", "true")])?;
/// let warning = &parameters.warnings()[0];
/// assert_eq!(warning.kind(), &WarningKind::Parameter(ParameterProblem::FileNotCreated));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterProblem {
    /// Credentials are given or written, but agents are not configured to read the file.
    #[error(
        "cluster_docker_credentials_enabled is false, so no agent reads the file; set it to true"
    )]
    NotEnabled,
    /// Agents are configured to read a file that neither DC/OS nor its installer writes.
    #[error(
        "nothing creates {CLUSTER_FILE}, and agents do not start without it; before the installation, \
         create it on every agent, with at least {{}} in it"
    )]
    FileNotCreated,
    /// Credentials are given, but neither DC/OS nor its installer writes them to a file.
    #[error(
        "cluster_docker_credentials is written nowhere, as cluster_docker_credentials_dcos_owned and \
         cluster_docker_credentials_write_to_etc are false; write the credentials to {CLUSTER_FILE} on \
         every agent"
    )]
    CredentialsNotWritten,
    /// The installer overwrites the operator's file.
    #[error(
        "each installation overwrites {CLUSTER_FILE} and the credentials in it; to keep them, create the \
         file yourself and set cluster_docker_credentials_write_to_etc to false"
    )]
    FileOverwritten,
    /// `cluster_docker_credentials_write_to_etc` has no effect on a file that DC/OS owns.
    #[error(
        "cluster_docker_credentials_write_to_etc is ignored, as cluster_docker_credentials_dcos_owned \
         is true: the file is {DCOS_OWNED_FILE}"
    )]
    WriteToEtcIgnored,
    /// DC/OS owns the file, which is blank, and operators must not edit it.
    #[error(
        "cluster_docker_credentials is blank and cluster_docker_credentials_dcos_owned is true, so \
         there will be no credential and no file to put one into; set \
         cluster_docker_credentials_dcos_owned to false"
    )]
    BlankForGood,
    /// The configuration itself contains credentials.
    #[error(
        "cluster_docker_credentials contains credentials, and DC/OS's configuration exposes them; set \
         it to {{}}, set cluster_docker_credentials_dcos_owned and \
         cluster_docker_credentials_write_to_etc to false, and write the credentials to {CLUSTER_FILE} \
         on every agent"
    )]
    CredentialsExposed,
    /// A `cluster_docker_registry_url` that is not a URL of a registry.
    #[error(
        "cluster_docker_registry_url is not a URL of a registry, like https://registry.example.com; DC/OS \
         does not check it, and it is ignored here"
    )]
    InvalidRegistry,
    /// Credentials without the key that Mesos needs for `cluster_docker_registry_url`.
    #[error(
        "for images that do not name a registry, the Mesos containerizer looks for the key {key} with its \
         port, and finds no other; add the credential for cluster_docker_registry_url under that key"
    )]
    #[non_exhaustive]
    DefaultPort {
        /// The key that Mesos looks for.
        key: String,
    },
}
