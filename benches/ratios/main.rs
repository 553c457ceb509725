//! How fast everything is, measured as ratios against something everybody knows, inside one run.
//!
//! `cargo bench` runs it all and prints a table at the end; `cargo bench -- hit` runs the rows
//! whose names hold `hit`.

mod archive;
mod build;
mod inputs;
mod lookup;
mod ratio;

fn main() {
    let mut suite = ratio::Suite::new();
    lookup::rows(&mut suite);
    build::rows(&mut suite);
    archive::rows(&mut suite);
    suite.print();
}
