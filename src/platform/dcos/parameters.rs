//! The parameters `cluster_docker_*` of DC/OS's `config.yaml`, by the rules of `gen/calc.py`.

use std::fmt;

use zeroize::Zeroizing;

use crate::credential_file::{CredentialFile, FileEntry};
use crate::error::{CLUSTER_FILE, DCOS_OWNED_FILE, Error, ParameterProblem, Warning, WarningKind};
use crate::json::{read_fields, with_text};
use crate::level::Location;
use crate::limits::Limits;
use crate::mesos::{Config, DockerRegistry, Pitfall};

/// The validated parameters `cluster_docker_*`, with DC/OS's defaults.
///
/// | parameter | default | meaning |
/// |---|---|---|
/// | `cluster_docker_credentials` | `{}` | a credential file as a JSON object |
/// | `cluster_docker_credentials_enabled` | `false` | `true` if agents read the file |
/// | `cluster_docker_credentials_dcos_owned` | `false` if the credentials are exactly `{}`, else `true` | `true` if the file is a part of DC/OS, `false` if it is the operator's |
/// | `cluster_docker_credentials_write_to_etc` | `false` | `true` if the installer writes the operator's file |
/// | `cluster_docker_credentials_path` | computed | the path of the file; setting it is an error |
/// | `cluster_docker_registry_url` | empty | Mesos's `--docker_registry` |
/// | `cluster_docker_registry_enabled` | computed | setting it is an error |
///
/// Any other parameter is ignored, unless its name begins with `cluster_docker_`, which is an
/// error. `Debug` shows no credential. The credentials are wiped on drop.
///
/// ```
/// use regcred::dcos::{DCOS_OWNED_FILE, Parameters};
///
/// let credentials = r#"{"auths": {"https://reg.io/v1/": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let parameters = Parameters::new([
///     ("cluster_docker_credentials", credentials),
///     ("cluster_docker_credentials_enabled", "true"),
///     ("cluster_docker_registry_url", "https://reg.io"),
/// ])?;
/// assert_eq!(parameters.agent_file(), Some(DCOS_OWNED_FILE));
/// assert_eq!(parameters.contents(), Some(credentials));
/// let registry = parameters.docker_registry().expect("a URL was given");
/// assert_eq!(registry.registry(), Some("reg.io"));
/// assert!(!parameters.warnings().is_empty()); // the configuration exposes the credentials
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct Parameters {
    credentials: Zeroizing<String>,
    enabled: bool,
    dcos_owned: bool,
    write_to_etc: bool,
    registry: Option<DockerRegistry>,
    warnings: Vec<Warning>,
}

const CREDENTIALS: &str = "cluster_docker_credentials";
const ENABLED: &str = "cluster_docker_credentials_enabled";
const DCOS_OWNED: &str = "cluster_docker_credentials_dcos_owned";
const WRITE_TO_ETC: &str = "cluster_docker_credentials_write_to_etc";
const PATH: &str = "cluster_docker_credentials_path";
const REGISTRY_URL: &str = "cluster_docker_registry_url";
const REGISTRY_ENABLED: &str = "cluster_docker_registry_enabled";

/// The beginning of all their names.
const PREFIX: &str = "cluster_docker_";

