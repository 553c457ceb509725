//! Kubernetes Secrets: `kind: Secret` with a credential file in `data` or `stringData`, or the bare
//! `data` object alone.

use serde::de::MapAccess;
use zeroize::Zeroizing;

use super::auth_field::decode_base64;
use super::{File, Files, Format, read_text};
use crate::error::Error;
use crate::file_names::{DOCKER_CONFIG_JSON, DOCKERCFG};
use crate::json::{Expected, Members, Sink};
use crate::level::Location;
use crate::limits::Limits;

/// The names under which a Secret keeps a credential file. Unlike names of fields, they are
/// compared by case.
const FILES: [&str; 2] = [DOCKER_CONFIG_JSON, DOCKERCFG];

/// The parts of a Secret, as far as a document has them.
#[derive(Default)]
pub(super) struct KubernetesSecret {
    is_secret: bool,
    data: SecretData,
    string_data: SecretData,
    /// [`FILES`] at the top.
    bare_data: SecretData,
}

#[derive(Clone, Copy)]
pub(super) enum SecretField {
    Kind,
    Data,
    StringData,
    /// One of [`FILES`].
    BareFile(usize),
}

/// The values of [`FILES`] in `data` or `stringData`. Null counts as missing.
#[derive(Default)]
struct SecretData([Option<SecretValue>; FILES.len()]);

enum SecretValue {
    Text(Zeroizing<String>),
    /// Neither text nor null.
    Other,
}

impl SecretField {
    pub(super) fn named(name: &str) -> Option<Self> {
        let is = |field: &str| name.eq_ignore_ascii_case(field);
        match () {
            () if is("kind") => Some(SecretField::Kind),
            () if is("data") => Some(SecretField::Data),
            () if is("stringData") => Some(SecretField::StringData),
            () => position(name).map(SecretField::BareFile),
        }
    }
}

/// Returns the position of a name in [`FILES`].
fn position(name: &str) -> Option<usize> {
    FILES.iter().position(|file| *file == name)
}

impl KubernetesSecret {
    /// Reads the value of a field. The last one of a name counts.
    pub(super) fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        field: SecretField,
        members: &mut Members<'de, A>,
    ) -> Result<(), A::Error> {
        match field {
            SecretField::Kind => {
                self.is_secret = false;
                members.text(|kind| self.is_secret = kind == "Secret")?;
            }
            SecretField::Data => {
                self.data = SecretData::default();
                members.value(&mut self.data)?;
            }
            SecretField::StringData => {
                self.string_data = SecretData::default();
                members.value(&mut self.string_data)?;
            }
            SecretField::BareFile(file) => self.bare_data.read(file, members)?,
        }
        Ok(())
    }

    /// Returns whether the document is a Secret, unless it has a field of Docker's config file.
    pub(super) fn is_present(&self) -> bool {
        self.is_secret || self.bare_data.0.iter().any(Option::is_some)
    }

    /// Reads the credential files of the Secret. `stringData` outranks `data` name by name, as it
    /// does in Kubernetes.
    pub(super) fn read(
        self,
        location: &Location,
        limits: &Limits,
        expected: Expected,
    ) -> Result<Files, Error> {
        let refused = |location: &Location, problem| Error::NotACredentialFile {
            location: location.clone(),
            problem,
            line: 0,
            column: 0,
        };
        if expected != Expected::CredentialFile {
            return Err(refused(location, "a Secret inside a Secret is not read"));
        }
        let (string_data, data) = match self.is_secret {
            true => (self.string_data, self.data),
            false => (SecretData::default(), self.bare_data),
        };
        let mut files = Vec::new();
        for (name, (plain, encoded)) in FILES.into_iter().zip(string_data.0.into_iter().zip(data.0))
        {
            let is_plain = plain.is_some();
            let Some(value) = plain.or(encoded) else { continue };
            let location = location.member(name);
            let SecretValue::Text(text) = value else {
                let problem = "its value in the Secret is not text; it must be base64 of the file";
                return Err(refused(&location, problem));
            };
            // Some people write the file itself in place of its base64. Base64 has no braces.
            let read = if is_plain || text.trim_start().starts_with('{') {
                read_text(text.as_bytes(), &location, limits, Expected::SecretText)
            } else if let Some(bytes) = decode_base64(text.as_bytes()) {
                read_text(bytes.as_slice(), &location, limits, Expected::SecretData)
            } else {
                let problem = "its value in the Secret is not base64 of a credential file";
                Err(Error::Encoding { location, problem })
            };
            files.extend(read?.files.into_iter().map(|file| marked(file, name)));
        }
        if files.is_empty() {
            let problem = "the Secret holds neither .dockerconfigjson nor .dockercfg under data or \
                           stringData; make it with kubectl create secret docker-registry";
            return Err(refused(location, problem));
        }
        Ok(Files { format: Format::KubernetesSecret, files })
    }
}

/// Marks a file that kubelet ignores: entries without `auths` under `.dockerconfigjson`, or `auths`
/// under `.dockercfg`. It does not convert one form to the other.
fn marked(mut file: File, name: &str) -> File {
    let form = if name == DOCKERCFG { Format::Dockercfg } else { Format::ConfigJson };
    file.is_ignored_by_kubelet = file.format != form && !file.entries.is_empty();
    file
}

impl SecretData {
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        file: usize,
        members: &mut Members<'de, A>,
    ) -> Result<(), A::Error> {
        let mut value = None;
        let kind = members.text(|text| value = Some(SecretValue::Text(text.to_owned().into())))?;
        if kind.is_neither_text_nor_null() {
            value = Some(SecretValue::Other);
        }
        if let Some(slot) = self.0.get_mut(file) {
            *slot = value;
        }
        Ok(())
    }
}

impl<'de> Sink<'de> for &mut SecretData {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(file) = members.next_key(position)? {
            match file {
                Some(file) => self.read(file, members)?,
                None => members.skip()?,
            }
        }
        Ok(())
    }
}
