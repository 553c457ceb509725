//! DC/OS's parameters on credentials, and a check of the file that its agents read.
//!
//! | question | answer |
//! |---|---|
//! | Which file will agents read, and what does DC/OS write into it? | [`Parameters`] |
//! | Will an agent start with this file, and what will Mesos do with it? | [`check_file`] |
//! | Where is the file? | [`CLUSTER_FILE`], or [`DCOS_OWNED_FILE`] if DC/OS owns it |
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
//!     eprintln!("warning: {warning}"); // the next installation will overwrite the file
//! }
//! # assert_eq!(parameters.warnings().len(), 1);
//! # Ok::<(), regcred::Error>(())
//! ```
//!
//! DC/OS passes the cluster's file to Mesos as the agent's `--docker_config`, so it serves both
//! containerizers. A private CA has to be installed twice: in
//! [`certs::DOCKER`](crate::certs::DOCKER) for the Docker containerizer, and in
//! `/var/lib/dcos/pki/tls/certs` for the Mesos containerizer.

mod file_check;
mod parameters;

pub use self::file_check::{FileCheck, check_file};
pub use self::parameters::Parameters;
pub use crate::error::{CLUSTER_FILE, DCOS_OWNED_FILE, ParameterProblem};
