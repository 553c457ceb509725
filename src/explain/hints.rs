//! Hints: the likeliest mistakes behind an answer, each with its remedy.
//!
//! A hint is given only where it applies. Docker's and kubelet's own messages for the same
//! mistakes name neither the file nor the remedy, so these name both.

use super::login::Login;
use super::near_miss::{Miss, corrected_key, covering_keys, key_of_registry};
use super::renewal;
use crate::auth::Credential;
use crate::error::{OtherRegistries, WarningKind};
use crate::file::{Entry, EntryState, File, MisplacedKey, Place, is_credential_field};
use crate::image::{DOCKER_HUB, ImageRef};
use crate::index::SourceRead;
use crate::key::Scope;
use crate::redact::{Shown, ShownFew, ShownHelper, ShownKey, cut};
use crate::source::Advice;

/// The number of hints on a page. The others are less likely, and a list of everything that could
/// be wrong is not read.
const MOST_HINTS: usize = 3;

/// The number of keys or helpers that are listed in a hint.
const MOST_MENTIONS: usize = 5;

/// What was noticed while the files were looked through.
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
                let login = Login::to_path(source.location.path(), registry);
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
            if !self.registries.contains(&registry) {
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
        let has_hidden = !hints.is_empty();
        hints.extend(self.mistakes);
        let of_sources = hints.len();
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
            hints.push(format!(
                "the credential may be in a helper, which is not run: {helpers}; {}",
                log_in(
                    self.helpers.file,
                    registry,
                    "take the helper out of the file and log in again"
                )
            ));
        } else if let Some(keys) = self.absent.list() {
            hints.push(format!(
                "{registry} has a key, but no credential under it: {keys}; {}",
                log_in(self.absent.file, registry, "log in again")
            ));
        }
        for (miss, mentions, keys) in self.near {
            if let Some(scopes) = mentions.list() {
                hints.push(format!("{}: {scopes}{}", miss.hint(registry), needed(&keys)));
            }
        }
        if self.any_file && !has_hidden && hints.len() == of_sources {
            let hub = if registry == DOCKER_HUB { " (Docker Hub)" } else { "" };
            let scopes = self.registries.iter().map(|(host, port)| Scope::registry(host, *port));
            let others: Vec<String> =
                scopes.map(|scope| Shown(&scope.to_string()).to_string()).collect();
            let others = match (others.join(", "), self.more_registries) {
                (others, _) if others.is_empty() => ", nor for any other".to_owned(),
                (others, false) => format!(", only for {others}"),
                (others, true) => format!(", only for {others} and others"),
            };
            let target = self.target.map(|(_, file)| file);
            hints.push(format!(
                "no key in any source is for the registry {registry}{hub}{others}; {}",
                log_in(target, registry, "log in")
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

    /// Returns the way out if the best match is malformed.
    pub(super) fn of_blocked(self, file: &File, next: Option<(&File, &Entry)>) -> Vec<String> {
        let registry = cut(self.image.registry());
        let next = match next {
            Some((file, entry)) if entry.state == EntryState::Usable => {
                format!("the entry {} in {} answers", Shown(file.text(entry.key)), file.location)
            }
            Some((file, entry)) => format!(
                "the entry {} in {} is next, which is malformed, too",
                Shown(file.text(entry.key)),
                file.location
            ),
            None => "the image is pulled anonymously".to_owned(),
        };
        vec![format!(
            "without the malformed entry {next}; {}",
            log_in(Some(file), registry, "to replace it, remove it and log in again")
        )]
    }
}

/// Returns the advice to log in to the registry of an image, for an entry in a file.
fn log_in(file: Option<&File>, registry: &str, what: &str) -> String {
    Login::to(file, registry).advice(what, file.map(|file| &file.location))
}

/// Returns the keys that an image needs, as the end of a hint.
fn needed(keys: &[String]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| Shown(key).to_string()).collect();
    match keys.join(" or ") {
        keys if keys.is_empty() => keys,
        keys => format!("; add the key {keys}"),
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
            let is_name = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'-';
            let is_name = field.len() <= 32 && field.bytes().all(is_name);
            let field =
                if is_name { format!("the field {}", Shown(field)) } else { "a field".into() };
            format!("{key} is in {field}, which is ignored; call that field \"auths\"")
        }
    }
}

