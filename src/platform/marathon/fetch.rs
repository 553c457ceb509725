//! `fetch`, `uris` and `artifacts`: which of the files are credential files, and where Mesos's
//! fetcher puts them (`src/launcher/fetcher.cpp`).

use std::fmt;
use std::path::{Path, PathBuf};

use super::node::Node;
use super::uri;
use crate::error::{Error, Rule};
use crate::file_names::{CONFIG_JSON, DOCKERCFG, DOCKERCFG_GZ, SANDBOX_FILES};
use crate::level::{Level, Location};
use crate::redact::{Shown, shown_uri};
use crate::source::{Extraction, FetchEffect, Fetched};

/// The suffixes of files that Mesos's fetcher extracts; `.tar.gz` has to come before `.gz`.
/// Marathon uses the same list for `uris`.
const ARCHIVES: [&str; 9] =
    [".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

/// A file that Mesos fetches into the sandbox before the task starts.
///
/// `Debug` and `Display` show its URI without user info, query and fragment, where passwords and
/// signatures are.
///
/// ```
/// use regcred::{Limits, marathon};
///
/// let app = br#"{
///     "container": {"docker": {"image": "nginx"}},
///     "fetch": [{"uri": "https://a.io/docker.tar.gz?token=t", "destPath": "docker.tar.gz"}]
/// }"#;
/// let answers = marathon::containers(app, Limits::default())?;
/// let file = &answers[0].as_ref().expect("a valid app").fetch()[0];
/// assert_eq!((file.path(), file.extract()), ("/fetch(0)", true));
/// assert_eq!(file.kind(), Some(marathon::FetchKind::Archive));
/// assert!(file.uri().ends_with("?token=t") && !file.to_string().contains("token"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    path: Box<str>,
    uri: Box<str>,
    extract: bool,
    /// Set if Mesos makes the file executable, and therefore does not extract it.
    pub(super) executable: bool,
    /// Set if Mesos keeps a copy for other tasks.
    pub(super) cache: bool,
    /// The name in the sandbox, if it differs from that in the URI.
    pub(super) dest_path: Option<Box<str>>,
}

/// The kind of a fetched credential file, by its name.
///
/// ```
/// use regcred::marathon::{self, FetchKind};
///
/// let app = br#"{"uris": ["file:///root/.dockercfg", "https://example.com/app.zip"]}"#;
/// let answers = marathon::containers(app, regcred::Limits::default())?;
/// let files = answers[0].as_ref().expect("a valid app").fetch();
/// assert_eq!(files[0].kind(), Some(FetchKind::Dockercfg));
/// assert_eq!(files[1].kind(), None); // the application
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchKind {
    /// `config.json`, which Docker reads since 1.7.
    ConfigJson,
    /// `.dockercfg`, which Docker before 1.7 reads.
    Dockercfg,
    /// `docker.tar.gz`, which contains a `.docker/config.json` or a `.dockercfg`. Mesos extracts
    /// other suffixes too; this crate reads `.tar.gz`, `.tgz` and `.tar`.
    Archive,
}

impl fmt::Display for FetchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            FetchKind::ConfigJson => "config.json",
            FetchKind::Dockercfg => ".dockercfg",
            FetchKind::Archive => "docker.tar.gz",
        })
    }
}

/// Reads an object of `fetch` or `artifacts`, with Marathon's defaults.
pub(super) fn read(node: &Node<'_>) -> Option<Fetch> {
    node.object()?;
    let truth =
        |name, default| node.field(name).map_or(default, |field| field.truth().unwrap_or(default));
    let (extract, executable, cache) =
        (truth("extract", true), truth("executable", false), truth("cache", false));
    let dest_path = node.field("destPath").and_then(|field| field.filled_text());
    let uri = valid_uri(&node.required("uri", "where to fetch from")?)?;
    let (path, dest_path) = (node.path().into(), dest_path.map(Box::from));
    Some(Fetch { path, uri: uri.into(), extract, executable, cache, dest_path })
}

/// Reads a text of the older `uris`. Marathon has Mesos extract it if the path of the URI ends like
/// an archive, whatever its query.
pub(super) fn read_uri(node: &Node<'_>) -> Option<Fetch> {
    let uri = valid_uri(node)?;
    Some(Fetch {
        path: node.path().into(),
        uri: uri.into(),
        extract: is_archive_by_name(uri),
        executable: false,
        cache: false,
        dest_path: None,
    })
}

fn valid_uri<'a>(node: &Node<'a>) -> Option<&'a str> {
    let text = node.filled_text()?;
    if !uri::is_valid(text) {
        node.refuse(Rule::InvalidUri);
    }
    Some(text)
}

impl Fetch {
    /// Returns the path of its field, in Marathon's notation: `/fetch(0)`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the URI as written. It may contain a password or a signature.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns whether Mesos is to extract the file, if its name ends like an archive.
    #[must_use]
    pub fn extract(&self) -> bool {
        self.extract
    }

