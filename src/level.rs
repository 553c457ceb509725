//! The order of levels, and the location of a source within its level.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use crate::redact::escaped;

/// The rank of a source. The strongest level with a matching usable or malformed entry decides,
/// however specific the entries of weaker levels are.
///
/// Levels are ordered by precedence, the strongest first. This is the one place where the order is
/// written.
///
/// ```
/// use regcred::Level;
///
/// assert!(Level::TaskSecret < Level::ClusterFile);
/// assert!(Level::ALL.is_sorted());
/// assert_eq!(Level::SandboxHome.to_string(), "sandbox HOME");
/// assert_eq!("sandbox HOME".parse(), Ok(Level::SandboxHome));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// The task's own secret: Marathon's `pullConfig`, Mesos's `Image.Docker.config`.
    TaskSecret,
    /// Files in the task's sandbox, its `HOME`: Mesos's Docker containerizer, Deimos.
    SandboxHome,
    /// The agent's own configuration: Mesos's `--docker_config`.
    AgentFlag,
    /// The file shared by the whole cluster: DC/OS's `cluster_docker_credentials`.
    ClusterFile,
    /// The JSON in the environment variable `DOCKER_AUTH_CONFIG`: Docker since 28.3, GitLab CI.
    DockerAuthConfig,
    /// The file that the environment variable `REGISTRY_AUTH_FILE` names: podman, skopeo.
    RegistryAuthFile,
    /// `$XDG_RUNTIME_DIR/containers/auth.json`, which `podman login` writes on Linux.
    RuntimeAuthFile,
    /// `$XDG_CONFIG_HOME/containers/auth.json`, which `podman login` writes on other systems.
    UserAuthFile,
    /// `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, which `docker login` writes.
    UserConfigJson,
    /// `~/.dockercfg`, which `docker login` wrote before Docker 1.7.
    UserDockercfg,
}

/// A value for each level, strongest first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PerLevel<T>([T; Level::ALL.len()]);

impl<T> PerLevel<T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Returns the value of a level.
    pub(crate) fn of_mut(&mut self, level: Level) -> &mut T {
        // The array has an element for each variant.
        #[allow(clippy::indexing_slicing)]
        &mut self.0[level as usize]
    }
}

impl Level {
    /// Every level, strongest first.
    pub const ALL: [Level; 10] = [
        Level::TaskSecret,
        Level::SandboxHome,
        Level::AgentFlag,
        Level::ClusterFile,
        Level::DockerAuthConfig,
        Level::RegistryAuthFile,
        Level::RuntimeAuthFile,
        Level::UserAuthFile,
        Level::UserConfigJson,
        Level::UserDockercfg,
    ];

    /// Returns whether the level belongs to a user and not to a cluster.
    pub(crate) fn is_of_user(self) -> bool {
        self > Level::ClusterFile
    }

    fn name(self) -> &'static str {
        match self {
            Level::TaskSecret => "task secret",
            Level::SandboxHome => "sandbox HOME",
            Level::AgentFlag => "agent flag",
            Level::ClusterFile => "cluster file",
            Level::DockerAuthConfig => "DOCKER_AUTH_CONFIG",
            Level::RegistryAuthFile => "REGISTRY_AUTH_FILE",
            Level::RuntimeAuthFile => "podman runtime file",
            Level::UserAuthFile => "podman user file",
            Level::UserConfigJson => "Docker config.json",
            Level::UserDockercfg => "Docker .dockercfg",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

serialize_as_text!(Level);

/// Parses the name that `Display` writes, in any ASCII case.
impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        let named = |level: &Level| level.name().eq_ignore_ascii_case(name);
        Level::ALL.into_iter().find(named).ok_or(UnknownLevel(()))
    }
}

/// A text that is not the name of a [`Level`].
///
/// ```
/// let error = "task-secret".parse::<regcred::Level>().unwrap_err();
/// assert!(error.to_string().starts_with("not the name of a level"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a level; the names are those of Level::ALL, such as \"task secret\"")]
pub struct UnknownLevel(());

/// The location of a credential file, or the flag, parameter or field of a definition that a
/// [`Warning`](crate::Warning) is about.
///
/// `Display` writes `sandbox HOME, /sandbox/docker.tar.gz (.docker/config.json)`.
///
/// ```
/// use regcred::{Level, Resolver};
///
/// let error = Resolver::builder().cluster_file("/missing").build().unwrap_err();
/// let location = error.location().expect("the error is about a file");
/// assert_eq!(location.level(), Some(Level::ClusterFile));
/// assert_eq!(location.path(), Some("/missing".as_ref()));
/// assert_eq!(location.to_string(), "cluster file, /missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    level: Option<Level>,
    name: Option<Name>,
    /// The number of a source without a name within its level, from 1.
    ordinal: u32,
    /// The member of an archive or the field of a Secret that holds the file.
    member: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Path(Arc<Path>),
    /// The name of a source without a path, such as a secret.
    Text(Arc<str>),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Path(path) => escaped(&path.to_string_lossy()).fmt(f),
            Name::Text(text) => escaped(text).fmt(f),
        }
    }
}

impl Location {
    /// Bytes without a level or a name.
    pub(crate) const UNKNOWN: Location =
        Location { level: None, name: None, ordinal: 1, member: None };

    pub(crate) fn bytes(level: Level, ordinal: u32) -> Self {
        Location { level: Some(level), ordinal, ..Self::UNKNOWN }
    }

    pub(crate) fn file(level: Level, path: &Path) -> Self {
        Location { level: Some(level), ..Self::path_of(path) }
    }

    /// A file or directory without a level.
    pub(crate) fn path_of(path: &Path) -> Self {
        Location { name: Some(Name::Path(path.into())), ..Self::UNKNOWN }
    }

    /// Bytes with a name.
    pub(crate) fn called(level: Option<Level>, name: &str) -> Self {
        Location { level, name: Some(Name::Text(name.into())), ..Self::UNKNOWN }
    }

    pub(crate) fn member(&self, member: &'static str) -> Self {
        Location { member: Some(member), ..self.clone() }
    }

    /// The level. `None` for a file that was read on its own, and for a field of a definition.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// The path that was read. `None` if bytes were given.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.name {
            Some(Name::Path(path)) => Some(path),
            Some(Name::Text(_)) | None => None,
        }
    }

    /// Returns whether the file is not inside another one.
    pub(crate) fn is_whole(&self) -> bool {
        self.member.is_none()
    }

    /// The advice for a source that is empty, if it is a credential file.
    pub(crate) fn empty_advice(&self) -> &'static str {
        let is_credential_file = self.level.is_some() || self.name.is_none();
        if is_credential_file { "; an empty configuration is written {}" } else { "" }
    }

    /// The location within its level: `/sandbox/.dockercfg`, `#2 (.dockercfg)`. It is empty for the
    /// first source without a name.
    fn within_level(&self) -> String {
        let file = match (&self.name, self.ordinal) {
            (Some(name), _) => name.to_string(),
            (None, 0 | 1) => String::new(),
            (None, n) => format!("#{n}"),
        };
        match self.member {
            None => file,
            Some(member) if file.is_empty() => format!("({member})"),
            Some(member) => format!("{file} ({member})"),
        }
    }
}

serialize_as_text!(Location);

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match (self.level, &self.name) {
            (Some(level), _) => level.name(),
            (None, None) => "credential file",
            (None, Some(_)) => return f.write_str(&self.within_level()),
        };
        match self.within_level() {
            file if file.is_empty() => f.write_str(level),
            file => write!(f, "{level}, {file}"),
        }
    }
}
