//! What the manifests say: which crate and target a file belongs to, which module it is, which crates its crate depends
//! on, and what `Cargo.lock` pins.
//!
//! Owns the data and the questions asked of it. Two ways lead to it, and a test holds that they agree: [`metadata`]
//! reads what `cargo metadata` prints, [`manifest`] reads `Cargo.toml` files from any tree. [`load`] chooses between
//! them. Must not know rules, severities or stories.

use std::collections::{BTreeMap, BTreeSet};

pub mod brought;
pub mod load;
pub mod lock;
pub mod manifest;
pub mod metadata;
mod python;
mod scripts;
mod targets;

pub use lock::Lock;

use crate::world::tree::Tree;

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// What it is for.
    pub kind: TargetKind,
    /// Its name as code sees it (`-` as `_`).
    pub name: String,
    /// Its root file, relative to the repository root, with `/`.
    pub root: String,
}

/// Where a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum DependencyKind {
    /// By the library and the programs.
    Normal,
    /// By tests, examples and benches.
    Dev,
    /// By the build script.
    Build,
}

/// One declared dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Dependency {
    /// As code names it: the rename where there is one, `-` as `_`.
    pub name: String,
    /// The package's own name.
    pub package: String,
    /// Where it is used.
    pub kind: DependencyKind,
    /// The platform that it is limited to, as the manifest writes it (`cfg(unix)`).
    pub platform: Option<String>,
    /// Whether a feature has to switch it on.
    pub optional: bool,
    /// Features asked of it, sorted.
    pub features: BTreeSet<String>,
}

/// One crate of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Crate {
    /// Package name as in the manifest.
    pub package: String,
    /// Folder of the manifest relative to the repository root, with `/`; empty for the root itself.
    pub dir: String,
    /// Its targets, sorted.
    pub targets: Vec<Target>,
    /// What it depends on, normal, dev and build, as code names it (renames applied, `-` as `_`).
    pub dependencies: BTreeSet<String>,
    /// The same in full, sorted: which kind, for which platform, with which features.
    pub declared: Vec<Dependency>,
    /// Its features and what each switches on, the implicit ones of optional dependencies included.
    pub features: BTreeMap<String, Vec<String>>,
}

impl Crate {
    /// Whether code of its library and programs can name this crate: a normal dependency, as code names it.
    pub fn depends_on(&self, name: &str) -> bool {
        self.declared.iter().any(|d| d.kind == DependencyKind::Normal && d.name == name)
    }

    /// Fills what follows from the rest and puts the lists in order, so that both ways give the same value.
    fn settle(mut self) -> Crate {
        self.targets.sort();
        self.targets.dedup();
        self.declared.sort();
        self.declared.dedup();
        self.dependencies = self.declared.iter().map(|d| d.name.clone()).collect();
        self
    }

    /// A path of the repository relative to this crate's folder; none where it lies elsewhere.
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.dir.is_empty() { Some(path) } else { path.strip_prefix(self.dir.as_str())?.strip_prefix('/') }
    }
}

/// All that the manifests say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facts {
    /// The crates, sorted by `dir`.
    pub crates: Vec<Crate>,
    /// The lock files, sorted by path.
    pub locks: Vec<Lock>,
    /// What Python's manifests depend on, as code names it.
    pub python: BTreeSet<String>,
    /// What packages of JavaScript depend on, each with `npm:` before it.
    pub scripts: BTreeSet<String>,
}

impl Facts {
    /// Reads the manifests around files from any tree, without cargo; with what was wrong, a sentence each.
    pub fn from_manifests(tree: &dyn Tree, files: &[&str]) -> (Facts, Vec<String>) {
        manifest::read(tree, files).into_facts()
    }

