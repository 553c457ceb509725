//! Situations that users report to Docker (D), kubelet and podman (C), Mesos, Marathon and DC/OS
//! (M), and the text that must tell them the cause and the remedy.

use std::fs;
use std::path::Path;

use regcred::{CredentialFile, Level, Limits, Resolver, ResolverBuilder, marathon, mesos};
use tempfile::TempDir;

use crate::support::archive::{file, gzip, tar};
use crate::support::{base64, check_rows, config, image_ref, put, secret, texts, user};

const OK: &str = r#"{"auth": "dTpw"}"#;

/// A JSON Web Token that expired in 2001.
const EXPIRED: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1IiwiZXhwIjoxMDAwMDAwMDAwfQ.c2ln";

/// A row: the number of the report, the text that an operator reads, and the parts that it has.
type Row = (&'static str, String, Vec<&'static str>);

/// The page for an image from a task secret. `OK` in it is an entry with a credential.
fn page(file: &str, image: &str) -> String {
    page_of(Resolver::builder().task_secret(file.replace("OK", OK)), image)
}

fn page_of(builder: ResolverBuilder, image: &str) -> String {
    builder.build().unwrap().explain(&image_ref(image)).to_string()
}

fn error(file: impl Into<Vec<u8>>) -> String {
    secret(file).unwrap_err().to_string()
}

/// An agent flag, in which `OK` is an entry with a credential.
fn flag(file: &str) -> ResolverBuilder {
    Resolver::builder().agent_flag(file.replace("OK", OK))
}

