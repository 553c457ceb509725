//! DESIGN 3.5: docker.tar.gz.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::Crc;
use regcred::{ArchiveProblem, CredentialFile, Error, Format, Resolver, WarningKind};

use crate::support::archive::{Member, described, file, gzip, link_to, of_kind, pax, tar};
use crate::support::{answer, check_rows, config, from_secret, secret, shown, user};

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn credential_files_are_found_where_tar_would_unpack_them() {
    let (u, other) = (user("u"), user("other"));
    let flat = r#"{"reg.io": {"auth": "dTpw"}}"#;
    let long = format!("{}.docker/config.json", "./".repeat(60));
    let longest = format!("{}.docker/config.json", "./".repeat(2038));
    let too_long = format!("{}.//.docker/config.json", "./".repeat(2037));
    assert_eq!((longest.len(), too_long.len()), (4095, 4096), "Linux counts the NUL behind a path");
    let pax_path = pax("path", ".docker/config.json");
    let (pax_comment, pax_other) = (pax("comment", "x\n30 path=.dockercfg\n"), pax("path", "x"));
    let pax_file = |records| Member { kind: b'x', ..file("pax", records) };
    let gnu_name = |name| Member { kind: b'L', ..file("././@LongLink", name) };
    let (json, cfg) = (|text| file(".docker/config.json", text), |text| file(".dockercfg", text));
    // members, answer, rule
    #[rustfmt::skip]
    let table: Vec<(Vec<Member<'_>>, &str, &str)> = vec![
        (vec![json(&u)], "u:p", "as documented"),
        (vec![of_kind(".docker/", b'5'), json(&u)], "u:p", "tar -czf x .docker"),
        (vec![of_kind("./", b'5'), file("./.docker/config.json", &u)], "u:p", "tar -C ~ -czf x ./.docker"),
        (vec![file("/.docker/config.json", &u)], "u:p", "tar drops a leading slash"),
        (vec![file(".//.docker/./config.json", &u)], "u:p", "tar resolves // and /./"),
        (vec![cfg(flat)], "u:p", "Docker before 1.7"),
        (vec![cfg(&other), json(&u)], "u:p", "config.json first"),
        (vec![json(&other), json(&u)], "u:p", "the last wins"),
        (vec![json(&other), file("./.docker/config.json", &u)], "u:p", "the last wins, in any spelling"),
        (vec![file("config.json", &other), json(&u), file(".docker/ca.pem", "x")], "u:p", "others do not matter"),
        (vec![file("../x/config.json", &other), json(&u)], "u:p", "climbing elsewhere does not matter"),
        (vec![link_to(".docker", "/tmp"), json(&u)], "u:p", "nothing is written through a link"),
        (vec![Member { kind: 0, ..json(&u) }], "u:p", "old tars mark files with NUL"),
        (vec![pax_file(&pax_path), file("pax-name", &u)], "u:p", "a name in an extended header"),
        (vec![pax_file(&pax_comment), json(&u)], "u:p", "a record has the length that it states"),
        (vec![Member { kind: b'7', ..json(&u) }], "u:p", "POSIX: a contiguous file is a regular one"),
        (vec![Member { kind: b'X', ..file("pax", &pax_path) }, file("x", &u)], "u:p", "Solaris: an extended header"),
        (vec![gnu_name(&longest), file("truncated", &u)], "u:p", "the longest path that can be unpacked"),
        (vec![json(&u), gnu_name(&too_long), file("truncated", &other)], "u:p", "tar cannot write a longer one"),
        (vec![gnu_name(".docker/config.json"), pax_file(&pax_path), file("x", &u)], "u:p", "the same name twice"),
        (vec![gnu_name(&long), file("truncated", &u)], "u:p", "a GNU long name"),
        (vec![pax_file(&pax_other), json(&other), cfg(flat)], "u:p", "the header renames it to x"),
        (vec![of_kind(".docker/config.json", b'5'), cfg(flat)], "u:p", "a directory is not a file"),
        (vec![Member { kind: b'D', ..file(".docker/", "Yconfig.json\0\0") }, json(&u)], "u:p", "--listed-incremental"),
        (vec![of_kind("label", b'V'), cfg(flat)], "u:p", "tar -V label"),
        (vec![file("big", "x"), of_kind("link", b'2'), cfg(flat)], "u:p", "links elsewhere do not matter"),
        (vec![file(".docker/config.json/", ""), cfg(flat)], "u:p", "old tars mark directories with a slash"),
        (vec![file(".docker/", ""), json(&u)], "u:p", "old tars mark directories with a slash"),
    ];
    check_rows(table, |(members, expected, rule)| {
        let archive = tar(&members);
        for bytes in [gzip(&archive), archive.clone(), two_gzip_members(&archive)] {
            let shown = described(&members);
            assert_eq!(from_secret(bytes.clone(), "reg.io/app"), expected, "{rule}: {shown}");
            let format = CredentialFile::parse(&bytes).map(|file| file.format());
            assert!(matches!(format, Ok(Format::Archive)), "{rule}: {format:?} of {shown}");
        }
    });
}

