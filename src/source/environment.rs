//! The user's environment: the variables and the home directory that name the credential files of
//! Docker and podman.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Source;
use super::agent_flag::is_no_path;
use crate::file_names::{CONFIG_JSON, DOCKERCFG};
use crate::level::Level;
use crate::secret::SecretBytes;

/// The environment of a user, as data: the variables that name credential files, and the home
/// directory.
///
/// [`from_process`](Self::from_process) is the environment of this process. A test or a daemon
/// starts from [`empty`](Self::empty) and gives what it knows, without touching the variables of the
/// process. [`ResolverBuilder::environment`](crate::ResolverBuilder::environment) adds the files that
/// it names, each at a level of its own, from the strongest:
///
/// | level | file |
/// |---|---|
/// | [`DockerAuthConfig`](Level::DockerAuthConfig) | none: the JSON in `DOCKER_AUTH_CONFIG` |
/// | [`RegistryAuthFile`](Level::RegistryAuthFile) | `$REGISTRY_AUTH_FILE` |
/// | [`RuntimeAuthFile`](Level::RuntimeAuthFile) | `$XDG_RUNTIME_DIR/containers/auth.json`; if that is unset, on Linux `/run/containers/UID/auth.json` |
/// | [`UserAuthFile`](Level::UserAuthFile) | `$XDG_CONFIG_HOME/containers/auth.json` or `~/.config/containers/auth.json` |
/// | [`UserConfigJson`](Level::UserConfigJson) | `$DOCKER_CONFIG/config.json` or `~/.docker/config.json` |
/// | [`UserDockercfg`](Level::UserDockercfg) | `~/.dockercfg` |
///
/// This is podman's chain with Docker's variable before it. Every file in it counts, as in podman; but
/// if `REGISTRY_AUTH_FILE` is set, podman reads that file alone, and here weaker files answer for images
/// that it does not cover. Docker itself reads only its own files. An empty variable is unset. A file
/// that does not exist is normal.
///
/// `DOCKER_AUTH_CONFIG` holds a whole `config.json`, as for GitLab's runner and Testcontainers.
/// Docker reads only `auths` with `auth` there, and ignores any other value with a warning; here a
/// value that cannot be read is an error, like that of a file.
///
/// `Debug` shows paths and never the value of `DOCKER_AUTH_CONFIG`.
///
/// ```
/// use regcred::{Environment, ImageRef, Level, Resolver};
///
/// let environment = Environment::empty()
///     .var("DOCKER_AUTH_CONFIG", r#"{"auths": {"quay.io": {"auth": "Y2k6cGFzcw=="}}}"#)
///     .home("/home/ci");
/// let resolver = Resolver::builder().environment(environment).build()?;
/// let auth = resolver.resolve(&ImageRef::parse("quay.io/team/app")?).expect("a credential");
/// assert_eq!(auth.origin().level(), Level::DockerAuthConfig);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    auth_config: Option<SecretBytes>,
    registry_auth_file: Option<PathBuf>,
    runtime_file: Option<PathBuf>,
    config_home: Option<PathBuf>,
    docker_config: Option<PathBuf>,
    home: Option<PathBuf>,
    /// Set if the variable of the home directory is expected and missing.
    lacks_home: bool,
}

/// The variables that are read.
const VARIABLES: [&str; 5] = [
    "DOCKER_AUTH_CONFIG",
    "REGISTRY_AUTH_FILE",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "DOCKER_CONFIG",
];

const AUTH_JSON: &str = "containers/auth.json";

