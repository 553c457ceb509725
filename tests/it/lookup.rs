//! DESIGN 4: `lookup`, the answer for callers that run credential helpers.

use regcred::{HelperRequest, Level, Lookup, Resolver, ResolverBuilder};

use crate::support::{check_rows, config, image_ref, user, word};

/// Follows a lookup to its end: each helper with its server, then the answer.
fn followed(resolver: &Resolver, image: &str) -> String {
    let mut steps = Vec::new();
    let mut lookup = resolver.lookup(&image_ref(image));
    loop {
        lookup = match lookup {
            Lookup::Helper(request) => {
                steps.push(format!("{} {}", request.helper(), request.server_url()));
                request.next()
            }
            Lookup::Found(auth) => {
                assert_eq!(
                    Some(word(&auth)),
                    resolver.resolve(&image_ref(image)).as_ref().map(word)
                );
                steps.push(word(&auth));
                return steps.join(", ");
            }
            Lookup::Blocked(warning) => {
                assert!(resolver.explain(&image_ref(image)).is_blocked(), "{warning}");
                steps.push("blocked".to_owned());
                return steps.join(", ");
            }
            Lookup::Anonymous => {
                assert!(resolver.resolve(&image_ref(image)).is_none());
                steps.push("anonymous".to_owned());
                return steps.join(", ");
            }
            other => panic!("{other:?}"),
        };
    }
}

