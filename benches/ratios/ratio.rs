//! A measurement for criterion whose unit is no time: how many times as long one work takes as
//! another.
//!
//! Both are done in turn, again and again, so that what slows the machine down for a while slows
//! both.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{Criterion, SamplingMode, Throughput};

/// Rows that are measured one after the other, and then printed as a table.
pub struct Suite {
    criterion: Criterion<Ratio>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    at_most: f64,
    median: f64,
}

impl Suite {
    pub fn new() -> Self {
        let criterion = Criterion::default()
            .with_measurement(Ratio)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_millis(2500))
            .sample_size(30)
            .without_plots()
            .configure_from_args();
        Suite { criterion, rows: Vec::new() }
    }

    /// Measures `ours` against `theirs`.
    pub fn row<T, U>(
        &mut self,
        name: &str,
        at_most: f64,
        mut ours: impl FnMut() -> T,
        mut theirs: impl FnMut() -> U,
    ) {
        self.row_with(name, at_most, || (), |()| ours(), |()| theirs());
    }

    /// Measures `ours` against `theirs`, each with an input of its own that `input` makes. Neither
    /// making it nor dropping what comes of it counts.
    pub fn row_with<I, T, U>(
        &mut self,
        name: &str,
        at_most: f64,
        mut input: impl FnMut() -> I,
        mut ours: impl FnMut(I) -> T,
        mut theirs: impl FnMut(I) -> U,
    ) {
        let mut ratios = Vec::new();
        let mut group = self.criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function("ratio", |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = [Duration::ZERO; 2];
                for round in 0..rounds {
                    for turn in 0..2 {
                        // The first finds the caches as the other left them, so they take turns.
                        if (round + turn) % 2 == 0 {
                            spent[0] += time(input(), &mut ours);
                        } else {
                            spent[1] += time(input(), &mut theirs);
                        }
                    }
                }
                let ratio = spent[0].as_secs_f64() / spent[1].as_secs_f64();
                ratios.push(ratio);
                ratio * rounds as f64
            });
        });
        group.finish();
        if !ratios.is_empty() {
            ratios.sort_by(f64::total_cmp);
            let median = ratios[ratios.len() / 2];
            self.rows.push(Row { name: name.to_owned(), at_most, median });
        }
    }

    pub fn print(&self) {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        println!("{:width$} | ratio | at most |", "row");
        for Row { name, at_most, median } in &self.rows {
            let over = if median > at_most { " <- over" } else { "" };
            println!("{name:width$} | {median:5.2} | {at_most:7.2} |{over}");
        }
    }
}

fn time<I, T>(input: I, work: &mut impl FnMut(I) -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work(input));
    let spent = start.elapsed();
    drop(result);
    spent
}

struct Ratio;

impl Measurement for Ratio {
    type Intermediate = ();
    type Value = f64;

    fn start(&self) {}

    fn end(&self, (): ()) -> f64 {
        unreachable!("every row measures by itself")
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Times
    }
}

struct Times;

impl ValueFormatter for Times {
    fn scale_values(&self, _: f64, _: &mut [f64]) -> &'static str {
        "times"
    }

    fn scale_throughputs(&self, _: f64, _: &Throughput, _: &mut [f64]) -> &'static str {
        unreachable!("no row has a throughput")
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "times"
    }
}
