//! One scenario for each document that describes how a platform passes credentials, from end to
//! end: its own definitions, its own commands, and the answer that it promises.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use regcred::marathon::{self, Resolved};
use regcred::mesos::{self, DockerRegistry};
use regcred::{ImageRef, Level, Limits, Resolver, certs, dcos};

use crate::support::{answer, base64, check_rows, image_ref, texts};

/// `docker login some.docker.host.com` as foo, since Docker 1.7 and before.
fn logged_in(home: &Path, host: &str, user: &str) {
    let auth = base64(format!("{user}:secret"));
    let entry = format!(r#"{{"{host}": {{"auth": "{auth}", "email": "{user}@bar.com"}}}}"#);
    fs::create_dir_all(home.join(".docker")).unwrap();
    fs::write(home.join(".docker/config.json"), format!(r#"{{"auths": {entry}}}"#)).unwrap();
    fs::write(home.join(".dockercfg"), entry).unwrap();
}

/// `cd ~; tar -czf docker.tar.gz .docker`, as in all of the documents. `None` without a `tar`.
fn packed(home: &Path) -> Option<String> {
    let tar =
        Command::new("tar").args(["-czf", "docker.tar.gz", ".docker"]).current_dir(home).output();
    let tar = match tar {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        tar => tar.unwrap(),
    };
    assert!(tar.status.success(), "{tar:?}");
    // "Verify that both files are in the archive."
    let listed =
        Command::new("tar").args(["-tvf", "docker.tar.gz"]).current_dir(home).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains(" .docker/\n") && listed.contains(" .docker/config.json\n"),
        "{listed}"
    );
    Some(home.join("docker.tar.gz").to_str().unwrap().to_owned())
}

/// The one container of a definition, without secrets, over an agent that has nothing.
fn resolved(definition: &str) -> Resolved {
    let agent = Resolver::builder().build().unwrap();
    let no_secrets = |_: &str| Err(io::ErrorKind::NotFound.into());
    let answers = marathon::resolvers(definition.as_bytes(), &agent, Limits::default(), no_secrets);
    let mut answers = answers.unwrap();
    assert_eq!(answers.len(), 1);
    answers.remove(0).unwrap()
}

/// Deimos: "copy the .dockercfg file to a specific path on each of your slaves and export $HOME",
/// `export HOME=/` with `.dockercfg` in `/`.
#[test]
fn deimos_with_home_exported_on_the_slave() {
    let root = tempfile::tempdir().unwrap();
    let auth = base64("foo:secret");
    fs::write(
        root.path().join(".dockercfg"),
        format!(
            r#"{{"https://index.docker.io/v1/": {{"auth": "{auth}", "email": "foo@bar.com"}}}}"#
        ),
    )
    .unwrap();
    let slave = Resolver::builder().home(root.path()).build().unwrap();
    assert_eq!(answer(&slave, "private/image"), "foo:secret");
    assert_eq!(answer(&slave, "quay.io/private/image"), "-", "limited to what is in the file");

    // "It is common for $HOME to not be set."
    let slave = Resolver::builder().home(None).build().unwrap();
    assert_eq!(answer(&slave, "private/image"), "-");
    assert!(slave.warnings()[0].to_string().contains("HOME is not set"), "{:?}", slave.warnings());
}

/// Marathon, Docker before 1.6: "add a .dockercfg to the uris field of your app".
#[test]
fn marathon_app_with_dockercfg_in_uris() {
    let home = tempfile::tempdir().unwrap();
    logged_in(home.path(), "some.docker.host.com", "foo");
    let definition = format!(
        r#"{{
            "id": "/some/name/or/id", "cpus": 1, "mem": 1024, "instances": 1,
            "container": {{"type": "DOCKER", "docker": {{
                    "image": "some.docker.host.com/namespace/repo", "network": "HOST"}}}},
            "uris": ["file://{}/.dockercfg"]
        }}"#,
        home.path().display()
    );
    let Resolved { container, resolver, .. } = resolved(&definition);
    assert_eq!(answer(&resolver, container.image().unwrap()), "foo:secret");
    assert!(container.warnings().is_empty() && resolver.warnings().is_empty());
    let auth = resolver.resolve(&ImageRef::parse(container.image().unwrap()).unwrap()).unwrap();
    assert_eq!(auth.origin().level(), Level::SandboxHome);

    // "The $HOME environment variable will then be set to the same value as $MESOS_SANDBOX."
    let sandbox = tempfile::tempdir().unwrap();
    fs::copy(home.path().join(".dockercfg"), sandbox.path().join(".dockercfg")).unwrap();
    let agent = Resolver::builder().build().unwrap();
    let fetched =
        container.resolver_in_sandbox(&agent, Limits::default(), &sandbox, |_| unreachable!());
    assert_eq!(answer(&fetched.unwrap(), container.image().unwrap()), "foo:secret");
}

