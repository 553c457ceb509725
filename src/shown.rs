//! What of a text from outside may stand in a log.

use std::fmt;

/// Text from a file, made fit for a log: quoted, escaped, cut to a length that a line can bear.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        f.write_str("\"")?;
        for c in self.0.chars().take(MOST) {
            write!(f, "{}", c.escape_debug())?;
        }
        f.write_str(if self.0.chars().nth(MOST).is_some() { "…\"" } else { "\"" })
    }
}
