//! Ports. `:443` is elided: it equals no port, in image references, keys and servers alike.

/// The port of a registry without a port: HTTPS.
pub(crate) const DEFAULT_PORT: u32 = 443;

/// The port of an `http://` URL without a port. The default here would send a credential for port
/// 443 in the clear.
pub(super) const HTTP_PORT: u32 = 80;

/// Splits `host:port`. The colons of a bracketed IPv6 address belong to the host.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let colon = authority.bytes().rposition(|b| b == b':');
    match colon.and_then(|at| Some((authority.get(..at)?, authority.get(at + 1..)?))) {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Reads a port. Ports are compared as numbers: `0443` is 443.
///
/// Docker's grammar allows any digits, so a number past `u32::MAX` becomes `u32::MAX`, a port that
/// no key can have. Returns `None` for an empty port and one that is not all digits.
pub(crate) fn parse_port(digits: &str) -> Option<u32> {
    let add = |number: u32, b: u8| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    };
    if digits.is_empty() { None } else { digits.bytes().try_fold(0, add) }
}

/// Returns the digits of a port without leading zeros: `05000` is `5000`.
pub(crate) fn normal_digits(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    }
}
