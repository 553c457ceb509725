//! DESIGN 3.3, 3.4 and 3.7: JSON made to exhaust the reader, to be read as something else, or to
//! bring a secret into an error.

use regcred::{
    CredentialFile, EntryProblem, Error, Format, Limits, Resolver, WarningKind, dcos, marathon,
    mesos,
};

use super::{PASSWORD, canary, refusal, refused, shows_no_secret, told};
use crate::support::{answer, base64, check_rows, config, from_secret, quote, secret};

/// Where a value can stand: a document with `@` in its place, and beside it a good entry for
/// `reg.io`.
#[rustfmt::skip]
const POSITIONS: [&str; 14] = [
    r#"{"x": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"HttpHeaders": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"kind": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"data": @, "stringData": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"data": {".dockercfg": @}, ".dockerconfigjson": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"credsStore": @, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"credHelpers": {"reg.io": @}, "auths": {"reg.io": {"auth": "dTpw"}}}"#,
    r#"{"auths": {"a.io": @, "reg.io": {"auth": "dTpw"}}}"#,
    r#"{"auths": {"a.io": {"auth": @}, "reg.io": {"auth": "dTpw"}}}"#,
    r#"{"auths": {"a.io": {"password": @}, "reg.io": {"auth": "dTpw"}}}"#,
    r#"{"auths": {"reg.io": {"email": @, "auth": "dTpw"}}}"#,
    r#"{"auths": {"reg.io": {"x": @, "auth": "dTpw"}}}"#,
    r#"{"a.io": @, "reg.io": {"auth": "dTpw"}}"#,
    r#"{"x": @, "reg.io": {"auth": "dTpw"}}"#,
];

