//! The rules for what may be logged, all in one place.
//!
//! - Text from outside is quoted or escaped, and cut: [`Shown`], [`ShownFew`], [`escaped`], [`cut`].
//! - The user info, query and fragment of a URI are never shown: [`shown_uri`], [`shown_name`].
//! - A key that can match no image is shown only if it looks like a registry: [`unmatchable_key`].
//! - The name of a helper is shown only if it cannot be a password: [`helper_name`].

use std::borrow::Cow;
use std::fmt;

use crate::image::{is_docker_hub, is_scheme, parse_port, split_port};

/// Text from outside: quoted, escaped and cut to 200 characters.
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

/// Escapes text from outside that is shown without quotes, such as a path. A line break in it
/// cannot forge a line of a log.
pub(crate) fn escaped(text: &str) -> impl fmt::Display + '_ {
    text.escape_debug()
}

/// A few of many names and the number of further ones: `"a", "b" and 3 more`.
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

/// Returns the first few of many for a message, and the number of the others. They are not
/// counted one by one: the errors of all containers may be about the same thousand secrets.
pub(crate) fn few<T>(all: impl ExactSizeIterator<Item = T>) -> (Vec<T>, usize) {
    const MOST: usize = 5;
    let more = all.len().saturating_sub(MOST);
    (all.take(MOST).collect(), more)
}

/// Returns the name of a secret, cut to length. A URI loses its user info, query and fragment.
pub(crate) fn shown_name(name: &str) -> Cow<'_, str> {
    if name.contains("://") { shown_uri(name) } else { cut(name).into() }
}

/// Returns a URI or a path without user info, query and fragment, which hold passwords and
/// signatures: `https://…@h/x…`.
///
/// User info ends at the last `@`, because a password may contain `/` or `@`. If an `@` follows a
/// `?`, `#` or `;`, only the scheme is shown.
pub(crate) fn shown_uri(uri: &str) -> Cow<'_, str> {
    /// Spellings of `@`: ASCII, two of Unicode, percent-encoded.
    const AT: [&str; 4] = ["@", "\u{FF20}", "\u{FE6B}", "%40"];
    /// `?`, `#` and `;`, also full-width and small.
    const END: [char; 9] =
        ['?', '#', ';', '\u{FF1F}', '\u{FF03}', '\u{FF1B}', '\u{FE56}', '\u{FE5F}', '\u{FE54}'];
    let after_scheme = match uri.split_once("//") {
        Some(("", _)) => "//".len(),
        Some((head, _)) if head == ":" || head.strip_suffix(':').is_some_and(is_scheme) => {
            head.len() + "//".len()
        }
        _ => 0,
    };
    let (scheme, rest) = uri.split_at(after_scheme);
    let (shown, hidden) = rest.split_at(rest.find(END).unwrap_or(rest.len()));
    if AT.iter().any(|at| hidden.contains(at)) {
        return format!("{scheme}…").into();
    }
    let after_at = AT.iter().filter_map(|at| Some(shown.rfind(at)? + at.len())).max();
    let end = if hidden.is_empty() { "" } else { "…" };
    // Cutting comes last, so that the `@` after a long password is found.
    match after_at {
        None if hidden.is_empty() => cut(uri).into(),
        None => format!("{scheme}{}{end}", cut(shown)).into(),
        Some(at) => format!("{scheme}…@{}{end}", cut(shown.get(at..).unwrap_or_default())).into(),
    }
}

/// Returns the first 1,024 bytes of a text, at most. It is copied for each container.
pub(crate) fn cut(text: &str) -> &str {
    const LONGEST: usize = 1024;
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Returns a key that can match no image as it may be logged: as written if it looks like a
/// registry, otherwise its position in the file, `#3`.
///
/// A password in such a key (`admin:2024/rest@reg.io`) has no recognisable end, so the key is shown
/// whole or not at all.
pub(crate) fn unmatchable_key(key: &str, position: usize) -> Cow<'_, str> {
    if has_registry_syntax(key) { key.into() } else { format!("#{position}").into() }
}

/// Returns whether a key that can match no image may be meant for a host, which is in lower case.
///
/// A key that is not shown is compared as a whole. If a piece of it were enough, the one who
/// chooses the image and reads the answer could guess a password piece by piece.
pub(crate) fn may_be_meant_for(key: &str, host: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let (_, rest) = lower.split_once("://").unwrap_or(("", &lower));
    let (_, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let of_key = split_port(authority.trim()).0;
    of_key == host || (is_docker_hub(host) && is_docker_hub(of_key))
}

/// Returns whether a key consists of `[scheme://]host[:port][/path]`.
fn has_registry_syntax(key: &str) -> bool {
    let rest = match key.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ => key,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_port(authority);
    let consists_of = |text: &str, signs: &[u8]| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || signs.contains(&b))
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'),
        None => !host.is_empty() && consists_of(host, b".-_*"),
    };
    let is_port = |port: &str| port.len() <= 5 && parse_port(port).is_some();
    let is_registry = rest.contains(['.', ':', '/']) || host == "localhost";
    is_registry && is_host && port.is_none_or(is_port) && consists_of(path, b".-_/*")
}

/// A key in a message: quoted, or its position with the reason.
pub(crate) struct ShownKey<'a>(pub(crate) &'a str);

impl fmt::Display for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key that is shown never begins with `#`.
        if self.0.starts_with('#') {
            write!(f, "{} (not shown, it does not look like a registry)", self.0)
        } else {
            Shown(self.0).fmt(f)
        }
    }
}

/// Returns the name of a credential helper as it may be logged, and `…` for one that is not all
/// lower case. Helpers have names in lower case. Base64 of a password, which people also write
/// there, hardly ever is.
pub(crate) fn helper_name(name: &str) -> &str {
    const LONGEST: usize = 64;
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    if name.len() <= LONGEST && name.bytes().all(is_plain) { name } else { HIDDEN_HELPER }
}

const HIDDEN_HELPER: &str = "…";

/// Returns the name of a helper if a program could have it, otherwise `…`. Any other text may be a
/// password, and is not kept.
pub(crate) fn possible_helper(name: &str) -> &str {
    const LONGEST: usize = 255;
    let is_valid = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if name.len() <= LONGEST && name.bytes().all(is_valid) { name } else { HIDDEN_HELPER }
}

/// The name of a helper in a message, as a [`helper_name`].
pub(crate) struct ShownHelper<'a>(pub(crate) &'a str);

impl fmt::Display for ShownHelper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match helper_name(self.0) {
            HIDDEN_HELPER => {
                f.write_str("a helper whose name is not shown (it is not all in lower case)")
            }
            name => write!(f, "the helper {}", Shown(name)),
        }
    }
}
