//! The rules by which each client reads a credential file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::auth::AuthConfig;
use crate::error::{Client, Pitfall, WarningKind};
use crate::image::{DOCKER_HUB, DOCKER_HUB_KEY, ImageRef, normal_digits, split_port};

/// The host part of [`DOCKER_HUB_KEY`], which also names Docker Hub in an image.
const INDEX: &str = "index.docker.io";

/// The host of Docker Hub's registry. Docker and kubelet treat it as a registry of its own; podman treats
/// it as Docker Hub when it compares keys.
const REGISTRY_1: &str = "registry-1.docker.io";

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

    /// Returns whether a pair with an empty user name or password is sent. Docker sends neither half then.
    pub(super) fn sends_empty_halves(self) -> bool {
        self != Client::Docker
    }

    /// Returns whether an identity token counts only beside an `auth`.
    pub(super) fn wants_auth_with_token(self) -> bool {
        self == Client::Podman
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

    /// Returns the repository of an image as the client asks for it. `library/` is added only where the
    /// client takes the registry for Docker Hub.
    fn repository<'i>(self, image: &'i ImageRef<'_>) -> &'i str {
        let is_same = self == Client::Regcred || self.is_hub(image);
        if is_same { image.repository() } else { image.repository_as_written() }
    }

    /// Returns whether the client knows the registry of an image as Docker Hub.
    fn is_hub(self, image: &ImageRef<'_>) -> bool {
        let (written, is_hub) =
            (image.registry_as_written(), image.registry_parts().is_docker_hub());
        match self {
            Client::Regcred => is_hub,
            Client::Mesos => is_hub && written.contains(DOCKER_HUB),
            _ => [DOCKER_HUB, INDEX].contains(&written),
        }
    }

    /// Returns the keys under which the client finds a credential for the repositories of the image's
    /// registry below `path`, or for all of them if it is empty.
    pub(super) fn keys(self, image: &ImageRef<'_>, path: &str) -> Vec<String> {
        let (host, is_hub) = (self.host(image), self.is_hub(image));
        let key = |host: &str| match path {
            "" => host.to_owned(),
            path => format!("{host}/{path}"),
        };
        match self {
            Client::Podman => vec![key(&host)],
            _ if is_hub && path.is_empty() => vec![DOCKER_HUB_KEY.to_owned()],
            // Docker looks for no other key of Docker Hub.
            Client::Docker if is_hub => Vec::new(),
            // For an image without a registry, Mesos adds the port of its default registry.
            Client::Mesos if !is_hub && split_port(&host).1.is_none() => {
                vec![key(&format!("{host}:443")), key(&host)]
            }
            _ => vec![key(&host)],
        }
    }

    /// Returns the ways in which the client uses a key of an image for more than the key's scope.
    pub(super) fn wider_uses(
        self,
        image: &ImageRef<'_>,
        key: &str,
        path: &str,
    ) -> Vec<WarningKind> {
        let widened = WarningKind::ScopeWidened { client: self };
        let mut uses = Vec::new();
        match self {
            Client::Podman | Client::Regcred => {}
            Client::Docker if !path.is_empty() => uses.push(widened),
            Client::Docker => {}
            Client::Kubelet if !path.is_empty() || key == DOCKER_HUB_KEY => uses.push(widened),
            Client::Kubelet => {}
            Client::Mesos => {
                if !path.is_empty() {
                    uses.push(WarningKind::Mesos(Pitfall::UsedForWholeHost));
                }
                if self.is_hub(image) {
                    uses.push(WarningKind::Mesos(Pitfall::SentToLookAlikes));
                } else if key.contains(DOCKER_HUB) {
                    uses.push(WarningKind::Mesos(Pitfall::SentToDockerHub));
                }
            }
        }
        uses
    }
}

/// The keys of an export, as its client looks them up. A lookup takes no longer with more keys.
pub(super) struct Keys<'k> {
    client: Client,
    all: &'k BTreeMap<String, AuthConfig>,
    /// By the host of the key.
    by_host: BTreeMap<&'k str, Choices<'k>>,
    /// By the key as the client reads it, `host/path` or `host`.
    by_reading: BTreeMap<String, Choices<'k>>,
    /// Keys with `docker.io` in them, which are all the same to Mesos.
    of_hub: Choices<'k>,
}

/// Keys that a client chooses from at random. At most two are kept, with different credentials: enough to
/// detect a conflict.
#[derive(Clone, Default)]
pub(super) struct Choices<'k>(Vec<(&'k str, &'k AuthConfig)>);

