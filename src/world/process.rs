//! Running programs: with a cap on time and output, in a process group of their own, of which nothing is left behind.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// How long to look for the rest of the output once the program has ended: a grandchild may hold the pipe.
const GRACE: Duration = Duration::from_millis(500);

/// How often it is looked whether a program has written too much.
const GLANCE: Duration = Duration::from_millis(50);

/// The variable that everything carries that a hunted program started.
const MARK: &str = "PERF_GATE_STARTED";

/// A program to run.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, which one caller turns")]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    folder: Option<PathBuf>,
    env: Vec<(OsString, Option<OsString>)>,
    input: Vec<u8>,
    cap: Duration,
    most_output: u64,
    shown: bool,
    only_env: bool,
    ends_when_full: bool,
    hunted: bool,
}

/// How a program ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended; none where its time was up and it was killed.
    pub status: Option<ExitStatus>,
    /// What it wrote to standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// Whether it wrote more than the limit to standard output.
    pub is_full: bool,
    /// Wall clock.
    pub elapsed: Duration,
}

impl Output {
    /// Whether it ended by itself with 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Whether its time was up.
    pub fn timed_out(&self) -> bool {
        self.status.is_none()
    }

    /// Its exit code, or 128 plus the signal that ended it, as a shell counts; none where its time was up.
    pub fn code(&self) -> Option<i32> {
        let status = self.status?;
        status.code().or_else(|| Some(128 + status.signal()?))
    }

    /// Standard output as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The first line of standard error that says something.
    pub fn stderr_line(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
    }
}

impl Command {
    /// A program by name or path, with no arguments, no input, 30 s and 16 MiB.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        Command {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            folder: None,
            env: Vec::new(),
            input: Vec::new(),
            cap: Duration::from_secs(30),
            most_output: 16 * 1024 * 1024,
            shown: false,
            only_env: false,
            ends_when_full: false,
            hunted: false,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Command {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Lets it see only the variables that are set here.
    #[must_use]
    pub fn only_env(mut self) -> Command {
        self.only_env = true;
        self
    }

    /// Ends it once it has written more than the limit: what comes after is of no use.
    #[must_use]
    pub fn ends_when_full(mut self) -> Command {
        self.ends_when_full = true;
        self
    }

    /// Ends what it started too where that has left its process group: it is known by a variable that all of it inherits.
    #[must_use]
    pub fn hunted(mut self) -> Command {
        self.hunted = true;
        self
    }

    /// Where it runs.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Command {
        self.folder = Some(folder.to_path_buf());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Command {
        self.env.push((name.as_ref().to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Command {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// What it reads on standard input.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Command {
        self.input = bytes.into();
        self
    }

    /// The most wall clock that it may take.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Command {
        self.cap = cap;
        self
    }

    /// The most bytes kept of each of its two outputs; what comes after is read and dropped.
    #[must_use]
    pub fn most_output(mut self, bytes: u64) -> Command {
        self.most_output = bytes;
        self
    }

    /// Lets it write to our own standard output and error, instead of keeping what it writes.
    #[must_use]
    pub fn shown(mut self) -> Command {
        self.shown = true;
        self
    }

    /// Runs it to its end or its cap. An error means that it could not be started; how it ended is data.
    pub fn run(&self) -> Result<Output> {
        let start = Instant::now();
        let mark = format!("{:x}{:x}", super::clock::nonce(), super::clock::nonce());
        let mut child = self.spawn(&mark).map_err(|e| self.not_started(&e))?;
        feed(&mut child, self.input.clone());
        let full = Arc::new(AtomicBool::new(false));
        let stdout = child.stdout.take().map(|pipe| collect(pipe, self.most_output, Arc::clone(&full)));
        let stderr = child.stderr.take().map(|pipe| collect(pipe, self.most_output, Arc::default()));
        let enough = || self.ends_when_full && full.load(Ordering::Relaxed);
        let ended = wait(&child, self.cap, self.ends_when_full, &enough);
        // The group goes before the leader is reaped: until then its number cannot be another's.
        kill_group(&child);
        if self.hunted {
            hunt(&mark);
        }
        let status = child.wait().map_err(|e| self.not_started(&e))?;
        let (stdout, stderr) = (stdout.map(|pipe| rest(&pipe)), stderr.map(|pipe| rest(&pipe)));
        Ok(Output {
            status: ended.then_some(status),
            stdout: stdout.unwrap_or_default(),
            stderr: stderr.unwrap_or_default(),
            is_full: full.load(Ordering::Relaxed),
            elapsed: start.elapsed(),
        })
    }

    fn spawn(&self, mark: &str) -> io::Result<Child> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.args).process_group(0).stdin(Stdio::piped());
        if self.only_env {
            command.env_clear();
        }
        if self.hunted {
            command.env(MARK, mark);
        }
        if !self.shown {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.spawn()
    }

    fn not_started(&self, error: &io::Error) -> Error {
        let program = self.program.to_string_lossy();
        let error_text = super::files::reason(error);
        Error::input(format!("`{program}` cannot be run: {error_text}"))
            .next(format!("install {program}, or put it on PATH"))
    }
}

/// Runs a program in our own place: same group, same terminal, same outputs, no cap, since it is a person's own. Gives its
/// exit code, or 128 plus the signal that ended it.
pub fn hand_over(program: &Path, args: &[String], input: Vec<u8>) -> Result<i32> {
    let start = |mut command: std::process::Command| command.args(args).stdin(Stdio::piped()).spawn();
    let started = match start(std::process::Command::new(program)) {
        // A script without its first line: a shell takes it, and so does git.
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            let mut shell = std::process::Command::new("sh");
            shell.arg(program);
            start(shell)
        }
        other => other,
    };
    let failed = |e: &io::Error| {
        Error::input(format!("{} cannot be run: {}", program.display(), super::files::reason(e)))
            .next("repair it, or take it away")
    };
    let mut child = started.map_err(|e| failed(&e))?;
    feed(&mut child, input);
    let status = child.wait().map_err(|e| failed(&e))?;
    Ok(status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1))
}

