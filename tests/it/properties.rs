//! Properties that hold for all files and images, checked with random ones.

use std::ops::RangeInclusive;

use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;
use regcred::{CredentialFile, ImageRef, Level, Resolver};

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

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const LOWER_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Runs a property with at least 256 random inputs. `ARBTEST_SEED` runs it with the input of a
/// failure again.
pub fn check(mut property: impl FnMut(&mut Unstructured<'_>) -> Result<()>) {
    let mut cases = 0;
    while cases < 256 {
        let counted = |u: &mut Unstructured<'_>| {
            cases += 1;
            property(u)
        };
        arbtest(counted).size_min(64).size_max(1024).run();
    }
}

pub fn list<T>(
    u: &mut Unstructured<'_>,
    length: RangeInclusive<usize>,
    mut item: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..u.int_in_range(length)?).map(|_| item(u)).collect()
}

fn text(u: &mut Unstructured<'_>, length: RangeInclusive<usize>, letters: &str) -> Result<String> {
    let letters: Vec<char> = letters.chars().collect();
    Ok(list(u, length, |u| u.choose(&letters).copied())?.into_iter().collect())
}

fn path(u: &mut Unstructured<'_>, segments: RangeInclusive<usize>) -> Result<String> {
    Ok(list(u, segments, |u| text(u, 1..=3, LOWER))?.join("/"))
}

/// Returns a text that is often an image reference.
fn reference(u: &mut Unstructured<'_>) -> Result<String> {
    #[rustfmt::skip]
    let hosts = [
        "", "reg.io/", "Reg/", "reg:443/", "reg:0080/", "docker.io/", "Docker.io/", "docker.io:443/",
        "index.docker.io/", "registry-1.docker.io/", "localhost/", "LOCALHOST/", "[::1]/", "[AB]:1/",
    ];
    let path = text(u, 1..=12, &format!("{LETTERS_DIGITS}._/-"))?;
    Ok(format!("{}{path}{}", u.choose(&hosts)?, u.choose(&["", ":1", ":latest"])?))
}

/// Returns a key and the state of its entry.
fn entry(u: &mut Unstructured<'_>) -> Result<(String, &'static str)> {
    let key = *u.choose(&[&DISTINCT_KEYS[..], &OTHER_KEYS].concat())?;
    Ok((key.to_owned(), *u.choose(&["auth", "auth", "auth", "absent", "malformed"])?))
}

