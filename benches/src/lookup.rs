//! Lookups: parsing an image and resolving it, against one `get` of the same text in `std`'s
//! `HashMap`, with a clone of the `Arc` that it returns.

use std::cell::LazyCell;
use std::hint::black_box;
use std::sync::Arc;

use regcred::{AuthConfig, ImageRef, Resolver};

use crate::inputs::{self, ImageMap};
use crate::suite::Suite;

/// The number of lookups that are timed together.
const LOOKUPS: usize = 1000;

/// The number of different images in a row of "another image each time": too many for a CPU's
/// caches to keep the entries of a large resolver.
const IMAGES: usize = 50_000;

const HIT: f64 = 1.8;
const MISS: f64 = 1.6;

fn resolve(resolver: &Resolver, image: &str) -> Option<AuthConfig> {
    resolver.resolve(&ImageRef::parse(black_box(image)).ok()?)
}

fn get(map: &ImageMap, image: &str) -> Option<Arc<String>> {
    map.get(black_box(image)).cloned()
}

/// A resolver and the table that it is compared with. A group of rows shares one, built by the
/// first row that no filter leaves out.
struct Pair {
    resolver: Resolver,
    map: ImageMap,
}

fn pair(
    keys: impl Iterator<Item = String>,
    images: impl Iterator<Item = String>,
) -> LazyCell<Pair, impl FnOnce() -> Pair> {
    LazyCell::new(|| Pair { resolver: inputs::resolver(keys), map: inputs::image_map(images) })
}

/// Measures lookups of images, of which all or none are found.
fn row<F: FnOnce() -> Pair>(
    suite: &mut Suite,
    name: &str,
    goal: f64,
    pair: &LazyCell<Pair, F>,
    images: &[String],
    found: bool,
) {
    fn all<T>(images: &[String], found: bool, look_up: impl Fn(&str) -> Option<T>) {
        images.iter().for_each(|image| assert!(look_up(image).is_some() == found));
    }
    suite.row(
        name,
        goal,
        || all(images, found, |image| resolve(&pair.resolver, image)),
        || all(images, found, |image| get(&pair.map, image)),
    );
}
/// The same image each time.
fn repeated(image: String) -> Vec<String> {
    vec![image; LOOKUPS]
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
    let pair = pair(inputs::hosts(entries), (0..entries).map(image));
    let (one, none) = (image(entries / 2), inputs::image("registry-none.example.com"));
    let size = inputs::counted(entries);
    row(suite, &format!("hit, {size}"), HIT, &pair, &repeated(one), true);
    row(suite, &format!("miss, {size}"), MISS, &pair, &repeated(none), false);
    if entries == 1 {
        return;
    }
    let images: Vec<String> = inputs::shuffled(entries, IMAGES).map(image).collect();
    let name = format!("hit, {size}, another image each time");
    row(suite, &name, HIT, &pair, &images, true);
    let others = inputs::shuffled(entries, IMAGES).map(|number| image(entries + number));
    let name = format!("miss, {size}, another image each time");
    row(suite, &name, MISS, &pair, &others.collect::<Vec<_>>(), false);
}

fn ports(suite: &mut Suite) {
    let host = |number| format!("{}:5000", inputs::host(number));
    let image = |number| inputs::image(&host(number));
    let pair = pair((0..100_000).map(host), (0..100_000).map(image));
    let (one, none) = (image(50_000), inputs::image("registry-none.example.com:5000"));
    row(suite, "hit, 100000 entries with ports", HIT, &pair, &repeated(one), true);
    row(suite, "miss, 100000 entries with ports", MISS, &pair, &repeated(none), false);
}

/// The same lookup in a large resolver and in a small one.
fn flat(suite: &mut Suite) {
    let small = LazyCell::new(|| inputs::resolver(inputs::hosts(1)));
    let large = LazyCell::new(|| inputs::resolver(inputs::hosts(100_000)));
    let images = repeated(inputs::image(&inputs::host(0)));
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
    let pair = pair((0..10_000).map(key), (0..10_000).map(image));
    for (depth, number) in [("deepest", 5004), ("shallowest", 5000)] {
        let name = format!("hit, 10000 namespaces on one host, {depth} prefix");
        row(suite, &name, 4.0, &pair, &repeated(image(number)), true);
    }
    let images: Vec<String> = inputs::shuffled(10_000, IMAGES).map(image).collect();
    let name = "hit, 10000 namespaces on one host, another image each time";
    row(suite, name, 4.0, &pair, &images, true);
    let name = "miss, 10000 namespaces on one host";
    row(suite, name, 4.0, &pair, &repeated(image(10_000)), false);
}

fn patterns(suite: &mut Suite) {
    // Half of the patterns have their `*` in the same label as literal text.
    let pattern = |number: usize| match number % 2 {
        0 => format!("*.cluster-{number}.example.com"),
        _ => format!("cluster-{number}-*.example.com"),
    };
    let keys = || inputs::hosts(100_000).chain((0..1000).map(pattern));
    let pair = pair(keys(), keys().map(|key| inputs::image(&key.replace('*', "a"))));
    // A miss and a hit of a pattern try the patterns one by one.
    let table = [
        ("exact hit", inputs::host(50_000), true, 4.0),
        ("hit of a pattern", "a.cluster-500.example.com".to_owned(), true, 1000.0),
        ("hit of a pattern in a label", "cluster-501-a.example.com".to_owned(), true, 1000.0),
        ("miss", "registry-none.example.com".to_owned(), false, 1000.0),
    ];
    for (what, host, found, goal) in table {
        let name = format!("{what}, 1000 patterns beside 100000 hosts");
        row(suite, &name, goal, &pair, &repeated(inputs::image(&host)), found);
    }
}
