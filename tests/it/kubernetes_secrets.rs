//! DESIGN 3.4: Kubernetes pull Secrets.

use regcred::{CredentialFile, Error, Format};

use crate::support::{base64, check_rows, config, from_secret, quote, secret};

#[test]
fn pull_secrets_are_recognised_and_string_data_outranks_data() {
    let config = config(&[("reg.io", "u")]);
    let flat = r#"{"reg.io": {"auth": "dTpw"}}"#;
    let encoded = base64(&config);
    let (start, end) = encoded.split_at(20);
    // The members of a Secret: CONFIG and FLAT are the files as JSON texts, CONFIG64 and FLAT64 in
    // base64.
    let fill = |document: &str| {
        let document = document.replace("CONFIG64", &quote(&encoded));
        let document = document.replace("FLAT64", &quote(&base64(flat)));
        document.replace("CONFIG", &quote(&config)).replace("FLAT", &quote(flat))
    };
    let data = |data: &str| format!(r#"{{"kind": "Secret", "data": {{{data}}}}}"#);
    let both = |data: &str, string_data: &str| {
        format!(r#"{{"kind": "Secret", "data": {{{data}}}, "stringData": {{{string_data}}}}}"#)
    };
    const EMPTY: &str = r#"".dockerconfigjson": "e30=""#;
    const MARKED: &str = "\u{FEFF}";
    // document, rule
    #[rustfmt::skip]
    let table = [
        (data(r#"".dockerconfigjson": CONFIG64"#), "Kubernetes"),
        (data(r#"".dockercfg": FLAT64"#), "Kubernetes"),
        (data(r#"".dockerconfigjson": FLAT64"#), "the content decides the format, not the name"),
        (data(r#"".dockercfg": FLAT64, ".dockerconfigjson": "e30=""#), "both are read"),
        (both("", r#"".dockerconfigjson": CONFIG"#), "Kubernetes: stringData"),
        (both(EMPTY, r#"".dockerconfigjson": CONFIG"#), "Kubernetes: stringData outranks data"),
        (both(r#"".dockerconfigjson": CONFIG64"#, r#"".dockercfg": "{\"a.io\": {}}""#), "Kubernetes: name by name"),
        (both(EMPTY, r#"".dockercfg": FLAT"#), "Kubernetes: name by name"),
        (r#"{"kind": "Secret", "type": "kubernetes.io/dockercfg", "data": {".dockerconfigjson": CONFIG64}}"#.into(),
            "the type does not decide"),
        (r#"{".dockercfg": "e30=", "kind": "Secret", "data": {".dockerconfigjson": CONFIG64}}"#.into(),
            "Kubernetes: a Secret holds what is below data"),
        (r#"{".dockerconfigjson": CONFIG64}"#.into(), "the bare data object"),
        (r#"{".dockercfg": FLAT64}"#.into(), "the bare data object"),
        (r#"{".dockerconfigjson": CONFIG}"#.into(), "plain text in place of base64"),
        (format!(r#"{{".dockerconfigjson": {}}}"#, quote(&format!("\n {config}"))), "plain text after white space"),
        (format!(r#"{{".dockerconfigjson": "{start}\n{end}\n"}}"#), "3.3: line breaks in base64 are skipped"),
        (format!(r#"{{".dockerconfigjson": "{}"}}"#, base64(format!("{MARKED}{config}"))), "a byte-order mark inside"),
    ];
    check_rows(table, |(document, rule)| {
        let document = fill(&document);
        let file = CredentialFile::parse(document.as_bytes());
        let format = file.unwrap_or_else(|error| panic!("{rule}: {document}: {error}")).format();
        assert_eq!(format, Format::KubernetesSecret, "{rule}: {document}");
        assert_eq!(from_secret(&*document, "reg.io/app"), "u:p", "{rule}: {document}");
    });
}

#[test]
fn other_documents_with_the_members_of_a_secret_are_not_secrets() {
    let data =
        format!(r#""data": {{".dockerconfigjson": "{}"}}"#, base64(config(&[("reg.io", "u")])));
    let auths = r#""auths": {"reg.io": {"auth": "dTpw"}}"#;
    // document, answer for reg.io/app, rule
    #[rustfmt::skip]
    let table = [
        (format!(r#"{{"kind": "secret", {data}}}"#), "-", "Kubernetes: kinds are compared by case"),
        (format!(r#"{{"kind": "Secret", "kind": "Pod", {data}}}"#), "-", "3.4: the last one counts"),
        (format!(r#"{{"kind": "Secret", {auths}}}"#), "u:p", "Docker's fields come first"),
        (format!(r#"{{"kind": "Pod", {auths}}}"#), "u:p", "unknown fields are ignored"),
        (r#"{".dockercfg": "e30=", ".dockercfg": null}"#.into(), "-", "3.4: the last one counts, null is absent"),
    ];
    check_rows(table, |(document, expected, rule)| {
        let format = CredentialFile::parse(document.as_bytes()).map(|file| file.format());
        assert!(matches!(format, Ok(Format::ConfigJson)), "{rule}: {document}: {format:?}");
        assert_eq!(from_secret(&*document, "reg.io/app"), expected, "{rule}: {document}");
    });
}

#[test]
fn a_secret_without_a_readable_file_is_an_error() {
    let nested = base64(r#"{"kind": "Secret", "data": {".dockercfg": "e30="}}"#);
    let bare = |file: &str| format!(r#"{{".dockercfg": {file}}}"#);
    // members beside "kind": "Secret", error, rule
    #[rustfmt::skip]
    let table = [
        (r#""x": 1"#, "neither .dockerconfigjson nor .dockercfg", "3.4"),
        (r#""data": {"x": "e30="}"#, "neither .dockerconfigjson nor .dockercfg", "3.4"),
        (r#""data": {".dockerconfigjson": ""}"#, "(.dockerconfigjson): the file is empty", "3.4"),
        (r#""data": {".dockerconfigjson": "***"}"#, "not base64", "3.4"),
        (r#""data": {".dockercfg": {}}"#, "is not text", "3.4"),
        (r#""data": {".dockercfg": "e30=", ".dockercfg": null}"#, "holds neither", "3.4: the last one counts"),
        (r#""data": {".dockercfg": "e30="}, "data": {}"#, "holds neither", "3.4: the last one counts"),
        (r#""stringData": {".dockercfg": "{}"}, "stringData": {}"#, "holds neither", "3.4: the last one counts"),
        (r#""data": {".DockerCfg": "e30="}"#, "holds neither", "Kubernetes: names are compared by case"),
        (r#""data": {".dockercfg": "ew=="}"#, "(.dockercfg): the JSON ends too early", "3.4"),
    ];
    let table = table.map(|(members, expected, rule)| {
        (format!(r#"{{"kind": "Secret", {members}}}"#), expected, rule)
    });
    let others = [
        (r#"{"kind": "Secret"}"#.to_owned(), "neither .dockerconfigjson nor .dockercfg", "3.4"),
        (bare(r#"{"reg.io": {}}"#), "is not text", "3.4"),
        (bare(&quote(&nested)), "Secret inside a Secret", "no nesting"),
    ];
    check_rows(table.into_iter().chain(others), |(document, expected, rule)| {
        let error = CredentialFile::parse(document.as_bytes()).expect_err(rule).to_string();
        assert!(error.contains(expected), "{rule}: {document} should say {expected:?}: {error}");
        let error = secret(document).expect_err(rule).to_string();
        assert!(error.starts_with("task secret"), "{rule}: should say where: {error}");
    });
}

#[test]
fn a_secret_that_is_encoded_the_wrong_number_of_times_says_so() {
    let file = config(&[("reg.io", "u")]);
    let once = base64(&file);
    let twice = base64(format!("{once}\n"));
    let thrice = base64(&twice);
    let twice_archive = base64(base64([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]));
    const TWICE: &str = "the file is encoded in base64 twice, at line 1, column 1; encode the file once; \
                         kubectl create secret generic with --from-file does it";
    const MORE: &str = "the file is encoded in base64 more than twice, at line 1, column 1; encode the \
                        file once; kubectl create secret generic with --from-file does it";
    const PLAIN: &str = "this is base64, and stringData takes the file itself, at line 1, column 1; put \
                         the file there, or its base64 into data";
    const PLAIN_AGAIN: &str = "this is encoded in base64 more than once, at line 1, column 1; decode it \
                               with base64 -d until it is JSON";
    const TOKEN: &str = "this looks like a bare token or password, not a credential file, at line 1, \
                         column 1; docker login --username USER --password-stdin HOST makes a config.json of it";
    let data = |field: &str, value: &str| {
        format!(r#"{{"kind": "Secret", "{field}": {{".dockerconfigjson": {}}}}}"#, quote(value))
    };
    // document, error
    let table = [
        (data("data", &twice), TWICE),
        (data("data", &format!("{twice}\n")), TWICE),
        (data("data", &base64(base64("{}"))), TWICE),
        (data("data", &twice_archive), TWICE),
        (format!(r#"{{".dockerconfigjson": "{twice}"}}"#), TWICE),
        (data("data", &thrice), MORE),
        (data("data", &base64("Zw4Tmf8Rcx3Lhd6")), TOKEN),
        (data("stringData", &once), PLAIN),
        (data("stringData", &format!("{once}\n")), PLAIN),
        (data("stringData", &twice), PLAIN_AGAIN),
        (data("stringData", "Zw4Tmf8Rcx3Lhd6"), TOKEN),
    ];
    check_rows(table, |(document, expected)| {
        let error = CredentialFile::parse(document.as_bytes()).expect_err(&document);
        assert!(matches!(error, Error::Syntax { .. }), "{document}: {error}");
        let expected = format!("credential file, (.dockerconfigjson): {expected}");
        assert_eq!(error.to_string(), expected, "{document}");
        assert!(secret(&*document).is_err(), "{document}");
    });
}
