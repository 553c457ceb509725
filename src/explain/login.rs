//! Commands that write a credential to a file. They ask for the password, or read it from a pipe.

use std::fmt::Write;
use std::path::Path;

use crate::file::{File, Format};
use crate::image::DOCKER_HUB;

/// Returns a command that logs in to a registry, and its effect if that is not a new entry in the
/// file.
///
/// `docker login` writes to a `config.json`, unless that file leaves credentials to a helper;
/// `podman login` writes to a file of any name. Neither writes to a `.dockercfg`, an archive or a
/// Secret. For those, and for bytes without a path, the command writes to a `config.json`, from
/// which the entry can be copied.
pub(super) fn login(file: Option<&File>, registry: &str, options: &str) -> String {
    let is_config_json =
        |file: &&File| file.format == Format::ConfigJson && file.location.is_whole();
    let path = file.filter(is_config_json).and_then(|file| file.location.path());
    let has_helper = file.is_some_and(|file| file.store_helper.is_some());
    login_to(path, has_helper, registry, options)
}

/// Returns the same for a path, with a `config.json` that is there or not yet.
pub(super) fn login_to(
    path: Option<&str>,
    has_helper: bool,
    registry: &str,
    options: &str,
) -> String {
    let server = quoted(registry);
    let Some(path) = path.filter(|path| is_plain(path)) else {
        return format!(
            "podman login --authfile config.json{options} {server} writes such an entry to config.json"
        );
    };
    let parent = path.strip_suffix("/config.json").filter(|_| !has_helper);
    match parent.map(|parent| if parent.is_empty() { "/" } else { parent }) {
        Some(parent) if registry == DOCKER_HUB => {
            format!("docker --config {} login{options}", quoted(parent))
        }
        Some(parent) => format!("docker --config {} login{options} {server}", quoted(parent)),
        None => format!("podman login --authfile {}{options} {server}", quoted(path)),
    }
}

/// Returns whether a path can be written on a command line: an absolute one without characters that
/// a terminal acts on.
fn is_plain(path: &str) -> bool {
    Path::new(path).is_absolute() && !path.contains(|c: char| c.is_control() || c == '\u{FFFD}')
}

/// Quotes a word for a shell, if it needs quotes.
fn quoted(word: &str) -> String {
    let needs_none = |b: u8| b.is_ascii_alphanumeric() || b"/._-:@%+=,".contains(&b);
    if word.bytes().all(needs_none) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for c in word.chars() {
        let written = if c == '\'' { quoted.write_str("'\\''") } else { quoted.write_char(c) };
        debug_assert!(written.is_ok(), "a String takes any text");
    }
    quoted.push('\'');
    quoted
}
