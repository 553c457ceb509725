//! DESIGN 4: credential helpers, run as Docker runs them. The helpers are scripts in `data/helpers`.

use std::time::{Duration, Instant};

use regcred::{HelperError, HelperOptions, HelperProblem, Level, Resolver};

use crate::support::{check_rows, image_ref, word};

const HELPERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/helpers");

fn options() -> HelperOptions {
    HelperOptions::default().timeout(Duration::from_secs(20)).search_path(HELPERS)
}

fn resolver(file: &str) -> Resolver {
    Resolver::builder()
        .add(Level::AgentFlag, file.replace("OK", r#"{"auth": "dTpw"}"#))
        .build()
        .unwrap()
}

/// The answer in one word, `-` for none.
fn ask(file: &str, image: &str, options: &HelperOptions) -> Result<String, HelperError> {
    let answer = resolver(file).resolve_with_helpers(&image_ref(image), options)?;
    Ok(answer.map_or_else(|| "-".to_owned(), |auth| word(&auth)))
}

#[test]
fn helpers_answer_as_for_docker() {
    // agent flag, image, answer, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"credsStore": "good"}"#, "reg.io:5000/a", "get reg.io:5000:p", "the command and the server"),
        (r#"{"credsStore": "good"}"#, "nginx", "get https://index.docker.io/v1/:p", "Docker Hub's server"),
        (r#"{"credsStore": "good", "auths": {"reg.io": OK}}"#, "reg.io/a", "get reg.io:p", "before auths"),
        (r#"{"credHelpers": {"reg.io": "good"}}"#, "reg.io/a", "get reg.io:p", "credHelpers"),
        (r#"{"credHelpers": {"reg.io": "good"}}"#, "quay.io/a", "-", "another registry"),
        (r#"{"credsStore": "opens"}"#, "reg.io/a", "opened reg.io:p", "its input is opened by name"),
        (r#"{"credsStore": "token"}"#, "reg.io/a", "identity:t", "<token>"),
        (r#"{"credsStore": "missing"}"#, "reg.io/a", "-", "not found"),
        (r#"{"credsStore": "missing", "auths": {"reg.io": OK}}"#, "reg.io/a", "u:p", "then auths"),
        (r#"{"credsStore": "empty", "auths": {"reg.io": OK}}"#, "reg.io/a", "u:p", "an empty pair is absent"),
        (r#"{"credsStore": "deaf"}"#, "reg.io/a", "u:p", "its input is not read"),
        (r#"{"credsStore": "daemon"}"#, "reg.io/a", "u:p", "its daemon keeps the output open"),
        (r#"{"credsStore": "missing", "auths": {"reg.io": 1}}"#, "reg.io/a", "-", "blocked"),
        (r#"{"credsStore": "fails", "credHelpers": {"reg.io": ""}, "auths": {"reg.io": OK}}"#, "reg.io/a", "u:p",
            "an empty name: from the file"),
        // CVE-2021-41092: a broken helper affects no other registry.
        (r#"{"credHelpers": {"quay.io": "fails"}, "auths": {"reg.io": OK}}"#, "reg.io/a", "u:p", "another registry's"),
    ];
    check_rows(table, |(file, image, answer, rule)| {
        assert_eq!(ask(file, image, &options()).unwrap(), answer, "{rule}");
    });
}

#[test]
fn a_helper_that_gives_no_answer_is_an_error() {
    let short = options().timeout(Duration::from_millis(300));
    let timed_out = HelperProblem::TimedOut(Duration::from_millis(300));
    let not_run = HelperProblem::NotRun(std::io::ErrorKind::Other);
    // helper, problem
    let table = [
        ("fails", HelperProblem::Failed),
        ("hangs", timed_out),
        ("lingers", timed_out),
        ("floods", HelperProblem::TooMuchOutput),
        ("garbage", HelperProblem::InvalidOutput),
        ("list", HelperProblem::InvalidOutput),
        ("number", HelperProblem::InvalidOutput),
        ("silent", HelperProblem::InvalidOutput),
        ("message", HelperProblem::InvalidOutput),
        ("binary", not_run),
        ("closed", HelperProblem::NotFound),
        ("nowhere", HelperProblem::NotFound),
        ("../helpers/good", HelperProblem::InvalidName),
        ("good\\u0000", HelperProblem::InvalidName),
        ("good;id", HelperProblem::InvalidName),
    ];
    check_rows(table, |(helper, problem)| {
        let options = if problem == timed_out { &short } else { &options() };
        // The credential in the file is not used instead.
        let file = format!(r#"{{"credsStore": "{helper}", "auths": {{"reg.io": OK}}}}"#);
        let start = Instant::now();
        let error = ask(&file, "reg.io/a", options).expect_err(helper);
        assert!(start.elapsed() < Duration::from_secs(10), "{helper}");
        match problem {
            HelperProblem::NotRun(_) => {
                assert!(matches!(error.problem(), HelperProblem::NotRun(_)), "{error}")
            }
            problem => assert_eq!(error.problem(), problem, "{helper}: {error}"),
        }
        let text = format!("{error} {error:?}");
        assert!(text.starts_with("agent flag: ") && text.contains(" for reg.io: "), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        let command = format!("echo reg.io | docker-credential-{helper} get");
        assert_eq!(
            text.contains(&command),
            problem == HelperProblem::Failed
                || problem == timed_out
                || problem == HelperProblem::InvalidOutput,
            "{text}"
        );
        assert_eq!(error.location().level(), Some(Level::AgentFlag));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_helper_that_hangs_is_killed_with_its_children_and_reaped() {
    let is_left = |argument: &str| {
        std::fs::read_dir("/proc").unwrap().flatten().any(|process| {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(argument)
        })
    };
    let is_zombie = || {
        std::fs::read_dir("/proc").unwrap().flatten().any(|process| {
            let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            let parent = format!(" Z {} ", std::process::id());
            stat.contains("(docker-credenti") && stat.contains(&parent)
        })
    };
    // No other test runs these two.
    for (helper, argument) in [("sleeps", "987656"), ("stays", "987657")] {
        let file = format!(r#"{{"credsStore": "{helper}"}}"#);
        ask(&file, "reg.io/a", &options().timeout(Duration::from_millis(200))).unwrap_err();
        let end = Instant::now() + Duration::from_secs(5);
        // A helper of another test may be a zombie for a moment.
        while is_left(argument) || is_zombie() {
            assert!(Instant::now() < end, "{helper} is left");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn only_absolute_directories_are_searched() {
    let file = r#"{"credsStore": "good"}"#;
    for path in ["", ".", "tests/it/data/helpers", "/nowhere"] {
        let error = ask(file, "reg.io/a", &options().search_path(path)).unwrap_err();
        assert_eq!(error.problem(), HelperProblem::NotFound, "{path:?}");
    }
    let second = std::env::join_paths(["/nowhere", HELPERS]).unwrap();
    assert_eq!(ask(file, "reg.io/a", &options().search_path(second)).unwrap(), "get reg.io:p");
}

#[test]
fn a_helper_named_by_a_task_is_never_run() {
    let secret = Resolver::builder().task_secret(r#"{"credsStore": "fails"}"#).build().unwrap();
    let sandbox = tempfile::tempdir().unwrap();
    crate::support::put(&sandbox, ".docker/config.json", r#"{"credsStore": "fails"}"#);
    let sandbox = Resolver::builder().sandbox_home(sandbox.path()).build().unwrap();
    for resolver in [secret, sandbox] {
        let answer = resolver.resolve_with_helpers(&image_ref("reg.io/a"), &options());
        assert!(answer.unwrap().is_none());
        assert_eq!(resolver.warnings().len(), 1, "it is reported: {:?}", resolver.warnings());
    }
}

#[test]
fn the_origin_names_the_helper() {
    let resolver = resolver(r#"{"credHelpers": {"reg.io": "good"}}"#);
    let auth = resolver.resolve_with_helpers(&image_ref("reg.io/a"), &options()).unwrap().unwrap();
    assert_eq!(auth.origin().helper(), Some("good"));
    assert_eq!(auth.origin().to_string(), "agent flag: the helper \"good\", server \"reg.io\"");
    assert_eq!(auth.server_address(), "reg.io");
    assert!(!format!("{auth:?}").contains(":p"), "{auth:?}");
}

#[test]
fn a_server_is_one_line_of_bounded_length() {
    let image = format!("{}io/a", "a.".repeat(4_000));
    let error = ask(r#"{"credsStore": "good"}"#, &image, &options()).unwrap_err();
    assert_eq!(error.problem(), HelperProblem::InvalidServer);
    assert!(error.to_string().len() < 2_000);
}
