//! `image`, or `image` and a default registry on two lines.

use regcred::{ImageRef, InvalidImageRef};

use super::CANARY;

pub fn law(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (image, registry) = match text.split_once('\n') {
        Some((image, registry)) => (image, Some(registry)),
        None => (text, None),
    };
    let parsed = ImageRef::parse(image);
    assert_eq!(parsed, ImageRef::parse(image), "twice the same");
    check(&parsed);
    digests_change_nothing(image);
    if let Ok(parsed) = &parsed {
        assert_eq!(parsed.registry() == "docker.io", is_on_docker_hub(image), "{image}");
    }
    if let Some(registry) = registry {
        check(&ImageRef::parse_with_default(image, registry));
    }
    // A secret in the wrong place is not shown.
    let planted = format!("{CANARY}:{CANARY}@{image}");
    for refused in [ImageRef::parse(&planted), ImageRef::parse_with_default(image, &planted)] {
        let shown = refused.map_or_else(|error| format!("{error} {error:?}"), |_| String::new());
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

/// Common references are read in a short way, but never one with a sha512 digest. So this is also
/// whether the short way and the grammar agree.
pub fn digests_change_nothing(image: &str) {
    let is_id = image.len() == 64 && image.bytes().all(|b| b"0123456789abcdef".contains(&b));
    if image.is_empty() || is_id || image.contains('@') {
        return;
    }
    let parts = |image: &str| {
        let parsed = ImageRef::parse(image)?;
        let parts = [parsed.registry(), parsed.repository()].map(str::to_owned);
        Ok::<_, InvalidImageRef>((parts, parsed.tag().map(str::to_owned)))
    };
    let hex = "0123456789abcdef".repeat(4);
    let alone = parts(image);
    assert_eq!(alone, parts(&format!("{image}@sha512:{hex}{hex}")), "{image:?}");
    assert_eq!(alone, parts(&format!("{image}@sha256:{hex}")), "{image:?}");
}

fn check(parsed: &Result<ImageRef<'_>, InvalidImageRef>) {
    let Ok(image) = parsed else { return };
    let printed = image.to_string();
    let again = ImageRef::parse(&printed);
    assert_eq!(again.as_ref(), Ok(image), "printing and parsing is the identity: {printed}");
    let again = again.expect("just seen");
    assert_eq!(again.to_string(), printed);
    let parts = |image: &ImageRef<'_>| {
        let [registry, repository] = [image.registry(), image.repository()].map(str::to_owned);
        (registry, repository, image.tag().map(str::to_owned), image.digest().map(str::to_owned))
    };
    assert_eq!(parts(image), parts(&again), "{printed}");
    assert!(!image.registry().contains(|c: char| c == '/' || c == '@' || c.is_ascii_uppercase()));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let segment = |segment: &str| {
        !segment.is_empty() && !segment.contains("..") && segment.chars().all(plain)
    };
    assert!(image.repository().split('/').all(segment), "{printed}");
}

/// Returns whether Docker pulls the image from Docker Hub, by the documented rule.
fn is_on_docker_hub(image: &str) -> bool {
    let Some((first, _)) = image.split_once('/') else { return true };
    let is_registry = first.contains(['.', ':'])
        || first == "localhost"
        || first.contains(|c: char| c.is_ascii_uppercase());
    let first = first.to_ascii_lowercase();
    let (host, port) = first.split_once(':').unwrap_or((&first, "443"));
    let is_hub = ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host);
    !is_registry || (is_hub && port.trim_start_matches('0') == "443")
}
