//! From JSON to containers: what is an app, a pod, a group or a list, and what Marathon's rules say of it
//! (`AppValidation`, `PodsValidation`, `SecretValidation`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fetch::{self, Fetch};
use super::layout;
use super::name;
use super::node::{Node, Violations};
use super::{Container, PullConfig, full_name, told};
use crate::config;
use crate::error::Error;
use crate::level::Place;
use crate::limits::Limits;
use crate::mesos::Containerizer;
use crate::violation::{Rule, Violation};

type Answer = Result<Container, Error>;

/// As many answers as the limits allow.
struct Answers {
    list: Vec<Answer>,
    left: u64,
    is_over: bool,
}

impl Answers {
    fn push(&mut self, answer: Answer) {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.list.push(answer);
            }
            None => self.is_over = true,
        }
    }

    fn extend(&mut self, answers: impl IntoIterator<Item = Answer>) {
        answers.into_iter().for_each(|answer| self.push(answer));
    }
}

pub(super) fn read(definition: &[u8], limits: &Limits) -> Result<Vec<Answer>, Error> {
    let place = Place::called(None, "definition");
    let value = limits.definition_bytes;
    if definition.len() as u64 > value {
        return Err(Error::Limit { place, limit: "definition_bytes", value });
    }
    let document = config::read_document(definition, &place)?;
    let node = Node::root(&document);
    let most = limits.definition_containers;
    let mut answers = Answers { list: Vec::new(), left: most, is_over: false };
    if !walk(&node, "", &mut answers) {
        let problem = "it is neither an app, a pod, a group nor a list of them; an app looks like \
                       {\"id\": …, \"container\": …}, a pod like {\"id\": …, \"containers\": […]}";
        return Err(Error::Shape { place, problem, line: 0, column: 0 });
    }
    if answers.is_over {
        return Err(Error::Limit { place, limit: "definition_containers", value: most });
    }
    Ok(answers.list)
}

/// Reads whatever a node is; false if it is nothing that Marathon knows.
fn walk(node: &Node<'_>, group: &str, answers: &mut Answers) -> bool {
    if let Some(items) = node.as_items() {
        let mut violations = Violations::default();
        for item in items {
            if !walk(&item, group, answers) {
                violations.push(item.violation(NOT_A_SERVICE));
            }
        }
        answers.extend(refused(group, violations));
        return true;
    }
    let is_list = |name| node.field(name).is_some_and(|field| field.as_items().is_some());
    if is_service(node) {
        app_or_pod(node, group, answers);
    } else if let Some(app) = node.field("app").filter(Node::is_object) {
        app_or_pod(&app, group, answers);
    } else if ["apps", "pods", "groups"].into_iter().any(is_list) {
        members(node, &id_of(node, group), answers);
    } else {
        return false;
    }
    true
}

/// Reads what is in a group.
fn members(node: &Node<'_>, group: &str, answers: &mut Answers) {
    let mut violations = Violations::default();
    for item in objects(node, "apps", &mut violations) {
        app_or_pod(&item, group, answers);
    }
    for item in objects(node, "pods", &mut violations) {
        pod(&spec_of(&item).unwrap_or(item), group, answers);
    }
    let mut unknown = Violations::default();
    for item in objects(node, "groups", &mut violations) {
        // A group may be empty, and then it is just its id.
        if !walk(&item, group, answers) && item.field("id").is_none() {
            unknown.push(item.violation(NOT_A_SERVICE));
        }
    }
    answers.extend(refused(group, violations));
    answers.extend(refused(group, unknown));
}

/// Fields one of which every app and pod has.
const SERVICE_FIELDS: [&str; 6] = ["container", "containers", "cmd", "args", "fetch", "uris"];

fn is_service(node: &Node<'_>) -> bool {
    SERVICE_FIELDS.iter().any(|name| node.field(name).is_some()) || spec_of(node).is_some()
}

/// The definition of a pod in what Marathon answers of its status.
fn spec_of<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    let has = |name| node.field(name).is_some();
    if has("container") || has("containers") {
        return None;
    }
    node.field("spec").filter(|spec| spec.field("containers").is_some())
}

fn app_or_pod(node: &Node<'_>, group: &str, answers: &mut Answers) {
    if let Some(spec) = spec_of(node) {
        pod(&spec, group, answers);
    } else if node.field("containers").is_some() {
        pod(node, group, answers);
    } else {
        answers.push(app(node, group));
    }
}

const NOT_A_SERVICE: Rule = Rule::Unexpected { expected: "an app, a pod or a group" };

/// The objects in a list that a group may have. What is no object is noted.
fn objects<'a>(
    group: &Node<'a>,
    field: &str,
    violations: &mut Violations,
) -> impl Iterator<Item = Node<'a>> {
    let items = group.field(field).map(|list| list.items(violations));
    items.into_iter().flatten().filter(|item| item.object(violations).is_some())
}

