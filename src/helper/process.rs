//! Running a helper: its input, its output up to a limit, and its end, within a time.
//!
//! On Unix nothing waits and no thread is left behind: the output is read as far as there is any,
//! because a daemon that the helper starts may hold it open.

use std::io::{self, IsTerminal};
#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::HelperProblem;
use crate::secret::SecretBytes;

/// The longest output that is read.
const MOST_OUTPUT: usize = 1 << 20;

/// The length of a line of input with its end, which POSIX's smallest pipe holds.
pub(super) const LONGEST_LINE: usize = 512;

/// The time for which output is awaited after a helper has ended.
const GRACE: Duration = Duration::from_millis(200);

/// The output of a helper that has ended.
pub(super) struct Output {
    /// `None` if another part of this process took the exit status.
    pub(super) success: Option<bool>,
    pub(super) stdout: SecretBytes,
}

/// Runs `PROGRAM get` with a server as its input.
pub(super) fn run(
    program: &Path,
    server: &str,
    timeout: Duration,
) -> Result<Output, HelperProblem> {
    let not_run = |error: io::Error| HelperProblem::NotRun(error.kind());
    let start = Instant::now();
    let mut running = Running::start(program, server).map_err(not_run)?;
    let mut reader = Reader::of(running.child.stdout.take()).map_err(not_run)?;
    let mut stdout = SecretBytes::default();
    let mut ended: Option<Instant> = None;
    let mut pause = Duration::from_millis(1);
    loop {
        // Looked at before the output, so that none is missed.
        let is_over = running.has_ended().map_err(not_run)?;
        let is_complete = reader.read_available(&mut stdout).map_err(not_run)?;
        if stdout.as_slice().len() > MOST_OUTPUT {
            return Err(HelperProblem::TooMuchOutput);
        }
        if is_over {
            let end = *ended.get_or_insert_with(Instant::now);
            if is_complete || end.elapsed() >= GRACE {
                return Ok(Output { success: running.success, stdout });
            }
        }
        let left = timeout.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(HelperProblem::TimedOut(timeout));
        }
        thread::sleep(pause.min(left));
        pause = (2 * pause).min(Duration::from_millis(20));
    }
}

/// A helper that was started. One that has not ended is killed and reaped.
struct Running {
    child: Child,
    /// Set if it is in a process group of its own.
    has_group: bool,
    has_ended: bool,
    success: Option<bool>,
}

impl Running {
    fn start(program: &Path, server: &str) -> io::Result<Self> {
        // On a terminal, a helper may ask its user, as under Docker: only the foreground group may
        // read there, and an interrupt reaches only that.
        let is_interactive = io::stdin().is_terminal() || io::stderr().is_terminal();
        let mut command = Command::new(program);
        command.arg("get").stdout(Stdio::piped());
        command.stderr(if is_interactive { Stdio::inherit() } else { Stdio::null() });
        if !is_interactive {
            in_group_of_its_own(&mut command);
        }
        let child = spawn_with_input(&mut command, server)?;
        Ok(Running { child, has_group: !is_interactive, has_ended: false, success: None })
    }

