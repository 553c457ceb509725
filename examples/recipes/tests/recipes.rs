//! The recipes against the real crates.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use oci_client::secrets::RegistryAuth;
use regcred::{ImageRef, Level, Resolver};
use regcred_recipes::{bollard, cri, daemon, job, oci_client as recipe};

const FILE: &str = r#"{"auths": {
    "reg.io": {"auth": "dXNlcjpwYXNz"},
    "acr.example.net": {"auth": "MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg==", "identitytoken": "t"},
    "bearer.io": {"registrytoken": "b"},
    "https://index.docker.io/v1/": {"username": "hub", "password": "p"}
}}"#;

fn resolver() -> Resolver {
    Resolver::builder().add(Level::ClusterFile, FILE).build().unwrap()
}

fn image(image: &str) -> ImageRef<'_> {
    ImageRef::parse(image).unwrap()
}

#[test]
fn oci_client_gets_what_the_registry_takes() {
    let none = "00000000-0000-0000-0000-000000000000";
    for (name, expected) in [
        ("reg.io/a", RegistryAuth::Basic("user".into(), "pass".into())),
        ("acr.example.net/a", RegistryAuth::Basic(none.into(), "t".into())),
        ("bearer.io/a", RegistryAuth::Bearer("b".into())),
        ("quay.io/a", RegistryAuth::Anonymous),
    ] {
        let auth = resolver().resolve(&image(name));
        assert_eq!(recipe::registry_auth(auth.as_ref()), expected, "{name}");
    }
}

/// The variables of a user are those of a process of its own.
#[test]
fn oci_client_gets_the_credential_of_the_user() {
    const CHILD: &str = "REGCRED_RECIPE_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let expected = RegistryAuth::Basic("user".into(), "pass".into());
        assert_eq!(recipe::auth_of_user("reg.io/a").unwrap(), expected);
        assert_eq!(recipe::auth_of_user("quay.io/a").unwrap(), RegistryAuth::Anonymous);
        return;
    }
    let directory = std::env::temp_dir().join(format!("regcred-user-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "oci_client_gets_the_credential_of_the_user"])
        .env_clear()
        .envs([("DOCKER_AUTH_CONFIG", FILE), (CHILD, "1")])
        .env("HOME", &directory)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("test result: ok. 1 passed"), "{printed}");
}

/// `bollard` would send what the documented header holds.
#[test]
fn bollard_sends_the_fields_of_the_header() {
    for name in ["reg.io/a", "acr.example.net/a", "bearer.io/a", "nginx"] {
        let auth = resolver().resolve(&image(name)).unwrap();
        let header = URL_SAFE.decode(auth.x_registry_auth()).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        let sent = serde_json::to_value(bollard::docker_credentials(&auth)).unwrap();
        let given = |value: &serde_json::Value, field: &str| {
            value.get(field).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
        };
        for field in ["username", "password", "identitytoken", "registrytoken", "serveraddress"] {
            assert_eq!(given(&sent, field), given(&header, field), "{name} {field}");
        }
    }
}

#[test]
fn the_cri_gets_plain_fields() {
    let auth = cri::auth_config(&resolver().resolve(&image("reg.io/a")).unwrap());
    assert_eq!((&*auth.username, &*auth.password, &*auth.auth), ("user", "pass", ""));
    let auth = cri::auth_config(&resolver().resolve(&image("nginx")).unwrap());
    assert_eq!((&*auth.username, &*auth.server_address), ("hub", "https://index.docker.io/v1/"));
    let auth = cri::auth_config(&resolver().resolve(&image("acr.example.net/a")).unwrap());
    assert_eq!(auth.identity_token, "t");
}

#[test]
fn a_job_keeps_its_image() {
    let job: job::Job = serde_json::from_str(r#"{"name": "web", "image": "nginx:1.27"}"#).unwrap();
    let same: job::Job =
        serde_json::from_str(r#"{"name": "web", "image": "docker.io/library/nginx:1.27"}"#)
            .unwrap();
    assert_eq!(job, same);
    assert!(resolver().resolve(&job.image.as_image_ref()).is_some());
    assert!(serde_json::from_str::<job::Job>(r#"{"name": "web", "image": "NGINX"}"#).is_err());
}

#[tokio::test]
async fn a_daemon_follows_its_files() {
    let directory = std::env::temp_dir().join(format!("regcred-recipes-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("config.json");
    std::fs::write(&path, FILE).unwrap();
    let builder = Resolver::builder().file(Level::ClusterFile, &path);
    let credentials = daemon::Credentials::read(builder).await.unwrap();
    let user =
        || credentials.resolve(&image("reg.io/a")).and_then(|a| a.username().map(str::to_owned));
    assert_eq!(user().as_deref(), Some("user"));
    assert!(!credentials.refresh().await.unwrap());
    std::fs::write(&path, "{").unwrap();
    assert!(credentials.refresh().await.is_err());
    assert_eq!(user().as_deref(), Some("user"), "a broken file changes nothing");
    std::fs::write(&path, r#"{"auths": {"reg.io": {"auth": "bmV3OnA="}}}"#).unwrap();
    assert!(credentials.refresh().await.unwrap());
    assert_eq!(user().as_deref(), Some("new"));
    std::fs::remove_dir_all(&directory).unwrap();
}
