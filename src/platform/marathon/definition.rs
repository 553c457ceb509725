//! Finds the apps and pods in a definition, and recognises messages of Mesos's own API.

use super::container::id_or_definition;
use super::node::{Node, Violations};
use super::service::{self, Answer, refused};
use crate::error::{Error, Rule};
use crate::json::read_definition;
use crate::level::Location;
use crate::limits::{Limit, Limits};
use crate::redact::cut;

/// The answers so far, at most as many as the limits allow.
struct Answers {
    list: Vec<Answer>,
    most: u64,
    is_over: bool,
}

impl Answers {
    fn left(&self) -> u64 {
        self.most.saturating_sub(self.list.len() as u64)
    }

    fn push(&mut self, answer: Answer) {
        if self.left() > 0 {
            self.list.push(answer);
        } else {
            self.is_over = true;
        }
    }

    /// Adds an error for the violations of what is not a service itself: a group or a list.
    fn push_refusal(&mut self, group: &str, violations: &Violations) {
        if let Some(refusal) = refused(group, violations) {
            self.push(refusal);
        }
    }
}

pub(super) fn read(definition: &[u8], limits: &Limits) -> Result<Vec<Answer>, Error> {
    let location = Location::called(None, "definition");
    let value = limits.definition_bytes;
    if definition.len() as u64 > value {
        return Err(Error::Limit { location, limit: Limit::DefinitionBytes, value });
    }
    let document = read_definition(definition, &location)?;
    let violations = Violations::default();
    let root = Node::root(&document, &violations);
    let value = limits.definition_containers;
    let mut answers = Answers { list: Vec::new(), most: value, is_over: false };
    match walk(&root, "", &mut answers) {
        Ok(()) if answers.is_over => {
            Err(Error::Limit { location, limit: Limit::DefinitionContainers, value })
        }
        Ok(()) => Ok(answers.list),
        Err(rule @ Rule::MesosMessage { .. }) => {
            root.refuse(rule);
            let id = id_or_definition("").to_owned();
            Err(Error::Definition { id, violations: violations.take() })
        }
        Err(_) => {
            let problem = "it is neither an app, a pod, a group nor a list of them; an app looks like \
                           {\"id\": …, \"container\": …}, a pod like {\"id\": …, \"containers\": […]}";
            Err(Error::NotACredentialFile { location, problem, line: 0, column: 0 })
        }
    }
}

/// Reads a node. An error says why Marathon does not accept it.
fn walk(node: &Node<'_>, group: &str, answers: &mut Answers) -> Result<(), Rule> {
    let is_list = |name| node.field(name).is_some_and(|field| field.as_items().is_some());
    if node.as_items().is_some() {
        let violations = Violations::default();
        for item in node.with_violations(&violations).items() {
            if let Err(rule) = walk(&item, group, answers) {
                item.refuse(rule);
            }
        }
        answers.push_refusal(group, &violations);
        Ok(())
    } else if is_service(node) {
        read_service(node, group, answers)
    } else if let Some(app) = node.field("app").filter(Node::is_object) {
        read_service(&app, group, answers)
    } else if ["apps", "pods", "groups"].into_iter().any(is_list) {
        read_group(node, &id_of(node, group), answers);
        Ok(())
    } else {
        not_of_mesos(node)?;
        Err(NOT_A_SERVICE)
    }
}

fn read_group(node: &Node<'_>, id: &str, answers: &mut Answers) {
    let violations = Violations::default();
    let node = node.with_violations(&violations);
    let objects = |field| {
        let items = node.field(field).map(|list| list.items());
        items.into_iter().flatten().filter(|item| item.object().is_some())
    };
    for item in objects("apps") {
        if let Err(rule) = read_service(&item, id, answers) {
            item.refuse(rule);
        }
    }
    for item in objects("pods") {
        match not_of_mesos(&item) {
            Ok(()) => read_pod(&spec_of(&item).unwrap_or(item), id, answers),
            Err(rule) => item.refuse(rule),
        }
    }
    for item in objects("groups") {
        match walk(&item, id, answers) {
            // An empty group may be just its id.
            Err(NOT_A_SERVICE) if item.field("id").is_some() => {}
            Err(rule) => item.refuse(rule),
            Ok(()) => {}
        }
    }
    answers.push_refusal(id, &violations);
}

