//! The resolver and its builder: sources in, one answer out.

use std::cmp::Ordering;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::auth::AuthConfig;
use crate::error::Error;
use crate::error::Warning;
use crate::file::{EntryState, File};
use crate::image::{ImageRef, MAX_REPOSITORY};
use crate::index::{self, Index, Match, Query, Rank};
use crate::index::{Layer, Layers, Part, SourceRead};
use crate::key::Scope;
use crate::level::{Level, Location, PerLevel};
use crate::limits::Limits;
use crate::source::{NoFiles, Source};

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
        ResolverBuilder { steps: Vec::new(), limits: Limits::default(), strict: false }
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

/// Collects sources for a [`Resolver`].
///
/// Nothing is read before [`build`](Self::build). The order of calls matters inside one level only.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ResolverBuilder {
    steps: Vec<Step>,
    limits: Limits,
    strict: bool,
}

#[derive(Clone)]
enum Step {
    Source(Source),
    Base(Resolver),
}

impl ResolverBuilder {
    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Adds the bytes of a credential file of any format at any level.
    pub fn add(self, level: Level, file: impl Into<Vec<u8>>) -> Self {
        self.source(Source::Bytes { level, name: None, bytes: file.into().into() })
    }

    /// Adds the credential file that the task's secret holds: Marathon's `pullConfig.secret`,
    /// Mesos's `Image.Docker.config`.
    ///
    /// The bytes are wiped once read. Several secrets are one pool.
    pub fn task_secret(self, file: impl Into<Vec<u8>>) -> Self {
        self.add(Level::TaskSecret, file)
    }

    /// Adds a task's sandbox, its `HOME`: `.docker/config.json`, `.dockercfg` and `docker.tar.gz`
    /// in it, each if there. The directory itself must be.
    ///
    /// Below the directory no symbolic link is followed and nothing but a regular file is opened,
    /// for the task can write there and the reader may be root. On Unix there is no moment between
    /// looking and opening that the task could use; elsewhere there is.
    pub fn sandbox_home(self, directory: impl Into<PathBuf>) -> Self {
        self.source(Source::SandboxHome(directory.into()))
    }

    /// Adds the `HOME` of a program of the agent's own, with `.docker/config.json` and `.dockercfg`
    /// in it, each if there: plain Docker, and Deimos, which hands the agent's `HOME` to Docker.
    /// Give it `std::env::var_os("HOME")`; with `HOME=/` the file is `/.dockercfg`.
    ///
    /// Counts at the level of a [`sandbox_home`](Self::sandbox_home), with which it is one pool:
    /// give one of the two, as Mesos never lets a task use its agent's own `HOME` beside its
    /// sandbox. Both files count, where Docker stops at the first. Links are followed, for nobody
    /// but its owner can change it. A directory that does not exist is one without files, as in
    /// Docker. `None` and an empty value, which service managers leave behind, are a
    /// [`HomeUnset`](crate::WarningKind::HomeUnset) warning.
    pub fn home(self, home: Option<impl Into<PathBuf>>) -> Self {
        self.source(Source::Home(home.map(Into::into)))
    }

    /// Adds a source that has no method of its own.
    pub(crate) fn source(self, source: Source) -> Self {
        self.step(Step::Source(source))
    }

    /// Adds the value of Mesos's `--docker_config`: an absolute path, a `file://` URL, or the JSON
    /// object itself. A file that does not exist is an error, as it is for the agent.
    pub fn agent_flag(self, value: impl Into<String>) -> Self {
        self.source(Source::AgentFlag(Zeroizing::new(value.into())))
    }

    /// Adds the file shared by the cluster: DC/OS's `cluster_docker_credentials`, by default
    /// [`dcos::CLUSTER_FILE`](crate::dcos::CLUSTER_FILE). One that does not exist is an error.
    pub fn cluster_file(self, path: impl Into<PathBuf>) -> Self {
        self.source(Source::ClusterFile { path: path.into(), required: true })
    }

    /// Adds the file shared by the cluster, if it exists.
    pub fn cluster_file_if_exists(self, path: impl Into<PathBuf>) -> Self {
        self.source(Source::ClusterFile { path: path.into(), required: false })
    }

