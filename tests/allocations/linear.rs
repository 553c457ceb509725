//! No input takes memory by the square of its size: ten times the input takes about ten times the
//! memory. `steps` has the same rule for time. Both count, so that a busy machine changes nothing.

use std::collections::BTreeMap;

use crate::work::measure;
use crate::{ALLOCATIONS, TOTAL};

/// The largest factor for ten times the input. Sorting and growing lists take a little more than
/// ten: explaining 1,000 layers takes 13.0 times as many steps as explaining 100.
const MOST: f64 = 13.25;

pub type Counts = Vec<(String, Vec<u64>)>;

/// Compares the counts at one size with the counts at ten times that size. Each unit has a floor:
/// a smaller count is too small to show how it grows.
pub fn compare(units: &[(&str, u64)], small: Counts, large: Counts) {
    let large: BTreeMap<String, Vec<u64>> = large.into_iter().collect();
    let mut over = Vec::new();
    for (what, counts) in small {
        for (((unit, floor), small), large) in units.iter().zip(counts).zip(&large[&what]) {
            let times = *large as f64 / small.max(*floor) as f64;
            if times > MOST {
                over.push(format!("{what}: {small} {unit}, then {large}: {times:.1} times"));
            }
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn ten_times_the_input_takes_ten_times_the_memory() {
    let counts = || [ALLOCATIONS.get() as u64, TOTAL.get() as u64];
    let at = |n| {
        let mut all = Counts::new();
        measure(n, &mut |what, work| {
            let before = counts();
            work();
            let more = counts().into_iter().zip(before).map(|(after, before)| after - before);
            all.push((what.to_owned(), more.collect()));
        });
        all
    };
    // A short list is sorted on the stack.
    compare(&[("allocations", 50), ("bytes", 16_000)], at(100), at(1_000));
}
