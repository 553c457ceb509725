//! Hints: the likeliest mistakes behind an answer, each with its remedy.
//!
//! A hint is given only where it applies. Docker's and kubelet's own messages for the same
//! mistakes name neither the file nor the remedy, so these name both.

use super::login::Login;
use super::near_miss::{Miss, corrected_key, covering_keys, key_of_registry};
use crate::file::{Entry, File, MisplacedKey, Place, is_credential_field, looks_like_registry};
use crate::image::{DOCKER_HUB, ImageRef};
use crate::index::SourceRead;
use crate::key::Scope;
use crate::level::Level;
use crate::redact::{Shown, ShownHelper, ShownKey, cut};
use crate::source::Advice;

/// The number of hints on a page. The others are less likely, and a list of everything that could
/// be wrong is not read.
pub(super) const MOST_HINTS: usize = 3;

/// The number of keys or helpers that are listed in a hint.
const MOST_MENTIONS: usize = 5;

/// Everything noticeable in the files, collected while they are looked through.
pub(super) struct Clues<'a> {
    image: &'a ImageRef<'a>,
    /// The image's host in lower case.
    host: &'a str,
    any_file: bool,
    reads_environment: bool,
    /// The file that a key could be added to, and its preference.
    target: Option<(u8, &'a File)>,
    /// Sources that a sandbox hides and that have a credential.
    hidden: Mentions<'a>,
    /// Advice for sources without files.
    mistakes: Vec<String>,
    remedies: Vec<String>,
    misplaced: Option<(&'a File, &'a MisplacedKey)>,
    /// A file with a field of an entry, or `auths`, in the place of a registry.
    no_registry: Option<(&'a File, &'a str)>,
    unmatchable: Mentions<'a>,
    /// The key that was meant by the first of them.
    corrected: Option<String>,
    helpers: Mentions<'a>,
    absent: Mentions<'a>,
    /// Scopes that nearly cover the image, by the way in which they miss it, each with the keys
    /// that would cover it.
    near: [(Miss, Mentions<'a>, Vec<String>); Miss::ALL.len()],
    /// A few of the registries for which there are keys.
    registries: Vec<(&'a str, u16)>,
    more_registries: bool,
    /// Set if a file has `credHelpers`, which are for other registries.
    any_helper_key: bool,
    is_of_gcloud: bool,
}

/// Texts for a hint: the first few, the number of the others, and the file of the first.
#[derive(Default)]
struct Mentions<'a> {
    listed: Vec<String>,
    more: usize,
    file: Option<&'a File>,
}

impl<'a> Mentions<'a> {
    fn add(&mut self, file: Option<&'a File>, text: String) {
        self.file = self.file.or(file);
        if !self.listed.contains(&text) {
            self.add_new(file, || text);
        }
    }

    /// Adds a text that differs from all before it. It is written only if it is listed, as the name
    /// of a file may be long and its keys a million.
    fn add_new(&mut self, file: Option<&'a File>, text: impl FnOnce() -> String) {
        self.file = self.file.or(file);
        if self.listed.len() < MOST_MENTIONS {
            self.listed.push(text());
        } else {
            self.more += 1;
        }
    }

    /// Returns `"a", "b" and 3 more`, or `None` if there is nothing to mention.
    fn list(&self) -> Option<String> {
        let list = self.listed.join(", ");
        match (self.listed.len(), self.more) {
            (0, _) => None,
            (_, 0) => Some(list),
            (_, more) => Some(format!("{list} and {more} more")),
        }
    }
}

impl<'a> Clues<'a> {
    pub(super) fn new(image: &'a ImageRef<'a>, host: &'a str) -> Self {
        Clues {
            image,
            host,
            any_file: false,
            reads_environment: false,
            target: None,
            hidden: Mentions::default(),
            mistakes: Vec::new(),
            remedies: Vec::new(),
            misplaced: None,
            no_registry: None,
            unmatchable: Mentions::default(),
            corrected: None,
            helpers: Mentions::default(),
            absent: Mentions::default(),
            near: Miss::ALL.map(|miss| (miss, Mentions::default(), Vec::new())),
            registries: Vec::new(),
            more_registries: false,
            any_helper_key: false,
            is_of_gcloud: false,
        }
    }

    /// Notices a source, and the advice for one without files.
    pub(super) fn add_source(&mut self, source: &SourceRead) {
        self.reads_environment |= source.level.is_of_user();
        let Some(advice) = source.no_files.as_ref().and_then(|why| why.advice.as_ref()) else {
            return;
        };
        let (list, advice) = match advice {
            Advice::Mistake(advice) => (&mut self.mistakes, advice.clone()),
            Advice::IfAlone(advice) => (&mut self.remedies, advice.clone()),
            Advice::Create => {
                let registry = cut(self.image.registry());
                let login = Login::creating(&source.location, registry);
                (&mut self.remedies, login.advice("create it", None).into())
            }
        };
        if list.len() < MOST_HINTS {
            list.push(format!("{}: {advice}", source.location));
        }
    }

    /// Notices the best match of a source that a sandbox hides.
    pub(super) fn add_hidden(&mut self, file: &File, entry: &Entry) {
        let key = Shown(file.text(entry.key)).to_string();
        self.hidden.add(None, format!("{}, key {key}", file.location));
    }

    /// Notices a file, and the registries in it that nobody reads.
    pub(super) fn add_file(&mut self, file: &'a File, source: &SourceRead) {
        self.any_file = true;
        self.any_helper_key |= !file.helper_keys.is_empty();
        self.is_of_gcloud |= file.helper_keys.iter().any(|held| **held.helper == *"gcloud");
        // Its owner can add a key to a file with a path; a sandbox is gone with its task.
        let has_path = file.location.path().is_some() && file.location.is_whole();
        let preference = u8::from(has_path) + u8::from(has_path && !source.is_in_sandbox);
        if self.target.is_none_or(|(best, _)| preference > best) {
            self.target = Some((preference, file));
        }
        if self.misplaced.is_none() {
            let is_meant = |misplaced: &&MisplacedKey| {
                let scope = Scope::parse(&misplaced.key);
                scope.is_ok_and(|scope| scope.covers(self.image, self.host))
            };
            self.misplaced = file.misplaced.iter().find(is_meant).map(|found| (file, found));
        }
    }

    /// Notices an entry, if no entry matches the image.
    pub(super) fn add_entry(&mut self, file: &'a File, entry: &Entry) {
        let key = file.text(entry.key);
        if is_credential_field(key) || key.eq_ignore_ascii_case("auths") {
            self.no_registry = self.no_registry.or(Some((file, key)));
        } else if entry.may_answer() && !self.more_registries {
            let registry = (file.text(entry.host), entry.port);
            // Any other key may be a password.
            if looks_like_registry(registry.0) && !self.registries.contains(&registry) {
                match self.registries.len() < MOST_MENTIONS {
                    true => self.registries.push(registry),
                    false => self.more_registries = true,
                }
            }
        }
    }

    pub(super) fn add_unmatchable(&mut self, file: &'a File, shown_key: &str) {
        if self.unmatchable.file.is_none() {
            self.corrected = corrected_key(shown_key, self.image, self.host);
        }
        self.unmatchable.add(Some(file), ShownKey(shown_key).to_string());
    }

    pub(super) fn add_absent(&mut self, file: &'a File, key: &str) {
        self.absent.add_new(Some(file), || Shown(key).to_string());
    }

    /// Notices a scope that misses the image.
    pub(super) fn add_near(&mut self, file: &'a File, scope: &Scope<'_>, miss: Miss) {
        let near = self.near.iter_mut().find(|(known, ..)| *known == miss);
        let Some((_, mentions, keys)) = near else { return };
        // Once for the first scope: a file can have a million, and an image a host of a megabyte.
        if mentions.file.is_none() {
            *keys = covering_keys(miss, scope, self.image, self.host);
        }
        mentions.add(Some(file), Shown(&scope.to_string()).to_string());
    }

    pub(super) fn add_store_helper(&mut self, file: &'a File, helper: &str) {
        let helper = ShownHelper(helper);
        self.helpers.add(Some(file), format!("{helper} (credsStore in {})", file.location));
    }

    pub(super) fn add_helper(&mut self, file: &'a File, helper: &str) {
        let helper = ShownHelper(helper);
        self.helpers.add_new(Some(file), || format!("{helper} (credHelpers in {})", file.location));
    }

    pub(super) fn has_helpers(&self) -> bool {
        !self.helpers.listed.is_empty()
    }

    /// Returns the likely reasons why there is no answer, the likeliest first.
    pub(super) fn of_miss(self) -> Vec<String> {
        let registry = cut(self.image.registry());
        let mut hints = Vec::new();
        if let Some(hidden) = self.hidden.list() {
            hints.push(format!(
                "a credential file in the sandbox hides the credential of {hidden}; add the key to \
                 the file in the sandbox, or take that file out of it"
            ));
        }
        if let Some((file, MisplacedKey { key, place })) = self.misplaced {
            hints.push(format!("{}: {}", file.location, misplaced(key, place)));
        }
        if let Some((file, name)) = self.no_registry {
            let belongs = "{\"auths\": {REGISTRY: {\"auth\": …}}}";
            hints.push(format!(
                "{}: {} is in the place of a registry; the form is {belongs}",
                file.location,
                Shown(name)
            ));
        }
        if let Some(keys) = self.unmatchable.list() {
            let key = self.corrected.unwrap_or_else(|| key_of_registry(self.image));
            hints.push(format!(
                "these keys name {registry}, but can match no image: {keys}; write {}",
                Shown(&key)
            ));
        }
        if let Some(helpers) = self.helpers.list() {
            // A helper that a task names is never run.
            let is_offered =
                self.helpers.file.is_some_and(|file| file.level() > Level::SandboxHome);
            let ask = match is_offered {
                true => "let the program ask it (resolve_with_helpers, feature \"helper\"), or ",
                false => "",
            };
            let what = format!("{ask}take the helper out of the file and log in again");
            hints.push(format!(
                "the credential may be in a helper, which is not run: {helpers}; {}",
                log_in(self.helpers.file, registry, &what)
            ));
        } else if let Some(keys) = self.absent.list() {
            hints.push(format!(
                "{registry} has a key, but no credential under it: {keys}; {}",
                log_in(self.absent.file, registry, "log in again")
            ));
        }
        for (miss, mentions, keys) in self.near {
            if let Some(scopes) = mentions.list() {
                hints.push(format!(
                    "{}: {scopes}{}",
                    miss.hint(registry),
                    needed(&keys, mentions.file)
                ));
            }
        }
        let is_about_keys = !hints.is_empty();
        hints.extend(self.mistakes);
        if self.any_file && !is_about_keys {
            let hub = if registry == DOCKER_HUB { " (Docker Hub)" } else { "" };
            let scopes = self.registries.iter().map(|(host, port)| Scope::registry(host, *port));
            let others: Vec<String> =
                scopes.map(|scope| Shown(&scope.to_string()).to_string()).collect();
            let others = match (others.join(", "), self.more_registries) {
                (others, _) if others.is_empty() && self.any_helper_key => {
                    ", and credHelpers names helpers only for other registries".to_owned()
                }
                (others, _) if others.is_empty() => ", nor for any other".to_owned(),
                (others, false) => format!(", only for {others}"),
                (others, true) => format!(", only for {others} and others"),
            };
            let target = self.target.map(|(_, file)| file);
            // `gcloud auth configure-docker` without a registry names the older ones alone.
            let remedy = match self.is_of_gcloud && registry.ends_with("-docker.pkg.dev") {
                true => {
                    format!("add gcloud's helper for it: gcloud auth configure-docker {registry}")
                }
                false => log_in(target, registry, "log in"),
            };
            hints.push(format!(
                "no key in any source is for the registry {registry}{hub}{others}; {remedy}"
            ));
        }
        if !self.any_file && hints.is_empty() {
            hints.extend(self.remedies.into_iter().take(MOST_HINTS - 1));
            hints.push(
                match self.reads_environment {
                    true => "no credential file was found at any level",
                    false => {
                        "no credential file was given or found at any level; environment variables \
                         such as DOCKER_CONFIG, DOCKER_AUTH_CONFIG and REGISTRY_AUTH_FILE are not read \
                         (Resolver::from_env reads them)"
                    }
                }
                .to_owned(),
            );
        }
        hints.truncate(MOST_HINTS);
        hints
    }
}

/// Returns the advice to log in to a registry, for an entry in a file.
fn log_in(file: Option<&File>, registry: &str, what: &str) -> String {
    Login::to(file, registry, false, 0).advice(what, file.map(|file| &file.location))
}

/// Returns the keys that an image needs, as the end of a hint.
fn needed(keys: &[String], file: Option<&File>) -> String {
    let place = file.map_or_else(String::new, |file| format!(" to {}", file.location));
    let keys: Vec<String> = keys.iter().map(|key| Shown(key).to_string()).collect();
    match keys.join(" or ") {
        keys if keys.is_empty() => keys,
        keys => format!("; add the key {keys}{place}"),
    }
}

/// Returns the place of a registry that is not read, and the one where it belongs.
fn misplaced(key: &str, place: &Place) -> String {
    let key = Shown(key);
    match place {
        Place::NextToAuths => {
            format!("{key} is next to \"auths\", where it is ignored; move it into \"auths\"")
        }
        Place::NotAnObject => format!(
            "the value of {key} is not an object; write {{\"auths\": {{{key}: {{\"auth\": …}}}}}}"
        ),
        Place::Field(field) => {
            // Any other name may be a password in the wrong place.
            match LIKE_AUTHS.iter().find(|like| field.eq_ignore_ascii_case(like)) {
                Some(field) => format!(
                    "{key} is in the field \"{field}\", which is ignored; rename that field to \"auths\""
                ),
                None => format!("{key} is in a field that is ignored; move it into \"auths\""),
            }
        }
    }
}

/// Names of fields that people write for `auths`.
const LIKE_AUTHS: [&str; 13] = [
    "auth",
    "authConfig",
    "authConfigs",
    "config",
    "configs",
    "credentials",
    "creds",
    "data",
    "docker",
    "logins",
    "registries",
    "registry",
    "servers",
];
