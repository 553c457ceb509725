//! Running a helper: its input, its output up to a limit, and its end, within a time.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::HelperProblem;
use crate::secret::SecretBytes;

/// The longest output that is read.
const MOST_OUTPUT: usize = 1 << 20;

/// The output of a helper that has ended.
pub(super) struct Output {
    pub(super) success: bool,
    pub(super) stdout: SecretBytes,
}

/// Runs `PROGRAM get` with a server as its input.
pub(super) fn run(
    program: &Path,
    server: &str,
    timeout: Duration,
) -> Result<Output, HelperProblem> {
    let not_run = |error: io::Error| HelperProblem::NotRun(error.kind());
    let deadline = Instant::now().checked_add(timeout);
    let mut command = Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    in_group_of_its_own(&mut command);
    let mut running = Running { child: command.spawn().map_err(not_run)?, has_ended: false };
    let stdout = running.child.stdout.take();
    if let Some(mut stdin) = running.child.stdin.take() {
        // A server is shorter than what a pipe holds, so this does not wait. A helper that does not
        // read it has closed the pipe.
        let _ = writeln!(stdin, "{server}");
    }
    let (sender, receiver) = mpsc::channel();
    // A program that the helper leaves behind may hold its output open, so nobody waits for the
    // thread.
    let reader = thread::Builder::new().name("credential helper".to_owned());
    reader
        .spawn(move || {
            let _ = sender.send(stdout.map_or_else(|| Ok(Some(SecretBytes::default())), read));
        })
        .map_err(not_run)?;
    let left = || deadline.map_or(timeout, |end| end.saturating_duration_since(Instant::now()));
    let stdout = match receiver.recv_timeout(left()) {
        Ok(read) => read.map_err(not_run)?.ok_or(HelperProblem::TooMuchOutput)?,
        Err(_) => return Err(HelperProblem::TimedOut(timeout)),
    };
    // After its output, a helper ends at once, unless it hangs.
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = running.child.try_wait().map_err(not_run)? {
            running.has_ended = true;
            return Ok(Output { success: status.success(), stdout });
        }
        if left().is_zero() {
            return Err(HelperProblem::TimedOut(timeout));
        }
        thread::sleep(pause.min(left()));
        pause = (2 * pause).min(Duration::from_millis(50));
    }
}

/// Reads an output to its end; `None` if it is too long.
fn read(mut stdout: impl Read) -> io::Result<Option<SecretBytes>> {
    let mut bytes = SecretBytes::default();
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let piece = match stdout.read(&mut *buffer) {
            Ok(0) => return Ok(Some(bytes)),
            Ok(n) => buffer.get(..n).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.as_slice().len() + piece.len() > MOST_OUTPUT {
            return Ok(None);
        }
        bytes.extend(piece);
    }
}

/// A helper that was started. One that has not ended is killed and reaped.
struct Running {
    child: Child,
    has_ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            kill_group(&self.child);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Puts a helper into a process group, so that it is killed with the programs that it starts.
#[cfg(unix)]
fn in_group_of_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    command.process_group(0);
}

#[cfg(not(unix))]
fn in_group_of_its_own(_: &mut Command) {}

/// Kills the process group of a helper that was not reaped, so that its number is still its own.
#[cfg(unix)]
fn kill_group(child: &Child) {
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::KILL,
    );
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

/// Returns whether a path is a program that may be run.
pub(super) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && is_executable(&metadata))
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}
