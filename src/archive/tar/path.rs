//! The path to which a member is unpacked, and links on the way to it.

use std::collections::BTreeSet;

use crate::file_names::DOCKER_FILES;

/// The name of a member as a path below the directory it is unpacked in.
pub(super) struct UnpackedPath {
    /// The components, each with a slash after it: `.docker/config.json/`.
    components: Vec<u8>,
    /// The name holds `..`.
    pub(super) climbs: bool,
    /// The name ends in `/` or `/.`, so that it can only be a directory.
    pub(super) names_directory: bool,
}

impl UnpackedPath {
    pub(super) fn of(name: &[u8]) -> Self {
        let components = Vec::with_capacity(name.len() + 1);
        let mut path = UnpackedPath { components, climbs: false, names_directory: true };
        for component in name.split(|b| *b == b'/') {
            path.names_directory = matches!(component, b"" | b"." | b"..");
            match component {
                b"" | b"." => {}
                b".." => {
                    path.climbs = true;
                    path.components.pop();
                    let parent = path.components.iter().rposition(|b| *b == b'/');
                    path.components.truncate(parent.map_or(0, |slash| slash + 1));
                }
                component => {
                    path.components.extend_from_slice(component);
                    path.components.push(b'/');
                }
            }
        }
        path
    }

    pub(super) fn is(&self, path: &str) -> bool {
        self.components.strip_suffix(b"/") == Some(path.as_bytes())
    }

    /// Returns the credential file at this path or above it, and whether the path is below it.
    pub(super) fn target(&self) -> Option<(&'static str, bool)> {
        DOCKER_FILES.into_iter().find_map(|file| {
            let below = self.components.strip_prefix(file.as_bytes())?.strip_prefix(b"/")?;
            Some((file, !below.is_empty()))
        })
    }
}

/// The links through which a later member could be written under another name.
///
/// In order, without links below others: everything between a link and a path below it is also
/// below that link, so only the last link before a path can be above it.
#[derive(Default)]
pub(super) struct Links(BTreeSet<Vec<u8>>);

impl Links {
    pub(super) fn add(&mut self, path: &UnpackedPath) {
        let link = &path.components;
        if link.is_empty() {
            return;
        }
        while let Some(below) = self.0.range(link.clone()..).next().filter(|l| l.starts_with(link))
        {
            let below = below.clone();
            self.0.remove(&below);
        }
        self.0.insert(link.clone());
    }

    pub(super) fn is_above(&self, path: &UnpackedPath) -> bool {
        let path = &path.components;
        let before = self.0.range::<Vec<u8>, _>(..path).next_back();
        before.is_some_and(|link| path.starts_with(link))
    }
}
