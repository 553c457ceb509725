//! Pulls from a real registry, with the credential that each level has for it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::{ImageRef, Level, Resolver};
use serde_json::json;

use crate::check_rows::check_rows;
use crate::form::{FORMS, Outcome, Pull, find_certificates};
use crate::program::{put, read, scratch};
use crate::registry::{OWNER, Registry, TRANSPORTS};

const LEVELS: [Level; 4] =
    [Level::TaskSecret, Level::SandboxHome, Level::AgentFlag, Level::ClusterFile];

/// The user name and the password of a file, and the outcome of a pull with them.
const CREDENTIALS: [(Option<(&str, &str)>, Outcome); 3] = [
    (Some(OWNER), Outcome::Pulled),
    (Some((OWNER.0, "another password")), Outcome::Refused),
    (None, Outcome::Refused),
];

/// Returns a `config.json` with this credential for a registry.
pub fn config(registry: &str, credential: Option<(&str, &str)>) -> String {
    let entry = credential
        .map(|(user, password)| json!({"auth": STANDARD.encode(format!("{user}:{password}"))}));
    json!({"auths": {registry: entry.unwrap_or(json!({}))}}).to_string()
}

/// Sources, as a resolver and as variables of `docker-credential-regcred`.
type Sources = (Resolver, Vec<(&'static str, String)>);

/// Returns sources with a credential file at this level, and at every weaker one a file with a
/// credential that the registry refuses.
fn sources(level: Level, file: &str, weaker: &str, directory: &Path) -> Sources {
    let mut builder = Resolver::builder();
    let mut variables = Vec::new();
    for (n, at) in LEVELS.into_iter().enumerate().filter(|(_, at)| *at >= level) {
        let file = if at == level { file } else { weaker };
        let home = directory.join(n.to_string());
        let path = put(&home, ".docker/config.json", file);
        let [home, path] = [home, path].map(|path| path.display().to_string());
        let (source, variable) = match at {
            Level::TaskSecret => (builder.task_secret(file), ("REGCRED_TASK_SECRET", path)),
            Level::SandboxHome => (builder.sandbox_home(&home), ("REGCRED_SANDBOX", home)),
            Level::AgentFlag => (builder.agent_flag(&path), ("REGCRED_AGENT_FLAG", path)),
            _ => (builder.cluster_file(&path), ("REGCRED_CLUSTER_FILE", path)),
        };
        builder = source;
        variables.push(variable);
    }
    (builder.build().unwrap_or_else(|error| panic!("{level}: {error}")), variables)
}

#[test]
fn each_form_pulls_with_the_credential_of_each_level() {
    for transport in TRANSPORTS {
        let registry = Registry::start(transport, &[]);
        let certs_d = scratch();
        for (name, file) in registry.certificates() {
            put(&certs_d.path().join(registry.host()), name, read(&registry.file(file)));
        }
        let image = registry.image();
        let image = ImageRef::parse(&image).unwrap_or_else(|error| panic!("{image}: {error}"));
        let certificates = find_certificates(&image, certs_d.path())
            .unwrap_or_else(|error| panic!("{transport:?}: {error}"));
        let rows = LEVELS.into_iter().flat_map(|level| {
            let of_level = CREDENTIALS.map(|(credential, outcome)| (level, credential, outcome));
            of_level.into_iter().flat_map(|row| FORMS.iter().map(move |form| (row, form)))
        });
        check_rows(rows, |((level, credential, expected), (name, pull_as))| {
            let home = scratch();
            let file = config(registry.host(), credential);
            let weaker = credential.map(|_| ("weaker", "password"));
            let weaker = config(registry.host(), weaker);
            let (resolver, variables) = sources(level, &file, &weaker, &home.path().join("levels"));
            let origin = resolver.resolve(&image).map(|auth| auth.origin().level());
            let row = format!("{name}, {transport:?}, {level}, {credential:?}");
            assert_eq!(origin, credential.map(|_| level), "{row}");
            let pull = Pull {
                resolver: &resolver,
                variables: &variables,
                image: &image,
                registry: &registry,
                certificates: &certificates,
                home: home.path(),
            };
            assert_eq!(pull_as(&pull), expected, "{row}");
        });
    }
}
