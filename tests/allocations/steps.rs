//! No input takes time by the square of its size. callgrind counts instructions, which takes a
//! minute in an optimised build. A debug build would take too long.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use crate::linear::{Counts, compare};
use crate::work::measure;

/// The variable with the file in which the child lists its work.
const NAMES: &str = "REGCRED_TEST_STEPS";

const SIZES: [usize; 2] = [100, 1_000];

/// The function that callgrind counts. It starts a new count for each call.
#[inline(never)]
fn counted_by_callgrind(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

/// Does all the work at both sizes, and lists it in a file.
fn work_for_callgrind(names: &Path) {
    let mut all = String::new();
    for n in SIZES {
        measure(n, &mut |what, work| {
            counted_by_callgrind(work);
            all += &format!("{n} {what}\n");
        });
    }
    fs::write(names, all).unwrap();
}

/// Runs itself again under callgrind, which counts the instructions of each piece of work.
#[test]
fn ten_times_the_input_takes_ten_times_the_steps() {
    if let Some(names) = std::env::var_os(NAMES) {
        return work_for_callgrind(Path::new(&names));
    }
    let directory = tempfile::tempdir().unwrap();
    let names = directory.path().join("names");
    let out = directory.path().join("out");
    let function = "allocations::steps::counted_by_callgrind";
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-line=no", "--read-inline-info=no"])
        .args([format!("--toggle-collect={function}"), format!("--dump-after={function}")])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "steps::ten_times_the_input_takes_ten_times_the_steps",
            "--test-threads=1",
        ])
        .env(NAMES, &names)
        .output()
        .expect("valgrind is installed");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let names = fs::read_to_string(names).unwrap();
    let steps = |number: usize| {
        let part =
            fs::read_to_string(directory.path().join(format!("out.{}", number + 1))).unwrap();
        let totals = part.lines().find_map(|line| line.strip_prefix("totals: "));
        totals.unwrap().trim().parse::<u64>().unwrap()
    };
    let at = |n: usize| -> Counts {
        let parts = names.lines().enumerate();
        let name = |line: &str| line.strip_prefix(&format!("{n} ")).map(str::to_owned);
        parts.filter_map(|(number, line)| Some((name(line)?, vec![steps(number)]))).collect()
    };
    let [small, large] = SIZES.map(at);
    assert!(large.iter().all(|(_, steps)| steps[0] > 0), "callgrind counted nothing");
    // Below the floor, the allocator's work for larger blocks dominates.
    compare(&[("steps", 100_000)], small, large);
}
