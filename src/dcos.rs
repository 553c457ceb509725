//! DC/OS.

/// Where a DC/OS agent reads the cluster's shared credentials by default, if they are its owner's to
/// write (`cluster_docker_credentials_dcos_owned: false`).
pub const CLUSTER_FILE: &str = "/etc/mesosphere/docker_credentials";
