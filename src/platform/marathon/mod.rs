//! What Marathon's app and pod definitions say about the credentials of their containers.
//!
//! [`resolvers`] is the whole way in one call: a definition, the agent's resolver and a closure
//! that gets secrets, and out comes a resolver for each container. [`containers`] is the first half
//! of it, for those who want to look first.
//!
//! ```
//! use regcred::mesos::DockerRegistry;
//! use regcred::{Limits, Resolver, marathon};
//!
//! # fn main() -> Result<(), regcred::Error> {
//! let definition = br#"{
//!     "id": "/mesos-docker",
//!     "container": {
//!         "type": "MESOS",
//!         "docker": {"image": "mesosphere/inky", "pullConfig": {"secret": "pullConfigSecret"}}
//!     },
//!     "secrets": {"pullConfigSecret": {"source": "/mesos-docker/pullConfig"}}
//! }"#;
//! let agent = Resolver::builder().build()?;
//! let registry = DockerRegistry::default(); // the agent's --docker_registry
//! let store = |source: &str| match source {
//!     "/mesos-docker/pullConfig" => {
//!         Ok(br#"{"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"}}}"#.to_vec())
//!     }
//!     _ => Err(std::io::ErrorKind::NotFound.into()),
//! };
//! for answer in marathon::resolvers(definition, &agent, Limits::default(), store)? {
//!     // An error is what Marathon would refuse, or a secret that is not there.
//!     let marathon::Resolved { container, resolver, .. } = answer?;
//!     let image = container.image_ref(&registry)?.expect("it has an image");
//!     assert!(resolver.resolve(&image).is_some());
//!     println!("{}\n{}", container.id(), resolver.explain(&image));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is read of a definition
//!
//! - An app: `container.type` (`DOCKER` where it is left out), `container.docker.image`,
//!   `container.docker.pullConfig.secret`, `secrets`, and `fetch` or the older `uris`.
//! - A pod: of each of its `containers` `image.kind`, `image.id`, `image.pullConfig.secret` and
//!   `artifacts`, and `secrets`. Pods always run in the Mesos containerizer.
//! - A group, with its `apps`, `pods` and `groups`; a list of any of these; and what Marathon
//!   answers (`{"app": …}`, `{"apps": […]}`).
//!
//! Everything else is ignored. Definitions that Marathon rejects are rejected with Marathon's
//! messages and the path of the field in its notation ([`Violation`]). Whether its feature
//! `secrets` is on cannot be told from a definition.
//!
//! # Where the credentials come from
//!
//! - In the Mesos containerizer from the secret that `pullConfig` names. Mesos itself hands on the
//!   *alias* of the secret; that its `source` is where the value is, is what secret stores make of
//!   it. A secret created as `mesos-docker/pullConfig` is referenced as `/mesos-docker/pullConfig`,
//!   and its source keeps the slash.
//! - In the Docker containerizer from the sandbox, into which `fetch` puts a `.dockercfg`, a
//!   `.docker/config.json`, or a `docker.tar.gz` that is unpacked there. [`Container::warnings`]
//!   reports fetched files that Docker does not find. Pods and apps of type `MESOS` get nothing
//!   from such files, whatever the manuals say.
//! - Then from the agent, as always here.

mod definition;
mod exposure;
mod fetch;
mod fetch_check;
mod node;
mod service;
mod uri;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Warning};
use crate::image::ImageRef;
use crate::level::Level;
use crate::limits::Limits;
use crate::mesos::{Containerizer, DockerRegistry};
use crate::redact::{cut, shown_name, shown_uri};
use crate::resolver::{Resolver, ResolverBuilder};
use crate::source::{NoFiles, Source, location_of_fetched};

pub use self::fetch::{Fetch, FetchKind};
pub use crate::error::FetchProblem;
pub use crate::error::{Rule, Violation};

/// A container of an app or a pod, and what it needs to pull its image.
#[derive(Clone)]
pub struct Container {
    id: Arc<str>,
    name: Option<Box<str>>,
    image: Option<ImageName>,
    containerizer: Containerizer,
    pull_config: Option<Arc<PullConfig>>,
    fetch: Box<[Fetch]>,
    warnings: Box<[Warning]>,
}

/// An image as written, and the path of its field.
#[derive(Clone)]
struct ImageName {
    path: Box<str>,
    text: Box<str>,
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Container { id, name, image, containerizer, pull_config, fetch, warnings } = self;
        f.debug_struct("Container")
            .field("id", id)
            .field("name", name)
            .field("image", &image.as_ref().map(|image| shown_image(&image.text)))
            .field("containerizer", containerizer)
            .field("pull_config", pull_config)
            .field("fetch", fetch)
            .field("warnings", warnings)
            .finish()
    }
}

