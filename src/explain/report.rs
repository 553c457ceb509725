//! Building an explanation. The index decides which entries match and in which order; this looks at
//! every entry once more, to say why it does or does not answer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::near_miss::{Miss, Relation, relation};
use super::{Answer, FileReport, Finding, SourceReport, Verdict};
use crate::auth::Credential;
use crate::file::{Entry, EntryState, File};
use crate::image::{DOCKER_HUB, ImageRef};
use crate::index::{Layer, Match, Rank, SourceRead};
use crate::key::Scope;
use crate::redact::{self, Shown, ShownHelper, ShownKey};
use crate::source::NoFiles;

/// The number of findings of one verdict that are listed of each file. A file can hold a million.
const MOST_FINDINGS: usize = 10;

/// The number of keys or helpers that are listed in a hint.
const MOST_MENTIONS: usize = 5;

pub(super) struct ReportBuilder<'a> {
    image: &'a ImageRef<'a>,
    /// The image's host in lower case.
    host: String,
    matches: &'a [(usize, Rank, Match)],
    /// Layer, file and entry of a match -> its position in `matches`.
    positions: HashMap<(usize, u32, u32), usize>,
    any_file: bool,
    /// Set if credential files are fetched that have no effect.
    any_fetched_in_vain: bool,
    /// Helpers that may hold the credential, each with the file that names it.
    helpers: Mentions,
    absent: Mentions,
    unmatchable: Mentions,
    /// Scopes that nearly cover the image, by the way in which they miss it.
    near: [(Miss, Mentions); Miss::ALL.len()],
}

/// Texts for a hint: the first few, and the number of the others.
#[derive(Default)]
struct Mentions {
    listed: Vec<String>,
    more: usize,
}

impl Mentions {
    fn add(&mut self, text: String) {
        if !self.listed.contains(&text) {
            self.add_new(|| text);
        }
    }

    /// Adds a text that differs from all before it. It is written only if it is listed, as the name
    /// of a file may be long and its keys a million.
    fn add_new(&mut self, text: impl FnOnce() -> String) {
        if self.listed.len() < MOST_MENTIONS {
            self.listed.push(text());
        } else {
            self.more += 1;
        }
    }

    /// Returns `"a", "b" and 3 more`, or `None` if there is nothing to mention.
    fn list(&self) -> Option<String> {
        let list = self.listed.join(", ");
        match (self.listed.len(), self.more) {
            (0, _) => None,
            (_, 0) => Some(list),
            (_, more) => Some(format!("{list} and {more} more")),
        }
    }
}

impl<'a> ReportBuilder<'a> {
    pub(super) fn new(image: &'a ImageRef<'a>, matches: &'a [(usize, Rank, Match)]) -> Self {
        let positions = matches
            .iter()
            .enumerate()
            .map(|(position, (layer, _, found))| ((*layer, found.file, found.entry), position))
            .collect();
        ReportBuilder {
            image,
            host: image.registry_parts().host().to_ascii_lowercase(),
            matches,
            positions,
            any_file: false,
            any_fetched_in_vain: false,
            helpers: Mentions::default(),
            absent: Mentions::default(),
            unmatchable: Mentions::default(),
            near: Miss::ALL.map(|miss| (miss, Mentions::default())),
        }
    }

    pub(super) fn answer(&self, layers: &[Arc<Layer>]) -> Answer {
        let best = self.matches.first().and_then(|(layer, _, found)| {
            let file = layers.get(*layer)?.files.get(found.file as usize)?;
            Some((file.level(), file, file.entries.get(found.entry as usize)?))
        });
        let Some((level, file, entry)) = best else { return Answer::None };
        let (location, key) = (file.location.to_string(), file.text(entry.key).to_owned());
        match entry.state {
            EntryState::Malformed(problem) => {
                Answer::Broken { level, location, key, problem: problem.to_string() }
            }
            _ => {
                let credential = Credential::of(file, entry).kind();
                Answer::Found { level, location, key, credential }
            }
        }
    }

    pub(super) fn source(
        &mut self,
        number: usize,
        layer: &Layer,
        source: &SourceRead,
        first: usize,
    ) -> SourceReport {
        self.any_fetched_in_vain |= matches!(source.no_files, Some(NoFiles::FetchedInVain(_)));
        // Each is skipped on its own, which takes one step: skipping pairs takes one for each file.
        let files = (0..).skip(first).zip(layer.files.iter().skip(first)).take(source.files);
        SourceReport {
            location: source.location.to_string(),
            note: source.no_files.as_ref().map(|why| why.text().to_owned()),
            files: files.map(|(at, file)| self.file(number, at, file)).collect(),
        }
    }

