//! Credentials in a task's sandbox that are not for its image: an archive of a whole `~/.docker`
//! brings every registry's password to where the task can read it.

use std::collections::HashSet;

use crate::error::{OtherRegistries, Warning, WarningKind};
use crate::file::{EntryState, File};
use crate::image::ImageRef;
use crate::key::{Scope, glob_covers};
use crate::level::Level;
use crate::resolver::Resolver;

/// One warning for each file at the level sandbox HOME with usable credentials of other registries
/// than the image's.
pub(super) fn warnings(resolver: &Resolver, image: &ImageRef<'_>) -> Vec<Warning> {
    let host = image.registry_parts().host().to_ascii_lowercase();
    let in_sandbox = resolver.files().filter(|file| file.level() == Level::SandboxHome);
    in_sandbox.filter_map(|file| warning(file, image, &host)).collect()
}

fn warning(file: &File, image: &ImageRef<'_>, host: &str) -> Option<Warning> {
    const MOST_TOLD: usize = 5;
    let mut known = HashSet::new();
    let mut others = Vec::new();
    for entry in file.entries.iter().filter(|entry| entry.state == EntryState::Usable) {
        let of_entry = (file.text(entry.host), entry.port);
        if is_of(image, host, of_entry) || !known.insert(of_entry) {
            continue;
        }
        if others.len() < MOST_TOLD {
            let registry = file.scope(entry).map(|scope| Scope { path: "".into(), ..scope });
            others.extend(registry.map(|registry| registry.to_string()));
        }
    }
    let more = known.len().saturating_sub(others.len());
    let registry = image.registry().to_owned();
    let found = Box::new(OtherRegistries { registry, others, more });
    let kind = WarningKind::OtherRegistries(found);
    (!known.is_empty()).then(|| Warning::new(&file.location, None, kind))
}

/// Returns whether a host and port is or covers the image's registry.
fn is_of(image: &ImageRef<'_>, host: &str, (of_entry, port): (&str, u16)) -> bool {
    let of_image = image.registry_parts().port();
    u32::from(port) == of_image && (of_entry == host || glob_covers(of_entry, host, of_image))
}
