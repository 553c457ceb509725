//! Credentials of other registries in a sandbox, which the task can read.

use regcred::{Limits, Resolver};

use super::{PULLS, agent, app_with, no_secrets, only};
use crate::support::archive::{file, gzip, tar};
use crate::support::{check_rows, config};

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn credentials_of_other_registries_in_a_sandbox_are_a_warning() {
    let keys = |keys: &[&str]| config(&keys.iter().map(|key| (*key, "u")).collect::<Vec<_>>());
    let unusable = r#"{
        "auths": {"reg.io": {"auth": "dTpw"}, "quay.io": {}, "a.io": {"auth": "!"}, "u:p@b.io": {"auth": "dTpw"}},
        "credHelpers": {"c.io": "ecr"}
    }"#;
    // image, a credential file, warning, rule
    #[rustfmt::skip]
    let table = [
        ("reg.io/app", keys(&["reg.io", "https://reg.io/v1/", "reg.io/team", "*.io"]), "-",
            "the registry itself, in any spelling"),
        ("reg.io/app", keys(&["reg.io", "quay.io"]),
            r#"1 other registry, "quay.io", which the task can read; put only the credential for "reg.io" into it"#,
            "another"),
        ("reg.io/app", keys(&["quay.io", "https://quay.io/v2/", "quay.io/team", "Quay.io"]),
            r#"1 other registry, "quay.io", which"#, "each registry once, also without its own"),
        ("reg.io:5000/app", keys(&["reg.io", "reg.io:5000"]), r#"1 other registry, "reg.io", which"#, "another port"),
        ("REG.io/app", keys(&["reg.io:443", "*.com", "*.reg.io"]), r#"2 other registries, "*.com", "*.reg.io", which"#,
            "patterns"),
        ("nginx", keys(&["https://index.docker.io/v1/", "docker.io", "*.io"]), r#"1 other registry, "*.io", which"#,
            "a pattern never covers Docker Hub"),
        ("reg.io/app", keys(&["a.io", "b.io", "c.io", "d.io", "e.io", "f.io", "g.io"]),
            r#"7 other registries, "a.io", "b.io", "c.io", "d.io", "e.io" and 2 more, which"#, "at most five names"),
        ("reg.io/app", unusable.to_owned(), "-", "nothing usable"),
        ("reg.io/<app>", keys(&["quay.io"]), "-", "an invalid image has no registry"),
    ];
    let none = Resolver::builder().build().unwrap();
    check_rows(table, |(image, json, expected, rule)| {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join(".dockercfg"), &json).unwrap();
        let archive = gzip(&tar(&[file(".docker/config.json", &json)]));
        std::fs::write(scratch.path().join("docker.tar.gz"), archive).unwrap();
        let dir = scratch.path().to_str().unwrap();
        let definition = format!(
            r#"{{"id": "/a", "container": {{"docker": {{"image": "{image}"}}}},
                "fetch": [{{"uri": "{dir}/docker.tar.gz"}}]}}"#
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
    // Neither the pull secret nor the agent's credentials are in the sandbox.
    let several = config(&[("reg.io", "u"), ("quay.io", "u")]);
    let secret = |_: &str| Ok(several.clone().into());
    let pulls = only(PULLS).resolver(&agent(), Limits::default(), secret).unwrap();
    assert!(pulls.warnings().is_empty(), "{:?}", pulls.warnings());
    let plain = only(&app_with(r#""cmd": "x""#));
    let plain = plain.resolver(&agent(), Limits::default(), no_secrets).unwrap();
    assert!(plain.warnings().is_empty(), "{:?}", plain.warnings());
}
