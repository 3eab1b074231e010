//! Where files stand: in which crate, and what of a summary follows from that. Cheap for many files: they are sorted by
//! path, so those of a folder lie together.

use std::collections::{BTreeMap, HashSet};

use super::Listed;
use super::segment::first_eight;
use crate::effects::modules;
use crate::engine::facts::{Crate, Facts, TargetKind};
use crate::lang::Language;

/// The crate of each file.
#[derive(Debug)]
pub(super) struct Places {
    /// Key of each crate; the last is that of files outside of all.
    keys: Vec<u64>,
    /// Index in `keys` of each file.
    of: Vec<u32>,
}

impl Places {
    /// Finds the crate of each file. Where there are crates, Rust outside of all of them is dropped: no path of code leads
    /// there.
    pub(super) fn of(files: &mut Vec<&Listed>, facts: &Facts, left_out_key: u64) -> Places {
        let mut of = vec![facts.crates.len() as u32; files.len()];
        // In the order of the paths: a folder comes before those in it, whose crates take their files from its.
        let mut in_order: Vec<usize> = (0..facts.crates.len()).collect();
        let prefix = |dir: &str| if dir.is_empty() { String::new() } else { format!("{dir}/") };
        in_order.sort_by_cached_key(|n| prefix(&facts.crates[*n].dir));
        let mut first = 0;
        for n in in_order {
            let dir = &facts.crates[n].dir;
            let last = if dir.is_empty() {
                files.len()
            } else {
                let (below, after) = (prefix(dir), format!("{dir}0"));
                first = after_all(files, first, |path| path < below.as_str());
                after_all(files, first, |path| path < after.as_str())
            };
            of[first..last].fill(n as u32);
        }
        let outside = facts.crates.len() as u32;
        if outside > 0 {
            let reached =
                |(file, n): (&&Listed, &u32)| *n != outside || Language::of_path(&file.path) != Some(Language::Rust);
            let keep: Vec<bool> = files.iter().zip(&of).map(reached).collect();
            if keep.contains(&false) {
                let (mut first, mut second) = (keep.iter(), keep.iter());
                files.retain(|_| first.next().is_none_or(|keep| *keep));
                of.retain(|_| second.next().is_none_or(|keep| *keep));
            }
        }
        let mut keys: Vec<u64> = facts.crates.iter().map(|c| key(Some(c), left_out_key)).collect();
        keys.push(key(None, left_out_key));
        Places { keys, of }
    }

    /// What a file's summary follows from besides its content.
    pub(super) fn key(&self, file: usize) -> u64 {
        self.keys[self.of[file] as usize]
    }
}

/// The first file from a place on that is not before something, by leaps that grow: what is looked for lies near.
fn after_all(files: &[&Listed], from: usize, is_before: impl Fn(&str) -> bool) -> usize {
    let (mut low, mut leap) = (from, 1);
    while low + leap <= files.len() && is_before(&files[low + leap - 1].path) {
        low += leap;
        leap *= 2;
    }
    let high = files.len().min(low + leap);
    low + files[low..high].partition_point(|file| is_before(&file.path))
}

/// A digest of a crate's folder and targets, and of what leaves files out.
fn key(owner: Option<&Crate>, left_out_key: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&left_out_key.to_le_bytes());
    if let Some(owner) = owner {
        hasher.update(owner.dir.as_bytes());
        for target in &owner.targets {
            hasher.update(format!("\0{:?}\0{}\0{}", target.kind, target.name, target.root).as_bytes());
        }
    }
    first_eight(hasher.finalize().as_bytes())
}

/// A digest of all crates and of what leaves files out: where it is the same, so is every file's key.
pub(super) fn digest(facts: &Facts, left_out_key: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for owner in facts.crates.iter().map(Some).chain([None]) {
        hasher.update(&key(owner, left_out_key).to_le_bytes());
    }
    first_eight(hasher.finalize().as_bytes())
}

/// What code knows the module of a file by, where no manifest says it.
pub(super) fn module(path: &str, facts: &Facts) -> Option<String> {
    let language = Language::of_path(path)?;
    if language == Language::Rust && !facts.crates.is_empty() {
        return None;
    }
    let module = modules::of_path(language, path);
    Some(module.split("::").next().unwrap_or_default().to_owned())
}

/// What code knows the modules of files by, each with the number of its files.
pub(super) fn modules(files: &[&Listed], facts: &Facts) -> BTreeMap<String, u32> {
    let mut all: BTreeMap<String, u32> = BTreeMap::new();
    for module in files.iter().filter_map(|file| module(&file.path, facts)) {
        *all.entry(module).or_default() += 1;
    }
    all
}

/// The names of the crates themselves.
pub(super) fn crates(facts: &Facts) -> HashSet<String> {
    let targets = facts.crates.iter().flat_map(|c| &c.targets);
    targets.filter(|t| matches!(t.kind, TargetKind::Lib | TargetKind::Bin)).map(|t| t.name.clone()).collect()
}