fn entries(u: &mut Unstructured<'_>) -> Result<Vec<(String, &'static str)>> {
    list(u, 0..=5, entry)
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

fn sources(u: &mut Unstructured<'_>) -> Result<Sources> {
    list(u, 0..=5, |u| Ok((*u.choose(&LEVELS)?, entries(u)?)))
}

fn build(sources: &Sources) -> Resolver {
    let mut builder = Resolver::builder();
    for (number, (level, entries)) in sources.iter().enumerate() {
        builder = builder.add(*level, file(entries, &format!("s{number}-")));
    }
    builder.build().unwrap()
}

/// The user names of a source depend on its number, so a permutation keeps them.
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

fn shuffled<T>(u: &mut Unstructured<'_>, mut items: Vec<T>) -> Result<Vec<T>> {
    for end in (1..items.len()).rev() {
        items.swap(end, u.int_in_range(0..=end)?);
    }
    Ok(items)
}

#[test]
fn the_order_of_calls_across_levels_changes_nothing() {
    check(|u| {
        let (sources, keys) = (sources(u)?, u.arbitrary::<[u8; 6]>()?);
        // Levels in any order, the sources of one level in their own.
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.sort_by_key(|number| (keys[sources[*number].0 as usize], *number));
        assert_eq!(answers(&build(&sources)), answers(&build_in_order(&sources, &order)));
        Ok(())
    });
}

#[test]
fn a_weaker_level_never_changes_an_answer() {
    check(|u| {
        let (mut sources, more) = (sources(u)?, entries(u)?);
        sources.retain(|(level, _)| *level != Level::ClusterFile);
        let before = answers(&build(&sources));
        sources.push((Level::ClusterFile, more));
        for (before, after) in before.iter().zip(answers(&build(&sources))) {
            assert!(before == "-" || *before == after, "{before} became {after}");
        }
        Ok(())
    });
}

#[test]
fn an_entry_for_an_unrelated_registry_changes_nothing() {
    check(|u| {
        let mut sources = sources(u)?;
        let before = answers(&build(&sources));
        let unrelated =
            ["unrelated.example", "*.unrelated.example", "reg.io.unrelated.example/a", "reg.io:1"];
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.insert(u.int_in_range(0..=sources.len())?, sources.len());
        sources.push((*u.choose(&LEVELS)?, unrelated.map(|key| (key.to_owned(), "auth")).into()));
        assert_eq!(before, answers(&build_in_order(&sources, &order)));
        Ok(())
    });
}

#[test]
fn tag_and_digest_never_matter() {
    check(|u| {
        let resolver = build(&sources(u)?);
        let tag = text(u, 1..=1, &format!("{LETTERS_DIGITS}_"))?
            + &text(u, 0..=20, &format!("{LETTERS_DIGITS}_.-"))?;
        let hex = text(u, 64..=64, "0123456789abcdef")?;
        for image in IMAGES {
            let plain = answer(&resolver, image);
            assert_eq!(plain, answer(&resolver, &format!("{image}:{tag}")));
            assert_eq!(plain, answer(&resolver, &format!("{image}@sha256:{hex}")));
            assert_eq!(plain, answer(&resolver, &format!("{image}:{tag}@sha256:{hex}")));
        }
        Ok(())
    });
}

#[test]
fn the_order_of_keys_with_distinct_scopes_changes_nothing() {
    let build = |keys: &[&str]| {
        let entry = |key: &&str| {
            let auth = base64(format!("{}:p", key.replace(':', "")));
            format!(r#"{}: {{"auth": "{auth}"}}"#, quote(key))
        };
        let entries: Vec<String> = keys.iter().map(entry).collect();
        secret(format!(r#"{{"auths": {{{}}}}}"#, entries.join(", "))).unwrap()
    };
    let expected = answers(&build(&DISTINCT_KEYS));
    check(|u| {
        let keys = shuffled(u, DISTINCT_KEYS.to_vec())?;
        assert_eq!(answers(&build(&keys)), expected, "{keys:?}");
        Ok(())
    });
}

#[test]
fn a_scoped_key_never_answers_outside_its_prefix() {
    check(|u| {
        let (prefix, repository) = (path(u, 1..=3)?, path(u, 1..=4)?);
        // Random paths rarely match, so half of them are made to share the prefix.
        let repository = if u.arbitrary()? { format!("{prefix}/{repository}") } else { repository };
        let (scheme, slash) = (u.choose(&["", "https://", "HTTP://"])?, u.choose(&["", "/"])?);
        let key = format!("{scheme}reg.io/{prefix}{slash}");
        let resolver = secret(file(&[(key, "auth")], "u")).unwrap();
        let inside = repository == prefix || repository.starts_with(&format!("{prefix}/"));
        let found = answer(&resolver, &format!("reg.io/{repository}")) != "-";
        assert_eq!(found, inside, "{prefix} for {repository}");
        assert_eq!(answer(&resolver, &format!("reg.com/{repository}")), "-");
        Ok(())
    });
}

#[test]
fn layering_over_a_base_is_the_same_as_one_resolver() {
    check(|u| {
        let sources = sources(u)?;
        let split = u.int_in_range(0..=sources.len())?;
        let whole = build(&sources);
        let first: Vec<usize> = (0..split).collect();
        let base = build_in_order(&sources, &first);
        let mut builder = Resolver::builder().base(&base);
        for (number, (level, entries)) in sources.iter().enumerate().skip(split) {
            builder = builder.add(*level, file(entries, &format!("s{number}-")));
        }
        let layered = builder.build().unwrap();
        assert_eq!(answers(&whole), answers(&layered));
        for image in IMAGES {
            let image = image_ref(image);
            let all = |resolver: &Resolver| -> Vec<String> {
                resolver.resolve_all(&image).map(|auth| word(&auth)).collect()
            };
            assert_eq!(all(&whole), all(&layered));
        }
        Ok(())
    });
}

#[test]
fn a_printed_reference_parses_to_itself() {
    check(|u| {
        let image = reference(u)?;
        if let Ok(image) = ImageRef::parse(&image) {
            let printed = image.to_string();
            let again = ImageRef::parse(&printed);
            assert_eq!(again.as_ref(), Ok(&image));
            assert_eq!(again.unwrap().to_string(), printed);
        }
        Ok(())
    });
}

#[test]
fn a_digest_does_not_change_registry_and_repository() {
    check(|u| {
        let part = |u: &mut Unstructured<'_>| {
            Ok(text(u, 1..=12, LOWER_DIGITS)? + &text(u, 1..=2, ".:/_-")?)
        };
        let image = list(u, 1..=5, part)?.concat() + &text(u, 1..=4, LETTERS_DIGITS)?;
        digests_change_nothing(&image);
        digests_change_nothing(&reference(u)?);
        digests_change_nothing(&format!("quay.io/{image}"));
        Ok(())
    });
}

#[test]
fn json_strings_decode_as_in_serde_json() {
    check(|u| {
        let pieces = list(u, 1..=5, |u| u.choose(&TEXT_PIECES).copied())?;
        let json = format!("\"{}\"", pieces.concat());
        let entry = format!(r#"{{"username": "u", "password": {json}}}"#);
        let resolver = secret(format!(r#"{{"auths": {{"reg.io": {entry}}}}}"#)).unwrap();
        let auth = resolver.resolve(&image_ref("reg.io/app"));
        let password = auth.map(|auth| auth.password().unwrap().to_owned());
        assert_eq!(password, serde_json::from_str::<String>(&json).ok(), "{json}");
        Ok(())
    });
}

#[test]
fn no_input_makes_a_parser_panic() {
    check(|u| {
        let text: String = list(u, 0..=80, |u| u.arbitrary::<char>())?.into_iter().collect();
        let bytes = list(u, 0..=200, |u| u.arbitrary::<u8>())?;
        let _ = ImageRef::parse(&text);
        let _ = ImageRef::parse_with_default("app", &text);
        let _ = CredentialFile::parse(&bytes);
        let _ = CredentialFile::parse(text.as_bytes());
        let key = format!(r#"{{"auths": {{{}: {{"auth": "dTpw"}}}}}}"#, quote(&text));
        let resolver = secret(key).unwrap();
        let _ = resolver.resolve_registry(&text);
        let _ = resolver.explain(&image_ref("reg.io/a")).to_string();
        Ok(())
    });
}
