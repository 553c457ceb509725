//! Everything is tested through the public API, as tables: one line a case.

// For data that comes with the tests and for what the crate prints.
#![allow(clippy::disallowed_types)]

mod archives;
mod attacks;
mod auth;
mod broken;
mod certs;
mod conformance;
mod dcos;
mod docs;
mod entries;
mod example;
mod explain;
mod fetcher;
mod formats;
mod home;
mod images;
mod keys;
mod kubernetes_secrets;
mod laws;
mod limits;
mod marathon;
#[cfg(target_os = "linux")]
mod memory;
mod mesos;
mod precedence;
mod properties;
mod public;
mod redaction;
mod replay;
mod sandbox;
mod scenarios;
mod sources;
mod support;