/// Returns whether a node is an app or a pod: each of them has one of these fields.
fn is_service(node: &Node<'_>) -> bool {
    ["container", "containers", "cmd", "args", "fetch", "uris"]
        .into_iter()
        .any(|name| node.field(name).is_some())
        || spec_of(node).is_some()
}

/// Returns the definition of a pod in Marathon's answer about its status.
fn spec_of<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    if node.field("container").is_some() || node.field("containers").is_some() {
        return None;
    }
    node.field("spec").filter(|spec| spec.field("containers").is_some())
}

fn read_service(node: &Node<'_>, group: &str, answers: &mut Answers) -> Result<(), Rule> {
    not_of_mesos(node)?;
    if let Some(spec) = spec_of(node) {
        read_pod(&spec, group, answers);
    } else if node.field("containers").is_some() {
        read_pod(node, group, answers);
    } else {
        answers.push(service::app(node, id_of(node, group)));
    }
    Ok(())
}

fn read_pod(node: &Node<'_>, group: &str, answers: &mut Answers) {
    match service::pod(node, id_of(node, group), answers.left()) {
        Some(containers) => containers.into_iter().for_each(|answer| answers.push(answer)),
        None => answers.is_over = true,
    }
}

/// Refuses messages of Mesos's own API, which people take for definitions. They have fields that
/// no definition has.
fn not_of_mesos(node: &Node<'_>) -> Result<(), Rule> {
    let has = |name| node.field(name).is_some();
    let is_command = |command: &Node<'_>| {
        ["value", "arguments", "uris"].iter().any(|name| command.field(name).is_some())
    };
    let message = if is_task(node) {
        "TaskInfo"
    } else if has_id(node, "executor_id", "executorId") {
        "ExecutorInfo"
    } else if node.field("command").is_some_and(|command| is_command(&command))
        || node.field("container").is_some_and(|container| has_object(&container, "mesos"))
    {
        "TaskInfo"
    } else if has_object(node, "mesos") {
        "ContainerInfo"
    } else if has_item(node, "uris", |uri| uri.field("value").is_some())
        || (has("value") && (has("shell") || has("arguments") || has_object(node, "environment")))
    {
        "CommandInfo"
    } else if has_item(node, "tasks", is_task) {
        "TaskGroupInfo"
    } else {
        return Ok(());
    };
    Err(Rule::MesosMessage { message })
}

fn is_task(node: &Node<'_>) -> bool {
    [("task_id", "taskId"), ("agent_id", "agentId"), ("slave_id", "slaveId")]
        .into_iter()
        .any(|(id, in_camel_case)| has_id(node, id, in_camel_case))
}

/// Returns whether a node has an id of Mesos's, which is an object: `{"value": …}`. Marathon has
/// texts of the same names in camel case: `slaveId`.
fn has_id(node: &Node<'_>, name: &str, in_camel_case: &str) -> bool {
    node.field(name).is_some()
        || node.field(in_camel_case).is_some_and(|id| id.field("value").is_some())
}

fn has_object(node: &Node<'_>, name: &str) -> bool {
    node.field(name).is_some_and(|field| field.is_object())
}

fn has_item(node: &Node<'_>, field: &str, is_it: impl Fn(&Node<'_>) -> bool) -> bool {
    let items = node.field(field);
    items.and_then(|list| list.as_items()).into_iter().flatten().any(|item| is_it(&item))
}

const NOT_A_SERVICE: Rule = Rule::Unexpected { expected: "an app, a pod or a group" };

/// Returns the id of a service or group, below its group's. It is built again at each level, so it
/// is cut: no real id is as long.
fn id_of(node: &Node<'_>, group: &str) -> String {
    // An id of another type is not relevant to credentials, and Marathon refuses it.
    let id = node.field("id").and_then(|id| id.as_text());
    let id = cut(id.unwrap_or_default());
    if id.starts_with('/') || group.is_empty() {
        id.to_owned()
    } else {
        cut(&format!("{}/{id}", group.trim_end_matches('/'))).to_owned()
    }
}
