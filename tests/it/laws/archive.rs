//! An archive. If the first byte is `t`, `z` or `2`, the checksums of the tar archive after it are
//! corrected, so that changed headers are read; then it is left plain, compressed, or compressed as
//! two gzip members.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use regcred::{ArchiveProblem, CredentialFile, Error, FileEntry, Format, Resolver};

use super::printed::Printed;
use super::{CANARY, is_of_canary};

const FILES: [&str; 2] = [".docker/config.json", ".dockercfg"];

pub fn law(data: &[u8]) {
    if let [b't' | b'z' | b'2', tar @ ..] = data {
        shows_no_secret(tar);
    }
    let archive = match data {
        [b't', tar @ ..] => mended(tar),
        [b'z', tar @ ..] => gzip(&mended(tar)),
        [b'2', tar @ ..] => {
            let tar = mended(tar);
            let (first, second) = tar.split_at(tar.len() / 2);
            [gzip(first), gzip(second)].concat()
        }
        raw => raw.to_vec(),
    };
    let file = CredentialFile::parse(&archive);
    let again = CredentialFile::parse(&archive);
    assert_eq!(format!("{file:?}"), format!("{again:?}"), "twice the same");
    let expected = match &file {
        Ok(file) if file.format() == Format::Archive => Ok(file),
        Err(Error::Archive { problem: ArchiveProblem::Missing { .. }, .. }) => Err(()),
        // An error, which is always allowed, or not an archive.
        _ => return,
    };
    let Some(left) = HAS_GNU_TAR.then(|| unpacked_by_tar(&archive)).flatten() else { return };
    match expected {
        Err(()) => assert!(left.is_empty(), "missing, but tar leaves {left:?}"),
        Ok(file) => {
            let parsed =
                left.iter().map(|bytes| CredentialFile::parse(bytes).expect("as in the archive"));
            let parsed: Vec<CredentialFile> = parsed.collect();
            let left: Vec<_> = parsed.iter().flat_map(CredentialFile::entries).map(seen).collect();
            assert_eq!(file.entries().map(seen).collect::<Vec<_>>(), left, "what tar leaves");
        }
    }
}

/// The members after one that holds a secret.
fn shows_no_secret(tar: &[u8]) {
    let file = format!(r#"{{"auths":{{"reg.io":{{"username":"u","password":"{CANARY}"}}}}}}"#);
    let mut header = tar::Header::new_ustar();
    header.set_size(file.len() as u64);
    let mut planted = tar::Builder::new(Vec::new());
    let written = planted.append_data(&mut header, FILES[0], file.as_bytes());
    written.and_then(|()| planted.get_mut().write_all(&mended(tar))).expect("memory takes it");
    let planted = planted.into_inner().expect("memory takes it");
    let mut printed = Printed::default();
    match Resolver::builder().task_secret(&*planted).build() {
        Ok(resolver) => printed.resolver(&resolver),
        Err(error) => printed.error(&error),
    }
    printed.credential_file(&CredentialFile::parse(&planted));
    if !tar.windows(4).any(is_of_canary) {
        printed.holds_none_of(&[CANARY], tar);
    }
}

fn seen(entry: FileEntry<'_>) -> (String, Option<regcred::Credential<'_>>) {
    (entry.key().to_owned(), entry.credential())
}

static HAS_GNU_TAR: LazyLock<bool> = LazyLock::new(|| {
    let version = Command::new("tar").arg("--version").output();
    version.is_ok_and(|output| output.stdout.starts_with(b"tar (GNU tar)"))
});

/// The files that tar leaves on disk, if they are regular files in a real directory. `None` if it
/// leaves a link in place of that directory: tar does not write through it, but others do.
fn unpacked_by_tar(archive: &[u8]) -> Option<Vec<Vec<u8>>> {
    let scratch = tempfile::tempdir().expect("a place to unpack in");
    let home = scratch.path().join("home");
    fs::create_dir(&home).expect("it is new");
    let option = if archive.starts_with(&[0x1F, 0x8B]) { "-xzf" } else { "-xf" };
    let mut tar = Command::new("tar")
        .args([option, "-", "--no-same-owner", "--no-same-permissions", "-C"])
        .arg(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("tar is there");
    // It may stop reading early.
    let _ = tar.stdin.take().expect("it is piped").write_all(archive);
    tar.wait().expect("tar ends");
    if fs::symlink_metadata(home.join(".docker")).is_ok_and(|found| found.is_symlink()) {
        return None;
    }
    let read = |name: &&str| {
        let path = home.join(name);
        path.symlink_metadata().ok()?.is_file().then(|| fs::read(path).ok())?
    };
    Some(FILES.iter().filter_map(read).collect())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Corrects the checksum of each header that the sizes before it lead to.
fn mended(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    let mut at = 0;
    while let Some(block) = tar.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<512>()) {
        let mut size = 0;
        if block.iter().any(|byte| *byte != 0) {
            let mut header = tar::Header::new_old();
            header.as_mut_bytes().copy_from_slice(block);
            header.set_cksum();
            block.copy_from_slice(header.as_bytes());
            size = header.entry_size().unwrap_or(0).min(1 << 30) as usize;
        }
        at += 512 + size.next_multiple_of(512);
    }
    tar
}
