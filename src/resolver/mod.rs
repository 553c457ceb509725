//! The resolver: one answer for each image.

mod arguments;
mod builder;
mod live;
mod lookup;

use std::fmt;
use std::sync::Arc;

pub use self::arguments::{AgentFlag, Home};
pub use self::builder::ResolverBuilder;
pub use self::live::LiveResolver;
pub use self::lookup::{HelperRequest, Lookup};
use crate::auth::AuthConfig;
use crate::credential_file::FileEntry;
use crate::error::Warning;
use crate::file::File;
use crate::image::{ImageRef, MAX_REPOSITORY};
use crate::index::{Layer, Layers, Match, Part, Query, Rank, SourceRead};
use crate::key::Scope;
use crate::level::{Level, Location};
use crate::source::{NoFiles, Watched};

/// A set of credential files, and the answer for each image: the credential that pulls it, if any.
///
/// [`build`](ResolverBuilder::build) reads every source and can fail. A lookup is pure and cannot
/// fail. A `Resolver` is immutable, `Send + Sync`, and cloned in O(1). The default one has no source.
/// `Debug` shows counts.
///
/// # Precedence
///
/// **Level beats specificity, specificity wins inside a level.** The strongest [`Level`] with a
/// usable or malformed entry for the image decides: task secret, sandbox HOME, agent flag, cluster
/// file, then the files of a user. Podman layers its files the same way, and kubelet its keyrings.
/// Inside a level, in this order:
///
/// 1. An exact host goes before a host with `*`; of two with `*`, the one with more literal
///    characters goes first.
/// 2. The longest path prefix, in whole segments: `quay.io/team` covers `quay.io/team/app`, not
///    `quay.io/teams`.
/// 3. The key that Docker writes for Docker Hub, `https://index.docker.io/v1/`; then a key that is
///    already in normalised form (`quay.io`); then other spellings (`https://quay.io/v1/`).
/// 4. The order given: of sources, of files, of keys in a file.
///
/// An entry without a credential (`{}`, only an email) is absent: the lookup goes on. A malformed
/// entry **blocks** its scope: if it is the best match, the answer is `None`, never another
/// identity.
///
/// # Example
///
/// ```
/// use regcred::{ImageRef, Resolver};
///
/// let secret = r#"{"auths": {"quay.io/team": {"auth": "dGVhbTpwYXNz"}}}"#;
/// let flag = r#"{"auths": {"quay.io": {"auth": "YWdlbnQ6cGFzcw=="}}}"#;
/// let resolver = Resolver::builder().task_secret(secret).agent_flag(flag).build()?;
/// let user = |image| {
///     let auth = resolver.resolve(&ImageRef::parse(image)?);
///     Ok::<_, regcred::Error>(auth.and_then(|auth| auth.username().map(str::to_owned)))
/// };
/// assert_eq!(user("quay.io/team/app")?.as_deref(), Some("team"));
/// assert_eq!(user("quay.io/other/app")?.as_deref(), Some("agent"));
/// assert_eq!(user("nginx")?, None);
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Resolver {
    layers: Layers,
    /// `None` if there are no warnings, as in most resolvers.
    warnings: Option<Arc<[Warning]>>,
}

impl Resolver {
    /// Returns a builder without sources.
    pub fn builder() -> ResolverBuilder {
        ResolverBuilder::new()
    }

    /// Reads the credential files of the user who runs this process, as Docker and podman find them.
    ///
    /// [`Environment`](crate::Environment) lists the files and their order. A file that does not exist
    /// is normal, so a user without any gets a resolver without credentials.
    ///
    /// # Errors
    ///
    /// The first file, in that order, that cannot be read or is not a credential file.
    ///
    /// ```no_run
    /// let image = regcred::ImageRef::parse("quay.io/team/app:1.4")?;
    /// let auth = regcred::Resolver::from_env()?.resolve(&image);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[cfg(feature = "env")]
    pub fn from_env() -> Result<Self, crate::Error> {
        Self::builder().environment(crate::Environment::from_process()).build()
    }

