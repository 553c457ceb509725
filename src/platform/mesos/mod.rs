//! Mesos's flags on credentials, and Mesos's own reading of a credential file.
//!
//! | flag | environment variable | in this crate |
//! |---|---|---|
//! | `--docker_config` | `MESOS_DOCKER_CONFIG` | [`agent_flag`](crate::ResolverBuilder::agent_flag) reads the value, [`check_docker_config`] checks it |
//! | `--docker_registry` | `MESOS_DOCKER_REGISTRY` | [`DockerRegistry`] |
//!
//! The value has the same form in the flag and in the environment variable. The caller reads
//! either.
//!
//! ```
//! use regcred::{ImageRef, Resolver, mesos};
//!
//! # fn main() -> Result<(), regcred::Error> {
//! let flag = r#"{"auths": {"https://registry.example.com/v1/": {"auth": "dXNlcjpwYXNz"}}}"#;
//! let agent = Resolver::builder().agent_flag(flag).build()?;
//! // An image that does not name a registry is pulled from --docker_registry.
//! let registry = mesos::DockerRegistry::parse("https://registry.example.com")?;
//! let image = registry.image("team/app")?.expect("images are not archives in a directory");
//! assert_eq!(image.to_string(), "registry.example.com/team/app");
//! assert!(agent.resolve(&image).is_some());
//! # Ok(())
//! # }
//! ```
//!
//! # Two containerizers
//!
//! Mesos pulls images in two unrelated ways ([`Containerizer`]), which combine credentials
//! differently. This crate has one order for both: task secret, sandbox HOME, agent flag, cluster
//! file.
//!
//! | | Docker containerizer | Mesos containerizer (UCR) |
//! |---|---|---|
//! | pulls with | `docker pull` and one `HOME` | code of its own |
//! | reads | the sandbox if it contains `.docker/config.json` or `.dockercfg`, otherwise the agent's flag | the task's secret and the agent's flag, never the sandbox |
//! | in this crate | [`docker_containerizer`] | `Resolver::builder().task_secret(secret).base(&agent)` |
//! | difference of the order here | if the sandbox has no credential for an image, the agent's flag is used; Mesos pulls anonymously | the secret wins for every spelling of a registry; Mesos compares keys as text, so `reg.io` in the secret and `https://reg.io/v1/` in the flag are two keys, and either may be sent |
//! | | | an empty entry (`{}`) in the secret is passed over; in Mesos it hides the flag's entry |

mod check;
mod config;
mod docker_registry;
mod pitfalls;

use std::fmt;
use std::path::Path;

use crate::error::{Error, Warning, WarningKind};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::resolver::Resolver;
use crate::source::{FlagForm, Reading, Source, read_named};

pub(crate) use self::check::Check;
pub(crate) use self::config::Config;
pub use self::docker_registry::DockerRegistry;
pub use crate::error::Pitfall;

/// The part of Mesos that runs a container and pulls its image.
///
/// ```
/// use regcred::mesos::Containerizer;
/// use regcred::{Limits, marathon};
///
/// let app = br#"{"container": {"type": "MESOS", "docker": {"image": "nginx"}}}"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// match answers[0].as_ref().expect("a valid app").containerizer() {
///     Containerizer::Docker => println!("Docker reads the sandbox"),
///     containerizer => assert_eq!(containerizer.to_string(), "MESOS"),
/// }
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Containerizer {
    /// `DOCKER`: the program `docker` pulls, with the sandbox as its `HOME`.
    Docker,
    /// `MESOS`, also called UCR: Mesos itself pulls, with the task's secret and the agent's flag.
    Mesos,
}

/// Writes it like Marathon's definitions: `DOCKER`, `MESOS`.
impl fmt::Display for Containerizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Containerizer::Docker => "DOCKER",
            Containerizer::Mesos => "MESOS",
        })
    }
}

