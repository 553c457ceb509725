//! The speed of regcred, as ratios to well-known code that does comparable work in the same run.
//!
//! `README.md` in this directory describes the rows, the goals and the options.

mod archive;
mod build;
mod inputs;
mod lookup;
mod suite;

use std::process::ExitCode;

use suite::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::from_args(std::env::args().skip(1));
    lookup::rows(&mut suite);
    build::rows(&mut suite);
    archive::rows(&mut suite);
    suite.finish()
}
