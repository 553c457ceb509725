//! Bytes -> credential files, whatever their format. The one place where formats are told apart.

mod auth_field;
mod capacity;
mod entry;
mod fields;
mod json;
mod oldest_dockercfg;

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use self::auth_field::decode_base64;
use self::json::{Failure, ParsedDocument, Reading, SecretData, SecretValue};
use crate::archive;
use crate::error::Error;
use crate::file_names::{DOCKER_CONFIG_JSON, DOCKERCFG};
use crate::json::{Fault, FaultKind, Value, fields, with_exact_overflows};
use crate::level::Location;
use crate::limits::Limits;

pub(crate) use self::auth_field::is_strict_auth;
pub use self::entry::Format;
pub(crate) use self::entry::{Entry, EntrySecrets, EntryState, File};
pub(crate) use self::fields::is_credential_field;
pub(crate) use self::json::looks_like_registry;

/// The credential files that some bytes hold: one, or what is in a Secret or an archive.
pub(crate) struct Files {
    pub(crate) format: Format,
    pub(crate) files: Vec<File>,
}

/// Reads a credential file of any format.
///
/// # Errors
///
/// Whatever is no credential file as a whole; one malformed entry is no error.
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

/// Reads a credential file out of an archive, which is no archive itself.
pub(crate) fn read_member(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<Files, Error> {
    read_text(bytes, location, limits, Nesting::SecretAllowed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    SecretAllowed,
    InSecret,
}

fn read_text(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
    nesting: Nesting,
) -> Result<Files, Error> {
    let location = location.clone();
    let limit = limits.effective_file_bytes();
    if bytes.len() as u64 > limit {
        return Err(Error::Limit { location, limit: "file_bytes", value: limit });
    }
    let text = text_of(bytes, &location)?;
    if let Some(file) = oldest_dockercfg::read(text, &location) {
        return Ok(Files { format: file.format, files: vec![file] });
    }
    let mut gathered = ParsedDocument::new(text, limits, Reading::Whole);
    if !read_json(&mut gathered, text, &location, limits)? {
        let problem = "the JSON is no object; a credential file looks like {\"auths\": {…}}";
        let before = text.len() - text.trim_start().len();
        let before = text.get(..before).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len() + 1;
        return Err(Error::NotACredentialFile { location, problem, line, column });
    }
    recognise(gathered, location, limits, nesting)
}

/// The text of a file, which is in UTF-8 and not empty.
fn text_of<'b>(bytes: &'b [u8], location: &Location) -> Result<&'b str, Error> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty { location: location.clone() });
    }
    if let Some(problem) = foreign_encoding(text) {
        return Err(Error::Encoding { location: location.clone(), problem });
    }
    std::str::from_utf8(text).map_err(|_| {
        let problem = "the file is not UTF-8 text";
        Error::Encoding { location: location.clone(), problem }
    })
}

/// Reads JSON that is not a credential file: a definition of a platform.
pub(crate) fn read_document(bytes: &[u8], location: &Location) -> Result<Value, Error> {
    let text = text_of(bytes, location)?;
    Value::parse(text).map_err(|fault| json_error(fault, None, text, location, &Limits::default()))
}

/// Reads the members of a JSON object that is not a credential file but may hold one, without
/// copying the JSON under them; `None` if the document is not an object.
pub(crate) fn read_fields<'b>(
    bytes: &'b [u8],
    location: &Location,
) -> Result<Option<BTreeMap<String, &'b str>>, Error> {
    let text = text_of(bytes, location)?;
    fields(text).map_err(|fault| json_error(fault, None, text, location, &Limits::default()))
}

/// Gathers what is in a document; whether it is an object.
// In its place: what is gathered is large, and slow to hand back as part of a result.
fn read_json(
    gathered: &mut ParsedDocument,
    text: &str,
    location: &Location,
    limits: &Limits,
) -> Result<bool, Error> {
    let fault = match gathered.read(text) {
        Ok(is_object) => return Ok(is_object),
        Err(fault) => fault,
    };
    if gathered.failure.is_some() || fault.kind == FaultKind::EndsEarly {
        return Err(json_error(fault, gathered.failure, text, location, limits));
    }
    // The first reading may have stopped at a single entry. If the second one fails too, its fault
    // is that of the document.
    let exact = with_exact_overflows(text);
    let exact = exact.as_deref().map_or(text, String::as_str);
    *gathered = ParsedDocument::new(exact, limits, Reading::OneByOne);
    let read = gathered.read(exact);
    read.map_err(|fault| json_error(fault, gathered.failure, text, location, limits))
}

/// Tells the format of a document by what was found in it.
fn recognise(
    gathered: ParsedDocument,
    location: Location,
    limits: &Limits,
    nesting: Nesting,
) -> Result<Files, Error> {
    let ParsedDocument { data, string_data, bare_data, .. } = gathered;
    let in_secret = |data, string_data| {
        if nesting == Nesting::InSecret {
            let problem = "a Secret inside a Secret is not read";
            return Err(Error::NotACredentialFile {
                location: location.clone(),
                problem,
                line: 0,
                column: 0,
            });
        }
        read_secret(data, string_data, &location, limits)
    };
    if !gathered.has_docker_field {
        if gathered.kind_is_secret {
            return in_secret(data, string_data);
        }
        if !bare_data.is_empty() {
            return in_secret(bare_data, SecretData::default());
        }
    }
    let is_dockercfg = !gathered.has_docker_field && gathered.top_has_object;
    let (format, entries) = match is_dockercfg {
        true => (Format::Dockercfg, gathered.entries.top),
        false => (Format::ConfigJson, gathered.entries.auths),
    };
    let file = File {
        location,
        format,
        entries,
        store_helper: gathered.store_helper,
        helper_keys: gathered.helper_keys,
        texts: gathered.texts,
    };
    Ok(Files { format, files: vec![file] })
}

