//! Parses a credential file as Mesos does (`parseAuthConfig` in `src/docker/spec.cpp`). Of a secret
//! it keeps only its state.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde::de::MapAccess;
use zeroize::Zeroizing;

use crate::file::{AuthContent, is_credential_field, is_identity_token, looks_like_registry};
use crate::image::{is_dotted, split_port};
use crate::json::{self, Kind, Members, Mode, Sink};
use crate::key::{Scope, means_whole_registry};
use crate::redact;

/// A credential file as Mesos reads it.
#[derive(Default)]
pub(crate) struct Config {
    /// The type of `auths`; `None` if the field is missing.
    pub(super) auths: Option<Kind>,
    pub(super) under_auths: Entries,
    /// The members of the document itself, which are the entries if there is no `auths`.
    pub(super) at_top: Entries,
    /// Set if `auths` is repeated, or is also written in another case.
    pub(super) has_more_auths: bool,
}

/// Entries in the order in which their keys first appear. If a key is repeated, the last one
/// counts.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// Hash of a key -> index in the list. A key may contain a password, so it is not kept.
    indices: HashMap<u64, usize>,
    hasher: RandomState,
    /// The number of keys read so far, counted as in [`File`](crate::file::File).
    position: usize,
}

/// An entry as Mesos reads it.
pub(crate) struct Entry {
    /// The key as it may be logged.
    pub(super) key: String,
    /// The text that Mesos compares with an image's registry: the key without `http://` or
    /// `https://`, up to the first slash. An error says why it equals no registry.
    pub(super) host: Result<String, &'static str>,
    /// Set if the key contains `docker.io`. Mesos then takes it for Docker Hub's.
    pub(super) has_docker_io: bool,
    pub(super) is_docker_hub: bool,
    pub(super) has_path: bool,
    pub(super) looks_like_registry: bool,
    /// `None` if the value is not an object.
    pub(super) fields: Option<Fields>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Fields {
    pub(super) auth: AuthState,
    pub(super) has_wrong_auth_type: bool,
    pub(super) has_wrong_email_type: bool,
    /// Set if a field that Mesos does not read may hold a credential.
    pub(super) has_other_credential: bool,
    pub(super) has_identity_token: bool,
    /// The number of members, for an object that holds entries.
    members: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum AuthState {
    #[default]
    Absent,
    Empty,
    /// Padded base64 with a colon in it, in the form that registries accept.
    Usable(AuthContent),
    /// Any other text. Mesos sends it unchanged.
    Malformed,
}

impl Entries {
    fn put(&mut self, key: &str, fields: Option<Fields>) {
        let entry = Entry::new(key, self.position, fields);
        let next = self.list.len();
        let index = *self.indices.entry(self.hasher.hash_one(key)).or_insert(next);
        match self.list.get_mut(index) {
            Some(earlier) => *earlier = entry,
            None => self.list.push(entry),
        }
    }
}

impl Entry {
    fn new(key: &str, position: usize, fields: Option<Fields>) -> Self {
        let scope = Scope::parse(key);
        let url = ["https://", "http://"].iter().find_map(|scheme| key.strip_prefix(scheme));
        let text = url.unwrap_or(key);
        let (host, rest) = text.split_once('/').unwrap_or((text, ""));
        Entry {
            key: match &scope {
                Ok(_) => key.to_owned(),
                Err(_) => redact::unmatchable_key(key, position).into_owned(),
            },
            host: comparable(host).map(str::to_owned),
            has_docker_io: key.contains("docker.io"),
            is_docker_hub: scope.as_ref().is_ok_and(Scope::is_docker_hub),
            has_path: match &scope {
                Ok(scope) => !scope.path.is_empty(),
                Err(_) => {
                    let path = rest.split_once(['?', '#']).map_or(rest, |(path, _)| path);
                    !means_whole_registry(path, true)
                }
            },
            looks_like_registry: looks_like_registry(key),
            fields,
        }
    }

    pub(super) fn auth(&self) -> AuthState {
        self.fields.unwrap_or_default().auth
    }

    /// Returns the text that Mesos compares, empty if it equals no registry. Mesos treats all keys
    /// that contain Docker Hub's name alike.
    pub(crate) fn compared(&self) -> &str {
        if self.has_docker_io { "docker.io" } else { self.host.as_deref().unwrap_or_default() }
    }

    /// Returns whether the Mesos containerizer sends `auth`, even if it is empty or malformed.
    pub(crate) fn is_sent(&self) -> bool {
        self.auth() != AuthState::Absent && !self.compared().is_empty()
    }

    /// Returns whether the Mesos containerizer sends an `auth` in the form that registries accept.
    pub(crate) fn is_usable(&self) -> bool {
        matches!(self.auth(), AuthState::Usable(_)) && self.is_sent()
    }
}

/// Returns a host if an image's registry can equal it, otherwise the reason. Mesos compares texts,
/// except that it reads an image's port as a number and formats it again.
fn comparable(host: &str) -> Result<&str, &'static str> {
    let (name, port) = split_port(host);
    if host.contains('*') {
        Err("it does not support *")
    } else if host.contains('[') {
        Err("it cannot pull from an IPv6 address")
    } else if host.ends_with(':') && !name.contains('.') {
        Err("it accepts only http:// and https:// in lower case")
    } else if port.is_none() && !name.contains('.') && name != "localhost" {
        Err("it takes a name without a dot and a port for part of the repository")
    } else if host.contains('@') || !is_dotted(name, |b| b.is_ascii_alphanumeric() || b == b'_') {
        Err("its host is not a valid registry name")
    } else if port.is_some_and(|port| port.is_empty() || port.bytes().any(|b| !b.is_ascii_digit()))
    {
        Err("its port is not a number")
    } else if port.is_some_and(|port| port.starts_with('0') && port != "0") {
        Err("it compares the port as text; write it without leading zeros")
    } else {
        Ok(host)
    }
}

impl Config {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// The reason why the agent does not start with it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            return Err("a byte-order mark precedes the JSON; save the file without it");
        }
        if is_deeper_than_picojson(bytes) {
            return Err("the JSON is nested deeper than 200 levels");
        }
        // Mesos does not check that a text is UTF-8.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => &lossy(bytes),
        };
        let mut config = Config::default();
        match json::read(text, Mode::Apart, Top(&mut config)) {
            Ok(Kind::Object) => Ok(config),
            Ok(_) => Err("the JSON is not an object; an empty configuration is {}"),
            // The position of the fault is not Mesos's.
            Err(_) => Err("the file is not one JSON value and nothing else"),
        }
    }

    /// Returns whether the document itself is the map of entries.
    pub(super) fn is_flat(&self) -> bool {
        matches!(self.auths, None | Some(Kind::Null))
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        if self.is_flat() { &self.at_top.list } else { &self.under_auths.list }
    }

    /// Returns the keys of registries next to `auths`, which no program reads.
    pub(super) fn outside_auths(&self) -> impl Iterator<Item = &str> {
        let outside: &[Entry] = if self.is_flat() { &[] } else { &self.at_top.list };
        let is_registry = |entry: &&Entry| entry.looks_like_registry && entry.fields.is_some();
        outside.iter().filter(is_registry).map(|entry| &*entry.key)
    }
}

