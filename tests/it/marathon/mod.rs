//! Marathon's definitions.

mod definitions;
mod exposure;
mod fetch_layout;
mod fetched_files;
mod images;
mod mesos_messages;
mod pull_secrets;
mod redaction;
mod uris;
mod violations;

use regcred::marathon::{self, Container, Fetch};
use regcred::mesos::Containerizer;
use regcred::{Error, Limits, Resolver};

use crate::support::{config, image_ref};

/// The containers of a definition, each in one line: `id[ name] containerizer image alias=source`.
fn read(definition: &str) -> Vec<String> {
    let containers = marathon::containers(definition.as_bytes(), Limits::default());
    let containers = containers.unwrap_or_else(|error| panic!("{definition}: {error}"));
    containers.iter().map(|container| container.as_ref().map_or_else(told, line)).collect()
}

fn told(error: &Error) -> String {
    let Error::Definition { id, violations, .. } = error else { panic!("{error:?}") };
    let violations: Vec<String> = violations.iter().map(|v| v.to_string()).collect();
    format!("{id}: {}", violations.join("; "))
}

fn line(container: &Container) -> String {
    let mut words = vec![container.id()];
    words.extend(container.name());
    words.push(match container.containerizer() {
        Containerizer::Docker => "DOCKER",
        Containerizer::Mesos => "MESOS",
        other => panic!("{other:?}"),
    });
    words.push(container.image().unwrap_or("-"));
    let secret = container.pull_config().map(|pull| format!("{}={}", pull.alias(), pull.source()));
    words.extend(secret.as_deref());
    words.join(" ")
}

const DECLARED: &str = r#""secrets": {"s": {"source": "/a/b"}}"#;

pub fn app_with(rest: &str) -> String {
    format!(r#"{{"id": "/a", "container": {{"docker": {{"image": "reg.io/app"}}}}, {rest}}}"#)
}

pub fn only(definition: &str) -> Container {
    let mut containers = marathon::containers(definition.as_bytes(), Limits::default()).unwrap();
    assert_eq!(containers.len(), 1);
    containers.remove(0).unwrap()
}

/// A secret store that must not be asked.
pub fn no_secrets(source: &str) -> std::io::Result<Vec<u8>> {
    panic!("nobody asks for {source}")
}

pub fn agent() -> Resolver {
    Resolver::builder()
        .agent_flag(config(&[("reg.io", "agent"), ("agent.io", "agent")]))
        .build()
        .unwrap()
}

const PULLS: &str = r#"{"id": "/a", "container": {"type": "MESOS", "docker": {"image": "reg.io/app",
"pullConfig": {"secret": "s"}}},
    "secrets": {"s": {"source": "/store/s"}, "t": {"source": "/store/t"}},
    "fetch": [{"uri": "https://h/docker.tar.gz"}]}"#;

/// Returns everything that is printed about a definition, with and without its secret.
fn shown(definition: &str) -> String {
    let mut shown =
        format!("{:?}\n", marathon::containers(definition.as_bytes(), Limits::default()));
    let secret: Vec<u8> = config(&[("reg.io", "u"), ("u@reg.io", "u")]).into();
    for secret in [None, Some(secret)] {
        let store = |_: &str| secret.clone().ok_or(std::io::ErrorKind::NotFound.into());
        let answers =
            marathon::resolvers(definition.as_bytes(), &agent(), Limits::default(), store);
        for answer in answers.unwrap() {
            shown += &match answer {
                Err(error) => format!("{error}\n{error:?}\n"),
                Ok(resolved) => {
                    let image = image_ref("reg.io/app");
                    let explained = resolved.resolver.explain(&image);
                    let warnings = resolved.resolver.warnings();
                    let json = serde_json::to_string(&explained).unwrap();
                    let fetches: Vec<String> =
                        resolved.container.fetch().iter().map(Fetch::to_string).collect();
                    format!("{resolved:?}\n{fetches:?}\n{warnings:?}\n{explained}\n{json}\n")
                }
            };
        }
    }
    shown
}