    /// Returns the credential that pulls `image`, or `None` for an anonymous pull.
    ///
    /// `None` is also the answer if the best match is malformed. In that case
    /// [`Explanation::is_blocked`](crate::Explanation::is_blocked) holds; a builder with
    /// [`strict`](ResolverBuilder::strict) refuses such a file.
    ///
    /// Allocates nothing. The tag and digest of `image` are ignored.
    ///
    /// ```
    /// # use regcred::{ImageRef, Resolver};
    /// let file = r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let auth = resolver.resolve(&ImageRef::parse("quay.io/team/app:1.4")?);
    /// assert_eq!(auth.as_ref().and_then(|auth| auth.username()), Some("user"));
    /// assert!(resolver.resolve(&ImageRef::parse("nginx")?).is_none());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn resolve(&self, image: &ImageRef<'_>) -> Option<AuthConfig> {
        let mut buffer = None;
        self.best(query(image, &mut buffer))
    }

    /// Returns every credential that could pull `image`, best first, for runtimes that try one after
    /// the other as kubelet does.
    ///
    /// The first is the answer of [`resolve`](Self::resolve). If a malformed entry blocks that, there
    /// are none. A malformed entry with a weaker match is skipped.
    ///
    /// ```
    /// # use regcred::{ImageRef, Resolver};
    /// let file = r#"{"auths": {"quay.io": {"auth": "dTpw"}, "quay.io/team": {"auth": "dDpw"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let all = resolver.resolve_all(&ImageRef::parse("quay.io/team/app")?);
    /// let keys: Vec<String> = all.map(|auth| auth.origin().key().to_owned()).collect();
    /// assert_eq!(keys, ["quay.io/team", "quay.io"]);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn resolve_all(&self, image: &ImageRef<'_>) -> impl Iterator<Item = AuthConfig> + use<> {
        let mut matches = self.matches(image);
        if matches.first().is_some_and(|(.., best)| !best.usable) {
            matches.clear();
        }
        let layers = self.layers();
        let usable = matches.into_iter().filter(|(.., found)| found.usable);
        usable.filter_map(move |(layer, _, found)| {
            Some(AuthConfig::new(layers.get(layer)?.clone(), found.file, found.entry))
        })
    }

    /// Returns the credential for a server as people write it: `quay.io`,
    /// `https://index.docker.io/v1/`, `quay.io/team`.
    ///
    /// The server is read like a key. A path that is not an API root is a namespace: `quay.io/team`
    /// is covered by the keys `quay.io/team` and `quay.io`. Unlike in a key, an `http://` URL without
    /// a port is the registry at port 80, which never gets a credential for port 443.
    ///
    /// `None` is also the answer for text that is not a registry: a host with `*`, user info, a path
    /// that no repository can have.
    ///
    /// ```
    /// let secret = r#"{"auths": {"quay.io/team": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let resolver = regcred::Resolver::builder().task_secret(secret).build()?;
    /// assert!(resolver.resolve_registry("quay.io/team").is_some());
    /// assert!(resolver.resolve_registry("quay.io").is_none());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn resolve_registry(&self, server: &str) -> Option<AuthConfig> {
        let scope = Scope::of_server(server).ok().filter(|scope| scope.literals.is_none())?;
        // The index compares paths of this length at most; no image is below a longer one.
        if scope.path.len() > MAX_REPOSITORY {
            return None;
        }
        self.best(Query { host: &scope.host, port: scope.port, repository: &scope.path })
    }

    /// Returns whether a file that was read has changed, was replaced or is gone, or whether a file has
    /// appeared where one was looked for. Of a [`base`](ResolverBuilder::base), too.
    ///
    /// It compares device, inode, size and times, and opens no file. A file that is written to in
    /// place, twice within one tick of the file system's clock and to the same size, is not noticed;
    /// one that is replaced always is. To follow a rotated secret, keep
    /// the builder and build again from a clone of it. If that fails, such as for a file that is half
    /// written, the resolver that there is stays valid.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("config.json");
    /// # std::fs::write(&path, r#"{"auths": {}}"#).unwrap();
    /// use regcred::{Level, Resolver};
    ///
    /// let builder = Resolver::builder().file(Level::ClusterFile, &path);
    /// let mut resolver = builder.clone().build()?;
    /// // Later, such as once a minute:
    /// if resolver.is_stale() {
    ///     match builder.clone().build() {
    ///         Ok(rebuilt) => resolver = rebuilt,
    ///         Err(error) => eprintln!("still using the files as they were: {error}"),
    ///     }
    /// }
    /// # assert!(!resolver.is_stale());
    /// # std::fs::remove_file(&path).unwrap();
    /// # assert!(resolver.is_stale());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.layers.iter().any(|layer| has_changed(layer))
    }

    /// Returns every entry of every file, of the [`base`](ResolverBuilder::base) too, in the order given:
    /// each with its level and file, its key, its scope and its state.
    ///
    /// ```
    /// use regcred::{EntryState, Resolver};
    ///
    /// let file = r#"{"auths": {"quay.io": {}, "https://reg.io/v1/": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let resolver = Resolver::builder().task_secret(file).build()?;
    /// let mut entries = resolver.entries();
    /// assert_eq!(entries.next().map(|entry| entry.state()), Some(EntryState::Absent));
    /// assert_eq!(entries.next().and_then(|entry| entry.scope()).as_deref(), Some("reg.io"));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn entries(&self) -> impl Iterator<Item = FileEntry<'_>> {
        self.files().flat_map(FileEntry::all)
    }

    /// Returns the non-fatal problems of this resolver's own sources: entries that were left out,
    /// and contents that are probably mistakes. A [`base`](ResolverBuilder::base) reports its own.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let file = r#"{"auths": {"quay.io": {"auth": "!"}}}"#;
    /// let agent = Resolver::builder().agent_flag(file).build()?;
    /// assert_eq!(agent.warnings()[0].key(), Some("quay.io"));
    /// let task = Resolver::builder().base(&agent).build()?;
    /// assert!(task.warnings().is_empty());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        self.warnings.as_deref().unwrap_or_default()
    }

    #[inline(always)]
    fn best(&self, query: Query<'_>) -> Option<AuthConfig> {
        let (layer, found) = self.layers.best(query).filter(|(_, found)| found.usable)?;
        Some(AuthConfig::new(layer.clone(), found.file, found.entry))
    }

    /// Adds warnings to this resolver.
    pub(crate) fn with_warnings(self, more: Vec<Warning>) -> Resolver {
        if more.is_empty() {
            return self;
        }
        let warnings = self.warnings().iter().cloned().chain(more).collect();
        Resolver { warnings: Some(warnings), ..self }
    }

    /// Layers this resolver over another one. The warnings stay those of this one.
    pub(crate) fn over(self, base: &Resolver) -> Resolver {
        let parts = [Part::Base(self.layers), Part::Base(base.layers.clone())];
        Resolver { layers: Layers::of(parts), warnings: self.warnings }
    }

    /// Adds the levels of another resolver as sources that were not read, for `explain` to show.
    pub(crate) fn hiding(self, other: &Resolver) -> Resolver {
        let sources = || other.layers.iter().flat_map(|layer| &layer.sources);
        let is_given = |level: &Level| sources().any(|source| source.level == *level);
        // Hidden layers that hide others themselves would be a chain, whose drop recurses.
        let hides_none = sources().all(|source| source.hidden.is_none());
        let hidden = Level::ALL.into_iter().filter(is_given).map(|level| {
            let why = "not read, because there is a credential file in the sandbox";
            let source = SourceRead::empty(level, Location::bytes(level, 1), NoFiles::because(why));
            SourceRead { hidden: hides_none.then(|| other.layers.clone()), ..source }
        });
        self.with_sources(hidden.collect())
    }

    /// Adds sources without files, for `explain` to show.
    pub(crate) fn with_sources(self, sources: Vec<SourceRead>) -> Resolver {
        let layer = Layer::new(sources, Vec::new());
        let parts = [Part::Base(self.layers), Part::Own(layer)];
        Resolver { layers: Layers::of(parts), warnings: self.warnings }
    }

    /// Returns the credential files of all layers.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> + Clone {
        self.layers.iter().flat_map(|layer| &layer.files)
    }

    pub(crate) fn layers(&self) -> Vec<Arc<Layer>> {
        self.layers.iter().cloned().collect()
    }

    /// Returns every match, best first, each with the number of its layer.
    pub(crate) fn matches(&self, image: &ImageRef<'_>) -> Vec<(usize, Rank, Match)> {
        let mut buffer = None;
        self.layers.all(query(image, &mut buffer))
    }
}

pub(crate) fn query<'q>(
    image: &'q ImageRef<'_>,
    buffer: &'q mut Option<[u8; MAX_REPOSITORY]>,
) -> Query<'q> {
    let registry = image.registry_parts();
    Query { host: registry.host(), port: registry.port(), repository: image.repository_in(buffer) }
}

/// Returns whether a file of a layer has changed since it was read.
fn has_changed(layer: &Layer) -> bool {
    layer.sources.iter().any(|source| source.watched.iter().any(Watched::has_changed))
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Resolver { layers, warnings: _ } = self;
        let files = self.files();
        f.debug_struct("Resolver")
            .field("sources", &layers.iter().map(|layer| layer.sources.len()).sum::<usize>())
            .field("files", &files.clone().count())
            .field("entries", &files.map(|file| file.entries.len()).sum::<usize>())
            .field("warnings", &self.warnings().len())
            .finish()
    }
}
