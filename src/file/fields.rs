//! What stands under one key: the fields of an entry.

use serde::de::MapAccess;

use super::auth_field::decode_auth;
use super::entry::{EntrySecrets, TokenFields};
use crate::error::EntryProblem;
use crate::json::{Members, Sink, TextReader};
use crate::secret::{SecretText, Span};

/// The fields that were read, or why they are no credential.
pub(super) type FieldsRead = Result<EntrySecrets, EntryProblem>;

/// Reads the fields, and puts their secrets among those of the file.
pub(super) struct Fields<'g> {
    pub(super) secrets: &'g mut SecretText,
    pub(super) reader: TextReader,
    pub(super) read: &'g mut FieldsRead,
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

/// Whether a field of an entry can hold a credential.
pub(crate) fn is_credential_field(name: &str) -> bool {
    !matches!(EntryField::named(name), EntryField::Email | EntryField::Unknown)
}

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let (mut auth, mut pair) = (None, (Span::default(), Span::default()));
        let mut username = Ok(Span::default());
        let mut password = Ok(Span::default());
        let mut identity_token = Ok(Span::default());
        let mut registry_token = Ok(Span::default());
        let mut email = Ok(Span::default());
        while let Some(field) = members.next_key(EntryField::named)? {
            // A field that stands twice counts as it stands last.
            let (span, problem) = match field {
                EntryField::Auth => {
                    let mut read = None;
                    let take = |text: &str| {
                        if !text.is_empty() {
                            read = Some(decode_auth(text, self.secrets, &mut pair));
                        }
                    };
                    if self.reader.read(members, take)?.is_neither_text_nor_null() {
                        read = Some(Err(EntryProblem::AuthNotText));
                    }
                    auth = read;
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
                // Its type matters to nobody, so its problem is never looked at.
                EntryField::Email => (&mut email, EntryProblem::NotAnObject),
                EntryField::Unknown => {
                    members.skip()?;
                    continue;
                }
            };
            let mut read = Span::default();
            let kind = self.reader.read(members, |text| read = self.secrets.push(text))?;
            *span = if kind.is_neither_text_nor_null() { Err(problem) } else { Ok(read) };
        }
        *self.read = (|| {
            let (username, password) = match auth {
                Some(read) => read.map(|()| pair)?,
                None => (username?, password?),
            };
            Ok(EntrySecrets {
                username,
                password,
                tokens: TokenFields {
                    identity_token: identity_token?,
                    registry_token: registry_token?,
                    email: email.unwrap_or_default(),
                },
            })
        })();
        Ok(())
    }
}
