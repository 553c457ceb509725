//! Items of `fetch`: which are credential files, and which end up where nothing reads them.

use regcred::WarningKind;
use regcred::marathon::{FetchKind, FetchProblem};

use super::{app_with, only};
use crate::support::check_rows;

#[test]
fn fetch_has_marathons_defaults() {
    // fetch or uris, (extract, executable, cache), destPath, rule
    #[rustfmt::skip]
    let table = [
        (r#""fetch": [{"uri": "x"}]"#, (true, false, false), None, "the defaults"),
        (r#""fetch": [{"uri": "x", "extract": false, "executable": true, "cache": true, "destPath": "d"}]"#, (false, true, true), Some("d"), "all of them"),
        (r#""fetch": [{"uri": "x", "extract": null, "destPath": null}]"#, (true, false, false), None, "null is not there"),
        (r#""uris": ["http://h/file1.tar.gz"]"#, (true, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file"]"#, (false, false, false), None, "AppDefinitionTest"),
        (r#""uris": ["http://h/file1.tar.gz?foo=10&bar=meh"]"#, (true, false, false), None, "AppDefinitionTest: the query does not count"),
        (r#""uris": ["http://h/file?x=a.tar.gz"]"#, (false, false, false), None, "nor does it make an archive"),
        (r#""uris": ["http://h/file#a.zip"]"#, (false, false, false), None, "nor does a fragment"),
        (r#""uris": ["a.zip"], "fetch": []"#, (true, false, false), None, "an empty fetch beside uris"),
        (r#""uris": [], "fetch": [{"uri": "x"}]"#, (true, false, false), None, "empty uris beside fetch"),
        (r#""uris": ["file:///etc/.dockercfg"]"#, (false, false, false), None, "no archive"),
        (r#""uris": ["x.tgz"], "fetch": [{"uri": "x.tgz", "extract": false, "cache": true}]"#, (false, false, true), None, "Marathon 1.1 to 1.4 answer both: fetch counts"),
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
    // an item of fetch, what it is, the warning for DOCKER, the warning for MESOS, rule
    #[rustfmt::skip]
    let table: &[(&str, Option<FetchKind>, &str, &str, &str)] = &[
        (r#""uri": "file:///etc/docker.tar.gz""#, TAR, "", "never looks into the sandbox", "DC/OS: the documented way, and UCR"),
        (r#""uri": "file:///etc/docker.tgz""#, TAR, "", "never looks", "the same in short"),
        (r#""uri": "https://h/.docker.tar.gz""#, TAR, "", "never looks", "named after the directory"),
        (r#""uri": "https://h/dockercfg.tar""#, TAR, "", "never looks", "named after the file"),
        (r#""uri": "file:///etc/.dockercfg""#, FLAT, "", "never looks", "Marathon: a plain .dockercfg"),
        (r#""uri": "file:///etc/.dockercfg", "extract": false"#, FLAT, "", "never looks", "Marathon 436"),
        (r#""uri": "https://h/config.json""#, JSON, "outside .docker is not looked at", "never looks", "Marathon 1781: a bare config.json"),
        (r#""uri": "https://h/config.json", "destPath": ".docker/config.json""#, JSON, "", "never looks", "Marathon 1781: where it belongs"),
        (r#""uri": "https://h/any", "destPath": "./.docker//config.json""#, JSON, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/any?sig=x", "destPath": ".dockercfg""#, FLAT, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/config.json", "destPath": "conf/config.json""#, None, "", "", "Marathon 5457: the task's own config.json"),
        (r#""uri": "https://h/app/config.json?x""#, JSON, "outside .docker", "never looks", "by path, not query"),
        (r#""uri": "https://h/docker.tar.gz", "extract": false"#, TAR, "extract is false", "never looks", "not unpacked"),
        (r#""uri": "https://h/docker.tar.gz", "executable": true"#, TAR, "executable is true", "never looks", "executable outdoes extract"),
        (r#""uri": "https://h/docker.tar.gz?sig=x""#, TAR, "takes the query for a part of the name", "never looks", "a signed URL"),
        (r#""uri": "https://h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz""#, TAR, "", "never looks", "the way out"),
        (r#""uri": "https://h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz", "cache": true"#, TAR, "leave cache out", "never looks", "which the cache undoes"),
        (r#""uri": "https://h/docker.tar.gz?name=x.tar.gz""#, TAR, "", "never looks", "a query that ends like an archive"),
        (r#""uri": "https://h/docker.tar.gz#x""#, TAR, "takes the query", "never looks", "a fragment is a part of the name too"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "creds""#, TAR, "destPath does not end like an archive", "never looks", "a destPath that hides it"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "creds/docker.tgz""#, TAR, "", "never looks", "unpacked into the sandbox all the same"),
        (r#""uri": "https://h/docker.tar.gz", "cache": true"#, TAR, "", "never looks", "the cache alone does no harm"),
        (r#""uri": "https://h/.dockercfg?sig=x""#, FLAT, "set destPath to .dockercfg", "never looks", "a signed URL"),
        (r#""uri": "https://h/.dockercfg", "destPath": "etc/.dockercfg""#, FLAT, "is not fetched as .dockercfg", "never looks", "somewhere else"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": "/etc/docker.tar.gz""#, TAR, "must be relative", "never looks", "Mesos: an absolute path fails the task"),
        (r#""uri": "https://h/.dockercfg", "destPath": "../.dockercfg""#, FLAT, "stay in the sandbox", "never looks", "a climbing path"),
        (r#""uri": "https://h/app.tar.gz""#, None, "", "", "the task's own"),
        (r#""uri": "https://h/my-docker.tar.gz""#, None, "", "", "no credential file by name"),
        (r#""uri": "https://h/docker.tar.gz/readme""#, None, "", "", "the last part of the path alone"),
        (r#""uri": "https://h/?docker.tar.gz""#, None, "", "", "by path, not query"),
        (r#""uri": "https://h/docker.zip""#, TAR, "", "never looks", "Mesos unpacks zip too"),
        (r#""uri": "https://h/docker.tar.xz", "extract": false"#, TAR, "extract is false", "never looks", "and xz"),
        (r#""uri": "https://h/.dockercfg.gz""#, FLAT, "", "never looks", "3.4: gunzip leaves .dockercfg"),
        (r#""uri": "https://h/.dockercfg.gz", "extract": false"#, FLAT, "is not fetched as .dockercfg", "never looks", "unless told not to"),
        (r#""uri": "https://h/download?file=5", "destPath": "docker.tar.gz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/config.json", "destPath": "config.json""#, JSON, "outside .docker", "never looks", "the root by name"),
        (r#""uri": "https://h/config.json", "destPath": "docker/config.json""#, JSON, "outside .docker", "never looks", "3.4: a typical wrong layout"),
        (r#""uri": "https://h/config.json", "destPath": ".docker""#, JSON, "outside .docker", "never looks", "the directory's name for a file"),
        (r#""uri": "https://h/config.json", "destPath": "/root/.docker/config.json""#, JSON, "must be relative", "never looks", "an absolute path"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": ".docker/config.json""#, JSON, "an archive is fetched to the name of a credential file", "never looks", "gzip where JSON is due"),
        (r#""uri": "https://h/docker.tar.gz", "destPath": ".docker/config.json", "cache": true"#, JSON, "", "never looks", "unpacked out of the cache, whatever destPath says"),
        (r#""uri": "https://h/docker.gz""#, None, "", "", "no archive in it"),
        (r#""uri": "https://h/.dockercfg.gz", "cache": true"#, FLAT, "leave cache out", "never looks", "out of the cache it has another name"),
        (r#""uri": "https://h/.dockercfg.gz", "destPath": "sub/.dockercfg.gz""#, FLAT, "", "never looks", "gunzip leaves it at the root"),
        (r#""uri": "https://h/download?id=5", "destPath": "docker.tgz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/download?id=5", "destPath": "creds/docker.tar.gz""#, TAR, "", "never looks", "by where it goes"),
        (r#""uri": "https://h/download?f=/docker.tgz""#, TAR, "", "never looks", "what Mesos takes for its name"),
        (r#""uri": "https://h/any", "destPath": "sub/../.dockercfg""#, FLAT, "", "never looks", "Mesos refuses absolute paths alone"),
        (r#""uri": "https://h/config.json", "destPath": "docker.tgz""#, TAR, "", "never looks", "an archive by its name"),
        (r#""uri": "https://h/config.json", "destPath": "dockerx.tgz""#, JSON, "outside .docker", "never looks", "what is no archive is not unpacked"),
        (r#""uri": "https://h/config.json?p=/.dockercfg""#, JSON, "", "never looks", "lands as .dockercfg all the same"),
        (r#""uri": "file:///etc/it's/docker.tgz""#, TAR, "a single quote", "never looks", "3.4: Mesos refuses the URI"),
    ];
    check_rows(table, |(item, kind, docker, mesos, rule)| {
        for (containerizer, warning) in [("DOCKER", docker), ("MESOS", mesos)] {
            let definition = format!(
                r#"{{"id": "/a", "container": {{"type": "{containerizer}", "docker": {{"image": "x"}}}}, "fetch": [{{"uri": "z"}}, {{{item}}}]}}"#
            );
            let container = only(&definition);
            assert_eq!(container.fetch()[1].kind(), *kind, "{rule}: {item}");
            let told: Vec<String> = container.warnings().iter().map(|w| w.to_string()).collect();
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
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"}, "artifacts": [{"uri": "file:///etc/docker.tar.gz"}]}]}"#;
    let told = only(pod).warnings()[0].to_string();
    assert!(
        told.starts_with("/containers(0)/artifacts(0): if these are Docker's credentials, the Mesos containerizer never"),
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
    let told: Vec<String> = twice.warnings().iter().map(|w| w.to_string()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("/fetch(2): another entry before it ends up in the same place"),
        "{told:?}"
    );
    check_rows([".dockercfg", ".docker/config.json"], |name| {
        let item = format!(r#"{{"uri": "/a/x", "destPath": "{name}"}}"#);
        let twice = only(&app_with(&format!(r#""fetch": [{item}, {item}]"#)));
        let told: Vec<String> = twice.warnings().iter().map(|w| w.to_string()).collect();
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
