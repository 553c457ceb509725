//! Credentials of other registries in a sandbox, which the task can read.

use regcred::{Limits, Resolver};

use super::{PULLS, agent, app_with, no_secrets, only};
use crate::support::archive::{file, gzip, tar};
use crate::support::{check_rows, config};

#[test]
fn credentials_of_other_registries_in_a_sandbox_are_a_warning() {
    // image, a credential file, what is said of it, rule
    #[rustfmt::skip]
    let table = [
        ("reg.io/app", config(&[("reg.io", "u"), ("https://reg.io/v1/", "u"), ("reg.io/team", "u"), ("*.io", "u")]), "-", "its own, however it is spelled"),
        ("reg.io/app", config(&[("reg.io", "u"), ("quay.io", "u")]), r#"1 other registry, "quay.io", which the task can read; put only the credential for "reg.io" into it"#, "another"),
        ("reg.io/app", config(&[("quay.io", "u"), ("https://quay.io/v2/", "u"), ("quay.io/team", "u"), ("Quay.io", "u")]), r#"1 other registry, "quay.io", which"#, "each registry once, also without its own"),
        ("reg.io:5000/app", config(&[("reg.io", "u"), ("reg.io:5000", "u")]), r#"1 other registry, "reg.io", which"#, "another port is another registry"),
        ("REG.io/app", config(&[("reg.io:443", "u"), ("*.com", "u"), ("*.reg.io", "u")]), r#"2 other registries, "*.com", "*.reg.io", which"#, "patterns"),
        ("nginx", config(&[("https://index.docker.io/v1/", "u"), ("docker.io", "u"), ("*.io", "u")]), r#"1 other registry, "*.io", which"#, "a pattern never covers Docker Hub"),
        ("reg.io/app", config(&[("a.io", "u"), ("b.io", "u"), ("c.io", "u"), ("d.io", "u"), ("e.io", "u"), ("f.io", "u"), ("g.io", "u")]), r#"7 other registries, "a.io", "b.io", "c.io", "d.io", "e.io" and 2 more, which"#, "a few names"),
        ("reg.io/app", r#"{"auths": {"reg.io": {"auth": "dTpw"}, "quay.io": {}, "a.io": {"auth": "!"}, "u:p@b.io": {"auth": "dTpw"}}, "credHelpers": {"c.io": "ecr"}}"#.to_owned(), "-", "nothing usable"),
        ("reg.io/<app>", config(&[("quay.io", "u")]), "-", "an image that is none has no registry"),
    ];
    let none = Resolver::builder().build().unwrap();
    check_rows(table, |(image, json, expected, rule)| {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join(".dockercfg"), &json).unwrap();
        let archive = gzip(&tar(&[file(".docker/config.json", &json)]));
        std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
        let dir = scratch.path().to_str().unwrap();
        let definition = format!(
            r#"{{"id": "/a", "container": {{"docker": {{"image": "{image}"}}}}, "fetch": [{{"uri": "{dir}/docker.tar.gz"}}]}}"#
        );
        let container = only(&definition);
        let limits = Limits::default();
        for (resolver, places) in [
            (
                container.resolver(&none, limits, no_secrets),
                vec![format!("sandbox HOME, {dir}/docker.tar.gz (.docker/config.json)")],
            ),
            (
                container.resolver_in_sandbox(&none, limits, dir, no_secrets),
                vec![
                    format!("sandbox HOME, {dir}/.dockercfg"),
                    format!("sandbox HOME, {dir}/docker.tar.gz (.docker/config.json)"),
                ],
            ),
        ] {
            let told: Vec<String> = resolver
                .unwrap()
                .warnings()
                .iter()
                .map(|w| w.to_string())
                .filter(|told| told.contains("other regist"))
                .collect();
            let expected: Vec<String> = places
                .iter()
                .filter(|_| expected != "-")
                .map(|place| format!("{place}: it holds credentials of {expected}"))
                .collect();
            let is_told = |(told, expected): (&String, &String)| told.starts_with(expected);
            assert_eq!(told.len(), expected.len(), "{rule}: {told:#?}, {expected:#?}");
            assert!(told.iter().zip(&expected).all(is_told), "{rule}: {told:#?}, {expected:#?}");
        }
    });
    // Neither the secret nor what the agent has is in the sandbox.
    let several = config(&[("reg.io", "u"), ("quay.io", "u")]);
    let secret = |_: &str| Ok(several.clone().into());
    let pulls = only(PULLS).resolver(&agent(), Limits::default(), secret).unwrap();
    assert!(pulls.warnings().is_empty(), "{:?}", pulls.warnings());
    let plain = only(&app_with(r#""cmd": "x""#));
    let plain = plain.resolver(&agent(), Limits::default(), no_secrets).unwrap();
    assert!(plain.warnings().is_empty(), "{:?}", plain.warnings());
}
