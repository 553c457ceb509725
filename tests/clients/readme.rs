//! The commands of the README's section "Use it with", run as they are, but for the names of its registry
//! and of its file.

use std::process::Command;

use regcred::{ImageRef, Resolver};

use crate::client::Client;
use crate::program::{Ended, end_pause, path_with_examples, program, put, read, run, scratch};
use crate::pull::config;
use crate::recorder::{Challenge, Recorder};
use crate::registry::{OWNER, Registry, Transport};

const README: &str = include_str!("../../README.md");

/// Returns the text of the fenced block that follows a paragraph with this beginning.
#[track_caller]
fn block<'a>(paragraph: &str, kind: &str) -> &'a str {
    let (_, section) = README.split_once("\n## Use it with\n").expect("the section");
    let (_, after) = section.split_once(&format!("\n**{paragraph}")).expect(paragraph);
    let (_, code) = after.split_once(&format!("\n```{kind}\n")).expect(kind);
    code.split_once("\n```\n").expect("the end of a block").0
}

/// A user who has the credential of a registry in a `config.json`.
struct User {
    home: tempfile::TempDir,
    registry: Registry,
    daemon: Recorder,
}

impl User {
    fn new() -> Self {
        let registry = Registry::start(Transport::Plain, &[]);
        let home = scratch();
        put(home.path(), "credentials", config(registry.host(), Some(OWNER)));
        // Needed by a registry without TLS.
        let insecure = format!("[[registry]]\nlocation = {:?}\ninsecure = true\n", registry.host());
        put(home.path(), ".config/containers/registries.conf", insecure);
        User { home, registry, daemon: Recorder::start(Challenge::Basic) }
    }

    /// Runs commands of the README. `docker` asks a daemon that records and pulls nothing, and `kubectl`
    /// is a program that keeps what it is given.
    fn run(&self, commands: &str) -> Ended {
        let home = self.home.path();
        let file = home.join("credentials").display().to_string();
        let commands = commands
            .replace("registry.example.com", self.registry.host())
            .replace("/etc/mesosphere/docker_credentials", &file)
            .replace("\ndocker ", "\n! docker ");
        let mut bash: Command = program("bash", home);
        bash.args(["-euo", "pipefail", "-c", &commands]).env("PATH", path_with_examples());
        bash.env("DOCKER_HOST", format!("tcp://{}", self.daemon.address()));
        run(&mut bash, "")
    }

    /// Puts the credential into the user's own file.
    fn log_in(&self) {
        put(self.home.path(), ".docker/config.json", config(self.registry.host(), Some(OWNER)));
    }

    /// Returns whether a file of the user has the credential.
    fn has_credential(&self, name: &str) -> bool {
        let file = read(&self.home.path().join(name));
        let resolver = Resolver::builder().task_secret(file).build();
        let resolver = resolver.unwrap_or_else(|error| panic!("{name}: {error}"));
        let image = self.registry.image();
        let image = ImageRef::parse(&image).expect("the image of the registry");
        resolver.resolve(&image).is_some_and(|auth| auth.username() == Some(OWNER.0))
    }
}

fn owner() -> Option<String> {
    Some(format!("{}:{}", OWNER.0, OWNER.1))
}

#[test]
fn skopeo_inspects_with_the_helper() {
    let user = User::new();
    let shown = user.run(&format!("{}:1", block("skopeo", "console"))).success("skopeo");
    assert!(shown.contains("\"Digest\""), "{shown}");
}

/// podman, which shares skopeo's library, asks the helper for the same file.
#[test]
fn podman_pulls_with_the_helper() {
    let user = User::new();
    let (file, _) = block("skopeo", "console").rsplit_once("\n").expect("more than one line");
    user.run(file).success("auth.json");
    let home = user.home.path();
    let image = format!("{}/team/app", user.registry.host());
    let mut podman = Client::Podman.pull(home, &image, &user.daemon);
    podman.arg("--authfile=auth.json").env("PATH", path_with_examples());
    podman.env("REGCRED_CLUSTER_FILE", home.join("credentials"));
    // Loopback takes no proxy: the registry itself is asked.
    let ended = run(&mut podman, "");
    end_pause(home);
    assert!(ended.output.contains("Found credentials for "), "{}", ended.output);
    assert!(!ended.output.contains("unauthorized"), "{}", ended.output);
}

#[test]
fn docker_pulls_with_the_helper() {
    let user = User::new();
    user.run(block("Docker", "console")).success("docker");
    assert_eq!(user.daemon.credential(), owner());
}

#[test]
fn a_job_pulls_with_an_exported_directory() {
    let user = User::new();
    user.run(block("A CI job", "console")).success("a job");
    assert_eq!(user.daemon.credential(), owner());
}

#[test]
fn marathon_gets_an_archive_of_one_credential() {
    let user = User::new();
    user.log_in();
    let listed = user.run(block("Marathon", "console")).success("tar");
    let names: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(names, [".docker/", ".docker/config.json"], "{listed}");
    assert!(user.has_credential("docker.tar.gz"));
}

#[test]
fn a_kubelet_gets_a_secret_or_asks_the_provider() {
    let user = User::new();
    user.log_in();
    user.run(block("A kubelet", "console")).success("kubectl");
    assert!(user.has_credential("applied"));

    let yaml = block("A kubelet", "yaml");
    let field = |name: &str| {
        let line = yaml.lines().find_map(|line| line.trim().strip_prefix(name)).expect(name);
        line.trim_start_matches("- ").trim_matches(|c| " :[]".contains(c)).replace(['"', ','], "")
    };
    assert!(
        field("matchImages") == "registry.example.com" && !field("apiVersion").is_empty(),
        "{yaml}"
    );
    let request = format!(
        r#"{{"kind": "CredentialProviderRequest", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "image": "{}/team/app"}}"#,
        user.registry.host()
    );
    put(user.home.path(), "request", request);
    let command = format!("{} {} < request", field("- name"), field("args"));
    let response = user.run(&command).success("the provider");
    assert!(
        response.contains(r#""cacheKeyType":"Image""#) && response.contains(OWNER.1),
        "{response}"
    );
}
