//! Exported files, read by the clients that they are for: each sends what this crate resolves.

use regcred::{Client as Reader, Credential, Error, ImageRef, Resolver};
use serde_json::json;

use crate::check_rows::check_rows;
use crate::client::Client;
use crate::program::{end_pause, path_with_examples, put, run, scratch};
use crate::recorder::{Challenge, Recorder};

/// A stack of two levels, in which the stronger one has no key for a whole registry.
fn resolver() -> Resolver {
    let task = json!({"auths": {
        "docker.io/team": {"username": "hub team", "password": "p"},
        "reg.io/team": {"username": "team", "password": "p:\"\\é>?"},
        "*.glob.io": {"username": "glob", "password": "p"},
        "empty.io": {"username": "", "password": "p"},
        "token.io": {"identitytoken": "t"},
        "named.io": {"username": "u", "identitytoken": "t"},
        "bearer.io": {"registrytoken": "r"},
        "colon.io": {"username": "a:b", "password": "p"},
    }});
    let agent = json!({"auths": {
        "https://index.docker.io/v1/": {"username": "hub", "password": "p"},
        "https://reg.io/v2/": {"username": "reg", "password": "p"},
        "reg.io:5000": {"username": "port", "password": "p"},
    }});
    let builder = Resolver::builder().task_secret(task.to_string()).agent_flag(agent.to_string());
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

/// The answer of this crate, in a word of [`Recorder::credential`].
fn answer(resolver: &Resolver, image: &ImageRef<'_>) -> String {
    let Some(auth) = resolver.resolve(image) else { return "-".to_owned() };
    match auth.credential() {
        Credential::Basic { username, password } => format!("{username}:{password}"),
        Credential::IdentityToken { token, .. } => format!("identity:{token}"),
        Credential::RegistryToken { token } => format!("registry:{token}"),
        other => panic!("unknown {other:?}"),
    }
}

/// A credential is for no image outside the scope of its key, where the client knows scopes.
#[test]
fn podman_sends_nothing_for_other_images() {
    let resolver = resolver();
    let recorder = Recorder::start(Challenge::Basic);
    // exported image, pulled image
    let table = [
        ("reg.io/team/app", "reg.io/other/app"),
        ("reg.io/team/app", "reg.io/teams"),
        ("reg.io/app", "reg.io:5000/app"),
        ("docker.io/team/app", "docker.io/library/nginx"),
        ("a.glob.io/app", "b.glob.io/app"),
    ];
    check_rows(table, |(exported, pulled)| {
        let exported = ImageRef::parse(exported).expect(exported);
        let export = resolver.export([&exported], Reader::Podman).unwrap_or_else(|e| panic!("{e}"));
        for client in [Client::Podman, Client::Skopeo] {
            let home = scratch();
            let written = export.write_directory(home.path().join(".docker"));
            written.unwrap_or_else(|error| panic!("{error}"));
            let ended = run(&mut client.pull(home.path(), pulled, &recorder), "");
            end_pause(home.path());
            let sent = recorder.credential();
            assert_eq!(sent.as_deref(), Some("-"), "{client:?}: {pulled}: {}", ended.output);
        }
    });
}

/// Without an entry, Docker would ask the helper of its system.
#[test]
fn docker_sends_nothing_for_an_anonymous_image() {
    let image = ImageRef::parse("other.io/app").expect("an image");
    let export = resolver().export([&image], Reader::Docker).unwrap_or_else(|e| panic!("{e}"));
    let recorder = Recorder::start(Challenge::Basic);
    let home = scratch();
    // The helper that Docker finds if `pass` is there.
    let helper = "#!/bin/sh\necho '{\"Username\": \"mine\", \"Secret\": \"s\"}'\n";
    for name in ["pass", "docker-credential-pass"] {
        let path = put(home.path(), &format!("bin/{name}"), helper);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(path, mode).expect("the mode of a file of the test");
    }
    let search_path = format!("{}:{}", home.path().join("bin").display(), path_with_examples());
    for (name, expected) in [(".docker", "-"), ("nothing", "mine:s")] {
        match expected {
            "-" => export.write_directory(home.path().join(name)).unwrap_or_else(|e| panic!("{e}")),
            _ => drop(put(&home.path().join(name), "config.json", r#"{"auths": {}}"#)),
        }
        let mut pull = Client::Docker.pull(home.path(), "other.io/app", &recorder);
        pull.env("PATH", &search_path).env("DOCKER_CONFIG", home.path().join(name));
        let ended = run(&mut pull, "");
        assert_eq!(recorder.credential().as_deref(), Some(expected), "{name}: {}", ended.output);
    }
}

#[test]
fn clients_send_what_is_resolved() {
    // images of one export, the clients that it is refused for
    #[rustfmt::skip]
    let table: &[(&[&str], &[Reader])] = &[
        (&["docker.io/library/nginx"], &[]),
        (&["docker.io/team/app"], &[Reader::Docker]),
        (&["docker.io/library/nginx", "docker.io/team/app"], &[Reader::Docker]),
        (&["registry-1.docker.io/library/nginx"], &[]),
        (&["reg.io/team/app", "reg.io:5000/app", "other.io/app"], &[]),
        (&["reg.io/app", "reg.io:443/app"], &[]),
        (&["reg.io/team/app", "reg.io/app"], &[Reader::Docker]),
        (&["a.glob.io/app"], &[]),
        (&["empty.io/app"], &[Reader::Docker]),
        (&["token.io/app", "named.io/app"], &[]),
        (&["bearer.io/app"], &[Reader::Podman]),
        (&["colon.io/app"], &[Reader::Podman]),
    ];
    let resolver = resolver();
    let recorders = [Recorder::start(Challenge::Basic), Recorder::start(Challenge::Bearer)];
    let clients = [
        (Client::Docker, Reader::Docker),
        (Client::Podman, Reader::Podman),
        (Client::Skopeo, Reader::Podman),
    ];
    let rows = table.iter().flat_map(|row| clients.map(|client| (row, client)));
    check_rows(rows, |((images, refusing), (client, reader))| {
        let images: Vec<_> =
            images.iter().map(|image| ImageRef::parse(image).expect(image)).collect();
        let export = match resolver.export(&images, reader) {
            Ok(export) => export,
            Err(Error::Export { problem, .. }) if refusing.contains(&reader) => {
                let text = problem.to_string();
                let is_meant = [
                    "would use the credential",
                    "looks up no key",
                    "registry token",
                    "colon",
                    "is empty",
                ];
                return assert!(is_meant.iter().any(|part| text.contains(part)), "{text}");
            }
            Err(error) => panic!("{error}"),
        };
        assert!(!refusing.contains(&reader), "{client:?}: {images:?}");
        for image in &images {
            let home = scratch();
            let written = export.write_directory(home.path().join(".docker"));
            written.unwrap_or_else(|error| panic!("{error}"));
            let expected = answer(&resolver, image);
            // Only a token server takes identity tokens.
            let recorder = &recorders[usize::from(expected.starts_with("identity"))];
            let name = format!("{}/{}", image.registry_as_written(), image.repository());
            let ended = run(&mut client.pull(home.path(), &name, recorder), "");
            end_pause(home.path());
            let sent = recorder.credential();
            assert_eq!(sent.as_ref(), Some(&expected), "{client:?}: {name}: {}", ended.output);
        }
    });
}