impl<'k> Choices<'k> {
    fn add(&mut self, key: &'k str, auth: &'k AuthConfig) {
        let is_other = |(_, known): &(&str, &AuthConfig)| known.credential() != auth.credential();
        if self.0.len() < 2 && self.0.iter().all(is_other) {
            self.0.push((key, auth));
        }
    }

    fn add_all(&mut self, others: &Choices<'k>) {
        others.0.iter().for_each(|(key, auth)| self.add(key, auth));
    }

    fn of(found: Option<&Choices<'k>>) -> Self {
        found.cloned().unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a key with another credential than this one, if there is one.
    pub(super) fn other_than(&self, auth: Option<&AuthConfig>) -> Option<&'k str> {
        let wanted = auth.map(AuthConfig::credential);
        let other = self.0.iter().find(|(_, auth)| Some(auth.credential()) != wanted);
        other.map(|(key, _)| *key)
    }
}

impl<'k> Keys<'k> {
    pub(super) fn of(client: Client, all: &'k BTreeMap<String, AuthConfig>) -> Self {
        let (by_host, by_reading, of_hub) = <_>::default();
        let mut keys = Keys { client, all, by_host, by_reading, of_hub };
        for (key, auth) in all {
            let (host, path) = split(key);
            keys.by_host.entry(host).or_default().add(key, auth);
            let reading = match client {
                _ if key == DOCKER_HUB_KEY => DOCKER_HUB_KEY.to_owned(),
                Client::Kubelet => joined(host, after_version(path)),
                _ => joined(host, path),
            };
            keys.by_reading.entry(reading).or_default().add(key, auth);
            if key.contains(DOCKER_HUB) {
                keys.of_hub.add(key, auth);
            }
        }
        keys
    }

    /// Returns the keys that the client may use for an image. It may choose any of them.
    pub(super) fn used_for(&self, image: &ImageRef<'_>) -> Choices<'k> {
        let host = self.client.host(image);
        let repository = self.client.repository(image);
        let read = |key: &str| Choices::of(self.by_reading.get(key));
        let exact = |key: &str| {
            let mut choices = Choices::default();
            if let Some((key, auth)) = self.all.get_key_value(key) {
                choices.add(key, auth);
            }
            choices
        };
        // The first of some prefixes of the repository that is a key, then the host.
        let longest = |prefixes: &mut dyn Iterator<Item = &str>| {
            let found =
                prefixes.map(|path| read(&joined(&host, path))).find(|found| !found.is_empty());
            found.unwrap_or_else(|| read(&host))
        };
        match self.client {
            Client::Docker if self.client.is_hub(image) => exact(DOCKER_HUB_KEY),
            Client::Docker => match exact(&host) {
                found if found.is_empty() => Choices::of(self.by_host.get(&*host)),
                found => found,
            },
            // Mesos cuts an image's registry at its first colon.
            Client::Mesos if host.starts_with('[') => Choices::default(),
            // A host of one label is the start of a repository of Docker Hub to Mesos.
            Client::Mesos if !host.contains(['.', ':']) && host != "localhost" => {
                self.of_hub.clone()
            }
            Client::Mesos if host.contains(DOCKER_HUB) => self.of_hub.clone(),
            Client::Mesos => Choices::of(self.by_host.get(&*host)),
            // An address in brackets is a set of characters, unless a port follows it.
            Client::Kubelet if host.ends_with(']') => Choices::default(),
            Client::Kubelet => {
                let ends = (1..=repository.len()).rev();
                let found = longest(&mut ends.filter_map(|end| repository.get(..end)));
                let is_short = !host.contains(['.', ':']) || host == DOCKER_HUB;
                if found.is_empty() && is_short { read(DOCKER_HUB_KEY) } else { found }
            }
            Client::Podman | Client::Regcred => {
                let ends = repository.rmatch_indices('/').map(|(end, _)| end);
                let ends = std::iter::once(repository.len()).chain(ends);
                let found = longest(&mut ends.filter_map(|end| repository.get(..end)));
                // Without an exact match, podman treats all names of Docker Hub as one.
                let names = [DOCKER_HUB, REGISTRY_1, DOCKER_HUB_KEY];
                if !found.is_empty() || !(host == DOCKER_HUB || host == REGISTRY_1) {
                    return found;
                }
                let mut any = Choices::default();
                names.iter().for_each(|name| any.add_all(&read(name)));
                any
            }
        }
    }
}

fn joined(host: &str, path: &str) -> String {
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
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
