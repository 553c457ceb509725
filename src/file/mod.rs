//! Bytes -> credential files. The format is recognised here, by content.
//!
//! An [`archive`] holds up to two files. A text is either in the oldest line format
//! ([`oldest_dockercfg`]) or a JSON [`document`], which is a [`kubernetes_secret`], a `.dockercfg`
//! or a `config.json`.

mod auth_field;
mod capacity;
mod credential_helpers;
mod docker_fields;
mod document;
mod duplicates;
mod entry;
mod entry_state;
mod exposed;
mod fields;
mod format;
mod kubernetes_secret;
mod misplaced;
mod oldest_dockercfg;
mod scopes;
mod texts;

use zeroize::Zeroizing;

use self::document::ParsedDocument;
use crate::archive;
use crate::error::Error;
use crate::json::{Expected, non_object_problem, start_of, text_of};
use crate::level::Location;
use crate::limits::{Limit, Limits};

pub(crate) use self::auth_field::{AuthContent, decode_base64, decode_base64url};
pub(crate) use self::docker_fields::looks_like_registry;
pub(crate) use self::entry::{Entry, EntrySecrets, File};
pub use self::entry_state::EntryState;
pub(crate) use self::fields::{is_credential_field, is_identity_token};
pub use self::format::Format;
use self::misplaced::Misplaced;
pub(crate) use self::misplaced::{MisplacedKey, Place};
use self::scopes::Scopes;
pub(crate) use self::scopes::{Host, Position};
use self::texts::Texts;

/// The credential files in some bytes: one, or those in a Secret or an archive.
pub(crate) struct Files {
    pub(crate) format: Format,
    pub(crate) files: Vec<File>,
}

impl Files {
    fn one(mut file: File) -> Self {
        file.group_by_scope();
        Files { format: file.format, files: vec![file] }
    }
}

impl File {
    /// Returns a file with the credential that a helper gave for a server, or `None` if it is empty.
    ///
    /// The user name `<token>` marks the secret as an identity token, as in Docker.
    pub(crate) fn given_by(
        helper: &str,
        location: Location,
        server: &str,
        username: &str,
        secret: &str,
    ) -> Option<File> {
        let mut texts = Texts::default();
        let mut entry = Entry::EMPTY;
        texts.start_entry(&mut entry, server);
        let mut secrets = EntrySecrets::default();
        if username == "<token>" {
            secrets.tokens.identity_token = texts.text.push(secret);
        } else {
            secrets.username = texts.text.push(username);
            secrets.password = texts.text.push(secret);
        }
        texts.fill(&mut entry, &Ok(secrets));
        let file = File {
            location,
            format: Format::ConfigJson,
            entries: vec![entry],
            store_helper: None,
            helper_keys: Vec::new(),
            misplaced: Misplaced::default(),
            is_ignored_by_kubelet: false,
            given_by: Some(Zeroizing::new(helper.into())),
            texts,
            scopes: Scopes::default(),
        };
        (entry.state == EntryState::Usable).then_some(file)
    }
}

/// Reads a credential file of any format.
///
/// # Errors
///
/// Bytes that are not a credential file as a whole. A malformed entry is not an error: it blocks
/// its scope ([`EntryState`]).
pub(crate) fn read(bytes: &[u8], location: &Location, limits: &Limits) -> Result<Files, Error> {
    if !archive::is_archive(bytes) {
        return read_member(bytes, location, limits);
    }
    let mut files = Vec::new();
    for member in archive::read(bytes, location, limits)? {
        let location = location.member(member.name);
        files.extend(read_member(member.bytes.as_slice(), &location, limits)?.files);
    }
    Ok(Files { format: Format::Archive, files })
}

/// Reads a credential file that is not an archive.
pub(crate) fn read_member(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<Files, Error> {
    read_text(bytes, location, limits, Expected::CredentialFile)
}

fn read_text(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
    expected: Expected,
) -> Result<Files, Error> {
    let (location, limit) = (location.clone(), limits.effective_file_bytes());
    if bytes.len() as u64 > limit {
        return Err(Error::Limit { location, limit: Limit::FileBytes, value: limit });
    }
    let text = text_of(bytes, &location)?;
    if let Some(file) = oldest_dockercfg::read(text, &location) {
        return Ok(Files::one(file));
    }
    let mut document = ParsedDocument::new(text, limits);
    if !document.read(text, &location, limits, expected)? {
        let problem = non_object_problem(text);
        let (line, column) = start_of(text);
        return Err(Error::NotACredentialFile { location, problem, line, column });
    }
    // A field of Docker's config file makes the document a `config.json`.
    if document.secret.is_present() && !document.has_docker_field {
        return document.secret.read(&location, limits, expected);
    }
    let is_flat = document.top_has_object && !document.has_docker_field;
    let (format, entries) = match is_flat {
        true => (Format::Dockercfg, document.entries.top),
        false => {
            let place = match document.has_docker_field {
                true => Place::NextToAuths,
                false => Place::NotAnObject,
            };
            let texts = &document.texts;
            let meant = document.entries.top.iter().filter(|entry| entry.may_answer());
            document.misplaced.add_all(meant.filter_map(|entry| texts.text.get(entry.key)), &place);
            (Format::ConfigJson, document.entries.auths)
        }
    };
    let ParsedDocument { store_helper, helper_keys, misplaced, texts, .. } = document;
    Ok(Files::one(File {
        location,
        format,
        entries,
        store_helper,
        helper_keys,
        misplaced,
        is_ignored_by_kubelet: false,
        given_by: None,
        texts,
        scopes: Scopes::default(),
    }))
}
