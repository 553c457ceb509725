//! Names of JSON members that are duplicates, look-alikes or special elsewhere.

use regcred::WarningKind;

use super::{canary, shows_no_secret, told};
use crate::support::{answer, check_rows, config, from_secret, quote, secret};

/// The last duplicate wins and is reported, in any JSON spelling.
#[test]
fn a_duplicate_key() {
    #[rustfmt::skip]
    let table = [
        r#"{"auths": {"reg.io": {"auth": "eDp5"}, "reg.io": {"auth": "dTpw"}}}"#,
        r#"{"auths": {"reg.io": {"auth": "eDp5"}, "reg\u002eio": {"auth": "dTpw"}}}"#,
        r#"{"AUTHS": {"reg.io": {"auth": "eDp5"}}, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
        r#"{"auths": {"reg.io": {"auth": "eDp5"}}, "\u0061uths": {"reg.io": {"auth": "dTpw"}}, "Auths": {}}"#,
        r#"{"reg.io": {"auth": "eDp5"}, "\u0072eg.io": {"auth": "dTpw"}}"#,
    ];
    check_rows(table, |document| {
        let resolver = secret(document).unwrap();
        assert_eq!(answer(&resolver, "reg.io/x"), "u:p", "{document}");
        let [warning] = resolver.warnings() else { panic!("{:?}", resolver.warnings()) };
        assert_eq!(*warning.kind(), WarningKind::DuplicateKey, "{document}");
    });
    #[rustfmt::skip]
    let fields = [
        r#""auth": "eDp5", "AUTH": "dTpw""#, r#""auth": 1, "Auth": "dTpw""#, r#""auth": "!", "\u0061uth": "dTpw""#,
        r#""username": "x", "password": "y", "USERNAME": "u", "Password": "p""#,
    ];
    check_rows(fields, |fields| {
        let document = format!(r#"{{"auths": {{"reg.io": {{{fields}}}}}}}"#);
        assert_eq!(from_secret(document, "reg.io/x"), "u:p", "{fields}");
    });
}

/// Only ASCII is folded: Go's decoder takes the long s for an s, and the Kelvin sign for a k.
#[test]
fn a_field_name_in_another_script() {
    let rows =
        ["auth\u{17f}", "АUTHS", "auths\u{0}", "auths ", " auths", "ａuths", "auths\u{200b}"];
    check_rows(rows, |name| {
        let document = canary("reg.io").replace("auths", &quote(name)[1..quote(name).len() - 1]);
        let resolver = secret(document).unwrap();
        assert_eq!(answer(&resolver, "reg.io/x"), "-", "{name:?}");
        shows_no_secret(&told(&resolver, "reg.io/x"));
    });
    check_rows(["identityto\u{212a}en", "pa\u{17f}\u{17f}word", "uſername", "auth\0"], |field| {
        let document =
            format!(r#"{{"auths": {{"reg.io": {{{}: "x", "auth": "dTpw"}}}}}}"#, quote(field));
        assert_eq!(from_secret(document, "reg.io/x"), "u:p", "{field:?}");
    });
}

#[test]
fn names_special_to_other_programs() {
    let rows = [
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "$ref",
        "<<",
        "",
        "*auths",
        "auths.reg.io",
        "0",
    ];
    check_rows(rows, |name| {
        let name = quote(name);
        #[rustfmt::skip]
        let documents = [
            canary("reg.io").replace("\"auths\"", &name),
            format!(r#"{{"auths": {{{name}: {}}}}}"#, canary("reg.io")),
            format!(r#"{{"auths": {{"reg.io": {{{name}: {{"auth": "dTpw"}}}}}}}}"#),
        ];
        for document in documents {
            assert_eq!(from_secret(&*document, "reg.io/x"), "-", "{document}");
        }
        let beside =
            config(&[("reg.io", "u")]).replacen('{', &format!("{{{name}: {{\"auths\": 1}}, "), 1);
        assert_eq!(from_secret(beside, "reg.io/x"), "u:p", "{name}");
    });
}
