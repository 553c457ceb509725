//! Commands that write a credential to a file. They ask for the password, or read it from a pipe.
//! `podman login` refuses a file whose entry for the registry is malformed or an identity token, so
//! such an entry is removed first.

use std::fmt::Write;
use std::path::Path;

use crate::file::{File, Format};
use crate::image::DOCKER_HUB;
use crate::level::Location;

/// A login to a registry: the command, and the file that it writes to.
pub(super) struct Login<'a> {
    /// The file of the entry; `None` if the command writes to a new one.
    path: Option<&'a str>,
    has_helper: bool,
    registry: &'a str,
    /// The command that prints the password, and the user name that belongs to it.
    password: Option<(String, &'static str)>,
}

impl<'a> Login<'a> {
    /// A login that writes to a credential file, if one can.
    ///
    /// `docker login` writes to a `config.json`, unless that file leaves credentials to a helper;
    /// `podman login` writes to a file of any name. Neither writes to a `.dockercfg`, an archive or
    /// a Secret.
    pub(super) fn to(file: Option<&'a File>, registry: &'a str) -> Self {
        let is_config_json =
            |file: &&File| file.format == Format::ConfigJson && file.location.is_whole();
        let path = file.filter(is_config_json).and_then(|file| file.location.path());
        let has_helper = file.is_some_and(|file| file.store_helper.is_some());
        Login { has_helper, ..Login::to_path(path, registry) }
    }

    /// A login that writes to a file which need not exist.
    pub(super) fn to_path(path: Option<&'a str>, registry: &'a str) -> Self {
        let path = path.filter(|path| is_plain(path));
        Login { path, has_helper: false, registry, password: None }
    }

    /// Takes the password from the output of a command.
    pub(super) fn with_password_of(self, command: String, username: &'static str) -> Self {
        Login { password: Some((command, username)), ..self }
    }

    /// Returns the command. It ends a hint, so that it can be copied to the end of the line.
    fn command(&self) -> String {
        let Some((prints, username)) = &self.password else { return self.login("") };
        let login = self.login(&format!(" --username {username} --password-stdin"));
        format!("{prints} | {login}")
    }

    fn login(&self, options: &str) -> String {
        let server = quoted(self.registry);
        let Some(path) = self.path else {
            return format!("podman login --authfile new.json{options} {server}");
        };
        let parent = path.strip_suffix("/config.json").filter(|_| !self.has_helper);
        match parent.map(|parent| if parent.is_empty() { "/" } else { parent }) {
            Some(parent) if self.registry == DOCKER_HUB => {
                format!("docker --config {} login{options}", quoted(parent))
            }
            Some(parent) => format!("docker --config {} login{options} {server}", quoted(parent)),
            None => format!("podman login --authfile {}{options} {server}", quoted(path)),
        }
    }

    /// Returns what to do, such as `log in again`, with the place of the entry and the command.
    pub(super) fn advice(&self, what: &str, place: Option<&Location>) -> String {
        let command = self.command();
        match (self.path, place) {
            (None, Some(place)) => {
                format!("{what} to a new file and copy its entry to {place}: {command}")
            }
            _ => format!("{what}: {command}"),
        }
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
