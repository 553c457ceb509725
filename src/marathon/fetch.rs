//! `fetch`, `uris` and `artifacts`: which of the files are credentials, and where Mesos's fetcher leaves them
//! (`src/launcher/fetcher.cpp`).

use std::fmt;
use std::path::PathBuf;

use super::node::{Node, Violations};
use crate::error::Error;
use crate::mesos::Containerizer;
use crate::shown::Shown;
use crate::source::{Fetched, Lands};

/// Where a sandbox holds credentials.
const CONFIG_JSON: &str = ".docker/config.json";
const DOCKERCFG: &str = ".dockercfg";
/// What this crate looks into although it was not unpacked.
const DOCKER_TAR_GZ: &str = "docker.tar.gz";

/// What Mesos's fetcher unpacks, by the end of the name; the same list decides for `uris`.
const ARCHIVES: [&str; 9] =
    [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

/// Those of them in which this crate finds credentials.
const READABLE_ARCHIVES: [&str; 3] = [".tar", ".tar.gz", ".tgz"];

/// One file that is fetched into the sandbox. `Debug` and `Display` show its URI without user info and
/// query, which are secret in a signed URL.
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
    /// `docker.tar.gz`, with a `.docker/config.json` or `.dockercfg` in it. Also `.tgz` and `.tar`.
    Archive,
}

/// A credential file that is fetched to where nobody will look for it.
///
/// Displayed with the path of the field in Marathon's notation: `/fetch(0): …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchWarning {
    path: String,
    problem: FetchProblem,
}

/// Why a fetched credential file comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchProblem {
    /// The Mesos containerizer pulls before it fetches, and never looks into the sandbox. Pods always run
    /// in it.
    #[error(
        "the Mesos containerizer never looks into the sandbox for credentials; put the config.json into \
         a secret and name it in pullConfig, or for an app set container.type to DOCKER"
    )]
    IgnoredByMesos,
    /// A `config.json` that is not fetched to `.docker/config.json`.
    #[error(
        "a config.json outside .docker is not looked at; if it is Docker's, set destPath to \
         .docker/config.json"
    )]
    OutsideDotDocker,
    /// A `.dockercfg` that is fetched under another name.
    #[error(
        "it is not fetched as .dockercfg, which alone is looked at; set destPath to .dockercfg"
    )]
    NotDockercfg,
    /// `extract: false` on an archive.
    #[error(
        "extract is false, so Mesos does not unpack it and Docker does not find it; leave extract out"
    )]
    NotExtracted,
    /// `executable: true` on an archive, which outdoes `extract`.
    #[error("executable is true, so Mesos does not unpack it; leave executable out")]
    Executable,
    /// What follows the path of the URI hides from Mesos's fetcher that it is an archive.
    #[error(
        "Mesos takes the query for a part of the name and does not unpack it; set destPath to \
         docker.tar.gz, and leave cache out"
    )]
    QueryHidesSuffix,
    /// `destPath` hides from Mesos's fetcher that it is an archive.
    #[error(
        "destPath does not end like an archive, so Mesos does not unpack it; leave destPath out"
    )]
    DestPathHidesSuffix,
    /// `destPath` does not stay in the sandbox, or is absolute; Mesos fails the task.
    #[error("destPath must be relative and stay in the sandbox; Mesos fails the task")]
    DestPathLeaves,
}

impl FetchWarning {
    /// Where it is, in Marathon's own notation: `/fetch(0)`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is about.
    #[must_use]
    pub fn problem(&self) -> FetchProblem {
        self.problem
    }
}

impl fmt::Display for FetchWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
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
    let uri = node.required("uri", "where to fetch from", violations)?.filled_text(violations)?;
    Some(Fetch {
        path: node.path().to_owned(),
        uri: uri.to_owned(),
        extract,
        executable,
        cache,
        dest_path: dest_path.map(str::to_owned),
    })
}

/// A text of the older `uris`. Marathon has an archive unpacked by what its path ends in, whatever the query.
pub(super) fn read_uri(node: &Node<'_>, violations: &mut Violations) -> Option<Fetch> {
    let uri = node.filled_text(violations)?;
    Some(Fetch {
        path: node.path().to_owned(),
        uri: uri.to_owned(),
        extract: ends_in(without_query(uri), &ARCHIVES),
        executable: false,
        cache: false,
        dest_path: None,
    })
}

impl Fetch {
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
    #[must_use]
    pub fn executable(&self) -> bool {
        self.executable
    }

    /// Whether Mesos keeps a copy for other tasks.
    #[must_use]
    pub fn cache(&self) -> bool {
        self.cache
    }

    /// What it is called in the sandbox, if not as in its URI.
    #[must_use]
    pub fn dest_path(&self) -> Option<&str> {
        self.dest_path.as_deref()
    }

    /// What it is, by the name in the path of its URI or by where it is fetched to; `None` if it is
    /// no credential file by name. A `config.json` that is fetched to a place of its own is the task's.
    #[must_use]
    pub fn kind(&self) -> Option<FetchKind> {
        match self.dest_path.as_deref().and_then(destination).as_deref() {
            Some(CONFIG_JSON) => return Some(FetchKind::ConfigJson),
            Some(DOCKERCFG) => return Some(FetchKind::Dockercfg),
            _ => {}
        }
        match last_segment(without_query(&self.uri)) {
            "config.json" => self.dest_path.is_none().then_some(FetchKind::ConfigJson),
            DOCKERCFG => Some(FetchKind::Dockercfg),
            name if is_credential_archive(name) => Some(FetchKind::Archive),
            _ => None,
        }
    }

