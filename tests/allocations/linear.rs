//! No input takes memory by the square of its size, nor time (`steps`): what is ten times as long
//! takes about ten times as much. All of it is counted, so that a busy machine changes nothing.

use std::collections::BTreeMap;

use crate::work::measure;
use crate::{ALLOCATIONS, TOTAL};

/// What is ten times as long may take so many times as much: sorting takes a little more than ten.
const MOST: f64 = 13.0;

pub type Counts = Vec<(String, Vec<u64>)>;

/// Holds what was counted at a size against what was counted at ten times that size. Below the
/// floor too little is done to tell.
pub fn compare(units: &[(&str, u64)], small: Counts, large: Counts) {
    let large: BTreeMap<String, Vec<u64>> = large.into_iter().collect();
    let mut over = String::new();
    for (what, counts) in small {
        for (((unit, floor), small), large) in units.iter().zip(counts).zip(&large[&what]) {
            let times = *large as f64 / small.max(*floor) as f64;
            if times > MOST {
                over +=
                    &format!("{what}: {small} {unit}, then {large}, {times:.1} times as many\n");
            }
        }
    }
    assert!(over.is_empty(), "{over}");
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
    // Sorting takes its room from the stack if there is little to sort.
    compare(&[("allocations", 50), ("bytes", 16_000)], at(100), at(1_000));
}
