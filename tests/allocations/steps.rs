//! No input takes time by the square of its size. Instructions are counted, by callgrind; without
//! optimisation there are so many of them that nobody would wait, and that those of a loop too much
//! do not tell.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use crate::linear::{Counts, compare};
use crate::work::measure;

/// Where the child that callgrind runs is to say what it did.
const NAMES: &str = "REGCRED_TEST_STEPS";

const SIZES: [usize; 2] = [100, 1_000];

/// What callgrind counts: nothing outside, and what is inside on its own each time.
#[inline(never)]
fn counted_by_callgrind(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

/// Does all the work at both sizes, for callgrind, and says what it was.
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

/// This test once more, under callgrind: the instructions of each piece of work, exactly.
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
        .output();
    let Ok(ran) = ran else {
        return eprintln!("no valgrind here");
    };
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
    // Whatever is counted, it takes steps.
    assert!(large.iter().all(|(_, steps)| steps[0] > 0));
    // The allocator takes somewhat longer to take back what is more.
    compare(&[("steps", 100_000)], small, large);
}
