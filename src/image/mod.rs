//! Image references, `[registry/]repository[:tag][@digest]`, in Docker's normalised grammar
//! (distribution/reference), and the one home of Docker Hub's names.

mod plain;

use std::fmt;
use std::sync::OnceLock;

use self::plain::Plain;

/// What Docker Hub is called once normalised.
pub(crate) const DOCKER_HUB: &str = "docker.io";

/// The key under which Docker itself stores its Hub credential.
pub(crate) const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// The port that equals no port.
pub(crate) const DEFAULT_PORT: u32 = 443;

/// Docker's limit on a repository, `library/` included.
pub(crate) const MAX_REPOSITORY: usize = 255;

const LIBRARY: &str = "library/";

/// Its names, and no others.
pub(crate) const DOCKER_HUB_NAMES: [&str; 3] =
    [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

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

/// An image reference, parsed and normalised as Docker does, borrowing the text it came from.
///
/// Syntax, after [distribution/reference](https://github.com/distribution/reference):
///
/// - `[registry/]repository[:tag][@digest]`.
/// - The part before the first `/` is the registry if it contains `.` or `:`, is `localhost`, or has
///   an upper-case letter. Otherwise the image is on Docker Hub, and so is one without any `/`.
/// - A registry is a host name or a bracketed IPv6 address, with an optional port. It is compared in
///   ASCII lower case; ports are compared as numbers, and `:443` equals no port.
/// - `docker.io`, `index.docker.io` and `registry-1.docker.io` are one registry, `docker.io`. There
///   a repository of one component gains `library/`, unless the registry is written in another way
///   (`Docker.io`, `docker.io:443`), in which Docker does not see its Hub.
/// - A repository has lower-case components joined by `/`, 255 bytes at most.
/// - A tag has at most 128 characters; a digest is sha256, sha384 or sha512 in lower-case hex.
/// - A name that is just 64 hexadecimal digits is an image id, not a reference.
///
/// Parsing allocates nothing. [`Display`](fmt::Display) gives the normalised form, which parses to an
/// equal reference. Where it would not, the registry is shown with its port `:443`: `Build/app` is an
/// image of the registry `build`, but `build/app` is one of Docker Hub.
///
/// ```
/// use regcred::ImageRef;
///
/// let image = ImageRef::parse("nginx:1.27")?;
/// assert_eq!(image.registry(), "docker.io");
/// assert_eq!(image.repository(), "library/nginx");
/// assert_eq!(image.tag(), Some("1.27"));
/// assert_eq!(image.to_string(), "docker.io/library/nginx:1.27");
/// # Ok::<(), regcred::InvalidImageRef>(())
/// ```
#[derive(Clone)]
pub struct ImageRef<'a> {
    registry: Registry<'a>,
    /// The repository as written, without an implied `library/`.
    path: &'a str,
    in_library: bool,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
    /// Made when first asked for one of them that is no part of the input.
    normal: OnceLock<Box<Normal>>,
}

#[derive(Clone)]
struct Normal {
    registry: String,
    repository: String,
}

impl<'a> ImageRef<'a> {
    /// Parses a reference; an image without a registry is on Docker Hub.
    ///
    /// # Errors
    ///
    /// [`InvalidImageRef`] says which part is wrong, and never holds the input.
    #[inline]
    pub fn parse(image: &'a str) -> Result<Self, InvalidImageRef> {
        Self::read(image, || Ok(Registry::HUB))
    }

    /// Parses a reference; an image without a registry is on `registry`, as with Mesos's
    /// `--docker_registry` and DC/OS's `cluster_docker_registry_url`.
    ///
    /// `registry` is a host with an optional port, or an `http`, `https` URL of one, whose path is
    /// ignored as Mesos does. No `library/` is added there, unless it names Docker Hub. An image
    /// that names its registry is read as by [`parse`](Self::parse).
    ///
    /// ```
    /// let image = regcred::ImageRef::parse_with_default("team/app", "https://registry.example.com")?;
    /// assert_eq!(image.to_string(), "registry.example.com/team/app");
    /// # Ok::<(), regcred::InvalidImageRef>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and where `registry` is none.
    pub fn parse_with_default(image: &'a str, registry: &'a str) -> Result<Self, InvalidImageRef> {
        Self::read(image, || Registry::of_server(registry).map_err(|_| Problem::DefaultRegistry))
    }

    #[inline]
    fn read(
        image: &'a str,
        default: impl FnOnce() -> Result<Registry<'a>, Problem>,
    ) -> Result<Self, InvalidImageRef> {
        let Some(Plain { registry, path, tag, digest }) = plain::read(image) else {
            return Self::read_parts(image, default);
        };
        Ok(Self::of_parts(registry.map_or_else(default, Ok)?, path, tag, digest))
    }

    #[inline]
    fn of_parts(
        registry: Registry<'a>,
        path: &'a str,
        tag: Option<&'a str>,
        digest: Option<&'a str>,
    ) -> Self {
        let in_library = registry.has_library() && !path.bytes().any(|b| b == b'/');
        ImageRef { registry, path, in_library, tag, digest, normal: OnceLock::new() }
    }

