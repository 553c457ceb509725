//! Credential helpers, which a file names in `credsStore` and `credHelpers`. They are reported and
//! not run here: `resolve` passes over them, as over absent entries.

use std::collections::HashMap;

use serde::de::MapAccess;
use zeroize::Zeroizing;

use super::document::ParsedDocument;
use crate::json::{Members, Sink};
use crate::key::Scope;
use crate::redact;

/// The name of a helper. It is wiped, because people write passwords in its place.
pub(crate) type HelperName = Zeroizing<Box<str>>;

/// A key of `credHelpers` and its credential helper.
pub(crate) struct HelperKey {
    /// The key as it may be logged.
    pub(crate) key: Box<str>,
    /// Empty if the file itself has the credential.
    pub(crate) helper: HelperName,
}

impl HelperKey {
    /// Returns the scope of the key, or `None` if it can match no image.
    pub(crate) fn scope(&self) -> Option<Scope<'_>> {
        Scope::parse(&self.key).ok()
    }
}

/// Reads the name of a helper, and `…` in place of one that no program has. It is empty if the value
/// is not a text.
pub(super) fn read_helper<'de, A: MapAccess<'de>>(
    members: &mut Members<'de, A>,
) -> Result<HelperName, A::Error> {
    let mut helper = HelperName::default();
    members.text(|name| helper = Zeroizing::new(redact::possible_helper(name).into()))?;
    Ok(helper)
}

/// Receives the value of `credHelpers`. Its keys count towards the limits of entries and patterns.
pub(super) struct CredHelpers<'d>(pub(super) &'d mut ParsedDocument);

impl<'de> Sink<'de> for CredHelpers<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let document = self.0;
        let mut by_key: HashMap<Box<str>, usize> = HashMap::new();
        let mut helper_keys: Vec<HelperKey> = Vec::new();
        let mut position = 0;
        let mut shown = |key: &str| -> (Box<str>, bool) {
            position += 1;
            match Scope::parse(key) {
                Ok(scope) => (key.into(), scope.literals.is_some()),
                Err(_) => (redact::unmatchable_key(key, position).into(), false),
            }
        };
        while let Some((key, is_pattern)) = members.next_key(&mut shown)? {
            document.count(is_pattern)?;
            let helper = read_helper(members)?;
            // If a key is repeated, the last helper counts, in the position of the first.
            match by_key.get(&key).and_then(|at| helper_keys.get_mut(*at)) {
                Some(earlier) => earlier.helper = helper,
                None => {
                    by_key.insert(key.clone(), helper_keys.len());
                    helper_keys.push(HelperKey { key, helper });
                }
            }
        }
        document.helper_keys = helper_keys;
        Ok(())
    }
}
