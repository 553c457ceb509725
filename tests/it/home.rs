//! Plain Docker and Deimos: the `HOME` of a program on the agent.

use std::ffi::OsString;
use std::fs;

use regcred::{Error, Level, Resolver, WarningKind};

use crate::support::{Named, answer, check_rows, config, image_ref, put};

#[test]
fn config_json_and_dockercfg_both_count() {
    let keys = |user: &str| config(&[("reg.io", user), (&format!("{user}.io"), user)]);
    // what is there, answers for reg.io/app and flat.io/app, rule
    #[rustfmt::skip]
    let table: &[(Named, &str, &str, &str)] = &[
        (&[], "-", "-", "Docker: no file is not an error"),
        (&[(".dockercfg", "flat")], "flat:p", "flat:p", "Deimos: ~/.dockercfg"),
        (&[(".docker/config.json", "json")], "json:p", "-", "Docker since 1.7"),
        (&[(".dockercfg", "flat"), (".docker/config.json", "json")], "json:p", "flat:p", "3.6: in this order, united"),
        (&[("docker.tar.gz", "archive"), ("config.json", "bare")], "-", "-", "an archive in HOME is not read"),
    ];
    check_rows(table, |(files, reg, flat, rule)| {
        let home = tempfile::tempdir().unwrap();
        for (name, user) in *files {
            put(home.path(), name, keys(user));
        }
        let resolver = Resolver::builder().home(home.path()).build().unwrap();
        assert_eq!(answer(&resolver, "reg.io/app"), *reg, "{rule}");
        assert_eq!(answer(&resolver, "flat.io/app"), *flat, "{rule}");
        assert!(resolver.warnings().is_empty(), "{rule}");
        let image = image_ref("reg.io/app");
        let page = resolver.explain(&image).to_string();
        let is_noted = page.contains(": holds no .docker/config.json and no .dockercfg");
        assert_eq!(is_noted, *reg == "-", "{rule}\n{page}");
    });
    let missing = Resolver::builder().home("/nonexistent").build().unwrap();
    assert_eq!(answer(&missing, "reg.io/app"), "-", "the HOME of system users");
}

#[test]
fn an_unset_home_is_a_warning() {
    let unset: [Option<OsString>; 2] = [None, Some(OsString::new())];
    check_rows(unset, |home| {
        let resolver = Resolver::builder().home(home).build().unwrap();
        let [warning] = resolver.warnings() else { panic!("{:?}", resolver.warnings()) };
        assert_eq!(*warning.kind(), WarningKind::HomeUnset);
        let text = warning.to_string();
        assert!(
            text.starts_with(
                "sandbox HOME: HOME is not set, and without it Docker may find no cred"
            ),
            "{text}"
        );
        let image = image_ref("reg.io/app");
        let explained = resolver.explain(&image).to_string();
        assert!(explained.contains("sandbox HOME: not set, and"), "{explained}");
    });
}

#[test]
fn a_home_that_is_not_a_path_is_not_shown() {
    let home = r#"{"auths": {"reg.io": {"auth": "canary"}}}"#;
    let error = Resolver::builder().home(home).build().unwrap_err();
    assert!(
        matches!(error, Error::InvalidSetting { .. })
            && !format!("{error} {error:?}").contains("canary"),
        "{error}"
    );
}

#[test]
fn home_has_the_level_of_the_sandbox() {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), ".dockercfg", config(&[("reg.io", "home")]));
    let resolver = Resolver::builder()
        .agent_flag(config(&[("reg.io", "flag")]))
        .home(home.path().to_owned())
        .build()
        .unwrap();
    assert_eq!(answer(&resolver, "reg.io/app"), "home:p");
    let auth = resolver.resolve_registry("reg.io").unwrap();
    assert_eq!(auth.origin().level(), Level::SandboxHome);
    assert!(auth.origin().file().unwrap().ends_with(".dockercfg"));
    put(home.path(), ".docker/config.json", "{");
    let broken = Resolver::builder().home(home.path()).build();
    assert!(matches!(broken, Err(Error::Syntax { .. })), "{broken:?}");
}

#[test]
fn an_unreadable_file_in_home_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), ".docker", "a file in place of a directory");
    let broken = Resolver::builder().home(home.path()).build();
    assert!(matches!(broken, Err(Error::Read { .. })), "{broken:?}");
}

/// `export HOME=/`, with the file at `/.dockercfg`, as the manual of the time has it. What is in
/// the root of this machine is not known, so the test checks only that it is searched.
#[test]
fn home_may_be_the_root_directory() {
    let image = image_ref("reg.io/app");
    let rows = [Resolver::builder().home("/"), Resolver::builder().sandbox_home("/")];
    check_rows(rows, |builder| {
        let told = match builder.build() {
            Ok(resolver) => resolver.explain(&image).to_string(),
            Err(error) => error.to_string(),
        };
        assert!(told.contains("sandbox HOME, /"), "{told}");
    });
}

#[cfg(unix)]
#[test]
fn symbolic_links_in_home_are_followed() {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), "dotfiles/config.json", config(&[("reg.io", "linked")]));
    fs::create_dir(home.path().join(".docker")).unwrap();
    let link = home.path().join(".docker/config.json");
    std::os::unix::fs::symlink(home.path().join("dotfiles/config.json"), link).unwrap();
    let resolver = Resolver::builder().home(home.path()).build().unwrap();
    assert_eq!(answer(&resolver, "reg.io/app"), "linked:p");
    let as_sandbox = Resolver::builder().sandbox_home(home.path()).build();
    assert!(matches!(as_sandbox, Err(Error::NotAFile { .. })), "a task's are not");
}
