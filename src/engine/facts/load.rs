//! The facts of a repository: asked of cargo where the checkout is the user's own, read from the manifests otherwise,
//! and remembered by what they were computed from.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::manifest::{self, Manifests};
use super::{Facts, metadata};
use crate::world::tree::Tree;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    let manifests = manifest::read(request.tree, request.files);
    let key = key(&manifests, request.way);
    if let Some(known) = request.cache.and_then(|path| remembered(path, &key)) {
        return known;
    }
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
