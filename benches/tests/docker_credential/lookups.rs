//! The files of a user: `get_credential` and `get_podman_credential` beside `Resolver::from_env`.

use std::fs;
use std::path::Path;

use regcred::Resolver;

use crate::answer::Answer;
use crate::child;

/// A user, and the answers for `only.example`. In values and paths, `~` is the home directory.
struct User {
    reason: &'static str,
    /// Apart from `HOME`.
    variables: &'static [(&'static str, &'static str)],
    /// Each has a credential for `only.example`: its own path as the user name.
    files: &'static [&'static str],
    /// The file in which each finds its credential, or the reason that it finds none.
    docker: &'static str,
    podman: &'static str,
    ours: &'static str,
}

const RUNTIME: (&str, &str) = ("XDG_RUNTIME_DIR", "~/run");

const USERS: [User; 13] = [
    User {
        reason: "no file is normal: the pull is anonymous",
        variables: &[RUNTIME],
        files: &[],
        docker: "NotRead",
        podman: "NotRead",
        ours: "Nothing",
    },
    User {
        reason: "both read Docker's file",
        variables: &[RUNTIME],
        files: &["~/.docker/config.json"],
        docker: "~/.docker/config.json",
        podman: "NotRead",
        ours: "~/.docker/config.json",
    },
    User {
        reason: "both read Docker's directory",
        variables: &[RUNTIME, ("DOCKER_CONFIG", "~/ci")],
        files: &["~/ci/config.json", "~/.docker/config.json"],
        docker: "~/ci/config.json",
        podman: "NotRead",
        ours: "~/ci/config.json",
    },
    User {
        reason: "an empty variable is unset, not the working directory",
        variables: &[RUNTIME, ("DOCKER_CONFIG", "")],
        files: &["~/.docker/config.json", "~/config.json"],
        docker: "~/config.json",
        podman: "NotRead",
        ours: "~/.docker/config.json",
    },
    User {
        reason: "both read podman's file",
        variables: &[RUNTIME],
        files: &["~/run/containers/auth.json"],
        docker: "NotRead",
        podman: "~/run/containers/auth.json",
        ours: "~/run/containers/auth.json",
    },
    User {
        reason: "one chain for all tools: podman's file goes before Docker's",
        variables: &[RUNTIME],
        files: &["~/run/containers/auth.json", "~/.docker/config.json"],
        docker: "~/.docker/config.json",
        podman: "~/run/containers/auth.json",
        ours: "~/run/containers/auth.json",
    },
    User {
        reason: "podman reads ~/.config, too",
        variables: &[RUNTIME],
        files: &["~/.config/containers/auth.json"],
        docker: "NotRead",
        podman: "NotRead",
        ours: "~/.config/containers/auth.json",
    },
    User {
        reason: "podman reads XDG_CONFIG_HOME, too",
        variables: &[RUNTIME, ("XDG_CONFIG_HOME", "~/xdg")],
        files: &["~/xdg/containers/auth.json"],
        docker: "NotRead",
        podman: "NotRead",
        ours: "~/xdg/containers/auth.json",
    },
    User {
        reason: "neither Docker nor podman reads an auth.json below ~/.docker",
        variables: &[RUNTIME],
        files: &["~/.docker/containers/auth.json"],
        docker: "NotRead",
        podman: "~/.docker/containers/auth.json",
        ours: "Nothing",
    },
    User {
        reason: "without XDG_RUNTIME_DIR there are other files",
        variables: &[],
        files: &["~/.config/containers/auth.json"],
        docker: "NotRead",
        podman: "NotRead",
        ours: "~/.config/containers/auth.json",
    },
    User {
        reason: "REGISTRY_AUTH_FILE is for every lookup",
        variables: &[RUNTIME, ("REGISTRY_AUTH_FILE", "~/auth")],
        files: &["~/auth", "~/.docker/config.json"],
        docker: "~/.docker/config.json",
        podman: "~/auth",
        ours: "~/auth",
    },
    User {
        reason: "a file that REGISTRY_AUTH_FILE names may be missing: the chain goes on",
        variables: &[RUNTIME, ("REGISTRY_AUTH_FILE", "~/auth")],
        files: &["~/run/containers/auth.json"],
        docker: "NotRead",
        podman: "NotRead",
        ours: "~/run/containers/auth.json",
    },
    User {
        reason: "DOCKER_AUTH_CONFIG is read",
        variables: &[
            RUNTIME,
            ("DOCKER_AUTH_CONFIG", r#"{"auths": {"only.example": {"username": "variable"}}}"#),
        ],
        files: &["~/.docker/config.json"],
        docker: "~/.docker/config.json",
        podman: "NotRead",
        ours: "variable",
    },
];

pub fn check() {
    let failures: Vec<_> = USERS.iter().filter_map(|user| failure(user).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn failure(user: &User) -> Result<(), String> {
    let home = tempfile::tempdir().expect("a directory");
    let below = |path: &str| path.replace('~', &home.path().display().to_string());
    for file in user.files {
        let path = below(file);
        fs::create_dir_all(Path::new(&path).parent().expect("a directory")).expect("a directory");
        let json = format!(
            r#"{{"auths": {{"only.example": {{"username": "{file}", "password": "p"}}}}}}"#
        );
        fs::write(path, json).expect("a file");
    }
    let mut command = child("the_files_of_a_user_differ_as_listed", "only.example");
    command.env("HOME", home.path()).current_dir(home.path());
    command.envs(user.variables.iter().map(|(name, value)| (name, below(value))));
    let output = command.output().expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    let answers: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("answer: ")).collect();
    let expected = [user.docker, user.podman, user.ours];
    let failure = || format!("{}: {answers:?} instead of {expected:?}", user.reason);
    if answers == expected { Ok(()) } else { Err(failure()) }
}

/// Prints the three answers for a server, in a child process.
pub fn print(server: &str) {
    let ours = match Resolver::from_env().map(|resolver| resolver.resolve_registry(server)) {
        Ok(Some(auth)) => auth.credential().into(),
        Ok(None) => Answer::Nothing,
        Err(_) => Answer::NotRead,
    };
    let docker = docker_credential::get_credential(server).into();
    let podman = docker_credential::get_podman_credential(server).into();
    for answer in [docker, podman, ours] {
        match answer {
            Answer::Basic(username, _) => println!("\nanswer: {username}"),
            answer => println!("\nanswer: {answer:?}"),
        }
    }
}
