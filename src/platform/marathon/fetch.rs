//! `fetch`, `uris` and `artifacts`: which of the files are credentials, and where Mesos's fetcher
//! leaves them (`src/launcher/fetcher.cpp`).

use std::fmt;
use std::path::{Path, PathBuf};

use super::node::{Node, Violations};
use super::uri;
use crate::error::{Error, Rule};
use crate::file_names::{CONFIG_JSON, DOCKERCFG, DOCKERCFG_GZ, SANDBOX_FILES};
use crate::level::{Level, Location};
use crate::redact::{Shown, shown_uri};
use crate::source::{Extraction, FetchEffect, Fetched};

/// What Mesos's fetcher unpacks, by the end of the name, a longer one first; the same list decides
/// for `uris`.
const ARCHIVES: [&str; 9] =
    [".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

/// One file that is fetched into the sandbox. `Debug` and `Display` show its URI without user info
/// and query, which are secret in a signed URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    path: String,
    uri: String,
    extract: bool,
    executable: bool,
    cache: bool,
    dest_path: Option<String>,
}

/// What a fetched file is, by its name, as far as it is a credential file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchKind {
    /// `config.json`, Docker's since 1.7.
    ConfigJson,
    /// `.dockercfg`, Docker's before.
    Dockercfg,
    /// `docker.tar.gz`, with a `.docker/config.json` or `.dockercfg` in it. Also with the other
    /// suffixes that Mesos unpacks; this crate looks into `.tar.gz`, `.tgz` and `.tar`.
    Archive,
}

/// An object of `fetch` or `artifacts`, with Marathon's defaults.
pub(super) fn read(node: &Node<'_>, violations: &mut Violations) -> Option<Fetch> {
    node.object(violations)?;
    let mut truth = |name, default| match node.field(name) {
        Some(field) => field.truth(violations).unwrap_or(default),
        None => default,
    };
    let (extract, executable, cache) =
        (truth("extract", true), truth("executable", false), truth("cache", false));
    let dest_path = node.field("destPath").and_then(|field| field.filled_text(violations));
    let uri = node.required("uri", "where to fetch from", violations)?;
    let uri = valid_uri(&uri, violations)?;
    Some(Fetch {
        path: node.path().to_owned(),
        uri: uri.to_owned(),
        extract,
        executable,
        cache,
        dest_path: dest_path.map(str::to_owned),
    })
}

/// A text of the older `uris`. Marathon has an archive unpacked by what its path ends in, whatever
/// the query.
pub(super) fn read_uri(node: &Node<'_>, violations: &mut Violations) -> Option<Fetch> {
    let uri = valid_uri(node, violations)?;
    Some(Fetch {
        path: node.path().to_owned(),
        uri: uri.to_owned(),
        extract: is_archive_by_name(uri),
        executable: false,
        cache: false,
        dest_path: None,
    })
}

fn valid_uri<'a>(node: &Node<'a>, violations: &mut Violations) -> Option<&'a str> {
    let text = node.filled_text(violations)?;
    if !uri::is_valid(text) {
        violations.push(node.violation(Rule::InvalidUri));
    }
    Some(text)
}

impl Fetch {
    /// Where the definition names it, in Marathon's notation: `/fetch(0)`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it is fetched from, as written: it may hold a password or a signature.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether it is to be unpacked, if it is an archive by the end of its name.
    #[must_use]
    pub fn extract(&self) -> bool {
        self.extract
    }

    /// Whether it is made executable, and then not unpacked.
    pub(super) fn executable(&self) -> bool {
        self.executable
    }

    /// Whether Mesos keeps a copy for other tasks.
    pub(super) fn cache(&self) -> bool {
        self.cache
    }

    /// What it is called in the sandbox, if not as in its URI.
    pub(super) fn dest_path(&self) -> Option<&str> {
        self.dest_path.as_deref()
    }

    /// What it is, by where it is fetched to or by the name in the path of its URI; `None` if it is
    /// no credential file by name. A `config.json` that is fetched to a place of its own
    /// (`conf/config.json`) is the task's.
    #[must_use]
    pub fn kind(&self) -> Option<FetchKind> {
        let destination = self.dest_path.as_deref().map(destination);
        match destination.as_ref().and_then(|path| path.as_deref()) {
            Some(CONFIG_JSON) => return Some(FetchKind::ConfigJson),
            Some(DOCKERCFG) => return Some(FetchKind::Dockercfg),
            Some(path) if is_credential_archive(last_segment(path)) => {
                return Some(FetchKind::Archive);
            }
            _ => {}
        }
        match last_segment(without_query(&self.uri)) {
            "config.json" => match destination {
                Some(Some(path)) if is_place_of_its_own(&path) => None,
                _ => Some(FetchKind::ConfigJson),
            },
            DOCKERCFG | DOCKERCFG_GZ => Some(FetchKind::Dockercfg),
            name if is_credential_archive(name) => Some(FetchKind::Archive),
            // What Mesos takes for its name, query and all.
            _ if is_credential_archive(self.fetched_name()) => Some(FetchKind::Archive),
            _ => None,
        }
    }

