//! Problems of malformed entries.

/// The problem of a malformed entry.
///
/// A malformed entry blocks its scope: if it is the best match, `resolve` returns `None` instead of
/// falling back to another identity.
///
/// ```
/// use regcred::{CredentialFile, EntryProblem};
///
/// // `dXNlcg==` is `user`.
/// let file = CredentialFile::parse(br#"{"auths": {"quay.io": {"auth": "dXNlcg=="}}}"#)?;
/// let problem = file.entries().find_map(|entry| entry.problem());
/// assert_eq!(problem, Some(EntryProblem::AuthWithoutColon));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryProblem {
    /// The value of the key is not an object.
    #[error("it is not an object such as {{\"auth\": \"…\"}}")]
    NotAnObject,
    /// JSON that is grammatical but has no value: a number that overflows `f64`, a lone surrogate
    /// escape.
    #[error("it holds a number or an escape that has no value, like 1e999 or \\ud800")]
    Meaningless,
    /// `auth` is neither text nor null.
    #[error("its field \"auth\" is not text")]
    AuthNotText,
    /// `username` is neither text nor null.
    #[error("its field \"username\" is not text")]
    UsernameNotText,
    /// `password` is neither text nor null.
    #[error("its field \"password\" is not text")]
    PasswordNotText,
    /// `identitytoken` is neither text nor null.
    #[error("its field \"identitytoken\" is not text")]
    IdentityTokenNotText,
    /// `registrytoken` is neither text nor null.
    #[error("its field \"registrytoken\" is not text")]
    RegistryTokenNotText,
    /// `auth` is not base64 in the standard alphabet.
    #[error(
        "its field \"auth\" is not base64 of user:password (standard alphabet), as docker \
         login writes it; a bare token is not enough"
    )]
    AuthNotBase64,
    /// `auth` contains a colon, which base64 does not have: `user:password` that was not encoded.
    #[error(
        "its field \"auth\" looks like user:password itself; it must be base64 of that, as \
         docker login writes it"
    )]
    AuthNotEncoded,
    /// `auth` is base64 of `user:password` in the URL-safe alphabet.
    #[error(
        "its field \"auth\" is base64 in the URL-safe alphabet; write + and / in place of - \
         and _, as docker login does"
    )]
    AuthUrlSafe,
    /// `auth` decodes to bytes that are not UTF-8.
    #[error(
        "its field \"auth\" decodes to something that is not UTF-8 text; it must be base64 of \
         user:password in UTF-8, as docker login writes it, and not a bare token"
    )]
    AuthNotUtf8,
    /// `auth` decodes to text without a colon.
    #[error(
        "its field \"auth\" decodes to text without a colon; it must be base64 of \
         user:password, as docker login writes it, and not a bare token"
    )]
    AuthWithoutColon,
}

serialize_as_text!(EntryProblem);
