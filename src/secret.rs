//! Text that nobody may see: kept in one place per credential file, never shown, wiped on drop.

use std::fmt;

use zeroize::Zeroize;

/// Bytes that hold secrets, on their way in: wiped once parsed.
///
/// Growing copies to a new buffer and wipes the old one: a growing `Vec` would leave its old bytes
/// behind in memory that nobody wipes.
#[derive(Clone, Default)]
pub(crate) struct SecretBytes(Vec<u8>);

impl Drop for SecretBytes {
    fn drop(&mut self) {
        // What has no buffer points nowhere, and filling no bytes there takes some processors
        // hundreds of cycles.
        if self.0.capacity() > 0 {
            // What is filled would be wiped byte by byte; what is free is wiped at once.
            self.0.clear();
            self.0.zeroize();
        }
    }
}

impl SecretBytes {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn zeros(bytes: usize) -> Self {
        Self(vec![0; bytes])
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Forgets what stands past `len`; it is wiped with the rest.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.0.capacity() - self.0.len() < bytes.len() {
            let wanted = (self.0.len() + bytes.len()).saturating_mul(2);
            self.grow(wanted);
        }
        self.0.extend_from_slice(bytes);
    }

    /// Appends bytes of an expected total. Capacity grows to at most twice the bytes received, so a
    /// claimed size is never an allocation.
    pub(crate) fn extend_towards(&mut self, expected: usize, bytes: &[u8]) {
        const FIRST: usize = 64 * 1024;
        let needed = self.0.len() + bytes.len();
        if self.0.capacity() < needed {
            let wanted = needed.saturating_mul(2).max(FIRST);
            self.grow(if needed <= expected { wanted.min(expected) } else { wanted });
        }
        self.0.extend_from_slice(bytes);
    }

    /// Makes room for so many bytes in all. The buffer that was too small is wiped.
    fn grow(&mut self, bytes: usize) {
        let mut larger = Self::with_capacity(bytes.max(self.0.len()));
        larger.0.extend_from_slice(&self.0);
        *self = larger;
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A piece of a [`SecretText`].
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    pub(crate) const EMPTY: Self = Span { start: 0, len: 0 };

    /// Past 4 GiB, which the limits keep out of reach, the span is empty.
    pub(crate) fn new(start: usize, len: usize) -> Self {
        let span = |start: usize, len: usize| {
            u32::try_from(start.checked_add(len)?).ok()?;
            Some(Self { start: u32::try_from(start).ok()?, len: u32::try_from(len).ok()? })
        };
        span(start, len).unwrap_or_default()
    }

    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// A piece of what this span names.
    pub(crate) fn part(self, start: usize, len: usize) -> Self {
        Self::new((self.start as usize).saturating_add(start), len)
    }

    /// The span of `part`, which is a slice of `whole`, whose span this is.
    pub(crate) fn of_part(self, whole: &str, part: &str) -> Self {
        self.part((part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize), part.len())
    }
}

/// The texts of one credential file, secret or not, one after the other, wiped together.
///
/// Bytes, so that what is decoded can be decoded straight into its place. Every piece that is kept
/// is text.
#[derive(Default)]
pub(crate) struct SecretText {
    text: SecretBytes,
}

impl SecretText {
    pub(crate) fn len(&self) -> usize {
        self.text.0.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.text.0.capacity()
    }

    /// Makes room for so many bytes in all.
    pub(crate) fn grow(&mut self, bytes: usize) {
        self.text.grow(bytes);
    }

    fn make_room(&mut self, more: usize) {
        if self.capacity() - self.len() < more {
            let needed = self.len() + more;
            self.grow(needed + needed / 4);
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> Span {
        self.make_room(text.len());
        let span = Span::new(self.len(), text.len());
        self.text.0.extend_from_slice(text.as_bytes());
        span
    }

    /// Adds what is written straight into its place, at most so many bytes; `None` where nothing
    /// is.
    #[inline]
    pub(crate) fn push_decoded(
        &mut self,
        most: usize,
        decode: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Option<Span> {
        self.make_room(most);
        let text = &mut self.text.0;
        let start = text.len();
        text.resize(start + most, 0);
        let len = text.get_mut(start..).and_then(decode);
        text.truncate(start + len.unwrap_or(0).min(most));
        Some(Span::new(start, len?))
    }

    /// The piece that a span names; nothing if it names none.
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.text.0.get(start..start.saturating_add(span.len())).unwrap_or_default()
    }

    /// The same as text; `None` where bytes were decoded that are none.
    pub(crate) fn get(&self, span: Span) -> Option<&str> {
        std::str::from_utf8(self.bytes(span)).ok()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
