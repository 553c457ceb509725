//! The cases of the README's table "How its rules differ". The plain suite includes this file, too.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use tempfile::TempDir;

/// A row of the table: its first cell, three of its other cells as they are in the README, and the
/// cases that show them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub row: String,
    pub here: String,
    pub docker: String,
    pub podman: String,
    pub cases: Vec<Case>,
}

/// An image, the credential files of a user who pulls it, and the answer of each program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub image: String,
    /// Docker logs in to the registry instead: at a pull, it ignores the errors of a helper.
    #[serde(default)]
    pub docker_logs_in: bool,
    /// `.docker/config.json` by its keys, each with a user name. The password is `p`.
    #[serde(default)]
    keys: BTreeMap<String, String>,
    /// `.docker/config.json`. In it and in `files`, `<user:password>` is written as its base64.
    config: Option<Box<RawValue>>,
    /// `.docker/config.json`, if it is not one JSON document.
    text: Option<String>,
    /// Further files, each with its path in the home directory.
    #[serde(default)]
    files: BTreeMap<String, Box<RawValue>>,
    /// A word as in [`Answer`], or `blocked` for an image that is not to be pulled.
    pub here: String,
    pub docker: Answer,
    pub podman: Answer,
}

/// The answer of a client in one word: `user:password`, `identity:token`, `registry:token`, or
/// `undecoded:auth` if that is sent as it is in the file. `-` is a pull without a credential, and `error` means
/// that no request was sent.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Answer {
    Always(String),
    /// One of several, at random.
    Random(Vec<String>),
    /// The answer of each version that was measured, by the version or the start of it: `20.10` was
    /// measured as 20.10.24, `28` as 28.2.2. skopeo has versions of its own in podman's column.
    Versions(BTreeMap<String, Answer>),
}

pub fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("cases.json"))
        .unwrap_or_else(|error| panic!("tests/clients/cases.json: {error}"))
}

impl Answer {
    /// Returns the words that a version may answer, every one of which it does answer.
    #[track_caller]
    pub fn of_version(&self, version: &str) -> Vec<&str> {
        match self {
            Answer::Always(word) => vec![word],
            Answer::Random(words) => words.iter().map(String::as_str).collect(),
            Answer::Versions(answers) => {
                let is_version =
                    |start: &str| format!("{version}.").starts_with(&format!("{start}."));
                let found = answers.iter().find(|(start, _)| is_version(start));
                let known: Vec<_> = answers.keys().collect();
                found.map(|(_, answer)| answer.of_version(version)).unwrap_or_else(|| {
                    panic!("version {version} is not in the case, which has {known:?}; add it")
                })
            }
        }
    }
}

impl Case {
    /// Returns each credential file with its path in the home directory.
    pub fn files(&self) -> Vec<(&str, String)> {
        const CONFIG: &str = ".docker/config.json";
        let entry =
            |(key, user): (&String, &String)| format!("{key:?}: {{\"auth\": \"<{user}:p>\"}}");
        let keys = (!self.keys.is_empty()).then(|| {
            let entries: Vec<_> = self.keys.iter().map(entry).collect();
            format!("{{\"auths\": {{{}}}}}", entries.join(", "))
        });
        let config = self.config.as_ref().map(|config| config.get().to_owned());
        let files = self.files.iter().map(|(path, file)| (&**path, file.get().to_owned()));
        let of_config = [keys, config, self.text.clone()].into_iter().flatten();
        let all = of_config.map(|text| (CONFIG, text)).chain(files);
        all.map(|(path, text)| (path, with_base64(&text))).collect()
    }

    /// Returns whether a file holds a token.
    pub fn has_token(&self) -> bool {
        self.files().iter().any(|(_, text)| text.contains("token\":"))
    }

    /// Returns the case for a message.
    pub fn shown(&self) -> String {
        let files: Vec<_> =
            self.files().iter().map(|(path, text)| format!("{path} {text}")).collect();
        format!("{} with {}", self.image, files.join(" and "))
    }

    /// Returns a home directory with the files of the case.
    pub fn home(&self) -> TempDir {
        let home = tempfile::tempdir().expect("a home directory");
        for (path, text) in self.files() {
            let path = home.path().join(path);
            let directory = path.parent().expect("a path below a directory");
            fs::create_dir_all(directory).expect("a directory in a home directory");
            fs::write(path, text).expect("a file in a home directory");
        }
        home
    }
}

/// Returns an answer, and whether the program has also printed the password of the case.
pub fn with_canary(word: &str, printed: &str) -> String {
    format!("{word}{}", if printed.contains(CANARY) { ", password shown" } else { "" })
}

/// A password that is looked for in everything that is printed.
const CANARY: &str = "canary";

/// Returns a text with the base64 of `user:password` in place of `<user:password>`.
fn with_base64(text: &str) -> String {
    let mut parts = text.split('<');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('>') {
            Some((pair, rest)) => result.extend([&STANDARD.encode(pair), rest]),
            None => result.extend(["<", part]),
        }
    }
    result
}
