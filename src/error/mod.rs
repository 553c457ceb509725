//! What can go wrong while sources are read. A lookup cannot fail.
//!
//! No error of `serde_json`, `base64`, `tar`, `url` or UTF-8 decoding is ever kept here: each of
//! them quotes its input, and the input is full of passwords (the lesson of CVE-2020-8564). What is
//! kept is the place, the position and the kind.

mod fetch;
mod marathon_messages;
mod parameter;
mod pitfall;
mod warning;

use std::fmt;
use std::io;

use crate::image::InvalidImageRef;
use crate::level::Location;
use crate::redact::{Shown, ShownKey};

pub use self::fetch::FetchProblem;
use self::marathon_messages::Joined;
pub use self::marathon_messages::{Rule, Violation};
pub use self::parameter::{CLUSTER_FILE, DCOS_OWNED_FILE, ParameterProblem};
pub use self::pitfall::Pitfall;
pub use self::warning::{OtherRegistries, Warning, WarningKind};

/// Why a credential file, or a whole resolver, could not be read.
///
/// Says what, where and what to do. No variant ever holds a byte of a credential; what a caller's
/// own error says in [`Secret`](Self::SecretUnavailable) is the caller's to mind. `Debug` is the text too, as
/// that is what `fn main() -> Result<(), regcred::Error>` prints.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory that was named could not be opened or read.
    #[error("{location}: cannot read it: {source}; {}", read_advice(source))]
    Read {
        /// What was named.
        location: Location,
        /// What the system said.
        source: io::Error,
    },

    /// Something other than a regular file stands where a credential file is looked for. It was not
    /// opened: it could hang, or lead out of the sandbox.
    #[error("{location}: refused, it is {found}; put a regular file there, or remove it")]
    NotAFile {
        /// Where it stands.
        location: Location,
        /// What stands there.
        found: &'static str,
    },

    /// The value of `--docker_config` is of none of the forms that the flag takes.
    #[error(
        "{location}: {problem}; give an absolute path, a file:// URL or the JSON object itself"
    )]
    AgentFlag {
        /// The agent flag.
        location: Location,
        /// What is wrong with the value, which itself is not shown as it may hold credentials.
        problem: &'static str,
    },

    /// An empty file, or one of white space alone.
    #[error("{location}: the file is empty{}", location.empty_advice())]
    Empty {
        /// The file.
        location: Location,
    },

    /// Text that is not valid JSON.
    #[error("{location}: {problem} at line {line}, column {column}; {advice}")]
    Syntax {
        /// The file.
        location: Location,
        /// What is wrong.
        problem: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1; 0 at the start of a line.
        column: usize,
        /// What to do.
        advice: &'static str,
    },

    /// Valid JSON, but not a credential file: `auths` that is no object, a Secret without
    /// credentials.
    #[error("{location}: {problem}{}", Position(*line, *column))]
    NotACredentialFile {
        /// The file.
        location: Location,
        /// What is wrong, and what was expected.
        problem: &'static str,
        /// Line, from 1; 0 where the document as a whole is meant.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
    },

    /// Bytes that are no text in UTF-8: UTF-16, or a compression that is not gzip.
    #[error("{location}: {problem}")]
    Encoding {
        /// The file.
        location: Location,
        /// What it is, and what to do.
        problem: &'static str,
    },

    /// An archive that cannot be read or whose members are refused.
    #[error("{location}: {problem}")]
    Archive {
        /// The archive.
        location: Location,
        /// What is wrong.
        problem: ArchiveProblem,
    },

    /// A source is larger than one of the [`Limits`](crate::Limits). Nothing of it was kept.
    #[error(
        "{location}: over the limit {limit} of {value}; if that is no mistake, raise Limits::{limit}"
    )]
    Limit {
        /// The source.
        location: Location,
        /// The field of [`Limits`](crate::Limits).
        limit: &'static str,
        /// Its value.
        value: u64,
    },

    /// A malformed entry, under [`strict`](crate::ResolverBuilder::strict).
    #[error("{location}: entry {}: {problem}", ShownKey(key))]
    Entry {
        /// The file.
        location: Location,
        /// The key as written.
        key: String,
        /// What is wrong.
        problem: EntryProblem,
    },

    /// A key that can match no image, under [`strict`](crate::ResolverBuilder::strict).
    #[error("{location}: key {} can match no image: {problem}", ShownKey(key))]
    Key {
        /// The file.
        location: Location,
        /// The key as written if it looks like a registry, otherwise its position in the file:
        /// `#3`.
        key: String,
        /// What is wrong.
        problem: KeyProblem,
    },

    /// A definition that Marathon refuses ([`marathon`](crate::marathon)).
    #[error("{}: {}", Shown(id), Joined(violations))]
    Definition {
        /// The app, or the pod and its container: `/simple-pod simpletask1`.
        id: String,
        /// Everything that is wrong with it, or the first 25 things.
        violations: Vec<Violation>,
    },

    /// A secret that a definition names, and that the caller could not get.
    #[error(
        "{}: the secret {}, source {}, cannot be had: {source}; the image is not pulled without it",
        Shown(id),
        Shown(alias),
        Shown(location)
    )]
    SecretUnavailable {
        /// The app, or the pod and its container.
        id: String,
        /// What the definition calls the secret.
        alias: String,
        /// Where the secret store has it: its `source` in the definition.
        location: String,
        /// What the caller said.
        source: io::Error,
    },

    /// A credential file that a definition fetches from elsewhere.
    #[error(
        "{}: {path}: {} is no file:// URI and no absolute path, and nothing is fetched from here; let it be \
         fetched into the sandbox first",
        Shown(id),
        Shown(uri)
    )]
    NotLocal {
        /// The app, or the pod and its container.
        id: String,
        /// Where the definition names it: `/fetch(0)`.
        path: String,
        /// Its URI, without user info and query.
        uri: String,
    },

    /// A flag of Mesos's or a parameter of DC/OS's whose value is of none of the forms it takes.
    #[error("{}: {problem}", name.escape_debug())]
    InvalidSetting {
        /// The flag or the parameter.
        name: String,
        /// What is wrong with the value, which itself is not shown.
        problem: &'static str,
    },

    /// Half of a client certificate ([`certs`](crate::certs)).
    #[error(
        "{location}: {} is missing beside it; a client certificate is a pair of NAME.cert and NAME.key, and \
         the certificate of a CA is called NAME.crt",
        Shown(missing)
    )]
    HalfPair {
        /// The half that is there.
        location: Location,
        /// The name of the other half.
        missing: String,
    },

    /// An image reference that is none, so that `?` works on both.
    #[error(transparent)]
    Image(#[from] InvalidImageRef),
}

