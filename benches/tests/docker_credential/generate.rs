//! Credential files as people write them, well or badly, and the servers they ask for: the same in
//! every run.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use serde_json::{Value, json};

use crate::case::{Case, Entry, File, Form};
use crate::helpers;
use crate::meaning::{HUB_URL, Meaning};

/// The spellings of one registry: keys, and servers each with an image.
struct Registry {
    keys: &'static [&'static str],
    servers: &'static [(&'static str, &'static str)],
}

const HUB: &str = "docker.io/zz/app";
const QUAY: &str = "quay.io/zz/app";

const REGISTRIES: [Registry; 5] = [
    Registry {
        keys: &[
            HUB_URL,
            HUB_URL,
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "https://docker.io",
            "https://registry-1.docker.io/v2/",
            "https://index.docker.io/v1",
            "docker.io/v1",
            "index.docker.io/v1/",
            "HTTPS://INDEX.DOCKER.IO/v1/",
            "docker.io/library",
            "https://docker.io/library",
            "http://index.docker.io/v1/",
            "docker.io:443",
            "*.docker.io",
        ],
        servers: &[
            (HUB_URL, HUB),
            (HUB_URL, HUB),
            ("docker.io", HUB),
            ("index.docker.io", HUB),
            ("registry-1.docker.io", HUB),
            ("https://docker.io", HUB),
            ("https://index.docker.io/v1", HUB),
            ("https://registry-1.docker.io/v2/", HUB),
            ("Docker.io", HUB),
            ("docker.io/library", "docker.io/library/app"),
        ],
    },
    Registry {
        keys: &[
            "quay.io",
            "quay.io",
            "https://quay.io",
            "http://quay.io",
            "https://quay.io/",
            "quay.io/",
            "quay.io/v1/",
            "quay.io/v2/",
            "quay.io/v1",
            "https://quay.io/v2",
            "Quay.io",
            "HTTPS://quay.io",
            "quay.io:443",
            "https://quay.io:443/v1/",
            "quay.io:80",
            "quay.io/team",
            "https://quay.io/team",
            "quay.io/team/",
            "quay.io/teams",
            "https://robot@quay.io",
            "*.io",
        ],
        servers: &[
            ("quay.io", QUAY),
            ("quay.io", QUAY),
            ("https://quay.io", QUAY),
            ("https://quay.io/", QUAY),
            ("https://quay.io/v2/", QUAY),
            ("quay.io:443", QUAY),
            ("QUAY.io", QUAY),
            ("http://quay.io", "quay.io:80/zz/app"),
            ("quay.io/team", "quay.io/team/app"),
            ("https://quay.io/team", "quay.io/team/app"),
        ],
    },
    Registry {
        keys: &[
            "reg.io:5000",
            "reg.io:5000",
            "https://reg.io:5000",
            "http://reg.io:5000/v2/",
            "reg.io:5000/",
            "reg.io",
            "REG.io:5000",
            "reg.io:05000",
            "reg.io:5000/team",
            "https://reg.io:5000/team/app",
        ],
        servers: &[
            ("reg.io:5000", "reg.io:5000/zz/app"),
            ("https://reg.io:5000", "reg.io:5000/zz/app"),
            ("reg.io:5000/v2/", "reg.io:5000/zz/app"),
            ("reg.io:5000/team/app", "reg.io:5000/team/app/x"),
            ("reg.io", "reg.io/zz/app"),
        ],
    },
    Registry {
        keys: &[
            "a.example.com",
            "*.example.com",
            "*.example.com",
            "a.*.com",
            "*.com",
            "https://*.example.com",
            "a.example.com/team",
            "https://a.example.com/v1/",
            "b.example.com",
        ],
        servers: &[
            ("a.example.com", "a.example.com/zz/app"),
            ("https://a.example.com", "a.example.com/zz/app"),
            ("b.example.com", "b.example.com/zz/app"),
            ("a.example.com/team", "a.example.com/team/app"),
        ],
    },
    Registry {
        keys: &[
            "localhost:5000",
            "http://localhost:5000",
            "localhost",
            "https://localhost:5000/v1/",
        ],
        servers: &[
            ("localhost:5000", "localhost:5000/zz/app"),
            ("localhost", "localhost/zz/app"),
            ("http://localhost:5000", "localhost:5000/zz/app"),
            ("http://localhost", "localhost:80/zz/app"),
        ],
    },
];

/// Things that are not a credential file.
const BROKEN: [&str; 6] =
    ["", "{\"auths\": {\"quay.io\": ", "{\"auths\": []}", "{\"auths\": {}} {}", "[]", "auths: {}"];

/// A generator of pseudo-random numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Returns `files` files, each with three servers.
pub fn cases(files: u64) -> impl Iterator<Item = Case> {
    (0..files).flat_map(|seed| {
        let mut numbers = Numbers(seed);
        // The first numbers of near seeds are near each other.
        for _ in 0..8 {
            numbers.below(2);
        }
        let registry = numbers.pick(&REGISTRIES);
        let file = file(&mut numbers, registry);
        let namespaces = !file.names_helpers();
        let servers = registry.servers.iter().filter(|(server, _)| {
            // A helper is asked for a registry, never for a namespace.
            namespaces || Meaning::of_server(server).is_some_and(|meaning| meaning.path.is_empty())
        });
        let servers: Vec<_> = servers.collect();
        let mut cases = Vec::new();
        for _ in 0..3 {
            let (server, image) = *numbers.pick(&servers);
            cases.push(Case { file: file.clone(), server: (*server).to_owned(), image });
        }
        cases
    })
}

