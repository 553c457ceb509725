//! DESIGN 3.7: no byte of a secret is in anything that can be printed.

use regcred::{ImageRef, Resolver};

use crate::laws::printed::Printed;
use crate::support::archive::{Member, gzip, tar};
use crate::support::{base64, check_rows, image_ref, quote};

/// Secrets that resemble nothing else. No eight consecutive bytes of one may be shown.
const USER: &str = "Xq7-Vbn2-Kj9z";
const PASSWORD: &str = "Zw4_Tmf8_Rcx3_Lhd6";
const IDENTITY: &str = "jq5.wvk7.pzn2.xgf9";
const REGISTRY: &str = "bt3.yhx6.mkq8.dfz4";
const USER_INFO: &str = "nvq6xjz2wk8p";
const EMAIL: &str = "Gz7@kxw3.qjv5.hbn9";
const CANARIES: [&str; 6] = [USER, PASSWORD, IDENTITY, REGISTRY, USER_INFO, EMAIL];

fn check(bytes: &[u8]) {
    let mut printed = Printed::default();
    printed.file(bytes);
    holds_no_secret(&printed, bytes);
}

#[track_caller]
fn holds_no_secret(printed: &Printed, input: &[u8]) {
    assert!(!printed.0.is_empty());
    let encoded = base64(format!("{USER}:{PASSWORD}"));
    printed.holds_none_of(&[&CANARIES[..], &[&*encoded]].concat(), input);
}

