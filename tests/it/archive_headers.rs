//! DESIGN 3.5: unusual tar headers, and sparse members.

use crate::support::archive::{Member, file, gzip, of_kind, tar, with_header};
use crate::support::{check_rows, from_secret, user};

/// Headers that few programs write are read as by GNU tar, or are errors.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn unusual_headers_are_read_as_gnu_tar_does() {
    let u = user("u") + &" ".repeat(300);
    type Change = fn(&mut tar::Header);
    fn field(header: &mut tar::Header, at: usize, bytes: &[u8]) {
        header.as_mut_bytes()[at..at + bytes.len()].copy_from_slice(bytes);
    }
    let prefix: Change = |h| field(h, 345, b".docker");
    let prefix_of_odd_version: Change = |h| field(h, 263, b"  ");
    let gnu_magic: Change = |h| field(h, 257, b"ustar  \0");
    let binary_size: Change = |h| {
        let size = h.entry_size().unwrap();
        field(h, 124, &[0x80, 0, 0, 0]);
        field(h, 128, &size.to_be_bytes());
    };
    let blanks_before_size: Change = |h| {
        let size = h.entry_size().unwrap();
        field(h, 124, format!("{size:>11o} ").as_bytes());
    };
    // name in the header, changes of the header, whether the file is found, rule
    #[rustfmt::skip]
    let table: &[(&str, &[Change], bool, &str)] = &[
        ("config.json", &[prefix], true, "POSIX: the prefix comes before the name"),
        ("config.json", &[prefix, prefix_of_odd_version], true, "GNU tar: whatever the version"),
        ("config.json", &[prefix, gnu_magic], false, "GNU's own headers have no prefix"),
        (".docker/config.json", &[binary_size], true, "GNU: a binary size, here of two bytes"),
        (".docker/config.json", &[blanks_before_size], true, "blanks before a size"),
        (".docker/config.json", &[|h| field(h, 124, b"+0000000525 ")], false, "a sign is not a digit"),
        (".docker/config.json", &[|h| field(h, 124, &[0x80, 1, 0, 0])], false, "a size beyond 64 bits"),
        (".docker/config.json", &[|h| field(h, 124, b" \x00%09o  ")], false, "a NUL before the digits"),
    ];
    check_rows(table, |(name, changes, found, rule)| {
        let mut archive = tar(&[file(name, &u)]);
        with_header(&mut archive, 0, |header| changes.iter().for_each(|change| change(header)));
        let answer = from_secret(gzip(&archive), "reg.io/app");
        assert_eq!(answer == "u:p", *found, "{rule}: {answer}");
    });
    // A size of NULs alone is zero.
    let mut archive = tar(&[of_kind("x", b'5'), file(".docker/config.json", &u)]);
    with_header(&mut archive, 0, |header| field(header, 124, &[0; 12]));
    assert_eq!(from_secret(archive, "reg.io/app"), "u:p", "a directory without a size");
    // Old tars computed the checksum over signed bytes.
    let mut archive = tar(&[file(".docker/config.json", &u), file("caf\u{e9}", "x")]);
    let second = 512 + u.len().next_multiple_of(512);
    let header: &mut [u8] = &mut archive[second..second + 512];
    header[148..156].fill(b' ');
    let signed: i64 = header.iter().map(|b| i64::from(*b as i8)).sum();
    header[148..156].copy_from_slice(format!("{signed:06o}\0 ").as_bytes());
    assert_eq!(from_secret(archive, "reg.io/app"), "u:p", "a signed checksum");
}

/// A sparse member whose map and data disagree would make GNU tar read on into the next member.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn a_sparse_map_must_fit_its_data() {
    let u = user("u");
    let archive = |size: u64, pieces: &[(u64, u64)], extended: bool| {
        let data = vec![b'z'; size as usize];
        let sparse = Member { name: "disk", kind: b'S', data: &data, size: None };
        let mut archive = tar(&[sparse, file(".docker/config.json", &u)]);
        with_header(&mut archive, 0, |header| {
            header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0");
            let gnu = header.as_gnu_mut().unwrap();
            gnu.isextended = [u8::from(extended)];
            for (slot, (offset, bytes)) in gnu.sparse.iter_mut().zip(pieces) {
                slot.offset.copy_from_slice(format!("{offset:011o}\0").as_bytes());
                slot.numbytes.copy_from_slice(format!("{bytes:011o}\0").as_bytes());
            }
        });
        from_secret(archive, "reg.io/app")
    };
    let found = |size, pieces: &[(u64, u64)], extended| archive(size, pieces, extended) == "u:p";
    assert!(found(1024, &[(0, 512), (4096, 512)], false), "blocks and holes");
    assert!(found(612, &[(0, 512), (4096, 100), (8192, 0)], false), "the last piece, and the end");
    assert!(!found(512, &[(0, 1024)], false), "more than there is");
    assert!(!found(512, &[(0, 256)], false), "less than there is");
    assert!(!found(512, &[(0, 256), (512, 256)], false), "tar reads a block for each piece");
    assert!(!found(512, &[(0, 512)], true), "tar stops at the first empty slot");

    // A malformed number does not end the map.
    let sparse = Member { name: "disk", kind: b'S', data: &[b'z'; 512], size: None };
    let mut archive = tar(&[sparse, file(".docker/config.json", &u)]);
    with_header(&mut archive, 0, |header| {
        header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0");
        let gnu = header.as_gnu_mut().unwrap();
        gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
        gnu.sparse[1].numbytes.copy_from_slice(b"+0000001000\0");
    });
    let answer = from_secret(archive, "reg.io/app");
    assert!(answer.contains("the tar archive is damaged"), "a sign in a sparse map: {answer}");

    // The blocks that continue a map are skipped, also after a name too long to unpack.
    let long = "x/".repeat(2500);
    let sparse = Member { name: "disk", kind: b'S', data: &[b'z'; 2560], size: None };
    let name = Member { name: "././@LongLink", kind: b'L', data: long.as_bytes(), size: None };
    let mut archive = tar(&[name, sparse, file(".docker/config.json", &u)]);
    let at = 512 + long.len().next_multiple_of(512);
    let pieces: Vec<String> = (0..5).map(|n| format!("{:011o}\0{:011o}\0", n << 12, 512)).collect();
    with_header(&mut archive, at, |header| {
        header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0");
        header.as_mut_bytes()[386..482].copy_from_slice(pieces[..4].concat().as_bytes());
        header.as_gnu_mut().unwrap().isextended = [1];
    });
    let mut more = [0; 512];
    more[..24].copy_from_slice(pieces[4].as_bytes());
    archive.splice(at + 512..at + 512, more);
    assert_eq!(from_secret(archive, "reg.io/app"), "u:p");
}
