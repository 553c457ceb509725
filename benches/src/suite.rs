//! The rows of the table: how each is measured, printed and held against its goal.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const WARM_UP: Duration = Duration::from_millis(300);
const SAMPLE: Duration = Duration::from_millis(80);
const SAMPLES: usize = 30;

/// The most times that `--check` measures a row that is over its goal.
const ATTEMPTS: usize = 3;

/// The rows to measure, and the count of those over their goals.
pub struct Suite {
    check: bool,
    filters: Vec<String>,
    measured: usize,
    over: usize,
}

impl Suite {
    /// Reads `--check` and filters. A row is measured if its name contains one of the filters.
    pub fn from_args(args: impl Iterator<Item = String>) -> Self {
        let (options, filters): (Vec<_>, Vec<_>) = args.partition(|arg| arg == "--check");
        println!("{:66} | ratio | goal", "row");
        Suite { check: !options.is_empty(), filters, measured: 0, over: 0 }
    }

    /// Measures the time of `ours` as a multiple of the time of `theirs`.
    pub fn row<T, U>(
        &mut self,
        name: &str,
        goal: f64,
        mut ours: impl FnMut() -> T,
        mut theirs: impl FnMut() -> U,
    ) {
        self.row_with(name, goal, || (), |()| ours(), |()| theirs());
    }

    /// Measures `ours` against `theirs`, each with its own input from `input`. The time to make
    /// an input and to drop a result does not count.
    pub fn row_with<I, T, U>(
        &mut self,
        name: &str,
        goal: f64,
        mut input: impl FnMut() -> I,
        mut ours: impl FnMut(I) -> T,
        mut theirs: impl FnMut(I) -> U,
    ) {
        if !self.filters.is_empty() && !self.filters.iter().any(|filter| name.contains(filter)) {
            return;
        }
        let mut ours_first = false;
        let mut round = || {
            // The first of the two finds the caches as the other left them, so they take turns.
            ours_first = !ours_first;
            if ours_first {
                let ours = time(input(), &mut ours);
                (ours, time(input(), &mut theirs))
            } else {
                let theirs = time(input(), &mut theirs);
                (time(input(), &mut ours), theirs)
            }
        };
        let attempts = if self.check { ATTEMPTS } else { 1 };
        let ratio = (0..attempts)
            .scan(f64::INFINITY, |best, _| {
                (*best > goal).then(|| {
                    *best = best.min(median_ratio(&mut round));
                    *best
                })
            })
            .last()
            .unwrap_or(f64::INFINITY);
        let is_over = ratio > goal;
        println!("{name:66} | {ratio:5.2} | {goal:.2}{}", if is_over { " over" } else { "" });
        self.measured += 1;
        self.over += usize::from(is_over);
    }

    /// Returns failure if no row was measured, or with `--check` if a row is over its goal.
    pub fn finish(self) -> ExitCode {
        println!("{} rows, {} over their goals", self.measured, self.over);
        ExitCode::from(u8::from(self.measured == 0 || self.check && self.over > 0))
    }
}

/// The median over all samples of the time of ours divided by the time of theirs.
fn median_ratio(round: &mut impl FnMut() -> (Duration, Duration)) -> f64 {
    let start = Instant::now();
    let mut warm_up = 0;
    while start.elapsed() < WARM_UP {
        round();
        warm_up += 1;
    }
    let rounds = (SAMPLE.as_secs_f64() / start.elapsed().as_secs_f64() * f64::from(warm_up)).ceil();
    let mut ratios = [0.0; SAMPLES];
    for ratio in &mut ratios {
        let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..rounds as usize {
            let times = round();
            ours += times.0;
            theirs += times.1;
        }
        *ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    }
    ratios.sort_by(f64::total_cmp);
    ratios[SAMPLES / 2]
}

fn time<I, T>(input: I, work: &mut impl FnMut(I) -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work(input));
    let spent = start.elapsed();
    drop(result);
    spent
}