fn read_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "check who may read it",
        _ => "check that it is a readable file",
    }
}

/// What is wrong with an entry of a credential file.
///
/// A malformed entry blocks: where it is the one that would have answered, there is no answer,
/// rather than another identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryProblem {
    /// What stands under the key is no object.
    #[error("it is not an object such as {{\"auth\": \"…\"}}")]
    NotAnObject,
    /// It holds a number beyond all numbers, or an escape for half a character.
    #[error("it holds something that JSON can write but that means nothing, like 1e999 or \\ud800")]
    Meaningless,
    /// `auth` is neither text nor null.
    #[error("its field \"auth\" is not text")]
    AuthNotText,
    /// `username` is neither text nor null.
    #[error("its field \"username\" is not text")]
    UsernameNotText,
    /// `password` is neither text nor null.
    #[error("its field \"password\" is not text")]
    PasswordNotText,
    /// `identitytoken` is neither text nor null.
    #[error("its field \"identitytoken\" is not text")]
    IdentityTokenNotText,
    /// `registrytoken` is neither text nor null.
    #[error("its field \"registrytoken\" is not text")]
    RegistryTokenNotText,
    /// `auth` is not base64 in the standard alphabet.
    #[error("its field \"auth\" is not base64 of user:password (standard alphabet)")]
    AuthNotBase64,
    /// `auth` decodes to bytes that are not UTF-8.
    #[error("its field \"auth\" decodes to something that is not UTF-8 text")]
    AuthNotUtf8,
    /// `auth` decodes to text without a colon.
    #[error(
        "its field \"auth\" decodes to text without a colon; it must be base64 of user:password"
    )]
    AuthWithoutColon,
}

