//! The answer of a lookup: a credential and its origin.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use zeroize::Zeroizing;

use crate::file::{Entry, EntrySecrets, File};
use crate::index::Layer;
use crate::key::Scope;
use crate::level::{Level, Location};
use crate::redact::{Shown, ShownHelper, helper_name};
use crate::secret::Span;

/// A credential to use: a registry token, an identity token, or user name and password.
///
/// An entry with several of them yields the first in this order, which is Docker's. `Debug` shows
/// the kind, never a byte of a field. The fields are plain text.
///
/// ```
/// use regcred::{Credential, Resolver};
///
/// let file = r#"{"auths": {"acr.example.net": {"identitytoken": "refresh"}}}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// let auth = resolver.resolve_registry("acr.example.net").expect("it has a credential");
/// match auth.credential() {
///     Credential::Basic { username, .. } => println!("log in as {username}"),
///     Credential::IdentityToken { token, .. } => assert_eq!(token, "refresh"),
///     Credential::RegistryToken { .. } => println!("send the token as it is"),
///     _ => println!("a kind of a later version"),
/// }
/// assert_eq!(format!("{:?}", auth.credential()), "IdentityToken([redacted])");
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential<'a> {
    /// User name and password. One of them may be empty.
    Basic {
        /// The user name.
        username: &'a str,
        /// The password.
        password: &'a str,
    },
    /// An OAuth2 refresh token, to exchange at the registry's token server. Docker writes it as
    /// `identitytoken`.
    IdentityToken {
        /// The token.
        token: &'a str,
        /// The user name of the entry, which some registries expect with the token.
        username: Option<&'a str>,
    },
    /// A bearer token, to send to the registry unchanged. Docker reads it from `registrytoken`.
    RegistryToken {
        /// The token.
        token: &'a str,
    },
}

impl<'a> Credential<'a> {
    /// The credential of a usable entry.
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

impl Credential<'_> {
    /// The name of the part that is secret.
    pub(crate) fn secret_name(&self) -> &'static str {
        match self {
            Credential::Basic { .. } => "password",
            other => other.kind(),
        }
    }
}

/// Writes the kind of the credential: `user name and password`.
impl fmt::Display for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.kind())
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All fields are named, so that a new one does not compile until it is considered.
        match *self {
            Credential::Basic { username: _, password: _ } => f.write_str("Basic([redacted])"),
            Credential::IdentityToken { token: _, username: _ } => {
                f.write_str("IdentityToken([redacted])")
            }
            Credential::RegistryToken { token: _ } => f.write_str("RegistryToken([redacted])"),
        }
    }
}

/// The origin of a credential: its level, file and key.
///
/// `Display` writes `task secret, #2: key "quay.io/team"`.
///
/// ```
/// # let file = tempfile::NamedTempFile::new().unwrap();
/// # std::fs::write(&file, r#"{"auths": {"quay.io/team": {"auth": "dXNlcjpwYXNz"}}}"#).unwrap();
/// # let path = file.path();
/// use regcred::{ImageRef, Level, Resolver};
///
/// let resolver = Resolver::builder().cluster_file(path).build()?;
/// let auth = resolver.resolve(&ImageRef::parse("quay.io/team/app")?).expect("a credential");
/// let origin = auth.origin();
/// assert_eq!((origin.level(), origin.key()), (Level::ClusterFile, "quay.io/team"));
/// assert_eq!(origin.file(), Some(path));
/// assert_eq!(origin.helper(), None); // the file itself, and no helper, gave the credential
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct Origin {
    layer: Arc<Layer>,
    file: u32,
    entry: u32,
}

impl Origin {
    fn credential_file(&self) -> Option<&File> {
        let file = self.layer.files.get(self.file as usize);
        debug_assert!(file.is_some(), "an answer is from a file of its layer");
        file
    }

    fn found(&self) -> Option<(&File, &Entry)> {
        let file = self.credential_file()?;
        let entry = file.entries.get(self.entry as usize);
        debug_assert!(entry.is_some(), "an answer is an entry of its file");
        Some((file, entry?))
    }

    /// The file, or the place in another file that holds it.
    pub(crate) fn location(&self) -> &Location {
        const UNKNOWN: &Location = &Location::UNKNOWN;
        self.credential_file().map_or(UNKNOWN, |file| &file.location)
    }

