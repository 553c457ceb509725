//! From JSON to containers: what is an app, a pod, a group or a list, and what Marathon's rules say of it
//! (`AppValidation`, `PodsValidation`, `SecretValidation`).

use std::collections::BTreeMap;

use super::fetch::{self, Fetch};
use super::name;
use super::node::{Node, Violations};
use super::{Container, PullConfig, full_name};
use crate::config;
use crate::error::Error;
use crate::level::Place;
use crate::mesos::Containerizer;
use crate::violation::{Rule, Violation};

type Answers = Vec<Result<Container, Error>>;

pub(super) fn read(definition: &[u8]) -> Result<Answers, Error> {
    let place = Place::called(None, "definition");
    let document = config::read_document(definition, &place)?;
    let node = Node::root(&document);
    let mut answers = Vec::new();
    if !walk(&node, "", &mut answers) {
        let problem = "it is neither an app, a pod, a group nor a list of them; an app looks like \
                       {\"id\": …, \"container\": …}, a pod like {\"id\": …, \"containers\": […]}";
        return Err(Error::Shape { place, problem, line: 0, column: 0 });
    }
    Ok(answers)
}

/// Fields one of which every app has.
const APP_FIELDS: [&str; 7] = ["id", "container", "cmd", "args", "fetch", "uris", "secrets"];

/// Reads whatever a node is; false if it is nothing that Marathon knows.
fn walk(node: &Node<'_>, group: &str, answers: &mut Answers) -> bool {
    if let Some(items) = node.as_items() {
        for item in items {
            if !walk(&item, group, answers) {
                answers.push(refused(group, vec![item.violation(NOT_A_SERVICE)]));
            }
        }
        return true;
    }
    let members = |name| node.field(name).and_then(|field| field.as_items());
    if ["apps", "pods", "groups"].iter().any(|name| members(name).is_some()) {
        let group = id_of(node, group);
        each(node, "apps", &group, answers, |item, answers| answers.push(app(item, &group)));
        each(node, "pods", &group, answers, |item, answers| {
            // A group's status holds the definition of a pod one step further down.
            let definition = item.field("spec").filter(Node::is_object);
            pod(definition.as_ref().unwrap_or(item), &group, answers);
        });
        each(node, "groups", &group, answers, |item, answers| {
            if !walk(item, &group, answers) {
                answers.push(refused(&group, vec![item.violation(NOT_A_SERVICE)]));
            }
        });
    } else if let Some(app_answer) = node.field("app").filter(Node::is_object) {
        answers.push(app(&app_answer, group));
    } else if node.field("containers").is_some() {
        pod(node, group, answers);
    } else if APP_FIELDS.iter().any(|name| node.field(name).is_some()) {
        answers.push(app(node, group));
    } else {
        return false;
    }
    true
}

const NOT_A_SERVICE: Rule = Rule::Unexpected { expected: "an app, a pod or a group" };

/// Hands each member of a group to `read`; what is no object is refused.
fn each(
    group: &Node<'_>,
    field: &str,
    id: &str,
    answers: &mut Answers,
    mut read: impl FnMut(&Node<'_>, &mut Answers),
) {
    let Some(field) = group.field(field) else { return };
    let mut violations = Vec::new();
    for item in field.items(&mut violations) {
        match item.object(&mut violations) {
            Some(_) => read(&item, answers),
            None => answers.push(refused(id, std::mem::take(&mut violations))),
        }
    }
    if !violations.is_empty() {
        answers.push(refused(id, violations));
    }
}

fn refused(id: &str, violations: Violations) -> Result<Container, Error> {
    Err(Error::Definition { id: id.to_owned(), violations })
}

/// The id of a service or group, below that of the group it stands in.
fn id_of(node: &Node<'_>, group: &str) -> String {
    // Of the wrong type it is Marathon's business; nothing here depends on it.
    let id = node.field("id").and_then(|id| id.text(&mut Vec::new())).unwrap_or_default();
    if id.starts_with('/') || group.is_empty() {
        id.to_owned()
    } else {
        format!("{}/{id}", group.trim_end_matches('/'))
    }
}

/// Alias -> source of the declared secrets, where both are in order.
type Secrets<'a> = BTreeMap<&'a str, Option<&'a str>>;

fn secrets<'a>(service: &Node<'a>, violations: &mut Violations) -> Secrets<'a> {
    let Some(declared) = service.field("secrets") else { return Secrets::new() };
    let mut secrets = Secrets::new();
    for (alias, value) in declared.object(violations).into_iter().flatten() {
        // An alias may be the secret itself.
        let secret = declared.keyed(&name::shown(alias), value);
        if alias.is_empty() {
            violations.push(Violation { path: format!("{}/", secret.path()), rule: Rule::Empty });
        }
        let source = secret.object(violations).and_then(|_| {
            let source = secret.required("source", "where the secret store has it", violations)?;
            source.filled_text(violations)
        });
        secrets.insert(alias, source);
    }
    secrets
}

