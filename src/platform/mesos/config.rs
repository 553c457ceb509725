//! The parts of a credential file that Mesos reads. Of a secret only its presence is kept.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use serde::de::MapAccess;
use zeroize::Zeroizing;

use crate::file::{is_credential_field, is_strict_auth, looks_like_registry};
use crate::image::{is_dotted, split_port};
use crate::json::{self, Kind, Members, Sink, TextReader};
use crate::key::Scope;
use crate::redact;

/// What stands in a document, as far as Mesos looks.
#[derive(Default)]
pub(super) struct Seen {
    /// What `auths` is; `None` if it is not there.
    pub(super) auths: Option<Kind>,
    pub(super) under_auths: Registries,
    /// Without `auths` the document itself is the map of registries.
    pub(super) at_top: Registries,
    pub(super) has_more_auths: bool,
}

#[derive(Default)]
pub(super) struct Registries {
    pub(super) entries: Vec<Registry>,
    /// A key that stands twice counts as it stands last. Kept as hashes, for a key may hold a
    /// password.
    locations: HashMap<u64, usize>,
    hasher: RandomState,
    /// Keys under which something stands that is no object.
    non_objects: HashSet<u64>,
    /// The number of keys read so far, as [`File`](crate::file::File) counts its entries.
    position: usize,
}

/// A registry as Mesos sees it.
pub(crate) struct Registry {
    /// The key as it may be shown.
    pub(super) key: String,
    /// The text that Mesos compares: what is before the first slash, without a scheme. Empty where
    /// it never equals a registry.
    pub(super) host: String,
    /// Why it never does.
    pub(super) problem: Option<&'static str>,
    /// Mesos takes it for Docker Hub's, and Docker Hub for it.
    pub(super) has_docker_io: bool,
    pub(super) is_docker_hub: bool,
    pub(super) has_path: bool,
    /// By the key as written, which may not be shown.
    pub(super) looks_like_registry: bool,
    pub(super) entry: Entry,
}

#[derive(Default)]
pub(super) struct Entry {
    pub(super) auth: Auth,
    /// Neither text nor null in a field that Mesos reads.
    pub(super) auth_is_wrong: bool,
    pub(super) email_is_wrong: bool,
    pub(super) has_other_fields: bool,
    members: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Auth {
    #[default]
    Absent,
    Empty,
    Plain,
    Odd,
}

impl Registries {
    pub(super) fn has_non_object(&self) -> bool {
        !self.non_objects.is_empty()
    }

    /// Adds what stands under a key: an entry, or something that is no object.
    fn put(&mut self, key: &str, entry: Option<Entry>) {
        let hash = self.hasher.hash_one(key);
        if entry.is_some() {
            self.non_objects.remove(&hash);
        } else {
            self.non_objects.insert(hash);
            if !self.locations.contains_key(&hash) {
                return;
            }
        }
        let registry = Registry::new(key, self.position, entry.unwrap_or_default());
        match self.locations.entry(hash) {
            Slot::Occupied(location) => {
                if let Some(old) = self.entries.get_mut(*location.get()) {
                    *old = registry;
                }
            }
            Slot::Vacant(location) => {
                location.insert(self.entries.len());
                self.entries.push(registry);
            }
        }
    }
}

impl Registry {
    fn new(key: &str, position: usize, entry: Entry) -> Self {
        let scope = Scope::parse(key);
        let bare = ["https://", "http://"].iter().find_map(|scheme| key.strip_prefix(scheme));
        let (host, rest) = match bare.unwrap_or(key).split_once('/') {
            Some((host, rest)) => (host, rest),
            None => (bare.unwrap_or(key), ""),
        };
        let problem = problem_of(host);
        let is_docker_hub = matches!(&scope, Ok(scope) if scope.is_docker_hub());
        Registry {
            key: match &scope {
                Ok(_) => key.to_owned(),
                Err(_) => redact::unmatchable_key(key, position).into_owned(),
            },
            host: if problem.is_none() { host.to_owned() } else { String::new() },
            problem,
            has_docker_io: key.contains("docker.io"),
            is_docker_hub,
            looks_like_registry: looks_like_registry(key),
            has_path: match &scope {
                Ok(scope) => !scope.path.is_empty(),
                Err(_) => {
                    let path = rest.split(['?', '#']).next().unwrap_or_default();
                    !matches!(path.trim_end_matches('/'), "" | "v1" | "v2")
                }
            },
            entry,
        }
    }

    /// Whether the Mesos containerizer has a use for it.
    pub(crate) fn is_used(&self) -> bool {
        self.entry.auth == Auth::Plain && !self.compared().is_empty()
    }

    /// What Mesos compares. All keys with Docker Hub's name in them are one to it.
    pub(crate) fn compared(&self) -> &str {
        if self.has_docker_io { "docker.io" } else { &self.host }
    }
}

/// Why no image's registry can be equal to a text, if so. Mesos compares it as it stands, but for
/// the port of the image, which it prints anew.
fn problem_of(host: &str) -> Option<&'static str> {
    let (name, port) = split_port(host);
    if host.contains('*') {
        Some("it knows no *")
    } else if host.contains('[') {
        Some("it cannot pull from an IPv6 address")
    } else if host.ends_with(':') && !name.contains('.') {
        Some("it knows only http:// and https:// in lower case")
    } else if port.is_none() && !name.contains('.') && name != "localhost" {
        Some("it takes a name without a dot and a port for a part of the repository")
    } else if host.contains('@') || !is_dotted(name, |b| b.is_ascii_alphanumeric() || b == b'_') {
        Some("no registry can be called so")
    } else if port.is_some_and(|port| port.is_empty() || port.bytes().any(|b| !b.is_ascii_digit()))
    {
        Some("its port is no number")
    } else if port.is_some_and(|port| port.starts_with('0') && port != "0") {
        Some("it compares the port as text; write it without leading zeros")
    } else {
        None
    }
}

