//! Many threads on one resolver, against one thread that does the work of all.

use std::thread;

use regcred::{ImageRef, Resolver};

use crate::inputs;
use crate::ratio::Suite;

const THREADS: usize = 16;

/// For each thread; enough that starting it does not count.
const LOOKUPS: usize = 50_000;

pub fn rows(suite: &mut Suite) {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    // All cores are seldom quite free.
    let at_most = 1.2 / cores as f64;
    for entries in [1, 1000] {
        let resolver = inputs::resolver(inputs::hosts(entries));
        for (what, spread) in [("one image", 1), ("an image each", entries)] {
            if entries == 1 && what != "one image" {
                continue;
            }
            let images: Vec<String> = (0..THREADS)
                .map(|thread| inputs::image(&inputs::host(thread * (spread / THREADS))))
                .collect();
            suite.row(
                &format!("{THREADS} threads on {cores} cores, {entries} entries, {what}"),
                at_most,
                || {
                    thread::scope(|scope| {
                        for image in &images {
                            scope.spawn(|| resolve(&resolver, image));
                        }
                    });
                },
                || images.iter().for_each(|image| resolve(&resolver, image)),
            );
        }
    }
}

fn resolve(resolver: &Resolver, image: &str) {
    for _ in 0..LOOKUPS {
        let image = ImageRef::parse(std::hint::black_box(image)).expect("a good image");
        assert!(resolver.resolve(&image).is_some());
    }
}
