//! Text that nobody may see: kept in one place per credential file, never shown, wiped on drop.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes that hold secrets, on their way in: wiped once parsed.
///
/// Growing copies to a new buffer and wipes the old one: a growing `Vec` would leave its old bytes
/// behind in memory that nobody wipes.
#[derive(Clone, Default)]
pub(crate) struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(bytes)))
    }

    pub(crate) fn zeros(bytes: usize) -> Self {
        Self(Zeroizing::new(vec![0; bytes]))
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
            let mut larger = Zeroizing::new(Vec::with_capacity(wanted));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A piece of a [`SecretText`] or of the names of a credential file.
#[derive(Clone, Copy, Default)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// Past 4 GiB, which the limits keep out of reach, the span is empty.
    pub(crate) fn new(start: usize, len: usize) -> Self {
        let span = |start: usize, len: usize| {
            u32::try_from(start.checked_add(len)?).ok()?;
            Some(Self { start: u32::try_from(start).ok()?, len: u32::try_from(len).ok()? })
        };
        span(start, len).unwrap_or_default()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The piece of `text` that the span names; empty if it names none.
    pub(crate) fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }

    /// The span of `part`, which is a slice of `whole`, whose span this is.
    pub(crate) fn of_part(self, whole: &str, part: &str) -> Self {
        let offset = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
        Self::new((self.start as usize).saturating_add(offset), part.len())
    }
}

/// The secrets of one credential file, one after the other, wiped together.
#[derive(Default)]
pub(crate) struct SecretText {
    text: Zeroizing<String>,
}

impl SecretText {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: Zeroizing::new(String::with_capacity(bytes)) }
    }

    pub(crate) fn push(&mut self, secret: &str) -> Span {
        let span = Span::new(self.text.len(), secret.len());
        if self.text.capacity() - self.text.len() < secret.len() {
            let wanted = (self.text.len() + secret.len()).saturating_mul(2);
            let mut larger = Zeroizing::new(String::with_capacity(wanted));
            larger.push_str(&self.text);
            self.text = larger;
        }
        self.text.push_str(secret);
        span
    }

    pub(crate) fn get(&self, span: Span) -> &str {
        span.of(&self.text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
