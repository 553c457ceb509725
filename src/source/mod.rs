//! Reading each source of credential files, one file per source: a sandbox, what a task fetches
//! into it, a HOME, the agent flag, a plain file. Bytes are read here.

mod agent_flag;
#[cfg(feature = "env")]
mod environment;
mod fetched;
mod home;
mod named;
mod plain_file;
mod sandbox;
mod watched;

use std::borrow::Cow;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::error::{Error, Warning};
use crate::file::{self, File};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::secret::SecretBytes;

pub(crate) use self::agent_flag::Form as FlagForm;
#[cfg(feature = "env")]
pub use self::environment::Environment;
pub(crate) use self::fetched::{Extraction, FetchEffect, Fetched, location as location_of_fetched};
pub(crate) use self::named::{open_named, read_named, read_open};
pub(crate) use self::sandbox::Reading;
pub(crate) use self::watched::Watched;

/// A source as it was given to the builder.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes {
        level: Level,
        /// A name of their own, if they have one.
        name: Option<String>,
        bytes: SecretBytes,
    },
    /// The local files that a task fetches into its sandbox.
    Fetched(Vec<Fetched>),
    Home(Option<PathBuf>),
    /// A user whose environment has no `HOME`, with the home directory of the user database.
    #[cfg(feature = "env")]
    NoHome(Option<PathBuf>),
    Sandbox {
        directory: PathBuf,
        reading: Reading,
        /// The way in which a platform puts a credential file there.
        remedy: Option<&'static str>,
    },
    /// May be the JSON itself, so it is as secret as a file.
    AgentFlag(Zeroizing<String>),
    File {
        level: Level,
        path: PathBuf,
        required: bool,
    },
}

/// The reason why a source has no files, if that is not an error, and what puts one there.
pub(crate) struct NoFiles {
    pub(crate) why: Cow<'static, str>,
    pub(crate) advice: Option<Advice>,
}

/// The advice for a source without files.
pub(crate) enum Advice {
    /// Something is wrong, whatever other sources have.
    Mistake(Cow<'static, str>),
    /// Worth saying only if no other source has a file either.
    IfAlone(Cow<'static, str>),
    /// The same for a file that a login creates.
    Create,
}

impl NoFiles {
    pub(crate) fn because(why: impl Into<Cow<'static, str>>) -> Self {
        NoFiles { why: why.into(), advice: None }
    }

    /// Adds what puts a file there.
    pub(crate) fn or_else(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        NoFiles { advice: Some(Advice::IfAlone(remedy.into())), ..self }
    }

    /// Adds what is wrong and how to correct it.
    pub(crate) fn mistake(self, advice: impl Into<Cow<'static, str>>) -> Self {
        NoFiles { advice: Some(Advice::Mistake(advice.into())), ..self }
    }
}

/// The contents of a source.
pub(crate) struct Contents {
    pub(crate) location: Location,
    pub(crate) files: Vec<File>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) no_files: Option<NoFiles>,
    /// Every path that was read, or where a file may appear.
    pub(crate) watched: Vec<Watched>,
}

impl Contents {
    fn empty(location: Location) -> Self {
        Contents {
            location,
            files: Vec::new(),
            warnings: Vec::new(),
            no_files: None,
            watched: Vec::new(),
        }
    }

    /// Reads the contents of a source that is a single file.
    fn read(location: Location, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let files = file::read(bytes, &location, limits)?.files;
        Ok(Contents { files, ..Self::empty(location) })
    }

    /// Adds the reason for which there are no files, if there are none.
    fn if_empty(self, no_files: NoFiles) -> Self {
        let no_files = self.files.is_empty().then_some(no_files);
        Contents { no_files, ..self }
    }
}

impl Source {
    pub(crate) fn level(&self) -> Level {
        match self {
            Source::Bytes { level, .. } | Source::File { level, .. } => *level,
            Source::Sandbox { .. } | Source::Fetched(_) | Source::Home(_) => Level::SandboxHome,
            #[cfg(feature = "env")]
            Source::NoHome(_) => Level::UserConfigJson,
            Source::AgentFlag(_) => Level::AgentFlag,
        }
    }

    /// Returns whether the task of a container can read the files of the source.
    pub(crate) fn is_in_sandbox(&self) -> bool {
        matches!(self, Source::Sandbox { .. } | Source::Fetched(_))
    }

    /// Returns whether the helpers that the files name may be run. A task must not choose a program
    /// that its agent runs, so at its levels only the `HOME` of the agent itself counts.
    pub(crate) fn offers_helpers(&self) -> bool {
        self.level() > Level::SandboxHome || matches!(self, Source::Home(_))
    }

    /// Reads the source, the `ordinal`th one given at its level.
    pub(crate) fn read(&self, ordinal: u32, limits: &Limits) -> Result<Contents, Error> {
        match self {
            Source::Bytes { level, name, bytes } => {
                let location = match name {
                    Some(name) => Location::called(Some(*level), name),
                    None => Location::bytes(*level, ordinal),
                };
                Contents::read(location, bytes.as_slice(), limits)
            }
            Source::Fetched(fetched) => fetched::read(fetched, limits),
            Source::Home(home) => home::read(home.as_deref(), ordinal, limits),
            #[cfg(feature = "env")]
            Source::NoHome(home) => Ok(home::unset(home.as_deref())),
            Source::Sandbox { directory, reading, remedy } => {
                sandbox::read(directory, *reading, *remedy, limits)
            }
            Source::AgentFlag(value) => agent_flag::read(value, ordinal, limits),
            Source::File { level, path, required } => {
                plain_file::read(*level, path, *required, limits)
            }
        }
    }
}
