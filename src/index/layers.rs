//! The layers of a resolver, as a list that shares its end with the base it was built on: a layer
//! before a base costs nothing for those in it, however many there are. Of a base that is not added
//! last the list is copied, though not what is in it.

use std::sync::Arc;

use super::Index;
use crate::file::File;
use crate::level::{Level, Location, PerLevel};
use crate::source::NoFiles;

/// Sources that were built together, and the index over them. Every answer keeps the layer it is
/// from.
pub(crate) struct Layer {
    pub(crate) sources: Vec<SourceRead>,
    pub(crate) files: Vec<File>,
    pub(crate) index: Index,
}

/// A source once read, for the record.
pub(crate) struct SourceRead {
    pub(crate) location: Location,
    pub(crate) level: Level,
    /// How many of the layer's files are its own; they follow those of the sources before it.
    pub(crate) files: usize,
    pub(crate) no_files: Option<NoFiles>,
}

/// Layers in the order given.
#[derive(Clone, Default)]
pub(crate) struct Layers(Option<Arc<Node>>);

struct Node {
    layer: Arc<Layer>,
    rest: Layers,
    /// How many sources of each level there are in all of them.
    sources: PerLevel<u32>,
}

/// What layers are put together from.
pub(crate) enum Part {
    Own(Arc<Layer>),
    Base(Layers),
}

impl Layers {
    /// All parts, one after the other, and a last layer. A base that is the last part is shared,
    /// the lists of others are copied.
    pub(crate) fn of(parts: Vec<Part>, last: Option<Arc<Layer>>) -> Self {
        let last = last.map_or_else(Layers::default, |layer| Layers::default().below(layer));
        parts.into_iter().rev().fold(last, |rest, part| match part {
            Part::Own(layer) => rest.below(layer),
            Part::Base(list) if rest.0.is_none() => list,
            Part::Base(list) => {
                let layers: Vec<&Arc<Layer>> = list.iter().collect();
                layers.into_iter().rev().fold(rest, |rest, layer| rest.below(layer.clone()))
            }
        })
    }

    /// These layers below one more.
    fn below(self, layer: Arc<Layer>) -> Self {
        let mut sources = self.sources();
        for source in &layer.sources {
            *source.level.of_mut(&mut sources) += 1;
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

/// One after the other: a list that drops its rest as a part of itself needs more stack for each
/// layer.
impl Drop for Layers {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(node) = next {
            next = Arc::into_inner(node).and_then(|mut node| node.rest.0.take());
        }
    }
}
