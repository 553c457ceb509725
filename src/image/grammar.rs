//! What the parts of a reference are made of.

/// Dot-separated labels of letters, digits and inner hyphens, or a bracketed IPv6 address. Only the
/// alphabet of an address is checked, as in Docker.
pub(crate) fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }
        None => is_dotted(host, |b| b.is_ascii_alphanumeric()),
    }
}

/// Labels joined by dots, of characters that `letter` tells and inner hyphens.
pub(crate) fn is_dotted(host: &str, letter: impl Fn(u8) -> bool) -> bool {
    // At the edge of a label neither a dot nor a hyphen may stand.
    let mut at_edge = true;
    let mut last_is_hyphen = false;
    for b in host.bytes() {
        match b {
            b'.' | b'-' if at_edge => return false,
            b'.' if last_is_hyphen => return false,
            b'.' | b'-' => {}
            b if letter(b) => {}
            _ => return false,
        }
        at_edge = b == b'.';
        last_is_hyphen = b == b'-';
    }
    !at_edge && !last_is_hyphen
}

/// Components of `[a-z0-9]+` joined inside by `.`, `_`, `__` or any number of `-`.
pub(crate) fn is_repository(path: &str) -> bool {
    let mut rest = path.as_bytes();
    loop {
        let word = rest.iter().take_while(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9')).count();
        rest = match rest.split_at_checked(word) {
            Some(([], _)) | None => return false,
            Some((_, [])) => return true,
            // What joins two words, and what is left behind it.
            Some((_, [b'_', b'_', rest @ ..] | [b'.' | b'_' | b'/', rest @ ..])) => rest,
            Some((_, [b'-', rest @ ..])) => {
                let hyphens = rest.iter().take_while(|b| **b == b'-').count();
                rest.get(hyphens..).unwrap_or_default()
            }
            Some(_) => return false,
        };
    }
}

pub(super) fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

pub(super) fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_lower_hex)
}

pub(super) fn is_lower_hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}
