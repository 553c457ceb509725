//! Attacks, each test named after what the attacker tries. Nothing may leak, hang, or answer for
//! another host; where there is a refusal, it says where and what, and not a byte of the secret.

#[cfg(feature = "archive")]
mod archives;
mod encodings;
mod files;
mod hosts;
mod json_names;
mod json_values;
mod many_keys;
mod nesting;
mod scopes;
mod serde_json_keys;

use std::error::Error as _;

use regcred::{Error, ImageRef, Limits, Resolver, marathon};

use crate::laws::CANARY as PASSWORD;
use crate::laws::printed::Printed;
use crate::support::{base64, check_rows, config, from_secret, image_ref, secret, shown, word};

/// A `config.json` with one key, whose password is [`PASSWORD`].
fn canary(key: &str) -> String {
    let key = crate::support::quote(key);
    format!(r#"{{"auths": {{{key}: {{"auth": "{}"}}}}}}"#, base64(format!("u:{PASSWORD}")))
}

/// Asserts that a text holds nothing of the secret, plain or in base64.
#[track_caller]
fn shows_no_secret(shown: &str) {
    let encoded = base64(format!("u:{PASSWORD}"));
    Printed(shown.to_owned()).holds_none_of(&[PASSWORD, &encoded], b"an attack");
}

/// Returns the error of a build, and asserts that it shows no secret and keeps no parser's error.
#[track_caller]
fn refusal(built: Result<Resolver, Error>) -> Error {
    let error = built.expect_err("should be refused");
    shows_no_secret(&format!("{error} {error:?}"));
    assert!(error.source().is_none(), "{error}");
    error
}

/// Returns the [`refusal`] of a task secret, which has to name its location.
#[track_caller]
fn refused(file: impl Into<Vec<u8>>) -> Error {
    let file = file.into();
    let shown = shown(&file);
    let built = secret(file);
    assert!(built.is_err(), "{built:?} of {shown}");
    let error = refusal(built);
    let is_placed = error.to_string().starts_with("task secret");
    assert!(is_placed, "{shown} should say where: {error}");
    error
}

/// Returns everything that a resolver prints about itself and about an image.
fn told(resolver: &Resolver, image: &str) -> String {
    let explained = resolver.explain(&image_ref(image));
    let warnings: Vec<String> = resolver.warnings().iter().map(|w| format!("{w} {w:?}")).collect();
    let log = serde_json::to_string(&explained).unwrap();
    format!("{resolver:?}\n{}\n{explained}\n{explained:?}\n{log}", warnings.join("\n"))
}

/// Returns the answers of a resolver in every way to ask about a host. A caller may ask about an
/// invalid host, too.
fn asked(resolver: &Resolver, host: &str) -> Vec<String> {
    let direct = format!("{host}/app");
    let images = [ImageRef::parse(&direct), ImageRef::parse_with_default("app", host)];
    let images = images.iter().flatten().filter_map(|image| resolver.resolve(image));
    let servers = [host.to_owned(), format!("https://{host}"), format!("HTTPS://{host}/v2/")];
    let servers = servers.iter().filter_map(|server| resolver.resolve_registry(server));
    images.chain(servers).map(|auth| word(&auth)).collect()
}

/// Asserts that neither spelling of a host answers for the other.
#[track_caller]
fn strangers(one: &str, other: &str) {
    check_rows([(one, other), (other, one)], |(key, host)| {
        let resolver = secret(config(&[(key, "stolen")])).unwrap();
        assert_eq!(asked(&resolver, host), [""; 0], "{key:?} in a file answers for {host:?}");
        let both = secret(config(&[(key, "stolen"), (host, "own")])).unwrap();
        let answers = asked(&both, host);
        assert!(!answers.contains(&"stolen:p".to_owned()), "{key:?} beside {host:?}");
    });
}

/// Asserts that the key answers for the host, so that a refusal elsewhere is meaningful.
#[track_caller]
fn same(key: &str, host: &str) {
    let resolver = secret(config(&[(key, "own")])).unwrap();
    assert_eq!(asked(&resolver, host), ["own:p"; 5], "{key:?} is for {host:?}");
}

/// Asserts that a key answers for none of the hosts, is a warning with its location, and an error
/// under `strict`.
#[track_caller]
fn means_nothing(key: &str, hosts: &[&str]) {
    let resolver = secret(canary(key)).unwrap();
    check_rows(hosts, |host| {
        assert_eq!(asked(&resolver, host), [""; 0], "{key:?} answers for {host:?}");
    });
    let shown = told(&resolver, "reg.io/app");
    shows_no_secret(&shown);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let [warning] = resolver.warnings() else { panic!("{key:?}: {:?}", resolver.warnings()) };
    let warning = warning.to_string();
    assert!(
        warning.starts_with("task secret: key ") && !warning.contains(['\n', '\u{202e}']),
        "{warning:?}"
    );
    let strict = Resolver::builder().task_secret(canary(key)).strict().build();
    assert!(strict.is_err(), "{key:?} is taken under strict");
    let strict = refusal(strict);
    assert!(matches!(strict, Error::Key { .. }), "{key:?}: {strict}");
}

/// Positions of a value: documents with `@` in its place, next to a good entry for `reg.io`.
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

/// Reads a value at every position of a credential file and of a definition, and asserts that it
/// adds no answer.
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
