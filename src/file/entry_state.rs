//! The state of an entry: whether its credential can be used, and whether it blocks.

use crate::error::{EntryProblem, KeyProblem};

/// The state of an entry, which decides what a lookup does with its scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryState {
    /// The entry answers.
    Usable,
    /// The entry holds no credential (`{}`, only an email, `null`). The lookup goes on.
    Absent,
    /// The same key appears again later in the file, and the last one counts. The lookup goes on.
    Duplicate,
    /// The entry cannot be read. It blocks its scope: if it is the best match, `resolve` returns
    /// `None` instead of falling back to another identity. It does not affect other entries.
    Malformed(EntryProblem),
    /// The key can match no image. The entry is kept out of the index, for its warning alone.
    Unmatchable(KeyProblem),
}
