//! Parameters of DC/OS that contradict each other, expose credentials or have no effect.

/// The path of the cluster's credentials if the operator writes the file
/// (`cluster_docker_credentials_dcos_owned` is false).
pub const CLUSTER_FILE: &str = "/etc/mesosphere/docker_credentials";

/// The path of the cluster's credentials if DC/OS writes the file
/// (`cluster_docker_credentials_dcos_owned` is true).
pub const DCOS_OWNED_FILE: &str = "/opt/mesosphere/etc/docker_credentials";

/// A problem of parameters, or of a combination of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterProblem {
    /// Credentials or a place for them are given, but agents are not configured to read them.
    #[error(
        "cluster_docker_credentials_enabled is false, so no agent reads the file; set it to true"
    )]
    NotEnabled,
    /// Neither DC/OS nor its installer writes the file that agents will read.
    #[error(
        "nothing creates {CLUSTER_FILE}, and without it no agent starts; create it on every agent before \
         the installation, {{}} at least"
    )]
    FileNotCreated,
    /// Credentials are given, and go nowhere.
    #[error(
        "cluster_docker_credentials is written nowhere, as cluster_docker_credentials_dcos_owned and \
         cluster_docker_credentials_write_to_etc are false; write the credentials to {CLUSTER_FILE} on \
         every agent"
    )]
    CredentialsNotWritten,
    /// The installer writes the file, overwriting any existing one.
    #[error(
        "each installation overwrites {CLUSTER_FILE}, also where credentials were filled in there; to keep \
         them, create the file yourself and set cluster_docker_credentials_write_to_etc to false"
    )]
    FileOverwritten,
    /// `cluster_docker_credentials_write_to_etc` has no effect on a file that is a part of DC/OS.
    #[error(
        "cluster_docker_credentials_write_to_etc is ignored, as cluster_docker_credentials_dcos_owned \
         is true: the file is {DCOS_OWNED_FILE}"
    )]
    WriteToEtcIgnored,
    /// The file is a part of DC/OS, blank, and not to be edited.
    #[error(
        "cluster_docker_credentials is blank and cluster_docker_credentials_dcos_owned is true, so \
         there will be no credential and no file to put one into; set \
         cluster_docker_credentials_dcos_owned to false"
    )]
    BlankForGood,
    /// Credentials in the configuration itself.
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
         does not check it, and it is left out here"
    )]
    InvalidRegistry,
    /// Credentials without the key that Mesos needs for `cluster_docker_registry_url`.
    #[error(
        "for images without a registry of their own the Mesos containerizer looks for the key {key}, port and \
         all, and finds no other; put the credential for cluster_docker_registry_url under that key too"
    )]
    DefaultPort {
        /// The key.
        key: String,
    },
}
