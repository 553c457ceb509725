//! The columns of Docker and podman in the README's table "How its rules differ". The plain suite
//! holds the cells to `cases.json`.

use crate::cases::{Answer, Case, Row, rows};
use crate::check_rows::check_rows;
use crate::client::Client;
use crate::recorder::{Challenge, Recorder};

/// Go walks a map from one of eight slots, so the rarer of two answers is one in eight. All attempts
/// miss it once in 600,000 runs.
const ATTEMPTS: usize = 100;

/// Asks a client for every case, until it has given each of its answers.
fn check(client: Client, column: fn(&Row) -> &str, expected: fn(&Case) -> &Answer) {
    let version = client.version();
    println!("{client:?} {version}");
    let recorders = [Recorder::start(Challenge::Basic), Recorder::start(Challenge::Bearer)];
    let rows = rows();
    let cases = rows.iter().flat_map(|row| row.cases.iter().map(move |case| (row, case)));
    check_rows(cases, |(row, case)| {
        let shown = format!("{}: {}: {}", row.row, column(row), case.shown());
        // Only a token server takes identity tokens.
        let recorder = &recorders[usize::from(case.has_token())];
        let expected = expected(case).of_version(&version);
        let mut missing = expected.clone();
        for _ in 0..ATTEMPTS {
            let answer = client.answer(case.home().path(), case, recorder);
            assert!(expected.contains(&&*answer), "{answer}, not {expected:?}: {shown}");
            missing.retain(|word| *word != answer);
            if missing.is_empty() {
                return;
            }
        }
        panic!("never {missing:?} in {ATTEMPTS} attempts: {shown}");
    });
}

#[test]
fn docker_answers_as_in_its_column() {
    check(Client::Docker, |row| &row.docker, |case| &case.docker);
}

#[test]
fn podman_answers_as_in_its_column() {
    check(Client::Podman, |row| &row.podman, |case| &case.podman);
}

/// skopeo shares podman's library.
#[test]
fn skopeo_answers_as_podman() {
    check(Client::Skopeo, |row| &row.podman, |case| &case.podman);
}
