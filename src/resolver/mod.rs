//! The resolver: one answer for each image.

mod builder;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use self::builder::ResolverBuilder;
use crate::auth::AuthConfig;
use crate::error::Warning;
use crate::file::File;
use crate::image::{ImageRef, MAX_REPOSITORY};
use crate::index::{Index, Layer, Layers, Match, Part, Query, Rank, SourceRead};
use crate::key::Scope;
use crate::level::{Level, Location};
use crate::source::NoFiles;

/// Which credential, if any, pulls an image.
///
/// Building reads every source and can fail; a lookup is pure and cannot. Immutable, `Clone` in
/// O(1), `Send + Sync`. `Debug` shows counts, no secret.
///
/// # Precedence
///
/// From the strongest: task secret, sandbox HOME, agent flag, cluster file ([`Level`]). **Level
/// beats specificity, specificity wins inside a level**: the strongest level with a usable matching
/// entry answers, as podman layers its files and kubelet its keyrings. Inside a level, in this
/// order:
///
/// 1. an exact host before a host with `*`, and of those the one with more literal characters;
/// 2. the longest path prefix, in whole segments: `quay.io/team` covers `quay.io/team/app`, not
///    `quay.io/teams`;
/// 3. the key that Docker writes for Docker Hub, `https://index.docker.io/v1/`; then a key spelled
///    exactly as its normalised scope (`quay.io`); then other spellings (`https://quay.io/v1/`);
/// 4. the order given: of sources, of files, of keys in a file.
///
/// An entry with nothing usable in it (`{}`, only an email) is passed over. A malformed one keeps
/// its place: where it is the one that would have answered, there is no answer.
#[derive(Clone)]
pub struct Resolver {
    /// Groups of sources in the order given. A base brings its own.
    layers: Layers,
    /// Most have none.
    warnings: Option<Arc<[Warning]>>,
}

impl Resolver {
    /// Starts without any source.
    pub fn builder() -> ResolverBuilder {
        ResolverBuilder::new()
    }

    /// The credential that pulls `image`; `None` for an anonymous pull. Also `None` where the entry
    /// that would have answered is malformed: then
    /// [`Explanation::is_broken`](crate::Explanation::is_broken) holds, and with
    /// [`strict`](ResolverBuilder::strict) there is no such resolver.
    ///
    /// Allocates nothing. Tag and digest do not matter.
    #[must_use]
    pub fn resolve(&self, image: &ImageRef<'_>) -> Option<AuthConfig> {
        let mut buffer = None;
        self.best(query(image, &mut buffer))
    }

    /// Every credential that could pull `image`, best first: for runtimes that try them in turn.
    ///
    /// The first is what [`resolve`](Self::resolve) answers, so where a malformed entry keeps it
    /// from answering there is none. Malformed entries further down are passed over.
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