fn two_gzip_members(bytes: &[u8]) -> Vec<u8> {
    let (a, b) = bytes.split_at(bytes.len() / 2);
    [gzip(a), gzip(b)].concat()
}

/// The problem of an archive with these members.
#[track_caller]
fn archive_problem(members: &[Member<'_>]) -> ArchiveProblem {
    match secret(gzip(&tar(members))) {
        Err(Error::Archive { problem, .. }) => problem,
        other => panic!("{other:?} of {}", described(members)),
    }
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn members_that_tar_may_unpack_otherwise_are_errors() {
    use ArchiveProblem::{Ambiguous, Gzip, LongHeader, Sparse, Tar};
    let u = user("u");
    let gnu_sparse = Member { kind: b'S', ..file(".docker/config.json", "x") };
    let sparse = pax("GNU.sparse.major", "1") + &pax("GNU.sparse.name", ".dockercfg");
    let two_names = pax("path", ".docker/config.json");
    let global = pax("path", ".docker/config.json");
    let gnu_name = |name| Member { kind: b'L', ..file("././@LongLink", name) };
    let over_longest = "x".repeat((1 << 20) + 1);
    let pax_link = pax("linkpath", ".docker");
    let global_size = pax("size", "9999");
    let (cfg_path, mtime) = (pax("path", ".dockercfg"), pax("mtime", "1"));
    let (nul_path, signed) = (pax("path", ".dockercfg\0z"), pax("size", "+0"));
    let pax_of = |kind, records| Member { kind, ..file("pax", records) };
    const LINKED: &str = "its directory .docker is a link";
    const BOTH: &str = "it is a file and a directory";
    let refused = |member, why| format!("its member {member} is refused: {why};");
    let text = |problem: ArchiveProblem| problem.to_string();
    const JSON: &str = ".docker/config.json";
    const CFG: &str = ".dockercfg";
    let (json, cfg) = (|text| file(JSON, text), |text| file(CFG, text));
    // members, problem, rule
    #[rustfmt::skip]
    let table: Vec<(Vec<Member<'_>>, String, &str)> = vec![
        (vec![of_kind(JSON, b'2')], refused(JSON, "it is a link"), "a symbolic link"),
        (vec![of_kind(CFG, b'1')], refused(CFG, "it is a link"), "a hard link"),
        (vec![json(&u), of_kind(JSON, b'2')], refused(JSON, "it is a link"), "even after a good one"),
        (vec![of_kind(JSON, b'3')], refused(JSON, "it is a device or a pipe"), "a device"),
        (vec![of_kind(JSON, b'4')], refused(JSON, "it is a device or a pipe"), "a block device"),
        (vec![of_kind(JSON, b'6')], refused(JSON, "it is a device or a pipe"), "a FIFO"),
        (vec![of_kind(JSON, b'Z')], refused(JSON, "it is not a regular file"), "something unknown"),
        (vec![gnu_sparse], refused(JSON, "it is a sparse file"), "GNU sparse"),
        (vec![pax_of(b'x', &sparse), file("GNUSparseFile.0/x", "1")], text(Sparse), "POSIX sparse"),
        (vec![file("../.docker/config.json", &u)], refused(JSON, "its path climbs by \"..\""), "3.5"),
        (vec![file("x/../.docker/config.json", &u)], refused(JSON, "its path climbs by \"..\""), "3.5"),
        (vec![file(".docker/../.dockercfg", &u)], refused(CFG, "its path climbs by \"..\""), "3.5"),
        (vec![gnu_name("x"), pax_of(b'x', &two_names), file("y", &u)], text(Ambiguous), "two names for one member"),
        (vec![pax_of(b'g', &global), file("y", &u)], text(Ambiguous), "a name for every member"),
        (vec![Member { size: Some(512), ..of_kind("x", b'1') }, json(&u)], text(Ambiguous), "a link with data, or not"),
        (vec![cfg("{}"), pax_of(b'x', &cfg_path), pax_of(b'x', &mtime), file("y", &u)], text(Ambiguous), "GNU: one is lost"),
        (vec![pax_of(b'x', &nul_path), file("y", &u)], text(Ambiguous), "GNU tar cuts at the NUL"),
        (vec![pax_of(b'x', &signed), cfg(&u)], text(Tar), "a size has no sign"),
        (vec![json("{}"), file("x/", &u)], text(Ambiguous), "a directory with data"),
        (vec![json("{}"), file(".dockercfg/.", &u)], text(Ambiguous), "a directory with data"),
        (vec![json("{}"), link_to("x", ".docker"), file("x/config.json", &u)], text(Ambiguous), "through a link"),
        (vec![link_to(".docker", "real"), json("{}"), file("real/config.json", &u)], text(Ambiguous), "through a link"),
        (vec![cfg("{}"), link_to("x", "."), file("x/.dockercfg", &u)], text(Ambiguous), "through a link"),
        (vec![cfg(&u), of_kind(CFG, b'5')], refused(CFG, BOTH), "tar keeps the directory"),
        (vec![file(".dockercfg/x", "x"), cfg(&u)], refused(CFG, BOTH), "tar keeps the directory"),
        (vec![file(".docker", "x"), json(&u)], text(Ambiguous), "tar cannot write below a file"),
        (vec![pax_of(b'K', ".docker"), link_to("x", "/y"), file("x/config.json", &u), cfg("{}")], text(Ambiguous), "GNU"),
        (vec![pax_of(b'x', &pax_link), link_to("x", "/y"), file("x/config.json", &u), cfg("{}")], text(Ambiguous), "POSIX"),
        (vec![link_to("x", ".docker"), of_kind("y", b'1'), file("y/config.json", &u)], text(Ambiguous), "by a hard link"),
        (vec![link_to(".docker", "r"), file("r/config.json", &u), cfg("{}")], refused(JSON, LINKED), "tar keeps both"),
        (vec![of_kind(".docker", b'6'), json(&u)], text(Ambiguous), "tar cannot write below a pipe"),
        (vec![gnu_name("x"), gnu_name("x"), json(&u)], text(Ambiguous), "two names, if the same"),
        (vec![pax_of(b'g', &global_size), json(&u)], text(Ambiguous), "a size for every member"),
        (vec![pax_of(b'x', &global_size), json(&u)], text(Gzip), "a size beyond the end of the archive"),
        (vec![gnu_name(&over_longest), file("x", &u)], text(LongHeader), "a name of more than 1 MiB"),
    ];
    check_rows(table, |(members, expected, rule)| {
        let problem = archive_problem(&members).to_string();
        let members = described(&members);
        assert!(problem.starts_with(&expected), "{rule}: {problem}, not {expected}: {members}");
    });
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn an_archive_without_credentials_is_an_error_that_names_a_near_miss() {
    let u = user("u");
    let good_global = pax("comment", "0123");
    let gnu_name = |name| Member { kind: b'L', ..file("././@LongLink", name) };
    let too_long = "./".repeat(3000) + ".docker/config.json";
    let long_miss = format!("{}/config.json", "x".repeat(244));
    let longest = "x".repeat(1 << 20);
    let global = Member { kind: b'g', ..file("pax", &good_global) };
    // members, near miss, rule
    #[rustfmt::skip]
    let table: Vec<(Vec<Member<'_>>, Option<&str>, &str)> = vec![
        (vec![link_to(".docker", "r")], Some(".docker (a link)"), "tar without -h"),
        (vec![link_to(".docker", "/r")], Some(".docker (a link)"), "tar without -h"),
        (vec![gnu_name(&too_long), file("x", &u)], None, "a path too long to unpack"),
        (vec![gnu_name(&longest), file("x", &u)], None, "a name of 1 MiB"),
        (vec![global, file("docker/config.json", &u)], Some("docker/config.json"), "git archive"),
        (vec![file("config.json", &u)], Some("config.json"), "tar -C ~/.docker"),
        (vec![file("root/.dockercfg", &u)], Some("root/.dockercfg"), "tar -C /"),
        (vec![file("dockercfg", &u)], Some("dockercfg"), "without its dot"),
        (vec![file("containers/auth.json", &u)], Some("containers/auth.json"), "podman's name"),
        (vec![file("config.json", &u), file("root/.dockercfg", &u)], Some("config.json"), "the first of two"),
        (vec![gnu_name(&long_miss), file("x", &u)], None, "a name too long to be shown"),
        (vec![gnu_name(&long_miss[1..]), file("x", &u)], Some(&long_miss[1..]), "the longest that is shown"),
        (vec![file("root/.docker/config.json", &u)], Some("root/.docker/config.json"), "tar -C /"),
        (vec![file(".Docker/Config.json", &u)], None, "names are compared by case"),
        (vec![], None, "an empty archive"),
    ];
    check_rows(table, |(members, expected, rule)| {
        let problem = archive_problem(&members);
        let ArchiveProblem::Missing { near_miss, .. } = &problem else {
            panic!("{rule}: {problem}")
        };
        assert_eq!(near_miss.as_deref(), expected, "{rule}: {}", described(&members));
    });
}

/// Small archives are unpacked by another code path than large ones.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn small_and_large_archives_are_read_alike() {
    let (u, mut state) = (user("u"), 1_u32);
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b' ' + (state >> 24) as u8 % 90)
    });
    let noise: String = noise.take(300 << 10).collect();
    check_rows([0, 1, 31, 32, 33, 63, 64, 65, 124, 125, 126, 127, 128, 129, 300], |kib| {
        for more in [&noise[..kib << 10], &" ".repeat(kib << 10)] {
            let long = format!("{}{u}", " ".repeat(kib << 10));
            let (own, other) = (file(".docker/config.json", &u), file("other", more));
            for members in
                [[&own, &other], [&other, &own], [&file("x", ""), &file(own.name, &long)]]
            {
                let archive = tar(&members.map(|m| Member { ..*m }));
                let mut packed = gzip(&archive);
                for bytes in [&packed, &archive] {
                    assert_eq!(from_secret(&**bytes, "reg.io/a"), "u:p", "{kib} KiB");
                }
                let checksum = packed.len() - 5;
                packed[checksum] ^= 1;
                let damaged = secret(packed);
                assert!(damaged.is_err(), "{kib} KiB, damaged: {damaged:?}");
            }
        }
    });
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn a_damaged_archive_is_an_error() {
    let archive = tar(&[file(".docker/config.json", &user("u"))]);
    let whole = gzip(&archive);
    let mut forged = archive.clone();
    forged[0] = b'X';
    let (data, trailer) = whole.split_at(whole.len() - 8);
    let size = archive.len() as u32;
    let claims = |size: u32| [data, &trailer[..4], &size.to_le_bytes()].concat();
    let mut of_less = Crc::new();
    of_less.update(&archive[..archive.len() - 1]);
    let shorter = [data, &of_less.sum().to_le_bytes(), &(size - 1).to_le_bytes()].concat();
    // bytes, problem, rule
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, ArchiveProblem, &str)> = vec![
        (whole[..whole.len() / 2].to_vec(), ArchiveProblem::Gzip, "cut in its middle"),
        (whole[..whole.len() - 1].to_vec(), ArchiveProblem::Gzip, "cut in its checksum"),
        ([data, &[!trailer[0]], &trailer[1..]].concat(), ArchiveProblem::Gzip, "with another checksum"),
        (claims(size - 1), ArchiveProblem::Gzip, "that claims to be a byte smaller"),
        (shorter, ArchiveProblem::Gzip, "whose size and checksum are those of a byte less"),
        (claims(size + 1), ArchiveProblem::Gzip, "that claims to be a byte larger"),
        (claims(0), ArchiveProblem::Gzip, "that claims to be nothing"),
        (claims(u32::MAX), ArchiveProblem::Gzip, "that claims to be 4 GiB"),
        ([data, b"\0", trailer].concat(), ArchiveProblem::Gzip, "with a byte before its checksum"),
        ([data, trailer, trailer].concat(), ArchiveProblem::Gzip, "with its checksum twice"),
        ([&whole[..], b"garbage"].concat(), ArchiveProblem::Gzip, "followed by garbage"),
        (whole[..2].to_vec(), ArchiveProblem::Gzip, "nothing but the magic"),
        (gzip(&archive[..600]), ArchiveProblem::Gzip, "a tar cut in a member"),
        (archive[..1124].to_vec(), ArchiveProblem::Tar, "a plain tar cut in a later header"),
        (gzip(&archive[..100]), ArchiveProblem::NotTar, "less than a header"),
        (gzip(&forged), ArchiveProblem::NotTar, "a header changed after it was written"),
        ([&archive[..1024], &forged].concat(), ArchiveProblem::Tar, "a later one changed after it was written"),
        (archive[..600].to_vec(), ArchiveProblem::Tar, "a plain tar cut in a member"),
        (gzip(user("u").as_bytes()), ArchiveProblem::NotTar, "gzip config.json"),
        (gzip(&[b'x'; 2000]), ArchiveProblem::NotTar, "gzip of anything"),
        ([&archive[..1024], &[b'x'; 512]].concat(), ArchiveProblem::Tar, "a header of anything"),
        (gzip(&gzip(&archive)), ArchiveProblem::NotTar, "compressed twice"),
    ];
    check_rows(table, |(bytes, expected, rule)| {
        let shown = shown(&bytes);
        match secret(bytes) {
            Err(Error::Archive { problem, location, .. }) => {
                assert_eq!(problem, expected, "{rule}");
                assert_eq!(location.to_string(), "task secret", "{rule}");
            }
            other => panic!("{rule}: {other:?} of {shown}"),
        }
    });
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn members_are_parsed_like_files_and_pooled() {
    let nested = gzip(&tar(&[file(".docker/config.json", &user("u"))]));
    let nested = Member { name: ".docker/config.json", kind: b'0', data: &nested, size: None };
    let error = secret(tar(&[nested])).unwrap_err().to_string();
    assert_eq!(
        error,
        "task secret, (.docker/config.json): an archive inside an archive or a Secret is not read"
    );
    let error = secret(tar(&[file(".dockercfg", "{\"a.io\": {\"auth\"")])).unwrap_err().to_string();
    assert!(error.starts_with("task secret, (.dockercfg): the JSON ends too early"), "{error}");
    let both = tar(&[
        file(".dockercfg", &config(&[("b.io", "b")])),
        file(".docker/config.json", &user("u")),
    ]);
    let resolver = secret(both).unwrap();
    assert_eq!(answer(&resolver, "b.io/x"), "b:p", "the files of one archive are one pool");
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn an_archive_without_credentials_in_a_sandbox_is_a_warning() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("docker.tar.gz"), gzip(&tar(&[file("config.json", "{}")])))
        .unwrap();
    let resolver = Resolver::builder().sandbox_home(home.path()).build().unwrap();
    let [warning] = resolver.warnings() else { panic!("{:?}", resolver.warnings()) };
    assert!(matches!(warning.kind(), WarningKind::ArchiveWithoutCredentials { .. }), "{warning}");
    assert!(warning.to_string().contains("only \"config.json\""), "{warning}");

    std::fs::write(home.path().join("docker.tar.gz"), b"\x1f\x8b garbage").unwrap();
    assert!(Resolver::builder().sandbox_home(home.path()).build().is_err(), "that case alone");
    std::fs::rename(home.path().join("docker.tar.gz"), home.path().join("moved")).unwrap();
    std::fs::write(home.path().join(".dockercfg"), tar(&[file("config.json", "{}")])).unwrap();
    assert!(Resolver::builder().sandbox_home(home.path()).build().is_err(), "that name alone");
}

