//! The facts of a repository: asked of cargo where the checkout is the user's own, read from the manifests otherwise,
//! and remembered by what they were computed from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::manifest::{self, Manifests};
use super::{Facts, folders_above, metadata};
use crate::lang::Language;
use crate::world::tree::{Entry, Tree};
use crate::world::{cargo, clock::Watch, files};

/// All runs of cargo together.
const CAP: Duration = Duration::from_secs(5);
/// More workspaces than this are read from their manifests.
const MOST_RUNS: usize = 8;
/// A file of remembered facts that is larger is not ours.
const MOST_REMEMBERED: u64 = 256 << 20;

/// Where the facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// `cargo metadata` in the one form that runs nothing. Only for a working tree that the user trusts.
    Cargo,
    /// `Cargo.toml` read with `toml`. For pushed objects, for other people's changes, and where cargo is no help.
    Manifests,
}

/// What facts are wanted.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The repository root on disk; only [`Way::Cargo`] looks there.
    pub root: &'a Path,
    /// Where the manifests are read from.
    pub tree: &'a dyn Tree,
    /// The files in question, relative to the repository root.
    pub files: &'a [&'a str],
    /// How to ask.
    pub way: Way,
    /// A file that remembers the answer. It must be one that no change can bring along.
    pub cache: Option<&'a Path>,
}

/// The facts and how they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The facts.
    pub facts: Facts,
    /// What was wrong with manifests or with cargo, a sentence each.
    pub notes: Vec<String>,
    /// SHA-256 in hex over all that the facts follow from: part of the key of every result computed with them.
    pub key: String,
}

/// Loads the facts. Never fails: what cannot be read is a note, and files without a crate are analysed without one.
pub fn load(request: Request<'_>) -> Loaded {
    if let Some(known) = request.cache.and_then(|path| of_earlier_tree(path, request)) {
        return known;
    }
    let manifests = manifest::read(request.tree, request.files);
    let key = key(&manifests, request.way);
    let groups = manifests.groups.clone();
    let known = request.cache.and_then(|path| remembered(path, &key));
    let loaded = known.unwrap_or_else(|| asked(manifests, request, key));
    if let (Some(path), Some(tree), Way::Manifests) = (request.cache, request.tree.id(), request.way) {
        let kept = OfTree { version: env!("CARGO_PKG_VERSION").to_owned(), tree, groups, loaded: loaded.clone() };
        if let Ok(text) = serde_json::to_string(&kept) {
            let _ = files::write_atomic(&of_tree(path), text.as_bytes());
        }
    }
    loaded
}

/// Facts read from a tree that has an id, and the packages that were asked for.
#[derive(Debug, Serialize, Deserialize)]
struct OfTree {
    version: String,
    tree: String,
    groups: BTreeMap<String, BTreeSet<String>>,
    loaded: Loaded,
}

fn of_tree(path: &Path) -> PathBuf {
    path.with_extension("tree.json")
}

/// The facts of an earlier tree, where the same packages are asked for and nothing that facts follow from has changed
/// since: a workspace of hundreds of manifests is not read again for every push.
fn of_earlier_tree(path: &Path, request: Request<'_>) -> Option<Loaded> {
    request.tree.id().filter(|_| request.way == Way::Manifests)?;
    // Python's manifests are looked for above the files of each request.
    if request.files.iter().any(|file| Language::of_path(file) == Some(Language::Python)) {
        return None;
    }
    let text = files::read_text(&of_tree(path), MOST_REMEMBERED).ok()?;
    let kept: OfTree = serde_json::from_str(&text).ok()?;
    let is_there = |dir: &&str| !matches!(request.tree.entry(&manifest_name(dir), 0), Entry::Missing);
    let roots = folders_above(request.files).into_iter().filter(is_there).map(|dir| {
        kept.groups.iter().find(|(root, members)| *root == dir || members.contains(dir)).map(|(root, _)| root.as_str())
    });
    let roots: BTreeSet<&str> = roots.collect::<Option<_>>()?;
    let same = kept.version == env!("CARGO_PKG_VERSION") && kept.groups.keys().map(String::as_str).eq(roots);
    let changed = same.then(|| request.tree.changed_since(&kept.tree))??;
    changed.iter().all(|(path, listed)| !counts(path, *listed)).then_some(kept.loaded)
}

/// Whether facts may follow from a path that changed; `listed` where it came or went.
fn counts(path: &str, listed: bool) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let folders: Vec<&str> = parts.take(2).collect();
    // Targets are found by name only: `build.rs`, `src/lib.rs`, `src/bin/x.rs`, `tests/x/main.rs`.
    let is_root = || {
        matches!(name, "main.rs" | "lib.rs" | "build.rs")
            || folders.iter().any(|folder| matches!(*folder, "bin" | "examples" | "tests" | "benches"))
    };
    matches!(name, "Cargo.toml" | "Cargo.lock")
        || (listed && (!name.contains('.') || (Language::of_path(name) == Some(Language::Rust) && is_root())))
}

fn asked(manifests: Manifests, request: Request<'_>, key: String) -> Loaded {
    let loaded = compute(manifests, request, key);
    if let (Some(path), Ok(text)) = (request.cache, serde_json::to_string(&loaded)) {
        // Facts that cannot be remembered are computed again: nobody waits for a cache.
        let _ = files::write_atomic(path, text.as_bytes());
    }
    loaded
}

fn compute(mut manifests: Manifests, request: Request<'_>, key: String) -> Loaded {
    let mut notes = Vec::new();
    if request.way == Way::Cargo {
        let watch = Watch::start();
        for (root, members) in manifests.groups.iter().take(MOST_RUNS) {
            let manifest = request.root.join(root).join("Cargo.toml");
            let output = cargo::metadata(&manifest, CAP.saturating_sub(watch.elapsed()));
            match output.and_then(|output| metadata::parse(&output, request.root)) {
                Ok(crates) => {
                    manifests.crates.retain(|dir, _| !members.contains(dir) || crates.iter().any(|c| c.dir == *dir));
                    manifests.crates.extend(crates.into_iter().map(|c| (c.dir.clone(), c)));
                }
                Err(why) => notes.push(format!("{why}; read `{}` instead", manifest_name(root))),
            }
        }
    }
    let (facts, problems) = manifests.into_facts();
    notes.extend(problems);
    Loaded { facts, notes, key }
}

fn manifest_name(root: &str) -> String {
    if root.is_empty() { "Cargo.toml".to_owned() } else { format!("{root}/Cargo.toml") }
}

/// Everything that the facts follow from: the manifests and lock files, the targets that discovery finds, the way, and
/// the version of this program.
fn key(manifests: &Manifests, way: Way) -> String {
    let crates: Vec<_> = manifests.crates.values().collect();
    let parts = (env!("CARGO_PKG_VERSION"), way, &manifests.groups, &manifests.texts, crates);
    let bytes = serde_json::to_vec(&parts).unwrap_or_default();
    files::sha256_hex(&bytes)
}

/// The remembered facts, where they were computed from the same. Anything else in that file is a miss.
fn remembered(path: &Path, key: &str) -> Option<Loaded> {
    let text = files::read_text(path, MOST_REMEMBERED).ok()?;
    let known: Loaded = serde_json::from_str(&text).ok()?;
    (known.key == key).then_some(known)
}