    /// The credential for a server as people write it: `quay.io`, `https://index.docker.io/v1/`,
    /// `quay.io/team`.
    ///
    /// The server is read like a key. A path that is not an API root is a namespace: for
    /// `quay.io/team` the keys `quay.io/team` and `quay.io` are asked, and the best answers. Unlike
    /// in a key, an `http://` URL without a port is the registry at port 80, to which no credential
    /// for port 443 goes. `None` also for what is not a registry: a host with `*`, user info, a
    /// path that no repository can have.
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
        // The index takes no longer path; no image is below one.
        if scope.path.len() > MAX_REPOSITORY {
            return None;
        }
        self.best(Query { host: &scope.host, port: scope.port, repository: &scope.path })
    }

    /// What was left out of this resolver's own sources or looks wrong in them. Those of a
    /// [`base`](ResolverBuilder::base) are the base's to tell.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        self.warnings.as_deref().unwrap_or_default()
    }

    #[inline(always)]
    fn best(&self, query: Query<'_>) -> Option<AuthConfig> {
        let mut best: Option<(&Arc<Layer>, Match)> = None;
        for layer in self.layers.iter() {
            if let Some(found) = layer.index.best(&layer.files, query) {
                if best.is_none_or(|best| goes_before((layer, found), best)) {
                    best = Some((layer, found));
                }
            }
        }
        let (layer, found) = best.filter(|(_, found)| found.usable)?;
        Some(AuthConfig::new(layer.clone(), found.file, found.entry))
    }

    /// This resolver with more warnings of its own.
    pub(crate) fn with_warnings(self, more: Vec<Warning>) -> Resolver {
        if more.is_empty() {
            return self;
        }
        let warnings = self.warnings().iter().cloned().chain(more).collect();
        Resolver { warnings: Some(warnings), ..self }
    }

    /// This resolver with another as the base that its layers are put over. Warnings stay this
    /// one's own.
    pub(crate) fn over(self, base: &Resolver) -> Resolver {
        let parts = vec![Part::Base(self.layers), Part::Base(base.layers.clone())];
        Resolver { layers: Layers::of(parts, None), warnings: self.warnings }
    }

    /// This resolver with the sources of another one as sources that were not looked at, one for
    /// each level.
    pub(crate) fn hiding(self, other: &Resolver) -> Resolver {
        let sources = || other.layers.iter().flat_map(|layer| &layer.sources);
        let is_given = |level: &Level| sources().any(|source| source.level == *level);
        let hidden = Level::ALL.into_iter().filter(is_given).map(|level| {
            let why = "not looked at, as there is a credential file in the sandbox";
            (level, Location::bytes(level, 1), NoFiles::Because(why))
        });
        self.with_empty_sources(hidden)
    }

    /// This resolver with sources that have no files, each with its reason, for `explain` to show.
    pub(crate) fn with_empty_sources(
        self,
        sources: impl IntoIterator<Item = (Level, Location, NoFiles)>,
    ) -> Resolver {
        let source =
            |(level, location, why)| SourceRead { location, level, files: 0, no_files: Some(why) };
        let (index, _) = Index::build(&mut []);
        let sources = sources.into_iter().map(source).collect();
        let layer = Layer { sources, files: Vec::new(), index };
        let parts = vec![Part::Base(self.layers)];
        Resolver { layers: Layers::of(parts, Some(Arc::new(layer))), warnings: self.warnings }
    }

    /// The credential files that were read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> + Clone {
        self.layers.iter().flat_map(|layer| &layer.files)
    }

    pub(crate) fn layers(&self) -> Vec<Arc<Layer>> {
        self.layers.iter().cloned().collect()
    }

    /// Everything that matches, best first, each with the number of its layer.
    pub(crate) fn matches(&self, image: &ImageRef<'_>) -> Vec<(usize, Rank, Match)> {
        let mut buffer = None;
        let query = query(image, &mut buffer);
        let mut matches = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            let found = layer.index.all(&layer.files, query);
            matches.extend(found.into_iter().map(|(rank, found)| (number, rank, found)));
        }
        // Stable, so that ties keep the order of layers.
        matches.sort_by_key(|(_, rank, _)| *rank);
        matches
    }
}

/// Whether a match goes before one of a layer given earlier, to which a tie goes.
#[inline(never)]
fn goes_before(new: (&Arc<Layer>, Match), earlier: (&Arc<Layer>, Match)) -> bool {
    let rank = |(layer, found): (&Arc<Layer>, Match)| layer.index.rank(&layer.files, found);
    match new.1.level.cmp(&earlier.1.level) {
        Ordering::Equal => rank(new) < rank(earlier),
        order => order.is_lt(),
    }
}

fn query<'q>(image: &'q ImageRef<'_>, buffer: &'q mut Option<[u8; MAX_REPOSITORY]>) -> Query<'q> {
    let registry = image.registry_parts();
    Query { host: registry.host(), port: registry.port(), repository: image.repository_in(buffer) }
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
