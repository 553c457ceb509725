//! DESIGN 3.5 and 3.8: archives made to exhaust the reader, or to be read as something that `tar`
//! would not leave on disk.

use regcred::{ArchiveProblem, Error, Limit, Limits, Resolver};

use super::{PASSWORD, canary, refusal, refused};
use crate::support::archive::{Member, file, gzip, of_kind, pax, tar, with_header};
use crate::support::{base64, check_rows, from_secret, quote, user};

const MIB: u64 = 1 << 20;

/// A good archive, whose credential is [`PASSWORD`].
fn good() -> Vec<u8> {
    tar(&[file(".docker/config.json", &canary("reg.io"))])
}

/// Returns `n` mebibytes of zeros, each as a gzip member of a kilobyte.
fn zeros(mebibytes: usize) -> Vec<u8> {
    gzip(&[0; MIB as usize]).repeat(mebibytes)
}

/// A header alone, without the data that it announces.
fn header(name: &str, kind: u8, size: u64) -> Vec<u8> {
    tar(&[Member { size: Some(size), ..of_kind(name, kind) }])[..512].to_vec()
}

#[track_caller]
fn is_limit(error: &Error, name: Limit) {
    assert!(matches!(error, Error::Limit { limit, .. } if *limit == name), "{name}: {error:?}");
}

#[track_caller]
fn problem(error: Error) -> ArchiveProblem {
    let Error::Archive { problem, .. } = error else { panic!("{error:?}") };
    problem
}

#[test]
fn a_bomb_of_zeros() {
    let gigabyte = zeros(1024);
    let after = |first: &[u8]| [gzip(first), gigabyte.clone()].concat();
    // bytes, limit
    #[rustfmt::skip]
    let declared = [
        (after(&header("zeros", b'0', 1 << 30)), Limit::ArchiveUnpackedBytes),
        (after(&header(".dockercfg", b'0', 1 << 30)), Limit::FileBytes),
        (after(&header(".docker/config.json", b'0', 17 * MIB)), Limit::FileBytes),
        (after(&header("dir", b'D', 1 << 30)), Limit::ArchiveUnpackedBytes),
    ];
    check_rows(declared, |(bomb, limit)| {
        is_limit(&refused(bomb), limit);
    });
    // Members that claim less than they hold are detected while unpacking.
    let mut limits = Limits::default();
    limits.archive_unpacked_bytes = 4 * MIB;
    let rows = [after(&header("zeros", b'0', 3 * MIB)), after(&good()), after(&[0; 512])];
    check_rows(rows, |bomb| {
        is_limit(
            &refusal(Resolver::builder().limits(limits).task_secret(bomb).build()),
            Limit::ArchiveUnpackedBytes,
        );
    });
}

/// A name, a link's target and an extended header, each of a gigabyte: as claimed, and really
/// there.
#[test]
fn a_bomb_in_a_header() {
    let gigabyte = zeros(1024);
    check_rows(*b"LKxgX", |kind| {
        for size in [MIB + 1, 1 << 30, 1 << 40, u64::MAX >> 1] {
            let first = header("././@LongLink", kind, size);
            for bytes in [first.clone(), [gzip(&first), gigabyte.clone()].concat()] {
                assert_eq!(problem(refused(bytes)), ArchiveProblem::LongHeader, "{size}");
            }
        }
        // The longest allowed header, repeated.
        let largest = gzip(&header("././@LongLink", kind, MIB));
        let one = [largest, zeros(1)].concat();
        let mut limits = Limits::default();
        limits.archive_unpacked_bytes = 4 * MIB;
        let error = refusal(Resolver::builder().limits(limits).task_secret(one.repeat(8)).build());
        assert!(matches!(error, Error::Limit { .. } | Error::Archive { .. }), "{error:?}");
    });
    // Records that claim to be longer than their header.
    let rows = [
        "1073741824 path=x\n",
        "99999999999999999999 path=x\n",
        "0 path=x\n",
        "5 path=x\n",
        " path=x\n",
        "-9 path=x\n",
        "9 path=xx",
    ];
    check_rows(rows, |record| {
        let member = Member { name: "pax", kind: b'x', data: record.as_bytes(), size: None };
        let bytes = tar(&[member, file(".docker/config.json", &canary("reg.io"))]);
        assert_eq!(problem(refused(bytes)), ArchiveProblem::Tar, "{record:?}");
    });
}

