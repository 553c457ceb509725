//! The same lookup step by step: the data of an [`Explanation`], and the page that people read.

mod best;
mod hints;
mod login;
mod near_miss;
mod renewal;
mod report;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use self::report::ReportBuilder;
use crate::image::ImageRef;
use crate::index::{Layer, Match, Query, Rank};
use crate::level::Level;
use crate::redact::{Shown, ShownHelper, ShownKey};
use crate::resolver::{Resolver, query};

/// The report of one lookup: the answer, every key that matched or nearly did, and why the others
/// lost.
///
/// `Display` is a page for people, [`serde::Serialize`] the same for logs. Both show keys as
/// written, and neither holds a byte of a credential. A page has an end, however large the files:
/// it lists ten keys of one verdict in each file, and counts the rest.
///
/// Serialised, it is an object with
///
/// - `image`, `registry` and `repository`: the reference as understood;
/// - `answer`, whose `outcome` is `found`, `blocked` (the best match is malformed) or `none`;
/// - `levels`, each with its `sources`, their `files`, and in each file the `findings`: a `key`, its
///   `scope`, a `verdict` and a `reason`;
/// - `hints`: the likeliest mistakes, each with its remedy, at most three;
/// - `helpers`: the credential helpers that the files name for the image.
///
/// The verdicts are the same words in both forms, but for their spaces: `wins`, `loses`,
/// `malformed`, `absent`, `duplicate`, `helper`, `out_of_scope`, `unmatchable`.
///
/// ```
/// let secret = r#"{"auths": {"reg.io:5000": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let resolver = regcred::Resolver::builder().task_secret(secret).build()?;
/// let page = resolver.explain(&regcred::ImageRef::parse("reg.io/app")?);
/// assert_eq!(page.outcome(), regcred::Outcome::None);
/// assert!(!page.is_found() && !page.is_blocked());
/// let hint = page.hints().next().expect("a hint");
/// assert!(hint.contains("the same host on another port has: \"reg.io:5000\""));
/// assert_eq!(page.helpers().len(), 0);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    image: String,
    registry: String,
    repository: String,
    answer: Answer,
    levels: Vec<LevelReport>,
    hints: Vec<String>,
    /// The helpers that the files name for the image, as they may be logged.
    helpers: Vec<String>,
}

/// The outcome of a lookup: a credential, a malformed entry that blocks, or neither.
///
/// [`Explanation::outcome`] returns it. `Display` writes the word of the JSON form: `found`,
/// `blocked`, `none`.
///
/// ```
/// use regcred::{ImageRef, Outcome, Resolver};
///
/// let file = r#"{"auths": {"quay.io": {"auth": "!"}}}"#;
/// let resolver = Resolver::builder().task_secret(file).build()?;
/// let page = resolver.explain(&ImageRef::parse("quay.io/app")?);
/// match page.outcome() {
///     Outcome::Found => println!("pull with the credential"),
///     Outcome::Blocked => assert!(page.to_string().contains("malformed \"quay.io\"")),
///     _ => println!("pull anonymously"),
/// }
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// There is a credential.
    Found,
    /// The best match is malformed, and nothing else is used instead.
    Blocked,
    /// No entry covers the image.
    None,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Found => "found",
            Outcome::Blocked => "blocked",
            Outcome::None => "none",
        })
    }
}

serialize_as_text!(Outcome);

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Answer {
    Found { level: Level, location: String, key: String, credential: &'static str },
    Blocked { level: Level, location: String, key: String, problem: String },
    None,
}

#[derive(Clone, Debug, Serialize)]
struct LevelReport {
    level: Level,
    sources: Vec<SourceReport>,
}

#[derive(Clone, Debug, Serialize)]
struct SourceReport {
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    files: Vec<FileReport>,
}

#[derive(Clone, Debug, Serialize)]
struct FileReport {
    location: String,
    format: &'static str,
    entries: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    helper: Option<String>,
    findings: Vec<Finding>,
    /// The number of findings that are not listed.
    more: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    verdict: Verdict,
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Wins,
    Loses,
    Malformed,
    Absent,
    Duplicate,
    Helper,
    OutOfScope,
    Unmatchable,
}

impl Verdict {
    /// The word on the page. Serialised, its spaces are underscores.
    fn name(self) -> &'static str {
        match self {
            Verdict::Wins => "wins",
            Verdict::Loses => "loses",
            Verdict::Malformed => "malformed",
            Verdict::Absent => "absent",
            Verdict::Duplicate => "duplicate",
            Verdict::Helper => "helper",
            Verdict::OutOfScope => "out of scope",
            Verdict::Unmatchable => "unmatchable",
        }
    }
}

