//! The environment: the only reader of variables. An empty variable counts as absent.

use std::path::{Path, PathBuf};

/// The value of a variable; none where it is absent, empty or not UTF-8.
pub fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A value that is never written down, not even for whoever looks for a fault.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A text from outside, without the value, should it hold it.
    pub fn hidden_in(&self, text: &str) -> String {
        text.replace(&self.0, "•••")
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(•••)")
    }
}

/// The value of a variable that holds a secret, without the white space around it.
pub fn secret(name: &str) -> Option<Secret> {
    var(name).map(|value| Secret(value.trim().to_owned())).filter(|secret| !secret.0.is_empty())
}

/// The value of a variable that holds a path.
pub fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether a variable is set to anything.
pub fn is_set(name: &str) -> bool {
    path(name).is_some()
}

/// The user's folder for configuration of ours (`$XDG_CONFIG_HOME/perf-gate`); none without a home.
pub fn config_folder() -> Option<PathBuf> {
    user_folder("XDG_CONFIG_HOME", ".config")
}

/// The user's folder for caches of ours (`$XDG_CACHE_HOME/perf-gate`); none without a home.
pub fn cache_folder() -> Option<PathBuf> {
    user_folder("XDG_CACHE_HOME", ".cache")
}

/// A relative path in an XDG variable is invalid and ignored, as its specification says.
fn user_folder(variable: &str, under_home: &str) -> Option<PathBuf> {
    let base = path(variable).filter(|path| path.is_absolute());
    Some(base.or_else(|| Some(path("HOME")?.join(under_home)))?.join("perf-gate"))
}

/// The folders that programs are looked for in.
pub fn search_path() -> Vec<PathBuf> {
    path("PATH").map(|all| std::env::split_paths(&all).collect()).unwrap_or_default()
}

/// Where cargo installs programs.
pub fn cargo_bin() -> Option<PathBuf> {
    let home = path("CARGO_HOME").or_else(|| Some(path("HOME")?.join(".cargo")))?;
    Some(home.join("bin"))
}

/// The path of the running program.
pub fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// What tells this build of the program from another of the same version: its size and when it was written. Empty where
/// the system does not say.
pub fn build_stamp() -> String {
    use std::time::UNIX_EPOCH;
    let Some(about) = program().and_then(|path| std::fs::metadata(path).ok()) else { return String::new() };
    let written = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map_or(0, |at| at.as_nanos());
    format!("{}-{written}", about.len())
}

/// A program of this name in the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    search_path()
        .iter()
        .map(|folder| folder.join(name))
        .find(|path: &PathBuf| super::files::is_executable(Path::new(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_nowhere() {
        let secret = Secret("sk-123".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(•••) Some(Secret(•••))");
        assert_eq!(secret.hidden_in("bad key sk-123 given"), "bad key ••• given");
    }
}
