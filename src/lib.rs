//! Which credential, if any, pulls this image?
//!
//! `regcred` answers that one question for container runtimes. It reads what Docker, podman,
//! Kubernetes and Mesos leave behind (`.dockercfg`, `config.json`, `auth.json`, pull Secrets,
//! `docker.tar.gz`), merges four sources by one precedence, and gives one answer: always the same
//! one, with its reasons, and never for another registry than it was meant for.
//!
//! It is a pure library: bytes and files in, a credential out. It opens no socket, starts no process,
//! writes nothing and keeps no global state. Building a [`Resolver`] can fail; a lookup cannot.
//!
//! ```
//! use regcred::{Credential, ImageRef, Resolver};
//!
//! # fn main() -> Result<(), regcred::Error> {
//! // What the agent owns is read once …
//! let agent = Resolver::builder()
//!     .agent_flag(r#"{"auths": {"registry.example.com:5000": {"auth": "YWdlbnQ6cGFzcw=="}}}"#)
//!     .cluster_file_if_exists(regcred::dcos::CLUSTER_FILE)
//!     .build()?;
//! // … and what a task brings is layered over it at each launch.
//! let task_secret = br#"{"auths": {"registry.example.com:5000/team": {"auth": "dGVhbTpwYXNz"}}}"#;
//! let resolver = Resolver::builder().task_secret(*task_secret).base(&agent).build()?;
//!
//! let image = ImageRef::parse("registry.example.com:5000/team/app:1.4")?;
//! let auth = resolver.resolve(&image).expect("the team has a credential");
//! assert_eq!(auth.credential(), Credential::Basic { username: "team", password: "pass" });
//! assert_eq!(auth.origin().key(), "registry.example.com:5000/team");
//! println!("{}", resolver.explain(&image));
//! # Ok(())
//! # }
//! ```
//!
//! # Which credential answers
//!
//! | level | from | answers |
//! |---|---|---|
//! | 1. task secret | [`ResolverBuilder::task_secret`] | before everything below |
//! | 2. sandbox HOME | [`ResolverBuilder::sandbox_home`] | before everything below |
//! | 3. agent flag | [`ResolverBuilder::agent_flag`] | before everything below |
//! | 4. cluster file | [`ResolverBuilder::cluster_file`] | if nothing above does |
//!
//! Level beats specificity, specificity wins inside a level; [`Resolver`] has the whole order.
//!
//! # Platforms
//!
//! [`marathon`], [`mesos`] and [`dcos`] take each platform's own definitions, flags and parameters as they
//! are; [`ResolverBuilder::home`] is for plain Docker and Deimos; [`certs`] finds the certificates that go
//! with a registry.
//!
//! # Secrets
//!
//! `Debug`, [`Error`], [`Warning`] and [`Explanation`] never hold a byte of a password, a token, a user
//! name or an `auth` value, nor of the text around a syntax error. They do hold registries, keys (without
//! user info), file names and the names of credential helpers. The secrets of a file are wiped from
//! memory when the last [`Resolver`] or [`AuthConfig`] that refers to the file is dropped, and the bytes
//! it was read from right after reading. What cannot be wiped: copies that the caller makes or is
//! handed as a `String`, and what the JSON parser and the decompressor put aside while they work.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod archive;
mod auth;
pub mod certs;
mod config;
mod credential_file;
pub mod dcos;
mod error;
mod explain;
mod image;
mod index;
mod layers;
mod level;
mod limits;
pub mod marathon;
pub mod mesos;
mod resolver;
mod scope;
mod secret;
mod shown;
mod source;
mod violation;
mod warning;

pub use auth::{AuthConfig, Credential, Origin};
pub use config::Format;
pub use credential_file::{CredentialFile, FileEntry};
pub use error::{ArchiveProblem, EntryProblem, Error, KeyProblem};
pub use explain::Explanation;
pub use image::{ImageRef, InvalidImageRef};
pub use level::{Level, Place};
pub use limits::Limits;
pub use resolver::{Resolver, ResolverBuilder};
pub use warning::{Warning, WarningKind};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
