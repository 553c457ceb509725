//! The answers of both, in the same words.

use std::collections::BTreeSet;

use docker_credential::{CredentialRetrievalError as Problem, DockerCredential};
use regcred::{Credential, HelperOptions, ImageRef, Level, Resolver};

use crate::case::Case;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Basic(String, String),
    Token(String),
    Nothing,
    /// There is an entry, but it is not usable.
    Malformed,
    HelperFailed,
    NotRead,
}

impl From<Credential<'_>> for Answer {
    fn from(credential: Credential<'_>) -> Self {
        match credential {
            Credential::Basic { username, password } => {
                Answer::Basic(username.into(), password.into())
            }
            Credential::IdentityToken { token, .. } | Credential::RegistryToken { token } => {
                Answer::Token(token.into())
            }
            other => unreachable!("{other:?}"),
        }
    }
}

impl From<Result<DockerCredential, Problem>> for Answer {
    fn from(result: Result<DockerCredential, Problem>) -> Self {
        match result {
            Ok(DockerCredential::UsernamePassword(username, password)) => {
                Answer::Basic(username, password)
            }
            Ok(DockerCredential::IdentityToken(token)) => Answer::Token(token),
            Err(Problem::NoCredentialConfigured) => Answer::Nothing,
            Err(Problem::CredentialDecodingError | Problem::CredentialMismatchError) => {
                Answer::Malformed
            }
            Err(Problem::ConfigNotFound | Problem::ConfigReadError) => Answer::NotRead,
            Err(
                Problem::HelperCommunicationError
                | Problem::MalformedHelperResponse
                | Problem::HelperFailure { .. },
            ) => Answer::HelperFailed,
        }
    }
}

/// Returns the answers of `docker_credential`. There are several if they depend on the order of a
/// `HashMap`, which is random. An answer with a probability of 1/4 is missing once in 10^12 runs.
pub fn theirs(case: &Case) -> BTreeSet<Answer> {
    let bytes = case.file.bytes();
    let ask = || docker_credential::get_credential_from_reader(&*bytes, &case.server).into();
    let times = if case.file.has_keys_for_one_registry() { 100 } else { 1 };
    std::iter::repeat_with(ask).take(times).collect()
}

/// Returns the answer of regcred.
pub fn ours(case: &Case) -> Answer {
    let builder = Resolver::builder().add(Level::UserConfigJson, case.file.bytes());
    let Ok(resolver) = builder.build() else { return Answer::NotRead };
    let image = ImageRef::parse(case.image).expect("an image");
    let is_blocked = || resolver.explain(&image).is_blocked();
    let nothing = || if is_blocked() { Answer::Malformed } else { Answer::Nothing };
    if case.file.names_helpers() {
        return match resolver.resolve_with_helpers(&image, &HelperOptions::default()) {
            Ok(found) => found.map_or_else(nothing, |auth| auth.credential().into()),
            Err(_) => Answer::HelperFailed,
        };
    }
    let found = resolver.resolve_registry(&case.server);
    let by_image = resolver.resolve(&image);
    let credentials = [&found, &by_image].map(|auth| auth.as_ref().map(|auth| auth.credential()));
    assert_eq!(credentials[0], credentials[1], "a server and its image: {case}");
    found.map_or_else(nothing, |auth| auth.credential().into())
}