#[test]
fn a_bomb_in_a_bomb() {
    let bomb = [gzip(&header("zeros", b'0', 1 << 30)), zeros(16)].concat();
    let nested = Member { name: ".dockercfg", kind: b'0', data: &bomb, size: None };
    let error = refused(gzip(&tar(&[nested])));
    assert!(matches!(error, Error::Encoding { .. }), "{error}");
    assert_eq!(problem(refused(gzip(&bomb))), ArchiveProblem::NotTar);
    // It is harmless in a member that is not read.
    let elsewhere = Member { name: "bomb.tar.gz", kind: b'0', data: &bomb, size: None };
    assert_eq!(from_secret(tar(&[elsewhere, file(".dockercfg", &user("u"))]), "reg.io/x"), "u:p");
}

/// 101 bytes of a sparse member are a gigabyte on disk.
#[test]
fn a_sparse_member_of_a_terabyte() {
    let sparse = |name| {
        let mut archive = tar(&[of_kind(name, b'S'), file(".dockercfg", &user("u"))]);
        with_header(&mut archive, 0, |header| {
            header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0");
            header.as_gnu_mut().unwrap().realsize.copy_from_slice(b"20000000000\0");
        });
        archive
    };
    let found = problem(refused(gzip(&sparse(".docker/config.json")))).to_string();
    let expected = "its member .docker/config.json is refused: it is a sparse file;";
    assert!(found.starts_with(expected), "{found}");
    assert_eq!(from_secret(gzip(&sparse("disk")), "reg.io/x"), "u:p", "elsewhere it is nothing");
    check_rows(["0", "1"], |major| {
        let records = pax("GNU.sparse.major", major) + &pax("GNU.sparse.realsize", "1099511627776");
        let posix = Member { name: "pax", kind: b'x', data: records.as_bytes(), size: None };
        let bytes = tar(&[posix, file(".docker/config.json", &canary("reg.io"))]);
        assert_eq!(problem(refused(bytes)), ArchiveProblem::Sparse, "{records:?}");
    });
}

#[test]
fn a_million_entries() {
    let million = |kind| gzip(&header("x", kind, 0).repeat(1000)).repeat(1000);
    is_limit(&refused(million(b'5')), Limit::ArchiveEntries);
    let mut limits = Limits::default();
    limits.archive_entries = 100;
    check_rows(*b"012DVg", |kind| {
        let error = refusal(Resolver::builder().limits(limits).task_secret(million(kind)).build());
        is_limit(&error, Limit::ArchiveEntries);
    });
    // A second header that extends the same member is an error.
    check_rows(*b"Lx", |kind| {
        assert_eq!(problem(refused(million(kind))), ArchiveProblem::Ambiguous, "{kind}");
    });
}

