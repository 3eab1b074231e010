//! Puts the hook where git looks for it, beside whatever is there, and takes it away again.
//!
//! A foreign hook is moved to a name beside ours and runs first; uninstalling moves it back, byte for byte.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::world::git::Repo;
use crate::world::{env, files};

/// The hook: a few lines that find the program and hand over.
pub const SHIM: &str = include_str!("../../hooks/pre-push");
/// Says that a hook is ours, in any version.
const MARK: &[u8] = b"# perf-gate pre-push hook.";
/// What the name of a foreign hook ends with while ours stands in its place. The shim knows it too.
const BEFORE: &str = ".before-perf-gate";
/// Hooks are scripts; a larger file is somebody's program, and not ours.
const MOST_BYTES: u64 = 64 << 20;

/// Where the hook stands, or would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder that git runs hooks from.
    pub folder: PathBuf,
    /// Our hook in it.
    pub hook: PathBuf,
    /// The foreign hook that ours runs first.
    pub before: PathBuf,
    /// Why we do not write there, where that is so.
    pub foreign: Option<String>,
}

/// What stands at the hook's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// Our hook, as this version writes it.
    Ours,
    /// Our hook of another version.
    Outdated,
    /// Somebody else's hook.
    Foreign,
}

/// What an install or an uninstall did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The hook was written; whether a foreign one is chained.
    Installed {
        /// Where the foreign hook now lies.
        before: Option<PathBuf>,
    },
    /// It was there already.
    AlreadyInstalled,
    /// Nothing was written, and why.
    NotOurs(String),
    /// The hook was removed; whether a foreign one is back in its place.
    Removed {
        /// Whether there was one.
        restored: bool,
    },
    /// There was nothing to remove.
    NotInstalled,
}

impl Place {
    /// Asks git where hooks lie.
    pub fn find(repo: &Repo, from: &Path) -> Result<Place> {
        let folder = repo.hooks_folder(from)?;
        let hook = folder.join("pre-push");
        let before = folder.join(format!("pre-push{BEFORE}"));
        let foreign = foreign_folder(repo, &folder);
        Ok(Place { folder, hook, before, foreign })
    }

    /// What stands there now.
    pub fn state(&self) -> Result<State> {
        let Some(kind) = files::kind(&self.hook) else { return Ok(State::Absent) };
        if !matches!(kind, files::Kind::File(_)) {
            return Ok(State::Foreign);
        }
        let bytes = files::read(&self.hook, MOST_BYTES)?;
        Ok(if bytes == SHIM.as_bytes() {
            State::Ours
        } else if bytes.windows(MARK.len()).any(|window| window == MARK) {
            State::Outdated
        } else {
            State::Foreign
        })
    }

    /// Whether git will run what stands there.
    pub fn is_executable(&self) -> bool {
        files::is_executable(&self.hook)
    }
}

/// Why a hooks folder is not ours to write to: it lies outside of the repository, or a hook manager writes it.
fn foreign_folder(repo: &Repo, folder: &Path) -> Option<String> {
    let real = folder.ancestors().find_map(files::canonical)?;
    let root = repo.root();
    let inside = real.starts_with(repo.common_folder()) || root.as_ref().is_some_and(|root| real.starts_with(root));
    if !inside {
        return Some(format!("core.hooksPath leads out of the repository, to {}", folder.display()));
    }
    let husky = root.map(|root| root.join(".husky")).is_some_and(|husky| real.starts_with(husky));
    husky.then(|| "husky writes the hooks here".to_owned())
}

