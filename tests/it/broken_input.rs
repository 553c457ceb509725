//! DESIGN 3.7: broken input says what, where and what to do, and nothing is half-built.

use std::error::Error as _;
use std::{fs, io};

use regcred::{Error, Level, Limits, Resolver};

use crate::marathon::{agent, only};
use crate::support::{LEVELS, check_rows, config};

#[test]
fn a_broken_document_fails_the_build_at_every_level() {
    check_rows(LEVELS, |broken_level| {
        let mut builder = Resolver::builder();
        for level in LEVELS {
            let good = config(&[("reg.io", "u")]);
            builder = builder
                .add(level, if level == broken_level { "{\"auths\": 1".into() } else { good });
        }
        let error = builder.build().expect_err(&broken_level.to_string()).to_string();
        assert!(error.starts_with(&broken_level.to_string()), "{broken_level}: {error}");
    });
}

#[test]
fn an_error_names_source_file_line_and_column() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("docker_credentials");
    fs::write(&file, "{\n  \"auths\": {\n    \"reg.io\": {\"auth\" \"dTpw\"}\n  }\n}\n").unwrap();
    let error = Resolver::builder().cluster_file(&file).build().unwrap_err();
    let Error::Syntax { ref location, line, column, .. } = error else { panic!("{error}") };
    assert_eq!((location.level(), line, column), (Some(Level::ClusterFile), 3, 23));
    assert_eq!(location.path(), Some(&*file));
    let path = file.to_str().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "cluster file, {path}: invalid JSON at line 3, column 23; \
             check it with a JSON validator that keeps its input to itself"
        )
    );
    assert!(error.source().is_none(), "an error of a parser is never kept");
    assert_eq!(format!("{error:?}"), error.to_string(), "what `main` prints of an error");
}

#[derive(Debug, thiserror::Error)]
#[error("request failed")]
struct RequestFailed(#[source] io::Error);

/// A program that prints an error with all its sources prints its cause once.
#[test]
fn a_cause_is_part_of_the_text_and_not_a_source() {
    let missing = || Resolver::builder().cluster_file("/missing/docker_credentials").build();
    let secret = || {
        let container = only(
            r#"{"id": "/a", "secrets": {"s": {"source": "/s"}}, "container": {"type": "MESOS",
            "docker": {"image": "a", "pullConfig": {"secret": "s"}}}}"#,
        );
        container.resolver(&agent(), Limits::default(), |_| {
            Err(io::Error::other(RequestFailed(io::ErrorKind::HostUnreachable.into())))
        })
    };
    check_rows(
        [
            (missing().unwrap_err(), "No such file"),
            (secret().unwrap_err(), "request failed: host unreachable;"),
        ],
        |(error, cause)| {
            assert_eq!(error.to_string().matches(cause).count(), 1, "{error}");
            assert!(error.source().is_none(), "{error}");
        },
    );
}

#[test]
fn unnamed_sources_are_numbered() {
    let good = config(&[("reg.io", "u")]);
    let builder = Resolver::builder().task_secret(&*good).agent_flag(&*good).task_secret("{");
    let error = builder.build().unwrap_err().to_string();
    assert!(error.starts_with("task secret, #2: "), "{error}");
}

#[test]
fn strict_makes_malformed_entries_and_unmatchable_keys_errors() {
    const HIDDEN: &str = "key #1 (not shown, it does not look like a registry) can match no image";
    // file, error
    #[rustfmt::skip]
    let table = [
        (r#"{"auths": {"a.io": {"auth": "!"}}}"#, "entry \"a.io\": its field \"auth\" is not base64"),
        (r#"{"auths": {"u@a.io": {"auth": "dTpw"}}}"#, HIDDEN),
        (r#"{"auths": {"u@a.io": {}}}"#, HIDDEN),
    ];
    check_rows(table, |(file, expected)| {
        assert_eq!(Resolver::builder().task_secret(file).build().unwrap().warnings().len(), 1);
        let error = Resolver::builder().strict().task_secret(file).build().expect_err(file);
        assert!(error.to_string().contains(expected), "{file}: {error}");
    });
    let fine = r#"{"auths": {"a.io": {}, "https://a.io": {"auth": "dTpwCg=="}, "a.io": {"auth": "dTpw"}},
        "credsStore": "desktop"}"#;
    let strict = Resolver::builder().strict().task_secret(fine).build().unwrap();
    assert_eq!(
        strict.warnings().len(),
        4,
        "other warnings stay what they are: {:?}",
        strict.warnings()
    );
}