    // Kept apart, so that the short way is short.
    #[cold]
    #[inline(never)]
    fn read_parts(
        image: &'a str,
        default: impl FnOnce() -> Result<Registry<'a>, Problem>,
    ) -> Result<Self, InvalidImageRef> {
        if image.is_empty() {
            return Err(Problem::Empty.into());
        }
        if image.len() == 64 && image.bytes().all(is_lower_hex) {
            return Err(Problem::ImageId.into());
        }
        let (registry, rest) = match split_off(image, b'/') {
            (first, Some(rest)) if names_registry(first) => {
                if rest.starts_with('/') && without_scheme(image).is_some() {
                    return Err(Problem::Scheme.into());
                }
                (Registry::parse(first)?, rest)
            }
            _ => (default()?, image),
        };
        let (rest, digest) = split_off(rest, b'@');
        let (path, tag) = split_off(rest, b':');
        let image = Self::of_parts(registry, path, tag, digest);
        let length = path.len() + if image.in_library { LIBRARY.len() } else { 0 };
        if length > MAX_REPOSITORY {
            return Err(Problem::RepositoryTooLong.into());
        }
        if !is_repository(path) {
            let upper = path.bytes().any(|b| b.is_ascii_uppercase());
            let problem = if upper { Problem::UpperCase } else { Problem::Repository };
            return Err(problem.into());
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(Problem::Tag.into());
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(Problem::Digest.into());
        }
        Ok(image)
    }

    /// The registry, normalised: `docker.io`, `registry.example.com:5000`. In lower case, without
    /// a port `443`.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.registry.normal().unwrap_or_else(|| &self.to_normal().registry)
    }

    /// The repository, normalised: `team/app`, `library/nginx`.
    #[must_use]
    pub fn repository(&self) -> &str {
        if self.in_library { &self.to_normal().repository } else { self.path }
    }

    fn to_normal(&self) -> &Normal {
        self.normal.get_or_init(|| {
            let library = if self.in_library { LIBRARY } else { "" };
            let repository = format!("{library}{}", self.path);
            Box::new(Normal { registry: self.registry.to_normal(), repository })
        })
    }

    /// The tag, if one is written; none is implied.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag
    }

    /// The digest, if one is written: `sha256:…`.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest
    }

    #[inline]
    pub(crate) fn registry_parts(&self) -> &Registry<'a> {
        &self.registry
    }

    /// [`repository`](Self::repository) without allocating. The buffer is for those in `library/` alone.
    #[inline]
    pub(crate) fn repository_in<'b>(
        &'b self,
        buffer: &'b mut Option<[u8; MAX_REPOSITORY]>,
    ) -> &'b str {
        if self.in_library {
            self.library_in(buffer.insert([0; MAX_REPOSITORY]))
        } else {
            self.path
        }
    }

    fn library_in<'b>(&'b self, buffer: &'b mut [u8; MAX_REPOSITORY]) -> &'b str {
        let (library, path) = (LIBRARY.as_bytes(), self.path.as_bytes());
        let whole = buffer.get_mut(..library.len() + path.len()).and_then(|whole| {
            let (head, tail) = whole.split_at_mut_checked(library.len())?;
            head.copy_from_slice(library);
            tail.copy_from_slice(path);
            std::str::from_utf8(whole).ok()
        });
        // The parser keeps the length within the buffer, and the text is ASCII.
        whole.unwrap_or(self.path)
    }
}

impl<'a> TryFrom<&'a str> for ImageRef<'a> {
    type Error = InvalidImageRef;

    fn try_from(image: &'a str) -> Result<Self, Self::Error> {
        Self::parse(image)
    }
}

impl fmt::Display for ImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registry = self.registry();
        f.write_str(registry)?;
        let gains_library = self.registry.is_docker_hub() && !self.path.contains('/');
        if !names_registry(registry) || (gains_library && !self.in_library) {
            write!(f, ":{DEFAULT_PORT}")?;
        }
        f.write_str("/")?;
        if self.in_library {
            f.write_str(LIBRARY)?;
        }
        f.write_str(self.path)?;
        if let Some(tag) = self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageRef({self})")
    }
}

/// Two references are equal if they mean the same: `nginx` and `index.docker.io/library/nginx`.
impl PartialEq for ImageRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mine, theirs) = (&mut None, &mut None);
        self.registry == other.registry
            && self.repository_in(mine) == other.repository_in(theirs)
            && self.tag == other.tag
            && self.digest == other.digest
    }
}

