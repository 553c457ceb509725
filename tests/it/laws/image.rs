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
    if let Ok(parsed) = &parsed {
        assert_eq!(parsed.registry() == "docker.io", is_on_docker_hub(image), "{image}");
    }
    if let Some(registry) = registry {
        check(&ImageRef::parse_with_default(image, registry));
    }
    // What was put in the wrong place is not shown.
    let planted = format!("{CANARY}:{CANARY}@{image}");
    for refused in [ImageRef::parse(&planted), ImageRef::parse_with_default(image, &planted)] {
        let shown = refused.map_or_else(|error| format!("{error} {error:?}"), |_| String::new());
        assert!(!shown.contains(CANARY), "{shown}");
    }
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

/// Whether Docker pulls it from Docker Hub, by the rule as documented.
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
