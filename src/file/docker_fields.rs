//! The names of fields in Docker's config file, and how a registry differs from them.

/// Every known field of Docker's config file. One of them makes a document a `config.json`.
#[rustfmt::skip]
pub(super) const DOCKER_FIELDS: [&str; 27] = [
    AUTHS, CREDS_STORE, CRED_HELPERS, "HttpHeaders", "psFormat", "imagesFormat", "networksFormat",
    "pluginsFormat", "volumesFormat", "statsFormat", "detachKeys", "serviceInspectFormat",
    "servicesFormat", "tasksFormat", "secretFormat", "configFormat", "nodesFormat", "pruneFilters",
    "proxies", "experimental", "stackOrchestrator", "kubernetes", "currentContext",
    "cliPluginsExtraDirs", "plugins", "aliases", "features",
];

pub(super) const AUTHS: &str = "auths";
pub(super) const CREDS_STORE: &str = "credsStore";
pub(super) const CRED_HELPERS: &str = "credHelpers";

/// Returns whether a field at the top is a registry and not some other field.
pub(crate) fn looks_like_registry(name: &str) -> bool {
    name.contains(['.', ':', '/']) || name == "localhost"
}
