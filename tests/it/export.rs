//! The smallest credential file for some images, in every form, for every client.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regcred::{Client, Error, Export, ImageRef, Resolver, WarningKind};
use serde_json::Value;

use crate::laws::export::CLIENTS;
use crate::laws::readers::users;
use crate::properties::{check, list};
use crate::support::{answer, base64, check_rows, config, image_ref, secret, texts};

fn export(file: &str, images: &[&str], client: Client) -> Result<Export, Error> {
    let images: Vec<ImageRef<'_>> = images.iter().map(|image| image_ref(image)).collect();
    secret(file).unwrap().export(&images, client)
}

/// The entries of an exported file: `key=value`, with `auth` decoded.
fn entries(export: &Export) -> Vec<String> {
    let file: Value = serde_json::from_slice(&export.config_json()).unwrap();
    let entry = |(key, fields): (&String, &Value)| {
        // In the order of their names, also if another crate keeps that of the file.
        let fields: BTreeMap<_, _> = fields.as_object().unwrap().iter().collect();
        let fields = fields.into_iter().map(|(name, value)| {
            let value = value.as_str().unwrap();
            match &**name {
                "auth" => String::from_utf8(decoded(value)).unwrap(),
                name => format!("{name} {value}"),
            }
        });
        format!("{key}={}", fields.collect::<Vec<_>>().join(", "))
    };
    file["auths"].as_object().unwrap().iter().map(entry).collect()
}

fn decoded(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
}

const HUB: &str = "https://index.docker.io/v1/";

#[test]
fn keys_are_those_that_the_client_finds() {
    use Client::{Docker, Kubelet, Mesos, Podman, Regcred};
    let hub = config(&[(HUB, "hub")]);
    let hub_path = config(&[("docker.io/team", "t")]);
    let whole = config(&[("https://reg.io/v2/", "r"), ("other.io", "o")]);
    let path = config(&[("reg.io/team", "t"), ("reg.io", "r")]);
    let glob = config(&[("*.reg.io/team", "g")]);
    let port = config(&[("reg.io:5000", "p")]);
    // file, image, client, entries, rule
    #[rustfmt::skip]
    let table: [(&str, &str, Client, &[&str], &str); 27] = [
        (&hub, "nginx", Docker, &["https://index.docker.io/v1/=hub:p"], "configfile: IndexServer"),
        (&hub, "nginx", Kubelet, &["https://index.docker.io/v1/=hub:p"], "keyring.go: index.docker.io"),
        (&hub, "nginx", Mesos, &["https://index.docker.io/v1/=hub:p"], "spec.cpp: contains docker.io"),
        (&hub, "nginx", Podman, &["docker.io=hub:p"], "podman login"),
        (&hub, "nginx", Regcred, &["https://index.docker.io/v1/=hub:p"], "3.6: before other spellings"),
        (&hub, "registry-1.docker.io/library/nginx", Docker, &["registry-1.docker.io=hub:p"], "not the Hub to Docker"),
        (&hub_path, "team/app", Podman, &["docker.io/team=t:p"], "whole segments"),
        (&hub_path, "team/app", Kubelet, &["docker.io/team=t:p"], "kubelet passes docker.io/team/app"),
        (&whole, "reg.io/app", Docker, &["reg.io=r:p"], "no other registry, no API root"),
        (&whole, "reg.io/app", Podman, &["reg.io=r:p"], "no other registry, no API root"),
        (&whole, "reg.io/app", Mesos, &["reg.io=r:p", "reg.io:443=r:p"], "registry_puller.cpp adds the port"),
        (&whole, "reg.io:443/app", Docker, &["reg.io:443=r:p"], "Docker compares texts"),
        (&whole, "Reg.io/app", Podman, &["Reg.io=r:p"], "podman compares texts"),
        (&whole, "Reg.io:443/app", Regcred, &["reg.io=r:p"], "normalised"),
        (&path, "reg.io/team/app", Podman, &["reg.io/team=t:p"], "the scope is kept"),
        (&path, "reg.io/team/app", Docker, &["reg.io/team=t:p"], "the scope is kept, and Docker's is wider"),
        (&path, "reg.io/team/app", Kubelet, &["reg.io/team=t:p"], "the scope is kept"),
        (&path, "reg.io/team/app", Regcred, &["reg.io/team=t:p"], "the scope is kept"),
        (&path, "reg.io/app", Regcred, &["reg.io=r:p"], "only what the image needs"),
        (&glob, "a.reg.io/team/app", Regcred, &["a.reg.io/team=g:p"], "no host that is not needed"),
        (&glob, "a.reg.io/team/app", Podman, &["a.reg.io/team=g:p"], "podman knows no globs"),
        (&port, "reg.io:5000/app", Docker, &["reg.io:5000=p:p"], "a port"),
        (&port, "reg.io:05000/app", Mesos, &["reg.io:5000=p:p"], "Mesos reads a number"),
        (&port, "reg.io/app", Podman, &[], "anonymous"),
        (&port, "reg.io/app", Docker, &["reg.io="], "without an entry, Docker asks the helper of its system"),
        (&hub, "DOCKER.IO/library/nginx", Mesos, &["DOCKER.IO=hub:p", "DOCKER.IO:443=hub:p"], "Mesos compares texts"),
        (&path, "reg.io/team/app", Mesos, &["reg.io/team=t:p", "reg.io:443/team=t:p"], "registry_puller.cpp adds the port"),
    ];
    check_rows(table, |(file, image, client, expected, rule)| {
        let export = export(file, &[image], client).unwrap();
        assert_eq!(entries(&export), expected, "{image}, {client}: {rule}");
        let is_anonymous = export.entries().next().is_none();
        assert_eq!(export.anonymous().count(), usize::from(is_anonymous), "{rule}");
    });
}

