//! Which certificates go with a registry: its CA, and the client certificates that it wants to see.
//!
//! Docker keeps them in `/etc/docker/certs.d/<host>:<port>/`. Podman, skopeo and buildah look into
//! `~/.config/containers/certs.d/<host>:<port>/` and `/etc/containers/certs.d/<host>:<port>/`
//! before that. In such a directory `*.crt` are certificates of CAs, and `NAME.cert` with
//! `NAME.key` is a client certificate; everything else is left alone.
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
//! This crate does not look for the user's home. Give its directory first, where a user pulls:
//!
//! ```
//! use std::path::Path;
//!
//! use regcred::certs;
//!
//! # let home = Path::new("/nonexistent");
//! let of_user = home.join(".config/containers/certs.d");
//! let directories = [of_user.as_path(), Path::new(certs::CONTAINERS), Path::new(certs::DOCKER)];
//! let certificates = certs::find("registry.mycompany.com:5000", directories)?;
//! # assert!(certificates.directory().is_none());
//! # Ok::<(), regcred::Error>(())
//! ```

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::image::Registry;
use crate::level::Location;

/// Where Docker keeps the certificates of registries.
pub const DOCKER: &str = "/etc/docker/certs.d";

/// Where podman, skopeo and buildah keep them.
pub const CONTAINERS: &str = "/etc/containers/certs.d";

/// Both, in podman's order.
pub const DIRECTORIES: [&str; 2] = [CONTAINERS, DOCKER];

/// The certificate files of one registry, each kind in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    directory: Option<PathBuf>,
    authorities: Vec<PathBuf>,
    clients: Vec<ClientCertificate>,
}

impl Certificates {
    fn is_empty(&self) -> bool {
        self.authorities.is_empty() && self.clients.is_empty()
    }

    /// The directory they are in; `None` where the registry has none.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// `*.crt`: CAs to trust for this registry, beside those of the system.
    #[must_use]
    pub fn authorities(&self) -> &[PathBuf] {
        &self.authorities
    }

    /// `NAME.cert` with `NAME.key`: what to show to the registry.
    #[must_use]
    pub fn clients(&self) -> &[ClientCertificate] {
        &self.clients
    }
}

/// A client certificate and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    certificate: PathBuf,
    key: PathBuf,
}

impl ClientCertificate {
    /// `NAME.cert`.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// `NAME.key`.
    #[must_use]
    pub fn key(&self) -> &Path {
        &self.key
    }
}

/// Finds the certificates of a registry, `host[:port]` as in
/// [`ImageRef::registry_as_written`](crate::ImageRef::registry_as_written).
///
/// The first of `directories` that has a directory for the registry counts, and no other, as in
/// podman; Docker has only [`DOCKER`]. Docker looks for the spelling of the image,
/// `Registry.example.com` or `registry.example.com:443`, so a directory of the spelling given comes
/// first. After it come the normalised name and, for port 443, that name with `:443`: the first of
/// them with certificates in it counts. Docker Hub is `docker.io`, as in podman; Docker itself
/// reads no certificates for it. Links are followed, as these directories are the operator's. No
/// file is opened.
///
/// # Errors
///
/// [`Error::Image`] for what is no registry, so that no name leads out of `directories`;
/// [`Error::HalfPair`] for a certificate without its key or a key without its certificate, as in
/// Docker; [`Error::Read`] and [`Error::NotAFile`] for what cannot be read. That there are no
/// certificates is no error.
pub fn find(
    registry: &str,
    directories: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Result<Certificates, Error> {
    // Once it is read as a registry, its spelling holds nothing that leads elsewhere.
    let parsed = Registry::parse_alone(registry)?;
    let normal = parsed.to_normal();
    let with_port = parsed.has_default_port().then(|| format!("{normal}:443"));
    let mut names: Vec<String> = Vec::new();
    for name in [Some(registry.to_owned()), Some(normal), with_port].into_iter().flatten() {
        // What is too long for the name of a file has no directory.
        if name.len() <= LONGEST_NAME && !names.contains(&name) {
            names.push(name);
        }
    }
    for root in directories {
        let mut empty = None;
        for name in &names {
            let directory = root.as_ref().join(directory_name(name));
            let found = match fs::read_dir(&directory) {
                Ok(entries) => read(directory, entries)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(source) => {
                    return Err(Error::Read { location: Location::path_of(&directory), source });
                }
            };
            if !found.is_empty() {
                return Ok(found);
            }
            // It does not hide what stands under the other name of the registry.
            empty.get_or_insert(found);
        }
        if let Some(empty) = empty {
            return Ok(empty);
        }
    }
    Ok(Certificates::default())
}

const LONGEST_NAME: usize = 255;

/// As Docker names it: on Windows no file name can have a colon.
fn directory_name(registry: &str) -> String {
    if cfg!(windows) { registry.replace(':', "") } else { registry.to_owned() }
}

fn read(directory: PathBuf, entries: fs::ReadDir) -> Result<Certificates, Error> {
    let failed = |path: &Path, source| Error::Read { location: Location::path_of(path), source };
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<OsString>>>()
        .map_err(|source| failed(&directory, source))?;
    names.sort();
    let mut found = Certificates::default();
    for name in &names {
        let path = directory.join(name);
        let with = |extension: &str| match name.to_str() {
            Some(name) if name.starts_with('.') && name.rfind('.') == Some(0) => {
                path.with_file_name(format!(".{extension}"))
            }
            _ => path.with_extension(extension),
        };
        // Docker takes a name that is all extension for one without a stem.
        let is = |extension: &str| path == with(extension);
        let other_half = match () {
            () if is("crt") => None,
            () if is("cert") => Some(with("key")),
            () if is("key") => Some(with("cert")),
            () => continue,
        };
        let is_certificate = is("cert");
        // What is no file would fail or hang whoever reads it.
        if !fs::metadata(&path).map_err(|source| failed(&path, source))?.is_file() {
            let location = Location::path_of(&path);
            return Err(Error::NotAFile { location, found: "no regular file" });
        }
        let Some(other) = other_half else {
            found.authorities.push(path);
            continue;
        };
        let missing = other.file_name().unwrap_or_default();
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
