//! A naive model of DESIGN 3: filter, then `max_by`. It takes the parsed image from the crate and
//! shares no other code with it.

use std::cmp::Reverse;

use regcred::ImageRef;

use super::resolver::{Entry, MOST_STARS};

/// The scope of a key: host, port, path. `None` if the key can match nothing.
fn scope(key: &str) -> Option<(String, u16, String)> {
    let lower = key.to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    let rest = &key[scheme.map_or(0, str::len)..];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let stray = |c: char| c == '?' || c == '#' || c.is_whitespace() || c.is_control();
    if authority.contains('@') || rest.contains(stray) || !path.is_ascii() {
        return None;
    }
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((_, port)) if port.contains(|c: char| !c.is_ascii_digit()) => return None,
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, 443),
    };
    let written = host.to_lowercase();
    let encoded_star = |label: &str| label.contains('*') && !written.contains(label);
    let host = match url::Host::parse(host) {
        _ if host.is_ascii() => host.to_ascii_lowercase(),
        _ if scheme.is_none() || host.contains('%') || host.len() > 255 => return None,
        Ok(url::Host::Domain(ascii)) if !ascii.split('.').any(encoded_star) => ascii,
        _ => return None,
    };
    let host = (0..MOST_STARS).fold(host, |host, _| host.replace("**", "*"));
    let hub = ["docker.io", "index.docker.io", "registry-1.docker.io"];
    let host = if port == 443 && hub.contains(&&*host) { hub[0].to_owned() } else { host };
    let slash_or_not = scheme.is_some() || path.ends_with('/') || (&*host, port) == (hub[0], 443);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_root = slash_or_not && matches!(segments[..], ["v1" | "v2"]);
    Some((host, port, if is_root { String::new() } else { segments.join("/") }))
}

/// Matches `*` with any run of characters inside one label.
fn glob(pattern: &str, host: &str) -> bool {
    let label = host.find('.').unwrap_or(host.len());
    match pattern.split_at_checked(1) {
        None => host.is_empty(),
        Some(("*", rest)) => (0..=label).any(|n| glob(rest, &host[n..])),
        Some((c, rest)) => host.strip_prefix(c).is_some_and(|host| glob(rest, host)),
    }
}

/// The rank of an entry that matches.
pub fn rank(entry: &Entry, image: &ImageRef<'_>) -> Option<impl Ord + use<>> {
    let ((host, port, path), at) = (scope(&entry.key)?, scope(image.registry())?);
    let is_name = at.0.len() <= 255 && (&*at.0, at.1) != ("docker.io", 443);
    let pattern = host.contains('*') && !host.contains('[') && is_name;
    let inside = image.repository().strip_prefix(&*path)?;
    let segments = path.is_empty() || inside.is_empty() || inside.starts_with('/');
    let hosts = (host == at.0 || (pattern && glob(&host, &at.0))) && port == at.1;
    let colon = if port == 443 { String::new() } else { format!(":{port}") };
    let written = format!("{host}{colon}/{path}");
    let docker = entry.key == "https://index.docker.io/v1/";
    let spelling = if docker { 2 } else { u8::from(entry.key == written.trim_end_matches('/')) };
    let rank = (Reverse(entry.level), !pattern, host.replace('*', "").len(), path.len(), spelling);
    (hosts && segments && entry.kind != '0').then_some(rank)
}

/// The entry that answers, among entries in the order given.
pub fn answer<'e>(entries: &'e [Entry], image: &ImageRef<'_>) -> Option<&'e Entry> {
    let matching = entries.iter().rev().filter_map(|entry| Some((rank(entry, image)?, entry)));
    let best = matching.max_by(|(a, _), (b, _)| a.cmp(b))?.1;
    (best.kind == '+').then_some(best)
}
