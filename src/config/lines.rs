//! The oldest `.dockercfg`, written by Docker up to 0.5: `auth = …` and `email = …`, line by line.
//! It names no registry and is Docker Hub's.

use super::auth_field::decode_auth;
use super::file::{EntrySecrets, File, Format, Standing, entry_for};
use crate::image::DOCKER_HUB_KEY;
use crate::level::Place;
use crate::secret::SecretText;

/// The file, if every line of it is one of the two and `auth` is among them.
pub(super) fn read(text: &str, place: &Place) -> Option<File> {
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
    let mut names = String::new();
    let mut secrets = SecretText::with_capacity(text.len());
    let mut entry = entry_for(DOCKER_HUB_KEY, &mut names);
    match Some(auth?).filter(|auth| !auth.is_empty()).map(|auth| decode_auth(auth, &mut secrets)) {
        Some(Ok((username, password))) => {
            entry.secrets = EntrySecrets { username, password, ..EntrySecrets::default() };
        }
        Some(Err(problem)) => entry.standing = Standing::Malformed(problem),
        None => {}
    }
    if entry.secrets.is_usable() {
        entry.secrets.email = secrets.push(email.unwrap_or_default());
        entry.standing = Standing::Usable;
    }
    Some(File {
        place: place.clone(),
        format: Format::DockercfgLines,
        entries: vec![entry],
        store_helper: None,
        helper_keys: Vec::new(),
        ignored_fields: Vec::new(),
        names,
        secrets,
    })
}