fn flag(file: &str) -> ResolverBuilder {
    Resolver::builder().add(Level::AgentFlag, file.replace("OK", r#"{"auth": "dTpw"}"#))
}

#[test]
fn helpers_are_asked_in_the_order_of_docker() {
    // agent flag, image, steps, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"auths": {"reg.io": OK}}"#, "reg.io/a", "u:p", "no helper"),
        (r#"{"auths": {"reg.io": OK}}"#, "quay.io/a", "anonymous", "nothing"),
        (r#"{"auths": {"reg.io": 1}}"#, "reg.io/a", "blocked", "malformed"),
        (r#"{"credsStore": "pass"}"#, "reg.io/a", "pass reg.io, anonymous",
            "docker/cli: credsStore for every registry"),
        (r#"{"credsStore": "pass"}"#, "nginx", "pass https://index.docker.io/v1/, anonymous", "Docker Hub's server"),
        (r#"{"credsStore": "pass"}"#, "REG.io:443/a", "pass REG.io:443, anonymous", "as the image spells it"),
        (r#"{"credsStore": "pass", "auths": {"reg.io": OK}}"#, "reg.io/a", "pass reg.io, u:p", "then auths"),
        (r#"{"credsStore": "pass", "auths": {"reg.io": {}}}"#, "reg.io/a", "pass reg.io, anonymous", "a marker"),
        (r#"{"credsStore": "pass", "auths": {"reg.io": 1}}"#, "reg.io/a", "pass reg.io, blocked", "then malformed"),
        (r#"{"credsStore": "pass", "credHelpers": {"reg.io": "ecr-login"}}"#, "reg.io/a",
            "ecr-login reg.io, anonymous",
            "credHelpers instead of credsStore"),
        (r#"{"credsStore": "pass", "credHelpers": {"reg.io": "ecr-login"}}"#, "quay.io/a", "pass quay.io, anonymous",
            "another registry"),
        (r#"{"credsStore": "pass", "credHelpers": {"reg.io": ""}, "auths": {"reg.io": OK}}"#, "reg.io/a", "u:p",
            "an empty name: from the file (docker/for-win#9843)"),
        (r#"{"credHelpers": {"https://reg.io/v1/": "x"}}"#, "reg.io/a", "x reg.io, anonymous", "keys as in auths"),
        (r#"{"credHelpers": {"*.io": "glob", "reg.io": "exact"}}"#, "reg.io/a", "exact reg.io, anonymous",
            "specificity"),
        (r#"{"credHelpers": {"*.io": "glob", "r*.io": "narrow"}}"#, "reg.io/a", "narrow reg.io, anonymous",
            "specificity"),
        (r#"{"credHelpers": {"reg.io": "whole", "reg.io/team": "team"}}"#, "reg.io/team/a", "team reg.io, anonymous",
            "specificity"),
        (r#"{"credHelpers": {"reg.io/team": "team"}}"#, "reg.io/teams/a", "anonymous", "whole segments"),
        (r#"{"credHelpers": {"https://reg.io": "url", "reg.io": "plain"}}"#, "reg.io/a", "plain reg.io, anonymous",
            "spelling"),
        (r#"{"credHelpers": {"docker.io": "hub"}}"#, "nginx", "hub https://index.docker.io/v1/, anonymous",
            "Docker Hub"),
        (r#"{"credHelpers": {"*.io": "x"}}"#, "nginx", "anonymous", "a glob never covers Docker Hub"),
        (r#"{"credsStore": "../../bin/sh"}"#, "reg.io/a", "… reg.io, anonymous", "a name that no program has"),
        (r#"{"credsStore": "ECR-login"}"#, "reg.io/a", "ECR-login reg.io, anonymous",
            "in the case in which it is written"),
    ];
    check_rows(table, |(file, image, steps, rule)| {
        assert_eq!(followed(&flag(file).build().unwrap(), image), steps, "{rule}: {file}");
    });
}

#[test]
fn weaker_levels_follow_until_one_has_an_entry() {
    let store = |name: &str| format!(r#"{{"credsStore": "{name}"}}"#);
    let add = |level, file: String| (level, file);
    // files, steps
    #[rustfmt::skip]
    let table = [
        (vec![add(Level::AgentFlag, store("a")), add(Level::ClusterFile, store("c"))],
            "a reg.io, c reg.io, anonymous"),
        (vec![add(Level::AgentFlag, store("a")), add(Level::ClusterFile, user("u"))], "a reg.io, u:p"),
        (vec![add(Level::AgentFlag, user("u")), add(Level::ClusterFile, store("c"))], "u:p"),
        (vec![add(Level::AgentFlag, user("u")), add(Level::AgentFlag, store("a"))], "a reg.io, u:p"),
        (vec![add(Level::ClusterFile, store("c")), add(Level::UserConfigJson, store("d"))],
            "c reg.io, d reg.io, anonymous"),
        // A task must not choose a program that its agent runs.
        (vec![add(Level::TaskSecret, store("t")), add(Level::AgentFlag, user("u"))], "u:p"),
        (vec![add(Level::SandboxHome, store("s")), add(Level::AgentFlag, store("a"))], "a reg.io, anonymous"),
    ];
    check_rows(table, |(files, steps)| {
        let builder =
            files.iter().fold(Resolver::builder(), |b, (level, file)| b.add(*level, &**file));
        assert_eq!(followed(&builder.build().unwrap(), "reg.io/a"), steps, "{files:?}");
        // The same with each file as the base of the one before.
        let layered = files.iter().rev().fold(Resolver::default(), |base, (level, file)| {
            Resolver::builder().add(*level, &**file).base(&base).build().unwrap()
        });
        assert_eq!(followed(&layered, "reg.io/a"), steps, "layered {files:?}");
    });
}

#[test]
fn helpers_of_a_home_are_those_of_its_owner() {
    let home = tempfile::tempdir().unwrap();
    crate::support::put(&home, ".docker/config.json", r#"{"credsStore": "pass"}"#);
    let of_agent = Resolver::builder().home(home.path()).build().unwrap();
    assert_eq!(followed(&of_agent, "reg.io/a"), "pass reg.io, anonymous");
    let of_task = Resolver::builder().sandbox_home(home.path()).build().unwrap();
    assert_eq!(followed(&of_task, "reg.io/a"), "anonymous");
}

#[test]
fn a_request_names_its_file_and_shows_no_password() {
    let file = config(&[("reg.io", "u")]).replacen('{', r#"{"credsStore": "SHVudGVyMg", "#, 1);
    let resolver = Resolver::builder().add(Level::ClusterFile, file).build().unwrap();
    let Lookup::Helper(request) = resolver.lookup(&image_ref("reg.io/a")) else { panic!() };
    assert_eq!(request.location().level(), Some(Level::ClusterFile));
    let shown = format!(
        "{request:?} {:?} {:?}",
        resolver.lookup(&image_ref("reg.io/a")),
        resolver.warnings()
    );
    assert!(!shown.contains("SHVudGVyMg"), "{shown}");
    let printed = |level| {
        let file = r#"{"credHelpers": {"reg.io": "pass"}, "auths": {"bad.io": 1, "quay.io": {"auth": "dTpw"}}}"#;
        let resolver = Resolver::builder().add(level, file).build().unwrap();
        ["reg.io/a", "bad.io/a", "quay.io/a", "other.io/a"]
            .map(|image| resolver.lookup(&image_ref(image)).to_string())
    };
    assert_eq!(
        printed(Level::ClusterFile),
        [
            "cluster file: the helper \"pass\", server \"reg.io\"",
            "cluster file: entry \"bad.io\": it is not an object such as {\"auth\": \"…\"}; images it is for get no credential until it is corrected",
            "cluster file: key \"quay.io\"",
            "anonymous",
        ]
    );
    fn is_portable<T: Send + Sync + Clone + 'static>() {}
    is_portable::<HelperRequest>();
    is_portable::<Lookup>();
}
