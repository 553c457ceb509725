//! The layers of a resolver: a list that ends in the list of its base.
//!
//! A task layered over an agent costs the task's own layer and one link, however many layers the
//! agent has. The list of a base that is not added last is copied link by link; layers are never
//! copied. A slice of `Arc<Layer>` would be shorter, but a resolver of 1,000 layers, each built on
//! the one before, would copy half a million pointers.

use std::sync::Arc;

use super::Patterns;
use crate::file::File;
use crate::level::{Level, Location, PerLevel};
use crate::source::{NoFiles, Watched};

/// Sources that were built together, and their files.
///
/// A layer is reference-counted. Every answer clones the `Arc`, so a credential outlives its
/// resolver without being copied.
pub(crate) struct Layer {
    pub(crate) sources: Vec<SourceRead>,
    pub(crate) files: Vec<File>,
    /// The hosts with `*` of all files; `None` in most layers.
    pub(super) patterns: Option<Box<Patterns>>,
}

impl Layer {
    pub(crate) fn new(sources: Vec<SourceRead>, files: Vec<File>) -> Arc<Self> {
        let patterns = Patterns::of(&files);
        Arc::new(Layer { sources, files, patterns })
    }
}

impl Layer {
    /// Returns the files of a level whose helpers may be run, each with its number.
    pub(crate) fn files_that_offer_helpers(
        self: &Arc<Self>,
        level: Level,
    ) -> impl Iterator<Item = (&Arc<Self>, usize, &File)> {
        let mut first = 0;
        let ranges = self.sources.iter().filter_map(move |source| {
            let range = first..first + source.files;
            first = range.end;
            (source.level == level && source.offers_helpers).then_some(range)
        });
        let numbers = ranges.flatten();
        numbers.filter_map(move |number| Some((self, number, self.files.get(number)?)))
    }
}

/// The record of a source that was read.
pub(crate) struct SourceRead {
    pub(crate) location: Location,
    pub(crate) level: Level,
    /// The number of files in the layer that are its own; they follow those of earlier sources.
    pub(crate) files: usize,
    /// Set if a task can read the files.
    pub(crate) is_in_sandbox: bool,
    /// Set if the helpers that the files name may be run.
    pub(crate) offers_helpers: bool,
    pub(crate) no_files: Option<NoFiles>,
    pub(crate) watched: Vec<Watched>,
    /// The layers of a source that was not read because a sandbox hides it.
    pub(crate) hidden: Option<Layers>,
}

impl SourceRead {
    /// A source without files.
    pub(crate) fn empty(level: Level, location: Location, no_files: NoFiles) -> Self {
        let no_files = Some(no_files);
        SourceRead {
            location,
            level,
            files: 0,
            is_in_sandbox: false,
            offers_helpers: false,
            no_files,
            watched: Vec::new(),
            hidden: None,
        }
    }
}

/// Layers in the order given.
#[derive(Clone, Default)]
pub(crate) struct Layers(Option<Arc<Node>>);

struct Node {
    layer: Arc<Layer>,
    rest: Layers,
    /// The number of sources of each level in this layer and all after it.
    sources: PerLevel<u32>,
}

/// A part of a list of layers.
pub(crate) enum Part {
    Own(Arc<Layer>),
    Base(Layers),
}

impl Layers {
    /// Joins parts in this order. A base that is the last part is shared; the lists of others are
    /// copied.
    pub(crate) fn of(parts: impl IntoIterator<Item = Part, IntoIter: DoubleEndedIterator>) -> Self {
        parts.into_iter().rev().fold(Layers::default(), |rest, part| match part {
            Part::Own(layer) => rest.below(layer),
            Part::Base(list) if rest.0.is_none() => list,
            Part::Base(list) => {
                let layers: Vec<&Arc<Layer>> = list.iter().collect();
                layers.into_iter().rev().fold(rest, |rest, layer| rest.below(layer.clone()))
            }
        })
    }

    /// Returns the list of a layer and then these.
    fn below(self, layer: Arc<Layer>) -> Self {
        let mut sources = self.sources();
        for source in &layer.sources {
            *sources.of_mut(source.level) += 1;
        }
        Layers(Some(Arc::new(Node { layer, rest: self, sources })))
    }

    pub(crate) fn sources(&self) -> PerLevel<u32> {
        self.0.as_ref().map_or_else(PerLevel::default, |node| node.sources)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Layer>> + Clone {
        let nodes = std::iter::successors(self.0.as_deref(), |node| node.rest.0.as_deref());
        nodes.map(|node| &node.layer)
    }
}

/// Drops the nodes in a loop. The drop that the compiler derives recurses, and overflows the stack
/// on a list of 100,000 layers.
impl Drop for Layers {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(node) = next {
            next = Arc::into_inner(node).and_then(|mut node| node.rest.0.take());
        }
    }
}
