//! What one app or pod needs, and what Marathon's rules say of it (`AppValidation`,
//! `PodsValidation`, `SecretValidation`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fetch::{self, Fetch};
use super::fetch_check;
use super::node::{Node, Violations};
use super::{Container, ImageName, PullConfig, full_name, id_or_definition};
use crate::error::{Error, Rule, Violation};
use crate::mesos::Containerizer;
use crate::redact::shown_name;

pub(super) type Answer = Result<Container, Error>;

/// The answer for a service with violations; `None` without any.
pub(super) fn refused(id: &str, violations: Violations) -> Option<Answer> {
    (!violations.is_empty()).then(|| {
        Err(Error::Definition {
            id: id_or_definition(id).to_owned(),
            violations: violations.into_vec(),
        })
    })
}

/// Alias -> declared secret, where that is in order.
type Secrets<'a> = BTreeMap<&'a str, Option<Arc<PullConfig>>>;

fn secrets<'a>(service: &Node<'a>, violations: &mut Violations) -> Secrets<'a> {
    let Some(declared) = service.field("secrets") else { return Secrets::new() };
    let mut secrets = Secrets::new();
    for (alias, value) in declared.object(violations).into_iter().flatten() {
        let secret = declared.keyed(&shown_name(alias), value);
        if alias.is_empty() {
            violations.push(Violation { path: format!("{}/", secret.path()), rule: Rule::Empty });
        }
        let source = secret.object(violations).and_then(|_| {
            let source = secret.required("source", "where the secret store has it", violations)?;
            source.filled_text(violations)
        });
        let pull_config = |source: &str| {
            Arc::new(PullConfig { alias: alias.to_owned(), source: source.to_owned() })
        };
        secrets.insert(alias, source.map(pull_config));
    }
    secrets
}

/// What `pullConfig` under `parent` names among the declared secrets.
fn pull_config(
    parent: &Node<'_>,
    secrets: &Secrets<'_>,
    violations: &mut Violations,
) -> Option<Arc<PullConfig>> {
    let pull_config = parent.field("pullConfig")?;
    pull_config.object(violations)?;
    let alias = pull_config.required("secret", "the name of a secret", violations)?;
    let alias = alias.filled_text(violations).filter(|alias| !alias.is_empty())?;
    match secrets.get(alias) {
        // What is wrong with the secret itself has been said.
        Some(declared) => declared.clone(),
        None => {
            const MOST_TOLD: usize = 5;
            let declared = secrets
                .keys()
                .take(MOST_TOLD)
                .map(|alias| shown_name(alias).into_owned())
                .collect();
            let more = secrets.len().saturating_sub(MOST_TOLD);
            let alias = shown_name(alias).into_owned();
            let rule = Rule::UndeclaredSecret { alias, declared, more };
            violations.push(pull_config.violation(rule));
            None
        }
    }
}

/// What an app needs.
pub(super) fn app(app: &Node<'_>, id: String) -> Answer {
    let mut violations = Violations::default();
    let secrets = secrets(app, &mut violations);
    let fetch = fetches_of_app(app, &mut violations);
    let mut read = Image { containerizer: Containerizer::Mesos, name: None, pull_config: None };
    if let Some(container) = app.field("container") {
        if container.object(&mut violations).is_some() {
            read = image_of_app(&container, &secrets, &mut violations);
        }
    }
    finish(id.into(), None, read, fetch, violations)
}

/// What is pulled, by whom and with what.
struct Image {
    containerizer: Containerizer,
    name: Option<ImageName>,
    pull_config: Option<Arc<PullConfig>>,
}

fn image_of_app(container: &Node<'_>, secrets: &Secrets<'_>, violations: &mut Violations) -> Image {
    let written = container.field("type").map(|node| (node.text(violations), node));
    let containerizer = match &written {
        None => Containerizer::Docker,
        Some((Some(kind), _)) if kind.eq_ignore_ascii_case("DOCKER") => Containerizer::Docker,
        Some((Some(kind), _)) if kind.eq_ignore_ascii_case("MESOS") => Containerizer::Mesos,
        Some((kind, node)) => {
            if kind.is_some() {
                violations.push(node.violation(Rule::Unexpected { expected: "DOCKER or MESOS" }));
            }
            Containerizer::Mesos
        }
    };
    let mut image = Image { containerizer, name: None, pull_config: None };
    let docker = match containerizer {
        Containerizer::Docker => container.required("docker", "what Docker is to run", violations),
        Containerizer::Mesos => container.field("docker"),
    };
    let Some(docker) = docker else { return image };
    if docker.object(violations).is_none() {
        return image;
    }
    if containerizer == Containerizer::Mesos && container.field("appc").is_some() {
        violations.push(container.violation(Rule::SeveralImages));
    }
    if let Some(credential) = docker.field("credential") {
        violations.push(credential.violation(Rule::Credential));
    }
    let name = docker.required("image", "the name of an image", violations);
    image.name = name.and_then(|name| image_name(&name, violations));
    match (containerizer, docker.field("pullConfig")) {
        (Containerizer::Docker, Some(pull_config)) => {
            violations.push(pull_config.violation(Rule::PullConfigWithDocker));
        }
        _ => image.pull_config = pull_config(&docker, secrets, violations),
    }
    image
}

