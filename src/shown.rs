//! What of a text from outside may stand in a log.

use std::borrow::Cow;
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

/// A few of many names, and how many more there are: `"a", "b" and 3 more`.
pub(crate) struct ShownFew<'a>(pub(crate) &'a [String], pub(crate) usize);

impl fmt::Display for ShownFew<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ShownFew(names, more) = *self;
        for (n, name) in names.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "" } else { ", " }, Shown(name))?;
        }
        if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}

/// The name of a secret, an alias or a source, cut to length. It is not secret, but where it is a URI its user info,
/// query and fragment are.
pub(crate) fn shown_name(name: &str) -> Cow<'_, str> {
    if name.contains("://") { shown_uri(name) } else { cut(name).into() }
}

/// A URI or a path without user info, query and fragment, where passwords and signatures are: `https://…@h/x…`.
///
/// Decided by syntax alone, so that a password may hold a slash or an `@`: user info ends at the last `@`. Where
/// an `@` follows the start of what looks like a query, the two cannot be told apart, and only the scheme is
/// shown.
pub(crate) fn shown_uri(uri: &str) -> Cow<'_, str> {
    /// `@` as Unicode has it twice more, and escaped.
    const AT: [&str; 4] = ["@", "\u{FF20}", "\u{FE6B}", "%40"];
    /// `?`, `#` and `;`, also in full width and small.
    const END: [char; 9] =
        ['?', '#', ';', '\u{FF1F}', '\u{FF03}', '\u{FF1B}', '\u{FE56}', '\u{FE5F}', '\u{FE54}'];
    let is_in_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    let after_scheme = match uri.split_once("//") {
        Some(("", _)) => "//".len(),
        Some((head, _)) => match head.strip_suffix(':') {
            Some(scheme) if scheme.bytes().all(is_in_scheme) => head.len() + "//".len(),
            _ => 0,
        },
        None => 0,
    };
    let (scheme, rest) = uri.split_at(after_scheme);
    let (shown, hidden) = rest.split_at(rest.find(END).unwrap_or(rest.len()));
    if AT.iter().any(|at| hidden.contains(at)) {
        return format!("{scheme}…").into();
    }
    let after_at = AT.iter().filter_map(|at| Some(shown.rfind(at)? + at.len())).max();
    let end = if hidden.is_empty() { "" } else { "…" };
    // Cut at last, as the sign that ends a long password counts.
    match after_at {
        None if hidden.is_empty() => cut(uri).into(),
        None => format!("{scheme}{}{end}", cut(shown)).into(),
        Some(at) => format!("{scheme}…@{}{end}", cut(shown.get(at..).unwrap_or_default())).into(),
    }
}

/// A text cut to the length of any real name. What is copied for each container must not be as long as the whole
/// definition.
pub(crate) fn cut(text: &str) -> &str {
    const LONGEST: usize = 1024;
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
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
