//! Schemes of URLs.

/// Returns whether a text is a scheme by RFC 3986: a letter, then letters, digits, `+`, `-` and
/// `.`.
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Splits off `http://` or `https://` in any case: `HTTP://reg.io` is `HTTP://` and `reg.io`.
pub(super) fn split_http_scheme(text: &str) -> Option<(&str, &str)> {
    ["https://", "http://"].iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some((head, rest))
    })
}
