//! Reading each source: bytes, a sandbox or what is fetched into it, a HOME, the agent flag, the
//! cluster file.

mod agent_flag;
mod fetched;
mod home;
mod named;
mod sandbox;

use std::io;
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

const NO_SANDBOX_FILES: NoFiles =
    NoFiles::Because("holds no .docker/config.json, .dockercfg or docker.tar.gz to read");

/// A source as it was given to the builder.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes {
        level: Level,
        /// What they are called, where they have a name of their own.
        name: Option<String>,
        bytes: SecretBytes,
    },
    Fetched(Vec<Fetched>),
    Home(Option<PathBuf>),
    SandboxHome(PathBuf),
    /// A sandbox as Docker looks into it.
    DockerHome(PathBuf),
    /// May be the JSON itself, so it is as secret as a file.
    AgentFlag(Zeroizing<String>),
    ClusterFile {
        path: PathBuf,
        required: bool,
    },
}

/// The reason for which a source has no files, where that is not an error.
pub(crate) enum NoFiles {
    Because(&'static str),
    /// Credential files are fetched, and none has an effect: the reasons.
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

/// What a source turned out to hold.
pub(crate) struct Contents {
    pub(crate) location: Location,
    pub(crate) files: Vec<File>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) no_files: Option<NoFiles>,
}

impl Contents {
    fn of(location: Location, files: Vec<File>) -> Self {
        Contents { location, files, warnings: Vec::new(), no_files: None }
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

    /// Reads the source, the `ordinal`th given at its level.
    pub(crate) fn read(&self, ordinal: u32, limits: &Limits) -> Result<Contents, Error> {
        match self {
            Source::Bytes { level, name, bytes } => {
                let location = match name {
                    Some(name) => Location::called(Some(*level), name),
                    None => Location::bytes(*level, ordinal),
                };
                let read = file::read(bytes.as_slice(), &location, limits)?;
                Ok(Contents::of(location, read.files))
            }
            Source::Fetched(fetched) => fetched::read(fetched, limits),
            Source::Home(home) => home::read(home.as_deref(), ordinal, limits),
            Source::SandboxHome(directory) => sandbox::read(directory, Reading::All, limits),
            Source::DockerHome(directory) => sandbox::read(directory, Reading::AsDocker, limits),
            Source::AgentFlag(value) => agent_flag::read(value, ordinal, limits),
            Source::ClusterFile { path, required } => {
                let location = Location::file(Level::ClusterFile, path);
                let bytes = match named::read_named(path, &location, limits) {
                    Err(Error::Read { source, .. })
                        if !required && source.kind() == io::ErrorKind::NotFound =>
                    {
                        let why = NoFiles::Because("the file does not exist, which was allowed");
                        let none = Contents::of(location, Vec::new());
                        return Ok(Contents { no_files: Some(why), ..none });
                    }
                    read => read?,
                };
                let read = file::read(bytes.as_slice(), &location, limits)?;
                Ok(Contents::of(location, read.files))
            }
        }
    }
}
