//! Names that people choose, and where they also put what is no name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// A name as it may be shown. Where the name of a secret is due, people also write the secret itself,
/// as JSON or in base64.
pub(super) fn shown(name: &str) -> String {
    if looks_like_a_document(name) || is_encoded_document(name) {
        "(not shown, it looks like the secret itself)".to_owned()
    } else {
        name.to_owned()
    }
}

fn looks_like_a_document(text: &str) -> bool {
    text.contains(['{', '"', '\n'])
}

fn is_encoded_document(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(text).ok().map(Zeroizing::new);
    decoded.is_some_and(|bytes| bytes.starts_with(b"{") && bytes.is_ascii())
}