fn file(numbers: &mut Numbers, registry: &Registry) -> File {
    let form = match numbers.below(60) {
        0 | 1 => Form::Dockercfg,
        2 | 3 => Form::Secret,
        4 => Form::OtherSecret,
        5 | 6 => Form::Broken(BROKEN[numbers.below(BROKEN.len())]),
        _ => Form::ConfigJson,
    };
    let has_helpers = numbers.once_in(4);
    let mut entries: Vec<(String, Entry)> = Vec::new();
    for number in 0..1 + numbers.below(3) {
        let other = numbers.pick(&REGISTRIES);
        let from = if numbers.once_in(5) { other } else { registry };
        let key = (*numbers.pick(from.keys)).to_owned();
        // A file with helpers is asked once: it has one entry for a registry at most.
        let is_like = |(earlier, _): &(String, Entry)| {
            Meaning::of_key(earlier).map(|m| m.registry)
                == Meaning::of_key(&key).map(|m| m.registry)
        };
        if has_helpers && entries.iter().any(is_like) {
            continue;
        }
        let entry = if number == 0 && form == Form::Dockercfg {
            Entry::Fields(vec![("auth", STANDARD.encode("first:entry").into())])
        } else {
            entry(numbers, number)
        };
        entries.push((key, entry));
    }
    let mut cred_helpers = Vec::new();
    let mut creds_store = None;
    if has_helpers {
        if !numbers.once_in(3) {
            let key = (*numbers.pick(registry.keys)).to_owned();
            cred_helpers.push((key, helper(numbers)));
        }
        if numbers.once_in(2) {
            creds_store = Some(helper(numbers));
        }
    }
    File {
        form,
        has_bom: numbers.once_in(60),
        auths: if numbers.once_in(40) { "Auths" } else { "auths" },
        repeats_auths: numbers.once_in(30),
        entries,
        cred_helpers,
        creds_store,
    }
}

/// Returns the value for a helper.
fn helper(numbers: &mut Numbers) -> Value {
    match numbers.below(10) {
        0 => "".into(),
        1 => 1.into(),
        2..5 => "vault".into(),
        _ => (*numbers.pick(&helpers::NAMES)).into(),
    }
}

fn entry(numbers: &mut Numbers, number: usize) -> Entry {
    let (user, password) = (format!("robot-{number}"), format!("pass-{number}?>"));
    let pair = format!("{user}:{password}");
    let auth = STANDARD.encode(&pair);
    let no_pad = STANDARD_NO_PAD.encode(&pair);
    let fields: &[(&'static str, Value)] = &match numbers.below(52) {
        0 => vec![("auth", no_pad.into())],
        1 => vec![("auth", format!("{auth}\n").into())],
        2 => vec![("auth", format!(" {auth}").into())],
        3 => vec![("auth", URL_SAFE.encode(&pair).into())],
        4 => vec![("auth", STANDARD.encode(&user).into())],
        5 => vec![("auth", "not base64!".into())],
        6 => vec![("auth", STANDARD.encode(b"robot:\xff\xfe").into())],
        // The unused bits at its end are not zero.
        7 => vec![("auth", "dXNlcjpwYXNzd29yZB==".into())],
        8 => vec![("auth", STANDARD.encode(format!("{pair}\0\0")).into())],
        9 => vec![("username", user.into()), ("password", password.into())],
        10 => vec![("auth", auth.into()), ("username", user.into()), ("password", password.into())],
        11 => vec![("username", "other".into()), ("password", "p".into()), ("auth", auth.into())],
        12 => vec![("username", user.into())],
        13 => vec![("username", user.into()), ("password", "".into())],
        14 => vec![("password", password.into())],
        15 => vec![("username", "".into()), ("password", "".into())],
        16 => vec![("identitytoken", "identity-1".into())],
        17 => {
            vec![("auth", STANDARD.encode("robot:").into()), ("identitytoken", "identity-2".into())]
        }
        18 => vec![("auth", auth.into()), ("identitytoken", "".into())],
        19 => vec![("registrytoken", "registry-1".into())],
        20 => vec![("registrytoken", "registry-2".into()), ("auth", auth.into())],
        21 => vec![("registrytoken", "".into()), ("auth", auth.into())],
        22 => vec![],
        23 => vec![("email", "a@b.c".into())],
        24 => return Entry::Other(Value::Null),
        25 => return Entry::Other(numbers.pick(&[json!(1), json!("x"), json!([])]).clone()),
        26 => vec![("auth", 1.into())],
        27 => vec![("auth", "".into())],
        28 => vec![("auth", STANDARD.encode(":").into())],
        29 => vec![("auth", STANDARD.encode(":only-a-password").into())],
        30 => vec![("auth", "!".into()), ("auth", auth.into())],
        31 => vec![("Auth", auth.into())],
        32 => vec![("auth", auth.into()), ("email", 1.into())],
        33 => vec![("auth", Value::Null), ("username", user.into()), ("password", password.into())],
        34 => vec![("identitytoken", 1.into())],
        35 => vec![("auth", "not base64!".into()), ("identitytoken", "identity-3".into())],
        36 => vec![("auth", "not base64!".into()), ("registrytoken", "registry-3".into())],
        37 => vec![("auth", "!".into()), ("username", user.into()), ("password", password.into())],
        38 => vec![("auth", auth.into()), ("username", 1.into())],
        39 => vec![("auth", auth.into()), ("identitytoken", 1.into())],
        _ => vec![("auth", auth.into())],
    };
    Entry::Fields(fields.to_vec())
}
