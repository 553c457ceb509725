//! Hashing of hosts and paths: fast, and unpredictable to whoever chooses them.
//!
//! The halves of each word of a text are added to random keys and multiplied, and the products
//! summed up (Thorup's pair-multiply-shift). That is a universal family: any two texts that
//! somebody chooses without knowing the keys collide with a probability of about one in 2^32.
//! Nothing more holds: three and more hashes are not independent, so texts that differ in a few
//! bytes fill the table less evenly than ideal hashes would. 20,000 hosts that differ in four bytes
//! were at most 43 to 98 groups away from their places, where SipHash had 4. This bounds the
//! slowdown by a hostile file.
//!
//! The multiplications do not wait for each other, so a host costs a few nanoseconds where SipHash
//! takes a dozen rounds. The keys are as long as the texts, and so longer texts than any host of a
//! registry are left to SipHash.

use std::hash::{BuildHasher, Hasher, RandomState};

const LONGEST: usize = 64;
const BLOCK: usize = 16;

/// The bit that tells upper case from lower, and tells nothing else apart that stands in hosts and
/// paths.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// The keys of one index.
pub(super) struct Keys {
    first: WordKeys,
    blocks: [BlockKeys; LONGEST / BLOCK - 1],
    last: BlockKeys,
    sip: RandomState,
}

type WordKeys = (u64, u64);
type BlockKeys = [WordKeys; BLOCK / 8];

impl Keys {
    pub(super) fn random() -> Self {
        let sip = RandomState::new();
        let mut count = 0_u64;
        let mut key = || {
            count += 1;
            sip.hash_one(count)
        };
        let mut block = || std::array::from_fn(|_| (key(), key()));
        let (blocks, last) = (std::array::from_fn(|_| block()), block());
        Keys { first: (key(), key()), blocks, last, sip }
    }

    /// Hashes a host or a path, in whatever case, as a part of what `seed` stands for.
    #[inline]
    pub(super) fn hash(&self, seed: u32, text: &[u8]) -> u32 {
        let len = text.len();
        // The length tells apart what overlapping words do not.
        let mut sum = product(self.first, seed.into(), len as u64);
        if let Some(last) = text.last_chunk::<BLOCK>() {
            if len > LONGEST {
                return self.hash_long(seed, text);
            }
            let before = text.get(..len - 1).unwrap_or_default();
            for (block, keys) in before.chunks_exact(BLOCK).zip(&self.blocks) {
                sum = sum.wrapping_add(hash_block(keys, block));
            }
            // Over some of the bytes before it.
            sum = sum.wrapping_add(hash_block(&self.last, last));
        } else {
            let words = match (text.first_chunk(), text.last_chunk()) {
                (Some(first), Some(last)) => {
                    [u64::from_le_bytes(*first), u64::from_le_bytes(*last)]
                }
                _ => [text.iter().fold(0, |word, b| word << 8 | u64::from(*b)), 0],
            };
            sum = sum.wrapping_add(hash_words(&self.last, words));
        }
        (sum >> 32) as u32
    }

    #[cold]
    fn hash_long(&self, seed: u32, text: &[u8]) -> u32 {
        let mut hasher = self.sip.build_hasher();
        hasher.write_u32(seed);
        hasher.write_usize(text.len());
        for word in text.chunks(8) {
            let word = word.iter().fold(0, |word, b| word << 8 | u64::from(*b));
            hasher.write_u64(word | LOWER_CASE);
        }
        (hasher.finish() >> 32) as u32
    }
}

#[inline]
fn hash_block(keys: &BlockKeys, block: &[u8]) -> u64 {
    let block = block.first_chunk().map_or(0, |block| u128::from_le_bytes(*block));
    hash_words(keys, [block as u64, (block >> 64) as u64])
}

#[inline]
fn hash_words(keys: &BlockKeys, words: [u64; BLOCK / 8]) -> u64 {
    let hash = |keys, word: u64| {
        let word = word | LOWER_CASE;
        product(keys, word & 0xFFFF_FFFF, word >> 32)
    };
    let ([one_keys, other_keys], [one, other]) = (*keys, words);
    hash(one_keys, one).wrapping_add(hash(other_keys, other))
}

#[inline]
fn product((one, other): WordKeys, low: u64, high: u64) -> u64 {
    one.wrapping_add(low).wrapping_mul(other.wrapping_add(high))
}
