//! Messages of Mesos, which resemble definitions.

use regcred::Limits;
use regcred::marathon;

use super::{read, told};
use crate::support::check_rows;

#[test]
fn mesos_messages_are_recognised_and_refused() {
    let image = r#""container": {"type": "MESOS", "mesos": {"image": {"type": "DOCKER",
        "docker": {"name": "reg.io/app", "config": {"type": "VALUE", "value": {"data": "e30="}}}}}}"#;
    let docker =
        r#""container": {"type": "DOCKER", "docker": {"image": "reg.io/app", "network": "HOST"}}"#;
    // protobuf JSON, the message it is, rule
    #[rustfmt::skip]
    let table = [
        (format!(r#"{{"name": "t", "task_id": {{"value": "t.1"}}, "agent_id": {{"value": "S0"}}, "resources": [],
            "command": {{"value": "sleep 1", "shell": true}}, {image}}}"#), "TaskInfo", "Mesos v1"),
        (format!(r#"{{"name": "t", "task_id": {{"value": "t.1"}}, "slave_id": {{"value": "S0"}},
            "command": {{"shell": false, "uris": [{{"value": "https://h/docker.tar.gz"}}]}}, {docker}}}"#), "TaskInfo",
            "Mesos v0"),
        (format!(r#"{{"name": "t", "taskId": {{"value": "t.1"}}, "agentId": {{"value": "S0"}}, {docker}}}"#),
            "TaskInfo", "protobuf 3 writes camel case"),
        (format!(r#"{{"id": "t.1", "slave_id": "S0", "executor_id": "", "framework_id": "F", "state": "TASK_RUNNING",
            {docker}}}"#), "TaskInfo", "a task of the master's /state"),
        (format!(r#"{{"name": "t", "command": {{"value": "sleep 1"}}, {docker}}}"#), "TaskInfo", "a part of one"),
        (format!(r#"{{"name": "t", {image}}}"#), "TaskInfo", "a part of one"),
        (r#"{"task_id": {"value": "t.1"}, "executor": {"executor_id": {"value": "e"}}}"#.to_owned(), "TaskInfo",
            "without a field of an app"),
        (format!(r#"{{"executor_id": {{"value": "e"}}, "framework_id": {{"value": "F"}},
            "command": {{"value": "run"}}, {docker}}}"#), "ExecutorInfo", "an executor"),
        (r#"{"value": "sleep 1", "shell": true, "uris": [{"value": "https://h/docker.tar.gz", "extract": true}]}"#
            .into(), "CommandInfo", "with files to fetch"),
        (r#"{"value": "sleep 1", "shell": true}"#.into(), "CommandInfo", "without"),
        (r#"{"uris": [{"value": "https://h/docker.tar.gz"}], "arguments": ["a"]}"#.into(), "CommandInfo",
            "without a value"),
        (r#"{"type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": "reg.io/app"}}}}"#.into(),
            "ContainerInfo", "a container alone"),
        (format!(r#"{{"tasks": [{{"name": "t", "task_id": {{"value": "t.1"}}, "agent_id": {{"value": "S0"}},
            {image}}}]}}"#), "TaskGroupInfo", "a group of tasks"),
    ];
    let app = r#"{"id": "a", "container": {"docker": {"image": "x"}}}"#;
    check_rows(table, |(message, name, rule)| {
        let advice = match name {
            "CommandInfo" | "ExecutorInfo" => "give the app or pod that Marathon was sent",
            _ => {
                "give the secret in container.mesos.image.docker.config to \
                 ResolverBuilder::task_secret, and the task's sandbox"
            }
        };
        let text = format!("is Mesos's {name}, not a definition of Marathon's; {advice}");
        let alone = match marathon::containers(message.as_bytes(), Limits::default()) {
            Ok(containers) => format!("{containers:?}"),
            Err(error) => told(&error),
        };
        let is_refused = alone.starts_with(&format!("definition: /: {text}"));
        assert!(is_refused, "{rule}: {message}: {alone}");
        for (definition, path) in [
            (format!("[{message}, {app}]"), "definition: (0): "),
            (format!(r#"{{"id": "/g", "apps": [{message}, {app}]}}"#), "/g: /apps(0): "),
            (format!(r#"{{"id": "/g", "pods": [{message}], "apps": [{app}]}}"#), "/g: /pods(0): "),
            (
                format!(r#"{{"id": "/g", "groups": [{message}, {{"id": "h"}}], "apps": [{app}]}}"#),
                "/g: /groups(0): ",
            ),
            (format!(r#"[{{"app": {message}}}, {app}]"#), "definition: (0): "),
        ] {
            // Only that item is refused.
            let answers = read(&definition);
            let is_app = |answer: &String| answer.ends_with("a DOCKER x");
            let is_refused = |answer: &String| answer.starts_with(&format!("{path}{text}"));
            let is_right =
                answers.len() == 2 && answers.iter().any(is_app) && answers.iter().any(is_refused);
            assert!(is_right, "{rule}: {definition}: {answers:#?}");
        }
    });
}

/// Answers of Marathon's API, with every field that resembles one of Mesos's.
#[test]
fn answers_of_the_marathon_api_are_not_taken_for_mesos_messages() {
    let app = include_str!("../data/marathon-app.json");
    let pod = include_str!("../data/marathon-pod.json");
    let status = include_str!("../data/marathon-pod-status.json").replace(r#""POD""#, pod);
    let group = include_str!("../data/marathon-group.json").replace(r#""APP""#, app);
    // a document, containers in it, rule
    let table = [
        (app.to_owned(), "/a MESOS x", "an app"),
        (format!(r#"{{"app": {app}}}"#), "/a MESOS x", "GET /v2/apps/a"),
        (format!(r#"{{"apps": [{app}]}}"#), "/a MESOS x", "GET /v2/apps"),
        (pod.to_owned(), "/p c MESOS x", "GET /v2/pods/p"),
        (status.clone(), "/p c MESOS x", "GET /v2/pods/p::status"),
        (format!("[{status}]"), "/p c MESOS x", "GET /v2/pods/::status"),
        (group, "/a MESOS x", "GET /v2/groups"),
    ];
    check_rows(table, |(document, expected, rule)| {
        let answers = read(&document);
        assert_eq!(answers, [expected], "{rule}: {answers:?}, not {expected}");
    });
}
