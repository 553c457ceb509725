//! Credentials of other registries than an image's in a file that its task can read: an archive of
//! a whole `~/.docker` contains every registry's password.

use std::collections::HashSet;

use super::entry::{Entry, File};
use super::entry_state::EntryState;
use crate::error::OtherRegistries;
use crate::image::ImageRef;
use crate::key::{Scope, glob_covers};
use crate::redact::few;

impl File {
    /// Returns the registries other than the image's for which the file has usable credentials, or
    /// `None` if there are none.
    pub(crate) fn other_registries(&self, image: &ImageRef<'_>) -> Option<OtherRegistries> {
        let host = image.registry_parts().host().to_ascii_lowercase();
        let port = image.registry_parts().port();
        let mut known = HashSet::new();
        let is_another = |entry: &&Entry| {
            let (of_entry, port_of_entry) = (self.text(entry.host), entry.port);
            let is_of_image = u32::from(port_of_entry) == port
                && (of_entry == host || glob_covers(of_entry, &host, port));
            !is_of_image && known.insert((of_entry, port_of_entry))
        };
        let entries = self.entries.iter().filter(|entry| entry.state == EntryState::Usable);
        let others: Vec<&Entry> = entries.filter(is_another).collect();
        let (others, more) = few(others.into_iter());
        let without_path = |scope: Scope<'_>| Scope { path: "".into(), ..scope }.to_string();
        let scopes = others.into_iter().filter_map(|entry| self.scope(entry));
        let others: Vec<String> = scopes.map(without_path).collect();
        let registry = image.registry().to_owned();
        (!others.is_empty()).then_some(OtherRegistries { registry, others, more })
    }
}
