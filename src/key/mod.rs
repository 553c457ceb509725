//! A key as written -> the scope it means: a host, exact or with `*`, a port and a path prefix.
//!
//! The rules are the union of what Docker, podman, kubelet and Mesos write, minus what each of them
//! widens: a path in a key always narrows it, and a name is compared whole, never as a substring.

mod glob;

use std::borrow::Cow;
use std::fmt;

pub(crate) use self::glob::{LONGEST_HOST, covers as glob_covers, matches as glob_matches};
use self::glob::{is_glob, is_glob_host};
use crate::error::KeyProblem;
use crate::image::Separators;
use crate::image::{
    DEFAULT_PORT, DOCKER_HUB, DOCKER_HUB_KEY, Server, is_docker_hub, is_host, is_repository,
    normal_port, split_port,
};

/// What a key means. Host and path are normalised: lower case, no empty segment, no API root.
#[derive(Debug)]
pub(crate) struct Scope<'k> {
    pub(crate) host: Cow<'k, str>,
    pub(crate) port: u32,
    /// Empty for the whole registry.
    pub(crate) path: Cow<'k, str>,
    pub(crate) spelling: Spelling,
    /// For a host with `*`, the number of its other characters.
    pub(crate) literals: Option<u8>,
}

/// How a key is spelled, from the spelling that wins among keys that mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spelling {
    /// `https://index.docker.io/v1/`, which Docker itself writes for Docker Hub.
    DockerHub,
    /// Exactly the normalised scope: `quay.io/team`.
    Normalised,
    Other,
}

impl<'k> Scope<'k> {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// A key that can match nothing, and why.
    pub(crate) fn parse(key: &'k str) -> Result<Self, KeyProblem> {
        match Self::plain(key) {
            Some(scope) => Ok(scope),
            None => Self::parse_fully(key),
        }
    }

    /// Reads a key in the form that nearly all have, `[http[s]://]host[:port][/path][/]`; `None`
    /// says only that it is in another. What is read here is read alike by
    /// [`parse_fully`](Self::parse_fully).
    #[inline(always)]
    fn plain(key: &'k str) -> Option<Self> {
        let rest = match key.strip_prefix("http") {
            None => key,
            Some(rest) => {
                rest.strip_prefix("s://").or_else(|| rest.strip_prefix("://")).unwrap_or(key)
            }
        };
        let is_url = rest.len() < key.len();
        let text = rest.strip_suffix('/').unwrap_or(rest);
        let ends_in_slash = text.len() < rest.len();
        let marks = Separators::of(text.as_bytes())?;
        let end_of_authority = match marks.slashes {
            0 => text.len(),
            slashes => slashes.trailing_zeros() as usize,
        };
        let (authority, path) = text.split_at_checked(end_of_authority)?;
        let path = path.get(1..).unwrap_or_default();
        let (host, port) = match marks.colons {
            0 => (authority, DEFAULT_PORT),
            colons => {
                // A second one, or one in the path, has to be looked at more closely.
                let (host, digits) = authority.split_at_checked(colons.trailing_zeros() as usize)?;
                let is_single = colons.is_power_of_two();
                (host, digits.get(1..).filter(|_| is_single).and_then(parse_port)?)
            }
        };
        if marks.underscores != 0 && host.contains('_') {
            return None;
        }
        let is_hub = port == DEFAULT_PORT && is_docker_hub(host);
        let is_root = matches!(path, "v1" | "v2") && (is_url || ends_in_slash || is_hub);
        let host = if is_hub { DOCKER_HUB } else { host };
        let path = if is_root { "" } else { path };
        let scope = |spelling| Scope {
            host: Cow::Borrowed(host),
            port,
            path: Cow::Borrowed(path),
            spelling,
            literals: None,
        };
        // Mostly told without comparing it to the key.
        Some(scope(if marks.colons != 0 || is_hub {
            scope(Spelling::Other).spelling_of(key)
        } else if is_url || ends_in_slash || is_root {
            Spelling::Other
        } else {
            Spelling::Normalised
        }))
    }

    /// Reads a server that is asked for, as people write it. It is read like a key, but for the
    /// port of an `http://` URL, and an international host needs no scheme.
    ///
    /// # Errors
    ///
    /// A server that no key could cover, and why.
    pub(crate) fn of_server(server: &'k str) -> Result<Self, KeyProblem> {
        let parts = Server::split(server);
        Self::read(server, &parts, true, parts.default_port)
    }

    fn parse_fully(key: &'k str) -> Result<Self, KeyProblem> {
        let parts = Server::split(key);
        Self::read(key, &parts, !parts.scheme.is_empty(), DEFAULT_PORT)
    }

    fn read(
        key: &'k str,
        parts: &Server<'k>,
        allows_idna: bool,
        default_port: u32,
    ) -> Result<Self, KeyProblem> {
        let Server { scheme, authority, path, .. } = *parts;
        let rest = key.get(scheme.len()..).unwrap_or_default();
        if !rest.bytes().all(is_plain) {
            check_signs(authority, rest)?;
        }
        if scheme.is_empty()
            && authority.ends_with(':')
            && path.starts_with("//")
            && authority.len() > 1
        {
            return Err(KeyProblem::Scheme);
        }
        let (host, digits) = split_port(authority);
        if host.is_empty() {
            return Err(KeyProblem::NoHost);
        }
        let port = match digits {
            None => default_port,
            Some(digits) => parse_port(digits).ok_or(KeyProblem::Port)?,
        };
        let host = normal_host(host, allows_idna)?;
        let host = if port == DEFAULT_PORT && is_docker_hub(&host) {
            Cow::Borrowed(DOCKER_HUB)
        } else {
            host
        };
        let literals = if is_glob(&host) {
            let literals = host.bytes().filter(|b| *b != b'*').count();
            // With more it covers no host, and every lookup would read it.
            Some(u8::try_from(literals).map_err(|_| KeyProblem::Host)?)
        } else {
            None
        };
        let spelling = Spelling::Other;
        let mut scope = Scope { host, port, path: "".into(), spelling, literals };
        scope.path = normal_path(path, !scheme.is_empty() || scope.is_docker_hub())?;
        scope.spelling = scope.spelling_of(key);
        Ok(scope)
    }

