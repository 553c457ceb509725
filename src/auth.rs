//! The answer: a credential, and where it came from.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::file::{Entry, EntrySecrets, File};
use crate::index::Layer;
use crate::level::Level;
use crate::redact::Shown;
use crate::secret::Span;

/// A credential in the order of use: a registry token, else an identity token, else user name and
/// password.
///
/// `Debug` shows which of them it is, never a byte of it. The fields themselves are plain text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential<'a> {
    /// User name and password. Either may be empty, not both.
    Basic {
        /// The user name.
        username: &'a str,
        /// The password.
        password: &'a str,
    },
    /// An OAuth2 refresh token, to be exchanged at the registry's token server.
    IdentityToken {
        /// The token.
        token: &'a str,
        /// The user name beside it, which some registries expect back.
        username: Option<&'a str>,
    },
    /// A bearer token, to be sent to the registry as it is.
    RegistryToken {
        /// The token.
        token: &'a str,
    },
}

impl<'a> Credential<'a> {
    /// What an entry amounts to; meant for usable ones.
    pub(crate) fn of(file: &'a File, entry: &Entry) -> Self {
        let fields = file.secrets(entry);
        if let Some(token) = file.field(fields.tokens.registry_token) {
            return Credential::RegistryToken { token };
        }
        match file.field(fields.tokens.identity_token) {
            Some(token) => {
                Credential::IdentityToken { token, username: file.field(fields.username) }
            }
            None => Credential::Basic {
                username: file.text(fields.username),
                password: file.text(fields.password),
            },
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Credential::Basic { .. } => "user name and password",
            Credential::IdentityToken { .. } => "identity token",
            Credential::RegistryToken { .. } => "registry token",
        }
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Taken apart field by field, so that a new one has to be thought about.
        match *self {
            Credential::Basic { username: _, password: _ } => f.write_str("Basic([redacted])"),
            Credential::IdentityToken { token: _, username: _ } => {
                f.write_str("IdentityToken([redacted])")
            }
            Credential::RegistryToken { token: _ } => f.write_str("RegistryToken([redacted])"),
        }
    }
}

/// Where a credential came from: its level, file and key.
///
/// Displayed as `task secret, #2: key "quay.io/team"`.
#[derive(Clone)]
pub struct Origin {
    layer: Arc<Layer>,
    file: u32,
    entry: u32,
}

impl Origin {
    fn file_read(&self) -> Option<&File> {
        self.layer.files.get(self.file as usize)
    }

    fn found(&self) -> Option<(&File, &Entry)> {
        let file = self.file_read()?;
        Some((file, file.entries.get(self.entry as usize)?))
    }

    /// The level that answered.
    #[must_use]
    pub fn level(&self) -> Level {
        self.file_read().map_or(Level::ClusterFile, File::level)
    }

