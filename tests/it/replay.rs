//! The laws, applied to the corpus in `fuzz/` and to the inputs that once failed.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::laws::LAWS;
use crate::support::check_rows;

#[test]
fn every_law_holds_for_the_fuzz_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    if !fuzz.exists() {
        return eprintln!("the published crate does not contain fuzz/");
    }
    let mut broken = Vec::new();
    check_rows(LAWS, |(name, law)| {
        let mut apply = |input: String, data: &[u8]| {
            if catch_unwind(AssertUnwindSafe(|| law(data))).is_err() {
                broken.push(input);
            }
        };
        // One input in base64 on each line.
        let corpus = fs::read_to_string(fuzz.join(format!("corpus/{name}.txt"))).unwrap();
        assert!(corpus.lines().count() >= 10, "too few inputs for {name}");
        for (number, line) in corpus.lines().enumerate() {
            apply(format!("corpus/{name}.txt:{}", number + 1), &STANDARD.decode(line).unwrap());
        }
        let folders = ["found", "artifacts"].map(|folder| fuzz.join(folder).join(name));
        for input in folders.iter().flat_map(fs::read_dir).flatten() {
            let path = input.unwrap().path();
            apply(path.display().to_string(), &fs::read(&path).unwrap());
        }
    });
    assert!(broken.is_empty(), "laws do not hold for {broken:#?}");
}
