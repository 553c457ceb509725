//! Building a resolver: from a large file, for one image only, and over an agent's resolver.

use std::collections::HashMap;

use regcred::{ImageRef, Level, Resolver};
use serde::Deserialize;

use crate::inputs;
use crate::suite::Suite;

pub fn rows(suite: &mut Suite) {
    large(suite);
    one_shot(suite);
    layered(suite);
}

/// The file as a program reads it that trusts it and looks up keys by their exact text.
#[derive(Deserialize)]
struct Borrowed<'a> {
    #[serde(borrow)]
    auths: HashMap<&'a str, BorrowedEntry<'a>>,
}

#[derive(Deserialize)]
struct BorrowedEntry<'a> {
    auth: Option<&'a str>,
}

fn large(suite: &mut Suite) {
    let table = [
        ("hosts", inputs::config(inputs::hosts(100_000))),
        (
            "namespaces",
            inputs::config((0..100_000).map(|n| format!("reg.example.com/team-{n}/app"))),
        ),
    ];
    for (what, file) in table {
        suite.row_with(
            &format!("build from 100000 {what}"),
            1.2,
            || file.clone(),
            |file| Resolver::builder().add(Level::ClusterFile, file).build().expect("a good file"),
            |file| {
                let read: Borrowed<'_> = serde_json::from_slice(&file).expect("good JSON");
                assert!(read.auths.values().all(|entry| entry.auth.is_some()));
                read.auths.len()
            },
        );
    }
}

fn one_shot(suite: &mut Suite) {
    for (entries, goal) in [(1, 0.75), (10, 0.5), (100, 0.38), (1000, 0.34)] {
        let file = inputs::config(inputs::hosts(entries));
        let host = inputs::host(entries / 2);
        let image = inputs::image(&host);
        suite.row(
            &format!("one image from {}", inputs::counted(entries)),
            goal,
            || {
                let resolver = Resolver::builder().add(Level::SandboxHome, &*file).build();
                let image = ImageRef::parse(&image).expect("a good image");
                resolver.expect("a good file").resolve(&image).expect("it is there")
            },
            || docker_credential::get_credential_from_reader(&*file, &host).expect("it is there"),
        );
    }
}

fn layered(suite: &mut Suite) {
    let agent = inputs::resolver(inputs::hosts(100_000));
    for entries in [1, 100] {
        let file = inputs::config((0..entries).map(|n| format!("task-{n}.example.com")));
        let task = |file| Resolver::builder().task_secret(file);
        suite.row_with(
            &format!("task of {} over an agent of 100000 entries", inputs::counted(entries)),
            1.1,
            || file.clone(),
            |file| task(file).base(&agent).build().expect("a good file"),
            |file| task(file).build().expect("a good file"),
        );
    }
}
