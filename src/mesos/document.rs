//! A credential file as Mesos reads it (`src/docker/spec.cpp`): strictly, by the case of names, and all
//! or nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use serde::de::{DeserializeSeed, MapAccess};
use zeroize::Zeroizing;

use super::note::{Note, NoteKind};
use crate::config::value::{Any, Key, Kind, Sink, Text};
use crate::config::{is_credential_field, is_strict_auth};
use crate::image::{is_docker_hub, split_port};
use crate::scope::{Scope, is_pattern, without_secrets};

/// What Mesos makes of a credential file.
pub(crate) struct Document {
    /// Why the agent does not start with it.
    pub(crate) stops_agent: Option<&'static str>,
    notes: Vec<Note>,
}

impl Document {
    pub(crate) fn look(bytes: &[u8]) -> Self {
        let stop = |why| Document { stops_agent: Some(why), notes: Vec::new() };
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            return stop("a byte-order mark stands before the JSON; save the file without it");
        }
        let mut seen = Seen::default();
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let kind = Any(Top(&mut seen)).deserialize(&mut deserializer);
        // The error itself is not kept: it may quote.
        match (kind, deserializer.end()) {
            (Ok(Kind::Object), Ok(())) => {}
            (Ok(_), Ok(())) => return stop("the JSON is no object; an empty configuration is {}"),
            _ => return stop("the file is not one JSON value and nothing else"),
        }
        Document { stops_agent: None, notes: seen.notes() }
    }

    /// Everything that there is to say.
    pub(crate) fn into_notes(self) -> Vec<Note> {
        let stop = self.stops_agent.map(|why| Note::of(NoteKind::AgentDoesNotStart(why)));
        stop.into_iter().chain(self.notes).collect()
    }
}

/// What stands in a document, as far as Mesos looks.
#[derive(Default)]
struct Seen {
    /// What `auths` is; `None` if it is not there.
    auths: Option<Kind>,
    under_auths: Registries,
    /// Without `auths` the document itself is the map of registries.
    at_top: Registries,
    has_helpers: bool,
}

#[derive(Default)]
struct Registries {
    entries: Vec<Registry>,
    /// A key that stands twice counts as it stands last.
    places: HashMap<String, usize>,
}

struct Registry {
    /// The key as it may be shown.
    key: String,
    /// What it means, where it means anything.
    problem: Option<&'static str>,
    /// The text that Mesos compares: what is before the first slash, without a scheme.
    host: String,
    has_path: bool,
    is_docker_hub: bool,
    entry: Entry,
}

#[derive(Default)]
struct Entry {
    is_object: bool,
    auth: Auth,
    /// Neither text nor null in a field that Mesos reads.
    has_wrong_type: bool,
    has_other_fields: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Auth {
    #[default]
    Absent,
    Empty,
    Plain,
    Odd,
}

impl Registries {
    fn put(&mut self, key: &str, entry: Entry) {
        let registry = Registry::new(key, entry);
        match self.places.entry(registry.key.clone()) {
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
        let host = bare.unwrap_or(key).split('/').next().unwrap_or_default();
        let problem = match &scope {
            Err(_) => Some("no registry can be called so"),
            Ok(scope) if is_pattern(&scope.host) => Some("it knows no *"),
            Ok(_) if host.contains('[') => Some("it cannot pull from an IPv6 address"),
            // A scheme in upper case is no scheme to Mesos.
            Ok(_) if host.ends_with(':') => {
                Some("it knows only http:// and https:// in lower case")
            }
            Ok(_) if split_port(host).1.is_some_and(|port| port.starts_with('0')) => {
                Some("it compares the port as text; write it without leading zeros")
            }
            Ok(_) => None,
        };
        let shown = if scope.is_ok() { key.into() } else { without_secrets(key) };
        Registry {
            key: shown.into_owned(),
            problem,
            host: if scope.is_ok() { host.to_owned() } else { String::new() },
            has_path: scope.as_ref().is_ok_and(|scope| !scope.path.is_empty()),
            is_docker_hub: scope.is_ok_and(|scope| is_docker_hub(&scope.host)),
            entry,
        }
    }

    fn has_docker_io(&self) -> bool {
        self.problem.is_none() && self.key.contains("docker.io")
    }

    fn notes(&self, note: &mut impl FnMut(Note)) {
        let mut on = |kind| note(Note::on(&self.key, kind));
        match self.entry.auth {
            Auth::Absent if self.entry.has_other_fields => on(NoteKind::NoAuth),
            Auth::Absent => return,
            Auth::Empty => on(NoteKind::EmptyAuth),
            Auth::Odd => on(NoteKind::UndecodedAuth),
            Auth::Plain => {}
        }
        if let Some(problem) = self.problem {
            on(NoteKind::NeverMatches(problem));
        }
        if self.has_docker_io() {
            on(if self.is_docker_hub {
                NoteKind::SentToLookAlikes
            } else {
                NoteKind::SentToDockerHub
            });
        }
        if self.has_path {
            on(NoteKind::UsedForWholeHost);
        }
    }
}

impl Seen {
    fn notes(self) -> Vec<Note> {
        let mut notes = Vec::new();
        let is_flat = matches!(self.auths, None | Some(Kind::Null));
        if let Some(why) = self.breaks_puller() {
            notes.push(Note::of(NoteKind::NoPuller(why)));
        }
        if self.has_helpers {
            notes.push(Note::of(NoteKind::HelpersIgnored));
        }
        let registries = if is_flat { self.at_top } else { self.under_auths };
        if is_flat && !registries.entries.is_empty() {
            notes.push(Note::of(NoteKind::FlatForm));
        }
        let mut hosts: HashMap<&str, &Registry> = HashMap::new();
        for registry in &registries.entries {
            registry.notes(&mut |note| notes.push(note));
            if matches!(registry.entry.auth, Auth::Absent) || registry.host.is_empty() {
                continue;
            }
            // All keys with Docker Hub's name in them are one to Mesos.
            let host = if registry.has_docker_io() { "docker.io" } else { &*registry.host };
            if let Some(other) = hosts.insert(host, registry) {
                let other = other.key.as_str().into();
                notes.push(Note::on(&registry.key, NoteKind::SameHost { other }));
            }
        }
        notes
    }

