//! What DC/OS's own parameters say about credentials, and a check of the file that its agents read.
//!
//! ```
//! use regcred::dcos::Parameters;
//!
//! // The example of DC/OS's manual: a blank file that the operator fills in.
//! let parameters = Parameters::new([
//!     ("cluster_docker_credentials", "{}"),
//!     ("cluster_docker_credentials_enabled", "true"),
//!     ("cluster_docker_credentials_write_to_etc", "true"),
//!     ("cluster_docker_credentials_dcos_owned", "false"),
//! ])?;
//! assert_eq!(parameters.agent_file(), Some("/etc/mesosphere/docker_credentials"));
//! for warning in parameters.warnings() {
//!     eprintln!("warning: {warning}"); // the next installation will overwrite what was filled in
//! }
//! # assert_eq!(parameters.warnings().len(), 1);
//! # Ok::<(), regcred::Error>(())
//! ```
//!
//! In DC/OS the cluster's file reaches Mesos as the agent's `--docker_config`, for both
//! containerizers. A private CA goes with it to two places: to
//! [`certs::DOCKER`](crate::certs::DOCKER) for Docker, and into `/var/lib/dcos/pki/tls/certs` for
//! the Mesos containerizer.

mod check;
mod parameters;

pub use self::check::{FileCheck, check_file};
pub use self::parameters::Parameters;
pub use crate::error::{CLUSTER_FILE, DCOS_OWNED_FILE, ParameterProblem};
