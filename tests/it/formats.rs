//! DESIGN 3.4: formats, recognised by content.

use regcred::{CredentialFile, Format, Resolver, ResolverBuilder, WarningKind};

use crate::support::{answer, check_rows, config, from_secret, secret};

const NONE: &str = "-";

#[test]
fn formats_are_recognised_by_content() {
    use Format as F;
    let entry = r#"{"auth": "dTpw"}"#;
    let config = format!(r#"{{"auths": {{"reg.io": {entry}}}}}"#);
    let flat = format!(r#"{{"reg.io": {entry}}}"#);
    // document, format, answer for reg.io/app, rule
    #[rustfmt::skip]
    let table = [
        (config.clone(), F::ConfigJson, "u:p", "Docker"),
        (format!("\u{FEFF} \n{config}\n\n"), F::ConfigJson, "u:p", "a BOM and white space"),
        (format!(r#"{{"AUTHS": {{"reg.io": {entry}}}}}"#), F::ConfigJson, "u:p", "Docker: in any case"),
        ("{}".into(), F::ConfigJson, NONE, "DC/OS: the blank configuration"),
        (r#"{"auths": {}}"#.into(), F::ConfigJson, NONE, "Docker"),
        (r#"{"auths": null}"#.into(), F::ConfigJson, NONE, "Docker"),
        (r#"{"detachKeys": "ctrl-e,e"}"#.into(), F::ConfigJson, NONE, "a field of Docker's"),
        (r#"{"x": {"y": 1}}"#.into(), F::ConfigJson, NONE, "nothing recognisable"),
        (r#"{"x.io": 1}"#.into(), F::ConfigJson, NONE, "its value is not an object"),
        (r#"{"reg.io": null}"#.into(), F::ConfigJson, NONE, "null is not an object"),
        (r#"{"reg.io": null, "quay.io": "x"}"#.into(), F::ConfigJson, NONE, "null is not an object"),
        (format!(r#"{{"auths": {{}}, "reg.io": {entry}}}"#), F::ConfigJson, NONE, "Docker's fields come first"),
        (format!(r#"{{"HttpHeaders": {{}}, "reg.io": {entry}}}"#), F::ConfigJson, NONE, "Docker's fields come first"),
        (format!(r#"{{"reg.io": {entry}, "PSFORMAT": 1}}"#), F::ConfigJson, NONE, "Docker's fields, in any case"),
        (flat.clone(), F::Dockercfg, "u:p", "Docker before 1.7"),
        (format!(r#"{{"https://reg.io/v1/": {entry}, "x": 1, "y": {{}}, "quay.io": null}}"#), F::Dockercfg, "u:p",
            "other fields are ignored"),
        (format!(r#"{{"localhost": {entry}, "reg.io": {entry}}}"#), F::Dockercfg, "u:p", "localhost is a registry"),
        ("auth = dTpw\nemail = e@example.com\n".into(), F::DockercfgLines, NONE, "for Docker Hub only"),
    ];
    check_rows(table, |(document, format, expected, rule)| {
        let file = CredentialFile::parse(document.as_bytes());
        let file = file.unwrap_or_else(|error| panic!("{document}: {error}, {rule}"));
        assert_eq!(file.format(), format, "{document}, {rule}");
        assert_eq!(from_secret(document.clone(), "reg.io/app"), expected, "{document}, {rule}");
    });
}

/// Every field of Docker's config file makes a document a `config.json`, whatever else it holds.
#[test]
fn any_field_of_dockers_makes_a_config_json() {
    #[rustfmt::skip]
    let fields = [
        "auths", "HttpHeaders", "psFormat", "imagesFormat", "networksFormat", "pluginsFormat", "volumesFormat",
        "statsFormat", "detachKeys", "credsStore", "credHelpers", "serviceInspectFormat", "servicesFormat",
            "tasksFormat",
        "secretFormat", "configFormat", "nodesFormat", "pruneFilters", "proxies", "experimental", "stackOrchestrator",
            "kubernetes",
        "currentContext", "cliPluginsExtraDirs", "plugins", "aliases", "features",
    ];
    check_rows(fields, |field| {
        for name in [field.to_owned(), field.to_ascii_lowercase(), field.to_ascii_uppercase()] {
            for document in [
                format!(r#"{{"{name}": null, "reg.io": {{"auth": "dTpw"}}}}"#),
                format!(r#"{{"reg.io": {{"auth": "dTpw"}}, "{name}": {{}}}}"#),
            ] {
                let format = CredentialFile::parse(document.as_bytes()).map(|file| file.format());
                let answer = from_secret(document.clone(), "reg.io/app");
                assert!(
                    matches!(format, Ok(Format::ConfigJson)),
                    "{document}: {format:?}, {answer}"
                );
                assert_eq!(answer, NONE, "{document}: {format:?}, {answer}");
            }
        }
    });
    let unknown = r#"{"credStore": "x", "reg.io": {"auth": "dTpw"}}"#;
    assert_eq!(from_secret(unknown, "reg.io/app"), "u:p", "{unknown}");
}

#[test]
fn files_without_credentials_are_errors_that_say_why() {
    let deep = format!(r#"{{"reg.io": {}"#, "{\"x\":".repeat(10_000));
    // document, error, rule
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"".into(), "the file is empty", "3.4"),
        (b" \n\t ".into(), "the file is empty", "3.4"),
        (b"\xEF\xBB\xBF \n".into(), "the file is empty", "3.4"),
        (b"{".into(), "ends too early, at line 1, column 1", "3.7"),
        (b"{\"auths\":\n {\"a.io\": {\"auth\": \"dTpw\"}".into(), "ends too early, at line 2, column 26", "3.7"),
        (b"{\"auths\": {},}".into(), "invalid JSON at line 1, column 14", "3.7"),
        (b"{'auths': {}}".into(), "single quotes, at line 1, column 2", "3.7"),
        (b"// c\n{}".into(), "a comment, which JSON does not have, at line 1, column 1", "3.7"),
        (b"hello world".into(), "invalid JSON at line 1, column 1", "3.7"),
        (b"auth = dTpw\npassword = p\n".into(), "invalid JSON at line 1, column 1", "Docker before 1.7: two names"),
        (b"{} x".into(), "text after the end of the JSON, at line 1, column 4", "3.4"),
        (b"{}{}".into(), "text after the end of the JSON", "3.4"),
        (b"{\"auths\": {}}\0".into(), "text after the end of the JSON", "3.4"),
        (b"\n\n  []".into(), "(line 3, column 3)", "3.7"),
        (b"[]".into(), "not an object", "3.4"),
        (b"\"x\"".into(), "not an object", "3.4"),
        (b"null".into(), "not an object", "3.4"),
        (b"7".into(), "not an object", "3.4"),
        (b"{\"auths\": []}".into(), "{\"auth\": …}} (line 1, column 12)", "3.7"),
        (b"{\"auths\": \"x\"}".into(), "\"auths\" is not an object", "3.7"),
        (b"{\n \"auths\": [1,\n 2\n ]}".into(), "(line 2, column 11)", "3.7: where it begins"),
        (b"{\"x\": 1, \"Auths\": 7}".into(), "\"auths\" is not an object", "3.7"),
        (b"{\"a\": \"\xff\"}".into(), "not UTF-8 text", "3.7"),
        (b"auth = dTpw\nbogus\n".into(), "invalid JSON", "Docker before 1.7: two names"),
        (b"email = e@example.com\n".into(), "invalid JSON", "auth is required"),
        (b"username = dTpw\nemail = x\n".into(), "invalid JSON", "Docker before 1.7: two names"),
        (b"\xFF\xFE{\0}\0".into(), "UTF-16", "PowerShell"),
        (b"{\0}\0".into(), "UTF-16", "without a BOM"),
        (b"\xFE\xFF\0{\0}".into(), "UTF-16", "big-endian"),
        (b"\0{\0}".into(), "UTF-16", "big-endian, without a BOM"),
        (b"\xEF\xBB\xBF{".into(), "ends too early", "after a BOM"),
        (b"PK\x03\x04....".into(), "zip archive", "3.5"),
        (b"BZh91AY&SY".into(), "not with gzip", "3.5"),
        (b"\x28\xB5\x2F\xFD\0".into(), "not with gzip", "3.5"),
        (b"{\"auths\": {}, \"auths\": []}".into(), "\"auths\" is not an object", "3.7"),
        (b"\xFD7zXZ\0".into(), "not with gzip", "3.5"),
        (b"apiVersion: v1\nkind: Secret\n".into(), "YAML", "kubectl's default"),
        (b"kind: Secret\napiVersion: v1\n".into(), "for a Secret, take kubectl get secret NAME -o json", "any order"),
        (b"auths:\n  reg.io:\n    auth: dTpw\n".into(),
            "this is YAML, not JSON, at line 1, column 1; turn it into JSON first", "a config.json in YAML"),
        (deep.into(), "ends too early", "depth does not matter where nothing is read"),
    ];
    check_rows(table, |(document, expected, rule)| {
        let shown = String::from_utf8_lossy(&document).chars().take(80).collect::<String>();
        let error = CredentialFile::parse(&document).expect_err(&shown).to_string();
        assert!(error.contains(expected), "{shown:?} should say {expected:?}: {error}, {rule}");
        let error = secret(document).expect_err(&shown).to_string();
        assert!(error.starts_with("task secret"), "{shown:?} should say where: {error}, {rule}");
    });
}

#[test]
fn the_oldest_line_format_is_for_docker_hub() {
    // document, answer for nginx, rule
    #[rustfmt::skip]
    let table = [
        ("auth = dTpw\nemail = e@example.com\n", "u:p", "Docker up to 0.5"),
        ("auth = dTpw\r\nemail = e@example.com\r\n", "u:p", "Windows"),
        ("auth=dTpw", "u:p", "blanks do not matter"),
        ("\n  email = x\n\n auth =dTpw \n", "u:p", "order and blank lines do not matter"),
        ("AUTH = dTpw\nEmail = x", "u:p", "names in any case"),
        ("auth = \nemail = x", "-", "empty is absent"),
        ("auth = eDp5\nauth = dTpw\n", "u:p", "3.4: the last one counts"),
        ("auth = dTpw\nemail = {x}\n", "u:p", "a brace elsewhere does not make it JSON"),
        ("auth = dTpw\nauth = \n", "-", "3.4: the last one counts"),
        ("auth = bm9jb2xvbg==\n", "-", "malformed"),
        ("\u{FEFF}auth = dTpw\n", "u:p", "a BOM is skipped"),
    ];
    check_rows(table, |(document, expected, rule)| {
        assert_eq!(from_secret(document, "nginx"), expected, "{document:?}, {rule}");
        assert_eq!(from_secret(document, "quay.io/nginx"), "-", "{document:?}, {rule}");
    });
    let file = CredentialFile::parse(b"auth = dTpw\nemail = e@example.com\n").unwrap();
    let keys: Vec<&str> = file.entries().map(|entry| entry.key()).collect();
    assert_eq!(keys, ["https://index.docker.io/v1/"]);
    let hub = secret("email = x\nauth = dTpw\nemail = e@example.com\n").unwrap();
    let auth = hub.resolve_registry("docker.io").unwrap();
    assert_eq!(auth.email(), Some("e@example.com"), "3.4: the last one counts");
}

#[test]
fn a_credential_file_lists_its_entries() {
    let file = CredentialFile::parse(
        br#"{"auths": {"a.io": {"auth": "dTpw"}, "b.io": {}, "c.io": 1, "d@e.io": {"auth": "dTpw"},
            "a.io": {"identitytoken": "t"}}}"#,
    )
    .unwrap();
    let told: Vec<String> = file
        .entries()
        .map(|e| format!("{} {:?} {:?}", e.key(), e.credential(), e.problem()))
        .collect();
    assert_eq!(
        told,
        [
            "b.io None None",
            "c.io None Some(NotAnObject)",
            "a.io Some(IdentityToken([redacted])) None"
        ]
    );
    assert_eq!(file.warnings().len(), 3, "{:?}", file.warnings());
    assert!(file.warnings().iter().all(|w| w.to_string().starts_with("credential file: ")));
}

/// DESIGN 3.4: blocks as in `auths`, so that a weaker level never answers instead.
#[test]
fn a_dockercfg_entry_of_another_type_blocks_its_scope() {
    // value of "quay.io" beside an entry, answer over an agent's credential, malformed, rule
    #[rustfmt::skip]
    let table = [
        (r#""dTpw""#, "-", true, "a text, as people write the auth itself"),
        ("1", "-", true, "a number"),
        ("1e999", "-", true, "a number that overflows"),
        ("true", "-", true, "a truth"),
        (r#"[{"auth": "dTpw"}]"#, "-", true, "a list"),
        ("null", "agent:p", false, "null is absent"),
        ("{}", "agent:p", false, "an empty entry is absent"),
        (r#"{"auth": "eDp5"}"#, "x:y", false, "an entry"),
    ];
    check_rows(table, |(value, expected, malformed, rule)| {
        let file = format!(r#"{{"quay.io": {value}, "reg.io": {{"auth": "dTpw"}}, "x": {value}}}"#);
        let built = |builder: ResolverBuilder| {
            builder.agent_flag(config(&[("quay.io", "agent")])).task_secret(&*file).build()
        };
        let resolver = built(Resolver::builder());
        let resolver = resolver.unwrap_or_else(|error| panic!("{file}, {rule}: {error}"));
        let answers = ["quay.io/app", "reg.io/app"].map(|image| answer(&resolver, image));
        let told: Vec<(Option<&str>, &WarningKind)> =
            resolver.warnings().iter().map(|w| (w.key(), w.kind())).collect();
        let is_told = match told[..] {
            [] => !malformed,
            [(Some("quay.io"), WarningKind::MalformedEntry(_))] => malformed,
            _ => false,
        };
        let is_refused = built(Resolver::builder().strict()).is_err();
        assert_eq!(
            answers,
            [expected, "u:p"],
            "{file}, {rule}: {answers:?}, strict {is_refused}, {told:?}"
        );
        assert!(is_told, "{file}, {rule}: {answers:?}, strict {is_refused}, {told:?}");
        assert_eq!(
            is_refused, malformed,
            "{file}, {rule}: {answers:?}, strict {is_refused}, {told:?}"
        );
    });
}
