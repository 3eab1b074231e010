//! Scratch repositories and a scrubbed way to run the binary and git.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A scratch folder that goes with the test.
pub struct Scratch {
    dir: tempfile::TempDir,
}

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Scratch {
    /// An empty folder.
    pub fn new() -> Scratch {
        Scratch { dir: tempfile::tempdir().unwrap() }
    }

    /// A repository on `main` with nothing in it.
    pub fn repo() -> Scratch {
        let scratch = Scratch::new();
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// Writes a file, making its folders.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let full = self.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
        self
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.join(path)).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.join(path).exists()
    }

    /// Runs git here and expects it to succeed; gives its trimmed stdout.
    pub fn git(&self, args: &[&str]) -> String {
        let output = git_command(self.path()).args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Adds and commits everything; gives the id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs the binary here.
    pub fn gate(&self, args: &[&str]) -> Run {
        Run::of(gate_command(self.path()).args(args).output().unwrap())
    }

    /// Runs the binary here with text on standard input and extra variables.
    pub fn gate_with(&self, args: &[&str], input: &str, env: &[(&str, &str)]) -> Run {
        use std::io::Write;
        let mut command = gate_command(self.path());
        command.args(args).envs(env.iter().copied());
        command.stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }
}

/// The binary with a scrubbed environment.
pub fn gate_command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
    scrub(&mut command, dir);
    command
}

/// Git with a scrubbed environment and fixed identity and dates.
pub fn git_command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    scrub(&mut command, dir);
    command.args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"]);
    command
}

fn scrub(command: &mut Command, dir: &Path) {
    let home = std::env::temp_dir().join(format!("perf-gate-test-home-{}", std::process::id()));
    command.current_dir(dir).env_clear();
    for keep in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(keep) {
            command.env(keep, value);
        }
    }
    if std::env::var_os("RUSTUP_HOME").is_none()
        && let Some(real) = std::env::var_os("HOME")
    {
        command.env("RUSTUP_HOME", Path::new(&real).join(".rustup"));
        command.env(
            "CARGO_HOME",
            std::env::var_os("CARGO_HOME").unwrap_or_else(|| Path::new(&real).join(".cargo").into()),
        );
    }
    command
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Test")
        .env("GIT_AUTHOR_EMAIL", "test@example.com")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "Test")
        .env("GIT_COMMITTER_EMAIL", "test@example.com")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
}