impl Eq for ImageRef<'_> {}

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
    const HUB: Registry<'static> =
        Registry { written: DOCKER_HUB, host: DOCKER_HUB, port: DEFAULT_PORT, is_lower: true };

    /// Reads a host with an optional port, or the URL of one, whose path is ignored.
    fn of_server(server: &'a str) -> Result<Self, Problem> {
        let rest = without_scheme(server).map_or(server, |(_, rest)| rest);
        Self::parse(rest.split('/').next().unwrap_or_default())
    }

    /// Reads a host with an optional port and nothing else.
    pub(crate) fn parse_alone(registry: &'a str) -> Result<Self, InvalidImageRef> {
        Self::parse(registry).map_err(|problem| InvalidImageRef { problem })
    }

    fn parse(authority: &'a str) -> Result<Self, Problem> {
        let (host, digits) = split_port(authority);
        if !is_host(host) {
            return Err(Problem::Registry);
        }
        let port = match digits {
            None => DEFAULT_PORT,
            Some(digits) => port_number(digits).ok_or(Problem::Port)?,
        };
        let is_lower = !host.bytes().any(|b| b.is_ascii_uppercase());
        Ok(Self::of_parts(authority, host, port, is_lower))
    }

    #[inline(always)]
    fn of_parts(written: &'a str, host: &'a str, port: u32, is_lower: bool) -> Self {
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
    fn has_library(&self) -> bool {
        self.is_docker_hub() && DOCKER_HUB_NAMES.contains(&self.written)
    }

    /// The port without leading zeros, empty for the default port.
    fn digits(&self) -> &'a str {
        split_port(self.written).1.and_then(normal_port).unwrap_or_default()
    }

    /// `host[:port]`, normalised, where that is how it was written.
    fn normal(&self) -> Option<&'a str> {
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
fn port_number(digits: &str) -> Option<u32> {
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

/// Splits at the first `separator`. References are short, and a plain loop finds it sooner than the
/// searcher behind `split_once`.
fn split_off(text: &str, separator: u8) -> (&str, Option<&str>) {
    let at = text.bytes().position(|b| b == separator);
    match at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    }
}

/// Docker's rule for what before the first slash is a registry and not part of the repository.
fn names_registry(first: &str) -> bool {
    first == "localhost" || first.bytes().any(|b| matches!(b, b'.' | b':' | b'A'..=b'Z'))
}

/// Dot-separated labels of letters, digits and inner hyphens, or a bracketed IPv6 address. Only the
/// alphabet of an address is checked, as in Docker.
pub(crate) fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }
        None => is_dotted(host, |b| b.is_ascii_alphanumeric()),
    }
}

/// Labels joined by dots, of characters that `letter` tells and inner hyphens.
pub(crate) fn is_dotted(host: &str, letter: impl Fn(u8) -> bool) -> bool {
    // At the edge of a label neither a dot nor a hyphen may stand.
    let mut at_edge = true;
    let mut last_is_hyphen = false;
    for b in host.bytes() {
        match b {
            b'.' | b'-' if at_edge => return false,
            b'.' if last_is_hyphen => return false,
            b'.' | b'-' => {}
            b if letter(b) => {}
            _ => return false,
        }
        at_edge = b == b'.';
        last_is_hyphen = b == b'-';
    }
    !at_edge && !last_is_hyphen
}

/// Components of `[a-z0-9]+` joined inside by `.`, `_`, `__` or any number of `-`.
pub(crate) fn is_repository(path: &str) -> bool {
    let mut rest = path.as_bytes();
    loop {
        let word = rest.iter().take_while(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9')).count();
        rest = match rest.split_at_checked(word) {
            Some(([], _)) | None => return false,
            Some((_, [])) => return true,
            // What joins two words, and what is left behind it.
            Some((_, [b'_', b'_', rest @ ..] | [b'.' | b'_' | b'/', rest @ ..])) => rest,
            Some((_, [b'-', rest @ ..])) => {
                let hyphens = rest.iter().take_while(|b| **b == b'-').count();
                rest.get(hyphens..).unwrap_or_default()
            }
            Some(_) => return false,
        };
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_lower_hex)
}

fn is_lower_hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}

/// Why a text is no image reference. Never holds the text: what was typed there may be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an image reference: {problem}")]
pub struct InvalidImageRef {
    problem: Problem,
}

impl From<Problem> for InvalidImageRef {
    fn from(problem: Problem) -> Self {
        InvalidImageRef { problem }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is empty")]
    Empty,
    #[error(
        "it is the id of an image (64 hexadecimal digits); name the repository it was pulled from"
    )]
    ImageId,
    #[error("it starts with a scheme; leave out http:// or https://")]
    Scheme,
    #[error(
        "its registry is not a valid host name, or IPv6 address in brackets, with an optional port"
    )]
    Registry,
    #[error("the port of its registry is not a number")]
    Port,
    #[error("its repository has an upper-case letter; repositories are in lower case")]
    UpperCase,
    #[error(
        "its repository is not made of lower-case letters and digits, joined inside by \
         '.', '_', '__' or '-', in components separated by '/'"
    )]
    Repository,
    #[error("its repository is longer than 255 bytes")]
    RepositoryTooLong,
    #[error("its tag is not made of at most 128 letters, digits, '_', '.' and '-'")]
    Tag,
    #[error(
        "its digest is not sha256, sha384 or sha512 followed by that many lower-case hexadecimal digits"
    )]
    Digest,
    #[error("the default registry is not a host with an optional port, or a URL of one")]
    DefaultRegistry,
}
