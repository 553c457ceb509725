//! Writes the smallest credential file for some images: nothing that they do not need leaves this machine.

use std::io::Write;
use std::process::ExitCode;

use regcred::{AuthConfig, Client, Export, ImageRef, Resolver, WarningKind};

#[path = "sources/mod.rs"]
mod sources;
use sources::{Failure, Sources, report};

const CLIENTS: [Client; 5] =
    [Client::Docker, Client::Podman, Client::Kubelet, Client::Mesos, Client::Regcred];

fn main() -> ExitCode {
    match sources::arguments().and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            report(format!("regcred-export: {error}"));
            ExitCode::from(2)
        }
    }
}

fn usage() -> String {
    format!(
        "usage: regcred-export SOURCE ... [--run-helpers] --for CLIENT FORM IMAGE ...\n{}\n\
         --run-helpers runs the credential helpers that any source names, except those of a task (feature `helper`).\n\
         clients: docker, podman, kubelet, mesos, regcred\n\
         forms, printed to standard output with passwords in the clear:\n  \
         --config-json         config.json, auth.json\n  \
         --dockercfg           .dockercfg\n  \
         --docker-tar-gz       docker.tar.gz\n  \
         --secret NAME         a Kubernetes Secret\n\
         or written:\n  \
         --directory DIR       a new directory with a config.json, for docker --config\n\
         exit status: 0 a credential was exported, 1 no image has one, 2 an error",
        sources::usage(|option, value| Some(format!("{option}{value}")))
    )
}

enum Form {
    ConfigJson,
    Dockercfg,
    DockerTarGz,
    Secret(String),
    Directory(String),
}

/// Returns whether there is any credential to export.
fn run(mut args: impl Iterator<Item = String>) -> Result<bool, Failure> {
    let mut sources = Sources::none();
    let (mut client, mut runs_helpers) = (None, false);
    let (mut forms, mut images) = (Vec::new(), Vec::new());
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match &*arg {
            "--help" | "-h" => {
                writeln!(std::io::stdout(), "{}", usage())?;
                return Ok(true);
            }
            "--run-helpers" => runs_helpers = true,
            "--for" => {
                let name = value()?;
                let is_named = |client: &Client| client.to_string().eq_ignore_ascii_case(&name);
                let found = CLIENTS.into_iter().find(is_named);
                client = Some(found.ok_or_else(|| format!("unknown client {name}\n{}", usage()))?);
            }
            "--config-json" => forms.push(Form::ConfigJson),
            "--dockercfg" => forms.push(Form::Dockercfg),
            "--docker-tar-gz" => forms.push(Form::DockerTarGz),
            "--secret" => forms.push(Form::Secret(value()?)),
            "--directory" => forms.push(Form::Directory(value()?)),
            _ if sources.take(&arg, &mut args)? => {}
            _ if arg.starts_with('-') => {
                return Err(format!("unknown option {arg}\n{}", usage()).into());
            }
            _ => images.push(arg),
        }
    }
    let missing = |what| format!("{what} given\n{}", usage());
    let builder = sources.builder().ok_or_else(|| missing("no source"))?;
    let client = client.ok_or_else(|| missing("no --for"))?;
    let form = forms.pop().ok_or_else(|| missing("no form"))?;
    if !forms.is_empty() {
        return Err(missing("more than one form").into());
    }
    if images.is_empty() {
        return Err(missing("no image").into());
    }
    let resolver = builder.build()?;
    for warning in resolver.warnings() {
        if !(runs_helpers && matches!(warning.kind(), WarningKind::Helper { .. })) {
            report(format!("warning: {warning}"));
        }
    }
    let parse = |image| ImageRef::parse(image).map_err(|error| format!("{image:?}: {error}"));
    let images = images.iter().map(|image| parse(image)).collect::<Result<Vec<_>, _>>()?;
    let export = match runs_helpers {
        true => Export::of(with_helpers(&resolver, &images)?, client)?,
        false => resolver.export(&images, client)?,
    };
    for image in export.anonymous() {
        report(format!("no credential: {image} is pulled anonymously"));
    }
    for warning in export.warnings() {
        report(format!("warning: {warning}"));
    }
    write(&export, form)?;
    Ok(export.entries().next().is_some())
}

fn write(export: &Export, form: Form) -> Result<(), Failure> {
    let file = match form {
        Form::ConfigJson => export.config_json(),
        Form::Dockercfg => export.dockercfg()?,
        #[cfg(feature = "archive")]
        Form::DockerTarGz => export.docker_tar_gz(),
        #[cfg(not(feature = "archive"))]
        Form::DockerTarGz => return Err("--docker-tar-gz needs the feature archive".into()),
        Form::Secret(name) => export.kubernetes_secret(&name)?,
        Form::Directory(path) => return Ok(export.write_directory(path)?),
    };
    Ok(std::io::stdout().write_all(&file)?)
}

type Answers<'i> = Vec<(&'i ImageRef<'i>, Option<AuthConfig>)>;

#[cfg(feature = "helper")]
fn with_helpers<'i>(
    resolver: &Resolver,
    images: &'i [ImageRef<'i>],
) -> Result<Answers<'i>, Failure> {
    let options = regcred::HelperOptions::default();
    let ask = |image| {
        let auth = resolver.resolve_with_helpers(image, &options)?;
        // A blocked image is not an anonymous one.
        match &auth {
            None if resolver.explain(image).is_blocked() => {
                Err(format!("not exported:\n{}", resolver.explain(image)).into())
            }
            _ => Ok((image, auth)),
        }
    };
    images.iter().map(ask).collect()
}

#[cfg(not(feature = "helper"))]
fn with_helpers<'i>(_: &Resolver, _: &'i [ImageRef<'i>]) -> Result<Answers<'i>, Failure> {
    Err("--run-helpers needs the feature \"helper\"; build with --features helper".into())
}