/// Marathon and DC/OS, Docker 1.6 and up: "compress your .docker folder", then `uris` or `fetch`.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn marathon_app_with_docker_tar_gz() {
    let home = tempfile::tempdir().unwrap();
    logged_in(home.path(), "some.docker.host.com", "foo");
    let Some(archive) = packed(home.path()) else { return };
    // field, warning, rule
    #[rustfmt::skip]
    let table = [
        (format!(r#""uris": ["file://{archive}"]"#), "", "Marathon 1.4"),
        (format!(r#""fetch": [{{"uri": "file://{archive}"}}]"#), "", "DC/OS 2.1"),
        (format!(r#""fetch": [{{"uri": "file://{archive}", "extract": false}}]"#), "extract is false",
            "Docker does not find it"),
    ];
    check_rows(table, |(field, warning, rule)| {
        let definition = format!(
            r#"{{
                "id": "/some/name/or/id", "cpus": 1, "mem": 1024, "instances": 1,
                "container": {{"type": "DOCKER", "docker": {{"image": "some.docker.host.com/namespace/repo"}}}},
                {field}
            }}"#
        );
        let Resolved { container, resolver, .. } = resolved(&definition);
        assert_eq!(answer(&resolver, container.image().unwrap()), "foo:secret", "{rule}");
        let told = texts(container.warnings());
        assert_eq!(told.is_empty(), warning.is_empty(), "{rule}: {told:?}");
        assert!(told.join("").contains(warning), "{rule}: {told:?}");
    });

    // The fetcher leaves the archive and its members in the sandbox.
    let sandbox = tempfile::tempdir().unwrap();
    fs::copy(&archive, sandbox.path().join("docker.tar.gz")).unwrap();
    let untar = Command::new("tar").args(["-xzf", "docker.tar.gz"]).current_dir(&sandbox).status();
    assert!(untar.unwrap().success());
    let agent = Resolver::builder().build().unwrap();
    let as_docker = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path()).unwrap();
    assert_eq!(answer(&as_docker, "some.docker.host.com/namespace/repo"), "foo:secret");

    // A pod that fetches it pulls anonymously, despite the manual, with a warning.
    let pod = format!(
        r#"{{"id": "/pod", "containers": [{{
            "name": "a", "image": {{"kind": "DOCKER", "id": "some.docker.host.com/namespace/repo"}},
            "artifacts": [{{"uri": "file://{archive}"}}]}}]}}"#
    );
    let Resolved { container, resolver, .. } = resolved(&pod);
    assert_eq!(answer(&resolver, container.image().unwrap()), "-");
    assert!(container.warnings()[0].to_string().contains("never looks into the sandbox"));
}

