//! Docker's credential-helper protocol: `docker-credential-NAME get`, which reads a server and
//! prints the credential for it.
//!
//! A helper is a program of the user's choice, so its failure is an error and never another
//! identity, and its output, which holds a password, is never quoted.

mod process;
mod reply;

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use self::reply::Reply;
use crate::auth::AuthConfig;
use crate::image::ImageRef;
use crate::level::Location;
use crate::redact::{ShownHelper, cut, helper_name};
use crate::resolver::{HelperRequest, Resolver};

/// Options for running credential helpers.
///
/// ```
/// use std::time::Duration;
///
/// use regcred::{HelperOptions, ImageRef, Resolver};
///
/// let options = HelperOptions::default()
///     .timeout(Duration::from_secs(20))
///     .search_path("/usr/local/bin:/usr/bin");
/// let image = ImageRef::parse("quay.io/team/app")?;
/// let resolver = Resolver::builder().task_secret(r#"{"auths": {}}"#).build()?;
/// assert!(resolver.resolve_with_helpers(&image, &options)?.is_none()); // no helper is named
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HelperOptions {
    timeout: Duration,
    search_path: Option<OsString>,
}

impl Default for HelperOptions {
    /// A minute for each helper, because some ask their user to unlock a store or to sign in; and
    /// the `PATH` of the process.
    fn default() -> Self {
        HelperOptions { timeout: Duration::from_secs(60), search_path: None }
    }
}

impl HelperOptions {
    /// Sets the time that a helper has for its answer. A helper that takes longer is killed. Unless
    /// this process is on a terminal, where the helper may ask its user, it is killed with the
    /// programs that it started.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        HelperOptions { timeout, ..self }
    }

    /// Sets the directories in which helpers are looked for, in the form of `PATH` and instead of
    /// it. Only absolute paths count.
    #[must_use]
    pub fn search_path(self, path: impl Into<OsString>) -> Self {
        HelperOptions { search_path: Some(path.into()), ..self }
    }
}

/// A credential helper that gave no answer: it is missing, failed, hung or printed something else.
///
/// The credential is unknown, so the image must not be pulled with another one. The text says which
/// helper, which file names it, what went wrong and what to do. It holds no byte of the helper's
/// output. `Debug` writes the same text.
///
/// ```
/// use regcred::{HelperOptions, HelperProblem, ImageRef, Level, Resolver};
///
/// let file = r#"{"credHelpers": {"gcr.io": "gcloud"}}"#;
/// let resolver = Resolver::builder().add(Level::AgentFlag, file).build()?;
/// let image = ImageRef::parse("gcr.io/project/app")?;
/// let options = HelperOptions::default().search_path("/nonexistent");
/// let error = resolver.resolve_with_helpers(&image, &options).unwrap_err();
/// assert_eq!(error.problem(), HelperProblem::NotFound);
/// assert_eq!(error.location().level(), Some(Level::AgentFlag));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct HelperError(Box<Details>);

#[derive(Clone)]
struct Details {
    location: Location,
    /// The name as it may be logged.
    helper: String,
    server_url: String,
    problem: HelperProblem,
}

/// The problem of a helper that gave no answer.
///
/// ```
/// use regcred::HelperProblem;
///
/// fn is_worth_another_try(problem: HelperProblem) -> bool {
///     matches!(problem, HelperProblem::TimedOut(_) | HelperProblem::Failed)
/// }
///
/// assert!(!is_worth_another_try(HelperProblem::NotFound)); // somebody has to install it
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HelperProblem {
    /// A name that no program has. It consists of ASCII letters, digits, `.`, `_` and `-`.
    #[error("its name is not valid; write the part of the program's name after docker-credential-")]
    InvalidName,
    /// A server that cannot be sent in one line.
    #[error("the server is longer than 511 bytes, or holds a control character")]
    InvalidServer,
    /// There is no such program in the search path.
    #[error("there is no such program in the search path; install it, or take it out of the file")]
    NotFound,
    /// The program cannot be started, or its output cannot be read.
    #[error("it cannot be run ({0}); check that it is a program for this machine")]
    NotRun(io::ErrorKind),
    /// The program gave no answer in time.
    #[error("it gave no answer within {0:?} and was stopped")]
    TimedOut(Duration),
    /// The program reported a failure.
    #[error("it failed")]
    Failed,
    /// The answer is longer than 1 MiB.
    #[error("its answer is longer than 1 MiB")]
    TooMuchOutput,
    /// The answer is not a JSON object with `Username` and `Secret`.
    #[error("its answer is not a JSON object with \"Username\" and \"Secret\"")]
    InvalidOutput,
}

