//! Programs that are run to their end, and services that are stopped.

use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use rustix::process::{Pid, Signal, kill_process};

/// The directory with the credential helpers of the cases, and those of the system.
const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/clients/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
);

/// Returns the search path with the programs of `examples/`, which are built once.
pub fn path_with_examples() -> String {
    static EXAMPLES: OnceLock<String> = OnceLock::new();
    let examples = EXAMPLES.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--examples", "--features", "helper"])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be run");
        let messages = String::from_utf8_lossy(&built.stdout).into_owned();
        let message = |line: &str| serde_json::from_str::<Value>(line).ok();
        let mut programs = messages
            .lines()
            .filter_map(message)
            .filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)));
        let helper = programs.find(|program| program.ends_with("docker-credential-regcred"));
        let helper = helper.expect("the examples are built");
        helper.parent().expect("a program is in a directory").display().to_string()
    });
    format!("{examples}:{PATH}")
}

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

/// Hides the variables and files of the user, and the registry configuration of the system, from a program.
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
    // The statuses of `timeout`.
    assert!(!matches!(output.status.code(), Some(124 | 137)), "{name} gave no answer in a minute");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let stdout = text(&output.stdout);
    let all = format!("{stdout}{}", text(&output.stderr));
    Ended { is_success: output.status.success(), stdout, output: all }
}

/// A program that listens on a port of loopback, until it is dropped.
pub struct Service {
    child: Child,
    home: PathBuf,
    pub address: String,
}

impl Service {
    /// Starts the program that `command` returns for an address, with this home directory, and waits
    /// until it listens there.
    ///
    /// A port that was free can be taken by the time the program binds it, so that a program that
    /// ends early gets another port.
    pub fn start(home: &Path, command: impl Fn(&str) -> Command) -> Self {
        const ATTEMPTS: u32 = 5;
        let log = &home.join("log");
        for _ in 0..ATTEMPTS {
            let address = free_address();
            let stdout = File::create(log).expect("a log in a scratch directory");
            let stderr = stdout.try_clone().expect("a second handle of the log");
            let mut command = command(&address);
            command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
            let child = command.spawn().unwrap_or_else(|error| {
                panic!("{command:?} cannot be run: {error}; .ci/clients installs it")
            });
            let mut service = Service { child, home: home.to_owned(), address };
            if service.is_ready() {
                return service;
            }
        }
        panic!("a service does not start: {}", fs::read_to_string(log).unwrap_or_default());
    }

    fn is_ready(&mut self) -> bool {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            let has_ended = !matches!(self.child.try_wait(), Ok(None));
            if has_ended {
                return false;
            }
            if TcpStream::connect(&self.address).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Without root, podman runs itself again in a user namespace.
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            children.unwrap_or_default().split_whitespace().for_each(kill);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        end_pause(&self.home);
    }
}

/// Ends the process that podman leaves behind to keep its user namespace, if it is run without root.
pub fn end_pause(home: &Path) {
    kill(&fs::read_to_string(home.join(LIBPOD).join("pause.pid")).unwrap_or_default());
}

/// Ends a process that has not ended yet.
fn kill(id: &str) {
    if let Some(process) = id.trim().parse().ok().and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// The directory of podman's temporary files below a home directory.
pub const LIBPOD: &str = "libpod";

/// A program with this home directory, started without `timeout`, so that a signal reaches the program itself.
pub fn service(name: &str, home: &Path) -> Command {
    let mut command = Command::new(name);
    isolate(&mut command, home);
    command
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port of loopback");
    listener.local_addr().expect("the address of a listener").to_string()
}

/// Writes a file below a directory, and creates the directories between them.
pub fn put(directory: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    let parent = path.parent().expect("a path below a directory");
    fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}

pub fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch directory")
}