    /// Whether the path of its URI ends like an archive.
    pub(super) fn is_archive_by_name(&self) -> bool {
        is_archive_by_name(&self.uri)
    }

    /// What Mesos's fetcher calls it: the end of the URI with its query, unless `destPath` says
    /// otherwise.
    fn fetched_name(&self) -> &str {
        self.dest_path.as_deref().unwrap_or_else(|| last_segment(&self.uri))
    }

    /// The end of the name by which Mesos's fetcher unpacks it, if it does. In its cache a file is
    /// called after its URI, so that `destPath` does not count there.
    fn unpacked_as(&self) -> Option<&'static str> {
        let name = if self.cache { last_segment(&self.uri) } else { self.fetched_name() };
        let suffix = ARCHIVES.into_iter().find(|suffix| name.ends_with(suffix));
        suffix.filter(|_| self.extract && !self.executable)
    }

    /// What becomes of it in the sandbox, as far as that can be credentials.
    pub(super) fn lands(&self) -> FetchEffect {
        let in_sandbox = |name: &str| {
            let path = destination(name)?;
            SANDBOX_FILES.into_iter().find(|known| *known == path)
        };
        let name = self.fetched_name();
        let unpacks = match self.unpacked_as() {
            None => Extraction::Nothing,
            // To its own name, at the root of the sandbox; out of the cache it has another.
            Some(".gz") => match last_segment(name) {
                DOCKERCFG_GZ if !self.cache => Extraction::File(DOCKERCFG),
                _ => Extraction::Nothing,
            },
            Some(_) if self.kind() == Some(FetchKind::Archive) => Extraction::Credentials,
            Some(_) => Extraction::Anything,
        };
        // Out of the cache nothing but what is in an archive gets into the sandbox.
        let file = if self.cache && self.unpacked_as().is_some() { None } else { in_sandbox(name) };
        FetchEffect { file, unpacks }
    }

    /// The path of a local file, taken as it stands, as Mesos does.
    fn local_path(&self) -> Option<&str> {
        let path = match self.uri.strip_prefix("file://") {
            Some(rest) => {
                rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest)
            }
            None => &self.uri,
        };
        path.starts_with('/').then_some(path)
    }

    /// A local file as an error or an explanation names it.
    fn location(&self, path: &str) -> Location {
        match shown_uri(path) {
            shown if shown == path => Location::file(Level::SandboxHome, Path::new(path)),
            shown => Location::called(Some(Level::SandboxHome), &shown),
        }
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

/// The local files that would leave credentials in the sandbox of the Docker containerizer.
///
/// # Errors
///
/// [`Error::NotLocal`] for a credential file that has to be fetched from elsewhere.
pub(super) fn local(fetches: &[Fetch], id: &str) -> Result<Vec<Fetched>, Error> {
    let mut local = Vec::new();
    for fetch in fetches {
        let lands = fetch.lands();
        match (fetch.local_path(), lands) {
            (_, FetchEffect { file: None, unpacks: Extraction::Nothing }) => {}
            (Some(path), lands) => {
                let location = fetch.location(path);
                local.push(Fetched { path: PathBuf::from(path), location, lands });
            }
            // A program from elsewhere is not fetched to look for credentials in it.
            (None, FetchEffect { file: None, unpacks: Extraction::Anything }) => {}
            (None, _) => {
                let uri = shown_uri(&fetch.uri).into_owned();
                return Err(Error::NotLocal { id: id.to_owned(), path: fetch.path.clone(), uri });
            }
        }
    }
    Ok(local)
}

fn is_archive_by_name(uri: &str) -> bool {
    ARCHIVES.iter().any(|suffix| without_query(uri).ends_with(suffix))
}

fn without_query(uri: &str) -> &str {
    uri.split(['?', '#']).next().unwrap_or_default()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// `docker.tar.gz`, or the same with another of the suffixes.
fn is_credential_archive(name: &str) -> bool {
    let name = name.strip_prefix('.').unwrap_or(name);
    let suffix = name.strip_prefix("dockercfg").or_else(|| name.strip_prefix("docker"));
    suffix.is_some_and(|suffix| suffix != ".gz" && ARCHIVES.contains(&suffix))
}

/// Whether a path in the sandbox is clearly the task's and not meant for Docker.
fn is_place_of_its_own(path: &str) -> bool {
    path.contains('/') && !path.to_ascii_lowercase().contains("docker")
}

/// A path in the sandbox without detours; `None` if it is absolute or leaves it.
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
