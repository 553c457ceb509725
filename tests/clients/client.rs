//! The clients: docker, podman and skopeo, each asked which credential it sends for an image.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::cases::{Case, with_canary};
use crate::program::{Ended, LIBPOD, end_pause, program, run, scratch};
use crate::recorder::Recorder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Docker,
    Podman,
    Skopeo,
}

impl Client {
    fn command(self, home: &Path) -> Command {
        match self {
            // Another version than that of the system is measured by its path.
            Client::Docker => {
                program(&env::var("DOCKER").unwrap_or("/usr/bin/docker".to_owned()), home)
            }
            Client::Podman => program("podman", home),
            Client::Skopeo => program("skopeo", home),
        }
    }

    /// Returns the version, such as `20.10.24`.
    pub fn version(self) -> String {
        let home = scratch();
        let version = run(self.command(home.path()).arg("--version"), "").success("--version");
        let words = version.split([' ', ',']);
        let version = words.into_iter().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let version = version.unwrap_or_else(|| panic!("{self:?} prints no version")).trim();
        version.split(['+', '-']).next().unwrap_or(version).to_owned()
    }

    /// Returns the command that pulls an image as a user with this home directory. It asks the
    /// recorder in place of the registry or the daemon.
    pub fn pull(self, home: &Path, image: &str, recorder: &Recorder) -> Command {
        let address = recorder.address();
        let mut command = self.command(home);
        match self {
            Client::Docker => {
                command.args(["-H", &format!("tcp://{address}"), "pull", image]);
                return command;
            }
            Client::Podman => {
                command.args(podman_options(home)).args(["--log-level=debug", "pull"]);
                command.args(["--tls-verify=false", image]);
            }
            Client::Skopeo => {
                command.args(["--debug", "inspect", "--tls-verify=false"]);
                command.arg(format!("docker://{image}"));
            }
        }
        let proxy = format!("http://{address}");
        command.env("HTTP_PROXY", &proxy).env("HTTPS_PROXY", &proxy);
        command
    }

    fn login(self, home: &Path, registry: &str, recorder: &Recorder) -> Command {
        assert_eq!(self, Client::Docker, "the only client that a case logs in with");
        let mut command = self.command(home);
        command.args(["-H", &format!("tcp://{}", recorder.address())]);
        command.args(["login", "-uu", "-pp", registry]);
        command
    }

    /// Pulls the image of a case as a user with this home directory, and returns the credential
    /// that the client has sent: a word of [`Recorder::credential`], `error` if it has sent no
    /// request.
    pub fn answer(self, home: &Path, case: &Case, recorder: &Recorder) -> String {
        let mut command = match case.image.split_once('/') {
            Some((registry, _)) if case.docker_logs_in && self == Client::Docker => {
                self.login(home, registry, recorder)
            }
            _ => self.pull(home, &case.image, recorder),
        };
        let ended = run(&mut command, "");
        end_pause(home);
        assert!(!ended.is_success, "{self:?} has pulled {}: {}", case.image, ended.output);
        let sent = recorder.credential().or_else(|| answer_without_proxy(&ended));
        with_canary(&sent.unwrap_or("error".to_owned()), &ended.output)
    }
}

/// Keeps the files of podman below a directory. Its storage needs no mounts.
pub fn podman_options(home: &Path) -> Vec<String> {
    let options = [("root", "storage"), ("runroot", "storage"), ("tmpdir", LIBPOD)];
    let directories =
        options.map(|(option, name)| format!("--{option}={}", home.join(name).display()));
    let others = ["--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=none"];
    directories.into_iter().chain(others.map(str::to_owned)).collect()
}

/// Returns the answer of podman and skopeo for a registry that no proxy is used for: `localhost`.
/// Their log says which registry they ask, and whether they have a credential for it.
fn answer_without_proxy(ended: &Ended) -> Option<String> {
    let (_, rest) = ended.output.split_once("GET https://")?;
    let (registry, _) = rest.split_once("/v2/")?;
    let has_credential = ended.output.contains("Found credentials for ");
    Some(format!("{registry} with{} credential", if has_credential { " a" } else { "out" }))
}
