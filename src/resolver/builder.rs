//! The builder: sources in, a [`Resolver`] out.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::{AgentFlag, Home, Resolver, has_changed};
use crate::error::{Error, KeyProblem, Warning};
use crate::file::{EntryState, File};
use crate::index::{Layer, Layers, Part, SourceRead};
use crate::level::{Level, PerLevel};
use crate::limits::Limits;
use crate::source::{Reading, Source};

/// The builder of a [`Resolver`], to which each source is added.
///
/// Nothing is read before [`build`](Self::build). The order of calls matters inside one level only.
///
/// | method | level | the credential file is |
/// |---|---|---|
/// | [`task_secret`](Self::task_secret) | task secret | bytes from a secret store |
/// | [`sandbox_home`](Self::sandbox_home) | sandbox HOME | in a directory that a task can write to |
/// | [`home`](Self::home) | sandbox HOME | in a trusted `HOME` |
/// | [`agent_flag`](Self::agent_flag) | agent flag | the value of Mesos's `--docker_config` |
/// | [`cluster_file`](Self::cluster_file) | cluster file | a file that must exist |
/// | [`cluster_file_if_exists`](Self::cluster_file_if_exists) | cluster file | a file that may exist |
/// | [`add`](Self::add) | any | bytes |
/// | [`base`](Self::base) | those of the base | in another resolver |
///
/// ```
/// use regcred::{Level, Resolver};
///
/// let flag = r#"{"auths": {"quay.io": {"auth": "YWdlbnQ6cGFzcw=="}}}"#;
/// let agent = Resolver::builder().agent_flag(flag).build()?;
/// let resolver = Resolver::builder()
///     .base(&agent) // weaker than the secret, although it is added first
///     .task_secret(r#"{"auths": {"quay.io": {"auth": "dGFzazpw"}}}"#)
///     .build()?;
/// let auth = resolver.resolve_registry("quay.io").expect("both have a credential");
/// assert_eq!(auth.origin().level(), Level::TaskSecret);
/// # Ok::<(), regcred::Error>(())
/// ```
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
    pub(super) fn new() -> Self {
        ResolverBuilder { steps: Vec::new(), limits: Limits::default(), strict: false }
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Adds the bytes of a credential file of any format at any level. They are wiped once read.
    ///
    /// ```
    /// # use regcred::{Level, Resolver};
    /// let file = br#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let resolver = Resolver::builder().add(Level::UserConfigJson, *file).build()?;
    /// let auth = resolver.resolve_registry("quay.io").expect("a credential");
    /// assert_eq!(auth.origin().level(), Level::UserConfigJson);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn add(self, level: Level, file: impl Into<Vec<u8>>) -> Self {
        self.source(Source::Bytes { level, name: None, bytes: file.into().into() })
    }

    /// Adds the credential file in the task's secret: Marathon's `pullConfig.secret`, Mesos's
    /// `Image.Docker.config`.
    ///
    /// The bytes are wiped once read. Several secrets are one pool.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let resolver = Resolver::builder()
    ///     .task_secret(r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#)
    ///     .task_secret(r#"{"quay.io/team": {"auth": "dGVhbTpwYXNz"}}"#) // a .dockercfg
    ///     .build()?;
    /// let auth = resolver.resolve_registry("quay.io/team").expect("both cover it");
    /// assert_eq!(auth.origin().to_string(), r#"task secret, #2: key "quay.io/team""#);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn task_secret(self, file: impl Into<Vec<u8>>) -> Self {
        self.add(Level::TaskSecret, file)
    }

    /// Adds a task's sandbox, which is its `HOME`: `.docker/config.json`, `.dockercfg` and
    /// `docker.tar.gz` in it, each if it exists. The directory itself must exist.
    ///
    /// The task can write to the directory and the reader may be root. Therefore no symbolic link is
    /// followed below it, and only regular files are opened. On Unix a task cannot swap a file between the
    /// check and the opening; on other systems it can.
    ///
    /// ```
    /// # let sandbox = tempfile::tempdir().unwrap();
    /// # let sandbox = sandbox.path();
    /// # let config = sandbox.join(".docker");
    /// # std::fs::create_dir(&config).unwrap();
    /// # let file = r#"{"auths": {"reg.io": {"auth": "dTpw"}}}"#;
    /// # std::fs::write(config.join("config.json"), file).unwrap();
    /// use regcred::{Level, Resolver};
    ///
    /// let resolver = Resolver::builder().sandbox_home(sandbox).build()?;
    /// let auth = resolver.resolve_registry("reg.io").expect("a key in .docker/config.json");
    /// assert_eq!(auth.origin().level(), Level::SandboxHome);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn sandbox_home(self, directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        self.source(Source::Sandbox { directory, reading: Reading::All, remedy: None })
    }

    /// Adds the `HOME` of the user or agent itself: `.docker/config.json` and `.dockercfg` in it,
    /// each if it exists. This is the rule of plain Docker, and of Deimos, which runs Docker with the
    /// agent's `HOME`. Give it `std::env::var_os("HOME")`; with `HOME=/` the file is `/.dockercfg`.
    ///
    /// The files are at the level sandbox HOME. Give either this or
    /// [`sandbox_home`](Self::sandbox_home): Mesos never lets a task use its agent's `HOME` beside
    /// its sandbox. Both files count, where Docker stops at the first. Symbolic links are followed,
    /// because only the owner of the `HOME` can change it.
    ///
    /// A directory that does not exist has no files, as in Docker. `None` and an empty value are a
    /// [`HomeUnset`](crate::WarningKind::HomeUnset) warning, as service managers often leave `HOME`
    /// unset.
    ///
    /// ```
    /// # let root = tempfile::tempdir().unwrap();
    /// # let root = root.path();
    /// use regcred::Resolver;
    ///
    /// let of_process = Resolver::builder().home(std::env::var_os("HOME"));
    /// let of_root = Resolver::builder().home(root).build()?; // "/root"
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn home(self, home: impl Into<Home>) -> Self {
        self.source(Source::Home(home.into().0))
    }

    /// Returns whether a file of the builder's own sources has changed since it built `resolver`.
    pub(super) fn has_changed_since(&self, resolver: &Resolver) -> bool {
        let is_of_base = |layer: &Arc<Layer>| {
            let layers = self.steps.iter().filter_map(|step| match step {
                Step::Base(base) => Some(base.layers.iter()),
                _ => None,
            });
            layers.flatten().any(|of_base| Arc::ptr_eq(of_base, layer))
        };
        resolver.layers.iter().any(|layer| !is_of_base(layer) && has_changed(layer))
    }

    /// Adds a source of any kind.
    pub(crate) fn source(self, source: Source) -> Self {
        self.step(Step::Source(source))
    }

    /// Adds the value of Mesos's `--docker_config`: an absolute path, a `file://` URL, or the JSON
    /// object itself. A file that does not exist is an error, as in Mesos.
    ///
    /// A [`Path`](std::path::Path) is never taken for JSON or a URL, and need not be UTF-8. A path
    /// with `{`, `"` or a control character is an error, because it is probably JSON.
    ///
    /// ```
    /// # use regcred::{Error, Resolver};
    /// let json = r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// assert!(Resolver::builder().agent_flag(json).build().is_ok());
    /// let missing = Resolver::builder().agent_flag("file:///nonexistent/config.json").build();
    /// assert!(matches!(missing, Err(Error::Read { .. })));
    /// let relative = Resolver::builder().agent_flag("config.json").build();
    /// assert!(matches!(relative, Err(Error::AgentFlag { .. })));
    /// ```
    pub fn agent_flag(self, value: impl Into<AgentFlag>) -> Self {
        self.source(value.into().0)
    }

    /// Adds the file shared by the cluster: DC/OS's `cluster_docker_credentials`, by default
    /// [`dcos::CLUSTER_FILE`](crate::dcos::CLUSTER_FILE). A file that does not exist is an error.
    ///
    /// ```
    /// # use regcred::{Error, Resolver};
    /// let missing = Resolver::builder().cluster_file("/nonexistent/docker_credentials").build();
    /// assert!(matches!(missing, Err(Error::Read { .. })));
    /// ```
    pub fn cluster_file(self, path: impl Into<PathBuf>) -> Self {
        self.file(Level::ClusterFile, path)
    }

    /// Adds the file shared by the cluster, if it exists.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let path = "/nonexistent/docker_credentials";
    /// let resolver = Resolver::builder().cluster_file_if_exists(path).build()?;
    /// assert_eq!(resolver.entries().count(), 0);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn cluster_file_if_exists(self, path: impl Into<PathBuf>) -> Self {
        self.file_if_exists(Level::ClusterFile, path)
    }

    /// Adds a credential file at any level. A file that does not exist is an error.
    ///
    /// Links are followed, because the caller named the path. Files in a directory that a task can
    /// write to are read with [`sandbox_home`](Self::sandbox_home). A path with `{`, `"` or a
    /// control character is an error, because it is probably JSON.
    ///
    /// ```
    /// # let file = tempfile::NamedTempFile::new().unwrap();
    /// # std::fs::write(&file, r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#).unwrap();
    /// # let path = file.path();
    /// use regcred::{Level, Resolver};
    ///
    /// let resolver = Resolver::builder().file(Level::AgentFlag, path).build()?;
    /// assert!(resolver.resolve_registry("quay.io").is_some());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn file(self, level: Level, path: impl Into<PathBuf>) -> Self {
        self.source(Source::File { level, path: path.into(), required: true })
    }

    /// Adds a credential file at any level, if it exists.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("auth.json");
    /// use regcred::{Level, Resolver};
    ///
    /// let builder = Resolver::builder().file_if_exists(Level::RegistryAuthFile, &path);
    /// let resolver = builder.clone().build()?;
    /// std::fs::write(&path, r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#)?;
    /// assert!(resolver.is_stale()); // the file was looked for, and has appeared
    /// assert!(builder.build()?.resolve_registry("quay.io").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file_if_exists(self, level: Level, path: impl Into<PathBuf>) -> Self {
        self.source(Source::File { level, path: path.into(), required: false })
    }

    /// Adds the credential files that a user's environment names, each at a level of its own: see
    /// [`Environment`](crate::Environment). A file that does not exist is normal, and one that
    /// cannot be read is an error.
    ///
    /// ```
    /// use regcred::{Environment, Resolver};
    ///
    /// let environment = Environment::empty().home("/nonexistent");
    /// let resolver = Resolver::builder().environment(environment).build()?;
    /// assert!(resolver.resolve_registry("quay.io").is_none()); // no file exists
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[cfg(feature = "env")]
    pub fn environment(self, environment: crate::Environment) -> Self {
        environment.into_sources().into_iter().fold(self, Self::source)
    }

    /// Adds the sources of another resolver without copying them, as a task's resolver is layered
    /// over its agent's. A base that is itself many layers high costs least if it is added last.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let flag = r#"{"auths": {"a.io": {"auth": "dTpw"}}}"#;
    /// let agent = Resolver::builder().agent_flag(flag).build()?;
    /// let secret = r#"{"auths": {"b.io": {"auth": "dTpw"}}}"#;
    /// let task = Resolver::builder().task_secret(secret).base(&agent).build()?;
    /// assert!(task.resolve_registry("a.io").is_some() && task.resolve_registry("b.io").is_some());
    /// assert!(agent.resolve_registry("b.io").is_none());
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn base(self, base: &Resolver) -> Self {
        self.step(Step::Base(base.clone()))
    }

    /// Sets the limits of what is read. They do not apply to a [`base`](Self::base).
    ///
    /// ```
    /// # use regcred::{Error, Limit, Limits, Resolver};
    /// let limits = Limits::default().with_file_bytes(8);
    /// let built = Resolver::builder().limits(limits).task_secret(r#"{"auths": {}}"#).build();
    /// assert!(matches!(built, Err(Error::Limit { limit: Limit::FileBytes, .. })));
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Turns malformed entries and keys that can match no image from warnings into errors of
    /// [`build`](Self::build). It does not apply to a [`base`](Self::base).
    ///
    /// ```
    /// # use regcred::{Error, Resolver};
    /// let builder = Resolver::builder().task_secret(r#"{"auths": {"quay.io": {"auth": "!"}}}"#);
    /// assert_eq!(builder.clone().build()?.warnings().len(), 1);
    /// assert!(matches!(builder.strict().build(), Err(Error::Entry { .. })));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Returns the number of sources at each level of the bases, after which sources without a name
    /// are numbered.
    fn ordinals_taken(&self) -> PerLevel<u32> {
        let mut taken = PerLevel::<u32>::default();
        for step in &self.steps {
            if let Step::Base(base) = step {
                let sources = base.layers.sources();
                Level::ALL.into_iter().zip(sources.iter()).for_each(|(level, n)| {
                    *taken.of_mut(level) += n;
                });
            }
        }
        taken
    }

    /// Reads every source.
    ///
    /// ```
    /// # use regcred::Resolver;
    /// let good = r#"{"auths": {"quay.io": {"auth": "dXNlcjpwYXNz"}}}"#;
    /// let cut_short = r#"{"auths": {"quay.io""#;
    /// let builder = Resolver::builder().agent_flag(cut_short).task_secret(good);
    /// let error = builder.build().unwrap_err();
    /// assert!(error.to_string().starts_with("agent flag: "));
    /// ```
    ///
    /// # Errors
    ///
    /// Fails at the first source, in the order given, that cannot be read as a whole. Such a source
    /// is never skipped, because the runtime would quietly pull with another identity.
    pub fn build(self) -> Result<Resolver, Error> {
        let mut ordinals = self.ordinals_taken();
        let (mut parts, mut warnings) = (Vec::new(), Vec::new());
        let mut layer = LayerBuilder::default();
        for step in self.steps {
            match step {
                Step::Source(source) => {
                    let level = source.level();
                    let ordinal = ordinals.of_mut(level);
                    *ordinal += 1;
                    layer.add(&source, level, *ordinal, &self.limits)?;
                }
                Step::Base(base) => {
                    // Sources added before the base win ties against it.
                    let before = std::mem::take(&mut layer).build(self.strict, &mut warnings)?;
                    parts.extend(before.map(Part::Own));
                    parts.push(Part::Base(base.layers));
                }
            }
        }
        let last = layer.build(self.strict, &mut warnings)?.map(Part::Own);
        let layers = Layers::of(parts.into_iter().chain(last));
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

/// A layer whose sources are being read.
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
            is_in_sandbox: source.is_in_sandbox(),
            offers_helpers: source.offers_helpers(),
            no_files: contents.no_files,
            watched: contents.watched,
            hidden: None,
        });
        if self.files.is_empty() {
            self.files = contents.files;
        } else {
            self.files.extend(contents.files);
        }
        self.warnings.extend(contents.warnings);
        Ok(())
    }

    /// Builds the layer; `None` without sources.
    fn build(
        mut self,
        strict: bool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Arc<Layer>>, Error> {
        if self.sources.is_empty() {
            return Ok(None);
        }
        warnings.append(&mut self.warnings);
        for file in &self.files {
            if strict || cfg!(not(feature = "url")) {
                refuse_defects(file, strict)?;
            }
            warnings.extend(file.warnings());
        }
        Ok(Some(Layer::new(self.sources, self.files)))
    }
}

/// Returns an error for the first defect that is not a warning: with `strict` every malformed entry
/// and unmatchable key, otherwise a key that only the feature `url` can read. Leaving such a key out
/// would let another credential answer for its host.
fn refuse_defects(file: &File, strict: bool) -> Result<(), Error> {
    for (at, entry) in file.entries.iter().enumerate() {
        let location = || file.location.clone();
        let key = || file.shown_key(at).into_owned();
        match entry.state {
            EntryState::Malformed(problem) if strict => {
                return Err(Error::Entry { location: location(), key: key(), problem });
            }
            EntryState::Unmatchable(problem) if strict || problem == KeyProblem::NeedsFeature => {
                return Err(Error::Key { location: location(), key: key(), problem });
            }
            _ => {}
        }
    }
    Ok(())
}
