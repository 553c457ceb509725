//! The certificates for a registry: its own CAs, and client certificates to present to it.
//!
//! | program | directories, the first one wins |
//! |---|---|
//! | Docker | `/etc/docker/certs.d/<host>:<port>/` |
//! | podman, skopeo, buildah | `~/.config/containers/certs.d/…`, `/etc/containers/certs.d/…`, then Docker's |
//!
//! In such a directory `*.crt` is the certificate of a CA, and `NAME.cert` with `NAME.key` is a
//! client certificate. Other files are ignored.
//!
//! ```no_run
//! use regcred::{ImageRef, certs};
//!
//! let image = ImageRef::parse("registry.mycompany.com:5000/team/app")?;
//! let certificates = certs::find(image.registry_as_written(), certs::DIRECTORIES)?;
//! for ca in certificates.authorities() {
//!     println!("trust {}", ca.display());
//! }
//! # Ok::<(), regcred::Error>(())
//! ```
//!
//! The user's home is not searched by default. If a user pulls, put its directory first:
//!
//! ```
//! use std::path::Path;
//!
//! use regcred::certs;
//!
//! # let home = Path::new("/nonexistent");
//! let of_user = home.join(".config/containers/certs.d");
//! let directories = [&*of_user, Path::new(certs::CONTAINERS), Path::new(certs::DOCKER)];
//! let certificates = certs::find("registry.mycompany.com:5000", directories)?;
//! # assert!(certificates.directory().is_none());
//! # Ok::<(), regcred::Error>(())
//! ```

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, FileKind};
use crate::image::Registry;
use crate::level::Location;

/// The directory in which Docker looks for the certificates of registries.
pub const DOCKER: &str = "/etc/docker/certs.d";

/// The directory in which podman, skopeo and buildah look first.
pub const CONTAINERS: &str = "/etc/containers/certs.d";

/// [`CONTAINERS`] and [`DOCKER`], in podman's order.
pub const DIRECTORIES: [&str; 2] = [CONTAINERS, DOCKER];

/// The certificate files of one registry, sorted by name.
///
/// ```
/// # let root = tempfile::tempdir().unwrap();
/// # let root = root.path();
/// # std::fs::create_dir(root.join("reg.io")).unwrap();
/// # for name in ["ca.crt", "agent.cert", "agent.key"] {
/// #     std::fs::write(root.join("reg.io").join(name), "").unwrap();
/// # }
/// // ROOT/reg.io holds ca.crt, agent.cert and agent.key.
/// let found = regcred::certs::find("reg.io", [root])?;
/// assert_eq!(found.directory(), Some(root.join("reg.io").as_path()));
/// assert_eq!(found.authorities(), [root.join("reg.io/ca.crt")]);
/// assert_eq!(found.clients().len(), 1);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    directory: Option<PathBuf>,
    authorities: Vec<PathBuf>,
    clients: Vec<ClientCertificate>,
}

impl Certificates {
    /// Returns the directory that holds them; `None` if the registry has no directory.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Returns the files `*.crt`: CAs to trust for this registry, in addition to the system's.
    #[must_use]
    pub fn authorities(&self) -> &[PathBuf] {
        &self.authorities
    }

    /// Returns the pairs `NAME.cert` and `NAME.key`: certificates to present to the registry.
    #[must_use]
    pub fn clients(&self) -> &[ClientCertificate] {
        &self.clients
    }
}

/// A client certificate and its private key.
///
/// ```
/// # let root = tempfile::tempdir().unwrap();
/// # let root = root.path();
/// # std::fs::create_dir(root.join("reg.io")).unwrap();
/// # std::fs::write(root.join("reg.io/agent.cert"), "").unwrap();
/// # std::fs::write(root.join("reg.io/agent.key"), "").unwrap();
/// let found = regcred::certs::find("reg.io", [root])?;
/// for pair in found.clients() {
///     assert!(pair.certificate().ends_with("reg.io/agent.cert"));
///     assert!(pair.key().ends_with("reg.io/agent.key"));
/// }
/// # assert_eq!(found.clients().len(), 1);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    certificate: PathBuf,
    key: PathBuf,
}

impl ClientCertificate {
    /// Returns the path of `NAME.cert`.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// Returns the path of `NAME.key`.
    #[must_use]
    pub fn key(&self) -> &Path {
        &self.key
    }
}

