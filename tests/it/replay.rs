//! The laws, applied to the corpus in `fuzz/` and to the inputs that once failed.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::laws::LAWS;

use crate::support::check_rows;

#[test]
fn every_law_holds_for_the_fuzz_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    if !fuzz.exists() {
        return eprintln!("the published crate comes without fuzz/");
    }
    let mut broken = Vec::new();
    check_rows(LAWS, |(name, law)| {
        let (mut kept, folders) =
            (0, ["corpus", "found", "artifacts"].map(|folder| fuzz.join(folder)));
        for input in folders.iter().flat_map(|folder| fs::read_dir(folder.join(name))).flatten() {
            let path = input.unwrap().path();
            let data = fs::read(&path).unwrap();
            kept += 1;
            if catch_unwind(AssertUnwindSafe(|| law(&data))).is_err() {
                broken.push(path);
            }
        }
        assert!(kept >= 10, "only {kept} inputs were kept for {name}");
    });
    assert!(broken.is_empty(), "laws do not hold for {broken:#?}");
}
