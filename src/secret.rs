//! Memory that holds secrets. It is wiped on drop and never shown.

use std::fmt;

use zeroize::Zeroize;

/// Bytes that hold secrets.
///
/// To grow, the bytes are copied to a new buffer and the old one is wiped. A `Vec` that grows
/// leaves its old bytes in freed memory.
#[derive(Clone, Default)]
pub(crate) struct SecretBytes(Vec<u8>);

impl Drop for SecretBytes {
    fn drop(&mut self) {
        // Empty buffers are skipped: zeroising zero bytes at a dangling pointer costs hundreds of
        // cycles on CPUs with AVX-512 (`one image from 1 entry`: 728 -> 548 ns).
        if self.0.capacity() > 0 {
            // `zeroize` wipes the elements of a `Vec` one by one, but its spare capacity at once.
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

    /// Drops the bytes past `len`. They are wiped with the rest.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.extend_towards(usize::MAX, bytes);
    }

    /// Appends bytes of an expected total. The capacity grows to at most twice the bytes received,
    /// so that a size that is only claimed is never allocated.
    pub(crate) fn extend_towards(&mut self, expected: usize, bytes: &[u8]) {
        const FIRST: usize = 64 * 1024;
        let needed = self.0.len() + bytes.len();
        if self.0.capacity() < needed {
            let wanted = needed.saturating_mul(2).max(FIRST);
            self.grow(if needed <= expected { wanted.min(expected) } else { wanted });
        }
        self.0.extend_from_slice(bytes);
    }

    /// Makes room for a total of `bytes`. The old buffer is wiped.
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

/// A slice of a [`SecretText`].
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    pub(crate) const EMPTY: Self = Span { start: 0, len: 0 };

    /// The span is empty past 4 GiB, which [`Limits`](crate::Limits) exclude.
    pub(crate) fn new(start: usize, len: usize) -> Self {
        let end = start.checked_add(len).and_then(|end| u32::try_from(end).ok());
        debug_assert!(end.is_some(), "a credential file is shorter than 4 GiB");
        // Neither is larger than the end.
        end.map_or(Self::EMPTY, |_| Self { start: start as u32, len: len as u32 })
    }

    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// A slice of this span.
    pub(crate) fn part(self, start: usize, len: usize) -> Self {
        Self::new((self.start as usize).saturating_add(start), len)
    }

    /// The span of `part`, a slice of `whole`, whose span is this one.
    pub(crate) fn of_part(self, whole: &str, part: &str) -> Self {
        self.part((part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize), part.len())
    }
}

/// The texts of one credential file, secret or not, one after the other. They are wiped together.
///
/// They are kept as bytes, so that base64 is decoded in place. Every span that is kept is UTF-8.
#[derive(Default)]
pub(crate) struct SecretText(SecretBytes);

impl SecretText {
    pub(crate) fn len(&self) -> usize {
        self.0.0.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.0.capacity()
    }

    /// Makes room for a total of `bytes`.
    pub(crate) fn grow(&mut self, bytes: usize) {
        self.0.grow(bytes);
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
        self.0.0.extend_from_slice(text.as_bytes());
        span
    }

    /// Appends the bytes that `decode` writes, at most `most`. Returns `None` if it fails.
    #[inline]
    pub(crate) fn push_decoded(
        &mut self,
        most: usize,
        decode: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Option<Span> {
        self.make_room(most);
        let text = &mut self.0.0;
        let start = text.len();
        text.resize(start + most, 0);
        let len = text.get_mut(start..).and_then(decode);
        text.truncate(start + len.unwrap_or(0).min(most));
        Some(Span::new(start, len?))
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        let bytes = self.0.0.get(start..start.saturating_add(span.len()));
        debug_assert!(bytes.is_some(), "the span is of this text");
        bytes.unwrap_or_default()
    }

    /// The text of a span. Returns `None` for decoded bytes that are not UTF-8.
    pub(crate) fn get(&self, span: Span) -> Option<&str> {
        std::str::from_utf8(self.bytes(span)).ok()
    }
}
