//! Fetched credential files: precedence, limits, errors and the page of `explain`.

use regcred::mesos::DockerRegistry;
use regcred::{Error, Limit, Limits, Resolver};

use super::{agent, app_with, no_secrets, only};
use crate::support::archive::{file, gzip, of_kind, tar};
use crate::support::{answer, check_rows, config, image_ref, put, texts, word};

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn fetched_files_of_a_docker_container_have_the_level_of_its_sandbox() {
    let scratch = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: Vec<u8>| put(&scratch, name, bytes);
    let archive = |user: &str| {
        gzip(&tar(&[file(
            ".docker/config.json",
            &config(&[("reg.io", user), (&format!("{user}.io"), user)]),
        )]))
    };
    put("docker.tar.gz", archive("archive"));
    put("creds.tgz", archive("creds"));
    put("flat.tar.gz", gzip(&tar(&[file(".dockercfg", &config(&[("reg.io", "flat")]))])));
    put(".dockercfg", config(&[("reg.io", "plain")]).into());
    put("config.json", config(&[("reg.io", "json")]).into());
    put("app.tar.gz", gzip(&tar(&[file("bin/app", "#!/bin/sh")])));
    put("broken.tar.gz", b"\x1F\x8Bnope".to_vec());
    put("docker.zip", b"PK\x03\x04".to_vec());
    put("docker.tar.bz2", b"BZh91AY".to_vec());
    put("broken.gz", b"\x1F\x8Bnope".to_vec());
    put("linked.tgz", b"\x1F\x8Bnope".to_vec());
    put(".dockercfg.gz", gzip(config(&[("reg.io", "gz")]).as_bytes()));
    put("other.tgz", gzip(&tar(&[file(".dockercfg", &config(&[("other.io", "other")]))])));
    put("docker.tgz", gzip(&tar(&[file("docker/config.json", "{}")])));
    // what is fetched, from where reg.io/app, creds.io/app, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, &str, &str)] = &[
        (r#"{"uri": "file://DIR/docker.tar.gz"}"#, "archive:p", "-", "an archive"),
        (r#"{"uri": "file://localhostDIR/docker.tar.gz"}"#, "archive:p", "-", "Mesos: file://localhost"),
        (r#"{"uri": "DIR/docker.tar.gz"}"#, "archive:p", "-", "Mesos: an absolute path"),
        (r#"{"uri": "file://DIR/.dockercfg"}"#, "plain:p", "-", "a .dockercfg"),
        (r#"{"uri": "file://DIR/config.json"}"#, "agent:p", "-", "a bare config.json is not read"),
        (r#"{"uri": "file://DIR/config.json", "destPath": ".docker/config.json"}"#, "json:p", "-",
            "in its place it is read"),
        (r#"{"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p", "Mesos unpacks whatever is an archive"),
        (r#"{"uri": "file://DIR/creds.tgz", "extract": false}"#, "agent:p", "-", "not unpacked"),
        (r#"{"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "archive:p", "-", "3.6: docker.tar.gz is read"),
        (r#"{"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz"}"#, "archive:p", "-",
            "the later one overwrites"),
        (r#"{"uri": "file://DIR/docker.tar.gz"}, {"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p",
            "the later one overwrites"),
        (r#"{"uri": "file://DIR/docker.tar.gz"}, {"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz"}"#,
            "archive:p", "-", "and again"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/creds.tgz"}"#, "creds:p", "creds:p",
            "3.6: config.json first"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/flat.tar.gz"}"#, "flat:p", "-",
            "the later one overwrites"),
        (r#"{"uri": "file://DIR/app.tar.gz"}"#, "agent:p", "-", "nothing inside"),
        (r#"{"uri": "file://DIR/broken.tar.gz"}, {"uri": "file://DIR/missing.tar.gz"}"#, "agent:p", "-",
            "the task's own archives, if readable"),
        (r#"{"uri": "https://h/app.tar.gz"}, {"uri": "https://h/config.json"}"#, "agent:p", "-",
            "only credential files are fetched"),
        (r#"{"uri": "file://DIR/.dockercfg.gz"}"#, "gz:p", "-", "3.4: gunzip leaves .dockercfg"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "plain:p", "-",
            "not unpacked: ranks last"),
        (r#"{"uri": "file://DIR/.dockercfg"}, {"uri": "file://DIR/other.tgz", "destPath": "docker.tar.gz",
            "executable": true}"#, "plain:p", "-", "and overwrites nothing"),
        (r#"{"uri": "file://DIR/creds.tgz"}, {"uri": "file://DIR/docker.tar.gz", "extract": false}"#, "creds:p",
            "creds:p", "nor an archive"),
        (r#"{"uri": "file://DIR/config.json", "destPath": "docker.tar.gz", "extract": false}"#, "json:p", "-",
            "3.4: recognised by content"),
        (r#"{"uri": "file://DIR/docker.tgz"}"#, "agent:p", "-", "3.5: a warning"),
        (r#"{"uri": "file://DIR/docker.tgz", "extract": false, "destPath": "docker.tar.gz"}"#, "agent:p", "-",
            "3.5: also if not unpacked"),
    ];
    check_rows(table, |(fetch, reg, creds, rule)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let resolver = container.resolver(&agent(), Limits::default(), no_secrets);
        let resolver = resolver.unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert_eq!(answer(&resolver, "reg.io/app"), *reg, "{rule}");
        assert_eq!(answer(&resolver, "creds.io/app"), *creds, "{rule}");
        assert_eq!(answer(&resolver, "agent.io/app"), "agent:p", "the agent's is below: {rule}");
        let near_miss = resolver
            .warnings()
            .iter()
            .any(|w| w.to_string().contains("only \"docker/config.json\""));
        assert_eq!(near_miss, fetch.contains("docker.tgz"), "{rule}");
    });
    // A file next to its unpacked archive counts once.
    let fetch = r#""fetch": [{"uri": "DIR/flat.tar.gz"}, {"uri": "DIR/docker.tar.gz"}]"#;
    let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
    let resolver =
        only(&app_with(&fetch)).resolver(&agent(), Limits::default(), no_secrets).unwrap();
    let all = resolver.resolve_all(&image_ref("reg.io/app"));
    assert_eq!(all.map(|auth| word(&auth)).collect::<Vec<_>>(), ["archive:p", "flat:p", "agent:p"]);
    // The files of a container rank before the agent's files of the same level.
    let home = tempfile::tempdir().unwrap();
    let keys = config(&[("reg.io", "home"), ("home.io", "home")]);
    std::fs::write(home.path().join(".dockercfg"), keys).unwrap();
    let at_home = Resolver::builder().home(home.path()).build().unwrap();
    let container = only(
        &app_with(r#""fetch": [{"uri": "DIR/.dockercfg"}]"#)
            .replace("DIR", scratch.path().to_str().unwrap()),
    );
    let (limits, sandbox) = (Limits::default(), scratch.path());
    let rows = [
        (container.resolver(&at_home, limits, no_secrets), "before it is fetched"),
        (container.resolver_in_sandbox(&at_home, limits, sandbox, no_secrets), "once fetched"),
    ];
    check_rows(rows, |(resolver, way)| {
        let resolver = resolver.unwrap_or_else(|error| panic!("{way}: {error}"));
        assert_eq!(answer(&resolver, "reg.io/app"), "plain:p", "{way}");
        assert_eq!(answer(&resolver, "home.io/app"), "home:p", "{way}");
    });
    // fetch, error
    #[rustfmt::skip]
    let errors: &[(&str, &str)] = &[
        (r#"{"uri": "https://u:pw@h/docker.tar.gz?sig=x", "destPath": "docker.tar.gz"}"#,
            r#""/a": /fetch(0): "https://…@h/docker.tar.gz…" is neither a file:// URI nor an absolute path"#),
        (r#"{"uri": "z"}, {"uri": "s3://bucket/.dockercfg"}"#,
            r#""/a": /fetch(1): "s3://bucket/.dockercfg" is neither a file:// URI"#),
        (r#"{"uri": "https://h/download?file=5", "destPath": "docker.tar.gz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/.dockercfg.gz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/download?id=5", "destPath": "docker.tgz"}"#, "nothing is fetched from here"),
        (r#"{"uri": "https://h/any", "destPath": "sub/../.dockercfg"}"#, "nothing is fetched from here"),
        (r#"{"uri": "file:/etc/.dockercfg"}"#, "is neither a file:// URI"),
        (r#"{"uri": "FILE:///etc/.dockercfg"}"#, "is neither a file:// URI"),
        (r#"{"uri": "file://DIR/docker.zip"}"#, "the file is a zip archive; pack it with tar -czf"),
        (r#"{"uri": "file://DIR/docker.tar.bz2"}"#, "compressed, but not with gzip; pack it with tar -czf"),
        (r#"{"uri": "file://DIR/broken.gz", "destPath": ".dockercfg.gz"}"#, "the gzip stream is damaged"),
        (r#"{"uri": "file://DIR/no/docker.tar.gz"}"#, "no/docker.tar.gz: cannot read it"),
        (r#"{"uri": "file://DIR/docker.tar.gz?x", "destPath": "docker.tar.gz"}"#, "docker.tar.gz…: cannot read it"),
        (r#"{"uri": "file://DIR", "destPath": ".dockercfg"}"#, "refused, it is a directory"),
        (r#"{"uri": "file://DIR/broken.tar.gz", "destPath": ".dockercfg", "extract": false}"#,
            "the gzip stream is damaged"),
        (r#"{"uri": "file://DIR/docker.tgz", "destPath": ".dockercfg", "extract": false}"#, "holds neither"),
    ];
    check_rows(errors, |(fetch, expected)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let error = container.resolver(&agent(), Limits::default(), no_secrets).expect_err(&fetch);
        assert!(error.to_string().contains(expected), "{fetch}: {error}");
        assert!(
            !format!("{error} {error:?} {container:?} {}", container.fetch()[0]).contains("pw@")
        );
        assert!(
            !format!("{error} {error:?} {container:?} {}", container.fetch()[0]).contains("sig=x")
        );
    });
    let mut limits = Limits::default();
    limits.archive_bytes = 100;
    let definition = app_with(r#""fetch": [{"uri": "DIR/docker.tar.gz"}]"#)
        .replace("DIR", scratch.path().to_str().unwrap());
    let error = only(&definition).resolver(&agent(), limits, no_secrets).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::ArchiveBytes, .. }), "{error}");
}

#[test]
fn resolver_in_sandbox_reads_the_sandbox_after_the_fetch() {
    let sandbox = tempfile::tempdir().unwrap();
    std::fs::write(sandbox.path().join(".dockercfg"), config(&[("reg.io", "sandbox")])).unwrap();
    let definition = app_with(r#""fetch": [{"uri": "https://h/.dockercfg"}]"#);
    let limits = Limits::default();
    let in_docker = only(&definition).resolver_in_sandbox(&agent(), limits, &sandbox, no_secrets);
    assert_eq!(answer(&in_docker.unwrap(), "reg.io/app"), "sandbox:p");
    let definition = definition.replace(r#""docker":"#, r#""type": "MESOS", "docker":"#);
    let in_mesos = only(&definition).resolver_in_sandbox(&agent(), limits, &sandbox, no_secrets);
    assert_eq!(answer(&in_mesos.unwrap(), "reg.io/app"), "agent:p", "UCR never looks");
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn fetched_files_are_limited() {
    let scratch = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: Vec<u8>| put(&scratch, name, bytes);
    let json = config(&[("reg.io", "u")]);
    for n in 0..17 {
        put(&format!("{n}/docker.tar.gz"), gzip(&tar(&[file(".dockercfg", &json)])));
    }
    put(".dockercfg.gz", gzip(json.as_bytes()));
    put("linked.tgz", gzip(&tar(&[of_kind(".dockercfg", b'2')])));
    put("app.tgz", gzip(&tar(&[file("bin/app", "x")])));
    let resolve = |fetch: &str, limits| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        only(&app_with(&format!(r#""fetch": [{fetch}]"#))).resolver(&agent(), limits, no_secrets)
    };
    let item = |n: usize| format!(r#"{{"uri": "DIR/{n}/docker.tar.gz"}}"#);
    let items = |count: usize| (0..count).map(item).collect::<Vec<_>>().join(", ");
    let most = Limits::default();
    assert_eq!(answer(&resolve(&items(16), most).unwrap(), "reg.io/app"), "u:p");
    let error = resolve(&items(17), most).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::FetchedFiles, value: 16, .. }), "{error}");
    // named docker.tar.gz, own archives of the application, answer, warning, rule
    let own = |n: usize| format!(r#"{{"uri": "DIR/own-{n}.tgz"}}"#);
    for n in 0..40 {
        put(&format!("own-{n}.tgz"), gzip(&tar(&[file("bin/app", "x")])));
    }
    put("own-39.tgz", gzip(&tar(&[file(".dockercfg", &config(&[("own.io", "own")]))])));
    #[rustfmt::skip]
    let table: &[(usize, usize, &str, &str, &str)] = &[
        (0, 16, "agent:p", "-", "within the limit"),
        (0, 17, "agent:p", "1 archive of the application was not searched", "a warning, not an error"),
        (0, 40, "agent:p", "24 archives of the application were not searched for credentials: limit fetched_files of \
            16; name an archive that holds credentials docker.tar.gz, or raise Limits::fetched_files",
            "the last archives are searched first"),
        (15, 40, "u:p", "39 archives", "docker.tar.gz goes first"),
        (16, 40, "u:p", "40 archives", "the limit is used up"),
    ];
    check_rows(table, |(named, of_its_own, expected, warned, rule)| {
        let fetch: Vec<_> = (0..*named).map(item).chain((0..*of_its_own).map(own)).collect();
        let resolver = resolve(&fetch.join(", "), most).unwrap_or_else(|e| panic!("{rule}: {e}"));
        assert_eq!(answer(&resolver, "reg.io/app"), *expected, "{rule}");
        let has_own = *of_its_own == 40 && *named < 16;
        assert_eq!(answer(&resolver, "own.io/app") == "own:p", has_own, "{rule}");
        let told = texts(resolver.warnings());
        let told: Vec<_> = told.iter().filter(|told| !told.contains("other registry")).collect();
        if *warned == "-" {
            assert!(told.is_empty(), "{rule}: {told:?}");
        } else {
            assert_eq!(told.len(), 1, "{rule}: {told:?}");
            assert!(
                told[0].contains(warned) && told[0].contains("fetched_files of 16"),
                "{told:?}"
            );
        }
    });
    let again = vec![item(0); 1_000].join(", ");
    assert_eq!(
        answer(&resolve(&again, most).unwrap(), "reg.io/app"),
        "u:p",
        "one file is read once"
    );

    let mut few_bytes = most;
    few_bytes.file_bytes = json.len() as u64 - 1;
    let error = resolve(r#"{"uri": "DIR/.dockercfg.gz"}"#, few_bytes).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: Limit::FileBytes, .. }), "unpacked: {error}");

    // An archive fetched as docker.tar.gz is a warning once, although it is read twice.
    put("docker.tar.gz", gzip(&tar(&[file("config.json", "{}")])));
    let resolver = resolve(r#"{"uri": "DIR/docker.tar.gz"}"#, most).unwrap();
    let told = texts(resolver.warnings());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("only \"config.json\""), "{told:?}");

    let nothing = resolve(r#"{"uri": "DIR/app.tgz"}"#, most).unwrap();
    let page = nothing.explain(&image_ref("reg.io/app")).to_string();
    let line = "  sandbox HOME, what the task fetches: holds no .docker/config.json, .dockercfg or docker.tar.gz to \
    read";
    assert!(page.lines().any(|told| told == line), "no line\n{line}\nin\n{page}");

    // Content of the application's own archives is never an error; an unreadable archive is a
    // warning.
    #[rustfmt::skip]
    let table = [("app.tgz", 0, "nothing inside"), ("linked.tgz", 1, "refused"), ("missing.tgz", 1, "missing")];
    check_rows(table, |(name, warnings, rule)| {
        let resolver = resolve(&format!(r#"{{"uri": "DIR/{name}"}}"#), most).unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), "agent:p", "{rule}");
        let told = texts(resolver.warnings());
        assert_eq!(told.len(), warnings, "{rule}: {told:?}");
        assert!(told.iter().all(|told| told.contains("could not be searched")), "{told:?}");
    });
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn an_unpacked_archive_is_explained_once() {
    let scratch = tempfile::tempdir().unwrap();
    let archive = gzip(&tar(&[file(".docker/config.json", &config(&[("reg.io", "u")]))]));
    std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
    let definition = app_with(r#""fetch": [{"uri": "DIR/docker.tar.gz"}]"#);
    let definition = definition.replace("DIR", scratch.path().to_str().unwrap());
    let container = only(&definition);
    let resolver = container.resolver(&agent(), Limits::default(), no_secrets).unwrap();
    let hub = DockerRegistry::default();
    let image = container.image_ref(&hub).unwrap().unwrap();
    let explained = resolver.explain(&image).to_string();
    assert_eq!(
        explained.matches("docker.tar.gz (.docker/config.json), a config.json").count(),
        1,
        "{explained}"
    );
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn explain_lists_fetched_credential_files_without_effect() {
    let none = Resolver::builder().build().unwrap();
    let query = "sandbox HOME, what the task fetches: no fetched credential file has an effect: /fetch(0): Mesos \
            takes \
    the query for a part of the name";
    let hint = "hint: sandbox HOME, what the task fetches: no credential file of it has an effect; its line above \
            gives the reasons";
    let nothing = "hint: no credential file was given or found at any level";
    let no_key = "hint: no key in any source is for the registry new.io";
    // what is fetched, the agent, what is explained, what is not, rule
    type Row<'a> = (&'a str, &'a Resolver, &'a [&'a str], &'a [&'a str], &'a str);
    #[rustfmt::skip]
    let table: &[Row<'_>] = &[
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}"#, &none, &[query, hint], &[nothing, no_key],
            "a signed URL"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}"#, &agent(), &[query, hint, no_key], &[nothing],
            "over an agent's credentials"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "https://h/config.json"}"#, &none,
            &[query, "; /fetch(1): a config.json outside .docker", hint], &[nothing], "two"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "https://h/app.tgz"}"#, &none, &[query, hint],
            &[nothing], "next to the application's own"),
        (r#"{"uri": "https://h/docker.tar.gz?sig=canary"}, {"uri": "DIR/.dockercfg"}"#, &none, &[no_key],
            &[query, hint, nothing], "one of two is read"),
        (r#"{"uri": "DIR/.dockercfg"}, {"uri": "DIR/.dockercfg"}"#, &none, &[no_key],
            &["no fetched credential file has", hint], "two files of one name"),
        (r#"{"uri": "https://h/app.tgz"}"#, &none, &["sandbox HOME: not given", nothing],
            &["no fetched credential file has", hint], "no credential file by its name"),
        (r#"{"uri": "DIR/docker.tar.gz", "extract": false}"#, &none,
            &["docker.tar.gz (.dockercfg), a config.json", no_key], &["no fetched credential file has",
            hint, nothing],
            "read here, not by Docker"),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let json = config(&[("reg.io", "u")]);
    std::fs::write(scratch.path().join(".dockercfg"), &json).unwrap();
    let archive = gzip(&tar(&[file(".dockercfg", &json)]));
    std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
    let image = image_ref("new.io/app");
    check_rows(table, |(fetch, base, expected, unexpected, rule)| {
        let fetch = fetch.replace("DIR", scratch.path().to_str().unwrap());
        let container = only(&app_with(&format!(r#""fetch": [{fetch}]"#)));
        let resolver = container.resolver(base, Limits::default(), no_secrets).unwrap();
        let told = resolver.explain(&image).to_string();
        let has = |text: &&&str| told.contains(**text);
        assert!(
            !(!expected.iter().all(|text| has(&text))
                || unexpected.iter().any(|text| has(&text))
                || told.contains("canary")),
            "{rule}: {told}"
        );
    });

    // After the fetch, and in the Mesos containerizer.
    let signed = app_with(r#""fetch": [{"uri": "https://h/docker.tar.gz?sig=x"}]"#);
    let sandbox = tempfile::tempdir().unwrap();
    let resolver =
        only(&signed).resolver_in_sandbox(&none, Limits::default(), &sandbox, no_secrets);
    let told = resolver.unwrap().explain(&image).to_string();
    assert!(
        told.contains(query)
            && told.contains("holds no .docker/config.json")
            && told.contains(hint),
        "{told}"
    );
    let json = serde_json::to_string(
        &only(&signed).resolver(&none, Limits::default(), no_secrets).unwrap().explain(&image),
    )
    .unwrap();
    assert!(
        json.contains(r#""note":"no fetched credential file has an effect: /fetch(0): Mesos"#),
        "{json}"
    );
    let pod = r#"{"id": "/p", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "x"},
    "artifacts": [{"uri": "file:///etc/docker.tar.gz"}]}]}"#;
    let told = only(pod)
        .resolver(&none, Limits::default(), no_secrets)
        .unwrap()
        .explain(&image)
        .to_string();
    assert!(told.contains("has an effect: /containers(0)/artifacts(0): if these are Docker's credentials, the Mesos \
    containerizer never looks into the sandbox"), "{told}");
    let many = vec![r#"{"uri": "https://h/config.json"}"#; 1_000].join(",");
    let many = only(&app_with(&format!(r#""fetch": [{many}]"#)));
    let told =
        many.resolver(&none, Limits::default(), no_secrets).unwrap().explain(&image).to_string();
    assert!(told.contains("; and 995 more\n") && told.len() < 2_000, "bounded: {told}");
}
