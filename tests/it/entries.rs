//! DESIGN 3.3: entries.

use regcred::{EntryProblem, WarningKind};

use crate::support::{answer, base64, check_rows, from_secret, image_ref, secret};

const ABSENT: &str = "-";

#[test]
fn the_fields_of_an_entry_decide_its_credential() {
    let b = |text: &str| base64(text);
    // entry, answer, rule
    #[rustfmt::skip]
    let table = [
        (format!(r#"{{"auth": "{}"}}"#, b("u:p")), "u:p", "Docker"),
        (format!(r#"{{"AUTH": "{}"}}"#, b("u:p")), "u:p", "Docker: field names in any case"),
        (format!(r#"{{"auth": "{}"}}"#, b("u:p:q")), "u:p:q", "Docker: the first colon"),
        (format!(r#"{{"auth": "{}"}}"#, b("u:")), "u:", "Docker: an empty password"),
        (format!(r#"{{"auth": "{}"}}"#, b(":p")), ":p", "kubelet: an empty user"),
        (format!(r#"{{"auth": "{}"}}"#, b(":")), ABSENT, "3.3: both empty"),
        (format!(r#"{{"auth": "{}"}}"#, b("u:\0p\0\0")), "u:p", "Docker: NULs around the password"),
        (format!(r#"{{"auth": "{}"}}"#, b("u:\0\0")), "u:", "Docker: NULs around nothing"),
        (format!(r#"{{"auth": "{}"}}"#, b("\0u\0:p")), "\0u\0:p", "Docker: NULs of the user name are kept"),
        (format!(r#"{{"auth": "{}"}}"#, b("u:ä{\"x\":1}\n")), "u:ä{\"x\":1}\n", "GCR's JSON key; a newline is kept"),
        (r#"{"auth": "dTpwcA"}"#.into(), "u:pp", "kubelet: no padding"),
        (r#"{"auth": "dTpwcA=="}"#.into(), "u:pp", "Docker: padding"),
        (r#"{"auth": "dTpw\r\ncA\t= ="}"#.into(), "u:pp", "3.3: white space is skipped"),
        (r#"{"auth": "dTpwcB=="}"#.into(), "u:pp", "Docker: unused bits are not checked"),
        (r#"{"auth": "dTpw\u0063A=="}"#.into(), "u:pp", "JSON escapes"),
        (r#"{"auth": "dTo\/Pz8="}"#.into(), "u:???", "JSON escapes, as PHP writes a slash"),
        (r#"{"username": "u", "password": "\b\f\n\r\t\"\\\/b"}"#.into(), "u:\u{8}\u{C}\n\r\t\"\\/b",
            "every JSON escape"),
        (r#"{"username": "\u00fc\u20ac", "password": "\ud83d\ude00"}"#.into(), "ü€:\u{1F600}",
            "one and two UTF-16 units"),
        (r#"{"username": "u", "password": "p"}"#.into(), "u:p", "Docker since 20.10"),
        (r#"{"username": "u"}"#.into(), "u:", "3.3: either half may be empty"),
        (r#"{"password": "p"}"#.into(), ":p", "3.3: either half may be empty"),
        (r#"{"auth": "dTpw", "username": "x", "password": "y"}"#.into(), "u:p", "Docker: auth wins"),
        (r#"{"auth": "dTpw", "username": 1, "password": []}"#.into(), "u:p", "3.3: fields that do not matter"),
        (r#"{"auth": "", "username": "u", "password": "p"}"#.into(), "u:p", "3.3: empty is absent"),
        (r#"{"auth": null, "username": "u"}"#.into(), "u:", "Docker: null is absent"),
        (r#"{"auth": "Og==", "username": "u"}"#.into(), ABSENT, "3.3: auth wins, and is empty"),
        (r#"{"identitytoken": "t"}"#.into(), "identity:t", "Docker"),
        (r#"{"identityToken": "t", "auth": "dTpw"}"#.into(), "identity:t", "3.3: before user and password"),
        (r#"{"identitytoken": "", "auth": "dTpw"}"#.into(), "u:p", "3.3: empty is absent"),
        (r#"{"registrytoken": "r"}"#.into(), "registry:r", "Docker"),
        (r#"{"registrytoken": "r", "identitytoken": "t", "auth": "dTpw"}"#.into(), "registry:r", "3.3: first of all"),
        (r#"{"auth": "eDp5", "auth": "dTpw"}"#.into(), "u:p", "3.4: the last counts"),
        (r#"{"auth": "dTpw", "Auth": null}"#.into(), ABSENT, "3.4: the last one counts, in any case"),
        (r#"{"username": 1, "username": "u", "password": [], "password": "p"}"#.into(), "u:p", "3.4: the last counts"),
        (r#"{"auth": "!", "auth": 1, "auth": "dTpw"}"#.into(), "u:p", "3.4: the last counts"),
        (r#"{"auth": "dTpw", "email": 1, "x": {"y": [1e5]}}"#.into(), "u:p", "3.3: fields that do not matter"),
        ("{}".into(), ABSENT, "docker login beside a helper"),
        ("null".into(), ABSENT, "Docker"),
        (r#"{"email": "e@example.com"}"#.into(), ABSENT, "3.3: only an email"),
    ];
    check_rows(table, |(entry, expected, rule)| {
        let file = format!(r#"{{"auths": {{"reg.io": {entry}}}}}"#);
        assert_eq!(from_secret(file.clone(), "reg.io/app"), expected, "{entry}, {rule}");
        // The same entries at the top level of a .dockercfg, where null is not an entry.
        if entry != "null" {
            let flat = format!(r#"{{"reg.io": {entry}}}"#);
            assert_eq!(from_secret(flat, "reg.io/app"), expected, "flat {entry}, {rule}");
        }
    });
}

#[test]
fn a_malformed_entry_blocks_its_own_scope_only() {
    use EntryProblem as P;
    let not_utf8 = base64(b"u:\xff\xfe");
    // entry, problem, rule
    #[rustfmt::skip]
    let table = [
        (r#""nope""#.to_owned(), P::NotAnObject, "3.7"),
        ("1".into(), P::NotAnObject, "3.7"),
        ("true".into(), P::NotAnObject, "3.7"),
        (r#"["auth"]"#.into(), P::NotAnObject, "3.7"),
        (r#"{"auth": 1}"#.into(), P::AuthNotText, "3.3"),
        (r#"{"auth": {"x": 1}}"#.into(), P::AuthNotText, "3.3"),
        (r#"{"auth": "dTpw", "auth": 1}"#.into(), P::AuthNotText, "3.4: the last counts"),
        (r#"{"auth": "dTpw", "Auth": "!"}"#.into(), P::AuthNotBase64, "3.4: the last counts"),
        (r#"{"username": "u", "username": 1}"#.into(), P::UsernameNotText, "3.4: the last counts"),
        (r#"{"username": true}"#.into(), P::UsernameNotText, "3.3"),
        (r#"{"username": "u", "password": 1}"#.into(), P::PasswordNotText, "3.3"),
        (r#"{"identitytoken": 123}"#.into(), P::IdentityTokenNotText, "3.3"),
        (r#"{"auth": "dTpw", "registrytoken": []}"#.into(), P::RegistryTokenNotText, "3.3"),
        (r#"{"auth": "dTpw", "email": 1e999}"#.into(), P::Meaningless, "3.7: grammatical, no number"),
        (r#"{"username": "u", "password": "\ud800"}"#.into(), P::Meaningless, "3.7: half a surrogate pair"),
        ("1e999".into(), P::Meaningless, "3.7: grammatical, no number"),
        (r#"{"auth": " \n"}"#.into(), P::AuthWithoutColon, "3.3: blanks are not empty"),
        (r#"{"auth": "pants"}"#.into(), P::AuthNotBase64, "3.3"),
        (r#"{"auth": "dTr7__4="}"#.into(), P::AuthNotBase64, "3.3: the standard alphabet alone"),
        (r#"{"auth": "dTpw=AAA"}"#.into(), P::AuthNotBase64, "3.3: nothing after padding"),
        (r#"{"auth": "anVzdHRva2Vu"}"#.into(), P::AuthWithoutColon, "3.3"),
        (format!(r#"{{"auth": "{not_utf8}"}}"#), P::AuthNotUtf8, "3.3"),
        (r#"{"auth": "u:p"}"#.into(), P::AuthNotEncoded, "base64 has no colon"),
        (r#"{"auth": "user:dTpw"}"#.into(), P::AuthNotEncoded, "base64 has no colon"),
        (r#"{"auth": ":"}"#.into(), P::AuthNotEncoded, "base64 has no colon"),
        (r#"{"auth": "u: p\n", "username": "u", "password": "p"}"#.into(), P::AuthNotEncoded, "3.3: auth wins"),
        (r#"{"auth": "dTo_Pz8="}"#.into(), P::AuthUrlSafe, "RFC 4648: base64url"),
        (r#"{"auth": "dTo_Pz8"}"#.into(), P::AuthUrlSafe, "RFC 4648: base64url without padding"),
        (r#"{"auth": "dTp-fn4\n"}"#.into(), P::AuthUrlSafe, "RFC 4648: base64url and a newline"),
        (r#"{"auth": "dTo_Pz8/"}"#.into(), P::AuthNotBase64, "a mix of two alphabets"),
        (r#"{"auth": "ghp_token"}"#.into(), P::AuthNotBase64, "a bare token"),
        (r#"{"auth": "anVzdF90b2tlbj8_"}"#.into(), P::AuthNotBase64, "base64url of text without a colon"),
        (r#"{"auth": "${AUTH}"}"#.into(), P::AuthNotBase64, "a variable that was not expanded"),
        (r#"{"auth": "!", "username": "u", "password": "p"}"#.into(), P::AuthNotBase64, "3.3: auth wins"),
        (r#"{"auth": "anVzdHRva2Vu", "username": "u", "password": "p"}"#.into(), P::AuthWithoutColon, "3.3: auth wins"),
        (r#"{"username": "u", "password": "p", "auth": 1}"#.into(), P::AuthNotText, "3.3: auth wins"),
        (format!(r#"{{"username": "u", "password": "p", "auth": "{not_utf8}"}}"#), P::AuthNotUtf8, "3.3: auth wins"),
        (r#"{"auth": "!", "identitytoken": "t", "registrytoken": "r"}"#.into(), P::AuthNotBase64,
            "3.3: despite the tokens"),
    ];
    check_rows(table, |(entry, problem, rule)| {
        let file = format!(
            r#"{{"auths": {{"a.io": {{"auth": "dTpw"}}, "reg.io/team": {entry},
                "reg.io": {{"auth": "dTpw"}}, "z.io": {{"auth": "dTpw"}}}}}}"#
        );
        let resolver = secret(file.clone()).unwrap();
        assert_eq!(
            answer(&resolver, "reg.io/team/app"),
            "-",
            "never the next one, {entry}, {rule}"
        );
        for other in ["a.io/app", "reg.io/app", "z.io/app"] {
            assert_eq!(answer(&resolver, other), "u:p", "{other} beside {entry}, {rule}");
        }
        let [warning] = resolver.warnings() else { panic!("{entry}: {:?}", resolver.warnings()) };
        assert_eq!(warning.kind(), &WarningKind::MalformedEntry(problem), "{entry}, {rule}");
        assert_eq!(warning.key(), Some("reg.io/team"), "{entry}, {rule}");

        let strict = regcred::Resolver::builder().task_secret(file).strict().build();
        let error = strict.expect_err(&entry).to_string();
        let expected = format!("task secret: entry \"reg.io/team\": {problem}");
        assert_eq!(error, expected, "{entry}, {rule}");
    });
}

/// The texts are one line of a report, and say what to do.
#[test]
fn the_problem_of_an_auth_names_the_correction() {
    // auth, text
    #[rustfmt::skip]
    let table = [
        ("pants", "its field \"auth\" is not base64 of user:password (standard alphabet), as docker login writes \
            it; a bare token is not enough"),
        ("u:Zw4Tmf8Rcx3Lhd6", "its field \"auth\" looks like user:password itself; it must be base64 of that, as \
            docker login writes it"),
        ("dTo_Pz8=", "its field \"auth\" is base64 in the URL-safe alphabet; write + and / in place of - and _, \
            as docker login does"),
        ("dTr7//4=", "its field \"auth\" decodes to something that is not UTF-8 text; it must be base64 of \
            user:password in UTF-8, as docker login writes it, and not a bare token"),
        ("anVzdHRva2Vu", "its field \"auth\" decodes to text without a colon; it must be base64 of \
            user:password, as docker login writes it, and not a bare token"),
    ];
    check_rows(table, |(auth, text)| {
        let resolver =
            secret(format!(r#"{{"auths": {{"reg.io": {{"auth": "{auth}"}}}}}}"#)).unwrap();
        let [warning] = resolver.warnings() else { panic!("{auth}: {:?}", resolver.warnings()) };
        let expected = format!(
            "task secret: entry \"reg.io\": {text}; images it is for get no credential until it is corrected"
        );
        assert_eq!(warning.to_string(), expected, "{auth}");
        assert_eq!(answer(&resolver, "reg.io/app"), "-", "{auth}: it blocks");
        let page = resolver.explain(&image_ref("reg.io/app")).to_string();
        assert!(page.contains(text) && !page.contains(auth), "{auth}: {page}");
    });
}

/// JSON without a value selects a slower parser. It must not change a character of the other
/// entries.
#[test]
fn json_without_a_value_does_not_change_other_entries() {
    let rows = [
        ("1e999", "1e999"),
        (r"\ud83d\ude00", "\u{1F600}"),
        (r"\\ud800", r"\ud800"),
        (r#"\"1e999"#, "\"1e999"),
    ];
    check_rows(rows, |(written, password)| {
        let file = format!(
            r#"{{"auths": {{"a.io": {{"x": -1e999}}, "b.io": {{"password": "\ud800"}},
                "reg.io": {{"username": "u", "password": "{written}"}}}}}}"#
        );
        assert_eq!(from_secret(file, "reg.io/app"), format!("u:{password}"), "{written}");
    });
}

#[test]
fn unknown_fields_are_not_read_as_email() {
    let file = r#"{"auths": {"reg.io": {"auth": "dTpw", "email": "e@x.io", "comment": "c"}}}"#;
    let auth = secret(file).unwrap().resolve(&image_ref("reg.io/app")).unwrap();
    assert_eq!(auth.email(), Some("e@x.io"));
}

#[test]
fn creds_store_and_cred_helpers_are_reported_and_never_run() {
    let long_name = "a-".repeat(32);
    let long_helper = format!(r#"{{"credsStore": "{long_name}"}}"#);
    let longer_helper = format!(r#"{{"credsStore": "{long_name}a"}}"#);
    let long_told = format!("- {long_name}");
    // file, answer for reg.io/app, the helpers warned of, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"credsStore": "desktop"}"#, "-", vec!["- desktop"], "3.3"),
        (r#"{"auths": {"reg.io": {}}, "credsStore": "desktop"}"#, "-", vec!["- desktop"], "docker login"),
        (r#"{"auths": {"reg.io": {"auth": "dTpw"}}, "credsStore": "desktop"}"#, "u:p", vec!["- desktop"],
            "docker-py: auth counts too"),
        (r#"{"credHelpers": {"reg.io": "ecr-login"}}"#, "-", vec!["reg.io ecr-login"], "3.3"),
        (r#"{"credHelpers": {"reg.io": ""}, "credsStore": "", "auths": {"reg.io": {"auth": "dTpw"}}}"#, "u:p", vec![],
            "Docker: empty"),
        (r#"{"credHelpers": [], "credsStore": 5, "auths": {"reg.io": {"auth": "dTpw"}}}"#, "u:p", vec![],
            "3.4: any type"),
        (r#"{"credsStore": "desktop", "credsStore": ""}"#, "-", vec![], "3.4: the last counts"),
        (r#"{"credHelpers": {"reg.io": "x", "reg.io": ""}}"#, "-", vec![], "3.4: the last counts"),
        (r#"{"credHelpers": {"reg.io": "x"}, "CredHelpers": {"a.io": "y"}}"#, "-", vec!["a.io y"],
            "3.4: the last counts"),
        (&long_helper, "-", vec![&long_told], "3.7: the longest name that is shown"),
        (&longer_helper, "-", vec!["- …"], "3.7: no longer name is"),
        (r#"{"credStore": "desktop", "auths": {"reg.io": {"auth": "dTpw"}}}"#, "u:p", vec![], "Docker: misspelt"),
    ];
    check_rows(table, |(file, expected, helpers, rule)| {
        let resolver = secret(file).unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), expected, "{file}, {rule}");
        let told: Vec<String> = resolver
            .warnings()
            .iter()
            .map(|warning| match warning.kind() {
                WarningKind::Helper { helper, .. } => {
                    format!("{} {helper}", warning.key().unwrap_or("-"))
                }
                other => panic!("{file}: {other:?}"),
            })
            .collect();
        assert_eq!(told, helpers, "{file}, {rule}");
    });
}

#[test]
fn a_password_that_ends_in_a_newline_is_kept_with_a_warning() {
    #[rustfmt::skip]
    let table = [
        (format!(r#"{{"auth": "{}"}}"#, base64("u:p\n")), "u:p\n", 1),
        (r#"{"username": "u", "password": "p\r\n"}"#.to_owned(), "u:p\r\n", 1),
        (r#"{"username": "u", "password": "p\r"}"#.to_owned(), "u:p\r", 1),
        (r#"{"username": "u\n", "password": "p"}"#.to_owned(), "u\n:p", 0),
        (format!(r#"{{"auth": "{}"}}"#, base64("u:p\nq")), "u:p\nq", 0),
    ];
    check_rows(table, |(entry, expected, warnings)| {
        let resolver = secret(format!(r#"{{"auths": {{"reg.io": {entry}}}}}"#)).unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), expected, "{entry}");
        let told = resolver.warnings().iter();
        let newlines = told.filter(|w| *w.kind() == WarningKind::PasswordEndsInNewline).count();
        assert_eq!(newlines, warnings, "{entry}");
    });
}
