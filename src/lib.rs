//! Which credential, if any, pulls this image?
//!
//! `regcred` answers that one question for container runtimes and tools. It reads the credential
//! files of Docker, podman, Kubernetes and Mesos, merges four sources by one precedence, and says
//! why. It is a pure library: bytes and files in, a credential out. It opens no socket. It
//! writes a file only in [`Export::write_directory`], and starts a process only in the methods of
//! the feature `helper`.
//!
//! ```
//! use regcred::{ImageRef, Resolver};
//!
//! fn main() -> Result<(), regcred::Error> {
//!     let config = r#"{"auths": {
//!         "quay.io": {"auth": "cm9ib3Q6cGFzcw=="},
//!         "quay.io/team": {"auth": "dGVhbTpwYXNz"}
//!     }}"#;
//!     let resolver = Resolver::builder().task_secret(config).build()?;
//!     let image = ImageRef::parse("quay.io/team/app:1.4")?;
//!     if let Some(auth) = resolver.resolve(&image) {
//!         println!("pull as {:?}", auth.username()); // Some("team")
//!     }
//!     println!("{}", resolver.explain(&image));
//!     Ok(())
//! }
//! ```
//!
//! [`explain`](Resolver::explain) prints the whole lookup. It never shows a byte of a credential:
//!
//! ```text
//! quay.io/team/app:1.4
//!   registry quay.io, repository team/app
//!   task secret, a config.json with 2 keys:
//!     wins "quay.io/team": covers the image
//!     loses "quay.io": a key with a longer path goes before it
//!   sandbox HOME: not given
//!   agent flag: not given
//!   cluster file: not given
//!   answer: user name and password from task secret, key "quay.io/team"
//! ```
//!
//! # Keys and images
//!
//! A key covers an image if host and port are equal and its path is a prefix of the repository, in
//! whole segments. A credential is never used outside the scope of its key.
//!
//! | key | `nginx` | `quay.io/team/a` | `quay.io/teams` | `reg.io:5000/a` | `a.reg.io/a` |
//! |---|---|---|---|---|---|
//! | `https://index.docker.io/v1/` | yes | no | no | no | no |
//! | `docker.io/library` | yes | no | no | no | no |
//! | `quay.io` | no | yes | yes | no | no |
//! | `https://quay.io/v2/` | no | yes | yes | no | no |
//! | `quay.io/team` | no | yes | no | no | no |
//! | `reg.io` | no | no | no | no | no |
//! | `reg.io:5000` | no | no | no | yes | no |
//! | `*.reg.io` | no | no | no | no | yes |
//! | `*.io` | no | yes | yes | no | no |
//!
//! # Precedence
//!
//! **Level beats specificity, specificity wins inside a level.** For `quay.io/team/app`, each of
//! these keys wins against those below it:
//!
//! | level | method | example of a key |
//! |---|---|---|
//! | 1. task secret | [`task_secret`](ResolverBuilder::task_secret) | `quay.io/team`, then `quay.io`, then `*.io` |
//! | 2. sandbox HOME | [`sandbox_home`](ResolverBuilder::sandbox_home) | `quay.io/team/app` |
//! | 3. agent flag | [`agent_flag`](ResolverBuilder::agent_flag) | `quay.io`, then `https://quay.io/v1/` |
//! | 4. cluster file | [`cluster_file`](ResolverBuilder::cluster_file) | `quay.io/team` |
//!
//! Weaker than all of them are the files of a user, if [`Resolver::from_env`] reads them: each is a
//! level of its own ([`Level`]). [`Resolver`] documents the whole order. A malformed entry blocks
//! its scope: if it is the best match, the answer is `None`, never another identity.
//!
//! # Layering
//!
//! A containerizer reads the sources of the agent once, and those of a task at each launch.
//! [`ResolverBuilder::base`] layers one resolver over another without copying it:
//!
//! ```
//! # use regcred::Resolver;
//! let agent = Resolver::builder()
//!     .agent_flag(r#"{"auths": {"quay.io": {"auth": "YWdlbnQ6cGFzcw=="}}}"#)
//!     .cluster_file_if_exists(regcred::dcos::CLUSTER_FILE)
//!     .build()?;
//! let task_secret = r#"{"auths": {"quay.io/team": {"auth": "dGVhbTpwYXNz"}}}"#;
//! let resolver = Resolver::builder().task_secret(task_secret).base(&agent).build()?;
//! # Ok::<(), regcred::Error>(())
//! ```
//!
//! # Which method do I want?
//!
//! | you have | you want | use |
//! |---|---|---|
//! | an image | its credential | [`Resolver::resolve`] |
//! | a user at a laptop or in a CI job | the files of Docker and podman | [`Resolver::from_env`] (feature `env`) |
//! | an image | every credential to try, best first | [`Resolver::resolve_all`] |
//! | a server: `https://quay.io/v2/` | its credential | [`Resolver::resolve_registry`] |
//! | an image, and helpers to ask | its credential, or the helper to ask | [`Resolver::lookup`], [`Resolver::resolve_with_helpers`] (feature `helper`) |
//! | files that are rotated | a resolver that follows them | [`LiveResolver`] |
//! | an image | the reason for the answer | [`Resolver::explain`] |
//! | a credential | a header for a registry or for Docker | [`AuthConfig::basic_authorization`], [`AuthConfig::x_registry_auth`] |
//! | images | the smallest credential file for them | [`Resolver::export`] |
//! | a resolver | mistakes in its files | [`Resolver::warnings`] |
//! | the bytes of one file | its entries | [`CredentialFile::parse`] |
//! | an image without a registry, and a default registry | its reference | [`ImageRef::parse_with_default`] |
//! | a registry | its CA and client certificates | [`certs::find`] |
//!
//! # Guides
//!
//! | you are | read |
//! |---|---|
//! | an operator whose image is not pulled | [`operators`](guide::operators) |
//! | an author of an agent that pulls the images of many tasks | [`embedding`](guide::embedding) |
//! | an author of a tool that runs as a user | [`tools`](guide::tools) |
//! | a user of `docker_credential`, or of code written by hand | [`migration`](guide::migration) |
//! | a reviewer of the promises about secrets | [`security`](guide::security) |
//!
//! # Platforms
//!
//! | platform | module | takes |
//! |---|---|---|
//! | Marathon | [`marathon`] | app and pod definitions, groups and lists of them |
//! | Mesos | [`mesos`] | `--docker_config`, `--docker_registry`, a sandbox |
//! | DC/OS | [`dcos`] | the `cluster_docker_*` parameters, a cluster file to check |
//! | plain Docker, Deimos | [`ResolverBuilder::home`] | a `HOME` |
//! | any | [`certs`] | `certs.d` directories |
//!
//! # Security
//!
//! - **Confined.** A credential is used for the host, port and path of its key, and for nothing else.
//! - **Never another identity.** A document that cannot be read fails `build`, and a malformed entry
//!   blocks its scope.
//! - **Nothing in logs.** [`Error`], [`Warning`], [`Explanation`] and `Debug` hold no byte of a
//!   secret, and none of the text around a syntax error.
//! - **Hostile input.** Work is linear in the size of the input and bounded by [`Limits`]. Below a
//!   sandbox no link is followed, and only regular files are opened.
//! - **Wiped memory.** Files, buffers and secrets are overwritten when they are no longer used.
//! - **No panic, no abort**, no `unsafe` code.
//!
//! [`guide::security`] states each promise in full, and its limits.
//!
//! # Features
//!
//! All but `helper` are on by default. Without `archive` or `url`, input that needs it is an error that
//! names the feature, never another credential. Without `env` or `helper`, the methods do not exist.
//!
//! | feature | reads | without it |
//! |---|---|---|
//! | `archive` | gzip and tar: `docker.tar.gz`, `.dockercfg.gz` | such a file is an error; an application's own archive that is fetched is a warning |
//! | `env` | the credential files of a user: [`Resolver::from_env`] | there is no such method |
//! | `helper` | the answers of credential helpers, which it runs: [`Resolver::resolve_with_helpers`] | there is no such method; [`Resolver::lookup`] returns the helper to ask |
//! | `url` | international host names in keys (`https://bücher.example`), and `file://` URLs with escapes, `..` or a host | a file with such a key is an error; such a URL is an error |