/// A sparse member is skipped by the size of its data in the archive, not of the unpacked file.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn sparse_members_elsewhere_are_skipped() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    std::fs::write(home.path().join(".docker/config.json"), user("u")).unwrap();
    // Data every 64 KiB, in more pieces than a header holds.
    let mut sparse = std::fs::File::create(home.path().join(".docker/a-disk")).unwrap();
    for piece in 0..40 {
        std::io::Seek::seek(&mut sparse, std::io::SeekFrom::Start(piece << 16)).unwrap();
        sparse.write_all(&[b'x'; 4096]).unwrap();
    }
    sparse.set_len(1 << 30).unwrap();
    let made = Command::new("tar")
        .current_dir(home.path())
        .args(["--format=gnu", "--sparse", "--sort=name", "-czf", "made.tar.gz", ".docker"])
        .output();
    if made.is_ok_and(|made| made.status.success()) {
        let bytes = std::fs::read(home.path().join("made.tar.gz")).unwrap();
        assert_eq!(from_secret(bytes, "reg.io/app"), "u:p");
    }
}

/// The command of every document: `tar -czf docker.tar.gz .docker`.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn archives_made_by_tar_are_read_in_every_format() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    std::fs::write(home.path().join(".docker/config.json"), user("u")).unwrap();
    let formats =
        ["--format=gnu", "--format=pax", "--format=ustar", "--format=v7", "--format=oldgnu"];
    check_rows(formats, |format| {
        for what in [".docker", "./.docker"] {
            let made = Command::new("tar")
                .current_dir(home.path())
                .args([format, "-czf", "made.tar.gz", what])
                .status();
            let Ok(status) = made else {
                return eprintln!("no tar here");
            };
            if !status.success() {
                eprintln!("this tar knows no {format}");
                continue;
            }
            let bytes = std::fs::read(Path::join(home.path(), "made.tar.gz")).unwrap();
            assert_eq!(from_secret(bytes, "reg.io/app"), "u:p", "tar {format} -czf x {what}");
        }
    });
}
