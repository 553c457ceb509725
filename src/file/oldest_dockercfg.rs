//! The oldest `.dockercfg`, written by Docker up to 0.5: lines `auth = …` and `email = …`. It names
//! no registry; the credential is that of Docker Hub.

use super::auth_field::decode_auth;
use super::entry::{Entry, EntrySecrets, File, TokenFields};
use super::format::Format;
use super::misplaced::Misplaced;
use super::scopes::Scopes;
use super::texts::Texts;
use crate::image::DOCKER_HUB_KEY;
use crate::level::Location;

/// Reads the file, or returns `None` if it has another line or no `auth`. If a name is repeated,
/// the last one counts.
pub(super) fn read(text: &str, location: &Location) -> Option<File> {
    // Every other format starts so, and is one line if it is not indented.
    if text.starts_with('{') {
        return None;
    }
    let (mut auth, mut email) = (None, "");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=')?;
        match name.trim_end() {
            name if name.eq_ignore_ascii_case("auth") => auth = Some(value.trim_start()),
            name if name.eq_ignore_ascii_case("email") => email = value.trim_start(),
            _ => return None,
        }
    }
    let auth = auth?;
    let mut texts = Texts::default();
    let mut entry = Entry::EMPTY;
    texts.start_entry(&mut entry, DOCKER_HUB_KEY);
    let pair =
        if auth.is_empty() { Ok(Default::default()) } else { decode_auth(auth, &mut texts.text) };
    let fields = pair.map(|(username, password)| {
        let email = texts.text.push(email);
        EntrySecrets { username, password, tokens: TokenFields { email, ..TokenFields::default() } }
    });
    texts.fill(&mut entry, &fields);
    Some(File {
        location: location.clone(),
        format: Format::DockercfgLines,
        entries: vec![entry],
        store_helper: None,
        helper_keys: Vec::new(),
        misplaced: Misplaced::default(),
        is_ignored_by_kubelet: false,
        given_by: None,
        texts,
        scopes: Scopes::default(),
    })
}