/// The store of the documents: one secret, a `config.json` for Docker Hub.
fn store(path: &'static str) -> impl FnMut(&str) -> io::Result<Vec<u8>> {
    move |source| {
        if source != path {
            return Err(io::ErrorKind::NotFound.into());
        }
        let auth = base64("myuser@domain.com:hard-to-guess-password");
        let key = "https://index.docker.io/v1/";
        Ok(format!(r#"{{"auths": {{"{key}": {{"auth": "{auth}", "email": "<your-email>"}}}}}}"#)
            .into())
    }
}

/// Marathon 1.5: "upload your private Docker registry credentials to a secret store, then reference
/// them in your app".
#[test]
fn marathon_app_with_a_pull_secret() {
    let definition = r#"{
        "id": "/mesos-docker",
        "container": {
            "docker": {"image": "mesosphere/inky", "pullConfig": {"secret": "pullConfigSecret"}},
            "type": "MESOS"
        },
        "secrets": {"pullConfigSecret": {"source": "/mesos-docker/pullConfig"}},
        "args": ["hello"], "cpus": 0.2, "mem": 16.0, "instances": 1
    }"#;
    let agent = Resolver::builder()
        .agent_flag(r#"{"auths": {"docker.io": {"auth": "YWdlbnQ6cHc="}}}"#)
        .build()
        .unwrap();
    let answers = |definition: &str, store| {
        marathon::resolvers(definition.as_bytes(), &agent, Limits::default(), store)
            .unwrap()
            .remove(0)
    };
    let Resolved { container, resolver, .. } =
        answers(definition, store("/mesos-docker/pullConfig")).unwrap();
    let expected = "myuser@domain.com:hard-to-guess-password";
    assert_eq!(answer(&resolver, container.image().unwrap()), expected);

    // "container.type must be MESOS."
    let rows = [
        (r#""type": "MESOS""#, r#""type": "DOCKER""#),
        (
            r#"},
            "type": "MESOS""#,
            "}",
        ),
    ];
    check_rows(rows, |(from, to)| {
        let definition = definition.replace(from, to);
        assert!(!definition.contains("MESOS"), "{definition}");
        let error =
            answers(&definition, store("/mesos-docker/pullConfig")).unwrap_err().to_string();
        let expected =
            "/container/docker/pullConfig: pullConfig is not supported with Docker containerizer";
        assert!(error.contains(expected), "{error}");
    });
    // A missing secret is an error; the agent's credential is not used instead.
    let error = answers(definition, store("/elsewhere")).unwrap_err().to_string();
    assert!(
        error.contains("pullConfigSecret") && error.contains("/mesos-docker/pullConfig"),
        "{error}"
    );
}

/// The same for a pod: each container has its own secret.
#[test]
fn marathon_pod_with_a_pull_secret() {
    let definition = r#"{
        "id": "/simple-pod",
        "scaling": {"kind": "fixed", "instances": 1},
        "containers": [
            {
                "name": "simpletask1",
                "exec": {"command": {"shell": "env && sleep 1000"}},
                "resources": {"cpus": 0.1, "mem": 32},
                "image": {"kind": "DOCKER", "id": "nginx", "pullConfig": {"secret": "pullConfigSecret"}},
                "endpoints": [{"name": "web", "containerPort": 80, "protocol": ["http"]}],
                "healthCheck": {"http": {"endpoint": "web", "path": "/ping"}}
            },
            {"name": "sidecar", "image": {"kind": "Docker", "id": "nginx"}}
        ],
        "networks": [{"mode": "host"}],
        "secrets": {"pullConfigSecret": {"source": "/pod/pullConfig"}}
    }"#;
    let agent = Resolver::builder().build().unwrap();
    let answers = marathon::resolvers(
        definition.as_bytes(),
        &agent,
        Limits::default(),
        store("/pod/pullConfig"),
    );
    let answers: Vec<Resolved> = answers.unwrap().into_iter().map(Result::unwrap).collect();
    let told: Vec<(Option<&str>, String)> = answers
        .iter()
        .map(|a| (a.container.name(), answer(&a.resolver, a.container.image().unwrap())))
        .collect();
    let expected = "myuser@domain.com:hard-to-guess-password".to_owned();
    assert_eq!(told, [(Some("simpletask1"), expected), (Some("sidecar"), "-".to_owned())]);
}

/// Mesos: `--docker_config` as `file://`, as a path, and as JSON.
#[test]
fn mesos_agent_flag_as_file_and_as_json() {
    let json =
        r#"{"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz", "email": "x@y.z"}}}"#;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker_config.json");
    fs::write(&path, json).unwrap();
    // the flag, what Mesos does with it, rule
    #[rustfmt::skip]
    let table = [
        (format!("file://{}", path.display()), "", "MESOS_DOCKER_CONFIG=file:///…"),
        (path.to_str().unwrap().to_owned(), "is deprecated", "--docker_config=/…"),
        (json.to_owned(), "in the process list", "--docker_config={…}"),
    ];
    check_rows(table, |(flag, note, rule)| {
        let agent = Resolver::builder().agent_flag(&*flag).build().unwrap();
        assert_eq!(answer(&agent, "busybox"), "user:pass", "{rule}");
        assert_eq!(answer(&agent, "docker.io.attacker.example/busybox"), "-", "{rule}");
        let notes = mesos::check_docker_config(&flag, Limits::default()).unwrap();
        let notes: Vec<String> = notes.iter().map(|note| note.to_string()).collect();
        assert!(notes.iter().any(|told| told.contains(note)), "{rule}: {notes:?}");
        assert!(
            notes.iter().any(|told| told.contains("every registry with docker.io")),
            "{notes:?}"
        );
    });
}

/// DC/OS: "with the following configuration, DC/OS will create a credentials file with a blank
/// configuration"; "the file can be modified after installation"; "the agent service must be
/// restarted"; "an empty file or invalid configuration will prevent the agent service from
/// starting".
#[test]
fn dcos_cluster_file_blank_and_filled() {
    let parameters = dcos::Parameters::new([
        ("cluster_docker_credentials", "{}"),
        ("cluster_docker_credentials_enabled", "true"),
        ("cluster_docker_credentials_write_to_etc", "true"),
        ("cluster_docker_credentials_dcos_owned", "false"),
        ("cluster_docker_registry_url", "https://registry.example.com"),
    ])
    .unwrap();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join(parameters.agent_file().unwrap().trim_start_matches('/'));
    let agent = || Resolver::builder().cluster_file(&file).build();
    assert!(
        agent().is_err() && dcos::check_file(&file, Limits::default()).stops_agent(),
        "nobody has written it yet"
    );

    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, parameters.contents().unwrap()).unwrap();
    let image = parameters.docker_registry().unwrap().image("team/app").unwrap().unwrap();
    assert!(!dcos::check_file(&file, Limits::default()).stops_agent());
    assert!(agent().unwrap().resolve(&image).is_none(), "blank");

    let key = "https://registry.example.com/v1/";
    fs::write(&file, format!(r#"{{"auths": {{"{key}": {{"auth": "{}"}}}}}}"#, base64("foo:bar")))
        .unwrap();
    assert!(!dcos::check_file(&file, Limits::default()).stops_agent());
    assert_eq!(answer(&agent().unwrap(), &image.to_string()), "foo:bar", "filled, for all tasks");
    assert_eq!(answer(&agent().unwrap(), "registry.example.com/team/app"), "foo:bar");
    assert_eq!(parameters.docker_registry().unwrap().mesos_key(), Some("registry.example.com:443"));
    let warned = parameters.warnings()[0].to_string();
    assert!(
        warned.contains("each installation overwrites"),
        "and the next one empties it: {warned}"
    );

    check_rows(["", "foo", "{"], |broken| {
        fs::write(&file, broken).unwrap();
        assert!(
            agent().is_err() && dcos::check_file(&file, Limits::default()).stops_agent(),
            "{broken:?}"
        );
    });

    // The manual's example writes "auth: foo": DC/OS accepts it, but no login can use it.
    let filled =
        format!(r#"{{"auths": {{"{key}": {{"auth": "foo", "email": "user@example.com"}}}}}}"#);
    let parameters = dcos::Parameters::new([
        ("cluster_docker_credentials", &*filled),
        ("cluster_docker_credentials_enabled", "true"),
    ]);
    let parameters = parameters.unwrap();
    assert_eq!(parameters.agent_file(), Some(dcos::DCOS_OWNED_FILE));
    fs::write(&file, parameters.contents().unwrap()).unwrap();
    let check = dcos::check_file(&file, Limits::default());
    assert!(!check.stops_agent() && check.unused().is_empty(), "Mesos sends it: {check}");
    assert!(
        check.to_string().contains("decodes to"),
        "the manual's auth is no user:password: {check}"
    );
}

/// DC/OS: the CA of `registry.mycompany.com:5000` goes to
/// `/etc/docker/certs.d/<registry_name>:<registry_port>/ca.crt`.
#[test]
fn dcos_private_ca() {
    let root = tempfile::tempdir().unwrap();
    let certs_d = root.path().join(certs::DOCKER.trim_start_matches('/'));
    // sudo mkdir -p …; sudo cp /path/to/ca.crt …
    fs::create_dir_all(certs_d.join("registry.mycompany.com:5000")).unwrap();
    fs::write(certs_d.join("registry.mycompany.com:5000/ca.crt"), "CA").unwrap();
    let image = image_ref("registry.mycompany.com:5000/team/app:1");
    let found = certs::find(image.registry_as_written(), [&certs_d]).unwrap();
    assert_eq!(found.authorities(), [certs_d.join("registry.mycompany.com:5000/ca.crt")]);
    assert!(found.clients().is_empty());
    let registry = DockerRegistry::parse("https://registry.mycompany.com:5000").unwrap();
    assert_eq!(certs::find(registry.registry().unwrap(), [&certs_d]).unwrap(), found);
}