fn image_name(node: &Node<'_>, violations: &mut Violations) -> Option<ImageName> {
    let text = node.filled_text(violations)?;
    Some(ImageName { path: node.path().into(), text: text.into() })
}

fn fetches_of_app(app: &Node<'_>, violations: &mut Violations) -> Vec<Fetch> {
    let mut read = |name, item: fn(&Node<'_>, &mut Violations) -> Option<Fetch>| {
        let items = app.field(name).map(|list| list.items(violations)).into_iter().flatten();
        items.filter_map(|node| item(&node, violations)).collect::<Vec<_>>()
    };
    let fetch = read("fetch", fetch::read);
    let uris = read("uris", fetch::read_uri);
    if fetch.is_empty() {
        return uris;
    }
    // Marathon 1.1 to 1.4 answer both, with the same URIs (`"uris" -> fetch.map(_.uri)`).
    if !uris.is_empty() && !uris.iter().map(Fetch::uri).eq(fetch.iter().map(Fetch::uri)) {
        violations.extend(app.field("uris").map(|node| node.violation(Rule::UrisAndFetch)));
    }
    fetch
}

/// What each container of a pod needs; `None` if there are more of them than `most`.
pub(super) fn pod(pod: &Node<'_>, id: String, most: u64) -> Option<Vec<Answer>> {
    let id = Arc::from(id);
    let mut violations = Violations::default();
    if pod.field("container").is_some() {
        violations.push(pod.violation(Rule::AppAndPod));
    }
    let secrets = secrets(pod, &mut violations);
    let containers = pod.required("containers", "a list of containers", &mut violations);
    let containers = containers.map(|list| list.items(&mut violations)).into_iter().flatten();
    let mut of_containers = Vec::new();
    for container in containers {
        if of_containers.len() as u64 >= most {
            return None;
        }
        if container.object(&mut violations).is_some() {
            of_containers.push(container_of_pod(&id, &container, &secrets));
        }
    }
    if violations.is_empty() && of_containers.is_empty() {
        violations.push(pod.violation_at("containers", Rule::Empty));
    }
    if violations.is_empty() {
        return Some(of_containers);
    }
    // Marathon refuses a pod as a whole, and tells everything at once.
    for container in of_containers {
        if let Err(Error::Definition { violations: more, .. }) = container {
            violations.extend(more);
        }
    }
    Some(refused(&id, violations).into_iter().collect())
}

fn container_of_pod(id: &Arc<str>, container: &Node<'_>, secrets: &Secrets<'_>) -> Answer {
    let name = container.field("name").and_then(|name| name.text(&mut Violations::default()));
    let mut violations = Violations::default();
    let image = image_of_pod(container, secrets, &mut violations);
    let artifacts = container.field("artifacts").map(|list| list.items(&mut violations));
    let artifacts = artifacts.into_iter().flatten();
    let fetch = artifacts.filter_map(|node| fetch::read(&node, &mut violations)).collect();
    finish(id.clone(), name, image, fetch, violations)
}

fn image_of_pod(container: &Node<'_>, secrets: &Secrets<'_>, violations: &mut Violations) -> Image {
    let mut read = Image { containerizer: Containerizer::Mesos, name: None, pull_config: None };
    let Some(image) = container.field("image") else { return read };
    if image.object(violations).is_none() {
        return read;
    }
    let kind = image.required("kind", "DOCKER", violations);
    let is_docker = kind.and_then(|node| {
        let kind = node.text(violations)?;
        let is = |known: &str| kind.eq_ignore_ascii_case(known);
        if !is("DOCKER") && !is("APPC") {
            violations.push(node.violation(Rule::Unexpected { expected: "DOCKER" }));
        }
        Some(is("DOCKER"))
    });
    let name = image.required("id", "the name of an image", violations);
    let name = name.and_then(|name| image_name(&name, violations));
    match (is_docker, image.field("pullConfig")) {
        (Some(true), _) => {
            read.name = name;
            read.pull_config = pull_config(&image, secrets, violations);
        }
        (Some(false), Some(pull_config)) => {
            violations.push(pull_config.violation(Rule::PullConfigWithoutDockerImage));
        }
        _ => {}
    }
    read
}

fn finish(
    id: Arc<str>,
    name: Option<&str>,
    image: Image,
    fetch: Vec<Fetch>,
    violations: Violations,
) -> Answer {
    if let Some(refusal) = refused(&full_name(&id, name), violations) {
        return refusal;
    }
    let Image { containerizer, name: image, pull_config } = image;
    // Without an image there is nothing to pull.
    let warnings =
        image.as_ref().map_or_else(Vec::new, |_| fetch_check::warnings(&fetch, containerizer));
    Ok(Container {
        id,
        name: name.map(Box::from),
        image,
        containerizer,
        pull_config,
        fetch: fetch.into(),
        warnings: warnings.into(),
    })
}