    /// Returns the kind of credential file, by the path in the sandbox or the name in the URI.
    /// `None` for any other file, and for a `config.json` with a path that is not Docker's
    /// (`conf/config.json`), which is the application's.
    #[must_use]
    pub fn kind(&self) -> Option<FetchKind> {
        let destination = self.dest_path.as_deref().and_then(destination);
        match destination.as_deref() {
            Some(CONFIG_JSON) => return Some(FetchKind::ConfigJson),
            Some(DOCKERCFG) => return Some(FetchKind::Dockercfg),
            Some(path) if is_credential_archive(last_segment(path)) => {
                return Some(FetchKind::Archive);
            }
            _ => {}
        }
        let is_applications =
            |path: String| path.contains('/') && !path.to_ascii_lowercase().contains("docker");
        match last_segment(without_query(&self.uri)) {
            "config.json" if destination.is_some_and(is_applications) => None,
            "config.json" => Some(FetchKind::ConfigJson),
            DOCKERCFG | DOCKERCFG_GZ => Some(FetchKind::Dockercfg),
            name if is_credential_archive(name) => Some(FetchKind::Archive),
            _ if is_credential_archive(self.fetched_name()) => Some(FetchKind::Archive),
            _ => None,
        }
    }

    /// Returns whether the path of its URI ends like an archive.
    pub(super) fn is_archive_by_name(&self) -> bool {
        is_archive_by_name(&self.uri)
    }

    /// Returns the name that Mesos's fetcher gives it: `destPath`, or the end of the URI with its
    /// query.
    fn fetched_name(&self) -> &str {
        self.dest_path.as_deref().unwrap_or_else(|| last_segment(&self.uri))
    }

    /// Returns the suffix for which Mesos's fetcher extracts it. A file in the cache is named after
    /// its URI, whatever `destPath` says.
    fn extracted_suffix(&self) -> Option<&'static str> {
        let name = if self.cache { last_segment(&self.uri) } else { self.fetched_name() };
        let suffix = ARCHIVES.into_iter().find(|suffix| name.ends_with(suffix));
        suffix.filter(|_| self.extract && !self.executable)
    }

    /// Returns the credential files that it leaves in the sandbox.
    pub(super) fn effect(&self) -> FetchEffect {
        let name = self.fetched_name();
        let suffix = self.extracted_suffix();
        let unpacks = match suffix {
            None => Extraction::Nothing,
            // The result is named after the file, which has another name in the cache.
            Some(".gz") => match last_segment(name) {
                DOCKERCFG_GZ if !self.cache => Extraction::File(DOCKERCFG),
                _ => Extraction::Nothing,
            },
            Some(_) if self.kind() == Some(FetchKind::Archive) => Extraction::Credentials,
            Some(_) => Extraction::Anything,
        };
        // An archive in the cache is extracted from there, and not copied into the sandbox.
        let path = if self.cache && suffix.is_some() { None } else { destination(name) };
        let file = SANDBOX_FILES.into_iter().find(|known| path.as_deref() == Some(known));
        FetchEffect { file, unpacks }
    }

    /// Returns the path of a local file, unchanged, as Mesos does.
    fn local_path(&self) -> Option<&str> {
        let path = match self.uri.strip_prefix("file://") {
            Some(rest) => {
                rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest)
            }
            None => &self.uri,
        };
        path.starts_with('/').then_some(path)
    }
}

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, Shown(&shown_uri(&self.uri)))
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fetch { path, uri, extract, executable, cache, dest_path } = self;
        f.debug_struct("Fetch")
            .field("path", path)
            .field("uri", &shown_uri(uri))
            .field("extract", extract)
            .field("executable", executable)
            .field("cache", cache)
            .field("dest_path", &dest_path.as_deref().map(shown_uri))
            .finish()
    }
}

/// Returns the local files that leave credential files in the sandbox.
///
/// # Errors
///
/// [`Error::NotLocal`] for a credential file from elsewhere.
pub(super) fn local(fetches: &[Fetch], id: &str) -> Result<Vec<Fetched>, Error> {
    let mut local = Vec::new();
    for fetch in fetches {
        match (fetch.local_path(), fetch.effect()) {
            (_, FetchEffect { file: None, unpacks: Extraction::Nothing }) => {}
            (Some(path), effect) => {
                let location = match shown_uri(path) {
                    shown if shown == path => Location::file(Level::SandboxHome, Path::new(path)),
                    shown => Location::called(Some(Level::SandboxHome), &shown),
                };
                local.push(Fetched { path: PathBuf::from(path), location, effect });
            }
            // The application's own archive is not worth a download.
            (None, FetchEffect { file: None, unpacks: Extraction::Anything }) => {}
            (None, _) => {
                let (path, uri) = (fetch.path.to_string(), shown_uri(&fetch.uri).into_owned());
                return Err(Error::NotLocal { id: id.to_owned(), path, uri });
            }
        }
    }
    Ok(local)
}

fn is_archive_by_name(uri: &str) -> bool {
    ARCHIVES.iter().any(|suffix| without_query(uri).ends_with(suffix))
}

fn without_query(uri: &str) -> &str {
    uri.split_once(['?', '#']).map_or(uri, |(path, _)| path)
}

fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Returns whether a name is `docker.tar.gz` or `dockercfg.tar.gz`, also with a leading dot or
/// another suffix.
fn is_credential_archive(name: &str) -> bool {
    let name = name.strip_prefix('.').unwrap_or(name);
    let suffix = name.strip_prefix("dockercfg").or_else(|| name.strip_prefix("docker"));
    suffix.is_some_and(|suffix| suffix != ".gz" && ARCHIVES.contains(&suffix))
}

/// Returns a path in the sandbox without `.`, `..` and empty segments. `None` if it is absolute or
/// leaves the sandbox.
pub(super) fn destination(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