/// Reads what a Secret holds. `stringData` outranks `data`, as it does in Kubernetes.
fn read_secret(
    data: SecretData,
    string_data: SecretData,
    location: &Location,
    limits: &Limits,
) -> Result<Files, Error> {
    let contents = [
        (DOCKER_CONFIG_JSON, data.config_json, string_data.config_json),
        (DOCKERCFG, data.dockercfg, string_data.dockercfg),
    ];
    let mut files = Vec::new();
    for (name, encoded, plain) in contents {
        let location = location.member(name);
        let read = match (plain, encoded) {
            (Some(SecretValue::Text(plain)), _) => {
                read_text(plain.as_bytes(), &location, limits, Nesting::InSecret)?
            }
            (None, Some(SecretValue::Text(encoded))) => read_encoded(&encoded, &location, limits)?,
            (Some(SecretValue::Other), _) | (None, Some(SecretValue::Other)) => {
                let problem = "its value in the Secret is not text; it must be base64 of the file";
                return Err(Error::NotACredentialFile { location, problem, line: 0, column: 0 });
            }
            (None, None) => continue,
        };
        files.extend(read.files);
    }
    if files.is_empty() {
        let problem = "the Secret holds neither .dockerconfigjson nor .dockercfg under data or \
                       stringData; make it with kubectl create secret docker-registry";
        return Err(Error::NotACredentialFile {
            location: location.clone(),
            problem,
            line: 0,
            column: 0,
        });
    }
    Ok(Files { format: Format::KubernetesSecret, files })
}

fn read_encoded(
    encoded: &Zeroizing<String>,
    location: &Location,
    limits: &Limits,
) -> Result<Files, Error> {
    // People also write the file itself where its base64 is due; no base64 starts with a brace.
    if encoded.trim_start().starts_with('{') {
        return read_text(encoded.as_bytes(), location, limits, Nesting::InSecret);
    }
    let Some(bytes) = decode_base64(encoded.as_bytes()) else {
        let problem = "its value in the Secret is not base64 of a credential file";
        return Err(Error::Encoding { location: location.clone(), problem });
    };
    read_text(bytes.as_slice(), location, limits, Nesting::InSecret)
}

/// What bytes are that are no text in UTF-8, where that can be told.
fn foreign_encoding(text: &[u8]) -> Option<&'static str> {
    const UTF_16: &str = "the file is UTF-16; save it as UTF-8";
    match text {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'{', 0, ..] | [0, b'{', ..] => Some(UTF_16),
        [0x1F, 0x8B, ..] => Some("an archive inside an archive or a Secret is not read"),
        text => foreign_compression(text),
    }
}

/// What bytes are compressed with, other than gzip.
pub(crate) fn foreign_compression(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("the file is a zip archive; pack it with tar -czf"),
        [b'B', b'Z', b'h', ..]
        | [0xFD, b'7', b'z', b'X', b'Z', ..]
        | [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            Some("the file is compressed, but not with gzip; pack it with tar -czf")
        }
        _ => None,
    }
}

/// The error for a document that cannot be read.
fn json_error(
    fault: Fault,
    failure: Option<Failure>,
    text: &str,
    location: &Location,
    limits: &Limits,
) -> Error {
    let Fault { line, column, kind } = fault;
    let location = location.clone();
    match failure {
        Some(Failure::TooManyEntries) => {
            return Error::Limit { location, limit: "file_entries", value: limits.file_entries };
        }
        Some(Failure::TooManyPatterns) => {
            return Error::Limit { location, limit: "file_patterns", value: limits.file_patterns };
        }
        Some(Failure::AuthsNotAnObject) => {
            let problem = "\"auths\" is no object; it must hold {registry: {\"auth\": …}}";
            return Error::NotACredentialFile { location, problem, line, column };
        }
        None => {}
    }
    let starts_with = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    let (problem, advice) = if starts_with(&["apiVersion:", "kind:"]) {
        ("this is YAML, not JSON,", "for a Secret, take kubectl get secret NAME -o json")
    } else if starts_with(&["---", "auths:", "id:", "cluster_"]) {
        ("this is YAML, not JSON,", "turn it into JSON first")
    } else {
        match kind {
            FaultKind::EndsEarly => ("the JSON ends too early,", "the file may be cut short"),
            FaultKind::TooDeep => ("the JSON is nested deeper than 128 levels", "flatten it"),
            FaultKind::TextAfterEnd => (
                "there is text after the end of the JSON,",
                "remove it, or put back what it belongs to",
            ),
            FaultKind::Invalid => {
                ("invalid JSON", "check it with a JSON validator that keeps its input to itself")
            }
        }
    };
    Error::Syntax { location, problem, line, column, advice }
}
