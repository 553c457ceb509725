//! The same lookup, told step by step: what an explanation holds and how it reads.

mod near_miss;
mod report;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::image::ImageRef;
use crate::index::{Layer, Match, Rank};
use crate::level::Level;
use crate::redact::{Shown, ShownHelper, ShownKey};
use crate::resolver::Resolver;

use self::report::ReportBuilder;

/// What a lookup did and why, for people ([`Display`](fmt::Display)) and for logs
/// ([`serde::Serialize`]). Holds keys as written and no byte of a credential.
///
/// Serialised, it is an object with `image`, `registry`, `repository`, `answer` (with `outcome`:
/// `found`, `broken` or `none`), `levels` (each with its `sources`, their `files` and what was
/// found in them, each with a `key`, its `scope`, a `verdict` and a `reason`) and `hints`.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    image: String,
    registry: String,
    repository: String,
    answer: Answer,
    levels: Vec<LevelReport>,
    hints: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Answer {
    Found { level: Level, location: String, key: String, credential: &'static str },
    Broken { level: Level, location: String, key: String, problem: String },
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
    /// Keys of which there is something to say that are not told one by one.
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
    fn name(self) -> &'static str {
        match self {
            Verdict::Wins => "wins",
            Verdict::Loses => "loses",
            Verdict::Malformed => "malformed",
            Verdict::Absent => "empty",
            Verdict::Duplicate => "repeated",
            Verdict::Helper => "in a helper",
            Verdict::OutOfScope => "out of scope",
            Verdict::Unmatchable => "matches nothing",
        }
    }
}

impl Resolver {
    /// The same lookup, told step by step: the reference as understood, then every source in order
    /// with what matched, what did not and why.
    #[must_use]
    pub fn explain(&self, image: &ImageRef<'_>) -> Explanation {
        Explanation::new(image, &self.layers(), &self.matches(image))
    }
}

impl Explanation {
    /// `matches` is what the lookup found, best first, each with the number of its layer.
    fn new(image: &ImageRef<'_>, layers: &[Arc<Layer>], matches: &[(usize, Rank, Match)]) -> Self {
        let mut telling = ReportBuilder::new(image, matches);
        let mut levels: Vec<LevelReport> =
            Level::ALL.map(|level| LevelReport { level, sources: Vec::new() }).into();
        for (number, layer) in layers.iter().enumerate() {
            let mut first = 0;
            for source in &layer.sources {
                let report = telling.source(number, layer, source, first);
                first += source.files;
                if let Some(level) = levels.iter_mut().find(|l| l.level == source.level) {
                    level.sources.push(report);
                }
            }
        }
        let answer = telling.answer(layers);
        let hints = match answer {
            Answer::None => telling.hints(),
            Answer::Found { .. } | Answer::Broken { .. } => Vec::new(),
        };
        Explanation {
            image: image.to_string(),
            registry: image.registry().to_owned(),
            repository: image.repository().to_owned(),
            answer,
            levels,
            hints,
        }
    }

    /// Whether the lookup found a credential.
    #[must_use]
    pub fn is_found(&self) -> bool {
        matches!(self.answer, Answer::Found { .. })
    }

    /// Whether there is no answer because the entry that would have answered is malformed. A
    /// runtime that pulls anonymously all the same hides that from its operator.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.answer, Answer::Broken { .. })
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
            Answer::Broken { location, key, problem, .. } => write!(
                f,
                "  answer: none, because the entry {} in {location} is broken: {problem}",
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
