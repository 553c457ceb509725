//! The texts of a credential file, which are wiped together.

use std::borrow::Cow;

use super::entry::{Entry, EntrySecrets, TokenFields};
use super::entry_state::EntryState;
use crate::error::EntryProblem;
use crate::json::is_within;
use crate::key::Scope;
use crate::secret::{SecretText, Span};

/// The texts of a credential file. Entries refer to them by [`Span`].
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) text: SecretText,
    tokens: Vec<TokenFields>,
    /// Set if any entry may need a warning. Most files have none, and are not searched for one.
    pub(super) has_defects: bool,
}

impl Texts {
    /// Adds a key, and makes `entry` its entry, without secrets.
    // In place: copying an entry from step to step cost a tenth of `one image from 1 entry`.
    pub(crate) fn start_entry(&mut self, entry: &mut Entry, key: &str) {
        *entry = Entry::EMPTY;
        entry.key = self.text.push(key);
        match Scope::parse(key) {
            Ok(scope) => {
                // The normalised text is usually a part of the key itself.
                let mut add = |part: &Cow<'_, str>| match part {
                    Cow::Borrowed(part) if is_within(key, part) => entry.key.of_part(key, part),
                    part => self.text.push(part),
                };
                entry.host = add(&scope.host);
                entry.path = add(&scope.path);
                let port = u16::try_from(scope.port);
                debug_assert!(port.is_ok(), "a key with a larger port is unmatchable");
                entry.port = port.unwrap_or_default();
                entry.spelling = scope.spelling;
                entry.literals = scope.literals;
            }
            Err(problem) => {
                entry.state = EntryState::Unmatchable(problem);
                self.has_defects = true;
            }
        }
    }

    /// Gives an entry its fields and its state. An unmatchable entry stays as it is.
    pub(crate) fn fill(&mut self, entry: &mut Entry, fields: &Result<EntrySecrets, EntryProblem>) {
        if matches!(entry.state, EntryState::Unmatchable(_)) {
            return;
        }
        match fields {
            Err(problem) => {
                entry.state = EntryState::Malformed(*problem);
                self.has_defects = true;
            }
            Ok(secrets) if secrets.is_usable() => {
                entry.state = EntryState::Usable;
                (entry.username, entry.password) = (secrets.username, secrets.password);
                self.has_defects |= self.ends_in_newline(secrets.password);
                if !secrets.tokens.is_empty() {
                    entry.tokens = u32::try_from(self.tokens.len()).unwrap_or(u32::MAX);
                    self.tokens.push(secrets.tokens);
                }
            }
            Ok(_) => entry.state = EntryState::Absent,
        }
    }

    pub(super) fn tokens(&self, index: u32) -> TokenFields {
        self.tokens.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn ends_in_newline(&self, span: Span) -> bool {
        matches!(self.text.bytes(span).last(), Some(b'\n' | b'\r'))
    }
}
