//! Real clients and a real registry: docker, podman and skopeo are asked which credential they
//! send, and get the credentials that this crate finds.
//!
//! `cargo test` leaves them out, because they need programs that `.ci/clients` installs. A program
//! that is missing fails its tests. Nothing is contacted but servers on loopback.

// The JSON that clients send is read as it is.
#![allow(clippy::disallowed_types)]

#[path = "../it/check_rows.rs"]
mod check_rows;

mod cases;
mod certificates;
mod client;
mod export;
mod form;
mod here;
mod http;
mod program;
mod pull;
mod readme;
mod recorder;
mod registry;
mod table;
mod wire;
