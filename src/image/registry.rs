//! Registries: hosts with a port, and the one home of Docker Hub's names.

use super::grammar::is_host;
use super::invalid::{InvalidImageRef, Problem};

/// What Docker Hub is called once normalised.
pub(crate) const DOCKER_HUB: &str = "docker.io";

/// The key under which Docker itself stores its Hub credential.
pub(crate) const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// Its names, and no others.
pub(crate) const DOCKER_HUB_NAMES: [&str; 3] =
    [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

/// The port that equals no port.
pub(crate) const DEFAULT_PORT: u32 = 443;

/// The port of an `http://` server that names none.
const HTTP_PORT: (u32, &str) = (80, "80");

/// Whether a host is one of the names of Docker Hub: equality, never a substring.
#[inline]
pub(crate) fn is_docker_hub(host: &str) -> bool {
    // Most hosts are told by their length alone.
    matches!(host.len(), 9 | 15 | 20) && is_hub_name(host)
}

#[inline(never)]
fn is_hub_name(host: &str) -> bool {
    DOCKER_HUB_NAMES.iter().any(|name| host.eq_ignore_ascii_case(name))
}

/// A registry as it stands in a reference or a key: a valid host and a port.
#[derive(Clone, Copy)]
pub(crate) struct Registry<'a> {
    /// `host[:port]` as written.
    written: &'a str,
    /// As written, upper case and all, but one name for Docker Hub.
    host: &'a str,
    /// As a number. One that no port can have is `u32::MAX` and matches none.
    port: u32,
    /// Whether the host is in lower case. Asked for so often that it is not looked for each time.
    is_lower: bool,
}

impl<'a> Registry<'a> {
    pub(super) const HUB: Registry<'static> =
        Registry { written: DOCKER_HUB, host: DOCKER_HUB, port: DEFAULT_PORT, is_lower: true };

    /// Reads a host with an optional port, or the URL of one, whose path is ignored.
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
        let port = match digits {
            None => default_port,
            Some(digits) => port_number(digits).ok_or(Problem::Port)?,
        };
        let is_lower = !host.bytes().any(|b| b.is_ascii_uppercase());
        Ok(Self::of_parts(authority, host, port, is_lower))
    }

    #[inline(always)]
    pub(super) fn of_parts(written: &'a str, host: &'a str, port: u32, is_lower: bool) -> Self {
        let is_hub = port == DEFAULT_PORT && is_docker_hub(host);
        let host = if is_hub { DOCKER_HUB } else { host };
        Registry { written, host, port, is_lower: is_lower || is_hub }
    }

    /// The host, in the case it was written in.
    #[inline]
    pub(crate) fn host(&self) -> &'a str {
        self.host
    }

    /// The port as a number. One that no port can have matches none.
    #[inline]
    pub(crate) fn port(&self) -> u32 {
        self.port
    }

    pub(crate) fn has_default_port(&self) -> bool {
        self.port == DEFAULT_PORT
    }

    #[inline]
    pub(crate) fn is_docker_hub(&self) -> bool {
        self.port == DEFAULT_PORT && self.host == DOCKER_HUB
    }

    /// Whether a repository of one component gains `library/`.
    #[inline]
    pub(super) fn has_library(&self) -> bool {
        self.is_docker_hub() && DOCKER_HUB_NAMES.contains(&self.written)
    }

    /// `host[:port]` as written; `None` if that alone is another registry, as its port is implied
    /// by `http://`.
    pub(super) fn as_written(&self) -> Option<&'a str> {
        let says_port = self.has_default_port() || split_port(self.written).1.is_some();
        says_port.then_some(self.written)
    }

    /// The port without leading zeros, empty for the default port.
    fn digits(&self) -> &'a str {
        match split_port(self.written).1 {
            Some(digits) => normal_port(digits).unwrap_or_default(),
            None if self.has_default_port() => "",
            None => HTTP_PORT.1,
        }
    }

    /// `host[:port]`, normalised, where that is how it was written.
    pub(super) fn normal(&self) -> Option<&'a str> {
        if !self.is_lower {
            return None;
        }
        if self.has_default_port() {
            return Some(self.host);
        }
        let digits = self.written.get(self.host.len() + 1..)?;
        (!digits.starts_with('0') || digits == "0").then_some(self.written)
    }

    /// `host[:port]`, normalised.
    pub(crate) fn to_normal(self) -> String {
        let host = self.host.to_ascii_lowercase();
        if self.has_default_port() { host } else { format!("{host}:{}", self.digits()) }
    }
}

impl PartialEq for Registry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(other.host) && self.digits() == other.digits()
    }
}

/// A server as people write it: a host with an optional port, or the URL of one, with any path.
pub(crate) struct Server<'a> {
    /// `http://` or `https://` as written; empty if there is none.
    pub(crate) scheme: &'a str,
    /// `host[:port]`.
    pub(crate) authority: &'a str,
    /// Everything after it.
    pub(crate) path: &'a str,
    /// The port if the authority names none: 80 for an `http://` URL, or a credential for port 443
    /// would be sent there in the clear.
    pub(crate) default_port: u32,
}

impl<'a> Server<'a> {
    pub(crate) fn split(server: &'a str) -> Self {
        let (scheme, rest) = without_scheme(server).unwrap_or(("", server));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_http = scheme.eq_ignore_ascii_case("http://");
        let default_port = if is_http { HTTP_PORT.0 } else { DEFAULT_PORT };
        Server { scheme, authority, path, default_port }
    }

    /// The authority with its port, also if it names none.
    pub(crate) fn with_port(&self) -> String {
        match split_port(self.authority).1 {
            Some(_) => self.authority.to_owned(),
            None => format!("{}:{}", self.authority, self.default_port),
        }
    }
}

/// Splits `host:port`; the colons of a bracketed address are its own.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let colon = authority.bytes().rposition(|b| b == b':');
    match colon.and_then(|at| Some((authority.get(..at)?, authority.get(at + 1..)?))) {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// The digits of a port without leading zeros, empty for 443; `None` if they are none.
pub(crate) fn normal_port(digits: &str) -> Option<&str> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.trim_start_matches('0') {
        "443" => Some(""),
        "" => Some("0"),
        digits => Some(digits),
    }
}

/// The number that digits make, `u32::MAX` if it is too large; `None` if they are none.
pub(super) fn port_number(digits: &str) -> Option<u32> {
    let add = |number: u32, b: u8| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    };
    if digits.is_empty() { None } else { digits.bytes().try_fold(0, add) }
}

/// Splits off a leading `http://` or `https://` in any case: the scheme as written, and the rest.
pub(crate) fn without_scheme(text: &str) -> Option<(&str, &str)> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some((head, rest))
    })
}
