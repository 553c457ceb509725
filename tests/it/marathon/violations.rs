//! Definitions that Marathon rejects are rejected with Marathon's messages.

use regcred::marathon::{self, Rule};
use regcred::{Error, Limits};

use super::{DECLARED, read};
use crate::support::check_rows;

#[test]
fn violations_use_the_messages_of_marathon() {
    let app =
        |container: &str, rest: &str| format!(r#"{{"id": "/a", "container": {container}{rest}}}"#);
    let declared = format!(", {DECLARED}");
    let pulls = r#"{"type": "MESOS", "docker": {"image": "x", "pullConfig": {"secret": "s"}}}"#;
    let pod = |image: &str, rest: &str| {
        format!(
            r#"{{"id": "/p", "containers": [{{"name": "a"}}, {{"name": "b", "image": {image}}}]{rest}}}"#
        )
    };
    let pod_pulls = r#"{"kind": "DOCKER", "id": "x", "pullConfig": {"secret": "s"}}"#;
    // definition, what is told, rule
    #[rustfmt::skip]
    let table = [
        (app(&pulls.replace("MESOS", "DOCKER"), &declared), "/a: /container/docker/pullConfig: pullConfig is not supported with Docker containerizer", "AppValidationTest: even if the secret exists"),
        (app(&pulls.replace(r#""type": "MESOS", "#, ""), &declared), "/a: /container/docker/pullConfig: pullConfig is not supported with Docker containerizer; set type to MESOS (left out, it is DOCKER)", "an omitted type means DOCKER"),
        (app(pulls, ""), r#"/a: /container/docker/pullConfig: pullConfig.secret must refer to an existing secret; it names "s", and secrets declares none"#, "AppValidationTest: no secret"),
        (app(pulls, r#", "secrets": {"t": {"source": "x"}, "u": {"source": "y"}}"#), r#"must refer to an existing secret; it names "s", and secrets declares "t", "u""#, "what could have been meant"),
        (app(pulls, r#", "secrets": {"a": {"source": "x"}, "b": {"source": "x"}, "c": {"source": "x"}, "d": {"source": "x"}, "e": {"source": "x"}, "f": {"source": "x"}, "g": {"source": "x"}}"#), r#"secrets declares "a", "b", "c", "d", "e" and 2 more"#, "a few of many"),
        (app(pulls, r#", "secrets": {"S": {"source": "x"}}"#), "/container/docker/pullConfig: pullConfig.secret must refer", "aliases are told apart by case"),
        (app(&pulls.replace(r#""s""#, r#""/a/b""#), &declared), r#"/container/docker/pullConfig: pullConfig.secret must refer to an existing secret; it names "/a/b", and secrets declares "s""#, "a source is not an alias"),
        (pod(&pod_pulls.replace(r#""s""#, r#""/a/b""#), &declared), r#"/containers(1)/image/pullConfig: pullConfig.secret must refer to an existing secret; it names "/a/b", and secrets declares "s""#, "a source is not an alias"),
        (app(pulls, r#", "secrets": {"s": {"source": ""}}"#), "/a: /secrets(s)/source: must not be empty", "AppUpdateTest: an empty source"),
        (app(pulls, r#", "secrets": {"s": {"source": "x"}, "": {"source": "x"}}"#), "/a: /secrets()/: must not be empty", "AppUpdateTest: an empty alias"),
        (app(pulls, r#", "secrets": {"s": {}}"#), "/a: /secrets(s)/source: is undefined", "a source is required"),
        (app(pulls, r#", "secrets": {"s": "x"}"#), "/a: /secrets(s): must be an object", "a secret is an object"),
        (app(pulls, r#", "secrets": {"s": {"source": 1}}"#), "/a: /secrets(s)/source: must be a text", "a source is a text"),
        (app(pulls, r#", "secrets": ["s"]"#), "/a: /secrets: must be an object", "secrets are an object"),
        (app(&pulls.replace(r#""s""#, r#""""#), &declared), "/a: /container/docker/pullConfig/secret: must not be empty", "an empty alias"),
        (app(&pulls.replace(r#""s""#, "1"), &declared), "/a: /container/docker/pullConfig/secret: must be a text", "an alias is a text"),
        (app(&pulls.replace(r#"{"secret": "s"}"#, "{}"), &declared), "/a: /container/docker/pullConfig/secret: is undefined", "an alias is required"),
        (app(&pulls.replace(r#"{"secret": "s"}"#, r#""s""#), &declared), "/a: /container/docker/pullConfig: must be an object", "pullConfig is an object"),
        (app(r#"{"docker": {"image": "x", "credential": {"principal": "p", "secret": "q"}}}"#, ""), "/a: /container/docker/credential: must be empty; credential is gone since Marathon 1.4", "1.4: credential, type DOCKER"),
        (app(r#"{"type": "MESOS", "docker": {"image": "x", "credential": {"principal": "p"}}}"#, ""), "/a: /container/docker/credential: must be empty", "1.4: credential, type MESOS"),
        (app(r#"{"type": "MESOS", "docker": {"image": "", "credential": {"principal": "p"}, "pullConfig": {"secret": "s"}}}"#, ""), "must not be empty; /container/docker/pullConfig: pullConfig.secret must refer to an existing secret", "everything that is wrong, at once"),
        (app(r#"{"docker": {"image": ""}}"#, ""), "/a: /container/docker/image: must not be empty", "an image is not empty"),
        (app(r#"{"docker": {}}"#, ""), "/a: /container/docker/image: is undefined", "an image is required"),
        (app(r#"{"docker": {"image": 5}}"#, ""), "/a: /container/docker/image: must be a text", "an image is a text"),
        (app("{}", ""), "/a: /container/docker: is undefined", "type DOCKER needs docker"),
        (app(r#"{"type": "MESOS", "docker": 1}"#, ""), "/a: /container/docker: must be an object", "docker is an object"),
        (app("1", ""), "/a: /container: must be an object", "a container is an object"),
        (app(r#"{"type": "rkt", "docker": {"image": "x"}}"#, ""), "/a: /container/type: must be DOCKER or MESOS", "two types"),
        (app(r#"{"type": "MESOS", "docker": {"image": "x"}, "appc": {"image": "y"}}"#, ""), "/a: /container: mesos containers should specify, at most, a single image type", "one image"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "uris": ["a"], "fetch": [{"uri": "b"}]"#), "/a: /uris: may not be set in conjunction with fetch", "AppDefinitionTest: both"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "uris": ["a", "b"], "fetch": [{"uri": "b"}, {"uri": "a"}]"#), "/a: /uris: may not be set in conjunction with fetch", "Marathon 1.1 to 1.4 answer both, in the same order"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "uris": ["a"], "fetch": [{"uri": "a"}, {"uri": "b"}]"#), "/a: /uris: may not be set in conjunction with fetch", "and of the same length"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "fetch": [{"uri": ""}]"#), "/a: /fetch(0)/uri: must not be empty", "a URI is not empty"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "fetch": [{"uri": "a"}, {}]"#), "/a: /fetch(1)/uri: is undefined", "a URI is required"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "fetch": [{"uri": "a", "extract": "no"}]"#), "/a: /fetch(0)/extract: must be true or false", "a truth is a truth"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "fetch": ["a"]"#), "/a: /fetch(0): must be an object", "fetch holds objects"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "uris": [{"uri": "a"}]"#), "/a: /uris(0): must be a text", "uris holds texts"),
        (app(r#"{"docker": {"image": "x"}}"#, r#", "uris": "a""#), "/a: /uris: must be a list", "uris is a list"),
        (pod(pod_pulls, ""), "/p b: /containers(1)/image/pullConfig: pullConfig.secret must refer to an existing secret", "PodsValidationTest: secrets emptied"),
        (pod(&pod_pulls.replace("DOCKER", "APPC"), &declared), "/p b: /containers(1)/image/pullConfig: pullConfig is supported only with Docker images", "PodsValidationTest: no Docker image"),
        (pod(&pod_pulls.replace(r#""kind": "DOCKER", "#, ""), &declared), "/p b: /containers(1)/image/kind: is undefined", "a kind is required"),
        (pod(&pod_pulls.replace("DOCKER", "OCI"), &declared), "/p b: /containers(1)/image/kind: must be DOCKER", "a kind that is none"),
        (pod(r#"{"kind": "DOCKER"}"#, ""), "/p b: /containers(1)/image/id: is undefined", "an image has an id"),
        (pod(r#"{"kind": "DOCKER", "id": ""}"#, ""), "/p b: /containers(1)/image/id: must not be empty", "an id is not empty"),
        (pod("[]", ""), "/p b: /containers(1)/image: must be an object", "an image is an object"),
    ];
    check_rows(&table, |(definition, expected, rule)| {
        let told = read(definition).join("\n");
        assert!(told.contains(expected), "{rule}:\n{told}\n{definition}");
    });
}

#[test]
fn violations_of_one_service_are_limited() {
    let fetch = vec!["1"; 1_000].join(",");
    let definition = format!(r#"{{"id": "/{}", "fetch": [{fetch}]}}"#, "a".repeat(5_000));
    let answer = marathon::containers(definition.as_bytes(), Limits::default()).unwrap().remove(0);
    let Err(Error::Definition { id, violations }) = answer else { panic!("{answer:?}") };
    assert_eq!((id.len(), violations.len()), (1_024, 25));
}

#[test]
fn a_violation_has_a_path_and_a_rule() {
    let definition =
        r#"{"id": "/a", "container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}}"#;
    let answer = marathon::containers(definition.as_bytes(), Limits::default()).unwrap().remove(0);
    let Err(Error::Definition { id, violations }) = answer else { panic!("{answer:?}") };
    assert_eq!((&*id, violations.len()), ("/a", 1));
    assert_eq!(violations[0].path(), "/container/docker/pullConfig");
    assert_eq!(*violations[0].rule(), Rule::PullConfigWithDocker);
}
