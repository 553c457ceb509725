//! Models of the programs that read credential files, from their sources and from what they were seen to
//! send. They share no code with the crate.

use std::collections::{BTreeMap, BTreeSet};

use regcred::Client;

/// A file: the user name under each key.
pub type File = BTreeMap<String, String>;

/// Returns the user names of which a client may send any first.
pub fn users(client: Client, file: &File, image: &str) -> BTreeSet<String> {
    let (host, repository) = normalised(image);
    let keys: Vec<&String> = match client {
        Client::Docker => docker(file, &host),
        Client::Podman => podman(file, &host, &repository),
        Client::Kubelet => kubelet(file, &host, &repository),
        Client::Mesos => mesos(file, image),
        _ => return BTreeSet::new(),
    };
    keys.into_iter().map(|key| file[key].clone()).collect()
}

/// distribution/reference: the registry and the repository of an image.
fn normalised(image: &str) -> (String, String) {
    let (host, path) = match image.split_once('/') {
        Some((first, rest)) if is_host(first) => (first, rest),
        _ => ("docker.io", image),
    };
    let host = if host == "index.docker.io" { "docker.io" } else { host };
    let library = if host == "docker.io" && !path.contains('/') { "library/" } else { "" };
    (host.to_owned(), format!("{library}{path}"))
}

fn is_host(text: &str) -> bool {
    text.contains(['.', ':'])
        || text == "localhost"
        || text.chars().any(|letter| letter.is_ascii_uppercase())
}

/// docker/cli, `file_store.go:Get`: the key itself, otherwise any whose host is the registry.
fn docker<'f>(file: &'f File, host: &str) -> Vec<&'f String> {
    let server = if host == "docker.io" { "https://index.docker.io/v1/" } else { host };
    match file.get_key_value(server) {
        Some((key, _)) => vec![key],
        None => file.keys().filter(|key| host_of(key) == server).collect(),
    }
}

fn host_of(key: &str) -> &str {
    let key = key.strip_prefix("http://").or_else(|| key.strip_prefix("https://")).unwrap_or(key);
    key.split('/').next().unwrap_or(key)
}

/// containers/image, `findCredentialsInFile`: the longest parent, otherwise any key for the host.
fn podman<'f>(file: &'f File, host: &str, repository: &str) -> Vec<&'f String> {
    let mut name = format!("{host}/{repository}");
    loop {
        if let Some((key, _)) = file.get_key_value(&name) {
            return vec![key];
        }
        match name.rfind('/') {
            Some(end) => name.truncate(end),
            None => break,
        }
    }
    let alias = |host: &str| match host {
        "docker.io" | "registry-1.docker.io" => "index.docker.io".to_owned(),
        host => host.to_owned(),
    };
    let normal = |key: &str| alias(if key.contains("://") { host_of(key) } else { key });
    file.keys().filter(|key| normal(key) == alias(host)).collect()
}

/// kubernetes, `keyring.go:URLsMatch`: host and port by label, the path as bytes; the greatest key first.
fn kubelet<'f>(file: &'f File, host: &str, repository: &str) -> Vec<&'f String> {
    let stored = |key: &str| {
        let host = host_of(key).to_owned();
        let (_, after) = key.split_once(&*host).expect("the host is in the key");
        let path = match after.starts_with("/v1/") || after.starts_with("/v2/") {
            true => &after[3..],
            false => after,
        };
        host + if path == "/" { "" } else { path }
    };
    let name = format!("{host}/{repository}");
    let matches = |stored: &str| {
        let of_key = stored.split('/').next().unwrap_or(stored);
        // `filepath.Match` reads an address in brackets as a set of characters; with a port, the URL is
        // split before.
        let is_glob = of_key.ends_with(']');
        of_key == host && !is_glob && name.starts_with(stored)
    };
    let mut found: Vec<_> = file.keys().map(|key| (stored(key), key)).collect();
    found.retain(|(stored, _)| matches(stored));
    if found.is_empty() {
        let is_default = host == "docker.io" || !host.contains(['.', ':']);
        let hub = file.keys().filter(|key| stored(key) == "index.docker.io");
        return hub.filter(|_| is_default).collect();
    }
    let first = found.iter().map(|(stored, _)| stored.clone()).max();
    found
        .into_iter()
        .filter(|(stored, _)| Some(stored) == first.as_ref())
        .map(|(_, key)| key)
        .collect()
}

/// Mesos, `getAuthHeaderBasic`: equal texts, or `docker.io` in both.
fn mesos<'f>(file: &'f File, image: &str) -> Vec<&'f String> {
    // In `spec.cpp:parseReference`, an upper-case letter makes no registry.
    let is_registry = |text: &str| text.contains(['.', ':']) || text == "localhost";
    let registry = match image.split_once('/') {
        Some((first, _)) if is_registry(first) => first,
        _ => "registry-1.docker.io:443",
    };
    let (host, port) = registry.split_once(':').unwrap_or((registry, ""));
    let host = match port.parse::<u32>() {
        Ok(port) => format!("{host}:{port}"),
        Err(_) => host.to_owned(),
    };
    let is_match = |key: &String| {
        host_of(key) == host || (host.contains("docker.io") && key.contains("docker.io"))
    };
    file.keys().filter(|key| is_match(key)).collect()
}
