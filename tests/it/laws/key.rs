//! A key, and an image on a second line.

use regcred::{ImageRef, Resolver};
use serde_json::json;

use super::resolver::{Entry, is_for_the_model};
use super::{CANARY, model};

pub fn law(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (key, image) = text.split_once('\n').unwrap_or((text, "reg.io/team/app"));
    if !is_for_the_model(key) {
        return;
    }
    let builder = |key: &str| {
        Resolver::builder().task_secret(json!({"auths": {key: {"auth": "dTpw"}}}).to_string())
    };
    let build = |key: &str| builder(key).build().expect("whatever the key, it is one");
    let resolver = build(key);
    let bare = key.split_once("://").map_or(key, |(_, rest)| rest).trim_end_matches('/');
    let entries = [Entry { level: 0, key: key.to_owned(), kind: '+' }];
    for image in [image, bare, &format!("{bare}/app"), &format!("{bare}x"), "nginx"] {
        let Ok(image) = ImageRef::parse(image) else { continue };
        let expected = model::answer(&entries, &image).is_some();
        assert_eq!(resolver.resolve(&image).is_some(), expected, "{key:?} for {image}");
        let for_registry = resolver.resolve_registry(image.registry()).is_some();
        assert!(!for_registry || expected, "a whole registry covers {image}");
        // An API root is not a namespace, and a host in a key has a port that exists.
        if !matches!(image.repository(), "v1" | "v2") {
            let server = format!("{}/{}", image.registry(), image.repository());
            let for_server = resolver.resolve_registry(&server).is_some();
            assert_eq!(for_server, expected, "{key:?} for the server {server}");
        }
    }
    // An unmatchable key is a warning, and an error under `strict`.
    assert_eq!(builder(key).strict().build().is_ok(), resolver.warnings().is_empty(), "{key:?}");

    if key.contains(CANARY) {
        return;
    }
    for planted in [
        format!("{CANARY}@{bare}"),
        format!("http://u:{CANARY}@{bare}/"),
        format!("https://{CANARY}:{CANARY}@{bare}"),
        format!("https://{bare}/?{CANARY}"),
        format!("{bare}#{CANARY}"),
        format!("admin:2024/{CANARY}@{bare}"),
        format!("https://{CANARY}/{CANARY}@{bare}/v1/"),
        format!("http://u:1/{CANARY}\u{FE6B}{bare}"),
        format!("{CANARY}%40{bare}"),
    ] {
        let resolver = build(&planted);
        let image = ImageRef::parse("reg.io/app").expect("an image");
        let told = format!("{:?} {}", resolver.warnings(), resolver.explain(&image));
        assert!(!told.contains(CANARY), "{planted:?}: {told}");
    }
}