/// The secret that holds a container's credential file. `Debug` shows its names cut to length, and
/// of one that is a URI neither user info, query nor fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct PullConfig {
    alias: String,
    source: String,
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
    /// What the definition calls the secret: `pullConfig.secret`.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Where the secret store has it: `secrets.<alias>.source`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// A container, and the resolver that answers for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resolved {
    /// What is to be pulled, and by whom.
    pub container: Container,
    /// What to pull it with, over what the agent has.
    pub resolver: Resolver,
}

/// Reads a definition: an app, a pod, a group, or a list of them. Each container has an answer of
/// its own.
///
/// # Errors
///
/// The outer one for what is no definition at all, such as a `TaskInfo` of Mesos's;
/// [`Error::Definition`] inside for a container that Marathon would refuse, with everything that is
/// wrong with it. Marathon itself refuses a pod of which it refuses one container.
pub fn containers(
    definition: &[u8],
    limits: Limits,
) -> Result<Vec<Result<Container, Error>>, Error> {
    definition::read(definition, &limits)
}

/// From a definition to the resolver of each of its containers, layered over its agent's.
///
/// `secret` is asked for the bytes of a secret by its `source`, once for each container that names
/// one. Local files that a container of the Docker containerizer fetches are read as
/// [`Container::resolver`] does, within `limits`, and with the rights of the caller: definitions
/// choose their paths. `limits` hold for each container on its own, and all resolvers are in memory
/// at once: where tenants write both definitions and secrets, bound
/// [`Limits::definition_containers`] and [`Limits::file_bytes`] by what the two may take together.
///
/// # Errors
///
/// The outer one for what is no definition at all; inside as [`containers`] and
/// [`Container::resolver`].
pub fn resolvers(
    definition: &[u8],
    agent: &Resolver,
    limits: Limits,
    mut secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
) -> Result<Vec<Result<Resolved, Error>>, Error> {
    let resolved = containers(definition, limits)?.into_iter().map(|container| {
        let container = container?;
        let resolver = container.resolver(agent, limits, &mut secret)?;
        Ok(Resolved { container, resolver })
    });
    Ok(resolved.collect())
}

