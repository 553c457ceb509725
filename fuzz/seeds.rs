//! Adds seeds to `corpus/` from the conformance data of the tests and from the examples, so that
//! fuzzing starts with realistic files: `cargo run --example seeds`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred_fuzz::laws::CANARY;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds a seed to the corpus of a law, whose lines are sorted by length.
fn keep(law: &str, seed: impl AsRef<[u8]>) {
    let path = root().join("fuzz/corpus").join(law).with_extension("txt");
    let corpus = fs::read_to_string(&path).expect("the law has a corpus");
    let inputs: BTreeSet<(usize, Vec<u8>)> = corpus
        .lines()
        .map(|line| STANDARD.decode(line).expect("it is base64"))
        .chain([seed.as_ref().to_vec()])
        .map(|input| (input.len(), input))
        .collect();
    let corpus: String = inputs.iter().map(|(_, input)| STANDARD.encode(input) + "\n").collect();
    fs::write(path, corpus).expect("the corpus can be written");
}

fn cases(name: &str) -> Vec<Value> {
    let text = fs::read(root().join("tests/it/data").join(name)).expect("the tests have it");
    serde_json::from_slice(&text).expect("it is JSON")
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

fn bytes(source: &Value) -> Vec<u8> {
    match source["base64"].as_str() {
        Some(base64) => STANDARD.decode(base64).expect("it is base64"),
        None => text(source, "content").into(),
    }
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, data) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, *data).expect("memory takes it");
    }
    builder.into_inner().expect("memory takes it")
}

fn main() {
    for case in cases("image-references.json") {
        keep("image", text(&case, "input"));
        keep("image", format!("{}\nhttps://reg.io:5000", text(&case, "input")));
    }
    for case in cases("resolve.json") {
        let mut lines = String::new();
        for source in case["sources"].as_array().into_iter().flatten() {
            let content = bytes(source);
            keep("file", &content);
            if content.starts_with(&[0x1F, 0x8B]) {
                keep("archive", &content);
            }
            let levels = ["task_secret", "sandbox_home", "agent_flag", "cluster_file"];
            let level = levels.iter().position(|level| *level == text(source, "level"));
            lines += &format!("={}\n", level.unwrap_or_default());
            let json: Value = serde_json::from_slice(&content).unwrap_or_default();
            let Some(entries) = json.get("auths").unwrap_or(&json).as_object() else { continue };
            for (key, entry) in entries {
                keep("key", format!("{key}\n{}", text(&case, "image")));
                let kind = if entry.get("auth").is_some() { '+' } else { '0' };
                lines += &format!("{kind}{key}\n");
            }
        }
        keep("resolver", format!("{lines}{}\n", text(&case, "image")));
    }
    files();
    archives();
    definitions();
}

