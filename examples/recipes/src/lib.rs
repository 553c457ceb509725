//! A credential of regcred, for the client libraries that people pull with.

pub mod bollard;
pub mod cri;
pub mod daemon;
pub mod job;
pub mod oci_client;
