//! Names that people choose, and where they also put what is no name.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use crate::scope::without_secrets;

const NOT_SHOWN: &str = "(not shown, it may be the secret itself)";

/// The name or the source of a secret as it may be shown. Where it is due, people also write the secret
/// itself, as JSON, in base64, or with a colon in it.
pub(super) fn shown(name: &str) -> &str {
    let name = cut(name);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '#');
    // What a store is called may stand before the name, and Amazon's names have colons of their own.
    const STORES: [&str; 6] = ["vault", "kv", "secret", "secrets", "ssm", "consul"];
    let name_in_store = name.split_once(':').filter(|(store, _)| STORES.contains(store));
    let plain: Cow<'_, str> = match name_in_store {
        Some((_, rest)) => rest.into(),
        None if name.starts_with("arn:") => name.replace(':', "/").into(),
        None => name.into(),
    };
    if plain.chars().all(is_name) && !name.split(['/', '#']).any(is_encoded_secret) {
        name
    } else {
        NOT_SHOWN
    }
}

/// A URI as it may be shown: without user info, query and fragment.
pub(super) fn shown_uri(uri: &str) -> Cow<'_, str> {
    let uri = cut(uri);
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '{' | '"' | ',');
    if uri.contains(is_odd) || uri.split('/').any(is_encoded_secret) {
        return NOT_SHOWN.into();
    }
    // The same signs divide every URI; only keys are no more than http and https.
    let is_scheme =
        |head: &str| head.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    match uri.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
        None => without_secrets(uri),
        Some((scheme, rest)) => {
            let shown = format!("https://{rest}");
            let shown = without_secrets(&shown);
            format!("{scheme}{}", shown.strip_prefix("https").unwrap_or_default()).into()
        }
    }
}

/// As much of a name as any real one has. What is copied for each container must not be as long as the whole
/// definition.
pub(super) fn cut(name: &str) -> &str {
    const LONGEST: usize = 1024;
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Whether a word is, or begins like, base64 of a credential file, of an archive, or of `user:password`.
fn is_encoded_secret(word: &str) -> bool {
    const GZIP: &[u8] = b"\x1F\x8B";
    let word = word.trim_end_matches('=');
    // What is left over does not matter, so that it is also known when it was cut.
    let whole = word.get(..word.len() / 4 * 4).unwrap_or_default();
    let Ok(bytes) = STANDARD_NO_PAD.decode(whole).map(Zeroizing::new) else { return false };
    let text = bytes.trim_ascii_start();
    let is_document = text.starts_with(b"{")
        && matches!(text.get(1), None | Some(b'"' | b'}' | b' ' | b'\n' | b'\r' | b'\t'));
    let is_pair = bytes.contains(&b':') && bytes.iter().all(|b| b.is_ascii_graphic());
    !bytes.is_empty() && (is_document || is_pair || bytes.starts_with(GZIP))
}
