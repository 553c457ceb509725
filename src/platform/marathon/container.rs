//! A container of an app or pod, and the resolver for its image.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::fetch::{self, Fetch};
use super::{exposure, fetch_check};
use crate::error::{Error, Rule, Violation, Warning};
use crate::image::ImageRef;
use crate::index::SourceRead;
use crate::level::Level;
use crate::limits::Limits;
use crate::mesos::{Containerizer, DockerRegistry, FETCH_IT};
use crate::redact::{cut, shown_name, shown_uri};
use crate::resolver::{Resolver, ResolverBuilder};
use crate::source::{NoFiles, Reading, Source, location_of_fetched};

/// A container of an app or a pod: its image, the secret for it, and what Mesos fetches.
///
/// `Debug` shows no user info, query or fragment of an image or a URI.
///
/// ```
/// use regcred::mesos::{Containerizer, DockerRegistry};
/// use regcred::{Limits, marathon};
///
/// let app = br#"{
///     "id": "/team/app",
///     "container": {"docker": {"image": "team/app:1"}},
///     "fetch": [{"uri": "file:///etc/docker.tar.gz"}]
/// }"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let container = answers[0].as_ref().expect("a valid app");
/// assert_eq!((container.id(), container.name()), ("/team/app", None));
/// assert_eq!(container.image(), Some("team/app:1"));
/// assert_eq!(container.containerizer(), Containerizer::Docker);
/// assert!(container.pull_config().is_none() && container.warnings().is_empty());
/// assert_eq!(container.fetch().len(), 1);
/// let registry = DockerRegistry::parse("https://reg.io")?; // Docker does not use it
/// let image = container.image_ref(&registry)?.expect("it has an image");
/// assert_eq!(image.to_string(), "docker.io/team/app:1");
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct Container {
    pub(super) id: Arc<str>,
    pub(super) name: Option<Box<str>>,
    pub(super) image: Option<ImageName>,
    pub(super) containerizer: Containerizer,
    pub(super) pull_config: Option<Arc<PullConfig>>,
    pub(super) fetch: Box<[Fetch]>,
    pub(super) warnings: Box<[Warning]>,
}

/// An image as written, and the path of its field.
#[derive(Clone)]
pub(super) struct ImageName {
    pub(super) path: Box<str>,
    pub(super) text: Box<str>,
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Container { id, name, image, containerizer, pull_config, fetch, warnings } = self;
        f.debug_struct("Container")
            .field("id", id)
            .field("name", &name.as_deref().map(cut))
            .field("image", &image.as_ref().map(|image| shown_image(&image.text)))
            .field("containerizer", containerizer)
            .field("pull_config", pull_config)
            .field("fetch", fetch)
            .field("warnings", warnings)
            .finish()
    }
}

/// The secret that holds a container's credential file.
///
/// `Debug` shows its names cut to 1,024 bytes, and a name that is a URI without user info, query
/// and fragment.
///
/// ```
/// use regcred::{Limits, marathon};
///
/// let pod = br#"{
///     "containers": [{
///         "image": {"kind": "DOCKER", "id": "nginx", "pullConfig": {"secret": "s"}}
///     }],
///     "secrets": {"s": {"source": "/team/pullConfig"}}
/// }"#;
/// let answers = marathon::containers(pod, Limits::default())?;
/// let container = answers[0].as_ref().expect("a valid pod");
/// let secret = container.pull_config().expect("it names a secret");
/// assert_eq!((secret.alias(), secret.source()), ("s", "/team/pullConfig"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PullConfig {
    pub(super) alias: String,
    pub(super) source: String,
}

impl fmt::Debug for PullConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PullConfig { alias, source } = self;
        f.debug_struct("PullConfig")
            .field("alias", &shown_name(alias))
            .field("source", &shown_name(source))
            .finish()
    }
}

