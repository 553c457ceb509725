//! Docker's grammar of image references, complete.

use super::invalid::Problem;
use super::registry::Registry;
use super::{ImageRef, LIBRARY, MAX_REPOSITORY};

/// Parses a reference. `default` is the registry of a reference without one.
pub(super) fn read<'a>(
    image: &'a str,
    default: impl FnOnce() -> Result<Registry<'a>, Problem>,
) -> Result<ImageRef<'a>, Problem> {
    if image.is_empty() {
        return Err(Problem::Empty);
    }
    if image.len() == 64 && image.bytes().all(is_lower_hex) {
        return Err(Problem::ImageId);
    }
    let (registry, rest) = match image.split_once('/') {
        Some((first, rest)) if names_registry(first) => (Registry::parse(first)?, rest),
        _ => (default()?, image),
    };
    let (rest, digest) = split(rest, '@');
    let (path, tag) = split(rest, ':');
    let image = ImageRef::of_parts(registry, path, tag, digest);
    if path.len() + if image.in_library { LIBRARY.len() } else { 0 } > MAX_REPOSITORY {
        return Err(Problem::RepositoryTooLong);
    }
    if !is_repository(path) {
        let has_upper = path.bytes().any(|b| b.is_ascii_uppercase());
        return Err(if has_upper { Problem::UpperCase } else { Problem::Repository });
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(Problem::Tag);
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(Problem::Digest);
    }
    Ok(image)
}

fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Returns whether the first component is a registry, by Docker's rule: it contains `.`, `:` or an
/// upper-case letter, or is `localhost`.
pub(super) fn names_registry(first: &str) -> bool {
    first == "localhost" || first.bytes().any(|b| matches!(b, b'.' | b':' | b'A'..=b'Z'))
}

/// Returns whether a host consists of dot-separated labels of letters, digits and inner hyphens, or
/// is a bracketed IPv6 address. Of an address only the characters are checked, as in Docker.
pub(crate) fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }
        None => is_dotted(host, |b| b.is_ascii_alphanumeric()),
    }
}

/// Returns whether a host consists of labels joined by dots. Labels consist of the characters that
/// `is_letter` allows and inner hyphens.
pub(crate) fn is_dotted(host: &str, is_letter: impl Fn(u8) -> bool) -> bool {
    host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b == b'-' || is_letter(b))
    })
}

/// Returns whether a path consists of components of `[a-z0-9]+`, joined inside by `.`, `_`, `__` or
/// any number of `-`.
pub(crate) fn is_repository(path: &str) -> bool {
    let mut rest = path.as_bytes();
    loop {
        let word = rest.iter().take_while(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9')).count();
        rest = match rest.split_at_checked(word) {
            Some(([], _)) | None => return false,
            Some((_, [])) => return true,
            Some((_, [b'_', b'_', rest @ ..] | [b'.' | b'_' | b'/', rest @ ..])) => rest,
            Some((_, [b'-', rest @ ..])) => {
                let hyphens = rest.iter().take_while(|b| **b == b'-').count();
                rest.get(hyphens..).unwrap_or_default()
            }
            Some(_) => return false,
        };
    }
}

fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
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
