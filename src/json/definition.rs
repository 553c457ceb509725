//! JSON that is not a credential file: the definitions and the configuration of a platform.

use std::collections::BTreeMap;

use serde::de::MapAccess;

use super::{Expected, Kind, Members, Mode, Sink, Value, read, text_of};
use crate::error::Error;
use crate::level::Location;

/// Reads a definition as a tree.
pub(crate) fn read_definition(bytes: &[u8], location: &Location) -> Result<Value, Error> {
    let text = text_of(bytes, location)?;
    Value::parse(text).map_err(|fault| fault.into_error(text, location, Expected::Definition))
}

/// Returns the members of an object as names and the JSON of their values, the last of a name.
/// Returns `None` if the document is not an object. The JSON is not copied: it may hold a
/// credential file.
pub(crate) fn read_fields<'b>(
    bytes: &'b [u8],
    location: &Location,
) -> Result<Option<BTreeMap<String, &'b str>>, Error> {
    let text = text_of(bytes, location)?;
    let mut fields = Fields::default();
    let kind = read(text, Mode::Apart, &mut fields);
    let kind = kind.map_err(|fault| fault.into_error(text, location, Expected::Definition))?;
    Ok((kind == Kind::Object).then_some(fields.0))
}

#[derive(Default)]
struct Fields<'de>(BTreeMap<String, &'de str>);

impl<'de> Sink<'de> for &mut Fields<'de> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(name) = members.next_key(str::to_owned)? {
            self.0.insert(name, members.raw()?);
        }
        Ok(())
    }
}
