//! Warnings on credentials that a task can read but does not need: an archive of a whole
//! `~/.docker` contains every registry's password.

use std::collections::HashSet;

use crate::error::{OtherRegistries, Warning, WarningKind};
use crate::file::{Entry, EntryState, File};
use crate::image::ImageRef;
use crate::key::{Scope, glob_covers};
use crate::level::Level;
use crate::redact::few;
use crate::resolver::Resolver;

/// Returns one warning for each file in the sandbox with usable credentials of other registries
/// than the image's.
pub(super) fn warnings(resolver: &Resolver, image: &ImageRef<'_>) -> Vec<Warning> {
    let in_sandbox = resolver.files().filter(|file| file.level() == Level::SandboxHome);
    in_sandbox.filter_map(|file| warning(file, image)).collect()
}

fn warning(file: &File, image: &ImageRef<'_>) -> Option<Warning> {
    let host = image.registry_parts().host().to_ascii_lowercase();
    let port = image.registry_parts().port();
    let mut known = HashSet::new();
    let is_another = |entry: &&Entry| {
        let (of_entry, port_of_entry) = (file.text(entry.host), entry.port);
        let is_of_image = u32::from(port_of_entry) == port
            && (of_entry == host || glob_covers(of_entry, &host, port));
        !is_of_image && known.insert((of_entry, port_of_entry))
    };
    let entries = file.entries.iter().filter(|entry| entry.state == EntryState::Usable);
    let others: Vec<&Entry> = entries.filter(is_another).collect();
    let (others, more) = few(others.into_iter());
    let without_path = |scope: Scope<'_>| Scope { path: "".into(), ..scope }.to_string();
    let scopes = others.into_iter().filter_map(|entry| file.scope(entry));
    let others: Vec<String> = scopes.map(without_path).collect();
    let registry = image.registry().to_owned();
    (!others.is_empty()).then(|| {
        let found = Box::new(OtherRegistries { registry, others, more });
        Warning::new(&file.location, None, WarningKind::OtherRegistries(found))
    })
}
