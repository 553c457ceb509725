//! Which credential pulls these images, and why?
//!
//! Without sources it runs on the small cluster in `examples/cluster/`.

// `serde_json::Value` is used to print, not to read input.
#![allow(clippy::disallowed_types)]

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use regcred::{AuthConfig, Credential, ImageRef, Resolver, ResolverBuilder, Warning, WarningKind};
use serde_json::{Value, json};

#[path = "sources/mod.rs"]
mod sources;
use sources::{Failure, Sources, report};

fn usage() -> String {
    format!(
        "usage: resolve [SOURCE ...] [--run-helpers] [--strict] [--json] [--show-secret] [IMAGE ...]\n{}\n\
         --run-helpers runs the credential helpers that any source names, except those of a task (feature `helper`).\n\
         Each source may be given several times. Without any, the cluster in examples/cluster/ is used.\n\
         exit status: 0 a credential for every image, 1 none for some, 2 bad input",
        sources::usage(|option, value| Some(format!("{option}{value}")))
    )
}

/// Images that each level of the shipped cluster answers in turn.
const SHIPPED_IMAGES: [&str; 5] = [
    "registry.example.com:5000/team/app:1.4",
    "nginx",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
    "acr.example.net/app",
    "quay.io/team/app",
];

fn main() -> ExitCode {
    match sources::arguments().and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            report(format!("resolve: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Prints an explanation for each image. Returns whether every image has a credential.
fn run(args: impl Iterator<Item = String>) -> Result<bool, Failure> {
    let Some(options) = Options::parse(args)? else {
        writeln!(std::io::stdout(), "{}", usage())?;
        return Ok(true);
    };
    let images = match &*options.images {
        [] if options.builder.is_some() => {
            return Err(format!("no image given\n{}", usage()).into());
        }
        [] => SHIPPED_IMAGES.map(str::to_owned).to_vec(),
        images => images.to_vec(),
    };
    let builder = options.builder.unwrap_or_else(shipped);
    let resolver = if options.strict { builder.strict() } else { builder }.build()?;
    let is_about_helpers = |warning: &Warning| matches!(warning.kind(), WarningKind::Helper { .. });
    for warning in resolver.warnings() {
        if !(options.run_helpers && is_about_helpers(warning)) {
            report(format!("warning: {warning}"));
        }
    }
    let parse = |image| ImageRef::parse(image).map_err(|error| format!("{image:?}: {error}"));
    let images = images.iter().map(|image| parse(image)).collect::<Result<Vec<_>, _>>()?;
    // Unlike `println!`, `writeln!` does not panic if the reader of a pipe is gone.
    let mut out = std::io::stdout().lock();
    let mut all_found = true;
    for image in images {
        // A helper that gives no answer is for its own registry alone.
        let (auth, failure) = match options.run_helpers {
            true => match resolve_with_helpers(&resolver, &image) {
                Ok(auth) => (auth, None),
                Err(failure) => (None, Some(failure.to_string())),
            },
            false => (resolver.resolve(&image), None),
        };
        all_found &= auth.is_some();
        let answer = auth.as_ref().map(|auth| Answer { auth, show_secret: options.show_secret });
        let explanation = resolver.explain(&image);
        if options.json {
            let line = json!({
                "credential": answer.map_or(Value::Null, |answer| answer.to_json()),
                "origin": auth.as_ref().map(AuthConfig::origin),
                "failure": failure,
                "explanation": explanation,
            });
            writeln!(out, "{line}")?;
        } else {
            // The page is that of the files alone.
            match auth.as_ref().filter(|auth| auth.origin().helper().is_some()) {
                Some(auth) => writeln!(out, "{image}\n  answer: {}", auth.origin())?,
                None if failure.is_some() => writeln!(out, "{image}")?,
                None => writeln!(out, "{explanation}")?,
            }
            match (answer, failure) {
                (Some(answer), _) => writeln!(out, "  {answer}\n")?,
                (None, Some(failure)) => writeln!(out, "  not pulled: {failure}\n")?,
                (None, None) if explanation.is_blocked() => writeln!(out, "  not pulled\n")?,
                (None, None) => writeln!(out, "  pulled anonymously\n")?,
            }
        }
    }
    Ok(all_found)
}

#[cfg(feature = "helper")]
fn resolve_with_helpers(
    resolver: &Resolver,
    image: &ImageRef<'_>,
) -> Result<Option<AuthConfig>, Failure> {
    Ok(resolver.resolve_with_helpers(image, &regcred::HelperOptions::default())?)
}

#[cfg(not(feature = "helper"))]
fn resolve_with_helpers(_: &Resolver, _: &ImageRef<'_>) -> Result<Option<AuthConfig>, Failure> {
    Err("--run-helpers needs the feature: cargo run --features helper --example resolve".into())
}

struct Options {
    /// `None` without a source.
    builder: Option<ResolverBuilder>,
    run_helpers: bool,
    strict: bool,
    json: bool,
    show_secret: bool,
    images: Vec<String>,
}

impl Options {
    /// Parses the arguments; `None` if they ask for help.
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let mut sources = Sources::none();
        let mut images = Vec::new();
        let (mut run_helpers, mut strict, mut json, mut show_secret) = <_>::default();
        while let Some(arg) = args.next() {
            match &*arg {
                "--json" => json = true,
                "--run-helpers" => run_helpers = true,
                "--show-secret" => show_secret = true,
                "--strict" => strict = true,
                "--help" | "-h" => return Ok(None),
                _ if sources.take(&arg, &mut args)? => {}
                _ if arg.starts_with('-') => {
                    return Err(format!("unknown option {arg}\n{}", usage()).into());
                }
                _ => images.push(arg),
            }
        }
        let builder = sources.builder();
        Ok(Some(Options { builder, run_helpers, strict, json, show_secret, images }))
    }
}

/// Returns the sources of the cluster that ships with the crate, one for each level.
fn shipped() -> ResolverBuilder {
    let cluster: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cluster");
    Resolver::builder()
        .task_secret(include_bytes!("cluster/task-secret.json"))
        .sandbox_home(cluster.join("sandbox"))
        .agent_flag(cluster.join("agent-flag.json").to_string_lossy())
        .cluster_file(cluster.join("cluster-file"))
}

/// A credential to print. Its secrets are masked, unless `--show-secret` is given.
struct Answer<'a> {
    auth: &'a AuthConfig,
    show_secret: bool,
}

impl Answer<'_> {
    fn secret<'s>(&self, secret: &'s str) -> &'s str {
        if self.show_secret { secret } else { "********" }
    }

    fn to_json(&self) -> Value {
        match self.auth.credential() {
            Credential::Basic { username, password } => {
                json!({"username": username, "password": self.secret(password)})
            }
            Credential::IdentityToken { token, username } => {
                json!({"username": username, "identitytoken": self.secret(token)})
            }
            Credential::RegistryToken { token } => json!({"registrytoken": self.secret(token)}),
            _ => Value::Null,
        }
    }
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.auth.credential() {
            Credential::Basic { username, password } => {
                write!(f, "user name {username}, password {}", self.secret(password))
            }
            Credential::IdentityToken { token, .. } => {
                write!(f, "identity token {}", self.secret(token))
            }
            Credential::RegistryToken { token } => {
                write!(f, "registry token {}", self.secret(token))
            }
            _ => f.write_str("a credential of a kind that this program does not know"),
        }
    }
}