/// Returns bytes as text, with U+FFFD in the place of each sequence that is not UTF-8.
fn lossy(bytes: &[u8]) -> Zeroizing<String> {
    // A buffer that grows leaves an unwiped copy behind. U+FFFD takes three bytes, for at least
    // one.
    let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// Returns whether brackets nest deeper than Mesos has picojson read them.
fn is_deeper_than_picojson(json: &[u8]) -> bool {
    const DEEPEST: usize = 200;
    let (mut level, mut in_text, mut is_escaped) = (0_usize, false, false);
    json.iter().any(|b| {
        match b {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => level += 1,
            b']' | b'}' if !in_text => level = level.saturating_sub(1),
            _ => {}
        }
        level > DEEPEST
    })
}

/// Copies a member name, which may be a key with a password in its user info.
fn owned(name: &str) -> Zeroizing<String> {
    Zeroizing::new(name.to_owned())
}

/// The sink for the document.
struct Top<'c>(&'c mut Config);

impl<'de> Sink<'de> for Top<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let Config { auths, under_auths, at_top, has_more_auths } = self.0;
        while let Some(name) = members.next_key(owned)? {
            let is_auths = name.eq_ignore_ascii_case("auths");
            *has_more_auths |= is_auths && (*name != "auths" || auths.is_some());
            if *name == "auths" {
                let position = under_auths.position;
                *under_auths = Entries { position, ..Entries::default() };
                *auths = Some(members.value(UnderAuths(under_auths))?);
                continue;
            }
            let fields = read_fields(members)?;
            if is_auths {
                // In another case, `auths` holds entries only for Docker and this crate.
                under_auths.position += fields.map_or(0, |fields| fields.members);
            }
            at_top.position += usize::from(looks_like_registry(&name));
            at_top.put(&name, fields);
        }
        Ok(())
    }
}

/// The sink for the value of `auths`.
struct UnderAuths<'e>(&'e mut Entries);

impl<'de> Sink<'de> for UnderAuths<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(name) = members.next_key(owned)? {
            let fields = read_fields(members)?;
            self.0.position += 1;
            self.0.put(&name, fields);
        }
        Ok(())
    }
}

/// Reads the value of an entry; `None` if it is not an object. Such a value may be a text with a
/// credential file in it.
fn read_fields<'de, A: MapAccess<'de>>(
    members: &mut Members<'de, A>,
) -> Result<Option<Fields>, A::Error> {
    let mut fields = Fields::default();
    let kind = members.value(&mut fields)?;
    Ok((kind == Kind::Object).then_some(fields))
}

impl<'de> Sink<'de> for &mut Fields {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(name) = members.next_key(owned)? {
            self.members += 1;
            let (mut auth, mut has_text) = (AuthState::Absent, false);
            let kind = members.text(|text| {
                has_text = !text.is_empty();
                auth = match (text, AuthContent::of(text)) {
                    ("", _) => AuthState::Empty,
                    (_, Some(content)) => AuthState::Usable(content),
                    (_, None) => AuthState::Malformed,
                }
            })?;
            match name.as_str() {
                "auth" => {
                    self.auth = auth;
                    self.has_wrong_auth_type = kind.is_neither_text_nor_null();
                }
                "email" => self.has_wrong_email_type = kind.is_neither_text_nor_null(),
                name => {
                    if is_identity_token(name) {
                        self.has_identity_token = has_text;
                    }
                    self.has_other_credential |= has_text && is_credential_field(name);
                }
            }
        }
        Ok(())
    }
}
