//! The syntax that Marathon demands of a URI: that of `java.net.URI`'s constructor of one argument,
//! which is RFC 2396 with a few deviations.

use std::net::Ipv6Addr;

use crate::image::is_scheme;

/// Returns whether `java.net.URI` parses a text.
pub(super) fn is_valid(uri: &str) -> bool {
    let (uri, fragment) = split(uri, '#');
    if !fragment.is_none_or(|fragment| holds_only(fragment, is_in_uri)) {
        return false;
    }
    // A colon after a slash or a question mark is part of the path or the query.
    let Some((scheme, rest)) =
        uri.split_once(':').filter(|(scheme, _)| !scheme.contains(['/', '?']))
    else {
        return is_hierarchical(uri, fragment.is_some());
    };
    is_scheme(scheme)
        && match rest.starts_with('/') {
            true => is_hierarchical(rest, fragment.is_some()),
            false => !rest.is_empty() && holds_only(rest, is_in_uri),
        }
}

/// Returns whether a text is `[//authority][path][?query]`.
fn is_hierarchical(text: &str, has_fragment: bool) -> bool {
    let (text, query) = split(text, '?');
    let (is_authority_valid, path) = match text.strip_prefix("//") {
        None => (true, text),
        Some(rest) => match rest.split_at(rest.find('/').unwrap_or(rest.len())) {
            // Java allows an empty authority, for `file:///path`.
            ("", path) => (!path.is_empty() || query.is_some() || has_fragment, path),
            (authority, path) => (is_authority(authority), path),
        },
    };
    is_authority_valid
        && holds_only(path, |c| is_in_authority(c) || c == '/')
        && query.is_none_or(|query| holds_only(query, is_in_uri))
}

/// Returns whether Java reads a text as `[user@]host[:port]`, or as a registry-based authority,
/// which may be any text without brackets.
fn is_authority(authority: &str) -> bool {
    if !authority.contains(['[', ']']) {
        return holds_only(authority, is_in_authority);
    }
    let (user, host) = authority.split_once('@').unwrap_or(("", authority));
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

/// Returns whether a port is empty or digits that Java reads as an `int`.
fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && (port.is_empty() || port.parse::<i32>().is_ok())
}

/// Returns whether a text consists of characters that `is_plain` allows, escapes such as `%20`, and
/// characters outside ASCII that are neither white space nor control characters.
fn holds_only(text: &str, is_plain: impl Fn(char) -> bool) -> bool {
    let is_other = |c: char| !c.is_ascii() && !c.is_whitespace() && !c.is_control();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let mut is_digit = || chars.next().is_some_and(|c| c.is_ascii_hexdigit());
        let is_allowed =
            if c == '%' { is_digit() && is_digit() } else { is_plain(c) || is_other(c) };
        if !is_allowed {
            return false;
        }
    }
    true
}

/// Returns whether a query, a fragment or an opaque URI may contain a character.
fn is_in_uri(c: char) -> bool {
    is_in_authority(c) || matches!(c, '/' | '?' | '[' | ']')
}

/// Returns whether an authority without brackets may contain a character.
fn is_in_authority(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.!~*'();:@&=+$,".contains(c)
}

fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}
