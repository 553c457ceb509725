//! Near misses: scopes that an operator probably meant for an image, and that do not cover it.
//! [`Rank::loses_by`](crate::index::Rank::loses_by) says why a scope that covers it loses.

use super::renewal::ecr;
use crate::image::{DOCKER_HUB, DOCKER_HUB_KEY, DOCKER_HUB_NAMES, ImageRef, MAX_REPOSITORY};
use crate::key::{LONGEST_HOST, Scope, covers, glob_covers, glob_matches};

/// The relation of a scope to an image on the same registry, or nearly the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Covers,
    Misses(Miss),
}

/// The way in which a scope misses an image.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Miss {
    OtherPort,
    OtherNamespace,
    /// `example.com` for an image of `sub.example.com`.
    ParentHost,
    /// `*.example.com` for an image of `a.b.example.com` or `example.com`.
    OtherDepth,
    /// `hub.docker.com` for an image of Docker Hub.
    NotDockerHub,
}

impl Miss {
    /// Every way, the likeliest mistakes first.
    pub(super) const ALL: [Miss; 5] = [
        Miss::OtherPort,
        Miss::OtherNamespace,
        Miss::NotDockerHub,
        Miss::OtherDepth,
        Miss::ParentHost,
    ];

    /// The reason why such a key is not used.
    pub(super) fn reason(self, image: &ImageRef<'_>) -> String {
        let registry = cut(image.registry());
        match self {
            Miss::OtherPort => {
                format!("is for another port; the image is on {registry}, and no port means 443")
            }
            Miss::OtherNamespace => {
                format!("is for that path and below; the repository is {}", image.repository())
            }
            Miss::ParentHost => {
                format!("is for that host alone, not for {registry} below it")
            }
            Miss::OtherDepth => {
                format!("does not cover {registry}: * matches within one label only")
            }
            Miss::NotDockerHub => {
                "is not a name of Docker Hub, and no * covers it; write https://index.docker.io/v1/"
                    .to_owned()
            }
        }
    }

    /// The hint that precedes a list of such scopes.
    pub(super) fn hint(self, registry: &str) -> String {
        match self {
            Miss::OtherPort => {
                format!("{registry} has no key, but the same host on another port has")
            }
            Miss::OtherNamespace => {
                format!("{registry} has keys for other namespaces only")
            }
            Miss::ParentHost => {
                format!(
                    "{registry} has no key, but a host above it has; a key covers its own host only"
                )
            }
            Miss::OtherDepth => {
                format!(
                    "{registry} has no key, but there are patterns with another number of labels"
                )
            }
            Miss::NotDockerHub => "these do not cover Docker Hub".to_owned(),
        }
    }
}

/// Returns up to two keys that cover an image, in place of a scope that misses it.
///
/// `host` is the image's host in lower case.
pub(super) fn covering_keys(
    miss: Miss,
    scope: &Scope<'_>,
    image: &ImageRef<'_>,
    host: &str,
) -> Vec<String> {
    let whole = key_of_registry(image);
    let path = Some(&*scope.path).filter(|path| covers(path, image.repository()));
    let path = path.filter(|path| !path.is_empty());
    let pattern = |pattern: String| match image.registry_parts() {
        registry if registry.has_default_port() => pattern,
        registry => format!("{pattern}:{}", registry.port()),
    };
    let keys = match miss {
        Miss::NotDockerHub => [Some(whole), None],
        Miss::OtherPort => match path {
            Some(path) => [Some(format!("{}/{path}", image.registry())), None],
            None => [Some(whole), None],
        },
        Miss::OtherNamespace => {
            let namespace = image.repository().split('/').next().unwrap_or_default();
            [Some(format!("{}/{namespace}", image.registry())), Some(whole)]
        }
        Miss::OtherDepth | Miss::ParentHost => match ecr(host) {
            Some(ecr) => [Some(whole), Some(pattern(ecr.pattern))],
            None => [Some(whole), pattern_with_depth(&scope.host, host).map(pattern)],
        },
    };
    let covers_image = |key: &String| {
        let is_short = key.len() <= LONGEST_HOST + MAX_REPOSITORY;
        is_short && Scope::parse(key).is_ok_and(|scope| scope.covers(image, host))
    };
    keys.into_iter().flatten().filter(covers_image).collect()
}