impl Parameters {
    /// Validates parameters given as names and texts. If a name is repeated, the last one counts.
    ///
    /// ```
    /// # use regcred::{Error, dcos::Parameters};
    /// let path = [("cluster_docker_credentials_path", "/etc/docker.json")];
    /// let error = Parameters::new(path).unwrap_err();
    /// assert!(matches!(error, Error::InvalidSetting { .. })); // DC/OS computes it
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] if the credentials are not JSON; [`Error::InvalidSetting`] if they are not
    /// an object, if a flag is neither `true` nor `false`, if a computed parameter is set (DC/OS
    /// refuses a path, although its manual describes one), and for an unknown name that begins with
    /// `cluster_docker_`.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        let mut given = Given::default();
        for (name, value) in parameters {
            given.put(name.as_ref(), value.as_ref())?;
        }
        given.finish()
    }

    /// Validates a `config.yaml` that was converted to JSON. Values may be texts, booleans, numbers
    /// and, for the credentials, an object.
    ///
    /// ```
    /// let config = br#"{"cluster_name": "x", "cluster_docker_credentials_enabled": true}"#;
    /// let parameters = regcred::dcos::Parameters::from_json(config)?;
    /// assert_eq!(parameters.agent_file(), Some(regcred::dcos::CLUSTER_FILE));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`new`](Self::new); [`Error::Syntax`] and [`Error::NotACredentialFile`] if
    /// `config` is not a JSON object.
    pub fn from_json(config: &[u8]) -> Result<Self, Error> {
        let location = config_location();
        let Some(config) = read_fields(config, &location)? else {
            let problem = "it is not an object; a configuration contains parameters by name";
            return Err(Error::NotACredentialFile { location, problem, line: 0, column: 0 });
        };
        let mut given = Given::default();
        for (name, value) in config.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            given.put_json(name, value)?;
        }
        given.finish()
    }

    /// Returns the file that agents will read, for
    /// [`cluster_file`](crate::ResolverBuilder::cluster_file). `None` if agents are not configured
    /// to read one.
    #[must_use]
    pub fn agent_file(&self) -> Option<&'static str> {
        self.enabled.then_some(if self.dcos_owned { DCOS_OWNED_FILE } else { CLUSTER_FILE })
    }

    /// Returns the text that DC/OS writes into the file. `None` if DC/OS does not write it.
    #[must_use]
    pub fn contents(&self) -> Option<&str> {
        (self.dcos_owned || self.write_to_etc).then_some(&**self.credentials)
    }

    /// Returns the registry of images that do not name one, `cluster_docker_registry_url`. Only the
    /// Mesos containerizer uses it.
    #[must_use]
    pub fn docker_registry(&self) -> Option<&DockerRegistry> {
        self.registry.as_ref()
    }

    /// Returns the problems: a file that will be missing, overwritten or exposed, and parameters
    /// that have no effect.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parameters { credentials: _, enabled, dcos_owned, write_to_etc, registry, warnings } =
            self;
        f.debug_struct("Parameters")
            .field("credentials", &"[redacted]")
            .field("enabled", enabled)
            .field("dcos_owned", dcos_owned)
            .field("write_to_etc", write_to_etc)
            .field("registry", registry)
            .field("warnings", warnings)
            .finish()
    }
}

fn config_location() -> Location {
    Location::called(None, "DC/OS config")
}

/// The parameters as given, before defaults.
#[derive(Default)]
struct Given {
    credentials: Option<Zeroizing<String>>,
    enabled: Option<bool>,
    dcos_owned: Option<bool>,
    write_to_etc: Option<bool>,
    registry_url: Option<String>,
}

impl Given {
    fn put(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let refuse = |problem| Err(refused(name, problem));
        let flag = || match value {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(refused(name, "must be one of true and false, in lower case")),
        };
        match name {
            CREDENTIALS => self.credentials = Some(value.to_owned().into()),
            ENABLED => self.enabled = flag()?,
            DCOS_OWNED => self.dcos_owned = flag()?,
            WRITE_TO_ETC => self.write_to_etc = flag()?,
            REGISTRY_URL => self.registry_url = Some(value.to_owned()),
            PATH => refuse(
                "must be calculated, and cannot be set: it follows from \
                 cluster_docker_credentials_dcos_owned; remove it",
            )?,
            REGISTRY_ENABLED => refuse(
                "must be calculated, and cannot be set: it follows from \
                 cluster_docker_registry_url; remove it",
            )?,
            name if name.starts_with(PREFIX) => refuse(
                "DC/OS has no such parameter; it has cluster_docker_credentials, \
                 cluster_docker_credentials_enabled, cluster_docker_credentials_dcos_owned, \
                 cluster_docker_credentials_write_to_etc and cluster_docker_registry_url",
            )?,
            _ => {}
        }
        Ok(())
    }

    /// Puts a JSON value, which DC/OS turns into a text first.
    fn put_json(&mut self, name: &str, json: &str) -> Result<(), Error> {
        if json == "null" {
            return Err(refused(name, "must not be null; leave it out"));
        }
        let inside = json.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match with_text(json, |text| self.put(name, text)) {
            Some(put) => put,
            // DC/OS formats an empty object as exactly `{}`, which has a meaning of its own.
            None if inside.is_some_and(|inside| inside.trim().is_empty()) => self.put(name, "{}"),
            None => self.put(name, json),
        }
    }

