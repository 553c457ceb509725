//! Registries: a host with an optional port, or the URL of one.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::docker_hub::{DOCKER_HUB, DOCKER_HUB_NAMES, is_docker_hub};
use super::grammar::is_host;
use super::invalid::{InvalidImageRef, Problem};
use super::port::{DEFAULT_PORT, HTTP_PORT, normal_digits, parse_port, split_port};
use super::scheme::split_http_scheme;

/// The registry of an image reference or a key: a valid host and a port.
#[derive(Clone, Copy)]
pub(crate) struct Registry<'a> {
    /// `host[:port]` as written.
    written: &'a str,
    /// The host as written, or [`DOCKER_HUB`] for each of Docker Hub's names.
    host: &'a str,
    /// See [`parse_port`].
    port: u32,
    /// Set if the host is in lower case.
    is_lower: bool,
}

impl<'a> Registry<'a> {
    pub(super) const HUB: Registry<'static> =
        Registry { written: DOCKER_HUB, host: DOCKER_HUB, port: DEFAULT_PORT, is_lower: true };

    /// Reads a host with an optional port, or the URL of one. The path of a URL is ignored.
    pub(crate) fn of_server(server: &'a str) -> Result<Self, InvalidImageRef> {
        let Server { authority, default_port, .. } = Server::split(server);
        Ok(Self::parse_with_default(authority, default_port)?)
    }

    /// Reads a host with an optional port and nothing else.
    pub(crate) fn parse_alone(registry: &'a str) -> Result<Self, InvalidImageRef> {
        Self::parse(registry).map_err(|problem| problem.or_plainer(registry).into())
    }

    pub(super) fn parse(authority: &'a str) -> Result<Self, Problem> {
        Self::parse_with_default(authority, DEFAULT_PORT)
    }

    fn parse_with_default(authority: &'a str, default_port: u32) -> Result<Self, Problem> {
        let (host, digits) = split_port(authority);
        if !is_host(host) {
            return Err(Problem::Registry);
        }
        let port = digits.map_or(Some(default_port), parse_port).ok_or(Problem::Port)?;
        let is_lower = !host.bytes().any(|b| b.is_ascii_uppercase());
        Ok(Self::of_parts(authority, host, port, is_lower))
    }

    #[inline(always)]
    pub(super) fn of_parts(written: &'a str, host: &'a str, port: u32, is_lower: bool) -> Self {
        let is_hub = port == DEFAULT_PORT && is_docker_hub(host);
        let host = if is_hub { DOCKER_HUB } else { host };
        Registry { written, host, port, is_lower: is_lower || is_hub }
    }

    /// The host, in the case in which it was written.
    #[inline]
    pub(crate) fn host(&self) -> &'a str {
        self.host
    }

    fn lower_host(&self) -> impl Iterator<Item = u8> + 'a {
        self.host.bytes().map(|b| b.to_ascii_lowercase())
    }

    /// The port as [`parse_port`] reads it.
    #[inline]
    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    pub(crate) fn has_default_port(&self) -> bool {
        self.port == DEFAULT_PORT
    }

    #[inline]
    pub(crate) fn is_docker_hub(&self) -> bool {
        self.has_default_port() && self.host == DOCKER_HUB
    }

    /// Returns whether a repository of one component gains `library/`.
    #[inline]
    pub(super) fn has_library(&self) -> bool {
        self.is_docker_hub() && DOCKER_HUB_NAMES.contains(&self.written)
    }

    /// `host[:port]` as written. Returns `None` if `http://` implied the port: without the scheme
    /// that text is another registry.
    pub(super) fn as_written(&self) -> Option<&'a str> {
        let says_port = self.has_default_port() || split_port(self.written).1.is_some();
        says_port.then_some(self.written)
    }

    /// `host[:port]`, normalised, if it is written so.
    pub(super) fn normal(&self) -> Option<&'a str> {
        if !self.is_lower {
            return None;
        }
        if self.has_default_port() {
            return Some(self.host);
        }
        let digits = split_port(self.written).1?;
        (digits == normal_digits(digits)).then_some(self.written)
    }

    /// `host[:port]`, normalised.
    pub(crate) fn to_normal(self) -> String {
        let host = self.host.to_ascii_lowercase();
        if self.has_default_port() {
            return host;
        }
        // Digits, not the number, which for a port past `u32::MAX` is another one.
        match split_port(self.written).1 {
            Some(digits) => format!("{host}:{}", normal_digits(digits)),
            None => format!("{host}:{}", self.port),
        }
    }
}

impl PartialEq for Registry<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Past `u32::MAX` ports of different digits have the same number.
        self.host.eq_ignore_ascii_case(other.host)
            && self.port == other.port
            && (self.port != u32::MAX || self.to_normal() == other.to_normal())
    }
}

impl Eq for Registry<'_> {}

impl Hash for Registry<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.host.len().hash(state);
        self.lower_host().for_each(|b| b.hash(state));
        self.port.hash(state);
    }
}

impl Ord for Registry<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_digits = || match self.port {
            u32::MAX => self.to_normal().cmp(&other.to_normal()),
            _ => Ordering::Equal,
        };
        let by_host = self.lower_host().cmp(other.lower_host());
        by_host.then_with(|| self.port.cmp(&other.port)).then_with(by_digits)
    }
}

impl PartialOrd for Registry<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A server as people write it: a host with an optional port, or the URL of one, with any path.
pub(crate) struct Server<'a> {
    /// `http://` or `https://` as written. Empty without a scheme.
    pub(crate) scheme: &'a str,
    /// `host[:port]`.
    pub(crate) authority: &'a str,
    /// The text from the first `/` after the authority on.
    pub(crate) path: &'a str,
    /// The port of the scheme, for an authority without a port.
    pub(crate) default_port: u32,
}

impl<'a> Server<'a> {
    pub(crate) fn split(server: &'a str) -> Self {
        let (scheme, rest) = split_http_scheme(server).unwrap_or(("", server));
        let (authority, path) =
            rest.split_at(rest.bytes().position(|b| b == b'/').unwrap_or(rest.len()));
        let is_http = scheme.eq_ignore_ascii_case("http://");
        let default_port = if is_http { HTTP_PORT } else { DEFAULT_PORT };
        Server { scheme, authority, path, default_port }
    }

    /// The authority, with the port of the scheme if it has none.
    pub(crate) fn with_port(&self) -> String {
        match split_port(self.authority).1 {
            Some(_) => self.authority.to_owned(),
            None => format!("{}:{}", self.authority, self.default_port),
        }
    }
}
