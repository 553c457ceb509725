//! The fast path of parsing: references in plain form ([`Separators`]), optionally with a sha256
//! digest.
//!
//! In plain form only three things can be wrong: a `_` in the registry, a port that is not all
//! digits, and after the registry a second `:` or a `/` after the `:`. Every other reference, and
//! with it every error, is left to [`grammar`](super::grammar), which reads plain ones alike.

use super::grammar::is_lower_hex;
use super::port::{DEFAULT_PORT, parse_port};
use super::registry::Registry;
use super::separators::Separators;

/// The parts of a reference.
pub(super) struct Plain<'a> {
    pub(super) registry: Option<Registry<'a>>,
    pub(super) path: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

/// The length of `@sha256:` and its digits.
const PINNED: usize = 8 + 64;

/// Returns the parts of a reference in plain form, and `None` for any other text.
#[inline(always)]
pub(super) fn read(image: &str) -> Option<Plain<'_>> {
    let (name, digest) = split_digest(image)?;
    let separators = Separators::of(name.as_bytes())?;
    let before_slash = separators.before_slash();
    let Separators { slashes, colons, dots, underscores } = separators;

    let first = name.get(..slashes.trailing_zeros() as usize);
    let first = first.filter(|first| (colons | dots) & before_slash != 0 || *first == "localhost");

    let (registry, from, colons) = match first {
        Some(_) if underscores & before_slash != 0 => return None,
        Some(first) => {
            let port = colons & before_slash;
            (Some(registry(first, port)?), first.len() + 1, colons ^ port)
        }
        None => (None, 0, colons),
    };
    if colons == 0 {
        return Some(Plain { registry, path: name.get(from..)?, tag: None, digest });
    }
    if !colons.is_power_of_two() || slashes > colons {
        return None;
    }
    let colon = colons.trailing_zeros() as usize;
    let (path, tag) = (name.get(from..colon)?, name.get(colon + 1..));
    Some(Plain { registry, path, tag, digest })
}

/// Splits off a sha256 digest, which is at a fixed distance from the end.
#[inline]
fn split_digest(image: &str) -> Option<(&str, Option<&str>)> {
    if image.len() < PINNED {
        return Some((image, None));
    }
    let (name, pinned) = image.split_at_checked(image.len() - PINNED)?;
    let hex: &[u8; 64] = pinned.strip_prefix("@sha256:")?.as_bytes().try_into().ok()?;
    // `fold` and not `all`: without an early exit the loop is vectorised.
    let is_hex = hex.iter().fold(true, |so_far, b| so_far & is_lower_hex(*b));
    if is_hex { Some((name, pinned.get(1..))) } else { None }
}

/// Reads a registry whose colon, if any, is the bit in `port`.
#[inline(always)]
fn registry(written: &str, port: u64) -> Option<Registry<'_>> {
    if port == 0 {
        return Some(Registry::of_parts(written, written, DEFAULT_PORT, true));
    }
    let colon = port.trailing_zeros() as usize;
    let port = parse_port(written.get(colon + 1..)?)?;
    Some(Registry::of_parts(written, written.get(..colon)?, port, true))
}
