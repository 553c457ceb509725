//! The oldest `.dockercfg`, written by Docker up to 0.5: `auth = …` and `email = …`, line by line.
//! It names no registry and is Docker Hub's.

use super::auth_field::decode_auth;
use super::entry::{Entry, EntrySecrets, File, Format, Texts, TokenFields};
use crate::image::DOCKER_HUB_KEY;
use crate::level::Location;

/// The file, if every line of it is one of the two and `auth` is among them.
pub(super) fn read(text: &str, location: &Location) -> Option<File> {
    // What every other format begins with.
    if text.starts_with('{') {
        return None;
    }
    let (mut auth, mut email) = (None, None);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=')?;
        let value = value.trim();
        match name.trim_end() {
            name if name.eq_ignore_ascii_case("auth") => auth = Some(value),
            name if name.eq_ignore_ascii_case("email") => email = Some(value),
            _ => return None,
        }
    }
    let mut texts = Texts::default();
    let mut entry = Entry::EMPTY;
    texts.start_entry(&mut entry, DOCKER_HUB_KEY);
    let auth = Some(auth?).filter(|auth| !auth.is_empty());
    let mut pair = Default::default();
    let read = auth.map_or(Ok(()), |auth| decode_auth(auth, &mut texts.text, &mut pair));
    let fields = read.map(|()| {
        let (username, password) = pair;
        let email = texts.text.push(email.unwrap_or_default());
        EntrySecrets { username, password, tokens: TokenFields { email, ..TokenFields::default() } }
    });
    texts.fill(&mut entry, &fields);
    Some(File {
        location: location.clone(),
        format: Format::DockercfgLines,
        entries: vec![entry],
        store_helper: None,
        helper_keys: Vec::new(),
        texts,
    })
}
