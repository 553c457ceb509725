//! Registries, repositories and keys in the form that nearly all have: lower-case letters and digits, and single
//! `.`, `-`, `_`, `/` or `:`, each between two of them. In this form every part is well-formed wherever it is cut
//! out, but for where its kind of separator may stand; so knowing where they stand is nearly all of parsing.
//!
//! Nothing here stops before the end of a block of bytes or depends on the byte before. So the compiler looks at
//! all bytes of a block in one go, and what is left to do is done once, with sets of places: bit n for byte n.

/// Where what stands: bit n for byte n.
pub(crate) struct Marks {
    pub(crate) separators: u64,
    pub(crate) slashes: u64,
    pub(crate) colons: u64,
    pub(crate) has_underscore: bool,
}

impl Marks {
    /// So that bit 64, of a separator that there is none of, is behind every text. Nor is an image id in plain form.
    const LONGEST: usize = 63;

    /// `None` for a text that is in another form, or longer than there are bits.
    #[inline(always)]
    pub(crate) fn of(text: &[u8]) -> Option<Marks> {
        let len = text.len();
        if len > Self::LONGEST {
            return None;
        }
        let Some(last) = text.last_chunk() else { return Self::of_short(text) };
        let mut blocks = Blocks::default();
        for (number, block) in text.chunks_exact(BLOCK).enumerate() {
            blocks.add(block.try_into().ok()?, BLOCK * number);
        }
        // Over some of the bytes before it.
        blocks.add(last, len - BLOCK);
        blocks.marks(len)
    }

    /// A text of less than a block, filled up with what is no separator.
    #[inline(never)]
    fn of_short(text: &[u8]) -> Option<Marks> {
        let mut padded = [b'0'; BLOCK];
        padded.iter_mut().zip(text).for_each(|(place, b)| *place = *b);
        let mut blocks = Blocks::default();
        blocks.add(&padded, 0);
        if text.is_empty() { None } else { blocks.marks(text.len()) }
    }
}

const BLOCK: usize = 16;

/// The place of each byte of a block among eight.
const PLACES: [u8; BLOCK] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

#[derive(Default)]
struct Blocks {
    /// Not zero where a byte is not of the form.
    wrong: [u8; BLOCK],
    underscores: [u8; BLOCK],
    /// All separators but slashes.
    joins: u64,
    /// Slashes and colons.
    ends: u64,
}

impl Blocks {
    /// What was found in a text of so many bytes, if it is in plain form.
    #[inline(always)]
    fn marks(self, len: usize) -> Option<Marks> {
        let Blocks { wrong, underscores, joins, ends } = self;
        let separators = joins | ends;
        // Neither behind another nor at an end.
        let unfit = separators << 1 | 1 | 1 << (len - 1);
        let is_plain = is_zero(wrong) && separators & unfit == 0;
        is_plain.then_some(Marks {
            separators,
            slashes: ends & !joins,
            colons: ends & joins,
            has_underscore: !is_zero(underscores),
        })
    }

    #[inline(always)]
    fn add(&mut self, block: &[u8; BLOCK], at: usize) {
        let (mut joins, mut ends) = ([0; BLOCK], [0; BLOCK]);
        let seen = self.wrong.iter_mut().zip(&mut self.underscores);
        let found = joins.iter_mut().zip(&mut ends).zip(&PLACES);
        for ((b, (wrong, underscores)), ((join, end), place)) in block.iter().zip(seen).zip(found) {
            // From `-` to `:` there are `.`, `/` and the digits.
            let is_plain = matches!(b, b'-'..=b':' | b'_' | b'a'..=b'z');
            let (underscore, colon) = (*b == b'_', *b == b':');
            *wrong |= u8::from(!is_plain);
            *underscores |= u8::from(underscore);
            *join = if matches!(b, b'-' | b'.') | underscore | colon { *place } else { 0 };
            *end = if (*b == b'/') | colon { *place } else { 0 };
        }
        self.joins |= side_by_side(joins) << at;
        self.ends |= side_by_side(ends) << at;
    }
}

/// Brings places together. The product has the sum of eight bytes on top, which are all different bits.
#[inline]
fn side_by_side(places: [u8; BLOCK]) -> u64 {
    let places = u128::from_le_bytes(places);
    let sum = |eight: u64| eight.wrapping_mul(0x0101_0101_0101_0101) >> 56;
    sum(places as u64) | sum((places >> 64) as u64) << 8
}

#[inline]
fn is_zero(block: [u8; BLOCK]) -> bool {
    u128::from_ne_bytes(block) == 0
}
