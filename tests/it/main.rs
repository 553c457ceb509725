//! Everything is tested through the public API, as tables: one line a case.

mod archives;
mod auth;
mod broken;
mod certs;
mod conformance;
mod entries;
mod example;
mod explain;
mod formats;
mod images;
mod keys;
mod limits;
mod marathon;
mod precedence;
mod properties;
mod public;
mod redaction;
mod sandbox;
mod sources;
mod support;
