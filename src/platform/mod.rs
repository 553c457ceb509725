//! Each platform's own definitions, flags, parameters and directories. Public as `regcred::certs`,
//! `regcred::dcos`, `regcred::marathon` and `regcred::mesos`.

pub mod certs;
pub mod dcos;
pub mod marathon;
pub mod mesos;
