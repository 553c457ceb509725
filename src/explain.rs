//! The same lookup, told step by step. What matched and in which order is the index's own answer;
//! here every entry is looked at once more, to say of each why it did or did not count.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::auth::AuthConfig;
use crate::config::{Entry, File, Standing};
use crate::error::Shown;
use crate::image::{DOCKER_HUB, ImageRef};
use crate::index::Match;
use crate::level::Level;
use crate::near::{Relation, relation};
use crate::resolver::{Layer, SourceRead};
use crate::scope::Scope;

/// How many keys that nearly match are told of each file; a file can hold a million.
const MOST_NEAR: usize = 10;

/// What a lookup did and why, for people ([`Display`](fmt::Display)) and for logs
/// ([`serde::Serialize`]). Holds keys as written and no byte of a credential.
///
/// Serialised, it is an object with `image`, `registry`, `repository`, `answer` (with `outcome`:
/// `found`, `broken` or `none`), `levels` (each with its `sources`, their `files` and what was found
/// in them, each with a `key`, its `scope`, a `verdict` and a `reason`) and `hints`.
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
    Found {
        level: Level,
        place: String,
        key: String,
        credential: &'static str,
    },
    Broken {
        level: Level,
        place: String,
        key: String,
        problem: String,
    },
    None,
}

#[derive(Clone, Debug, Serialize)]
struct LevelReport {
    level: Level,
    sources: Vec<SourceReport>,
}

#[derive(Clone, Debug, Serialize)]
struct SourceReport {
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    files: Vec<FileReport>,
}

#[derive(Clone, Debug, Serialize)]
struct FileReport {
    place: String,
    format: &'static str,
    entries: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    helper: Option<String>,
    findings: Vec<Finding>,
    /// Keys that nearly match and are not told one by one.
    more_near: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    verdict: Verdict,
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Wins,
    Loses,
    Malformed,
    Absent,
    Repeated,
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
            Verdict::Repeated => "repeated",
            Verdict::Helper => "in a helper",
            Verdict::OutOfScope => "out of scope",
            Verdict::Unmatchable => "matches nothing",
        }
    }
}

impl Explanation {
    /// `matches` is what the lookup found, best first, each with the number of its layer.
    pub(crate) fn new(
        image: &ImageRef<'_>,
        layers: &[Arc<Layer>],
        matches: &[(usize, Match)],
    ) -> Self {
        let mut telling = Telling::new(image, matches);
        let mut levels: Vec<LevelReport> = Level::ALL
            .map(|level| LevelReport {
                level,
                sources: Vec::new(),
            })
            .into();
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
            Answer::None => telling.hints(layers),
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
}

/// An explanation while it is put together.
struct Telling<'a> {
    image: &'a ImageRef<'a>,
    matches: &'a [(usize, Match)],
    /// Layer, file and entry of a match -> its place in the order.
    places: HashMap<(usize, usize, usize), usize>,
    /// Helpers that may hold what was looked for, and where they are named.
    helpers: Vec<String>,
    /// The scopes that came nearest, by how they missed.
    near: Vec<(Relation, String)>,
}

impl<'a> Telling<'a> {
    fn new(image: &'a ImageRef<'a>, matches: &'a [(usize, Match)]) -> Self {
        let places = matches
            .iter()
            .enumerate()
            .map(|(place, (layer, found))| ((*layer, found.file, found.entry), place))
            .collect();
        Telling {
            image,
            matches,
            places,
            helpers: Vec::new(),
            near: Vec::new(),
        }
    }

    fn answer(&self, layers: &[Arc<Layer>]) -> Answer {
        let best = self.matches.first().and_then(|(layer, found)| {
            let file = layers.get(*layer)?.files.get(found.file)?;
            Some((found, file, file.entries.get(found.entry)?))
        });
        let Some((found, file, entry)) = best else {
            return Answer::None;
        };
        let (level, place) = (found.rank.level, file.place.to_string());
        let key = file.name(entry.key).to_owned();
        match entry.standing {
            Standing::Malformed(problem) => Answer::Broken {
                level,
                place,
                key,
                problem: problem.to_string(),
            },
            _ => {
                let auth = AuthConfig::new(file.clone(), found.entry);
                Answer::Found {
                    level,
                    place,
                    key,
                    credential: auth.credential().kind(),
                }
            }
        }
    }

