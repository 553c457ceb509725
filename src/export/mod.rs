//! The way out: the smallest credential file that serves some images, in the forms that other programs
//! read.
//!
//! A file is made for one [`Client`]. Its keys keep the scope of the keys that they are from. A client
//! that would use another credential than [`Resolver::resolve`] for one of the images is an error.

#[cfg(feature = "archive")]
mod archive;
mod client;
mod directory;
mod document;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use self::client::Keys;
use self::document::{Entries, Entry};
use crate::auth::{AuthConfig, Origin};
use crate::error::{Client, Error, ExportProblem, Warning};
use crate::image::ImageRef;
use crate::redact::cut;
use crate::resolver::Resolver;

/// The credentials that some images need and nothing else, to be written as a credential file.
///
/// An archive of a whole `~/.docker` carries the passwords of every registry to the cluster. This is
/// the file to put in its place. [`Resolver::export`] makes one; each method below writes it in a form:
///
/// | method | form | for |
/// |---|---|---|
/// | [`config_json`](Self::config_json) | `config.json`, `auth.json` | Docker, podman, a `pullConfig` of Marathon |
/// | [`dockercfg`](Self::dockercfg) | `.dockercfg` | Docker before 23, `kubernetes.io/dockercfg` |
/// | `docker_tar_gz` (feature `archive`) | `docker.tar.gz` | `fetch` and `uris` of Marathon |
/// | [`kubernetes_secret`](Self::kubernetes_secret) | a pull Secret | `kubectl apply -f`, `imagePullSecrets` |
/// | [`write_directory`](Self::write_directory) | a directory with a `config.json` | `docker --config`, `HOME/.docker` |
///
/// The bytes that a method returns hold passwords in the clear and are not wiped. `Debug` shows keys,
/// no secret.
///
/// ```
/// use regcred::{Client, ImageRef, Resolver};
///
/// let mine = r#"{"auths": {
///     "https://index.docker.io/v1/": {"auth": "bWU6c2VjcmV0"},
///     "quay.io/team": {"auth": "dGVhbTpwYXNz"},
///     "reg.io": {"auth": "dXNlcjpwYXNz"}
/// }}"#;
/// let resolver = Resolver::builder().task_secret(mine).build()?;
/// let image = ImageRef::parse("quay.io/team/app:1.4")?;
/// let export = resolver.export([&image], Client::Podman)?;
/// let file = String::from_utf8(export.config_json()).expect("JSON is text");
/// assert!(file.contains(r#""quay.io/team": {"#) && !file.contains("reg.io"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct Export {
    client: Client,
    /// By key.
    answers: BTreeMap<String, AuthConfig>,
    anonymous: Vec<String>,
    /// The key of one of them.
    anonymous_key: Option<String>,
    warnings: Vec<Warning>,
}

impl Resolver {
    /// Returns the credentials that `images` need, for the program that will pull them.
    ///
    /// Only what [`resolve`](Self::resolve) answers is exported. Images without a credential are listed
    /// by [`Export::anonymous`]. For the answers of credential helpers there is [`Export::of`].
    ///
    /// # Errors
    ///
    /// [`Error::Export`] for an image that is blocked by a malformed entry, for one whose credential the
    /// client cannot read, and for images that need different credentials where the client knows only
    /// one: Docker uses a key `quay.io/team` for all of `quay.io`.
    ///
    /// ```
    /// use regcred::{Client, Error, ImageRef, Resolver};
    ///
    /// let file = r#"{"auths": {"quay.io": {"auth": "dTpw"}, "quay.io/team": {"auth": "dDpw"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let images = [ImageRef::parse("quay.io/team/app")?, ImageRef::parse("quay.io/other")?];
    /// assert!(resolver.export(&images, Client::Podman).is_ok());
    /// assert!(matches!(resolver.export(&images, Client::Docker), Err(Error::Export { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn export<'i>(
        &self,
        images: impl IntoIterator<Item = &'i ImageRef<'i>>,
        client: Client,
    ) -> Result<Export, Error> {
        let mut answers = Vec::new();
        for image in images {
            let auth = self.resolve(image);
            if let (None, Some(problem)) = (&auth, self.blocked_by(image)) {
                return Err(error(image, client, ExportProblem::Malformed(problem)));
            }
            answers.push((image, auth));
        }
        Export::of(answers, client)
    }
}