fn entry(pair: &str) -> String {
    format!(r#"{{"auth": "{}"}}"#, base64(pair))
}

fn auths(key: &str, entry: &str) -> String {
    format!(r#"{{"auths": {{"{key}": {entry}}}}}"#)
}

/// A Kubernetes Secret with one file in it.
fn kubernetes(name: &str, file: &str) -> String {
    format!(r#"{{"kind": "Secret", "data": {{"{name}": "{}"}}}}"#, base64(file))
}

/// The warnings of a Marathon app in the Docker containerizer that fetches a URI.
fn warnings_of_fetch(fetch: &str) -> String {
    let app = format!(
        r#"{{"id": "/a", "container": {{"type": "DOCKER", "docker": {{"image": "reg.io/a"}}}},
            "fetch": [{fetch}]}}"#
    );
    let containers = marathon::containers(app.as_bytes(), Limits::default()).unwrap();
    let containers: Vec<_> = containers.into_iter().map(Result::unwrap).collect();
    texts(containers[0].warnings()).join("\n")
}

fn sandbox(files: &[(&str, &[u8])]) -> TempDir {
    let sandbox = tempfile::tempdir().unwrap();
    for (name, content) in files {
        put(&sandbox, name, content);
    }
    sandbox
}

/// Replaces the path of a temporary directory.
fn at(directory: &Path, page: String) -> String {
    page.replace(directory.to_str().unwrap(), "/dir")
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn every_report_is_answered_with_its_cause_and_its_remedy() {
    let mut rows = docker();
    rows.extend(kubelet_and_podman());
    rows.extend(mesos_and_dcos());
    let mut reports: Vec<&str> = rows.iter().map(|(report, ..)| *report).collect();
    reports.dedup();
    assert_eq!(reports.len(), 41, "{reports:?}");
    check_rows(rows, |(report, text, parts)| {
        for part in parts {
            assert!(text.contains(part), "{report}: no {part:?} in\n{text}");
        }
        let hints = text.lines().filter(|line| line.starts_with("  hint: ")).count();
        assert!(hints <= 3, "{report}: {hints} hints\n{text}");
    });
}

#[rustfmt::skip]
fn docker() -> Vec<Row> {
    let home = sandbox(&[]);
    let wrong_home = sandbox(&[("config.json", b"{}")]);
    let ci = r#"{"auths": {"reg.io": OK}, "credHelpers": {"reg.io": "ecr-login"}}"#;
    vec![
        ("D1", page(r#"{"credsStore": "desktop"}"#, "reg.io/a"), vec![
            "in a helper, which is not run: the helper \"desktop\" (credsStore in task secret)",
            "take the helper out of the file and log in again to a new file and copy its entry to task secret: \
            podman login --authfile new.json reg.io"]),
        ("D1", page_of(Resolver::builder().agent_flag(r#"{"credsStore": "desktop"}"#), "reg.io/a"), vec![
            "(credsStore in agent flag); let the program ask it (resolve_with_helpers, feature \"helper\"), or take the \
            helper out of the file and log in again"]),
        ("D1", page(r#"{"credHelpers": {"gcr.io": "gcloud", "eu.gcr.io": "gcloud"}}"#, "europe-docker.pkg.dev/p/a"), vec![
            "europe-docker.pkg.dev, and credHelpers names helpers only for other registries; add gcloud's helper for it: gcloud \
            auth configure-docker europe-docker.pkg.dev"]),
        ("D2", page(&auths("docker.io", OK), "nginx"), vec!["wins \"docker.io\": covers the image"]),
        ("D3", page(&auths("https://reg.io", OK), "reg.io/a"), vec!["wins \"https://reg.io\""]),
        ("D4", page(ci, "reg.io/a"), vec![
            "hint: Docker asks the helper \"ecr-login\" (credHelpers in task secret) and not this entry, which may \
            be out of date; remove one of them", "answer: user name and password"]),
        ("D4", page(&auths("reg.io", OK).replace("}}}", "}}, \"credsStore\": \"pass\"}"), "reg.io/a"), vec![
            "Docker asks the helper \"pass\" (credsStore in task secret)"]),
        ("D5", page(&auths("reg.io", "{}"), "reg.io/a"), vec![
            "reg.io has a key, but no credential under it: \"reg.io\"; log in again to a new file and copy its \
            entry to task secret: podman login --authfile new.json"]),
        ("D6", page(&auths("reg.io", &entry("<token>:abc")), "reg.io/a"), vec![
            "the user name <token> marks an identity token", "write the token to \"identitytoken\""]),
        ("D7", page(&auths("reg.io/other", OK), "reg.io/team/app"), vec![
            "keys for other namespaces only: \"reg.io/other\"; add the key \"reg.io/team\" or \"reg.io\""]),
        ("D8", page(&auths("*.amazonaws.com", OK), "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a"), vec![
            "add the key \"123456789012.dkr.ecr.eu-west-1.amazonaws.com\" or \"*.dkr.ecr.*.amazonaws.com\""]),
        ("D11", page(&auths("reg.io", &format!(r#"{{"identitytoken": "{EXPIRED}"}}"#)), "reg.io/a"), vec![
            "the identity token expired on 2001-09-09 01:46 UTC", "even for public images", "podman login"]),
        ("D12", page_of(Resolver::builder(), "reg.io/a"), vec![
            "no credential file was given or found at any level", "DOCKER_AUTH_CONFIG", "are not read"]),
        ("D13", page_of(Resolver::builder().home(None), "reg.io/a"), vec![
            "hint: sandbox HOME: set HOME for the program, as Environment=HOME=/root in a systemd unit"]),
        ("D13", at(home.path(), page_of(Resolver::builder().home(home.path()), "reg.io/a")), vec![
            "sandbox HOME, /dir: holds no .docker/config.json and no .dockercfg",
            "docker login writes .docker/config.json there if it runs with the same HOME; sudo"]),
        ("D13", page_of(Resolver::builder().home(wrong_home.path()), "reg.io/a"), vec![
            "config.json is there, where Docker does not look", "move it to .docker/config.json"]),
        ("D14", page(&auths("reg.io", r#"{"auth": "user:hunter2"}"#), "reg.io/a"), vec![
            "blocks it: its field \"auth\"",
            "without the malformed entry, the image is pulled anonymously; to replace it, remove it and log in again"]),
        ("D14", page(&auths("reg.io", r#"{"auth": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}"#), "reg.io/a"), vec![
            "its field \"auth\" is not base64", "remove it and log in again"]),
        ("D15", page(r#"{"auths": {}, "reg.io": OK}"#, "reg.io/a"), vec![
            "hint: task secret: \"reg.io\" is next to \"auths\", where it is ignored; move it into \"auths\""]),
        ("D15", page(r#"{"auth": {"https://reg.io/v1/": OK}}"#, "reg.io/a"), vec![
            "\"https://reg.io/v1/\" is in the field \"auth\", which is ignored; rename that field to \"auths\""]),
        ("D15", page(r#"{"config": {"auths": {"reg.io": OK}}}"#, "reg.io/a"), vec![
            "\"reg.io\" is in the field \"config\", which is ignored"]),
        ("D15", page(r#"{"reg.io": "dTpw"}"#, "reg.io/a"), vec![
            "the value of \"reg.io\" is not an object; write {\"auths\": {\"reg.io\": {\"auth\": …}}}"]),
        ("D15", page(r#"{"auths": {"reg.io": "dTpw"}}"#, "reg.io/a"), vec![
            "malformed \"reg.io\"", "it is not an object such as {\"auth\": \"…\"}"]),
        ("D15", page(r#"{"auths": {"auth": "dTpw"}}"#, "reg.io/a"), vec![
            "\"auth\" is in the place of a registry; the form is {\"auths\": {REGISTRY: {\"auth\": …}}}"]),
    ]
}

#[rustfmt::skip]
fn kubelet_and_podman() -> Vec<Row> {
    let cut_short = r#"{"auths": {"#;
    let base = Resolver::builder().agent_flag(auths("reg.io", &entry("u:p\n"))).build().unwrap();
    let twice = base64(config(&[("reg.io", "u")]));
    let over_base = Resolver::builder().task_secret("{}").base(&base);
    let token = format!(r#"{{"registrytoken": "{EXPIRED}"}}"#);
    let agent = config(&[("reg.io", "agent")]);
    let two = config(&[("https://reg.io", "old"), ("reg.io", "new")]);
    vec![
        ("C1", page(r#"{"auths": {"reg.io": OK, "reg.io/team": OK}}"#, "reg.io/team/app"), vec![
            "wins \"reg.io/team\"", "loses \"reg.io\": a key with a longer path goes before it"]),
        ("C2", page_of(Resolver::builder().task_secret(two), "reg.io/a"), vec![
            "if the registry refuses this credential, remove the entry \"reg.io\" from task secret; then \
            \"https://reg.io\" in task \
            secret answers"]),
        ("C3", page(&auths("registry-1.docker.io", OK), "nginx"), vec!["wins \"registry-1.docker.io\""]),
        ("C3", page(&auths("docker.com", OK), "nginx"), vec![
            "these do not cover Docker Hub: \"docker.com\"; add the key \"https://index.docker.io/v1/\""]),
        ("C4", page(&auths("https://reg.io/v1/", OK), "reg.io/a"), vec!["wins \"https://reg.io/v1/\""]),
        ("C5", page(&auths("quay.io/team", OK), "quay.io/teams/app"), vec![
            "is for that path and below; the repository is teams/app", "add the key \"quay.io/teams\" or \"quay.io\""]),
        ("C6", page(&auths("*.reg.io", OK), "a.b.reg.io/app"), vec![
            "* matches within one label only", "add the key \"a.b.reg.io\" or \"*.*.reg.io\""]),
        ("C6", page(&auths("*.reg.io", OK), "reg.io/app"), vec!["\"*.reg.io\"; add the key \"reg.io\""]),
        ("C6", page(&auths("reg.io/team/*", OK), "reg.io/team/app"), vec![
            "can match no image: \"reg.io/team/*\"; write \"reg.io/team\""]),
        ("C7", page(&auths("reg.io:5000", OK), "reg.io/a"), vec![
            "the same host on another port has: \"reg.io:5000\"; add the key \"reg.io\""]),
        ("C7", page(&auths("reg.io", OK), "reg.io:5000/a"), vec!["add the key \"reg.io:5000\""]),
        ("C8", page(&auths("reg.io", r#"{"auth": "dTo=", "identitytoken": "t"}"#), "reg.io/a"), vec![
            "answer: identity token from task secret"]),
        ("C9", page_of(over_base, "reg.io/a"), vec![
            "hint: the password ends in a newline, which registries refuse; encode user:password with printf \
            instead of echo"]),
        ("C10", error(cut_short), vec!["task secret: the JSON ends too early, at line 1"]),
        ("C10", error(" "), vec!["task secret: the file is empty; an empty configuration is written {}"]),
        ("C11", page_of(Resolver::builder().task_secret("{}").agent_flag(agent), "reg.io/a"), vec![
            "answer: user name and password from agent flag, key \"reg.io\""]),
        ("C12", page(r#"{"credHelpers": {"reg.io": "gcloud"}}"#, "reg.io/a"), vec![
            "helper \"reg.io\": credHelpers leaves it to the helper \"gcloud\", which is not run",
            "log in again to a new file and copy its entry to task secret: podman login --authfile new.json"]),
        ("C13", page(&auths("reg.io", &token), "reg.io/a"), vec![
            "the registry token expired on 2001-09-09 01:46 UTC, and registries refuse an expired one even for public \
            images"]),
        ("C15", error(kubernetes(".dockerconfigjson", &twice)), vec![
            "the file is encoded in base64 twice", "encode the file once; kubectl create secret"]),
        ("C15", page(&kubernetes(".dockerconfigjson", &format!(r#"{{"reg.io": {OK}}}"#)), "reg.io/a"), vec![
            "answer: user name and password", "kubelet ignores it: .dockerconfigjson must hold {\"auths\": {…}}"]),
        ("C15", page(&kubernetes(".dockercfg", &auths("reg.io", OK)), "reg.io/a"), vec!["kubelet ignores it"]),
    ]
}

#[rustfmt::skip]
fn mesos_and_dcos() -> Vec<Row> {
    const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let archive = |name| gzip(&tar(&[file(name, &user("u"))]));
    let whole = gzip(&tar(&[file(".docker/config.json", &config(&[("reg.io", "u"), ("quay.io", "q")]))]));
    let bare = sandbox(&[("config.json", b"{}")]);
    let none = sandbox(&[]);
    let packed = sandbox(&[("docker.tar.gz", &archive(".docker/config.json"))]);
    let own = sandbox(&[("docker.tar.gz", &archive(".docker/config.json")), ("config.json", b"not ours")]);
    let all = sandbox(&[("docker.tar.gz", &whole)]);
    let other = sandbox(&[(".docker/config.json", config(&[("quay.io", "q")]).as_bytes())]);
    let deimos = sandbox(&[(".dockercfg", user("u").as_bytes())]);
    let shared = sandbox(&[("docker_credentials", config(&[("quay.io", "q"), ("ghcr.io", "g")]).as_bytes())]);
    let shared_file = shared.path().join("docker_credentials");
    let agent = Resolver::builder().agent_flag(user("agent")).build().unwrap();
    let in_docker = |sandbox: &TempDir| {
        let resolver = mesos::docker_containerizer(&agent, Limits::default(), sandbox).unwrap();
        at(sandbox.path(), resolver.explain(&image_ref("reg.io/a")).to_string())
    };
    let no_agent = mesos::docker_containerizer(&Resolver::default(), Limits::default(), &none).unwrap();
    let in_sandbox = |sandbox: &TempDir| {
        at(sandbox.path(), page_of(Resolver::builder().sandbox_home(sandbox.path()), "reg.io/a"))
    };
    vec![
        ("M1", in_sandbox(&bare), vec!["docker.tar.gz to read; config.json is there, where Docker does not look",
            "hint: sandbox HOME, /dir: if config.json holds \"auths\", move it to .docker/config.json"]),
        ("M1", warnings_of_fetch(r#"{"uri": "https://x.io/config.json"}"#),
            vec!["set destPath to .docker/config.json"]),
        ("M2", in_sandbox(&none),
            vec!["sandbox HOME, /dir: holds no .docker/config.json, .dockercfg or docker.tar.gz",
            "Docker's HOME is the sandbox, so ~/.docker is not read"]),
        ("M2", at(none.path(), no_agent.explain(&image_ref("reg.io/a")).to_string()), vec![
            "let the task fetch docker.tar.gz into it", "so the agent's ~/.docker is not read"]),
        ("M3", at(shared.path(), page_of(Resolver::builder().cluster_file(&shared_file), "reg.io/a")), vec![
            "no key in any source is for the registry reg.io, only for \"quay.io\", \
            \"ghcr.io\"; log in: podman login --authfile /dir/docker_credentials reg.io"]),
        ("M4", { let tar = archive(".docker/config.json"); page_of(Resolver::builder().task_secret(tar),
            "reg.io/a") },
            vec!["answer: user name and password from task secret, (.docker/config.json)"]),
        ("M5", in_sandbox(&packed), vec!["from sandbox HOME, /dir/docker.tar.gz (.docker/config.json)"]),
        ("M5", warnings_of_fetch(r#"{"uri": "https://x.io/docker.tar.gz", "extract": false}"#), vec![
            "extract is false", "leave extract out"]),
        ("M6", warnings_of_fetch(r#"{"uri": "https://x.io/docker.tar.gz?sig=1"}"#), vec![
            "takes the query for a part of the name", "set destPath to docker.tar.gz"]),
        ("M7", { let page = in_sandbox(&packed);
            assert_eq!(fs::read_dir(&packed).unwrap().count(), 1, "nothing is unpacked to the disk"); page },
            vec!["answer: user name and password from sandbox HOME"]),
        ("M8", in_sandbox(&all),
            vec!["the task can read the credentials in sandbox HOME, /dir/docker.tar.gz (.docker/config.json) for \
            \"quay.io\", too; leave only \"reg.io\" in it"]),
        ("M9", page(r#"{"auths": {"reg.io": {}}, "credsStore": "osxkeychain"}"#, "reg.io/a"), vec![
            "absent \"reg.io\": holds no credential; credsStore leaves it to the helper \"osxkeychain\"",
            "podman login"]),
        ("M10", page(&auths(ECR, &entry("AWS:secret")), &format!("{ECR}/app")), vec![
            "hint: a password of Amazon ECR is valid for 12 hours, and this one does not say since when; remove \
            the entry and log in \
            with a new one to a new file and copy its entry to task secret: aws ecr get-login-password --region \
            eu-west-1 | podman \
            login --authfile new.json --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com"]),
        ("M10", page(&auths("gcr.io", &entry("oauth2accesstoken:ya29")), "gcr.io/p/app"), vec![
            "copy its entry to task secret: gcloud auth print-access-token | podman login"]),
        ("M10", page(&auths("acme.azurecr.io", r#"{"identitytoken": "t"}"#), "acme.azurecr.io/app"), vec![
            "copy its entry to task secret: az acr login --name acme --expose-token --output tsv --query \
            accessToken | podman login"]),
        ("M14", in_docker(&other), vec!["agent flag: not read, because there is a credential file in the sandbox",
            "hint: a credential file in the sandbox hides the credential of agent flag, key \"reg.io\"; add the \
            key to"]),
        ("M15", error("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), vec!["certificate",
            "certs.d"]),
        ("M17", at(deimos.path(), page_of(Resolver::builder().home(deimos.path()), "reg.io/a")), vec![
            "answer: user name and password from sandbox HOME, /dir/.dockercfg, key \"reg.io\""]),
        ("M18", in_sandbox(&own), vec!["sandbox HOME, /dir/docker.tar.gz (.docker/config.json)", "wins \"reg.io\""]),
    ]
}

/// The files of other programs, and a healthy page: no hint where none applies.
#[test]
fn a_healthy_hit_has_no_hint() {
    let fresh = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln"; // 2100
    let alone = sandbox(&[(".docker/config.json", user("u").as_bytes())]);
    // Two namespaces of one registry are one credential each, not two for the same images.
    let files = [
        config(&[("reg.io", "u"), ("quay.io", "q"), ("reg.io/team", "t")]),
        format!(r#"{{"auths": {{"reg.io": {{"identitytoken": "{fresh}"}}}}}}"#),
        r#"{"auths": {"reg.io": {"auth": "dTpw"}}, "credHelpers": {"quay.io": "gcloud"}}"#
            .to_owned(),
        kubernetes(".dockerconfigjson", &user("u")),
        kubernetes(".dockercfg", &format!(r#"{{"reg.io": {OK}}}"#)),
        config(&[("reg.io", "u"), ("https://reg.io", "u")]), // one credential, written twice
        r#"{"auths": {"reg.io": {"auth": "QVdTOnA="}}}"#.to_owned(), // AWS, on a registry that is not Amazon's
    ];
    check_rows(files, |file| {
        let explained = secret(&*file).unwrap().explain(&image_ref("reg.io/a"));
        assert!(explained.is_found() && explained.hints().len() == 0, "{file}\n{explained}");
    });
    let resolver = Resolver::builder().sandbox_home(alone.path()).build().unwrap();
    assert_eq!(resolver.explain(&image_ref("reg.io/a")).hints().len(), 0);
}

/// Each key that a hint names for an image covers it.
#[test]
fn the_keys_that_hints_name_cover_the_image() {
    let keys = [
        "reg.io:5000",
        "reg.io/x",
        "io.reg.io",
        "*.reg.io",
        "*.*.reg.io",
        "reg.io",
        "docker.com",
        "hub.docker.com",
        "*.io",
        "*.docker.io",
        "amazonaws.com",
        "*.amazonaws.com",
        "*.eu-west-1.amazonaws.com",
        "reg.io:5000/team",
    ];
    let images = [
        "reg.io/team/app",
        "reg.io:5000/team/app",
        "a.reg.io/app",
        "a.b.reg.io:81/app",
        "nginx",
        "team/app",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
        "123456789012.dkr.ecr-fips.us-gov-east-1.amazonaws.com:1/a",
        "localhost/app",
        "[::1]:5000/app",
    ];
    let mut named = 0;
    for (key, image) in keys.iter().flat_map(|key| images.map(|image| (key, image))) {
        let explained = secret(config(&[(key, "u")])).unwrap().explain(&image_ref(image));
        for hint in explained.hints() {
            let Some((_, needed)) = hint.split_once("; add the key ") else { continue };
            let needed = needed.strip_suffix(" to task secret").unwrap_or(needed);
            for needed in needed.split(" or ") {
                let resolver = secret(config(&[(needed.trim_matches('"'), "u")])).unwrap();
                assert!(
                    resolver.resolve(&image_ref(image)).is_some(),
                    "{needed} for {image}: {hint}"
                );
                named += 1;
            }
        }
    }
    assert!(named > 30, "{named}");
}

/// A file may be added to only where a program would write it.
#[test]
fn commands_name_the_file_that_was_read() {
    let home = sandbox(&[(".docker/config.json", br#"{"auths": {"q.io": {}}}"#)]);
    let spaced = sandbox(&[
        ("it's here/config.json", br#"{"auths": {"q.io": {}}}"#),
        ("a b", b"{}"),
        ("old", b"{\"q.io\": {}}"),
    ]);
    let with_store = sandbox(&[("config.json", br#"{"credsStore": "pass"}"#)]);
    // In a file without entries, `docker login` turns on the helper of the system.
    let empty = sandbox(&[("config.json", b"{}")]);
    let at_cluster = |path: &Path| Resolver::builder().cluster_file(path);
    let home_of = |home: &TempDir| Resolver::builder().home(home.path());
    // source, image, directory, command
    #[rustfmt::skip]
    let rows = [
        (home_of(&home), "reg.io/a", &home, "docker --config /dir/.docker login reg.io"),
        (home_of(&home), "nginx", &home, "docker --config /dir/.docker login"),
        (at_cluster(&spaced.path().join("it's here/config.json")), "reg.io/a", &spaced,
            r"docker --config '/dir/it'\''s here' login reg.io"),
        (at_cluster(&spaced.path().join("a b")), "nginx", &spaced, "podman login --authfile '/dir/a b' docker.io"),
        (at_cluster(&spaced.path().join("old")), "reg.io/a", &spaced, "podman login --authfile new.json reg.io"),
        (at_cluster(&with_store.path().join("config.json")), "reg.io/a", &with_store,
            "podman login --authfile /dir/config.json reg.io"),
        (at_cluster(&empty.path().join("config.json")), "reg.io/a", &empty,
            "podman login --authfile /dir/config.json reg.io"),
        (Resolver::builder().task_secret("{}"), "[::1]:5000/a",
            &home, "podman login --authfile new.json '[::1]:5000'"),
    ];
    check_rows(rows, |(builder, image, directory, command)| {
        let page = at(directory.path(), page_of(builder, image));
        let command = format!(": {command}\n");
        assert!(page.contains(&command), "no {command:?} in\n{page}");
    });
}

/// A registry in an unknown field changes nothing but the hint.
#[test]
fn unknown_fields_still_break_nothing() {
    let files = [
        r#"{"auths": {}, "x": {"reg.io": "\ud800", "auths": {"reg.io": 1e999}}}"#.to_owned(),
        format!(r#"{{"x": {}1{}}}"#, r#"{"auths":"#.repeat(100), "}".repeat(100)),
        r#"{"x": {"\ud800": {"reg.io": {}}}}"#.to_owned(),
        r#"{"x": {"$serde_json::private::RawValue": "{\"reg.io\": {}}"}}"#.to_owned(),
    ];
    check_rows(files, |file| {
        let read = CredentialFile::parse(file.as_bytes()).unwrap();
        assert_eq!((read.entries().count(), read.warnings().len()), (0, 0), "{file}");
        let resolver = Resolver::builder().add(Level::AgentFlag, file).build().unwrap();
        assert!(resolver.resolve(&image_ref("reg.io/a")).is_none());
    });
}

/// A remedy that is followed leads to the answer that it promises.
#[test]
fn remedies_hold_for_the_entry_that_answered() {
    let token = format!(r#"{{"identitytoken": "{EXPIRED}"}}"#);
    let newline = entry("u:p\n");
    // the auths of /dir/config.json, image, in a hint, not in one, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, &str, &str)] = &[
        (r#""reg.io/team": {"auth": "!"}"#, "reg.io/team/app",
            "podman login --authfile /dir/config.json reg.io/team\n",
            "docker", "the key of the entry, which docker login cannot write"),
        (r#""reg.io/team": EXP"#, "reg.io/team/app", "reg.io/team\n", "docker", "expired"),
        (r#""reg.io/team": NEWLINE"#, "reg.io/team/app", "reg.io/team\n", "docker", "a newline"),
        (r#""docker.io/library": {"auth": "!"}"#, "nginx", "docker.io/library\n", "docker --",
            "a namespace of Docker Hub"),
        (r#""reg.io": {"auth": "!"}, "q.io": {}"#, "reg.io/a",
            "remove it and log in again: docker --config /dir login reg.io\n", "podman", "docker login writes the same key"),
        (r#""reg.io": {"auth": "!"}"#, "reg.io/a", "podman login --authfile /dir/config.json reg.io\n", "docker --",
            "without an entry, docker login turns on the helper of the system"),
        (r#""reg.io": NEWLINE, "q.io": {}"#, "reg.io/a",
            "remove the entry and log in again: docker --config /dir login reg.io\n", "podman", "a newline"),
        (r#""reg.io": {"auth": "dTpwCg==", "identitytoken": "t"}"#, "reg.io/a", "", "newline",
            "the password is not used"),
        (r#""reg.io": OK, "reg.io": {"auth": "!"}"#, "reg.io/a", "without it and its duplicates, the image is pulled",
            "docker.io",
            "an earlier entry of the same key would count"),
        (r#""https://reg.io": OTHER, "reg.io": OK, "reg.io": {"auth": "dTpx"}"#, "reg.io/a",
            "remove every entry \"reg.io\" from", "docker.io", "an earlier entry of the same key would count"),
        (r#""notreg.io/Team": OK"#, "reg.io/app", "no key in any source", "notreg.io/Team",
            "another host (DESIGN 3.1)"),
        (r#""reg.io.evil.com/X": OK"#, "reg.io/x", "no key in any source", "can match no image", "another host"),
        (r#""mirror.example.com/docker.io/Library": OK"#, "nginx", "no key in any source", "can match no image",
            "another host"),
        (r#""index.docker.io/Library": OK"#, "nginx", "can match no image: \"index.docker.io/Library\"",
            "no key in any",
            "another name of the same host"),
        (r#""hunter2pass": OK"#, "reg.io/x", "nor for any other", "hunter2pass", "a key that is not a registry"),
    ];
    check_rows(table, |(auths, image, part, other, rule)| {
        let directory = tempfile::tempdir().unwrap();
        let auths = auths.replace("OK", OK).replace("EXP", &token).replace("NEWLINE", &newline);
        let auths = auths.replace("OTHER", &entry("other:p"));
        put(&directory, "config.json", format!(r#"{{"auths": {{{auths}}}}}"#));
        let path = directory.path().join("config.json");
        let page = at(directory.path(), page_of(Resolver::builder().cluster_file(path), image));
        let hints: String =
            page.split_inclusive('\n').filter(|l| l.starts_with("  hint: ")).collect();
        assert!(
            hints.contains(part) && (other.is_empty() || !hints.contains(other)),
            "{rule}: {auths}\n{page}"
        );
    });
}

/// The fields of a file beside `auths`, and the helper that Docker asks.
#[test]
fn hints_do_not_claim_what_docker_does_not_do() {
    // file, image, in a hint, not in one, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"auths": {"reg.io": OK}, "credsStore": "pass", "credHelpers": {"reg.io": ""}}"#, "reg.io/a", "", "asks",
            "an empty name: from the file"),
        (r#"{"auths": {"reg.io": OK}, "credHelpers": {"*.io": "x"}}"#, "reg.io/a", "", "asks", "Docker knows no *"),
        (r#"{"auths": {"reg.io": OK}, "credHelpers": {"https://reg.io": "x"}}"#, "reg.io/a", "", "asks",
            "by the text of keys"),
        (r#"{"auths": {"docker.io": OK}, "credHelpers": {"https://index.docker.io/v1/": "x"}}"#, "nginx", "asks",
            "docker.io;",
            "by the text of keys"),
        (r#"{"auths": {"reg.io": {"auth": "!"}}, "credHelpers": {"reg.io": "ecr-login"}}"#, "reg.io/x",
            "to a new file", "docker",
            "a login would write to the helper"),
        (r#"{"auths": {}, "mirrors": {"quay.io": {"endpoint": ["https://m"]}}}"#, "quay.io/x",
            "no key in any source", "mirrors",
            "not a credential"),
        (r#"{"auths": {}, "MyProxies": {"quay.io": "http://proxy"}}"#, "quay.io/x", "no key in any source",
            "MyProxies",
            "not a credential"),
        (r#"{"auths": {}, "SuperSecretHunter": {"quay.io": OK}}"#, "quay.io/x", "is in a field that is ignored",
            "Hunter",
            "a name that may be a password"),
        (r#"{"auth": {"quay.io": "dTpw"}}"#, "quay.io/x", "is in the field \"auth\"", "no key", "a text"),
    ];
    check_rows(table, |(file, image, part, other, rule)| {
        let page = page_of(flag(file), image);
        let hints: String = page.lines().filter(|l| l.starts_with("  hint: ")).collect();
        assert!(hints.contains(part) && !hints.contains(other), "{rule}: {file}\n{page}");
    });
}

/// A source that a sandbox hides is mentioned only if it would answer.
#[test]
fn a_hidden_credential_is_one_that_would_answer() {
    let other = sandbox(&[(".docker/config.json", config(&[("quay.io", "q")]).as_bytes())]);
    let blocked = Resolver::builder().agent_flag(r#"{"auths": {"reg.io": {"auth": "!"}}}"#);
    let blocked = blocked.add(Level::ClusterFile, user("cluster")).build().unwrap();
    let resolver = mesos::docker_containerizer(&blocked, Limits::default(), &other).unwrap();
    let page = resolver.explain(&image_ref("reg.io/a")).to_string();
    assert!(!page.contains("hides the credential"), "{page}");
}

/// Dropping a chain of resolvers must not recurse.
#[test]
fn hidden_sources_do_not_chain() {
    let other = sandbox(&[(".docker/config.json", br#"{"auths": {"q.io": {}}}"#)]);
    let chain = (0..5_000).fold(Resolver::default(), |agent, _| {
        let over = Resolver::builder().task_secret("{}").base(&agent).build().unwrap();
        mesos::docker_containerizer(&over, Limits::default(), &other).unwrap()
    });
    std::thread::Builder::new()
        .stack_size(128 * 1024)
        .spawn(|| drop(chain))
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_hint_has_an_end_and_no_control_characters() {
    let strange = sandbox(&[]);
    let directory = strange.path().join("a\u{202E}b\u{2028}  answer: x");
    fs::create_dir(&directory).unwrap();
    put(&directory, "config.json", auths("quay.io", OK));
    let page = page_of(Resolver::builder().cluster_file(directory.join("config.json")), "reg.io/a");
    assert!(!page.contains(['\u{202E}', '\u{2028}']), "{page:?}");
    let host = format!("{}io", "a.".repeat(100_000));
    let file = auths(&host, &format!(r#"{{"identitytoken": "{EXPIRED}"}}"#));
    let explained = secret(file).unwrap().explain(&image_ref(&format!("{host}/a"))).clone();
    let longest = explained.hints().map(str::len).max().unwrap();
    assert!(longest < 4_000, "{longest}");
}

/// A helper is mentioned only if it would be asked.
#[test]
fn helpers_in_hints_are_those_that_would_be_asked() {
    let helper = "credential may be in a helper";
    // agent flag, in a hint, not in one
    let table = [
        (r#"{"credsStore": "x", "credHelpers": {"reg.io": ""}}"#, "no key in any source", helper),
        (
            r#"{"credsStore": "a", "credHelpers": {"reg.io": "b"}}"#,
            "the helper \"b\"",
            "the helper \"a\"",
        ),
        (r#"{"credsStore": "a", "auths": {"reg.io": 1}}"#, helper, "anonymously"),
    ];
    check_rows(table, |(file, part, other)| {
        let page = page_of(flag(file), "reg.io/a");
        let hints: String = page.lines().filter(|l| l.starts_with("  hint: ")).collect();
        assert!(hints.contains(part) && !hints.contains(other), "{file}\n{page}");
    });
    // podman does not ask `credsStore`, and Docker does not read podman's files.
    let file = auths("reg.io", OK).replace("}}}", "}}, \"credsStore\": \"pass\"}");
    let podman = Resolver::builder().add(Level::UserAuthFile, file).build().unwrap();
    assert_eq!(podman.explain(&image_ref("reg.io/a")).hints().len(), 0);
}