    /// Adds what the packages of JavaScript above files depend on; gives a text that differs where that does.
    pub fn add_scripts(&mut self, tree: &dyn Tree, files: &[&str]) -> String {
        self.scripts = scripts::read(tree, files);
        self.scripts.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The crate that a file belongs to: the one whose folder is the longest prefix of its path.
    pub fn crate_of(&self, path: &str) -> Option<&Crate> {
        self.crates.iter().filter(|c| c.relative(path).is_some()).max_by_key(|c| c.dir.len())
    }

    /// What the target is for that a file belongs to; none where no target reaches it.
    ///
    /// A module file belongs to the target whose root lies in the deepest folder above it, to the library where a
    /// library and a program share one. Files under `tests`, `benches` and `examples` belong there even when no target
    /// is declared. A file pulled in through `#[path]` from elsewhere is not followed.
    pub fn target_of(&self, path: &str) -> Option<TargetKind> {
        let owner = self.crate_of(path)?;
        let target = owner.target_of(path);
        let relative = owner.relative(path)?;
        let Some((folder, kind)) = FOLDERS.iter().find(|(folder, _)| relative.starts_with(folder)) else {
            return target.map(|t| t.kind);
        };
        // A target whose root lies in that folder says more than the folder does (`tests/bench/main.rs` as a bench).
        let inside = |t: &&Target| t.root == path || owner.relative(&t.root).is_some_and(|r| r.starts_with(folder));
        Some(target.filter(inside).map_or(*kind, |t| t.kind))
    }

    /// The module that a Rust file holds: the target's name, then the modules by its path from the target's root
    /// (`src/a/mod.rs` and `src/a.rs` are both `a`). None where no target reaches it.
    pub fn module_path(&self, path: &str) -> Option<Vec<String>> {
        let owner = self.crate_of(path)?;
        let target = owner.target_of(path)?;
        let mut modules = vec![target.name.clone()];
        if target.root == path {
            return Some(modules);
        }
        let folder = folder_of(&target.root);
        let inside = if folder.is_empty() { path } else { path.strip_prefix(folder)?.strip_prefix('/')? };
        let stem = inside.strip_suffix(".rs")?;
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        modules.extend(stem.split('/').map(str::to_owned));
        Some(modules)
    }
}

/// Folders that cargo gives a meaning, relative to the manifest.
const FOLDERS: [(&str, TargetKind); 3] =
    [("tests/", TargetKind::Test), ("benches/", TargetKind::Bench), ("examples/", TargetKind::Example)];

impl Crate {
    /// The target that a file of this crate belongs to.
    pub fn target_of(&self, path: &str) -> Option<&Target> {
        // What is cheap to ask first: a crate may have hundreds of examples.
        let near = |target: &&Target| target.root == path || self.reaches(target, path);
        let mut candidates = self.targets.iter().filter(near).filter(|target| !self.stands_among_sources(target));
        if let Some(root) = candidates.clone().find(|target| target.root == path) {
            return Some(root);
        }
        // Targets are sorted with the library first, and of equals the first stays.
        let first = candidates.find(|target| self.reaches(target, path))?;
        let deeper = |best: &'_ Target, target: &'_ Target| folder_of(&target.root).len() > folder_of(&best.root).len();
        Some(candidates.filter(|t| self.reaches(t, path)).fold(first, |best, t| if deeper(best, t) { t } else { best }))
    }

    /// Whether a file lies in or below the folder of a target's root. A build script beside the manifest is one file:
    /// otherwise it would claim the whole crate.
    fn reaches(&self, target: &Target, path: &str) -> bool {
        let folder = folder_of(&target.root);
        let one_file = target.kind == TargetKind::Build && folder == self.dir;
        !one_file && lies_in(folder_of(path), folder)
    }

    /// Whether a test, bench or example has its root among the sources of a library or a program. Such a file is mostly a
    /// module of that as well, and what is shipped counts.
    fn stands_among_sources(&self, target: &Target) -> bool {
        let ships = |kind| matches!(kind, TargetKind::Lib | TargetKind::Bin);
        let holds = |code: &Target| {
            let sources = folder_of(&code.root);
            ships(code.kind) && sources != self.dir && lies_in(folder_of(&target.root), sources)
        };
        !ships(target.kind) && target.kind != TargetKind::Build && self.targets.iter().any(holds)
    }
}

/// Whether a folder is another one or lies below it.
pub(crate) fn lies_in(folder: &str, above: &str) -> bool {
    above.is_empty() || folder.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of a path; empty at the top.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders above files, up to the top, which is the empty text and always there.
pub(crate) fn folders_above<'a>(files: &[&'a str]) -> BTreeSet<&'a str> {
    let mut folders = BTreeSet::from([""]);
    for file in files {
        let mut folder = folder_of(file);
        while folders.insert(folder) {
            folder = folder_of(folder);
        }
    }
    folders
}

/// A path in a folder that may be the top.
pub(crate) fn within(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// Two parts of a path joined, either of which may be empty, with `.` and `..` resolved. None where the result would
/// leave the repository.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A name as code sees it.
fn code_name(name: &str) -> String {
    name.replace('-', "_")
}
