//! The helper that every table is checked with. `tests/examples` includes it, too.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Checks every row of a table, then panics once with the messages of all rows that failed.
///
/// A row fails if `check` panics, in an assertion or in a helper. An empty table fails, too.
#[track_caller]
pub fn check_rows<R>(rows: impl IntoIterator<Item = R>, mut check: impl FnMut(R)) {
    let mut count = 0;
    let mut failed = Vec::new();
    for row in rows {
        count += 1;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(row))) {
            let message = panic
                .downcast::<String>()
                .map(|text| *text)
                .or_else(|panic| panic.downcast::<&str>().map(|text| (*text).to_owned()));
            failed.push(format!("row {count}: {}", message.unwrap_or_default()));
        }
    }
    assert_ne!(count, 0, "the table has no rows");
    assert!(failed.is_empty(), "{} of {count} rows failed\n{}", failed.len(), failed.join("\n"));
}