impl PullConfig {
    /// Returns the name of the secret in the definition: `pullConfig.secret`.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Returns the name of the secret in the secret store: `secrets.<alias>.source`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Container {
    /// Returns the id of the app or pod, absolute if its group's id is: `/group/app`. Empty if it
    /// has none, and cut to 1,024 bytes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name of a container in a pod.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the Docker image as written; `None` if there is none to pull. Marathon does not
    /// check its grammar; [`image_ref`](Self::image_ref) does.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        self.image.as_ref().map(|image| &*image.text)
    }

    /// Parses the image as the containerizer does. An image that does not name a registry is from
    /// the agent's `--docker_registry` in the Mesos containerizer, and from Docker Hub in the
    /// Docker containerizer. `None` if there is no image, or none that needs a credential.
    ///
    /// # Errors
    ///
    /// [`Error::Definition`] with the path of the field, if the image is not an image reference
    /// ([`ImageRef::parse`]).
    pub fn image_ref<'a>(
        &'a self,
        registry: &'a DockerRegistry,
    ) -> Result<Option<ImageRef<'a>>, Error> {
        let Some(ImageName { path, text }) = &self.image else { return Ok(None) };
        let image = match self.containerizer {
            Containerizer::Mesos => registry.image(text),
            Containerizer::Docker => ImageRef::parse(text).map(Some),
        };
        image.map_err(|problem| {
            let rule = Rule::InvalidImage { image: shown_uri(text).into_owned(), problem };
            let violations = vec![Violation { path: path.to_string(), rule }];
            Error::Definition { id: self.full_name(), violations }
        })
    }

    /// Returns the part of Mesos that pulls the image.
    #[must_use]
    pub fn containerizer(&self) -> Containerizer {
        self.containerizer
    }

    /// Returns the secret that holds the credential file, if the definition names one.
    #[must_use]
    pub fn pull_config(&self) -> Option<&PullConfig> {
        self.pull_config.as_deref()
    }

    /// Returns the files that Mesos fetches into the sandbox: `fetch`, `uris`, or a pod's
    /// `artifacts`.
    #[must_use]
    pub fn fetch(&self) -> &[Fetch] {
        &self.fetch
    }

    /// Returns one warning for each fetched credential file that has no effect
    /// ([`WarningKind::Fetch`](crate::WarningKind::Fetch)). Problems with the content of a file are
    /// warnings of the resolver.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Builds a resolver for this container before anything is fetched, layered over the agent's.
    ///
    /// `secret` returns the bytes of a secret by its `source`. It is called once if the definition
    /// has a `pullConfig`.
    ///
    /// In the Docker containerizer, files that the definition fetches from the local machine
    /// (`file://`, or an absolute path) are read from there, within `limits`. They count as they
    /// would in the sandbox: archives are searched, and later files overwrite earlier ones.
    /// Archives that are not named like `docker.tar.gz` are searched if they are local, and as far
    /// as [`Limits::fetched_files`] allows. A `docker.tar.gz` that Mesos does not extract is
    /// searched last; Docker does not find it, which [`warnings`](Self::warnings) reports.
    ///
    /// Local files are read with the rights of the caller, while Mesos reads them with those of the
    /// task's user. If definitions are written by others than the owner of those files, let Mesos
    /// fetch first and use [`resolver_in_sandbox`](Self::resolver_in_sandbox).
    ///
    /// The resolver has a warning for each fetched file with credentials of other registries than
    /// the image's ([`OtherRegistries`](crate::WarningKind::OtherRegistries)), because the task can
    /// read them.
    ///
    /// ```
    /// use regcred::{Error, ImageRef, Limits, Resolver, marathon};
    ///
    /// # let app = br#"{
    /// #     "container": {
    /// #         "type": "MESOS", "docker": {"image": "nginx", "pullConfig": {"secret": "s"}}
    /// #     },
    /// #     "secrets": {"s": {"source": "/pullConfig"}}
    /// # }"#;
    /// # let answers = marathon::containers(app, Limits::default())?;
    /// # let container = answers[0].as_ref().expect("a valid app");
    /// let (agent, limits) = (Resolver::default(), Limits::default());
    /// let file = br#"{"auths": {"docker.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let secret = |_source: &str| Ok(file.to_vec());
    /// let resolver = container.resolver(&agent, limits, secret)?;
    /// assert!(resolver.resolve(&ImageRef::parse("nginx")?).is_some());
    /// let missing = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    /// let failed = container.resolver(&agent, limits, missing);
    /// assert!(matches!(failed, Err(Error::SecretUnavailable { .. })));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] if `secret` fails, so that an image is never pulled anonymously
    /// by accident; [`Error::NotLocal`] for a credential file that has to be fetched from elsewhere
    /// first. Problems with the secret or a file are the errors of [`ResolverBuilder::build`].
    pub fn resolver(
        &self,
        agent: &Resolver,
        limits: Limits,
        secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Resolver, Error> {
        let mut builder = self.builder(secret)?;
        if self.containerizer == Containerizer::Docker {
            let local = fetch::local(&self.fetch, &self.full_name())?;
            if !local.is_empty() {
                builder = builder.source(Source::Fetched(local));
            }
        }
        Ok(self.over(builder.limits(limits).build()?, agent))
    }

    /// Builds a resolver for this container after Mesos has fetched into `sandbox`, layered over
    /// the agent's.
    ///
    /// This is [`resolver`](Self::resolver) with the sandbox in place of the files that the
    /// definition fetches. In the Mesos containerizer the sandbox is not read. In the Docker
    /// containerizer the agent's credentials count for an image for which the sandbox has none.
    /// Mesos itself then pulls anonymously;
    /// [`docker_containerizer`](crate::mesos::docker_containerizer) does the same.
    ///
    /// ```
    /// # let sandbox = tempfile::tempdir().unwrap();
    /// # let sandbox = sandbox.path();
    /// # let dockercfg = r#"{"quay.io": {"auth": "dXNlcjpwYXNz"}}"#;
    /// # std::fs::write(sandbox.join(".dockercfg"), dockercfg).unwrap();
    /// use regcred::{ImageRef, Limits, Resolver, marathon};
    ///
    /// let app = br#"{"container": {"type": "DOCKER", "docker": {"image": "quay.io/app"}}}"#;
    /// let answers = marathon::containers(app, Limits::default())?;
    /// let container = answers[0].as_ref().expect("a valid app");
    /// let (agent, limits) = (Resolver::default(), Limits::default());
    /// // Mesos has fetched a .dockercfg into the sandbox.
    /// let resolver = container.resolver_in_sandbox(&agent, limits, sandbox, |_| unreachable!())?;
    /// assert!(resolver.resolve(&ImageRef::parse("quay.io/app")?).is_some());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] if `secret` fails. Problems with the secret or the sandbox are
    /// the errors of [`ResolverBuilder::build`].
    pub fn resolver_in_sandbox(
        &self,
        agent: &Resolver,
        limits: Limits,
        sandbox: impl AsRef<Path>,
        secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Resolver, Error> {
        let mut builder = self.builder(secret)?;
        if self.containerizer == Containerizer::Docker {
            let directory = sandbox.as_ref().to_owned();
            let remedy = Some(FETCH_IT);
            builder = builder.source(Source::Sandbox { directory, reading: Reading::All, remedy });
        }
        Ok(self.over(builder.limits(limits).build()?, agent))
    }

    /// Returns a builder with the secret of `pullConfig` as its only source, for options that the
    /// two resolvers above do not have, such as [`strict`](ResolverBuilder::strict).
    ///
    /// ```
    /// # use regcred::{Error, Limits, Resolver, marathon};
    /// # let app = br#"{
    /// #     "container": {
    /// #         "type": "MESOS", "docker": {"image": "nginx", "pullConfig": {"secret": "s"}}
    /// #     },
    /// #     "secrets": {"s": {"source": "/pullConfig"}}
    /// # }"#;
    /// # let answers = marathon::containers(app, Limits::default())?;
    /// # let container = answers[0].as_ref().expect("a valid app");
    /// # let agent = Resolver::default();
    /// let secret = |_: &str| Ok(br#"{"auths": {"docker.io": {"auth": "!"}}}"#.to_vec());
    /// let built = container.builder(secret)?.base(&agent).strict().build();
    /// assert!(matches!(built, Err(Error::Entry { .. })));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] if `secret` fails.
    pub fn builder(
        &self,
        mut secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<ResolverBuilder, Error> {
        let builder = Resolver::builder();
        let Some(PullConfig { alias, source }) = self.pull_config() else { return Ok(builder) };
        let id = self.full_name();
        let (alias, location) = (shown_name(alias).into_owned(), shown_name(source).into_owned());
        let name = format!("{alias} ({location}) of {id}");
        let bytes = secret(source).map_err(|cause| Error::SecretUnavailable {
            id,
            alias,
            location,
            cause,
        })?;
        let (level, bytes) = (Level::TaskSecret, bytes.into());
        Ok(builder.source(Source::Bytes { level, name: Some(name), bytes }))
    }

    /// Layers the task's own resolver over the agent's, with warnings of what its sandbox exposes.
    fn over(&self, own: Resolver, agent: &Resolver) -> Resolver {
        let level = Level::SandboxHome;
        let image = self.image().and_then(|image| ImageRef::parse(image).ok());
        // In the Mesos containerizer the task cannot read the secret.
        let image = image.filter(|_| self.containerizer == Containerizer::Docker);
        let exposed = image.map_or_else(Vec::new, |image| exposure::warnings(&own, &image));
        let in_vain = match own.files().any(|file| file.level() == level) {
            true => None,
            false => fetch_check::in_vain(&self.fetch, &self.warnings),
        };
        let own = own.with_warnings(exposed);
        let own = match in_vain {
            None => own,
            Some(reasons) => {
                let why = NoFiles::because(reasons).mistake(
                    "no credential file of it has an effect; its line above gives the reasons",
                );
                own.with_sources(vec![SourceRead::empty(level, location_of_fetched(), why)])
            }
        };
        own.over(agent)
    }

    /// Returns the id, and the name of a pod's container.
    fn full_name(&self) -> String {
        full_name(&self.id, self.name.as_deref())
    }
}

/// Returns an image as it may be logged. Marathon accepts any text, such as a URL with a password.
fn shown_image(image: &str) -> Cow<'_, str> {
    match ImageRef::parse(image) {
        Ok(_) => cut(image).into(),
        Err(_) => shown_uri(image),
    }
}

pub(super) fn full_name(id: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{} {}", id_or_definition(id), cut(name)),
        None => id_or_definition(id).to_owned(),
    }
}

/// Returns the id of a service, or `definition` if it has none.
pub(super) fn id_or_definition(id: &str) -> &str {
    if id.is_empty() { "definition" } else { id }
}
