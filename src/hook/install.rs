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
/// What earlier versions wrote, as SHA-256: replaced and removed without a question.
const EARLIER: [&str; 1] = ["850412ca05019567b997783befe5dbffbc0572d61da8982a720533d98f30b58b"];
/// What the name of a foreign hook ends with while ours stands in its place. The shim knows it too.
const BEFORE: &str = ".before-perf-gate";
/// Hooks are scripts; a larger file is somebody's program, and not ours.
pub(super) const MOST_BYTES: u64 = 64 << 20;

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
    /// Our hook as an earlier version wrote it.
    Outdated,
    /// Our hook with somebody's changes, or of a later version.
    Edited,
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
        } else if EARLIER.contains(&files::sha256_hex(&bytes).as_str()) {
            State::Outdated
        } else if bytes.windows(MARK.len()).any(|window| window == MARK) {
            State::Edited
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
    if state == State::Edited {
        return Err(edited(place));
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

/// What somebody wrote into our hook is theirs: it is neither written over nor deleted.
fn edited(place: &Place) -> Error {
    let hook = place.hook.display();
    Error::input(format!("{hook} is the hook of perf-gate with changes that this version does not know"))
        .next("keep what you need of it elsewhere, delete it, and run this again")
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
        State::Edited => return Err(edited(place)),
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

/// What to add where we do not write: the line for a hook of one's own. The program is called by its own name: `cargo
/// perf-gate` would first ask the repository's `.cargo/config.toml`, where an alias could stand for it.
pub const SNIPPET: &str = r#"cargo-perf-gate hook run -- "$@""#;

/// A hook manager that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manager {
    /// Its name.
    pub name: &'static str,
    /// The file that its hooks stand in.
    pub file: &'static str,
    /// What to add there.
    pub snippet: &'static str,
}

/// Hook managers in use here, and what to add to have them run the gate.
pub fn managers(root: &Path) -> Vec<Manager> {
    const KNOWN: [(&str, &str, &str, &str); 9] = [
        ("pre-commit", ".pre-commit-config.yaml", ".pre-commit-config.yaml", PRE_COMMIT),
        ("pre-commit", ".pre-commit-config.yml", ".pre-commit-config.yml", PRE_COMMIT),
        ("prek", "prek.toml", "prek.toml", PREK),
        ("lefthook", "lefthook.yml", "lefthook.yml", LEFTHOOK),
        ("lefthook", "lefthook.yaml", "lefthook.yaml", LEFTHOOK),
        ("lefthook", ".lefthook.yml", ".lefthook.yml", LEFTHOOK),
        ("lefthook", ".lefthook.yaml", ".lefthook.yaml", LEFTHOOK),
        ("lefthook", ".config/lefthook.yml", ".config/lefthook.yml", LEFTHOOK),
        ("husky", ".husky", ".husky/pre-push", SNIPPET),
    ];
    let used = KNOWN.into_iter().filter(|(_, sign, _, _)| files::exists(&root.join(sign)));
    used.map(|(name, _, file, snippet)| Manager { name, file, snippet }).collect()
}

const PRE_COMMIT: &str = "\
repos:
  - repo: local
    hooks:
      - id: perf-gate
        name: perf-gate
        entry: cargo-perf-gate hook run
        language: system
        stages: [pre-push]
        pass_filenames: false
        always_run: true
        verbose: true";
const PREK: &str = "\
[[repos]]
repo = \"local\"
hooks = [
  { id = \"perf-gate\", name = \"perf-gate\", entry = \"cargo-perf-gate hook run\", language = \"system\", stages = [\"pre-push\"], \
    pass_filenames = false, always_run = true, verbose = true },
]";
const LEFTHOOK: &str = "\
pre-push:
  jobs:
    - name: perf-gate
      run: cargo-perf-gate hook run -- {0}
      use_stdin: true";

/// What may keep git from running the gate, one sentence each; empty where all is well.
pub fn troubles(place: &Place) -> Result<Vec<String>> {
    let elsewhere = format!("add `{SNIPPET}` to {}", place.hook.display());
    let standing = match place.state()? {
        State::Ours => None,
        _ if place.foreign.is_some() => Some(elsewhere.as_str()),
        State::Outdated => Some("the hook is of an earlier version: run `cargo perf-gate hook install`"),
        State::Absent => Some("no hook is installed: run `cargo perf-gate hook install`"),
        State::Edited => {
            Some("our hook was edited: keep what you need of it, delete it, run `cargo perf-gate hook install`")
        }
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
