//! Problems of keys.

/// The reason why a key can match no image. The key is left out.
///
/// ```
/// use regcred::{CredentialFile, KeyProblem, WarningKind};
///
/// let file = CredentialFile::parse(br#"{"auths": {"quay.io/Team": {"auth": "dTpw"}}}"#)?;
/// match file.warnings()[0].kind() {
///     WarningKind::UnmatchableKey(KeyProblem::Path) => println!("write quay.io/team"),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// `user@host`.
    #[error("it holds user info before an @; write only the registry")]
    UserInfo,
    /// `?` or `#`.
    #[error("it holds a query or a fragment; write only the registry")]
    QueryOrFragment,
    /// White space or control characters.
    #[error("it holds white space or a control character; remove it")]
    WhiteSpace,
    /// Characters outside ASCII that are not an international host name.
    #[error("it holds a character outside ASCII; write an international host in its xn-- form")]
    NonAscii,
    /// An international host name, which is read only with the feature `url`.
    #[error(
        "its host is outside ASCII, and regcred was built without its feature \"url\"; turn the feature \
         on, or write the host in its xn-- form"
    )]
    NeedsFeature,
    /// No host: `:5000`, `https://`.
    #[error("it has no host; write a registry such as quay.io")]
    NoHost,
    /// A host that is not a host name, an IPv6 address in brackets or a glob.
    #[error(
        "its host is not a valid registry name; write a host name, or an IPv6 address in brackets"
    )]
    Host,
    /// A scheme other than `http` and `https`.
    #[error("its scheme is neither http nor https; write only the registry")]
    Scheme,
    /// A port that is not a number from 0 to 65535.
    #[error("its port is not a number from 0 to 65535; correct or remove it")]
    Port,
    /// A path that no repository can have.
    #[error("its path is not a valid repository name; write it in lower case and without *")]
    Path,
}

serialize_as_text!(KeyProblem);
