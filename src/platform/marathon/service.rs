//! One app or pod -> its containers, by Marathon's rules (`AppValidation`, `PodsValidation`,
//! `SecretValidation`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::container::{Container, ImageName, PullConfig, full_name, id_or_definition};
use super::fetch::{self, Fetch};
use super::fetch_check;
use super::node::{Node, Violations};
use crate::error::{Error, Rule};
use crate::mesos::Containerizer;
use crate::redact::{few, shown_name};

pub(super) type Answer = Result<Container, Error>;

/// Returns the answer for a service with violations; `None` if there are none.
pub(super) fn refused(id: &str, violations: &Violations) -> Option<Answer> {
    let violations = violations.take();
    let id = id_or_definition(id);
    (!violations.is_empty()).then(|| Err(Error::Definition { id: id.to_owned(), violations }))
}

/// Alias -> declared secret; `None` if its declaration has a violation.
type Secrets<'a> = BTreeMap<&'a str, Option<Arc<PullConfig>>>;

fn secrets<'a>(service: &Node<'a>) -> Secrets<'a> {
    let Some(declared) = service.field("secrets") else { return Secrets::new() };
    let secret = |(alias, value): (&'a String, _)| {
        let secret = declared.member(&shown_name(alias), value);
        if alias.is_empty() {
            secret.refuse_field("", Rule::Empty);
        }
        let source = secret.object().and_then(|_| {
            secret.required("source", "where the secret store has it")?.filled_text()
        });
        let pull_config = |source: &str| {
            Arc::new(PullConfig { alias: alias.to_owned(), source: source.to_owned() })
        };
        (alias.as_str(), source.map(pull_config))
    };
    declared.object().into_iter().flatten().map(secret).collect()
}

/// Returns the declared secret that `pullConfig` of `parent` names.
fn pull_config(parent: &Node<'_>, secrets: &Secrets<'_>) -> Option<Arc<PullConfig>> {
    let pull_config = parent.field("pullConfig")?;
    pull_config.object()?;
    let alias = pull_config.required("secret", "the name of a secret")?.filled_text()?;
    match secrets.get(alias) {
        Some(declared) => declared.clone(),
        None if alias.is_empty() => None,
        None => {
            let shown = |alias: &str| shown_name(alias).into_owned();
            let (declared, more) = few(secrets.keys());
            let declared = declared.into_iter().map(|alias| shown(alias)).collect();
            let alias = shown(alias);
            pull_config.refuse(Rule::UndeclaredSecret { alias, declared, more });
            None
        }
    }
}

/// The image of a container, the part of Mesos that pulls it, and the secret for it.
struct Image {
    containerizer: Containerizer,
    name: Option<ImageName>,
    pull_config: Option<Arc<PullConfig>>,
}

impl Image {
    const NONE: Self = Image { containerizer: Containerizer::Mesos, name: None, pull_config: None };
}

/// Reads an app.
pub(super) fn app(app: &Node<'_>, id: String) -> Answer {
    let violations = Violations::default();
    let app = app.with_violations(&violations);
    let secrets = secrets(&app);
    let fetch = fetches_of_app(&app);
    let container = app.field("container").filter(|container| container.object().is_some());
    let image = container.map_or(Image::NONE, |container| image_of_app(&container, &secrets));
    finish(id.into(), None, image, fetch, &violations)
}

fn image_of_app(container: &Node<'_>, secrets: &Secrets<'_>) -> Image {
    let kind = container.field("type").map(|kind| (kind.text(), kind));
    let containerizer = match &kind {
        None => Containerizer::Docker,
        Some((Some(kind), _)) if kind.eq_ignore_ascii_case("DOCKER") => Containerizer::Docker,
        Some((Some(kind), _)) if kind.eq_ignore_ascii_case("MESOS") => Containerizer::Mesos,
        Some((Some(_), node)) => {
            node.refuse(Rule::Unexpected { expected: "DOCKER or MESOS" });
            Containerizer::Mesos
        }
        Some((None, _)) => Containerizer::Mesos,
    };
    let mut image = Image { containerizer, ..Image::NONE };
    let docker = match containerizer {
        Containerizer::Docker => container.required("docker", "what Docker is to run"),
        Containerizer::Mesos => container.field("docker"),
    };
    let Some(docker) = docker.filter(|docker| docker.object().is_some()) else { return image };
    if containerizer == Containerizer::Mesos && container.field("appc").is_some() {
        container.refuse(Rule::SeveralImages);
    }
    if let Some(credential) = docker.field("credential") {
        credential.refuse(Rule::Credential);
    }
    image.name = image_name(docker.required("image", "the name of an image"));
    match (containerizer, docker.field("pullConfig")) {
        (Containerizer::Docker, Some(pull_config)) => {
            pull_config.refuse(Rule::PullConfigWithDocker);
        }
        _ => image.pull_config = pull_config(&docker, secrets),
    }
    image
}

