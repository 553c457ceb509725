//! DESIGN 3.8: limits, each with an error that names it and its value. `tests/allocations` measures
//! that memory stays within them.

use regcred::{CredentialFile, Error, Limit, Limits, Resolver, dcos, mesos};

use crate::marathon::{agent, app_with, no_secrets, only};
use crate::support::archive::{Member, file, gzip, of_kind, pax, tar};
use crate::support::{answer, base64, check_rows, config, image_ref, put, quote, secret, shown};

#[test]
fn default_limits_are_as_documented() {
    let limits = Limits::default();
    assert_eq!(limits.file_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.file_entries, 1_000_000);
    assert_eq!(limits.file_patterns, 1_000);
    assert_eq!(limits.archive_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.archive_unpacked_bytes, 64 * 1024 * 1024);
    assert_eq!(limits.archive_entries, 10_000);
    assert_eq!(limits.definition_bytes, 4 * 1024 * 1024);
    assert_eq!(limits.definition_containers, 10_000);
    assert_eq!(limits.fetched_files, 16);
}

/// A file on its own is read within the defaults.
#[test]
fn a_file_may_hold_20_000_entries() {
    let keys: Vec<String> = (0..20_000).map(|n| format!("reg{n}.io")).collect();
    let keys: Vec<(&str, &str)> = keys.iter().map(|key| (&**key, "u")).collect();
    let file = CredentialFile::parse(config(&keys).as_bytes()).map(|file| file.entries().count());
    assert!(matches!(file, Ok(20_000)), "{file:?}");
}

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn limits_are_exact_and_named_in_the_error() {
    let json = config(&[("reg.io", "u"), ("a.io", "a")]);
    let bytes = json.len() as u64;
    let helpers =
        r#"{"credHelpers": {"a.io": "x", "b.io": "y"}, "auths": {"reg.io": {"auth": "dTpw"}}}"#;
    let flat = r#"{"reg.io": {"auth": "dTpw"}, "a.io": null}"#;
    let helper_patterns = r#"{"credHelpers": {"*.a.io": "x", "b.io": "y", "c*.io": "z"},
        "auths": {"reg.io": {"auth": "dTpw"}}}"#;
    let patterns =
        config(&[("*.a.io", "a"), ("reg.io", "u"), ("https://B*.io/team", "b"), ("*.a.io", "a")]);
    let meaningless = r#"{"auths": {"a.io": 1e999, "reg.io": {"auth": "dTpw"}}}"#;
    let archive = tar(&[of_kind("x", b'5'), file(".docker/config.json", &json)]);
    let packed = gzip(&archive);
    // Without the blocks of zeros at the end, and without padding.
    let whole_block = format!("{json:512}");
    let tight = tar(&[file(".docker/config.json", &whole_block)])[..1024].to_vec();
    // Extended headers count as members.
    let pull = r#"".dockerconfigjson""#;
    let comment = pax("comment", "x");
    let header = |kind| Member { name: "pax", kind, data: comment.as_bytes(), size: None };
    let extended = tar(&[header(b'g'), header(b'x'), file(".docker/config.json", &json)]);
    let (packed_bytes, unpacked) = (packed.len() as u64, archive.len() as u64);
    type Set = fn(&mut Limits, u64);
    let file_bytes: Set = |l, n| l.file_bytes = n;
    let file_entries: Set = |l, n| l.file_entries = n;
    let file_patterns: Set = |l, n| l.file_patterns = n;
    let archive_bytes: Set = |l, n| l.archive_bytes = n;
    let unpacked_bytes: Set = |l, n| l.archive_unpacked_bytes = n;
    let archive_entries: Set = |l, n| l.archive_entries = n;
    // input, limit, how to set it, the least value that lets it through
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, Limit, Set, u64)> = vec![
        (json.clone().into(), Limit::FileBytes, file_bytes, bytes),
        (json.clone().into(), Limit::FileEntries, file_entries, 2),
        (helpers.into(), Limit::FileEntries, file_entries, 3),
        (flat.into(), Limit::FileEntries, file_entries, 2),
        (patterns.clone().into(), Limit::FilePatterns, file_patterns, 3),
        (helper_patterns.into(), Limit::FilePatterns, file_patterns, 2),
        (gzip(&tar(&[file(".dockercfg", &patterns)])), Limit::FilePatterns, file_patterns, 3),
        (meaningless.into(), Limit::FileEntries, file_entries, 2),
        (format!(r#"{{"kind": "Secret", "data": {{{pull}: "{}"}}}}"#, base64(&json)).into(), Limit::FileEntries,
            file_entries, 2),
        (format!(r#"{{"kind": "Secret", "stringData": {{{pull}: {}}}}}"#, quote(&json)).into(), Limit::FileEntries,
            file_entries, 2),
        (format!(r#"{{".dockercfg": "{}"}}"#, base64(flat)).into(), Limit::FileEntries, file_entries, 2),
        (format!(r#"{{".dockercfg": {}}}"#, quote(flat)).into(), Limit::FileEntries, file_entries, 2),
        (packed.clone(), Limit::FileEntries, file_entries, 2),
        (archive.clone(), Limit::FileEntries, file_entries, 2),
        (packed.clone(), Limit::ArchiveBytes, archive_bytes, packed_bytes),
        (packed.clone(), Limit::ArchiveUnpackedBytes, unpacked_bytes, unpacked),
        (tight, Limit::ArchiveUnpackedBytes, unpacked_bytes, 1024),
        (packed.clone(), Limit::ArchiveEntries, archive_entries, 2),
        (extended, Limit::ArchiveEntries, archive_entries, 3),
        (packed, Limit::FileBytes, file_bytes, bytes),
    ];
    let scratch = tempfile::tempdir().unwrap();
    check_rows(table.into_iter().enumerate(), |(number, (input, name, set, least))| {
        let path = scratch.path().join(number.to_string());
        std::fs::write(&path, &input).unwrap();
        let shown = shown(&input);
        let builders =
            [Resolver::builder().task_secret(input), Resolver::builder().cluster_file(path)];
        for builder in builders {
            let fits = builder.clone().limits(limits(|l| set(l, least))).build();
            assert_eq!(answer(&fits.unwrap(), "reg.io/app"), "u:p", "{name} {least}: {shown}");
            let over = builder.limits(limits(|l| set(l, least - 1))).build();
            let Err(Error::Limit { limit, value, .. }) = &over else {
                panic!("{name} {}: {over:?} of {shown}", least - 1)
            };
            assert_eq!((*limit, *value), (name, least - 1), "{shown}");
            let text = over.unwrap_err().to_string();
            assert!(text.contains(&format!("over the limit {name} of {}", least - 1)), "{text}");
        }
    });
}

/// The limit that was hit, if any.
fn hit<T>(read: Result<T, Error>) -> Result<Option<(Limit, u64)>, Error> {
    match read {
        Ok(_) => Ok(None),
        Err(Error::Limit { limit, value, .. }) => Ok(Some((limit, value))),
        Err(error) => Err(error),
    }
}

/// The caller's limits reach every source, and every file that it holds.
#[test]
fn limits_hold_for_every_source() {
    let scratch = tempfile::tempdir().unwrap();
    let json = config(&[("reg.io", "u"), ("a.io", "a")]);
    let archive = tar(&[file(".docker/config.json", &json)]);
    let packed = gzip(&archive);
    let files: [(&str, &[u8]); 5] = [
        ("json/.docker/config.json", json.as_bytes()),
        ("flat/.dockercfg", json.as_bytes()),
        ("archive/docker.tar.gz", &packed),
        ("gz/.dockercfg.gz", &gzip(json.as_bytes())),
        ("other/creds.json", json.as_bytes()),
    ];
    for (name, bytes) in files {
        put(&scratch, name, bytes);
    }
    let path = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let fetching = |items: &str| only(&app_with(&format!(r#""fetch": [{items}]"#)));
    let fetch = |name: &str| fetching(&format!(r#"{{"uri": "{}"}}"#, path(name)));
    let pulls = r#"{
        "id": "/a", "secrets": {"s": {"source": "/s"}},
        "container": {"type": "MESOS", "docker": {"image": "reg.io/app", "pullConfig": {"secret": "s"}}}
    }"#;
    let secret = |_: &str| Ok(json.clone().into_bytes());
    let checked = |name: &str, limits| match dcos::check_file(path(name), limits).problem() {
        Some(Error::Limit { limit, value, .. }) => Ok(Some((*limit, *value))),
        Some(problem) => panic!("{name}: {problem}"),
        None => Ok(None),
    };
    let build = Resolver::builder;
    let renamed = format!(r#"{{"uri": "{}", "destPath": ".dockercfg"}}"#, path("other/creds.json"));
    type Read<'r> = &'r dyn Fn(Limits) -> Result<Option<(Limit, u64)>, Error>;
    let (agent, archive_path) = (agent(), path("archive/docker.tar.gz"));
    let in_sandbox = |name, l| fetch("x").resolver_in_sandbox(&agent, l, path(name), no_secrets);
    let secret_in_sandbox = |l| only(pulls).resolver_in_sandbox(&agent, l, path("json"), secret);
    let first = |l| {
        let mut all = regcred::marathon::resolvers(pulls.as_bytes(), &agent, l, secret)?;
        Ok::<_, Error>(all.remove(0))
    };
    // source, whether it is an archive, how it is read
    #[rustfmt::skip]
    let table: [(&str, bool, Read<'_>); 29] = [
        ("a task secret", false, &|l| hit(build().task_secret(&*json).limits(l).build())),
        ("limits given first", false, &|l| hit(build().limits(l).task_secret(&*json).build())),
        ("a source before a base", false, &|l| hit(build().task_secret(&*json).base(&agent).limits(l).build())),
        ("a source after a base", false, &|l| hit(build().base(&agent).task_secret(&*json).limits(l).build())),
        ("an archive", true, &|l| hit(build().task_secret(&*packed).limits(l).build())),
        ("an agent flag, JSON", false, &|l| hit(build().agent_flag(&*json).limits(l).build())),
        ("an agent flag, a path", false, &|l| hit(build().agent_flag(path("flat/.dockercfg")).limits(l).build())),
        ("an agent flag, an archive", true, &|l| hit(build().agent_flag(&archive_path).limits(l).build())),
        ("a cluster file", false, &|l| hit(build().cluster_file(path("flat/.dockercfg")).limits(l).build())),
        ("a cluster file if it exists", false,
            &|l| hit(build().cluster_file_if_exists(path("flat/.dockercfg")).limits(l).build())),
        ("a cluster file, an archive", true, &|l| hit(build().cluster_file(&archive_path).limits(l).build())),
        ("a HOME, config.json", false, &|l| hit(build().home(path("json")).limits(l).build())),
        ("a HOME, .dockercfg", false, &|l| hit(build().home(path("flat")).limits(l).build())),
        ("a sandbox, config.json", false, &|l| hit(build().sandbox_home(path("json")).limits(l).build())),
        ("a sandbox, .dockercfg", false, &|l| hit(build().sandbox_home(path("flat")).limits(l).build())),
        ("a sandbox, docker.tar.gz", true, &|l| hit(build().sandbox_home(path("archive")).limits(l).build())),
        ("the Docker containerizer", false, &|l| hit(mesos::docker_containerizer(&agent, l, path("json")))),
        ("a fetched .dockercfg", false, &|l| hit(fetch("flat/.dockercfg").resolver(&agent, l, no_secrets))),
        ("a fetched .dockercfg.gz", false, &|l| hit(fetch("gz/.dockercfg.gz").resolver(&agent, l, no_secrets))),
        ("a fetched docker.tar.gz", true, &|l| hit(fetch("archive/docker.tar.gz").resolver(&agent, l, no_secrets))),
        ("a file fetched under another name", false, &|l| hit(fetching(&renamed).resolver(&agent, l, no_secrets))),
        ("what was fetched", false, &|l| hit(in_sandbox("json", l))),
        ("an archive that was fetched", true, &|l| hit(in_sandbox("archive", l))),
        ("a pull secret", false, &|l| hit(only(pulls).resolver(&agent, l, secret))),
        ("a pull secret in a sandbox", false, &|l| hit(secret_in_sandbox(l))),
        ("a pull secret of a definition", false, &|l| hit(first(l)?)),
        ("a checked flag, JSON", false, &|l| hit(mesos::check_docker_config(&json, l))),
        ("a checked flag, a path", false, &|l| hit(mesos::check_docker_config(&path("flat/.dockercfg"), l))),
        ("a checked cluster file", false, &|l| checked("flat/.dockercfg", l)),
    ];
    type Set = fn(&mut Limits, u64);
    // limit, whether it applies to archives, how to set it, the least value that lets the file
    // through
    #[rustfmt::skip]
    let bounds: [(Limit, bool, Set, u64); 5] = [
        (Limit::FileBytes, false, |l, n| l.file_bytes = n, json.len() as u64),
        (Limit::FileEntries, false, |l, n| l.file_entries = n, 2),
        (Limit::ArchiveBytes, true, |l, n| l.archive_bytes = n, packed.len() as u64),
        (Limit::ArchiveUnpackedBytes, true, |l, n| l.archive_unpacked_bytes = n, archive.len() as u64),
        (Limit::ArchiveEntries, true, |l, n| l.archive_entries = n, 1),
    ];
    let table = table.iter().filter(|(what, is_archive, _)| {
        cfg!(feature = "archive") || !(*is_archive || what.ends_with(".gz"))
    });
    check_rows(table, |(what, is_archive, read)| {
        for (name, of_archives, set, least) in &bounds {
            if *of_archives && !is_archive {
                continue;
            }
            for (value, expected) in [(*least, None), (least - 1, Some((*name, least - 1)))] {
                match read(limits(|l| set(l, value))) {
                    Ok(hit) if hit == expected => {}
                    other => panic!("{what}, {name} {value}: {other:?}"),
                }
            }
        }
    });
}

/// A credential file that Mesos would unpack on its way into the sandbox.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn compressed_fetched_files_are_limited_while_unpacking() {
    let scratch = tempfile::tempdir().unwrap();
    let json = config(&[("reg.io", "u")]) + &" ".repeat(20_000);
    std::fs::write(scratch.path().join(".dockercfg.gz"), gzip(json.as_bytes())).unwrap();
    let uri = format!("file://{}/.dockercfg.gz", scratch.path().display());
    let container = only(&app_with(&format!(r#""fetch": [{{"uri": "{uri}"}}]"#)));
    let least = json.len() as u64;
    type Set = fn(&mut Limits, u64);
    let table: [(Limit, Set); 2] = [
        (Limit::FileBytes, |l, n| l.file_bytes = n),
        (Limit::ArchiveUnpackedBytes, |l, n| l.archive_unpacked_bytes = n),
    ];
    check_rows(table, |(name, set)| {
        let read = |most| container.resolver(&agent(), limits(|l| set(l, most)), no_secrets);
        assert_eq!(answer(&read(least).unwrap(), "reg.io/app"), "u:p", "{name}");
        let error = read(least - 1).unwrap_err();
        assert!(matches!(error, Error::Limit { limit, .. } if limit == name), "{name}: {error}");
    });
}

/// Lookup and drop use a constant amount of stack for any number of layers.
#[test]
fn a_resolver_may_have_20_000_layers() {
    let layer =
        |below: &Resolver, file| Resolver::builder().task_secret(file).base(below).build().unwrap();
    let bottom = secret(config(&[("reg.io", "u")])).unwrap();
    let top = (0..20_000).fold(bottom, |below, _| layer(&below, "{}"));
    assert_eq!(answer(&top, "reg.io/app"), "u:p");
    let shown = top.explain(&image_ref("reg.io/app")).to_string();
    assert!(shown.contains("task secret, #20001"), "sources are counted through all layers");
    drop(top);
}
