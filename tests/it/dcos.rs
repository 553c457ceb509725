//! DC/OS's parameters, and the check of the cluster's file.

use std::fs;

use regcred::dcos::{self, Parameters, check_file};
use regcred::{Error, Limits, WarningKind};

use crate::support::archive::{file, gzip, tar};
use crate::support::{Named, base64, check_rows, config, texts};

const CREDENTIALS: &str = "cluster_docker_credentials";
const ENABLED: &str = "cluster_docker_credentials_enabled";
const OWNED: &str = "cluster_docker_credentials_dcos_owned";
const ETC: &str = "cluster_docker_credentials_write_to_etc";
const URL: &str = "cluster_docker_registry_url";
const FILLED: &str = r#"{"auths": {"https://registry.example.com/v1/": {"auth": "foo", "email": "user@example.com"}}}"#;

#[test]
fn parameters_have_dcos_defaults_and_warn_of_a_missing_or_overwritten_file() {
    type Outcome = (Option<&'static str>, Option<&'static str>);
    const ETC_FILE: Option<&str> = Some("/etc/mesosphere/docker_credentials");
    const EXPOSED: &str = "DC/OS's configuration exposes them";
    const OPT_FILE: Option<&str> = Some("/opt/mesosphere/etc/docker_credentials");
    const ON: (&str, &str) = (ENABLED, "true");
    const IN_ETC: (&str, &str) = (ETC, "true");
    const NOT_OWNED: (&str, &str) = (OWNED, "false");
    const WITH: (&str, &str) = (CREDENTIALS, FILLED);
    const NOT_CREATED: &str = "nothing creates /etc/mesosphere/docker_credentials";
    const OVERWRITTEN: &str = "each installation overwrites";
    const BLANK: &str = "is blank and cluster_docker_credentials_dcos_owned is true";
    const WITH_PORT: &str = r#"{"auths": {"reg.io:443": {"auth": "dTpw"}}}"#;
    const EMPTY: &str = r#"{"auths": {}}"#;
    const LIST: &str = r#"{"auths": []}"#;
    // parameters, (the file that agents read, what DC/OS writes into it), warnings, rule
    #[rustfmt::skip]
    let table: &[(Named, Outcome, &[&str], &str)] = &[
        (&[], (None, None), &[], "the defaults: nothing"),
        (&[(CREDENTIALS, "{}")], (None, None), &[], "{} is the default"),
        (&[ON], (ETC_FILE, None), &[NOT_CREATED], "a file that DC/OS never creates"),
        (&[(CREDENTIALS, "{}"), ON, IN_ETC, NOT_OWNED], (ETC_FILE, Some("{}")), &[OVERWRITTEN],
            "the manual's blank configuration"),
        (&[ON, IN_ETC], (ETC_FILE, Some("{}")), &[OVERWRITTEN], "the same by default"),
        (&[WITH, ON], (OPT_FILE, Some(FILLED)), &[EXPOSED], "the manual: not recommended"),
        (&[WITH], (None, Some(FILLED)), &["_enabled is false, so no agent reads", EXPOSED], "filled, but not enabled"),
        (&[WITH, ON, NOT_OWNED], (ETC_FILE, None),
            &[NOT_CREATED, "write the credentials to /etc/mesosphere/docker_credentials on every", EXPOSED],
            "filled, and written nowhere"),
        (&[WITH, ON, NOT_OWNED, IN_ETC], (ETC_FILE, Some(FILLED)), &[OVERWRITTEN, EXPOSED], "filled, into /etc"),
        (&[WITH, ON, IN_ETC], (OPT_FILE, Some(FILLED)), &["_write_to_etc is ignored", EXPOSED],
            "write_to_etc is ignored"),
        (&[(CREDENTIALS, "{ }"), ON], (OPT_FILE, Some("{ }")), &[BLANK], "owned unless the text is exactly {}"),
        (&[ON, (OWNED, "true")], (OPT_FILE, Some("{}")), &[BLANK], "blank, and owned by DC/OS"),
        (&[(ENABLED, "false"), IN_ETC], (None, Some("{}")), &["_enabled is false, so no agent reads", OVERWRITTEN],
            "not read by any agent"),
        (&[(ENABLED, "false"), ON, IN_ETC], (ETC_FILE, Some("{}")), &[OVERWRITTEN], "the last one counts"),
        (&[("cluster_name", "x"), ("bootstrap_url", "cluster_docker_x")], (None, None), &[],
            "other parameters are ignored"),
        (&[(URL, "reg.io")], (None, None), &["is not a URL of a registry"], "validated by Mesos only"),
        (&[(URL, "")], (None, None), &[], "an empty URL is absent"),
        (&[(URL, " ")], (None, None), &["is not a URL of a registry"], "a blank one is refused by Mesos"),
        (&[(URL, "https://reg.io")], (None, None), &["looks for the key reg.io:443"],
            "2.1: the manual's example fails in Mesos"),
        (&[(URL, "http://reg.io")], (None, None), &["looks for the key reg.io:80"], "with the port of its scheme"),
        (&[(URL, "https://reg.io:443")], (None, None), &["looks for the key reg.io:443"],
            "a port that is rarely written"),
        (&[(URL, "https://reg.io"), (CREDENTIALS, WITH_PORT), ON], (OPT_FILE, Some(WITH_PORT)), &[EXPOSED],
            "the key is there"),
        (&[(CREDENTIALS, LIST), ON], (OPT_FILE, Some(LIST)),
            &["no task of the Mesos containerizer can pull any Docker image: \"auths\" is not an object"],
            "1.2: agents start, and then cannot pull"),
        (&[(URL, "https://reg.io:5000")], (None, None), &[], "with a port it does"),
        (&[(URL, "https://index.docker.io")], (None, None), &[], "Docker Hub's ports are not compared"),
        (&[(CREDENTIALS, EMPTY), ON], (OPT_FILE, Some(EMPTY)), &[BLANK], "blank, in another spelling"),
        (&[(CREDENTIALS, EMPTY), NOT_OWNED], (None, None), &[], "nothing to lose"),
        (&[(CREDENTIALS, r#"{"auths": {"my_registry:5000": {"auth": "dTpw"}}}"#), NOT_OWNED], (None, None),
            &["so no agent reads the file", "is written nowhere", EXPOSED], "a key that only Mesos can use"),
        (&[(CREDENTIALS, r#"{"credsStore": "x"}"#), ON], (OPT_FILE, Some(r#"{"credsStore": "x"}"#)),
            &["no task of the Mesos containerizer can pull"], "a helper is not blank, and not a secret"),
        (&[(CREDENTIALS, r#"{"auths": {"reg.io": {"email": "x"}}}"#), NOT_OWNED], (None, None), &[],
            "an entry without a credential is not a secret"),
    ];
    check_rows(table, |(given, (agent_file, contents), warnings, rule)| {
        let parameters =
            Parameters::new(given.iter().copied()).unwrap_or_else(|e| panic!("{rule}: {e}"));
        assert_eq!(parameters.agent_file(), *agent_file, "{rule}");
        assert_eq!(parameters.contents(), *contents, "{rule}");
        let told = texts(parameters.warnings());
        assert_eq!(told.len(), warnings.len(), "{rule}: {told:?}");
        for (told, expected) in told.iter().zip(*warnings) {
            assert!(told.contains(expected), "{rule}: {told}");
        }
        assert!(!format!("{parameters:?}").contains("foo"), "{parameters:?}");
        for warning in parameters.warnings() {
            assert!(
                warning.to_string().contains("cluster_docker_")
                    || warning.to_string().contains("/etc/"),
                "{warning}"
            );
        }
    });
    let parameters = Parameters::new([(URL, "https://registry.example.com")]).unwrap();
    let image = parameters.docker_registry().unwrap().image("team/app").unwrap().unwrap();
    assert_eq!(image.to_string(), "registry.example.com/team/app");
}

#[test]
fn parameters_are_validated_as_dcos_does() {
    // name, value, error, rule
    #[rustfmt::skip]
    let table = [
        (CREDENTIALS, "foo", "cluster_docker_credentials: invalid JSON", "test_cluster_docker_credentials"),
        (CREDENTIALS, "", "cluster_docker_credentials: must be valid JSON", "an empty text"),
        (CREDENTIALS, "[]", "cluster_docker_credentials: must be a JSON dictionary", "validate_json_dictionary"),
        (CREDENTIALS, "auth = dTpw\n", "cluster_docker_credentials: invalid JSON", "the oldest form is not JSON"),
        (CREDENTIALS, "{\"auths\": [], \"x\": }", "cluster_docker_credentials: invalid JSON", "behind a wrong type"),
        (CREDENTIALS, "{\"auths\": canary}", "cluster_docker_credentials: invalid JSON at line 1, column 11",
            "the position only"),
        (OWNED, "foo", "cluster_docker_credentials_dcos_owned: must be one of true and false",
            "test_cluster_docker_credentials"),
        (ENABLED, "True", "cluster_docker_credentials_enabled: must be one of true and false, in lower case",
            "validate_true_false"),
        (ETC, "", "cluster_docker_credentials_write_to_etc: must be one of true and false", "validate_true_false"),
        ("cluster_docker_credentials_path", "/etc/x", "cluster_docker_credentials_path: must be calculated",
            "internals.py"),
        ("cluster_docker_credentials_write_to_ect", "true",
            "cluster_docker_credentials_write_to_ect: DC/OS has no such parameter", "misspelt"),
        ("cluster_docker_credentials={\"auths\": {\"reg.io\": {\"auth\": \"canary\"}}}", "",
            "cluster_docker_…: DC/OS has no such parameter", "a line split in the wrong place"),
        ("cluster_docker_registry_enabled", "true", "cluster_docker_registry_enabled: must be calculated",
            "calculated too"),
        (CREDENTIALS, "\u{FEFF}{}", "cluster_docker_credentials: must be valid JSON, without a byte-order mark",
            "Python refuses it"),
    ];
    check_rows(table, |(name, value, expected, rule)| {
        let error = Parameters::new([(name, value)]).expect_err(rule).to_string();
        assert!(error.starts_with(expected), "{rule}: {error}");
        assert!(!error.contains("canary"), "{error}");
    });
}

#[test]
fn parameters_are_read_from_a_configuration_in_json() {
    let config = br#"{
        "agent_list": ["10.0.0.1"], "cluster_name": "x", "other": null,
        "cluster_docker_credentials": {"auths": {"reg.io": {"auth": "dTpw"}}},
        "cluster_docker_credentials_enabled": true,
        "cluster_docker_credentials_dcos_owned": "false", "cluster_docker_credentials_write_to_etc": "true"
    }"#;
    let parameters = Parameters::from_json(config).unwrap();
    assert_eq!(parameters.agent_file(), Some(dcos::CLUSTER_FILE));
    assert_eq!(
        parameters.contents(),
        Some(r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#),
        "as written"
    );
    let blank = Parameters::from_json(br#"{"cluster_docker_credentials": {}}"#).unwrap();
    assert!(format!("{blank:?}").contains("dcos_owned: false"), "{blank:?}");
    let escaped =
        br#"{"cluster_docker_credentials": "{\"auths\": {\"reg.io\": {\"auth\": \"d\u0054pw\"}}}",
        "cluster_docker_credentials_enabled": "\u0074rue"}"#;
    let parameters = Parameters::from_json(escaped);
    let parameters = parameters.unwrap_or_else(|error| panic!("a text with escapes: {error}"));
    assert_eq!(parameters.agent_file(), Some(dcos::DCOS_OWNED_FILE));
    assert_eq!(
        parameters.contents(),
        Some(r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#),
        "a text without its escapes"
    );
    // configuration, error, rule
    #[rustfmt::skip]
    let table: &[(&str, &str, &str)] = &[
        ("[]", "DC/OS config: it is not an object", "a list"),
        ("cluster_docker_credentials: {}\n", "DC/OS config: this is YAML, not JSON, at line 1", "YAML"),
        ("---\nagent_list: []\n", "turn it into JSON first", "YAML"),
        (r#"{"cluster_docker_credentials": []}"#, "cluster_docker_credentials: must be a JSON dictionary", "a list"),
        (r#"{"cluster_docker_credentials_enabled": 1}"#, "must be one of true and false", "a number"),
        (r#"{"cluster_docker_credentials_path": "/etc/x"}"#, "must be calculated", "a path"),
        (r#"{"cluster_docker_credentials_enabled": null}"#, "cluster_docker_credentials_enabled: must not be null",
            "null"),
        (r#"{"cluster_docker_credentials": "{"}"#, "cluster_docker_credentials: the JSON ends too early", "a text"),
        ("", "DC/OS config: the file is empty", "nothing"),
    ];
    check_rows(table, |(config, expected, rule)| {
        let error = Parameters::from_json(config.as_bytes()).expect_err(rule).to_string();
        assert!(error.contains(expected), "{rule}: {error}");
    });
}

#[test]
fn check_file_reports_whether_the_agent_starts_and_its_tasks_can_pull() {
    // A text, in which OK is an entry with a credential.
    let text = |text: &str| text.replace("OK", r#"{"auth": "dTpw"}"#).into_bytes();
    let auths = |entries: &str| text(&format!(r#"{{"auths": {{{entries}}}}}"#));
    let entry = |fields: &str| auths(&format!(r#""reg.io": {{{fields}}}"#));
    let keys = |keys: &[(&str, &str)]| config(keys).into_bytes();
    // content, whether it stops the agent, whether it can be read, unused entries, report, rule
    #[rustfmt::skip]
    let table = [
        (keys(&[("reg.io", "u")]), false, true, 0, "the agent will start, with 1 key", "a good file"),
        (text("{}"), false, true, 0, "the agent will start, with 0 keys", "the blank file"),
        (keys(&[("reg.io", "u")]), false, true, 0,
            "Mesos prints the content in the agent's log and serves it at /flags and /state",
            "1.4: the file is the flag"),
        (text(""), true, false, 0, "the agent will not start: cluster file, ", "DC/OS: an empty file"),
        (b" \n".to_vec(), true, false, 0, "the file is empty", "white space alone"),
        (text(r#"{"auths": {},}"#), true, false, 0, "invalid JSON at line 1, column 14",
            "DC/OS: invalid configuration"),
        (text("{} x"), true, false, 0, "text after the end", "trailing text"),
        (text("[]"), true, false, 0, "is not an object", "no object"),
        (Vec::from(format!("\u{FEFF}{}", config(&[("reg.io", "u")]))), true, false, 0,
            "a byte-order mark precedes the JSON", "read here, refused by Mesos"),
        (gzip(&tar(&[file(".dockercfg", "{}")])), true, false, 0, "not one JSON value", "read here, refused by Mesos"),
        (b"auth = dTpw\nemail = x\n".to_vec(), true, false, 0, "not one JSON value", "read here, refused by Mesos"),
        (text(r#"{"auths": []}"#), false, false, 0,
            "the agent will start, but no task of its Mesos containerizer will be able to pull",
            "1.2: UCR cannot pull"),
        (text(r#"{"auths": []}"#), false, false, 0, "image: \"auths\" is not an object", "1.2: UCR cannot pull"),
        (text(r#"{"auths": null}"#), false, true, 0, "the agent will start, but no task", "1.2: UCR cannot pull"),
        (entry(r#""auth": "foo""#), false, true, 0, "warning: cluster file", "malformed: sent as written"),
        (entry(r#""auth": 1"#), false, true, 1, "is not text", "malformed: Mesos sends nothing"),
        (entry(r#""auth": """#), false, true, 0,
            "passed over here, but the Mesos containerizer sends the empty \"auth\"", "an empty auth: Mesos sends it"),
        (entry(r#""auth": "Og==""#), false, true, 0,
            "holds no credential and is passed over here, but the Mesos containerizer sends",
            "an empty user name and password: Mesos sends them"),
        (entry(&format!(r#""auth": "{}", "identitytoken": "t""#, base64("0000-0000:"))), false, true, 0,
            "ignores \"identitytoken\" and sends \"auth\", which holds no password", "Azure: a token"),
        (entry(&format!(r#""auth": "{}""#, base64("<token>:t"))), false, true, 0, "has the user name <token>",
            "a token in place of a password"),
        (entry(r#""auth": "dTpwcA""#), false, true, 0, "sends \"auth\" unchanged", "without padding"),
        (auths(r#""*.reg.io": {"auth": ""}"#), false, true, 1, "\"*.reg.io\" holds no credential", "never sent"),
        (auths(r#""*.reg.io": {"auth": "foo"}"#), false, true, 1, "it does not support *", "malformed, and never sent"),
        (auths(r#""reg.io?x": {"auth": "foo"}"#), false, true, 1, "can match no image", "a query without a slash"),
        (auths(r#""my_registry:5000": {"auth": "foo"}"#), false, true, 0, "sends \"auth\" unchanged",
            "only Mesos uses the key"),
        (auths(r#""https://reg.io/?x": {"auth": ""}"#), false, true, 0, "sends the empty \"auth\"",
            "only Mesos uses the key"),
        (auths(r#""reg.io": OK, "https://reg.io": {"auth": "foo"}"#), false, true, 0, "decodes to",
            "two spellings: either is sent"),
        (auths(r#""reg.io": {"auth": "foo"}, "bad.io": {"auth": 1}"#), false, true, 2,
            "no task of its Mesos containerizer", "no puller: Mesos sends nothing"),
        (entry(r#""email": "x""#), false, true, 1, "entry \"reg.io\" holds no credential", "an empty entry"),
        (keys(&[("u@reg.io", "u"), ("reg .io", "u")]), false, true, 2, "can match no image", "keys that match nothing"),
        (keys(&[("reg.io", "u"), ("reg.io", "u")]), false, true, 1, "appears more than once", "a key twice"),
        (keys(&[("reg.io", "u"), ("https://reg.io/v1/", "u")]), false, true, 0, "may send either of them",
            "two spellings: either is sent"),
        (auths(r#""reg.io": OK, "reg.io": {"auth": "Og=="}"#), false, true, 1, "passed over here, but",
            "the last of a key is sent, the first is not used"),
        (auths(r#""reg.io": OK, "https://reg.io/v1/": {"username": "u", "password": "p"}"#), false, true, 1,
            "means the same as", "two spellings, one unused"),
        (keys(&[("https://index.docker.io/v1/", "u")]), false, true, 0,
            "key \"https://index.docker.io/v1/\": the Mesos containerizer sends it", "2.2: substring of docker.io"),
        (keys(&[("https://registry.example.com/v1/", "u"), ("registry.example.com:443", "u")]), false, true, 0,
            "with 2 keys", "2.1: Mesos needs both"),
        (entry(&format!(r#""auth": "{}""#, base64(b"u:p\xE4"))), false, true, 0, "warning: cluster file",
            "Latin-1: sent as written"),
        (keys(&[("https://reg.io/?x", "u")]), false, true, 0, "can match no image", "only Mesos uses the key"),
        (auths(r#""reg.io": {"username": "u", "password": "p"}, "https://reg.io": OK"#), false, true, 0,
            "one of them is enough here", "Mesos can use one"),
        (text(r#"{"auths": {"reg.io": OK}, "Auths": {"reg.io": OK}}"#), false, true, 0,
            "\"auths\" appears more than once or in another case", "Mesos uses the first, and here the second counts"),
        (keys(&[("reg.io", "u"), ("HTTPS://reg.io", "u")]), false, true, 1, "never used: cluster file",
            "unknown to Mesos"),
        (auths(r#""https://reg.io/?a": OK, "https://reg.io/?b": {"auth": ""}"#), false, true, 0, "can match no image",
            "hidden keys are numbered"),
        (text(r#"{"auths": {}, "credHelpers": {"reg.io": "dTpwYXNzd29yZA=="}}"#), false, true, 0,
            "left to a helper whose name is not shown (it is not all in lower case)", "an auth in place of a helper"),
        (text(r#"{"auths": {}, "quay.io": OK}"#), false, true, 1, "never used: cluster file", "an entry next to auths"),
        (text(r#"{"auths": {}, "c.io": OK, "u@b.io": OK}"#), false, true, 2,
            "entry #2 (not shown, it does not look like a registry)", "hidden keys next to auths"),
        (text(r#"{"AUTHS": {"x y": OK}, "auths": {"u@docker.io": OK}}"#), false, true, 1,
            ": key #2 (not shown, it does not look like a registry): the Mesos containerizer sends it to Docker Hub",
            "numbered across repeated auths"),
        (text(r#"{"auths": {}, "HttpHeaders": {"a": "b"}}"#), false, true, 0, "with 0 keys", "a field of Docker's"),
        (b"{\"auths\": {\"reg.io\": {\"email\": \"\xE4\"}}}".to_vec(), false, false, 0, "cannot tell whether",
            "Mesos accepts any bytes"),
        (text(r#"{"auths": {}, "credsStore": "pass"}"#), false, true, 0, "left to the helper \"pass\"",
            "DC/OS: no helpers"),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("docker_credentials");
    let is_gzip = |row: &(Vec<u8>, _, _, _, _, _)| row.0.starts_with(b"\x1F\x8B");
    let table = table.into_iter().filter(|row| cfg!(feature = "archive") || !is_gzip(row));
    check_rows(table, |(content, stops, readable, unused, told, rule)| {
        fs::write(&path, content).unwrap();
        let check = check_file(&path, Limits::default());
        let report = check.to_string();
        assert_eq!(check.stops_agent(), stops, "{rule}: {report}");
        assert_eq!(check.problem().is_none(), readable, "{rule}: {report}");
        assert_eq!(check.unused().len(), unused, "{rule}: {report}");
        assert!(report.contains(told), "{rule}: {report}");
        assert!(!report.contains("dTpw") && !report.contains(&base64("u:p")), "{report}");
        for unused in check.unused() {
            // Another entry of that key may be used.
            if matches!(unused.kind(), WarningKind::DuplicateKey | WarningKind::OutsideAuths) {
                continue;
            }
            let of_entry = check.warnings().iter().filter(|warning| warning.key() == unused.key());
            let sent =
                of_entry.map(|warning| warning.to_string()).find(|text| text.contains("sends"));
            assert_eq!(sent, None, "{rule}: never used, and sent: {report}");
        }
    });
    fs::remove_file(&path).unwrap();
    let missing = check_file(&path, Limits::default());
    assert!(
        missing.stops_agent() && matches!(missing.problem(), Some(Error::Read { .. })),
        "{missing}"
    );
    let below_a_file =
        check_file(scratch.path().join("x/../docker_credentials/y"), Limits::default());
    assert!(below_a_file.stops_agent(), "{below_a_file}");
    let mut limits = Limits::default();
    limits.file_bytes = 1;
    fs::write(&path, "{}").unwrap();
    assert!(!check_file(&path, limits).stops_agent(), "the limit is not the agent's");
    let directory = check_file(scratch.path(), Limits::default());
    assert!(
        directory.stops_agent() && directory.to_string().contains("a directory"),
        "{directory}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("docker_credentials");
    fs::write(&path, "{}").unwrap();
    // mode, warning, rule
    #[rustfmt::skip]
    let table = [
        (0o600, None, "DC/OS's own mode"), (0o400, None, "less"), (0o700, None, "executable, but private"),
        (0o644, Some("(mode 0644)"), "everybody"), (0o640, Some("(mode 0640)"), "the group"),
            (0o604, Some("(mode 0604)"), "others"),
        (0o620, None, "write permission alone"),
    ];
    check_rows(table, |(mode, expected, rule)| {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let report = check_file(&path, Limits::default()).to_string();
        assert_eq!(
            report.contains("others than its owner"),
            expected.is_some(),
            "{rule}: {report}"
        );
        assert!(report.contains(expected.unwrap_or_default()), "{rule}: {report}");
    });
}

/// Another process replaces the file in a loop: the permissions are those of the content that was
/// read.
#[cfg(unix)]
#[test]
fn permissions_are_those_of_the_opened_file() {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("docker_credentials");
    let versions = [("{}", 0o600), (r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#, 0o644)];
    let put = |(content, mode): (&str, u32)| {
        let next = scratch.path().join("next");
        fs::write(&next, content).unwrap();
        fs::set_permissions(&next, fs::Permissions::from_mode(mode)).unwrap();
        fs::rename(next, &path).unwrap();
    };
    put(versions[0]);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                versions.into_iter().for_each(put);
            }
        });
        let mixed = (0..5_000).find_map(|_| {
            let report = check_file(&path, Limits::default()).to_string();
            let is_second = report.contains("with 1 key");
            (report.contains("(mode 0644)") != is_second).then_some(report)
        });
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(mixed, None);
    });
}
