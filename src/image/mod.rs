//! Image references, `[registry/]repository[:tag][@digest]`, in Docker's normalised grammar
//! (distribution/reference).

mod fast;
mod grammar;
mod invalid;
mod registry;
mod separators;

use std::fmt;
use std::sync::OnceLock;

use self::fast::Plain;
use self::grammar::{is_digest, is_lower_hex, is_tag};
pub(crate) use self::grammar::{is_dotted, is_host, is_repository};
pub use self::invalid::InvalidImageRef;
use self::invalid::Problem;
pub(crate) use self::registry::{
    DEFAULT_PORT, DOCKER_HUB, DOCKER_HUB_KEY, DOCKER_HUB_NAMES, Registry, Server, is_docker_hub,
    normal_port, split_port,
};
pub(crate) use self::separators::Separators;

/// Docker's limit on a repository, `library/` included.
pub(crate) const MAX_REPOSITORY: usize = 255;

const LIBRARY: &str = "library/";

/// An image reference, parsed and normalised as Docker does, borrowing the text it came from.
///
/// Syntax, after [distribution/reference](https://github.com/distribution/reference):
///
/// - `[registry/]repository[:tag][@digest]`.
/// - The part before the first `/` is the registry if it contains `.` or `:`, is `localhost`, or
///   has an upper-case letter. Otherwise the image is on Docker Hub, and so is one without any `/`.
/// - A registry is a host name or a bracketed IPv6 address, with an optional port. It is compared
///   in ASCII lower case; ports are compared as numbers, and `:443` equals no port.
/// - `docker.io`, `index.docker.io` and `registry-1.docker.io` are one registry, `docker.io`. There
///   a repository of one component gains `library/`, unless the registry is written in another way
///   (`Docker.io`, `docker.io:443`), in which Docker does not see its Hub.
/// - A repository has lower-case components joined by `/`, 255 bytes at most.
/// - A tag has at most 128 characters; a digest is sha256, sha384 or sha512 in lower-case hex.
/// - A name that is just 64 hexadecimal digits is an image id, not a reference.
///
/// Parsing allocates nothing. [`Display`](fmt::Display) gives the normalised form, which parses to
/// an equal reference. Where it would not, the registry is shown with its port `:443`: `Build/app`
/// is an image of the registry `build`, but `build/app` is one of Docker Hub.
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
    /// ignored as Mesos does. An `http` URL without a port is the registry at port 80. No
    /// `library/` is added there, unless it names Docker Hub. An image that names its registry is
    /// read as by [`parse`](Self::parse).
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
        let Some(Plain { registry, path, tag, digest }) = fast::read(image) else {
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
        Self::read_grammar(image, default).map_err(|problem| problem.or_plainer(image).into())
    }

    fn read_grammar(
        image: &'a str,
        default: impl FnOnce() -> Result<Registry<'a>, Problem>,
    ) -> Result<Self, Problem> {
        if image.is_empty() {
            return Err(Problem::Empty);
        }
        if image.len() == 64 && image.bytes().all(is_lower_hex) {
            return Err(Problem::ImageId);
        }
        let (registry, rest) = match split_off(image, b'/') {
            (first, Some(rest)) if names_registry(first) => (Registry::parse(first)?, rest),
            _ => (default()?, image),
        };
        let (rest, digest) = split_off(rest, b'@');
        let (path, tag) = split_off(rest, b':');
        let image = Self::of_parts(registry, path, tag, digest);
        let length = path.len() + if image.in_library { LIBRARY.len() } else { 0 };
        if length > MAX_REPOSITORY {
            return Err(Problem::RepositoryTooLong);
        }
        if !is_repository(path) {
            let upper = path.bytes().any(|b| b.is_ascii_uppercase());
            let problem = if upper { Problem::UpperCase } else { Problem::Repository };
            return Err(problem);
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(Problem::Tag);
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(Problem::Digest);
        }
        Ok(image)
    }

    /// The registry, normalised: `docker.io`, `registry.example.com:5000`. In lower case, without
    /// a port `443`.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.registry.normal().unwrap_or_else(|| &self.to_normal().registry)
    }

    /// The registry in the spelling of the image, or of the default: `Registry.example.com:443`.
    ///
    /// Docker and podman look for its certificates in a directory of that spelling, which
    /// [`registry`](Self::registry) no longer has: see [`certs::find`](crate::certs::find). For
    /// everything else the normalised form is the one to compare. An `http://` default without a
    /// port is given in normalised form, `registry.example.com:80`.
    ///
    /// ```
    /// let image = regcred::ImageRef::parse("Registry.example.com:443/team/app")?;
    /// assert_eq!(image.registry_as_written(), "Registry.example.com:443");
    /// assert_eq!(image.registry(), "registry.example.com");
    /// # Ok::<(), regcred::InvalidImageRef>(())
    /// ```
    #[must_use]
    pub fn registry_as_written(&self) -> &str {
        self.registry.as_written().unwrap_or_else(|| self.registry())
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

    /// [`repository`](Self::repository) without allocating. The buffer is for those in `library/`
    /// alone.
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
