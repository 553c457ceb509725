//! Errors of reading sources. A lookup cannot fail.
//!
//! An error never keeps an error of `serde_json`, `base64`, `tar`, `url` or UTF-8 decoding: each of
//! them quotes its input, which contains passwords (the lesson of CVE-2020-8564). It keeps the
//! location, the line and column, and the kind.

mod archive;
mod entry;
mod export;
mod fetch;
mod file_kind;
mod key;
mod marathon_messages;
mod parameter;
mod pitfall;
mod warning;

use std::fmt;
use std::io;

use crate::image::InvalidImageRef;
use crate::level::{Level, Location};
use crate::limits::Limit;
use crate::redact::{Shown, ShownKey, escaped};

pub use self::archive::ArchiveProblem;
pub use self::entry::EntryProblem;
pub use self::export::{Client, ExportProblem};
pub use self::fetch::FetchProblem;
pub use self::file_kind::FileKind;
pub use self::key::KeyProblem;
use self::marathon_messages::Joined;
pub use self::marathon_messages::{Rule, Violation};
pub use self::parameter::{CLUSTER_FILE, DCOS_OWNED_FILE, ParameterProblem};
pub use self::pitfall::Pitfall;
pub use self::warning::{OtherRegistries, Warning, WarningKind};

/// The error of reading a source, a definition, a setting or an image reference.
///
/// A source that cannot be read. No resolver is built from it: a cluster must not silently pull
/// with another identity.
///
/// The text is what is wrong, where, and what to do. It never contains a byte of a credential,
/// except one that the caller writes into the `cause` of
/// [`SecretUnavailable`](Self::SecretUnavailable). `Debug` writes the same text, because
/// `fn main() -> Result<(), regcred::Error>` prints `Debug`.
///
/// ```
/// let built = regcred::Resolver::builder().task_secret(*b"{\"auths\": []}").build();
/// let error = built.unwrap_err().to_string();
/// assert!(error.starts_with("task secret: "), "{error}");
/// ```
///
/// A program may react to a variant, and prints any other:
///
/// ```
/// use regcred::{Error, Resolver};
///
/// match Resolver::builder().cluster_file("/missing").build().unwrap_err() {
///     Error::Read { location, cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
///         assert_eq!(location.path(), Some("/missing".as_ref())); // wait until it is mounted
///     }
///     Error::Syntax { location, line, .. } => eprintln!("{location}: open it at line {line}"),
///     other => panic!("{other}"),
/// }
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory that the caller named cannot be opened or read.
    #[error("{location}: cannot read it: {cause}; {}", read_advice(location, cause))]
    #[non_exhaustive]
    Read {
        /// The file or directory.
        location: Location,
        /// The error of the operating system. It is part of the text, so `source()` does not return it.
        cause: io::Error,
    },

    /// A symbolic link, directory, device or pipe in place of a credential file. It was not opened:
    /// it could block, or lead out of the sandbox. Replace it by a regular file.
    #[error("{location}: refused, it is {found}; put a regular file there, or remove it")]
    #[non_exhaustive]
    NotAFile {
        /// The path.
        location: Location,
        /// The kind of file that is there.
        found: FileKind,
    },

    /// A value of Mesos's `--docker_config` that is not an absolute path, a `file://` URL or a JSON
    /// object.
    #[error(
        "{location}: {problem}; give an absolute path, a file:// URL or the JSON object itself"
    )]
    #[non_exhaustive]
    AgentFlag {
        /// The agent flag.
        location: Location,
        /// The problem of the value. The value itself may hold credentials and is not shown.
        problem: &'static str,
    },

    /// A file that is empty or only white space. An empty configuration is `{}`.
    #[error("{location}: the file is empty{}", location.empty_advice())]
    #[non_exhaustive]
    Empty {
        /// The file.
        location: Location,
    },

    /// Invalid JSON. Correct it at the given line and column. A file of another kind, such as a
    /// certificate or YAML, is named in the problem, and the advice is for that kind.
    #[error("{location}: {problem} at line {line}, column {column}; {advice}")]
    #[non_exhaustive]
    Syntax {
        /// The file.
        location: Location,
        /// The problem.
        problem: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1. It is 0 at the start of a line.
        column: usize,
        /// The correction, or the file to give instead.
        advice: &'static str,
    },

    /// Valid JSON that is not a credential file: a list, `auths` that is not an object, a Kubernetes
    /// Secret without credentials.
    #[error("{location}: {problem}{}", position(*line, *column))]
    #[non_exhaustive]
    NotACredentialFile {
        /// The file.
        location: Location,
        /// The problem and the expected form.
        problem: &'static str,
        /// The line, from 1. It is 0 for a problem of the whole document.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
    },

    /// Bytes that are not UTF-8, such as UTF-16 or a compression other than gzip. Save the file as
    /// UTF-8.
    #[error("{location}: {problem}")]
    #[non_exhaustive]
    Encoding {
        /// The file.
        location: Location,
        /// The encoding that was recognised, and the correction.
        problem: &'static str,
    },

    /// An archive that cannot be read, or a member of it that is refused.
    #[error("{location}: {problem}")]
    #[non_exhaustive]
    Archive {
        /// The archive.
        location: Location,
        /// The problem and the correction.
        problem: ArchiveProblem,
    },

    /// A source past one of the [`Limits`](crate::Limits). Nothing of it is kept. Raise the limit
    /// if the source is trusted.
    #[error(
        "{location}: over the limit {limit} of {value}; if it is meant to be that large, raise \
         Limits::{limit}"
    )]
    #[non_exhaustive]
    Limit {
        /// The source.
        location: Location,
        /// The field of [`Limits`](crate::Limits).
        limit: Limit,
        /// The value of the limit.
        value: u64,
    },

    /// A malformed entry. An error only with [`strict`](crate::ResolverBuilder::strict), otherwise
    /// a [`Warning`].
    #[error("{location}: entry {}: {problem}", ShownKey(key))]
    #[non_exhaustive]
    Entry {
        /// The file.
        location: Location,
        /// The key as written.
        key: String,
        /// The problem.
        problem: EntryProblem,
    },

    /// A key that can match no image. An error only with
    /// [`strict`](crate::ResolverBuilder::strict), otherwise a [`Warning`].
    #[error("{location}: key {} can match no image: {problem}", ShownKey(key))]
    #[non_exhaustive]
    Key {
        /// The file.
        location: Location,
        /// The key as written if it looks like a registry, otherwise its position in the file:
        /// `#3`.
        key: String,
        /// The problem.
        problem: KeyProblem,
    },

    /// A definition that Marathon rejects ([`marathon`](crate::marathon)). Correct each field.
    #[error("{}: {}", Shown(id), Joined(violations))]
    #[non_exhaustive]
    Definition {
        /// The app, or the pod and its container: `/simple-pod simpletask1`.
        id: String,
        /// The violations, at most 25.
        violations: Vec<Violation>,
    },

    /// A secret that a definition names and that the caller's closure did not return. The image is
    /// not pulled anonymously instead.
    #[error(
        "{}: the secret {}, source {}, is not available: {}; the image is not pulled without it; \
         put it into the secret store under that source",
        Shown(id),
        Shown(alias),
        Shown(location),
        WithSources(cause)
    )]
    #[non_exhaustive]
    SecretUnavailable {
        /// The app, or the pod and its container.
        id: String,
        /// The name of the secret in the definition.
        alias: String,
        /// The path of the secret in the secret store: its `source` in the definition.
        location: String,
        /// The error of the closure. It is part of the text with all its sources, so `source()` does not
        /// return it.
        cause: io::Error,
    },

    /// A credential file that a definition fetches over the network. Mesos has to fetch it into the
    /// sandbox first.
    #[error(
        "{}: {path}: {} is neither a file:// URI nor an absolute path, and nothing is fetched from \
         here; let Mesos fetch it into the sandbox first",
        Shown(id),
        Shown(uri)
    )]
    #[non_exhaustive]
    NotLocal {
        /// The app, or the pod and its container.
        id: String,
        /// The path of the field in the definition: `/fetch(0)`.
        path: String,
        /// The URI, without user info, query and fragment.
        uri: String,
    },

    /// A flag of Mesos or a parameter of DC/OS with a value that it does not take.
    #[error("{}: {problem}", escaped(name))]
    #[non_exhaustive]
    InvalidSetting {
        /// The flag or the parameter.
        name: String,
        /// The problem of the value and the expected form. The value itself is not shown.
        problem: &'static str,
    },

    /// A client certificate without its key, or a key without its certificate
    /// ([`certs`](crate::certs)). Docker fails every pull from the registry then.
    #[error(
        "{location}: {} is missing next to it; a client certificate is a pair of NAME.cert and \
         NAME.key, and the certificate of a CA is called NAME.crt",
        Shown(missing)
    )]
    #[non_exhaustive]
    HalfPair {
        /// The half that is there.
        location: Location,
        /// The name of the other half.
        missing: String,
    },

    /// Images whose credentials cannot be exported for a client ([`Export`](crate::Export)).
    #[error("{}: not exported for {client}: {problem}", Shown(name))]
    #[non_exhaustive]
    Export {
        /// The image, the key or the name of the Secret.
        name: String,
        /// The program that the export is for.
        client: Client,
        /// The problem and the remedy.
        problem: ExportProblem,
    },

    /// A file or directory of an export that cannot be created. Nothing was overwritten.
    #[error("{location}: cannot create it: {cause}; {}", write_advice(cause))]
    #[non_exhaustive]
    Write {
        /// The file or directory.
        location: Location,
        /// The error of the operating system. It is part of the text, so `source()` does not return it.
        cause: io::Error,
    },

    /// A text that is not an image reference. Lets `?` convert it, so that one function can parse an image
    /// and build a resolver.
    #[error(transparent)]
    Image(#[from] InvalidImageRef),

    /// A credential helper that gave no answer. Lets `?` convert the error of a helper, so that one function can
    /// build a resolver and ask helpers.
    #[cfg(feature = "helper")]
    #[error(transparent)]
    Helper(#[from] crate::helper::HelperError),
}

impl Error {
    /// The file, flag or source that the error is about. `None` for an error about a definition, a
    /// parameter or an image reference.
    ///
    /// ```
    /// let error = regcred::Resolver::builder().cluster_file("/missing").build().unwrap_err();
    /// let location = error.location().expect("a file");
    /// assert_eq!(location.path(), Some("/missing".as_ref()));
    /// ```
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        match self {
            #[cfg(feature = "helper")]
            Error::Helper(error) => Some(error.location()),
            Error::Read { location, .. }
            | Error::NotAFile { location, .. }
            | Error::AgentFlag { location, .. }
            | Error::Empty { location }
            | Error::Syntax { location, .. }
            | Error::NotACredentialFile { location, .. }
            | Error::Encoding { location, .. }
            | Error::Archive { location, .. }
            | Error::Limit { location, .. }
            | Error::Entry { location, .. }
            | Error::Key { location, .. }
            | Error::HalfPair { location, .. }
            | Error::Write { location, .. } => Some(location),
            Error::Definition { .. }
            | Error::SecretUnavailable { .. }
            | Error::NotLocal { .. }
            | Error::InvalidSetting { .. }
            | Error::Export { .. }
            | Error::Image(_) => None,
        }
    }
}

fn read_advice(location: &Location, error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied if location.level().is_some_and(Level::is_of_user) => {
            "check who may read it, and that HOME is the home directory of this user"
        }
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "check who may read it",
        io::ErrorKind::NotADirectory => {
            "a part of the path is a file; DOCKER_CONFIG and HOME name directories"
        }
        _ => "check that it is a readable file",
    }
}

fn write_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AlreadyExists => "give the path of a directory that does not exist yet",
        io::ErrorKind::NotFound => "create the directory that it is in",
        io::ErrorKind::PermissionDenied => "check who may write there",
        _ => "check the disk and the path",
    }
}

/// An error and its sources: `request failed: connection refused`.
struct WithSources<'a>(&'a (dyn std::error::Error + 'static));

impl fmt::Display for WithSources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.0.source().map_or(Ok(()), |source| write!(f, ": {}", WithSources(source)))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn position(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}