/// Checks a value of `--docker_config` or `MESOS_DOCKER_CONFIG`. Returns the warnings on the file,
/// and a [`Pitfall`] for everything that is unsafe or has no effect in Mesos.
///
/// [`ResolverBuilder::agent_flag`](crate::ResolverBuilder::agent_flag) reads the same value by the
/// rules of this crate.
///
/// ```
/// use regcred::{Limits, mesos};
///
/// let value = r#"{"auths": {"docker.io.example.com": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let warnings = mesos::check_docker_config(value, Limits::default())?;
/// let text = warnings.iter().map(ToString::to_string).collect::<String>();
/// assert!(text.contains("sends it to Docker Hub, because docker.io is in the key"));
/// # Ok::<(), regcred::Error>(())
/// ```
///
/// # Errors
///
/// The errors of [`ResolverBuilder::build`](crate::ResolverBuilder::build) for the value as an
/// agent flag. If an agent starts with the value but cannot pull with it, the result is a warning.
pub fn check_docker_config(value: &str, limits: Limits) -> Result<Vec<Warning>, Error> {
    let inline = Location::bytes(Level::AgentFlag, 1);
    match FlagForm::of(value) {
        Err(problem) => Err(Error::AgentFlag { location: inline, problem }),
        Ok(FlagForm::Json) => {
            check_content(value.as_bytes(), &inline, Some(Pitfall::OnCommandLine), &limits)
        }
        Ok(FlagForm::File(path)) => {
            let pitfall = match value.strip_prefix("file://") {
                Some(written) if Path::new(written) == path => None,
                Some(_) => Some(Pitfall::OtherPath),
                None if value.starts_with('/') => Some(Pitfall::BarePath),
                None => Some(Pitfall::AgentDoesNotStart(
                    "Mesos reads as JSON whatever does not begin with file:// or a slash",
                )),
            };
            let location = Location::file(Level::AgentFlag, &path);
            let bytes = read_named(&path, &location, &limits)?;
            check_content(bytes.as_slice(), &location, pitfall, &limits)
        }
    }
}

fn check_content(
    bytes: &[u8],
    location: &Location,
    of_form: Option<Pitfall>,
    limits: &Limits,
) -> Result<Vec<Warning>, Error> {
    let check = Check::of(bytes, location, limits)?;
    match check.file {
        // A pitfall gives the reason.
        Err(Error::NotACredentialFile { .. }) if check.breaks_pulls.is_some() => {}
        file => drop(file?),
    }
    let of_file = [
        Some(Pitfall::Exposed),
        of_form,
        check.stops_agent.map(Pitfall::AgentDoesNotStart),
        check.breaks_pulls.map(Pitfall::BreaksPulls),
    ];
    let of_file = of_file.into_iter().flatten();
    let of_file = of_file.map(|pitfall| Warning::new(location, None, WarningKind::Mesos(pitfall)));
    Ok(of_file.chain(check.unused).chain(check.warnings).collect())
}

/// The way in which a credential file gets into a sandbox.
pub(crate) const FETCH_IT: &str = "let the task fetch docker.tar.gz into it, which Mesos unpacks (fetch or uris, tar -czf \
     docker.tar.gz .docker); Docker's HOME is the sandbox, so the agent's ~/.docker is not read";

/// Builds a resolver that follows the rule of Mesos's Docker containerizer: the sandbox alone if it
/// contains a credential file, otherwise the agent.
///
/// Only the first of `.docker/config.json` and `.dockercfg` is read, as Docker does. As in Mesos,
/// anything of that name counts. If it cannot be read, the result is an error; Docker prints a
/// warning and pulls anonymously. Keys are matched by the rules of this crate.
///
/// ```
/// # let sandbox = tempfile::tempdir().unwrap();
/// # let sandbox = sandbox.path();
/// # std::fs::write(sandbox.join(".dockercfg"), r#"{"reg.io": {"auth": "dTpw"}}"#).unwrap();
/// use regcred::{ImageRef, Limits, Resolver, mesos};
///
/// let flag = r#"{"auths": {"quay.io": {"auth": "YWdlbnQ6cGFzcw=="}}}"#;
/// let agent = Resolver::builder().agent_flag(flag).build()?;
/// // The sandbox holds a .dockercfg for reg.io.
/// let resolver = mesos::docker_containerizer(&agent, Limits::default(), sandbox)?;
/// assert!(resolver.resolve(&ImageRef::parse("reg.io/app")?).is_some());
/// assert!(resolver.resolve(&ImageRef::parse("quay.io/app")?).is_none()); // the flag is hidden
/// # Ok::<(), regcred::Error>(())
/// ```
///
/// # Errors
///
/// The same as [`ResolverBuilder::sandbox_home`](crate::ResolverBuilder::sandbox_home).
pub fn docker_containerizer(
    agent: &Resolver,
    limits: Limits,
    sandbox: impl AsRef<Path>,
) -> Result<Resolver, Error> {
    let directory = sandbox.as_ref().to_owned();
    let (reading, remedy) = (Reading::AsDocker, Some(FETCH_IT));
    let home = Source::Sandbox { directory, reading, remedy };
    // Read once, because the task can change the sandbox at any moment.
    let home = Resolver::builder().limits(limits).source(home).build()?;
    let has_files = home.files().next().is_some();
    Ok(if has_files { home.hiding(agent) } else { home.over(agent) })
}
