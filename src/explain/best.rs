//! Hints about the best match: a credential that the registry may refuse, or a malformed entry.

use super::hints::MOST_HINTS;
use super::login::Login;
use super::renewal;
use crate::auth::Credential;
use crate::error::{OtherRegistries, WarningKind};
use crate::file::{Entry, EntryState, File};
use crate::image::ImageRef;
use crate::level::Level;
use crate::redact::{Shown, ShownFew, ShownHelper, cut};

/// The best match: the entry that answers or blocks.
pub(super) struct Best<'a> {
    image: &'a ImageRef<'a>,
    /// The image's host in lower case.
    host: &'a str,
    file: &'a File,
    entry: &'a Entry,
    /// The key that a login writes in its place.
    key: String,
}

impl<'a> Best<'a> {
    pub(super) fn new(
        image: &'a ImageRef<'a>,
        host: &'a str,
        file: &'a File,
        entry: &'a Entry,
    ) -> Self {
        // A login to the registry would not replace an entry of a namespace.
        let path = Some(file.text(entry.path)).filter(|path| !path.is_empty());
        let registry = image.registry();
        let key = path.map_or_else(|| registry.to_owned(), |path| format!("{registry}/{path}"));
        Best { image, host, file, entry, key: cut(&key).to_owned() }
    }

    fn login(&self) -> Login<'_> {
        let has_helper = self.file.has_key_helper(self.image, self.host);
        Login::to(Some(self.file), &self.key, has_helper, self.occurrences())
    }

    /// Returns the number of entries with this key. Without the last one, an earlier one counts.
    fn occurrences(&self) -> usize {
        let key = self.file.text(self.entry.key);
        self.file.entries.iter().filter(|entry| self.file.text(entry.key) == key).count()
    }

    fn has_duplicates(&self) -> bool {
        self.occurrences() > 1
    }

    /// Returns the likely reasons why the registry refuses the credential, the likeliest first.
    ///
    /// `next` is the next match, if it is usable and at the same level.
    pub(super) fn hints(&self, is_in_sandbox: bool, next: Option<(&File, &Entry)>) -> Vec<String> {
        let Best { image, file, entry, .. } = *self;
        let credential = Credential::of(file, entry);
        let key = Shown(file.text(entry.key));
        let mut hints = Vec::new();
        hints.extend(renewal::hint(file, credential, image, self.login()));
        if let Credential::Basic { username, password } = credential {
            if username == "<token>" {
                hints.push(
                    "the user name <token> marks an identity token, which registries refuse as a \
                     password; write the token to \"identitytoken\" and nothing else"
                        .to_owned(),
                );
            }
            if password.ends_with(['\n', '\r']) {
                let what = "remove the entry and log in again";
                hints.push(format!(
                    "the password ends in a newline, which registries refuse; encode user:password \
                     with printf instead of echo, or {}",
                    self.login().advice(what, Some(&file.location))
                ));
            }
        }
        // Docker reads none of podman's files.
        let is_of_podman = (Level::DockerAuthConfig..=Level::UserAuthFile).contains(&file.level());
        if let Some((helper, field)) = file.helper_of_docker(image).filter(|_| !is_of_podman) {
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
        if let Some((next_file, next)) = next.filter(|next| self.has_alternative(*next)) {
            let which = if self.has_duplicates() { "every entry" } else { "the entry" };
            hints.push(format!(
                "if the registry refuses this credential, remove {which} {key} from {}; then {} in {} \
                 answers, which is for the same images",
                file.location,
                Shown(next_file.text(next.key)),
                next_file.location
            ));
        }
        let others = if is_in_sandbox { file.other_registries(image) } else { None };
        if let Some(OtherRegistries { others, more, .. }) = others {
            hints.push(format!(
                "the task can read the credentials in {} for {}, too; leave only {key} in it",
                file.location,
                ShownFew(&others, more)
            ));
        }
        hints.truncate(MOST_HINTS);
        hints
    }

    /// Returns whether another entry has the same scope and a credential of its own, and is not the
    /// same key of a file that was read twice.
    fn has_alternative(&self, (file, entry): (&File, &Entry)) -> bool {
        let is_same_key = file.location == self.file.location
            && file.text(entry.key) == self.file.text(self.entry.key);
        !is_same_key
            && file.text(entry.host) == self.file.text(self.entry.host)
            && file.text(entry.path) == self.file.text(self.entry.path)
            && entry.port == self.entry.port
            && Credential::of(file, entry) != Credential::of(self.file, self.entry)
    }
}

/// Returns the way out if the best match is malformed.
pub(super) fn of_blocked(
    best: &Best<'_>,
    next: Option<(&File, &Entry)>,
    has_helpers: bool,
) -> Vec<String> {
    let next = match next {
        Some((file, entry)) if entry.state == EntryState::Usable => {
            format!("the entry {} in {} answers", Shown(file.text(entry.key)), file.location)
        }
        Some((file, entry)) => format!(
            "the entry {} in {} is next, which is malformed, too",
            Shown(file.text(entry.key)),
            file.location
        ),
        None if has_helpers => "the credential may be in a helper".to_owned(),
        None => "the image is pulled anonymously".to_owned(),
    };
    let (without, remove) = match best.has_duplicates() {
        true => ("without it and its duplicates,", "remove them and log in again"),
        false => ("without the malformed entry,", "remove it and log in again"),
    };
    let advice = best.login().advice(remove, Some(&best.file.location));
    vec![format!("{without} {next}; to replace it, {advice}")]
}
