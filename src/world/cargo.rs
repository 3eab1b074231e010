//! The one form in which cargo is run: `cargo metadata --no-deps --offline --locked`.
//!
//! It resolves nothing, so it runs no `rustc`, no build script and no wrapper, and writes no lock file. It is started
//! at the top of the file system with the manifest's full path: `.cargo/config.toml` and `rust-toolchain.toml` are
//! looked for from the current folder upwards, so those of the repository have no say.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::process::Command;

/// What cargo says of the workspace of a manifest, as JSON; the sentence says why there is nothing.
pub fn metadata(manifest: &Path, cap: Duration) -> Result<String, String> {
    let output = Command::new(program())
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1", "--manifest-path"])
        .args([manifest])
        .folder(Path::new("/"))
        .cap(cap)
        .most_output(64 << 20)
        .run()
        .map_err(|error| error.what().to_owned())?;
    if output.timed_out() {
        return Err("cargo metadata took longer than its 5 s".to_owned());
    }
    if !output.success() {
        return Err(format!("cargo metadata refused the manifest ({})", output.stderr_line()));
    }
    Ok(output.stdout_text())
}

/// The cargo that called us, else the one on the path.
fn program() -> PathBuf {
    super::env::path("CARGO").filter(|path| path.is_absolute()).unwrap_or_else(|| "cargo".into())
}
