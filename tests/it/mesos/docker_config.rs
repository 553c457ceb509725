//! Mesos's flag `--docker_config`, checked as Mesos reads it.

use std::fs;

use regcred::mesos::{self, Pitfall};
use regcred::{Limits, WarningKind};

use crate::support::archive::{file, gzip, tar};
use crate::support::{base64, check_rows, config};

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
            &["\"auth\" or \"email\" of an entry is not text", "\"a.io\": its field \"auth\" is not text"],
            "1.3: one wrong type fails all"),
        (entry(r#""email": 1"#), &["\"auth\" or \"email\"", "\"reg.io\" holds no credential"], "1.3: email too"),
        (entry(r#""email": null, "auth": null"#), &["\"reg.io\" holds no credential"], "1.3: null is unset"),
        (auths(r#""reg.io": "x""#), &["an entry is not an object", "\"reg.io\": it is not an object"],
            "1.3: every value is an object"),
        (r#"{"auths": []}"#.into(),
            &["no task of the Mesos containerizer can pull any Docker image: \"auths\" is not an object"],
            "1.2: starts, and then nothing is pulled"),
        (entry(r#""username": "u", "password": "p""#),
            &["key \"reg.io\": the Mesos containerizer reads nothing but \"auth\""], "user name and password"),
        (entry(r#""identitytoken": "t""#), &["reads nothing but \"auth\""], "a token"),
        (entry(r#""registrytoken": "t""#), &["reads nothing but \"auth\""], "a token"),
        (entry(&format!(r#""auth": "{}", "identitytoken": "canary""#, base64("0000-0000:"))),
            &["key \"reg.io\": the Mesos containerizer ignores \"identitytoken\" and sends \"auth\", which holds no \
            password; make \"auth\" base64 of user:password"], "docker login at Azure's registries"),
        (entry(&format!(r#""identityToken": "t", "auth": "{}""#, base64("u:\0\0"))),
            &["ignores \"identitytoken\""], "Docker: names in any case, NULs around the password"),
        (entry(r#""auth": "Og==", "identitytoken": "t""#), &["ignores \"identitytoken\""], "no user name either"),
        (entry(r#""auth": "", "identitytoken": "t""#), &["ignores \"identitytoken\""], "2.2: empty counts"),
        (entry(&format!(r#""auth": "{}", "identitytoken": """#, base64("u:"))), &[], "an empty field is none"),
        (entry(&format!(r#""auth": "{}", "identitytoken": "t", "identitytoken": null"#, base64("u:"))), &[],
            "1.3: the last of a field counts"),
        (entry(&format!(r#""auth": "{}""#, base64("u:"))), &[], "an empty password alone"),
        (entry(r#""auth": "dTpw", "identitytoken": "t""#), &[], "Mesos sends the password"),
        (auths(&format!(r#""*.reg.io": {{"auth": "{}", "identitytoken": "t"}}"#, base64("u:"))),
            &["never uses it: it does not support *"], "never used, so never sent"),
        (entry(&format!(r#""auth": "{}""#, base64("<token>:canary"))),
            &["key \"reg.io\": its \"auth\" has the user name <token>, which registries refuse; Docker reads the token \
            from \"identitytoken\", and Mesos supports only a user name and a password, so make \"auth\" base64 of \
            user:password"], "Docker: the user name of tokens in helpers"),
        (auths(&format!(r#""docker.io": {{"auth": "{}"}}"#, base64("<token>:t"))),
            &["the user name <token>", "sends it to every registry with docker.io in its name"], "it is sent"),
        (entry(&format!(r#""auth": "{}""#, base64("<tokens>:t"))), &[], "another user name"),
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
        (entry(r#""auth": "u:canary""#),
            &["\"auth\" looks like user:password itself; images it is for get no credential here, and"], "not encoded"),
        (entry(r#""auth": "dTo_Pz8=""#),
            &["URL-safe alphabet; images it is for get no credential here, and the Mesos containerizer sends"],
            "base64url is sent unchanged"),
        (entry(r#""auth": "dTpwcA""#), &["sends \"auth\" unchanged"], "without padding"),
        (auth("https://index.docker.io/v1/"), &["sends it to every registry with docker.io in its name"],
            "2.2: the raw key"),
        (auth("http://index.docker.io/v1/"), &["sends it to every registry with docker.io in its name"], "2.2"),
        (auth("docker.io"), &["sends it to every registry with docker.io in its name"], "2.2"),
        (auth("docker.io.mirror.example"), &["sends it to Docker Hub"], "2.2: a foreign credential goes to the Hub"),
        (auth("https://reg.io/docker.io/"), &["sends it to Docker Hub", "for the whole host"], "2.2: by a path"),
        (auth("https://hub.docker.com"), &[], "2.2: no"),
        (auth("reg.io/team-a"), &["Mesos uses it for the whole host, not for its path alone"], "2.2: widened"),
        (auth("HTTPS://reg.io"), &["never uses it: it accepts only http:// and https:// in lower case"], "2.2"),
        (auth("*.reg.io"), &["never uses it: it does not support *"], "no globs"),
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
        (auths(r#""*.reg.io": {"username": "u", "password": "p"}"#), &["never uses it: it does not support *"],
            "an auth would not help"),
        (auths(r#""docker.io": {"auth": ""}"#), &["sends the empty \"auth\""], "an entry to remove"),
        (auths(r#""*.reg.io": {"auth": ""}"#), &["\"*.reg.io\" holds no credential"], "never used, so never sent"),
        (auths(r#""*.reg.io": {"auth": "foo"}"#), &["decodes to", "never uses it: it does not support *"],
            "never used, so never sent"),
        (auths(r#""docker.io": OK, "b.io": {"auth": 1}"#),
            &["\"auth\" or \"email\" of an entry is not text", "\"b.io\": its field \"auth\" is not text"],
            "1.3: without a puller nothing is sent"),
        (auth("ftp://reg.io"), &["its scheme is neither http nor https"], "2.2: another scheme"),
        (config(&[("HTTPS://a.io", "u"), ("HTTPS://b.io", "v")]), &["never uses it", "never uses it"],
            "unused keys are not compared"),
        (auths(r#""u:canary@reg.io": "x", "v:canary@reg.io": {}"#),
            &["an entry is not an object", "it holds user info", "it holds user info"], "two keys shown alike"),
        (entry(r#""auth": 1, "auth": "dTpw""#), &[], "1.3: the last of a field counts"),
        (entry(r#""email": 1, "email": "x""#), &["\"reg.io\" holds no credential"], "1.3: the last of a field counts"),
        (auths(r#"}, "credsStore": "", "credHelpers": {"#), &[], "no helper is named"),
        (entry(&format!(r#""auth": "{}""#, base64(b"u:p\xE4"))),
            &["not UTF-8 text; it must be base64 of user:password in UTF-8"], "Latin-1 is sent unchanged"),
        (deep(300), &["the agent does not start: the JSON is nested deeper"], "1.3: picojson's depth"),
        (deep(200), &["the agent does not start: the JSON is nested deeper"], "1.3: picojson's depth, one too deep"),
        (deep(199), &[], "1.3: picojson's depth, just as deep"),
        (auth("[::1]:5000"), &["never uses it: it cannot pull from an IPv6 address"], "5: never pulled"),
        (auth("reg.io:05000"), &["without leading zeros"], "2.2: texts are compared"),
        (auth("u:canary@reg.io"), &["key #1 (not shown, it does not look like a registry) can match no image"],
            "user info is not shown"),
        (config(&[("reg.io", "u"), ("https://reg.io/v1/", "v")]),
            &["key \"https://reg.io/v1/\": Mesos takes it for the same registry as \"reg.io\", and may send either"],
            "2.2: hash order"),
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
        (auth("registry"), &["never uses it: it takes a name without a dot and a port for part of the repository"],
            "5: a name without a dot"),
        (auth("Localhost"), &["never uses it: it takes a name without"], "5: localhost exactly"),
        (auth("localhost"), &[], "5: localhost"),
        (auths(r#""reg.io": 1, "reg.io": {}"#), &["\"reg.io\" appears more than once",
            "\"reg.io\" holds no credential"], "1.3: the last counts"),
        (auths(r#""reg.io": {}, "reg.io": 1"#), &["an entry is not an object", "\"reg.io\": it is not an object",
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
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
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
