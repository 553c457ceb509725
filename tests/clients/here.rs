//! The column "here" of the README's table "How its rules differ". It needs no client, so the plain
//! suite includes this file, too.

use std::path::Path;

use regcred::{Credential, Environment, ImageRef, Resolver};

use crate::cases::{Case, rows, with_canary};
use crate::check_rows::check_rows;

#[test]
fn this_crate_answers_as_in_its_column() {
    let rows = rows();
    let cases = rows.iter().flat_map(|row| row.cases.iter().map(move |case| (row, case)));
    check_rows(cases, |(row, case)| {
        let shown = format!("{}: {}: {}", row.row, row.here, case.shown());
        assert_eq!(answer(case, case.home().path()), case.here, "{shown}");
    });
}

/// Returns the answer of this crate for a user with this home directory.
fn answer(case: &Case, home: &Path) -> String {
    let environment = Environment::empty().home(home).var("XDG_RUNTIME_DIR", home.join("run"));
    let resolver = match Resolver::builder().environment(environment).build() {
        Ok(resolver) => resolver,
        Err(error) => return with_canary("error", &format!("{error} {error:?}")),
    };
    let image = ImageRef::parse(&case.image)
        .unwrap_or_else(|error| panic!("{} is not an image: {error}", case.image));
    let explanation = resolver.explain(&image);
    let word = match resolver.resolve(&image) {
        Some(auth) => match auth.credential() {
            Credential::Basic { username, password } => format!("{username}:{password}"),
            Credential::IdentityToken { token, .. } => format!("identity:{token}"),
            Credential::RegistryToken { token } => format!("registry:{token}"),
            other => panic!("unknown {other:?}"),
        },
        None if explanation.is_blocked() => "blocked".to_owned(),
        None => "-".to_owned(),
    };
    with_canary(&word, &format!("{explanation} {:?}", resolver.warnings()))
}
