//! Definitions: apps, pods, groups, lists, and their containers.

use regcred::marathon;
use regcred::{Error, Limit, Limits};

use super::{DECLARED, app_with, read};
use crate::support::check_rows;

#[test]
fn apps_pods_groups_and_lists_are_recognised() {
    let app = |id: &str| {
        format!(
            r#"{{"id": "{id}", "container": {{"docker": {{"image": "{}/i"}}}}}}"#,
            id.trim_matches('/')
        )
    };
    let pod = |id: &str| {
        format!(
            r#"{{"id": "{id}", "containers": [
                {{"name": "a", "image": {{"kind": "DOCKER", "id": "x"}}}}, {{"name": "b"}}]}}"#
        )
    };
    let with = |container: &str| format!(r#"{{"id": "/a", "container": {container}}}"#);
    let containers = |containers: &str| format!(r#"{{"id": "/p", "containers": [{containers}]}}"#);
    // definition, containers, rule
    #[rustfmt::skip]
    let table = [
        (app("/a"), vec!["/a DOCKER a/i"], "type defaults to DOCKER"),
        (r#"{"id": "/a", "cmd": "sleep 1"}"#.to_owned(), vec!["/a MESOS -"], "an app without a container"),
        (r#"{"id": "/a", "args": ["x"]}"#.into(), vec!["/a MESOS -"], "an app by its args"),
        (r#"{"id": "/a", "uris": ["http://h/x"]}"#.into(), vec!["/a MESOS -"], "an app by its uris"),
        (r#"{"id": "/a", "fetch": [{"uri": "http://h/x"}]}"#.into(), vec!["/a MESOS -"], "an app by its fetch"),
        (with(r#"{"type": "MESOS"}"#), vec!["/a MESOS -"], "a container without an image"),
        (with(r#"{"type": "MESOS", "appc": {"image": "x"}}"#), vec!["/a MESOS -"], "AppC images need no credential"),
        (r#"{"id": "/a", "cmd": "x", "container": null}"#.into(), vec!["/a MESOS -"], "null is absent"),
        (with(r#"{"type": "mesos", "docker": {"image": "x"}}"#), vec!["/a MESOS x"], "Marathon: any case"),
        (with(r#"{"type": "docker", "docker": {"image": "x"}}"#), vec!["/a DOCKER x"], "Marathon: any case"),
        (r#"{"container": {"docker": {"image": "x"}}}"#.into(), vec![" DOCKER x"], "an update may omit the id"),
        (pod("/p"), vec!["/p a MESOS x", "/p b MESOS -"], "each container of a pod has its answer"),
        (containers(r#"{"name": "a", "image": {"kind": "Docker", "id": "x"}}"#), vec!["/p a MESOS x"],
            "kind in any case"),
        (containers(r#"{"name": "a", "image": {"kind": "APPC", "id": "x"}}"#), vec!["/p a MESOS -"], "AppC in a pod"),
        (format!("[{}, {}]", app("/a"), pod("/p")), vec!["/a DOCKER a/i", "/p a MESOS x", "/p b MESOS -"], "a list"),
        ("[]".into(), vec![], "an empty list"),
        (format!(r#"{{"apps": [{}]}}"#, app("/a")), vec!["/a DOCKER a/i"], "what GET /v2/apps answers"),
        (format!(r#"{{"app": {}}}"#, app("/a")), vec!["/a DOCKER a/i"], "what GET /v2/apps/a answers"),
        (r#"{"apps": []}"#.into(), vec![], "no apps"),
        (format!(r#"{{"id": "/g", "apps": [{}], "pods": [{}], "groups": [{{"id": "h", "apps": [{}, {}]}}]}}"#,
            app("a"), pod("p"), app("b"), app("/abs")),
            vec!["/g/a DOCKER a/i", "/g/p a MESOS x", "/g/p b MESOS -", "/g/h/b DOCKER b/i", "/abs DOCKER abs/i"],
            "ids are relative to their group"),
        (format!(r#"{{"id": "/", "groups": [{{"id": "/g", "apps": [{}]}}]}}"#, app("/g/a")), vec!["/g/a DOCKER g/a/i"],
            "the root group"),
        (format!(r#"{{"id": "/", "apps": [{}]}}"#, app("a")), vec!["/a DOCKER a/i"], "a relative id below the root"),
        (format!(r#"{{"id": "/", "pods": [{{"id": "/p", "status": "STABLE", "spec": {}}}]}}"#, pod("/p")),
            vec!["/p a MESOS x", "/p b MESOS -"], "the status of a pod holds its spec"),
        (r#"{"id": "/a", "container": {"docker": {"image": "x", "new": [1e3, {"deep": null}]}, "new": 1}, "new": []}"#
            .into(), vec!["/a DOCKER x"], "unknown fields are ignored"),
        (r#"{"id": "/1e999", "n": 1e999, "container": {"docker": {"image": "x/\ud83d\ude00:-1e400"}}}"#.into(),
            vec!["/1e999 DOCKER x/\u{1F600}:-1e400"], "numbers inside text"),
        (r#"{"id": "/a", "labels": {"x": "\ud83d", "y\udc00": "\ud83d\ude00 \\ud800"}, "n": [1e400, -1E999, 1e-999],
            "container": {"docker": {"image": "x"}}}"#.into(), vec!["/a DOCKER x"], "JSON without a value elsewhere"),
        (with(r#"{"docker": {"image": "x\ud83d"}}"#), vec!["/a DOCKER x\u{FFFD}"], "a lone surrogate in an image"),
        (format!("\u{FEFF}{}", app("/a")), vec!["/a DOCKER a/i"], "a byte-order mark"),
        (format!(r#"{{"id": "/a", "container": {{"type": "MESOS", "docker": {{"image": "x",
            "pullConfig": {{"secret": "s"}}}}}}, {DECLARED}}}"#), vec!["/a MESOS x s=/a/b"], "the secret of an app"),
        (format!(r#"{{"id": "/p", "containers": [{{"name": "a", "image": {{"kind": "DOCKER", "id": "x",
            "pullConfig": {{"secret": "s"}}}}}}, {{"name": "b", "image": {{"kind": "DOCKER", "id": "y",
            "pullConfig": null}}}}], {DECLARED}}}"#),
            vec!["/p a MESOS x s=/a/b", "/p b MESOS y"], "the secret of one container of a pod"),
    ];
    check_rows(table, |(definition, expected, rule)| {
        assert_eq!(read(&definition), expected, "{rule}: {definition}");
    });
}

#[test]
fn one_invalid_service_does_not_affect_the_others() {
    let bad =
        r#"{"id": "bad", "container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}}"#;
    let good = r#"{"id": "good", "container": {"docker": {"image": "x"}}}"#;
    let containers = |containers: &str| format!(r#"{{"id": "/p", "containers": [{containers}]}}"#);
    // definition, answers, rule
    #[rustfmt::skip]
    let table = [
        (format!("[{bad}, 1, {good}]"), vec!["bad: (0)/container/docker/pullConfig: pullConfig is", "good DOCKER x",
            "definition: (1): must be an app, a pod or a group"], "a list"),
        (format!(r#"{{"apps": [{bad}, null, {good}]}}"#),
            vec!["bad: /apps(0)/container/docker/pullConfig: ", "good DOCKER x",
            "definition: /apps(1): must be an object"], "apps"),
        (format!(r#"{{"id": "/g", "groups": [{{"id": "h", "apps": [{good}, {bad}]}}, "x", {{}}]}}"#),
            vec!["/g/h/good DOCKER x", "/g/h/bad: /groups(0)/apps(1)/container/docker/pullConfig: ",
            "/g: /groups(1): must be an object; /groups(2): must be an app, a pod or a group"], "groups"),
        (format!(r#"{{"apps": [{good}], "groups": 1}}"#), vec!["good DOCKER x", "definition: /groups: must be a list"],
            "no list"),
        (containers(r#"{"name": "a", "image": {"kind": "DOCKER", "id": "x"}}, 7, {"name": "c",
            "image": {"kind": "DOCKER", "id": ""}}"#),
            vec!["/p: /containers(1): must be an object; /containers(2)/image/id: must not be empty"],
            "a pod that is invalid as a whole"),
        (containers(r#"{"name": "a", "image": {"kind": "DOCKER", "id": "x"}}, {"name": "c",
            "image": {"kind": "DOCKER", "id": ""}}"#),
            vec!["/p a MESOS x", "/p c: /containers(1)/image/id: must not be empty"], "containers of a pod"),
        (r#"{"id": "/p", "containers": []}"#.into(), vec!["/p: /containers: must not be empty"],
            "PodsValidation: containers is notEmpty"),
        (r#"{"id": "/p", "containers": [{"image": {"kind": "DOCKER", "id": ""}}], "secrets": {"s": {}}}"#.into(),
            vec!["/p: /secrets(s)/source: is undefined; it must be where the secret store has it; \
            /containers(0)/image/id: must not be empty"], "all violations at once"),
        (r#"{"id": "/p", "containers": 1}"#.into(), vec!["/p: /containers: must be a list"], "containers are a list"),
        (r#"{"id": "/p", "containers": [{"name": "a"}], "secrets": {"": {"source": ""}}, "container": {}}"#.into(),
            vec!["/p: /: an app has a container and a pod has containers; leave out one of them; /secrets()/: must not \
            be empty; /secrets()/source: must not be empty"], "all violations at once"),
    ];
    check_rows(table, |(definition, expected, rule)| {
        let told = read(&definition);
        assert_eq!(told.len(), expected.len(), "{rule}: {told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{rule}: {told:?} lacks {expected:?}");
        }
    });
}

#[test]
fn documents_that_are_not_definitions_are_errors() {
    // bytes, error, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, &str)] = &[
        ("", "definition: the file is empty", "nothing"),
        ("{", "definition: the JSON ends too early, at line 1, column 1", "half of it"),
        ("{\"id\": \"/a\",\n \"container\": }", "definition: invalid JSON at line 2",
            "a syntax error with its position"),
        ("id: /a\ncontainer: {}\n", "definition: this is YAML, not JSON", "YAML"),
        ("{} {}", "there is text after the end", "two of them"),
        (r#"{"x": "\ud83d", "y": }"#, "invalid JSON at line 1, column 22", "a syntax error after a lone surrogate"),
        (r#"{"x": "\ud83"}"#, "invalid JSON at line 1", "an invalid escape"),
        ("{}", "neither an app, a pod, a group nor a list of them", "an empty object"),
        ("1", "neither an app, a pod", "a number"),
        ("null", "neither an app, a pod", "null"),
        (r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#, "neither an app, a pod", "a secret as definition"),
    ];
    check_rows(table, |(bytes, expected, rule)| {
        let error =
            marathon::containers(bytes.as_bytes(), Limits::default()).expect_err(rule).to_string();
        assert!(error.contains(expected), "{rule}: {error}");
        assert!(!error.contains("dTpw"), "{error}");
    });
    // The limit is exact.
    let app = app_with(r#""cmd": "x""#);
    let mut limits = Limits::default();
    limits.definition_bytes = app.len() as u64;
    let fits = marathon::containers(app.as_bytes(), limits);
    assert_eq!(fits.unwrap_or_else(|error| panic!("{app}: {error}")).len(), 1, "{app}");
    limits.definition_bytes -= 1;
    let error = marathon::containers(app.as_bytes(), limits).expect_err(&app);
    assert!(matches!(error, Error::Limit { limit: Limit::DefinitionBytes, .. }), "{app}: {error}");
    let error = marathon::containers(b"\xFF\xFE{\0}\0", Limits::default()).unwrap_err().to_string();
    assert!(error.contains("UTF-16"), "{error}");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(
        marathon::containers(deep.as_bytes(), Limits::default()).is_err(),
        "no depth exhausts the stack"
    );
}

#[test]
fn more_containers_than_the_limit_are_an_error() {
    let mut limits = Limits::default();
    limits.definition_containers = 3;
    let cases = [
        (
            format!("[{}]", [r#"{"cmd": "x"}"#; 4].join(",")),
            format!("[{}]", [r#"{"cmd": "x"}"#; 3].join(",")),
        ),
        (
            format!(r#"{{"containers": [{}]}}"#, ["{}"; 4].join(",")),
            format!(r#"{{"containers": [{}]}}"#, ["{}"; 3].join(",")),
        ),
        (
            format!(r#"{{"apps": [{}]}}"#, ["{}"; 4].join(",")),
            format!(r#"{{"apps": [{}]}}"#, ["{}"; 3].join(",")),
        ),
    ];
    check_rows(cases, |(over, within)| {
        let error = marathon::containers(over.as_bytes(), limits).expect_err(&over);
        assert!(
            matches!(error, Error::Limit { limit: Limit::DefinitionContainers, value: 3, .. }),
            "{over}: {error}"
        );
        let within_limits = marathon::containers(within.as_bytes(), limits);
        assert!(
            matches!(&within_limits, Ok(three) if three.len() == 3),
            "{within}: {within_limits:?}"
        );
    });
}
