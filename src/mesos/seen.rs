//! What of a credential file Mesos looks at: names by their case, the last of a name, and of a secret nothing
//! but whether it is there.

use std::borrow::Cow;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use serde::de::{DeserializeSeed, MapAccess};
use zeroize::Zeroizing;

use crate::config::text::TextReader;
use crate::config::value::{Any, Key, Kind, Sink};
use crate::config::{is_credential_field, is_strict_auth};
use crate::image::{is_dotted, split_port};
use crate::scope::{Scope, without_secrets};

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
    /// A key that stands twice counts as it stands last. Kept as hashes, for a key may hold a password.
    places: HashMap<u64, usize>,
    hasher: RandomState,
    /// Keys under which something stands that is no object.
    non_objects: HashSet<u64>,
}

/// A registry as Mesos sees it.
pub(crate) struct Registry {
    /// The key as it may be shown.
    pub(super) key: String,
    /// The text that Mesos compares: what is before the first slash, without a scheme. Empty where it
    /// never equals a registry.
    pub(super) host: String,
    /// Why it never does.
    pub(super) problem: Option<&'static str>,
    /// Mesos takes it for Docker Hub's, and Docker Hub for it.
    pub(super) has_docker_io: bool,
    pub(super) is_docker_hub: bool,
    pub(super) has_path: bool,
    pub(super) entry: Entry,
}

#[derive(Default)]
pub(super) struct Entry {
    pub(super) auth: Auth,
    /// Neither text nor null in a field that Mesos reads.
    pub(super) auth_is_wrong: bool,
    pub(super) email_is_wrong: bool,
    pub(super) has_other_fields: bool,
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
            if !self.places.contains_key(&hash) {
                return;
            }
        }
        let registry = Registry::new(key, entry.unwrap_or_default());
        match self.places.entry(hash) {
            Slot::Occupied(place) => {
                if let Some(old) = self.entries.get_mut(*place.get()) {
                    *old = registry;
                }
            }
            Slot::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push(registry);
            }
        }
    }
}

impl Registry {
    fn new(key: &str, entry: Entry) -> Self {
        let scope = Scope::parse(key);
        let bare = ["https://", "http://"].iter().find_map(|scheme| key.strip_prefix(scheme));
        let (host, rest) = match bare.unwrap_or(key).split_once('/') {
            Some((host, rest)) => (host, rest),
            None => (bare.unwrap_or(key), ""),
        };
        let problem = problem_of(host);
        let is_docker_hub = matches!(&scope, Ok(scope) if scope.is_docker_hub());
        Registry {
            key: if scope.is_ok() { key.into() } else { without_secrets(key) }.into_owned(),
            host: if problem.is_none() { host.to_owned() } else { String::new() },
            problem,
            has_docker_io: key.contains("docker.io"),
            is_docker_hub,
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

/// Why no image's registry can be equal to a text, if so. Mesos compares it as it stands, but for the port of
/// the image, which it prints anew.
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
        let lossy;
        let text = match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => text,
            Cow::Owned(owned) => {
                lossy = Zeroizing::new(owned);
                &lossy
            }
        };
        let mut seen = Seen::default();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let kind = Any(Top(&mut seen)).deserialize(&mut deserializer);
        // The error itself is not kept: it may quote.
        match (kind, deserializer.end()) {
            (Ok(Kind::Object), Ok(())) => Ok(seen),
            (Ok(_), Ok(())) => Err("the JSON is no object; an empty configuration is {}"),
            _ => Err("the file is not one JSON value and nothing else"),
        }
    }
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
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key(owned))? {
            self.0.has_more_auths |=
                name.eq_ignore_ascii_case("auths") && (*name != "auths" || self.0.auths.is_some());
            if *name == "auths" {
                self.0.under_auths = Registries::default();
                let kind = map.next_value_seed(Any(Under(&mut self.0.under_auths)))?;
                self.0.auths = Some(kind);
                continue;
            }
            let entry = read_entry(&mut map)?;
            self.0.at_top.put(&name, entry);
        }
        Ok(())
    }
}

struct Under<'r>(&'r mut Registries);

impl<'de> Sink<'de> for Under<'_> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key(owned))? {
            let entry = read_entry(&mut map)?;
            self.0.put(&name, entry);
        }
        Ok(())
    }
}

/// An entry; `None` for what is no object.
fn read_entry<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Entry>, A::Error> {
    let mut entry = Entry::default();
    let kind = map.next_value_seed(Any(Fields(&mut entry)))?;
    Ok((kind == Kind::Object).then_some(entry))
}

struct Fields<'e>(&'e mut Entry);

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let entry = self.0;
        while let Some(name) = map.next_key_seed(Key(owned))? {
            let (mut auth, mut has_text) = (Auth::Absent, false);
            let kind = TextReader::CAREFUL.read(&mut map, |text| {
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
