//! What the manifests say: which crate and target a file belongs to, and which crates it depends on.
//!
//! Pure data and pure parsing; `world` runs `cargo metadata` and reads the files.

use std::collections::BTreeSet;

/// What a target is for. Decides a file's profile before any severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum TargetKind {
    /// Library or procedural macro.
    Lib,
    /// Program.
    Bin,
    /// Example.
    Example,
    /// Integration test.
    Test,
    /// Bench.
    Bench,
    /// Build script.
    Build,
}

/// One target of a crate.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// What it is for.
    pub kind: TargetKind,
    /// Its name as code sees it (`-` as `_`).
    pub name: String,
    /// Its root file, relative to the repository root, with `/`.
    pub root: String,
}

/// One crate of the repository.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Crate {
    /// Package name as in the manifest.
    pub package: String,
    /// Folder of the manifest relative to the repository root, with `/`; empty for the root itself.
    pub dir: String,
    /// Its targets.
    pub targets: Vec<Target>,
    /// What it depends on, normal, dev and build, as code names it (renames applied, `-` as `_`).
    pub dependencies: BTreeSet<String>,
}

/// All that the manifests say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts {
    /// The crates, sorted by `dir`.
    pub crates: Vec<Crate>,
}

impl Facts {
    /// The crate that a file belongs to: the one whose folder is the longest prefix of its path.
    pub fn crate_of(&self, path: &str) -> Option<&Crate> {
        self.crates
            .iter()
            .filter(|c| c.dir.is_empty() || path.strip_prefix(c.dir.as_str()).is_some_and(|rest| rest.starts_with('/')))
            .max_by_key(|c| c.dir.len())
    }
}
