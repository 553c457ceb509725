//! The headers of an answer, decoded by real servers and compared with those of real clients.

use std::path::Path;

use regcred::{AuthConfig, Resolver};
use serde_json::Value;

use crate::check_rows::check_rows;
use crate::client::{Client, podman_options};
use crate::http::{request, send};
use crate::program::{Service, put, run, scratch, service};
use crate::pull::config;
use crate::recorder::{Challenge, Recorder, engine_auth};
use crate::registry::{REPOSITORY, Registry, TAG, Transport};

/// A user with each password that the registry is asked with. None is longer than 72 bytes, because
/// bcrypt ignores the rest. The one of 4 KiB in [`all_users`] is compared by the recorder.
const USERS: [(&str, &str); 6] = [
    ("colons", ":a:b:"),
    ("json", r#"quote " backslash \ \u0041 \n"#),
    ("latin", "é ü ß"),
    ("wide", "\u{1F511} 密码"),
    // In base64, five of each contain `/` and `+`, or `_` and `-`, at any offset.
    ("alphabet", "?????>>>>>~~~~~"),
    ("html", "<a href=\"&amp;\">'%00+"),
];

fn all_users() -> Vec<(String, String)> {
    let short = USERS.iter().map(|(user, password)| ((*user).to_owned(), (*password).to_owned()));
    let of_4_kib = "?>é:\"\\~".repeat(512);
    short.chain([("long".to_owned(), of_4_kib)]).collect()
}

/// Returns the answer for a registry from a file with this credential.
fn answer(registry: &str, user: &str, password: &str) -> AuthConfig {
    let resolver = Resolver::builder().task_secret(config(registry, Some((user, password))));
    let resolver = resolver.build().unwrap_or_else(|error| panic!("{user}: {error}"));
    resolver.resolve_registry(registry).unwrap_or_else(|| panic!("{user} is not found"))
}

#[test]
fn the_registry_takes_basic_authorization() {
    let registry = Registry::start(Transport::Plain, &USERS);
    let status = |user: &str, password: &str| {
        let header = answer(registry.host(), user, password).basic_authorization();
        let header = header.unwrap_or_else(|| panic!("{user} has no header"));
        let response = registry.manifest(Some(&header));
        let (status, _) = response.split_once("\r\n").expect("a response has a first line");
        (status.to_owned(), header)
    };
    let mut headers = String::new();
    check_rows(USERS, |(user, password)| {
        let (answer, header) = status(user, password);
        assert_eq!(answer, "HTTP/1.1 200 OK", "{user}: {header}");
        headers += &header;
        let (answer, _) = status(user, &format!("{password}."));
        assert_eq!(answer, "HTTP/1.1 401 Unauthorized", "{user} with another password");
    });
    assert!(headers.contains('+') && headers.contains('/'), "no password tests the alphabet");
}

/// Starts podman's service, which pulls from these registries without TLS.
fn podman_service(home: &Path, registries: &[&str]) -> Service {
    let insecure: String = registries
        .iter()
        .map(|host| format!("[[registry]]\nlocation = \"{host}\"\ninsecure = true\n"))
        .collect();
    let configuration = put(home, "registries.conf", insecure);
    let policy = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
    put(home, ".config/containers/policy.json", policy);
    Service::start(home, |address| {
        let mut command = service("podman", home);
        command.env("CONTAINERS_REGISTRIES_CONF", &configuration).args(podman_options(home));
        command.args(["system", "service", "--time=0", &format!("tcp://{address}")]);
        command
    })
}

/// Asks the service to pull an image with the header of an answer, and returns its response.
fn pull_through(service: &Service, registry: &str, auth: &AuthConfig) -> String {
    let path = format!("/v1.41/images/create?fromImage={registry}/{REPOSITORY}&tag={TAG}");
    let header = auth.x_registry_auth();
    let headers = [("X-Registry-Auth", &*header)];
    send(&service.address, &request("POST", &path, &service.address, &headers))
}

#[test]
fn podman_decodes_x_registry_auth() {
    let recorder = Recorder::start(Challenge::Basic);
    let host = recorder.address().to_string();
    let home = scratch();
    let service = podman_service(home.path(), &[&host]);
    let mut headers = String::new();
    check_rows(all_users(), |(user, password)| {
        let auth = answer(&host, &user, &password);
        let response = pull_through(&service, &host, &auth);
        let sent = recorder.credential();
        assert_eq!(sent, Some(format!("{user}:{password}")), "{user}: {response}");
        headers += &auth.x_registry_auth();
    });
    assert!(headers.contains('-') && headers.contains('_'), "no password tests the alphabet");
}

#[test]
fn podman_decodes_an_identity_token() {
    let recorder = Recorder::start(Challenge::Bearer);
    let host = recorder.address().to_string();
    let home = scratch();
    let service = podman_service(home.path(), &[&host]);
    let file = format!(r#"{{"auths": {{"{host}": {{"identitytoken": "a.token-_"}}}}}}"#);
    let resolver = Resolver::builder().task_secret(file).build().expect("a file with a token");
    let auth = resolver.resolve_registry(&host).expect("the token");
    let response = pull_through(&service, &host, &auth);
    assert_eq!(recorder.credential().as_deref(), Some("identity:a.token-_"), "{response}");
}

#[test]
fn podman_pulls_from_the_registry_with_x_registry_auth() {
    let registry = Registry::start(Transport::Plain, &USERS);
    let home = scratch();
    let service = podman_service(home.path(), &[registry.host()]);
    check_rows(USERS, |(user, password)| {
        let pull = |password: &str| {
            let auth = answer(registry.host(), user, password);
            pull_through(&service, registry.host(), &auth)
        };
        let response = pull(&format!("{password}."));
        assert!(response.contains("unauthorized"), "{user} with another password: {response}");
        let response = pull(password);
        assert!(response.contains("\"id\"") && !response.contains("error"), "{user}: {response}");
    });
}

/// Each client reads the same file, for a registry at the address of the recorder.
#[test]
fn clients_send_the_same_headers() {
    let recorder = Recorder::start(Challenge::Basic);
    let host = recorder.address().to_string();
    let image = format!("{host}/{REPOSITORY}:{TAG}");
    check_rows(all_users(), |(user, password)| {
        let auth = answer(&host, &user, &password);
        let home = scratch();
        put(home.path(), ".docker/config.json", config(&host, Some((&user, &password))));
        let sent = |client: Client, header: &str| {
            let ended = run(&mut client.pull(home.path(), &image, &recorder), "");
            let requests = recorder.requests();
            let sent = requests.iter().rev().find_map(|request| request.header(header));
            sent.unwrap_or_else(|| panic!("{client:?} sends none: {}", ended.output)).to_owned()
        };
        let authorization = auth.basic_authorization();
        assert_eq!(Some(sent(Client::Skopeo, "Authorization")), authorization, "skopeo, {user}");
        let object: Value = engine_auth(&auth.x_registry_auth());
        let docker = engine_auth(&sent(Client::Docker, "X-Registry-Auth"));
        assert_eq!(docker, object, "docker, {user}");
    });
}
