//! The fields of an entry.

use serde::de::MapAccess;

use super::auth_field::decode_auth;
use super::entry::{EntrySecrets, TokenFields};
use crate::error::EntryProblem;
use crate::json::{Members, Sink};
use crate::secret::{SecretText, Span};

/// The fields that were read, or the reason for which they are not a credential.
pub(super) type FieldsRead = Result<EntrySecrets, EntryProblem>;

/// Reads the fields, and adds their secrets to those of the file.
pub(super) struct Fields<'f> {
    pub(super) secrets: &'f mut SecretText,
    pub(super) read: &'f mut FieldsRead,
}

#[derive(Clone, Copy)]
enum EntryField {
    Auth,
    Username,
    Password,
    IdentityToken,
    RegistryToken,
    Email,
    Unknown,
}

impl EntryField {
    fn named(name: &str) -> Self {
        let is = |field: &str| name.eq_ignore_ascii_case(field);
        match () {
            () if is("auth") => EntryField::Auth,
            () if is("username") => EntryField::Username,
            () if is("password") => EntryField::Password,
            () if is("identitytoken") => EntryField::IdentityToken,
            () if is("registrytoken") => EntryField::RegistryToken,
            () if is("email") => EntryField::Email,
            () => EntryField::Unknown,
        }
    }
}

/// Returns whether a field of an entry can hold a credential.
pub(crate) fn is_credential_field(name: &str) -> bool {
    !matches!(EntryField::named(name), EntryField::Email | EntryField::Unknown)
}

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let mut auth = None;
        let [mut username, mut password, mut identity_token, mut registry_token, mut email] =
            [Ok(Span::EMPTY); 5];
        // The last one of a field counts.
        while let Some(field) = members.next_key(EntryField::named)? {
            let (span, problem) = match field {
                EntryField::Auth => {
                    auth = None;
                    let kind = members.text(|text| {
                        if !text.is_empty() {
                            auth = Some(decode_auth(text, self.secrets));
                        }
                    })?;
                    if kind.is_neither_text_nor_null() {
                        auth = Some(Err(EntryProblem::AuthNotText));
                    }
                    continue;
                }
                EntryField::Unknown => {
                    members.skip()?;
                    continue;
                }
                EntryField::Username => (&mut username, EntryProblem::UsernameNotText),
                EntryField::Password => (&mut password, EntryProblem::PasswordNotText),
                EntryField::IdentityToken => {
                    (&mut identity_token, EntryProblem::IdentityTokenNotText)
                }
                EntryField::RegistryToken => {
                    (&mut registry_token, EntryProblem::RegistryTokenNotText)
                }
                // Any type is allowed, so the problem is never used.
                EntryField::Email => (&mut email, EntryProblem::NotAnObject),
            };
            *span = Ok(Span::EMPTY);
            let kind = members.text(|text| *span = Ok(self.secrets.push(text)))?;
            if kind.is_neither_text_nor_null() {
                *span = Err(problem);
            }
        }
        *self.read = (|| {
            // `auth` outranks `username` and `password`, also if it is malformed.
            let (username, password) = auth.unwrap_or_else(|| Ok((username?, password?)))?;
            let (identity_token, registry_token) = (identity_token?, registry_token?);
            let email = email.unwrap_or_default();
            let tokens = TokenFields { identity_token, registry_token, email };
            Ok(EntrySecrets { username, password, tokens })
        })();
        Ok(())
    }
}
