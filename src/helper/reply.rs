//! The reply of a helper to `get`.

use serde::de::MapAccess;
use zeroize::Zeroizing;

use super::HelperProblem;
use super::process::Output;
use crate::json::{self, Kind, Members, Mode, Sink};

/// The message of a helper that has no credential for a server.
const NOT_FOUND: &[u8] = b"credentials not found in native keychain";

/// A credential as a helper prints it.
#[derive(Default)]
pub(super) struct Reply {
    /// `<token>` if the secret is an identity token.
    pub(super) username: Zeroizing<String>,
    pub(super) secret: Zeroizing<String>,
    /// Set if the reply has either field. An object without them is a message of another kind.
    has_field: bool,
}

/// Reads the output of a helper; `None` if it has no credential.
pub(super) fn parse(output: &Output) -> Result<Option<Reply>, HelperProblem> {
    let stdout = output.stdout.as_slice();
    // Without an exit status, the message alone says so.
    if output.success != Some(true) && stdout.trim_ascii() == NOT_FOUND {
        return Ok(None);
    }
    if output.success == Some(false) {
        return Err(HelperProblem::Failed);
    }
    let mut reply = Reply::default();
    let text = std::str::from_utf8(stdout).map_err(|_| HelperProblem::InvalidOutput)?;
    match json::read(text, Mode::Apart, &mut reply) {
        Ok(Kind::Object) if reply.has_field => Ok(Some(reply)),
        _ => Err(HelperProblem::InvalidOutput),
    }
}

enum Field {
    Username,
    Secret,
    Other,
}

impl Field {
    fn named(name: &str) -> Self {
        match name {
            _ if name.eq_ignore_ascii_case("Username") => Field::Username,
            _ if name.eq_ignore_ascii_case("Secret") => Field::Secret,
            _ => Field::Other,
        }
    }
}

impl<'de> Sink<'de> for &mut Reply {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(field) = members.next_key(Field::named)? {
            let place = match field {
                Field::Username => &mut self.username,
                Field::Secret => &mut self.secret,
                Field::Other => {
                    members.skip()?;
                    continue;
                }
            };
            self.has_field = true;
            let kind = members.text(|text| *place = Zeroizing::new(text.to_owned()))?;
            if kind.is_neither_text_nor_null() {
                return Err(serde::de::Error::custom(""));
            }
        }
        Ok(())
    }
}
