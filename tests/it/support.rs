//! Helpers that tables are written with.

pub mod archive;

pub use crate::check_rows::check_rows;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::{AuthConfig, Credential, Error, ImageRef, Level, Resolver, Warning};

/// Names with their contents: files, parameters.
pub type Named<'a> = &'a [(&'a str, &'a str)];

pub fn base64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// A `config.json` in which each key has the user name given and the password `p`.
pub fn config(keys: &[(&str, &str)]) -> String {
    let entry = |(key, user): &(&str, &str)| {
        format!("{}: {{\"auth\": \"{}\"}}", quote(key), base64(format!("{user}:p")))
    };
    let entries: Vec<String> = keys.iter().map(entry).collect();
    format!("{{\"auths\": {{{}}}}}", entries.join(", "))
}

/// A `config.json` with one key, `reg.io`, for a user.
pub fn user(name: &str) -> String {
    config(&[("reg.io", name)])
}

#[track_caller]
pub fn image_ref(image: &str) -> ImageRef<'_> {
    ImageRef::parse(image).unwrap_or_else(|error| panic!("{image:?}: {error}"))
}

/// Writes a file below a directory, and creates the directories between them.
#[track_caller]
pub fn put(directory: impl AsRef<Path>, name: &str, content: impl AsRef<[u8]>) {
    let path = directory.as_ref().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

pub fn texts(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(Warning::to_string).collect()
}

pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns the bytes of a file for a message: its text, or its length and first bytes.
pub fn shown(file: &[u8]) -> String {
    const MOST: usize = 200;
    match std::str::from_utf8(file) {
        Ok(text) if !text.contains('\0') => text.chars().take(MOST).collect(),
        _ => format!("{} bytes that begin with {:?}", file.len(), file.get(..4)),
    }
}

/// A resolver of one task secret.
pub fn secret(file: impl Into<Vec<u8>>) -> Result<Resolver, Error> {
    Resolver::builder().task_secret(file).build()
}

/// Returns a credential in one word: `user:password`, `identity:token`, `registry:token`.
pub fn word(auth: &AuthConfig) -> String {
    match auth.credential() {
        Credential::Basic { username, password } => format!("{username}:{password}"),
        Credential::IdentityToken { token, .. } => format!("identity:{token}"),
        Credential::RegistryToken { token } => format!("registry:{token}"),
        other => panic!("unknown {other:?}"),
    }
}

/// Returns the answer of a resolver in one word, `-` for none. Asserts that `resolve`,
/// `resolve_all` and `explain` agree.
#[track_caller]
pub fn answer(resolver: &Resolver, image: &str) -> String {
    let image = image_ref(image);
    let answer = resolver.resolve(&image);
    let first = resolver.resolve_all(&image).next();
    let origin = |auth: &Option<AuthConfig>| auth.as_ref().map(|auth| auth.origin().to_string());
    assert_eq!(origin(&answer), origin(&first), "resolve and resolve_all, {image}");
    let explained = resolver.explain(&image);
    assert_eq!(answer.is_some(), explained.is_found(), "resolve and explain, {image}\n{explained}");
    if let Some(auth) = &answer {
        assert_eq!(explained.to_string().matches("\n    wins ").count(), 1, "{explained}");
        let told = format!("key {:?}", auth.origin().key());
        assert!(explained.to_string().lines().last().unwrap().ends_with(&told), "{explained}");
    }
    answer.as_ref().map_or("-".to_owned(), word)
}

/// Returns the answer of one task secret for an image.
#[track_caller]
pub fn from_secret(file: impl Into<Vec<u8>>, image: &str) -> String {
    match secret(file) {
        Ok(resolver) => answer(&resolver, image),
        Err(error) => format!("error: {error}"),
    }
}

pub const LEVELS: [Level; 4] =
    [Level::TaskSecret, Level::SandboxHome, Level::AgentFlag, Level::ClusterFile];

/// The message with which a table fails.
fn failure(rows: &[u32]) -> String {
    let check = || check_rows(rows, |row| assert!(row % 2 == 0, "{row} is odd"));
    *catch_unwind(check).expect_err("a failure").downcast::<String>().unwrap()
}

#[test]
fn check_rows_lists_every_row_that_fails() {
    let message = failure(&[1, 2, 3, 4]);
    assert_eq!(message, "2 of 4 rows failed\nrow 1: 1 is odd\nrow 3: 3 is odd");
    check_rows([2, 4], |row| assert!(row % 2 == 0));
}

#[test]
fn check_rows_fails_without_rows() {
    assert!(failure(&[]).contains("the table has no rows"));
}

/// Returns whether a file with this key is read with the features of this build.
pub fn is_read(key: &str) -> bool {
    cfg!(feature = "url") || key.is_ascii()
}
