//! The fields of an entry.

use serde::de::MapAccess;

use super::auth_field::decode_auth;
use super::entry::{EntrySecrets, TokenFields};
use crate::error::EntryProblem;
use crate::json::{Members, Sink};
use crate::secret::{SecretText, Span};

/// The fields of an entry, or the problem that makes it malformed.
pub(super) type FieldsRead = Result<EntrySecrets, EntryProblem>;

/// Reads the fields, and adds their secrets to those of the file.
pub(super) struct Fields<'f> {
    pub(super) secrets: &'f mut SecretText,
    pub(super) read: &'f mut FieldsRead,
}

/// The fields that are read, each with its problem if it is neither text nor null. `auth` is first.
const FIELDS: [(&str, EntryProblem); 6] = [
    ("auth", EntryProblem::AuthNotText),
    ("username", EntryProblem::UsernameNotText),
    ("password", EntryProblem::PasswordNotText),
    (IDENTITY_TOKEN, EntryProblem::IdentityTokenNotText),
    ("registrytoken", EntryProblem::RegistryTokenNotText),
    // Any type is allowed, so the problem is never used.
    (EMAIL, EntryProblem::NotAnObject),
];

const IDENTITY_TOKEN: &str = "identitytoken";
const EMAIL: &str = "email";

/// Returns the position of a name in [`FIELDS`].
fn position(name: &str) -> Option<usize> {
    FIELDS.iter().position(|(field, _)| name.eq_ignore_ascii_case(field))
}

/// Returns whether a field of an entry can hold a credential.
pub(crate) fn is_credential_field(name: &str) -> bool {
    position(name).is_some() && !name.eq_ignore_ascii_case(EMAIL)
}

pub(crate) fn is_identity_token(name: &str) -> bool {
    name.eq_ignore_ascii_case(IDENTITY_TOKEN)
}

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let mut values = [Ok(Span::EMPTY); FIELDS.len()];
        let mut auth = None;
        // If a field is repeated, the last one counts.
        while let Some(position) = members.next_key(position)? {
            let slot =
                position.and_then(|at| Some((at == 0, FIELDS.get(at)?, values.get_mut(at)?)));
            let Some((is_auth, (_, problem), value)) = slot else {
                members.skip()?;
                continue;
            };
            *value = Ok(Span::EMPTY);
            if is_auth {
                auth = None;
            }
            let kind = members.text(|text| {
                if !is_auth {
                    *value = Ok(self.secrets.push(text));
                } else if !text.is_empty() {
                    auth = Some(decode_auth(text, self.secrets));
                }
            })?;
            if kind.is_neither_text_nor_null() {
                *value = Err(*problem);
            }
        }
        *self.read = (|| {
            let [auth_type, username, password, identity_token, registry_token, email] = values;
            auth_type?;
            // `auth` outranks `username` and `password`, even if it is malformed.
            let (username, password) = auth.unwrap_or_else(|| Ok((username?, password?)))?;
            let (identity_token, registry_token) = (identity_token?, registry_token?);
            let email = email.unwrap_or_default();
            let tokens = TokenFields { identity_token, registry_token, email };
            Ok(EntrySecrets { username, password, tokens })
        })();
        Ok(())
    }
}
