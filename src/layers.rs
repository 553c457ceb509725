//! The layers of a resolver, as a list that shares its end with the base it was built on: a layer before a base costs
//! nothing for those in it, however many there are. Of a base that is not added last the list is copied, though
//! not what is in it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::auth::AuthConfig;
use crate::config::File;
use crate::index::{Index, Match};
use crate::level::{Level, Place};

/// Sources that were built together, and the index over them.
pub(crate) struct Layer {
    pub(crate) sources: Vec<SourceRead>,
    pub(crate) files: Vec<Arc<File>>,
    pub(crate) index: Index,
}

impl Layer {
    pub(crate) fn auth(&self, found: Match) -> Option<AuthConfig> {
        Some(AuthConfig::new(self.files.get(found.file)?.clone(), found.entry))
    }
}

/// A source once read, for the record.
pub(crate) struct SourceRead {
    pub(crate) place: Place,
    pub(crate) level: Level,
    /// How many of the layer's files are its own; they follow those of the sources before it.
    pub(crate) files: usize,
    pub(crate) note: Option<&'static str>,
}

/// Layers in the order given.
#[derive(Clone, Default)]
pub(crate) struct Layers(Option<Arc<Node>>);

struct Node {
    layer: Arc<Layer>,
    rest: Layers,
    /// How many sources of each level there are in all of them.
    sources: HashMap<Level, u32>,
}

impl Layers {
    /// All of several lists, one after the other. The last is shared, the others are copied.
    pub(crate) fn concat(lists: impl DoubleEndedIterator<Item = Layers>) -> Self {
        lists.rev().fold(Layers::default(), |rest, list| match rest.0 {
            None => list,
            Some(_) => {
                let layers: Vec<&Arc<Layer>> = list.iter().collect();
                layers.into_iter().rev().fold(rest, |rest, layer| rest.below(layer.clone()))
            }
        })
    }

    pub(crate) fn of(layer: Layer) -> Self {
        Layers::default().below(Arc::new(layer))
    }

    /// These layers below one more.
    fn below(self, layer: Arc<Layer>) -> Self {
        let mut sources = self.sources().cloned().unwrap_or_default();
        for source in &layer.sources {
            *sources.entry(source.level).or_default() += 1;
        }
        Layers(Some(Arc::new(Node { layer, rest: self, sources })))
    }

    pub(crate) fn sources(&self) -> Option<&HashMap<Level, u32>> {
        self.0.as_ref().map(|node| &node.sources)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Layer>> + Clone {
        let nodes = std::iter::successors(self.0.as_deref(), |node| node.rest.0.as_deref());
        nodes.map(|node| &node.layer)
    }
}

/// One after the other: a list that drops its rest as a part of itself needs more stack for each layer.
impl Drop for Layers {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(node) = next {
            next = Arc::into_inner(node).and_then(|mut node| node.rest.0.take());
        }
    }
}
