//! Tests through the public API, most of them as tables: a row is a case with the rule that it tests,
//! and `support::check_rows` reports every row that fails.

// For data that comes with the tests and for what the crate prints.
#![allow(clippy::disallowed_types)]

mod agent_flag_and_cluster_file;
mod archive_headers;
mod archives;
mod attacks;
mod auth;
mod broken_input;
// Its answers of clients are for `tests/clients`.
#[allow(dead_code)]
#[path = "../clients/cases.rs"]
mod cases;
mod certs;
mod check_rows;
mod conformance;
mod dcos;
mod docs;
mod duplicates;
mod entries;
#[cfg(feature = "env")]
mod environment;
mod explain;
mod export;
#[cfg(not(all(feature = "archive", feature = "url")))]
mod features;
mod fetcher;
mod formats;
#[cfg(all(feature = "helper", unix))]
mod helpers;
#[cfg(feature = "env")]
#[path = "../clients/here.rs"]
mod here;
mod home;
mod images;
mod keys;
mod kubernetes_secrets;
mod laws;
mod limits;
mod lookup;
mod marathon;
#[cfg(target_os = "linux")]
mod memory;
mod mesos;
mod other_formats;
mod precedence;
mod properties;
mod public;
mod redaction;
mod replay;
mod rotation;
mod sandbox;
mod scenarios;
mod support;
mod user_reports;
