//! DC/OS's parameters, and the check of the cluster's file.

use std::fs;

use regcred::dcos::{self, Parameters, check_file};
use regcred::{Error, Limits, WarningKind};

use crate::support::archive::{file, gzip, tar};
use crate::support::{Named, base64, check_rows, config};

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
    // parameters, (the file that agents read, what DC/OS writes into it), warnings, rule
    #[rustfmt::skip]
    let table: &[(Named, Outcome, &[&str], &str)] = &[
        (&[], (None, None), &[], "the defaults: nothing"),
        (&[(CREDENTIALS, "{}")], (None, None), &[], "{} is the default"),
        (&[(ENABLED, "true")], (ETC_FILE, None), &["nothing creates /etc/mesosphere/docker_credentials"], "the flag points at a file that DC/OS never creates"),
        (&[(CREDENTIALS, "{}"), (ENABLED, "true"), (ETC, "true"), (OWNED, "false")], (ETC_FILE, Some("{}")), &["each installation overwrites"], "the manual's blank configuration"),
        (&[(ENABLED, "true"), (ETC, "true")], (ETC_FILE, Some("{}")), &["each installation overwrites"], "the same by default"),
        (&[(CREDENTIALS, FILLED), (ENABLED, "true")], (OPT_FILE, Some(FILLED)), &[EXPOSED], "the manual: not recommended, as the configuration exposes them"),
        (&[(CREDENTIALS, FILLED)], (None, Some(FILLED)), &["_enabled is false, so no agent reads", EXPOSED], "filled, but not enabled"),
        (&[(CREDENTIALS, FILLED), (ENABLED, "true"), (OWNED, "false")], (ETC_FILE, None), &["nothing creates /etc/mesosphere/docker_credentials", "write the credentials to /etc/mesosphere/docker_credentials on every agent", EXPOSED], "filled, and written nowhere: no advice against the next line"),
        (&[(CREDENTIALS, FILLED), (ENABLED, "true"), (OWNED, "false"), (ETC, "true")], (ETC_FILE, Some(FILLED)), &["each installation overwrites", EXPOSED], "filled, into /etc"),
        (&[(CREDENTIALS, FILLED), (ENABLED, "true"), (ETC, "true")], (OPT_FILE, Some(FILLED)), &["_write_to_etc is ignored", EXPOSED], "write_to_etc is ignored"),
        (&[(CREDENTIALS, "{ }"), (ENABLED, "true")], (OPT_FILE, Some("{ }")), &["is blank and cluster_docker_credentials_dcos_owned is true"], "owned unless the text is exactly {}"),
        (&[(ENABLED, "true"), (OWNED, "true")], (OPT_FILE, Some("{}")), &["is blank and cluster_docker_credentials_dcos_owned is true"], "blank and not to be edited"),
        (&[(ENABLED, "false"), (ETC, "true")], (None, Some("{}")), &["_enabled is false, so no agent reads", "each installation overwrites"], "a file that nobody reads"),
        (&[(ENABLED, "false"), (ENABLED, "true"), (ETC, "true")], (ETC_FILE, Some("{}")), &["each installation overwrites"], "the last one counts"),
        (&[("cluster_name", "x"), ("bootstrap_url", "cluster_docker_x")], (None, None), &[], "other parameters are ignored"),
        (&[(URL, "registry.example.com")], (None, None), &["is not a URL of a registry"], "DC/OS does not validate it, Mesos does"),
        (&[(URL, "")], (None, None), &[], "an empty URL is none"),
        (&[(URL, " ")], (None, None), &["is not a URL of a registry"], "a blank one is, and Mesos refuses it"),
        (&[(URL, "https://registry.example.com")], (None, None), &["looks for the key registry.example.com:443"], "2.1: the manual's example does not work in Mesos"),
        (&[(URL, "http://registry.example.com")], (None, None), &["looks for the key registry.example.com:80"], "with the port of its scheme"),
        (&[(URL, "https://registry.example.com:443")], (None, None), &["looks for the key registry.example.com:443"], "a port that nobody writes"),
        (&[(URL, "https://registry.example.com"), (CREDENTIALS, r#"{"auths": {"registry.example.com:443": {"auth": "dTpw"}}}"#), (ENABLED, "true")], (OPT_FILE, Some(r#"{"auths": {"registry.example.com:443": {"auth": "dTpw"}}}"#)), &[EXPOSED], "the key is there"),
        (&[(CREDENTIALS, r#"{"auths": []}"#), (ENABLED, "true")], (OPT_FILE, Some(r#"{"auths": []}"#)), &["no task of the Mesos containerizer can pull any Docker image: \"auths\" is no object"], "1.2: agents start, and then cannot pull"),
        (&[(URL, "https://registry.example.com:5000")], (None, None), &[], "with a port it does"),
        (&[(URL, "https://index.docker.io")], (None, None), &[], "Docker Hub's ports are not compared"),
        (&[(CREDENTIALS, r#"{"auths": {}}"#), (ENABLED, "true")], (OPT_FILE, Some(r#"{"auths": {}}"#)), &["is blank and cluster_docker_credentials_dcos_owned is true"], "blank, in more words"),
        (&[(CREDENTIALS, r#"{"auths": {}}"#), (OWNED, "false")], (None, None), &[], "nothing is lost where there is nothing"),
        (&[(CREDENTIALS, r#"{"auths": {"my_registry:5000": {"auth": "dTpw"}}}"#), (OWNED, "false")], (None, None), &["so no agent reads the file", "is written nowhere", EXPOSED], "a key that only Mesos can use"),
        (&[(CREDENTIALS, r#"{"credsStore": "x"}"#), (ENABLED, "true")], (OPT_FILE, Some(r#"{"credsStore": "x"}"#)), &["no task of the Mesos containerizer can pull"], "a helper is something, and no secret"),
        (&[(CREDENTIALS, r#"{"auths": {"reg.io": {"email": "x"}}}"#), (OWNED, "false")], (None, None), &[], "an entry without a credential is not a secret"),
    ];
    check_rows(table, |(given, (agent_file, contents), warnings, rule)| {
        let parameters =
            Parameters::new(given.iter().copied()).unwrap_or_else(|e| panic!("{rule}: {e}"));
        assert_eq!(parameters.agent_file(), *agent_file, "{rule}");
        assert_eq!(parameters.contents(), *contents, "{rule}");
        let told: Vec<String> = parameters.warnings().iter().map(|w| w.to_string()).collect();
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
        (CREDENTIALS, "{\"auths\": canary}", "cluster_docker_credentials: invalid JSON at line 1, column 11", "the place, and nothing of the text"),
        (OWNED, "foo", "cluster_docker_credentials_dcos_owned: must be one of true and false", "test_cluster_docker_credentials"),
        (ENABLED, "True", "cluster_docker_credentials_enabled: must be one of true and false, in lower case", "validate_true_false"),
        (ETC, "", "cluster_docker_credentials_write_to_etc: must be one of true and false", "validate_true_false"),
        ("cluster_docker_credentials_path", "/etc/x", "cluster_docker_credentials_path: must be calculated", "internals.py, whatever the manual says"),
        ("cluster_docker_credentials_write_to_ect", "true", "cluster_docker_credentials_write_to_ect: DC/OS has no such parameter", "a slip"),
        ("cluster_docker_credentials={\"auths\": {\"reg.io\": {\"auth\": \"canary\"}}}", "", "cluster_docker_…: DC/OS has no such parameter", "a line that was taken apart in the wrong place"),
        ("cluster_docker_registry_enabled", "true", "cluster_docker_registry_enabled: must be calculated", "computed too"),
        (CREDENTIALS, "\u{FEFF}{}", "cluster_docker_credentials: must be valid JSON, without a byte-order mark", "Python refuses it"),
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
        "as it stands"
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
        ("[]", "DC/OS config: it is no object", "a list"),
        ("cluster_docker_credentials: {}\n", "DC/OS config: this is YAML, not JSON, at line 1", "YAML"),
        ("---\nagent_list: []\n", "turn it into JSON first", "YAML"),
        (r#"{"cluster_docker_credentials": []}"#, "cluster_docker_credentials: must be a JSON dictionary", "a list of credentials"),
        (r#"{"cluster_docker_credentials_enabled": 1}"#, "must be one of true and false", "a number"),
        (r#"{"cluster_docker_credentials_path": "/etc/x"}"#, "must be calculated", "a path"),
        (r#"{"cluster_docker_credentials_enabled": null}"#, "cluster_docker_credentials_enabled: must not be null", "DC/OS makes no text of null"),
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
    let entry = |fields: &str| format!(r#"{{"auths": {{"reg.io": {{{fields}}}}}}}"#);
    let strip = |text: String| text.into_bytes();
    // content, whether it stops the agent, whether it can be read, entries never used, what is
    // told, rule
    #[rustfmt::skip]
    let table = [
        (strip(config(&[("reg.io", "u")])), false, true, 0, "the agent will start, with 1 key", "a good file"),
        (b"{}".to_vec(), false, true, 0, "the agent will start, with 0 keys", "the blank file"),
        (strip(config(&[("reg.io", "u")])), false, true, 0, "Mesos prints the content in the agent's log and serves it at /flags and /state", "1.4: the file is the flag"),
        (b"".to_vec(), true, false, 0, "the agent will not start: cluster file, ", "DC/OS: an empty file prevents the agent from starting"),
        (b" \n".to_vec(), true, false, 0, "the file is empty", "white space alone"),
        (b"{\"auths\": {},}".to_vec(), true, false, 0, "invalid JSON at line 1, column 14", "DC/OS: invalid configuration"),
        (b"{} x".to_vec(), true, false, 0, "text after the end", "trailing text"),
        (b"[]".to_vec(), true, false, 0, "no object", "no object"),
        (strip(format!("\u{FEFF}{}", config(&[("reg.io", "u")]))), true, false, 0, "a byte-order mark stands before the JSON", "read here, refused by Mesos"),
        (gzip(&tar(&[file(".dockercfg", "{}")])), true, false, 0, "not one JSON value", "read here, refused by Mesos"),
        (b"auth = dTpw\nemail = x\n".to_vec(), true, false, 0, "not one JSON value", "read here, refused by Mesos"),
        (br#"{"auths": []}"#.to_vec(), false, false, 0, "the agent will start, but no task of its Mesos containerizer will be able to pull", "1.2: starts, and UCR cannot pull"),
        (br#"{"auths": []}"#.to_vec(), false, false, 0, "image: \"auths\" is no object", "1.2: starts, and UCR cannot pull"),
        (br#"{"auths": null}"#.to_vec(), false, true, 0, "the agent will start, but no task", "1.2: starts, and UCR cannot pull"),
        (strip(entry(r#""auth": "foo""#)), false, true, 0, "warning: cluster file", "a malformed entry: Mesos sends it as it stands"),
        (strip(entry(r#""auth": 1"#)), false, true, 1, "is not text", "a malformed entry: Mesos sends nothing"),
        (strip(entry(r#""auth": """#)), false, true, 0, "passed over here, but the Mesos containerizer sends the empty \"auth\"", "an empty auth: Mesos sends it"),
        (strip(entry(r#""auth": "Og==""#)), false, true, 0, "holds no credential and is passed over here, but the Mesos containerizer sends", "an empty user name and password: Mesos sends them"),
        (strip(entry(r#""auth": "dTpwcA""#)), false, true, 0, "sends \"auth\" unchanged", "without padding"),
        (strip(r#"{"auths": {"*.reg.io": {"auth": ""}}}"#.into()), false, true, 1, "\"*.reg.io\" holds no credential", "an empty auth: Mesos never sends this one"),
        (strip(r#"{"auths": {"*.reg.io": {"auth": "foo"}}}"#.into()), false, true, 1, "it knows no *", "a malformed entry: Mesos never sends this one"),
        (strip(r#"{"auths": {"reg.io?x": {"auth": "foo"}}}"#.into()), false, true, 1, "can match no image", "a query without a slash: no registry is called so"),
        (strip(r#"{"auths": {"my_registry:5000": {"auth": "foo"}}}"#.into()), false, true, 0, "sends \"auth\" unchanged", "Mesos alone uses the key, undecoded"),
        (strip(r#"{"auths": {"https://reg.io/?x": {"auth": ""}}}"#.into()), false, true, 0, "sends the empty \"auth\"", "Mesos alone uses the key, empty"),
        (strip(r#"{"auths": {"reg.io": {"auth": "dTpw"}, "https://reg.io": {"auth": "foo"}}}"#.into()), false, true, 0, "decodes to", "two spellings: Mesos may take either"),
        (strip(r#"{"auths": {"reg.io": {"auth": "foo"}, "bad.io": {"auth": 1}}}"#.into()), false, true, 2, "no task of its Mesos containerizer", "no puller: Mesos sends nothing"),
        (strip(entry(r#""email": "x""#)), false, true, 1, "entry \"reg.io\" holds no credential", "an empty entry"),
        (strip(config(&[("u@reg.io", "u"), ("reg .io", "u")])), false, true, 2, "can match no image", "keys that match nothing"),
        (strip(config(&[("reg.io", "u"), ("reg.io", "u")])), false, true, 1, "appears more than once", "a key twice"),
        (strip(config(&[("reg.io", "u"), ("https://reg.io/v1/", "u")])), false, true, 0, "which of them it sends is chance", "two spellings: Mesos may take either"),
        (strip(r#"{"auths": {"reg.io": {"auth": "dTpw"}, "reg.io": {"auth": "Og=="}}}"#.into()), false, true, 1, "passed over here, but", "the last of a key is sent, the first is not used"),
        (strip(r#"{"auths": {"reg.io": {"auth": "dTpw"}, "https://reg.io/v1/": {"username": "u", "password": "p"}}}"#.into()), false, true, 1, "means the same as", "two spellings, one of them for nobody"),
        (strip(config(&[("https://index.docker.io/v1/", "u")])), false, true, 0, "key \"https://index.docker.io/v1/\": the Mesos containerizer sends it", "what Mesos does with it"),
        (strip(config(&[("https://registry.example.com/v1/", "u"), ("registry.example.com:443", "u")])), false, true, 0, "with 2 keys", "2.1: Mesos needs both"),
        (strip(entry(&format!(r#""auth": "{}""#, base64(b"u:p\xE4")))), false, true, 0, "warning: cluster file", "Latin-1: Mesos sends it, and it is right"),
        (strip(config(&[("https://reg.io/?x", "u")])), false, true, 0, "can match no image", "Mesos uses it, and here nobody does"),
        (strip(r#"{"auths": {"reg.io": {"username": "u", "password": "p"}, "https://reg.io": {"auth": "dTpw"}}}"#.into()), false, true, 0, "one of them is enough here", "the only one that Mesos can use"),
        (strip(r#"{"auths": {"reg.io": {"auth": "dTpw"}}, "Auths": {"reg.io": {"auth": "dTpw"}}}"#.into()), false, true, 0, "\"auths\" appears more than once or in another case", "Mesos uses the first, and here the second counts"),
        (strip(config(&[("reg.io", "u"), ("HTTPS://reg.io", "u")])), false, true, 1, "never used: cluster file", "a spelling that Mesos does not know"),
        (strip(r#"{"auths": {"https://reg.io/?a": {"auth": "dTpw"}, "https://reg.io/?b": {"auth": ""}}}"#.into()), false, true, 0, "can match no image", "two keys that are not shown are told apart"),
        (br#"{"auths": {}, "credHelpers": {"reg.io": "dTpwYXNzd29yZA=="}}"#.to_vec(), false, true, 0, "left to a helper whose name is not shown (it is not all in lower case)", "the auth in place of a helper"),
        (br#"{"auths": {}, "quay.io": {"auth": "dTpw"}}"#.to_vec(), false, true, 1, "never used: cluster file", "an entry beside auths"),
        (br#"{"auths": {}, "c.io": {"auth": "dTpw"}, "u@b.io": {"auth": "dTpw"}}"#.to_vec(), false, true, 2, "entry #2 (not shown, it does not look like a registry)", "keys beside auths that are not shown"),
        (strip(r#"{"AUTHS": {"x y": {"auth": "dTpw"}}, "auths": {"u@docker.io": {"auth": "dTpw"}}}"#.into()), false, true, 1, ": key #2 (not shown, it does not look like a registry): the Mesos containerizer sends it to Docker Hub", "positions are counted through all auths"),
        (br#"{"auths": {}, "HttpHeaders": {"a": "b"}}"#.to_vec(), false, true, 0, "with 0 keys", "a field of Docker's beside auths"),
        (b"{\"auths\": {\"reg.io\": {\"email\": \"\xE4\"}}}".to_vec(), false, false, 0, "cannot be told", "Mesos takes any bytes"),
        (br#"{"auths": {}, "credsStore": "pass"}"#.to_vec(), false, true, 0, "left to the helper \"pass\"", "DC/OS: helpers are not supported"),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("docker_credentials");
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
        (0o644, Some("(mode 0644)"), "everybody"), (0o640, Some("(mode 0640)"), "the group"), (0o604, Some("(mode 0604)"), "others"),
        (0o620, None, "whoever may only write does not read"),
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

/// Another process replaces the file all the time: the permissions are those of the content that
/// was read.
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
