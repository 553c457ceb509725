//! Lookups: parsing an image and resolving it, against one `get` of the same text in `std`'s `HashMap`, with
//! a clone of the `Arc` that it finds.

use std::hint::black_box;
use std::sync::Arc;

use regcred::{AuthConfig, ImageRef, Resolver};

use crate::inputs::{self, Known};
use crate::ratio::Suite;

/// How many lookups are timed at once.
const LOOKUPS: usize = 1000;

/// How many are made in no order: more than what a cache keeps of a large resolver.
const MANY: usize = 50_000;

/// What a caller does for each image.
fn resolve(resolver: &Resolver, image: &str) -> Option<AuthConfig> {
    resolver.resolve(&ImageRef::parse(black_box(image)).ok()?)
}

fn get(known: &Known, image: &str) -> Option<Arc<String>> {
    known.get(black_box(image)).cloned()
}

/// Looks up each image; all of them are found, or none.
fn all<'i, T>(
    images: impl IntoIterator<Item = &'i String>,
    found: bool,
    mut look_up: impl FnMut(&str) -> Option<T>,
) {
    for image in images {
        assert!(look_up(image).is_some() == found);
    }
}

fn again(image: &String) -> impl Iterator<Item = &String> {
    std::iter::repeat_n(image, LOOKUPS)
}

pub fn rows(suite: &mut Suite) {
    for entries in [1, 1000, 100_000, 1_000_000] {
        sizes(suite, entries);
    }
    flat(suite);
    namespaces(suite);
    patterns(suite);
}

fn sizes(suite: &mut Suite, entries: usize) {
    let resolver = inputs::resolver(inputs::hosts(entries));
    let known = inputs::known(inputs::hosts(entries).map(|host| inputs::image(&host)));
    let one = inputs::image(&inputs::host(entries / 2));
    let none = inputs::image("registry-none.example.com");
    suite.row(
        &format!("hit, {entries} entries"),
        2.0,
        || all(again(&one), true, |image| resolve(&resolver, image)),
        || all(again(&one), true, |image| get(&known, image)),
    );
    suite.row(
        &format!("miss, {entries} entries"),
        1.5,
        || all(again(&none), false, |image| resolve(&resolver, image)),
        || all(again(&none), false, |image| get(&known, image)),
    );
    if entries == 1 {
        return;
    }
    let image = |number| inputs::image(&inputs::host(number));
    let any: Vec<String> = inputs::shuffled(entries, MANY).map(image).collect();
    suite.row(
        &format!("hit, {entries} entries, another image each time"),
        2.0,
        || all(&any, true, |image| resolve(&resolver, image)),
        || all(&any, true, |image| get(&known, image)),
    );
    let others: Vec<String> =
        inputs::shuffled(entries, MANY).map(|number| image(entries + number)).collect();
    suite.row(
        &format!("miss, {entries} entries, another image each time"),
        1.5,
        || all(&others, false, |image| resolve(&resolver, image)),
        || all(&others, false, |image| get(&known, image)),
    );
}

/// The same lookup in a large resolver and in a small one.
fn flat(suite: &mut Suite) {
    let small = inputs::resolver(inputs::hosts(1));
    let large = inputs::resolver(inputs::hosts(100_000));
    let image = inputs::image(&inputs::host(0));
    suite.row(
        "hit, 100000 entries against 1",
        1.5,
        || all(again(&image), true, |image| resolve(&large, image)),
        || all(again(&image), true, |image| resolve(&small, image)),
    );
}

fn namespaces(suite: &mut Suite) {
    let key = |number: usize| match number % 5 {
        0 => format!("reg.example.com/group-{number}"),
        1 => format!("reg.example.com/group-{number}/team"),
        2 => format!("reg.example.com/group-{number}/team/unit"),
        3 => format!("reg.example.com/group-{number}/team/unit/part"),
        _ => format!("reg.example.com/group-{number}/team/unit/part/app"),
    };
    let image = |number: usize| format!("reg.example.com/group-{number}/team/unit/part/app:1.4.2");
    let resolver = inputs::resolver((0..10_000).map(key));
    let known = inputs::known((0..10_000).map(image));
    let any: Vec<String> = inputs::shuffled(10_000, MANY).map(image).collect();
    for (depth, number) in [("deepest", 5004), ("shallowest", 5000)] {
        let one = image(number);
        suite.row(
            &format!("hit, 10000 namespaces on one host, {depth} prefix"),
            4.0,
            || all(again(&one), true, |image| resolve(&resolver, image)),
            || all(again(&one), true, |image| get(&known, image)),
        );
    }
    suite.row(
        "hit, 10000 namespaces on one host, another image each time",
        4.0,
        || all(&any, true, |image| resolve(&resolver, image)),
        || all(&any, true, |image| get(&known, image)),
    );
    let none = image(10_000);
    suite.row(
        "miss, 10000 namespaces on one host",
        4.0,
        || all(again(&none), false, |image| resolve(&resolver, image)),
        || all(again(&none), false, |image| get(&known, image)),
    );
}

fn patterns(suite: &mut Suite) {
    // The literal part of a pattern stands in its label or in another.
    let pattern = |number: usize| match number % 2 {
        0 => format!("*.cluster-{number}.example.com"),
        _ => format!("cluster-{number}-*.example.com"),
    };
    let keys = || inputs::hosts(100_000).chain((0..1000).map(pattern));
    let resolver = inputs::resolver(keys());
    let known = inputs::known(keys().map(|key| inputs::image(&key.replace('*', "a"))));
    // A scan of all patterns would be thousands of times as long.
    let table = [
        ("exact hit", inputs::host(50_000), true, 4.0),
        ("hit of a pattern", "a.cluster-500.example.com".to_owned(), true, 20.0),
        ("hit of a pattern in a label", "cluster-501-a.example.com".to_owned(), true, 20.0),
        ("miss", "registry-none.example.com".to_owned(), false, 20.0),
    ];
    for (what, host, found, at_most) in table {
        let image = inputs::image(&host);
        suite.row(
            &format!("{what}, 1000 patterns beside 100000 hosts"),
            at_most,
            || all(again(&image), found, |image| resolve(&resolver, image)),
            || all(again(&image), found, |image| get(&known, image)),
        );
    }
}
