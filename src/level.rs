//! The four levels a credential can come from, and the source within a level.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The level a credential file belongs to. The strongest level with a usable matching entry
/// answers, however specific the entries of weaker levels are.
///
/// Ordered by precedence, strongest first: `Level::TaskSecret < Level::ClusterFile`. This is the
/// one place where the precedence is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// What the task's own secret holds: Marathon's `pullConfig`, Mesos's `Image.Docker.config`.
    TaskSecret,
    /// Files in the task's sandbox, which is its `HOME`: Mesos's Docker containerizer, Deimos.
    SandboxHome,
    /// The agent's own configuration: Mesos's `--docker_config`.
    AgentFlag,
    /// The file shared by the whole cluster: DC/OS's `cluster_docker_credentials`.
    ClusterFile,
}

/// Something for each level, strongest first.
pub(crate) type PerLevel<T> = [T; Level::ALL.len()];

impl Level {
    /// Every level, strongest first.
    pub const ALL: [Level; 4] =
        [Level::TaskSecret, Level::SandboxHome, Level::AgentFlag, Level::ClusterFile];

    /// What of all levels' is this one's.
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

/// The source of a credential file, or the flag, parameter or field of a definition that a
/// [`Warning`](crate::Warning) is about.
///
/// Displayed as operators read it, `sandbox HOME, /sandbox/docker.tar.gz (.docker/config.json)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    level: Option<Level>,
    /// A path, or what a file without one is called: the secret that held it.
    name: Option<Arc<str>>,
    is_path: bool,
    /// Tells the second, third … file without a name at one level from the first.
    ordinal: u32,
    /// The member of an archive or the field of a Secret that holds the file.
    member: Option<&'static str>,
}

impl Location {
    /// Bytes that came from nowhere in particular.
    pub(crate) const UNKNOWN: Location =
        Location { level: None, name: None, is_path: false, ordinal: 1, member: None };

    pub(crate) fn bytes(level: Level, ordinal: u32) -> Self {
        Location { level: Some(level), ordinal, ..Self::UNKNOWN }
    }

    pub(crate) fn file(level: Level, path: &Path) -> Self {
        Location { level: Some(level), ..Self::path_of(path) }
    }

    /// A file or directory that belongs to no level.
    pub(crate) fn path_of(path: &Path) -> Self {
        let name = Some(Arc::from(path.display().to_string()));
        Location { name, is_path: true, ..Self::UNKNOWN }
    }

    /// Bytes that have a name of their own.
    pub(crate) fn called(level: Option<Level>, name: &str) -> Self {
        Location { level, name: Some(name.into()), ..Self::UNKNOWN }
    }

    pub(crate) fn member(&self, member: &'static str) -> Self {
        Location { member: Some(member), ..self.clone() }
    }

    /// The level; `None` for a file parsed on its own.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// The path that was read; `None` where bytes were given. Not valid UTF-8 is shown as `�`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.is_path)
    }

    /// What to write in place of nothing, in a credential file.
    pub(crate) fn empty_advice(&self) -> &'static str {
        let is_credential_file = self.level.is_some() || self.name.is_none();
        if is_credential_file { "; an empty configuration is written {}" } else { "" }
    }

    /// The file without its level: `/sandbox/.dockercfg`, `#2 (.dockercfg)`. Empty if there is
    /// nothing to tell.
    fn within_level(&self) -> String {
        let file = match (&self.name, self.ordinal) {
            (Some(name), _) => name.escape_debug().to_string(),
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
