//! DESIGN 3.6: the agent flag and the cluster file.

use std::fs;

use regcred::{Error, Resolver};

use crate::support::{answer, check_rows, config};

#[test]
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
fn the_agent_flag_takes_a_path_a_url_or_json() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("docker config.json");
    fs::write(&file, config(&[("reg.io", "u")])).unwrap();
    let path = file.to_str().unwrap().to_owned();
    let url = format!("file://{}", path.replace(' ', "%20"));
    // value, rule
    #[rustfmt::skip]
    let table = [
        (path.clone(), "Mesos: an absolute path"),
        (url.clone(), "Mesos: a file:// URL"),
        (url.replace("file://", "FILE://localhost"), "RFC 8089: localhost, any case"),
        (config(&[("reg.io", "u")]), "Mesos: the JSON itself"),
        (format!("\n {}\n", config(&[("reg.io", "u")])), "Mesos: white space around it"),
        (r#"{"reg.io": {"auth": "dTpw"}}"#.to_owned(), "Mesos: a .dockercfg too"),
        (format!("\u{FEFF}{}", config(&[("reg.io", "u")])), "3.4: a BOM is skipped"),
        (format!("\u{FEFF}\n {}", config(&[("reg.io", "u")])), "3.4: a BOM is skipped"),
    ];
    check_rows(table, |(value, rule)| {
        let resolver = Resolver::builder().agent_flag(&*value).build();
        let resolver = resolver.unwrap_or_else(|error| panic!("{value}: {error}, {rule}"));
        assert_eq!(answer(&resolver, "reg.io/app"), "u:p", "{value}, {rule}");
        let auth = resolver.resolve_registry("reg.io").unwrap();
        let named = !value.contains('{');
        assert_eq!(auth.origin().file(), named.then_some(path.as_ref()), "{value}");
    });
}

#[test]
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
fn an_unknown_form_of_the_agent_flag_is_an_error() {
    let scratch = tempfile::tempdir().unwrap();
    let missing = scratch.path().join("missing.json").to_str().unwrap().to_owned();
    let directory = scratch.path().to_str().unwrap().to_owned();
    let indirect = scratch.path().join("indirect");
    fs::write(&indirect, "/etc/docker.json").unwrap();
    // value, error, rule
    #[rustfmt::skip]
    let table = [
        ("".to_owned(), "is empty", "Mesos: the agent does not start"),
        (" \n".into(), "is empty", "Mesos"),
        ("config.json".into(), "relative path or is not JSON", "Mesos"),
        ("./config.json".into(), "relative path or is not JSON", "Mesos"),
        (" /etc/docker.json".into(), "relative path or is not JSON", "Mesos: a path begins with its slash"),
        ("\u{FEFF}/etc/docker.json".into(), "relative path or is not JSON", "Mesos: a path begins with its slash"),
        ("https://example.com/config.json".into(), "not a file:// URL", "Mesos: nothing is fetched"),
        ("file://etc/docker.json".into(), "names a host", "Mesos would take it for a relative path"),
        ("file:///etc/docker.json?x".into(), "query or a fragment", "RFC 8089"),
        ("[]".into(), "not an object", "Mesos"),
        ("\"x\"".into(), "not an object", "Mesos"),
        ("{".into(), "ends too early", "Mesos"),
        ("//c\n{\"auths\": {\"reg.io\": {}}}".into(), "neither a path nor JSON alone", "not shown as a path"),
        ("/*c*/{\"auths\": {}}".into(), "neither a path nor JSON alone", "a comment before the JSON"),
        ("file:///%7B%22auths%22:{}".replace("{}", "x"), "neither a path nor JSON alone", "escaped JSON"),
        ("file:///etc/docker.json#x".into(), "query or a fragment", "RFC 8089"),
        ("file:///{\"auths\": {}}".into(), "neither a path nor JSON alone", "a scheme before the JSON"),
        (missing.clone(), "check the path", "3.6: a path that does not exist is an error"),
        (format!("file://{missing}"), "check the path", "3.6"),
        (directory, "a directory", "no regular file"),
        (indirect.to_str().unwrap().into(), "looks like a path, not a file",
            "no second step (Mesos takes one by accident)"),
    ];
    check_rows(table, |(value, expected, rule)| {
        let error = Resolver::builder().agent_flag(&*value).build().expect_err(&value).to_string();
        assert!(
            error.contains(expected) && error.starts_with("agent flag"),
            "{value:?}: {error}, {rule}"
        );
    });
}

#[test]
fn a_missing_cluster_file_is_an_error_unless_it_is_optional() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("docker_credentials");
    let missing = Resolver::builder().cluster_file(&file).build().unwrap_err();
    assert!(matches!(missing, Error::Read { .. }), "{missing}");
    let text = missing.to_string();
    assert!(text.starts_with("cluster file, ") && text.contains("docker_credentials"), "{text}");
    let allowed = Resolver::builder().cluster_file_if_exists(&file).build().unwrap();
    assert_eq!(answer(&allowed, "reg.io/app"), "-");

    fs::write(&file, r#"{"reg.io": {"auth": "dTpw"}}"#).unwrap();
    let rows = [
        Resolver::builder().cluster_file(&file),
        Resolver::builder().cluster_file_if_exists(&file),
    ];
    check_rows(rows, |builder| {
        assert_eq!(answer(&builder.build().unwrap(), "reg.io/app"), "u:p");
    });
    let below_a_file = Resolver::builder().cluster_file_if_exists(file.join("x")).build();
    assert!(
        below_a_file.is_err() || cfg!(not(unix)),
        "only a file that is not there is passed over"
    );
    fs::write(&file, "").unwrap();
    let broken = Resolver::builder().cluster_file_if_exists(&file).build().unwrap_err();
    assert!(matches!(broken, Error::Empty { .. }), "there, but broken: {broken}");
}
