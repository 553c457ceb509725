//! The parameters `cluster_docker_*` of DC/OS's `config.yaml` as one value, by the rules of its own
//! generator (`gen/calc.py`).

use std::fmt;

use zeroize::Zeroizing;

use crate::credential_file::{CredentialFile, FileEntry};
use crate::error::{CLUSTER_FILE, DCOS_OWNED_FILE, Error, ParameterProblem, Warning, WarningKind};
use crate::file;
use crate::json::with_text;
use crate::level::Location;
use crate::limits::Limits;
use crate::mesos::{DockerRegistry, Document, Pitfall};

/// `cluster_docker_credentials` and its kin, validated, with DC/OS's defaults.
///
/// | parameter | default | meaning |
/// |---|---|---|
/// | `cluster_docker_credentials` | `{}` | a credential file as a JSON object |
/// | `cluster_docker_credentials_enabled` | `false` | whether agents are configured to read it |
/// | `cluster_docker_credentials_dcos_owned` | `false` if the credentials are exactly `{}`, else `true` | whether the file is a part of DC/OS, or the operator's |
/// | `cluster_docker_credentials_write_to_etc` | `false` | whether the installer writes the operator's file |
/// | `cluster_docker_credentials_path` | | which file that is; computed, and refused where it is set |
/// | `cluster_docker_registry_url` | empty | Mesos's `--docker_registry` |
///
/// Every other parameter is ignored, but for one that begins with `cluster_docker_` and is none of
/// these. `Debug` shows no credential, and the credentials are wiped on drop.
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

impl Parameters {
    /// Reads parameters as names and texts. Of a name that is given twice the last one counts.
    ///
    /// # Errors
    ///
    /// For what DC/OS refuses: [`Error::Syntax`] for credentials that are no JSON,
    /// [`Error::InvalidSetting`] where they are no object, for anything but `true` and `false`, and for a
    /// path, which DC/OS computes (its manual says otherwise). Also for a name that is probably
    /// misspelt.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        let mut given = Given::default();
        for (name, value) in parameters {
            given.put(name.as_ref(), value.as_ref())?;
        }
        Ok(given.finish())
    }

    /// Reads a `config.yaml` that was turned into JSON: values may be texts, true, false, numbers
    /// and, for the credentials, an object.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and where it is no JSON object.
    pub fn from_json(config: &[u8]) -> Result<Self, Error> {
        let location = config_location();
        let Some(config) = file::read_fields(config, &location)? else {
            let problem = "it is no object; a configuration holds parameters by name";
            return Err(Error::NotACredentialFile { location, problem, line: 0, column: 0 });
        };
        let mut given = Given::default();
        for (name, value) in config {
            // Whatever else stands in a configuration is no business of this value.
            if name.starts_with(PREFIX) {
                given.put_json(&name, value)?;
            }
        }
        Ok(given.finish())
    }

    /// The file that agents will read, for [`cluster_file`](crate::ResolverBuilder::cluster_file);
    /// `None` where they are not configured to.
    #[must_use]
    pub fn agent_file(&self) -> Option<&'static str> {
        self.enabled.then_some(if self.dcos_owned { DCOS_OWNED_FILE } else { CLUSTER_FILE })
    }

    /// What DC/OS writes into that file; `None` where it writes nothing, and the operator has to.
    #[must_use]
    pub fn contents(&self) -> Option<&str> {
        (self.dcos_owned || self.write_to_etc).then_some(&**self.credentials)
    }

    /// The registry of images that name none: `cluster_docker_registry_url`. Only the Mesos
    /// containerizer looks at it.
    #[must_use]
    pub fn docker_registry(&self) -> Option<&DockerRegistry> {
        self.registry.as_ref()
    }

    /// Problems: a file that will be missing, overwritten or exposed, and parameters that are
    /// ignored.
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

/// How all their names begin.
const PREFIX: &str = "cluster_docker_";

