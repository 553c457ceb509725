//! Fields of a definition that are never shown.

use super::{app_with, only, shown};
use crate::support::check_rows;

#[test]
fn other_fields_of_a_definition_are_never_shown() {
    let definition = app_with(r#""env": {"PASSWORD": "canary"}, "fetch": [{"uri": "x"}]"#);
    let refused = definition.replace(
        r#""image": "reg.io/app""#,
        r#""image": "", "credential": {"principal": "canary", "secret": "canary"}"#,
    );
    let invalid = app_with(r#""uris": ["{\"canary\": {}}"], "fetch": [{"uri": "h/ canary"}]"#);
    check_rows([definition, refused, invalid], |definition| {
        let told = shown(&definition);
        assert!(!told.contains("canary"), "{told}");
    });
}

#[test]
fn a_long_name_of_a_container_is_cut() {
    let name = "a".repeat(5_000);
    let pod = format!(r#"{{"id": "/p", "containers": [{{"name": "{name}"}}]}}"#);
    let told = format!("{:?}", only(&pod));
    assert!(told.contains(&name[..1_024]) && !told.contains(&name[..1_025]), "{told}");
}
