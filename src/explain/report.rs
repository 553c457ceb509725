//! Building an explanation. The index decides which entries match and in which order; this looks at
//! every entry once more, to say why it does or does not answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::best::{Best, of_blocked};
use super::hints::Clues;
use super::near_miss::{Relation, relation};
use super::{Answer, FileReport, Finding, SourceReport, Verdict};
use crate::auth::Credential;
use crate::file::{Entry, EntryState, File};
use crate::image::ImageRef;
use crate::index::{Layer, Layers, Match, Query, Rank, SourceRead};
use crate::level::Level;
use crate::redact::{self, ShownHelper};

/// The number of findings of one verdict that are listed of each file. A file can hold a million.
const MOST_FINDINGS: usize = 10;

pub(super) struct ReportBuilder<'a> {
    image: &'a ImageRef<'a>,
    /// The image's host in lower case.
    host: &'a str,
    query: Query<'a>,
    layers: &'a [Arc<Layer>],
    matches: &'a [(usize, Rank, Match)],
    /// Layer, file and entry of a match -> its position in `matches`.
    positions: HashMap<(usize, u32, u32), usize>,
    clues: Clues<'a>,
    helpers: Vec<String>,
    /// Set if a task can read the file of the best match.
    best_is_in_sandbox: bool,
}

impl<'a> ReportBuilder<'a> {
    /// `matches` are those of the lookup, best first, each with the number of its layer.
    pub(super) fn new(
        image: &'a ImageRef<'a>,
        host: &'a str,
        query: Query<'a>,
        layers: &'a [Arc<Layer>],
        matches: &'a [(usize, Rank, Match)],
    ) -> Self {
        let positions = matches
            .iter()
            .enumerate()
            .map(|(position, (layer, _, found))| ((*layer, found.file, found.entry), position))
            .collect();
        let clues = Clues::new(image, host);
        let best_is_in_sandbox = false;
        let helpers = Vec::new();
        ReportBuilder {
            image,
            host,
            query,
            layers,
            matches,
            positions,
            clues,
            helpers,
            best_is_in_sandbox,
        }
    }

    /// Returns the entry of a match, by its position among all matches.
    fn entry(&self, position: usize) -> Option<(&'a File, &'a Entry)> {
        let (layer, _, found) = self.matches.get(position)?;
        let file = self.layers.get(*layer)?.files.get(found.file as usize)?;
        Some((file, file.entries.get(found.entry as usize)?))
    }

    pub(super) fn answer(&self) -> Answer {
        let Some((file, entry)) = self.entry(0) else { return Answer::None };
        let level = file.level();
        let (location, key) = (file.location.to_string(), file.text(entry.key).to_owned());
        match entry.state {
            EntryState::Malformed(problem) => {
                Answer::Blocked { level, location, key, problem: problem.to_string() }
            }
            _ => {
                let credential = Credential::of(file, entry).kind();
                Answer::Found { level, location, key, credential }
            }
        }
    }

    pub(super) fn helpers(&mut self) -> Vec<String> {
        std::mem::take(&mut self.helpers)
    }

    fn add_helper(&mut self, name: &str) {
        let name = redact::helper_name(name);
        if self.helpers.len() < MOST_FINDINGS && !self.helpers.iter().any(|known| known == name) {
            self.helpers.push(name.to_owned());
        }
    }

    /// Returns the likely mistakes behind the answer, the likeliest first.
    pub(super) fn hints(self) -> Vec<String> {
        let next = self.entry(1);
        let Some((file, entry)) = self.entry(0) else { return self.clues.of_miss() };
        let best = Best::new(self.image, self.host, file, entry);
        if matches!(entry.state, EntryState::Malformed(_)) {
            return of_blocked(&best, next, self.clues.has_helpers());
        }
        let is_alike = |(other, next): &(&File, &Entry)| {
            next.state == EntryState::Usable && other.level() == file.level()
        };
        best.hints(self.best_is_in_sandbox, next.filter(is_alike))
    }

    pub(super) fn source(
        &mut self,
        number: usize,
        layer: &'a Layer,
        source: &SourceRead,
        first: usize,
    ) -> SourceReport {
        self.clues.add_source(source);
        if let Some(hidden) = &source.hidden {
            self.add_hidden(hidden, source.level);
        }
        // Each is skipped on its own, which takes one step: skipping pairs takes one for each file.
        let files = (0..).skip(first).zip(layer.files.iter().skip(first)).take(source.files);
        SourceReport {
            location: source.location.to_string(),
            note: source.no_files.as_ref().map(|no_files| no_files.why.to_string()),
            files: files.map(|(at, file)| self.file(number, at, file, source)).collect(),
        }
    }

    /// Notices the answer of layers that are hidden, if it is from a level.
    fn add_hidden(&mut self, layers: &Layers, level: Level) {
        let Some((layer, found)) = layers.best(self.query) else { return };
        let file = layer.files.get(found.file as usize);
        let Some(file) = file.filter(|file| found.usable && file.level() == level) else { return };
        if let Some(entry) = file.entries.get(found.entry as usize) {
            self.clues.add_hidden(file, entry);
        }
    }

