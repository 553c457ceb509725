//! A hash table of numbers that says nothing of what they stand for.

/// Stands for something that is counted.
pub(super) type Id = u32;

pub(super) const NONE: Id = Id::MAX;

/// Counts past what an id can hold are no entry at all; memory ends long before.
pub(super) fn id(count: usize) -> Id {
    Id::try_from(count).unwrap_or(NONE)
}

/// A hash table of numbers. Their hashes stand beside them, so that most strangers are told without
/// looking at what they stand for, and growing hashes nothing anew.
///
/// A group is a line of the cache, and all of it is compared in one go: whether the first or the
/// fifth is the one that is looked for, or none, is nothing that a processor could foresee.
#[derive(Default)]
pub(super) struct Table {
    /// A power of two of them.
    groups: Vec<Group>,
    items: usize,
}

/// As many as there is room for in a line.
const GROUP: usize = 7;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Group {
    /// A byte of each hash, from the lowest; zero for those that are free, behind the others.
    tags: u64,
    hashes: [u32; GROUP],
    numbers: [Id; GROUP],
}

const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

impl Group {
    const EMPTY: Self = Group { tags: 0, hashes: [0; GROUP], numbers: [NONE; GROUP] };

    /// The highest bit of each byte that may be this tag. Those of others may be set too, seldom,
    /// but never that of the eighth byte, which is no place: who is misled by it would not go on to
    /// the next group.
    #[inline]
    fn candidates(&self, tag: u64) -> u64 {
        let difference = self.tags ^ (EACH_BYTE * tag);
        difference.wrapping_sub(EACH_BYTE) & !difference & (EACH_BYTE << 7) & (u64::MAX >> 8)
    }

    /// How many are in it.
    #[inline]
    fn filled(&self) -> usize {
        8 - self.tags.leading_zeros() as usize / 8
    }
}

/// The byte of a hash that is never zero. The index of the group is made of other bits.
#[inline]
fn tag(hash: u32) -> u64 {
    u64::from(hash >> 24).max(1)
}

impl Table {
    pub(super) fn for_items(items: usize) -> Self {
        Table { groups: vec![Group::EMPTY; Self::groups_for(items)], items: 0 }
    }

    /// At most two thirds full, so that few groups are.
    fn groups_for(items: usize) -> usize {
        ((items + items / 2) / GROUP + 1).next_power_of_two()
    }

    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.groups.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let group = self.groups.get(at)?;
            let mut candidates = group.candidates(tag(hash));
            while candidates != 0 {
                let location = candidates.trailing_zeros() as usize / 8;
                let number = *group.numbers.get(location)? as usize;
                if group.hashes.get(location) == Some(&hash) && is_it(number) {
                    return Some(number);
                }
                candidates &= candidates - 1;
            }
            if group.filled() < GROUP {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a number that is not in it.
    pub(super) fn add(&mut self, hash: u32, number: Id) {
        self.items += 1;
        if Self::groups_for(self.items) > self.groups.len() {
            let grown = Self::for_items(self.items * 2);
            let old = std::mem::replace(&mut self.groups, grown.groups);
            for group in old {
                let filled = group.hashes.into_iter().zip(group.numbers).take(group.filled());
                filled.for_each(|(hash, number)| self.put(hash, number));
            }
        }
        self.put(hash, number);
    }

    fn put(&mut self, hash: u32, number: Id) {
        let mask = self.groups.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        while let Some(group) = self.groups.get_mut(at) {
            let location = group.filled();
            if let (Some(known), Some(free)) =
                (group.hashes.get_mut(location), group.numbers.get_mut(location))
            {
                (*known, *free) = (hash, number);
                group.tags |= tag(hash) << (8 * location);
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    /// Which hashes meet is left to chance elsewhere, because they are keyed.
    #[test]
    fn what_did_not_fit_into_its_group_is_found_in_the_next() {
        // Seven fill a group, the eighth goes on to the next; all with the lowest tag but the first
        // six.
        for last in [0x0000_0700, 0x0100_0700, 0x0200_0700, 0xFF00_0700] {
            for eighth in [0x0000_0010, 0x0100_0010, 0x0200_0010, 0xFF00_0010] {
                let mut table = Table::for_items(40);
                let first = (1..7).map(|n| n << 24 | n << 8);
                let hashes: Vec<u32> = first.chain([last, eighth]).collect();
                (0..).zip(&hashes).for_each(|(number, hash)| table.add(*hash, number));
                for (number, hash) in hashes.iter().enumerate() {
                    assert_eq!(table.find(*hash, |found| found == number), Some(number));
                }
                assert_eq!(table.find(0x0100_0F10, |_| true), None);
            }
        }
    }
}
