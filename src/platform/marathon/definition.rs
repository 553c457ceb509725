//! From JSON to containers: what is an app, a pod, a group or a list of them.

use super::id_or_definition;
use super::node::{Node, Violations};
use super::service::{self, Answer, refused};
use crate::error::{Error, Rule};
use crate::file;
use crate::level::Location;
use crate::limits::Limits;
use crate::redact::cut;

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
    let location = Location::called(None, "definition");
    let value = limits.definition_bytes;
    if definition.len() as u64 > value {
        return Err(Error::Limit { location, limit: "definition_bytes", value });
    }
    let document = file::read_document(definition, &location)?;
    let node = Node::root(&document);
    let most = limits.definition_containers;
    let mut answers = Answers { list: Vec::new(), left: most, is_over: false };
    if let Err(rule) = walk(&node, "", &mut answers) {
        if let Rule::MesosMessage { .. } = rule {
            let violations = vec![node.violation(rule)];
            return Err(Error::Definition { id: id_or_definition("").to_owned(), violations });
        }
        let problem = "it is neither an app, a pod, a group nor a list of them; an app looks like \
                       {\"id\": …, \"container\": …}, a pod like {\"id\": …, \"containers\": […]}";
        return Err(Error::NotACredentialFile { location, problem, line: 0, column: 0 });
    }
    if answers.is_over {
        return Err(Error::Limit { location, limit: "definition_containers", value: most });
    }
    Ok(answers.list)
}

/// Reads a node; an error for one that Marathon does not accept.
fn walk(node: &Node<'_>, group: &str, answers: &mut Answers) -> Result<(), Rule> {
    if let Some(items) = node.as_items() {
        let mut violations = Violations::default();
        for item in items {
            if let Err(rule) = walk(&item, group, answers) {
                violations.push(item.violation(rule));
            }
        }
        answers.extend(refused(group, violations));
        return Ok(());
    }
    let is_list = |name| node.field(name).is_some_and(|field| field.as_items().is_some());
    if is_service(node) {
        app_or_pod(node, group, answers)
    } else if let Some(app) = node.field("app").filter(Node::is_object) {
        app_or_pod(&app, group, answers)
    } else if ["apps", "pods", "groups"].into_iter().any(is_list) {
        members(node, &id_of(node, group), answers);
        Ok(())
    } else {
        not_of_mesos(node)?;
        Err(NOT_A_SERVICE)
    }
}

/// Reads what is in a group.
fn members(node: &Node<'_>, group: &str, answers: &mut Answers) {
    let mut violations = Violations::default();
    let mut unknown = Violations::default();
    for item in objects(node, "apps", &mut violations) {
        if let Err(rule) = app_or_pod(&item, group, answers) {
            unknown.push(item.violation(rule));
        }
    }
    for item in objects(node, "pods", &mut violations) {
        match not_of_mesos(&item) {
            Ok(()) => read_pod(&spec_of(&item).unwrap_or(item), group, answers),
            Err(rule) => unknown.push(item.violation(rule)),
        }
    }
    for item in objects(node, "groups", &mut violations) {
        match walk(&item, group, answers) {
            // A group may be empty, and then it is just its id.
            Err(NOT_A_SERVICE) if item.field("id").is_some() => {}
            Err(rule) => unknown.push(item.violation(rule)),
            Ok(()) => {}
        }
    }
    violations.extend(unknown.into_vec());
    answers.extend(refused(group, violations));
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

fn app_or_pod(node: &Node<'_>, group: &str, answers: &mut Answers) -> Result<(), Rule> {
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

/// Refuses the messages of Mesos's own API that people take for definitions, by fields that nothing
/// of Marathon's has.
fn not_of_mesos(node: &Node<'_>) -> Result<(), Rule> {
    let has = |name| node.field(name).is_some();
    let has_object = |name| node.field(name).is_some_and(|field| field.is_object());
    let is_command = |node: &Node<'_>| {
        ["value", "arguments", "uris"].iter().any(|name| node.field(name).is_some())
    };
    let message = if is_task(node) {
        "TaskInfo"
    } else if has_id(node, "executor_id", "executorId") {
        "ExecutorInfo"
    } else if node.field("command").is_some_and(|command| is_command(&command))
        || node.field("container").is_some_and(|container| has_mesos(&container))
    {
        "TaskInfo"
    } else if has_mesos(node) {
        "ContainerInfo"
    } else if has_item(node, "uris", |uri| uri.field("value").is_some())
        || (has("value") && (has("shell") || has("arguments") || has_object("environment")))
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

/// An id of Mesos's is an object, `{"value": …}`. In camel case Marathon has some too, which are
/// texts: `slaveId`.
fn has_id(node: &Node<'_>, name: &str, in_camel_case: &str) -> bool {
    node.field(name).is_some()
        || node.field(in_camel_case).is_some_and(|id| id.field("value").is_some())
}

fn has_mesos(container: &Node<'_>) -> bool {
    container.field("mesos").is_some_and(|mesos| mesos.is_object())
}

fn has_item(node: &Node<'_>, field: &str, is_it: impl Fn(&Node<'_>) -> bool) -> bool {
    let items = node.field(field);
    items.and_then(|list| list.as_items()).into_iter().flatten().any(|item| is_it(&item))
}

fn read_pod(node: &Node<'_>, group: &str, answers: &mut Answers) {
    match service::pod(node, id_of(node, group), answers.left) {
        Some(containers) => answers.extend(containers),
        None => answers.is_over = true,
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

/// The id of a service or group, below that of the group it stands in. Each is made anew from all
/// those above it, so an id that is longer than any real one is cut.
fn id_of(node: &Node<'_>, group: &str) -> String {
    // Of the wrong type it is Marathon's business; nothing here depends on it.
    let id = node.field("id").and_then(|id| id.text(&mut Violations::default()));
    let id = cut(id.unwrap_or_default());
    if id.starts_with('/') || group.is_empty() {
        id.to_owned()
    } else {
        cut(&format!("{}/{id}", group.trim_end_matches('/'))).to_owned()
    }
}
