//! The reasons for which an answer differs from that of `docker_credential`.
//!
//! Each reason is a rewrite of a case. It changes nothing for regcred, which understands both
//! forms, and writes one thing in the form that `docker_credential` understands. A difference is
//! explained if both agree after some rewrites. A reason counts the differing cases in which its
//! rewrite, in the order of the list, changes the answer of `docker_credential`.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use crate::case::{Case, Entry, Form};
use crate::helpers::knows_nothing;
use crate::meaning::{HUB_URL, Meaning};

pub struct Reason {
    pub name: &'static str,
    pub rule: &'static str,
    pub cases: usize,
    pub rewrite: fn(&mut Case),
}

macro_rules! reasons {
    ($($rewrite:ident, $cases:literal, $rule:literal;)*) => {
        pub const REASONS: [Reason; 0 $(+ { let _ = $cases; 1 })*] = [$(Reason {
            name: stringify!($rewrite), rule: $rule, cases: $cases, rewrite: $rewrite,
        }),*];
    };
}

reasons! {
    byte_order_mark, 21,
        "a byte order mark is skipped";
    other_format, 45,
        "a .dockercfg or a Secret is read, too; a Secret without credentials is an error";
    case_of_fields, 24,
        "field names match in any case, as in Docker";
    repeated_field, 75,
        "repeated `auths` are united; of other repeated fields the last counts";
    null_entry, 30,
        "an entry that is `null` is absent";
    wrong_type, 259,
        "a wrong type is a malformed entry or no helper; the rest of the file is read";
    empty_field, 39,
        "an empty field is absent, and so is a pair of two empty texts";
    half_a_pair, 14,
        "a user name or a password may be alone";
    spaces_in_auth, 10,
        "white space in `auth` is skipped";
    trailing_bits, 10,
        "unused bits of base64 are not checked, as in Docker";
    nuls_at_the_end, 10,
        "NULs around a password are trimmed, as in Docker";
    token_beside_bad_auth, 1,
        "an `auth` that cannot be decoded is a malformed entry, also beside a token";
    auth_and_pair, 10,
        "`auth` wins against `username` and `password` that differ";
    registry_token, 15,
        "`registrytoken` is read";
    absent_entry, 10,
        "the lookup passes over an entry without a credential";
    several_keys, 32,
        "of keys with one meaning, a fixed order decides, not that of a hash table";
    http_server, 39,
        "a server that is an `http://` URL without a port is at port 80";
    namespace_in_url, 16,
        "a URL with a path is a key for that namespace alone";
    key_spelling, 97,
        "keys are compared by meaning: case of the host, `:443`, API roots, Docker Hub";
    server_spelling, 319,
        "a server is read like a key: a URL, an API root, any case of the host, `:443`";
    glob, 79,
        "a key with `*` covers one label of a host";
    covering_namespace, 128,
        "a key covers the namespaces below it";
    empty_helper, 4,
        "an empty name in `credHelpers` means the file itself, never `credsStore`";
    store_before_file, 14,
        "`credsStore` is asked before the file, as in Docker";
    helper_without_answer, 24,
        "if a helper has no credential, the file answers";
}

fn byte_order_mark(case: &mut Case) {
    case.file.has_bom = false;
}

fn other_format(case: &mut Case) {
    let form = &mut case.file.form;
    match form {
        Form::Dockercfg | Form::Secret => *form = Form::ConfigJson,
        Form::OtherSecret => *form = Form::Broken("not JSON"),
        Form::ConfigJson | Form::Broken(_) => return,
    }
    (case.file.auths, case.file.repeats_auths) = ("auths", false);
    (case.file.cred_helpers, case.file.creds_store) = (Vec::new(), None);
}

fn case_of_fields(case: &mut Case) {
    case.file.auths = "auths";
    for (name, _) in fields(case) {
        if *name == "Auth" {
            *name = "auth";
        }
    }
}

/// Returns the fields of all entries.
fn fields(case: &mut Case) -> impl Iterator<Item = &mut (&'static str, Value)> {
    entries(case).flat_map(|entry| match entry {
        Entry::Fields(fields) => fields.iter_mut(),
        Entry::Other(_) => [].iter_mut(),
    })
}

fn entries(case: &mut Case) -> impl Iterator<Item = &mut Entry> {
    case.file.entries.iter_mut().map(|(_, entry)| entry)
}

fn repeated_field(case: &mut Case) {
    case.file.repeats_auths = false;
    for entry in entries(case) {
        if let Entry::Fields(fields) = entry {
            let all = std::mem::take(fields);
            for (name, value) in all {
                fields.retain(|(earlier, _)| *earlier != name);
                fields.push((name, value));
            }
        }
    }
}

