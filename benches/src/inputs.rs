//! Inputs: credential files as Docker writes them, and images.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::{Level, Limits, Resolver};

/// A `config.json` with an entry for each key, indented as Docker does.
pub fn config(keys: impl IntoIterator<Item = String>) -> Vec<u8> {
    let entry = |(number, key): (usize, String)| {
        let auth = STANDARD.encode(format!("robot-{number}:secret-of-robot-{number}"));
        format!("\t\t\"{key}\": {{\n\t\t\t\"auth\": \"{auth}\"\n\t\t}}")
    };
    let entries: Vec<String> = keys.into_iter().enumerate().map(entry).collect();
    format!("{{\n\t\"auths\": {{\n{}\n\t}}\n}}", entries.join(",\n")).into_bytes()
}

pub fn host(number: usize) -> String {
    format!("registry-{number}.example.com")
}

pub fn hosts(entries: usize) -> impl Iterator<Item = String> {
    (0..entries).map(host)
}

/// Returns `1 entry`, `1000 entries`.
pub fn counted(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

/// An image on that host.
pub fn image(host: &str) -> String {
    format!("{host}/team/app:1.4.2")
}

pub fn resolver(keys: impl IntoIterator<Item = String>) -> Resolver {
    let mut limits = Limits::default();
    limits.file_bytes = 256 << 20;
    let builder = Resolver::builder().limits(limits).add(Level::ClusterFile, config(keys));
    builder.build().expect("a good file")
}

/// The peer of a lookup: a table with the full text of each image as its key.
pub type ImageMap = HashMap<String, Arc<String>>;

pub fn image_map(images: impl Iterator<Item = String>) -> ImageMap {
    images.map(|image| (image.clone(), Arc::new(image))).collect()
}

/// Pseudo-random numbers below `end`, the same in every run.
pub fn shuffled(end: usize, count: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    })
    .take(count)
}
