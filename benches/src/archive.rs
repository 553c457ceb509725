//! Reading a `docker.tar.gz`, against `flate2` and `tar` reading the same bytes.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use regcred::{Level, Resolver};

use crate::inputs;
use crate::suite::Suite;

pub fn rows(suite: &mut Suite) {
    let table = [("small", 0), ("10 MiB of other members", 10)];
    for (what, others) in table {
        let archive = archive(others);
        suite.row_with(
            &format!("docker.tar.gz, {what}"),
            1.2,
            || archive.clone(),
            |archive| {
                let builder = Resolver::builder().add(Level::SandboxHome, archive);
                builder.build().expect("a good archive")
            },
            |archive| read(&archive),
        );
    }
}

/// Returns the contents of the archive's credential file.
fn read(archive: &[u8]) -> Vec<u8> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut found = Vec::new();
    for entry in archive.entries().expect("a good archive") {
        let mut entry = entry.expect("a good member");
        if entry.path().expect("a good name").ends_with(".docker/config.json") {
            entry.read_to_end(&mut found).expect("a good member");
        }
    }
    found
}

/// An archive of `.docker/config.json` and `others` further members of 1 MiB each.
fn archive(others: usize) -> Vec<u8> {
    let encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut archive = tar::Builder::new(encoder);
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, name, bytes).expect("a good member");
    };
    for other in 0..others {
        add(&format!("conf/{other}.txt"), &text(1 << 20, other));
    }
    add(".docker/config.json", &inputs::config(inputs::hosts(2)));
    let mut encoder = archive.into_inner().expect("a good archive");
    encoder.flush().expect("memory");
    encoder.finish().expect("memory")
}

/// Text that compresses about as well as settings and logs.
fn text(bytes: usize, seed: usize) -> Vec<u8> {
    let lines = inputs::shuffled(1_000_000, bytes / 16).skip(seed);
    let mut text: Vec<u8> =
        lines.flat_map(|n| format!("setting-{n}={}\n", n % 97).into_bytes()).collect();
    text.resize(bytes, b'\n');
    text
}