/// Returns the key that was probably meant by one that can match no image, if it covers the image:
/// without a scheme, a tag, a `*` in its path, upper-case letters.
pub(super) fn corrected_key(key: &str, image: &ImageRef<'_>, host: &str) -> Option<String> {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let (rest, _) = rest.split_once("/*").unwrap_or((rest, ""));
    let rest = match rest.rsplit_once('/') {
        Some((path, last)) => format!("{path}/{}", last.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    let corrected = rest.trim_end_matches('/').to_ascii_lowercase();
    let scope = Scope::parse(&corrected).ok()?;
    scope.covers(image, host).then_some(corrected)
}

/// Returns the pattern for the hosts below the literal end of a scope's host that have as many
/// labels as `host`.
fn pattern_with_depth(scope: &str, host: &str) -> Option<String> {
    let end = scope.trim_start_matches("*.");
    let labels = |host: &str| host.bytes().filter(|b| *b == b'.').count();
    let missing = labels(host).checked_sub(labels(end)).filter(|missing| *missing > 0)?;
    (host.len() <= LONGEST_HOST).then(|| format!("{}{end}", "*.".repeat(missing)))
}

/// Returns the key for the whole registry of an image.
pub(super) fn key_of_registry(image: &ImageRef<'_>) -> String {
    let key =
        if image.registry_parts().is_docker_hub() { DOCKER_HUB_KEY } else { image.registry() };
    key.to_owned()
}

/// Cuts a registry to the length of a real one, as it is repeated for each key.
fn cut(registry: &str) -> &str {
    registry.get(..LONGEST_HOST).unwrap_or(registry)
}

/// Returns the relation of a scope to an image; `None` if it is for another registry altogether.
///
/// `host` is the image's host in lower case.
pub(super) fn relation(scope: &Scope<'_>, image: &ImageRef<'_>, host: &str) -> Option<Relation> {
    let registry = image.registry_parts();
    let is_hub = registry.is_docker_hub();
    let same_host = if scope.literals.is_some() {
        glob_covers(&scope.host, host, registry.port())
    } else {
        scope.host == host
    };
    if same_host {
        return Some(if scope.port != registry.port() {
            Relation::Misses(Miss::OtherPort)
        } else if !covers(&scope.path, image.repository()) {
            Relation::Misses(Miss::OtherNamespace)
        } else {
            Relation::Covers
        });
    }
    let is_below = |host: &str, parent: &str| {
        host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
    };
    if is_hub {
        let mistaken = if scope.literals.is_some() {
            DOCKER_HUB_NAMES.iter().any(|name| glob_matches(&scope.host, name))
        } else {
            let docker_com = "docker.com";
            is_below(&scope.host, DOCKER_HUB)
                || is_below(&scope.host, docker_com)
                || scope.host == docker_com
        };
        return mistaken.then_some(Relation::Misses(Miss::NotDockerHub));
    }
    let (near, miss) = if scope.literals.is_some() {
        (misses_by_depth(&scope.host, host), Miss::OtherDepth)
    } else {
        (is_below(host, &scope.host) && scope.host.contains('.'), Miss::ParentHost)
    };
    near.then_some(Relation::Misses(miss))
}

/// Returns whether a pattern `*.…` would cover the host with another number of labels:
/// `*.example.com` both `example.com` and `a.b.example.com`.
fn misses_by_depth(pattern: &str, host: &str) -> bool {
    let Some(rest) = pattern.strip_prefix("*.").filter(|_| host.len() <= LONGEST_HOST) else {
        return false;
    };
    // The rest has a fixed number of labels, so only one suffix of the host can match.
    let dots = rest.matches('.').count();
    let end = match host.rmatch_indices('.').nth(dots) {
        Some((dot, _)) => host.get(dot + 1..).unwrap_or_default(),
        None => host,
    };
    glob_matches(rest, end)
}
