//! The pages and tables in the README and the crate's documentation, held to what the crate does.

use regcred::Resolver;

use crate::cases;
use crate::support::{check_rows, image_ref};

const README: &str = include_str!("../../README.md");
const FRONT_PAGE: &str = include_str!("../../src/lib.rs");
const OPERATORS: &str = include_str!("../../src/guide/operators.md");

/// The documentation without the markers of doc comments.
fn front_page() -> String {
    let lines = FRONT_PAGE.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// The `config.json` of a document: the first raw string in it.
fn config(document: &str) -> &str {
    let (_, rest) = document.split_once("r#\"").expect("a config.json");
    rest.split_once("\"#").expect("its end").0
}

#[test]
fn a_shown_page_is_what_explain_prints() {
    check_rows([("README.md", README), ("src/lib.rs", &*front_page())], |(name, document)| {
        let resolver = Resolver::builder().task_secret(config(document)).build().unwrap();
        let (_, page) = document.split_once("```text\n").expect("a page");
        let (page, _) = page.split_once("\n```").expect("its end");
        let image = image_ref("quay.io/team/app:1.4");
        assert_eq!(resolver.explain(&image).to_string(), page, "{name}");
    });
}

#[test]
fn the_shown_miss_is_what_its_command_prints() {
    let (_, rest) = README.split_once("cargo run --example resolve -- --agent-flag '").expect("it");
    let (flag, rest) = rest.split_once("' ").expect("the end of the flag");
    let (image, rest) = rest.split_once('\n').expect("the end of the command");
    let (_, page) = rest.split_once("```text\n").expect("a page");
    let (page, _) = page.split_once("\n```").expect("its end");
    let resolver = Resolver::builder().agent_flag(flag).build().unwrap();
    assert_eq!(resolver.explain(&image_ref(image)).to_string(), page);
}

#[test]
fn the_table_of_keys_and_images_is_true() {
    let document = front_page();
    let (_, table) = document.split_once("# Keys and images").expect("the section");
    let mut rows = table.lines().filter(|line| line.starts_with('|')).map(|row| {
        let cells = row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`'));
        cells.map(str::to_owned).collect::<Vec<_>>()
    });
    let images = rows.next().expect("a head");
    assert_eq!(images[0], "key");
    let rows: Vec<_> = rows.skip(1).take_while(|row| row.len() == images.len()).collect();
    assert!(rows.len() > 5, "the table is cut short: {rows:?}");
    check_rows(&rows, |row| {
        let file = format!(r#"{{"auths": {{"{}": {{"auth": "dTpw"}}}}}}"#, row[0]);
        let resolver = Resolver::builder().task_secret(file).build().unwrap();
        for (image, cell) in images.iter().zip(row).skip(1) {
            let covers = resolver.resolve(&image_ref(image)).is_some();
            assert_eq!(*cell, if covers { "yes" } else { "no" }, "key {}, image {image}", row[0]);
        }
    });
}

#[test]
fn the_lines_in_the_table_of_symptoms_are_printed() {
    const USABLE: &str = r#"{"auth": "dXNlcjpwYXNz"}"#;
    let rows = [
        ("answer: none", "quay.io", USABLE, "nginx"),
        ("answer: user name and password from …", "quay.io", USABLE, "quay.io/app"),
        ("registry docker.io", "quay.io", USABLE, "team/app"),
        ("out of scope", "quay.io:5000", USABLE, "quay.io/app"),
        ("absent", "quay.io", "{}", "quay.io/app"),
        ("unmatchable", "quay.io/App", USABLE, "quay.io/app"),
        (
            "answer: none, because the malformed entry … blocks it",
            "quay.io",
            r#"{"auth": "!"}"#,
            "quay.io/app",
        ),
        ("loses … a stronger level answers", "quay.io/team", USABLE, "quay.io/team/app"),
        ("loses … a key with a longer path goes before it", "quay.io", USABLE, "quay.io/team/app"),
        ("out of scope … is for that path and below", "quay.io/team", USABLE, "quay.io/other/app"),
    ];
    check_rows(rows, |(line, key, entry, image)| {
        assert!(OPERATORS.contains(&format!("`{line}`")), "the guide does not quote {line}");
        // The secret adds a better key for one image, and the agent has the key twice.
        let file = format!(r#"{{"auths": {{"{key}": {entry}, "quay.io/team": {USABLE}}}}}"#);
        let builder = Resolver::builder().cluster_file_if_exists("/nonexistent/file");
        let builder = match image {
            "quay.io/team/app" => builder.task_secret(file.clone()).agent_flag(file),
            _ => builder.agent_flag(file),
        };
        let page = builder.build().unwrap().explain(&image_ref(image)).to_string();
        let is_quoted = |printed: &str| {
            let mut rest = printed;
            line.split(" … ").flat_map(|part| part.split(" …")).all(|part| {
                let found = rest.split_once(part);
                rest = found.map_or("", |(_, rest)| rest);
                found.is_some()
            })
        };
        assert!(page.lines().any(is_quoted), "no line {line} in\n{page}");
    });
    for line in ["not given", "the file does not exist"] {
        assert!(OPERATORS.contains(&format!("`{line}`")), "{line}");
        let builder = Resolver::builder().cluster_file_if_exists("/nonexistent/file");
        let page = builder.build().unwrap().explain(&image_ref("nginx")).to_string();
        assert!(page.contains(line), "no {line} in\n{page}");
    }
    let helper = Resolver::builder().agent_flag(r#"{"credsStore": "pass"}"#).build().unwrap();
    let line = "credentials left to the helper";
    assert!(OPERATORS.contains(&format!("`{line}`")), "{line}");
    assert!(helper.explain(&image_ref("nginx")).to_string().contains(line));
}

/// The cells of the columns that `tests/clients` measures. The answers are held to the cases there.
#[test]
fn the_table_of_differences_has_the_cells_of_the_cases() {
    let (_, table) = README.split_once("## How its rules differ").expect("the section");
    let mut rows = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>());
    let head = rows.next().expect("a head");
    assert_eq!(head[..4], ["", "here", "Docker", "podman"]);
    let rows: Vec<_> = rows.skip(1).take_while(|row| row.len() == head.len()).collect();
    let cases = cases::rows();
    assert_eq!(rows.len(), cases.len(), "each row has its cases, in the same order");
    check_rows(rows.iter().zip(&cases), |(row, case)| {
        assert_eq!(row[..4], [&*case.row, &*case.here, &*case.docker, &*case.podman]);
        assert!(!case.cases.is_empty(), "{} has no case", case.row);
    });
}
