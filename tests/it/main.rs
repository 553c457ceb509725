//! Everything is tested through the public API, as tables: one line a case.

mod archives;
mod attacks;
mod auth;
mod broken;
mod certs;
mod conformance;
mod dcos;
mod entries;
mod example;
mod explain;
mod fetcher;
mod formats;
mod home;
mod images;
mod keys;
mod limits;
mod marathon;
mod mesos;
mod precedence;
mod properties;
mod public;
mod redaction;
mod sandbox;
mod scenarios;
mod sources;
mod support;
