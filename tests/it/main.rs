//! Everything is tested through the public API, as tables: one line a case.

mod conformance;
