//! Mesos's flag `--docker_registry`.

use regcred::mesos::DockerRegistry;
use regcred::{Error, Resolver};

use crate::support::{answer, check_rows, config};

#[test]
fn docker_registry_completes_images_without_a_registry() {
    // flag, image, reference, registry, rule
    #[rustfmt::skip]
    let table = [
        ("https://reg.example", "team/app", "reg.example/team/app", "reg.example", "DC/OS 2.1: the documented example"),
        ("https://reg.example", "app", "reg.example/app", "reg.example", "3.1: no library/ there"),
        ("https://reg.example?x=/y", "app", "reg.example/app", "reg.example", "a query is ignored"),
        ("https://reg.example:5000#x", "app", "reg.example:5000/app", "reg.example:5000", "a fragment is ignored"),
        ("https://reg.example/v1/", "app:1", "reg.example/app:1", "reg.example", "Mesos: the path is ignored"),
        ("https://reg.example:443", "app", "reg.example/app", "reg.example", "3.1: :443 equals no port"),
        ("https://reg.example:5000", "app", "reg.example:5000/app", "reg.example:5000", "a port"),
        ("http://reg.example", "app", "reg.example:80/app", "reg.example:80", "Mesos: http is port 80"),
        ("HTTP://reg.example", "app", "reg.example:80/app", "reg.example:80", "Mesos: in any case"),
        ("https://reg.example:65535", "app", "reg.example:65535/app", "reg.example:65535", "the last port"),
        ("http://reg.example:8080", "app", "reg.example:8080/app", "reg.example:8080", "a port"),
        ("HTTPS://Reg.Example", "app", "reg.example/app", "reg.example", "any case"),
        ("https://[::1]:5000", "app", "[::1]:5000/app", "[::1]:5000", "IPv6"),
        ("https://registry-1.docker.io", "app", "docker.io/library/app", "docker.io", "Mesos's default"),
        ("https://index.docker.io", "app", "docker.io/library/app", "docker.io", "terraform of DC/OS"),
        ("http://index.docker.io/v1/", "app", "index.docker.io:80/app", "index.docker.io:80", "3.1: not Docker Hub"),
        ("http://reg.example?x", "app", "reg.example:80/app", "reg.example:80", "Mesos: a query is ignored"),
        ("https://reg.example", "quay.io/team/app", "quay.io/team/app", "reg.example", "the image's own registry"),
        ("https://reg.example", "localhost/app", "localhost/app", "reg.example", "the image's own registry"),
    ];
    check_rows(table, |(flag, image, reference, name, rule)| {
        let registry = DockerRegistry::parse(flag).unwrap_or_else(|e| panic!("{rule}: {e}"));
        let parsed = registry.image(image).unwrap().unwrap();
        assert_eq!(parsed.to_string(), reference, "{rule}");
        assert_eq!(registry.registry(), Some(name), "{rule}");
    });
    assert_eq!(
        DockerRegistry::default(),
        DockerRegistry::parse("https://registry-1.docker.io").unwrap()
    );
    check_rows(["/var/lib/images", "hdfs://namenode/images"], |archives| {
        let registry = DockerRegistry::parse(archives).unwrap();
        assert_eq!(registry.registry(), None, "{archives}: no credential is needed");
        assert!(registry.image("quay.io/team/app").unwrap().is_none(), "{archives}");
    });
    let rows = [
        "",
        "registry.example.com",
        "ftp://registry.example.com",
        "https://",
        "https://u:canary@reg.io",
        "https://reg.io:x",
        "https://reg.io:65536",
        "https:///v1/",
        "./images",
    ];
    check_rows(rows, |refused| {
        let error = DockerRegistry::parse(refused).expect_err(refused);
        assert!(
            matches!(&error, Error::InvalidSetting { name, .. } if name == "--docker_registry"),
            "{error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    });
    assert!(DockerRegistry::parse("https://reg.io").unwrap().image("Upper/Case/x@").is_err());
}

#[test]
fn mesos_key_has_the_port_that_mesos_looks_for() {
    #[rustfmt::skip]
    let table = [
        ("https://registry.example.com", Some("registry.example.com:443")),
        ("http://registry.example.com/v1/", Some("registry.example.com:80")),
        ("https://registry.example.com:5000", Some("registry.example.com:5000")), ("/var/lib/images", None),
        ("HTTP://registry.example.com", Some("registry.example.com:80")),
        ("HttpS://registry.example.com/", Some("registry.example.com:443")),
    ];
    check_rows(table, |(flag, key)| {
        assert_eq!(
            DockerRegistry::parse(flag).unwrap().mesos_key(),
            key,
            "{flag}, 2.1: the default-port trap"
        );
    });
    assert_eq!(DockerRegistry::default().mesos_key(), Some("registry-1.docker.io:443"));
}

/// Mesos looks for `registry.example.com:443` here, and pulls anonymously.
#[test]
fn the_documented_example_of_dcos_answers() {
    let registry = DockerRegistry::parse("https://registry.example.com").unwrap();
    // keys of the agent, image, answer, rule
    #[rustfmt::skip]
    let table = [
        ("https://registry.example.com/v1/", "team/app", "u:p", "the documented pair"),
        ("registry.example.com:443", "team/app", "u:p", "the key that Mesos needs"),
        ("registry.example.com:443", "registry.example.com/team/app", "u:p", "with its registry"),
        ("registry.example.com", "team/app", "u:p", "the plain host"),
        ("registry.example.com:5000", "team/app", "-", "another port is another registry"),
        ("https://index.docker.io/v1/", "team/app", "-", "Docker Hub is asked for nothing"),
    ];
    check_rows(table, |(key, image, expected, rule)| {
        let agent = Resolver::builder().agent_flag(config(&[(key, "u")])).build().unwrap();
        let image = registry.image(image).unwrap().unwrap();
        assert_eq!(answer(&agent, &image.to_string()), expected, "{rule}");
    });
}