/// The parameters that were given.
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
        let refuse = |problem| refused(name, problem);
        let truth = || match value {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(refuse("must be one of true and false, in lower case")),
        };
        match name {
            CREDENTIALS => {
                check_credentials(value, refuse)?;
                self.credentials = Some(value.to_owned().into());
            }
            ENABLED => self.enabled = truth()?,
            DCOS_OWNED => self.dcos_owned = truth()?,
            WRITE_TO_ETC => self.write_to_etc = truth()?,
            REGISTRY_URL => self.registry_url = Some(value.to_owned()),
            PATH => {
                return Err(refuse(
                    "must be calculated, and cannot be set: it follows from \
                     cluster_docker_credentials_dcos_owned; remove it",
                ));
            }
            REGISTRY_ENABLED => {
                return Err(refuse(
                    "must be calculated, and cannot be set: it follows from \
                     cluster_docker_registry_url; remove it",
                ));
            }
            name if name.starts_with(PREFIX) => {
                return Err(refuse(
                    "DC/OS has no such parameter; it has cluster_docker_credentials, \
                     cluster_docker_credentials_enabled, cluster_docker_credentials_dcos_owned, \
                     cluster_docker_credentials_write_to_etc and cluster_docker_registry_url",
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// As DC/OS makes texts of what YAML holds.
    fn put_json(&mut self, name: &str, json: &str) -> Result<(), Error> {
        if json == "null" {
            return Err(refused(name, "must not be null; leave it out"));
        }
        match with_text(json, |text| self.put(name, text)) {
            Some(put) => put,
            None if is_empty_object(json) => self.put(name, "{}"),
            None => self.put(name, json),
        }
    }

    fn finish(self) -> Parameters {
        let credentials = self.credentials.unwrap_or_else(|| Zeroizing::new("{}".to_owned()));
        let enabled = self.enabled.unwrap_or(false);
        let dcos_owned = self.dcos_owned.unwrap_or(*credentials != "{}");
        let write_to_etc = self.write_to_etc.unwrap_or(false);
        let document = Document::look(credentials.as_bytes());
        let (holds_secret, is_blank) = look_into(&credentials, &document);
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
        warnings.extend(document.breaks_pulls.map(|why| {
            let kind = WarningKind::Mesos(Pitfall::BreaksPulls(why));
            Warning::new(&Location::called(None, CREDENTIALS), None, kind)
        }));
        let url = self.registry_url.filter(|url| !url.is_empty());
        let registry = url.and_then(|url| match DockerRegistry::parse(&url) {
            Ok(registry) => Some(registry),
            Err(_) => {
                warnings.push(warn(ParameterProblem::InvalidRegistry));
                None
            }
        });
        let known = document.registries();
        let is_known = |key: &str| known.values().any(|known| known.compared() == key);
        let odd_key = registry.as_ref().and_then(DockerRegistry::odd_mesos_key);
        if let Some(key) = odd_key.filter(|key| !is_known(key)) {
            warnings.push(warn(ParameterProblem::DefaultPort { key: key.to_owned() }));
        }
        Parameters { credentials, enabled, dcos_owned, write_to_etc, registry, warnings }
    }
}

/// Returns whether the credentials hold a secret, and whether they are blank: without anything that
/// pulls an image, here or for Mesos. A helper is neither.
fn look_into(credentials: &str, document: &Document) -> (bool, bool) {
    let (text, location) = (credentials.as_bytes(), Location::called(None, CREDENTIALS));
    let Ok(file) = CredentialFile::read(text, &location, &Limits::default()) else {
        return (false, false);
    };
    let is_something =
        |entry: FileEntry<'_>| entry.credential().is_some() || entry.problem().is_some();
    let holds_secret = file.entries().any(is_something)
        || document.registries().values().any(|known| known.is_used());
    let names_helper = |warning: &Warning| matches!(warning.kind(), WarningKind::Helper { .. });
    (holds_secret, !holds_secret && !file.warnings().iter().any(names_helper))
}

/// The name is shown only if it can be one: a line that was taken apart in the wrong place holds
/// more.
fn refused(name: &str, problem: &'static str) -> Error {
    const LONGEST: usize = 64;
    let is_name = name.len() <= LONGEST
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    Error::InvalidSetting {
        name: if is_name { name } else { "cluster_docker_…" }.to_owned(),
        problem,
    }
}

/// Whether the text is a JSON object, as DC/OS wants it.
fn check_credentials(text: &str, refuse: impl Fn(&'static str) -> Error) -> Result<(), Error> {
    if text.starts_with('\u{FEFF}') {
        return Err(refuse("must be valid JSON, without a byte-order mark before it"));
    }
    match file::read_fields(text.as_bytes(), &Location::called(None, CREDENTIALS)) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(refuse("must be a JSON dictionary, {} at least")),
        Err(Error::Empty { .. }) => Err(refuse("must be valid JSON; an empty one is {}")),
        Err(error) => Err(error),
    }
}

fn is_empty_object(json: &str) -> bool {
    let inside = json.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|inside| inside.trim().is_empty())
}