impl Seen {
    /// Reads a file as Mesos does.
    ///
    /// # Errors
    ///
    /// Why the agent does not start with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            return Err("a byte-order mark stands before the JSON; save the file without it");
        }
        if is_deeper_than(bytes, DEEPEST) {
            return Err("the JSON is nested deeper than 200 levels");
        }
        // Mesos does not look whether a text is UTF-8.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => &lossy(bytes),
        };
        let mut seen = Seen::default();
        let mut read = json::read(text, Top(&mut seen));
        if read.is_err() {
            if let Some(exact) = json::with_exact_overflows(text) {
                seen = Seen::default();
                read = json::read(&exact, Top(&mut seen));
            }
        }
        // The fault itself does not matter: Mesos reports another.
        match read {
            Ok(Kind::Object) => Ok(seen),
            Ok(_) => Err("the JSON is no object; an empty configuration is {}"),
            Err(_) => Err("the file is not one JSON value and nothing else"),
        }
    }
}

/// Returns the text of bytes that are not UTF-8, with U+FFFD for each sequence that is not. Its
/// length is known before it is written: a buffer that grows leaves a copy in memory that nobody
/// wipes.
fn lossy(bytes: &[u8]) -> Zeroizing<String> {
    const REPLACEMENT: &str = "\u{FFFD}";
    let pieces = || {
        bytes.utf8_chunks().flat_map(|chunk| {
            let is_whole = chunk.invalid().is_empty();
            [chunk.valid(), if is_whole { "" } else { REPLACEMENT }]
        })
    };
    let mut text = Zeroizing::new(String::with_capacity(pieces().map(str::len).sum()));
    pieces().for_each(|piece| text.push_str(piece));
    text
}

/// picojson's limit, as Mesos builds it.
const DEEPEST: usize = 200;

/// Whether brackets nest deeper than `depth`, whatever else the text is.
fn is_deeper_than(json: &[u8], depth: usize) -> bool {
    let (mut level, mut in_text, mut is_escaped) = (0_usize, false, false);
    for b in json {
        match b {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                level += 1;
                if level > depth {
                    return true;
                }
            }
            b']' | b'}' if !in_text => level = level.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// A name in a document, which may be the user info of a key.
fn owned(name: &str) -> Zeroizing<String> {
    Zeroizing::new(name.to_owned())
}

/// The document as a whole.
struct Top<'s>(&'s mut Seen);

impl<'de> Sink<'de> for Top<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(name) = members.next_key(owned)? {
            self.0.has_more_auths |=
                name.eq_ignore_ascii_case("auths") && (*name != "auths" || self.0.auths.is_some());
            if *name == "auths" {
                let position = self.0.under_auths.position;
                self.0.under_auths = Registries { position, ..Registries::default() };
                let kind = members.value(Under(&mut self.0.under_auths))?;
                self.0.auths = Some(kind);
                continue;
            }
            let entry = read_entry(members)?;
            if name.eq_ignore_ascii_case("auths") {
                // Its keys are entries to this crate, and count.
                self.0.under_auths.position += entry.as_ref().map_or(0, |entry| entry.members);
            }
            self.0.at_top.position += usize::from(looks_like_registry(&name));
            self.0.at_top.put(&name, entry);
        }
        Ok(())
    }
}

struct Under<'r>(&'r mut Registries);

impl<'de> Sink<'de> for Under<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(name) = members.next_key(owned)? {
            let entry = read_entry(members)?;
            self.0.position += 1;
            self.0.put(&name, entry);
        }
        Ok(())
    }
}

/// An entry; `None` for what is no object. That may be a text with a credential file in it.
fn read_entry<'de, A: MapAccess<'de>>(
    members: &mut Members<'de, A>,
) -> Result<Option<Entry>, A::Error> {
    let mut entry = Entry::default();
    let kind = TextReader::CAREFUL.read_into(members, Fields(&mut entry))?;
    Ok((kind == Kind::Object).then_some(entry))
}

struct Fields<'e>(&'e mut Entry);

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        let entry = self.0;
        while let Some(name) = members.next_key(owned)? {
            entry.members += 1;
            let (mut auth, mut has_text) = (Auth::Absent, false);
            let kind = TextReader::CAREFUL.read(members, |text| {
                has_text = !text.is_empty();
                auth = match text {
                    "" => Auth::Empty,
                    text if is_strict_auth(text) => Auth::Plain,
                    _ => Auth::Odd,
                }
            })?;
            match name.as_str() {
                "auth" => {
                    entry.auth = auth;
                    entry.auth_is_wrong = kind.is_neither_text_nor_null();
                }
                "email" => entry.email_is_wrong = kind.is_neither_text_nor_null(),
                name => entry.has_other_fields |= has_text && is_credential_field(name),
            }
        }
        Ok(())
    }
}
