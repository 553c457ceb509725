//! A credential provider of kubelet that answers from all levels. Kubelet runs it for the images that its
//! `CredentialProviderConfig` names, with the arguments from there.

use std::io::{Read, Write};
use std::process::ExitCode;

use regcred::{Client, Credential, ImageRef, Resolver};
use serde::Deserialize;
use serde_json::{Map, json};

#[path = "sources/mod.rs"]
mod sources;
use sources::{Failure, Sources, report};

const API_VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

/// The longest request that is read. A service account token takes some kilobytes.
const LONGEST: u64 = 1 << 20;

/// The request, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    api_version: String,
    kind: String,
    image: String,
}

fn main() -> ExitCode {
    let answered = sources::arguments()
        .and_then(run)
        .and_then(|answer| Ok(writeln!(std::io::stdout(), "{answer}")?));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Kubelet appends this to its log.
            report(format!("kubelet-credential-provider: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<String, Failure> {
    let mut sources = Sources::none();
    let mut seconds = 0;
    while let Some(arg) = args.next() {
        match &*arg {
            "--help" | "-h" => return Ok(usage()),
            "--cache-seconds" => {
                let value = args.next().unwrap_or_default();
                seconds = value.parse::<u32>().map_err(|_| "--cache-seconds needs a number")?;
            }
            _ if sources.take(&arg, &mut args)? => {}
            _ => return Err(format!("unknown argument {arg}\n{}", usage()).into()),
        }
    }
    let builder = sources.builder().ok_or_else(|| format!("no source given\n{}", usage()))?;
    let mut request = Vec::new();
    std::io::stdin().take(LONGEST).read_to_end(&mut request)?;
    answer(&builder.build()?, &request, seconds)
}

fn usage() -> String {
    format!(
        "usage: kubelet-credential-provider SOURCE ... [--cache-seconds N]\n{}\nIt reads a \
         CredentialProviderRequest from standard input. Without --cache-seconds, kubelet asks for each pull.",
        sources::usage(|option, value| Some(format!("{option}{value}")))
    )
}

/// Returns the response, which kubelet decodes strictly. It is kept for the one image, because a
/// credential may be for a namespace.
fn answer(resolver: &Resolver, request: &[u8], seconds: u32) -> Result<String, Failure> {
    // An error of serde_json quotes the request, which can hold a service account token.
    let request: Request = serde_json::from_slice(request)
        .map_err(|error| format!("no CredentialProviderRequest, at column {}", error.column()))?;
    let Request { api_version, kind, image } = request;
    if (&*api_version, &*kind) != (API_VERSION, "CredentialProviderRequest") {
        return Err(format!("not a CredentialProviderRequest of {API_VERSION}").into());
    }
    let shown: String = image.chars().take(200).collect();
    let parsed = ImageRef::parse(&image).map_err(|error| format!("{shown:?}: {error}"))?;
    // Refuses tokens, which kubelet does not take, and malformed entries.
    let export = resolver.export([&parsed], Client::Kubelet)?;
    let mut auth = Map::new();
    if let (Some((key, _)), Some(found)) = (export.entries().next(), resolver.resolve(&parsed)) {
        // A pattern has no scheme.
        let pattern = if key.contains("//") { "docker.io" } else { key };
        if let Credential::Basic { username, password } = found.credential() {
            auth.insert(pattern.to_owned(), json!({"username": username, "password": password}));
        }
    }
    let response = json!({
        "apiVersion": API_VERSION,
        "kind": "CredentialProviderResponse",
        "cacheKeyType": "Image",
        "cacheDuration": format!("{seconds}s"),
        "auth": auth,
    });
    Ok(response.to_string())
}