/// A credential that was found, which the registry may refuse all the same.
pub(super) struct Hit<'a> {
    pub(super) image: &'a ImageRef<'a>,
    /// The image's host in lower case.
    pub(super) host: &'a str,
    pub(super) file: &'a File,
    pub(super) entry: &'a Entry,
    /// Set if the task can read the file.
    pub(super) is_in_sandbox: bool,
    /// The next match, if it is usable and at the same level.
    pub(super) next: Option<(&'a File, &'a Entry)>,
}

impl Hit<'_> {
    /// Returns the likely reasons why the registry refuses the credential, the likeliest first.
    pub(super) fn hints(&self) -> Vec<String> {
        let Hit { image, file, entry, .. } = *self;
        let credential = Credential::of(file, entry);
        let key = Shown(file.text(entry.key));
        let mut hints = Vec::new();
        hints.extend(renewal::hint(file, credential, image));
        if matches!(credential, Credential::Basic { username: "<token>", .. }) {
            hints.push(
                "the user name <token> marks an identity token, which registries refuse as a \
                 password; write the token to \"identitytoken\" instead of \"auth\""
                    .to_owned(),
            );
        }
        if file.texts.ends_in_newline(file.secrets(entry).password) {
            hints.push(format!(
                "the password ends in a newline, which registries refuse; encode user:password with \
                 printf instead of echo, or {}",
                log_in(Some(file), cut(image.registry()), "log in again")
            ));
        }
        if let Some((helper, field)) = self.helper() {
            hints.push(format!(
                "Docker asks {} ({field} in {}) and not this entry, which may be out of date; \
                 remove one of them",
                ShownHelper(helper),
                file.location
            ));
        }
        if file.is_ignored_by_kubelet {
            hints.push(format!("{}: {}", file.location, WarningKind::IGNORED_BY_KUBELET));
        }
        if let Some((next_file, next)) = self.next.filter(|next| self.is_alternative(*next)) {
            hints.push(format!(
                "if the registry refuses this credential, remove the key {key} from {}; then {} in {} \
                 answers, which means the same",
                file.location,
                Shown(next_file.text(next.key)),
                next_file.location
            ));
        }
        if self.is_in_sandbox {
            if let Some(OtherRegistries { others, more, .. }) = file.other_registries(image) {
                hints.push(format!(
                    "the task can read the credentials in {} for {}, too; leave only {key} in it",
                    file.location,
                    ShownFew(&others, more)
                ));
            }
        }
        hints.truncate(MOST_HINTS);
        hints
    }

    /// Returns the helper that Docker asks for the registry, and the field that names it.
    fn helper(&self) -> Option<(&str, &'static str)> {
        let covers = |scope: Scope<'_>| scope.covers(self.image, self.host);
        let mut keys = self.file.helper_keys.iter();
        match keys.find(|held| held.scope().is_some_and(covers)) {
            // Docker reads the file itself.
            Some(held) if held.helper.is_empty() => None,
            Some(held) => Some((&held.helper, "credHelpers")),
            None => Some((self.file.store_helper.as_deref()?, "credsStore")),
        }
    }

    /// Returns whether another entry has the same scope and a credential of its own.
    fn is_alternative(&self, (file, entry): (&File, &Entry)) -> bool {
        let Hit { file: of_file, entry: of_entry, .. } = *self;
        file.text(entry.host) == of_file.text(of_entry.host)
            && file.text(entry.path) == of_file.text(of_entry.path)
            && entry.port == of_entry.port
            && Credential::of(file, entry) != Credential::of(of_file, of_entry)
    }
}
