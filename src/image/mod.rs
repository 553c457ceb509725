//! Image references, `[registry/]repository[:tag][@digest]`, in Docker's normalised grammar
//! (distribution/reference).

mod docker_hub;
mod fast;
mod grammar;
mod invalid;
mod owned;
mod port;
mod registry;
mod scheme;
mod separators;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use serde::{Serialize, Serializer};

pub(crate) use self::docker_hub::{DOCKER_HUB, DOCKER_HUB_KEY, DOCKER_HUB_NAMES, is_docker_hub};
use self::fast::Plain;
use self::grammar::names_registry;
pub(crate) use self::grammar::{is_dotted, is_host, is_repository};
pub use self::invalid::InvalidImageRef;
use self::invalid::Problem;
pub use self::owned::ImageRefBuf;
pub(crate) use self::port::{DEFAULT_PORT, normal_digits, parse_port, split_port};
pub(crate) use self::registry::{Registry, Server};
pub(crate) use self::scheme::is_scheme;
pub(crate) use self::separators::Separators;

/// Docker's limit on the length of a repository in bytes, `library/` included.
pub(crate) const MAX_REPOSITORY: usize = 255;

const LIBRARY: &str = "library/";

/// An image reference, parsed and normalised as Docker does, that borrows its text.
///
/// The grammar is that of [distribution/reference](https://github.com/distribution/reference):
///
/// - A reference is `[registry/]repository[:tag][@digest]`.
/// - The part before the first `/` is the registry if it contains `.` or `:`, is `localhost`, or
///   has an upper-case letter. Otherwise the image is on Docker Hub.
/// - A registry is a host name or a bracketed IPv6 address, with an optional port. Hosts are
///   compared in ASCII lower case and ports as numbers. `:443` equals no port.
/// - `docker.io`, `index.docker.io` and `registry-1.docker.io` are one registry, `docker.io`. There
///   a repository of one component gains `library/`, unless the registry has another spelling
///   (`Docker.io`, `docker.io:443`), which Docker does not recognise as its Hub.
/// - A repository has lower-case components joined by `/`, and at most 255 bytes.
/// - A tag has at most 128 characters. A digest is sha256, sha384 or sha512 in lower-case hex.
/// - A name of exactly 64 hexadecimal digits is an image id, not a reference.
///
/// Parsing allocates nothing. [`Display`](fmt::Display) writes the normalised form, which parses to
/// an equal reference. To that end it adds `:443` where needed: `Build/app` is an image of the
/// registry `build` and written `build:443/app`, because `build/app` is an image of Docker Hub.
///
/// ```
/// use regcred::ImageRef;
///
/// let image = ImageRef::parse("nginx:1.27")?;
/// assert_eq!(image.registry(), "docker.io");
/// assert_eq!(image.repository(), "library/nginx");
/// assert_eq!((image.tag(), image.digest()), (Some("1.27"), None));
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
    /// The normalised parts, once one is requested that is not a slice of the text.
    normal: OnceLock<Box<Normal>>,
}

#[derive(Clone)]
struct Normal {
    registry: String,
    repository: String,
    /// Both.
    name: String,
}

impl<'a> ImageRef<'a> {
    /// Parses a reference. An image without a registry is on Docker Hub.
    ///
    /// ```
    /// # use regcred::ImageRef;
    /// let image = ImageRef::parse("Reg.io:443/team/app")?;
    /// assert_eq!(image, ImageRef::parse("reg.io/team/app")?);
    /// assert!(ImageRef::parse("docker://nginx").is_err()); // a scheme is not part of a reference
    /// # Ok::<(), regcred::InvalidImageRef>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidImageRef`] names the invalid part. It never contains the text.
    #[inline]
    pub fn parse(image: &'a str) -> Result<Self, InvalidImageRef> {
        Self::read(image, || Ok(Registry::HUB))
    }

    /// Parses a reference. An image without a registry is on `registry`, as with Mesos's
    /// `--docker_registry` and DC/OS's `cluster_docker_registry_url`.
    ///
    /// `registry` is a host with an optional port, or an `http` or `https` URL of one. The path of
    /// a URL is ignored, as in Mesos. An `http` URL without a port is the registry at port 80. No
    /// `library/` is added, unless `registry` is Docker Hub. An image with a registry is read as by
    /// [`parse`](Self::parse).
    ///
    /// ```
    /// let image = regcred::ImageRef::parse_with_default("team/app", "https://reg.example.com")?;
    /// assert_eq!(image.to_string(), "reg.example.com/team/app");
    /// # Ok::<(), regcred::InvalidImageRef>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`parse`](Self::parse), and a `registry` that is needed and not valid.
    pub fn parse_with_default(image: &'a str, registry: &'a str) -> Result<Self, InvalidImageRef> {
        Self::read(image, || Registry::of_server(registry).map_err(|_| Problem::DefaultRegistry))
    }

