//! Registries that are in a file, but where no program reads them: next to `auths`, below `auth`
//! instead of `auths`. `explain` mentions those that would have been for the image.

use serde::de::MapAccess;

use super::docker_fields::{AUTHS, looks_like_registry};
use super::fields::is_credential_field;
use crate::json::{self, Kind, Members, Mode, Sink};
use crate::key::Scope;

/// The number of registries that are kept. Nobody writes more of them by mistake.
const MOST: usize = 1_000;

/// The misplaced registries of a file. Keys that can match no image are left out.
#[derive(Default)]
pub(crate) struct Misplaced(Vec<MisplacedKey>);

/// A registry and its place.
pub(crate) struct MisplacedKey {
    pub(crate) key: Box<str>,
    pub(crate) place: Place,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// At the top of a `config.json`, next to `auths`.
    NextToAuths,
    /// At the top of a document without an object in it, as in `{"reg.io": "dXNlcjpwYXNz"}`.
    NotAnObject,
    /// In another field, as in `{"auth": {"reg.io": {…}}}`.
    Field(Box<str>),
}

impl Misplaced {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &MisplacedKey> {
        self.0.iter()
    }

    fn add(&mut self, key: Box<str>, place: Place) {
        if self.0.len() < MOST {
            self.0.push(MisplacedKey { key, place });
        }
    }

    /// Adds keys that are all in one place.
    pub(super) fn add_all<'k>(&mut self, keys: impl Iterator<Item = &'k str>, place: &Place) {
        keys.take(MOST).for_each(|key| self.add(key.into(), place.clone()));
    }

    /// Adds the registries in the value of an unknown field, and those in an `auths` inside it.
    pub(super) fn search(&mut self, field: &str, json: &str) {
        if json.starts_with('{') && self.0.len() < MOST {
            // Read on its own, because nothing in an unknown field may fail the document.
            let _ = json::read(json, Mode::Apart, Registries { field, inner: false, found: self });
        }
    }
}

/// Receives the value of an unknown field, or of the `auths` inside it.
struct Registries<'m> {
    field: &'m str,
    inner: bool,
    found: &'m mut Misplaced,
}

/// Returns whether a value is meant as an entry: an object with a field for a credential, or a text
/// in the field `auth`. Other fields name registries for other purposes, such as mirrors.
fn is_credential(field: &str, json: &str) -> bool {
    struct HasCredential<'h>(&'h mut bool);

    impl<'de> Sink<'de> for HasCredential<'_> {
        fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
            while let Some(is_it) = members.next_key(is_credential_field)? {
                *self.0 |= is_it;
                members.skip()?;
            }
            Ok(())
        }
    }

    let mut has_credential = false;
    match json::read(json, Mode::Apart, HasCredential(&mut has_credential)) {
        Ok(Kind::Text) => field.eq_ignore_ascii_case("auth"),
        read => read.is_ok() && has_credential,
    }
}

enum Member {
    Auths,
    Registry(Box<str>),
    Other,
}

impl Member {
    fn named(name: &str) -> Self {
        if name.eq_ignore_ascii_case(AUTHS) {
            Member::Auths
        } else if looks_like_registry(name) && Scope::parse(name).is_ok() {
            Member::Registry(name.into())
        } else {
            Member::Other
        }
    }
}

impl<'de> Sink<'de> for Registries<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let Registries { field, inner, found } = self;
        while let Some(member) = members.next_key(Member::named)? {
            let json = members.raw()?;
            match member {
                Member::Auths if !inner => {
                    let inner = Registries { field, inner: true, found };
                    let _ = json::read(json, Mode::Apart, inner);
                }
                Member::Registry(key) if is_credential(field, json) => {
                    found.add(key, Place::Field(field.into()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