    fn source(
        &mut self,
        number: usize,
        layer: &Layer,
        source: &SourceRead,
        first: usize,
    ) -> SourceReport {
        let files = layer
            .files
            .iter()
            .enumerate()
            .skip(first)
            .take(source.files);
        SourceReport {
            place: source.place.to_string(),
            note: source.note,
            files: files
                .map(|(at, file)| self.file(number, at, file))
                .collect(),
        }
    }

    fn file(&mut self, layer: usize, number: usize, file: &File) -> FileReport {
        let (mut matching, mut near, mut more_near) = (Vec::new(), Vec::new(), 0);
        for (position, entry) in file.entries.iter().enumerate() {
            if let Some(place) = self.places.get(&(layer, number, position)) {
                matching.push((*place, self.matched(file, entry, *place)));
                continue;
            }
            match self.unmatched(file, entry) {
                Some(finding) if near.len() < MOST_NEAR => near.push(finding),
                Some(_) => more_near += 1,
                None => {}
            }
        }
        matching.sort_by_key(|(place, _)| *place);
        let mut findings: Vec<Finding> = matching.into_iter().map(|(_, finding)| finding).collect();
        findings.append(&mut near);
        findings.extend(self.helper_findings(file));
        FileReport {
            place: file.place.to_string(),
            format: file.format.name(),
            entries: file.entries.len(),
            helper: self.store_helper(file),
            findings,
            more_near,
        }
    }

    /// An entry that the lookup came upon.
    fn matched(&self, file: &File, entry: &Entry, place: usize) -> Finding {
        let best = self.matches.first().map(|(_, found)| found.rank);
        let mine = self.matches.get(place).map(|(_, found)| found.rank);
        let lost = match (mine, best) {
            (Some(mine), Some(best)) if place > 0 => Some(mine.loses_by(&best)),
            _ => None,
        };
        let (verdict, reason) = match (entry.standing, lost) {
            (Standing::Malformed(problem), None) => (
                Verdict::Malformed,
                format!("it would have answered, but {problem}; nothing weaker is used instead"),
            ),
            (Standing::Malformed(problem), Some(why)) => {
                (Verdict::Malformed, format!("{problem}; {why} anyway"))
            }
            (_, None) => (Verdict::Wins, "covers the image".to_owned()),
            (_, Some(why)) => (Verdict::Loses, why.to_owned()),
        };
        finding(file, entry, verdict, reason)
    }

    /// An entry that the lookup passed by; `None` where there is nothing to say of it.
    fn unmatched(&mut self, file: &File, entry: &Entry) -> Option<Finding> {
        let key = file.name(entry.key);
        if let Standing::Unmatchable(problem) = entry.standing {
            let host = self.image.registry_parts().host().to_ascii_lowercase();
            let meant = key.to_ascii_lowercase().contains(&host);
            return meant.then(|| finding(file, entry, Verdict::Unmatchable, problem.to_string()));
        }
        let relation = relation(&file.scope(entry), self.image)?;
        let (verdict, reason) = match (relation, entry.standing) {
            (Relation::Covers, Standing::Repeated) => (
                Verdict::Repeated,
                "the same key stands again further down, and counts".to_owned(),
            ),
            (Relation::Covers, _) => {
                let reason = match &file.store_helper {
                    Some(helper) => format!(
                        "holds no credential; credsStore leaves it to the helper {}, which is not run",
                        Shown(helper)
                    ),
                    None => "holds no credential, so the lookup goes on".to_owned(),
                };
                (Verdict::Absent, reason)
            }
            (near, _) => {
                self.near.push((near, file.scope(entry).to_string()));
                (Verdict::OutOfScope, near.reason(self.image))
            }
        };
        Some(finding(file, entry, verdict, reason))
    }

