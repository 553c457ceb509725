//! draft
#![forbid(unsafe_code)]
mod archive;
mod auth;
mod config;
mod credential_file;
pub mod dcos;
mod error;
mod explain;
mod image;
mod index;
mod level;
mod limits;
mod resolver;
mod scope;
mod secret;
mod source;
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
