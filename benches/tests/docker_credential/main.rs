//! regcred beside `docker_credential`, on the same files and servers: every difference has a
//! reason.
//!
//! `reasons.rs` lists the reasons for one file, `lookups.rs` those for the files of a user. Helpers
//! and the files of the user need an environment. Therefore the tests run themselves again in a
//! child process with one of its own.

#![cfg(unix)]
// `serde_json::Value` is used to write files, not to read input.
#![allow(clippy::disallowed_types)]

mod answer;
mod case;
mod generate;
mod helpers;
mod lookups;
mod meaning;
mod reasons;

use std::collections::BTreeSet;
use std::process::Command;

use self::answer::{Answer, ours, theirs};
use self::case::Case;
use self::reasons::REASONS;

/// The number of lookups with the same answer.
const SAME: usize = 500;

/// The number of lookups for which the answer of `docker_credential` differs from run to run.
const RANDOM: usize = 12;

/// The variable that marks a child process. Its value is the argument of the child.
const CHILD: &str = "REGCRED_MIGRATION_CHILD";

/// Returns a command that runs one test of this file alone, with no variable but [`CHILD`].
fn child(test: &str, value: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--nocapture"]).env_clear().env(CHILD, value);
    command
}

#[test]
fn every_difference_has_a_reason() {
    if std::env::var_os(CHILD).is_some() {
        return count_differences();
    }
    let programs = helpers::install();
    let run = child("every_difference_has_a_reason", "")
        .env("PATH", programs.path())
        .output()
        .expect("a child");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}{err}");
    println!("{out}");
}

fn count_differences() {
    let mut totals = Totals::default();
    let mut counts = [0; REASONS.len()];
    let mut failures = Vec::new();
    for case in generate::cases(500) {
        let (expected, found) = (ours(&case), theirs(&case));
        totals.lookups += 1;
        totals.random += usize::from(found.len() > 1);
        if found == BTreeSet::from([expected.clone()]) {
            totals.same += 1;
        } else {
            failures.extend(explain(&case, expected, found, &mut counts).err());
        }
    }
    let table = || REASONS.iter().zip(counts);
    println!("\n{totals:?}");
    table().for_each(|(reason, count)| println!("{count:>5} {}: {}", reason.name, reason.rule));
    let few: Vec<_> = failures.iter().take(10).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} unexplained:\n{}", failures.len(), few.join("\n\n"));
    let wrong = table().filter(|(reason, count)| reason.cases != *count || *count == 0);
    let wrong: Vec<_> = wrong
        .map(|(reason, count)| format!("{}: {count}, not {}", reason.name, reason.cases))
        .collect();
    assert!(wrong.is_empty(), "reasons with other counts than listed:\n{}", wrong.join("\n"));
    assert_eq!(totals, Totals { lookups: 1500, same: SAME, random: RANDOM });
}

#[derive(Debug, Default, PartialEq)]
struct Totals {
    lookups: usize,
    /// Lookups with the same answer.
    same: usize,
    /// Lookups for which `docker_credential` has several answers, by the order of a `HashMap`.
    random: usize,
}

/// Rewrites a case by one reason after the other until both agree, and counts the reasons that
/// change the answer of `docker_credential`.
fn explain(
    case: &Case,
    expected: Answer,
    mut found: BTreeSet<Answer>,
    counts: &mut [usize],
) -> Result<(), String> {
    let wanted = BTreeSet::from([expected.clone()]);
    let mut rewritten = case.clone();
    let mut steps = format!("theirs: {found:?}\nours: {expected:?}\n{case}");
    for (reason, count) in REASONS.iter().zip(counts) {
        let before = rewritten.clone();
        (reason.rewrite)(&mut rewritten);
        if rewritten == before {
            continue;
        }
        let (answer, next) = (ours(&rewritten), theirs(&rewritten));
        steps += &format!("\n-> {}: theirs {next:?}, ours {answer:?}\n{rewritten}", reason.name);
        if answer != expected {
            return Err(format!("the rewrite changes the answer of regcred\n{steps}"));
        }
        *count += usize::from(next != found);
        found = next;
        if found == wanted {
            return Ok(());
        }
    }
    Err(steps)
}

#[test]
fn the_files_of_a_user_differ_as_listed() {
    match std::env::var_os(CHILD) {
        Some(server) => lookups::print(server.to_str().expect("a server")),
        None => lookups::check(),
    }
}
