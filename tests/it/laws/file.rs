//! A credential file of any format.

use regcred::{Credential, CredentialFile, EntryProblem, Format, Resolver};

use super::CANARY;
use super::json::{self, Json};
use super::printed::Printed;

pub fn law(data: &[u8]) {
    let file = CredentialFile::parse(data);
    let seen = |file: &Result<CredentialFile, regcred::Error>| {
        let mut printed = Printed::default();
        printed.credential_file(file);
        printed
    };
    assert_eq!(seen(&file), seen(&CredentialFile::parse(data)), "twice the same");
    let resolver = Resolver::builder().task_secret(data).build();
    assert_eq!(file.is_ok(), resolver.is_ok(), "{file:?} {resolver:?}");
    let strict = Resolver::builder().task_secret(data).strict().build();
    assert!(strict.is_err() || resolver.is_ok(), "strict takes nothing more");
    if let Ok(file) = &file {
        let broken = file.entries().any(|entry| entry.problem().is_some());
        assert!(!(broken && strict.is_ok()), "strict takes no malformed entry");
        for entry in file.entries() {
            assert!(entry.credential().is_none() || entry.problem().is_none());
        }
        if file.format() == Format::ConfigJson {
            as_read_naively(file, data);
        }
    }
    let mut printed = Printed::default();
    printed.file(data);
    // A canary in the place of a name is a name.
    if !may_be_named(data) {
        printed.holds_none_of(&[CANARY], data);
    }
}

/// DESIGN 3.3, applied to the document as read by another parser.
fn as_read_naively(file: &CredentialFile, data: &[u8]) {
    let Some(Json::Object(fields)) = json::read(data) else { return };
    // Repeated `auths` are merged, and a null changes nothing.
    let auths = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("auths"));
    let auths = auths.flat_map(|(_, auths)| match auths {
        Json::Object(auths) => auths.as_slice(),
        _ => &[],
    });
    let auths: Vec<&(String, Json)> = auths.collect();
    for entry in file.entries() {
        // The last duplicate key wins.
        let Some((_, value)) = auths.iter().rev().find(|(key, _)| key == entry.key()) else {
            panic!("{:?} is in no \"auths\"", entry.key());
        };
        let fields = match value {
            Json::Object(fields) => fields,
            // Any value that serde_json returns in its place.
            Json::Null => {
                assert!(entry.credential().is_none() && entry.problem().is_none(), "null");
                continue;
            }
            Json::Other | Json::Text(_) | Json::List(_) => {
                assert_eq!(entry.problem(), Some(EntryProblem::NotAnObject), "{}", entry.key());
                continue;
            }
        };
        assert_ne!(entry.problem(), Some(EntryProblem::NotAnObject), "{}", entry.key());
        let mut names: Vec<String> =
            fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        names.dedup();
        if names.len() != fields.len() {
            continue;
        }
        let field =
            |name: &str| match &fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1 {
                Json::Text(text) => Some(text).filter(|text| !text.is_empty()),
                _ => None,
            };
        let Some(auth) = field("auth") else { continue };
        let auth = auth.replace(['\r', '\n', '\t', ' '], "");
        let decoded = decoded(auth.trim_end_matches('='));
        let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
        let pair = pair.map(|(user, password)| (user, password.trim_matches('\0')));
        match entry.credential() {
            Some(Credential::Basic { username, password }) => {
                assert_eq!(Some((username, password)), pair, "{}", entry.key());
            }
            None if entry.problem().is_none() && !auth.is_empty() => {
                assert_eq!(pair, Some(("", "")), "{}", entry.key());
            }
            _ => {}
        }
    }
}

/// Decodes base64 by hand and ignores the bits that are left over.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = String::new();
    for c in text.chars() {
        bits += &format!("{:06b}", alphabet.find(c)?);
    }
    let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).ok()?, 2).ok();
    bits.as_bytes().chunks_exact(8).map(byte).collect()
}

/// Returns whether the canary, or a piece of it, may be part of a name: a key, a path, or the name
/// of a helper.
fn may_be_named(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let is_key = |rest: &str| {
        let after = rest.split_once('"').map(|(_, after)| after.trim_start());
        after.is_some_and(|after| after.starts_with(':'))
    };
    let rest = text.replace(CANARY, "");
    let is_cut = CANARY
        .as_bytes()
        .windows(8)
        .any(|piece| std::str::from_utf8(piece).is_ok_and(|piece| rest.contains(piece)));
    let lower = text.trim_start().to_ascii_lowercase();
    let is_path = lower.starts_with('/') || lower.starts_with("file:");
    is_cut || is_path || lower.contains("cred") || text.split(CANARY).skip(1).any(is_key)
}
