//! The programs that hand credentials to docker, podman and kubelet, and the one that exports them.

use std::collections::BTreeMap;
use std::fs;

use regcred::{Level, Resolver};
use serde::Deserialize;
use serde_json::Value;

use crate::check_rows::check_rows;
use crate::{Output, ask_example};

const FILE: &str = r#"{"auths": {
    "https://index.docker.io/v1/": {"auth": "aHViOnA="},
    "quay.io/team": {"auth": "dGVhbTpw"},
    "https://reg.io/v2/": {"auth": "dTpw"},
    "*.glob.io": {"auth": "Zzpw"},
    "bad.io": {"auth": "hunter2!"},
    "acr.io": {"identitytoken": "t"},
    "bearer.io": {"registrytoken": "t"},
    "marked.io": {"username": "<token>", "password": "p"}
}}"#;

const NOT_FOUND: &str = "credentials not found in native keychain\n";

/// A user name and a secret.
type Pair<'a> = (&'a str, &'a str);

fn helper(action: &str, input: &str) -> Output {
    ask_example("docker-credential-regcred", &[action], &[("REGCRED_AGENT_FLAG", FILE)], input)
}

/// Docker's protocol: an answer is one JSON object; an error is printed to standard output.
#[test]
fn the_helper_speaks_the_protocol_of_docker() {
    let long = format!("reg.io{}.evil.com", " ".repeat(4090));
    // server, user name and secret, or what is printed
    #[rustfmt::skip]
    let table: [(&str, Result<Pair<'_>, &str>); 19] = [
        ("https://index.docker.io/v1/", Ok(("hub", "p"))),
        ("docker.io\n", Ok(("hub", "p"))),
        ("reg.io", Ok(("u", "p"))),
        ("reg.io:443", Ok(("u", "p"))),
        ("a.glob.io", Ok(("g", "p"))),
        ("acr.io", Ok(("<token>", "t"))),
        ("quay.io", Err(NOT_FOUND)),
        ("quay.io/team", Err(NOT_FOUND)),
        ("https://reg.io/v1/", Ok(("u", "p"))),
        ("https://index.docker.io/v1/access-token", Err(NOT_FOUND)),
        ("other.io", Err(NOT_FOUND)),
        ("docker.io.evil.com", Err(NOT_FOUND)),
        ("http://reg.io", Err(NOT_FOUND)),
        ("bad.io", Err("bad.io: answer: none, because the malformed entry \"bad.io\" in agent flag blocks it: ")),
        ("bearer.io", Err("bearer.io: its credential is a registry token")),
        ("marked.io", Err("marked.io: a helper cannot hand over the user name <token>")),
        (&long, Err("the server is longer than 4096 bytes")),
        ("", Err("\"\" is not a registry")),
        ("a b", Err("\"a b\" is not a registry")),
    ];
    check_rows(table, |(server, expected)| {
        let (status, stdout, stderr) = helper("get", server);
        assert!(stderr.is_empty() && !stdout.contains("hunter2"), "{server}: {stdout}{stderr}");
        match expected {
            Ok((username, secret)) => {
                let answer: BTreeMap<String, String> = serde_json::from_str(&stdout).unwrap();
                let fields =
                    [("ServerURL", server.trim()), ("Username", username), ("Secret", secret)];
                let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
                assert_eq!((status, answer), (Some(0), BTreeMap::from(fields)), "{server}");
            }
            Err(printed) => {
                assert!(
                    status == Some(1) && stdout.starts_with(printed),
                    "{server}: {status:?} {stdout}"
                );
            }
        }
    });
}

#[test]
fn the_helper_lists_and_refuses_to_write() {
    let (status, stdout, _) = helper("list", "");
    let listed: BTreeMap<String, String> = serde_json::from_str(&stdout).unwrap();
    let expected = [("https://index.docker.io/v1/", "hub"), ("reg.io", "u"), ("acr.io", "<token>")];
    let expected = expected.map(|(server, user)| (server.to_owned(), user.to_owned()));
    assert_eq!((status, listed), (Some(0), BTreeMap::from(expected)));
    let version = format!("docker-credential-regcred {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(helper("version", ""), (Some(0), version, String::new()));
    check_rows(["store", "erase"], |action| {
        let (status, stdout, _) =
            helper(action, r#"{"ServerURL":"reg.io","Username":"u","Secret":"hunter2"}"#);
        let is_polite = stdout.contains("only reads credentials") && !stdout.contains("hunter2");
        assert!(status == Some(1) && is_polite, "{action}: {stdout}");
    });
    assert_eq!(helper("unknown", "").0, Some(1));
}

/// Each level answers, and the strongest first.
#[test]
fn the_helper_reads_every_source() {
    let scratch = tempfile::tempdir().unwrap();
    let path = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let user = |name: &str| {
        format!(r#"{{"auths": {{"reg.io": {{"username": "{name}", "password": "p"}}}}}}"#)
    };
    fs::create_dir_all(path("sandbox/.docker")).unwrap();
    fs::write(path("secret"), user("secret")).unwrap();
    fs::write(path("sandbox/.docker/config.json"), user("sandbox")).unwrap();
    fs::write(path("cluster"), user("cluster")).unwrap();
    let sources = [
        ("REGCRED_TASK_SECRET", path("secret"), "secret"),
        ("REGCRED_SANDBOX", path("sandbox"), "sandbox"),
        ("REGCRED_AGENT_FLAG", user("flag"), "flag"),
        ("REGCRED_CLUSTER_FILE", path("cluster"), "cluster"),
    ];
    check_rows(0..=sources.len(), |first| {
        let docker_config = path("sandbox/.docker");
        let variables: Vec<_> =
            sources[first..].iter().map(|(name, value, _)| (*name, &**value)).collect();
        let variables = [&*variables, &[("DOCKER_CONFIG", &docker_config)]].concat();
        let (_, stdout, _) =
            ask_example("docker-credential-regcred", &["get"], &variables, "reg.io");
        // Without any, the files of the user answer.
        let expected = sources.get(first).map_or("sandbox", |(.., user)| user);
        assert!(stdout.contains(&format!(r#""Username":"{expected}""#)), "{first}: {stdout}");
    });
    let broken = [("REGCRED_CLUSTER_FILE", "/nowhere/at/all")];
    let (status, stdout, _) = ask_example("docker-credential-regcred", &["get"], &broken, "reg.io");
    assert!(status == Some(1) && stdout.starts_with("cluster file, /nowhere/at/all: "), "{stdout}");
}

/// `CredentialProviderResponse` of `k8s.io/kubelet/pkg/apis/credentialprovider/v1`, decoded as strictly as
/// kubelet does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Response {
    kind: String,
    api_version: String,
    cache_key_type: CacheKeyType,
    cache_duration: String,
    auth: BTreeMap<String, Auth>,
}

#[derive(Deserialize, PartialEq)]
enum CacheKeyType {
    Image,
    Registry,
    Global,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Auth {
    username: String,
    password: String,
}

fn provider(args: &[&str], request: &str) -> Output {
    let args = [&["--agent-flag", FILE], args].concat();
    ask_example("kubelet-credential-provider", &args, &[], request)
}

fn request(image: &str) -> String {
    format!(
        r#"{{"kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "image": "{image}", "serviceAccountToken": "hunter2", "serviceAccountAnnotations": {{}}}}"#
    )
}

#[test]
fn the_provider_speaks_the_protocol_of_kubelet() {
    // image, pattern and user name
    let table = [
        ("docker.io/library/nginx", Some(("docker.io", "hub"))),
        ("quay.io/team/app", Some(("quay.io/team", "team"))),
        ("quay.io/teams", None),
        ("reg.io/app", Some(("reg.io", "u"))),
        ("reg.io/v1/app", Some(("reg.io", "u"))),
        ("other.io/app", None),
    ];
    check_rows(table, |(image, expected)| {
        let (status, stdout, stderr) = provider(&["--cache-seconds", "300"], &request(image));
        assert_eq!(status, Some(0), "{image}: {stderr}");
        let response: Response = serde_json::from_str(&stdout).unwrap();
        assert_eq!(response.kind, "CredentialProviderResponse");
        assert_eq!(response.api_version, "credentialprovider.kubelet.k8s.io/v1");
        assert!(
            response.cache_key_type == CacheKeyType::Image && response.cache_duration == "300s"
        );
        let auth: Vec<_> = response
            .auth
            .iter()
            .map(|(key, auth)| (&**key, &*auth.username, &*auth.password))
            .collect();
        assert_eq!(auth, Vec::from_iter(expected.map(|(key, user)| (key, user, "p"))), "{image}");
    });
    assert!(provider(&[], &request("reg.io/app")).1.contains(r#""cacheDuration":"0s""#));
    // request, what is printed
    let bad = [
        (request("bad.io/app"), "the entry that is for it is malformed"),
        (request("acr.io/app"), "its credential is an identity token, which the client ignores"),
        (request("bearer.io/app"), "its credential is a registry token, which the client ignores"),
        (request("Nginx"), "\"Nginx\": not an image reference"),
        (
            request("a").replace("/v1\"", "/v1beta1\""),
            "not a CredentialProviderRequest of credentialprovider.kubelet.k8s.io/v1",
        ),
        (request("a").replace("Request", "Response"), "not a CredentialProviderRequest of"),
        ("{\"hunter2".to_owned(), "no CredentialProviderRequest, at column 9"),
        (String::new(), "no CredentialProviderRequest"),
    ];
    check_rows(bad, |(request, printed)| {
        let (status, stdout, stderr) = provider(&[], &request);
        assert!(status == Some(1) && stdout.is_empty(), "{request}: {stdout}");
        assert!(stderr.contains(printed) && !stderr.contains("hunter2"), "{request}: {stderr}");
    });
    let (status, _, stderr) = ask_example("kubelet-credential-provider", &[], &[], &request("a"));
    assert!(status == Some(1) && stderr.contains("no source given"), "{stderr}");
}

#[test]
fn export_writes_only_the_credential_of_the_images() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join("config").to_str().unwrap().to_owned();
    let run = |args: &[&str]| {
        let args = [&["--agent-flag", FILE], args].concat();
        ask_example("regcred-export", &args, &[], "")
    };
    // arguments, user name for quay.io/team/app in what is printed
    let (status, stdout, _) =
        run(&["--for", "podman", "--config-json", "quay.io/team/app", "nginx"]);
    let file: Value = serde_json::from_str(&stdout).unwrap();
    let keys: Vec<&str> = file["auths"].as_object().unwrap().keys().map(|key| &**key).collect();
    assert_eq!((status, keys), (Some(0), vec!["docker.io", "quay.io/team"]));
    let (_, stdout, _) = run(&["--for", "kubelet", "--secret", "pull", "quay.io/team/app"]);
    let resolver = Resolver::builder().add(Level::TaskSecret, stdout).build().unwrap();
    assert!(resolver.resolve_registry("quay.io/team").is_some());
    let (status, stdout, stderr) =
        run(&["--for", "docker", "--directory", &directory, "reg.io/app", "other.io/a"]);
    assert_eq!((status, &*stdout), (Some(0), ""), "{stderr}");
    assert!(stderr.contains("no credential: other.io/a is pulled anonymously"), "{stderr}");
    assert!(fs::read_to_string(format!("{directory}/config.json")).unwrap().contains("reg.io"));
    assert_eq!(
        run(&["--for", "docker", "--config-json", "other.io/a"]).0,
        Some(1),
        "nothing to export"
    );
    let desktop = [
        "--agent-flag",
        r#"{"credsStore": "desktop"}"#,
        "--for",
        "docker",
        "--config-json",
        "other.io/a",
    ];
    let (status, _, stderr) = ask_example("regcred-export", &desktop, &[], "");
    assert!(status == Some(1) && stderr.contains("left to the helper \"desktop\""), "{stderr}");
    // arguments, what is printed on standard error
    #[rustfmt::skip]
    let bad: &[(&[&str], &str)] = &[
        (&["--for", "docker", "--directory", &directory, "reg.io/app"], "give the path of a directory that does not exist yet"),
        (&["--for", "docker", "--config-json", "quay.io/team/app", "quay.io/app"], "export the images into separate files"),
        (&["--for", "nobody", "--config-json", "reg.io/app"], "unknown client nobody"),
        (&["--for", "docker", "reg.io/app"], "no form given"),
        (&["--for", "docker", "--dockercfg", "--config-json", "reg.io/app"], "more than one form given"),
        (&["--config-json", "reg.io/app"], "no --for given"),
        (&["--for", "docker", "--config-json"], "no image given"),
        (&["--for", "docker", "--config-json", "Nginx"], "\"Nginx\": not an image reference"),
    ];
    check_rows(bad, |(args, printed)| {
        let (status, stdout, stderr) = run(args);
        assert!(
            status == Some(2) && stdout.is_empty() && stderr.contains(printed),
            "{args:?}: {stderr}"
        );
    });
}
