//! Encodings other than UTF-8, control characters, and bytes around the document.

use regcred::{EntryProblem, Error, WarningKind};

use super::{PASSWORD, canary, refused, shows_no_secret, told};
use crate::support::{answer, base64, check_rows, from_secret, secret};

/// JSON requires that control characters are escaped. An escaped one in a key matches nothing and
/// is never shown.
#[test]
fn control_characters() {
    check_rows(0..0x20_u8, |code| {
        let raw = char::from(code);
        let escaped = format!("\\u{code:04x}");
        let raw_key = canary("reg.io").replace("reg.io", &format!("reg{raw}.io"));
        let raw_value = canary("reg.io").replace("\"auth\": \"", &format!("\"auth\": \"{raw}"));
        for document in [raw_key, raw_value] {
            assert!(matches!(refused(document), Error::Syntax { .. }), "{code}");
        }
        let document = canary("reg.io").replace("reg.io", &format!("reg.io{escaped}\\u001b[2J"));
        let resolver = secret(document).unwrap();
        assert_eq!(answer(&resolver, "reg.io/x"), "-", "{code}");
        let told = told(&resolver, "reg.io/x");
        shows_no_secret(&told);
        assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
        assert_eq!(
            told.lines().count(),
            self::told(&secret(canary("@other.io")).unwrap(), "reg.io/x").lines().count()
        );
        // In a password it is an ordinary character.
        let password =
            format!(r#"{{"auths": {{"reg.io": {{"username": "u", "password": "a{escaped}b"}}}}}}"#);
        assert_eq!(from_secret(password, "reg.io/x"), format!("u:a{raw}b"));
    });
}

#[test]
fn an_encoding_that_is_not_utf_8() {
    let document = canary("reg.io");
    let utf_16 = |to: fn(u16) -> [u8; 2]| document.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let (little, big) = (utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes));
    let rows = [[b"\xFF\xFE", &*little].concat(), [b"\xFE\xFF", &*big].concat(), little, big];
    check_rows(rows, |bytes| {
        assert!(refused(bytes).to_string().contains("UTF-16"));
    });
    #[rustfmt::skip]
    let foreign: [&[u8]; 14] = [
        b"\xFF", b"\xFE", b"\xC0\xAF", b"\xC0\x80", b"\xC1\xBF", b"\xE0\x80\xAF", b"\xF0\x80\x80\xAF", b"\xED\xA0\x80",
        b"\xED\xA0\x80\xED\xB0\x80", b"\xF4\x90\x80\x80", b"\xF8\x88\x80\x80\x80", b"\x80", b"\xE2\x82", b"\xE9",
    ];
    check_rows(0..=document.len(), |at| {
        for foreign in foreign {
            let (before, behind) = document.as_bytes().split_at(at);
            let error = refused([before, foreign, behind].concat());
            assert!(matches!(error, Error::Encoding { .. }), "{at} {foreign:?}: {error}");
        }
    });
    // The same bytes within an `auth` make the entry malformed.
    check_rows(foreign, |foreign| {
        let auth = base64([b"u:", PASSWORD.as_bytes(), foreign].concat());
        let resolver =
            secret(format!(r#"{{"auths": {{"reg.io": {{"auth": "{auth}"}}}}}}"#)).unwrap();
        let [warning] = resolver.warnings() else { panic!("{:?}", resolver.warnings()) };
        assert_eq!(*warning.kind(), WarningKind::MalformedEntry(EntryProblem::AuthNotUtf8));
        assert_eq!(answer(&resolver, "reg.io/x"), "-");
        shows_no_secret(&told(&resolver, "reg.io/x"));
    });
}

#[test]
fn a_byte_order_mark_or_garbage_around_the_document() {
    let document = canary("reg.io");
    assert_eq!(from_secret(format!("\u{FEFF}{document}"), "reg.io/x"), format!("u:{PASSWORD}"));
    let rows = [
        "\u{FEFF}\u{FEFF}",
        " \u{FEFF}",
        "\u{a0}",
        "//\n",
        "#\n",
        ")]}'\n",
        "{}",
        "[]",
        ",",
        PASSWORD,
    ];
    check_rows(rows, |before| {
        assert!(
            matches!(refused(format!("{before}{document}")), Error::Syntax { .. }),
            "{before:?}"
        );
    });
    let rows = [
        "\u{FEFF}", "\0", "\u{1a}", "\u{b}", "\u{a0}", "}", "]", ",", "{}", "//", "/**/", "null",
        PASSWORD, &document,
    ];
    check_rows(rows, |behind| {
        let error = refused(format!("{document}{behind}"));
        assert!(error.to_string().contains("text after the end"), "{behind:?}: {error}");
    });
}
