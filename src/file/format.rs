//! The formats of credential files.

use std::fmt;

/// The format of a credential file, recognised by its content, never by its name.
///
/// `Display` and `Serialize` write the name of the format: `config.json`.
///
/// ```
/// use regcred::{CredentialFile, Format};
///
/// let secret = br#"{".dockerconfigjson": "eyJhdXRocyI6e319"}"#; // base64 of {"auths":{}}
/// assert_eq!(CredentialFile::parse(secret)?.format(), Format::KubernetesSecret);
/// assert_eq!(CredentialFile::parse(br#"{"auths": {}}"#)?.format().to_string(), "config.json");
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `config.json` or `auth.json`: entries under `auths`. Docker since 1.7, podman.
    ConfigJson,
    /// `.dockercfg`: entries at the top. Docker before 1.7.
    Dockercfg,
    /// The oldest `.dockercfg`: lines `auth = …` and `email = …`, for Docker Hub.
    DockercfgLines,
    /// A Kubernetes Secret, or its `data` alone, as JSON.
    KubernetesSecret,
    /// A tar archive, with or without gzip.
    Archive,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::ConfigJson => "config.json",
            Format::Dockercfg => ".dockercfg",
            Format::DockercfgLines => ".dockercfg in lines",
            Format::KubernetesSecret => "Kubernetes Secret",
            Format::Archive => "archive",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

serialize_as_text!(Format);
