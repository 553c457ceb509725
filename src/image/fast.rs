//! The short way for references in plain form ([`Separators`]), perhaps with a sha256 digest behind.
//!
//! In this form everything is well-formed wherever it stands, but for three things: there is no `_`
//! in a registry, a port has digits alone, and after the registry there is one `:` at most, with no
//! `/` behind it. All else, and with it every error, is left to the grammar in the parent module:
//! what is read here is read alike there.

use super::grammar::is_lower_hex;
use super::registry::{DEFAULT_PORT, Registry, port_number};
use super::separators::Separators;

/// The parts of a reference.
pub(super) struct Plain<'a> {
    pub(super) registry: Option<Registry<'a>>,
    pub(super) path: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a str>,
}

/// `@sha256:` and its digits.
const PINNED: usize = 8 + 64;

/// Reads a reference in plain form; `None` says only that it is in another.
// Always, and `registry` too: their answers would be written to memory, only to be copied from
// there.
#[inline(always)]
pub(super) fn read(image: &str) -> Option<Plain<'_>> {
    let (name, digest) = split_digest(image)?;
    let Separators { slashes, colons, dots, underscores } = Separators::of(name.as_bytes())?;

    // Bit n stands for byte n. Without a slash this is all of them.
    let before_slash = (slashes & slashes.wrapping_neg()).wrapping_sub(1);
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

/// Splits off a sha256 digest, which stands at a fixed distance from the end.
#[inline]
fn split_digest(image: &str) -> Option<(&str, Option<&str>)> {
    if image.len() < PINNED {
        return Some((image, None));
    }
    let (name, pinned) = image.split_at_checked(image.len() - PINNED)?;
    let hex: &[u8; 64] = pinned.strip_prefix("@sha256:")?.as_bytes().try_into().ok()?;
    // Not `all`, which would look at one after another.
    let is_hex = hex.iter().fold(true, |so_far, b| so_far & is_lower_hex(*b));
    if is_hex { Some((name, pinned.get(1..))) } else { None }
}

/// The registry with a port behind the colon at bit `port`, if any.
#[inline(always)]
fn registry(written: &str, port: u64) -> Option<Registry<'_>> {
    if port == 0 {
        return Some(Registry::of_parts(written, written, DEFAULT_PORT, true));
    }
    let colon = port.trailing_zeros() as usize;
    let port = port_number(written.get(colon + 1..)?)?;
    Some(Registry::of_parts(written, written.get(..colon)?, port, true))
}
