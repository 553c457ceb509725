//! The state of an entry: whether its credential can be used, and whether it blocks.

use std::fmt;

use crate::error::{EntryProblem, KeyProblem};

/// The state of an entry, which decides what a lookup does with its scope.
///
/// `Display` and `Serialize` write one word: `usable`, `absent`, `duplicate`, `malformed`, `unmatchable`.
///
/// ```
/// use regcred::{EntryState, Resolver};
///
/// let file = r#"{"auths": {
///     "a.io": {"auth": "dTpw"}, "b.io": {}, "c.io": {"auth": "!"}, "d.io:x": {}
/// }}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// let states: Vec<_> = resolver.entries().map(|entry| entry.state().to_string()).collect();
/// assert_eq!(states, ["usable", "absent", "malformed", "unmatchable"]);
/// let malformed = resolver.entries().find(|e| matches!(e.state(), EntryState::Malformed(_)));
/// assert_eq!(malformed.map(|entry| entry.key()), Some("c.io"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryState {
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

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            EntryState::Usable => "usable",
            EntryState::Absent => "absent",
            EntryState::Duplicate => "duplicate",
            EntryState::Malformed(_) => "malformed",
            EntryState::Unmatchable(_) => "unmatchable",
        })
    }
}

serialize_as_text!(EntryState);