    fn spelling_of(&self, key: &str) -> Spelling {
        if key == DOCKER_HUB_KEY {
            Spelling::DockerHub
        } else if self.is_written(key) {
            Spelling::Normalised
        } else {
            Spelling::Other
        }
    }

    pub(crate) fn is_docker_hub(&self) -> bool {
        self.host == DOCKER_HUB && self.port == DEFAULT_PORT
    }

    /// Returns whether the key is spelled exactly as this scope.
    fn is_written(&self, key: &str) -> bool {
        let after_host = key.strip_prefix(&*self.host);
        let after_port = after_host.and_then(|rest| match self.port {
            DEFAULT_PORT => Some(rest),
            port => rest.strip_prefix(':')?.strip_prefix(&port.to_string()),
        });
        after_port.is_some_and(|rest| match rest.strip_prefix('/') {
            Some(path) => path == self.path && !path.is_empty(),
            None => rest.is_empty() && self.path.is_empty(),
        })
    }
}

/// The characters of hosts, ports, paths and patterns.
fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b':' | b'*' | b'[' | b']')
}

/// Says which sign makes a key match nothing, so far as the rest of it does not say so anyway.
fn check_signs(authority: &str, rest: &str) -> Result<(), KeyProblem> {
    if authority.contains('@') {
        return Err(KeyProblem::UserInfo);
    }
    if rest.contains(['?', '#']) {
        return Err(KeyProblem::QueryOrFragment);
    }
    if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(KeyProblem::WhiteSpace);
    }
    Ok(())
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if self.port != DEFAULT_PORT {
            write!(f, ":{}", self.port)?;
        }
        if !self.path.is_empty() {
            write!(f, "/{}", self.path)?;
        }
        Ok(())
    }
}

fn parse_port(digits: &str) -> Option<u32> {
    match normal_port(digits)? {
        "" => Some(DEFAULT_PORT),
        digits => digits.parse().ok().filter(|port| *port <= u32::from(u16::MAX)),
    }
}

/// The host in lower case and ASCII, without a `*` after another; international names only in keys
/// shaped like a URL.
fn normal_host(host: &str, is_url: bool) -> Result<Cow<'_, str>, KeyProblem> {
    let host = match host {
        _ if host.is_ascii() => Cow::Borrowed(host),
        // Putting a name into ASCII takes the square of its length.
        _ if is_url && !host.contains('%') && host.len() <= LONGEST_HOST => {
            match url::Host::parse(host) {
                Ok(url::Host::Domain(ascii)) if keeps_patterns(host, &ascii) => Cow::Owned(ascii),
                _ => return Err(KeyProblem::NonAscii),
            }
        }
        _ => return Err(KeyProblem::NonAscii),
    };
    if !(is_host(&host) || is_glob_host(&host)) {
        return Err(KeyProblem::Host);
    }
    if !host.contains("**") && !host.bytes().any(|b| b.is_ascii_uppercase()) {
        return Ok(host);
    }
    let mut lower = host.to_ascii_lowercase();
    let mut before = ' ';
    lower.retain(|c| std::mem::replace(&mut before, c) != '*' || c != '*');
    Ok(Cow::Owned(lower))
}

/// Whether every `*` stands in a label as it was written. In one that was encoded it would stand
/// for pieces of the code, and so for other names; and what only looks like a `*` is none.
fn keeps_patterns(written: &str, ascii: &str) -> bool {
    let mut labels = ascii.split('.').zip(written.split('.'));
    !is_glob(ascii)
        || (ascii.split('.').count() == written.split('.').count()
            && labels
                .all(|(ascii, written)| !is_glob(ascii) || ascii.eq_ignore_ascii_case(written)))
}

/// The path without empty segments and without an API root. A bare `reg/v1` is a namespace, so
/// there a root must end in a slash.
fn normal_path(path: &str, root_without_slash: bool) -> Result<Cow<'_, str>, KeyProblem> {
    let trimmed = path.trim_matches('/');
    if trimmed.is_empty() {
        return Ok(Cow::Borrowed(""));
    }
    if matches!(trimmed, "v1" | "v2") && (root_without_slash || path.ends_with('/')) {
        return Ok(Cow::Borrowed(""));
    }
    let path = if trimmed.contains("//") {
        let segments: Vec<&str> = trimmed.split('/').filter(|s| !s.is_empty()).collect();
        Cow::Owned(segments.join("/"))
    } else {
        Cow::Borrowed(trimmed)
    };
    if !path.is_ascii() {
        return Err(KeyProblem::NonAscii);
    }
    if !is_repository(&path) {
        return Err(KeyProblem::Path);
    }
    Ok(path)
}

/// Returns whether `prefix` covers `repository`: whole segments, so that `team` covers `team` and
/// `team/app`, not `teams`.
pub(crate) fn covers(prefix: &str, repository: &str) -> bool {
    prefix.is_empty()
        || repository
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
