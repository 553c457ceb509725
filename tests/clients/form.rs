//! The forms in which an answer is handed to a client.

use std::path::{Path, PathBuf};
use std::process::Command;

use regcred::certs::{self, Certificates};
use regcred::{AuthConfig, Client, Export, ImageRef, Resolver};
use serde_json::json;

use crate::program::{Ended, path_with_examples, program, put, read, run};
use crate::registry::Registry;

/// A form, by its name.
pub type Form = (&'static str, fn(&Pull) -> Outcome);

/// Every form. A form pulls the image with the credential that the resolver has for it, and without
/// any if it has none.
pub const FORMS: &[Form] = &[
    ("basic_authorization", authorization_header),
    ("--creds", option_creds),
    ("config.json", exported_config_json),
    ("docker.tar.gz", exported_archive),
    ("directory", exported_directory),
    ("docker-credential-regcred", credential_helper),
];

/// An image to pull.
pub struct Pull<'a> {
    pub resolver: &'a Resolver,
    /// The sources of the resolver, as variables of `docker-credential-regcred`.
    pub variables: &'a [(&'static str, String)],
    pub image: &'a ImageRef<'a>,
    pub registry: &'a Registry,
    /// The certificates of the registry, as this crate has found them.
    pub certificates: &'a Certificates,
    /// An empty directory, the home of the client.
    pub home: &'a Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Pulled,
    /// The registry does not take the credential.
    Refused,
    /// The client does not trust the registry, or the registry does not trust the client.
    NoTls,
}

impl Pull<'_> {
    fn answer(&self) -> Option<AuthConfig> {
        self.resolver.resolve(self.image)
    }

    /// Returns the export for skopeo.
    fn export(&self) -> Export {
        let export = self.resolver.export([self.image], Client::Podman);
        export.unwrap_or_else(|error| panic!("{}: {error}", self.image))
    }
}

/// The header of a request that the test sends: through `openssl`, if the registry has TLS.
fn authorization_header(pull: &Pull) -> Outcome {
    let authorization = pull
        .answer()
        .map(|auth| auth.basic_authorization().unwrap_or_else(|| panic!("{auth:?} is not a pair")));
    let authorization = authorization.as_deref();
    let response = match pull.registry.is_plain() {
        true => pull.registry.manifest(authorization),
        false => {
            let mut command = program("openssl", pull.home);
            command.args(["s_client", "-quiet", "-verify_return_error", "-no-CApath"]);
            command.args(["-no-CAstore", "-connect", pull.registry.host()]);
            match pull.certificates.authorities() {
                [] => command.arg("-no-CAfile"),
                authorities => {
                    let bundle: Vec<u8> = authorities.iter().flat_map(|path| read(path)).collect();
                    command.arg("-CAfile").arg(put(pull.home, "bundle.crt", bundle))
                }
            };
            for client in pull.certificates.clients() {
                command.arg("-cert").arg(client.certificate()).arg("-key").arg(client.key());
            }
            run(&mut command, &pull.registry.manifest_request(authorization)).output
        }
    };
    let status = response.split_once("HTTP/1.1 ").map(|(_, rest)| rest.get(..3).unwrap_or(rest));
    match status {
        Some("200") => Outcome::Pulled,
        Some("401") => Outcome::Refused,
        None if is_tls_failure(&response) => Outcome::NoTls,
        _ => panic!("neither an image nor a refusal: {response}"),
    }
}

/// `skopeo copy --src-creds user:password`
fn option_creds(pull: &Pull) -> Outcome {
    copy(pull, |command| match pull.answer() {
        None => command.arg("--src-no-creds"),
        Some(auth) => {
            let (user, password) = auth.username().zip(auth.password()).expect("a pair");
            command.arg(format!("--src-creds={user}:{password}"))
        }
    })
}

/// `skopeo copy --src-authfile`
fn exported_config_json(pull: &Pull) -> Outcome {
    let file = put(pull.home, "exported.json", pull.export().config_json());
    copy(pull, |command| command.arg("--src-authfile").arg(&file))
}

/// The archive in the home directory, unpacked by `tar` as Mesos's fetcher does.
fn exported_archive(pull: &Pull) -> Outcome {
    put(pull.home, "docker.tar.gz", pull.export().docker_tar_gz());
    let mut tar = program("tar", pull.home);
    run(tar.args(["-xzf", "docker.tar.gz"]), "").success("tar");
    copy(pull, |command| command)
}

/// `.docker` in the home directory.
fn exported_directory(pull: &Pull) -> Outcome {
    let written = pull.export().write_directory(pull.home.join(".docker"));
    written.unwrap_or_else(|error| panic!("{error}"));
    copy(pull, |command| command)
}

/// The credential helper of the examples, named by the file of the user.
fn credential_helper(pull: &Pull) -> Outcome {
    let file = json!({"credHelpers": {pull.registry.host(): "regcred"}});
    put(pull.home, ".config/containers/auth.json", file.to_string());
    copy(pull, |command| {
        command.envs(pull.variables.iter().cloned()).env("PATH", path_with_examples())
    })
}

/// Copies the image with skopeo, given the options or the variables for its credential.
fn copy(pull: &Pull, add_credential: impl Fn(&mut Command) -> &mut Command) -> Outcome {
    let mut command = program("skopeo", pull.home);
    command.args(["--insecure-policy", "copy"]);
    match pull.registry.is_plain() {
        true => command.arg("--src-tls-verify=false"),
        false => command.arg("--src-cert-dir").arg(directory_of(pull)),
    };
    add_credential(&mut command);
    command.arg(format!("docker://{}", pull.image));
    command.arg(format!("dir:{}", pull.home.join("image").display()));
    outcome(&run(&mut command, ""), &pull.home.join("image/manifest.json"))
}

/// Copies the certificates that were found, and no other file, to a directory for a client.
fn directory_of(pull: &Pull) -> PathBuf {
    let directory = pull.home.join("certificates");
    let certificates = pull.certificates;
    let clients = certificates.clients().iter();
    let clients = clients.flat_map(|client| [client.certificate(), client.key()]);
    for path in certificates.authorities().iter().map(|path| &**path).chain(clients) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("the name of a file");
        put(&directory, name, read(path));
    }
    directory
}

fn outcome(ended: &Ended, pulled: &Path) -> Outcome {
    let says = |text: &str| ended.output.contains(text);
    if ended.is_success {
        assert!(pulled.is_file(), "nothing was pulled: {}", ended.output);
        return Outcome::Pulled;
    }
    match () {
        () if says("unauthorized") || says("authentication required") => Outcome::Refused,
        () if is_tls_failure(&ended.output) => Outcome::NoTls,
        () => panic!("neither an image nor a refusal: {}", ended.output),
    }
}

fn is_tls_failure(output: &str) -> bool {
    ["x509: ", "certificate verify failed", "alert bad certificate", "remote error: tls: "]
        .iter()
        .any(|text| output.contains(text))
}

/// Finds the certificates of a registry below a directory like `/etc/docker/certs.d`.
pub fn find_certificates(
    image: &ImageRef<'_>,
    certs_d: &Path,
) -> Result<Certificates, regcred::Error> {
    certs::find(image.registry_as_written(), [certs_d])
}
