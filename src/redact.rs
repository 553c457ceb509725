//! Everything that decides which text of a credential file may be logged.

use std::borrow::Cow;
use std::fmt;

use crate::image::split_port;
use crate::shown::Shown;

/// Returns a key that can match no image as it may be logged: as written if it looks like a registry, otherwise its
/// position in the file, `#3`.
///
/// What people write in the place of a registry (`admin:2024/rest@reg.io`) may be a password, and no sign tells where it
/// ends. So such a key is shown as a whole or not at all.
pub(crate) fn unmatchable_key(key: &str, position: usize) -> Cow<'_, str> {
    if looks_like_registry(key) { key.into() } else { format!("#{position}").into() }
}

/// Whether a key has only the characters of `[scheme://]host[:port][/path]`, each in its place.
fn looks_like_registry(key: &str) -> bool {
    let is_scheme =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let rest = match key.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) && !scheme.is_empty() => rest,
        _ => key,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_port(authority);
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'),
        None => host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_*".contains(&b)),
    };
    let is_port =
        |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    let is_path = path
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b'*'));
    let is_registry = rest.contains(['.', ':', '/']) || host == "localhost";
    is_registry && is_host && !host.is_empty() && port.is_none_or(is_port) && is_path
}

/// A key in a message: quoted, or its position with the reason.
pub(crate) struct ShownKey<'a>(pub(crate) &'a str);

impl fmt::Display for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No key that is shown begins so.
        match self.0.starts_with('#') {
            true => write!(f, "{} (not shown, it does not look like a registry)", self.0),
            false => Shown(self.0).fmt(f),
        }
    }
}

/// Returns the name of a credential helper as it may be logged. Helpers have names in lower case; base64 of a
/// password, which people also write there, hardly ever is.
pub(crate) fn helper_name(name: &str) -> &str {
    const LONGEST: usize = 64;
    let is_plain =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    if name.len() <= LONGEST && name.bytes().all(is_plain) { name } else { "…" }
}
