//! A Marathon definition. Every secret it names holds the canary, and every URL in it has a
//! password.

use regcred::marathon::{self, Container};
use regcred::mesos::DockerRegistry;
use regcred::{Error, Limits, Resolver};

use super::json::{self, Json};
use super::printed::Printed;
use super::{CANARY, is_of_canary};

pub fn law(data: &[u8]) {
    let agent = Resolver::builder().agent_flag(r#"{"auths":{"reg.io":{"auth":"dTpw"}}}"#);
    let agent = agent.build().expect("it is in order");
    let planted = with_passwords(data);
    let (first, second) = (seen(&planted, &agent), seen(&planted, &agent));
    assert_eq!(first, second, "twice the same");
    let read = json::read(&planted);
    // Definitions that only the crate can read are skipped.
    let is_named = read.as_ref().is_none_or(is_in_a_name);
    if !is_named && !data.windows(4).any(is_of_canary) {
        first.holds_none_of(&[CANARY], &planted);
    }
    if let Some(read) = read {
        let containers = marathon::containers(&planted, Limits::default());
        for container in containers.iter().flatten().flatten() {
            let image = container.image();
            assert!(image.is_none_or(|image| holds_text(&read, image)), "{image:?} is not there");
        }
    }
}

/// Returns whether a planted secret is in the place of a name, which is shown.
fn is_in_a_name(value: &Json) -> bool {
    match value {
        Json::List(items) => items.iter().any(is_in_a_name),
        Json::Object(fields) => fields.iter().any(|(field, value)| {
            let is_name = matches!(&**field, "id" | "name");
            let is_planted = matches!(value, Json::Text(name) if name.contains(CANARY));
            (is_name && is_planted) || is_in_a_name(value)
        }),
        Json::Null | Json::Other | Json::Text(_) => false,
    }
}

/// Returns whether a text is a value in the document, as read by another parser.
fn holds_text(value: &Json, text: &str) -> bool {
    match value {
        Json::List(items) => items.iter().any(|item| holds_text(item, text)),
        Json::Object(fields) => fields.iter().any(|(_, value)| holds_text(value, text)),
        Json::Text(value) => value == text,
        Json::Null | Json::Other => false,
    }
}

/// `"https://host` -> `"https://u:CANARY@host`.
fn with_passwords(data: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(data) {
        Ok(text) => text.replace("://", &format!("://u:{CANARY}@")).into_bytes(),
        Err(_) => data.to_vec(),
    }
}

fn seen(definition: &[u8], agent: &Resolver) -> Printed {
    let limits = Limits::default();
    let mut printed = Printed::default();
    let secret = |source: &str| match source.len() % 4 {
        0 => Err(std::io::ErrorKind::NotFound.into()),
        1 => Ok(format!("{{{CANARY}").into_bytes()),
        _ => Ok(format!(r#"{{"auths":{{"reg.io":{{"identitytoken":"{CANARY}"}}}}}}"#).into_bytes()),
    };
    let (containers, resolvers) = match (
        marathon::containers(definition, limits),
        marathon::resolvers(definition, agent, limits, secret),
    ) {
        (Ok(containers), Ok(resolvers)) => (containers, resolvers),
        (containers, resolvers) => {
            assert_eq!(containers.is_err(), resolvers.is_err(), "{containers:?} {resolvers:?}");
            containers.err().iter().chain(&resolvers.err()).for_each(|error| printed.error(error));
            return printed;
        }
    };
    assert_eq!(containers.len(), resolvers.len());
    for (container, resolved) in containers.iter().zip(&resolvers) {
        match container {
            Ok(container) => self::container(&mut printed, container),
            Err(error) => printed.error(error),
        }
        match (container, resolved) {
            (Ok(container), Ok(resolved)) => {
                assert_eq!(container.id(), resolved.container.id());
                printed.resolver(&resolved.resolver);
            }
            (Err(_), Ok(_)) => panic!("a resolver for what is refused"),
            (Ok(container), Err(error)) => {
                assert!(!matches!(error, Error::Definition { .. }), "{container:?}: {error}");
                printed.error(error);
            }
            (Err(_), Err(error)) => printed.error(error),
        }
    }
    printed
}

fn container(printed: &mut Printed, container: &Container) {
    printed.debug(container);
    for fetch in container.fetch() {
        printed.debug(fetch);
        printed.0 += &format!("{fetch}\n");
    }
    for warning in container.warnings() {
        printed.debug(warning);
        printed.0 += &format!("{warning}\n");
    }
    match container.image_ref(&DockerRegistry::default()) {
        Ok(image) => printed.debug(&image),
        Err(error) => printed.0 += &format!("{error} {error:?}\n"),
    }
}