    /// Why every pull of the Mesos containerizer fails, if it does.
    fn breaks_puller(&self) -> Option<&'static str> {
        let registries = match self.auths {
            Some(Kind::Object) => &self.under_auths,
            Some(Kind::Null) => {
                return Some("\"auths\" is null, which it takes for a registry; write {}");
            }
            Some(_) => return Some("\"auths\" is no object"),
            None => &self.at_top,
        };
        let entries = || registries.entries.iter().map(|registry| &registry.entry);
        if entries().any(|entry| !entry.is_object) {
            Some(match self.auths {
                None => {
                    "without \"auths\" every field must be a registry with an object; write \"auths\": {}"
                }
                Some(_) => "an entry is no object",
            })
        } else if entries().any(|entry| entry.has_wrong_type) {
            Some("\"auth\" or \"email\" of an entry is no text")
        } else {
            None
        }
    }
}

/// A name in a document, which may be the user info of a key.
fn owned(name: &str) -> Zeroizing<String> {
    Zeroizing::new(name.to_owned())
}

struct Top<'s>(&'s mut Seen);

impl<'de> Sink<'de> for Top<'_> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key(owned))? {
            if *name == "auths" {
                self.0.under_auths = Registries::default();
                let kind = map.next_value_seed(Any(Under(&mut self.0.under_auths)))?;
                self.0.auths = Some(kind);
                continue;
            }
            self.0.has_helpers |= *name == "credsStore" || *name == "credHelpers";
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

fn read_entry<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Entry, A::Error> {
    let mut entry = Entry::default();
    let kind = map.next_value_seed(Any(Fields(&mut entry)))?;
    entry.is_object = kind == Kind::Object;
    Ok(entry)
}

struct Fields<'e>(&'e mut Entry);

impl<'de> Sink<'de> for Fields<'_> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let entry = self.0;
        while let Some(name) = map.next_key_seed(Key(owned))? {
            let (mut auth, mut has_text) = (Auth::Absent, false);
            let sink = Text(|text: &str| {
                has_text = !text.is_empty();
                auth = match text {
                    "" => Auth::Empty,
                    text if is_strict_auth(text) => Auth::Plain,
                    _ => Auth::Odd,
                }
            });
            let kind = map.next_value_seed(Any(sink))?;
            match name.as_str() {
                "auth" | "email" if kind.is_neither_text_nor_null() => entry.has_wrong_type = true,
                "auth" => entry.auth = auth,
                name => entry.has_other_fields |= has_text && is_credential_field(name),
            }
        }
        Ok(())
    }
}
