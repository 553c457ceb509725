//! Putting an explanation together. What matched and in which order is the index's own answer; here
//! every entry is looked at once more, to say of each why it did or did not count.

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

/// How many findings of one kind are told of each file, and scopes in each hint: a file can hold a
/// million.
const MOST_FINDINGS: usize = 10;
const MOST_SCOPES: usize = 5;

pub(super) struct ReportBuilder<'a> {
    image: &'a ImageRef<'a>,
    /// The host of its registry in lower case.
    host: String,
    matches: &'a [(usize, Rank, Match)],
    /// Layer, file and entry of a match -> its place in the order.
    locations: HashMap<(usize, u32, u32), usize>,
    any_file: bool,
    /// Whether credential files are fetched in vain.
    any_in_vain: bool,
    /// Helpers that may hold what was looked for, and where they are named.
    helpers: Mentions,
    empty: Mentions,
    unmatchable: Mentions,
    /// Scopes that nearly match, for each way to miss.
    near: Vec<(Miss, Mentions)>,
}

/// A few of many texts.
#[derive(Default)]
struct Mentions {
    shown: Vec<String>,
    more: usize,
}

impl Mentions {
    fn add(&mut self, shown: String) {
        if !self.shown.contains(&shown) {
            self.add_new(|| shown);
        }
    }

    /// Adds one that differs from all before it, and which is long to write.
    fn add_new(&mut self, shown: impl FnOnce() -> String) {
        if self.shown.len() < MOST_SCOPES {
            self.shown.push(shown());
        } else {
            self.more += 1;
        }
    }

    /// The texts in a row; `None` for none.
    fn list(&self) -> Option<String> {
        let list = self.shown.join(", ");
        match (self.shown.len(), self.more) {
            (0, _) => None,
            (_, 0) => Some(list),
            (_, more) => Some(format!("{list} and {more} more")),
        }
    }
}

impl<'a> ReportBuilder<'a> {
    pub(super) fn new(image: &'a ImageRef<'a>, matches: &'a [(usize, Rank, Match)]) -> Self {
        let locations = matches
            .iter()
            .enumerate()
            .map(|(location, (layer, _, found))| ((*layer, found.file, found.entry), location))
            .collect();
        ReportBuilder {
            image,
            host: image.registry_parts().host().to_ascii_lowercase(),
            matches,
            locations,
            any_file: false,
            any_in_vain: false,
            helpers: Mentions::default(),
            empty: Mentions::default(),
            unmatchable: Mentions::default(),
            near: Miss::ALL.map(|miss| (miss, Mentions::default())).into(),
        }
    }

    pub(super) fn answer(&self, layers: &[Arc<Layer>]) -> Answer {
        let best = self.matches.first().and_then(|(layer, _, found)| {
            let file = layers.get(*layer)?.files.get(found.file as usize)?;
            Some((found.level, file, file.entries.get(found.entry as usize)?))
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
        self.any_in_vain |= matches!(source.no_files, Some(NoFiles::FetchedInVain(_)));
        let files = (0..).zip(&layer.files).skip(first).take(source.files);
        SourceReport {
            location: source.location.to_string(),
            note: source.no_files.as_ref().map(|why| why.text().to_owned()),
            files: files.map(|(at, file)| self.file(number, at, file)).collect(),
        }
    }

    fn file(&mut self, layer: usize, number: u32, file: &File) -> FileReport {
        self.any_file = true;
        let (mut matching, mut others) = (Vec::new(), Vec::new());
        let mut told: HashMap<Verdict, usize> = HashMap::new();
        let mut more = 0;
        for (position, entry) in file.entries.iter().enumerate() {
            let location = u32::try_from(position).ok();
            let location =
                location.and_then(|entry| self.locations.get(&(layer, number, entry)).copied());
            let found = match location {
                Some(location) => Some(self.matched(file, entry, location)),
                None => self.unmatched(file, position, entry),
            };
            let Some(finding) = found else { continue };
            let told = told.entry(finding.verdict).or_default();
            *told += 1;
            match location {
                _ if *told > MOST_FINDINGS => more += 1,
                Some(location) => matching.push((location, finding)),
                None => others.push(finding),
            }
        }
        matching.sort_by_key(|(location, _)| *location);
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

    /// An entry that the lookup came upon.
    fn matched(&self, file: &File, entry: &Entry, location: usize) -> Finding {
        let best = self.matches.first();
        let mine = self.matches.get(location);
        let lost = match (mine, best) {
            _ if location == 0 => None,
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

    /// An entry that the lookup passed by; `None` where there is nothing to say of it.
    fn unmatched(&mut self, file: &File, position: usize, entry: &Entry) -> Option<Finding> {
        let key = file.text(entry.key);
        let (verdict, reason) = match entry.state {
            EntryState::Unmatchable(problem) => {
                if !redact::may_be_meant_for(key, &self.host) {
                    return None;
                }
                let key = file.shown_key(position).into_owned();
                self.unmatchable.add(ShownKey(&key).to_string());
                // What is shown of such a key may mean something.
                let (verdict, reason) = (Verdict::Unmatchable, problem.to_string());
                return Some(Finding { key, scope: None, verdict, reason });
            }
            EntryState::Duplicate | EntryState::Absent => {
                if relation(&file.scope(entry)?, self.image, &self.host)? != Relation::Covers {
                    return None;
                }
                if entry.state == EntryState::Duplicate {
                    let reason = "the same key comes again further down, and that one counts";
                    (Verdict::Duplicate, reason.to_owned())
                } else {
                    self.empty.add(Shown(key).to_string());
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

    /// What helpers hold, as far as a file says so; how much of it is not told.
    fn add_helpers(&mut self, file: &File, findings: &mut Vec<Finding>) -> usize {
        if let Some(helper) = &file.store_helper {
            self.helpers.add(format!("{} (credsStore in {})", ShownHelper(helper), file.location));
        }
        let mut told = 0_usize;
        let mut told_helpers = HashSet::new();
        for held in &file.helper_keys {
            let Ok(scope) = Scope::parse(&held.key) else { continue };
            if relation(&scope, self.image, &self.host) != Some(Relation::Covers) {
                continue;
            }
            let helper = ShownHelper(&held.helper);
            if told_helpers.insert(&held.helper) {
                self.helpers.add_new(|| format!("{helper} (credHelpers in {})", file.location));
            }
            told += 1;
            if told <= MOST_FINDINGS {
                let reason = format!("credHelpers leaves it to {helper}, which is not run");
                let (key, scope) = (held.key.to_string(), Some(scope.to_string()));
                findings.push(Finding { key, scope, verdict: Verdict::Helper, reason });
            }
        }
        told.saturating_sub(MOST_FINDINGS)
    }

    /// Why there is no answer, as far as can be guessed.
    pub(super) fn hints(&self) -> Vec<String> {
        let registry = self.image.registry();
        let mut hints = Vec::new();
        if let Some(helpers) = self.helpers.list() {
            hints.push(format!(
                "the credential may be in a helper, which is not run; put it into the file itself: {helpers}"
            ));
        }
        if let Some(keys) = self.empty.list() {
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
        if self.any_in_vain {
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