impl Container {
    /// The app's or pod's id, absolute where it stands in a group that is: `/group/app`. Empty if
    /// it has none, and cut after 1,024 bytes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of a container in a pod.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The Docker image as written; `None` where there is none to pull. Marathon does not look at
    /// its grammar; [`image_ref`](Self::image_ref) does.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        self.image.as_ref().map(|image| &*image.text)
    }

    /// The image as whoever pulls it understands it: in the Mesos containerizer one without a
    /// registry of its own is from the agent's `--docker_registry`, in the Docker containerizer
    /// from Docker Hub. `None` where there is none that takes a credential.
    ///
    /// # Errors
    ///
    /// [`Error::Definition`] with the path of the field, for what is not an image reference
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

    /// Who pulls the image.
    #[must_use]
    pub fn containerizer(&self) -> Containerizer {
        self.containerizer
    }

    /// The secret with the credential file, if the definition names one.
    #[must_use]
    pub fn pull_config(&self) -> Option<&PullConfig> {
        self.pull_config.as_deref()
    }

    /// What is fetched into the sandbox: `fetch`, `uris`, or a pod's `artifacts`.
    #[must_use]
    pub fn fetch(&self) -> &[Fetch] {
        &self.fetch
    }

    /// Credential files among what is fetched that Mesos or Docker will not pick up
    /// ([`WarningKind::Fetch`](crate::WarningKind::Fetch)). What is wrong with their content is a
    /// warning of the resolver.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// A resolver for this container, layered over its agent's, before anything is fetched.
    ///
    /// `secret` is asked for the secret of `pullConfig` by its `source`. In the Docker
    /// containerizer, what the definition fetches from the local machine (`file://`, or an absolute
    /// path) is read where it lies, within `limits`, and counts as it would in the sandbox:
    /// archives are looked into, and later files overwrite earlier ones. Archives of other names
    /// than `docker.tar.gz` are looked into as far as they can be and [`Limits::fetched_files`]
    /// leaves room; those from elsewhere are not. A `docker.tar.gz` that is not unpacked is looked
    /// into too, last of all; Docker finds nothing there, and [`warnings`](Self::warnings) reports
    /// it.
    ///
    /// Local files are read with the rights of the caller, where Mesos reads them with those of the
    /// task's user. Where definitions are written by others than the owner of those files, let
    /// Mesos fetch first and use [`resolver_in_sandbox`](Self::resolver_in_sandbox).
    ///
    /// A fetched file with credentials of other registries than the image's is a warning of the
    /// resolver ([`OtherRegistries`](crate::WarningKind::OtherRegistries)), as the task can read
    /// them.
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] where the secret cannot be had: never a silent anonymous pull.
    /// [`Error::NotLocal`] for a credential file that has to be fetched from elsewhere first. What
    /// is wrong with the secret or a file is an error as in [`ResolverBuilder::build`].
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

    /// A resolver for this container, layered over its agent's, after Mesos has fetched into
    /// `sandbox`.
    ///
    /// As [`resolver`](Self::resolver), with the sandbox itself in place of what the definition
    /// says of it. The Mesos containerizer never looks into a sandbox, and so there it is not
    /// looked into. In the Docker containerizer the agent is asked where the sandbox has nothing
    /// for an image; Mesos's own rule, by which a file in the sandbox hides the agent, is
    /// [`docker_containerizer`](crate::mesos::docker_containerizer). Credentials of other
    /// registries than the image's are a warning here, too.
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] where the secret cannot be had. What is wrong with the secret or the
    /// sandbox is an error as in [`ResolverBuilder::build`].
    pub fn resolver_in_sandbox(
        &self,
        agent: &Resolver,
        limits: Limits,
        sandbox: impl AsRef<Path>,
        secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Resolver, Error> {
        let mut builder = self.builder(secret)?;
        if self.containerizer == Containerizer::Docker {
            builder = builder.sandbox_home(sandbox.as_ref());
        }
        Ok(self.over(builder.limits(limits).build()?, agent))
    }

    /// A builder that holds the secret of `pullConfig`, if the definition names one, and nothing
    /// else yet: for those who want more than the two resolvers above, as
    /// [`strict`](ResolverBuilder::strict).
    ///
    /// # Errors
    ///
    /// [`Error::SecretUnavailable`] where the secret cannot be had.
    pub fn builder(
        &self,
        mut secret: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<ResolverBuilder, Error> {
        let builder = Resolver::builder();
        let Some(PullConfig { alias, source: location }) = self.pull_config() else {
            return Ok(builder);
        };
        let (alias, shown_location) = (shown_name(alias), shown_name(location));
        let bytes = secret(location).map_err(|source| Error::SecretUnavailable {
            id: self.full_name(),
            alias: alias.clone().into_owned(),
            location: shown_location.clone().into_owned(),
            source,
        })?;
        let called = format!("{alias} ({shown_location}) of {}", self.full_name());
        let (level, name) = (Level::TaskSecret, Some(called));
        Ok(builder.source(Source::Bytes { level, name, bytes: bytes.into() }))
    }

    /// What the task brings, with warnings of what its sandbox exposes, over its agent's.
    fn over(&self, own: Resolver, agent: &Resolver) -> Resolver {
        let image = self.image().and_then(|image| ImageRef::parse(image).ok());
        // The Mesos containerizer pulls with the secret alone, which the task does not see.
        let exposed = match image.filter(|_| self.containerizer == Containerizer::Docker) {
            Some(image) => exposure::warnings(&own, &image),
            None => Vec::new(),
        };
        let level = Level::SandboxHome;
        let in_vain = match own.files().any(|file| file.level() == level) {
            true => None,
            false => fetch_check::in_vain(&self.fetch, &self.warnings),
        };
        let own = own.with_warnings(exposed);
        match in_vain {
            None => own,
            Some(why) => {
                let why = NoFiles::FetchedInVain(why.into());
                own.with_empty_sources([(level, location_of_fetched(), why)])
            }
        }
        .over(agent)
    }

    /// The id, and the name of a pod's container.
    fn full_name(&self) -> String {
        full_name(&self.id, self.name.as_deref())
    }
}

/// An image as it may be shown. Marathon does not check that it is one: it may be a URL with a
/// password.
fn shown_image(image: &str) -> Cow<'_, str> {
    match ImageRef::parse(image) {
        Ok(_) => cut(image).into(),
        Err(_) => shown_uri(image),
    }
}

fn full_name(id: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{} {}", id_or_definition(id), cut(name)),
        None => id_or_definition(id).to_owned(),
    }
}

/// Returns the id of a service, or `definition` for one without.
fn id_or_definition(id: &str) -> &str {
    if id.is_empty() { "definition" } else { id }
}
