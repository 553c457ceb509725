//! What Mesos's own flags say about credentials, and what Mesos would do with them.
//!
//! | flag | environment | here |
//! |---|---|---|
//! | `--docker_config` | `MESOS_DOCKER_CONFIG` | [`ResolverBuilder::agent_flag`](crate::ResolverBuilder::agent_flag) reads it, [`check_docker_config`] warns of what Mesos makes of it |
//! | `--docker_registry` | `MESOS_DOCKER_REGISTRY` | [`DockerRegistry`] |
//!
//! The value is the same in the flag and in the environment variable, which the caller reads.
//!
//! # Two containerizers, two rules, and one order here
//!
//! Mesos has two unrelated ways to pull an image ([`Containerizer`]), and they combine sources
//! differently. This crate has one order for both: task secret, sandbox HOME, agent flag, cluster
//! file.
//!
//! - **Docker containerizer**: runs `docker pull` with one `HOME`. It is the sandbox if a
//!   `.docker/config.json` or a `.dockercfg` is there, whatever it holds, and the agent's flag is
//!   then not looked at; otherwise it is what the flag holds. [`docker_containerizer`] is that
//!   rule. The order of this crate differs from it where the sandbox has nothing for an image: then
//!   the agent's flag is asked, where Mesos pulls anonymously.
//! - **Mesos containerizer** (UCR): unites the task's secret with the flag and never looks into the
//!   sandbox. That is `Resolver::builder().task_secret(secret).base(&agent)`, without
//!   [`sandbox_home`](crate::ResolverBuilder::sandbox_home). Mesos unites by the raw text of the
//!   keys, so that for `reg.io` in the secret and `https://reg.io/v1/` in the flag chance decides;
//!   here the secret wins, however a key is spelled. An empty entry (`{}`) in the secret hides the
//!   flag's in Mesos; here the lookup goes on.
//!
//! ```
//! use regcred::{ImageRef, Resolver, mesos};
//!
//! # fn main() -> Result<(), regcred::Error> {
//! let agent = Resolver::builder()
//!     .agent_flag(r#"{"auths": {"https://registry.example.com/v1/": {"auth": "dXNlcjpwYXNz"}}}"#)
//!     .build()?;
//! // What has no registry of its own is pulled from the one that --docker_registry names.
//! let registry = mesos::DockerRegistry::parse("https://registry.example.com")?;
//! let image = registry.image("team/app")?.expect("the registry is no directory of archives");
//! assert_eq!(image.to_string(), "registry.example.com/team/app");
//! assert!(agent.resolve(&image).is_some());
//! # Ok(())
//! # }
//! ```

mod check;
mod config;
mod document;

use std::path::Path;

use crate::credential_file::CredentialFile;
use crate::error::{Error, Warning, WarningKind};
use crate::image::{DOCKER_HUB, ImageRef, InvalidImageRef, Registry, Server};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::resolver::Resolver;
use crate::source::{FlagForm, Source, read_named};

pub(crate) use self::check::Check;
pub(crate) use self::document::Document;
pub use crate::error::Pitfall;

/// Which of Mesos's two ways a container is run in, and so who pulls its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Containerizer {
    /// `DOCKER`: the `docker` program pulls, with the sandbox as its `HOME`.
    Docker,
    /// `MESOS`, also called UCR: Mesos itself pulls, with the task's secret and the agent's flag.
    Mesos,
}

/// The value of `--docker_registry`: where images without a registry of their own come from.
///
/// Mesos takes an `http` or `https` URL of a registry, or a place where images lie as archives: a
/// directory, or an `hdfs://` URL. Only the Mesos containerizer looks at the flag; Docker asks
/// Docker Hub.
///
/// Mesos adds the port of the scheme to the URL and then compares texts, so that it looks for
/// `registry.example.com:443` where the credential stands under `https://registry.example.com/v1/`,
/// and pulls anonymously: the example of DC/OS's own manual does not work there. Here no port and
/// `:443` are one; an `http` URL without a port is the registry at port 80, which is another one.
/// [`mesos_key`](Self::mesos_key) is the key that Mesos itself needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerRegistry {
    /// `None` for archives.
    server: Option<UrlOfRegistry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct UrlOfRegistry {
    /// The scheme and the host, as written.
    url: String,
    /// The registry, normalised.
    registry: String,
    /// The text that Mesos compares: `registry.example.com:443`.
    mesos_key: String,
}

impl DockerRegistry {
    /// Reads a value of the flag.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidSetting`] for what is none of its forms.
    pub fn parse(value: &str) -> Result<Self, Error> {
        let problem =
            |problem| Error::InvalidSetting { name: "--docker_registry".to_owned(), problem };
        if value.starts_with('/') || value.starts_with("hdfs://") {
            return Ok(DockerRegistry { server: None });
        }
        // Mesos ends the host at a query too.
        let url = value.split(['?', '#']).next().unwrap_or_default();
        let Server { scheme, authority, .. } = Server::split(url);
        if scheme.is_empty() {
            return Err(problem(
                "Mesos takes the URL of a registry, like https://registry.example.com, or an \
                 absolute path or hdfs:// URL where images lie as archives",
            ));
        }
        let registry = Registry::of_server(url).ok().filter(|r| r.port() <= MOST_PORT);
        let Some(registry) = registry else {
            return Err(problem(
                "its URL must hold a host with an optional port, and no user name",
            ));
        };
        let (registry, mesos_key) = (registry.to_normal(), Server::split(url).with_port());
        let url = format!("{scheme}{authority}");
        Ok(DockerRegistry { server: Some(UrlOfRegistry { url, registry, mesos_key }) })
    }

