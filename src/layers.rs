//! The layers of a resolver, as a list that shares its end with the base it was built on: a layer before a base costs
//! nothing for those in it, however many there are. Of a base that is not added last the list is copied, though
//! not what is in it.

use std::ops::Deref;
use std::sync::Arc;

use crate::config::File;
use crate::index::Index;
use crate::level::{Level, PerLevel, Place};

/// Sources that were built together, and the index over them.
pub(crate) struct Layer {
    pub(crate) sources: Vec<SourceRead>,
    pub(crate) files: Vec<File>,
    pub(crate) index: Index,
}

/// A source once read, for the record.
pub(crate) struct SourceRead {
    pub(crate) place: Place,
    pub(crate) level: Level,
    /// How many of the layer's files are its own; they follow those of the sources before it.
    pub(crate) files: usize,
    pub(crate) note: Option<&'static str>,
    /// Why what is fetched does not arrive where it is looked for.
    pub(crate) in_vain: Option<Box<str>>,
}

/// A layer that answers hold on to. Whoever takes one counts itself in it, and a count that several cores change at
/// the same time goes back and forth between them, which takes several times as long as a whole lookup. So a
/// layer that is likely to be looked up in often has several counts, and each thread takes the same one again.
#[derive(Clone)]
pub(crate) struct Shared {
    layer: Arc<Counted>,
    /// Counts of their own; none for a layer that is too small to be worth them.
    counts: Box<[Arc<Counted>]>,
}

/// What is counted in one place. Of one size, so that no two counts share a line of the cache.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Counted {
    Layer(Layer),
    Again(Arc<Counted>),
}

impl Deref for Counted {
    type Target = Layer;

    fn deref(&self) -> &Layer {
        match self {
            Counted::Layer(layer) => layer,
            Counted::Again(counted) => counted,
        }
    }
}

impl Shared {
    const COUNTS: usize = 16;

    /// A layer with fewer entries is mostly a task's, built to be asked once.
    const WORTH_COUNTS: usize = 9;

    pub(crate) fn new(layer: Layer) -> Self {
        let entries: usize = layer.files.iter().map(|file| file.entries.len()).sum();
        let layer = Arc::new(Counted::Layer(layer));
        let counts = if entries < Self::WORTH_COUNTS { 0 } else { Self::COUNTS };
        let again = || Arc::new(Counted::Again(layer.clone()));
        let counts = std::iter::repeat_with(again).take(counts).collect();
        Shared { layer, counts }
    }

    /// The layer, to be held on to.
    #[inline]
    pub(crate) fn hold(&self) -> Arc<Counted> {
        // Threads are told apart by where their stacks are: at least a megabyte from each other. The
        // product spreads those over the counts.
        let here = 0_u8;
        let stack = (&raw const here as usize >> 20) as u64;
        let spread = stack.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let count = spread as usize % Self::COUNTS;
        self.counts.get(count).unwrap_or(&self.layer).clone()
    }
}

impl Deref for Shared {
    type Target = Layer;

    #[inline]
    fn deref(&self) -> &Layer {
        &self.layer
    }
}

/// Layers in the order given.
#[derive(Clone, Default)]
pub(crate) struct Layers(Option<Arc<Node>>);

struct Node {
    layer: Shared,
    rest: Layers,
    /// How many sources of each level there are in all of them.
    sources: PerLevel<u32>,
}

/// What layers are put together from.
pub(crate) enum Part {
    Own(Shared),
    Base(Layers),
}

impl Layers {
    /// All parts, one after the other, and a last layer. A base that is the last part is shared, the lists of others
    /// are copied.
    pub(crate) fn of(parts: Vec<Part>, last: Option<Shared>) -> Self {
        let last = last.map_or_else(Layers::default, |layer| Layers::default().below(layer));
        parts.into_iter().rev().fold(last, |rest, part| match part {
            Part::Own(layer) => rest.below(layer),
            Part::Base(list) if rest.0.is_none() => list,
            Part::Base(list) => {
                let layers: Vec<&Shared> = list.iter().collect();
                layers.into_iter().rev().fold(rest, |rest, layer| rest.below(layer.clone()))
            }
        })
    }

    /// These layers below one more.
    fn below(self, layer: Shared) -> Self {
        let mut sources = self.sources();
        for source in &layer.sources {
            *source.level.of_mut(&mut sources) += 1;
        }
        Layers(Some(Arc::new(Node { layer, rest: self, sources })))
    }

    pub(crate) fn sources(&self) -> PerLevel<u32> {
        self.0.as_ref().map_or_else(PerLevel::default, |node| node.sources)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shared> + Clone {
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
