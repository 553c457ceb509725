//! Marathon's definitions: what is read of them, what Marathon's rules say, and what fetched files
//! come to.

use regcred::marathon::{self, Container, Fetch, FetchKind, FetchProblem, Resolved, Rule};
use regcred::mesos::{Containerizer, DockerRegistry};
use regcred::{Error, Limits, Resolver, WarningKind};

use crate::archives::{file, gzip, of_kind, tar};
use crate::support::{answer, check_rows, config, quote, word};

/// The containers of a definition, each in one line: `id[ name] containerizer image alias=source`.
fn read(definition: &str) -> Vec<String> {
    let containers = marathon::containers(definition.as_bytes(), Limits::default());
    let containers = containers.unwrap_or_else(|error| panic!("{definition}: {error}"));
    containers.iter().map(|container| container.as_ref().map_or_else(told, line)).collect()
}

fn told(error: &Error) -> String {
    let Error::Definition { id, violations } = error else { panic!("{error:?}") };
    let violations: Vec<String> = violations.iter().map(|v| v.to_string()).collect();
    format!("{id}: {}", violations.join("; "))
}

fn line(container: &Container) -> String {
    let mut words = vec![container.id()];
    words.extend(container.name());
    words.push(match container.containerizer() {
        Containerizer::Docker => "DOCKER",
        Containerizer::Mesos => "MESOS",
        other => panic!("{other:?}"),
    });
    words.push(container.image().unwrap_or("-"));
    let secret = container.pull_config().map(|pull| format!("{}={}", pull.alias(), pull.source()));
    words.extend(secret.as_deref());
    words.join(" ")
}

