//! A resolver that follows its files.

use std::sync::{Mutex, PoisonError, RwLock};

use super::{Resolver, ResolverBuilder};
use crate::error::Error;

/// The current resolver of a daemon, which threads share and replace when a file has changed.
///
/// [`refresh`](Self::refresh) reads the files again if one has changed. Lookups never wait for it:
/// [`get`](Self::get) returns the resolver that there is, in O(1). No thread is started; call
/// `refresh` from a timer, or before a pull.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("config.json");
/// # std::fs::write(&path, r#"{"auths": {"reg.io": {"auth": "b2xkOnBhc3M="}}}"#).unwrap();
/// use regcred::{Level, LiveResolver, Resolver};
///
/// let live = LiveResolver::build(Resolver::builder().file(Level::ClusterFile, &path))?;
/// let user = || live.get().resolve_registry("reg.io")?.username().map(str::to_owned);
/// assert_eq!(user().as_deref(), Some("old"));
/// // The file is rotated.
/// # std::fs::write(&path, r#"{"auths": {"reg.io": {"auth": "bmV3ZXI6cGFzcw=="}}}"#).unwrap();
/// if let Err(error) = live.refresh() {
///     eprintln!("still using the files as they were: {error}");
/// }
/// assert_eq!(user().as_deref(), Some("newer"));
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Debug)]
pub struct LiveResolver {
    /// Locked while files are read, so that an older state never replaces a newer one.
    builder: Mutex<ResolverBuilder>,
    current: RwLock<Resolver>,
}

impl LiveResolver {
    /// Builds the first resolver.
    ///
    /// # Errors
    ///
    /// The errors of [`ResolverBuilder::build`].
    pub fn build(builder: ResolverBuilder) -> Result<Self, Error> {
        let current = RwLock::new(builder.clone().build()?);
        Ok(LiveResolver { builder: Mutex::new(builder), current })
    }

    /// Returns the current resolver. It never changes; get it again for each lookup.
    #[must_use]
    pub fn get(&self) -> Resolver {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again if one [has changed](Resolver::is_stale). Returns `true` if the resolver was
    /// replaced.
    ///
    /// A [`base`](ResolverBuilder::base) is not read again, and its files are not looked at. Give its
    /// sources to this builder, or keep a `LiveResolver` for it and layer each task over what it returns.
    ///
    /// # Errors
    ///
    /// The errors of [`ResolverBuilder::build`], such as for a file that is half written. The current
    /// resolver stays, and the next call tries again.
    pub fn refresh(&self) -> Result<bool, Error> {
        let builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
        if !builder.has_changed_since(&self.get()) {
            return Ok(false);
        }
        let rebuilt = builder.clone().build()?;
        // The old one is dropped after the lock: wiping it can take a while.
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *current, rebuilt);
        drop(current);
        drop(old);
        Ok(true)
    }
}
