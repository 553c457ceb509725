//! DC/OS.

/// Where a DC/OS agent reads the credentials that the whole cluster shares, where the operator writes
/// that file (`cluster_docker_credentials_dcos_owned` is false) and not DC/OS itself.
pub const CLUSTER_FILE: &str = "/etc/mesosphere/docker_credentials";
