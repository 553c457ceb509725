//! What is wrong with a text that is no image reference.

/// Why a text is no image reference. Never holds the text: what was typed there may be a password.
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
        "its digest is not sha256, sha384 or sha512 followed by that many lower-case hexadecimal digits"
    )]
    Digest,
    #[error("the default registry is not a host with an optional port, or a URL of one")]
    DefaultRegistry,
}

impl Problem {
    /// The reason that is plain to see in the text, if there is one: white space, or a scheme at
    /// its start.
    ///
    /// The grammar reports the part where it failed: for `docker://nginx` that is a port.
    pub(super) fn or_plainer(self, text: &str) -> Self {
        match self {
            // That is not in the text.
            Problem::DefaultRegistry => self,
            _ if text.contains(char::is_whitespace) => Problem::WhiteSpace,
            _ if starts_with_scheme(text) => Problem::Scheme,
            _ => self,
        }
    }
}

/// Returns whether a text starts with a scheme and `://`. One with a dot is rather a host without
/// its port.
fn starts_with_scheme(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'))
    };
    text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme))
}