    /// The registry, normalised: `registry.example.com:5000`; `None` where images lie as archives.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.server.as_ref().map(|server| &*server.registry)
    }

    /// The key under which Mesos itself looks for the credential of images without a registry:
    /// `registry.example.com:443`. `None` where images lie as archives.
    #[must_use]
    pub fn mesos_key(&self) -> Option<&str> {
        self.server.as_ref().map(|server| &*server.mesos_key)
    }

    /// [`mesos_key`](Self::mesos_key) where nobody would write it so: with the port of the scheme.
    pub(crate) fn odd_mesos_key(&self) -> Option<&str> {
        let is_odd = |key: &&str| {
            // For Docker Hub it compares no ports.
            !key.contains("docker.io") && (key.ends_with(":443") || key.ends_with(":80"))
        };
        self.mesos_key().filter(is_odd)
    }

    /// An image as Mesos understands it, from this registry if it names none itself; `None` where
    /// images lie as archives, which takes no credential.
    ///
    /// # Errors
    ///
    /// As [`ImageRef::parse`].
    pub fn image<'a>(&'a self, image: &'a str) -> Result<Option<ImageRef<'a>>, InvalidImageRef> {
        let Some(server) = &self.server else { return Ok(None) };
        ImageRef::parse_with_default(image, &server.url).map(Some)
    }
}

const MOST_PORT: u32 = u16::MAX as u32;

/// Docker Hub, as in Mesos.
impl Default for DockerRegistry {
    fn default() -> Self {
        let server = UrlOfRegistry {
            url: "https://registry-1.docker.io".to_owned(),
            registry: DOCKER_HUB.to_owned(),
            mesos_key: "registry-1.docker.io:443".to_owned(),
        };
        DockerRegistry { server: Some(server) }
    }
}

/// Checks a value of `--docker_config` or `MESOS_DOCKER_CONFIG`: the warnings on the file, and what
/// Mesos would do with it that is unsafe or has no effect.
///
/// [`ResolverBuilder::agent_flag`](crate::ResolverBuilder::agent_flag) reads the same value by the
/// rules of this crate.
///
/// # Errors
///
/// As [`ResolverBuilder::build`](crate::ResolverBuilder::build) with the value as its agent flag,
/// unless an agent would start with it and then pull nothing: that is a warning.
pub fn check_docker_config(value: &str, limits: Limits) -> Result<Vec<Warning>, Error> {
    let inline = Location::bytes(Level::AgentFlag, 1);
    match FlagForm::of(value)
        .map_err(|problem| Error::AgentFlag { location: inline.clone(), problem })?
    {
        FlagForm::Json => {
            check_content(value.as_bytes(), &inline, Some(Pitfall::OnCommandLine), &limits)
        }
        FlagForm::File(path) => {
            let form = match value.strip_prefix("file://") {
                Some(written) if Path::new(written) == path => None,
                Some(_) => Some(Pitfall::OtherPath),
                None if value.starts_with('/') => Some(Pitfall::BarePath),
                None => Some(Pitfall::AgentDoesNotStart(
                    "Mesos reads as JSON whatever does not begin with file:// or a slash",
                )),
            };
            let location = Location::file(Level::AgentFlag, &path);
            check_content(
                read_named(&path, &location, &limits)?.as_slice(),
                &location,
                form,
                &limits,
            )
        }
    }
}

fn check_content(
    bytes: &[u8],
    location: &Location,
    form: Option<Pitfall>,
    limits: &Limits,
) -> Result<Vec<Warning>, Error> {
    let read = CredentialFile::read(bytes, location, limits);
    if let Err(error @ Error::Limit { .. }) = read {
        return Err(error);
    }
    let document = Document::look(bytes);
    let file = match read {
        // A warning says why an agent starts with it and breaks then.
        Err(Error::NotACredentialFile { .. }) if document.breaks_pulls.is_some() => None,
        read => Some(read?),
    };
    let Check { unused, warnings } = Check::of(file.as_ref(), &document, location);
    let pitfalls = [
        Some(Pitfall::Exposed),
        form,
        document.stops_agent.map(Pitfall::AgentDoesNotStart),
        document.breaks_pulls.map(Pitfall::BreaksPulls),
    ];
    let pitfalls = pitfalls.into_iter().flatten();
    let pitfalls =
        pitfalls.map(|pitfall| Warning::new(location, None, WarningKind::Mesos(pitfall)));
    Ok(pitfalls.chain(unused).chain(warnings).collect())
}

/// What Mesos's Docker containerizer would pull with: the sandbox alone if a credential file is in
/// it, and otherwise what the agent has.
///
/// Of `.docker/config.json` and `.dockercfg` the first that is there is read and nothing else, as
/// in Docker. Whatever stands under the name counts, as in Mesos; what cannot be read there is an
/// error here, where Docker would warn and pull anonymously. What a key covers is told by the rules
/// of this crate.
///
/// # Errors
///
/// As [`ResolverBuilder::sandbox_home`](crate::ResolverBuilder::sandbox_home).
pub fn docker_containerizer(
    agent: &Resolver,
    limits: Limits,
    sandbox: impl AsRef<Path>,
) -> Result<Resolver, Error> {
    let home = Source::DockerHome(sandbox.as_ref().to_owned());
    // Read once: between two readings the task could change what is there.
    let home = Resolver::builder().limits(limits).source(home).build()?;
    let has_files = home.files().next().is_some();
    Ok(if has_files { home.hiding(agent) } else { home.over(agent) })
}
