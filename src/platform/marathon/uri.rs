//! The syntax that Marathon demands of a URI: that of `java.net.URI`'s constructor of one argument,
//! which is RFC 2396 with a few deviations of its own.

use std::net::Ipv6Addr;

/// Returns whether `java.net.URI` parses a text.
pub(super) fn is_valid(uri: &str) -> bool {
    let (uri, fragment) = split(uri, '#');
    if !fragment.is_none_or(|fragment| holds_only(fragment, is_in_uri)) {
        return false;
    }
    // A colon after a slash or a query belongs to these.
    match uri.split_once(':').filter(|(scheme, _)| !scheme.contains(['/', '?'])) {
        Some((scheme, rest)) if rest.starts_with('/') => {
            is_scheme(scheme) && is_hierarchical(rest, fragment.is_some())
        }
        Some((scheme, opaque)) => {
            is_scheme(scheme) && !opaque.is_empty() && holds_only(opaque, is_in_uri)
        }
        None => is_hierarchical(uri, fragment.is_some()),
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// `[//authority][path][?query]`.
fn is_hierarchical(text: &str, has_fragment: bool) -> bool {
    let (text, query) = split(text, '?');
    let (authority, path) = match text.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            (Some(authority), path)
        }
        None => (None, text),
    };
    let is_authority_valid = match authority {
        None => true,
        // A deviation of Java's, which `file:///path` needs.
        Some("") => !path.is_empty() || query.is_some() || has_fragment,
        Some(authority) => is_authority(authority),
    };
    is_authority_valid
        && holds_only(path, |c| is_in_authority(c) || c == '/')
        && query.is_none_or(|query| holds_only(query, is_in_uri))
}

/// Java reads an authority as `[user@]host[:port]`, and otherwise as a name of some registry, which
/// may be any text without brackets.
fn is_authority(authority: &str) -> bool {
    if !authority.contains(['[', ']']) {
        return holds_only(authority, is_in_authority);
    }
    let (user, host) = match authority.split_once('@') {
        Some((user, host)) => (user, host),
        None => ("", authority),
    };
    let literal = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((literal, port)) = literal else { return false };
    let (address, zone) = split(literal, '%');
    let is_zone = |zone: &str| {
        !zone.is_empty() && zone.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
    };
    holds_only(user, is_in_authority)
        && address.parse::<Ipv6Addr>().is_ok()
        && zone.is_none_or(is_zone)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// A port may be empty; otherwise Java reads it as an `int`.
fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && (port.is_empty() || port.parse::<i32>().is_ok())
}

/// Returns whether a text consists of characters that `is_plain` allows, escapes such as `%20`, and
/// characters outside ASCII that are neither space nor control characters.
fn holds_only(text: &str, is_plain: impl Fn(char) -> bool) -> bool {
    let is_other = |c: char| !c.is_ascii() && !c.is_whitespace() && !c.is_control();
    let mut parts = text.split('%');
    let is_first_valid =
        parts.next().is_none_or(|part| part.chars().all(|c| is_plain(c) || is_other(c)));
    is_first_valid
        && parts.all(|part| {
            let mut chars = part.chars();
            let mut is_digit = || chars.next().is_some_and(|c| c.is_ascii_hexdigit());
            is_digit() && is_digit() && chars.all(|c| is_plain(c) || is_other(c))
        })
}

/// The characters of a query, a fragment or an opaque URI.
fn is_in_uri(c: char) -> bool {
    is_in_authority(c) || matches!(c, '/' | '?' | '[' | ']')
}

/// The characters of an authority without brackets; a path may contain slashes as well.
fn is_in_authority(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.!~*'();:@&=+$,".contains(c)
}

fn split(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.split_once(sign) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}
