//! Real clients: docker, podman and skopeo are asked which credential they send.
//!
//! `cargo test` leaves them out, because they need programs that `.ci/clients` installs. A program
//! that is missing fails its tests. Nothing is contacted but servers on loopback.

// For what the clients send.
#![allow(clippy::disallowed_types)]

#[path = "../it/check_rows.rs"]
mod check_rows;

mod cases;
mod client;
mod here;
mod http;
mod program;
mod recorder;
mod table;
