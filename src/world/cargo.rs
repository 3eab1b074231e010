//! The one form in which cargo is run: `cargo metadata --no-deps --offline --locked`.
//!
//! It resolves nothing, so it runs no `rustc`, no build script and no wrapper, and writes no lock file. It is started
//! at the top of the file system with the manifest's full path: `.cargo/config.toml` and `rust-toolchain.toml` are
//! looked for from the current folder upwards, so those of the repository have no say.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// More output than this is refused.
const MOST_OUTPUT: u64 = 64 << 20;

/// What cargo says of the workspace of a manifest, as JSON; the sentence says why there is nothing.
pub fn metadata(manifest: &Path, cap: Duration) -> Result<String, String> {
    let mut child = Command::new(program())
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let output = read_in_background(&mut child);
    let ended = wait(&mut child, cap);
    // The group goes in any case: nothing that was started may outlive the answer.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let status = child.wait().map_err(|error| format!("cargo metadata could not be awaited: {error}"))?;
    let text = output.join().unwrap_or_default();
    match (ended, status.success()) {
        (false, _) => Err(format!("cargo metadata took longer than {} s", cap.as_secs_f32())),
        (true, false) => Err(format!("cargo metadata refused the manifest ({status})")),
        (true, true) => Ok(text),
    }
}

/// The cargo that called us, else the one on the path.
fn program() -> PathBuf {
    let caller = std::env::var_os("CARGO").map(PathBuf::from).filter(|path| path.is_absolute());
    caller.unwrap_or_else(|| "cargo".into())
}

fn read_in_background(child: &mut Child) -> std::thread::JoinHandle<String> {
    let pipe = child.stdout.take();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.take(MOST_OUTPUT).read_to_end(&mut bytes);
        }
        String::from_utf8(bytes).unwrap_or_default()
    })
}

/// Waits until it ends or the cap passes; says which, and leaves the child unreaped so that its group can be ended.
fn wait(child: &mut Child, cap: Duration) -> bool {
    let end = Instant::now() + cap;
    loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
            Ok(ended) => return ended.is_some(),
            Err(_) => return false,
        }
    }
}

/// Text remembered under a path, if any.
pub fn recall(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Remembers text under a path: a temporary file, then a rename.
pub fn remember(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}
