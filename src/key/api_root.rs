//! API roots: `https://reg.io/v1/`, `https://reg.io/v2` and `reg.io/v1/` mean the whole registry.

/// Returns whether the path of a key means the whole registry: it is empty or an API root.
///
/// A bare `reg.io/v1` is the namespace `v1`. There, an API root must end in a slash; in a URL and
/// on Docker Hub (`allows_no_slash`) the slash is optional.
pub(crate) fn means_whole_registry(path: &str, allows_no_slash: bool) -> bool {
    match path.trim_matches('/') {
        "" => true,
        "v1" | "v2" => allows_no_slash || path.ends_with('/'),
        _ => false,
    }
}