fn image_name(node: Option<Node<'_>>) -> Option<ImageName> {
    let node = node?;
    Some(ImageName { text: node.filled_text()?.into(), path: node.path().into() })
}

fn fetches_of_app(app: &Node<'_>) -> Vec<Fetch> {
    let fetch: Vec<Fetch> = list_of(app, "fetch").filter_map(|item| fetch::read(&item)).collect();
    let uris: Vec<Fetch> = list_of(app, "uris").filter_map(|uri| fetch::read_uri(&uri)).collect();
    if fetch.is_empty() {
        return uris;
    }
    // Marathon 1.1 to 1.4 answer both, with the same URIs (`"uris" -> fetch.map(_.uri)`).
    if !uris.is_empty() && !uris.iter().map(Fetch::uri).eq(fetch.iter().map(Fetch::uri)) {
        app.refuse_field("uris", Rule::UrisAndFetch);
    }
    fetch
}

/// Returns the items of an optional list.
fn list_of<'a>(node: &Node<'a>, field: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
    node.field(field).map(|list| list.items()).into_iter().flatten()
}

/// Reads the containers of a pod; `None` if there are more than `most`.
pub(super) fn pod(pod: &Node<'_>, id: String, most: u64) -> Option<Vec<Answer>> {
    let id = Arc::from(id);
    let violations = Violations::default();
    let pod = pod.with_violations(&violations);
    if pod.field("container").is_some() {
        pod.refuse(Rule::AppAndPod);
    }
    let secrets = secrets(&pod);
    let containers = pod.required("containers", "a list of containers").map(|list| list.items());
    let mut answers = Vec::new();
    for container in containers.into_iter().flatten() {
        if answers.len() as u64 >= most {
            return None;
        }
        if container.object().is_some() {
            answers.push(container_of_pod(&id, &container, &secrets));
        }
    }
    if violations.is_empty() && answers.is_empty() {
        pod.refuse_field("containers", Rule::Empty);
    }
    if violations.is_empty() {
        return Some(answers);
    }
    // Marathon refuses such a pod as a whole, and reports all violations at once.
    for answer in answers {
        if let Err(Error::Definition { violations: of_container, .. }) = answer {
            of_container.into_iter().for_each(|violation| violations.push(violation));
        }
    }
    refused(&id, &violations).map(|refusal| vec![refusal])
}

fn container_of_pod(id: &Arc<str>, container: &Node<'_>, secrets: &Secrets<'_>) -> Answer {
    let violations = Violations::default();
    let container = container.with_violations(&violations);
    let name = container.field("name").and_then(|name| name.as_text());
    let image = container.field("image").filter(|image| image.object().is_some());
    let image = image.map_or(Image::NONE, |image| image_of_pod(&image, secrets));
    let fetch = list_of(&container, "artifacts").filter_map(|item| fetch::read(&item)).collect();
    finish(id.clone(), name, image, fetch, &violations)
}

fn image_of_pod(image: &Node<'_>, secrets: &Secrets<'_>) -> Image {
    let kind = image.required("kind", "DOCKER");
    let is_docker = kind.and_then(|node| {
        let kind = node.text()?;
        let is = |known: &str| kind.eq_ignore_ascii_case(known);
        if !is("DOCKER") && !is("APPC") {
            node.refuse(Rule::Unexpected { expected: "DOCKER" });
        }
        Some(is("DOCKER"))
    });
    let name = image_name(image.required("id", "the name of an image"));
    match (is_docker, image.field("pullConfig")) {
        (Some(true), _) => {
            return Image { name, pull_config: pull_config(image, secrets), ..Image::NONE };
        }
        (Some(false), Some(pull_config)) => pull_config.refuse(Rule::PullConfigWithoutDockerImage),
        _ => {}
    }
    Image::NONE
}

fn finish(
    id: Arc<str>,
    name: Option<&str>,
    image: Image,
    fetch: Vec<Fetch>,
    violations: &Violations,
) -> Answer {
    if let Some(refusal) = refused(&full_name(&id, name), violations) {
        return refusal;
    }
    let Image { containerizer, name: image, pull_config } = image;
    // Without an image there is nothing to pull.
    let warnings = match &image {
        Some(_) => fetch_check::warnings(&fetch, containerizer),
        None => Vec::new(),
    };
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
