//! Files and images, a line each: `=N` begins a file at level N, `=Ns` one inside a pull Secret;
//! `+key`, `0key` and `!key` are its usable, absent and malformed entries; at `~` everything before
//! becomes the base of what follows. Every other line is an image.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::{
    AuthConfig, CredentialFile, ImageRef, KeyProblem, Level, Lookup, Resolver, ResolverBuilder,
    WarningKind,
};
use serde_json::json;

use super::{CANARY, export, model};

pub struct Entry {
    /// From 0, the strongest.
    pub level: usize,
    pub key: String,
    /// `+` usable, `0` absent, `!` malformed.
    pub kind: char,
}

struct File<'a> {
    level: usize,
    in_secret: bool,
    after_base: bool,
    entries: Vec<(char, &'a str)>,
}

impl File<'_> {
    /// Each credential has the number of its entry as its user name, counted from `first`.
    fn bytes(&self, first: usize) -> Vec<u8> {
        let entry = |(number, (kind, key)): (usize, &(char, &str))| {
            let value = match kind {
                '+' => {
                    format!(
                        r#"{{"auth":"{}"}}"#,
                        STANDARD.encode(format!("{}:{CANARY}", first + number))
                    )
                }
                '0' => "{}".to_owned(),
                _ => r#"{"auth":"!"}"#.to_owned(),
            };
            format!("{}:{value}", serde_json::Value::from(*key))
        };
        let entries: Vec<String> = self.entries.iter().enumerate().map(entry).collect();
        let config = format!(r#"{{"auths":{{{}}}}}"#, entries.join(","));
        if !self.in_secret {
            return config.into_bytes();
        }
        let data = serde_json::json!({".dockerconfigjson": STANDARD.encode(config)});
        serde_json::json!({"kind": "Secret", "data": data}).to_string().into_bytes()
    }
}

const MOST_LINES: usize = 200;
const MOST_EXPORTED: usize = 12;
pub const MOST_STARS: usize = 6;

/// Returns whether the model knows a key. It tries every way in which stars could match; characters
/// that IDNA folds to a star or a dot are left to `attacks`.
pub fn is_for_the_model(key: &str) -> bool {
    key.matches('*').count() <= MOST_STARS
        && !key.contains(['＊', '﹡', '。', '．', '｡'])
        && (key.is_ascii() || !needs_a_feature(key))
}

/// Returns whether this build refuses a file with the key.
fn needs_a_feature(key: &str) -> bool {
    let file = json!({"auths": {key: {}}}).to_string();
    let file = CredentialFile::parse(file.as_bytes()).expect("a file with one key");
    let needs_feature = WarningKind::UnmatchableKey(KeyProblem::NeedsFeature);
    file.warnings().iter().any(|warning| *warning.kind() == needs_feature)
}

pub fn law(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (mut files, mut images, mut after_base): (Vec<File<'_>>, Vec<&str>, _) = <_>::default();
    for line in text.lines().take(MOST_LINES) {
        let mut chars = line.chars();
        match (chars.next(), files.last_mut()) {
            (Some('~'), _) => after_base = true,
            (Some('='), _) => {
                let level = chars.next().map_or(0, |c| c as usize % 4);
                let in_secret = chars.next() == Some('s');
                files.push(File { level, in_secret, after_base, entries: Vec::new() });
            }
            (Some(kind @ ('+' | '0' | '!')), Some(file)) => {
                let key = chars.as_str();
                if is_for_the_model(key) {
                    file.entries.push((kind, key));
                }
            }
            _ => images.push(line),
        }
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut firsts = Vec::new();
    for file in &files {
        firsts.push(entries.len());
        for (number, (kind, key)) in file.entries.iter().enumerate() {
            // The last duplicate key in a file wins.
            let last = !file.entries[number + 1..].iter().any(|(_, later)| later == key);
            let kind = if last { *kind } else { '0' };
            entries.push(Entry { level: file.level, key: (*key).to_owned(), kind });
        }
    }
    let add = |builder: ResolverBuilder, (file, first): (&File<'_>, &usize)| {
        builder.add(Level::ALL[file.level], file.bytes(*first))
    };
    let build = |builder: ResolverBuilder| builder.build().expect("its documents are in order");
    let numbered = || files.iter().zip(&firsts);
    let flat = build(numbered().fold(Resolver::builder(), add));
    let base = numbered().filter(|(file, _)| !file.after_base).fold(Resolver::builder(), add);
    let base = Resolver::builder().base(&build(base));
    let layered = build(numbered().filter(|(file, _)| file.after_base).fold(base, add));
    let has_canary = text.contains(CANARY);
    let images: Vec<_> =
        images.into_iter().filter_map(|image| ImageRef::parse(image).ok()).collect();
    for image in &images {
        for resolver in [&flat, &layered] {
            check(resolver, &entries, image, has_canary);
        }
    }
    let some = &images[..images.len().min(MOST_EXPORTED)];
    for exported in [some, &some[..some.len() / 2]] {
        export::law(&layered, exported, some);
    }
}

/// `has_canary` is set if a planted password may also appear in a key or an image.
fn check(resolver: &Resolver, entries: &[Entry], image: &ImageRef<'_>, has_canary: bool) {
    let number = |auth: AuthConfig| auth.username().and_then(|user| user.parse::<usize>().ok());
    let place = |entry: &Entry| entries.iter().position(|other| std::ptr::eq(other, entry));
    let expected = model::answer(entries, image).and_then(place);
    assert_eq!(resolver.resolve(image).and_then(number), expected, "{image}");

    let mut all: Vec<_> = entries
        .iter()
        .enumerate()
        .filter_map(|(place, entry)| Some((model::rank(entry, image)?, place)))
        .collect();
    all.sort_by(|(a, _), (b, _)| b.cmp(a));
    let usable = all.iter().map(|(_, place)| *place).filter(|place| entries[*place].kind == '+');
    let usable: Vec<usize> = if expected.is_some() { usable.collect() } else { Vec::new() };
    let answers: Vec<usize> = resolver.resolve_all(image).filter_map(number).collect();
    assert_eq!(answers, usable, "all of {image}");

    let explained = resolver.explain(image);
    let told = format!("{explained} {explained:?} {resolver:?} {:?}", resolver.warnings());
    assert!(has_canary || !told.contains(CANARY), "{told}");
    assert_eq!(explained.is_found(), expected.is_some(), "{explained}");
    assert_eq!(explained.is_blocked(), expected.is_none() && !all.is_empty(), "{explained}");
    assert!(explained.hints().len() <= 3, "{explained}");

    // If no helper has a credential, a lookup ends in the same answer.
    let mut lookup = resolver.lookup(image);
    while let Lookup::Helper(request) = lookup {
        lookup = request.next();
    }
    match lookup {
        Lookup::Found(auth) => assert_eq!(number(auth), expected, "the end of a lookup of {image}"),
        end => {
            assert_eq!(expected, None, "the end of a lookup of {image}: {end:?}");
            assert_eq!(matches!(end, Lookup::Blocked(_)), explained.is_blocked(), "{image}");
        }
    }
}