/// Files full of secrets, each in another format.
fn full_files() -> Vec<String> {
    let auth = base64(format!("{USER}:{PASSWORD}"));
    let entry = format!(
        r#"{{"auth": "{auth}", "username": "{USER}", "password": "{PASSWORD}",
            "identitytoken": "{IDENTITY}", "registrytoken": "{REGISTRY}", "email": "{EMAIL}"}}"#
    );
    let config = format!(
        r#"{{"auths": {{"reg.io/team": {entry}, "https://{USER_INFO}:{PASSWORD}@reg.io/": {entry},
            "https://{USER_INFO}:a/b?{PASSWORD}@reg.io/": {entry},
            "reg.io/?token={IDENTITY}": {entry}, "reg.io#{REGISTRY}": {entry},
            "{USER_INFO}@other.io": {entry}, "https://index.docker.io/v1/": {entry}}},
            "credHelpers": {{"{USER_INFO}@reg.io": "helper", "reg.io": "helper"}},
            "credsStore": "store", "HttpHeaders": {{"Authorization": "{auth}"}}}}"#
    );
    let plain =
        format!(r#"{{"auths": {{"reg.io": {{"username": "{USER}", "password": "{PASSWORD}"}}}}}}"#);
    let flat =
        format!(r#"{{"reg.io": {entry}, "{USER_INFO}@reg.io": {entry}, "other.io": "{auth}"}}"#);
    let lines = format!("auth = {auth}\nemail = {EMAIL}\n");
    let encoded = base64(&config);
    let secret = format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{encoded}"}}}}"#);
    let string_data =
        format!(r#"{{"kind": "Secret", "stringData": {{".dockercfg": {}}}}}"#, quote(&flat));
    vec![config, plain, flat, lines, secret, string_data]
}

#[test]
fn valid_files_are_never_shown() {
    check_rows(full_files(), |file| {
        check(file.as_bytes());
        for name in [".docker/config.json", ".dockercfg", "config.json"] {
            let member = Member { name, kind: b'0', data: file.as_bytes(), size: None };
            check(&gzip(&tar(&[member])));
        }
        check(&gzip(file.as_bytes()));
    });
}

#[test]
fn truncated_files_are_never_shown() {
    check_rows(full_files(), |file| {
        for end in (0..file.len()).step_by(13) {
            check(&file.as_bytes()[..end]);
        }
    });
}

#[test]
fn files_with_a_byte_changed_are_never_shown() {
    check_rows(full_files(), |file| {
        for at in (0..file.len()).step_by(17) {
            for byte in [b'"', b'\\', b'{', b' ', 0xFF] {
                let mut broken = file.clone().into_bytes();
                broken[at] = byte;
                check(&broken);
            }
        }
    });
}

#[test]
fn secrets_in_the_wrong_place_are_never_shown() {
    let auth = base64(format!("{USER}:{PASSWORD}"));
    let no_colon = base64(PASSWORD);
    let not_utf8 = base64([USER.as_bytes(), b":\xFF", PASSWORD.as_bytes()].concat());
    let table = [
        format!(r#"{{"auths": "{auth}"}}"#),
        format!(r#"{{"auths": ["{PASSWORD}"]}}"#),
        format!(r#""{PASSWORD}""#),
        format!(r#"["{PASSWORD}"]"#),
        format!(r#"{{"auths": {{"reg.io": "{PASSWORD}"}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": "{no_colon}"}}}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": "{not_utf8}"}}}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": "{PASSWORD}!"}}}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": ["{auth}"]}}}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"password": {{"{PASSWORD}": 1}}}}}}}}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": "{auth}"}}}}}} {PASSWORD}"#),
        format!(r#"{{"auths": {{"reg.io": {{"auth": "{auth}" "{PASSWORD}"}}}}}}"#),
        format!(
            r#"{{"auths": {{"reg.io": {{"auth": "{auth}", "password": "{PASSWORD}\ud800"}}}}}}"#
        ),
        format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{PASSWORD}"}}}}"#),
        format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{auth}"}}}}"#),
        format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": ["{auth}"]}}}}"#),
        format!(r#"{{"kind": "{PASSWORD}", ".dockercfg": "{no_colon}"}}"#),
        format!("auth = {PASSWORD}\nemail = x\n"),
        format!("auth = {auth}\npassword = {PASSWORD}\n"),
        format!("auths:\n  reg.io:\n    password: {PASSWORD}\n"),
        PASSWORD.to_owned(),
        format!("\u{FEFF}{PASSWORD}"),
    ];
    check_rows(table, |file| {
        check(file.as_bytes());
        check(&gzip(file.as_bytes()));
    });
    // A text that is not an image reference may be a password in the wrong place.
    let rows = [
        PASSWORD.to_owned(),
        format!("{USER_INFO}:{PASSWORD}@reg.io/app"),
        format!("https://{USER_INFO}@reg.io"),
    ];
    check_rows(rows, |text| {
        let error = ImageRef::parse(&text).expect_err(&text);
        let printed =
            Printed(format!("{error} {error:?} {:?}", ImageRef::parse_with_default("app", &text)));
        holds_no_secret(&printed, text.as_bytes());
    });
}

/// Usual names of helpers are shown; a credential in their place is not.
#[test]
fn helper_names_are_shown() {
    #[rustfmt::skip]
    let names = [
        "osxkeychain", "secretservice", "wincred", "pass", "desktop", "desktop.exe", "ecr-login", "gcloud", "gcr",
        "acr-env", "acr", "oci", "magic", "none", "keepassxc", "bitwarden", "1password", "passphrase-wrapper",
        "docker-credential-ecr-login",
        "harbor", "keychain",
    ];
    check_rows(names, |name| {
        let file = format!(r#"{{"credsStore": "{name}", "credHelpers": {{"reg.io": "{name}"}}}}"#);
        let resolver = Resolver::builder().task_secret(file).build().unwrap();
        assert_eq!(resolver.warnings().len(), 2);
        for warning in resolver.warnings() {
            assert!(warning.to_string().contains(&format!("helper {name:?}")), "{warning}");
        }
    });
    let rows = [
        base64("user:password"),
        base64(r#"{"auths":{}}"#),
        "user:password".to_owned(),
        "a b".to_owned(),
    ];
    check_rows(rows, |misplaced| {
        let file = format!(
            r#"{{"credsStore": "{misplaced}", "credHelpers": {{"reg.io": "{misplaced}"}}}}"#
        );
        let resolver = Resolver::builder().task_secret(file).build().unwrap();
        let told =
            format!("{:?} {}", resolver.warnings(), resolver.explain(&image_ref("reg.io/a")));
        assert_eq!(resolver.warnings().len(), 2, "told all the same");
        assert!(!told.contains(&misplaced), "{told}");
        let hidden = "a helper whose name is not shown (it is not all in lower case)";
        assert_eq!(
            told.matches(hidden).count(),
            5,
            "warnings, report and hints of {misplaced}: {told}"
        );
        assert!(!told.contains('…'), "{told}");
    });
}
