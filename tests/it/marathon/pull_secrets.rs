//! `pullConfig` and `secrets`.

use regcred::Limits;
use regcred::marathon::{self, Resolved};
use regcred::mesos::DockerRegistry;

use super::{PULLS, agent, only, shown};
use crate::support::{answer, check_rows, config, image_ref, quote};

#[test]
fn a_pull_secret_answers_or_is_an_error_that_says_why() {
    let resolve = |bytes: std::io::Result<Vec<u8>>| {
        let mut bytes = Some(bytes);
        let mut asked = Vec::new();
        let store = |source: &str| {
            asked.push(source.to_owned());
            bytes.take().expect("asked once")
        };
        let answer = marathon::resolvers(PULLS.as_bytes(), &agent(), Limits::default(), store);
        let answer = answer.unwrap().remove(0);
        assert_eq!(asked, ["/store/s"], "only what is named is asked for");
        answer
    };
    let Resolved { container, resolver, .. } =
        resolve(Ok(config(&[("reg.io", "secret")]).into())).unwrap();
    assert_eq!(container.id(), "/a");
    assert_eq!(answer(&resolver, "reg.io/app"), "secret:p");
    assert_eq!(answer(&resolver, "agent.io/app"), "agent:p");
    let explained = resolver.explain(&image_ref("reg.io/app")).to_string();
    assert!(
        explained.contains("task secret, s (/store/s) of /a, a config.json with 1 key"),
        "{explained}"
    );

    let origin = resolver.resolve_registry("reg.io").unwrap().origin().clone();
    assert_eq!(origin.to_string(), "task secret, s (/store/s) of /a: key \"reg.io\"");
    assert_eq!(origin.file(), None, "a secret has a name, but not a path: {origin}");

    let Resolved { resolver, .. } = resolve(Ok(b"{}".to_vec())).unwrap();
    assert_eq!(answer(&resolver, "reg.io/app"), "agent:p", "an empty configuration is one");
    // bytes or failure, error
    #[rustfmt::skip]
    let table = [
        (Err(std::io::ErrorKind::NotFound.into()),
            r#""/a": the secret "s", source "/store/s", is not available: entity not found"#),
        (Err(std::io::Error::other("403")), "is not available: 403; the image is not pulled without it"),
        (Ok(Vec::new()), "task secret, s (/store/s) of /a: the file is empty"),
        (Ok(b"{".to_vec()), "task secret, s (/store/s) of /a: the JSON ends too early"),
        (Ok(br#"{"auths": []}"#.to_vec()), "task secret, s (/store/s) of /a: \"auths\" is not an object"),
    ];
    check_rows(table, |(bytes, expected)| {
        let error = resolve(bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    });
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x",
    "pullConfig": {"secret": "s"}}}],
        "secrets": {"s": {"source": "/store/s"}}}"#;
    let missing = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let error = only(pod).resolver(&agent(), Limits::default(), missing).expect_err(pod);
    let expected = r#""/p a": the secret "s", source "/store/s", is not available"#;
    assert!(error.to_string().starts_with(expected), "a container of a pod is named: {error}");
}

/// `None` also stands for an anonymous pull; `is_broken` and `strict` tell the two apart.
#[test]
fn a_malformed_entry_in_a_secret_differs_from_none() {
    let malformed = || Ok(br#"{"auths": {"reg.io": {"auth": "foo"}}}"#.to_vec());
    let container = only(PULLS);
    let hub = DockerRegistry::default();
    let image = container.image_ref(&hub).unwrap().unwrap();
    let resolver = container.resolver(&agent(), Limits::default(), |_| malformed()).unwrap();
    assert!(resolver.resolve(&image).is_none(), "never the agent's, one identity down");
    assert!(resolver.explain(&image).is_blocked());
    assert!(!agent().explain(&image).is_blocked());
    let strict = container.builder(|_| malformed()).unwrap().strict().base(&agent()).build();
    let error = strict.unwrap_err().to_string();
    assert!(
        error.starts_with("task secret, s (/store/s) of /a: entry \"reg.io\": its field"),
        "{error}"
    );
}

#[test]
fn secret_names_are_shown_escaped_and_cut() {
    let long = "x".repeat(300);
    let cut = format!("{}…", &long[..200]);
    // name of a secret, name as shown, rule
    #[rustfmt::skip]
    let table = [
        ("pullConfigSecret", "pullConfigSecret", "a name"),
        ("/mesos-docker/pullConfig", "/mesos-docker/pullConfig", "a path"),
        ("docker hub creds", "docker hub creds", "with blanks"),
        ("dev/db_password-1.2#key?version=3", "dev/db_password-1.2#key?version=3",
            "delimiters of a URI"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:pull-AbCdEf",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pull-AbCdEf", "Amazon's"),
        ("eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9", "it may be a name"),
        ("team:db@prod", "team:db@prod", "it may be a name, too"),
        ("a\u{1b}[2J\"b\n", "a\\u{1b}[2J\\\"b\\n", "escaped"),
        (&long, &cut, "cut"),
    ];
    check_rows(table, |(name, expected, rule)| {
        let alias = PULLS.replace(r#""secret": "s""#, &format!(r#""secret": {}"#, quote(name)));
        let both = alias.replace(r#""s": {"#, &format!("{}: {{", quote(name)));
        let source = PULLS.replace(r#""/store/s""#, &quote(name));
        for (definition, expected) in [
            (alias, format!("it names \"{expected}\", and secrets declares \"s\", \"t\"")),
            (both, format!("the secret \"{expected}\", source \"/store/s\", is not available")),
            (source, format!("the secret \"s\", source \"{expected}\", is not available")),
        ] {
            let shown = shown(&definition);
            assert!(shown.contains(&expected), "{rule}: {expected}: {shown}");
        }
    });
    let undeclared = PULLS.replace(r#"{"source": "/store/s"}"#, "{}");
    let shown = shown(&undeclared.replace(r#""s": {"#, r#""docker hub": {"#));
    assert!(shown.contains("/secrets(docker hub)/source: is undefined"), "{shown}");
}
