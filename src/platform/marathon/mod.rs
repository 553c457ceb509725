//! Marathon's app and pod definitions: which credential pulls the image of each container?
//!
//! | call | result |
//! |---|---|
//! | [`resolvers`] | a resolver for each container, from a definition, the agent's resolver and a closure that returns secrets |
//! | [`containers`] | the containers alone: [`Container::image`], [`Container::pull_config`], [`Container::fetch`], [`Container::warnings`] |
//! | [`Container::resolver`] | the resolver of one container, before Mesos fetches |
//! | [`Container::resolver_in_sandbox`] | the same, after Mesos has fetched into the sandbox |
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
//!         Ok(br#"{"auths": {"docker.io": {"auth": "dXNlcjpwYXNz"}}}"#.to_vec())
//!     }
//!     _ => Err(std::io::ErrorKind::NotFound.into()),
//! };
//! for answer in marathon::resolvers(definition, &agent, Limits::default(), store)? {
//!     // An error is a container that Marathon rejects, or a secret that is missing.
//!     let marathon::Resolved { container, resolver, .. } = answer?;
//!     let image = container.image_ref(&registry)?.expect("it has an image");
//!     assert!(resolver.resolve(&image).is_some());
//!     println!("{}\n{}", container.id(), resolver.explain(&image));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Definitions
//!
//! - An app: `container.type` (`DOCKER` if omitted), `container.docker.image`,
//!   `container.docker.pullConfig.secret`, `secrets`, and `fetch` or the older `uris`.
//! - A pod: `image.kind`, `image.id`, `image.pullConfig.secret` and `artifacts` of each of its
//!   `containers`, and `secrets`. Pods always run in the Mesos containerizer.
//! - A group with its `apps`, `pods` and `groups`; a list of any of these; and Marathon's answers
//!   (`{"app": …}`, `{"apps": […]}`).
//!
//! All other fields are ignored. Definitions that Marathon rejects are rejected with Marathon's
//! messages and the path of the field in its notation ([`Violation`]). Marathon also rejects
//! secrets if its feature `secrets` is off, which a definition does not show.
//!
//! # Credentials
//!
//! | containerizer | first | then |
//! |---|---|---|
//! | Mesos | the secret that `pullConfig` names | the agent |
//! | Docker | the sandbox, into which `fetch` puts a `.dockercfg`, a `.docker/config.json`, or a `docker.tar.gz` that Mesos extracts | the agent |
//!
//! Marathon passes only the *alias* of the secret to Mesos; secret stores look up its `source`. A
//! secret created as `mesos-docker/pullConfig` is referenced as `/mesos-docker/pullConfig`.
//!
//! Pods and apps of type `MESOS` do not use fetched credential files, although some manuals say so.
//! [`Container::warnings`] reports each fetched credential file that has no effect.

mod container;
mod definition;
mod exposure;
mod fetch;
mod fetch_check;
mod node;
mod service;
mod uri;

use std::io;

use crate::error::Error;
use crate::limits::Limits;
use crate::resolver::Resolver;

pub use self::container::{Container, PullConfig};
pub use self::fetch::{Fetch, FetchKind};
pub use crate::error::{FetchProblem, Rule, Violation};

/// A container, and the resolver for its image.
///
/// ```
/// use regcred::{Limits, Resolver, marathon};
///
/// let app = br#"{"id": "/web", "container": {"docker": {"image": "nginx"}}}"#;
/// let agent = Resolver::default();
/// let mut answers = marathon::resolvers(app, &agent, Limits::default(), |_| unreachable!())?;
/// let marathon::Resolved { container, resolver, .. } = answers.remove(0)?;
/// assert_eq!(container.id(), "/web");
/// assert!(resolver.warnings().is_empty());
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resolved {
    /// The container.
    pub container: Container,
    /// The resolver, layered over the agent's.
    pub resolver: Resolver,
}

/// Reads a definition: an app, a pod, a group, or a list of them. Returns an answer for each
/// container, so that one bad definition does not affect the others.
///
/// ```
/// use regcred::{Limits, marathon};
///
/// let app = br#"{"container": {"docker": {"image": "a", "pullConfig": {"secret": "s"}}}}"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let error = answers[0].as_ref().unwrap_err().to_string();
/// assert!(error.contains("pullConfig is not supported with Docker containerizer"));
/// # Ok::<(), regcred::Error>(())
/// ```
///
/// # Errors
///
/// The outer error if the bytes are not a definition at all, such as a `TaskInfo` of Mesos's. The
/// inner [`Error::Definition`] for a container that Marathon rejects, with all of its violations.
/// Marathon itself rejects a whole pod for one container.
pub fn containers(
    definition: &[u8],
    limits: Limits,
) -> Result<Vec<Result<Container, Error>>, Error> {
    definition::read(definition, &limits)
}

/// Reads a definition and builds a resolver for each of its containers, layered over the agent's.
///
/// `secret` returns the bytes of a secret by its `source`. It is called once for each container
/// that names a secret. Local files are read as by [`Container::resolver`], with the rights of the
/// caller: a definition chooses their paths.
///
/// `limits` apply to each container on its own, and all resolvers are in memory at once. If tenants
/// write both definitions and secrets, lower [`Limits::definition_containers`] and
/// [`Limits::file_bytes`], whose product bounds the memory.
///
/// ```
/// use regcred::{Error, Limits, Resolver, marathon};
///
/// let list = br#"[
///     {"id": "/a", "container": {"docker": {"image": "nginx"}}},
///     {"id": "/b", "container": {"docker": {"image": "nginx", "credential": {}}}}
/// ]"#;
/// let agent = Resolver::default();
/// let answers = marathon::resolvers(list, &agent, Limits::default(), |_| unreachable!())?;
/// assert!(answers[0].is_ok());
/// assert!(matches!(answers[1], Err(Error::Definition { .. }))); // it does not affect /a
/// # Ok::<(), regcred::Error>(())
/// ```
///
/// # Errors
///
/// The outer error if the bytes are not a definition at all. The inner errors are those of
/// [`containers`] and [`Container::resolver`].
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