    fn finish(self) -> Result<Parameters, Error> {
        let credentials = self.credentials.unwrap_or_else(|| Zeroizing::new("{}".to_owned()));
        let file = read_credentials(&credentials)?;
        let config = Config::parse(credentials.as_bytes()).unwrap_or_default();
        let is_secret =
            |entry: FileEntry<'_>| entry.credential().is_some() || entry.problem().is_some();
        let names_helper = |warning: &Warning| matches!(warning.kind(), WarningKind::Helper { .. });
        let (holds_secret, is_blank) = match &file {
            None => (false, false),
            Some(file) => {
                let holds_secret = file.entries().any(is_secret)
                    || config.entries().iter().any(|entry| entry.is_usable());
                (holds_secret, !holds_secret && !file.warnings().iter().any(names_helper))
            }
        };
        let enabled = self.enabled.unwrap_or(false);
        let dcos_owned = self.dcos_owned.unwrap_or(*credentials != "{}");
        let write_to_etc = self.write_to_etc.unwrap_or(false);
        let is_written = dcos_owned || write_to_etc;
        let combinations = [
            (!enabled && (is_written || !is_blank), ParameterProblem::NotEnabled),
            (enabled && !is_written, ParameterProblem::FileNotCreated),
            (!is_written && !is_blank, ParameterProblem::CredentialsNotWritten),
            (!dcos_owned && write_to_etc, ParameterProblem::FileOverwritten),
            (dcos_owned && write_to_etc, ParameterProblem::WriteToEtcIgnored),
            (enabled && dcos_owned && is_blank, ParameterProblem::BlankForGood),
            (holds_secret, ParameterProblem::CredentialsExposed),
        ];
        let problems =
            combinations.into_iter().filter_map(|(holds, problem)| holds.then_some(problem));
        let warn =
            |problem| Warning::new(&config_location(), None, WarningKind::Parameter(problem));
        let mut warnings: Vec<Warning> = problems.map(warn).collect();
        warnings.extend(config.breaks_pulls().map(|why| {
            let kind = WarningKind::Mesos(Pitfall::BreaksPulls(why));
            Warning::new(&Location::called(None, CREDENTIALS), None, kind)
        }));
        let url = self.registry_url.filter(|url| !url.is_empty());
        let registry = url.map(|url| DockerRegistry::parse(&url));
        if let Some(Err(_)) = registry {
            warnings.push(warn(ParameterProblem::InvalidRegistry));
        }
        let registry = registry.and_then(Result::ok);
        let is_known = |key: &str| config.entries().iter().any(|entry| entry.compared() == key);
        let key = registry.as_ref().and_then(DockerRegistry::unusual_mesos_key);
        if let Some(key) = key.filter(|key| !is_known(key)) {
            warnings.push(warn(ParameterProblem::DefaultPort { key: key.to_owned() }));
        }
        Ok(Parameters { credentials, enabled, dcos_owned, write_to_etc, registry, warnings })
    }
}

/// Reads the credentials. `None` if DC/OS accepts them, as it does with any JSON object, but they
/// are not a credential file.
fn read_credentials(text: &str) -> Result<Option<CredentialFile>, Error> {
    if text.starts_with('\u{FEFF}') {
        let problem = "must be valid JSON, without a byte-order mark before it";
        return Err(refused(CREDENTIALS, problem));
    }
    let location = Location::called(None, CREDENTIALS);
    match CredentialFile::read(text.as_bytes(), &location, &Limits::default()) {
        Ok(file) if text.trim_start().starts_with('{') => Ok(Some(file)),
        _ => match read_fields(text.as_bytes(), &location) {
            Ok(Some(_)) => Ok(None),
            Ok(None) => Err(refused(CREDENTIALS, "must be a JSON dictionary, {} at least")),
            Err(Error::Empty { .. }) => {
                Err(refused(CREDENTIALS, "must be valid JSON; an empty one is {}"))
            }
            Err(error) => Err(error),
        },
    }
}

/// Returns an error that shows the name of a parameter only if it can be one. A line that was split
/// in the wrong place contains more.
fn refused(name: &str, problem: &'static str) -> Error {
    const LONGEST: usize = 64;
    let is_name = name.len() <= LONGEST
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    Error::InvalidSetting {
        name: if is_name { name } else { "cluster_docker_…" }.to_owned(),
        problem,
    }
}