const DECLARED: &str = r#""secrets": {"s": {"source": "/a/b"}}"#;

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
            r#"{{"id": "{id}", "containers": [{{"name": "a", "image": {{"kind": "DOCKER", "id": "x"}}}}, {{"name": "b"}}]}}"#
        )
    };
    // definition, containers, rule
    #[rustfmt::skip]
    let table = [
        (app("/a"), vec!["/a DOCKER a/i"], "type defaults to DOCKER"),
        (r#"{"id": "/a", "cmd": "sleep 1"}"#.to_owned(), vec!["/a MESOS -"], "an app without a container has nothing to pull"),
        (r#"{"id": "/a", "args": ["x"]}"#.into(), vec!["/a MESOS -"], "an app by its args"),
        (r#"{"id": "/a", "uris": ["http://h/x"]}"#.into(), vec!["/a MESOS -"], "an app by its uris"),
        (r#"{"id": "/a", "fetch": [{"uri": "http://h/x"}]}"#.into(), vec!["/a MESOS -"], "an app by its fetch"),
        (r#"{"id": "/a", "container": {"type": "MESOS"}}"#.into(), vec!["/a MESOS -"], "nor one without an image"),
        (r#"{"id": "/a", "container": {"type": "MESOS", "appc": {"image": "x"}}}"#.into(), vec!["/a MESOS -"], "AppC images take no Docker credential"),
        (r#"{"id": "/a", "cmd": "x", "container": null}"#.into(), vec!["/a MESOS -"], "null is not there"),
        (r#"{"id": "/a", "container": {"type": "mesos", "docker": {"image": "x"}}}"#.into(), vec!["/a MESOS x"], "Marathon reads enumerations in any case"),
        (r#"{"id": "/a", "container": {"type": "docker", "docker": {"image": "x"}}}"#.into(), vec!["/a DOCKER x"], "Marathon reads enumerations in any case"),
        (r#"{"container": {"docker": {"image": "x"}}}"#.into(), vec![" DOCKER x"], "an update of an app may leave out the id"),
        (pod("/p"), vec!["/p a MESOS x", "/p b MESOS -"], "each container of a pod has its answer"),
        (r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "Docker", "id": "x"}}]}"#.into(), vec!["/p a MESOS x"], "kind in any case"),
        (r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "APPC", "id": "x"}}]}"#.into(), vec!["/p a MESOS -"], "AppC in a pod"),
        (format!("[{}, {}]", app("/a"), pod("/p")), vec!["/a DOCKER a/i", "/p a MESOS x", "/p b MESOS -"], "a list"),
        ("[]".into(), vec![], "an empty list"),
        (format!(r#"{{"apps": [{}]}}"#, app("/a")), vec!["/a DOCKER a/i"], "what GET /v2/apps answers"),
        (format!(r#"{{"app": {}}}"#, app("/a")), vec!["/a DOCKER a/i"], "what GET /v2/apps/a answers"),
        (r#"{"apps": []}"#.into(), vec![], "no apps"),
        (format!(r#"{{"id": "/g", "apps": [{}], "pods": [{}], "groups": [{{"id": "h", "apps": [{}, {}]}}]}}"#,
            app("a"), pod("p"), app("b"), app("/abs")),
            vec!["/g/a DOCKER a/i", "/g/p a MESOS x", "/g/p b MESOS -", "/g/h/b DOCKER b/i", "/abs DOCKER abs/i"], "relative ids stand below their group"),
        (format!(r#"{{"id": "/", "groups": [{{"id": "/g", "apps": [{}]}}]}}"#, app("/g/a")), vec!["/g/a DOCKER g/a/i"], "the root group"),
        (format!(r#"{{"id": "/", "apps": [{}]}}"#, app("a")), vec!["/a DOCKER a/i"], "a relative id below the root"),
        (format!(r#"{{"id": "/", "pods": [{{"id": "/p", "status": "STABLE", "spec": {}}}]}}"#, pod("/p")), vec!["/p a MESOS x", "/p b MESOS -"], "a group's status holds the spec of a pod"),
        (r#"{"id": "/a", "container": {"docker": {"image": "x", "new": [1e3, {"deep": null}]}, "new": 1}, "new": []}"#.into(), vec!["/a DOCKER x"], "unknown fields are ignored"),
        (r#"{"id": "/1e999", "n": 1e999, "container": {"docker": {"image": "x/\ud83d\ude00:-1e400"}}}"#.into(), vec!["/1e999 DOCKER x/\u{1F600}:-1e400"], "and changes nothing that is text"),
        (r#"{"id": "/a", "labels": {"x": "\ud83d", "y\udc00": "\ud83d\ude00 \\ud800"}, "n": [1e400, -1E999, 1e-999], "container": {"docker": {"image": "x"}}}"#.into(), vec!["/a DOCKER x"], "nor does what means nothing fail the rest"),
        (r#"{"id": "/a", "container": {"docker": {"image": "x\ud83d"}}}"#.into(), vec!["/a DOCKER x\u{FFFD}"], "and where it matters it is no image"),
        (format!("\u{FEFF}{}", app("/a")), vec!["/a DOCKER a/i"], "a byte-order mark"),
        (format!(r#"{{"id": "/a", "container": {{"type": "MESOS", "docker": {{"image": "x", "pullConfig": {{"secret": "s"}}}}}}, {DECLARED}}}"#), vec!["/a MESOS x s=/a/b"], "the secret of an app"),
        (format!(r#"{{"id": "/p", "containers": [{{"name": "a", "image": {{"kind": "DOCKER", "id": "x", "pullConfig": {{"secret": "s"}}}}}}, {{"name": "b", "image": {{"kind": "DOCKER", "id": "y", "pullConfig": null}}}}], {DECLARED}}}"#),
            vec!["/p a MESOS x s=/a/b", "/p b MESOS y"], "the secret of one container of a pod"),
    ];
    check_rows(table, |(definition, expected, rule)| {
        assert_eq!(read(&definition), expected, "{rule}: {definition}");
    });
}

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
fn uris_must_parse_in_java() {
    // URIs that java.net.URI parses, and those that it does not.
    #[rustfmt::skip]
    let valid = [
        "x", "/etc/docker.tar.gz", "file:///etc/.dockercfg", "file:/etc/.dockercfg", "file://localhost/x", "HTTP://h/x", "a+b-c.1:x", "//h/x", "?x", "#x", "x?", "x#",
        "https://h", "https://h:5000", "https://h:/x", "https://h:port/x", "https://h:99999999999/x", "https://u:p@h/x", "https://u@v@h/x", "https://u:p%40w@h/x", "https://a_b/x", "https://a,b;c/x", "https://-/x",
        "https:///x", "https://?x", "https://#x", "///x", "///", "a/b:c", "?a:b", "/:", "mailto:a@b", "h:5000/x", "data:text/plain;base64,eA==", "a:?x", "a:[x]",
        "https://[::1]/x", "https://[::1]:5000/x", "https://[::1]:", "https://u:p@[fe80::1%eth0]:1/x", "https://[1:2:3:4:5:6:7:8]", "https://[::ffff:10.0.0.1]/",
        "/a;b=c,d/e!f~g*h(i)j'k$l&m+n@o", "x?a=b&c=[d]/?e", "x#a?b/[c]", "/%20%C3%a4", "https://h/\u{e4}\u{1F600}", "https://\u{e4}.de/x", "x?\u{20ac}", "s3n://AKIA:ab/cd@bucket/x",
    ];
    #[rustfmt::skip]
    let invalid = [
        "a b", " x", "x ", "https://h/a b", "https://h/x?a b", "https://h/x#a b", "https://a b/x", "a:b c", "x\t", "x\n", "x\0", "x\u{7f}", "x\u{80}", "x\u{85}", "x\u{a0}", "x\u{2028}", "x\u{3000}",
        "a\\b", "C:\\x", "a\"b", "a<b", "a>b", "a^b", "a`b", "a{b", "a|b", "a}b", "${HOME}/x", "https://h/${name}.tgz", "https://{{host}}/x", "<your/archive>",
        ":", ":x", "1a:x", "a_b:x", "\u{e4}:x", "+a:x", "10.0.0.1:80/x", "my_host:5000/x", "file:", "file:#x", "file://", "https://", "//", "a:b#c#d",
        "/a[b", "/a]b", "https://h/[x]", "%", "%2", "/%zz", "/%2g/x", "x?%", "x#%f", "https://h%2/x", "https://%zz@h/x",
        "https://[::1/x", "https://::1]/x", "https://[]/x", "https://[x]/x", "https://[10.0.0.1]/x", "https://[::1]x/", "https://[::1]:a/x", "https://[::1]:99999999999/x", "https://u[x@h/x", "https://u@v@[::1]/x",
        "https://[::1%]/x", "https://[::1%e-0]/x", "https://[1:2:3:4:5:6:7]", "https://[1::2::3]", "https://[12345::]", "https://h[::1]/x",
    ];
    let rows = valid.map(|uri| (uri, true)).into_iter().chain(invalid.map(|uri| (uri, false)));
    check_rows(rows, |(uri, is_valid)| {
        let app = |fetch: &str| {
            format!(r#"{{"id": "/a", "cmd": "x", {}}}"#, fetch.replace("URI", &quote(uri)))
        };
        let pod = format!(
            r#"{{"id": "/a", "containers": [{{"artifacts": [{{"uri": {}}}]}}]}}"#,
            quote(uri)
        );
        for (definition, path) in [
            (app(r#""fetch": [{"uri": "x"}, {"uri": URI}]"#), "/a: /fetch(1)/uri"),
            (app(r#""uris": [URI]"#), "/a: /uris(0)"),
            (pod, "/a: /containers(0)/artifacts(0)/uri"),
        ] {
            let told = read(&definition).join("\n");
            let is_refused =
                told.starts_with(&format!("{path}: URI has invalid syntax. Percent-encode"));
            assert_ne!(is_refused, is_valid, "{uri:?}, {path}: {told}");
        }
    });
}

#[test]
fn one_invalid_service_does_not_affect_the_others() {
    let bad =
        r#"{"id": "bad", "container": {"docker": {"image": "x", "pullConfig": {"secret": "s"}}}}"#;
    let good = r#"{"id": "good", "container": {"docker": {"image": "x"}}}"#;
    // definition, answers, rule
    #[rustfmt::skip]
    let table = [
        (format!("[{bad}, 1, {good}]"), vec!["bad: (0)/container/docker/pullConfig: pullConfig is", "good DOCKER x", "definition: (1): must be an app, a pod or a group"], "a list"),
        (format!(r#"{{"apps": [{bad}, null, {good}]}}"#), vec!["bad: /apps(0)/container/docker/pullConfig: ", "good DOCKER x", "definition: /apps(1): must be an object"], "apps"),
        (format!(r#"{{"id": "/g", "groups": [{{"id": "h", "apps": [{good}, {bad}]}}, "x", {{}}]}}"#),
            vec!["/g/h/good DOCKER x", "/g/h/bad: /groups(0)/apps(1)/container/docker/pullConfig: ", "/g: /groups(1): must be an object; /groups(2): must be an app, a pod or a group"], "groups"),
        (format!(r#"{{"apps": [{good}], "groups": 1}}"#), vec!["good DOCKER x", "definition: /groups: must be a list"], "no list"),
        (r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"}}, 7, {"name": "c", "image": {"kind": "DOCKER", "id": ""}}]}"#.to_owned(),
            vec!["/p: /containers(1): must be an object; /containers(2)/image/id: must not be empty"], "a pod that is wrong as a whole"),
        (r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"}}, {"name": "c", "image": {"kind": "DOCKER", "id": ""}}]}"#.into(),
            vec!["/p a MESOS x", "/p c: /containers(1)/image/id: must not be empty"], "containers of a pod"),
        (r#"{"id": "/p", "containers": []}"#.into(), vec!["/p: /containers: must not be empty"], "PodsValidation: containers is notEmpty"),
        (r#"{"id": "/p", "containers": [{"image": {"kind": "DOCKER", "id": ""}}], "secrets": {"s": {}}}"#.into(),
            vec!["/p: /secrets(s)/source: is undefined; it must be where the secret store has it; /containers(0)/image/id: must not be empty"], "everything that is wrong, at once"),
        (r#"{"id": "/p", "containers": 1}"#.into(), vec!["/p: /containers: must be a list"], "containers are a list"),
        (r#"{"id": "/p", "containers": [{"name": "a"}], "secrets": {"": {"source": ""}}, "container": {}}"#.into(),
            vec!["/p: /: an app has a container and a pod has containers; leave out one of them; /secrets()/: must not be empty; /secrets()/source: must not be empty"], "everything that is wrong, at once"),
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
        ("{\"id\": \"/a\",\n \"container\": }", "definition: invalid JSON at line 2", "a slip, with its place"),
        ("id: /a\ncontainer: {}\n", "definition: this is YAML, not JSON", "YAML"),
        ("{} {}", "there is text after the end", "two of them"),
        (r#"{"x": "\ud83d", "y": }"#, "invalid JSON at line 1, column 22", "a slip behind what means nothing"),
        (r#"{"x": "\ud83"}"#, "invalid JSON at line 1", "an escape that is none"),
        ("{}", "neither an app, a pod, a group nor a list of them", "an empty object"),
        ("1", "neither an app, a pod", "a number"),
        ("null", "neither an app, a pod", "null"),
        (r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#, "neither an app, a pod", "the secret in place of the definition"),
    ];
    check_rows(table, |(bytes, expected, rule)| {
        let error =
            marathon::containers(bytes.as_bytes(), Limits::default()).expect_err(rule).to_string();
        assert!(error.contains(expected), "{rule}: {error}");
        assert!(!error.contains("dTpw"), "{error}");
    });
    // To the byte.
    let app = app_with(r#""cmd": "x""#);
    let mut limits = Limits::default();
    limits.definition_bytes = app.len() as u64;
    let fits = marathon::containers(app.as_bytes(), limits);
    assert_eq!(fits.unwrap_or_else(|error| panic!("{app}: {error}")).len(), 1, "{app}");
    limits.definition_bytes -= 1;
    let error = marathon::containers(app.as_bytes(), limits).expect_err(&app);
    assert!(matches!(error, Error::Limit { limit: "definition_bytes", .. }), "{app}: {error}");
    let error = marathon::containers(b"\xFF\xFE{\0}\0", Limits::default()).unwrap_err().to_string();
    assert!(error.contains("UTF-16"), "{error}");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(
        marathon::containers(deep.as_bytes(), Limits::default()).is_err(),
        "no depth exhausts the stack"
    );
}

#[test]
fn mesos_messages_are_recognised_and_refused() {
    let image = r#""container": {"type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": "reg.io/app", "config": {"type": "VALUE", "value": {"data": "e30="}}}}}}"#;
    let docker =
        r#""container": {"type": "DOCKER", "docker": {"image": "reg.io/app", "network": "HOST"}}"#;
    // protobuf JSON, the message it is, rule
    #[rustfmt::skip]
    let table = [
        (format!(r#"{{"name": "t", "task_id": {{"value": "t.1"}}, "agent_id": {{"value": "S0"}}, "resources": [], "command": {{"value": "sleep 1", "shell": true}}, {image}}}"#), "TaskInfo", "Mesos v1"),
        (format!(r#"{{"name": "t", "task_id": {{"value": "t.1"}}, "slave_id": {{"value": "S0"}}, "command": {{"shell": false, "uris": [{{"value": "https://h/docker.tar.gz"}}]}}, {docker}}}"#), "TaskInfo", "Mesos v0"),
        (format!(r#"{{"name": "t", "taskId": {{"value": "t.1"}}, "agentId": {{"value": "S0"}}, {docker}}}"#), "TaskInfo", "protobuf 3 writes camel case"),
        (format!(r#"{{"id": "t.1", "slave_id": "S0", "executor_id": "", "framework_id": "F", "state": "TASK_RUNNING", {docker}}}"#), "TaskInfo", "the task of a master's /state"),
        (format!(r#"{{"name": "t", "command": {{"value": "sleep 1"}}, {docker}}}"#), "TaskInfo", "a part of one"),
        (format!(r#"{{"name": "t", {image}}}"#), "TaskInfo", "a part of one"),
        (r#"{"task_id": {"value": "t.1"}, "executor": {"executor_id": {"value": "e"}}}"#.to_owned(), "TaskInfo", "nothing in it that an app has"),
        (format!(r#"{{"executor_id": {{"value": "e"}}, "framework_id": {{"value": "F"}}, "command": {{"value": "run"}}, {docker}}}"#), "ExecutorInfo", "an executor"),
        (r#"{"value": "sleep 1", "shell": true, "uris": [{"value": "https://h/docker.tar.gz", "extract": true}]}"#.into(), "CommandInfo", "with files to fetch"),
        (r#"{"value": "sleep 1", "shell": true}"#.into(), "CommandInfo", "without"),
        (r#"{"uris": [{"value": "https://h/docker.tar.gz"}], "arguments": ["a"]}"#.into(), "CommandInfo", "without a value"),
        (r#"{"type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": "reg.io/app"}}}}"#.into(), "ContainerInfo", "a container alone"),
        (format!(r#"{{"tasks": [{{"name": "t", "task_id": {{"value": "t.1"}}, "agent_id": {{"value": "S0"}}, {image}}}]}}"#), "TaskGroupInfo", "a group of tasks"),
    ];
    let app = r#"{"id": "a", "container": {"docker": {"image": "x"}}}"#;
    check_rows(table, |(message, name, rule)| {
        let advice = match name {
            "CommandInfo" | "ExecutorInfo" => "give the app or pod that Marathon was sent",
            _ => {
                "give the secret in container.mesos.image.docker.config to ResolverBuilder::task_secret, and the task's sandbox"
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
            // That item is refused, and no other.
            let answers = read(&definition);
            let is_app = |answer: &String| answer.ends_with("a DOCKER x");
            let is_refused = |answer: &String| answer.starts_with(&format!("{path}{text}"));
            let is_right =
                answers.len() == 2 && answers.iter().any(is_app) && answers.iter().any(is_refused);
            assert!(is_right, "{rule}: {definition}: {answers:#?}");
        }
    });
}

/// Marathon's own answers, with every field that looks like one of Mesos's.
#[test]
fn answers_of_the_marathon_api_are_not_taken_for_mesos_messages() {
    let app = r#"{"id": "/a", "cmd": "sleep 1", "args": null, "executor": "", "user": null, "env": {"task_id": "x", "command": "y"}, "labels": {"slave_id": "x", "mesos": "y"}, "uris": [], "storeUrls": [],
        "container": {"type": "MESOS", "docker": {"image": "x", "parameters": [{"key": "k", "value": "v"}]}, "volumes": [], "portMappings": [], "linuxInfo": {"seccomp": {"profileName": "d", "unconfined": false}}},
        "healthChecks": [{"protocol": "COMMAND", "command": {"value": "curl h"}}], "check": {"exec": {"command": {"shell": "true"}}}, "readinessChecks": [], "taskStats": {"startedAfterLastScaling": {"stats": {"counts": {"running": 1}}}},
        "tasks": [{"id": "a.1", "appId": "/a", "slaveId": "S0", "host": "h", "ports": [1], "state": "TASK_RUNNING", "ipAddresses": [{"ipAddress": "10.0.0.1", "protocol": "IPv4"}], "healthCheckResults": []}],
        "tasksRunning": 1, "tasksStaged": 0, "lastTaskFailure": {"appId": "/a", "taskId": "a.0", "slaveId": "S0", "state": "TASK_FAILED", "message": "Command exited with status 1"},
        "versionInfo": {"lastScalingAt": "2020-01-01T00:00:00Z"}, "deployments": [], "unreachableStrategy": "disabled", "networks": [{"mode": "host"}], "residency": null}"#;
    let pod = r#"{"id": "/p", "containers": [{"name": "c", "exec": {"command": {"shell": "sleep 1"}}, "image": {"kind": "DOCKER", "id": "x"}, "healthCheck": {"exec": {"command": {"argv": ["true"]}}}, "resources": {"cpus": 1}}],
        "executorResources": {"cpus": 0.1}, "environment": {"command": {"secret": "s"}}, "scaling": {"kind": "fixed", "instances": 1}, "scheduling": {"placement": {"constraints": []}}, "networks": []}"#;
    let status = format!(
        r#"{{"id": "/p", "spec": {pod}, "status": "STABLE", "statusSince": "x", "instances": [{{"id": "p.1", "agentId": "S0", "agentHostname": "h", "status": "STABLE", "containers": [{{"name": "c", "containerId": "p.1.c", "status": "TASK_RUNNING"}}]}}], "terminationHistory": []}}"#
    );
    // a document, containers in it, rule
    let table = [
        (app.to_owned(), "/a MESOS x", "an app"),
        (format!(r#"{{"app": {app}}}"#), "/a MESOS x", "GET /v2/apps/a"),
        (format!(r#"{{"apps": [{app}]}}"#), "/a MESOS x", "GET /v2/apps"),
        (pod.to_owned(), "/p c MESOS x", "GET /v2/pods/p"),
        (status.clone(), "/p c MESOS x", "GET /v2/pods/p::status"),
        (format!("[{status}]"), "/p c MESOS x", "GET /v2/pods/::status"),
        (
            format!(
                r#"{{"id": "/", "groups": [{{"id": "/g", "apps": [{app}], "pods": [], "dependencies": [], "version": "x"}}], "enforceRole": false}}"#
            ),
            "/a MESOS x",
            "GET /v2/groups",
        ),
    ];
    check_rows(table, |(document, expected, rule)| {
        let answers = read(&document);
        assert_eq!(answers, [expected], "{rule}: {answers:?}, not {expected}");
    });
}

#[test]
fn fetched_files_are_limited() {
    let scratch = tempfile::tempdir().unwrap();
    let put =
        |name: &str, bytes: Vec<u8>| std::fs::write(scratch.path().join(name), bytes).unwrap();
    let json = config(&[("reg.io", "u")]);
    for n in 0..17 {
        std::fs::create_dir(scratch.path().join(n.to_string())).unwrap();
        put(&format!("{n}/docker.tar.gz"), gzip(&tar(&[file(".dockercfg", &json)])));
    }
    put(".dockercfg.gz", gzip(json.as_bytes()));
    put("linked.tgz", gzip(&tar(&[of_kind(".dockercfg", b'2')])));
    put("app.tgz", gzip(&tar(&[file("bin/app", "x")])));
    let resolve = |fetch: &str, limits| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        only(&app_with(&format!(r#""fetch": [{fetch}]"#))).resolver(&agent(), limits, no_secrets)
    };
    let item = |n: usize| format!(r#"{{"uri": "DIR/{n}/docker.tar.gz"}}"#);
    let items = |count: usize| (0..count).map(item).collect::<Vec<_>>().join(", ");
    let most = Limits::default();
    assert_eq!(answer(&resolve(&items(16), most).unwrap(), "reg.io/app"), "u:p");
    let error = resolve(&items(17), most).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: "fetched_files", value: 16, .. }), "{error}");
    // An application's own archives, beside a number of docker.tar.gz: answer, and what is told.
    let own = |n: usize| format!(r#"{{"uri": "DIR/own-{n}.tgz"}}"#);
    for n in 0..40 {
        put(&format!("own-{n}.tgz"), gzip(&tar(&[file("bin/app", "x")])));
    }
    put("own-39.tgz", gzip(&tar(&[file(".dockercfg", &config(&[("own.io", "own")]))])));
    #[rustfmt::skip]
    let table: &[(usize, usize, &str, &str, &str)] = &[
        (0, 16, "agent:p", "-", "none of them is in the way"),
        (0, 17, "agent:p", "1 archive of the application was not searched", "an error is only what is named as credentials"),
        (0, 40, "agent:p", "24 archives of the application were not searched for credentials: limit fetched_files of 16; name an archive that holds credentials docker.tar.gz, or raise Limits::fetched_files", "the last ones count in a sandbox"),
        (15, 40, "u:p", "39 archives", "named as credentials goes first"),
        (16, 40, "u:p", "40 archives", "no room at all"),
    ];
    check_rows(table, |(named, of_its_own, expected, warned, rule)| {
        let fetch: Vec<_> = (0..*named).map(item).chain((0..*of_its_own).map(own)).collect();
        let resolver = resolve(&fetch.join(", "), most).unwrap_or_else(|e| panic!("{rule}: {e}"));
        assert_eq!(answer(&resolver, "reg.io/app"), *expected, "{rule}");
        let has_own = *of_its_own == 40 && *named < 16;
        assert_eq!(answer(&resolver, "own.io/app") == "own:p", has_own, "{rule}");
        let told: Vec<String> = resolver.warnings().iter().map(|w| w.to_string()).collect();
        let told: Vec<_> = told.iter().filter(|told| !told.contains("other registry")).collect();
        if *warned == "-" {
            assert!(told.is_empty(), "{rule}: {told:?}");
        } else {
            assert_eq!(told.len(), 1, "{rule}: {told:?}");
            assert!(
                told[0].contains(warned) && told[0].contains("fetched_files of 16"),
                "{told:?}"
            );
        }
    });
    let again = vec![item(0); 1_000].join(", ");
    assert_eq!(
        answer(&resolve(&again, most).unwrap(), "reg.io/app"),
        "u:p",
        "one file is read once"
    );

    let mut few_bytes = most;
    few_bytes.file_bytes = json.len() as u64 - 1;
    let error = resolve(r#"{"uri": "DIR/.dockercfg.gz"}"#, few_bytes).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: "file_bytes", .. }), "unpacked: {error}");

    // An archive that lands as docker.tar.gz is warned of once, though it is looked into twice.
    put("docker.tar.gz", gzip(&tar(&[file("config.json", "{}")])));
    let resolver = resolve(r#"{"uri": "DIR/docker.tar.gz"}"#, most).unwrap();
    let told: Vec<String> = resolver.warnings().iter().map(|w| w.to_string()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("only \"config.json\""), "{told:?}");

    let nothing = resolve(r#"{"uri": "DIR/app.tgz"}"#, most).unwrap();
    let page = nothing.explain(&regcred::ImageRef::parse("reg.io/app").unwrap()).to_string();
    let line = "  sandbox HOME, what the task fetches: holds no .docker/config.json, .dockercfg or docker.tar.gz to read";
    assert!(page.lines().any(|told| told == line), "no line\n{line}\nin\n{page}");

    // What is in somebody's own archive is no error, and where it could not be told it is said so.
    #[rustfmt::skip]
    let table = [("app.tgz", 0, "nothing in it"), ("linked.tgz", 1, "refused"), ("missing.tgz", 1, "not there")];
    check_rows(table, |(name, warnings, rule)| {
        let resolver = resolve(&format!(r#"{{"uri": "DIR/{name}"}}"#), most).unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), "agent:p", "{rule}");
        let told: Vec<String> = resolver.warnings().iter().map(|w| w.to_string()).collect();
        assert_eq!(told.len(), warnings, "{rule}: {told:?}");
        assert!(told.iter().all(|told| told.contains("could not be searched")), "{told:?}");
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
            matches!(error, Error::Limit { limit: "definition_containers", value: 3, .. }),
            "{over}: {error}"
        );
        let within_limits = marathon::containers(within.as_bytes(), limits);
        assert!(
            matches!(&within_limits, Ok(three) if three.len() == 3),
            "{within}: {within_limits:?}"
        );
    });
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

pub fn app_with(rest: &str) -> String {
    format!(r#"{{"id": "/a", "container": {{"docker": {{"image": "reg.io/app"}}}}, {rest}}}"#)
}

pub fn only(definition: &str) -> Container {
    let mut containers = marathon::containers(definition.as_bytes(), Limits::default()).unwrap();
    assert_eq!(containers.len(), 1);
    containers.remove(0).unwrap()
}

#[test]
fn fetch_has_marathons_defaults() {
    // fetch or uris, (extract, executable, cache), destPath, rule
    #[rustfmt::skip]
    let table = [
        (r#""fetch": [{"uri": "x"}]"#, (true, false, false), None, "the defaults"),
        (r#""fetch": [{"uri": "x", "extract": false, "executable": true, "cache": true, "destPath": "d"}]"#, (false, true, true), Some("d"), "all of them"),
        (r#""fetch": [{"uri": "x", "extract": null, "destPath": null}]"#, (true, false, false), None, "null is not there"),
        (r#""uris": ["http://h/file1.tar.gz"]"#, (true, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file"]"#, (false, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file1.tar.gz?foo=10&bar=meh"]"#, (true, false, false), None, "AppDefinitionTest: the query does not count"),
        (r#""uris": ["http://h/file?x=a.tar.gz"]"#, (false, false, false), None, "nor does it make an archive"),
        (r#""uris": ["http://h/file#a.zip"]"#, (false, false, false), None, "nor does a fragment"),
        (r#""uris": ["a.zip"], "fetch": []"#, (true, false, false), None, "an empty fetch beside uris"),
        (r#""uris": [], "fetch": [{"uri": "x"}]"#, (true, false, false), None, "empty uris beside fetch"),
        (r#""uris": ["file:///etc/.dockercfg"]"#, (false, false, false), None, "no archive"),
        (r#""uris": ["x.tgz"], "fetch": [{"uri": "x.tgz", "extract": false, "cache": true}]"#, (false, false, true), None, "Marathon 1.1 to 1.4 answer both: fetch counts"),
    ];
    check_rows(table, |(rest, flags, dest_path, rule)| {
        let container = only(&app_with(rest));
        let [fetch] = container.fetch() else { panic!("{rest}, {rule}: {container:?}") };
        let (extract, executable, cache) = flags;
        let told = format!(
            "extract: {extract}, executable: {executable}, cache: {cache}, dest_path: {dest_path:?} }}"
        );
        assert!(format!("{fetch:?}").ends_with(&told), "{rule}: {fetch:?}");
        assert_eq!(fetch.extract(), extract, "{rule}");
    });
    let suffixes =
        [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];
    check_rows(suffixes, |suffix| {
        let container = only(&app_with(&format!(r#""uris": ["http://h/a{suffix}"]"#)));
        assert!(container.fetch()[0].extract(), "{suffix}");
    });
}

#[test]
fn fetched_credential_files_are_recognised_by_path_and_bad_layouts_are_warnings() {
    const JSON: Option<FetchKind> = Some(FetchKind::ConfigJson);
    const FLAT: Option<FetchKind> = Some(FetchKind::Dockercfg);
    const TAR: Option<FetchKind> = Some(FetchKind::Archive);
    // an item of fetch, what it is, the warning for DOCKER, the warning for MESOS, rule
    #[rustfmt::skip]
    let table: &[(&str, Option<FetchKind>, &str, &str, &str)] = &[
        (r#""uri": "file:///etc/docker.tar.gz""#, TAR, "", "never looks into the sandbox", "DC/OS: the documented way, and UCR"),
        (r#""uri": "file:///etc/docker.tgz""#, TAR, "", "never looks", "the same in short"),
        (r#""uri": "https://h/.docker.tar.gz""#, TAR, "", "never looks", "named after the directory"),
        (r#""uri": "https://h/dockercfg.tar""#, TAR, "", "never looks", "named after the file"),
        (r#""uri": "file:///etc/.dockercfg""#, FLAT, "", "never looks", "Marathon: a plain .dockercfg"),
        (r#""uri": "file:///etc/.dockercfg", "extract": false"#, FLAT, "", "never looks", "Marathon 436"),
        (r#""uri": "https://h/config.json""#, JSON, "outside .docker is not looked at", "never looks", "Marathon 1781: a bare config.json"),
        (r#""uri": "https://h/config.json", "destPath": ".docker/config.json""#, JSON, "", "never looks", "Marathon 1781: where it belongs"),
        (r#""uri": "https://h/any", "destPath": "./.docker//config.json""#, JSON, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/any?sig=x", "destPath": ".dockercfg""#, FLAT, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/config.json", "destPath": "conf/config.json""#, None, "", "", "Marathon 5457: the task's own config.json"),
        (r#""uri": "https://h/app/config.json?x""#, JSON, "outside .docker", "never looks", "by path, not query"),
        (r#""uri": "https://h/docker.tar.gz", "extract": false"#, TAR, "extract is false", "never looks", "not unpacked"),
        (r#""uri": "https://h/docker.tar.gz", "executable": true"#, TAR, "executable is true", "never looks", "executable outdoes extract"),
        (r#""uri": "https://h/docker.tar.gz?sig=x""#, TAR, "takes the query for a part of the name", "never looks", "a signed URL"),
        (r#""uri": "https://h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz""#, TAR, "", "never looks", "the way out"),
        (r#""uri": "https://h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz", "cache": true"#, TAR, "leave cache out", "never looks", "which the cache undoes"),
        (r#""uri": "https://h/docker.tar.gz?name=x.tar.gz""#, TAR, "", "never looks", "a query that ends like an archive"),
        (r#""uri": "https://h/docker.tar.gz#x""#, TAR, "takes the query", "never looks", "a fragment is a part of the name too"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "creds""#, TAR, "destPath does not end like an archive", "never looks", "a destPath that hides it"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "creds/docker.tgz""#, TAR, "", "never looks", "unpacked into the sandbox all the same"),
        (r#""uri": "https://h/docker.tar.gz", "cache": true"#, TAR, "", "never looks", "the cache alone does no harm"),
        (r#""uri": "https://h/.dockercfg?sig=x""#, FLAT, "set destPath to .dockercfg", "never looks", "a signed URL"),
        (r#""uri": "https://h/.dockercfg", "destPath": "etc/.dockercfg""#, FLAT, "is not fetched as .dockercfg", "never looks", "somewhere else"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "/etc/docker.tar.gz""#, TAR, "must be relative", "never looks", "Mesos: an absolute path fails the task"),
        (r#""uri": "https://h/.dockercfg", "destPath": "../.dockercfg""#, FLAT, "stay in the sandbox", "never looks", "a climbing path"),
        (r#""uri": "https://h/app.tar.gz""#, None, "", "", "the task's own"),
        (r#""uri": "https://h/my-docker.tar.gz""#, None, "", "", "no credential file by name"),
        (r#""uri": "https://h/docker.tar.gz/readme""#, None, "", "", "the last part of the path alone"),
        (r#""uri": "https://h/?docker.tar.gz""#, None, "", "", "by path, not query"),
        (r#""uri": "https://h/docker.zip""#, TAR, "", "never looks", "Mesos unpacks zip too"),
        (r#""uri": "https://h/docker.tar.xz", "extract": false"#, TAR, "extract is false", "never looks", "and xz"),
        (r#""uri": "https://h/.dockercfg.gz""#, FLAT, "", "never looks", "3.4: gunzip leaves .dockercfg"),
        (r#""uri": "https://h/.dockercfg.gz", "extract": false"#, FLAT, "is not fetched as .dockercfg", "never looks", "unless told not to"),
        (r#""uri": "https://h/download?file=5", "destPath": "docker.tar.gz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/config.json", "destPath": "config.json""#, JSON, "outside .docker", "never looks", "the root by name"),
        (r#""uri": "https://h/config.json", "destPath": "docker/config.json""#, JSON, "outside .docker", "never looks", "3.4: a typical wrong layout"),
        (r#""uri": "https://h/config.json", "destPath": ".docker""#, JSON, "outside .docker", "never looks", "the directory's name for a file"),
        (r#""uri": "https://h/config.json", "destPath": "/root/.docker/config.json""#, JSON, "must be relative", "never looks", "an absolute path"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": ".docker/config.json""#, JSON, "an archive is fetched to the name of a credential file", "never looks", "gzip where JSON is due"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": ".docker/config.json", "cache": true"#, JSON, "", "never looks", "unpacked out of the cache, whatever destPath says"),
        (r#""uri": "https://h/docker.gz""#, None, "", "", "no archive in it"),
        (r#""uri": "https://h/.dockercfg.gz", "cache": true"#, FLAT, "leave cache out", "never looks", "out of the cache it has another name"),
        (r#""uri": "https://h/.dockercfg.gz", "destPath": "sub/.dockercfg.gz""#, FLAT, "", "never looks", "gunzip leaves it at the root"),
        (r#""uri": "https://h/download?id=5", "destPath": "docker.tgz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/download?id=5", "destPath": "creds/docker.tar.gz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/download?f=/docker.tgz""#, TAR, "", "never looks", "what Mesos takes for its name"),
        (r#""uri": "https://h/any", "destPath": "sub/../.dockercfg""#, FLAT, "", "never looks", "Mesos refuses absolute paths alone"),
        (r#""uri": "https://h/config.json", "destPath": "docker.tgz""#, TAR, "", "never looks", "an archive by its name"),
        (r#""uri": "https://h/config.json", "destPath": "dockerx.tgz""#, JSON, "outside .docker", "never looks", "what is no archive is not unpacked"),
        (r#""uri": "https://h/config.json?p=/.dockercfg""#, JSON, "", "never looks", "lands as .dockercfg all the same"),
        (r#""uri": "file:///etc/it's/docker.tgz""#, TAR, "a single quote", "never looks", "3.4: Mesos refuses the URI"),
    ];
    check_rows(table, |(item, kind, docker, mesos, rule)| {
        for (containerizer, warning) in [("DOCKER", docker), ("MESOS", mesos)] {
            let definition = format!(
                r#"{{"id": "/a", "container": {{"type": "{containerizer}", "docker": {{"image": "x"}}}}, "fetch": [{{"uri": "z"}}, {{{item}}}]}}"#
            );
            let container = only(&definition);
            assert_eq!(container.fetch()[1].kind(), *kind, "{rule}: {item}");
            let told: Vec<String> = container.warnings().iter().map(|w| w.to_string()).collect();
            let told = told.join("\n");
            assert!(told.contains(warning), "{rule}, {containerizer}: {item}: {told:?}");
            assert_eq!(
                told.is_empty(),
                warning.is_empty(),
                "{rule}, {containerizer}: {item}: {told}"
            );
            assert!(told.is_empty() || told.starts_with("/fetch(1): "), "{told}");
        }
    });
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"}, "artifacts": [{"uri": "file:///etc/docker.tar.gz"}]}]}"#;
    let told = only(pod).warnings()[0].to_string();
    assert!(
        told.starts_with("/containers(0)/artifacts(0): if these are Docker's credentials, the Mesos containerizer never"),
        "{told}"
    );
    let signed = only(&app_with(r#""fetch": [{"uri": "https://h/docker.tar.gz?sig=x"}]"#));
    let [warning] = signed.warnings() else { panic!("{:?}", signed.warnings()) };
    assert!(
        matches!(warning.kind(), WarningKind::Fetch(FetchProblem::NotUnpacked(_))),
        "{warning}"
    );
    assert_eq!((warning.location().path(), warning.key()), (None, None), "a field is no file");
    assert_eq!(warning.location().to_string(), "/fetch(0)");
    let no_image = r#"{"id": "/a", "cmd": "x", "fetch": [{"uri": "file:///etc/docker.tar.gz"}]}"#;
    assert!(only(no_image).warnings().is_empty(), "nothing is pulled");
    let twice = only(&app_with(
        r#""fetch": [{"uri": "/a/docker.tar.gz"}, {"uri": "/b/.dockercfg"}, {"uri": "/b/docker.tgz"}]"#,
    ));
    let told: Vec<String> = twice.warnings().iter().map(|w| w.to_string()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("/fetch(2): another entry before it ends up in the same place"),
        "{told:?}"
    );
    check_rows([".dockercfg", ".docker/config.json"], |name| {
        let item = format!(r#"{{"uri": "/a/x", "destPath": "{name}"}}"#);
        let twice = only(&app_with(&format!(r#""fetch": [{item}, {item}]"#)));
        let told: Vec<String> = twice.warnings().iter().map(|w| w.to_string()).collect();
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        let expected = "/fetch(1): another entry before it ends up in the same place";
        assert!(told[0].starts_with(expected), "{name}: {told:?}");
    });
    let uris = only(&app_with(r#""uris": ["https://h/x", "https://h/docker.tar.gz?sig=s"]"#));
    let told = uris.warnings()[0].to_string();
    assert!(
        told.starts_with("/uris(1): Mesos takes the query"),
        "the fetcher does not do as Marathon: {told}"
    );
}

/// No secrets at all.
pub fn no_secrets(source: &str) -> std::io::Result<Vec<u8>> {
    panic!("nobody asks for {source}")
}

pub fn agent() -> Resolver {
    Resolver::builder()
        .agent_flag(config(&[("reg.io", "agent"), ("agent.io", "agent")]))
        .build()
        .unwrap()
}

#[test]
fn fetched_files_of_a_docker_container_have_the_level_of_its_sandbox() {
    let scratch = tempfile::tempdir().unwrap();
    let put =
        |name: &str, bytes: Vec<u8>| std::fs::write(scratch.path().join(name), bytes).unwrap();
    let archive = |user: &str| {
        gzip(&tar(&[file(
            ".docker/config.json",
            &config(&[("reg.io", user), (&format!("{user}.io"), user)]),
        )]))
    };
    put("docker.tar.gz", archive("archive"));
    put("creds.tgz", archive("creds"));
    put("flat.tar.gz", gzip(&tar(&[file(".dockercfg", &config(&[("reg.io", "flat")]))])));
    put(".dockercfg", config(&[("reg.io", "plain")]).into());
    put("config.json", config(&[("reg.io", "json")]).into());
    put("app.tar.gz", gzip(&tar(&[file("bin/app", "#!/bin/sh")])));
    put("broken.tar.gz", b"\x1F\x8Bnope".to_vec());
    put("docker.zip", b"PK\x03\x04".to_vec());
    put("docker.tar.bz2", b"BZh91AY".to_vec());
    put("broken.gz", b"\x1F\x8Bnope".to_vec());
    put("linked.tgz", b"\x1F\x8Bnope".to_vec());
    put(".dockercfg.gz", gzip(config(&[("reg.io", "gz")]).as_bytes()));
    put("other.tgz", gzip(&tar(&[file(".dockercfg", &config(&[("other.io", "other")]))])));
    put("docker.tgz", gzip(&tar(&[file("docker/config.json", "{}")])));
    // what is fetched, from where reg.io/app, creds.io/app, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, &str)] = &[
        (r#"{"uri": "file://DIR/docker.tar.gz"}"#, "archive:p", "-", "an archive"),
        (r#"{"uri": "file://localhostDIR/docker.tar.gz"}"#, "archive:p", "-", "Mesos: file://localhost"),
        (r#"{"uri": "DIR/docker.tar.gz"}"#, "archive:p", "-", "Mesos: an absolute path"),
        (r#"{"uri": "file://DIR/.dockercfg"}"#, "plain:p", "-", "a .dockercfg"),
        (r#"{"uri": "file://DIR/config.json"}"#, "agent:p", "-", "a bare config.json is not looked at"),
        (r#"{"uri": "file://DIR/config.json", "destPath": ".docker/config.json"}"#, "json:p", "-", "one where it belongs is"),
        (r#"{"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p", "Mesos unpacks whatever is an archive"),
        (r#"{"uri": "file://DIR/creds.tgz", "extract": false}"#, "agent:p", "-", "unless told not to"),
        (r#"{"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "archive:p", "-", "3.6: a docker.tar.gz in a sandbox is looked into"),
        (r#"{"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz"}"#, "archive:p", "-", "the later one overwrites"),
        (r#"{"uri": "file://DIR/docker.tar.gz"}, {"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p", "the later one overwrites"),
        (r#"{"uri": "file://DIR/docker.tar.gz"}, {"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz"}"#, "archive:p", "-", "what is fetched again overwrites again"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p", "3.6: .docker/config.json first"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/flat.tar.gz"}"#, "flat:p", "-", "one .dockercfg overwrites another"),
        (r#"{"uri": "file://DIR/app.tar.gz"}"#, "agent:p", "-", "nothing in it"),
        (r#"{"uri": "file://DIR/broken.tar.gz"}, {"uri": "file://DIR/missing.tar.gz"}"#, "agent:p", "-", "the task's own are looked into as far as they can be"),
        (r#"{"uri": "https://h/app.tar.gz"}, {"uri": "https://h/config.json"}"#, "agent:p", "-", "nothing is fetched for what is no credential file"),
        (r#"{"uri": "file://DIR/.dockercfg.gz"}"#, "gz:p", "-", "3.4: gunzip leaves .dockercfg"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "plain:p", "-", "what is not unpacked comes last"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/other.tgz", "destPath": "docker.tar.gz", "executable": true}"#, "plain:p", "-", "and overwrites nothing"),
        (r#"{"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "creds:p", "creds:p", "nor an archive"),
        (r#"{"uri": "file://DIR/config.json", "destPath": "docker.tar.gz", "extract": false}"#, "json:p", "-", "3.4: recognised by content"),
        (r#"{"uri": "file://DIR/docker.tgz"}"#, "agent:p", "-", "3.5: without a credential file it is a warning"),
        (r#"{"uri": "file://DIR/docker.tgz", "extract": false, "destPath": "docker.tar.gz"}"#, "agent:p", "-", "3.5: also where it is not unpacked"),
    ];
    check_rows(table, |(fetch, reg, creds, rule)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let resolver = container.resolver(&agent(), Limits::default(), no_secrets);
        let resolver = resolver.unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert_eq!(answer(&resolver, "reg.io/app"), *reg, "{rule}");
        assert_eq!(answer(&resolver, "creds.io/app"), *creds, "{rule}");
        assert_eq!(answer(&resolver, "agent.io/app"), "agent:p", "the agent's is below: {rule}");
        let near_miss = resolver
            .warnings()
            .iter()
            .any(|w| w.to_string().contains("only \"docker/config.json\""));
        assert_eq!(near_miss, fetch.contains("docker.tgz"), "{rule}");
    });
    // What lies beside its archive, unpacked, counts once.
    let fetch = r#""fetch": [{"uri": "DIR/flat.tar.gz"}, {"uri": "DIR/docker.tar.gz"}]"#;
    let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
    let resolver =
        only(&app_with(&fetch)).resolver(&agent(), Limits::default(), no_secrets).unwrap();
    let all = resolver.resolve_all(&regcred::ImageRef::parse("reg.io/app").unwrap());
    assert_eq!(all.map(|auth| word(&auth)).collect::<Vec<_>>(), ["archive:p", "flat:p", "agent:p"]);
    // What a container brings goes before the agent's own of the same level.
    let home = tempfile::tempdir().unwrap();
    let keys = config(&[("reg.io", "home"), ("home.io", "home")]);
    std::fs::write(home.path().join(".dockercfg"), keys).unwrap();
    let at_home = Resolver::builder().home(Some(home.path())).build().unwrap();
    let container = only(
        &app_with(r#""fetch": [{"uri": "DIR/.dockercfg"}]"#)
            .replace("DIR", scratch.path().to_str().unwrap()),
    );
    let (limits, sandbox) = (Limits::default(), scratch.path());
    let rows = [
        (container.resolver(&at_home, limits, no_secrets), "before it is fetched"),
        (container.resolver_in_sandbox(&at_home, limits, sandbox, no_secrets), "once fetched"),
    ];
    check_rows(rows, |(resolver, way)| {
        let resolver = resolver.unwrap_or_else(|error| panic!("{way}: {error}"));
        assert_eq!(answer(&resolver, "reg.io/app"), "plain:p", "{way}");
        assert_eq!(answer(&resolver, "home.io/app"), "home:p", "{way}");
    });
    // Errors: what is fetched, what is told.
    #[rustfmt::skip]
    let errors: &[(&str, &str)] = &[
        (r#"{"uri": "https://u:pw@h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz"}"#, r#""/a": /fetch(0): "https://…@h/docker.tar.gz…" is no file:// URI and no absolute path"#),
        (r#"{"uri": "z"}, {"uri": "s3://bucket/.dockercfg"}"#, r#""/a": /fetch(1): "s3://bucket/.dockercfg" is no file:// URI"#),
        (r#"{"uri": "https://h/download?file=5", "destPath": "docker.tar.gz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/.dockercfg.gz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/download?id=5", "destPath": "docker.tgz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/any", "destPath": "sub/../.dockercfg"}"#, "nothing is fetched from here"),
        (r#"{"uri": "file:/etc/.dockercfg"}"#, "is no file:// URI"),
        (r#"{"uri": "FILE:///etc/.dockercfg"}"#, "is no file:// URI"),
        (r#"{"uri": "file://DIR/docker.zip"}"#, "the file is a zip archive; pack it with tar -czf"),
        (r#"{"uri": "file://DIR/docker.tar.bz2"}"#, "compressed, but not with gzip; pack it with tar -czf"),
        (r#"{"uri": "file://DIR/broken.gz", "destPath": ".dockercfg.gz"}"#, "the gzip stream is damaged"),
        (r#"{"uri": "file://DIR/no/docker.tar.gz"}"#, "no/docker.tar.gz: cannot read it"),
        (r#"{"uri": "file://DIR/docker.tar.gz?x", "destPath": "docker.tar.gz"}"#, "docker.tar.gz…: cannot read it"),
        (r#"{"uri": "file://DIR", "destPath": ".dockercfg"}"#, "refused, it is a directory"),
        (r#"{"uri": "file://DIR/broken.tar.gz", "destPath": ".dockercfg", "extract": false}"#, "the gzip stream is damaged"),
        (r#"{"uri": "file://DIR/docker.tgz", "destPath": ".dockercfg", "extract": false}"#, "holds neither"),
    ];
    check_rows(errors, |(fetch, expected)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let error = container.resolver(&agent(), Limits::default(), no_secrets).expect_err(&fetch);
        assert!(error.to_string().contains(expected), "{fetch}: {error}");
        assert!(
            !format!("{error} {error:?} {container:?} {}", container.fetch()[0]).contains("pw@")
        );
        assert!(
            !format!("{error} {error:?} {container:?} {}", container.fetch()[0]).contains("sig=x")
        );
    });
    let mut limits = Limits::default();
    limits.archive_bytes = 100;
    let definition = app_with(r#""fetch": [{"uri": "DIR/docker.tar.gz"}]"#)
        .replace("DIR", scratch.path().to_str().unwrap());
    let error = only(&definition).resolver(&agent(), limits, no_secrets).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: "archive_bytes", .. }), "{error}");
}

#[test]
fn resolver_in_sandbox_reads_the_sandbox_after_the_fetch() {
    let sandbox = tempfile::tempdir().unwrap();
    std::fs::write(sandbox.path().join(".dockercfg"), config(&[("reg.io", "sandbox")])).unwrap();
    let definition = app_with(r#""fetch": [{"uri": "https://h/.dockercfg"}]"#);
    let limits = Limits::default();
    let in_docker = only(&definition).resolver_in_sandbox(&agent(), limits, &sandbox, no_secrets);
    assert_eq!(answer(&in_docker.unwrap(), "reg.io/app"), "sandbox:p");
    let definition = definition.replace(r#""docker":"#, r#""type": "MESOS", "docker":"#);
    let in_mesos = only(&definition).resolver_in_sandbox(&agent(), limits, &sandbox, no_secrets);
    assert_eq!(answer(&in_mesos.unwrap(), "reg.io/app"), "agent:p", "UCR never looks");
}

#[test]
fn credentials_of_other_registries_in_a_sandbox_are_a_warning() {
    // image, a credential file, what is said of it, rule
    #[rustfmt::skip]
    let table = [
        ("reg.io/app", config(&[("reg.io", "u"), ("https://reg.io/v1/", "u"), ("reg.io/team", "u"), ("*.io", "u")]), "-", "its own, however it is spelled"),
        ("reg.io/app", config(&[("reg.io", "u"), ("quay.io", "u")]), r#"1 other registry, "quay.io", which the task can read; put only the credential for "reg.io" into it"#, "another"),
        ("reg.io/app", config(&[("quay.io", "u"), ("https://quay.io/v2/", "u"), ("quay.io/team", "u"), ("Quay.io", "u")]), r#"1 other registry, "quay.io", which"#, "each registry once, also without its own"),
        ("reg.io:5000/app", config(&[("reg.io", "u"), ("reg.io:5000", "u")]), r#"1 other registry, "reg.io", which"#, "another port is another registry"),
        ("REG.io/app", config(&[("reg.io:443", "u"), ("*.com", "u"), ("*.reg.io", "u")]), r#"2 other registries, "*.com", "*.reg.io", which"#, "patterns"),
        ("nginx", config(&[("https://index.docker.io/v1/", "u"), ("docker.io", "u"), ("*.io", "u")]), r#"1 other registry, "*.io", which"#, "a pattern never covers Docker Hub"),
        ("reg.io/app", config(&[("a.io", "u"), ("b.io", "u"), ("c.io", "u"), ("d.io", "u"), ("e.io", "u"), ("f.io", "u"), ("g.io", "u")]), r#"7 other registries, "a.io", "b.io", "c.io", "d.io", "e.io" and 2 more, which"#, "a few names"),
        ("reg.io/app", r#"{"auths": {"reg.io": {"auth": "dTpw"}, "quay.io": {}, "a.io": {"auth": "!"}, "u:p@b.io": {"auth": "dTpw"}}, "credHelpers": {"c.io": "ecr"}}"#.to_owned(), "-", "nothing usable"),
        ("reg.io/<app>", config(&[("quay.io", "u")]), "-", "an image that is none has no registry"),
    ];
    let none = Resolver::builder().build().unwrap();
    check_rows(table, |(image, json, expected, rule)| {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join(".dockercfg"), &json).unwrap();
        let archive = gzip(&tar(&[file(".docker/config.json", &json)]));
        std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
        let dir = scratch.path().to_str().unwrap();
        let definition = format!(
            r#"{{"id": "/a", "container": {{"docker": {{"image": "{image}"}}}}, "fetch": [{{"uri": "{dir}/docker.tar.gz"}}]}}"#
        );
        let container = only(&definition);
        let limits = Limits::default();
        for (resolver, places) in [
            (
                container.resolver(&none, limits, no_secrets),
                vec![format!("sandbox HOME, {dir}/docker.tar.gz (.docker/config.json)")],
            ),
            (
                container.resolver_in_sandbox(&none, limits, dir, no_secrets),
                vec![
                    format!("sandbox HOME, {dir}/.dockercfg"),
                    format!("sandbox HOME, {dir}/docker.tar.gz (.docker/config.json)"),
                ],
            ),
        ] {
            let told: Vec<String> = resolver
                .unwrap()
                .warnings()
                .iter()
                .map(|w| w.to_string())
                .filter(|told| told.contains("other regist"))
                .collect();
            let expected: Vec<String> = places
                .iter()
                .filter(|_| expected != "-")
                .map(|place| format!("{place}: it holds credentials of {expected}"))
                .collect();
            let is_told = |(told, expected): (&String, &String)| told.starts_with(expected);
            assert_eq!(told.len(), expected.len(), "{rule}: {told:#?}, {expected:#?}");
            assert!(told.iter().zip(&expected).all(is_told), "{rule}: {told:#?}, {expected:#?}");
        }
    });
    // Neither the secret nor what the agent has is in the sandbox.
    let several = config(&[("reg.io", "u"), ("quay.io", "u")]);
    let secret = |_: &str| Ok(several.clone().into());
    let pulls = only(PULLS).resolver(&agent(), Limits::default(), secret).unwrap();
    assert!(pulls.warnings().is_empty(), "{:?}", pulls.warnings());
    let plain = only(&app_with(r#""cmd": "x""#));
    let plain = plain.resolver(&agent(), Limits::default(), no_secrets).unwrap();
    assert!(plain.warnings().is_empty(), "{:?}", plain.warnings());
}

const PULLS: &str = r#"{"id": "/a", "container": {"type": "MESOS", "docker": {"image": "reg.io/app", "pullConfig": {"secret": "s"}}},
    "secrets": {"s": {"source": "/store/s"}, "t": {"source": "/store/t"}}, "fetch": [{"uri": "https://h/docker.tar.gz"}]}"#;

#[test]
fn a_pull_secret_answers_or_is_an_error_that_says_why() {
    let resolve = |bytes: std::io::Result<Vec<u8>>| {
        let mut bytes = Some(bytes);
        let mut asked = Vec::new();
        let store = |source: &str| {
            asked.push(source.to_owned());
            bytes.take().expect("asked once")
        };
        let answer = marathon::resolvers(PULLS.as_bytes(), &agent(), Limits::default(), store);
        let answer = answer.unwrap().remove(0);
        assert_eq!(asked, ["/store/s"], "only what is named is asked for");
        answer
    };
    let Resolved { container, resolver, .. } =
        resolve(Ok(config(&[("reg.io", "secret")]).into())).unwrap();
    assert_eq!(container.id(), "/a");
    assert_eq!(answer(&resolver, "reg.io/app"), "secret:p");
    assert_eq!(answer(&resolver, "agent.io/app"), "agent:p");
    let explained = resolver.explain(&regcred::ImageRef::parse("reg.io/app").unwrap()).to_string();
    assert!(
        explained.contains("task secret, s (/store/s) of /a, a config.json with 1 key"),
        "{explained}"
    );

    let origin = resolver.resolve_registry("reg.io").unwrap().origin().clone();
    assert_eq!(origin.to_string(), "task secret, s (/store/s) of /a: key \"reg.io\"");
    assert_eq!(origin.file(), None, "a secret has a name, but not a path: {origin}");

    let Resolved { resolver, .. } = resolve(Ok(b"{}".to_vec())).unwrap();
    assert_eq!(answer(&resolver, "reg.io/app"), "agent:p", "an empty configuration is one");
    // bytes or failure, what is told
    #[rustfmt::skip]
    let table = [
        (Err(std::io::ErrorKind::NotFound.into()), r#""/a": the secret "s", source "/store/s", cannot be had: entity not found"#),
        (Err(std::io::Error::other("403")), "cannot be had: 403; the image is not pulled without it"),
        (Ok(Vec::new()), "task secret, s (/store/s) of /a: the file is empty"),
        (Ok(b"{".to_vec()), "task secret, s (/store/s) of /a: the JSON ends too early"),
        (Ok(br#"{"auths": []}"#.to_vec()), "task secret, s (/store/s) of /a: \"auths\" is no object"),
    ];
    check_rows(table, |(bytes, expected)| {
        let error = resolve(bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    });
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x", "pullConfig": {"secret": "s"}}}],
        "secrets": {"s": {"source": "/store/s"}}}"#;
    let missing = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let error = only(pod).resolver(&agent(), Limits::default(), missing).expect_err(pod);
    let expected = r#""/p a": the secret "s", source "/store/s", cannot be had"#;
    assert!(error.to_string().starts_with(expected), "a container of a pod is named: {error}");
}

/// `None` is what an anonymous pull looks like, too; whoever wants to can tell the two apart.
#[test]
fn a_malformed_entry_in_a_secret_differs_from_none() {
    let malformed = || Ok(br#"{"auths": {"reg.io": {"auth": "foo"}}}"#.to_vec());
    let container = only(PULLS);
    let hub = DockerRegistry::default();
    let image = container.image_ref(&hub).unwrap().unwrap();
    let resolver = container.resolver(&agent(), Limits::default(), |_| malformed()).unwrap();
    assert!(resolver.resolve(&image).is_none(), "never the agent's, one identity down");
    assert!(resolver.explain(&image).is_broken());
    assert!(!agent().explain(&image).is_broken());
    let strict = container.builder(|_| malformed()).unwrap().strict().base(&agent()).build();
    let error = strict.unwrap_err().to_string();
    assert!(
        error.starts_with("task secret, s (/store/s) of /a: entry \"reg.io\": its field"),
        "{error}"
    );
}

#[test]
fn images_are_parsed_as_by_the_containerizer_that_pulls_them() {
    let registry = DockerRegistry::parse("https://registry.example.com").unwrap();
    let archives = DockerRegistry::parse("/var/lib/images").unwrap();
    // container, image, image where --docker_registry is a directory, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"type": "MESOS", "docker": {"image": "team/app"}}"#, "registry.example.com/team/app", "-", "Mesos looks at its flag"),
        (r#"{"docker": {"image": "team/app"}}"#, "docker.io/team/app", "docker.io/team/app", "Docker does not"),
        (r#"{"type": "MESOS", "docker": {"image": "quay.io/team/app"}}"#, "quay.io/team/app", "-", "an image that names its registry"),
        (r#"{"type": "MESOS"}"#, "-", "-", "no image"),
    ];
    check_rows(table, |(container, expected, from_archives, rule)| {
        let container = only(&format!(r#"{{"id": "/a", "container": {container}}}"#));
        let told = |registry| {
            let image = container.image_ref(registry).unwrap();
            image.map_or("-".to_owned(), |image| image.to_string())
        };
        assert_eq!(told(&registry), expected, "{rule}");
        assert_eq!(told(&archives), from_archives, "{rule}");
    });
    let digest = format!("reg.io/App@sha256:{}", "0".repeat(64));
    let long = format!("reg.io/{}", "A".repeat(300));
    // an image that is none, how it is shown, what is wrong with it, rule
    #[rustfmt::skip]
    let table = [
        ("<your/private/image>", "<your/private/image>", "its repository is not", "the manual's own placeholder"),
        ("https://reg.io/app?canary", "https://reg.io/app…", "it starts with a scheme", "a URL"),
        ("u:canary@reg.io/app", "…@reg.io/app", "the port of its registry", "user info"),
        (&digest, &format!("…@sha256:{}", "0".repeat(64)), "its repository has an upper-case", "a digest, too, comes after an @"),
        ("reg.io/a\n", "reg.io/a\\n", "it holds white space", "escaped"),
        (&long, &format!("{}…", &long[..200]), "its repository is longer", "cut"),
    ];
    check_rows(table, |(image, shown, problem, rule)| {
        let app =
            format!(r#"{{"id": "/a", "container": {{"docker": {{"image": {}}}}}}}"#, quote(image));
        let pod = format!(
            r#"{{"id": "/p", "containers": [{{"name": "c", "image": {{"kind": "DOCKER", "id": {}}}}}]}}"#,
            quote(image)
        );
        for (definition, at) in [
            (app.clone(), r#""/a": /container/docker/image"#),
            (format!("[{app}]"), r#""/a": (0)/container/docker/image"#),
            (pod, r#""/p c": /containers(0)/image/id"#),
        ] {
            let container = only(&definition);
            let error = container.image_ref(&registry).expect_err(rule);
            let told = format!("{error} {error:?}");
            let expected = format!("{at}: \"{shown}\" is not an image reference: {problem}");
            assert!(told.starts_with(&expected), "{rule}: {expected}: {told}");
            assert!(!told.contains("canary"), "{rule}: {expected}: {told}");
            assert!(matches!(error, Error::Definition { .. }), "{error:?}");
        }
    });
}

#[test]
fn an_unpacked_archive_is_explained_once() {
    let scratch = tempfile::tempdir().unwrap();
    let archive = gzip(&tar(&[file(".docker/config.json", &config(&[("reg.io", "u")]))]));
    std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
    let definition = app_with(r#""fetch": [{"uri": "DIR/docker.tar.gz"}]"#);
    let definition = definition.replace("DIR", scratch.path().to_str().unwrap());
    let container = only(&definition);
    let resolver = container.resolver(&agent(), Limits::default(), no_secrets).unwrap();
    let hub = DockerRegistry::default();
    let image = container.image_ref(&hub).unwrap().unwrap();
    let explained = resolver.explain(&image).to_string();
    assert_eq!(
        explained.matches("docker.tar.gz (.docker/config.json), a config.json").count(),
        1,
        "{explained}"
    );
}

/// Everything that is shown of a definition, with and without its secret.
fn shown(definition: &str) -> String {
    let mut shown =
        format!("{:?}\n", marathon::containers(definition.as_bytes(), Limits::default()));
    let secret: Vec<u8> = config(&[("reg.io", "u"), ("u@reg.io", "u")]).into();
    for secret in [None, Some(secret)] {
        let store = |_: &str| secret.clone().ok_or(std::io::ErrorKind::NotFound.into());
        let answers =
            marathon::resolvers(definition.as_bytes(), &agent(), Limits::default(), store);
        for answer in answers.unwrap() {
            shown += &match answer {
                Err(error) => format!("{error}\n{error:?}\n"),
                Ok(resolved) => {
                    let image = regcred::ImageRef::parse("reg.io/app").unwrap();
                    let explained = resolved.resolver.explain(&image);
                    let warnings = resolved.resolver.warnings();
                    let json = serde_json::to_string(&explained).unwrap();
                    let fetches: Vec<String> =
                        resolved.container.fetch().iter().map(Fetch::to_string).collect();
                    format!("{resolved:?}\n{fetches:?}\n{warnings:?}\n{explained}\n{json}\n")
                }
            };
        }
    }
    shown
}

#[test]
fn explain_lists_fetched_credential_files_without_effect() {
    let none = Resolver::builder().build().unwrap();
    let query = "sandbox HOME, what the task fetches: no fetched credential file has an effect: /fetch(0): Mesos takes the query for a part of the name";
    let hint = "hint: no fetched credential file has an effect; the line for sandbox HOME gives the reasons";
    let nothing = "hint: no credential file was given or found at any level";
    let no_key = "hint: no key in any source is for the registry new.io";
    // what is fetched, the agent, what is explained, what is not, rule
    type Row<'a> = (&'a str, &'a Resolver, &'a [&'a str], &'a [&'a str], &'a str);
    #[rustfmt::skip]
    let table: &[Row<'_>] = &[
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}"#, &none, &[query, hint], &[nothing, no_key], "a signed URL"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}"#, &agent(), &[query, hint, no_key], &[nothing], "over an agent's"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "https://h/config.json"}"#, &none, &[query, "; /fetch(1): a config.json outside .docker", hint], &[nothing], "two"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "https://h/app.tgz"}"#, &none, &[query, hint], &[nothing], "beside the application's own"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "DIR/.dockercfg"}"#, &none, &[no_key], &[query, hint, nothing], "one of two is looked at"),
        (r#"{"uri": "DIR/.dockercfg"}, {"uri": "DIR/.dockercfg"}"#, &none, &[no_key], &["no fetched credential file has", hint], "two in the same place"),
        (r#"{"uri": "https://h/app.tgz"}"#, &none, &["sandbox HOME: not given", nothing], &["no fetched credential file has", hint], "no credentials by name"),
        (r#"{"uri": "DIR/docker.tar.gz", "extract": false}"#, &none, &["docker.tar.gz (.dockercfg), a config.json", no_key], &["no fetched credential file has", hint, nothing], "looked into here, not by Docker"),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let json = config(&[("reg.io", "u")]);
    std::fs::write(scratch.path().join(".dockercfg"), &json).unwrap();
    let archive = gzip(&tar(&[file(".dockercfg", &json)]));
    std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
    let image = regcred::ImageRef::parse("new.io/app").unwrap();
    check_rows(table, |(fetch, base, expected, unexpected, rule)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let resolver = container.resolver(base, Limits::default(), no_secrets).unwrap();
        let told = resolver.explain(&image).to_string();
        let has = |text: &&&str| told.contains(**text);
        assert!(
            !(!expected.iter().all(|text| has(&text))
                || unexpected.iter().any(|text| has(&text))
                || told.contains("canary")),
            "{rule}: {told}"
        );
    });

    // After fetching, and in the other containerizer.
    let signed = app_with(r#""fetch": [{"uri": "https://h/docker.tar.gz?sig=x"}]"#);
    let sandbox = tempfile::tempdir().unwrap();
    let resolver =
        only(&signed).resolver_in_sandbox(&none, Limits::default(), &sandbox, no_secrets);
    let told = resolver.unwrap().explain(&image).to_string();
    assert!(
        told.contains(query)
            && told.contains("holds no .docker/config.json")
            && told.contains(hint),
        "{told}"
    );
    let json = serde_json::to_string(
        &only(&signed).resolver(&none, Limits::default(), no_secrets).unwrap().explain(&image),
    )
    .unwrap();
    assert!(
        json.contains(r#""note":"no fetched credential file has an effect: /fetch(0): Mesos"#),
        "{json}"
    );
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"}, "artifacts": [{"uri": "file:///etc/docker.tar.gz"}]}]}"#;
    let told = only(pod)
        .resolver(&none, Limits::default(), no_secrets)
        .unwrap()
        .explain(&image)
        .to_string();
    assert!(told.contains("has an effect: /containers(0)/artifacts(0): if these are Docker's credentials, the Mesos containerizer never looks into the sandbox"), "{told}");
    let many = vec![r#"{"uri": "https://h/config.json"}"#; 1_000].join(",");
    let many = only(&app_with(&format!(r#""fetch": [{many}]"#)));
    let told =
        many.resolver(&none, Limits::default(), no_secrets).unwrap().explain(&image).to_string();
    assert!(told.contains("; and 995 more\n") && told.len() < 2_000, "bounded: {told}");
}

#[test]
fn secret_names_are_shown_escaped_and_cut() {
    let long = "x".repeat(300);
    let cut = format!("{}…", &long[..200]);
    // the name of a secret, how it is shown, rule
    #[rustfmt::skip]
    let table = [
        ("pullConfigSecret", "pullConfigSecret", "a name"),
        ("/mesos-docker/pullConfig", "/mesos-docker/pullConfig", "a path"),
        ("docker hub creds", "docker hub creds", "with blanks"),
        ("dev/db_password-1.2#key?version=3", "dev/db_password-1.2#key?version=3", "signs that divide a URI divide no name"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:pull-AbCdEf", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pull-AbCdEf", "Amazon's"),
        ("eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9", "nobody guesses whether it is a name"),
        ("team:db@prod", "team:db@prod", "nor whether it is user:password"),
        ("a\u{1b}[2J\"b\n", "a\\u{1b}[2J\\\"b\\n", "escaped"),
        (&long, &cut, "cut"),
    ];
    check_rows(table, |(name, expected, rule)| {
        let alias = PULLS.replace(r#""secret": "s""#, &format!(r#""secret": {}"#, quote(name)));
        let both = alias.replace(r#""s": {"#, &format!("{}: {{", quote(name)));
        let source = PULLS.replace(r#""/store/s""#, &quote(name));
        for (definition, expected) in [
            (alias, format!("it names \"{expected}\", and secrets declares \"s\", \"t\"")),
            (both, format!("the secret \"{expected}\", source \"/store/s\", cannot be had")),
            (source, format!("the secret \"s\", source \"{expected}\", cannot be had")),
        ] {
            let shown = shown(&definition);
            assert!(shown.contains(&expected), "{rule}: {expected}: {shown}");
        }
    });
    let undeclared = PULLS.replace(r#"{"source": "/store/s"}"#, "{}");
    let shown = shown(&undeclared.replace(r#""s": {"#, r#""docker hub": {"#));
    assert!(shown.contains("/secrets(docker hub)/source: is undefined"), "{shown}");
}

#[test]
fn uris_are_shown_without_user_info_query_and_fragment() {
    let long = format!("https://u:{}@h/x", "canary".repeat(400));
    // A URI, and how it is shown.
    #[rustfmt::skip]
    let table = [
        ("https://h/docker.tar.gz", "https://h/docker.tar.gz"), ("hdfs://n:9000/docker.tar.gz", "hdfs://n:9000/docker.tar.gz"), ("vault://kv/pull", "vault://kv/pull"),
        ("https://canary:canary@h/p?X-Amz-Signature=canary#canary", "https://…@h/p…"), ("https://canary@h", "https://…@h"), ("https://h?canary", "https://h…"), ("https://h#canary", "https://h…"),
        ("s3n://AKIA:canary/canary@bucket/docker.tar.gz", "s3n://…@bucket/docker.tar.gz"), ("https://u:can@canary@h/x", "https://…@h/x"), ("https://u:canary//canary@h/x", "https://…@h/x"),
        ("https://u:canary?canary@h/x", "https://…"), ("https://u:canary#canary@h/x", "https://…"), ("https://u:canary;canary@h/x", "https://…"), ("https://u:p@h/x?canary@canary", "https://…"),
        ("https://u:a://canary@h/x", "https://…@h/x"), ("https://h/a;X-Amz-Signature=canary/docker.tar.gz", "https://h/a…"), ("https://h/x%3Fy", "https://h/x%3Fy"),
        ("https://u:canary%40h/x", "https://…@h/x"), ("https://u:canary\u{FF20}h/x", "https://…@h/x"), ("https://u:canary\u{FE6B}h/x", "https://…@h/x"), ("https://u:canary%40canary\u{FF20}canary@h/x", "https://…@h/x"),
        ("https://h/x\u{FF1F}canary", "https://h/x…"), ("https://h/x\u{FF03}canary", "https://h/x…"), ("https://h/x\u{FF1B}canary", "https://h/x…"), ("https://u:a\u{FF1F}canary%40h/x", "https://…"),
        ("h-1.2+x://u:canary@h/x", "h-1.2+x://…@h/x"), (&long, "https://…@h/x"),
    ];
    // Only where it is fetched from: what has no scheme may be the name of a secret.
    #[rustfmt::skip]
    let without_scheme = [
        ("/etc/docker.tar.gz", "/etc/docker.tar.gz"), ("docker.tar.gz", "docker.tar.gz"), ("/etc/x?canary", "/etc/x…"), ("/etc/x#canary", "/etc/x…"),
        ("//u:canary@h/.dockercfg", "//…@h/.dockercfg"), ("//h/x?canary", "//h/x…"), ("/canary@y/docker.tar.gz?sig=canary", "…@y/docker.tar.gz…"), ("canary＠h/x", "…@h/x"),
        ("data:application/json;base64,canary", "data:application/json…"), ("https:u:canary@h/x", "…@h/x"), ("/x?canary@canary", "…"),
    ];
    // Only as a source: Marathon refuses to fetch from it.
    #[rustfmt::skip]
    let as_source = [
        ("my vault://u:canary@h/x", "…@h/x"), ("u:canary://canary@h/x", "…@h/x"), ("a\n://x?canary", "a\n://x…"), ("https://u:can ary\"canary@h/x", "https://…@h/x"),
        ("https://u:canary\u{FE56}@h/x", "https://…"), ("https://", "https://"), ("://canary@x", "://…@x"),
    ];
    check_rows(table.into_iter().chain(without_scheme), |(uri, expected)| {
        let item = format!(r#""fetch": [{{"uri": {}, "destPath": ".dockercfg"}}]"#, quote(uri));
        let container = only(&app_with(&item));
        let fetch = container.fetch()[0].to_string();
        assert_eq!(fetch, format!("/fetch(0): \"{expected}\""), "{uri}");
        let all = shown(&app_with(&item)) + &format!("{container:?} {:?}", container.fetch());
        assert!(!all.contains("canary"), "{uri}: {all}");
    });
    check_rows(table.into_iter().chain(as_source), |(source, expected)| {
        let told = shown(&PULLS.replace(r#""/store/s""#, &quote(source)));
        let is_shown = told.contains(&format!("source \"{}\", cannot", expected.escape_debug()));
        assert!(is_shown, "{source}: {expected}: {told}");
        assert!(!told.contains("canary"), "{source}: {expected}: {told}");
    });
}

#[test]
fn an_image_is_shown_without_user_info() {
    let digest = format!("reg.io/app@sha256:{}", "0".repeat(64));
    // an image, how Debug shows it
    let table = [
        ("https://user:canary@reg.io/app", "https://…@reg.io/app"),
        ("user:canary@reg.io/app", "…@reg.io/app"),
        ("reg.io/app?canary", "reg.io/app…"),
        (&digest, &digest),
    ];
    check_rows(table, |(image, expected)| {
        let definition =
            format!(r#"{{"id": "/a", "container": {{"docker": {{"image": "{image}"}}}}}}"#);
        let told = format!("{:?}", only(&definition));
        assert!(told.contains(&format!("image: Some(\"{expected}\")")), "{image}: {told}");
        assert!(!told.contains("canary"), "{image}: {told}");
    });
}

#[test]
fn other_fields_of_a_definition_are_never_shown() {
    let definition = app_with(r#""env": {"PASSWORD": "canary"}, "fetch": [{"uri": "x"}]"#);
    let refused = definition.replace(
        r#""image": "reg.io/app""#,
        r#""image": "", "credential": {"principal": "canary", "secret": "canary"}"#,
    );
    let invalid = app_with(r#""uris": ["{\"canary\": {}}"], "fetch": [{"uri": "h/ canary"}]"#);
    check_rows([definition, refused, invalid], |definition| {
        let told = shown(&definition);
        assert!(!told.contains("canary"), "{told}");
    });
}