/// What `pullConfig` under `parent` names among the declared secrets.
fn pull_config(
    parent: &Node<'_>,
    secrets: &Secrets<'_>,
    violations: &mut Violations,
) -> Option<PullConfig> {
    let pull_config = parent.field("pullConfig")?;
    pull_config.object(violations)?;
    let alias = pull_config.required("secret", "the name of a secret", violations)?;
    let alias = alias.filled_text(violations).filter(|alias| !alias.is_empty())?;
    match secrets.get(alias) {
        // What is wrong with the secret itself has been said.
        Some(source) => Some(PullConfig { alias: alias.to_owned(), source: (*source)?.to_owned() }),
        None => {
            let declared = secrets.keys().map(|alias| name::shown(alias)).collect();
            violations.push(pull_config.violation(Rule::UndeclaredSecret { declared }));
            None
        }
    }
}

fn app(app: &Node<'_>, group: &str) -> Result<Container, Error> {
    let id = id_of(app, group);
    let mut violations = Vec::new();
    if app.field("containers").is_some() {
        violations.push(app.violation(Rule::AppAndPod));
    }
    let secrets = secrets(app, &mut violations);
    let fetch = fetches_of_app(app, &mut violations);
    let mut read = Image { containerizer: Containerizer::Mesos, name: None, pull_config: None };
    if let Some(container) = app.field("container") {
        if container.object(&mut violations).is_some() {
            read = image_of_app(&container, &secrets, &mut violations);
        }
    }
    finish(id, None, read, fetch, violations)
}

/// What is pulled, by whom and with what.
struct Image {
    containerizer: Containerizer,
    name: Option<String>,
    pull_config: Option<PullConfig>,
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
    if container.field("appc").is_some() {
        violations.push(container.violation(Rule::SeveralImages));
    }
    if let Some(credential) = docker.field("credential") {
        violations.push(credential.violation(Rule::Credential));
    }
    let name = docker.required("image", "the name of an image", violations);
    image.name = name.and_then(|name| name.filled_text(violations)).map(str::to_owned);
    match (containerizer, docker.field("pullConfig")) {
        (Containerizer::Docker, Some(pull_config)) => {
            violations.push(pull_config.violation(Rule::PullConfigWithDocker));
        }
        _ => image.pull_config = pull_config(&docker, secrets, violations),
    }
    image
}

fn fetches_of_app(app: &Node<'_>, violations: &mut Violations) -> Vec<Fetch> {
    let mut read = |name, item: fn(&Node<'_>, &mut Violations) -> Option<Fetch>| {
        let items = app.field(name).map_or_else(Vec::new, |list| list.items(violations));
        items.iter().filter_map(|node| item(node, violations)).collect::<Vec<_>>()
    };
    let mut fetches = read("fetch", fetch::read);
    let uris = read("uris", fetch::read_uri);
    if let (Some(node), false, false) = (app.field("uris"), uris.is_empty(), fetches.is_empty()) {
        violations.push(node.violation(Rule::UrisAndFetch));
    }
    fetches.extend(uris);
    fetches
}

fn pod(pod: &Node<'_>, group: &str, answers: &mut Answers) {
    let id = id_of(pod, group);
    let mut violations = Vec::new();
    if pod.field("container").is_some() {
        violations.push(pod.violation(Rule::AppAndPod));
    }
    let secrets = secrets(pod, &mut violations);
    let containers = pod.required("containers", "a list of containers", &mut violations);
    let containers = containers.map_or_else(Vec::new, |list| list.items(&mut violations));
    if !violations.is_empty() {
        answers.push(refused(&id, violations));
        return;
    }
    for container in containers {
        let name = container.field("name").and_then(|name| name.text(&mut Vec::new()));
        let name = name.map(str::to_owned);
        let mut violations = Vec::new();
        container.object(&mut violations);
        let image = image_of_pod(&container, &secrets, &mut violations);
        let artifacts = container.field("artifacts");
        let artifacts = artifacts.map_or_else(Vec::new, |list| list.items(&mut violations));
        let fetch =
            artifacts.iter().filter_map(|node| fetch::read(node, &mut violations)).collect();
        answers.push(finish(id.clone(), name, image, fetch, violations));
    }
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
    let name = name.and_then(|name| name.filled_text(violations)).map(str::to_owned);
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
    id: String,
    name: Option<String>,
    image: Image,
    fetch: Vec<Fetch>,
    violations: Violations,
) -> Result<Container, Error> {
    if !violations.is_empty() {
        return refused(&full_name(&id, name.as_deref()), violations);
    }
    let Image { containerizer, name: image, pull_config } = image;
    let warnings = fetch::warnings(&fetch, containerizer);
    Ok(Container { id, name, image, containerizer, pull_config, fetch, warnings })
}
