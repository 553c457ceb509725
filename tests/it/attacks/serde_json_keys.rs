//! Private keys and numbers of `serde_json` in a document.

use regcred::{CredentialFile, Error, Format, Limits, Resolver, marathon};

use super::{read_everywhere, refused};
use crate::support::{answer, check_rows, config, from_secret, quote};

/// Keys that `serde_json` uses internally: for numbers with its feature `arbitrary_precision`, for
/// raw text with `raw_value`. In a document they are ordinary names.
const PRIVATE_KEYS: [&str; 4] = [
    "$serde_json::private::Number",
    "$serde_json::private::RawValue",
    r"\u0024serde_json::private::Number",
    r"\u0024serde_json::private::RawValue",
];

/// Each level of the text in such an object was once parsed with a fresh recursion limit.
#[test]
fn nesting_inside_a_private_key_of_serde_json() {
    // Escapes quotes so that each level adds to the length and does not double it.
    let quote_again =
        |text: &str| format!("\"{}\"", text.replace('\\', r"\u005c").replace('"', r"\u0022"));
    // These numbers of levels of 122 brackets each overflowed the stack of a thread and of the main
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
    // An object with that key is an ordinary entry without a credential.
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