    fn has_ended(&mut self) -> io::Result<bool> {
        if !self.has_ended {
            match self.child.try_wait() {
                Ok(status) => {
                    self.has_ended = status.is_some();
                    self.success = status.map(|status| status.success());
                }
                // A supervisor reaps every child, or ignores SIGCHLD.
                Err(error) if is_reaped(&error) => self.has_ended = true,
                Err(error) => return Err(error),
            }
        }
        Ok(self.has_ended)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The number of a helper that was reaped may be that of another process.
        if !self.has_ended().unwrap_or(true) {
            if self.has_group {
                kill_group(&self.child);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(unix)]
fn is_reaped(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::CHILD.raw_os_error())
}

#[cfg(not(unix))]
fn is_reaped(_: &io::Error) -> bool {
    false
}

/// Starts a command with one line of input.
#[cfg(unix)]
fn spawn_with_input(command: &mut Command, line: &str) -> io::Result<Child> {
    use std::fs::File;
    use std::io::Write;

    // Written before the helper starts, because writing to a helper that has closed its input raises
    // SIGPIPE. Every pipe holds a line of this length. A socket would not do: /dev/stdin is not opened
    // on one.
    debug_assert!(line.len() < LONGEST_LINE, "the line fits into a pipe");
    let (theirs, ours) = pipe()?;
    writeln!(File::from(ours), "{line}")?;
    command.stdin(Stdio::from(theirs)).spawn()
}

/// Returns the end to read from and the end to write to. No other program inherits them.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

#[cfg(target_vendor = "apple")]
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::io::{FdFlags, fcntl_setfd};

    let (theirs, ours) = rustix::pipe::pipe()?;
    fcntl_setfd(&theirs, FdFlags::CLOEXEC)?;
    fcntl_setfd(&ours, FdFlags::CLOEXEC)?;
    Ok((theirs, ours))
}

/// Starts a command with one line of input.
#[cfg(not(unix))]
fn spawn_with_input(command: &mut Command, line: &str) -> io::Result<Child> {
    use std::io::Write;

    let mut child = command.stdin(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that does not read its input has closed the pipe.
        let _ = writeln!(stdin, "{line}");
    }
    Ok(child)
}

/// The output of a helper that may still run.
#[cfg(unix)]
struct Reader(Option<ChildStdout>);

#[cfg(unix)]
impl Reader {
    fn of(stdout: Option<ChildStdout>) -> io::Result<Self> {
        if let Some(stdout) = &stdout {
            let flags = rustix::fs::fcntl_getfl(stdout)?;
            rustix::fs::fcntl_setfl(stdout, flags | rustix::fs::OFlags::NONBLOCK)?;
        }
        Ok(Reader(stdout))
    }

    /// Reads what there is, a little past the limit at most, and returns whether it is the end.
    fn read_available(&mut self, bytes: &mut SecretBytes) -> io::Result<bool> {
        use std::io::Read;

        let mut buffer = zeroize::Zeroizing::new([0; 4096]);
        let Some(stdout) = &mut self.0 else { return Ok(true) };
        while bytes.as_slice().len() <= MOST_OUTPUT {
            match stdout.read(&mut *buffer) {
                Ok(0) => return Ok(true),
                Ok(n) => bytes.extend(buffer.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

/// The output of a helper that may still run, read by a thread.
#[cfg(not(unix))]
struct Reader(std::sync::mpsc::Receiver<io::Result<SecretBytes>>);

#[cfg(not(unix))]
impl Reader {
    fn of(stdout: Option<ChildStdout>) -> io::Result<Self> {
        use std::io::Read;

        let (sender, receiver) = std::sync::mpsc::channel();
        thread::Builder::new().name("credential helper".to_owned()).spawn(move || {
            let mut buffer = zeroize::Zeroizing::new([0; 4096]);
            let mut stdout = stdout;
            while let Some(stdout) = &mut stdout {
                let piece = stdout.read(&mut *buffer).map(|n| {
                    let mut bytes = SecretBytes::default();
                    bytes.extend(buffer.get(..n).unwrap_or_default());
                    bytes
                });
                let is_end = piece.as_ref().map_or(true, |piece| piece.as_slice().is_empty());
                if sender.send(piece).is_err() || is_end {
                    return;
                }
            }
        })?;
        Ok(Reader(receiver))
    }

    /// Reads what there is, and returns whether it is the end.
    fn read_available(&mut self, bytes: &mut SecretBytes) -> io::Result<bool> {
        use std::sync::mpsc::TryRecvError;

        while bytes.as_slice().len() <= MOST_OUTPUT {
            match self.0.try_recv() {
                Ok(piece) => bytes.extend(piece?.as_slice()),
                Err(TryRecvError::Empty) => return Ok(false),
                Err(TryRecvError::Disconnected) => return Ok(true),
            }
        }
        Ok(false)
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