    #[inline]
    fn read(
        image: &'a str,
        default: impl FnOnce() -> Result<Registry<'a>, Problem>,
    ) -> Result<Self, InvalidImageRef> {
        match fast::read(image) {
            Some(Plain { registry, path, tag, digest }) => {
                Ok(Self::of_parts(registry.map_or_else(default, Ok)?, path, tag, digest))
            }
            None => Self::read_any(image, default),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_any(
        image: &'a str,
        default: impl FnOnce() -> Result<Registry<'a>, Problem>,
    ) -> Result<Self, InvalidImageRef> {
        grammar::read(image, default).map_err(|problem| problem.or_plainer(image).into())
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

    /// The registry, normalised: `docker.io`, `registry.example.com:5000`. It is in lower case and
    /// never has the port `443`.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.registry.normal().unwrap_or_else(|| &self.to_normal().registry)
    }

    /// The registry as written in the image or the default: `Registry.example.com:443`.
    ///
    /// Docker and podman look for certificates in a directory of that name: see
    /// [`certs::find`](crate::certs::find). For every other purpose compare the normalised
    /// [`registry`](Self::registry). An `http://` default without a port is returned in normalised
    /// form, `registry.example.com:80`.
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

    /// The repository as written, without an implied `library/`.
    pub(crate) fn repository_as_written(&self) -> &'a str {
        self.path
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
            let registry = self.registry.to_normal();
            let mut name = String::new();
            let written = self.write_name(&registry, &mut name);
            debug_assert!(written.is_ok(), "a String takes any text");
            Box::new(Normal { registry, repository, name })
        })
    }

    /// The registry and the repository, normalised, without tag and digest:
    /// `docker.io/library/nginx`. It parses to an equal reference.
    ///
    /// ```
    /// let image = regcred::ImageRef::parse("Reg.io/team/app:1.4")?;
    /// assert_eq!(image.name(), "reg.io/team/app");
    /// # Ok::<(), regcred::InvalidImageRef>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.to_normal().name
    }

    /// Writes the name, with the registry in its normalised form.
    fn write_name(&self, registry: &str, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(registry)?;
        let gains_library = self.registry.is_docker_hub() && !self.path.contains('/');
        // Without a port, the name would be that of another image.
        if !names_registry(registry) || (gains_library && !self.in_library) {
            write!(out, ":{DEFAULT_PORT}")?;
        }
        out.write_str("/")?;
        if self.in_library {
            out.write_str(LIBRARY)?;
        }
        out.write_str(self.path)
    }

    /// The tag as written: `1.27`. No `latest` is implied.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag
    }

    /// The digest as written: `sha256:…`.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest
    }

    /// The server that Docker asks a credential helper for: the registry as written.
    pub(crate) fn server_url(&self) -> &str {
        if self.registry.is_docker_hub() { DOCKER_HUB_KEY } else { self.registry_as_written() }
    }

    #[inline]
    pub(crate) fn registry_parts(&self) -> &Registry<'a> {
        &self.registry
    }

    /// [`repository`](Self::repository) without an allocation. The buffer is used only for images
    /// in `library/`.
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
        debug_assert!(whole.is_some(), "a parsed repository is ASCII and fits the buffer");
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
        self.write_name(self.registry(), f)?;
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

/// References with the same meaning are equal: `nginx` and `index.docker.io/library/nginx`.
impl PartialEq for ImageRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.registry == other.registry
            && self.repository_in(&mut None) == other.repository_in(&mut None)
            && self.tag == other.tag
            && self.digest == other.digest
    }
}

impl Eq for ImageRef<'_> {}

impl Hash for ImageRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.registry.hash(state);
        (self.repository_in(&mut None), self.tag, self.digest).hash(state);
    }
}

/// By registry, repository, tag and digest, each in its normalised form.
impl Ord for ImageRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let repositories = || self.repository_in(&mut None).cmp(other.repository_in(&mut None));
        let rest = || (self.tag, self.digest).cmp(&(other.tag, other.digest));
        self.registry.cmp(&other.registry).then_with(repositories).then_with(rest)
    }
}

impl PartialOrd for ImageRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Serialises as its normalised form.
impl Serialize for ImageRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
