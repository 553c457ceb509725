//! Fields of a definition that are never shown.

use super::{app_with, shown};
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