/// Standard input, whole; empty where it is a terminal, which would never end. An error where it does not end in time.
pub fn standard_input(limit: Duration) -> Result<Vec<u8>> {
    use std::io::IsTerminal as _;
    if io::stdin().is_terminal() {
        return Ok(Vec::new());
    }
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        drop(sender.send(read.map(|_| bytes)));
    });
    match receiver.recv_timeout(limit) {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(e)) => Err(Error::input(format!("standard input cannot be read: {}", super::files::reason(&e)))),
        Err(_) => Err(Error::input(format!("standard input did not end within {} s", limit.as_secs()))
            .next("close it (`< /dev/null`), or give it the lines that git gives to a pre-push hook")),
    }
}

/// Writes the input in a thread of its own: the program may write before it reads, or never read.
fn feed(child: &mut Child, input: Vec<u8>) {
    if let Some(mut pipe) = child.stdin.take() {
        thread::spawn(move || {
            let _ = pipe.write_all(&input);
        });
    }
}

fn collect(mut pipe: impl Read + Send + 'static, most: u64, full: Arc<AtomicBool>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut left = usize::try_from(most).unwrap_or(usize::MAX);
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let kept = count.min(left);
            left -= kept;
            if kept < count {
                full.store(true, Ordering::Relaxed);
            }
            if kept > 0 && sender.send(buffer[..kept].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

fn rest(pipe: &Receiver<Vec<u8>>) -> Vec<u8> {
    let until = Instant::now() + GRACE;
    let mut bytes = Vec::new();
    while let Ok(part) = pipe.recv_timeout(until.saturating_duration_since(Instant::now())) {
        bytes.extend(part);
    }
    bytes
}

/// Waits for the end, without reaping; false where the cap passed first, or there was enough.
fn wait(child: &Child, cap: Duration, looks: bool, enough: &dyn Fn() -> bool) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return false };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return false };
    let until = Instant::now() + cap;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let is_over = left.is_zero() || enough();
        let left = if looks { left.min(GLANCE) } else { left };
        let timeout =
            Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX), tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&timeout)) {
            Ok(0) if is_over || !looks => return false,
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}

/// Ends every process that carries the mark: those that left the group. Those that they start meanwhile carry it too, so it
/// is looked again until none is left.
fn hunt(mark: &str) {
    let wanted = format!("{MARK}={mark}");
    let carries = |pid: i32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    for _ in 0..50 {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids: Vec<i32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        let mut any = false;
        for pid in pids {
            any |= carries(pid) && kill_one(pid, &carries);
        }
        if !any {
            return;
        }
    }
}

/// Ends a process that is still the one that was meant; whether there was one.
fn kill_one(pid: i32, is_meant: &dyn Fn(i32) -> bool) -> bool {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let Some(handle) = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else {
        return false;
    };
    // The number may have become another's since; the handle cannot.
    is_meant(pid) && pidfd_send_signal(&handle, Signal::KILL).is_ok()
}

fn kill_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_its_input_and_its_output_is_kept() {
        let output = Command::new("cat").input("hello").run().unwrap();
        assert!(output.success());
        assert_eq!(output.stdout, b"hello");
    }

    #[test]
    fn a_program_past_its_cap_goes_with_its_whole_group() {
        let script = "sleep 60 & echo $!; wait";
        let output = Command::new("sh").args(["-c", script]).cap(Duration::from_millis(300)).run().unwrap();
        assert!(output.timed_out());
        assert!(output.elapsed < Duration::from_secs(5));
        let child = output.stdout_text().trim().to_owned();
        let is_gone = || {
            let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            state.is_empty() || state.contains(") Z ") || state.contains(") X ")
        };
        // The signal is sent; the kernel may take a moment to act on it.
        for _ in 0..200 {
            if is_gone() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{child} is still there");
    }

    #[test]
    fn output_past_its_limit_is_dropped_and_the_program_goes_on() {
        let output = Command::new("sh").args(["-c", "yes | head -c 300000; exit 3"]).most_output(1000).run().unwrap();
        assert_eq!(output.stdout.len(), 1000);
        assert_eq!(output.code(), Some(3));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Command::new("no-such-program-here").run().unwrap_err();
        assert!(error.what().contains("`no-such-program-here` cannot be run"), "{error}");
    }

    #[test]
    fn a_program_that_floods_is_ended_long_before_its_cap() {
        let output = Command::new("yes").most_output(1000).ends_when_full().run().unwrap();
        assert!(output.is_full && output.stdout.len() == 1000);
        assert!(output.elapsed < Duration::from_secs(25), "{:?}", output.elapsed);
    }

    #[test]
    fn what_left_the_group_of_a_hunted_program_is_ended_too() {
        let dir = tempfile::tempdir().unwrap();
        let pid = dir.path().join("pid");
        let script = format!(
            "setsid sh -c 'echo $$ > {}; exec sleep 60' & while [ ! -s {} ]; do sleep 0.05; done",
            pid.display(),
            pid.display()
        );
        Command::new("sh").args(["-c", &script]).hunted().run().unwrap();
        let pid = std::fs::read_to_string(pid).unwrap();
        for _ in 0..200 {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") || state.contains(") X ") {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{pid} is still there");
    }

    #[test]
    fn a_program_may_be_shown_only_what_is_set_here() {
        let output = Command::new("/usr/bin/env").only_env().env("A", "b").run().unwrap();
        assert_eq!(output.stdout_text(), "A=b\n");
    }
}