serialize_as_text!(HelperProblem);

impl HelperError {
    /// The problem.
    #[must_use]
    pub fn problem(&self) -> HelperProblem {
        self.0.problem
    }

    /// The file that names the helper.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.0.location
    }
}

impl fmt::Display for HelperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { location, helper, server_url, problem } = &*self.0;
        let server = cut(server_url);
        write!(f, "{location}: {} for {server}: {problem}", ShownHelper(helper))?;
        // Its message may hold a password, so it is not quoted.
        match problem {
            HelperProblem::TimedOut(_) | HelperProblem::Failed | HelperProblem::InvalidOutput => {
                write!(f, "; to see its message: echo {server} | docker-credential-{helper} get")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for HelperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for HelperError {}

impl Resolver {
    /// Returns the credential that pulls `image`, asking the credential helpers that the files of the
    /// agent or the user name.
    ///
    /// This follows [`lookup`](Self::lookup) to its end. `None` is the answer in the same cases as for
    /// [`resolve`](Self::resolve): no credential, or a malformed entry that blocks. A helper runs with
    /// the rights and the environment of this process. Only the helper for this image is run, and
    /// nothing is cached.
    ///
    /// # Errors
    ///
    /// A helper that is missing, fails, hangs or prints something else. No other credential is used
    /// instead, and other registries are not affected.
    ///
    /// ```no_run
    /// use regcred::{HelperOptions, ImageRef, Resolver};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let resolver = Resolver::builder().build()?;
    /// let image = ImageRef::parse("gcr.io/project/app:1.4")?;
    /// let auth = resolver.resolve_with_helpers(&image, &HelperOptions::default())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve_with_helpers(
        &self,
        image: &ImageRef<'_>,
        options: &HelperOptions,
    ) -> Result<Option<AuthConfig>, HelperError> {
        self.resolve_with(image, |request| request.run(options))
    }
}

impl HelperRequest {
    /// Runs the helper. `None` is its answer if it has no credential for the server; then
    /// [`next`](Self::next) answers.
    ///
    /// ```
    /// use regcred::{HelperOptions, ImageRef, Level, Lookup, Resolver};
    ///
    /// let file = r#"{"credsStore": "pass"}"#;
    /// let resolver = Resolver::builder().add(Level::UserConfigJson, file).build()?;
    /// let Lookup::Helper(request) = resolver.lookup(&ImageRef::parse("nginx")?) else { panic!() };
    /// let options = HelperOptions::default().search_path("/nonexistent");
    /// let failure = request.run(&options).unwrap_err();
    /// assert!(failure.to_string().contains("there is no such program in the search path"));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A helper that is missing, fails, hangs or prints something else.
    pub fn run(&self, options: &HelperOptions) -> Result<Option<AuthConfig>, HelperError> {
        let reply = self.ask(options).map_err(|problem| {
            HelperError(Box::new(Details {
                location: self.location().clone(),
                helper: helper_name(self.helper()).to_owned(),
                server_url: self.server_url().to_owned(),
                problem,
            }))
        })?;
        Ok(reply.and_then(|Reply { username, secret, .. }| self.credential(&username, &secret)))
    }

    fn ask(&self, options: &HelperOptions) -> Result<Option<Reply>, HelperProblem> {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if self.helper().is_empty() || !self.helper().bytes().all(is_name) {
            return Err(HelperProblem::InvalidName);
        }
        let server_url = self.server_url();
        if server_url.len() >= process::LONGEST_LINE || server_url.contains(char::is_control) {
            return Err(HelperProblem::InvalidServer);
        }
        let program = self.program(options).ok_or(HelperProblem::NotFound)?;
        let output = process::run(&program, server_url, options.timeout)?;
        reply::parse(&output)
    }

    /// Returns the first program of the helper's name in the search path.
    fn program(&self, options: &HelperOptions) -> Option<PathBuf> {
        // On Windows, people write `desktop.exe`, too.
        let name = self.helper().strip_suffix(EXE_SUFFIX).unwrap_or(self.helper());
        let name = format!("docker-credential-{name}{EXE_SUFFIX}");
        let path = options.search_path.clone().or_else(|| std::env::var_os("PATH"))?;
        // An empty or relative part is the working directory, where somebody else may write.
        let directories = std::env::split_paths(&path).filter(|directory| directory.is_absolute());
        directories.map(|directory| directory.join(&name)).find(|path| process::is_program(path))
    }
}
