//! Items of `fetch`: the credential files among them, and layouts in which nothing reads them.

use regcred::WarningKind;
use regcred::marathon::{FetchKind, FetchProblem};

use super::{app_with, only};
use crate::support::{check_rows, texts};

#[test]
fn fetch_has_marathons_defaults() {
    // fetch or uris, (extract, executable, cache), destPath, rule
    #[rustfmt::skip]
    let table = [
        (r#""fetch": [{"uri": "x"}]"#, (true, false, false), None, "the defaults"),
        (r#""fetch": [{"uri": "x", "extract": false, "executable": true, "cache": true, "destPath": "d"}]"#,
            (false, true, true), Some("d"), "all of them"),
        (r#""fetch": [{"uri": "x", "extract": null, "destPath": null}]"#, (true, false, false), None, "null is absent"),
        (r#""uris": ["http://h/file1.tar.gz"]"#, (true, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file"]"#, (false, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file1.tar.gz?foo=10&bar=meh"]"#, (true, false, false), None,
            "AppDefinitionTest: without the query"),
        (r#""uris": ["http://h/file?x=a.tar.gz"]"#, (false, false, false), None, "a query does not make an archive"),
        (r#""uris": ["http://h/file#a.zip"]"#, (false, false, false), None, "nor does a fragment"),
        (r#""uris": ["a.zip"], "fetch": []"#, (true, false, false), None, "an empty fetch beside uris"),
        (r#""uris": [], "fetch": [{"uri": "x"}]"#, (true, false, false), None, "empty uris beside fetch"),
        (r#""uris": ["file:///etc/.dockercfg"]"#, (false, false, false), None, "no archive"),
        (r#""uris": ["x.tgz"], "fetch": [{"uri": "x.tgz", "extract": false, "cache": true}]"#, (false, false, true),
            None, "Marathon 1.1 to 1.4: both"),
    ];
    check_rows(table, |(rest, flags, dest_path, rule)| {
        let container = only(&app_with(rest));
        let [fetch] = container.fetch() else { panic!("{rest}, {rule}: {container:?}") };
        let (extract, executable, cache) = flags;
        let told = format!(
            "extract: {extract}, executable: {executable}, cache: {cache}, dest_path: {dest_path:?} }}"
        );
        assert!(format!("{fetch:?}").ends_with(&told), "{rule}: {fetch:?}");
        assert_eq!(fetch.extract(), extract, "{rule}");
    });
    let suffixes =
        [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];
    check_rows(suffixes, |suffix| {
        let container = only(&app_with(&format!(r#""uris": ["http://h/a{suffix}"]"#)));
        assert!(container.fetch()[0].extract(), "{suffix}");
    });
}

#[test]
fn fetched_credential_files_are_recognised_by_path_and_bad_layouts_are_warnings() {
    const JSON: Option<FetchKind> = Some(FetchKind::ConfigJson);
    const FLAT: Option<FetchKind> = Some(FetchKind::Dockercfg);
    const TAR: Option<FetchKind> = Some(FetchKind::Archive);
    // URI, other fields of its item, kind, warning for DOCKER, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, Option<FetchKind>, &str, &str)] = &[
        ("file:///etc/docker.tar.gz", "", TAR, "", "DC/OS: the documented way"),
        ("file:///etc/docker.tgz", "", TAR, "", "the short suffix"),
        ("https://h/.docker.tar.gz", "", TAR, "", "named after the directory"),
        ("https://h/dockercfg.tar", "", TAR, "", "named after the file"),
        ("file:///etc/.dockercfg", "", FLAT, "", "Marathon: a plain .dockercfg"),
        ("file:///etc/.dockercfg", r#""extract": false"#, FLAT, "", "Marathon 436"),
        ("https://h/config.json", "", JSON, "outside .docker is not looked at", "Marathon 1781: a bare config.json"),
        ("https://h/config.json", r#""destPath": ".docker/config.json""#, JSON, "", "Marathon 1781"),
        ("https://h/any", r#""destPath": "./.docker//config.json""#, JSON, "", "destPath decides"),
        ("https://h/any?sig=x", r#""destPath": ".dockercfg""#, FLAT, "", "destPath decides"),
        ("https://h/config.json", r#""destPath": "conf/config.json""#, None, "",
            "Marathon 5457: the task's own config.json"),
        ("https://h/app/config.json?x", "", JSON, "outside .docker", "the path decides, not the query"),
        ("https://h/docker.tar.gz", r#""extract": false"#, TAR, "extract is false", "not unpacked"),
        ("https://h/docker.tar.gz", r#""executable": true"#, TAR, "executable is true", "executable disables extract"),
        ("https://h/docker.tar.gz?sig=x", "", TAR, "takes the query for a part of the name", "a signed URL"),
        ("https://h/docker.tar.gz?sig=x", r#""destPath": "docker.tar.gz""#, TAR, "", "destPath restores the name"),
        ("https://h/docker.tar.gz?sig=x", r#""destPath": "docker.tar.gz", "cache": true"#, TAR, "leave cache out",
            "the cache ignores destPath"),
        ("https://h/docker.tar.gz?name=x.tar.gz", "", TAR, "", "a query that ends like an archive"),
        ("https://h/docker.tar.gz#x", "", TAR, "takes the query", "a fragment counts as part of the name"),
        ("https://h/docker.tar.gz", r#""destPath": "creds""#, TAR, "destPath does not end like an archive",
            "a destPath that hides it"),
        ("https://h/docker.tar.gz", r#""destPath": "creds/docker.tgz""#, TAR, "", "unpacked into the sandbox root"),
        ("https://h/docker.tar.gz", r#""cache": true"#, TAR, "", "the cache alone is harmless"),
        ("https://h/.dockercfg?sig=x", "", FLAT, "set destPath to .dockercfg", "a signed URL"),
        ("https://h/.dockercfg", r#""destPath": "etc/.dockercfg""#, FLAT, "is not fetched as .dockercfg",
            "another directory"),
        ("https://h/docker.tar.gz", r#""destPath": "/etc/docker.tar.gz""#, TAR, "must be relative",
            "Mesos: an absolute path fails the task"),
        ("https://h/.dockercfg", r#""destPath": "../.dockercfg""#, FLAT, "stay in the sandbox", "a path with .."),
        ("https://h/app.tar.gz", "", None, "", "the task's own"),
        ("https://h/my-docker.tar.gz", "", None, "", "another name"),
        ("https://h/docker.tar.gz/readme", "", None, "", "only the last segment counts"),
        ("https://h/?docker.tar.gz", "", None, "", "the path decides, not the query"),
        ("https://h/docker.zip", "", TAR, "", "Mesos unpacks zip too"),
        ("https://h/docker.tar.xz", r#""extract": false"#, TAR, "extract is false", "and xz"),
        ("https://h/.dockercfg.gz", "", FLAT, "", "3.4: gunzip leaves .dockercfg"),
        ("https://h/.dockercfg.gz", r#""extract": false"#, FLAT, "is not fetched as .dockercfg", "not unpacked"),
        ("https://h/download?file=5", r#""destPath": "docker.tar.gz""#, TAR, "", "destPath decides"),
        ("https://h/config.json", r#""destPath": "config.json""#, JSON, "outside .docker", "the root of the sandbox"),
        ("https://h/config.json", r#""destPath": "docker/config.json""#, JSON, "outside .docker",
            "3.4: a typical wrong layout"),
        ("https://h/config.json", r#""destPath": ".docker""#, JSON, "outside .docker",
            "a file named like the directory"),
        ("https://h/config.json", r#""destPath": "/root/.docker/config.json""#, JSON, "must be relative",
            "an absolute path"),
        ("https://h/docker.tar.gz", r#""destPath": ".docker/config.json""#, JSON,
            "an archive is fetched to the name of a credential file", "gzip in place of JSON"),
        ("https://h/docker.tar.gz", r#""destPath": ".docker/config.json", "cache": true"#, JSON, "",
            "unpacked from the cache"),
        ("https://h/docker.gz", "", None, "", "not an archive"),
        ("https://h/.dockercfg.gz", r#""cache": true"#, FLAT, "leave cache out", "the cache changes its name"),
        ("https://h/.dockercfg.gz", r#""destPath": "sub/.dockercfg.gz""#, FLAT, "", "gunzip leaves it at the root"),
        ("https://h/download?id=5", r#""destPath": "docker.tgz""#, TAR, "", "destPath decides"),
        ("https://h/download?id=5", r#""destPath": "creds/docker.tar.gz""#, TAR, "", "destPath decides"),
        ("https://h/download?f=/docker.tgz", "", TAR, "", "the name that Mesos derives"),
        ("https://h/any", r#""destPath": "sub/../.dockercfg""#, FLAT, "", "Mesos refuses only absolute paths"),
        ("https://h/config.json", r#""destPath": "docker.tgz""#, TAR, "", "an archive by its name"),
        ("https://h/config.json", r#""destPath": "dockerx.tgz""#, JSON, "outside .docker", "not an archive"),
        ("https://h/config.json?p=/.dockercfg", "", JSON, "", "ends up as .dockercfg"),
        ("file:///etc/it's/docker.tgz", "", TAR, "a single quote", "3.4: Mesos refuses the URI"),
    ];
    check_rows(table, |(uri, rest, kind, docker, rule)| {
        let comma = if rest.is_empty() { "" } else { ", " };
        let item = format!(r#""uri": "{uri}"{comma}{rest}"#);
        // The Mesos containerizer warns of every credential file.
        let mesos = if kind.is_some() { "never looks into the sandbox" } else { "" };
        for (containerizer, warning) in [("DOCKER", *docker), ("MESOS", mesos)] {
            let definition = format!(
                r#"{{"id": "/a", "container": {{"type": "{containerizer}", "docker": {{"image": "x"}}}},
                    "fetch": [{{"uri": "z"}}, {{{item}}}]}}"#
            );
            let container = only(&definition);
            assert_eq!(container.fetch()[1].kind(), *kind, "{rule}: {item}");
            let told = texts(container.warnings());
            let told = told.join("\n");
            assert!(told.contains(warning), "{rule}, {containerizer}: {item}: {told:?}");
            assert_eq!(
                told.is_empty(),
                warning.is_empty(),
                "{rule}, {containerizer}: {item}: {told}"
            );
            assert!(told.is_empty() || told.starts_with("/fetch(1): "), "{told}");
        }
    });
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"},
        "artifacts": [{"uri": "file:///etc/docker.tar.gz"}]}]}"#;
    let told = only(pod).warnings()[0].to_string();
    assert!(
        told.starts_with("/containers(0)/artifacts(0): if these are Docker's credentials, the Mesos containerizer \
        never"),
        "{told}"
    );
    let signed = only(&app_with(r#""fetch": [{"uri": "https://h/docker.tar.gz?sig=x"}]"#));
    let [warning] = signed.warnings() else { panic!("{:?}", signed.warnings()) };
    assert!(
        matches!(warning.kind(), WarningKind::Fetch(FetchProblem::NotUnpacked(_))),
        "{warning}"
    );
    assert_eq!((warning.location().path(), warning.key()), (None, None), "a field is no file");
    assert_eq!(warning.location().to_string(), "/fetch(0)");
    let no_image = r#"{"id": "/a", "cmd": "x", "fetch": [{"uri": "file:///etc/docker.tar.gz"}]}"#;
    assert!(only(no_image).warnings().is_empty(), "nothing is pulled");
    let twice = only(&app_with(
        r#""fetch": [{"uri": "/a/docker.tar.gz"}, {"uri": "/b/.dockercfg"}, {"uri": "/b/docker.tgz"}]"#,
    ));
    let told = texts(twice.warnings());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("/fetch(2): another entry before it ends up in the same place"),
        "{told:?}"
    );
    check_rows([".dockercfg", ".docker/config.json"], |name| {
        let item = format!(r#"{{"uri": "/a/x", "destPath": "{name}"}}"#);
        let twice = only(&app_with(&format!(r#""fetch": [{item}, {item}]"#)));
        let told = texts(twice.warnings());
        assert_eq!(told.len(), 1, "{name}: {told:?}");
        let expected = "/fetch(1): another entry before it ends up in the same place";
        assert!(told[0].starts_with(expected), "{name}: {told:?}");
    });
    let uris = only(&app_with(r#""uris": ["https://h/x", "https://h/docker.tar.gz?sig=s"]"#));
    let told = uris.warnings()[0].to_string();
    assert!(
        told.starts_with("/uris(1): Mesos takes the query"),
        "the fetcher does not do as Marathon: {told}"
    );
}