fn null_entry(case: &mut Case) {
    for entry in entries(case) {
        if *entry == Entry::Other(Value::Null) {
            *entry = Entry::Fields(Vec::new());
        }
    }
}

fn wrong_type(case: &mut Case) {
    const READ: [&str; 4] = ["auth", "username", "password", "identitytoken"];
    let is_right = |value: &Value| value.is_string() || value.is_null();
    for entry in entries(case) {
        if entry.text("auth").is_some() {
            // The other two are not needed then.
            let is_needed = |name: &str| !["username", "password"].contains(&name);
            entry.fields().retain(|(name, value)| is_needed(name) || is_right(value));
        }
        let is_malformed = match entry {
            Entry::Fields(fields) => {
                fields.iter().any(|(name, value)| READ.contains(name) && !is_right(value))
            }
            Entry::Other(_) => true,
        };
        if is_malformed {
            *entry = Entry::malformed();
        }
    }
    for (_, helper) in &mut case.file.cred_helpers {
        if !is_right(helper) {
            *helper = "".into();
        }
    }
    case.file.creds_store = case.file.creds_store.take().filter(is_right);
}

fn empty_field(case: &mut Case) {
    for entry in entries(case) {
        for name in ["auth", "identitytoken", "registrytoken"] {
            let is_empty = |text: &str| text.is_empty() || (name == "auth" && text == "Og==");
            if entry.text(name).is_some_and(is_empty) {
                entry.remove(name);
            }
        }
        if ["username", "password"].iter().all(|name| entry.text(name).is_none_or(str::is_empty)) {
            entry.remove("username");
            entry.remove("password");
        }
    }
    let store = case.file.creds_store.take();
    case.file.creds_store = store.filter(|name| name.as_str() != Some(""));
}

fn half_a_pair(case: &mut Case) {
    for entry in entries(case) {
        match (entry.text("username"), entry.text("password")) {
            (Some(_), None) => entry.set("password", ""),
            (None, Some(_)) => entry.set("username", ""),
            _ => {}
        }
    }
}

/// Rewrites the `auth` of every entry.
fn rewrite_auth(case: &mut Case, rewrite: impl Fn(&str) -> Option<String>) {
    for entry in entries(case) {
        if let Some(auth) = entry.text("auth").and_then(&rewrite) {
            entry.set("auth", auth);
        }
    }
}

fn spaces_in_auth(case: &mut Case) {
    rewrite_auth(case, |auth| Some(auth.split_whitespace().collect()));
}

fn decode(auth: &str, checks_trailing_bits: bool) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(!checks_trailing_bits)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(auth).ok()
}

fn trailing_bits(case: &mut Case) {
    rewrite_auth(case, |auth| match decode(auth, true) {
        Some(_) => None,
        None => Some(STANDARD.encode(decode(auth, false)?)),
    });
}

fn nuls_at_the_end(case: &mut Case) {
    rewrite_auth(case, |auth| {
        let pair = String::from_utf8(decode(auth, true)?).ok()?;
        Some(STANDARD.encode(pair.strip_suffix('\0')?.trim_end_matches('\0')))
    });
}

fn token_beside_bad_auth(case: &mut Case) {
    let is_bad = |auth: &str| !decode(auth, true).is_some_and(|pair| pair.contains(&b':'));
    for entry in entries(case) {
        if entry.text("auth").is_some_and(is_bad) {
            *entry = Entry::malformed();
        }
    }
}

fn auth_and_pair(case: &mut Case) {
    for entry in entries(case) {
        if entry.text("auth").is_some() {
            entry.remove("username");
            entry.remove("password");
        }
    }
}

fn registry_token(case: &mut Case) {
    for entry in entries(case) {
        if let Some(token) = entry.text("registrytoken").map(str::to_owned) {
            entry.remove("registrytoken");
            entry.set("identitytoken", token);
        }
    }
}

fn absent_entry(case: &mut Case) {
    const CREDENTIALS: [&str; 4] = ["auth", "username", "identitytoken", "registrytoken"];
    let is_absent = |entry: &Entry| CREDENTIALS.iter().all(|name| entry.text(name).is_none());
    // The last entry of a repeated key counts.
    last_of_a_key(case);
    case.file.entries.retain(|(_, entry)| !is_absent(entry));
}

fn last_of_a_key(case: &mut Case) {
    for (key, entry) in std::mem::take(&mut case.file.entries) {
        match case.file.entries.iter_mut().find(|(earlier, _)| *earlier == key) {
            Some((_, earlier)) => *earlier = entry,
            None => case.file.entries.push((key, entry)),
        }
    }
}