    fn file(
        &mut self,
        layer: usize,
        number: u32,
        file: &'a File,
        source: &SourceRead,
    ) -> FileReport {
        self.clues.add_file(file, source);
        let (mut matching, mut others) = (Vec::new(), Vec::new());
        let mut counts: HashMap<Verdict, usize> = HashMap::new();
        let mut more = 0;
        for (at, entry) in file.entries.iter().enumerate() {
            let id = u32::try_from(at).ok().map(|at| (layer, number, at));
            let position = id.and_then(|id| self.positions.get(&id).copied());
            let finding = match position {
                Some(position) => {
                    self.best_is_in_sandbox |= position == 0 && source.is_in_sandbox;
                    Some(self.matched(file, entry, position))
                }
                None => self.unmatched(file, at, entry),
            };
            if self.matches.is_empty() {
                self.clues.add_entry(file, entry);
            }
            let Some(finding) = finding else { continue };
            let count = counts.entry(finding.verdict).or_default();
            *count += 1;
            match position {
                _ if *count > MOST_FINDINGS => more += 1,
                Some(position) => matching.push((position, finding)),
                None => others.push(finding),
            }
        }
        matching.sort_by_key(|(position, _)| *position);
        let mut findings: Vec<Finding> = matching.into_iter().map(|(_, finding)| finding).collect();
        findings.append(&mut others);
        more += self.add_helpers(file, &mut findings);
        FileReport {
            location: file.location.to_string(),
            format: file.format.name(),
            entries: file.entries.len(),
            helper: file.store_helper.as_deref().map(|name| redact::helper_name(name).to_owned()),
            findings,
            more,
        }
    }

    /// Reports an entry that matches, at its position among all matches.
    fn matched(&self, file: &File, entry: &Entry, position: usize) -> Finding {
        let lost = match (self.matches.get(position), self.matches.first()) {
            _ if position == 0 => None,
            (Some(_), Some((.., best))) if !best.usable => Some("the malformed one comes first"),
            (Some((_, mine, _)), Some((_, best, _))) => Some(mine.loses_by(best)),
            _ => None,
        };
        let (verdict, reason) = match (entry.state, lost) {
            (EntryState::Malformed(problem), None) => (
                Verdict::Malformed,
                format!("it would have answered, but {problem}; nothing else is used instead"),
            ),
            (EntryState::Malformed(problem), Some(why)) => {
                (Verdict::Malformed, format!("{problem}; {why} anyway"))
            }
            (_, None) => (Verdict::Wins, "covers the image".to_owned()),
            (_, Some(why)) => (Verdict::Loses, why.to_owned()),
        };
        finding(file, entry, verdict, reason)
    }

    /// Reports an entry that does not match; `None` if it is about something else altogether.
    fn unmatched(&mut self, file: &'a File, at: usize, entry: &Entry) -> Option<Finding> {
        let key = file.text(entry.key);
        let (verdict, reason) = match entry.state {
            EntryState::Unmatchable(problem) => {
                if !redact::may_be_meant_for(key, self.host) {
                    return None;
                }
                let key = file.shown_key(at).into_owned();
                self.clues.add_unmatchable(file, &key);
                let (verdict, reason) = (Verdict::Unmatchable, problem.to_string());
                return Some(Finding { key, scope: None, verdict, reason });
            }
            EntryState::Duplicate | EntryState::Absent => {
                if relation(&file.scope(entry)?, self.image, self.host)? != Relation::Covers {
                    return None;
                }
                if entry.state == EntryState::Duplicate {
                    let reason =
                        "the same key appears again later in the file; the last one counts";
                    (Verdict::Duplicate, reason.to_owned())
                } else {
                    self.clues.add_absent(file, key);
                    (Verdict::Absent, absent_reason(file))
                }
            }
            EntryState::Usable | EntryState::Malformed(_) => {
                let scope = file.scope(entry)?;
                let Relation::Misses(miss) = relation(&scope, self.image, self.host)? else {
                    return None;
                };
                self.clues.add_near(file, &scope, miss);
                (Verdict::OutOfScope, miss.reason(self.image))
            }
        };
        Some(finding(file, entry, verdict, reason))
    }

    /// Reports the helpers that a file names for the image. Returns the number of findings that are
    /// not listed.
    fn add_helpers(&mut self, file: &'a File, findings: &mut Vec<Finding>) -> usize {
        let mut has_key = false;
        let mut count = 0_usize;
        let mut names = HashSet::new();
        for held in &file.helper_keys {
            let Some(scope) = held.scope() else { continue };
            if !scope.covers(self.image, self.host) {
                continue;
            }
            has_key = true;
            if held.helper.is_empty() {
                continue;
            }
            if names.insert(&**held.helper) {
                self.clues.add_helper(file, &held.helper);
                self.add_helper(&held.helper);
            }
            count += 1;
            if count <= MOST_FINDINGS {
                let helper = ShownHelper(&held.helper);
                let reason = format!("credHelpers leaves it to {helper}, which is not run");
                let (key, scope) = (held.key.to_string(), Some(scope.to_string()));
                findings.push(Finding { key, scope, verdict: Verdict::Helper, reason });
            }
        }
        // A key of `credHelpers` replaces `credsStore` for its registry.
        if let (Some(helper), false) = (&file.store_helper, has_key) {
            self.clues.add_store_helper(file, helper);
            self.add_helper(helper);
        }
        count.saturating_sub(MOST_FINDINGS)
    }
}

fn absent_reason(file: &File) -> String {
    match &file.store_helper {
        Some(helper) => format!(
            "holds no credential; credsStore leaves it to {}, which is not run",
            ShownHelper(helper)
        ),
        None => "holds no credential, so the lookup goes on".to_owned(),
    }
}

fn finding(file: &File, entry: &Entry, verdict: Verdict, reason: String) -> Finding {
    let scope = file.scope(entry).map(|scope| scope.to_string());
    Finding { key: file.text(entry.key).to_owned(), scope, verdict, reason }
}
