//! Laws that hold for all files.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use regcred::{ImageRef, Level, Resolver};

use crate::laws::image::digests_change_nothing;
use crate::support::{LEVELS, answer, base64, image_ref, quote, secret, word};

/// Few registries, so that keys and images often meet. No two of them are equivalent.
#[rustfmt::skip]
const DISTINCT_KEYS: [&str; 15] = [
    "reg.io", "reg.io:5000", "reg.io/a", "reg.io/a/b", "reg.io/ab", "reg.io/v1", "*.io", "r*.io",
    "*.io/a", "docker.io", "docker.io/library", "docker.io/a", "localhost", "sub.reg.io", "*.reg.io",
];

/// Other spellings of some of them, and unmatchable keys.
#[rustfmt::skip]
const OTHER_KEYS: [&str; 10] = [
    "https://reg.io", "https://reg.io/v1/", "REG.io", "reg.io:443", "reg.io/a/",
    "https://reg.io/a/b", "https://index.docker.io/v1/", "index.docker.io", "u@reg.io", "reg.io:x",
];

const IMAGES: [&str; 14] = [
    "reg.io/a",
    "reg.io/a/b",
    "reg.io/a/b/c",
    "reg.io/ab",
    "reg.io/v1/x",
    "REG.io:443/a",
    "reg.io:5000/a",
    "nginx",
    "a/b",
    "localhost/a",
    "sub.reg.io/a",
    "x.reg.io/a",
    "other.io/a",
    "evil.com/reg.io",
];

/// Pieces of JSON strings, among them halves of surrogate pairs, which are not characters.
#[rustfmt::skip]
const TEXT_PIECES: [&str; 19] = [
    "a", "ä😀", r#"\""#, r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u0000", r"\u007f", r"\u00E9",
    r"\u20ac", r"\uFFFF", r"\ud83d\ude00", r"\ud83d", r"\ude00", "u",
];

/// A key, the kind of its entry, and its user.
fn entry() -> impl Strategy<Value = (String, &'static str)> {
    (
        select([&DISTINCT_KEYS[..], &OTHER_KEYS].concat()),
        select(&["auth", "auth", "auth", "absent", "malformed"][..]),
    )
        .prop_map(|(key, kind)| (key.to_owned(), kind))
}