/// Why a key can match no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// `user@host`.
    #[error("it holds user info before an @; write only the registry")]
    UserInfo,
    /// `?` or `#`.
    #[error("it holds a query or a fragment; write only the registry")]
    QueryOrFragment,
    /// White space or control characters.
    #[error("it holds white space or a control character")]
    WhiteSpace,
    /// Characters outside ASCII that are no international host name.
    #[error("it holds a character outside ASCII; write an international host in its xn-- form")]
    NonAscii,
    /// No host at all.
    #[error("it has no host")]
    NoHost,
    /// Something that no registry can be called.
    #[error("its host is not a valid registry name")]
    Host,
    /// A scheme other than `http` and `https`.
    #[error("its scheme is neither http nor https; write only the registry")]
    Scheme,
    /// No number from 0 to 65535.
    #[error("its port is not a number from 0 to 65535")]
    Port,
    /// A path that no repository can have.
    #[error(
        "its path is not a valid repository name (lower case; * stands for part of a host only)"
    )]
    Path,
}

/// Why an archive was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// The compressed stream ends early or is damaged.
    #[error(
        "the gzip stream is damaged or cut short; make it anew with tar -czf docker.tar.gz .docker"
    )]
    Gzip,
    /// The tar stream ends early or is damaged.
    #[error(
        "the tar archive is damaged or cut short; make it anew with tar -czf docker.tar.gz .docker"
    )]
    Tar,
    /// Compressed, but no archive: `gzip config.json`.
    #[error("compressed, but not a tar archive; make it with tar -czf docker.tar.gz .docker")]
    NotTar,
    /// A member that different programs would unpack differently.
    #[error(
        "a member of it is unpacked differently by different programs (two names, a link with data, a \
         path through a link, a wrong size); make it anew with tar -chzf docker.tar.gz .docker"
    )]
    Ambiguous,
    /// A sparse file in POSIX format, anywhere in the archive.
    #[error("holds a sparse file; make it anew without --sparse, tar -czf docker.tar.gz .docker")]
    Sparse,
    /// A name or an extended header of more than 1 MiB.
    #[error(
        "a header in it is longer than 1 MiB; make it anew with tar -czf docker.tar.gz .docker"
    )]
    LongHeader,
    /// A credential file that is no regular member, or a path that climbs into one.
    #[error(
        "its member {member} is refused: {why}; make the archive anew, with -h for what is a link: \
         tar -chzf docker.tar.gz .docker"
    )]
    Member {
        /// Which of the two credential files.
        member: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Neither credential file is in it.
    #[error(
        "holds neither .docker/config.json nor .dockercfg{}; make it with tar -chzf docker.tar.gz .docker",
        NearMiss(near_miss.as_deref())
    )]
    Missing {
        /// A member that looks like the one meant: `config.json` at the root.
        near_miss: Option<String>,
    },
}

struct Position(usize, usize);

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Position(0, _) => Ok(()),
            Position(line, column) => write!(f, " (line {line}, column {column})"),
        }
    }
}

struct NearMiss<'a>(Option<&'a str>);

impl fmt::Display for NearMiss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, ", only {}, which is not what is looked for", Shown(name)),
            None => Ok(()),
        }
    }
}