/// The answer for a service with violations; `None` without any.
fn refused(id: &str, violations: Violations) -> Option<Answer> {
    (!violations.is_empty()).then(|| {
        Err(Error::Definition { id: told(id).to_owned(), violations: violations.into_vec() })
    })
}

/// The id of a service or group, below that of the group it stands in. Each is made anew from all those
/// above it, so an id that is longer than any real one is cut.
fn id_of(node: &Node<'_>, group: &str) -> String {
    // Of the wrong type it is Marathon's business; nothing here depends on it.
    let id = node.field("id").and_then(|id| id.text(&mut Violations::default()));
    let id = name::cut(id.unwrap_or_default());
    if id.starts_with('/') || group.is_empty() {
        id.to_owned()
    } else {
        name::cut(&format!("{}/{id}", group.trim_end_matches('/'))).to_owned()
    }
}

/// Alias -> declared secret, where that is in order.
type Secrets<'a> = BTreeMap<&'a str, Option<Arc<PullConfig>>>;

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
                .map(|alias| name::shown(alias).into_owned())
                .collect();
            let more = secrets.len().saturating_sub(MOST_TOLD);
            violations.push(pull_config.violation(Rule::UndeclaredSecret { declared, more }));
            None
        }
    }
}

fn app(app: &Node<'_>, group: &str) -> Result<Container, Error> {
    let id = id_of(app, group);
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
struct Image<'a> {
    containerizer: Containerizer,
    name: Option<&'a str>,
    pull_config: Option<Arc<PullConfig>>,
}

fn image_of_app<'a>(
    container: &Node<'a>,
    secrets: &Secrets<'_>,
    violations: &mut Violations,
) -> Image<'a> {
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
    image.name = name.and_then(|name| name.filled_text(violations));
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
        let items = app.field(name).map(|list| list.items(violations)).into_iter().flatten();
        items.filter_map(|node| item(&node, violations)).collect::<Vec<_>>()
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
    let id = Arc::from(id_of(pod, group));
    let mut violations = Violations::default();
    if pod.field("container").is_some() {
        violations.push(pod.violation(Rule::AppAndPod));
    }
    let secrets = secrets(pod, &mut violations);
    let containers = pod.required("containers", "a list of containers", &mut violations);
    let containers = containers.map(|list| list.items(&mut violations)).into_iter().flatten();
    let mut of_containers = Vec::new();
    for container in containers {
        if of_containers.len() as u64 > answers.left {
            answers.is_over = true;
            return;
        }
        if container.object(&mut violations).is_some() {
            of_containers.push(container_of_pod(&id, &container, &secrets));
        }
    }
    if violations.is_empty() && of_containers.is_empty() {
        violations.push(pod.violation_at("containers", Rule::Empty));
    }
    if violations.is_empty() {
        answers.extend(of_containers);
        return;
    }
    // Marathon refuses a pod as a whole, and tells everything at once.
    for container in of_containers {
        if let Err(Error::Definition { violations: more, .. }) = container {
            more.into_iter().for_each(|violation| violations.push(violation));
        }
    }
    answers.extend(refused(&id, violations));
}

fn container_of_pod(
    id: &Arc<str>,
    container: &Node<'_>,
    secrets: &Secrets<'_>,
) -> Result<Container, Error> {
    let name = container.field("name").and_then(|name| name.text(&mut Violations::default()));
    let mut violations = Violations::default();
    let image = image_of_pod(container, secrets, &mut violations);
    let artifacts = container.field("artifacts").map(|list| list.items(&mut violations));
    let artifacts = artifacts.into_iter().flatten();
    let fetch = artifacts.filter_map(|node| fetch::read(&node, &mut violations)).collect();
    finish(id.clone(), name, image, fetch, violations)
}

fn image_of_pod<'a>(
    container: &Node<'a>,
    secrets: &Secrets<'_>,
    violations: &mut Violations,
) -> Image<'a> {
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
    let name = name.and_then(|name| name.filled_text(violations));
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
    image: Image<'_>,
    fetch: Vec<Fetch>,
    violations: Violations,
) -> Result<Container, Error> {
    if let Some(refusal) = refused(&full_name(&id, name), violations) {
        return refusal;
    }
    let Image { containerizer, name: image, pull_config } = image;
    // Without an image there is nothing to pull.
    let warnings = image.map_or_else(Vec::new, |_| layout::warnings(&fetch, containerizer));
    Ok(Container {
        id,
        name: name.map(Box::from),
        image: image.map(Box::from),
        containerizer,
        pull_config,
        fetch: fetch.into(),
        warnings: warnings.into(),
    })
}
