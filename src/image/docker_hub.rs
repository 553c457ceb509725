//! Docker Hub's names. They are compared whole: `notdocker.io` and `docker.io.evil.com` are other
//! registries.

/// The normalised name of Docker Hub.
pub(crate) const DOCKER_HUB: &str = "docker.io";

/// The key under which Docker stores its credential for Docker Hub.
pub(crate) const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// The hosts that are Docker Hub.
pub(crate) const DOCKER_HUB_NAMES: [&str; 3] =
    [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

/// Returns whether a host, in any case, is one of [`DOCKER_HUB_NAMES`].
#[inline]
pub(crate) fn is_docker_hub(host: &str) -> bool {
    // The lengths of the names refuse nearly all other hosts (parsing a reference: 21 -> 17 ns).
    matches!(host.len(), 9 | 15 | 20) && is_name(host)
}

#[inline(never)]
fn is_name(host: &str) -> bool {
    DOCKER_HUB_NAMES.iter().any(|name| host.eq_ignore_ascii_case(name))
}