    fn file(&mut self, layer: usize, number: u32, file: &File) -> FileReport {
        self.any_file = true;
        let (mut matching, mut others) = (Vec::new(), Vec::new());
        let mut counts: HashMap<Verdict, usize> = HashMap::new();
        let mut more = 0;
        for (at, entry) in file.entries.iter().enumerate() {
            let id = u32::try_from(at).ok().map(|at| (layer, number, at));
            let position = id.and_then(|id| self.positions.get(&id).copied());
            let finding = match position {
                Some(position) => Some(self.matched(file, entry, position)),
                None => self.unmatched(file, at, entry),
            };
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
            helper: file.store_helper.as_deref().map(str::to_owned),
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
    fn unmatched(&mut self, file: &File, at: usize, entry: &Entry) -> Option<Finding> {
        let key = file.text(entry.key);
        let (verdict, reason) = match entry.state {
            EntryState::Unmatchable(problem) => {
                if !redact::may_be_meant_for(key, &self.host) {
                    return None;
                }
                let key = file.shown_key(at).into_owned();
                self.unmatchable.add(ShownKey(&key).to_string());
                let (verdict, reason) = (Verdict::Unmatchable, problem.to_string());
                return Some(Finding { key, scope: None, verdict, reason });
            }
            EntryState::Duplicate | EntryState::Absent => {
                if relation(&file.scope(entry)?, self.image, &self.host)? != Relation::Covers {
                    return None;
                }
                if entry.state == EntryState::Duplicate {
                    let reason =
                        "the same key appears again later in the file; the last one counts";
                    (Verdict::Duplicate, reason.to_owned())
                } else {
                    self.absent.add(Shown(key).to_string());
                    (Verdict::Absent, absent_reason(file))
                }
            }
            EntryState::Usable | EntryState::Malformed(_) => {
                let scope = file.scope(entry)?;
                let Relation::Misses(miss) = relation(&scope, self.image, &self.host)? else {
                    return None;
                };
                let (_, mentions) = self.near.iter_mut().find(|(known, _)| *known == miss)?;
                mentions.add(Shown(&scope.to_string()).to_string());
                (Verdict::OutOfScope, miss.reason(self.image))
            }
        };
        Some(finding(file, entry, verdict, reason))
    }

    /// Reports the helpers that a file names for the image. Returns the number of findings that are
    /// not listed.
    fn add_helpers(&mut self, file: &File, findings: &mut Vec<Finding>) -> usize {
        if let Some(helper) = &file.store_helper {
            self.helpers.add(format!("{} (credsStore in {})", ShownHelper(helper), file.location));
        }
        let mut count = 0_usize;
        let mut names = HashSet::new();
        for held in &file.helper_keys {
            let Ok(scope) = Scope::parse(&held.key) else { continue };
            if relation(&scope, self.image, &self.host) != Some(Relation::Covers) {
                continue;
            }
            let helper = ShownHelper(&held.helper);
            if names.insert(&held.helper) {
                self.helpers.add_new(|| format!("{helper} (credHelpers in {})", file.location));
            }
            count += 1;
            if count <= MOST_FINDINGS {
                let reason = format!("credHelpers leaves it to {helper}, which is not run");
                let (key, scope) = (held.key.to_string(), Some(scope.to_string()));
                findings.push(Finding { key, scope, verdict: Verdict::Helper, reason });
            }
        }
        count.saturating_sub(MOST_FINDINGS)
    }

    /// Returns the likely reasons why there is no answer, the likeliest first.
    pub(super) fn hints(&self) -> Vec<String> {
        let registry = self.image.registry();
        let mut hints = Vec::new();
        if let Some(helpers) = self.helpers.list() {
            hints.push(format!(
                "the credential may be in a helper, which is not run; put it into the file itself: {helpers}"
            ));
        }
        if let Some(keys) = self.absent.list() {
            hints.push(format!("{registry} has a key, but no credential under it: {keys}"));
        }
        if let Some(keys) = self.unmatchable.list() {
            hints.push(format!("these keys name {registry}, but can match no image: {keys}"));
        }
        for (miss, mentions) in &self.near {
            if let Some(scopes) = mentions.list() {
                hints.push(format!("{}: {scopes}", miss.hint(registry)));
            }
        }
        if self.any_file && hints.is_empty() {
            let hub = if registry == DOCKER_HUB { " (Docker Hub)" } else { "" };
            hints.push(format!("no key in any source is for the registry {registry}{hub}"));
        }
        if self.any_fetched_in_vain {
            let hint = "no fetched credential file has an effect; the line for sandbox HOME gives the reasons";
            hints.push(hint.to_owned());
        } else if !self.any_file {
            hints.push("no credential file was given or found at any level".to_owned());
        }
        hints
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