    /// The images that the key covers.
    pub(crate) fn scope(&self) -> Option<Scope<'_>> {
        let (file, entry) = self.found()?;
        file.scope(entry)
    }

    /// The level of the source.
    #[must_use]
    pub fn level(&self) -> Level {
        self.credential_file().map_or(Level::ClusterFile, File::level)
    }

    /// The path of the file, or of the archive that contains it. `None` if bytes were given.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.credential_file()?.location.path()
    }

    /// The credential helper that gave the credential, by its name as it may be logged; `None` if it
    /// is from the file itself.
    #[must_use]
    pub fn helper(&self) -> Option<&str> {
        self.credential_file()?.given_by.as_ref().map(|name| helper_name(name))
    }

    /// The key as written in the file. For the credential of a helper, the server it was asked for.
    #[must_use]
    pub fn key(&self) -> &str {
        self.found().map_or("", |(file, entry)| file.text(entry.key))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.credential_file() {
            Some(File { location, given_by: Some(helper), .. }) => {
                write!(f, "{location}: {}, server {}", ShownHelper(helper), Shown(self.key()))
            }
            Some(file) => write!(f, "{}: key {}", file.location, Shown(self.key())),
            None => Ok(()),
        }
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        let (file, other_file) = (self.credential_file(), other.credential_file());
        file.map(|file| &file.location) == other_file.map(|file| &file.location)
            && file.map(|file| &file.given_by) == other_file.map(|file| &file.given_by)
            && self.key() == other.key()
    }
}

impl Eq for Origin {}

/// Serialises as an object with `level`, `location`, `key`, and `helper` if one gave the credential.
impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Origin", 4)?;
        object.serialize_field("level", &self.level())?;
        object.serialize_field("location", &self.credential_file().map(|file| &file.location))?;
        object.serialize_field("key", self.key())?;
        match self.helper() {
            Some(helper) => object.serialize_field("helper", helper)?,
            None => object.skip_field("helper")?,
        }
        object.end()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

/// The answer for an image: its credential, and all fields of the entry.
///
/// Cloning is O(1) and allocates nothing. The secrets that one
/// [`build`](crate::ResolverBuilder::build) has read are wiped when the last
/// [`Resolver`](crate::Resolver) and the last `AuthConfig` that refer to them are dropped. `Debug`
/// shows the origin and the kind, no secret.
///
/// A credential is only for the registry and path of its [`origin`](Self::origin): never send it to
/// another host, whatever a redirect or a token server says.
///
/// ```
/// let secret = r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let resolver = regcred::Resolver::builder().task_secret(secret).build()?;
/// let auth = resolver.resolve_registry("quay.io").expect("quay.io has a credential");
/// assert_eq!(auth.username(), Some("user"));
/// assert_eq!(auth.password(), Some("pass"));
/// assert!(matches!(auth.credential(), regcred::Credential::Basic { username: "user", .. }));
/// assert_eq!((auth.identity_token(), auth.registry_token()), (None, None));
/// assert_eq!(auth.email(), None);
/// assert_eq!(auth.server_address(), "quay.io");
/// assert_eq!(auth.basic_authorization().as_deref(), Some("Basic dXNlcjpwYXNz"));
/// assert_eq!(auth.origin().to_string(), r#"task secret: key "quay.io""#);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct AuthConfig {
    origin: Origin,
}

impl AuthConfig {
    pub(crate) fn new(layer: Arc<Layer>, file: u32, entry: u32) -> Self {
        AuthConfig { origin: Origin { layer, file, entry } }
    }

    /// A field of the entry. `None` if it is empty.
    fn field(&self, field: impl FnOnce(EntrySecrets) -> Span) -> Option<&str> {
        let (file, entry) = self.origin.found()?;
        file.field(field(file.secrets(entry)))
    }

    /// User name and password. One of them may be empty.
    fn basic(&self) -> Option<(&str, &str)> {
        let (file, entry) = self.origin.found()?;
        let secrets = Some(file.secrets(entry)).filter(EntrySecrets::has_basic)?;
        Some((file.text(secrets.username), file.text(secrets.password)))
    }

