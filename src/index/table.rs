//! A hash table of numbers that says nothing of what they stand for.

/// Stands for something that is counted.
pub(super) type Id = u32;

pub(super) const NONE: Id = Id::MAX;

/// Counts past what an id can hold are no entry at all; memory ends long before.
pub(super) fn id(count: usize) -> Id {
    Id::try_from(count).unwrap_or(NONE)
}

/// A hash table of numbers. Their hashes stand beside them, so that most strangers are told without looking
/// at what they stand for, and growing hashes nothing anew.
#[derive(Default)]
pub(super) struct Table {
    /// A power of two of them.
    slots: Vec<Slot>,
    items: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// `NONE` in a free slot.
    number: Id,
}

impl Table {
    pub(super) fn for_items(items: usize) -> Self {
        let slots = Self::slots_for(items);
        Table { slots: vec![Slot { hash: 0, number: NONE }; slots], items: 0 }
    }

    /// At most two thirds full, so that a search ends soon.
    fn slots_for(items: usize) -> usize {
        (items + items / 2 + 1).next_power_of_two()
    }

    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.number == NONE {
                return None;
            }
            if slot.hash == hash && is_it(slot.number as usize) {
                return Some(slot.number as usize);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a number that is not in it.
    pub(super) fn add(&mut self, hash: u32, number: Id) {
        self.items += 1;
        if Self::slots_for(self.items) > self.slots.len() {
            let grown = Self::for_items(self.items * 2);
            let old = std::mem::replace(&mut self.slots, grown.slots);
            old.into_iter().filter(|slot| slot.number != NONE).for_each(|slot| self.put(slot));
        }
        self.put(Slot { hash, number });
    }

    fn put(&mut self, new: Slot) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = new.hash as usize & mask;
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.number == NONE {
                *slot = new;
                return;
            }
            at = (at + 1) & mask;
        }
    }
}