    /// The path of the file, or of the archive it stands in; `None` where bytes were given.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file_read()?.location.path()
    }

    /// The key as written in the file.
    #[must_use]
    pub fn key(&self) -> &str {
        self.found().map_or("", |(file, entry)| file.text(entry.key))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file_read() {
            Some(file) => write!(f, "{}: key {}", file.location, Shown(self.key())),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

/// The credential that answers for an image, and everything that stood in its entry.
///
/// Cloning is O(1) and allocates nothing. The secrets of the credential files that were read by one
/// [`build`](crate::ResolverBuilder::build) are kept together and wiped from memory when the last
/// that refers to them goes: every resolver that holds them and every `AuthConfig` out of them.
/// `Debug` shows the origin and the kind, no secret.
///
/// A credential is for its [`origin`](Self::origin)'s registry and path alone: never send it to
/// another host, whatever a redirect or a token server says.
#[derive(Clone)]
pub struct AuthConfig {
    origin: Origin,
}

impl AuthConfig {
    pub(crate) fn new(layer: Arc<Layer>, file: u32, entry: u32) -> Self {
        AuthConfig { origin: Origin { layer, file, entry } }
    }

    /// A field of the entry; `None` where it is empty.
    fn field(&self, field: impl FnOnce(EntrySecrets) -> Span) -> Option<&str> {
        let (file, entry) = self.origin.found()?;
        file.field(field(file.secrets(entry)))
    }

    /// User name and password, of which one may be empty.
    fn basic(&self) -> Option<(&str, &str)> {
        let (file, entry) = self.origin.found()?;
        let secrets = Some(file.secrets(entry)).filter(EntrySecrets::has_basic)?;
        Some((file.text(secrets.username), file.text(secrets.password)))
    }

    /// The credential to use, in Docker's order: `registrytoken`, then `identitytoken`, then user
    /// name and password.
    #[must_use]
    pub fn credential(&self) -> Credential<'_> {
        match self.origin.found() {
            Some((file, entry)) => Credential::of(file, entry),
            None => Credential::Basic { username: "", password: "" },
        }
    }

    /// The user name; empty where only a password is given.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.basic().map(|(username, _)| username)
    }

    /// The password; empty where only a user name is given.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.basic().map(|(_, password)| password)
    }

    /// `identitytoken`: an OAuth2 refresh token.
    #[must_use]
    pub fn identity_token(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.identity_token)
    }

    /// `registrytoken`: a bearer token that is sent as it is.
    #[must_use]
    pub fn registry_token(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.registry_token)
    }

    /// `email`, which older files carry. Nobody needs it any more.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.email)
    }

    /// The key as written, as Docker puts it into `serveraddress`: `https://index.docker.io/v1/`.
    /// A key with user info never answers, so there is none in it.
    #[must_use]
    pub fn server_address(&self) -> &str {
        self.origin.key()
    }

    /// Where it came from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The value of an HTTP header `Authorization: Basic …`, with user name and password in base64;
    /// `None` where a token is the [`credential`](Self::credential) to use, and for a user name
    /// with a colon, which RFC 7617 cannot express.
    ///
    /// The caller's copy is the caller's to wipe.
    #[must_use]
    pub fn basic_authorization(&self) -> Option<String> {
        let Credential::Basic { username, password } = self.credential() else { return None };
        if username.contains(':') {
            return None;
        }
        let pair = Zeroizing::new([username, ":", password].concat());
        Some(["Basic ", &Zeroizing::new(STANDARD.encode(&*pair))].concat())
    }

    /// The value of the Docker Engine API's `X-Registry-Auth`: one JSON object in base64url with
    /// padding (RFC 4648, section 5), with the fields that Docker's own client sends.
    ///
    /// The caller's copy is the caller's to wipe.
    #[must_use]
    pub fn x_registry_auth(&self) -> String {
        #[derive(Serialize)]
        struct EngineAuth<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            username: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            password: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            identitytoken: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            registrytoken: Option<&'a str>,
            serveraddress: &'a str,
        }
        let auth = EngineAuth {
            username: self.username().filter(|field| !field.is_empty()),
            password: self.password().filter(|field| !field.is_empty()),
            identitytoken: self.identity_token(),
            registrytoken: self.registry_token(),
            serveraddress: self.server_address(),
        };
        // Room for every byte as an escape of six: a buffer that grows leaves copies behind.
        let fields = [auth.username, auth.password, auth.identitytoken, auth.registrytoken];
        let bytes: usize = fields.iter().flatten().map(|field| field.len()).sum();
        let room = 6 * (bytes + auth.serveraddress.len()) + 128;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        // Texts always serialise, and a Vec always takes them.
        let _ = serde_json::to_writer(&mut *json, &auth);
        URL_SAFE.encode(&*json)
    }
}

impl fmt::Debug for AuthConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AuthConfig { origin } = self;
        f.debug_struct("AuthConfig")
            .field("credential", &self.credential())
            .field("origin", origin)
            .finish()
    }
}
