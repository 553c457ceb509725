//! Builds tar archives, valid and broken ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A member of an archive in the making.
pub struct Member<'a> {
    pub name: &'a str,
    pub kind: u8,
    pub data: &'a [u8],
    /// The size in the header; the length of the data if `None`.
    pub size: Option<u64>,
}

/// Changes a header after it was written, and mends its checksum.
pub fn with_header(archive: &mut [u8], at: usize, change: impl FnOnce(&mut tar::Header)) {
    let mut header = tar::Header::new_old();
    header.as_mut_bytes().copy_from_slice(&archive[at..at + 512]);
    change(&mut header);
    header.set_cksum();
    archive[at..at + 512].copy_from_slice(header.as_bytes());
}

pub fn file<'a>(name: &'a str, data: &'a str) -> Member<'a> {
    Member { name, kind: b'0', data: data.as_bytes(), size: None }
}

pub fn of_kind(name: &str, kind: u8) -> Member<'_> {
    Member { name, kind, data: b"", size: None }
}

/// A tar archive, written block by block so that anything can be in it.
pub fn tar(members: &[Member<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    for member in members {
        let mut header = tar::Header::new_ustar();
        let name = member.name.as_bytes();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkflag = [member.kind];
        header.set_mode(0o600);
        header.set_size(member.size.unwrap_or(member.data.len() as u64));
        let is_link = matches!(member.kind, b'1' | b'2');
        if is_link {
            header.as_old_mut().linkname[..member.data.len()].copy_from_slice(member.data);
        }
        header.set_cksum();
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(if is_link { b"" } else { member.data });
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// The members of an archive for a message: what each is called, of what kind and how long it is.
pub fn described(members: &[Member<'_>]) -> String {
    let member = |member: &Member<'_>| {
        let (name, kind) = (member.name, char::from(member.kind));
        format!("{name:?} of kind {kind:?} with {} bytes", member.data.len())
    };
    let members: Vec<String> = members.iter().map(member).collect();
    format!("[{}]", members.join(", "))
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A symbolic link, whose target has a field of its own in the header.
pub fn link_to<'a>(name: &'a str, target: &'a str) -> Member<'a> {
    Member { name, kind: b'2', data: target.as_bytes(), size: Some(0) }
}

/// A record of an extended header, which begins with its own length.
pub fn pax(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}")
}
