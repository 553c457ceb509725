//! The order of levels, and the location of a source within its level.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

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
/// assert_eq!(Level::SandboxHome.to_string(), "sandbox HOME");
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
}

/// A value for each level, strongest first.
pub(crate) type PerLevel<T> = [T; Level::ALL.len()];

impl Level {
    /// Every level, strongest first.
    pub const ALL: [Level; 4] =
        [Level::TaskSecret, Level::SandboxHome, Level::AgentFlag, Level::ClusterFile];

    /// This level's value.
    pub(crate) fn of_mut<T>(self, all: &mut PerLevel<T>) -> &mut T {
        let [task_secret, sandbox_home, agent_flag, cluster_file] = all;
        match self {
            Level::TaskSecret => task_secret,
            Level::SandboxHome => sandbox_home,
            Level::AgentFlag => agent_flag,
            Level::ClusterFile => cluster_file,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Level::TaskSecret => "task secret",
            Level::SandboxHome => "sandbox HOME",
            Level::AgentFlag => "agent flag",
            Level::ClusterFile => "cluster file",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The location of a credential file, or the flag, parameter or field of a definition that a
/// [`Warning`](crate::Warning) is about.
///
/// `Display` writes `sandbox HOME, /sandbox/docker.tar.gz (.docker/config.json)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    level: Option<Level>,
    /// A path, or the name of a source without one, such as a secret.
    name: Option<Arc<str>>,
    is_path: bool,
    /// The number of a source without a name within its level, from 1.
    ordinal: u32,
    /// The member of an archive or the field of a Secret that holds the file.
    member: Option<&'static str>,
}

impl Location {
    /// Bytes without a level or a name.
    pub(crate) const UNKNOWN: Location =
        Location { level: None, name: None, is_path: false, ordinal: 1, member: None };

    pub(crate) fn bytes(level: Level, ordinal: u32) -> Self {
        Location { level: Some(level), ordinal, ..Self::UNKNOWN }
    }

    pub(crate) fn file(level: Level, path: &Path) -> Self {
        Location { level: Some(level), ..Self::path_of(path) }
    }

    /// A file or directory without a level.
    pub(crate) fn path_of(path: &Path) -> Self {
        let name = Some(Arc::from(path.display().to_string()));
        Location { name, is_path: true, ..Self::UNKNOWN }
    }

    /// Bytes with a name.
    pub(crate) fn called(level: Option<Level>, name: &str) -> Self {
        Location { level, name: Some(name.into()), ..Self::UNKNOWN }
    }

    pub(crate) fn member(&self, member: &'static str) -> Self {
        Location { member: Some(member), ..self.clone() }
    }

    /// The level. `None` for a file that was read on its own, and for a field of a definition.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// The path that was read. `None` if bytes were given. Invalid UTF-8 in it becomes `�`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.is_path)
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
            (Some(name), _) => escaped(name).to_string(),
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