/// Nesting is walked in a loop wherever nothing is asked of it, so that no depth fills the stack.
#[test]
fn unbounded_nesting() {
    let deep = "[".repeat(10_000_000);
    // As many objects as a file of 16 MiB has room for.
    refused(["{\"x\":", &"{\"\":".repeat(3_300_000)].concat());
    check_rows(["", "{\"auths\":{\"reg.io\":{\"auth\":"], |start| {
        let error = refused([start, &deep].concat());
        assert!(matches!(error, Error::Syntax { .. }), "{start}: {error}");
    });
    assert!(matches!(refused(["{\"auths\":", &deep].concat()), Error::NotACredentialFile { .. }));

    const DEPTH: usize = 20_000;
    let objects = ["{\"a\":".repeat(DEPTH), "1".to_owned(), "}".repeat(DEPTH)].concat();
    let arrays = ["[".repeat(DEPTH), "]".repeat(DEPTH)].concat();
    check_rows([&objects, &arrays], |value| {
        for position in POSITIONS {
            let document = position.replace('@', value);
            assert_eq!(from_secret(document, "reg.io/x"), "u:p", "{position}");
        }
        let whole = secret(format!(r#"{{"auths": {{"reg.io": {{"auth": {value}}}}}}}"#)).unwrap();
        assert_eq!(answer(&whole, "reg.io/x"), "-", "malformed, and no more");
    });
    refused(arrays);
}

/// The keys by which `serde_json` talks to itself: of a number with its feature
/// `arbitrary_precision`, of a raw text with `raw_value`. In a document they are names as any
/// other.
const PRIVATE_KEYS: [&str; 4] = [
    "$serde_json::private::Number",
    "$serde_json::private::RawValue",
    r"\u0024serde_json::private::Number",
    r"\u0024serde_json::private::RawValue",
];

/// Each level of the text in such an object was once parsed with a fresh recursion limit.
#[test]
fn nesting_inside_a_private_key_of_serde_json() {
    // Quoted so that each level adds to the length of those inside it, and does not double it.
    let quote_again =
        |text: &str| format!("\"{}\"", text.replace('\\', r"\u005c").replace('"', r"\u0022"));
    // So many levels of 122 brackets each overflowed the stack of a thread, and that of the main
    // thread.
    check_rows([80, 300], |levels| {
        let mut document = "0".to_owned();
        for _ in 0..levels {
            let nested = ["[".repeat(122), document, "]".repeat(122)].concat();
            document = format!(r#"{{"{}":{}}}"#, PRIVATE_KEYS[1], quote_again(&nested));
        }
        read_everywhere(&document);
    });
    let nested = ["[".repeat(60), "1".into(), "]".repeat(60)].concat();
    check_rows(PRIVATE_KEYS, |key| {
        read_everywhere(&format!(r#"{{"{key}": {}}}"#, quote(&nested)));
        read_everywhere(&format!(r#"{{"{key}": {nested}}}"#));
    });
}

/// Has a value read at every place of a credential file and of a definition; no answer may come out
/// of it.
#[track_caller]
fn read_everywhere(value: &str) {
    check_rows(POSITIONS, |position| {
        let document = position.replace('@', value);
        let answer = from_secret(&*document, "reg.io/x");
        assert!(
            answer == "u:p" || answer == "-" && position.contains("email"),
            "{document}: {answer}"
        );
    });
    let rows = [
        value.to_owned(),
        format!("[{value}]"),
        format!(r#"{{"id": "/a", "cmd": "x", "container": {value}}}"#),
        format!(r#"{{"id": "/a", "cmd": "x", "labels": {value}}}"#),
        format!(r#"{{"id": "/a", "cmd": "x", "container": {{"docker": {value}}}}}"#),
    ];
    check_rows(rows, |definition| {
        let containers = marathon::containers(definition.as_bytes(), Limits::default());
        for container in containers.iter().flatten().flatten() {
            assert_eq!(container.image(), None, "{definition}");
        }
    });
}

/// Fields that no other reader of the definition sees.
#[test]
fn an_image_inside_a_private_key_of_serde_json() {
    let docker = r#"{"image": "evil.io/app", "pullConfig": {"secret": "s"}}"#;
    check_rows(PRIVATE_KEYS, |key| {
        for value in [quote(docker), docker.to_owned()] {
            let definition = format!(
                r#"{{"id": "/a", "container": {{"type": "MESOS", "docker": {{"{key}": {value}}}}},
                    "secrets": {{"s": {{"source": "/s"}}}}}}"#
            );
            let read = marathon::containers(definition.as_bytes(), Limits::default()).unwrap();
            let refused = format!("{:?}", read[0]);
            assert!(refused.contains("/container/docker/image"), "{definition}: {refused}");
        }
    });
}

/// With `serde_json/arbitrary_precision`, which any crate of a build can turn on, a number arrives
/// as an object. The tests run with that feature too.
#[test]
fn a_number_that_poses_as_an_object() {
    let agent = config(&[("reg.io", "agent")]);
    check_rows(["1.5", "0", "-1", "1e5", "12345678901234567890123", "1e999"], |number| {
        let blocked = Resolver::builder()
            .task_secret(format!(r#"{{"auths":{{"reg.io":{number}}}}}"#))
            .agent_flag(&*agent)
            .build()
            .unwrap();
        assert_eq!(answer(&blocked, "reg.io/x"), "-", "{number} blocks");
        for document in [
            number.to_owned(),
            format!(r#"{{"auths":{number}}}"#),
            format!(r#"{{"AUTHS":{number},"auths":{{}}}}"#),
        ] {
            let error = refused(&*document);
            let is_number =
                matches!(error, Error::NotACredentialFile { .. } | Error::Syntax { .. });
            assert!(is_number, "{document}: {error}");
        }
        let file = CredentialFile::parse(format!(r#"{{"a.io":{number}}}"#).as_bytes());
        let format = file.unwrap_or_else(|error| panic!("{number}: {error}")).format();
        assert_eq!(format, Format::ConfigJson, "{number}: no object makes a .dockercfg");
    });
    // An object with that key is an object all the same: an entry without a credential.
    check_rows(PRIVATE_KEYS, |key| {
        for value in ["1", r#""1""#, r#""x""#, "{}", "null"] {
            let entry = format!(r#"{{"{key}":{value}}}"#);
            let over = Resolver::builder()
                .task_secret(format!(r#"{{"auths":{{"reg.io":{entry}}}}}"#))
                .agent_flag(&*agent)
                .build()
                .unwrap();
            assert_eq!(answer(&over, "reg.io/x"), "agent:p", "{entry} is absent");
            let beside = format!(r#"{{"auths":{{"{key}":{value},"reg.io":{{"auth":"dTpw"}}}}}}"#);
            assert_eq!(from_secret(&*beside, "reg.io/x"), "u:p", "{beside}");
            let before = entry.replacen('}', r#","auth":"dTpw"}"#, 1);
            let before = if value == "{}" { entry } else { before };
            let expected = if value == "{}" { "-" } else { "u:p" };
            let file = format!(r#"{{"reg.io":{before},"b.io":{{"auth":"dTpw"}}}}"#);
            assert_eq!(from_secret(&*file, "reg.io/x"), expected, "{file}");
            assert_eq!(from_secret(&*file, "b.io/x"), "u:p", "{file}");
        }
    });
}

/// `serde_json` rounds a number otherwise with `float_roundtrip`, which any crate of a build can
/// turn on. Whether it overflows is told by its digits alone.
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
        // In the place of the helper, where one that overflows fails the file.
        let file =
            format!(r#"{{"credsStore": {number}, "auths": {{"reg.io": {{"auth": "dTpw"}}}}}}"#);
        let is_read = CredentialFile::parse(file.as_bytes()).is_ok();
        let definition = format!(
            r#"{{"id": "/a", "n": {number}, "container": {{"docker": {{"image": "x"}}}}}}"#
        );
        let is_defined = marathon::containers(definition.as_bytes(), Limits::default()).is_ok();
        assert_eq!(is_read, expected == "u:p", "{number}: {why}");
        assert!(is_defined, "{number}: {why}");
        // The whole document, which is no object in any case.
        let config = dcos::Parameters::from_json(number.as_bytes()).unwrap_err();
        let is_syntax = matches!(config, Error::Syntax { .. });
        assert_eq!(is_syntax, expected != "u:p", "{number}: {config}: {why}");
        let is_checked = mesos::check_docker_config(&file, Limits::default()).is_ok();
        assert_eq!(is_checked, is_read, "{number}: {why}");
    });
}

/// Which of two counts is always told: the last, however it is spelled in JSON.
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
    let fields = [r#""auth": "eDp5", "AUTH": "dTpw""#, r#""auth": 1, "Auth": "dTpw""#, r#""auth": "!", "\u0061uth": "dTpw""#, r#""username": "x", "password": "y", "USERNAME": "u", "Password": "p""#];
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

/// The index hashes with `std`'s SipHash under a key that is drawn anew for each resolver, so that
/// keys which hash alike cannot be made without it. What can be made are keys that differ in as
/// little as can be.
#[test]
fn a_hundred_thousand_keys_that_look_alike() {
    const KEYS: usize = 100_000;
    let key = |n: usize| match n % 3 {
        0 => format!("registry-{n:017b}-registry.example.com"),
        1 => format!("{}.example.com:{}", "a".repeat(40), 1 + n / 3),
        _ => format!("reg.io/{}{n:017b}/{}", "a".repeat(20), "a".repeat(20)),
    };
    let keys: Vec<String> = (0..KEYS).map(key).collect();
    let entries: Vec<String> =
        keys.iter().map(|key| format!(r#""{key}":{{"auth":"dTpw"}}"#)).collect();
    let resolver = secret(format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))).unwrap();
    assert!(resolver.warnings().is_empty());
    check_rows(keys.iter().step_by(9973), |key| {
        let auth =
            resolver.resolve(&regcred::ImageRef::parse(&format!("{key}/app")).unwrap()).unwrap();
        assert_eq!(auth.origin().key(), key);
    });
    #[rustfmt::skip]
    let strangers = ["registry-00000000000000001-registry.example.com/a", "reg.io/aaaaaaaaaaaaaaaaaaaa00000000000000000/a", "reg.io/a", "registry.example.com/a"];
    check_rows(strangers, |image| {
        assert!(resolver.resolve(&regcred::ImageRef::parse(image).unwrap()).is_none(), "{image}");
    });
}

#[test]
fn a_hundred_thousand_keys_for_one_host() {
    let spelled = |n: u32| -> String {
        let upper =
            |(at, c): (usize, char)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
        "registryexamplecom.io".chars().enumerate().map(upper).collect()
    };
    let mut entries: Vec<String> =
        (1..100_000).map(|n| format!(r#""{}":{{"auth":"eDp5"}}"#, spelled(n))).collect();
    entries.push(r#""registryexamplecom.io":{"auth":"dTpw"}"#.into());
    let resolver = secret(format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))).unwrap();
    let image = regcred::ImageRef::parse("registryexamplecom.io/x").unwrap();
    assert_eq!(resolver.resolve(&image).unwrap().username(), Some("u"), "spelled as what it means");
    assert_eq!(resolver.warnings().len(), 99_999);
    let page = resolver.explain(&image).to_string();
    assert!(page.len() < 5_000 && page.contains("more keys like these"), "{}", page.len());
}

/// Every field of another type than text: the entry is malformed and blocks, or the field does not
/// matter; it is never put together from what is left, and the next entry never steps in.
#[test]
fn a_number_in_place_of_text() {
    let auth = base64(format!("u:{PASSWORD}"));
    let good = format!("u:{PASSWORD}");
    // field, what stands beside it, answer
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

/// Half a character and a number beyond all numbers: no document is read as another one for them.
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

/// An entry that means nothing is no reason to fail a document, and must not hide the reason there
/// is.
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
    assert!(matches!(error, Error::Limit { limit: "file_entries", .. }), "{error}");
}

/// In a text a control character has to be escaped; escaped in a key it matches nothing and shows
/// no more.
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
        // In a password it is what it is; NULs around it are Docker's own.
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
        b"\xFF", b"\xFE", b"\xC0\xAF", b"\xC0\x80", b"\xC1\xBF", b"\xE0\x80\xAF", b"\xF0\x80\x80\xAF", b"\xED\xA0\x80", b"\xED\xA0\x80\xED\xB0\x80", b"\xF4\x90\x80\x80", b"\xF8\x88\x80\x80\x80", b"\x80", b"\xE2\x82", b"\xE9",
    ];
    check_rows(0..=document.len(), |at| {
        for foreign in foreign {
            let (before, behind) = document.as_bytes().split_at(at);
            let error = refused([before, foreign, behind].concat());
            assert!(matches!(error, Error::Encoding { .. }), "{at} {foreign:?}: {error}");
        }
    });
    // The same within an `auth`, where it is the entry's problem.
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

/// However many labels the host has and however many patterns there are.
#[test]
fn explain_reports_patterns_of_another_depth() {
    let image = format!("{}io/app", "a.".repeat(126));
    let image = regcred::ImageRef::parse(&image).unwrap();
    check_rows([("*.*", true), ("*.*.*.*.*.*", true), ("*.*.x", false)], |(pattern, misses)| {
        // Spelled in as many ways as there are entries, so that each of them counts.
        let entry = |n: usize| format!(r#""{pattern}{}":{{"auth":"dTpw"}}"#, "/".repeat(n + 1));
        let entries: Vec<String> = (0..100).map(entry).collect();
        let resolver = secret(format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))).unwrap();
        let page = resolver.explain(&image).to_string();
        assert!(page.ends_with("answer: none"), "{pattern}: {page}");
        assert_eq!(page.contains("with another number of labels"), misses, "{pattern}: {page}");
    });
}

/// More patterns than any file has: refused by their number, in every kind of file.
#[test]
fn more_globs_than_a_lookup_can_try() {
    let files = |count: usize| {
        let patterns: Vec<String> =
            (0..count).map(|n| format!(r#""*{n}*.io":{{"auth":"dTpw"}}"#)).collect();
        let flat = format!("{{{}}}", patterns.join(","));
        let config = format!(r#"{{"auths":{flat}}}"#);
        let in_secret = format!(r#"{{".dockerconfigjson":"{}"}}"#, base64(&config));
        [flat, config, in_secret]
    };
    check_rows(files(1_000).into_iter().zip(files(1_001)), |(most, over)| {
        assert_eq!(from_secret(&*most, "x999y.io/app"), "u:p", "{most:.80}");
        let error = refused(&*over);
        let is_limit = matches!(error, Error::Limit { limit: "file_patterns", value: 1_000, .. });
        assert!(is_limit, "{over:.80}: {error}");
    });
}
