//! DESIGN 4: `AuthConfig`, the answer.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use regcred::{AuthConfig, Credential, Level, Resolver};
use serde_json::{Value, json};

use crate::support::{check_rows, image_ref, secret};

fn entry(fields: &str) -> AuthConfig {
    let resolver =
        secret(format!(r#"{{"auths": {{"https://reg.io/v1/": {{{fields}}}}}}}"#)).unwrap();
    resolver.resolve_registry("reg.io").unwrap()
}

#[test]
fn accessors_return_the_fields_of_the_entry() {
    let all = entry(
        r#""auth": "dTpw", "identitytoken": "id", "registrytoken": "reg", "email": "e@x.io""#,
    );
    assert_eq!(all.username(), Some("u"));
    assert_eq!(all.password(), Some("p"));
    assert_eq!(all.identity_token(), Some("id"));
    assert_eq!(all.registry_token(), Some("reg"));
    assert_eq!(all.email(), Some("e@x.io"));
    assert_eq!(all.server_address(), "https://reg.io/v1/");
    assert_eq!(all.origin().level(), Level::TaskSecret);
    assert_eq!(all.origin().file(), None);
    assert_eq!(all.origin().key(), "https://reg.io/v1/");
    assert_eq!(all.origin().to_string(), "task secret: key \"https://reg.io/v1/\"");
    let json = r#"{"level":"task secret","location":"task secret","key":"https://reg.io/v1/"}"#;
    assert_eq!(serde_json::to_string(all.origin()).unwrap(), json);

    let token = entry(r#""identitytoken": "id""#);
    let none = (token.username(), token.password(), token.registry_token(), token.email());
    assert_eq!(none, (None, None, None, None));
    let halves = entry(r#""password": "p""#);
    assert_eq!((halves.username(), halves.password()), (Some(""), Some("p")));
}

#[test]
fn tokens_outrank_user_name_and_password() {
    assert_eq!(
        entry(r#""auth": "dTpw""#).credential(),
        Credential::Basic { username: "u", password: "p" }
    );
    assert_eq!(
        entry(r#""auth": "dTo=", "identitytoken": "id""#).credential(),
        Credential::IdentityToken { token: "id", username: Some("u") }
    );
    assert_eq!(
        entry(r#""identitytoken": "id""#).credential(),
        Credential::IdentityToken { token: "id", username: None }
    );
    assert_eq!(
        entry(r#""identitytoken": "id", "registrytoken": "reg""#).credential(),
        Credential::RegistryToken { token: "reg" }
    );
}

#[test]
fn basic_authorization_follows_rfc_7617() {
    let header = |fields| entry(fields).basic_authorization();
    assert_eq!(header(r#""auth": "dTpw""#).as_deref(), Some("Basic dTpw"));
    let odd = header(r#""username": "ü", "password": "a:b""#).unwrap();
    assert_eq!(STANDARD.decode(odd.strip_prefix("Basic ").unwrap()).unwrap(), "ü:a:b".as_bytes());
    let standard = header(r#""username": "u", "password": "??>>~~""#);
    assert_eq!(standard.as_deref(), Some("Basic dTo/Pz4+fn4="), "the standard alphabet");
    assert_eq!(header(r#""password": "p""#).as_deref(), Some("Basic OnA="));
    assert_eq!(header(r#""identitytoken": "id""#), None);
    assert_eq!(header(r#""auth": "MDo=", "identitytoken": "id""#), None, "the token is to be used");
    assert_eq!(header(r#""username": "a:b", "password": "p""#), None, "it cannot be said");
}

#[test]
fn x_registry_auth_is_base64url_of_one_json_object() {
    let decode = |auth: AuthConfig| -> Value {
        let value = auth.x_registry_auth();
        assert!(!value.contains(['+', '/']) && value.len() % 4 == 0, "{value}");
        serde_json::from_slice(&URL_SAFE.decode(value).unwrap()).unwrap()
    };
    let server = "https://reg.io/v1/";
    assert_eq!(
        decode(entry(r#""auth": "dTpw", "email": "e@x.io""#)),
        json!({"username": "u", "password": "p", "serveraddress": server})
    );
    assert_eq!(
        decode(entry(r#""auth": "MDo=", "identitytoken": "id", "registrytoken": "reg""#)),
        json!({"username": "0", "identitytoken": "id", "registrytoken": "reg", "serveraddress": server})
    );
    let all = r#""auth": "dTpw", "identitytoken": "id", "registrytoken": "reg""#;
    assert_eq!(
        decode(entry(all)),
        json!({
            "username": "u", "password": "p", "identitytoken": "id", "registrytoken": "reg",
            "serveraddress": server,
        }),
        "{all}"
    );
    assert_eq!(
        decode(entry(r#""password": "p""#)),
        json!({"password": "p", "serveraddress": server})
    );
    let odd = r#""username": "\u0000\u0001\"\\", "password": "??>>ÿÿ""#;
    assert_eq!(decode(entry(odd))["password"], "??>>ÿÿ");
    assert_eq!(decode(entry(odd))["username"], "\0\u{1}\"\\");
}

/// A key that is a URL may hold characters that IDNA drops and that a log must not hold.
#[test]
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
fn origins_are_escaped_and_cut_for_logs() {
    let path = "a/".repeat(120) + "a";
    #[rustfmt::skip]
    let table = [
        ("https://re\u{200b}g.io", r"https://re\u{200b}g.io", "a zero-width space"),
        ("https://re\u{ad}g.io", r"https://re\u{ad}g.io", "a soft hyphen"),
        (&format!("reg.io/{path}"), &format!("reg.io/{}…", &path[..193]), "a long key"),
    ];
    check_rows(table, |(key, shown, what)| {
        let shown = format!("task secret: key \"{shown}\"");
        let resolver = secret(crate::support::config(&[(key, "u")])).unwrap();
        let image = format!("reg.io/{path}");
        let auth = resolver.resolve(&image_ref(&image));
        let auth = auth.unwrap_or_else(|| panic!("{what}: no answer for {image}"));
        assert_eq!(auth.origin().to_string(), shown, "{what}");
        assert_eq!(format!("{:?}", auth.origin()), format!("Origin({shown})"), "{what}");
        assert_eq!(auth.origin().key(), key, "{what}: as written");
    });
}

#[test]
fn an_auth_config_outlives_its_resolver() {
    let auth = {
        let resolver = Resolver::builder().task_secret(r#"{"reg.io": {"auth": "dTpw"}}"#);
        let resolver = resolver.build().unwrap();
        resolver.clone().resolve_registry("reg.io").unwrap().clone()
    };
    assert_eq!(auth.password(), Some("p"));
}
