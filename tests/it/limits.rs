//! DESIGN 3.8: limits, each with an error that names it and its value. That memory stays within them is
//! counted in `tests/allocations`.

use regcred::{Error, ImageRef, Limits, Resolver};

use crate::archives::{file, gzip, of_kind, tar};
use crate::marathon::{agent, app_with, no_secrets, only};
use crate::support::{answer, base64, config, quote, secret, shown};

#[test]
fn the_defaults_are_as_documented() {
    let limits = Limits::default();
    assert_eq!(limits.file_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.file_entries, 1_000_000);
    assert_eq!(limits.archive_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.archive_unpacked_bytes, 64 * 1024 * 1024);
    assert_eq!(limits.archive_entries, 10_000);
}

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[test]
fn a_limit_holds_to_the_byte_and_names_itself() {
    let json = config(&[("reg.io", "u"), ("a.io", "a")]);
    let bytes = json.len() as u64;
    let helpers =
        r#"{"credHelpers": {"a.io": "x", "b.io": "y"}, "auths": {"reg.io": {"auth": "dTpw"}}}"#;
    let flat = r#"{"reg.io": {"auth": "dTpw"}, "a.io": null}"#;
    let meaningless = r#"{"auths": {"a.io": 1e999, "reg.io": {"auth": "dTpw"}}}"#;
    let archive = tar(&[of_kind("x", b'5'), file(".docker/config.json", &json)]);
    let packed = gzip(&archive);
    // Without the blocks of zeros at the end, and without padding.
    let whole_block = format!("{json:512}");
    let tight = tar(&[file(".docker/config.json", &whole_block)])[..1024].to_vec();
    let (packed_bytes, unpacked) = (packed.len() as u64, archive.len() as u64);
    type Set = fn(&mut Limits, u64);
    let file_bytes: Set = |l, n| l.file_bytes = n;
    let file_entries: Set = |l, n| l.file_entries = n;
    let archive_bytes: Set = |l, n| l.archive_bytes = n;
    let unpacked_bytes: Set = |l, n| l.archive_unpacked_bytes = n;
    let archive_entries: Set = |l, n| l.archive_entries = n;
    // input, limit, how to set it, the least value that lets it through
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, &str, Set, u64)> = vec![
        (json.clone().into(), "file_bytes", file_bytes, bytes),
        (json.clone().into(), "file_entries", file_entries, 2),
        (helpers.into(), "file_entries", file_entries, 3),
        (flat.into(), "file_entries", file_entries, 2),
        (meaningless.into(), "file_entries", file_entries, 2),
        (format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{}"}}}}"#, base64(&json)).into(), "file_entries", file_entries, 2),
        (format!(r#"{{"kind": "Secret", "stringData": {{".dockerconfigjson": {}}}}}"#, quote(&json)).into(), "file_entries", file_entries, 2),
        (format!(r#"{{".dockercfg": "{}"}}"#, base64(flat)).into(), "file_entries", file_entries, 2),
        (format!(r#"{{".dockercfg": {}}}"#, quote(flat)).into(), "file_entries", file_entries, 2),
        (packed.clone(), "file_entries", file_entries, 2),
        (archive.clone(), "file_entries", file_entries, 2),
        (packed.clone(), "archive_bytes", archive_bytes, packed_bytes),
        (packed.clone(), "archive_unpacked_bytes", unpacked_bytes, unpacked),
        (tight, "archive_unpacked_bytes", unpacked_bytes, 1024),
        (packed.clone(), "archive_entries", archive_entries, 2),
        (packed, "file_bytes", file_bytes, bytes),
    ];
    let scratch = tempfile::tempdir().unwrap();
    for (number, (input, name, set, least)) in table.into_iter().enumerate() {
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
    }
}

/// A credential file that Mesos would unpack on its way into the sandbox.
#[test]
fn what_is_fetched_compressed_is_bounded_as_it_unpacks() {
    let scratch = tempfile::tempdir().unwrap();
    let json = config(&[("reg.io", "u")]) + &" ".repeat(20_000);
    std::fs::write(scratch.path().join(".dockercfg.gz"), gzip(json.as_bytes())).unwrap();
    let uri = format!("file://{}/.dockercfg.gz", scratch.path().display());
    let container = only(&app_with(&format!(r#""fetch": [{{"uri": "{uri}"}}]"#)));
    let least = json.len() as u64;
    type Set = fn(&mut Limits, u64);
    let table: [(&str, Set); 2] = [
        ("file_bytes", |l, n| l.file_bytes = n),
        ("archive_unpacked_bytes", |l, n| l.archive_unpacked_bytes = n),
    ];
    for (name, set) in table {
        let read = |most| container.resolver(&agent(), limits(|l| set(l, most)), no_secrets);
        assert_eq!(answer(&read(least).unwrap(), "reg.io/app"), "u:p", "{name}");
        let error = read(least - 1).unwrap_err();
        assert!(matches!(error, Error::Limit { limit, .. } if limit == name), "{name}: {error}");
    }
}

/// Neither a lookup nor the end of it needs more stack for more layers.
#[test]
fn many_layers_are_as_good_as_few() {
    let layer =
        |below: &Resolver, file| Resolver::builder().task_secret(file).base(below).build().unwrap();
    let bottom = secret(config(&[("reg.io", "u")])).unwrap();
    let top = (0..20_000).fold(bottom, |below, _| layer(&below, "{}"));
    assert_eq!(answer(&top, "reg.io/app"), "u:p");
    let shown = top.explain(&ImageRef::parse("reg.io/app").unwrap()).to_string();
    assert!(shown.contains("task secret, #20001"), "sources are counted through all layers");
    drop(top);
}
