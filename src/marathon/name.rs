//! Names that people choose, and where they also put what is no name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// A name as it may be shown. Where the name of a secret is due, people also write the secret itself,
/// as JSON or in base64.
pub(super) fn shown(name: &str) -> String {
    let name = cut(name);
    if looks_like_a_document(name) || is_encoded_document(name) {
        "(not shown, it looks like the secret itself)".to_owned()
    } else {
        name.to_owned()
    }
}

/// As much of a name as any real one has. What is copied for each container must not be as long as the whole
/// definition.
pub(super) fn cut(name: &str) -> &str {
    const LONGEST: usize = 1024;
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or(0)).unwrap_or_default()
}

fn looks_like_a_document(text: &str) -> bool {
    text.contains(['{', '"', '\n'])
}

fn is_encoded_document(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(text).ok().map(Zeroizing::new);
    decoded.is_some_and(|bytes| bytes.starts_with(b"{") && bytes.is_ascii())
}
