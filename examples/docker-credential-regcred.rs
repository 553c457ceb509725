//! A credential helper that answers from all levels. Docker asks it if its `config.json` holds
//! `{"credsStore": "regcred"}`; podman and skopeo, for each registry that `credHelpers` names.
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
         Each is a variable. Without any, your own files are read, as Docker and podman find them.",
        sources::usage(|option, _| variable(option))
    )
}

/// Returns the variable of an option. There is none for the files of the user, which are read without any.
fn variable(option: &str) -> Option<String> {
    let name = option.strip_prefix("--").filter(|name| *name != "env")?;
    Some(format!("REGCRED_{}", name.to_uppercase().replace('-', "_")))
}

/// The answer by which Docker and podman recognise that there is no credential.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The longest server that is read.
const LONGEST: u64 = 4096;

fn main() -> ExitCode {
    // Unlike `args`, `args_os` does not panic on an argument that is not UTF-8.
    let action = std::env::args_os().nth(1).map(|action| action.to_string_lossy().into_owned());
    // Docker shows what a helper prints to standard output, also for an error.
    let (text, is_answer) = match answer(action.as_deref()) {
        Ok(answer) => (answer, true),
        Err(error) => (error.to_string(), false),
    };
    let is_written = writeln!(std::io::stdout(), "{text}").is_ok();
    if is_answer && is_written { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(action: Option<&str>) -> Result<String, Failure> {
    match action {
        Some("get") => {
            let mut server = String::new();
            std::io::stdin().take(LONGEST + 1).read_to_string(&mut server)?;
            if server.len() as u64 > LONGEST {
                return Err(format!("the server is longer than {LONGEST} bytes").into());
            }
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
    for (option, ..) in sources::SOURCES {
        let Some(variable) = variable(option) else { continue };
        if let Some(value) = std::env::var_os(&variable).filter(|value| !value.is_empty()) {
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
/// program that asks would use it for the others, too. The protocol has no words for a namespace, so an image
/// in it gets the credential of its registry.
fn get(resolver: &Resolver, server: &str) -> Result<String, Failure> {
    let (_, address) = server.split_once("://").unwrap_or(("", server));
    let (_, path) = address.split_once('/').unwrap_or((address, ""));
    if !matches!(path.trim_end_matches('/'), "" | "v1" | "v2") {
        // A namespace, or one of Docker's entries beside that of Docker Hub: `/v1/access-token`.
        return Err(NOT_FOUND.into());
    }
    let Some(auth) = resolver.resolve_registry(server) else {
        // A malformed entry must not look like none. No key is for this repository alone.
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
        Credential::Basic { username: "<token>", .. } => {
            let error =
                "a helper cannot hand over the user name <token>, which marks an identity token";
            return Err(format!("{server}: {error}").into());
        }
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
                Credential::Basic { username: "<token>", .. } => continue,
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