fn file(entries: &[(String, &str)], name: &str) -> String {
    let entries: Vec<String> = entries
        .iter()
        .enumerate()
        .map(|(number, (key, kind))| {
            let value = match *kind {
                "auth" => format!(r#"{{"auth": "{}"}}"#, base64(format!("{name}{number}:p"))),
                "absent" => "{}".to_owned(),
                _ => r#"{"auth": "!"}"#.to_owned(),
            };
            format!("{}: {value}", quote(key))
        })
        .collect();
    format!(r#"{{"auths": {{{}}}}}"#, entries.join(", "))
}

type Sources = Vec<(Level, Vec<(String, &'static str)>)>;

fn sources() -> impl Strategy<Value = Sources> {
    prop::collection::vec((select(&LEVELS[..]), prop::collection::vec(entry(), 0..6)), 0..6)
}

fn build(sources: &Sources) -> Resolver {
    let mut builder = Resolver::builder();
    for (number, (level, entries)) in sources.iter().enumerate() {
        builder = builder.add(*level, file(entries, &format!("s{number}-")));
    }
    builder.build().unwrap()
}

/// The number of each source is its name, so a permutation keeps the names.
fn build_in_order(sources: &Sources, order: &[usize]) -> Resolver {
    let mut builder = Resolver::builder();
    for number in order {
        let (level, entries) = &sources[*number];
        builder = builder.add(*level, file(entries, &format!("s{number}-")));
    }
    builder.build().unwrap()
}

fn answers(resolver: &Resolver) -> Vec<String> {
    IMAGES.iter().map(|image| answer(resolver, image)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_order_of_calls_across_levels_changes_nothing(sources in sources(), keys in any::<[u8; 6]>()) {
        // Levels in any order, the sources of one level in their own.
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.sort_by_key(|number| (keys[sources[*number].0 as usize], *number));
        prop_assert_eq!(answers(&build(&sources)), answers(&build_in_order(&sources, &order)));
    }

    #[test]
    fn a_weaker_level_never_changes_an_answer(sources in sources(), more in prop::collection::vec(entry(), 0..6)) {
        let strong: Sources =
            sources.into_iter().filter(|(level, _)| *level != Level::ClusterFile).collect();
        let before = answers(&build(&strong));
        let mut with_more = strong;
        with_more.push((Level::ClusterFile, more));
        for (before, after) in before.iter().zip(answers(&build(&with_more))) {
            prop_assert!(before == "-" || *before == after, "{} became {}", before, after);
        }
    }

    #[test]
    fn an_entry_for_an_unrelated_registry_changes_nothing(
        sources in sources(), at in any::<Index>(), level in select(&LEVELS[..])
    ) {
        let before = answers(&build(&sources));
        let unrelated: Vec<(String, &str)> =
            ["unrelated.example", "*.unrelated.example", "reg.io.unrelated.example/a", "reg.io:1"]
                .iter().map(|key| ((*key).to_owned(), "auth")).collect();
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.insert(at.index(sources.len() + 1), sources.len());
        let mut with_more = sources;
        with_more.push((level, unrelated));
        prop_assert_eq!(before, answers(&build_in_order(&with_more, &order)));
    }

    #[test]
    fn tag_and_digest_never_matter(
        sources in sources(), tag in "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20}", hex in "[0-9a-f]{64}"
    ) {
        let resolver = build(&sources);
        for image in IMAGES {
            let plain = answer(&resolver, image);
            prop_assert_eq!(&plain, &answer(&resolver, &format!("{image}:{tag}")));
            prop_assert_eq!(&plain, &answer(&resolver, &format!("{image}@sha256:{hex}")));
            prop_assert_eq!(&plain, &answer(&resolver, &format!("{image}:{tag}@sha256:{hex}")));
        }
    }

    #[test]
    fn the_order_of_keys_with_distinct_scopes_changes_nothing(keys in Just(DISTINCT_KEYS.to_vec()).prop_shuffle()) {
        let users: Vec<(String, String)> =
            keys.iter().map(|key| ((*key).to_owned(), key.replace(':', ""))).collect();
        let entries: Vec<String> = users
            .iter()
            .map(|(key, user)| format!(r#"{}: {{"auth": "{}"}}"#, quote(key), base64(format!("{user}:p"))))
            .collect();
        let shuffled = Resolver::builder()
            .task_secret(format!(r#"{{"auths": {{{}}}}}"#, entries.join(", ")))
            .build()
            .unwrap();
        let mut sorted = entries;
        sorted.sort();
        let sorted = Resolver::builder()
            .task_secret(format!(r#"{{"auths": {{{}}}}}"#, sorted.join(", ")))
            .build()
            .unwrap();
        prop_assert_eq!(answers(&shuffled), answers(&sorted));
    }

    #[test]
    fn a_scoped_key_never_answers_outside_its_prefix(
        prefix in "[a-z]{1,3}(/[a-z]{1,3}){0,2}",
        repository in "[a-z]{1,3}(/[a-z]{1,3}){0,3}",
        scheme in select(&["", "https://", "HTTP://"][..]),
        slash in select(&["", "/"][..]),
    ) {
        let resolver = Resolver::builder()
            .task_secret(file(&[(format!("{scheme}reg.io/{prefix}{slash}"), "auth")], "u"))
            .build()
            .unwrap();
        let inside = repository == prefix || repository.starts_with(&format!("{prefix}/"));
        let found = answer(&resolver, &format!("reg.io/{repository}")) != "-";
        prop_assert_eq!(found, inside, "{} for {}", prefix, repository);
        let elsewhere = format!("reg.com/{repository}");
        prop_assert_eq!(&*answer(&resolver, &elsewhere), "-");
    }

    #[test]
    fn layering_over_a_base_is_the_same_as_one_resolver(sources in sources(), at in any::<Index>()) {
        let split = at.index(sources.len() + 1);
        let whole = build(&sources);
        let first: Vec<usize> = (0..split).collect();
        let base = build_in_order(&sources, &first);
        let mut builder = Resolver::builder().base(&base);
        for (number, (level, entries)) in sources.iter().enumerate().skip(split) {
            builder = builder.add(*level, file(entries, &format!("s{number}-")));
        }
        let layered = builder.build().unwrap();
        prop_assert_eq!(answers(&whole), answers(&layered));
        for image in IMAGES {
            let image = image_ref(image);
            let all = |resolver: &Resolver| -> Vec<String> {
                resolver.resolve_all(&image).map(|auth| word(&auth)).collect()
            };
            prop_assert_eq!(all(&whole), all(&layered));
        }
    }

    #[test]
    fn a_printed_reference_parses_to_itself(image in reference()) {
        if let Ok(image) = ImageRef::parse(&image) {
            let printed = image.to_string();
            let again = ImageRef::parse(&printed);
            prop_assert_eq!(again.as_ref(), Ok(&image));
            prop_assert_eq!(again.unwrap().to_string(), printed);
        }
    }

    #[test]
    fn a_digest_does_not_change_registry_and_repository(
        image in "([a-z0-9]{1,12}[.:/_-]{1,2}){1,5}[a-zA-Z0-9]{1,4}", other in reference()
    ) {
        digests_change_nothing(&image);
        digests_change_nothing(&other);
        digests_change_nothing(&format!("quay.io/{image}"));
    }

    #[test]
    fn json_strings_decode_as_in_serde_json(pieces in prop::collection::vec(select(&TEXT_PIECES[..]), 1..6)) {
        let json = format!("\"{}\"", pieces.concat());
        let entry = format!(r#"{{"username": "u", "password": {json}}}"#);
        let resolver = secret(format!(r#"{{"auths": {{"reg.io": {entry}}}}}"#)).unwrap();
        let auth = resolver.resolve(&image_ref("reg.io/app"));
        let password = auth.map(|auth| auth.password().unwrap().to_owned());
        prop_assert_eq!(password, serde_json::from_str::<String>(&json).ok());
    }

    #[test]
    fn no_input_makes_a_parser_panic(text in ".{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = ImageRef::parse(&text);
        let _ = ImageRef::parse_with_default("app", &text);
        let _ = regcred::CredentialFile::parse(&bytes);
        let _ = regcred::CredentialFile::parse(text.as_bytes());
        let key = format!(r#"{{"auths": {{{}: {{"auth": "dTpw"}}}}}}"#, quote(&text));
        let resolver = Resolver::builder().task_secret(key).build().unwrap();
        let _ = resolver.resolve_registry(&text);
        let _ = resolver.explain(&image_ref("reg.io/a")).to_string();
    }
}

/// Texts that are often valid references.
fn reference() -> impl Strategy<Value = String> {
    let host = select(
        &[
            "",
            "reg.io/",
            "Reg/",
            "reg:443/",
            "reg:0080/",
            "docker.io/",
            "Docker.io/",
            "docker.io:443/",
            "index.docker.io/",
            "registry-1.docker.io/",
            "localhost/",
            "LOCALHOST/",
            "[::1]/",
            "[AB]:1/",
        ][..],
    );
    (host, "[a-zA-Z0-9._/-]{1,12}", select(&["", ":1", ":latest"][..]))
        .prop_map(|(host, path, tag)| format!("{host}{path}{tag}"))
}
