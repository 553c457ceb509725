//! One credential file on its own, for tools that inspect files rather than look up images.

use std::borrow::Cow;
use std::fmt;

use crate::auth::Credential;
use crate::error::{EntryProblem, Error, Warning};
use crate::file::{self, Entry, EntryState, File, Format};
use crate::level::Location;
use crate::limits::Limits;

/// One credential file of any [`Format`]: its entries and its non-fatal problems.
///
/// ```
/// use regcred::{Credential, CredentialFile, Format};
///
/// let file = CredentialFile::parse(br#"{"quay.io": {"auth": "dXNlcjpwYXNz"}}"#)?;
/// assert_eq!(file.format(), Format::Dockercfg);
/// for entry in file.entries() {
///     assert_eq!(entry.key(), "quay.io");
///     let Some(Credential::Basic { username, .. }) = entry.credential() else { panic!() };
///     assert_eq!(username, "user");
/// }
/// assert!(file.warnings().is_empty());
/// # Ok::<(), regcred::Error>(())
/// ```
pub struct CredentialFile {
    format: Format,
    files: Vec<File>,
    warnings: Vec<Warning>,
}

impl CredentialFile {
    /// Reads a file within the default [`Limits`].
    ///
    /// ```
    /// # use regcred::{CredentialFile, Error};
    /// assert!(CredentialFile::parse(br#"{"auths": {"reg.io": {"auth": "!"}}}"#).is_ok());
    /// let error = CredentialFile::parse(br#"{"auths": "#).unwrap_err();
    /// assert!(matches!(error, Error::Syntax { line: 1, .. }));
    /// ```
    ///
    /// # Errors
    ///
    /// An [`Error`] for a document that cannot be read as any format, and for one past a limit. A
    /// malformed entry is a [`Warning`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes, &Location::UNKNOWN, &Limits::default())
    }

    pub(crate) fn read(bytes: &[u8], location: &Location, limits: &Limits) -> Result<Self, Error> {
        let file::Files { format, files } = file::read(bytes, location, limits)?;
        let warnings = files.iter().flat_map(File::warnings).collect();
        Ok(CredentialFile { format, files, warnings })
    }

    /// The format, recognised by the content.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The entries in the order of the file. Of a repeated key only the last entry is returned, and
    /// keys that can match no image are left out.
    pub fn entries(&self) -> impl Iterator<Item = FileEntry<'_>> {
        self.files.iter().flat_map(|file| {
            FileEntry::all(file).filter(|entry| {
                !matches!(entry.state(), EntryState::Duplicate | EntryState::Unmatchable(_))
            })
        })
    }

    /// The non-fatal problems in the file.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl fmt::Debug for CredentialFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CredentialFile { format, files: _, warnings } = self;
        f.debug_struct("CredentialFile")
            .field("format", format)
            .field("entries", &self.entries().count())
            .field("warnings", &warnings.len())
            .finish()
    }
}

/// One entry of a [`CredentialFile`] or a [`Resolver`](crate::Resolver): its key, state and
/// credential.
///
/// `Debug` shows the key and the kind of the credential.
///
/// ```
/// use regcred::{CredentialFile, EntryProblem, EntryState};
///
/// let file = CredentialFile::parse(br#"{"auths": {"https://reg.io/v1/": {"auth": "!"}}}"#)?;
/// let entry = file.entries().next().expect("one entry");
/// assert_eq!((entry.key(), entry.scope().as_deref()), ("https://reg.io/v1/", Some("reg.io")));
/// assert_eq!(entry.state(), EntryState::Malformed(EntryProblem::AuthNotBase64));
/// assert_eq!(entry.problem(), Some(EntryProblem::AuthNotBase64));
/// assert_eq!((entry.credential(), entry.location().level()), (None, None));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct FileEntry<'a> {
    file: &'a File,
    entry: &'a Entry,
    position: usize,
}

impl<'a> FileEntry<'a> {
    /// The entries of a file in its order.
    pub(crate) fn all(file: &'a File) -> impl Iterator<Item = FileEntry<'a>> {
        let entries = file.entries.iter().enumerate();
        entries.map(move |(position, entry)| FileEntry { file, entry, position })
    }

    /// The key as written, and `…` for a key that can match no image and does not look like a
    /// registry, as it may hold a password.
    #[must_use]
    pub fn key(&self) -> &'a str {
        match self.file.shown_key(self.position) {
            Cow::Borrowed(key) => key,
            Cow::Owned(_) => "…",
        }
    }

    /// The level and the file.
    #[must_use]
    pub fn location(&self) -> &'a Location {
        &self.file.location
    }

    /// The images that the key covers, in normalised form: `quay.io/team`, `*.example.com`,
    /// `docker.io`. `None` if the key can match no image.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.file.scope(self.entry).map(|scope| scope.to_string())
    }

    /// The state, which decides what a lookup does with the scope.
    #[must_use]
    pub fn state(&self) -> EntryState {
        self.entry.state
    }

    /// The credential. `None` for an entry without one and for a malformed entry.
    #[must_use]
    pub fn credential(&self) -> Option<Credential<'a>> {
        (self.entry.state == EntryState::Usable).then(|| Credential::of(self.file, self.entry))
    }

    /// The problem of a malformed entry, and `None` for any other.
    #[must_use]
    pub fn problem(&self) -> Option<EntryProblem> {
        match self.entry.state {
            EntryState::Malformed(problem) => Some(problem),
            _ => None,
        }
    }
}

impl fmt::Debug for FileEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEntry")
            .field("key", &self.key())
            .field("credential", &self.credential())
            .field("problem", &self.problem())
            .finish()
    }
}
