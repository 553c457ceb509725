//! JSON nested to exhaust the stack.

use regcred::Error;

use super::{POSITIONS, refused};
use crate::support::{answer, check_rows, from_secret, secret};

/// Ignored values are skipped in a loop, so that no depth fills the stack.
#[test]
fn unbounded_nesting() {
    let deep = "[".repeat(10_000_000);
    // The number of objects that fit in 16 MiB.
    refused(["{\"x\":", &"{\"\":".repeat(3_300_000)].concat());
    check_rows(["", "{\"auths\":{\"reg.io\":{\"auth\":"], |start| {
        let error = refused([start, &deep].concat());
        assert!(matches!(error, Error::Syntax { .. }), "{start}: {error}");
    });
    assert!(matches!(refused(["{\"auths\":", &deep].concat()), Error::NotACredentialFile { .. }));

    const DEPTH: usize = 20_000;
    let objects = ["{\"a\":".repeat(DEPTH), "1".to_owned(), "}".repeat(DEPTH)].concat();
    let arrays = ["[".repeat(DEPTH), "]".repeat(DEPTH)].concat();
    check_rows([&objects, &arrays], |value| {
        for position in POSITIONS {
            let document = position.replace('@', value);
            assert_eq!(from_secret(document, "reg.io/x"), "u:p", "{position}");
        }
        let whole = secret(format!(r#"{{"auths": {{"reg.io": {{"auth": {value}}}}}}}"#)).unwrap();
        assert_eq!(answer(&whole, "reg.io/x"), "-", "malformed, and no more");
    });
    refused(arrays);
}
