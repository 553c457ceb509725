//! A hash table of numbers that says nothing of what they stand for.

/// Stands for something that is counted.
pub(super) type Id = u32;

pub(super) const NONE: Id = Id::MAX;

/// Counts past what an id can hold are no entry at all; memory ends long before.
pub(super) fn id(count: usize) -> Id {
    Id::try_from(count).unwrap_or(NONE)
}

/// A hash table of numbers, sized once for as many items as will ever be in it.
pub(super) struct Table {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// Half of the hash, to tell most strangers without looking at them.
    tag: u32,
    /// `NONE` in a free slot.
    number: Id,
}

impl Table {
    pub(super) fn for_items(items: usize) -> Self {
        // At most two thirds full, so that a search ends soon.
        let slots = if items == 0 { 0 } else { (items + items / 2 + 1).next_power_of_two() };
        Table { slots: vec![Slot { tag: 0, number: NONE }; slots] }
    }

    pub(super) fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let slot = self.slots.get(self.probe(hash, is_it)?)?;
        (slot.number != NONE).then_some(slot.number as usize)
    }

    /// The number in a slot that was probed for; a free slot is given `new`.
    pub(super) fn take_or(&mut self, slot: Option<usize>, hash: u64, new: usize) -> usize {
        match slot.and_then(|slot| self.slots.get_mut(slot)) {
            Some(Slot { number, .. }) if *number != NONE => *number as usize,
            Some(slot) => {
                *slot = Slot { tag: tag(hash), number: id(new) };
                new
            }
            None => new,
        }
    }

    /// The slot where an item is, or the free one where it belongs.
    pub(super) fn probe(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.number == NONE || (slot.tag == tag(hash) && is_it(slot.number as usize)) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}
