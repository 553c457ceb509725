//! The names of credential files in Docker, Mesos and Kubernetes.

/// Docker's credential file since 1.7, below a `HOME`.
pub(crate) const CONFIG_JSON: &str = ".docker/config.json";

/// Docker's credential file before 1.7, below a `HOME`, and the field of a Kubernetes Secret for
/// it.
pub(crate) const DOCKERCFG: &str = ".dockercfg";

/// A gzipped [`DOCKERCFG`], which Mesos's fetcher extracts.
pub(crate) const DOCKERCFG_GZ: &str = ".dockercfg.gz";

/// The archive of a `.docker` directory in the manuals of Marathon and DC/OS.
pub(crate) const ARCHIVE: &str = "docker.tar.gz";

/// The field of a Kubernetes Secret that holds a `config.json`.
pub(crate) const DOCKER_CONFIG_JSON: &str = ".dockerconfigjson";

/// The credential files below a `HOME`, in order of precedence.
pub(crate) const DOCKER_FILES: [&str; 2] = [CONFIG_JSON, DOCKERCFG];

/// The files that are read in a sandbox: those of Docker, and the archive if it was not extracted.
pub(crate) const SANDBOX_FILES: [&str; 3] = [CONFIG_JSON, DOCKERCFG, ARCHIVE];

/// Names that people give a credential file in a `HOME`, where Docker does not look at it.
pub(crate) const MISPLACED_FILES: [&str; 2] = ["config.json", "auth.json"];