#[test]
fn an_archive_in_an_archive() {
    let inner = gzip(&good());
    let encoded = base64(&inner);
    let secret = format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{encoded}"}}}}"#);
    let within =
        |data: &[u8]| tar(&[Member { name: ".docker/config.json", kind: b'0', data, size: None }]);
    let again =
        format!(r#"{{".dockercfg": {}}}"#, quote(&format!(r#"{{".dockercfg": "{encoded}"}}"#)));
    let rows = [
        within(&inner),
        gzip(&within(&inner)),
        secret.clone().into(),
        within(secret.as_bytes()),
        again.into(),
    ];
    check_rows(rows, |bytes| {
        let error = refused(bytes);
        assert!(
            matches!(error, Error::Encoding { .. } | Error::NotACredentialFile { .. }),
            "{error}"
        );
    });
    // An uncompressed archive begins with the name of its member.
    assert!(matches!(refused(within(&good())), Error::Syntax { .. } | Error::Encoding { .. }));
}

#[test]
fn an_archive_cut_at_every_byte() {
    let archive = good();
    let packed = gzip(&archive);
    check_rows(0..packed.len(), |end| {
        refused(&packed[..end]);
    });
    // `tar` itself does without the two blocks of zeros that end an archive.
    let whole = archive.len() - 1024;
    check_rows(0..archive.len(), |end| {
        if [whole, whole + 512].contains(&end) || end > whole + 512 && end % 512 == 0 {
            assert_eq!(from_secret(&archive[..end], "reg.io/x"), format!("u:{PASSWORD}"), "{end}");
        } else if end < whole || end < whole + 512 {
            refused(&archive[..end]);
        }
    });
}

/// `tar` stops where the first archive ends, and nothing behind that counts.
#[test]
fn an_archive_behind_the_end_of_another() {
    let member = |user_name: &str| tar(&[file(".docker/config.json", &user(user_name))]);
    let (own, other) = (member("own"), member("other"));
    let one_block = [&own[..own.len() - 512], &other].concat();
    let padded = [&own[..], &[0; 8192], &other].concat();
    let unended = &own[..own.len() - 1024];
    // bytes, answer, what it is
    #[rustfmt::skip]
    let table: [(Vec<u8>, &str, &str); 8] = [
        ([&own[..], &other].concat(), "own:p", "two tars"),
        (gzip(&[&own[..], &other].concat()), "own:p", "two tars in one gzip"),
        ([gzip(&own), gzip(&other)].concat(), "own:p", "two gzips"),
        (one_block.clone(), "own:p", "behind one block of zeros"),
        (gzip(&padded), "own:p", "behind many"),
        ([&own[..], &gzip(&other)].concat(), "own:p", "gzip behind a tar"),
        ([gzip(unended), gzip(&other)].concat(), "other:p", "one tar in two gzips: the last wins"),
        ([gzip(&[]), gzip(&own), gzip(&[])].concat(), "own:p", "gzips of nothing"),
    ];
    check_rows(table, |(bytes, expected, what)| {
        assert_eq!(from_secret(bytes, "reg.io/x"), expected, "{what}");
    });
    // A gzip stream with trailing data is damaged.
    check_rows([&good()[..], b"\0", b"\x1f", b"\x1f\x8b", b"PK\x03\x04"], |behind| {
        let problem = problem(refused([&gzip(&good()), behind].concat()));
        assert_eq!(
            problem,
            ArchiveProblem::Gzip,
            "followed by {:?}",
            &behind[..behind.len().min(9)]
        );
    });
}

#[test]
fn a_member_that_differs_in_case_or_by_a_dot() {
    let (own, other) = (user("own"), user("other"));
    #[rustfmt::skip]
    let others = [
        ".Docker/config.json", ".docker/Config.json", ".DOCKER/CONFIG.JSON", ".DockerCfg", ".dockercfg ", " .dockercfg",
        ".docker/config.json ", ".docker/config.json.", ".docker/config.jsonx", "docker/config.json",
        "..docker/config.json",
        ".docker\\config.json", ".docker/config.json~", ".docker /config.json", "~/.docker/config.json",
        ".docker/.config.json", ".docker/config.json.bak", ".dockercfg.json", "-.dockercfg", "C:/.dockercfg",
        "x/.dockercfg",
    ];
    check_rows(others, |name| {
        let alone = problem(refused(tar(&[file(name, &canary("reg.io"))])));
        assert!(matches!(alone, ArchiveProblem::Missing { .. }), "{name}: {alone:?}");
        for members in [[name, ".docker/config.json"], [".docker/config.json", name]] {
            let members = members.map(|n| file(n, if n == name { &other } else { &own }));
            assert_eq!(from_secret(tar(&members), "reg.io/x"), "own:p", "{name}");
        }
    });
    #[rustfmt::skip]
    let same = [
        "./.docker/config.json", "/.docker/config.json", "//.docker//config.json", "././.docker/./config.json",
        ".docker/config.json\0x",
    ];
    check_rows(same, |name| {
        for (members, last) in
            [([name, ".docker/config.json"], "own"), ([".docker/config.json", name], "other")]
        {
            let members = members.map(|n| file(n, if n == name { &other } else { &own }));
            assert_eq!(from_secret(tar(&members), "reg.io/x"), format!("{last}:p"), "{name:?}");
        }
    });
}

/// Optional parts of a gzip header: a name and a comment of any length, and extra fields.
#[test]
fn an_unbounded_gzip_header() {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let packed = gzip(&good());
    let with = |flags: u8, more: &[u8]| {
        [&packed[..3], &[flags], &packed[4..10], more, &packed[10..]].concat()
    };
    let text = |length: usize| [PASSWORD.as_bytes(), &vec![b'x'; length], b"\0"].concat();
    let extra = |length: u16| [&length.to_le_bytes()[..], &vec![0x1f; length.into()]].concat();
    let found = format!("u:{PASSWORD}");
    #[rustfmt::skip]
    let harmless = [
        with(NAME, &text(1000)), with(COMMENT, &text(1000)), with(EXTRA, &extra(u16::MAX)),
        with(NAME | COMMENT, &[text(9), text(9)].concat()), with(EXTRA, &extra(0)),
    ];
    check_rows(harmless, |bytes| {
        assert_eq!(from_secret(bytes, "reg.io/x"), found);
    });
    let endless = vec![b'x'; 15 << 20];
    #[rustfmt::skip]
    let refused_ones = [
        with(NAME, &text(1 << 20)), with(COMMENT, &text(1 << 20)), [&with(NAME, b"")[..10], &endless].concat(),
        [&with(COMMENT, b"")[..10], &endless].concat(),
        with(EXTRA, &u16::MAX.to_le_bytes()), with(EXTRA, b"")[..11].to_vec(), with(2, b"\0\0"),
        with(NAME, b"")[..10].to_vec(),
        [&packed[..2], &[7], &packed[3..]].concat(),
    ];
    check_rows(refused_ones.into_iter().enumerate(), |(row, bytes)| {
        assert_eq!(problem(refused(bytes)), ArchiveProblem::Gzip, "row {row}");
    });
}

#[test]
fn another_compression_in_place_of_gzip() {
    // how it begins, what the error says
    #[rustfmt::skip]
    let table: [(&[u8], &str); 12] = [
        (b"\x28\xB5\x2F\xFD", "not with gzip"), (b"\xFD7zXZ\0", "not with gzip"), (b"BZh9", "not with gzip"),
        (b"PK\x03\x04", "zip archive"),
        (b"PK\x05\x06", ""), (b"\x04\x22\x4D\x18", ""), (b"7z\xBC\xAF\x27\x1C", ""), (b"\x1F\x9D", ""),
        (b"\x1F\xA0", ""), (b"LZIP", ""), (b"\x5D\0\0", ""), (b"Rar!\x1A\x07", ""),
    ];
    check_rows(table, |(magic, says)| {
        for behind in [canary("reg.io").into_bytes(), good(), vec![0xA5; 600]] {
            let bytes = [magic, &behind].concat();
            let error = refused(&*bytes);
            assert!(error.to_string().contains(says), "{magic:?}: {error}");
            let home = tempfile::tempdir().unwrap();
            std::fs::write(home.path().join("docker.tar.gz"), &bytes).unwrap();
            let error = refusal(Resolver::builder().sandbox_home(home.path()).build()).to_string();
            assert!(error.contains("docker.tar.gz") && error.contains(says), "{magic:?}: {error}");
            let nested = Member { name: ".dockercfg", kind: b'0', data: &bytes, size: None };
            assert!(refused(tar(&[nested])).to_string().contains(says), "{magic:?}");
        }
    });
}

#[test]
fn a_member_that_runs_past_the_end() {
    check_rows([".docker/config.json", "x"], |name| {
        for more in [1, 511, 512, 1024, 4096, MIB] {
            let data = canary("reg.io");
            let size = Some((data.len().next_multiple_of(512) as u64) + 1024 + more);
            let archive = tar(&[Member { size, ..file(name, &data) }]);
            assert_eq!(problem(refused(gzip(&archive))), ArchiveProblem::Gzip, "{name} {more}");
            assert_eq!(problem(refused(archive)), ArchiveProblem::Tar, "{name} {more}");
        }
        for size in [1 << 33, u64::MAX / 2, u64::MAX - 511, u64::MAX] {
            let error = refused(tar(&[Member { size: Some(size), ..file(name, "") }]));
            assert!(
                matches!(error, Error::Limit { .. } | Error::Archive { .. }),
                "{size}: {error}"
            );
        }
    });
}

/// Sizes that are negative, overflow or have an unknown form: GNU's binary numbers have a sign.
#[test]
fn a_negative_size() {
    // the field, as in the header
    #[rustfmt::skip]
    let fields: [&[u8; 12]; 10] = [
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE\x00", b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\xFF\0\0\0\0\0\0\0\0\0\0\0", b"\xC0\0\0\0\0\0\0\0\0\0\0\x01", b"\x80\x01\0\0\0\0\0\0\0\0\0\0",
        b"\x81\0\0\0\0\0\0\0\0\0\0\x01", b"-0000000512\0", b"0x000000200\0", b"00000000089\0", b"           \0",
    ];
    check_rows(fields, |field| {
        for name in [".docker/config.json", "x"] {
            let mut archive =
                tar(&[file(name, &canary("reg.io")), file(".dockercfg", &canary("reg.io"))]);
            with_header(&mut archive, 0, |h| h.as_mut_bytes()[124..136].copy_from_slice(field));
            for bytes in [gzip(&archive), archive] {
                assert_eq!(problem(refused(bytes)), ArchiveProblem::Tar, "{field:?}");
            }
        }
    });
}
