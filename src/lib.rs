//! Which credential, if any, pulls this image?
//!
//! `regcred` answers that one question for container runtimes. It reads what Docker, podman,
//! Kubernetes and Mesos leave behind (`.dockercfg`, `config.json`, `auth.json`, pull Secrets,
//! `docker.tar.gz`), merges four sources by one precedence, and gives one answer: always the same
//! one, with its reasons, and never for another registry than it was meant for.
//!
//! It is a pure library: bytes and files in, a credential out. It opens no socket, starts no
//! process, writes nothing and keeps no global state. Building a [`Resolver`] can fail; a lookup
//! cannot.
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
//! [`marathon`], [`mesos`] and [`dcos`] take each platform's own definitions, flags and parameters
//! as they are; [`ResolverBuilder::home`] is for plain Docker and Deimos; [`certs`] finds the
//! certificates that go with a registry.
//!
//! # Secrets and security
//!
//! **Secret** are user names, passwords, tokens, emails and `auth` values: what a credential file
//! holds but its keys. Registries, keys that look like one, paths, and the names of secrets and
//! credential helpers are not.
//!
//! *Against whom reads logs.* `Debug`, [`Error`], [`Warning`] and [`Explanation`] never hold a byte
//! of a secret, nor of the text around a syntax error. [`Credential`]'s fields and the methods of
//! [`AuthConfig`] are plain text: whoever asks for them has to keep them.
//!
//! *Against whom writes the files.* Whatever a task or tenant brings, it is read within [`Limits`],
//! in time that grows with its size and not with the square of it, without opening anything but
//! regular files below a sandbox; and a credential is never given for another registry or path than
//! its key says.
//!
//! *Against whom gets hold of memory later*: of a core dump, of swap, of freed memory through
//! another bug. Wiped are
//!
//! - the bytes of a file, an archive or an agent flag as they were read or handed over, once they
//!   are parsed, also where that fails;
//! - what was unpacked or decoded on the way: archives, gzip with the window of its decompressor,
//!   base64, the escapes of JSON strings, Secrets within Secrets;
//! - the secrets themselves, when the last [`Resolver`] or [`AuthConfig`] that refers to the files
//!   of one build is dropped, and the values in a [`CredentialFile`] or [`dcos::Parameters`] with
//!   it.
//!
//! Nothing of it is copied in between by a buffer that grows. A test looks for all this in the
//! memory of a process.
//!
//! *What is not promised.* Until then secrets lie in memory in the clear, and who can read the
//! memory of a process reads them. Not wiped are
//!
//! - copies of the caller's: a `&str` or `&[u8]` that was borrowed, what a `Vec` left behind when
//!   it grew before it was handed over, the `String`s of [`AuthConfig::basic_authorization`] and
//!   [`AuthConfig::x_registry_auth`];
//! - registers, and what calls leave on the stack until later calls overwrite it;
//! - what is no secret by the above, though someone wrote one there: keys of JSON objects, texts in
//!   the place of an entry or of a helper's name, unknown fields, names in an archive, a definition
//!   of [`marathon`] with the URIs in it;
//! - the window of the decompressor, where something else in the build chose another one for
//!   `flate2` than its own;
//! - what a process that ends without dropping leaves behind: a `static`, `abort`, a leaked value;
//! - what the kernel keeps: the page cache, swap, core dumps, hibernation, buffers of pipes and
//!   sockets.
//!
//! *What an operator can do.* Keep files at mode 0600; turn off core dumps (`ulimit -c 0`) and
//! `ptrace` by others, encrypt swap or do without; give files and not JSON on a command line; give
//! tasks tokens that expire.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod archive;
mod auth;
mod credential_file;
mod error;
mod explain;
mod file;
mod file_names;
mod image;
mod index;
mod json;
mod key;
mod level;
mod limits;
mod platform;
mod redact;
mod resolver;
mod secret;
mod source;

pub use auth::{AuthConfig, Credential, Origin};
pub use credential_file::{CredentialFile, FileEntry};
pub use error::{
    ArchiveProblem, EntryProblem, Error, KeyProblem, OtherRegistries, Warning, WarningKind,
};
pub use explain::Explanation;
pub use file::Format;
pub use image::{ImageRef, InvalidImageRef};
pub use level::{Level, Location};
pub use limits::Limits;
pub use platform::{certs, dcos, marathon, mesos};
pub use resolver::{Resolver, ResolverBuilder};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
