//! Cases from the test suites of other projects, as data. `expect` is the answer of regcred,
//! `upstream` the answer of that project. `differences.json` gives the reason for every difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::{Credential, ImageRef, Level, Resolver};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::check_rows;

#[derive(Deserialize)]
struct Case {
    name: String,
    image: String,
    default_registry: Option<String>,
    sources: Vec<Source>,
    upstream: Value,
    expect: Value,
}

#[derive(Deserialize)]
struct Source {
    level: String,
    kind: String,
    content: Option<String>,
    base64: Option<String>,
    path: Option<String>,
}

impl Source {
    fn bytes(&self) -> Vec<u8> {
        match (&self.content, &self.base64) {
            (Some(content), None) => content.clone().into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap(),
            _ => panic!("a source has either content or base64"),
        }
    }
}

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(name);
    fs::read_to_string(path).unwrap()
}

/// The answer of regcred, in the words of the data.
fn answer(case: &Case) -> Value {
    let image = match &case.default_registry {
        Some(registry) => ImageRef::parse_with_default(&case.image, registry),
        None => ImageRef::parse(&case.image),
    };
    let Ok(image) = image else {
        return json!("invalid-image");
    };
    let scratch = tempfile::tempdir().unwrap();
    let sandbox = scratch.path().join("sandbox");
    let mut builder = Resolver::builder();
    for (number, source) in case.sources.iter().enumerate() {
        builder = match (&*source.level, &*source.kind) {
            (_, "flag") => builder.agent_flag(source.content.clone().unwrap()),
            ("task_secret", _) => builder.task_secret(source.bytes()),
            ("agent_flag", _) => builder.add(Level::AgentFlag, source.bytes()),
            ("cluster_file", _) => {
                let file = scratch.path().join(format!("cluster-{number}"));
                fs::write(&file, source.bytes()).unwrap();
                builder.cluster_file(file)
            }
            // Some cases have a second file of the same kind below another level.
            ("sandbox_home", _) => {
                let file = sandbox.join(source.path.as_deref().unwrap_or(".docker/config.json"));
                let is_first = !sandbox.exists();
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(&file, source.bytes()).unwrap();
                if is_first { builder.sandbox_home(&sandbox) } else { builder }
            }
            (level, _) => panic!("{}: unknown level {level}", case.name),
        };
    }
    let Ok(resolver) = builder.build() else {
        return json!("error");
    };
    let Some(auth) = resolver.resolve(&image) else {
        return Value::Null;
    };
    match auth.credential() {
        Credential::Basic { username, password } => {
            json!({"username": username, "password": password})
        }
        Credential::IdentityToken { token, .. } => json!({"identitytoken": token}),
        Credential::RegistryToken { token } => json!({"registrytoken": token}),
        other => panic!("unknown credential {other:?}"),
    }
}

#[test]
fn every_case_answers_as_expected_and_every_difference_has_a_reason() {
    let cases: Vec<Case> = serde_json::from_str(&data("resolve.json")).unwrap();
    let reasons: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&data("differences.json")).unwrap();
    let mut listed = BTreeSet::new();
    for name in reasons.values().flatten() {
        assert!(listed.insert(name.as_str()), "{name} is listed twice in differences.json");
    }
    let is_read = |name: &str| cfg!(feature = "archive") || !name.starts_with("archive-");
    listed.retain(|name| is_read(name));
    check_rows(cases.iter().filter(|case| is_read(&case.name)), |case| {
        let answer = answer(case);
        let is_listed = listed.remove(&*case.name);
        assert_eq!(answer, case.expect, "{}", case.name);
        assert_eq!(is_listed, answer != case.upstream, "{}: listed, differs", case.name);
    });
    assert!(listed.is_empty(), "no such cases: {listed:?}");
    assert!(cases.len() >= 549, "only {} cases were read", cases.len());
}

#[derive(Deserialize)]
struct Reference {
    input: String,
    valid: bool,
    registry: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
}

#[test]
fn image_references_are_parsed_as_docker_does() {
    let cases: Vec<Reference> = serde_json::from_str(&data("image-references.json")).unwrap();
    assert!(cases.len() >= 221, "only {} cases were read", cases.len());
    check_rows(&cases, |case| {
        let image = match (ImageRef::parse(&case.input), case.valid) {
            (Ok(image), true) => image,
            (Err(_), false) => return,
            (result, _) => panic!("{:?}: {result:?}", case.input),
        };
        let parts = (image.registry(), image.repository(), image.tag(), image.digest());
        let expected = (
            case.registry.as_deref().unwrap(),
            case.repository.as_deref().unwrap(),
            case.tag.as_deref(),
            case.digest.as_deref(),
        );
        assert_eq!(parts, expected, "{:?}", case.input);
        let printed = image.to_string();
        assert_eq!(ImageRef::parse(&printed), Ok(image.clone()), "{:?} -> {printed}", case.input);
    });
}