/// Installs the hook. Doing so twice changes nothing.
pub fn install(place: &Place) -> Result<Done> {
    if let Some(why) = &place.foreign {
        return Ok(Done::NotOurs(why.clone()));
    }
    let state = place.state()?;
    if state == State::Ours && place.is_executable() {
        return Ok(Done::AlreadyInstalled);
    }
    if state == State::Foreign {
        if files::exists(&place.before) {
            return Err(Error::input(format!(
                "two foreign hooks are in the way: {} and {}",
                place.hook.display(),
                place.before.display()
            ))
            .next("make one of them and keep it as pre-push, delete the other, and install again"));
        }
        files::rename(&place.hook, &place.before)?;
    }
    if let Err(error) = write_shim(place) {
        if state == State::Foreign {
            files::rename(&place.before, &place.hook)?;
        }
        return Err(error);
    }
    Ok(Done::Installed { before: files::exists(&place.before).then(|| place.before.clone()) })
}

fn write_shim(place: &Place) -> Result<()> {
    files::create_folders(&place.folder)?;
    files::write_atomic(&place.hook, SHIM.as_bytes())?;
    files::make_executable(&place.hook)
}

/// Takes the hook away and puts the foreign one back.
pub fn uninstall(place: &Place) -> Result<Done> {
    if let Some(why) = &place.foreign {
        return Ok(Done::NotOurs(why.clone()));
    }
    match place.state()? {
        State::Ours | State::Outdated => {}
        State::Absent | State::Foreign => return Ok(Done::NotInstalled),
    }
    let restored = files::exists(&place.before);
    if restored {
        files::rename(&place.before, &place.hook)?;
    } else {
        files::remove(&place.hook)?;
    }
    Ok(Done::Removed { restored })
}

/// What to add where we do not write: the line for a hook of one's own.
pub const SNIPPET: &str = r#"cargo perf-gate hook run -- "$@""#;

/// Hook managers in use here, and what to add to have them run the gate.
pub fn managers(root: &Path) -> Vec<(&'static str, &'static str)> {
    const KNOWN: [(&str, &str, &str); 6] = [
        (".pre-commit-config.yaml", "pre-commit", PRE_COMMIT),
        ("prek.toml", "prek", PRE_COMMIT),
        ("lefthook.yml", "lefthook", LEFTHOOK),
        ("lefthook.yaml", "lefthook", LEFTHOOK),
        (".lefthook.yml", "lefthook", LEFTHOOK),
        (".husky", "husky", "add to .husky/pre-push:\n  cargo perf-gate hook run -- \"$@\""),
    ];
    let used = KNOWN.into_iter().filter(|(file, _, _)| files::exists(&root.join(file)));
    used.map(|(_, name, snippet)| (name, snippet)).collect()
}

const PRE_COMMIT: &str = "its own pre-push hook runs first where it is installed; install ours after it";
const LEFTHOOK: &str = "add to lefthook.yml:\n  pre-push:\n    jobs:\n      - run: cargo perf-gate hook run -- {0}\n        use_stdin: true";

/// What may keep git from running the gate, one sentence each; empty where all is well.
pub fn troubles(place: &Place) -> Result<Vec<String>> {
    let standing = match place.state()? {
        State::Ours => None,
        State::Outdated => Some("the hook is of another version: run `cargo perf-gate hook install`"),
        State::Absent => Some("no hook is installed: run `cargo perf-gate hook install`"),
        State::Foreign => Some("the hook there is not ours: run `cargo perf-gate hook install` to chain it"),
    };
    let mut troubles: Vec<String> = standing.into_iter().map(str::to_owned).collect();
    if files::exists(&place.hook) && !place.is_executable() {
        troubles.push("the hook is not executable, so git skips it: run `cargo perf-gate hook install`".to_owned());
    }
    let in_cargo = env::cargo_bin().is_some_and(|bin| files::is_executable(&bin.join("cargo-perf-gate")));
    if env::find_program("cargo-perf-gate").is_none() && !in_cargo {
        troubles
            .push("cargo-perf-gate is neither on PATH nor in cargo's bin folder: the hook will not find it".to_owned());
    }
    if files::exists(&place.before) && !files::is_executable(&place.before) {
        troubles.push(format!("{} is not executable: git would not have run it either", place.before.display()));
    }
    Ok(troubles)
}