impl Environment {
    /// Returns the environment of this process.
    ///
    /// If `HOME` is not set, as often in a service, the user database gives the home directory, as
    /// in Docker, and the resolver has a [`HomeUnset`](crate::WarningKind::HomeUnset) warning.
    ///
    /// ```no_run
    /// use regcred::{Environment, Resolver};
    ///
    /// // The files of this user, without the variable of the CI job.
    /// let environment = Environment::from_process().var("DOCKER_AUTH_CONFIG", "");
    /// let resolver = Resolver::builder().environment(environment).build()?;
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn from_process() -> Self {
        let mut environment =
            Environment { home: dirs::home_dir(), runtime_file: runtime_file(), ..Self::default() };
        environment.lacks_home =
            cfg!(unix) && std::env::var_os("HOME").is_none_or(|home| home.is_empty());
        for name in VARIABLES {
            // One that is set but empty must not replace a default.
            if let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) {
                environment = environment.var(name, value);
            }
        }
        environment
    }

    /// Returns an environment without variables and without a home directory.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Sets a variable. An empty value unsets it, as in Docker. Variables that are not in the table
    /// above have no effect.
    ///
    /// ```
    /// # use regcred::{Environment, Level, Resolver};
    /// # let file = tempfile::NamedTempFile::new().unwrap();
    /// # std::fs::write(&file, r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#).unwrap();
    /// # let path = file.path();
    /// let environment = Environment::empty().var("REGISTRY_AUTH_FILE", path);
    /// let resolver = Resolver::builder().environment(environment).build()?;
    /// let auth = resolver.resolve_registry("quay.io").expect("a credential");
    /// assert_eq!(auth.origin().level(), Level::RegistryAuthFile);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn var(mut self, name: &str, value: impl Into<OsString>) -> Self {
        let value = Some(value.into()).filter(|value| !value.is_empty());
        let path = |value: Option<OsString>| value.map(PathBuf::from);
        match name {
            "DOCKER_AUTH_CONFIG" => {
                self.auth_config = value.map(|value| value.into_encoded_bytes().into());
            }
            "REGISTRY_AUTH_FILE" => self.registry_auth_file = path(value),
            "XDG_RUNTIME_DIR" => {
                self.runtime_file = path(value).map(|directory| directory.join(AUTH_JSON));
            }
            "XDG_CONFIG_HOME" => self.config_home = path(value),
            "DOCKER_CONFIG" => self.docker_config = path(value),
            "HOME" => self.home = path(value),
            _ => {}
        }
        self
    }

    /// Sets the home directory of the user. An empty path unsets it.
    #[must_use]
    pub fn home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into()).filter(|home| !home.as_os_str().is_empty());
        self.lacks_home &= self.home.is_none();
        self
    }

    /// Returns the sources that the environment names, the strongest first.
    pub(crate) fn into_sources(self) -> Vec<Source> {
        let Environment { auth_config, registry_auth_file, runtime_file, .. } = self;
        let in_home = |path: &str| self.home.as_deref().map(|home: &Path| home.join(path));
        let config_home = self.config_home.or_else(|| in_home(".config"));
        let docker = self.docker_config.map(|directory| directory.join("config.json"));
        let files = [
            (Level::RegistryAuthFile, registry_auth_file),
            (Level::RuntimeAuthFile, runtime_file),
            (Level::UserAuthFile, config_home.map(|directory| directory.join(AUTH_JSON))),
            (Level::UserConfigJson, docker.or_else(|| in_home(CONFIG_JSON))),
            (Level::UserDockercfg, in_home(DOCKERCFG)),
        ];
        let files = files
            .into_iter()
            .filter_map(|(level, path)| Some(Source::File { level, path: path?, required: false }));
        let level = Level::DockerAuthConfig;
        let json = auth_config.map(|bytes| Source::Bytes { level, name: None, bytes });
        let home =
            (self.lacks_home || self.home.is_none()).then(|| Source::NoHome(self.home.clone()));
        json.into_iter().chain(files).chain(home).collect()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Environment {
            auth_config,
            registry_auth_file,
            runtime_file,
            config_home,
            docker_config,
            home,
            lacks_home: _,
        } = self;
        // Somebody may have given the JSON in place of a path.
        let shown = |path: &Option<PathBuf>| match path {
            Some(path) if is_no_path(&path.to_string_lossy()) => "[redacted]".to_owned(),
            Some(path) => format!("{path:?}"),
            None => "unset".to_owned(),
        };
        let mut fields = f.debug_struct("Environment");
        fields.field("auth_config", auth_config);
        let paths = [
            ("registry_auth_file", registry_auth_file),
            ("runtime_file", runtime_file),
            ("config_home", config_home),
            ("docker_config", docker_config),
            ("home", home),
        ];
        for (name, path) in paths {
            fields.field(name, &format_args!("{}", shown(path)));
        }
        fields.finish()
    }
}

/// Returns podman's file for a user without `XDG_RUNTIME_DIR`, such as root in a service.
#[cfg(target_os = "linux")]
fn runtime_file() -> Option<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    Some(PathBuf::from(format!("/run/containers/{uid}/auth.json")))
}

#[cfg(not(target_os = "linux"))]
fn runtime_file() -> Option<PathBuf> {
    None
}
