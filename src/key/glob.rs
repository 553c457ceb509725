//! Hosts with `*`: `*.example.com` covers `a.example.com`, not `a.b.example.com` or `example.com`.
//!
//! `*` is any run of characters inside one label. A glob never covers Docker Hub: a Secret made for
//! `*.io` must not send its password there.

use crate::image::{DEFAULT_PORT, is_docker_hub, is_dotted};

/// The longest host that a glob covers, in bytes. DNS allows 253. Without a bound, a lookup of an
/// endless host would compare it with every glob that a task brings.
pub(crate) const LONGEST_HOST: usize = 255;

/// Returns whether a host contains `*`.
pub(super) fn is_glob(host: &str) -> bool {
    host.contains('*')
}

/// Returns whether a host with `*` is well-formed.
pub(super) fn is_glob_host(host: &str) -> bool {
    is_glob(host) && is_dotted(host, |b| b.is_ascii_alphanumeric() || b == b'*')
}

/// Returns whether a normalised glob covers a host in lower case, which is at `port`.
pub(crate) fn covers(glob: &str, host: &str, port: u32) -> bool {
    let is_hub = port == DEFAULT_PORT && is_docker_hub(host);
    !is_hub && matches(glob, host)
}

/// Returns whether a normalised glob matches a host in lower case label by label, Docker Hub's
/// names like any others.
pub(crate) fn matches(glob: &str, host: &str) -> bool {
    // From the last label, as the first is `*` in most globs.
    let mut labels = host.rsplit('.');
    host.len() <= LONGEST_HOST
        && glob
            .rsplit('.')
            .all(|glob| labels.next().is_some_and(|label| label_matches(glob, label)))
        && labels.next().is_none()
}

fn label_matches(glob: &str, label: &str) -> bool {
    let Some((head, rest)) = glob.split_once('*') else {
        return glob == label;
    };
    let Some(mut label) = label.strip_prefix(head) else {
        return false;
    };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The leftmost place for each piece leaves the most room for the pieces after it.
    for piece in middle.split('*') {
        match label.split_once(piece) {
            Some((_, after)) => label = after,
            None => return false,
        }
    }
    label.ends_with(tail)
}
