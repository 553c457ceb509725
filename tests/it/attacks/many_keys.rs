//! Files with as many keys as fit, made to slow the lookup.

use regcred::{Error, Limit};

use super::refused;
use crate::support::{base64, check_rows, from_secret, image_ref, secret};

/// The index hashes with a key that is drawn for each resolver, so colliding keys cannot be
/// prepared. These keys differ in as few characters as possible.
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
        let auth = resolver.resolve(&image_ref(&format!("{key}/app"))).unwrap();
        assert_eq!(auth.origin().key(), key);
    });
    #[rustfmt::skip]
    let strangers = [
        "registry-00000000000000001-registry.example.com/a", "reg.io/aaaaaaaaaaaaaaaaaaaa00000000000000000/a",
        "reg.io/a", "registry.example.com/a",
    ];
    check_rows(strangers, |image| {
        assert!(resolver.resolve(&image_ref(image)).is_none(), "{image}");
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
    let image = image_ref("registryexamplecom.io/x");
    assert_eq!(resolver.resolve(&image).unwrap().username(), Some("u"), "spelled as what it means");
    assert_eq!(resolver.warnings().len(), 99_999);
    let page = resolver.explain(&image).to_string();
    assert!(page.len() < 5_000 && page.contains("more keys like these"), "{}", page.len());
}

/// Any number of labels and of globs.
#[test]
fn explain_reports_patterns_of_another_depth() {
    let image = format!("{}io/app", "a.".repeat(126));
    let image = image_ref(&image);
    check_rows([("*.*", true), ("*.*.*.*.*.*", true), ("*.*.x", false)], |(pattern, misses)| {
        // Every entry has another spelling, so that each counts.
        let entry = |n: usize| format!(r#""{pattern}{}":{{"auth":"dTpw"}}"#, "/".repeat(n + 1));
        let entries: Vec<String> = (0..100).map(entry).collect();
        let resolver = secret(format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))).unwrap();
        let page = resolver.explain(&image).to_string();
        assert!(page.ends_with("answer: none"), "{pattern}: {page}");
        assert_eq!(page.contains("with another number of labels"), misses, "{pattern}: {page}");
    });
}

/// More globs than the limit are an error in every format.
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
        let is_limit =
            matches!(error, Error::Limit { limit: Limit::FilePatterns, value: 1_000, .. });
        assert!(is_limit, "{over:.80}: {error}");
    });
}
