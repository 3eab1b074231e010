//! Measured numbers of a repository: in the files of a run, and in the folders where the tools put them.
//!
//! Knows trees and folders; what the files mean is the engine's business. A file that cannot be read holds no numbers; one that
//! says by its place whose it is, and is broken, is told of once.

use std::collections::BTreeSet;

use crate::engine::Source;
use crate::engine::facts::{Facts, folder_of, within};
use crate::engine::measured::{self, Measurement, pprof};
use crate::world::tree::{Entry, Tree};

/// Larger files were written by something else.
const LARGEST: u64 = 4 << 20;
/// More folders of benchmarks than this are not looked into.
const MOST_FOLDERS: usize = 4000;
/// Larger profiles are not read.
const LARGEST_PROFILE: u64 = 16 << 20;
/// More profiles than this are not read.
const MOST_PROFILES: usize = 50;
/// More folders than this are not looked into for exports.
const MOST_ROOTS: usize = 64;
/// More files than this are not read.
const MOST_FILES: usize = 500;
/// Group, function and value: criterion nests no deeper.
const DEEPEST: usize = 4;

/// Folders that tools write to, below the folder that they are started in.
const FOLDERS: [&str; 10] = [
    ".lighthouseci",
    "BenchmarkDotNet.Artifacts/results",
    "build/results/jmh",
    "build/reports/jmh",
    "target/jmh",
    "k6",
    "results",
    "load-tests",
    "loadtest",
    "perf",
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All measurements, by their files.
    pub measured: Vec<Measurement>,
    /// What a reader should know, a sentence each.
    pub notes: Vec<String>,
}

/// All measurements that can be found.
pub(super) fn find(tree: &dyn Tree, sources: &[Source], facts: &Facts) -> Found {
    let locks = facts.locks.iter().map(|lock| folder_of(&lock.path));
    let tops = sources.iter().flat_map(|source| tops(&source.path));
    let roots: BTreeSet<&str> = locks.clone().chain(tops).chain([""]).collect();
    let mut samples: BTreeSet<String> = BTreeSet::new();
    let mut exports = BTreeSet::new();
    let mut readings = Vec::new();
    for source in sources {
        if source.path.ends_with("/new/sample.json") {
            samples.insert(source.path.clone());
        } else if may_measure(&source.path) {
            readings.extend(measured::read(&source.path, &source.text));
        }
    }
    for root in locks.chain([""]) {
        samples.extend(stored(tree, &within(root, "target/criterion")));
    }
    for root in roots.into_iter().take(MOST_ROOTS) {
        exports.extend(exported(tree, root));
    }
    let analysed: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    exports.retain(|path: &String| !analysed.contains(path.as_str()));
    let criterion = samples.iter().filter_map(|path| {
        let benchmark = text(tree, &within(folder_of(path), "benchmark.json"))?;
        measured::criterion(path, &benchmark, &text(tree, path)?)
    });
    let mut found = Found { measured: criterion.collect(), notes: Vec::new() };
    let mut single = Vec::new();
    let exported = exports.iter().take(MOST_FILES);
    readings.extend(exported.filter_map(|path| measured::read(path, &text(tree, path)?)));
    for reading in readings {
        found.measured.extend(reading.found);
        found.notes.extend(reading.note);
        single.extend(reading.samples);
    }
    found.measured.extend(measured::join(single));
    profiles(tree, &mut found);
    found
}

/// Profiles of Go in the folder `pprof`.
fn profiles(tree: &dyn Tree, found: &mut Found) {
    let mut read = Vec::new();
    for name in tree.children("pprof").into_iter().take(MOST_PROFILES) {
        let path = within("pprof", &name);
        let Entry::File(bytes) = tree.entry(&path, LARGEST_PROFILE) else { continue };
        match pprof::read(&path, &bytes) {
            Ok(profile) => read.extend(profile),
            // A picture or a text beside the profiles is none of them.
            Err(why) if [".gz", ".pb", ".pprof", ".prof"].iter().any(|end| name.ends_with(end)) => {
                found.notes.push(format!("`{path}` looks like a profile of Go and cannot be used: {why}"));
            }
            Err(_) => {}
        }
    }
    let (measured, notes) = pprof::together(read);
    found.measured.extend(measured);
    found.notes.extend(notes);
}

/// The two topmost folders of a path: packages of a repository lie no deeper as a rule, and folders are asked one by one.
fn tops(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').take(2).map(|(at, _)| &path[..at])
}

/// The samples that criterion stored below a folder.
fn stored(tree: &dyn Tree, top: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(top.to_owned(), 0)];
    let mut looked = 0;
    while let Some((folder, depth)) = open.pop() {
        looked += 1;
        for name in tree.children(&folder) {
            // `base` is an earlier run, `report` holds pictures.
            match name.as_str() {
                "new" => found.push(within(&folder, "new/sample.json")),
                "base" | "change" | "report" => {}
                _ if depth < DEEPEST && looked < MOST_FOLDERS && !name.contains('.') => {
                    open.push((within(&folder, &name), depth + 1));
                }
                _ => {}
            }
        }
    }
    found
}

/// What tools left in a folder and in those below it that they write to.
fn exported(tree: &dyn Tree, root: &str) -> Vec<String> {
    let children = tree.children(root);
    let mut found: Vec<String> =
        children.iter().filter(|name| is_export_name(name)).map(|name| within(root, name)).collect();
    let mut folders: Vec<String> =
        children.iter().filter(|name| name.starts_with("bench") && !name.contains('.')).cloned().collect();
    let has = |folder: &str| children.iter().any(|name| Some(name.as_str()) == folder.split('/').next());
    folders.extend(FOLDERS.iter().filter(|folder| has(folder)).map(|folder| (*folder).to_owned()));
    if has(".benchmarks") {
        // pytest-benchmark keeps a folder a machine.
        let machines = tree.children(&within(root, ".benchmarks"));
        folders.extend(machines.into_iter().map(|machine| format!(".benchmarks/{machine}")));
    }
    for folder in folders {
        let folder = within(root, &folder);
        let inside = tree.children(&folder).into_iter().map(|name| within(&folder, &name));
        found.extend(inside.filter(|path| may_measure(path)));
    }
    found
}

/// Whether a file may hold measurements, by its end.
fn may_measure(path: &str) -> bool {
    let end = path.rsplit_once('.').map_or("", |(_, end)| end);
    let name = path.rsplit('/').next().unwrap_or(path);
    match end {
        "json" => !matches!(name, "package.json" | "tsconfig.json" | "package-lock.json" | "composer.json"),
        "hgrm" | "hlog" | "bench" => true,
        "txt" | "out" | "log" => name.contains("bench") || name.contains("hdr") || name.contains("wrk"),
        _ => false,
    }
}

/// Whether a file beside the code is a tool's export by its name.
fn is_export_name(name: &str) -> bool {
    const BEGINS: [&str; 7] = ["hyperfine", "bench", "jmh", "k6", "lhr-", "summary", "pytest-bench"];
    let begins = BEGINS.iter().any(|word| name.starts_with(word));
    let hyperfine = name.trim_end_matches(".json").ends_with(".hyperfine");
    let of_histograms = [".hgrm", ".hlog", ".bench"].iter().any(|end| name.ends_with(end));
    of_histograms || (begins || hyperfine) && may_measure(name)
}

fn text(tree: &dyn Tree, path: &str) -> Option<String> {
    match tree.entry(path, LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}
