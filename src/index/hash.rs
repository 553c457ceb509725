//! Hashing of hosts and paths: fast, and not to be foreseen by who chooses them.
//!
//! The words of a text are multiplied in pairs with random keys and summed up (Thorup's pair-multiply-shift).
//! That is a universal family: whatever two texts somebody chooses without knowing the keys, they collide
//! with a probability of about one in 2^32, as with ideal hashing. The multiplications do not wait for each other, so
//! a host costs a few nanoseconds where SipHash takes a dozen rounds. The keys are as long as the texts, and so
//! longer texts than any host of a registry are left to SipHash.

use std::hash::{BuildHasher, Hasher, RandomState};

const LONGEST: usize = 64;

/// The keys of one index.
pub(super) struct Keys {
    first: (u64, u64),
    words: [(u64, u64); LONGEST / 8],
    sip: RandomState,
}

impl Keys {
    pub(super) fn random() -> Self {
        let sip = RandomState::new();
        let mut count = 0_u64;
        let mut key = || {
            count += 1;
            sip.hash_one(count)
        };
        let mut pair = || (key(), key());
        Keys { first: pair(), words: std::array::from_fn(|_| pair()), sip }
    }

    /// Hashes a host or a path, in whatever case, as a part of what `seed` stands for.
    #[inline]
    pub(super) fn hash(&self, seed: u32, text: &[u8]) -> u32 {
        if text.len() > LONGEST {
            return self.hash_long(seed, text);
        }
        let product = |(one, other): (u64, u64), low: u64, high: u64| {
            one.wrapping_add(low).wrapping_mul(other.wrapping_add(high))
        };
        // The length tells apart what the overlap of the last word does not.
        let mut sum = product(self.first, seed.into(), text.len() as u64);
        let mut add = |keys, word| {
            sum = sum.wrapping_add(product(keys, word & 0xFFFF_FFFF, word >> 32));
        };
        let mut keys = self.words.iter();
        each_word(text, |word| {
            if let Some(keys) = keys.next() {
                add(*keys, word);
            }
        });
        (sum >> 32) as u32
    }

    #[cold]
    fn hash_long(&self, seed: u32, text: &[u8]) -> u32 {
        let mut hasher = self.sip.build_hasher();
        hasher.write_u32(seed);
        hasher.write_usize(text.len());
        each_word(text, |word| hasher.write_u64(word));
        (hasher.finish() >> 32) as u32
    }
}

/// The words of a text, the last of them as far back as it must be to be whole. Upper case is lower case: the
/// bit that tells them apart is set, and tells nothing else apart that stands in hosts and paths.
#[inline]
fn each_word(text: &[u8], mut each: impl FnMut(u64)) {
    const LOWER_CASE: u64 = 0x2020_2020_2020_2020;
    let mut take = |word: &[u8]| {
        let word = word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        each(word | LOWER_CASE);
    };
    let words = text.chunks_exact(8);
    let is_whole = words.remainder().is_empty();
    words.for_each(&mut take);
    if is_whole {
        return;
    }
    match text.last_chunk::<8>() {
        Some(last) => take(last),
        None => each(text.iter().fold(0, |word, b| word << 8 | u64::from(*b)) | LOWER_CASE),
    }
}
