//! Names that people choose, and where they also put what is no name.

use std::borrow::Cow;

use crate::scope::without_secrets;
use crate::shown::is_encoded_secret;

const NOT_SHOWN: &str = "(not shown, it may be the secret itself)";

/// The name or the source of a secret as it may be shown. Where it is due, people also write the secret
/// itself, as JSON, in base64, or with a colon in it.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    let name = cut(name);
    if name.contains("://") {
        return shown_uri(name);
    }
    if is_name(without_store(name)) && !has_encoded_secret(name) {
        name.into()
    } else {
        NOT_SHOWN.into()
    }
}

/// Letters and digits with signs between them. A colon or an `@` counts as such only behind a slash: before
/// the first one it may divide a user from a password.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '#' | '+');
    let (head, tail) = name.split_at(name.find('/').unwrap_or(name.len()));
    head.chars().all(is_plain) && tail.chars().all(|c| is_plain(c) || matches!(c, ':' | '@'))
}

/// A name without what its store is called, or the six fields of one of Amazon's.
fn without_store(name: &str) -> &str {
    const STORES: [&str; 8] = ["vault", "kv", "secret", "secrets", "ssm", "consul", "k8s", "gcp"];
    if name.starts_with("arn:") && name.split(':').count() >= 6 {
        return name.rsplit(':').next().unwrap_or_default();
    }
    match name.split_once(':') {
        Some((store, rest)) if STORES.contains(&store) => rest,
        _ => name,
    }
}

fn has_encoded_secret(text: &str) -> bool {
    is_encoded_secret(text) || text.split(['/', '#', ':', '@', '?', '=']).any(is_encoded_secret)
}

/// A URI as it may be shown: without user info, query and fragment.
pub(super) fn shown_uri(uri: &str) -> Cow<'_, str> {
    let uri = cut(uri);
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '{' | '"' | ',');
    if uri.contains(is_odd) || has_encoded_secret(uri) {
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
