//! DESIGN 4: `explain`, the lookup step by step.

use regcred::{Level, Outcome, Resolver};
use serde_json::{Value, json};

use crate::support::{check_rows, config, image_ref, secret};

fn explain(resolver: &Resolver, image: &str) -> String {
    resolver.explain(&image_ref(image)).to_string()
}

#[test]
fn explain_prints_one_page() {
    let resolver = Resolver::builder()
        .task_secret(config(&[("reg.io/team", "a"), ("reg.io:5000", "b")]))
        .add(Level::AgentFlag, r#"{"reg.io": {"auth": "dTpw"}, "quay.io": {"auth": "dTpw"}}"#)
        .build()
        .unwrap();
    let page = "\
reg.io/team/app:1
  registry reg.io, repository team/app
  task secret, a config.json with 2 keys:
    wins \"reg.io/team\": covers the image
    out of scope \"reg.io:5000\": is for another port; the image is on reg.io, and no port means 443
  sandbox HOME: not given
  agent flag, a .dockercfg with 2 keys:
    loses \"reg.io\": a stronger level answers
  cluster file: not given
  answer: user name and password from task secret, key \"reg.io/team\"";
    assert_eq!(explain(&resolver, "reg.io/team/app:1"), page);
}

/// A cause and the line that an operator needs to see.
#[test]
fn explain_has_a_line_for_each_cause() {
    let many: Vec<String> = (0..50).map(|n| format!("reg.io/n{n}")).collect();
    let mut many: Vec<(&str, &str)> = many.iter().map(|key| (&**key, "u")).collect();
    many.push(("reg.io/X", "u"));
    let many = config(&many);
    let beside_many = many.replacen("{\"auths\": {", "{\"auths\": {\"reg.io\": {}, ", 1);
    let helpers: Vec<String> =
        (1..=15).map(|n| format!(r#""reg.io{}": "x""#, "/".repeat(n))).collect();
    let helpers = format!(r#"{{"credHelpers": {{{}}}}}"#, helpers.join(", "));
    // file, or its `auths` with OK for an entry with a credential; image; a line of the page; cause
    #[rustfmt::skip]
    let table: Vec<(&str, &str, &str, &str)> = vec![
        (r#""reg.io": OK"#, "reg.io/a", "    wins \"reg.io\": covers the image", "a hit"),
        (r#""reg.io": {"identitytoken": "t"}"#, "reg.io/a",
            "  answer: identity token from task secret, key \"reg.io\"",
            "the kind"),
        (r#""reg.io": OK"#, "reg.io:5000/a",
            "  hint: reg.io:5000 has no key, but the same host on another port has: \"reg.io\"; \
            add the key \"reg.io:5000\" to task secret", "another port"),
        (r#""reg.io/t": OK"#, "reg.io/a",
            "    out of scope \"reg.io/t\": is for that path and below; the repository is a",
            "another namespace"),
        (r#""reg.io/t": OK"#, "reg.io/a",
            "  hint: reg.io has keys for other namespaces only: \"reg.io/t\"; add the key \"reg.io/a\" or \"reg.io\" to task secret",
            "another namespace"),
        (r#""reg.io/t": OK, "https://reg.io/t/": OK"#, "reg.io/a",
            "  hint: reg.io has keys for other namespaces only: \"reg.io/t\"; add the key \"reg.io/a\" or \
            \"reg.io\" to task secret", "two spellings are mentioned once"),
        (r#"{"auths": {"reg.io": {}}, "credsStore": "osxkeychain"}"#, "reg.io/a",
            "    absent \"reg.io\": holds no credential; credsStore leaves it to the helper \"osxkeychain\", \
            which is \
            not run", "a keychain"),
        (r#"{"credsStore": "desktop"}"#, "reg.io/a",
            "  hint: the credential may be in a helper, which is not run: the helper \"desktop\" (credsStore in task \
            secret); take the helper out of the file and log in again to a new file and copy its entry to task \
            secret: \
            podman login --authfile new.json reg.io", "a keychain"),
        (r#"{"credHelpers": {"reg.io": "ecr-login"}}"#, "reg.io/a",
            "    helper \"reg.io\": credHelpers leaves it to the helper \"ecr-login\", which is not run", "a helper"),
        (r#""reg.io": {"auth": "!"}"#, "reg.io/a",
            "  answer: none, because the malformed entry \"reg.io\" in task secret blocks it: its field \"auth\" \
            is not \
            base64 of user:password (standard alphabet), as docker login writes it; a bare token is not enough",
            "malformed"),
        (r#""reg.io/a": {"auth": "!"}, "reg.io": OK"#, "reg.io/a",
            "    loses \"reg.io\": the malformed one comes first", "malformed"),
        (r#""reg.io": {"email": "e"}"#, "reg.io/a",
            "    absent \"reg.io\": holds no credential, so the lookup goes on",
            "absent"),
        (r#""reg.io": {"email": "e"}"#, "reg.io/a",
            "  hint: reg.io has a key, but no credential under it: \"reg.io\"; log in again to a new file and copy \
            its \
            entry to task secret: podman login --authfile new.json reg.io",
            "absent"),
        (r#""reg.io": OK, "reg.io": {}"#, "reg.io/a",
            "    duplicate \"reg.io\": the same key appears again later in the file; the last one counts",
            "repeated"),
        (r#""https://reg.io": OK, "reg.io": OK"#, "reg.io/a",
            "    loses \"https://reg.io\": a key that means the same is spelled more exactly", "the same"),
        (r#""user:x@reg.io": OK"#, "reg.io/a",
            "    unmatchable #1 (not shown, it does not look like a registry): it holds user info before an @; write \
            only the registry", "a bad key"),
        (r#""ftp://reg.io": OK"#, "reg.io/a",
            "  hint: these keys name reg.io, but can match no image: \"ftp://reg.io\"; write \"reg.io\"",
            "a bad key"),
        (r#""hub.docker.com": OK"#, "nginx",
            "    out of scope \"hub.docker.com\": is not a name of Docker Hub, and no * covers it; write \
            https://index.docker.io/v1/", "the Hub"),
        (r#""*.io": OK"#, "nginx",
            "  hint: these do not cover Docker Hub: \"*.io\"; add the key \"https://index.docker.io/v1/\" to task secret",
            "the Hub"),
        (r#""*.reg.io": OK"#, "reg.io/a",
            "    out of scope \"*.reg.io\": does not cover reg.io: * matches within one label only", "a pattern"),
        (r#""*.reg.io": OK"#, "a.b.reg.io/a",
            "  hint: a.b.reg.io has no key, but there are patterns with another number of labels: \"*.reg.io\"; \
            add the key \"a.b.reg.io\" or \"*.*.reg.io\" to task secret",
            "a pattern"),
        (r#""reg.io": OK"#, "a.reg.io/a",
            "    out of scope \"reg.io\": is for that host alone, not for a.reg.io below it", "a host above"),
        (r#""reg.io": OK"#, "evilreg.io/a", "  task secret, a config.json with 1 key: none for this image",
            "a host that ends like another"),
        (r#""io": OK"#, "reg.io/a", "  task secret, a config.json with 1 key: none for this image",
            "one label is not a host above"),
        (r#""u@REG.io": OK"#, "Reg.io/a",
            "    unmatchable #1 (not shown, it does not look like a registry): it holds user info before an @; write \
            only the registry", "a bad key in capitals"),
        (r#""*.io": OK, "reg.io": OK"#, "reg.io/a",
            "    loses \"*.io\": a key with the exact host goes before one with *", "a pattern"),
        (r#""reg.io": OK, "reg.io/a": OK"#, "reg.io/a",
            "    loses \"reg.io\": a key with a longer path goes before it",
            "a path"),
        (r#""quay.io": OK"#, "reg.io/a",
            "  hint: no key in any source is for the registry reg.io, only for \"quay.io\"; log in to a new \
            file and copy its entry to task secret: podman login --authfile new.json reg.io", "nothing"),
        (r#""quay.io": OK"#, "nginx", "  hint: no key in any source is for the registry docker.io (Docker Hub), \
            only for \
            \"quay.io\"; log in to a new file and copy its entry to task secret: podman login --authfile new.json \
            docker.io",
            "nothing"),
        (r#""quay.io": OK"#, "reg.io/a", "  task secret, a config.json with 1 key: none for this image", "nothing"),
        (r#""quay.io/team": OK"#, "quay.io/teams/app",
            "    out of scope \"quay.io/team\": is for that path and below; the repository is teams/app",
            "whole segments"),
        (r#""quay.io/team": {}"#, "quay.io/teams/app", "  task secret, a config.json with 1 key: none for this image",
            "whole segments"),
        (r#""ab*ba.reg.io": {}"#, "aba.reg.io/a", "  task secret, a config.json with 1 key: none for this image",
            "a pattern that overlaps itself"),
        (r#"{"credHelpers": {"reg.io:5000": "x", "reg.io/team": "x"}}"#, "reg.io/a",
            "  task secret, a config.json with 0 keys: none for this image", "a helper for something else"),
        (&helpers, "reg.io/a", "    and 5 more keys like these", "a page has an end for helpers too"),
        (&many, "reg.io/a", "    and 40 more keys like these", "a page has an end"),
        (&many, "reg.io/a", "  hint: reg.io has keys for other namespaces only: \"reg.io/n0\", \"reg.io/n1\", \
            \"reg.io/n2\", \"reg.io/n3\", \"reg.io/n4\" and 45 more; add the key \"reg.io/a\" or \
            \"reg.io\" to task secret", "a line has an end"),
        (&many, "reg.io/a", "    unmatchable \"reg.io/X\": its path is not a valid repository name; \
            write it in lower case and without *", "however many others"),
        (&beside_many, "reg.io/a", "    absent \"reg.io\": holds no credential, so the lookup goes on",
            "however many others"),
    ];
    check_rows(table, |(file, image, line, about)| {
        let auths = format!(r#"{{"auths": {{{}}}}}"#, file.replace("OK", r#"{"auth": "dTpw"}"#));
        let file = if file.starts_with('{') { file } else { &auths };
        let page = explain(&secret(file).unwrap(), image);
        assert!(page.lines().any(|l| l == line), "{about}: no line\n{line}\nin\n{page}");
    });
}

/// Every weaker entry is compared with the entry that wins, not with its neighbour.
#[test]
fn explain_says_why_each_key_lost() {
    let resolver = Resolver::builder()
        .task_secret(config(&[
            ("a*.reg.io", "long"),
            ("*.reg.io", "short"),
            ("ab.reg.io/team", "path"),
            ("ab.reg.io", "host"),
            ("https://ab.reg.io", "url"),
            ("https://ab.reg.io/team", "url"),
        ]))
        .task_secret(config(&[("ab.reg.io/team", "later"), ("AB.reg.io", "later")]))
        .add(Level::AgentFlag, config(&[("ab.reg.io/team/app", "flag"), ("*.reg.io", "flag")]))
        .build()
        .unwrap();
    let page = explain(&resolver, "ab.reg.io/team/app");
    let told: Vec<&str> = page.lines().filter(|line| line.starts_with("    ")).collect();
    assert_eq!(
        told,
        [
            "    wins \"ab.reg.io/team\": covers the image",
            "    loses \"https://ab.reg.io/team\": a key that means the same is spelled more exactly",
            "    loses \"ab.reg.io\": a key with a longer path goes before it",
            "    loses \"https://ab.reg.io\": a key with a longer path goes before it",
            "    loses \"a*.reg.io\": a key with the exact host goes before one with *",
            "    loses \"*.reg.io\": a key with the exact host goes before one with *",
            "    loses \"ab.reg.io/team\": a key that means the same was given before it",
            "    loses \"AB.reg.io\": a key with a longer path goes before it",
            "    loses \"ab.reg.io/team/app\": a stronger level answers",
            "    loses \"*.reg.io\": a stronger level answers",
        ],
        "{page}"
    );
    let patterns = secret(config(&[("*.reg.io", "a"), ("a*.reg.io", "b"), ("ab*.reg.io", "c")]));
    let page = explain(&patterns.unwrap(), "abc.reg.io/x");
    let more = "a key whose host has more literal characters goes before it";
    check_rows(["*.reg.io", "a*.reg.io"], |key| {
        let line = format!("    loses \"{key}\": {more}");
        assert!(page.lines().any(|l| l == line), "no line\n{line}\nin\n{page}");
    });
}

#[test]
fn explain_lists_missing_sources() {
    let home = tempfile::tempdir().unwrap();
    let resolver = Resolver::builder()
        .sandbox_home(home.path())
        .cluster_file_if_exists(home.path().join("missing"))
        .build()
        .unwrap();
    let page = explain(&resolver, "reg.io/a");
    let path = home.path().display();
    let rows = [
        "  task secret: not given".to_owned(),
        format!(
            "  sandbox HOME, {path}: holds no .docker/config.json, .dockercfg or docker.tar.gz to read"
        ),
        format!("  cluster file, {path}/missing: the file does not exist, which was allowed"),
        format!(
            "  hint: sandbox HOME, {path}: put .docker/config.json into it before the pull, or a \
             docker.tar.gz of .docker; Docker's HOME is the sandbox, so ~/.docker is not read"
        ),
        format!(
            "  hint: cluster file, {path}/missing: create it: podman login --authfile {path}/missing reg.io"
        ),
        "  hint: no credential file was given or found at any level; environment variables such as \
         DOCKER_CONFIG, DOCKER_AUTH_CONFIG and REGISTRY_AUTH_FILE are not read (Resolver::from_env \
         reads them)"
            .to_owned(),
        "  answer: none".to_owned(),
    ];
    check_rows(rows, |line| {
        assert!(page.lines().any(|l| l == line), "no line\n{line}\nin\n{page}");
    });
}

#[test]
fn hints_do_not_contradict_the_findings() {
    let hints = |file: &str, image: &str| -> Vec<Value> {
        let explained = secret(file).unwrap().explain(&image_ref(image));
        serde_json::to_value(explained).unwrap()["hints"].as_array().unwrap().clone()
    };
    assert_eq!(hints(&config(&[("reg.io", "u")]), "reg.io/a").len(), 0, "none for a hit");
    let blocked = hints(r#"{"auths": {"reg.io": 1, "reg.io/t": {}, "reg": {}}}"#, "reg.io/a");
    assert_eq!(blocked.len(), 1, "{blocked:?}");
    let rows = [
        r#"{"auths": {"reg.io": {}}}"#,
        r#"{"auths": {"reg.io/x": {"auth": "dTpw"}}}"#,
        r#"{"auths": {"reg.io:x": {"auth": "dTpw"}}}"#,
        r#"{"credHelpers": {"reg.io": "x"}}"#,
        r#"{"auths": {"quay.io": {"auth": "dTpw"}}}"#,
    ];
    check_rows(rows, |file| {
        let hints = hints(file, "reg.io/a");
        assert_eq!(hints.len(), 1, "{file}: {hints:?}");
        let nothing = hints[0].as_str().unwrap().starts_with("no key in any source");
        assert_eq!(nothing, file.contains("quay.io"), "{file}: {hints:?}");
    });
}

#[test]
fn unnamed_secrets_are_numbered_across_a_base() {
    let base = secret(config(&[("a.io", "a")])).unwrap();
    let over = Resolver::builder()
        .base(&base)
        .task_secret(config(&[("b.io", "b")]))
        .task_secret(config(&[("c.io", "c")]))
        .build()
        .unwrap();
    let origin = |server| over.resolve_registry(server).unwrap().origin().to_string();
    assert_eq!(origin("a.io"), "task secret: key \"a.io\"");
    assert_eq!(origin("b.io"), "task secret, #2: key \"b.io\"");
    assert_eq!(origin("c.io"), "task secret, #3: key \"c.io\"");
    // Sources of every base count, including sources without a file.
    let unset = Resolver::builder().home(None).build().unwrap();
    let over = Resolver::builder().base(&over).base(&unset).base(&base).base(&unset);
    let over = over.task_secret(config(&[("d.io", "d")])).home(None).build().unwrap();
    let origin = over.resolve_registry("d.io").unwrap().origin().to_string();
    assert_eq!(origin, "task secret, #5: key \"d.io\"");
    let [warning] = over.warnings() else { panic!("{:?}", over.warnings()) };
    assert_eq!(warning.location().to_string(), "sandbox HOME, #3");
}

#[test]
fn a_key_cannot_forge_a_line_of_the_page() {
    let key = "reg.io\u{1b}[2J\n  answer: all is well";
    let page = explain(&secret(config(&[(key, "u")])).unwrap(), "reg.io/a");
    assert!(page.contains("task secret, a config.json with 1 key: none for this image"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains("\n  answer: all"), "{page}");
    let long = format!("reg.io/{}", "X".repeat(100_000));
    assert!(explain(&secret(config(&[(&long, "u")])).unwrap(), "reg.io/a").len() < 1500);
}

/// A user who chooses images and reads the pages must not learn a password piece by piece.
#[test]
fn explain_does_not_reveal_parts_of_a_hidden_key() {
    // key, hosts of images for which it is mentioned, hosts for which it is not
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &[&str])] = &[
        ("admin:hunter2@reg.io", &["reg.io", "REG.io", "reg.io:5000"],
            &["HUNT", "HUNTER2", "H", "Admin", "eg.io", "reg.i", "io:1", "2:1"]),
        ("https://p:a/s/s@reg.io:5000/v1/", &["reg.io", "reg.io:5000"], &["P", "A", "S", "a:1"]),
        ("p@w:o/rd", &["W"], &["O", "RD", "P", "rd:1", "o:1"]),
        (" reg.io", &["reg.io"], &["Reg", "io:1"]),
        ("reg.io?token=hunter2", &["reg.io"], &["HUNTER2", "Token", "hunt:1"]),
        ("ftp://reg.io/x", &["reg.io", "reg.io:1"], &["REG.com", "eg.io", "ftp:1"]),
    ];
    check_rows(table, |(key, mentioned, silent)| {
        let resolver = secret(config(&[(key, "u")])).unwrap();
        for (hosts, expected) in [(mentioned, true), (silent, false)] {
            for host in *hosts {
                let image = format!("{host}/app");
                let page = explain(&resolver, &image);
                assert_eq!(page.contains("unmatchable"), expected, "{key} for {image}: {page}");
                assert_eq!(page.contains("these keys name"), expected, "{key} for {image}: {page}");
            }
        }
    });
}

#[test]
fn explanations_serialise_to_json() {
    let resolver = Resolver::builder()
        .task_secret(r#"{"auths": {"reg.io": {}}, "credsStore": "desktop"}"#)
        .add(Level::AgentFlag, config(&[("https://reg.io", "u")]))
        .build()
        .unwrap();
    let image = image_ref("reg.io/a:1");
    let mut told: Value = serde_json::to_value(resolver.explain(&image)).unwrap();
    assert_eq!(
        told["answer"],
        json!({
            "outcome": "found", "level": "agent flag", "location": "agent flag",
            "key": "https://reg.io", "credential": "user name and password",
        })
    );
    let level = told["levels"][0].take();
    assert_eq!(
        level,
        json!({"level": "task secret", "sources": [{"location": "task secret", "files": [{
            "location": "task secret", "format": "config.json", "entries": 1, "helper": "desktop",
            "findings": [{
                "key": "reg.io", "scope": "reg.io", "verdict": "absent",
                "reason": "holds no credential; credsStore leaves it to the helper \"desktop\", which is not run",
            }],
            "more": 0,
        }]}]})
    );
    assert_eq!(told["image"], "reg.io/a:1");
    assert_eq!((&told["registry"], &told["repository"]), (&json!("reg.io"), &json!("a")));
    assert_eq!(told["hints"], json!([]));
    let none = resolver.explain(&image_ref("quay.io/a"));
    assert_eq!(serde_json::to_value(none).unwrap()["answer"], json!({"outcome": "none"}));
}

#[test]
fn programs_read_the_outcome_the_helpers_and_the_hints() {
    // file, outcome, helpers, number of hints
    let table: [(&str, Outcome, &[&str], usize); 6] = [
        (r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#, Outcome::Found, &[], 0),
        (r#"{"auths": {"reg.io": 1}}"#, Outcome::Blocked, &[], 1),
        (r#"{"auths": {}}"#, Outcome::None, &[], 1),
        (
            r#"{"credsStore": "desktop", "credHelpers": {"reg.io": "gcloud", "quay.io": "x"}}"#,
            Outcome::None,
            &["gcloud"],
            1,
        ),
        (r#"{"credsStore": "SHVudGVyMg"}"#, Outcome::None, &["…"], 1),
        (
            r#"{"credHelpers": {"reg.io": "gcloud", "*.io": "gcloud", "https://reg.io": ""}}"#,
            Outcome::None,
            &["gcloud"],
            1,
        ),
    ];
    check_rows(table, |(file, outcome, helpers, hints)| {
        let explained = secret(file).unwrap().explain(&image_ref("reg.io/a"));
        assert_eq!(explained.outcome(), outcome, "{file}");
        assert_eq!(explained.helpers().collect::<Vec<_>>(), helpers, "{file}");
        assert_eq!(explained.hints().len(), hints, "{file}");
        let json = serde_json::to_value(&explained).unwrap();
        assert_eq!(json["answer"]["outcome"], outcome.to_string());
        assert_eq!(json["helpers"], json!(helpers));
    });
}

#[test]
fn warnings_serialise_to_json() {
    let resolver = secret(r#"{"auths": {"reg.io": 1}, "credsStore": "x"}"#).unwrap();
    let json = serde_json::to_value(resolver.warnings()).unwrap();
    assert_eq!(json[0]["key"], "reg.io");
    assert_eq!(json[0]["location"], "task secret");
    assert_eq!(json[0]["message"], resolver.warnings()[0].to_string());
    assert_eq!(json[1].get("key"), None);
}
