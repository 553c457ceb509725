//! JSON values of the wrong type, and JSON that has no value.

use regcred::{CredentialFile, Error, Limit, Limits, Resolver, dcos, marathon, mesos};

use super::{PASSWORD, POSITIONS, canary, refusal, refused, shows_no_secret, told};
use crate::support::{answer, base64, check_rows, from_secret, secret};

/// `serde_json` rounds differently with `float_roundtrip`, which any crate in a build can enable.
/// The digits alone decide whether a number overflows.
#[test]
fn a_number_at_the_edge_of_overflow() {
    let nines = format!("{}.5", "9".repeat(308));
    let table = [
        ("1.7976931348623158e308", "u:p", "rounds to the largest f64"),
        ("17976931348623158e292", "u:p", "the same in other words"),
        ("0.17976931348623158e309", "u:p", "the same in other words"),
        ("-1797.6931348623158e305", "u:p", "the same below zero"),
        ("1.797693134862315808e308", "-", "rounds up"),
        ("1.7976931348623159e308", "-", "rounds up"),
        ("2e308", "-", "the shortest that overflows"),
        ("1e308", "u:p", "large, and no more"),
        (&nines, "u:p", "without an exponent"),
        ("0e99999999999999999999", "u:p", "zero has no size"),
    ];
    check_rows(table, |(number, expected, why)| {
        let file = format!(
            r#"{{"auths": {{"b.io": {{"auth": "dTpw"}}, "reg.io": {{"auth": "dTpw", "email": {number}}}}}}}"#
        );
        for (image, expected) in [("reg.io/x", expected), ("b.io/x", "u:p")] {
            assert_eq!(from_secret(&*file, image), expected, "{number}, {image}: {why}");
        }
        // In place of a helper, where a number that overflows fails the file.
        let file =
            format!(r#"{{"credsStore": {number}, "auths": {{"reg.io": {{"auth": "dTpw"}}}}}}"#);
        let is_read = CredentialFile::parse(file.as_bytes()).is_ok();
        let definition = format!(
            r#"{{"id": "/a", "n": {number}, "container": {{"docker": {{"image": "x"}}}}}}"#
        );
        let is_defined = marathon::containers(definition.as_bytes(), Limits::default()).is_ok();
        assert_eq!(is_read, expected == "u:p", "{number}: {why}");
        assert!(is_defined, "{number}: {why}");
        // The whole document, which is never an object.
        let config = dcos::Parameters::from_json(number.as_bytes()).unwrap_err();
        let is_syntax = matches!(config, Error::Syntax { .. });
        assert_eq!(is_syntax, expected != "u:p", "{number}: {config}: {why}");
        let is_checked = mesos::check_docker_config(&file, Limits::default()).is_ok();
        assert_eq!(is_checked, is_read, "{number}: {why}");
    });
}

/// A field of the wrong type makes the entry malformed, so that it blocks, or is ignored. No
/// credential is built from the other fields, and no other entry answers.
#[test]
fn a_number_in_place_of_text() {
    let auth = base64(format!("u:{PASSWORD}"));
    let good = format!("u:{PASSWORD}");
    // field, other fields of the entry, answer
    #[rustfmt::skip]
    let fields = [
        ("auth", format!(r#""username": "u", "password": "{PASSWORD}""#), "-"),
        ("username", format!(r#""password": "{PASSWORD}""#), "-"),
        ("password", r#""username": "u""#.to_owned(), "-"),
        ("identitytoken", format!(r#""auth": "{auth}""#), "-"),
        ("registrytoken", format!(r#""auth": "{auth}""#), "-"),
        ("username", format!(r#""auth": "{auth}""#), &good),
        ("password", format!(r#""auth": "{auth}""#), &good),
        ("email", format!(r#""auth": "{auth}""#), &good),
        ("auths", format!(r#""auth": "{auth}""#), &good),
    ];
    let nested = format!(r#"{{"auth": "{auth}"}}"#);
    check_rows(&fields, |(field, beside, expected)| {
        for value in [
            "0",
            "1",
            "-1",
            "0.5",
            "1e5",
            "18446744073709551616",
            "true",
            "false",
            "[]",
            "{}",
            r#"["dTpw"]"#,
            &nested,
        ] {
            for entry in [
                format!(r#"{{"{field}": {value}, {beside}}}"#),
                format!(r#"{{{beside}, "{field}": {value}}}"#),
            ] {
                let document = format!(
                    r#"{{"auths": {{"reg.io": {{"auth": "eDp5"}}, "reg.io/team": {entry}}}}}"#
                );
                let resolver = secret(document).unwrap();
                assert_eq!(answer(&resolver, "reg.io/team/x"), *expected, "{entry}");
                assert_eq!(resolver.warnings().len(), usize::from(*expected == "-"), "{entry}");
                shows_no_secret(&told(&resolver, "reg.io/team/x"));
            }
        }
    });
}

/// A lone surrogate or an overflowing number never changes how a document is read.
#[test]
fn json_without_a_value() {
    let long = "9".repeat(100_000);
    let values = [
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#"{"\udfff": 1}"#,
        "1e999",
        "-1e999",
        "1e-999",
        "-0",
        "0e0",
        &*long,
        "1e9999999999999999999999",
    ];
    check_rows(POSITIONS, |position| {
        for value in values {
            match secret(position.replace('@', value)) {
                Ok(resolver) => {
                    let found = answer(&resolver, "reg.io/x");
                    assert!(
                        found == "u:p" || found == "-" && position.contains("email"),
                        "{position}"
                    );
                    assert_eq!(answer(&resolver, "a.io/x"), "-", "{position} {value}");
                }
                Err(Error::Syntax { line: 1, column, .. }) => assert!(column > 1, "{position}"),
                Err(error) => panic!("{position} {value:.20}: {error}"),
            }
        }
        for value in [
            "01",
            "+1",
            "0x1",
            "NaN",
            "Infinity",
            "1.",
            ".5",
            "1e",
            "--1",
            "'x'",
            "undefined",
            r#""\x41""#,
            r#""\u12""#,
            r#""\ud8""#,
        ] {
            assert!(
                matches!(refused(position.replace('@', value)), Error::Syntax { .. }),
                "{position} {value}"
            );
        }
    });
    let key = canary("reg.io").replace("reg.io", r"\ud800.reg.io");
    assert!(matches!(refused(key), Error::Syntax { line: 1, .. }));
}

/// JSON without a value does not fail a document, and must not hide the real fault.
#[test]
fn json_without_a_value_before_the_real_fault() {
    let before = r#"{"auths": {"a.io": {"password": "\ud800"}"#;
    let error = refused(format!("{before},\n \"b.io\" 1}}}}"));
    assert!(matches!(error, Error::Syntax { line: 2, .. }), "{error}");
    let error = refused(format!("{before}}}, \"auths\": []}}"));
    assert!(matches!(error, Error::NotACredentialFile { .. }), "{error}");
    let error = refused(before);
    assert!(error.to_string().contains("ends too early"), "{error}");
    let mut limits = Limits::default();
    limits.file_entries = 1;
    let two = format!("{before}, \"b.io\": {{}}}}}}");
    let error = refusal(Resolver::builder().limits(limits).task_secret(two).build());
    assert!(matches!(error, Error::Limit { limit: Limit::FileEntries, .. }), "{error}");
}
