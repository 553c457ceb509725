//! `--docker_registry`, and the key that Mesos looks for because of it.

use crate::error::Error;
use crate::image::{DOCKER_HUB, ImageRef, InvalidImageRef, Registry, Server};

/// The value of `--docker_registry`: the registry of images that do not name one.
///
/// Mesos accepts the `http` or `https` URL of a registry, or a place that holds images as archives:
/// a directory, or an `hdfs://` URL. Only the Mesos containerizer reads the flag; the Docker
/// containerizer pulls such images from Docker Hub.
///
/// Mesos adds the default port of the scheme to the URL and then compares texts. It looks for
/// `registry.example.com:443`, does not find the key `https://registry.example.com/v1/`, and pulls
/// anonymously. The example in DC/OS's manual fails for this reason. In this crate `:443` equals no
/// port, and an `http` URL without a port is the registry at port 80.
/// [`mesos_key`](Self::mesos_key) returns the key that Mesos itself needs.
///
/// ```
/// let registry = regcred::mesos::DockerRegistry::parse("https://registry.example.com")?;
/// assert_eq!(registry.registry(), Some("registry.example.com"));
/// assert_eq!(registry.mesos_key(), Some("registry.example.com:443"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerRegistry {
    /// `None` if images are archives.
    server: Option<UrlOfRegistry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct UrlOfRegistry {
    /// The scheme and the host, as written.
    url: String,
    /// Normalised.
    registry: String,
    mesos_key: String,
}

impl DockerRegistry {
    /// Parses the value of the flag.
    ///
    /// ```
    /// # use regcred::mesos::DockerRegistry;
    /// assert!(DockerRegistry::parse("registry.example.com").is_err()); // Mesos wants a URL
    /// let archives = DockerRegistry::parse("/var/lib/images")?;
    /// assert_eq!(archives.registry(), None);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidSetting`] if the value has none of the forms that Mesos accepts, contains a
    /// user name, or has a port above 65535.
    pub fn parse(value: &str) -> Result<Self, Error> {
        let refuse =
            |problem| Err(Error::InvalidSetting { name: "--docker_registry".to_owned(), problem });
        if value.starts_with('/') || value.starts_with("hdfs://") {
            return Ok(DockerRegistry { server: None });
        }
        // For Mesos a query ends the host too.
        let url = value.split_once(['?', '#']).map_or(value, |(url, _)| url);
        let server = Server::split(url);
        if server.scheme.is_empty() {
            return refuse(
                "Mesos takes the URL of a registry, like https://registry.example.com, or an absolute \
                 path or hdfs:// URL of image archives",
            );
        }
        match Registry::of_server(url) {
            Ok(registry) if registry.port() <= u32::from(u16::MAX) => {
                let url = format!("{}{}", server.scheme, server.authority);
                let (registry, mesos_key) = (registry.to_normal(), server.with_port());
                Ok(DockerRegistry { server: Some(UrlOfRegistry { url, registry, mesos_key }) })
            }
            _ => refuse("its URL must be a host with an optional port, without a user name"),
        }
    }

    /// Returns the registry, normalised: `registry.example.com:5000`. `None` if images are
    /// archives.
    #[must_use]
    pub fn registry(&self) -> Option<&str> {
        self.server.as_ref().map(|server| &*server.registry)
    }

    /// Returns the key that Mesos itself looks for to pull an image that does not name a registry:
    /// `registry.example.com:443`. `None` if images are archives.
    #[must_use]
    pub fn mesos_key(&self) -> Option<&str> {
        self.server.as_ref().map(|server| &*server.mesos_key)
    }

    /// Returns [`mesos_key`](Self::mesos_key) if people would not write it so: with the default
    /// port of its scheme. Mesos does not compare the ports of Docker Hub.
    pub(crate) fn unusual_mesos_key(&self) -> Option<&str> {
        let has_default_port = |key: &&str| key.ends_with(":443") || key.ends_with(":80");
        self.mesos_key().filter(|key| !key.contains("docker.io")).filter(has_default_port)
    }

    /// Parses an image as the Mesos containerizer does: an image that does not name a registry is
    /// from this one. `None` if images are archives, which need no credential.
    ///
    /// ```
    /// # use regcred::mesos::DockerRegistry;
    /// let registry = DockerRegistry::parse("https://reg.io")?;
    /// let image = registry.image("team/app")?.expect("the registry holds no archives");
    /// assert_eq!(image.to_string(), "reg.io/team/app");
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as [`ImageRef::parse`].
    pub fn image<'a>(&'a self, image: &'a str) -> Result<Option<ImageRef<'a>>, InvalidImageRef> {
        let Some(server) = &self.server else { return Ok(None) };
        ImageRef::parse_with_default(image, &server.url).map(Some)
    }
}

/// Docker Hub, which is also Mesos's default.
impl Default for DockerRegistry {
    fn default() -> Self {
        let server = UrlOfRegistry {
            url: "https://registry-1.docker.io".to_owned(),
            registry: DOCKER_HUB.to_owned(),
            mesos_key: "registry-1.docker.io:443".to_owned(),
        };
        DockerRegistry { server: Some(server) }
    }
}