    /// Adds everything that another resolver holds, without copying it: a task's resolver over its
    /// agent's. Of one that is itself many layers high it costs least to add it last.
    pub fn base(self, base: &Resolver) -> Self {
        self.step(Step::Base(base.clone()))
    }

    /// Replaces the limits on what is read. They do not touch a [`base`](Self::base).
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes errors of what are warnings otherwise: malformed entries, and keys that can match no
    /// image. A [`base`](Self::base) is as strict as it was built.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// How many sources of each level the bases hold: those without a name are counted through.
    fn ordinals_taken(&self) -> PerLevel<u32> {
        let mut taken = PerLevel::default();
        for step in &self.steps {
            if let Step::Base(base) = step {
                taken.iter_mut().zip(base.layers.sources()).for_each(|(sum, n)| *sum += n);
            }
        }
        taken
    }

    /// Reads every source.
    ///
    /// # Errors
    ///
    /// The first source, in the order given, that cannot be read as a whole. A runtime must not
    /// quietly pull with another identity, so such a source is never passed over.
    pub fn build(self) -> Result<Resolver, Error> {
        let mut ordinals = self.ordinals_taken();
        let (mut parts, mut warnings) = (Vec::new(), Vec::new());
        let mut draft = LayerBuilder::default();
        for step in self.steps {
            match step {
                Step::Source(source) => {
                    let level = source.level();
                    let ordinal = level.of_mut(&mut ordinals);
                    *ordinal += 1;
                    draft.add(&source, level, *ordinal, &self.limits)?;
                }
                Step::Base(base) => {
                    // What came before the base goes before it where everything else is equal.
                    let before = std::mem::take(&mut draft).close(self.strict, &mut warnings)?;
                    parts.extend(before.map(Part::Own));
                    parts.push(Part::Base(base.layers));
                }
            }
        }
        let layers = Layers::of(parts, draft.close(self.strict, &mut warnings)?);
        let warnings = (!warnings.is_empty()).then(|| warnings.into());
        Ok(Resolver { layers, warnings })
    }
}

impl fmt::Debug for ResolverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ResolverBuilder { steps, limits, strict } = self;
        f.debug_struct("ResolverBuilder")
            .field("sources", &steps.len())
            .field("limits", limits)
            .field("strict", strict)
            .finish()
    }
}

/// A layer while its sources are read.
#[derive(Default)]
struct LayerBuilder {
    sources: Vec<SourceRead>,
    files: Vec<File>,
    warnings: Vec<Warning>,
}

impl LayerBuilder {
    fn add(
        &mut self,
        source: &Source,
        level: Level,
        ordinal: u32,
        limits: &Limits,
    ) -> Result<(), Error> {
        let contents = source.read(ordinal, limits)?;
        self.sources.push(SourceRead {
            location: contents.location,
            level,
            files: contents.files.len(),
            no_files: contents.no_files,
        });
        if self.files.is_empty() {
            self.files = contents.files;
        } else {
            self.files.extend(contents.files);
        }
        self.warnings.extend(contents.warnings);
        Ok(())
    }

    /// Turns a draft into a layer, if there is anything in it.
    fn close(
        mut self,
        strict: bool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Arc<Layer>>, Error> {
        if self.sources.is_empty() {
            return Ok(None);
        }
        let (index, hidden) = Index::build(&mut self.files);
        warnings.append(&mut self.warnings);
        for file in &self.files {
            if strict {
                refuse_defects(file)?;
            }
            warnings.extend(file.warnings());
        }
        warnings.extend(index::warnings_of(&hidden, &self.files));
        Ok(Some(Arc::new(Layer { sources: self.sources, files: self.files, index })))
    }
}

/// Under `strict`: the first entry that is malformed or can match nothing, as an error.
fn refuse_defects(file: &File) -> Result<(), Error> {
    for (at, entry) in file.entries.iter().enumerate() {
        let (location, key) = (file.location.clone(), file.shown_key(at).into_owned());
        match entry.state {
            EntryState::Malformed(problem) => {
                return Err(Error::Entry { location, key, problem });
            }
            EntryState::Unmatchable(problem) => {
                return Err(Error::Key { location, key, problem });
            }
            EntryState::Usable | EntryState::Absent | EntryState::Duplicate => {}
        }
    }
    Ok(())
}
