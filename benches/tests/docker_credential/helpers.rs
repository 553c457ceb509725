//! Credential helpers: small programs, and what they answer.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::meaning::HUB_URL;

/// The user name that marks an identity token.
const TOKEN: &str = "<token>";

/// A server, and the user name and secret for it.
type Known = (&'static str, &'static str, &'static str);

/// Helpers, each with the servers that it knows.
const KNOWN: [(&str, &[Known]); 3] = [
    ("vault", &[("quay.io", "vera", "v1"), (HUB_URL, "hal", "v2"), ("reg.io:5000", "rob", "v3")]),
    ("tokens", &[("quay.io", TOKEN, "t1"), ("a.example.com", TOKEN, "t2")]),
    ("empty", &[]),
];

/// Every name that a file may have for a helper. There is no program for the last one.
pub const NAMES: [&str; 6] = ["vault", "tokens", "empty", "broken", "garbled", "missing"];

/// Returns whether a helper has no credential for a server, and says so.
pub fn knows_nothing(helper: &str, server: &str) -> bool {
    let known = KNOWN.iter().find(|(name, _)| *name == helper);
    known.is_some_and(|(_, servers)| !servers.iter().any(|(known, ..)| *known == server))
}

/// Writes the programs into a directory of their own.
pub fn install() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let install = |name: &str, branches: String| {
        let path = directory.path().join(format!("docker-credential-{name}"));
        let script = format!("#!/bin/sh\nread -r server\ncase \"$server\" in\n{branches}esac\n");
        fs::write(&path, script).expect("a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    };
    for (name, servers) in KNOWN {
        let branch = |(server, user, secret): &Known| {
            let json =
                format!(r#"{{"ServerURL":"{server}","Username":"{user}","Secret":"{secret}"}}"#);
            format!("{server}) echo '{json}';;\n")
        };
        let branches: String = servers.iter().map(branch).collect();
        install(name, branches + "*) echo 'credentials not found in native keychain'; exit 1;;\n");
    }
    install("broken", "*) echo 'the store is locked'; exit 1;;\n".to_owned());
    install("garbled", "*) echo 'hello';;\n".to_owned());
    directory
}
