//! The meaning of keys and servers by regcred's rules, written down a second time.

pub const HUB_URL: &str = "https://index.docker.io/v1/";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    /// Host and port.
    pub registry: String,
    /// Empty for the whole registry.
    pub path: String,
}

impl Meaning {
    pub fn of_key(key: &str) -> Option<Self> {
        Self::of(key, "443")
    }

    pub fn of_server(server: &str) -> Option<Self> {
        Self::of(server, if server.starts_with("http://") { "80" } else { "443" })
    }

    fn of(text: &str, default_port: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
        let rest = &text[scheme.map_or(0, str::len)..];
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains(['@', '?', ' ']) {
            return None;
        }
        let authority = authority.to_ascii_lowercase();
        let (host, port) = authority.split_once(':').unwrap_or((&authority, default_port));
        let is_hub = ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(&host);
        let host = if is_hub { "docker.io" } else { host };
        let names_root = scheme.is_some() || path.ends_with('/') || is_hub;
        let path = match path.trim_matches('/') {
            "v1" | "v2" if names_root => "",
            path => path,
        };
        let registry = match port.trim_start_matches('0') {
            "443" => host.to_owned(),
            port => format!("{host}:{port}"),
        };
        Some(Meaning { registry, path: path.to_owned() })
    }

    /// The normalised key.
    pub fn normalised(&self) -> String {
        match &*self.path {
            "" => self.registry.clone(),
            path => format!("{}/{path}", self.registry),
        }
    }

    /// The key or server as Docker writes it.
    pub fn as_docker_writes_it(&self) -> String {
        Some(self.normalised()).filter(|text| text != "docker.io").unwrap_or(HUB_URL.to_owned())
    }

    /// Returns whether this key covers a server on the same registry: whole segments of its path.
    pub fn covers(&self, server: &Meaning) -> bool {
        let rest = server.path.strip_prefix(&self.path);
        let is_whole =
            |rest: &str| self.path.is_empty() || rest.is_empty() || rest.starts_with('/');
        self.registry == server.registry && rest.is_some_and(is_whole)
    }
}
