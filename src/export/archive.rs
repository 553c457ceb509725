//! The `docker.tar.gz` of an export.

use flate2::Crc;
use zeroize::Zeroizing;

use crate::file_names::CONFIG_JSON;

const BLOCK: usize = 512;

/// Returns a gzipped tar archive of the directory `.docker` with a `config.json` in it. The same content
/// gives the same bytes.
pub(super) fn docker_tar_gz(config_json: &[u8]) -> Vec<u8> {
    let directory = header(".docker/", b'5', 0o700, 0);
    let file = header(CONFIG_JSON, b'0', 0o600, config_json.len());
    let padding = config_json.len().next_multiple_of(BLOCK) - config_json.len();
    // Two empty blocks end an archive.
    let end = vec![0; padding + 2 * BLOCK];
    let tar = Zeroizing::new([&directory[..], &file, config_json, &end].concat());
    gzip(&tar)
}

/// Returns a header of POSIX's ustar format. Owner, group and time are 0.
fn header(name: &str, kind: u8, mode: u32, size: usize) -> [u8; BLOCK] {
    let (mode, size) = (format!("{mode:07o}"), format!("{size:011o}"));
    let mut header = [0; BLOCK];
    let fields: [(usize, &[u8]); 9] = [
        (0, name.as_bytes()),
        (100, mode.as_bytes()),
        (108, b"0000000"),
        (116, b"0000000"),
        (124, size.as_bytes()),
        (136, b"00000000000"),
        (148, b"        "),
        (156, &[kind]),
        (257, b"ustar\x0000"),
    ];
    for (at, text) in fields {
        put(&mut header, at, text);
    }
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut header, 148, format!("{sum:06o}\0 ").as_bytes());
    header
}

fn put(header: &mut [u8; BLOCK], at: usize, text: &[u8]) {
    let field = header.get_mut(at..at + text.len());
    debug_assert!(field.is_some(), "the field is in the block");
    field.into_iter().for_each(|field| field.copy_from_slice(text));
}

/// Packs bytes as stored blocks of gzip. A compressor would keep a copy of them that is not wiped, and
/// its output depends on its version.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    const LARGEST: usize = u16::MAX as usize;
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let blocks = bytes.len().div_ceil(LARGEST).max(1);
    let mut packed = Vec::with_capacity(HEADER.len() + bytes.len() + 5 * blocks + 8);
    packed.extend(HEADER);
    let mut rest = bytes.chunks(LARGEST).peekable();
    while let Some(block) = rest.next() {
        let length = block.len() as u16;
        packed.push(u8::from(rest.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    let mut crc = Crc::new();
    crc.update(bytes);
    packed.extend(crc.sum().to_le_bytes());
    packed.extend(crc.amount().to_le_bytes());
    packed
}
