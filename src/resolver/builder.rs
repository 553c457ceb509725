//! The builder: sources in, a [`Resolver`] out.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::Resolver;
use crate::error::{Error, Warning};
use crate::file::{EntryState, File};
use crate::index::{self, Index, Layer, Layers, Part, SourceRead};
use crate::level::{Level, PerLevel};
use crate::limits::Limits;
use crate::source::Source;

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
    pub(super) fn new() -> Self {
        ResolverBuilder { steps: Vec::new(), limits: Limits::default(), strict: false }
    }

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
