//! What an operator wants to know of the cluster's file before restarting an agent.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::credential_file::CredentialFile;
use crate::error::{Error, Warning, WarningKind};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::mesos::{Check, Document, Pitfall};
use crate::source::{open_named, read_open};

/// What is to be said of a cluster file. `Display` is the whole report, a line each.
#[derive(Debug)]
pub struct FileCheck {
    location: Location,
    entries: usize,
    stops_agent: bool,
    breaks_pulls: Option<&'static str>,
    problem: Option<Error>,
    unused: Vec<Warning>,
    warnings: Vec<Warning>,
}

/// Checks a cluster file as the agent will read it: would it keep the agent from starting, which of
/// its entries would never be used, who else can read it, and what would Mesos do with it that its
/// operator may not expect?
///
/// Reads the file, and changes nothing. What is wrong with it is in the report, so that everything
/// is there at once.
///
/// ```
/// # let file = tempfile::NamedTempFile::new().unwrap();
/// # std::fs::write(&file, "").unwrap();
/// # let path = file.path();
/// let check = regcred::dcos::check_file(path, regcred::Limits::default()); // an empty file
/// assert!(check.stops_agent());
/// eprintln!("{check}");
/// ```
#[must_use]
pub fn check_file(path: impl AsRef<Path>, limits: Limits) -> FileCheck {
    let path = path.as_ref();
    let location = Location::file(Level::ClusterFile, path);
    let mut check = FileCheck {
        location: location.clone(),
        entries: 0,
        stops_agent: false,
        breaks_pulls: None,
        problem: None,
        unused: Vec::new(),
        warnings: Vec::new(),
    };
    let opened = open_named(path, &location);
    let read =
        opened.and_then(|(file, metadata)| Ok((metadata, read_open(file, &location, &limits)?)));
    let (metadata, bytes) = match read {
        Ok(read) => read,
        Err(error) => {
            check.stops_agent = match &error {
                // Whoever checks may read less than the agent, and keeps to other limits.
                Error::Read { source, .. } => source.kind() != io::ErrorKind::PermissionDenied,
                error => !matches!(error, Error::Limit { .. }),
            };
            check.problem = Some(error);
            return check;
        }
    };
    if let Some(mode) = mode_for_others(&metadata) {
        let kind = WarningKind::ReadableByOthers { mode };
        check.warnings.push(Warning::new(&location, None, kind));
    }
    // The file is the agent's --docker_config.
    check.warnings.push(Warning::new(&location, None, WarningKind::Mesos(Pitfall::Exposed)));
    let read = CredentialFile::read(bytes.as_slice(), &location, &limits);
    if let Err(error @ Error::Limit { .. }) = read {
        check.problem = Some(error);
        return check;
    }
    let document = Document::look(bytes.as_slice());
    check.stops_agent = document.stops_agent.is_some();
    check.breaks_pulls = document.breaks_pulls;
    let Check { unused, warnings } = Check::of(read.as_ref().ok(), &document, &location);
    check.unused = unused;
    check.warnings.extend(warnings);
    match read {
        Err(error) => check.problem = Some(error),
        Ok(file) => {
            check.entries = file.entries().count();
            let shape =
                |problem| Error::NotACredentialFile { location, problem, line: 0, column: 0 };
            check.problem = document.stops_agent.map(shape);
        }
    }
    check
}

/// The permissions of a file that others than its owner may read.
#[cfg(unix)]
fn mode_for_others(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    const READABLE: u32 = 0o044;
    let mode = metadata.permissions().mode();
    (mode & READABLE != 0).then_some(mode & 0o777)
}

/// Elsewhere permissions are no bits, and DC/OS does not run there.
#[cfg(not(unix))]
fn mode_for_others(_: &Metadata) -> Option<u32> {
    None
}

impl FileCheck {
    /// Whether an agent would not start with this file.
    #[must_use]
    pub fn stops_agent(&self) -> bool {
        self.stops_agent
    }

    /// The reason that no task of the Mesos containerizer could pull a Docker image with this file,
    /// although the agent would start.
    #[must_use]
    pub fn breaks_pulls(&self) -> Option<&'static str> {
        self.breaks_pulls
    }

    /// Why the file as a whole could not be read here, or would not be by the agent.
    #[must_use]
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }

    /// The entries that would never be used, each with the reason: neither here nor by Mesos.
    #[must_use]
    pub fn unused(&self) -> &[Warning] {
        &self.unused
    }

    /// Everything else that looks wrong, and what Mesos would do with the file that its operator
    /// may not expect.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl fmt::Display for FileCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = if self.entries == 1 { "key" } else { "keys" };
        match (&self.problem, self.stops_agent, self.breaks_pulls) {
            (Some(problem), true, _) => write!(f, "the agent will not start: {problem}")?,
            (_, _, Some(why)) => write!(
                f,
                "{}: the agent will start, but no task of its Mesos containerizer will be able to pull any Docker \
                 image: {why}",
                self.location
            )?,
            (Some(problem), ..) => {
                write!(f, "whether the agent will start cannot be told: {problem}")?
            }
            (None, ..) => {
                write!(f, "{}: the agent will start, with {} {keys}", self.location, self.entries)?;
            }
        }
        for unused in &self.unused {
            write!(f, "\nnever used: {unused}")?;
        }
        for warning in &self.warnings {
            write!(f, "\nwarning: {warning}")?;
        }
        Ok(())
    }
}
