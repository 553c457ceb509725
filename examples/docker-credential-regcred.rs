//! A credential helper of Docker that answers from all levels: docker, podman, skopeo, buildah and crane
//! ask it if their `config.json` holds `{"credsStore": "regcred"}`.
//!
//! Programs give a helper no arguments, so its sources are named by environment variables. Without any,
//! it reads the files of its user.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::ExitCode;

use regcred::{Credential, EntryState, ImageRef, Resolver};
use serde_json::json;

#[path = "sources/mod.rs"]
mod sources;
use sources::{Failure, Sources};

fn usage() -> String {
    format!(
        "usage: docker-credential-regcred get|list|version\n\
         get reads a server from standard input and prints its credential.\n{}\n\
         Each is given in a variable, such as REGCRED_CLUSTER_FILE for --cluster-file. Without any, your\n\
         own files are read.",
        sources::USAGE
    )
}

const VARIABLES: [(&str, &str); 4] = [
    ("REGCRED_TASK_SECRET", "--task-secret"),
    ("REGCRED_SANDBOX", "--sandbox"),
    ("REGCRED_AGENT_FLAG", "--agent-flag"),
    ("REGCRED_CLUSTER_FILE", "--cluster-file"),
];

/// The answer by which Docker and podman recognise that there is no credential.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The longest server that is read.
const LONGEST: u64 = 4096;

fn main() -> ExitCode {
    match answer(std::env::args().nth(1).as_deref()) {
        Ok(answer) => match writeln!(std::io::stdout(), "{answer}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            // Docker shows what a helper prints to standard output.
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(action: Option<&str>) -> Result<String, Failure> {
    match action {
        Some("get") => {
            let mut server = String::new();
            std::io::stdin().take(LONGEST).read_to_string(&mut server)?;
            get(&resolver()?, server.trim())
        }
        Some("list") => Ok(list(&resolver()?)),
        Some("version") => Ok(format!("docker-credential-regcred {}", env!("CARGO_PKG_VERSION"))),
        Some("store" | "erase") => {
            Err("docker-credential-regcred only reads credentials; change the file that holds them"
                .into())
        }
        _ => Err(usage().into()),
    }
}

fn resolver() -> Result<Resolver, Failure> {
    let mut sources = Sources::none();
    for (variable, option) in VARIABLES {
        if let Some(value) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
            let value = value.into_string().map_err(|_| format!("{variable} is not UTF-8"))?;
            sources.take(option, &mut [value].into_iter())?;
        }
    }
    match sources.builder() {
        Some(builder) => Ok(builder.build()?),
        None => Ok(Resolver::from_env()?),
    }
}

/// Returns the credential for a whole registry. One for a namespace of it is not given away, because the
/// program that asks would use it for the others, too.
fn get(resolver: &Resolver, server: &str) -> Result<String, Failure> {
    let Some(auth) = resolver.resolve_registry(server) else {
        // A malformed entry must not become an anonymous pull. No key is for this repository alone.
        let image = ImageRef::parse_with_default("docker-credential-regcred/any", server)
            .map_err(|_| format!("{server:?} is not a registry"))?;
        let page = resolver.explain(&image);
        if !page.is_blocked() {
            return Err(NOT_FOUND.into());
        }
        let answer = page.to_string();
        return Err(
            format!("{server}: {}", answer.lines().last().unwrap_or_default().trim()).into()
        );
    };
    let (username, secret) = match auth.credential() {
        Credential::Basic { username, password } => (username, password),
        Credential::IdentityToken { token, .. } => ("<token>", token),
        _ => {
            let error =
                "its credential is a registry token, which a credential helper cannot hand over";
            return Err(format!("{server}: {error}").into());
        }
    };
    Ok(json!({"ServerURL": server, "Username": username, "Secret": secret}).to_string())
}

/// Returns the servers that `get` has a credential for, with their user names.
fn list(resolver: &Resolver) -> String {
    let mut servers = BTreeMap::new();
    let usable = resolver.entries().filter(|entry| entry.state() == EntryState::Usable);
    for scope in usable.filter_map(|entry| entry.scope()) {
        if let Some(auth) = resolver.resolve_registry(&scope).filter(|_| !scope.contains('/')) {
            let username = match auth.credential() {
                Credential::Basic { username, .. } => username.to_owned(),
                Credential::IdentityToken { .. } => "<token>".to_owned(),
                _ => continue,
            };
            let server = if scope == "docker.io" { "https://index.docker.io/v1/" } else { &scope };
            servers.insert(server.to_owned(), username);
        }
    }
    json!(servers).to_string()
}