#[test]
fn a_credential_is_written_in_the_fields_that_the_client_reads() {
    use Client::{Docker, Kubelet, Mesos, Podman, Regcred};
    let entry = |fields: &str| format!(r#"{{"auths": {{"reg.io": {{{fields}}}}}}}"#);
    let basic = |user: &str, password: &str| {
        entry(&format!(r#""auth": "{}""#, base64(format!("{user}:{password}"))))
    };
    let plain = |user: &str, password: &str| {
        entry(&format!(r#""username": "{user}", "password": "{password}""#))
    };
    let identity = entry(r#""identitytoken": "t""#);
    let identity_of = entry(&format!(r#""auth": "{}", "identitytoken": "t""#, base64("u:")));
    let all = entry(&format!(
        r#""auth": "{}", "identitytoken": "t", "registrytoken": "r", "email": "e""#,
        base64("u:p")
    ));
    const EMPTY: &str = "its user name or its password is empty, and the client then sends neither";
    const COLON: &str = "its user name holds a colon or its password a NUL";
    // file, client, entry or error
    #[rustfmt::skip]
    let table: [(String, Client, Result<&str, &str>); 23] = [
        (basic("u", "p:q\"\\\u{e9}"), Docker, Ok("u:p:q\"\\\u{e9}")),
        (basic("u", ""), Docker, Err(EMPTY)),
        (basic("", "p"), Docker, Err(EMPTY)),
        (basic("u", ""), Podman, Ok("u:")),
        (basic("", "p"), Kubelet, Ok(":p")),
        (basic("", "p"), Podman, Ok(":p")),
        (plain("u", "p"), Podman, Ok("u:p")),
        (plain("a:b", "p"), Docker, Ok("password p, username a:b")),
        (plain("a:b", "p"), Kubelet, Ok("password p, username a:b")),
        (plain("a:b", "p"), Podman, Err(COLON)),
        (plain("a:b", "p"), Mesos, Err(COLON)),
        (plain("u", "p\\u0000"), Docker, Ok("password p\0, username u")),
        (plain("u", "\\u0000p"), Mesos, Err(COLON)),
        (identity.clone(), Docker, Ok("identitytoken t")),
        (identity.clone(), Podman, Ok(":, identitytoken t")),
        (identity_of, Podman, Ok("u:, identitytoken t")),
        (identity.clone(), Kubelet, Err("its credential is an identity token")),
        (identity, Mesos, Err("its credential is an identity token")),
        (all.clone(), Docker, Ok("registrytoken r")),
        (all.clone(), Regcred, Ok("registrytoken r")),
        (all.clone(), Podman, Err("its credential is a registry token")),
        (all.clone(), Kubelet, Err("its credential is a registry token")),
        (all, Mesos, Err("its credential is a registry token")),
    ];
    check_rows(table, |(file, client, expected)| {
        match (export(&file, &["reg.io/app"], client), expected) {
            (Ok(export), Ok(expected)) => {
                let keys =
                    if client == Mesos { vec!["reg.io", "reg.io:443"] } else { vec!["reg.io"] };
                let expected: Vec<_> = keys.iter().map(|key| format!("{key}={expected}")).collect();
                assert_eq!(entries(&export), expected, "{client}: {file}");
            }
            (Err(error), Err(expected)) => {
                let expected = format!("\"reg.io/app\": not exported for {client}: {expected}");
                assert!(error.to_string().starts_with(&expected), "{error}");
            }
            (other, expected) => panic!("{client}, {file}: {other:?}, not {expected:?}"),
        }
    });
}

/// Images for which the client would use another credential than `resolve` are refused.
#[test]
fn a_client_that_would_use_another_credential_is_an_error() {
    use Client::{Docker, Kubelet, Mesos};
    let two = config(&[("reg.io/a", "a"), ("reg.io/b", "b"), ("reg.io/c", "a")]);
    let below = config(&[("reg.io/team", "t"), ("reg.io", "r")]);
    let hub = config(&[(HUB, "hub"), ("reg.io/v1/team", "v")]);
    let hub_path = config(&[("docker.io/team", "t")]);
    let broken = r#"{"auths": {"reg.io": {"auth": "!"}}}"#.to_owned();
    let v6 = config(&[("[::1]", "v")]);
    let v6_port = config(&[("[::1]:5000", "v")]);
    let library = config(&[("docker.io/library", "l")]);
    // file, images, clients that refuse, what they say
    #[rustfmt::skip]
    let table: [(&str, &[&str], &[Client], &str); 15] = [
        (&two, &["reg.io/a/x", "reg.io/b/x"], &[Docker, Mesos], "the client would use the credential under \"reg.io/b\""),
        (&two, &["reg.io/a/x", "reg.io/c/x"], &[], "the same credential twice"),
        (&two, &["reg.io/a/x", "reg.io/x"], &[Docker, Mesos], "the client would use the credential under"),
        (&two, &["reg.io/a/x", "reg.io/ax"], &[Docker, Mesos, Kubelet], "the client would use the credential under"),
        (&below, &["reg.io/team/x", "reg.io/x"], &[Docker, Mesos], "the client would use the credential under"),
        (&below, &["reg.io/team/x", "reg.io/teams"], &[Docker, Mesos, Kubelet], "the client would use the credential under"),
        (&below, &["reg.io/team/x"], &[], "one"),
        (&hub, &["nginx", "localhost/app"], &[Kubelet], "the client would use the credential under \"https://index.docker.io/v1/\""),
        (&hub, &["nginx", "docker.io.evil.com/app"], &[Mesos], "the client would use the credential under"),
        (&hub, &["reg.io/v1/team/x"], &[Kubelet], "the client looks up no key for it with the scope of its credential"),
        (&broken, &["reg.io/app"], &CLIENTS, "the entry that is for it is malformed: its field \"auth\" is not base64"),
        (&v6, &["[::1]/app"], &[Kubelet, Mesos], "the client looks up no key for it with the scope of its credential"),
        (&v6_port, &["[::1]:5000/app"], &[Mesos], "the client looks up no key for it with the scope of its credential"),
        (&library, &["registry-1.docker.io/nginx"], &[Client::Podman, Kubelet], "the client looks up no key for it with the scope of its credential"),
        (&hub_path, &["team/app"], &[Docker], "the client looks up no key for it with the scope of its credential"),
    ];
    check_rows(table, |(file, images, refusing, says)| {
        for client in CLIENTS {
            match export(file, images, client) {
                Ok(_) => assert!(!refusing.contains(&client), "{client}: {images:?}"),
                Err(error) => {
                    assert!(refusing.contains(&client), "{images:?}: {error}");
                    assert!(
                        error.to_string().contains(&format!("not exported for {client}: {says}")),
                        "{error}"
                    );
                }
            }
        }
    });
}

/// An empty entry is for a file without any other, and for Docker alone.
#[test]
fn an_anonymous_image_has_an_entry_only_where_docker_needs_one() {
    let file = config(&[("reg.io", "u")]);
    let of = |images: &[&str], client| entries(&export(&file, images, client).unwrap());
    assert_eq!(of(&["other.io/app"], Client::Docker), ["other.io="]);
    assert_eq!(of(&["reg.io/app", "other.io/app"], Client::Docker), ["reg.io=u:p"]);
    for client in CLIENTS.into_iter().filter(|client| *client != Client::Docker) {
        assert!(of(&["other.io/app"], client).is_empty(), "{client}");
    }
    let nobody = export(&file, &["other.io/app"], Client::Docker).unwrap();
    let secret: Value = serde_json::from_slice(&nobody.kubernetes_secret("s").unwrap()).unwrap();
    let data = decoded(secret["data"][".dockerconfigjson"].as_str().unwrap());
    assert!(
        !String::from_utf8(data).unwrap().contains("other.io"),
        "kubelet takes it for a credential"
    );
}

#[test]
fn a_wider_use_of_a_key_is_a_warning() {
    let file = config(&[("reg.io/team", "t"), ("quay.io", "q")]);
    let images = ["reg.io/team/app", "reg.io/team/db", "quay.io/app"];
    let warns = |client| texts(export(&file, &images, client).unwrap().warnings());
    let expected = "task secret: Docker uses the key \"reg.io/team\" for the whole registry; give the file to \
                    nobody who pulls other images from there";
    assert_eq!(warns(Client::Docker), [expected]);
    assert_eq!(warns(Client::Kubelet).len(), 1);
    assert!(warns(Client::Podman).is_empty());
    assert_eq!(warns(Client::Mesos).len(), 2, "with its port and without");
    let keys =
        [(HUB, "hub"), ("notdocker.io", "n"), ("docker.io/team", "t"), ("notdocker.io/team", "nt")];
    let hub = config(&keys);
    let warns =
        |image, client| texts(export(&hub, &[image], client).unwrap().warnings()).join("\n");
    // image, client, a part of the warning
    #[rustfmt::skip]
    let table = [
        ("nginx", Client::Docker, ""), ("nginx", Client::Podman, ""), ("nginx", Client::Regcred, ""),
        ("nginx", Client::Kubelet, "for images of localhost and of other hosts without a dot;"),
        ("nginx", Client::Mesos, "sends it to every registry with docker.io in its name"),
        ("notdocker.io/x", Client::Mesos, "sends it to Docker Hub, because docker.io is in the key"),
        ("notdocker.io/x", Client::Kubelet, ""),
        ("team/app", Client::Mesos, "sends it to every registry with docker.io in its name"),
        ("team/app", Client::Mesos, "uses it for the whole host, not for its path alone"),
        ("notdocker.io/team/x", Client::Mesos, "uses it for the whole host, not for its path alone"),
    ];
    check_rows(table, |(image, client, expected)| {
        let warning = warns(image, client);
        assert!(
            warning.contains(expected) && warning.is_empty() == expected.is_empty(),
            "{client}: {warning}"
        );
    });
    let docker = export(&file, &images, Client::Docker).unwrap();
    assert!(matches!(docker.warnings()[0].kind(), WarningKind::ScopeWidened { .. }));
    let origins: Vec<String> =
        docker.entries().map(|(key, from)| format!("{key} from {from}")).collect();
    assert_eq!(
        origins,
        [
            "quay.io from task secret: key \"quay.io\"",
            "reg.io/team from task secret: key \"reg.io/team\""
        ]
    );
}

/// The same export gives the same bytes, and `tar` unpacks the layout of Marathon's manual.
#[test]
#[cfg(feature = "archive")]
fn an_archive_is_a_docker_directory_with_private_modes() {
    use std::io::Read;

    // A password that does not fit into one stored block of gzip.
    for length in [1, 400, 70_000] {
        let file = format!(
            r#"{{"auths": {{"reg.io": {{"username": "u", "password": "{}"}}}}}}"#,
            "p".repeat(length)
        );
        let export = export(&file, &["reg.io/app"], Client::Docker).unwrap();
        let packed = export.docker_tar_gz();
        assert_eq!(packed, export.clone().docker_tar_gz());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        let mut archive = tar::Archive::new(&*unpacked);
        let mut members = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let header = entry.header();
            let numbers = (header.mode().unwrap(), header.uid().unwrap(), header.mtime().unwrap());
            let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            members.push((name, header.entry_type().is_dir(), numbers, content));
        }
        let expected = [
            (".docker/".to_owned(), true, (0o700, 0, 0), Vec::new()),
            (".docker/config.json".to_owned(), false, (0o600, 0, 0), export.config_json()),
        ];
        assert_eq!(members, expected);
        let resolver = secret(packed).unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), format!("u:{}", "p".repeat(length)));
    }
}

#[test]
fn a_secret_of_kubernetes_is_read_again() {
    let export =
        export(&config(&[("reg.io/team", "t")]), &["reg.io/team/app"], Client::Kubelet).unwrap();
    let json: Value =
        serde_json::from_slice(&export.kubernetes_secret("my.reg-1").unwrap()).unwrap();
    let fields = ["/apiVersion", "/kind", "/type", "/metadata/name"]
        .map(|field| json.pointer(field).unwrap());
    assert_eq!(fields, ["v1", "Secret", "kubernetes.io/dockerconfigjson", "my.reg-1"]);
    let data = decoded(json["data"][".dockerconfigjson"].as_str().unwrap());
    assert_eq!(data, export.config_json());
    let long = "a".repeat(254);
    check_rows(["", "A", "a_b", "-a", "a-", "a..b", "a/b", "\u{e9}", &*long], |name| {
        let error = export.kubernetes_secret(name).unwrap_err().to_string();
        assert!(error.contains("not a name for a Kubernetes Secret"), "{error}");
    });
}

/// Podman uses a path in a `.dockercfg` for the whole host, and `build` is not a registry there.
#[test]
fn a_dockercfg_is_refused_where_it_would_be_read_otherwise() {
    let plain = r#""auths": {"plain.io": {"username": "a:b", "password": "p"}, "#;
    let file = config(&[("reg.io/team", "t"), ("reg.io", "r"), ("Build", "b")]);
    let file = file.replacen("\"auths\": {", plain, 1);
    // image, client, whether it is refused
    #[rustfmt::skip]
    let table = [
        ("reg.io/app", Client::Podman, false), ("reg.io/team/app", Client::Podman, true),
        ("reg.io/team/app", Client::Docker, false), ("reg.io/team/app", Client::Kubelet, false),
        ("Build/app", Client::Docker, true), ("Build:443/app", Client::Docker, false),
        ("plain.io/app", Client::Docker, true), ("plain.io/app", Client::Kubelet, false),
        ("Other/app", Client::Docker, false),
    ];
    check_rows(table, |(image, client, is_refused)| {
        let export = export(&file, &[image], client).unwrap();
        match export.dockercfg() {
            Ok(flat) => {
                assert!(!is_refused, "{client}: {image}");
                assert_eq!(
                    answer(&secret(flat).unwrap(), image),
                    answer(&secret(&*file).unwrap(), image)
                );
            }
            Err(error) => {
                assert!(is_refused && error.to_string().contains("write a config.json"), "{error}")
            }
        }
    });
}

#[cfg(unix)]
#[test]
fn a_directory_is_private_and_overwrites_nothing() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let export = export(&config(&[("reg.io", "u")]), &["reg.io/app"], Client::Docker).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    export.write_directory(at("new")).unwrap();
    assert_eq!((mode(&at("new")), mode(&at("new/config.json"))), (0o700, 0o600));
    assert_eq!(fs::read(at("new/config.json")).unwrap(), export.config_json());

    fs::create_dir(at("empty")).unwrap();
    fs::write(at("file"), "x").unwrap();
    symlink("empty", at("link")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    let before = fs::read(at("new/config.json")).unwrap();
    // path, what to do
    #[rustfmt::skip]
    let table = [
        ("new", "give the path of a directory that does not exist yet"),
        ("empty", "give the path of a directory that does not exist yet"),
        ("file", "give the path of a directory that does not exist yet"),
        ("link", "give the path of a directory that does not exist yet"),
        ("dangling", "give the path of a directory that does not exist yet"),
        ("missing/new", "create the directory that it is in"),
        ("file/new", "check the disk and the path"),
    ];
    check_rows(table, |(path, advice)| {
        let error = export.write_directory(at(path)).unwrap_err();
        assert!(
            matches!(error, Error::Write { .. }) && error.to_string().ends_with(advice),
            "{error}"
        );
        assert_eq!(error.location().and_then(|location| location.path()), Some(&*at(path)));
    });
    assert_eq!(fs::read(at("new/config.json")).unwrap(), before);
    assert_eq!(fs::read_dir(at("empty")).unwrap().count(), 0);
    assert!(!at("nowhere").exists() && !at("missing").exists());
}

/// The answers of credential helpers, which `resolve` does not know, are exported in the same way.
#[test]
fn answers_of_helpers_are_exported() {
    let file = r#"{"credsStore": "pass"}"#;
    let resolver = Resolver::builder().add(regcred::Level::UserConfigJson, file).build().unwrap();
    let image = image_ref("reg.io/team/app");
    let regcred::Lookup::Helper(request) = resolver.lookup(&image) else { panic!("no helper") };
    let auth = request.credential("u", "p");
    let export = Export::of([(&image, auth.clone())], Client::Docker).unwrap();
    let other = image_ref("evil.io/team/app");
    let refused = Export::of([(&other, auth)], Client::Docker).unwrap_err().to_string();
    assert!(
        refused.contains("the key of the credential given for it does not cover it"),
        "{refused}"
    );
    assert_eq!(entries(&export), ["reg.io=u:p"]);
    let shown = format!("{export:?}");
    assert!(shown.contains("reg.io") && !shown.contains(&base64("u:p")), "{shown}");
}

const KEYS: [&str; 14] = [
    HUB,
    "docker.io/team",
    "docker.io/library",
    "reg.io",
    "reg.io/v1",
    "reg.io/a",
    "reg.io/a/b",
    "https://reg.io/v2/",
    "*.io",
    "r*.io/a",
    "reg.io:5000",
    "Build",
    "localhost",
    "*.reg.io",
];

const IMAGES: [&str; 19] = [
    "nginx",
    "registry-1.docker.io/nginx",
    "DOCKER.IO/team/app",
    "reg.io/v2/a",
    "team/app",
    "index.docker.io/team/app",
    "registry-1.docker.io/team/app",
    "docker.io:443/team/app",
    "reg.io/a",
    "reg.io/a/b/c",
    "reg.io/ab",
    "Reg.io/x",
    "reg.io:443/a",
    "reg.io:5000/a",
    "reg.io/v1/a",
    "Build/app",
    "localhost/app",
    "sub.reg.io/a",
    "docker.io.evil.com/team/app",
];

#[test]
fn exports_answer_like_their_resolver() {
    check(|u| {
        let mut builder = Resolver::builder();
        for number in 0..u.int_in_range(1..=3)? {
            let keys = list(u, 1..=5, |u| Ok((*u.choose(&KEYS)?, u.int_in_range(0..=3)?)))?;
            let users: Vec<_> = keys.iter().map(|(key, user)| (*key, format!("u{user}"))).collect();
            let users: Vec<_> = users.iter().map(|(key, user)| (*key, &**user)).collect();
            builder = builder.add(regcred::Level::ALL[number], config(&users));
        }
        let resolver = builder.build().unwrap();
        let images = list(u, 1..=4, |u| Ok(*u.choose(&IMAGES)?))?;
        let parsed: Vec<_> = images.iter().map(|image| image_ref(image)).collect();
        crate::laws::export::law(&resolver, &parsed, &IMAGES.map(image_ref));
        // Each client, by an independent model of it, sends what is resolved. Answers that are given may also
        // be anonymous where the resolver knows a credential.
        let forgets = list(u, 4..=4, |u| u.ratio(1, 4))?;
        let known = |image: &ImageRef<'_>| resolver.resolve(image);
        let answers = |forgets: &[bool]| {
            let pairs = parsed.iter().zip(forgets);
            pairs
                .map(|(image, forgotten)| (image, known(image).filter(|_| !forgotten)))
                .collect::<Vec<_>>()
        };
        for client in CLIENTS.into_iter().filter(|client| *client != Client::Regcred) {
            for answers in [answers(&[false; 4]), answers(&forgets)] {
                let Ok(export) = Export::of(answers.clone(), client) else {
                    // Two images are enough for a conflict, and one for a key that is not found.
                    let pair = |one: usize, other: usize| {
                        Export::of([answers[one].clone(), answers[other].clone()], client)
                    };
                    let all = || 0..answers.len();
                    assert!(
                        all().any(|one| all().any(|other| pair(one, other).is_err())),
                        "{client}: {images:?}"
                    );
                    continue;
                };
                let file = entries(&export).into_iter().filter_map(|entry| {
                    let (key, pair) = entry.split_once('=')?;
                    Some((key.to_owned(), pair.split_once(':')?.0.to_owned()))
                });
                let file = file.collect();
                for (image, (_, auth)) in images.iter().zip(&answers) {
                    let expected =
                        auth.iter().filter_map(|auth| auth.username().map(str::to_owned)).collect();
                    assert_eq!(
                        users(client, &file, image),
                        expected,
                        "{client}: {image} of {file:?}"
                    );
                }
            }
        }
        Ok(())
    });
}
