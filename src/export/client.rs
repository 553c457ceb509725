//! The rules by which each client reads a credential file.

use std::borrow::Cow;

use crate::error::Client;
use crate::image::{DOCKER_HUB, DOCKER_HUB_KEY, ImageRef, normal_digits, split_port};
use crate::key::covers;

/// The host part of [`DOCKER_HUB_KEY`], which Docker and kubelet compare.
const INDEX: &str = "index.docker.io";

impl Client {
    pub(super) fn reads_identity_tokens(self) -> bool {
        matches!(self, Client::Docker | Client::Podman | Client::Regcred)
    }

    pub(super) fn reads_registry_tokens(self) -> bool {
        matches!(self, Client::Docker | Client::Regcred)
    }

    /// Returns whether the fields `username` and `password` are read.
    pub(super) fn reads_plain_fields(self) -> bool {
        matches!(self, Client::Docker | Client::Kubelet | Client::Regcred)
    }

    /// Returns whether an `auth` with an empty user name is read. Docker 23 and later refuse it.
    pub(super) fn reads_empty_usernames(self) -> bool {
        self != Client::Docker
    }

    /// Returns whether an identity token counts only beside an `auth`.
    pub(super) fn wants_auth_with_token(self) -> bool {
        self == Client::Podman
    }

    /// Returns whether the client uses a key with a path outside that path, too.
    pub(super) fn widens_paths(self) -> bool {
        matches!(self, Client::Docker | Client::Kubelet | Client::Mesos)
    }

    /// Returns the registry of an image as the client compares it, `host[:port]`.
    fn host<'i>(self, image: &'i ImageRef<'_>) -> Cow<'i, str> {
        let written = image.registry_as_written();
        match self {
            Client::Regcred => image.registry().into(),
            Client::Docker if self.is_hub(image) => INDEX.into(),
            _ if self.is_hub(image) => DOCKER_HUB.into(),
            // Mesos reads the port as a number.
            Client::Mesos => match split_port(written) {
                (host, Some(digits)) => format!("{host}:{}", normal_digits(digits)).into(),
                _ => written.into(),
            },
            _ => written.into(),
        }
    }

    /// Returns whether the client knows the registry of an image as Docker Hub.
    fn is_hub(self, image: &ImageRef<'_>) -> bool {
        match self {
            Client::Regcred | Client::Mesos => image.registry_parts().is_docker_hub(),
            _ => [DOCKER_HUB, INDEX].contains(&image.registry_as_written()),
        }
    }

    /// Returns the keys under which the client finds a credential for the repositories of the image's
    /// registry below `path`, or for all of them if it is empty.
    pub(super) fn keys(self, image: &ImageRef<'_>, path: &str) -> Vec<String> {
        let host = self.host(image);
        let is_hub = self.is_hub(image);
        match path {
            "" if is_hub && self != Client::Podman => vec![DOCKER_HUB_KEY.to_owned()],
            // For an image without a registry, Mesos adds the port of its default registry.
            "" if self == Client::Mesos && split_port(&host).1.is_none() => {
                vec![format!("{host}:443"), host.into_owned()]
            }
            "" => vec![host.into_owned()],
            path => vec![format!("{host}/{path}")],
        }
    }

    /// Returns the keys of which the client may use any first, by their positions.
    pub(super) fn candidates(self, keys: &[&str], image: &ImageRef<'_>) -> Vec<usize> {
        let host = self.host(image);
        let positions = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let matching = keys.iter().enumerate().filter(|(_, key)| is(key));
            matching.map(|(position, _)| position).collect()
        };
        match self {
            Client::Docker if self.is_hub(image) => positions(&|key| key == DOCKER_HUB_KEY),
            Client::Docker => {
                let found = positions(&|key| key == host);
                if found.is_empty() { positions(&|key| split(key).0 == host) } else { found }
            }
            Client::Mesos => positions(&|key| {
                split(key).0 == host || (host.contains(DOCKER_HUB) && key.contains(DOCKER_HUB))
            }),
            Client::Kubelet => {
                let covers = |path: &str| image.repository().starts_with(after_version(path));
                // A bracket begins a set of characters, and the key of Docker Hub comes last.
                let is_direct = |key: &str| key != DOCKER_HUB_KEY && !key.contains('[');
                let found = longest(keys, |key| {
                    let (of_key, path) = split(key);
                    (is_direct(key) && of_key == host && covers(path)).then_some(path.len())
                });
                let is_short = !host.contains(['.', ':']) || host == DOCKER_HUB;
                match found.is_empty() && is_short {
                    true => positions(&|key| key == DOCKER_HUB_KEY),
                    false => found,
                }
            }
            Client::Podman | Client::Regcred => longest(keys, |key| {
                let key = if key == DOCKER_HUB_KEY { DOCKER_HUB } else { key };
                let (of_key, path) = split(key);
                (of_key == host && covers(path, image.repository())).then_some(path.len())
            }),
        }
    }
}

/// Returns the position of the key for which `length` is greatest.
fn longest(keys: &[&str], length: impl Fn(&str) -> Option<usize>) -> Vec<usize> {
    let lengths = keys.iter().enumerate().filter_map(|(at, key)| Some((length(key)?, at)));
    lengths.max().into_iter().map(|(_, position)| position).collect()
}

/// Returns the host and the path of a key.
fn split(key: &str) -> (&str, &str) {
    let key = key.strip_prefix("https://").unwrap_or(key);
    key.split_once('/').unwrap_or((key, ""))
}

/// Returns the path of a key as kubelet reads it, which takes a version of the API off its start.
fn after_version(path: &str) -> &str {
    path.strip_prefix("v1/").or_else(|| path.strip_prefix("v2/")).unwrap_or(path)
}
