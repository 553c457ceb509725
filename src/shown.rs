//! What of a text from outside may stand in a log.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// Text from a file, made fit for a log: quoted, escaped, cut to a length that a line can bear.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        f.write_str("\"")?;
        for c in self.0.chars().take(MOST) {
            write!(f, "{}", c.escape_debug())?;
        }
        f.write_str(if self.0.chars().nth(MOST).is_some() { "…\"" } else { "\"" })
    }
}

/// Whether a word is, or begins like, what holds a secret: base64 of a credential file, of an archive or of
/// `user:password`, or a token by its form. Meant for words that should be names.
pub(crate) fn is_encoded_secret(word: &str) -> bool {
    const TOKENS: [&str; 9] =
        ["eyJ", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "hvs.", "dckr_pat_", "xox"];
    const LONGEST_WORD: usize = 64;
    let has_separator = word.contains(['.', '-', '_', ' ']);
    if TOKENS.iter().any(|token| word.starts_with(token))
        || (word.len() > LONGEST_WORD && !has_separator)
    {
        return true;
    }
    decoded(word).is_some_and(|bytes| is_secret(&bytes))
}

/// What a word is base64 of, in either alphabet. What is left over does not matter, so that it is also known
/// when it was cut.
fn decoded(word: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Shorter ones are base64 by chance.
    const SHORTEST: usize = 8;
    let mut standard = Zeroizing::new(String::with_capacity(word.len()));
    standard.extend(word.trim_end_matches('=').chars().map(|c| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    }));
    let word = &*standard;
    let whole = word.get(..word.len() / 4 * 4).filter(|whole| whole.len() >= SHORTEST)?;
    STANDARD_NO_PAD.decode(whole).ok().map(Zeroizing::new)
}

fn is_secret(bytes: &[u8]) -> bool {
    const MAGICS: [&[u8]; 7] =
        [b"\x1F\x8B", b"PK\x03", b"BZh", b"\xFD7zX", b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB\xBF"];
    let is_utf_16 = matches!(bytes, [_, 0, _, 0, ..] | [0, _, 0, _, ..]);
    // The last character may have been cut.
    let text = bytes.get(..bytes.len().saturating_sub(3)).map(String::from_utf8_lossy);
    let is_text = text.is_some_and(|text| {
        let is_plain =
            |c: char| c != char::REPLACEMENT_CHARACTER && (!c.is_control() || c.is_whitespace());
        text.chars().all(is_plain)
    });
    // Latin-1 too has a user name in ASCII.
    let pair = bytes.split(|b| *b == b':').next().filter(|user| user.len() < bytes.len());
    let is_pair = pair.is_some_and(|user| {
        !user.is_empty() && user.iter().all(|b| b.is_ascii_graphic() || *b == b' ')
    });
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
        || is_utf_16
        || is_pair
        || (is_text && (bytes.contains(&b'=') || bytes.trim_ascii_start().starts_with(b"{")))
        || std::str::from_utf8(bytes).is_ok_and(is_encoded_secret)
}