    /// The credential to use.
    #[must_use]
    pub fn credential(&self) -> Credential<'_> {
        match self.origin.found() {
            Some((file, entry)) => Credential::of(file, entry),
            None => Credential::Basic { username: "", password: "" },
        }
    }

    /// The user name. Empty if the entry has only a password, `None` if it has neither.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.basic().map(|(username, _)| username)
    }

    /// The password. Empty if the entry has only a user name, `None` if it has neither.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.basic().map(|(_, password)| password)
    }

    /// The user name and the password for a client that knows only these: HTTP basic authentication.
    ///
    /// An identity token is the password of the user that its entry names, or of the all-zero id, which
    /// Azure's registries expect. `None` for a [registry token](Self::registry_token), which is sent in
    /// another way.
    ///
    /// ```
    /// let file = r#"{"auths": {"acr.io": {"identitytoken": "t"}, "reg.io": {"auth": "dTpw"}}}"#;
    /// let resolver = regcred::Resolver::builder().task_secret(file).build()?;
    /// let auth = resolver.resolve_registry("reg.io").expect("reg.io has a credential");
    /// assert_eq!(auth.login(), Some(("u", "p")));
    /// let auth = resolver.resolve_registry("acr.io").expect("acr.io has a credential");
    /// assert_eq!(auth.login(), Some(("00000000-0000-0000-0000-000000000000", "t")));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn login(&self) -> Option<(&str, &str)> {
        match self.credential() {
            Credential::Basic { username, password } => Some((username, password)),
            Credential::IdentityToken { token, username } => {
                Some((username.unwrap_or("00000000-0000-0000-0000-000000000000"), token))
            }
            Credential::RegistryToken { .. } => None,
        }
    }

    /// `identitytoken`: an OAuth2 refresh token.
    #[must_use]
    pub fn identity_token(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.identity_token)
    }

    /// `registrytoken`: a bearer token that is sent unchanged.
    #[must_use]
    pub fn registry_token(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.registry_token)
    }

    /// `email`, from older files. Registries ignore it, and Docker 29 no longer reads it.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.field(|secrets| secrets.tokens.email)
    }

    /// The key as written, which Docker sends as `serveraddress`: `https://index.docker.io/v1/`. It
    /// never contains user info, because a key with user info matches no image.
    #[must_use]
    pub fn server_address(&self) -> &str {
        self.origin.key()
    }

    /// The level, file and key of the credential.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The value of the HTTP header `Authorization`: `Basic dXNlcjpwYXNz`.
    ///
    /// `None` if the [`credential`](Self::credential) to use is a token, and for a user name with a
    /// colon, which RFC 7617 cannot express. The returned `String` is not wiped.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let file = r#"{"auths": {
    ///     "quay.io": {"auth": "dXNlcjpwYXNz"}, "reg.io": {"registrytoken": "t"}
    /// }}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let header = |server| resolver.resolve_registry(server)?.basic_authorization();
    /// assert_eq!(header("quay.io").as_deref(), Some("Basic dXNlcjpwYXNz"));
    /// assert_eq!(header("reg.io"), None); // send it as `Bearer t`
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn basic_authorization(&self) -> Option<String> {
        let Credential::Basic { username, password } = self.credential() else { return None };
        if username.contains(':') {
            return None;
        }
        let pair = Zeroizing::new([username, ":", password].concat());
        Some(["Basic ", &Zeroizing::new(STANDARD.encode(&*pair))].concat())
    }

    /// The value of the HTTP header `X-Registry-Auth` of the Docker Engine API.
    ///
    /// It is a JSON object in base64url with padding (RFC 4648, section 5), with the fields that
    /// Docker's own client sends. The returned `String` is not wiped.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let file = r#"{"auths": {"reg.io": {"registrytoken": "t"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let auth = resolver.resolve_registry("reg.io").expect("a credential");
    /// // {"registrytoken":"t","serveraddress":"reg.io"}
    /// let encoded = "eyJyZWdpc3RyeXRva2VuIjoidCIsInNlcnZlcmFkZHJlc3MiOiJyZWcuaW8ifQ==";
    /// assert_eq!(auth.x_registry_auth(), encoded);
    /// # Ok::<(), regcred::Error>(())
    /// ```
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
        // Room for an escape of six bytes (`\u0000`) per byte: a `Vec` that grows leaves copies.
        let fields = [auth.username, auth.password, auth.identitytoken, auth.registrytoken];
        let bytes: usize = fields.iter().flatten().map(|field| field.len()).sum();
        let room = 6 * (bytes + auth.serveraddress.len()) + 128;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        let written = serde_json::to_writer(&mut *json, &auth);
        debug_assert!(written.is_ok(), "strings serialise into a Vec");
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
