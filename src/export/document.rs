//! The JSON of an export.

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::Serializer;
use zeroize::Zeroizing;

use crate::auth::{AuthConfig, Credential};
use crate::error::{Client, ExportProblem};
use crate::file_names::DOCKER_CONFIG_JSON;

/// One entry of a credential file, in the fields that its client reads.
#[derive(Default, Serialize)]
pub(super) struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<Text>,
    #[serde(skip_serializing_if = "str::is_empty")]
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    password: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    identitytoken: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    registrytoken: &'a str,
}

/// A text that is made here and wiped.
struct Text(Zeroizing<String>);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'a> Entry<'a> {
    /// Returns the entry with the credential to use, and no other part of the one it is from.
    ///
    /// # Errors
    ///
    /// A credential that the client cannot read.
    pub(super) fn of(auth: &'a AuthConfig, client: Client) -> Result<Self, ExportProblem> {
        match auth.credential() {
            Credential::Basic { username, password } => {
                let has_empty_half = username.is_empty() || password.is_empty();
                if has_empty_half && !client.sends_empty_halves() {
                    return Err(ExportProblem::EmptyHalf);
                }
                Entry::basic(username, password, client)
            }
            Credential::IdentityToken { token, username } if client.reads_identity_tokens() => {
                let entry = match username {
                    None if !client.wants_auth_with_token() => Entry::default(),
                    None => Entry { auth: Some(encoded("", "")), ..Entry::default() },
                    Some(username) => Entry::basic(username, "", client)?,
                };
                Ok(Entry { identitytoken: token, ..entry })
            }
            Credential::RegistryToken { token } if client.reads_registry_tokens() => {
                Ok(Entry { registrytoken: token, ..Entry::default() })
            }
            Credential::IdentityToken { .. } => Err(ExportProblem::IdentityTokenNotRead),
            Credential::RegistryToken { .. } => Err(ExportProblem::RegistryTokenNotRead),
        }
    }

    /// Returns whether a field other than `auth` holds a user name or a password.
    pub(super) fn has_plain_fields(&self) -> bool {
        !(self.username.is_empty() && self.password.is_empty())
    }

    fn basic(username: &'a str, password: &'a str, client: Client) -> Result<Self, ExportProblem> {
        // `auth` is split at the first colon, and NULs around the password are trimmed.
        let fits_auth = !username.contains(':') && password.trim_matches('\0') == password;
        if fits_auth {
            Ok(Entry { auth: Some(encoded(username, password)), ..Entry::default() })
        } else if client.reads_plain_fields() {
            Ok(Entry { username, password, ..Entry::default() })
        } else {
            Err(ExportProblem::NotExpressible)
        }
    }
}

fn encoded(username: &str, password: &str) -> Text {
    let pair = Zeroizing::new([username, ":", password].concat());
    Text(Zeroizing::new(STANDARD.encode(&*pair)))
}

/// The entries of a file by their keys.
pub(super) type Entries<'a> = BTreeMap<&'a str, Entry<'a>>;

pub(super) fn config_json(entries: &Entries<'_>) -> Vec<u8> {
    #[derive(Serialize)]
    struct ConfigJson<'a> {
        auths: &'a Entries<'a>,
    }
    to_json(&ConfigJson { auths: entries })
}

pub(super) fn dockercfg(entries: &Entries<'_>) -> Vec<u8> {
    to_json(entries)
}

/// Returns a pull Secret with a `config.json` in it.
pub(super) fn kubernetes_secret(name: &str, config_json: &[u8]) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Secret<'a> {
        api_version: &'a str,
        kind: &'a str,
        r#type: &'a str,
        metadata: BTreeMap<&'a str, &'a str>,
        data: BTreeMap<&'a str, Text>,
    }
    let content = Text(Zeroizing::new(STANDARD.encode(config_json)));
    to_json(&Secret {
        api_version: "v1",
        kind: "Secret",
        r#type: "kubernetes.io/dockerconfigjson",
        metadata: BTreeMap::from([("name", name)]),
        data: BTreeMap::from([(DOCKER_CONFIG_JSON, content)]),
    })
}

/// Writes a value twice, first to learn its size: a `Vec` that grows leaves copies of secrets.
fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut size = Size(0);
    let counted = serde_json::to_writer_pretty(&mut size, value);
    let mut json = Vec::with_capacity(size.0 + 1);
    let written = serde_json::to_writer_pretty(&mut json, value);
    debug_assert!(counted.is_ok() && written.is_ok(), "texts under texts serialise into a Vec");
    json.push(b'\n');
    debug_assert_eq!(json.len(), json.capacity(), "it did not grow");
    json
}

struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