impl Resolver {
    /// Explains what [`resolve`](Self::resolve) answers for `image`: the reference as understood,
    /// every source in order, the keys in it that matched or nearly did, and why the others lost.
    ///
    /// ```
    /// # use regcred::{ImageRef, Resolver};
    /// let file = r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let page = resolver.explain(&ImageRef::parse("quay.io/app")?).to_string();
    /// let answer = r#"answer: user name and password from task secret, key "quay.io""#;
    /// assert_eq!(page.lines().last().map(str::trim), Some(answer));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self, image: &ImageRef<'_>) -> Explanation {
        let mut buffer = None;
        Explanation::new(image, query(image, &mut buffer), &self.layers(), &self.matches(image))
    }
}

impl Explanation {
    /// `matches` are those of the lookup, best first, each with the number of its layer.
    fn new(
        image: &ImageRef<'_>,
        query: Query<'_>,
        layers: &[Arc<Layer>],
        matches: &[(usize, Rank, Match)],
    ) -> Self {
        let host = image.registry_parts().host().to_ascii_lowercase();
        let mut builder = ReportBuilder::new(image, &host, query, layers, matches);
        let mut levels: Vec<LevelReport> =
            Level::ALL.map(|level| LevelReport { level, sources: Vec::new() }).into();
        for (number, layer) in layers.iter().enumerate() {
            let mut first = 0;
            for source in &layer.sources {
                let report = builder.source(number, layer, source, first);
                first += source.files;
                if let Some(level) = levels.iter_mut().find(|l| l.level == source.level) {
                    level.sources.push(report);
                }
            }
        }
        // A program reads the sources of a cluster or those of a user, seldom both.
        let has_any = |of_user: bool| {
            levels.iter().any(|l| l.level.is_of_user() == of_user && !l.sources.is_empty())
        };
        let shows_cluster = has_any(false) || !has_any(true);
        levels.retain(|report| {
            !report.sources.is_empty() || (shows_cluster && !report.level.is_of_user())
        });
        Explanation {
            image: image.to_string(),
            registry: image.registry().to_owned(),
            repository: image.repository().to_owned(),
            answer: builder.answer(),
            levels,
            helpers: builder.helpers(),
            hints: builder.hints(),
        }
    }

    /// Returns the outcome: a credential, a malformed entry that blocks, or neither.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.answer {
            Answer::Found { .. } => Outcome::Found,
            Answer::Blocked { .. } => Outcome::Blocked,
            Answer::None => Outcome::None,
        }
    }

    /// Returns whether the lookup found a credential.
    #[must_use]
    pub fn is_found(&self) -> bool {
        matches!(self.answer, Answer::Found { .. })
    }

    /// Returns whether the best match is a malformed entry, which blocks its scope, so that there is
    /// no answer. A runtime that pulls anonymously in that case hides the mistake from its operator.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        matches!(self.answer, Answer::Blocked { .. })
    }

    /// The likeliest mistakes behind the answer, each with its remedy, the likeliest first; at most
    /// three. A credential that was found has hints only if something about it looks wrong.
    pub fn hints(&self) -> impl ExactSizeIterator<Item = &str> {
        self.hints.iter().map(String::as_str)
    }

    /// The credential helpers that the files name for the image, a few if there are many, each by its
    /// name as it may be logged. [`Resolver::lookup`] says which to ask and in which order.
    pub fn helpers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.helpers.iter().map(String::as_str)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.image)?;
        writeln!(f, "  registry {}, repository {}", self.registry, self.repository)?;
        for report in &self.levels {
            write!(f, "{report}")?;
        }
        for hint in &self.hints {
            writeln!(f, "  hint: {hint}")?;
        }
        match &self.answer {
            Answer::Found { location, key, credential, .. } => {
                write!(f, "  answer: {credential} from {location}, key {}", Shown(key))
            }
            Answer::Blocked { location, key, problem, .. } => write!(
                f,
                "  answer: none, because the malformed entry {} in {location} blocks it: {problem}",
                Shown(key)
            ),
            Answer::None => f.write_str("  answer: none"),
        }
    }
}

impl fmt::Display for LevelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sources.is_empty() {
            return writeln!(f, "  {}: not given", self.level);
        }
        for source in &self.sources {
            if source.files.is_empty() {
                writeln!(
                    f,
                    "  {}: {}",
                    source.location,
                    source.note.as_deref().unwrap_or("holds no file")
                )?;
            }
            for file in &source.files {
                write!(f, "{file}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = if self.entries == 1 { "key" } else { "keys" };
        write!(f, "  {}, a {} with {} {keys}", self.location, self.format, self.entries)?;
        if let Some(helper) = &self.helper {
            write!(f, ", credentials left to {} (credsStore)", ShownHelper(helper))?;
        }
        if self.findings.is_empty() {
            return writeln!(f, ": none for this image");
        }
        writeln!(f, ":")?;
        for finding in &self.findings {
            writeln!(
                f,
                "    {} {}: {}",
                finding.verdict.name(),
                ShownKey(&finding.key),
                finding.reason
            )?;
        }
        match self.more {
            0 => Ok(()),
            more => writeln!(f, "    and {more} more keys like these"),
        }
    }
}