fn several_keys(case: &mut Case) {
    last_of_a_key(case);
    let spelling = |key: &str, meaning: &Meaning| match key {
        HUB_URL => 0,
        key if key == meaning.normalised() => 1,
        _ => 2,
    };
    let ranks = case
        .file
        .entries
        .iter()
        .map(|(key, _)| Meaning::of_key(key).map(|meaning| (spelling(key, &meaning), meaning)));
    let ranks: Vec<_> = ranks.collect();
    let wins = |at: usize| {
        let Some((rank, meaning)) = &ranks[at] else { return true };
        let rivals = ranks.iter().enumerate().filter_map(|(at, held)| Some((at, held.as_ref()?)));
        let mut rivals = rivals.filter(|(_, (_, other))| other == meaning);
        rivals.all(|(rival, (other, _))| (*rank, at) <= (*other, rival))
    };
    let mut at = 0..;
    case.file.entries.retain(|_| at.next().is_some_and(wins));
}

fn http_server(case: &mut Case) {
    if case.server.starts_with("http://") {
        case.server = Meaning::of_server(&case.server).expect("a server").as_docker_writes_it();
    }
}

fn namespace_in_url(case: &mut Case) {
    for (key, _) in &mut case.file.entries {
        if let Some(meaning) = Meaning::of_key(key).filter(|meaning| !meaning.path.is_empty()) {
            *key = meaning.normalised();
        }
    }
}

fn key_spelling(case: &mut Case) {
    let keys = case.file.entries.iter_mut().map(|(key, _)| key);
    for key in keys.chain(case.file.cred_helpers.iter_mut().map(|(key, _)| key)) {
        // Another reason is for URLs of namespaces.
        let is_other = |meaning: &Meaning| key.contains("://") && !meaning.path.is_empty();
        if let Some(meaning) = Meaning::of_key(key).filter(|meaning| !is_other(meaning)) {
            *key = meaning.as_docker_writes_it();
        }
    }
}

fn server_spelling(case: &mut Case) {
    // Another reason is for `http://`.
    if !case.server.starts_with("http://") {
        case.server = Meaning::of_server(&case.server).expect("a server").as_docker_writes_it();
    }
}

fn glob(case: &mut Case) {
    let server = Meaning::of_server(&case.server).expect("a server");
    let file = &mut case.file;
    name_the_host(file.entries.iter_mut().map(|(key, _)| key).collect(), &server);
    name_the_host(file.cred_helpers.iter_mut().map(|(key, _)| key).collect(), &server);
}

/// Puts the host of a server in place of the best key with `*` that covers it, unless a key
/// without `*` does.
fn name_the_host(mut keys: Vec<&mut String>, server: &Meaning) {
    let is_exact = |key: &str| Meaning::of_key(key).is_some_and(|meaning| meaning.covers(server));
    if server.registry == "docker.io" || keys.iter().any(|key| is_exact(key)) {
        return;
    }
    let covering = keys.iter_mut().filter(|key| key.contains('*') && covers(key, &server.registry));
    if let Some(best) = covering.max_by_key(|key| key.len()) {
        **best = server.registry.clone();
    }
}

/// Returns whether a host with `*` covers another host, label by label.
fn covers(pattern: &str, host: &str) -> bool {
    let (mut patterns, mut labels) = (pattern.split('.'), host.split('.'));
    let is_same = |(pattern, label): (&str, &str)| pattern == "*" || pattern == label;
    patterns.clone().count() == labels.clone().count()
        && patterns.by_ref().zip(labels.by_ref()).all(is_same)
}

fn covering_namespace(case: &mut Case) {
    let server = Meaning::of_server(&case.server).expect("a server");
    if server.path.is_empty() {
        return;
    }
    let meanings = case.file.entries.iter().filter_map(|(key, _)| Meaning::of_key(key));
    let covering = meanings.filter(|meaning| meaning.covers(&server));
    if let Some(best) = covering.max_by_key(|meaning| meaning.path.len()) {
        case.server = best.as_docker_writes_it();
    }
}

fn empty_helper(case: &mut Case) {
    let name = helper(case).and_then(Value::as_str);
    if name == Some("") {
        case.file.creds_store = None;
    }
}

/// Returns the helper that `credHelpers` has for the server.
fn helper(case: &Case) -> Option<&Value> {
    let mut helpers = case.file.cred_helpers.iter();
    helpers.find(|(key, _)| *key == case.server).map(|(_, helper)| helper)
}

fn store_before_file(case: &mut Case) {
    if helper(case).is_none() {
        if let Some(store) = case.file.creds_store.take() {
            case.file.cred_helpers.push((case.server.clone(), store));
        }
    }
}

fn helper_without_answer(case: &mut Case) {
    let name = helper(case).and_then(Value::as_str);
    if name.is_some_and(|name| knows_nothing(name, &case.server)) {
        case.file.cred_helpers.clear();
        case.file.creds_store = None;
    }
}