// Links to items that a feature leaves out lead to the list of features.
#![cfg_attr(not(feature = "env"), doc = "\n\n[`Resolver::from_env`]: #features")]
#![cfg_attr(not(feature = "helper"), doc = "\n\n[`Resolver::resolve_with_helpers`]: #features")]
// On docs.rs, such items are marked with their feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

/// Serialises types as the text that `Display` writes.
macro_rules! serialize_as_text {
    ($($name:ty),+) => {
        $(impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })+
    };
}

// Declared first: rustdoc shows the methods of `Resolver` in the order of the modules.
mod resolver;

mod archive;
mod auth;
mod credential_file;
mod error;
mod explain;
mod export;
mod file;
mod file_names;
pub mod guide;
#[cfg(feature = "helper")]
mod helper;
mod image;
mod index;
mod json;
mod key;
mod level;
mod limits;
mod platform;
mod redact;
mod secret;
mod source;

pub use auth::{AuthConfig, Credential, Origin};
pub use credential_file::{CredentialFile, FileEntry};
pub use error::{
    ArchiveProblem, Client, EntryProblem, Error, ExportProblem, FileKind, KeyProblem,
    OtherRegistries, Warning, WarningKind,
};
pub use explain::{Explanation, Outcome};
pub use export::Export;
pub use file::{EntryState, Format};
#[cfg(feature = "helper")]
pub use helper::{HelperError, HelperOptions, HelperProblem};
pub use image::{ImageRef, ImageRefBuf, InvalidImageRef};
pub use level::{Level, Location, UnknownLevel};
pub use limits::{Limit, Limits};
pub use platform::{certs, dcos, marathon, mesos};
pub use resolver::{
    AgentFlag, HelperRequest, Home, LiveResolver, Lookup, Resolver, ResolverBuilder,
};
#[cfg(feature = "env")]
pub use source::Environment;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
