//! Mesos's flags, and its two containerizers compared with the order of levels.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use regcred::mesos::{self, DockerRegistry, Pitfall};
use regcred::{Error, Limits, Resolver, WarningKind};

use crate::support::archive::{file, gzip, tar};
use crate::support::{Named, answer, base64, check_rows, config, image_ref, put, word};

#[test]
fn docker_registry_completes_images_without_a_registry() {
    // flag, image, reference, registry, rule
    #[rustfmt::skip]
    let table = [
        ("https://reg.example", "team/app", "reg.example/team/app", "reg.example", "DC/OS 2.1: the documented example"),
        ("https://reg.example", "app", "reg.example/app", "reg.example", "3.1: no library/ there"),
        ("https://reg.example?x=/y", "app", "reg.example/app", "reg.example", "a query is ignored"),
        ("https://reg.example:5000#x", "app", "reg.example:5000/app", "reg.example:5000", "a fragment is ignored"),
        ("https://reg.example/v1/", "app:1", "reg.example/app:1", "reg.example", "Mesos: the path is ignored"),
        ("https://reg.example:443", "app", "reg.example/app", "reg.example", "3.1: :443 equals no port"),
        ("https://reg.example:5000", "app", "reg.example:5000/app", "reg.example:5000", "a port"),
        ("http://reg.example", "app", "reg.example:80/app", "reg.example:80", "Mesos: http is port 80"),
        ("HTTP://reg.example", "app", "reg.example:80/app", "reg.example:80", "Mesos: in any case"),
        ("https://reg.example:65535", "app", "reg.example:65535/app", "reg.example:65535", "the last port"),
        ("http://reg.example:8080", "app", "reg.example:8080/app", "reg.example:8080", "a port"),
        ("HTTPS://Reg.Example", "app", "reg.example/app", "reg.example", "any case"),
        ("https://[::1]:5000", "app", "[::1]:5000/app", "[::1]:5000", "IPv6"),
        ("https://registry-1.docker.io", "app", "docker.io/library/app", "docker.io", "Mesos's default"),
        ("https://index.docker.io", "app", "docker.io/library/app", "docker.io", "terraform of DC/OS"),
        ("http://index.docker.io/v1/", "app", "index.docker.io:80/app", "index.docker.io:80", "3.1: not Docker Hub"),
        ("http://reg.example?x", "app", "reg.example:80/app", "reg.example:80", "Mesos: a query is ignored"),
        ("https://reg.example", "quay.io/team/app", "quay.io/team/app", "reg.example", "the image's own registry"),
        ("https://reg.example", "localhost/app", "localhost/app", "reg.example", "the image's own registry"),
    ];
    check_rows(table, |(flag, image, reference, name, rule)| {
        let registry = DockerRegistry::parse(flag).unwrap_or_else(|e| panic!("{rule}: {e}"));
        let parsed = registry.image(image).unwrap().unwrap();
        assert_eq!(parsed.to_string(), reference, "{rule}");
        assert_eq!(registry.registry(), Some(name), "{rule}");
    });
    assert_eq!(
        DockerRegistry::default(),
        DockerRegistry::parse("https://registry-1.docker.io").unwrap()
    );
    check_rows(["/var/lib/images", "hdfs://namenode/images"], |archives| {
        let registry = DockerRegistry::parse(archives).unwrap();
        assert_eq!(registry.registry(), None, "{archives}: no credential is needed");
        assert!(registry.image("quay.io/team/app").unwrap().is_none(), "{archives}");
    });
    let rows = [
        "",
        "registry.example.com",
        "ftp://registry.example.com",
        "https://",
        "https://u:canary@reg.io",
        "https://reg.io:x",
        "https://reg.io:65536",
        "https:///v1/",
        "./images",
    ];
    check_rows(rows, |refused| {
        let error = DockerRegistry::parse(refused).expect_err(refused);
        assert!(
            matches!(&error, Error::InvalidSetting { name, .. } if name == "--docker_registry"),
            "{error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    });
    assert!(DockerRegistry::parse("https://reg.io").unwrap().image("Upper/Case/x@").is_err());
}

#[test]
fn mesos_key_has_the_port_that_mesos_looks_for() {
    #[rustfmt::skip]
    let table = [
        ("https://registry.example.com", Some("registry.example.com:443")),
        ("http://registry.example.com/v1/", Some("registry.example.com:80")),
        ("https://registry.example.com:5000", Some("registry.example.com:5000")), ("/var/lib/images", None),
        ("HTTP://registry.example.com", Some("registry.example.com:80")),
        ("HttpS://registry.example.com/", Some("registry.example.com:443")),
    ];
    check_rows(table, |(flag, key)| {
        assert_eq!(
            DockerRegistry::parse(flag).unwrap().mesos_key(),
            key,
            "{flag}, 2.1: the default-port trap"
        );
    });
    assert_eq!(DockerRegistry::default().mesos_key(), Some("registry-1.docker.io:443"));
}

/// Mesos looks for `registry.example.com:443` here, and pulls anonymously.
#[test]
fn the_documented_example_of_dcos_answers() {
    let registry = DockerRegistry::parse("https://registry.example.com").unwrap();
    // keys of the agent, image, answer, rule
    #[rustfmt::skip]
    let table = [
        ("https://registry.example.com/v1/", "team/app", "u:p", "the documented pair"),
        ("registry.example.com:443", "team/app", "u:p", "the key that Mesos needs"),
        ("registry.example.com:443", "registry.example.com/team/app", "u:p", "with its registry"),
        ("registry.example.com", "team/app", "u:p", "the plain host"),
        ("registry.example.com:5000", "team/app", "-", "another port is another registry"),
        ("https://index.docker.io/v1/", "team/app", "-", "Docker Hub is asked for nothing"),
    ];
    check_rows(table, |(key, image, expected, rule)| {
        let agent = Resolver::builder().agent_flag(config(&[(key, "u")])).build().unwrap();
        let image = registry.image(image).unwrap().unwrap();
        assert_eq!(answer(&agent, &image.to_string()), expected, "{rule}");
    });
}

/// Returns the warnings about a value, except the one that every value gets.
fn warnings(value: &str) -> Vec<String> {
    let warnings = mesos::check_docker_config(value, Limits::default());
    let warnings = warnings.unwrap_or_else(|error| panic!("{value}: {error}"));
    let exposed = WarningKind::Mesos(Pitfall::Exposed);
    assert_eq!(*warnings[0].kind(), exposed, "Mesos always shows the content");
    warnings[1..].iter().map(|warning| warning.to_string()).collect()
}

#[test]
fn the_flag_is_checked_as_mesos_reads_it() {
    let auth = |key: &str| config(&[(key, "u")]);
    // A file with these `auths`, in which OK is an entry with a credential.
    let auths = |entries: &str| {
        format!(r#"{{"auths": {{{}}}}}"#, entries.replace("OK", r#"{"auth": "dTpw"}"#))
    };
    let deep =
        |depth| format!(r#"{{"auths": {{}}, "x": {}1{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let entry = |fields: &str| format!(r#"{{"auths": {{"reg.io": {{{fields}}}}}}}"#);
    let plain = base64("u:p");
    // the file, the warnings in their order, rule
    #[rustfmt::skip]
    let table: Vec<(String, &[&str], &str)> = vec![
        ("{}".into(), &[], "an empty configuration"),
        (r#"{"auths": {}}"#.into(), &[], "an empty configuration"),
        (auth("reg.io"), &[], "no warning"),
        (auth("https://reg.io/v1/"), &[], "no warning"),
        (auth("reg.io:5000"), &[], "no warning"),
        (format!("\u{FEFF}{}", auth("reg.io")), &["the agent does not start: a byte-order mark"], "picojson: no BOM"),
        ("auth = dTpw\nemail = x\n".into(), &["the agent does not start: the file is not one JSON value"],
            "the oldest form"),
        (r#"{"auths": null}"#.into(),
            &["no task of the Mesos containerizer can pull any Docker image: \"auths\" is null"],
            "null counts as absent, then as a registry"),
        (r#"{"auths": null, "reg.io": {}}"#.into(),
            &["\"auths\" is null", "without \"auths\" the Docker containerizer"], "null and a flat form"),
        (r#"{"credsStore": "x"}"#.into(), &["every field must be a registry", "left to the helper \"x\" (credsStore)",
            "without \"auths\""], "1.2: no auths and no object"),
        (r#"{"detachKeys": "x"}"#.into(), &["every field must be a registry", "without \"auths\""],
            "1.2: no auths and no object"),
        (r#"{"credHelpers": {"reg.io": "x"}}"#.into(),
            &["\"reg.io\" is left to the helper \"x\"",
            "without \"auths\" the Docker containerizer writes it out as a .dockercfg"], "1.2: the helper is lost"),
        (r#"{"HttpHeaders": {"a": "b"}}"#.into(), &["without \"auths\""], "1.2: harmless but for the name"),
        (r#"{"credsStore": "x", "auths": {}}"#.into(), &["left to the helper \"x\" (credsStore)"], "1.3: ignored"),
        (format!(r#"{{"reg.io": {{"auth": "{plain}"}}}}"#), &["Docker 23 and later do not read"], "3.2: the flat form"),
        (format!(r#"{{"Auths": {{"reg.io": {{"auth": "{plain}"}}}}}}"#),
            &["\"auths\" appears more than once or in another case", "without \"auths\""],
            "names are compared by case"),
        (auths(r#""a.io": {"auth": 1}, "b.io": OK"#),
            &["\"auth\" or \"email\" of an entry is no text", "\"a.io\": its field \"auth\" is not text"],
            "1.3: one wrong type fails all"),
        (entry(r#""email": 1"#), &["\"auth\" or \"email\"", "\"reg.io\" holds no credential"], "1.3: email too"),
        (entry(r#""email": null, "auth": null"#), &["\"reg.io\" holds no credential"], "1.3: null is unset"),
        (auths(r#""reg.io": "x""#), &["an entry is no object", "\"reg.io\": it is not an object"],
            "1.3: every value is an object"),
        (r#"{"auths": []}"#.into(),
            &["no task of the Mesos containerizer can pull any Docker image: \"auths\" is no object"],
            "1.2: starts, and then nothing is pulled"),
        (entry(r#""username": "u", "password": "p""#),
            &["key \"reg.io\": the Mesos containerizer reads nothing but \"auth\""], "user name and password"),
        (entry(r#""identitytoken": "t""#), &["reads nothing but \"auth\""], "a token"),
        (entry(r#""registrytoken": "t""#), &["reads nothing but \"auth\""], "a token"),
        (entry(r#""username": "u""#), &["reads nothing but \"auth\""], "one of the two"),
        (entry(r#""password": "p""#), &["reads nothing but \"auth\""], "one of the two"),
        (entry(&format!(r#""Auth": "{plain}""#)), &["reads nothing but \"auth\""], "names are compared by case"),
        (entry(""), &["\"reg.io\" holds no credential"], "an empty entry is skipped"),
        (entry(r#""username": """#), &["\"reg.io\" holds no credential"], "an empty field is none"),
        (entry(r#""auth": """#), &["passed over here, but the Mesos containerizer sends the empty \"auth\""],
            "2.2: empty counts"),
        (entry(r#""auth": "dTpw\n""#), &["sends \"auth\" unchanged, line breaks into the request's headers"],
            "1.4: not decoded"),
        (entry(r#""auth": "foo""#),
            &["not UTF-8 text; images it is for get no credential here, and the Mesos containerizer sends \"auth\" \
            unchanged"], "DC/OS 2.1: the example"),
        (entry(r#""auth": "dTpwcA""#), &["sends \"auth\" unchanged"], "without padding"),
        (auth("https://index.docker.io/v1/"), &["sends it to every registry with docker.io in its name"],
            "2.2: the raw key"),
        (auth("http://index.docker.io/v1/"), &["sends it to every registry with docker.io in its name"], "2.2"),
        (auth("docker.io"), &["sends it to every registry with docker.io in its name"], "2.2"),
        (auth("docker.io.mirror.example"), &["sends it to Docker Hub"], "2.2: a foreign credential goes to the Hub"),
        (auth("https://reg.io/docker.io/"), &["sends it to Docker Hub", "for the whole host"], "2.2: by a path"),
        (auth("https://hub.docker.com"), &[], "2.2: no"),
        (auth("reg.io/team-a"), &["Mesos uses it for the whole host, not for its path alone"], "2.2: widened"),
        (auth("HTTPS://reg.io"), &["never uses it: it knows only http:// and https:// in lower case"], "2.2"),
        (auth("*.reg.io"), &["never uses it: it knows no *"], "no globs"),
        (auth("HTTPS://index.docker.io/v1/"), &["sends it to every registry with docker.io in its name"],
            "2.2: the raw key"),
        (auth("*.docker.io"), &["sends it to Docker Hub"], "2.2: the raw key"),
        (auth("docker.io:5000"), &["sends it to Docker Hub"], "2.2: another registry than the Hub"),
        (auth("https://u:canary@docker.io/"),
            &["key #1 (not shown, it does not look like a registry) can match no image",
            "key #1 (not shown, it does not look like a registry): the Mesos containerizer sends it to Docker Hub"],
            "2.2: the raw key"),
        (auth("https://index.docker.io/v1/?x=1"),
            &["can match no image and is left out here", "sends it to Docker Hub"], "2.2: the raw key"),
        (auth("https://reg.io/v1/?account=x"), &["can match no image and is left out here"], "2.2: cut at the slash"),
        (auth("https://reg.io/team?account=x"), &["can match no image and is left out here", "for the whole host"],
            "2.2: cut at the slash"),
        (auth("https://reg.io/Team/App"), &["can match no image and is left out here", "for the whole host"],
            "2.2: nothing is validated"),
        (config(&[("https://reg.io/Team", "u"), ("reg.io", "v")]),
            &["can match no image and is left out here", "for the whole host",
            "\"reg.io\": Mesos takes it for the same registry as \"https://reg.io/Team\""], "2.2: hash order"),
        (auth("my_registry:5000"), &["can match no image and is left out here"], "5: no validation of hosts"),
        (auth("reg.io:443"), &["only for images that spell their registry exactly so"], "2.2: reg:443"),
        (auth("https://reg.io:443/v1/"), &["only for images that spell their registry exactly so"], "2.2: reg:443"),
        (auth("Reg.io"), &["only for images that spell their registry exactly so"], "2.2: Reg and reg"),
        (auths(r#""docker.io": {"username": "u", "password": "p"}"#), &["reads nothing but \"auth\""],
            "nothing to send to look-alikes"),
        (auths(r#""reg.io/team": {"identitytoken": "t"}"#), &["reads nothing but \"auth\""],
            "nothing to use for the host"),
        (auths(r#""*.reg.io": {"username": "u", "password": "p"}"#), &["never uses it: it knows no *"],
            "an auth would not help"),
        (auths(r#""docker.io": {"auth": ""}"#), &["sends the empty \"auth\""], "an entry to remove"),
        (auths(r#""*.reg.io": {"auth": ""}"#), &["\"*.reg.io\" holds no credential"], "never used, so never sent"),
        (auths(r#""*.reg.io": {"auth": "foo"}"#), &["decodes to", "never uses it: it knows no *"],
            "never used, so never sent"),
        (auths(r#""docker.io": OK, "b.io": {"auth": 1}"#),
            &["\"auth\" or \"email\" of an entry is no text", "\"b.io\": its field \"auth\" is not text"],
            "1.3: without a puller nothing is sent"),
        (auth("ftp://reg.io"), &["its scheme is neither http nor https"], "2.2: another scheme"),
        (config(&[("HTTPS://a.io", "u"), ("HTTPS://b.io", "v")]), &["never uses it", "never uses it"],
            "unused keys are not compared"),
        (auths(r#""u:canary@reg.io": "x", "v:canary@reg.io": {}"#),
            &["an entry is no object", "it holds user info", "it holds user info"], "two keys that are shown alike"),
        (entry(r#""auth": 1, "auth": "dTpw""#), &[], "1.3: the last of a field counts"),
        (entry(r#""email": 1, "email": "x""#), &["\"reg.io\" holds no credential"], "1.3: the last of a field counts"),
        (auths(r#"}, "credsStore": "", "credHelpers": {"#), &[], "no helper is named"),
        (entry(&format!(r#""auth": "{}""#, base64(b"u:p\xE4"))),
            &["not UTF-8 text; images it is for get no credential until"], "Latin-1 is sent unchanged"),
        (deep(300), &["the agent does not start: the JSON is nested deeper"], "1.3: picojson's depth"),
        (deep(200), &["the agent does not start: the JSON is nested deeper"], "1.3: picojson's depth, one too deep"),
        (deep(199), &[], "1.3: picojson's depth, just as deep"),
        (auth("[::1]:5000"), &["never uses it: it cannot pull from an IPv6 address"], "5: never pulled"),
        (auth("reg.io:05000"), &["without leading zeros"], "2.2: texts are compared"),
        (auth("u:canary@reg.io"), &["key #1 (not shown, it does not look like a registry) can match no image"],
            "user info is not shown"),
        (config(&[("reg.io", "u"), ("https://reg.io/v1/", "v")]),
            &["key \"https://reg.io/v1/\": Mesos takes it for the same registry as \"reg.io\", and which of them it \
            sends is chance"], "2.2: hash order"),
        (config(&[("reg.io/a", "u"), ("reg.io/b", "v")]),
            &["\"reg.io/a\": Mesos uses it for the whole host", "\"reg.io/b\": Mesos uses it",
            "\"reg.io/b\": Mesos takes it for the same registry as \"reg.io/a\""], "2.2: either, by hash order"),
        (config(&[("docker.io", "u"), ("https://index.docker.io/v1/", "v")]),
            &["\"docker.io\": Mesos takes it for the same registry as \"https://index.docker.io/v1/\"",
            "sends it to every", "sends it to every"], "2.2: one to Mesos"),
        (auths(r#""reg.io": OK, "https://reg.io": {}"#), &["\"https://reg.io\" holds no credential"],
            "an entry without auth is skipped"),
        (auths(r#""reg.io": {"auth": "x"}, "reg.io": OK"#), &["\"reg.io\" appears more than once"], "the last counts"),
        (auths(r#""reg.io": {"auth": "x"}}, "auths": {"reg.io": OK"#),
            &["\"reg.io\" appears more than once", "\"auths\" appears more than once"], "the last auths counts"),
        (auth("registry"), &["never uses it: it takes a name without a dot and a port for a part of the repository"],
            "5: a name without a dot"),
        (auth("Localhost"), &["never uses it: it takes a name without"], "5: localhost exactly"),
        (auth("localhost"), &[], "5: localhost"),
        (auths(r#""reg.io": 1, "reg.io": {}"#), &["\"reg.io\" appears more than once",
            "\"reg.io\" holds no credential"], "1.3: the last counts"),
        (auths(r#""reg.io": {}, "reg.io": 1"#), &["an entry is no object", "\"reg.io\": it is not an object",
            "\"reg.io\" appears more than once"], "1.3: the last counts"),
        (r#"{"auths": {}, "credsStore": "x", "credsStore": ""}"#.into(), &[], "1.3: the last of a name counts"),
        (format!(r#"{{"auths": {{}}, "reg.io": {{"auth": "x"}}, "x": 1, "y": "{}"}}"#, base64("u")),
            &["\"reg.io\" is next to \"auths\", where it is ignored"], "1.3: siblings of auths are ignored"),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("config.json");
    check_rows(table, |(content, expected, rule)| {
        fs::write(&path, &content).unwrap();
        let told = warnings(&format!("file://{}", path.display()));
        let is_told = |(told, expected): (&String, &&str)| told.contains(expected);
        assert_eq!(
            told.len(),
            expected.len(),
            "{rule}: {content}: {told:#?} instead of {expected:#?}"
        );
        assert!(
            told.iter().zip(expected).all(is_told),
            "{rule}: {content}: {told:#?} instead of {expected:#?}"
        );
        for told in told {
            assert!(!told.contains("canary") && !told.contains(&plain), "{told}");
        }
    });
}

#[test]
fn the_number_of_pitfalls_is_limited() {
    let keys: Vec<String> = (0..5_000).map(|n| format!("r{n}.io/team")).collect();
    let keys: Vec<(&str, &str)> = keys.iter().map(|key| (&**key, "u")).collect();
    let noted = mesos::check_docker_config(&config(&keys), Limits::default()).unwrap();
    assert!((1_000..1_010).contains(&noted.len()), "{}", noted.len());
}

#[test]
fn every_form_of_the_flag_is_checked() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("docker config.json");
    fs::write(&path, config(&[("reg.io", "u")])).unwrap();
    let path = path.to_str().unwrap();
    // value, warnings, rule
    #[rustfmt::skip]
    let table = [
        (config(&[("reg.io", "u")]), "appears in the process list", "the JSON itself"),
        (format!("\u{FEFF}{}", config(&[("reg.io", "u")])), "the agent does not start: a byte-order mark",
            "picojson: no BOM"),
        (path.to_owned(), "a path without file:// is deprecated", "a bare path"),
        (format!("file://{path}"), "", "as Mesos wants it"),
        (format!("file://{}", path.replace(' ', "%20")), "without percent-encoding", "Mesos decodes nothing"),
        (format!("file://localhost{path}"), "without a host", "Mesos takes a host for a directory"),
        (format!("FILE://{path}"), "the agent does not start: Mesos reads as JSON", "1.1: anything else is JSON"),
        (format!(" file://{path}"), "the agent does not start: Mesos reads as JSON", "1.1: anything else is JSON"),
    ];
    check_rows(table, |(value, expected, rule)| {
        let told = warnings(&value).join("\n");
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{rule}: {told}"
        );
    });
    let archive = scratch.path().join("docker.tar.gz");
    fs::write(&archive, gzip(&tar(&[file(".docker/config.json", "{}")]))).unwrap();
    let told = warnings(&format!("file://{}", archive.display())).join("\n");
    assert!(told.contains("the agent does not start"), "an archive: {told}");
    check_rows(["", "config.json", "https://h/config.json", "{", "/no/such/file"], |refused| {
        assert!(mesos::check_docker_config(refused, Limits::default()).is_err(), "{refused}");
    });
}

#[test]
fn a_credential_file_in_the_sandbox_hides_the_agent_from_docker() {
    let agent =
        Resolver::builder().agent_flag(config(&[("reg.io", "agent"), ("agent.io", "agent")]));
    let agent = agent.build().unwrap();
    // what is in the sandbox, from where reg.io/app, agent.io/app, rule
    #[rustfmt::skip]
    let table: &[(Named, &str, &str, &str)] = &[
        (&[], "agent:p", "agent:p", "3.1: nothing there, the flag"),
        (&[("config.json", "{}")], "agent:p", "agent:p", "3.4: elsewhere does not count"),
        (&[(".docker/other", "x")], "agent:p", "agent:p", "nor does the directory alone"),
        (&[(".docker/config.json", "{}")], "-", "-", "3.1: by existence only"),
        (&[(".dockercfg", "{}")], "-", "-", "3.1: by existence only"),
        (&[(".dockercfg", r#"{"reg.io": {"auth": "dTpw"}}"#)], "u:p", "-", "3.1: the flag is hidden"),
        (&[(".docker/config.json", "{}"), (".dockercfg", r#"{"reg.io": {"auth": "dTpw"}}"#)], "-", "-",
            "3.2: config.json hides .dockercfg"),
        (&[(".docker/config.json", r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#), ("docker.tar.gz", "no archive")],
            "u:p", "-", "Docker does not look into archives"),
        (&[("docker.tar.gz", "no archive")], "agent:p", "agent:p", "Docker does not look into archives"),
    ];
    check_rows(table, |(files, reg, other, rule)| {
        let sandbox = tempfile::tempdir().unwrap();
        for (name, content) in *files {
            put(&sandbox, name, content);
        }
        let as_mesos = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path());
        let as_mesos = as_mesos.unwrap();
        assert_eq!(answer(&as_mesos, "reg.io/app"), *reg, "{rule}");
        assert_eq!(answer(&as_mesos, "agent.io/app"), *other, "{rule}");
        if files.iter().any(|(name, _)| *name == "docker.tar.gz") || files.len() > 1 {
            return;
        }
        // The order of levels: the sandbox if it has a match, else the agent.
        let layered =
            Resolver::builder().sandbox_home(sandbox.path()).base(&agent).build().unwrap();
        let expected = |word: &str| if word == "-" { "agent:p" } else { word }.to_owned();
        assert_eq!(answer(&layered, "reg.io/app"), expected(reg), "{rule}");
        assert_eq!(answer(&layered, "agent.io/app"), expected(other), "{rule}");
    });
    let sandbox = tempfile::tempdir().unwrap();
    fs::write(sandbox.path().join(".dockercfg"), "{").unwrap();
    let broken = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path());
    assert!(matches!(broken, Err(Error::Syntax { .. })), "Docker would pull anonymously");
    fs::write(sandbox.path().join(".dockercfg"), "{}").unwrap();
    let hidden = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path()).unwrap();
    let explained = hidden.explain(&image_ref("reg.io/app")).to_string();
    assert!(
        explained
            .contains("agent flag: not read, because there is a credential file in the sandbox"),
        "{explained}"
    );
    // Problems in the sandbox are warnings, and every hidden level of the agent is reported.
    fs::write(sandbox.path().join(".dockercfg"), r#"{"reg.io": {"auth": "!"}}"#).unwrap();
    let cluster = config(&[("reg.io", "cluster")]);
    let both = Resolver::builder().base(&agent).add(regcred::Level::ClusterFile, cluster);
    let both = both.build().unwrap();
    let hidden = mesos::docker_containerizer(&both, Limits::default(), sandbox.path()).unwrap();
    let [warning] = hidden.warnings() else { panic!("{:?}", hidden.warnings()) };
    assert!(warning.to_string().contains("entry \"reg.io\": its field \"auth\""), "{warning}");
    let explained = hidden.explain(&image_ref("reg.io/app")).to_string();
    check_rows(["agent flag", "cluster file"], |level| {
        let line =
            format!("  {level}: not read, because there is a credential file in the sandbox");
        assert!(explained.lines().any(|told| told == line), "no line\n{line}\nin\n{explained}");
    });
    let missing = sandbox.path().join("missing");
    let missing = mesos::docker_containerizer(&agent, Limits::default(), &missing);
    assert!(matches!(missing, Err(Error::Read { .. })), "no sandbox is a mistake");
}

/// A task creates and removes a file in its sandbox in a loop: each answer is from one moment.
#[test]
fn docker_containerizer_reads_the_sandbox_once() {
    let agent = Resolver::builder().agent_flag(config(&[("reg.io", "agent")])).build().unwrap();
    let sandbox = tempfile::tempdir().unwrap();
    let (next, there) = (sandbox.path().join("next"), sandbox.path().join(".dockercfg"));
    let is_over = AtomicBool::new(false);
    let image = image_ref("reg.io/app");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                fs::write(&next, r#"{"reg.io": {"auth": "dTpw"}}"#).unwrap();
                fs::rename(&next, &there).unwrap();
                fs::remove_file(&there).unwrap();
            }
        });
        let mut answers = BTreeMap::new();
        for _ in 0..5_000 {
            let read = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path());
            let outcome = read.map_or_else(
                |error| error.to_string(),
                |read| {
                    let hides = format!("{:?}", read.explain(&image)).contains("not read, because");
                    let user = read.resolve(&image).map(|auth| word(&auth));
                    format!("{user:?}, agent hidden: {hides}")
                },
            );
            *answers.entry(outcome).or_insert(0) += 1;
        }
        is_over.store(true, Ordering::Relaxed);
        let possible =
            [r#"Some("agent:p"), agent hidden: false"#, r#"Some("u:p"), agent hidden: true"#];
        assert!(answers.keys().all(|answer| possible.contains(&&**answer)), "{answers:?}");
    });
}

#[cfg(unix)]
#[test]
fn a_dangling_link_in_the_sandbox_is_an_error() {
    let agent = Resolver::builder().agent_flag(config(&[("reg.io", "agent")])).build().unwrap();
    let sandbox = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/nowhere", sandbox.path().join(".dockercfg")).unwrap();
    let refused = mesos::docker_containerizer(&agent, Limits::default(), sandbox.path());
    assert!(matches!(refused, Err(Error::NotAFile { .. })), "lstat finds it, and it is no file");
}

/// UCR merges the secret with the flag by the raw text of the keys; here a level outranks another.
#[test]
fn a_task_secret_outranks_the_flag_where_mesos_unites_them() {
    // secret, flag, answer for reg.io/app here, what Mesos does, rule
    #[rustfmt::skip]
    let table = [
        (config(&[("reg.io", "secret")]), config(&[("reg.io", "flag")]), "secret:p", "the same text in both"),
        (config(&[("other.io", "secret")]), config(&[("reg.io", "flag")]), "flag:p", "only in the flag: a true union"),
        (config(&[("reg.io", "secret")]), config(&[("https://reg.io/v1/", "flag")]), "secret:p",
            "another spelling: chance in Mesos"),
        (r#"{"auths": {"reg.io": {}}}"#.to_owned(), config(&[("reg.io", "flag")]), "flag:p",
            "an empty entry: anonymous in Mesos"),
    ];
    check_rows(table, |(secret, flag, expected, rule)| {
        let agent = Resolver::builder().agent_flag(flag).build().unwrap();
        let united = Resolver::builder().task_secret(secret).base(&agent).build().unwrap();
        assert_eq!(answer(&united, "reg.io/app"), expected, "{rule}");
    });
}