/// Finds the CAs and client certificates of a registry.
///
/// `registry` is a `host[:port]`, as
/// [`ImageRef::registry_as_written`](crate::ImageRef::registry_as_written) returns it. Only the
/// first of `directories` that contains a directory for the registry is used, as podman does.
/// Docker has only [`DOCKER`]. Symbolic links are followed. No file is opened.
///
/// Docker looks for a directory in the spelling of the image. In each of `directories` the names
/// are tried in this order, until one has certificates in it:
///
/// 1. the spelling given: `Registry.example.com`, `registry.example.com:443`;
/// 2. the normalised name: `registry.example.com`. For Docker Hub it is `docker.io`, as in podman;
///    Docker itself reads no certificates for it;
/// 3. for port 443, that name with the port: `registry.example.com:443`.
///
/// ```
/// use regcred::certs;
///
/// let found = certs::find("registry.nonexistent.example:5000", certs::DIRECTORIES)?;
/// assert_eq!(found.directory(), None); // not an error: the system's CAs are enough
/// assert!(certs::find("../../etc", certs::DIRECTORIES).is_err()); // not a registry
/// # Ok::<(), regcred::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Image`] if `registry` is not a registry, so that a name cannot lead out of
/// `directories`; [`Error::HalfPair`] for a certificate without its key or a key without its
/// certificate, as in Docker; [`Error::Read`] and [`Error::NotAFile`] if a directory cannot be read
/// or contains something else under such a name. It is not an error if there are no certificates.
pub fn find(
    registry: &str,
    directories: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Result<Certificates, Error> {
    /// Longer names cannot be names of directories.
    const LONGEST_NAME: usize = 255;

    let parsed = Registry::parse_alone(registry)?;
    let normal = parsed.to_normal();
    let with_port = parsed.has_default_port().then(|| format!("{normal}:443"));
    let mut names: Vec<String> = Vec::new();
    for name in [Some(registry.to_owned()), Some(normal), with_port].into_iter().flatten() {
        if name.len() <= LONGEST_NAME && !names.contains(&name) {
            names.push(name);
        }
    }
    for root in directories {
        let mut empty = None;
        for name in &names {
            // Docker drops the colon on Windows, where no file name can contain one.
            let name = if cfg!(windows) { name.replace(':', "") } else { name.clone() };
            let directory = root.as_ref().join(name);
            let found = match fs::read_dir(&directory) {
                Ok(entries) => read(directory, entries)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(cause) => {
                    return Err(Error::Read { location: Location::path_of(&directory), cause });
                }
            };
            if !(found.authorities.is_empty() && found.clients.is_empty()) {
                return Ok(found);
            }
            // An empty directory does not hide one in another spelling.
            empty.get_or_insert(found);
        }
        if let Some(empty) = empty {
            return Ok(empty);
        }
    }
    Ok(Certificates::default())
}

fn read(directory: PathBuf, entries: fs::ReadDir) -> Result<Certificates, Error> {
    let failed = |path: &Path, cause| Error::Read { location: Location::path_of(path), cause };
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<OsString>>>()
        .map_err(|source| failed(&directory, source))?;
    names.sort();
    let mut found = Certificates::default();
    for name in &names {
        let path = directory.join(name);
        // To Docker, `.cert` is an extension without a stem; to std it is a stem.
        let is_extension = name.to_str().is_some_and(|name| name.rfind('.') == Some(0));
        let with = |extension: &str| match is_extension {
            true => path.with_file_name(format!(".{extension}")),
            false => path.with_extension(extension),
        };
        let is = |extension: &str| path == with(extension);
        let is_certificate = is("cert");
        let other = match () {
            () if is("crt") => None,
            () if is_certificate => Some(with("key")),
            () if is("key") => Some(with("cert")),
            () => continue,
        };
        // A directory would fail and a pipe would block the program that reads it.
        let kind = fs::metadata(&path).map_err(|source| failed(&path, source))?.file_type();
        if !kind.is_file() {
            let location = Location::path_of(&path);
            return Err(Error::NotAFile { location, found: FileKind::of(kind) });
        }
        let Some(other) = other else {
            found.authorities.push(path);
            continue;
        };
        let missing = other.file_name().unwrap_or_default();
        debug_assert!(!missing.is_empty(), "a path with an extension has a name");
        if names.binary_search_by(|name| name.as_os_str().cmp(missing)).is_err() {
            let missing = missing.to_string_lossy().into_owned();
            return Err(Error::HalfPair { location: Location::path_of(&path), missing });
        }
        if is_certificate {
            found.clients.push(ClientCertificate { certificate: path, key: other });
        }
    }
    found.directory = Some(directory);
    Ok(found)
}
