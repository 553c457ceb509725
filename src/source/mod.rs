//! Reading each source of credential files, one file per source: a sandbox, what a task fetches
//! into it, a HOME, the agent flag, the cluster file. Bytes are read here.

mod agent_flag;
mod cluster_file;
mod fetched;
mod home;
mod named;
mod sandbox;

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::error::{Error, Warning};
use crate::file::{self, File};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::secret::SecretBytes;

pub(crate) use self::agent_flag::Form as FlagForm;
pub(crate) use self::fetched::{Extraction, FetchEffect, Fetched, location as location_of_fetched};
pub(crate) use self::named::{open_named, read_named, read_open};
use self::sandbox::Reading;

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
    SandboxHome(PathBuf),
    /// A sandbox in which only the file that Docker finds first is read.
    DockerHome(PathBuf),
    /// May be the JSON itself, so it is as secret as a file.
    AgentFlag(Zeroizing<String>),
    ClusterFile {
        path: PathBuf,
        required: bool,
    },
}

/// The reason for which a source has no files, if that is not an error.
pub(crate) enum NoFiles {
    Because(&'static str),
    /// Credential files are fetched, but none has an effect, for these reasons.
    FetchedInVain(Box<str>),
}

impl NoFiles {
    pub(crate) fn text(&self) -> &str {
        match self {
            NoFiles::Because(why) => why,
            NoFiles::FetchedInVain(why) => why,
        }
    }
}

/// The contents of a source.
pub(crate) struct Contents {
    pub(crate) location: Location,
    pub(crate) files: Vec<File>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) no_files: Option<NoFiles>,
}

impl Contents {
    fn empty(location: Location) -> Self {
        Contents { location, files: Vec::new(), warnings: Vec::new(), no_files: None }
    }

    /// Reads the contents of a source that is a single file.
    fn read(location: Location, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let files = file::read(bytes, &location, limits)?.files;
        Ok(Contents { files, ..Self::empty(location) })
    }

    /// Adds the reason for which there are no files, if there are none.
    fn if_empty(self, why: &'static str) -> Self {
        let no_files = self.files.is_empty().then_some(NoFiles::Because(why));
        Contents { no_files, ..self }
    }
}

impl Source {
    pub(crate) fn level(&self) -> Level {
        match self {
            Source::Bytes { level, .. } => *level,
            Source::SandboxHome(_)
            | Source::DockerHome(_)
            | Source::Fetched(_)
            | Source::Home(_) => Level::SandboxHome,
            Source::AgentFlag(_) => Level::AgentFlag,
            Source::ClusterFile { .. } => Level::ClusterFile,
        }
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
            Source::SandboxHome(directory) => sandbox::read(directory, Reading::All, limits),
            Source::DockerHome(directory) => sandbox::read(directory, Reading::AsDocker, limits),
            Source::AgentFlag(value) => agent_flag::read(value, ordinal, limits),
            Source::ClusterFile { path, required } => cluster_file::read(path, *required, limits),
        }
    }
}
