//! Registries, repositories and keys in the form that nearly all have: lower-case letters and
//! digits, and single `.`, `-`, `_`, `/` or `:`, each between two of them. In this form every part
//! is well-formed wherever it is cut out, but for where its kind of separator may stand; so knowing
//! where they stand is nearly all of parsing.
//!
//! Sixteen bytes are compared in one go, and what is found in them are sets of places: bit n for
//! byte n. That no loop stops at a byte, or depends on the one before, is what makes reading a
//! reference cheaper than hashing it.

use wide::{CmpEq, CmpGt, CmpLt, i8x16};

/// Where what stands: bit n for byte n.
pub(crate) struct Separators {
    pub(crate) slashes: u64,
    pub(crate) colons: u64,
    pub(crate) dots: u64,
    pub(crate) underscores: u64,
}

impl Separators {
    /// So that bit 64, of a separator that there is none of, is behind every text. Nor is an image
    /// id in plain form.
    const LONGEST: usize = 63;

    /// `None` for a text that is in another form, or longer than there are bits.
    #[inline(always)]
    pub(crate) fn of(text: &[u8]) -> Option<Separators> {
        let len = text.len();
        if len > Self::LONGEST {
            return None;
        }
        let Some(last) = text.last_chunk() else { return Self::of_short(text) };
        let mut blocks = Blocks::NONE;
        for (number, block) in text.chunks_exact(BLOCK).enumerate() {
            blocks.add(block.try_into().ok()?, BLOCK * number);
        }
        // Over some of the bytes before it.
        blocks.add(last, len - BLOCK);
        blocks.marks(len)
    }

    /// A text of less than a block, filled up with what is no separator.
    #[inline(never)]
    fn of_short(text: &[u8]) -> Option<Separators> {
        let mut padded = [b'0'; BLOCK];
        padded.iter_mut().zip(text).for_each(|(place, b)| *place = *b);
        let mut blocks = Blocks::NONE;
        blocks.add(&padded, 0);
        if text.is_empty() { None } else { blocks.marks(text.len()) }
    }
}

const BLOCK: usize = 16;

/// What was found so far. Each set costs as much as all comparisons, so three of them tell five
/// separators: a slash is in the first, a colon in the first two, a dot in the second, an
/// underscore in the last two, and a hyphen in the third.
struct Blocks {
    odd: i8x16,
    first: u64,
    second: u64,
    third: u64,
}

impl Blocks {
    const NONE: Self = Blocks { odd: i8x16::ZERO, first: 0, second: 0, third: 0 };

    /// What was found in a text of so many bytes, if it is in plain form.
    #[inline(always)]
    fn marks(self, len: usize) -> Option<Separators> {
        let Blocks { odd, first, second, third } = self;
        let separators = first | second | third;
        let ends = 1 | 1 << (len - 1);
        // Neither at an end nor behind another.
        let is_plain = odd.move_mask() == 0 && separators & (separators << 1 | ends) == 0;
        is_plain.then_some(Separators {
            slashes: first & !second,
            colons: first & second,
            dots: second & !(first | third),
            underscores: second & third,
        })
    }

    #[inline(always)]
    fn add(&mut self, block: &[u8; BLOCK], at: usize) {
        // Those that are no ASCII are negative, and neither equal nor between.
        let block = i8x16::new(block.map(|b| b as i8));
        let all = |b: u8| i8x16::splat(b as i8);
        let is = |b| block.cmp_eq(all(b));
        let is_between = |low, high| block.cmp_gt(all(low - 1)) & block.cmp_lt(all(high + 1));
        let places = |found: i8x16| (found.move_mask() as u64) << at;
        let (colon, underscore) = (is(b':'), is(b'_'));
        // From `-` to `:` there are `.`, `/` and the digits.
        self.odd |= !(is_between(b'a', b'z') | is_between(b'-', b':') | underscore);
        self.first |= places(is(b'/') | colon);
        self.second |= places(is(b'.') | colon | underscore);
        self.third |= places(is(b'-') | underscore);
    }
}
