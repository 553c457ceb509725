//! The arguments of the builder that people give in several forms.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::level::Level;
use crate::source::Source;

/// The argument of [`ResolverBuilder::home`](crate::ResolverBuilder::home): a path, or the value of
/// `HOME` as `std::env::var_os` returns it.
///
/// `Option<OsString>` is accepted and no other `Option`, so that `home(None)` compiles without a type
/// annotation. Convert another `Option` with `map(Into::into)`.
///
/// ```
/// use regcred::Resolver;
///
/// let resolver = Resolver::builder().home(None).build()?;
/// assert!(resolver.warnings()[0].to_string().contains("HOME is not set"));
/// Resolver::builder().home("/nonexistent").build()?; // a directory without credential files
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Home(pub(super) Option<PathBuf>);

/// The argument of [`ResolverBuilder::agent_flag`](crate::ResolverBuilder::agent_flag): the value of
/// the flag as a text, or the path of its file.
///
/// `Debug` shows nothing, as the text may be the JSON itself.
///
/// ```
/// use std::path::Path;
///
/// use regcred::{Error, Resolver};
///
/// let build = |flag: regcred::AgentFlag| Resolver::builder().agent_flag(flag).build();
/// assert!(build(r#"{"auths": {}}"#.into()).is_ok());
/// assert!(matches!(build("config.json".into()), Err(Error::AgentFlag { .. })));
/// assert!(matches!(build(Path::new("/missing").into()), Err(Error::Read { .. })));
/// ```
#[derive(Clone)]
pub struct AgentFlag(pub(super) Source);

impl AgentFlag {
    fn text(value: String) -> Self {
        AgentFlag(Source::AgentFlag(Zeroizing::new(value)))
    }

    fn path(path: PathBuf) -> Self {
        AgentFlag(Source::File { level: Level::AgentFlag, path, required: true })
    }
}

impl fmt::Debug for AgentFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentFlag")
    }
}

macro_rules! conversions {
    ($($from:ty => $to:ident, |$value:ident| $make:expr;)*) => {
        $(impl From<$from> for $to {
            fn from($value: $from) -> Self {
                $make
            }
        })*
    };
}

conversions! {
    Option<OsString> => Home, |home| Home(home.map(Into::into));
    &str => Home, |path| Home(Some(path.into()));
    String => Home, |path| Home(Some(path.into()));
    &String => Home, |path| Home(Some(path.into()));
    &Path => Home, |path| Home(Some(path.into()));
    PathBuf => Home, |path| Home(Some(path));
    &PathBuf => Home, |path| Home(Some(path.into()));
    &OsString => Home, |path| Home(Some(path.into()));
    Cow<'_, Path> => Home, |path| Home(Some(path.into_owned()));
    Box<Path> => Home, |path| Home(Some(path.into()));
    &OsStr => Home, |path| Home(Some(path.into()));
    OsString => Home, |path| Home(Some(path.into()));

    &str => AgentFlag, |value| Self::text(value.to_owned());
    String => AgentFlag, |value| Self::text(value);
    &String => AgentFlag, |value| Self::text(value.clone());
    Cow<'_, str> => AgentFlag, |value| Self::text(value.into_owned());
    Box<str> => AgentFlag, |value| Self::text(value.into());
    OsString => AgentFlag, |value| match value.into_string() {
        Ok(value) => Self::text(value),
        Err(path) => Self::path(path.into()),
    };
    &Path => AgentFlag, |path| Self::path(path.to_owned());
    PathBuf => AgentFlag, |path| Self::path(path);
    &PathBuf => AgentFlag, |path| Self::path(path.clone());
}
