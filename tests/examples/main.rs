//! The programs in `examples/`, run as a user runs them.
//!
//! `cargo test` leaves them out, because cargo builds the examples again for them. `.ci/run` runs them.

// `serde_json::Value` reads the output of a program here, not input.
#![allow(clippy::disallowed_types)]

mod adapters;
#[path = "../it/check_rows.rs"]
mod check_rows;

use std::io::Write;
use std::process::{Command, Stdio};

use regcred::Level;
use serde_json::Value;

use check_rows::check_rows;

fn run(args: &[&str]) -> Output {
    run_example("resolve", args)
}

/// Exit status, standard output and standard error.
type Output = (Option<i32>, String, String);

fn run_example(name: &str, args: &[&str]) -> Output {
    ask_example(name, args, &[], "")
}

/// Runs an example with variables of its environment and standard input.
fn ask_example(name: &str, args: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .args(["--example", name, "--"])
        .args(args)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn each_level_of_the_shipped_cluster_answers() {
    let (status, stdout, _) = run(&[]);
    assert_eq!(status, Some(0), "{stdout}");
    check_rows(Level::ALL.into_iter().take_while(|l| *l <= Level::ClusterFile), |level| {
        let answers = stdout.lines().filter(|line| {
            line.starts_with("  answer: ") && line.contains(&format!(" from {level}"))
        });
        assert!(answers.count() > 0, "{level} does not answer:\n{stdout}");
    });
    assert!(!stdout.contains("example-password"), "passwords are masked:\n{stdout}");
    let (_, stdout, _) = run(&["--show-secret"]);
    assert!(stdout.contains("example-password-1"), "unless asked for:\n{stdout}");
}

#[test]
fn the_exit_status_reports_the_answer() {
    let flag = r#"{"auths": {"reg.io": {"auth": "dTpw"}, "u@reg.io": {}}}"#;
    // arguments, exit status, on standard output, on standard error
    #[rustfmt::skip]
    let table: &[(&[&str], i32, &str, &str)] = &[
        (&["--agent-flag", flag, "reg.io/app"], 0, "user name u, password ****", "warning: agent flag"),
        (&["--agent-flag", flag, "reg.io/app", "nginx"], 1, "pulled anonymously", ""),
        (&["--agent-flag", r#"{"auths": {"reg.io": 1}}"#, "reg.io/app"], 1, "not pulled", "warning: agent flag"),
        (&["nginx"], 0, "sandbox-user", ""),
        (&["gcr.io/project/app"], 1, "the helper \"gcloud\"", "warning: agent flag"),
        (&["--agent-flag", "{", "reg.io/app"], 2, "", "the JSON ends too early"),
        (&["--strict", "--agent-flag", flag, "reg.io/app"], 2, "", "holds user info"),
        (&["--sandbox", "/nowhere/at/all", "reg.io/app"], 2, "", "sandbox HOME, /nowhere/at/all"),
        (&["--task-secret", "/nowhere/at/all", "reg.io/app"], 2, "", "/nowhere/at/all"),
        (&["--cluster-file", "/nowhere/at/all", "reg.io/app"], 2, "", "cluster file, /nowhere/at/all"),
        (&["nginx", "Nginx"], 2, "", "upper-case"),
        (&["Nginx"], 2, "", "upper-case"),
        (&["--agent-flag", flag], 2, "", "no image given"),
        (&["--agent-flag"], 2, "", "needs a value"),
        (&["--unknown"], 2, "", "unknown option"),
        (&["--help"], 0, "usage:", ""),
    ];
    check_rows(table, |(args, status, on_stdout, on_stderr)| {
        let (code, stdout, stderr) = run(args);
        assert_eq!(code, Some(*status), "{args:?}\n{stdout}\n{stderr}");
        assert!(stdout.contains(on_stdout), "{args:?}\n{stdout}");
        assert!(stderr.contains(on_stderr), "{args:?}\n{stderr}");
        assert!(*status != 2 || stdout.is_empty(), "{args:?}: bad input, but {stdout}");
    });
}

#[test]
fn json_output_is_one_document() {
    let flag = r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#;
    let (_, stdout, _) = run(&["--json", "--agent-flag", flag, "reg.io/app", "quay.io/app"]);
    let lines: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "one line an image");
    assert_eq!(lines[0]["credential"]["username"], "u");
    assert_eq!(lines[0]["credential"]["password"], "********");
    assert_eq!(lines[0]["explanation"]["answer"]["outcome"], "found");
    assert_eq!(lines[1]["credential"], Value::Null);
    let (_, stdout, _) = run(&["--json", "--show-secret", "--agent-flag", flag, "reg.io/app"]);
    assert!(stdout.contains(r#""password":"p""#), "{stdout}");
}

#[test]
fn the_shipped_definitions_get_their_credentials() {
    let (status, stdout, stderr) = run_example("marathon", &[]);
    assert_eq!(status, Some(0), "{stdout}\n{stderr}");
    let answers: Vec<&str> = stdout.lines().filter(|line| line.starts_with("  answer: ")).collect();
    // container, source of its credential
    #[rustfmt::skip]
    let table = [
        ("/shop/web, Mesos", "task secret, pullConfigSecret (/shop/pullConfig) of /shop/web"),
        ("/shop/legacy, Docker", "sandbox HOME, "),
        ("/shop/jobs/nightly, Mesos", "cluster file, "),
        ("/tools/build compiler, Mesos", "task secret, hub (tools/hub) of /tools/build compiler"),
        ("/tools/build sidecar, Mesos", "cluster file, "),
    ];
    assert_eq!(answers.len(), table.len(), "{stdout}");
    check_rows(table.into_iter().zip(answers), |((container, place), answer)| {
        assert!(stdout.contains(container), "{container}:\n{stdout}");
        assert!(answer.contains(place), "{container}: {answer}");
    });
    assert!(!stdout.contains("warning") && !stdout.contains("example-password"), "{stdout}");
}

#[test]
fn definitions_and_secrets_are_read_from_the_command_line() {
    let scratch = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &str| {
        let path = scratch.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let app = |container: &str, source: &str| {
        let rest = format!(r#""secrets": {{"s": {{"source": "{source}"}}}}"#);
        put("app.json", &format!(r#"{{"id": "/a", "container": {container}, {rest}}}"#))
    };
    put("secrets/dir/s", r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#);
    put("outside", r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#);
    let secrets = scratch.path().join("secrets").to_str().unwrap().to_owned();
    let pulls =
        r#"{"type": "MESOS", "docker": {"image": "reg.io/a", "pullConfig": {"secret": "s"}}}"#;
    let plain = r#"{"type": "MESOS", "docker": {"image": "team/a"}}"#;
    let flag = r#"{"reg.io": {"auth": "dTpw"}}"#;
    // container, source, further arguments, exit status, what is printed
    #[rustfmt::skip]
    let table: &[(&str, &str, &[&str], i32, &str)] = &[
        (pulls, "/dir/s", &[&secrets], 0, "answer: user name and password from task secret, s (/dir/s)"),
        (pulls, "dir/s", &[&secrets], 0, "answer: user name"),
        (pulls, "../outside", &[&secrets], 2, "leads out of the directory of secrets"),
        (pulls, "/dir/../../outside", &[&secrets], 2, "leads out of the directory of secrets"),
        (pulls, "/dir/none", &[&secrets], 2, "refused: \"/a\": the secret \"s\", source \"/dir/none\", is not available"),
        (pulls, "/dir/s", &[], 2, "no directory of secrets was given"),
        (&pulls.replace("MESOS", "DOCKER"), "/dir/s", &[&secrets], 2,
            "pullConfig: pullConfig is not supported with Docker"),
        (plain, "x", &[], 1, "answer: none"),
        (plain, "x", &["--docker-registry", "https://reg.io", "--agent-flag", flag], 0, "reg.io/team/a"),
        (plain, "x", &["--docker-registry", "/images"], 0, "no image that takes a credential"),
        (&plain.replace("team/a", "<your/private/image>"), "x", &[], 2,
            r#"refused: "/a": /container/docker/image: "<your/private/image>" is not an image reference"#),
    ];
    check_rows(table, |(container, source, args, status, printed)| {
        let definition = app(container, source);
        let args: Vec<&str> = [&*definition].iter().chain(*args).copied().collect();
        let (code, stdout, stderr) = run_example("marathon", &args);
        assert_eq!(code, Some(*status), "{args:?}\n{stdout}\n{stderr}");
        assert!(stdout.contains(printed), "{args:?}\n{stdout}");
    });
    let signed = r#"{"id": "/a\u001b", "container": {"docker": {"image": "reg.io/a"}},
        "fetch": [{"uri": "https://h/docker.tar.gz?sig=canary"}]}"#;
    let (code, stdout, _) = run_example("marathon", &[&put("signed.json", signed)]);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("warning: /fetch(0): Mesos takes the query"), "{stdout}");
    assert!(!stdout.contains("canary") && !stdout.contains('\u{1b}'), "{stdout}");
    // arguments, what is printed on standard error
    #[rustfmt::skip]
    let bad: &[(&[&str], &str)] = &[
        (&["/nowhere/at/all"], "/nowhere/at/all"),
        (&["--docker-registry", "reg.io", "x"], "--docker_registry: Mesos takes the URL"),
        (&["--sandbox"], "needs a value"),
        (&["--unknown"], "unknown option"),
        (&["--agent-flag", "{}"], "give one definition"),
        (&["a", "b", "c"], "give one definition"),
    ];
    check_rows(bad, |(args, printed)| {
        let (code, _, stderr) = run_example("marathon", args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(stderr.contains(printed), "{args:?}\n{stderr}");
    });
}
