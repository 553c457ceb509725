//! The pages and tables in the README and the crate's documentation, held to what the crate does.

use regcred::Resolver;

use crate::support::{check_rows, image_ref};

const README: &str = include_str!("../../README.md");
const FRONT_PAGE: &str = include_str!("../../src/lib.rs");

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
