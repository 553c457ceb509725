//! Reasons for which a text is not an image reference.

use super::scheme::is_scheme;

/// The reason why a text is not an image reference.
///
/// `Display` writes `not an image reference: it is empty`. It never contains the text, which may be
/// a password in the wrong field.
///
/// ```
/// let error = regcred::ImageRef::parse("quay.io/Team/app").unwrap_err();
/// let text = error.to_string();
/// assert!(text.starts_with("not an image reference: its repository has an upper-case"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an image reference: {problem}")]
pub struct InvalidImageRef {
    pub(super) problem: Problem,
}

impl From<Problem> for InvalidImageRef {
    fn from(problem: Problem) -> Self {
        InvalidImageRef { problem }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is empty")]
    Empty,
    #[error(
        "it is the id of an image (64 hexadecimal digits); name the repository it was pulled from"
    )]
    ImageId,
    #[error("it starts with a scheme; leave that out: docker://, oci://, https:// or any other")]
    Scheme,
    #[error("it holds white space, perhaps the end of a line; remove it")]
    WhiteSpace,
    #[error(
        "its registry is not a valid host name, or IPv6 address in brackets, with an optional port"
    )]
    Registry,
    #[error("the port of its registry is not a number")]
    Port,
    #[error("its repository has an upper-case letter; repositories are in lower case")]
    UpperCase,
    #[error(
        "its repository is not made of lower-case letters and digits, joined inside by \
         '.', '_', '__' or '-', in components separated by '/'"
    )]
    Repository,
    #[error("its repository is longer than 255 bytes")]
    RepositoryTooLong,
    #[error("its tag is not made of at most 128 letters, digits, '_', '.' and '-'")]
    Tag,
    #[error(
        "its digest is not sha256, sha384 or sha512 followed by that many lower-case hexadecimal \
         digits"
    )]
    Digest,
    #[error("the default registry is not a host with an optional port, or a URL of one")]
    DefaultRegistry,
}

impl Problem {
    /// Replaces the problem by white space or a scheme if the text has one. The grammar reports the
    /// part at which it fails, which is the port for `docker://nginx`.
    pub(super) fn or_plainer(self, text: &str) -> Self {
        match self {
            // The problem is not in the text.
            Problem::DefaultRegistry => self,
            _ if text.contains(char::is_whitespace) => Problem::WhiteSpace,
            _ if starts_with_scheme(text) => Problem::Scheme,
            _ => self,
        }
    }
}

/// Returns whether a text starts with a scheme and `://`. A scheme with a dot is rather a host with
/// an empty port.
fn starts_with_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme) && !scheme.contains('.'))
}
