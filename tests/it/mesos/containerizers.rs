//! The Docker and the Mesos containerizer, compared with the order of levels.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use regcred::mesos::{self};
use regcred::{Error, Limits, Resolver};

use crate::support::{Named, answer, check_rows, config, image_ref, put, word};

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
