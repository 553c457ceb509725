//! The program in `examples/resolve.rs`, run as a user runs it.

use std::process::Command;

use regcred::Level;
use serde_json::Value;

/// Exit status, standard output and standard error.
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .args(["--example", "resolve", "--"])
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn each_level_of_the_shipped_cluster_answers() {
    let (status, stdout, _) = run(&[]);
    assert_eq!(status, Some(0), "{stdout}");
    for level in Level::ALL {
        let answers = stdout.lines().filter(|line| {
            line.starts_with("  answer: ") && line.contains(&format!(" from {level}"))
        });
        assert!(answers.count() > 0, "{level} does not answer:\n{stdout}");
    }
    assert!(!stdout.contains("example-password"), "passwords are masked:\n{stdout}");
    let (_, stdout, _) = run(&["--show-secret"]);
    assert!(stdout.contains("example-password-1"), "unless asked for:\n{stdout}");
}

#[test]
fn its_exit_status_tells_the_answer() {
    let flag = r#"{"auths": {"reg.io": {"auth": "dTpw"}, "u@reg.io": {}}}"#;
    // arguments, exit status, on standard output, on standard error
    #[rustfmt::skip]
    let table: &[(&[&str], i32, &str, &str)] = &[
        (&["--agent-flag", flag, "reg.io/app"], 0, "user name u, password ****", "warning: agent flag"),
        (&["--agent-flag", flag, "reg.io/app", "nginx"], 1, "pull anonymously", ""),
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
    for (args, status, on_stdout, on_stderr) in table {
        let (code, stdout, stderr) = run(args);
        assert_eq!(code, Some(*status), "{args:?}\n{stdout}\n{stderr}");
        assert!(stdout.contains(on_stdout), "{args:?}\n{stdout}");
        assert!(stderr.contains(on_stderr), "{args:?}\n{stderr}");
        assert!(*status != 2 || stdout.is_empty(), "{args:?}: bad input, but {stdout}");
    }
}

#[test]
fn it_prints_json() {
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
