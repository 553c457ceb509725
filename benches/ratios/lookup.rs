//! Lookups: parsing an image and resolving it, against one `get` of the same text in `std`'s
//! `HashMap`, with a clone of the `Arc` that it finds.

use std::hint::black_box;
use std::sync::Arc;

use regcred::{AuthConfig, ImageRef, Resolver};

use crate::inputs::{self, Known};
use crate::ratio::Suite;

/// How many lookups are timed at once.
const LOOKUPS: usize = 1000;

/// How many are made in no order: more than what a cache keeps of a large resolver.
const MANY: usize = 50_000;

/// The goals of a lookup, as multiples of a `get`.
const HIT: f64 = 1.8;
const MISS: f64 = 1.6;

/// What a caller does for each image.
fn resolve(resolver: &Resolver, image: &str) -> Option<AuthConfig> {
    resolver.resolve(&ImageRef::parse(black_box(image)).ok()?)
}

fn get(known: &Known, image: &str) -> Option<Arc<String>> {
    known.get(black_box(image)).cloned()
}

/// A resolver and the table it is compared with.
struct Pair {
    resolver: Resolver,
    known: Known,
}

impl Pair {
    /// Measures lookups of images, all of which are found, or none.
    fn row(&self, suite: &mut Suite, name: &str, at_most: f64, images: &[&str], found: bool) {
        fn all<T>(images: &[&str], found: bool, look_up: impl Fn(&str) -> Option<T>) {
            images.iter().for_each(|image| assert!(look_up(image).is_some() == found));
        }
        suite.row(
            name,
            at_most,
            || all(images, found, |image| resolve(&self.resolver, image)),
            || all(images, found, |image| get(&self.known, image)),
        );
    }
}

/// The same image again and again.
fn again(image: &str) -> Vec<&str> {
    vec![image; LOOKUPS]
}

fn each(images: &[String]) -> Vec<&str> {
    images.iter().map(String::as_str).collect()
}

pub fn rows(suite: &mut Suite) {
    for entries in [1, 1000, 100_000, 1_000_000] {
        sizes(suite, entries);
    }
    ports(suite);
    flat(suite);
    namespaces(suite);
    patterns(suite);
}

fn sizes(suite: &mut Suite, entries: usize) {
    let image = |number| inputs::image(&inputs::host(number));
    let pair = Pair {
        resolver: inputs::resolver(inputs::hosts(entries)),
        known: inputs::known((0..entries).map(image)),
    };
    let (one, none) = (image(entries / 2), inputs::image("registry-none.example.com"));
    pair.row(suite, &format!("hit, {entries} entries"), HIT, &again(&one), true);
    pair.row(suite, &format!("miss, {entries} entries"), MISS, &again(&none), false);
    if entries == 1 {
        return;
    }
    let any: Vec<String> = inputs::shuffled(entries, MANY).map(image).collect();
    let name = format!("hit, {entries} entries, another image each time");
    pair.row(suite, &name, HIT, &each(&any), true);
    let others = inputs::shuffled(entries, MANY).map(|number| image(entries + number));
    let name = format!("miss, {entries} entries, another image each time");
    pair.row(suite, &name, MISS, &each(&others.collect::<Vec<_>>()), false);
}

fn ports(suite: &mut Suite) {
    let host = |number| format!("{}:5000", inputs::host(number));
    let image = |number| inputs::image(&host(number));
    let pair = Pair {
        resolver: inputs::resolver((0..100_000).map(host)),
        known: inputs::known((0..100_000).map(image)),
    };
    let (one, none) = (image(50_000), inputs::image("registry-none.example.com:5000"));
    pair.row(suite, "hit, 100000 entries with ports", HIT, &again(&one), true);
    pair.row(suite, "miss, 100000 entries with ports", MISS, &again(&none), false);
}

/// The same lookup in a large resolver and in a small one.
fn flat(suite: &mut Suite) {
    let small = inputs::resolver(inputs::hosts(1));
    let large = inputs::resolver(inputs::hosts(100_000));
    let image = inputs::image(&inputs::host(0));
    let images = again(&image);
    let look_up = |resolver: &Resolver| {
        images.iter().for_each(|image| assert!(resolve(resolver, image).is_some()));
    };
    let name = "hit, 100000 entries against 1";
    suite.row(name, 1.5, || look_up(&large), || look_up(&small));
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
    let pair = Pair {
        resolver: inputs::resolver((0..10_000).map(key)),
        known: inputs::known((0..10_000).map(image)),
    };
    for (depth, number) in [("deepest", 5004), ("shallowest", 5000)] {
        let name = format!("hit, 10000 namespaces on one host, {depth} prefix");
        pair.row(suite, &name, 4.0, &again(&image(number)), true);
    }
    let any: Vec<String> = inputs::shuffled(10_000, MANY).map(image).collect();
    let name = "hit, 10000 namespaces on one host, another image each time";
    pair.row(suite, name, 4.0, &each(&any), true);
    pair.row(suite, "miss, 10000 namespaces on one host", 4.0, &again(&image(10_000)), false);
}

fn patterns(suite: &mut Suite) {
    // The literal part of a pattern stands in its label or in another.
    let pattern = |number: usize| match number % 2 {
        0 => format!("*.cluster-{number}.example.com"),
        _ => format!("cluster-{number}-*.example.com"),
    };
    let keys = || inputs::hosts(100_000).chain((0..1000).map(pattern));
    let pair = Pair {
        resolver: inputs::resolver(keys()),
        known: inputs::known(keys().map(|key| inputs::image(&key.replace('*', "a")))),
    };
    // They are tried one by one: a few nanoseconds for each.
    let table = [
        ("exact hit", inputs::host(50_000), true, 4.0),
        ("hit of a pattern", "a.cluster-500.example.com".to_owned(), true, 1000.0),
        ("hit of a pattern in a label", "cluster-501-a.example.com".to_owned(), true, 1000.0),
        ("miss", "registry-none.example.com".to_owned(), false, 1000.0),
    ];
    for (what, host, found, at_most) in table {
        let name = format!("{what}, 1000 patterns beside 100000 hosts");
        pair.row(suite, &name, at_most, &again(&inputs::image(&host)), found);
    }
}