fn files() {
    let auth = STANDARD.encode(format!("{CANARY}:{CANARY}"));
    let entry = format!(
        r#"{{"auth": "{auth}", "username": "{CANARY}", "password": "{CANARY}", "identitytoken": "{CANARY}", "email": "{CANARY}"}}"#
    );
    let config = format!(
        r#"{{"auths": {{"reg.io": {entry}, "https://{CANARY}@reg.io": {{}}}}, "HttpHeaders": {{"X": "{CANARY}"}}}}"#
    );
    let encoded = STANDARD.encode(&config);
    keep("file", &config);
    keep(
        "file",
        format!(r#"{{"auths": {{"reg.io": {{"username": "u", "password": "{CANARY}"}}}}}}"#),
    );
    keep("file", format!(r#"{{"reg.io": {entry}, "other.io": "{auth}"}}"#));
    keep("file", format!("auth = {auth}\nemail = {CANARY}\n"));
    keep("file", format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{encoded}"}}}}"#));
    keep(
        "file",
        format!(r#"{{"kind": "Secret", "stringData": {{".dockercfg": {}}}}}"#, Value::from(config)),
    );
}

fn archives() {
    let config = br#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#;
    let flat = br#"{"other.io": {"auth": "dTpw"}}"#;
    let long = format!("{}.docker/config.json", "./".repeat(60));
    let link = {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_link(&mut header, ".docker", "real").expect("memory takes it");
        builder.append_data(&mut header.clone(), "x", &b""[..]).expect("memory takes it");
        builder.into_inner().expect("memory takes it")
    };
    let pax = {
        let mut builder = tar::Builder::new(tar(&[]).split_off(1024));
        let records = [("path", &b".docker/config.json"[..]), ("size", b"40")];
        builder.append_pax_extensions(records).expect("memory takes it");
        let mut header = tar::Header::new_ustar();
        header.set_size(config.len() as u64);
        builder.append_data(&mut header, "x", &config[..]).expect("memory takes it");
        builder.into_inner().expect("memory takes it")
    };
    for tar in [
        tar(&[(".docker/config.json", config)]),
        tar(&[("./.docker/config.json", config), (".dockercfg", flat)]),
        tar(&[(".dockercfg", flat), (".docker/x", b""), (".docker/config.json", config)]),
        tar(&[(&long, config)]),
        tar(&[("docker/config.json", config)]),
        tar(&[(".docker/config.json", config), (".docker/config.json", b"{}"), ("x", b"y")]),
        link,
        pax,
    ] {
        for mode in [b"t", b"z", b"2"] {
            keep("archive", [&mode[..], &tar].concat());
        }
        keep("archive", &tar);
    }
}

fn definitions() {
    let examples = root().join("examples/marathon");
    for name in ["group.json", "pod.json"] {
        keep("marathon", fs::read(examples.join(name)).expect("the example is there"));
    }
    let docker = r#""container": {"type": "DOCKER", "docker": {"image": "reg.io/app"}}"#;
    let mesos = r#""container": {"type": "MESOS", "docker": {"image": "reg.io/app", "pullConfig": {"secret": "s"}}}"#;
    let secrets = r#""secrets": {"s": {"source": "/a/pull"}}"#;
    let pod = r#""containers": [{"name": "c", "image": {"kind": "DOCKER", "id": "reg.io/app", "pullConfig": {"secret": "s"}}, "artifacts": [{"uri": "https://reg.io/docker.tar.gz", "extract": true}]}]"#;
    #[rustfmt::skip]
    let definitions = [
        format!(r#"{{"id": "/a", {mesos}, {secrets}}}"#),
        format!(r#"{{"id": "/a", {mesos}}}"#),
        format!(r#"{{"id": "/a", {docker}, "uris": ["https://reg.io/.dockercfg", "file:///none/docker.tar.gz"]}}"#),
        format!(r#"{{"id": "a", {docker}, "fetch": [{{"uri": "https://reg.io/docker.tar.gz", "extract": false, "executable": true, "cache": true, "destPath": ".docker/config.json"}}]}}"#),
        format!(r#"{{"id": "/p", {pod}, {secrets}}}"#),
        format!(r#"{{"id": "/g", "apps": [{{"id": "a", {docker}}}], "pods": [{{"id": "p", {pod}, {secrets}}}], "groups": [{{"id": "h", "apps": [{{"id": "b", {mesos}}}]}}]}}"#),
        format!(r#"[{{"id": "/a", {docker}}}, {{"id": "/p", {pod}}}]"#),
        format!(r#"{{"app": {{"id": "/a", {docker}}}}}"#),
        format!(r#"{{"apps": [{{"id": "/a", {mesos}, {secrets}}}]}}"#),
        r#"{"id": "/a", "cmd": "x", "container": {"docker": {"image": "https://reg.io/app:1", "pullConfig": {}}}}"#.to_owned(),
        r#"{"id": "/a", "container": {"docker": {"image": 1}}, "fetch": 1, "uris": {}, "secrets": []}"#.to_owned(),
    ];
    for definition in definitions {
        keep("marathon", definition);
    }
}