impl Export {
    /// Returns the export of answers that are already known, such as those of credential helpers
    /// (`Resolver::resolve_with_helpers`). `None` is the answer for an image that is pulled anonymously, and
    /// not for one that is [blocked](crate::Explanation::is_blocked).
    ///
    /// # Errors
    ///
    /// The errors of [`Resolver::export`], but for malformed entries; and an answer whose key does not
    /// cover the image.
    ///
    /// ```
    /// use regcred::{Client, Export, HelperRequest, ImageRef, Level, Resolver};
    ///
    /// let file = r#"{"credsStore": "vault"}"#;
    /// let resolver = Resolver::builder().add(Level::UserConfigJson, file).build()?;
    /// let image = ImageRef::parse("reg.io/app")?;
    /// let vault =
    ///     |request: &HelperRequest| Ok::<_, regcred::Error>(request.credential("user", "pass"));
    /// let auth = resolver.resolve_with(&image, vault)?;
    /// let export = Export::of([(&image, auth)], Client::Docker)?;
    /// assert_eq!(export.entries().next().map(|(key, _)| key), Some("reg.io"));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn of<'i>(
        answers: impl IntoIterator<Item = (&'i ImageRef<'i>, Option<AuthConfig>)>,
        client: Client,
    ) -> Result<Self, Error> {
        let images: Vec<_> = answers.into_iter().collect();
        let mut export = Export {
            client,
            answers: BTreeMap::new(),
            anonymous: Vec::new(),
            anonymous_key: None,
            warnings: Vec::new(),
        };
        for (image, auth) in &images {
            match auth {
                Some(auth) => export.add(image, auth)?,
                None => {
                    export.anonymous.push(image.to_string());
                    export.anonymous_key = client.keys(image, "").pop();
                }
            }
        }
        // Each image is looked up as the client does it, now that all keys are known.
        let keys = Keys::of(client, &export.answers);
        for (image, auth) in &images {
            let used = keys.used_for(image);
            if used.is_empty() && auth.is_some() {
                return Err(error(image, client, ExportProblem::NoKey));
            }
            if let Some(key) = used.other_than(auth.as_ref()) {
                let key = key.to_owned();
                return Err(error(image, client, ExportProblem::OtherCredential { key }));
            }
        }
        Ok(export)
    }

    fn add(&mut self, image: &ImageRef<'_>, auth: &AuthConfig) -> Result<(), Error> {
        let client = self.client;
        let scope = auth.origin().scope();
        let host = image.registry_parts().host().to_ascii_lowercase();
        let Some(scope) = scope.filter(|scope| scope.covers(image, &host)) else {
            return Err(error(image, client, ExportProblem::NotCovered));
        };
        Entry::of(auth, client).map_err(|problem| error(image, client, problem))?;
        for key in client.keys(image, &scope.path) {
            let is_new = !self.answers.contains_key(&key);
            for kind in client.wider_uses(image, &key, &scope.path).into_iter().filter(|_| is_new) {
                self.warnings.push(Warning::new(auth.origin().location(), Some(&key), kind));
            }
            let before = self.answers.insert(key.clone(), auth.clone());
            if before.is_some_and(|before| before.credential() != auth.credential()) {
                return Err(error(image, client, ExportProblem::OtherCredential { key }));
            }
        }
        Ok(())
    }

    /// The program that the export is for.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// The keys with a credential, each with the origin of that.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.answers.iter().map(|(key, auth)| (&**key, auth.origin()))
    }

    /// The images that are pulled without a credential, in normalised form.
    pub fn anonymous(&self) -> impl Iterator<Item = &str> {
        self.anonymous.iter().map(String::as_str)
    }

    /// The keys that the client uses for more than their scope, such as a key with a path by Docker.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns the `config.json`: a JSON object with `auths`. It holds passwords.
    ///
    /// If no image has a credential, the file for Docker has an empty entry for one of them: in a file
    /// without any, Docker asks the credential helper of its system.
    #[must_use]
    pub fn config_json(&self) -> Vec<u8> {
        document::config_json(&self.file_entries(true))
    }

    /// Returns the `.dockercfg`: the entries without `auths`. It holds passwords.
    ///
    /// Docker 23 and later do not read this form.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] for an entry that is read otherwise in this form. Podman uses a path for the whole
    /// host there, Docker reads `auth` alone, and this crate does not take a host such as `build` for a
    /// registry.
    pub fn dockercfg(&self) -> Result<Vec<u8>, Error> {
        let entries = self.file_entries(true);
        let is_read = |(key, entry): &(&&str, &Entry<'_>)| {
            if !self.answers.contains_key(**key) {
                return true; // An empty entry.
            }
            let names_registry = key.contains(['.', ':', '/']) || **key == "localhost";
            names_registry
                && match self.client {
                    Client::Podman => !key.contains('/'),
                    Client::Docker => !entry.has_plain_fields(),
                    _ => true,
                }
        };
        match entries.iter().find(|entry| !is_read(entry)) {
            Some((key, _)) => Err(Error::Export {
                name: (*key).to_owned(),
                client: self.client,
                problem: ExportProblem::NotInDockercfg,
            }),
            None => Ok(document::dockercfg(&entries)),
        }
    }

    /// Returns the `docker.tar.gz` with `.docker/config.json` in it, as Marathon's manual lists it. It
    /// holds passwords.
    ///
    /// The same export gives the same bytes: owner and times are 0, the modes 0700 and 0600.
    #[cfg(feature = "archive")]
    #[must_use]
    pub fn docker_tar_gz(&self) -> Vec<u8> {
        archive::docker_tar_gz(&zeroize::Zeroizing::new(self.config_json()))
    }

    /// Returns a Kubernetes Secret of the type `kubernetes.io/dockerconfigjson`, as JSON for
    /// `kubectl apply -f`. It holds passwords.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] for a `name` that Kubernetes does not take: it consists of lower-case letters,
    /// digits, `-` and `.`, and has at most 253 characters.
    pub fn kubernetes_secret(&self, name: &str) -> Result<Vec<u8>, Error> {
        let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_label = |label: &str| {
            let ends = !label.starts_with('-') && !label.ends_with('-');
            !label.is_empty() && ends && label.bytes().all(is_inner)
        };
        if name.len() > 253 || !name.split('.').all(is_label) {
            let (name, problem) = (name.to_owned(), ExportProblem::SecretName);
            return Err(Error::Export { name, client: self.client, problem });
        }
        // Kubelet would take an empty entry for a credential.
        let file = zeroize::Zeroizing::new(document::config_json(&self.file_entries(false)));
        Ok(document::kubernetes_secret(name, &file))
    }

    /// Creates a directory with a `config.json` in it, for `docker --config`, or for a `HOME` if it is
    /// called `.docker`.
    ///
    /// The directory has the mode 0700 and the file 0600. The directory must not exist, not even as a
    /// link; its parent must. Nothing is overwritten. After an error, the file and the
    /// directory are removed, unless another program has written to the directory.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the directory exists, or the system refuses.
    ///
    /// ```
    /// # let scratch = tempfile::tempdir().unwrap();
    /// # let home = scratch.path();
    /// # let file = r#"{"auths": {"reg.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// # let resolver = regcred::Resolver::builder().task_secret(file).build()?;
    /// use regcred::{Client, ImageRef};
    ///
    /// let export = resolver.export([&ImageRef::parse("reg.io/app")?], Client::Docker)?;
    /// export.write_directory(home.join(".docker"))?;
    /// let again = regcred::Resolver::builder().home(home).build()?;
    /// assert!(again.resolve(&ImageRef::parse("reg.io/app")?).is_some());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn write_directory(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        directory::write(path.as_ref(), &zeroize::Zeroizing::new(self.config_json()))
    }

    /// Returns the entries, with one for an anonymous image if Docker needs that and it is allowed.
    fn file_entries(&self, may_be_empty: bool) -> Entries<'_> {
        let entries = self.answers.iter().filter_map(|(key, auth)| {
            let entry = Entry::of(auth, self.client);
            debug_assert!(entry.is_ok(), "it was made once when the answer was added");
            Some((&**key, entry.ok()?))
        });
        let nobody = self.anonymous_key.as_deref().map(|key| (key, Entry::default()));
        let is_needed = self.client == Client::Docker && self.answers.is_empty();
        entries.chain(nobody.filter(|_| is_needed && may_be_empty)).collect()
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Export { client, answers, anonymous, anonymous_key: _, warnings } = self;
        f.debug_struct("Export")
            .field("client", client)
            .field("keys", &answers.keys())
            .field("anonymous", anonymous)
            .field("warnings", warnings)
            .finish()
    }
}

fn error(image: &ImageRef<'_>, client: Client, problem: ExportProblem) -> Error {
    Error::Export { name: cut(&image.to_string()).to_owned(), client, problem }
}