    fn store_helper(&mut self, file: &File) -> Option<String> {
        let helper = Shown(file.store_helper.as_deref()?).to_string();
        self.helpers
            .push(format!("{} names credsStore {helper}", file.place));
        Some(helper)
    }

    fn helper_findings(&mut self, file: &File) -> Vec<Finding> {
        let mut findings = Vec::new();
        for held in &file.helper_keys {
            let Ok(scope) = Scope::parse(&held.key) else {
                continue;
            };
            if relation(&scope, self.image) != Some(Relation::Covers) {
                continue;
            }
            let helper = Shown(&held.helper).to_string();
            self.helpers
                .push(format!("{} names the helper {helper}", file.place));
            findings.push(Finding {
                key: Shown(&held.key).to_string(),
                scope: Some(scope.to_string()),
                verdict: Verdict::Helper,
                reason: format!("credHelpers leaves it to the helper {helper}, which is not run"),
            });
        }
        findings
    }

    /// Why there is no answer, as far as can be guessed.
    fn hints(&self, layers: &[Arc<Layer>]) -> Vec<String> {
        let registry = self.image.registry();
        let mut hints: Vec<String> = self
            .helpers
            .iter()
            .map(|helper| {
                format!("{helper}: the credential may be there; put it into the file itself")
            })
            .collect();
        for missed in Relation::NEAR {
            let mut scopes: Vec<&str> = self
                .near
                .iter()
                .filter(|(how, _)| *how == missed)
                .map(|(_, s)| &**s)
                .collect();
            scopes.sort_unstable();
            scopes.dedup();
            if !scopes.is_empty() {
                hints.push(format!("{}: {}", missed.hint(registry), some_of(&scopes)));
            }
        }
        if layers.iter().all(|layer| layer.files.is_empty()) {
            hints.push("no credential file was given or found at any level".to_owned());
        } else if hints.is_empty() {
            let hub = if registry == DOCKER_HUB {
                " (Docker Hub)"
            } else {
                ""
            };
            hints.push(format!(
                "no key in any source is for the registry {registry}{hub}"
            ));
        }
        hints
    }
}

fn some_of(scopes: &[&str]) -> String {
    const MOST: usize = 5;
    let shown: Vec<String> = scopes
        .iter()
        .take(MOST)
        .map(|s| Shown(s).to_string())
        .collect();
    let more = scopes.len().saturating_sub(MOST);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    shown.join(", ") + &rest
}

fn finding(file: &File, entry: &Entry, verdict: Verdict, reason: String) -> Finding {
    let scope = match entry.standing {
        Standing::Unmatchable(_) => None,
        _ => Some(file.scope(entry).to_string()),
    };
    Finding {
        key: Shown(file.name(entry.key)).to_string(),
        scope,
        verdict,
        reason,
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.image)?;
        writeln!(
            f,
            "  registry {}, repository {}",
            self.registry, self.repository
        )?;
        for report in &self.levels {
            write!(f, "{report}")?;
        }
        for hint in &self.hints {
            writeln!(f, "  hint: {hint}")?;
        }
        match &self.answer {
            Answer::Found {
                place,
                key,
                credential,
                ..
            } => {
                write!(f, "  answer: {credential} from {place}, key {}", Shown(key))
            }
            Answer::Broken {
                place,
                key,
                problem,
                ..
            } => write!(
                f,
                "  answer: none, because the entry {} in {place} is broken: {problem}",
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
                    source.place,
                    source.note.unwrap_or("holds no file")
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
        write!(
            f,
            "  {} ({}, {} {keys})",
            self.place, self.format, self.entries
        )?;
        if let Some(helper) = &self.helper {
            write!(f, ", with credsStore {helper}")?;
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
                finding.key,
                finding.reason
            )?;
        }
        match self.more_near {
            0 => Ok(()),
            more => writeln!(f, "    and {more} more keys that nearly match"),
        }
    }
}
