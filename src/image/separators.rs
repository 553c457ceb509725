//! Bitmaps of the separators in a text, for texts in *plain form*: lower-case letters and digits,
//! and single `.`, `-`, `_`, `/` or `:`, each between two of them.
//!
//! Nearly all references and keys are in plain form. Every part of such a text is well-formed
//! wherever it is cut, except that only some parts may contain `_` or `:`.
//!
//! Sixteen bytes are compared at once. A loop byte by byte takes 1.5 times as long for a whole
//! lookup (`parse + resolve`).

use wide::{CmpEq, CmpGt, CmpLt, i8x16};

/// Bitmaps of the separators in a text: bit *n* is set if byte *n* is that separator.
pub(crate) struct Separators {
    pub(crate) slashes: u64,
    pub(crate) colons: u64,
    pub(crate) dots: u64,
    pub(crate) underscores: u64,
}

impl Separators {
    /// The longest text that is read. With 63 bytes, `trailing_zeros` of an empty bitmap (64) is
    /// past the end, and an image id (64 digits) is never in plain form.
    const LONGEST: usize = 63;

    /// Returns `None` for a text that is empty, too long or not in plain form.
    #[inline(always)]
    pub(crate) fn of(text: &[u8]) -> Option<Separators> {
        let len = text.len();
        if len > Self::LONGEST {
            return None;
        }
        let Some(last) = text.last_chunk() else { return Self::of_short(text) };
        let mut bitmaps = Bitmaps::EMPTY;
        for (number, block) in text.chunks_exact(BLOCK).enumerate() {
            bitmaps.add(block.try_into().ok()?, BLOCK * number);
        }
        // The last block may overlap the one before it.
        bitmaps.add(last, len - BLOCK);
        bitmaps.separators(len)
    }

    /// Reads a text shorter than a block, padded with a character that is not a separator.
    #[inline(never)]
    fn of_short(text: &[u8]) -> Option<Separators> {
        let mut padded = [b'0'; BLOCK];
        padded.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        let mut bitmaps = Bitmaps::EMPTY;
        bitmaps.add(&padded, 0);
        if text.is_empty() { None } else { bitmaps.separators(text.len()) }
    }

    /// A bitmap of the bytes before the first slash; of all bytes if there is none.
    #[inline(always)]
    pub(crate) fn before_slash(&self) -> u64 {
        (self.slashes & self.slashes.wrapping_neg()).wrapping_sub(1)
    }
}

const BLOCK: usize = 16;

/// The bitmaps so far. Making a bitmap costs as much as all comparisons, so three bitmaps encode
/// five separators: `/` is in the first, `:` in the first two, `.` in the second, `_` in the last
/// two and `-` in the third.
struct Bitmaps {
    other: i8x16,
    first: u64,
    second: u64,
    third: u64,
}

impl Bitmaps {
    const EMPTY: Self = Bitmaps { other: i8x16::ZERO, first: 0, second: 0, third: 0 };

    /// The separators of a text of `len` bytes, if it is in plain form.
    #[inline(always)]
    fn separators(self, len: usize) -> Option<Separators> {
        let Bitmaps { other, first, second, third } = self;
        let separators = first | second | third;
        let ends = 1 | 1 << (len - 1);
        // No separator is at an end or after another.
        let is_plain = other.move_mask() == 0 && separators & (separators << 1 | ends) == 0;
        is_plain.then_some(Separators {
            slashes: first & !second,
            colons: first & second,
            dots: second & !(first | third),
            underscores: second & third,
        })
    }

    #[inline(always)]
    fn add(&mut self, block: &[u8; BLOCK], at: usize) {
        // Bytes outside ASCII are negative: neither equal to a separator nor in a range.
        let block = i8x16::new(block.map(|b| b as i8));
        let all = |b: u8| i8x16::splat(b as i8);
        let is = |b| block.cmp_eq(all(b));
        let is_between = |low, high| block.cmp_gt(all(low - 1)) & block.cmp_lt(all(high + 1));
        let bits = |found: i8x16| (found.move_mask() as u64) << at;
        let (colon, underscore) = (is(b':'), is(b'_'));
        // The range from `-` to `:` is `-`, `.`, `/`, the digits and `:`.
        self.other |= !(is_between(b'a', b'z') | is_between(b'-', b':') | underscore);
        self.first |= bits(is(b'/') | colon);
        self.second |= bits(is(b'.') | colon | underscore);
        self.third |= bits(is(b'-') | underscore);
    }
}
