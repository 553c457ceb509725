//! A check of the cluster's file before an agent is restarted with it.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use crate::error::{Error, Warning, WarningKind};
use crate::level::{Level, Location};
use crate::limits::Limits;
use crate::mesos::{Check, Pitfall};
use crate::source::{open_named, read_open};

/// The result of [`check_file`]: whether the agent starts, and every problem of the file.
///
/// `Display` prints the whole report, one finding a line.
///
/// ```
/// # let file = tempfile::NamedTempFile::new().unwrap();
/// # std::fs::write(&file, r#"{"auths": {"reg.io/team": {"auth": "dXNlcjpwYXNz"}}}"#).unwrap();
/// # let path = file.path();
/// use regcred::{Limits, dcos};
///
/// let check = dcos::check_file(path, Limits::default());
/// if check.stops_agent() || check.breaks_pulls().is_some() {
///     eprintln!("do not restart the agent: {:?}", check.problem());
/// }
/// assert!(check.unused().is_empty()); // every entry has an effect, but not the expected one:
/// assert!(check.warnings().iter().any(|warning| warning.key() == Some("reg.io/team")));
/// # assert!(!check.stops_agent() && check.breaks_pulls().is_none());
/// # Ok::<(), regcred::Error>(())
/// ```
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

/// Checks a cluster file as the agent will read it.
///
/// The report says whether the agent starts, which entries are never used, whether others than the
/// file's owner can read it, and what Mesos does with it that an operator may not expect. A problem
/// is part of the report, never an `Err`. The file is only read.
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
    let mut report = FileCheck {
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
            report.stops_agent = match &error {
                // The agent may have more rights than the caller, and has other limits.
                Error::Read { cause, .. } => cause.kind() != io::ErrorKind::PermissionDenied,
                error => !matches!(error, Error::Limit { .. }),
            };
            report.problem = Some(error);
            return report;
        }
    };
    let mut warn = |kind| report.warnings.push(Warning::new(&location, None, kind));
    if let Some(mode) = mode_for_others(&metadata) {
        warn(WarningKind::ReadableByOthers { mode });
    }
    // The file is the agent's --docker_config.
    warn(WarningKind::Mesos(Pitfall::Exposed));
    let Check { file, stops_agent, breaks_pulls, unused, warnings } =
        match Check::of(bytes.as_slice(), &location, &limits) {
            Ok(check) => check,
            Err(limit) => {
                report.problem = Some(limit);
                return report;
            }
        };
    report.stops_agent = stops_agent.is_some();
    report.breaks_pulls = breaks_pulls;
    report.entries = file.as_ref().map_or(0, |file| file.entries().count());
    report.problem = file.err().or_else(|| {
        let problem = stops_agent?;
        Some(Error::NotACredentialFile { location, problem, line: 0, column: 0 })
    });
    report.unused = unused;
    report.warnings.extend(warnings);
    report
}

/// Returns the permissions of a file that others than its owner can read.
#[cfg(unix)]
fn mode_for_others(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    const READABLE: u32 = 0o044;
    let mode = metadata.permissions().mode();
    (mode & READABLE != 0).then_some(mode & 0o777)
}

/// DC/OS runs on Linux only.
#[cfg(not(unix))]
fn mode_for_others(_: &Metadata) -> Option<u32> {
    None
}

impl FileCheck {
    /// Returns whether an agent does not start with this file.
    #[must_use]
    pub fn stops_agent(&self) -> bool {
        self.stops_agent
    }

    /// Returns the reason that no task of the Mesos containerizer can pull a Docker image with this
    /// file, although the agent starts.
    #[must_use]
    pub fn breaks_pulls(&self) -> Option<&'static str> {
        self.breaks_pulls
    }

    /// Returns the reason that the file as a whole cannot be read, by this crate or by the agent.
    #[must_use]
    pub fn problem(&self) -> Option<&Error> {
        self.problem.as_ref()
    }

    /// Returns one warning for each entry that neither this crate nor Mesos uses.
    #[must_use]
    pub fn unused(&self) -> &[Warning] {
        &self.unused
    }

    /// Returns all other problems, Mesos's [`Pitfall`]s included.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl fmt::Display for FileCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileCheck { location, entries, .. } = self;
        match (&self.problem, self.stops_agent, self.breaks_pulls) {
            (Some(problem), true, _) => write!(f, "the agent will not start: {problem}"),
            (_, _, Some(why)) => write!(
                f,
                "{location}: the agent will start, but no task of its Mesos containerizer will be able to \
                 pull any Docker image: {why}"
            ),
            (Some(problem), ..) => {
                write!(f, "cannot tell whether the agent will start: {problem}")
            }
            (None, ..) => {
                let keys = if *entries == 1 { "key" } else { "keys" };
                write!(f, "{location}: the agent will start, with {entries} {keys}")
            }
        }?;
        for unused in &self.unused {
            write!(f, "\nnever used: {unused}")?;
        }
        for warning in &self.warnings {
            write!(f, "\nwarning: {warning}")?;
        }
        Ok(())
    }
}
