//! Warnings on credentials that a task can read but does not need.

use crate::error::{Warning, WarningKind};
use crate::image::ImageRef;
use crate::level::Level;
use crate::resolver::Resolver;

/// Returns one warning for each file in the sandbox with usable credentials of other registries
/// than the image's.
pub(super) fn warnings(resolver: &Resolver, image: &ImageRef<'_>) -> Vec<Warning> {
    let in_sandbox = resolver.files().filter(|file| file.level() == Level::SandboxHome);
    let found = in_sandbox.filter_map(|file| Some((file, file.other_registries(image)?)));
    let kind = |others| WarningKind::OtherRegistries(Box::new(others));
    found.map(|(file, others)| Warning::new(&file.location, None, kind(others))).collect()
}
