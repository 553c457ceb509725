//! Prints which credential pulls the image of each container of a Marathon definition, and why.
//!
//! Without arguments it reads the definitions in `examples/marathon/`.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use regcred::marathon::{self, Container};
use regcred::mesos::DockerRegistry;
use regcred::{Limits, Resolver, ResolverBuilder};

const USAGE: &str = "\
usage: marathon [OPTION ...] DEFINITION [SECRETS]
  DEFINITION               an app, a pod, a group or a list of them, as JSON
  SECRETS                  a directory with a file for each secret, named after its source
options:
  --agent-flag VALUE       the agent's --docker_config: a path, a file:// URL or JSON
  --cluster-file FILE      the file shared by the cluster
  --docker-registry URL    the agent's --docker_registry
  --sandbox DIR            the sandbox after Mesos has fetched; without it, local files are read directly
Without arguments, the definitions in examples/marathon/ are used.
exit status: 0 a credential for every image, 1 none for some, 2 bad input or a refused definition";

fn main() -> ExitCode {
    // Unlike args, args_os does not panic on arguments that are not UTF-8.
    let args = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    match run(args) {
        Ok(Outcome::AllFound) => ExitCode::SUCCESS,
        Ok(Outcome::SomeAnonymous) => ExitCode::from(1),
        Ok(Outcome::SomeRefused) => ExitCode::from(2),
        Err(error) => {
            eprintln!("marathon: {error}");
            ExitCode::from(2)
        }
    }
}

/// The result for a definition, from the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    AllFound,
    SomeAnonymous,
    SomeRefused,
}

type Failure = Box<dyn std::error::Error>;

fn run(args: impl Iterator<Item = String>) -> Result<Outcome, Failure> {
    let Some(options) = Options::parse(args)? else {
        println!("{USAGE}");
        return Ok(Outcome::AllFound);
    };
    let agent = options.agent.clone().build()?;
    for warning in agent.warnings() {
        eprintln!("warning: {warning}");
    }
    let mut worst = Outcome::AllFound;
    for path in &options.definitions {
        let definition =
            std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        for container in marathon::containers(&definition, Limits::default())? {
            let outcome = match container {
                Ok(container) => options.show(&container, &agent)?,
                Err(refused) => {
                    writeln!(io::stdout(), "refused: {refused}\n")?;
                    Outcome::SomeRefused
                }
            };
            worst = worst.max(outcome);
        }
    }
    Ok(worst)
}

struct Options {
    agent: ResolverBuilder,
    registry: DockerRegistry,
    sandbox: Option<PathBuf>,
    definitions: Vec<PathBuf>,
    secrets: Option<PathBuf>,
}

impl Options {
    /// Parses the command line; `None` if it asks for help.
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let mut agent = Resolver::builder();
        let (mut registry, mut sandbox) = (DockerRegistry::default(), None);
        let mut paths = Vec::new();
        let mut is_shipped = true;
        while let Some(arg) = args.next() {
            is_shipped = false;
            let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value\n{USAGE}"));
            match &*arg {
                "--agent-flag" => agent = agent.agent_flag(value()?),
                "--cluster-file" => agent = agent.cluster_file(value()?),
                "--docker-registry" => registry = DockerRegistry::parse(&value()?)?,
                "--sandbox" => sandbox = Some(value()?.into()),
                "--help" | "-h" => return Ok(None),
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}\n{USAGE}").into());
                }
                path => paths.push(PathBuf::from(path)),
            }
        }
        if is_shipped {
            return Ok(Some(Self::shipped()?));
        }
        let mut paths = paths.into_iter();
        let (definition, secrets) = (paths.next(), paths.next());
        let (Some(definition), None) = (definition, paths.next()) else {
            return Err(format!("give one definition and one directory of secrets\n{USAGE}").into());
        };
        Ok(Some(Options { agent, registry, sandbox, definitions: vec![definition], secrets }))
    }

    /// Returns the definitions in `examples/marathon/`, for a DC/OS cluster with its own registry.
    fn shipped() -> Result<Self, Failure> {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/marathon");
        Ok(Options {
            agent: Resolver::builder().cluster_file(shipped.join("docker_credentials")),
            registry: DockerRegistry::parse("https://registry.example.com")?,
            sandbox: Some(shipped.join("sandbox")),
            definitions: ["group.json", "pod.json"].map(|name| shipped.join(name)).into(),
            secrets: Some(shipped.join("secrets")),
        })
    }

    /// Reads a secret by its source. It has to be in the directory of secrets.
    fn secret(&self, source: &str) -> io::Result<Vec<u8>> {
        let Some(secrets) = &self.secrets else {
            return Err(io::Error::other("no directory of secrets was given"));
        };
        let relative = Path::new(source.trim_start_matches('/'));
        if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(io::Error::other("its source leads out of the directory of secrets"));
        }
        std::fs::read(secrets.join(relative))
    }

    fn show(&self, container: &Container, agent: &Resolver) -> io::Result<Outcome> {
        // Unlike println!, writeln! does not panic if the output is closed.
        let mut out = io::stdout().lock();
        // Names may contain escape sequences of a terminal.
        let name = container.name().map(|name| format!(" {}", name.escape_debug()));
        let id = container.id().escape_debug();
        let containerizer = container.containerizer();
        writeln!(out, "{id}{}, {containerizer:?} containerizer", name.unwrap_or_default())?;
        for warning in container.warnings() {
            writeln!(out, "  warning: {warning}")?;
        }
        let secret = |source: &str| self.secret(source);
        let resolver = match &self.sandbox {
            Some(sandbox) => {
                container.resolver_in_sandbox(agent, Limits::default(), sandbox, secret)
            }
            None => container.resolver(agent, Limits::default(), secret),
        };
        let (resolver, image) = match (resolver, container.image_ref(&self.registry)) {
            (Ok(resolver), Ok(image)) => (resolver, image),
            (Err(error), _) | (_, Err(error)) => {
                writeln!(out, "  refused: {error}\n")?;
                return Ok(Outcome::SomeRefused);
            }
        };
        for warning in resolver.warnings() {
            writeln!(out, "  warning: {warning}")?;
        }
        let Some(image) = image else {
            writeln!(out, "  no image that takes a credential\n")?;
            return Ok(Outcome::AllFound);
        };
        let explanation = resolver.explain(&image);
        writeln!(out, "{explanation}\n")?;
        Ok(if explanation.is_found() { Outcome::AllFound } else { Outcome::SomeAnonymous })
    }
}
