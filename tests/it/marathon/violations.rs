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
    let pulling = |from: &str, to: &str| app(&pulls.replace(from, to), &declared);
    let pod_pulling = |from: &str, to: &str| pod(&pod_pulls.replace(from, to), &declared);
    let only_container = |container: &str| app(container, "");
    let image = |image: &str| pod(image, "");
    let beside = |rest: &str| app(r#"{"docker": {"image": "x"}}"#, &format!(", {rest}"));
    let secrets = |secrets: &str| app(pulls, &format!(r#", "secrets": {secrets}"#));
    let many = ["a", "b", "c", "d", "e", "f", "g"].map(|s| format!(r#""{s}": {{"source": "x"}}"#));
    let many = format!(r#", "secrets": {{{}}}"#, many.join(", "));
    let long = |expected: &str| {
        let expected = expected.replace("PULL", "/container/docker/pullConfig");
        let expected = expected.replace("IMAGE", "/containers(1)/image");
        let must_exist = "pullConfig.secret must refer to an existing secret";
        let expected = expected.replace("MUST_EXIST", must_exist);
        expected.replace("NOT_BOTH", "may not be set in conjunction with fetch")
    };
    // definition; violations, with PULL, IMAGE and the other abbreviations; rule
    #[rustfmt::skip]
    let table = [
        (pulling("MESOS", "DOCKER"), "/a: PULL: pullConfig is not supported with Docker containerizer",
            "AppValidationTest"),
        (pulling(r#""type": "MESOS", "#, ""),
            "/a: PULL: pullConfig is not supported with Docker containerizer; \
            set type to MESOS (left out, it is DOCKER)",
            "an omitted type means DOCKER"),
        (app(pulls, ""), r#"/a: PULL: MUST_EXIST; it names "s", and secrets declares none"#,
            "AppValidationTest: no secret"),
        (secrets(r#"{"t": {"source": "x"}, "u": {"source": "y"}}"#),
            r#"must refer to an existing secret; it names "s", and secrets declares "t", "u""#,
            "the secrets that are declared"),
        (app(pulls, &many), r#"secrets declares "a", "b", "c", "d", "e" and 2 more"#, "at most five of them"),
        (secrets(r#"{"S": {"source": "x"}}"#), "PULL: pullConfig.secret must refer", "aliases are compared by case"),
        (pulling(r#""s""#, r#""/a/b""#), r#"PULL: MUST_EXIST; it names "/a/b", and secrets declares "s""#,
            "a source is not an alias"),
        (pod_pulling(r#""s""#, r#""/a/b""#),
            r#"IMAGE/pullConfig: MUST_EXIST; it names "/a/b", and secrets declares "s""#,
            "a source is not an alias"),
        (secrets(r#"{"s": {"source": ""}}"#), "/a: /secrets(s)/source: must not be empty",
            "AppUpdateTest: an empty source"),
        (secrets(r#"{"s": {"source": "x"}, "": {"source": "x"}}"#), "/a: /secrets()/: must not be empty",
            "AppUpdateTest: an empty alias"),
        (secrets(r#"{"s": {}}"#), "/a: /secrets(s)/source: is undefined", "a source is required"),
        (secrets(r#"{"s": "x"}"#), "/a: /secrets(s): must be an object", "a secret is an object"),
        (secrets(r#"{"s": {"source": 1}}"#), "/a: /secrets(s)/source: must be a text", "a source is a text"),
        (secrets(r#"["s"]"#), "/a: /secrets: must be an object", "secrets are an object"),
        (pulling(r#""s""#, r#""""#), "/a: PULL/secret: must not be empty", "an empty alias"),
        (pulling(r#""s""#, "1"), "/a: PULL/secret: must be a text", "an alias is a text"),
        (pulling(r#"{"secret": "s"}"#, "{}"), "/a: PULL/secret: is undefined", "an alias is required"),
        (pulling(r#"{"secret": "s"}"#, r#""s""#), "/a: PULL: must be an object", "pullConfig is an object"),
        (only_container(r#"{"docker": {"image": "x", "credential": {"principal": "p", "secret": "q"}}}"#),
            "/a: /container/docker/credential: must be empty; credential is gone since Marathon 1.4",
            "1.4: credential, type DOCKER"),
        (only_container(r#"{"type": "MESOS", "docker": {"image": "x", "credential": {"principal": "p"}}}"#),
            "/a: /container/docker/credential: must be empty", "1.4: credential, type MESOS"),
        (only_container(r#"{"type": "MESOS", "docker": {"image": "", "credential": {"principal": "p"},
            "pullConfig": {"secret": "s"}}}"#), "must not be empty; PULL: MUST_EXIST", "all violations at once"),
        (only_container(r#"{"docker": {"image": ""}}"#), "/a: /container/docker/image: must not be empty",
            "an image is not empty"),
        (only_container(r#"{"docker": {}}"#), "/a: /container/docker/image: is undefined", "an image is required"),
        (only_container(r#"{"docker": {"image": 5}}"#), "/a: /container/docker/image: must be a text",
            "an image is a text"),
        (only_container("{}"), "/a: /container/docker: is undefined", "type DOCKER needs docker"),
        (only_container(r#"{"type": "MESOS", "docker": 1}"#), "/a: /container/docker: must be an object",
            "docker is an object"),
        (only_container("1"), "/a: /container: must be an object", "a container is an object"),
        (only_container(r#"{"type": "rkt", "docker": {"image": "x"}}"#), "/a: /container/type: must be DOCKER or MESOS",
            "two types"),
        (only_container(r#"{"type": "MESOS", "docker": {"image": "x"}, "appc": {"image": "y"}}"#),
            "/a: /container: mesos containers should specify, at most, a single image type", "one image"),
        (beside(r#""uris": ["a"], "fetch": [{"uri": "b"}]"#), "/a: /uris: NOT_BOTH", "AppDefinitionTest: both"),
        (beside(r#""uris": ["a", "b"], "fetch": [{"uri": "b"}, {"uri": "a"}]"#), "/a: /uris: NOT_BOTH",
            "Marathon 1.1 to 1.4: in order"),
        (beside(r#""uris": ["a"], "fetch": [{"uri": "a"}, {"uri": "b"}]"#), "/a: /uris: NOT_BOTH",
            "Marathon 1.1 to 1.4: as many"),
        (beside(r#""fetch": [{"uri": ""}]"#), "/a: /fetch(0)/uri: must not be empty", "a URI is not empty"),
        (beside(r#""fetch": [{"uri": "a"}, {}]"#), "/a: /fetch(1)/uri: is undefined", "a URI is required"),
        (beside(r#""fetch": [{"uri": "a", "extract": "no"}]"#), "/a: /fetch(0)/extract: must be true or false",
            "a boolean is required"),
        (beside(r#""fetch": ["a"]"#), "/a: /fetch(0): must be an object", "fetch holds objects"),
        (beside(r#""uris": [{"uri": "a"}]"#), "/a: /uris(0): must be a text", "uris holds texts"),
        (beside(r#""uris": "a""#), "/a: /uris: must be a list", "uris is a list"),
        (image(pod_pulls), "/p b: IMAGE/pullConfig: MUST_EXIST", "PodsValidationTest: secrets emptied"),
        (pod_pulling("DOCKER", "APPC"), "/p b: IMAGE/pullConfig: pullConfig is supported only with Docker images",
            "PodsValidationTest: AppC"),
        (pod_pulling(r#""kind": "DOCKER", "#, ""), "/p b: IMAGE/kind: is undefined", "a kind is required"),
        (pod_pulling("DOCKER", "OCI"), "/p b: IMAGE/kind: must be DOCKER", "an unknown kind"),
        (image(r#"{"kind": "DOCKER"}"#), "/p b: IMAGE/id: is undefined", "an image has an id"),
        (image(r#"{"kind": "DOCKER", "id": ""}"#), "/p b: IMAGE/id: must not be empty", "an id is not empty"),
        (image("[]"), "/p b: IMAGE: must be an object", "an image is an object"),
    ];
    check_rows(&table, |(definition, expected, rule)| {
        let told = read(definition).join("\n");
        let expected = long(expected);
        assert!(told.contains(&expected), "{rule}:\n{told}\n{definition}");
    });
}

#[test]
fn violations_of_one_service_are_limited() {
    let fetch = vec!["1"; 1_000].join(",");
    let definition = format!(r#"{{"id": "/{}", "fetch": [{fetch}]}}"#, "a".repeat(5_000));
    let answer = marathon::containers(definition.as_bytes(), Limits::default()).unwrap().remove(0);
    let Err(Error::Definition { id, violations, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!((id.len(), violations.len()), (1_024, 25));
}

#[test]
fn a_violation_has_a_path_and_a_rule() {
    let definition =
        r#"{"id": "/a", "container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}}"#;
    let answer = marathon::containers(definition.as_bytes(), Limits::default()).unwrap().remove(0);
    let Err(Error::Definition { id, violations, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!((&*id, violations.len()), ("/a", 1));
    assert_eq!(violations[0].path(), "/container/docker/pullConfig");
    assert_eq!(*violations[0].rule(), Rule::PullConfigWithDocker);
}
