//! The image of a container, parsed as by the containerizer that pulls it.

use regcred::Error;
use regcred::mesos::DockerRegistry;

use super::only;
use crate::support::{check_rows, quote};

#[test]
fn images_are_parsed_as_by_the_containerizer_that_pulls_them() {
    let registry = DockerRegistry::parse("https://registry.example.com").unwrap();
    let archives = DockerRegistry::parse("/var/lib/images").unwrap();
    // container, image, image where --docker_registry is a directory, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"type": "MESOS", "docker": {"image": "team/app"}}"#, "registry.example.com/team/app", "-",
            "Mesos looks at its flag"),
        (r#"{"docker": {"image": "team/app"}}"#, "docker.io/team/app", "docker.io/team/app", "Docker does not"),
        (r#"{"type": "MESOS", "docker": {"image": "quay.io/team/app"}}"#, "quay.io/team/app", "-",
            "an image that names its registry"),
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
    // invalid image, image as shown, error, rule
    #[rustfmt::skip]
    let table = [
        ("<your/private/image>", "<your/private/image>", "its repository is not", "the manual's own placeholder"),
        ("https://reg.io/app?canary", "https://reg.io/app…", "it starts with a scheme", "a URL"),
        ("u:canary@reg.io/app", "…@reg.io/app", "the port of its registry", "user info"),
        (&digest, &format!("…@sha256:{}", "0".repeat(64)), "its repository has an upper-case",
            "a digest, too, comes after an @"),
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
fn an_image_is_shown_without_user_info() {
    let digest = format!("reg.io/app@sha256:{}", "0".repeat(64));
    // image, image as shown by Debug
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
