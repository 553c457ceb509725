//! Programs that are run to their end.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The directory with the credential helpers of the cases, and those of the system.
const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/clients/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
);

/// A program that has ended.
pub struct Ended {
    pub is_success: bool,
    pub stdout: String,
    /// Standard output, then standard error.
    pub output: String,
}

impl Ended {
    /// Returns the standard output of a program that has to succeed.
    #[track_caller]
    pub fn success(self, task: &str) -> String {
        assert!(self.is_success, "{task}: {}", self.output);
        self.stdout
    }
}

/// A program with this home directory. `timeout` ends it if it hangs.
pub fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new("/usr/bin/timeout");
    command.args(["--kill-after=5", "60", name]);
    isolate(&mut command, home);
    command
}

/// Leaves a program no variable and no file of the user, and no registry of the system's.
fn isolate(command: &mut Command, home: &Path) {
    command.current_dir(home).env_clear().env("PATH", PATH).env("HOME", home);
    command.env("XDG_RUNTIME_DIR", home.join("run"));
    command.env("CONTAINERS_REGISTRIES_CONF", "/dev/null");
}

/// Runs a program to its end, with a text as its standard input.
#[track_caller]
pub fn run(command: &mut Command, stdin: &str) -> Ended {
    let name = format!("{:?}", command.get_args().nth(2).unwrap_or_default());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot run {name}: {error}"));
    if let Some(mut pipe) = child.stdin.take() {
        // A program that reads no input closes the pipe.
        let _ = pipe.write_all(stdin.as_bytes());
    }
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        !matches!(output.status.code(), Some(126 | 127)),
        "{name} is not installed; .ci/clients does it: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let stdout = text(&output.stdout);
    let all = format!("{stdout}{}", text(&output.stderr));
    Ended { is_success: output.status.success(), stdout, output: all }
}
