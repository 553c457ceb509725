//! Commands that write a credential to a file. They ask for the password, or read it from a pipe.
//! `podman login` refuses a file whose entry for the registry is malformed or an identity token, so
//! such an entry is removed first.

use std::fmt::Write;

use crate::file::{File, Format};
use crate::image::DOCKER_HUB;
use crate::level::Location;

/// A login to a registry: the command, and the file that it writes to.
pub(super) struct Login<'a> {
    /// The file of the entry; `None` if the command writes to a new one.
    path: Option<&'a str>,
    by_docker: bool,
    /// A registry, or a namespace of one.
    key: &'a str,
    /// The command that prints the password, and the user name that belongs to it.
    password: Option<(String, &'static str)>,
}

impl<'a> Login<'a> {
    /// A login to a registry or a namespace, which writes to a credential file if one can.
    ///
    /// `docker login` writes to a `config.json` with entries, if it leaves none to a helper: in an
    /// empty one it turns on the helper of the system. It knows no namespaces. `podman login` writes
    /// to a file of any name. Neither writes to a `.dockercfg`, an archive or a Secret, and both ask
    /// the helper that `credHelpers` names for the registry.
    ///
    /// `removed` is the number of entries that are removed before.
    pub(super) fn to(
        file: Option<&'a File>,
        key: &'a str,
        has_key_helper: bool,
        removed: usize,
    ) -> Self {
        let can_write =
            |file: &&File| file.format == Format::ConfigJson && file.location.is_whole();
        let file = file.filter(can_write).filter(|_| !has_key_helper);
        let path = file.and_then(|file| plain_path(&file.location));
        let by_docker =
            file.is_some_and(|file| file.store_helper.is_none() && file.entries.len() > removed);
        Login { path, by_docker: by_docker && !key.contains('/'), key, password: None }
    }

    /// A login that creates a file.
    pub(super) fn creating(location: &'a Location, key: &'a str) -> Self {
        Login { path: plain_path(location), by_docker: false, key, password: None }
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
        let server = quoted(self.key);
        let Some(path) = self.path else {
            return format!("podman login --authfile new.json{options} {server}");
        };
        let parent = path.strip_suffix("/config.json").filter(|_| self.by_docker);
        match parent.map(|parent| if parent.is_empty() { "/" } else { parent }) {
            Some(parent) if self.key == DOCKER_HUB => {
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

/// Returns the path of a file if it can be written on a command line: an absolute one without
/// characters that a terminal acts on or does not show.
fn plain_path(location: &Location) -> Option<&str> {
    let is_shown = |c: char| matches!(c, '\'' | '"' | '\\') || c.escape_debug().count() == 1;
    let path = location.path().filter(|path| path.is_absolute())?.to_str()?;
    path.chars().all(|c| c != char::REPLACEMENT_CHARACTER && is_shown(c)).then_some(path)
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