    /// What Mesos's fetcher calls it: the end of the URI with its query, unless `destPath` says otherwise.
    fn fetched_name(&self) -> &str {
        self.dest_path.as_deref().unwrap_or_else(|| last_segment(&self.uri))
    }

    /// Whether Mesos's fetcher unpacks it. In its cache a file is called after its URI, so that `destPath`
    /// does not count there.
    fn is_unpacked(&self) -> bool {
        let name = if self.cache { last_segment(&self.uri) } else { self.fetched_name() };
        self.extract && !self.executable && ends_in(name, &ARCHIVES)
    }

    /// What becomes of it in the sandbox, where that can be credentials.
    fn lands(&self) -> Option<Lands> {
        let is_archive = self.kind() == Some(FetchKind::Archive);
        if self.is_unpacked() {
            // Unpacked is what comes, whatever it is called.
            let is_readable = ends_in(without_query(&self.uri), &READABLE_ARCHIVES)
                || ends_in(self.fetched_name(), &READABLE_ARCHIVES);
            return match (is_archive, is_readable) {
                (true, _) => Some(Lands::Archive),
                (false, true) => Some(Lands::OtherArchive),
                (false, false) => None,
            };
        }
        match destination(self.fetched_name())?.as_str() {
            CONFIG_JSON => Some(Lands::File(CONFIG_JSON)),
            DOCKERCFG => Some(Lands::File(DOCKERCFG)),
            DOCKER_TAR_GZ => Some(Lands::Archive),
            _ => None,
        }
    }

    /// The path of a local file, taken as it stands, as Mesos does.
    fn local_path(&self) -> Option<PathBuf> {
        const SCHEME: &str = "file://";
        let path = match self.uri.split_at_checked(SCHEME.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => {
                rest.strip_prefix("localhost").filter(|rest| rest.starts_with('/')).unwrap_or(rest)
            }
            _ => &self.uri,
        };
        path.starts_with('/').then(|| PathBuf::from(path))
    }

    fn problem(&self, containerizer: Containerizer) -> Option<FetchProblem> {
        let kind = self.kind()?;
        let dest_path = self.dest_path.as_deref();
        if containerizer == Containerizer::Mesos {
            // A config.json without a place of its own is more often the task's than Docker's.
            let is_certain = kind != FetchKind::ConfigJson || dest_path.is_some();
            return is_certain.then_some(FetchProblem::IgnoredByMesos);
        }
        if dest_path.is_some_and(|path| destination(path).is_none()) {
            return Some(FetchProblem::DestPathLeaves);
        }
        let lands = self.lands();
        match kind {
            FetchKind::ConfigJson => {
                (lands != Some(Lands::File(CONFIG_JSON))).then_some(FetchProblem::OutsideDotDocker)
            }
            FetchKind::Dockercfg => {
                (lands != Some(Lands::File(DOCKERCFG))).then_some(FetchProblem::NotDockercfg)
            }
            FetchKind::Archive if self.is_unpacked() => None,
            FetchKind::Archive if !self.extract => Some(FetchProblem::NotExtracted),
            FetchKind::Archive if self.executable => Some(FetchProblem::Executable),
            FetchKind::Archive if dest_path.is_some() && !self.cache => {
                Some(FetchProblem::DestPathHidesSuffix)
            }
            FetchKind::Archive => Some(FetchProblem::QueryHidesSuffix),
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
            .field("dest_path", dest_path)
            .finish()
    }
}

/// What Mesos or Docker will not pick up, of all that is fetched for one container.
pub(super) fn warnings(fetches: &[Fetch], containerizer: Containerizer) -> Vec<FetchWarning> {
    let warning = |fetch: &Fetch| {
        let problem = fetch.problem(containerizer)?;
        Some(FetchWarning { path: fetch.path.clone(), problem })
    };
    fetches.iter().filter_map(warning).collect()
}

/// The local files that would leave credentials in the sandbox of the Docker containerizer.
///
/// # Errors
///
/// [`Error::NotLocal`] for a credential file that has to be fetched from elsewhere.
pub(super) fn local(fetches: &[Fetch], id: &str) -> Result<Vec<Fetched>, Error> {
    let mut local = Vec::new();
    for fetch in fetches {
        match (fetch.lands(), fetch.local_path()) {
            (None, _) => {}
            (Some(lands), Some(path)) => local.push(Fetched { path, lands }),
            // A program from elsewhere is not fetched to look for credentials in it.
            (Some(Lands::OtherArchive), None) => {}
            (Some(_), None) => {
                let (id, path, uri) = (id.to_owned(), fetch.path.clone(), shown_uri(&fetch.uri));
                return Err(Error::NotLocal { id, path, uri });
            }
        }
    }
    Ok(local)
}

fn without_query(uri: &str) -> &str {
    uri.split(['?', '#']).next().unwrap_or_default()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn ends_in(name: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| name.ends_with(suffix))
}

/// `docker.tar.gz`, or the same in another archive that can be read here.
fn is_credential_archive(name: &str) -> bool {
    let name = name.strip_prefix('.').unwrap_or(name);
    let suffix = name.strip_prefix("dockercfg").or_else(|| name.strip_prefix("docker"));
    suffix.is_some_and(|suffix| READABLE_ARCHIVES.contains(&suffix))
}

/// A path in the sandbox without detours; `None` if it is absolute or leaves it.
fn destination(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// A URI without what may be secret in it: user info, query and fragment.
fn shown_uri(uri: &str) -> String {
    let path = without_query(uri);
    // Whatever stands before an @ may be a password or a token.
    let parts: Vec<&str> =
        path.split('/').map(|part| part.rsplit('@').next().unwrap_or_default()).collect();
    let query = if path.len() < uri.len() { "?…" } else { "" };
    format!("{}{query}", parts.join("/"))
}
