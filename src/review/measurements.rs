//! Measured numbers of a repository: in the files of a run, and in the folders where the tools put them.
//!
//! Knows trees and folders; what the files mean is the engine's business. A file that cannot be read holds no numbers.

use std::collections::BTreeSet;

use crate::engine::Source;
use crate::engine::facts::{Facts, folder_of, within};
use crate::engine::measured::{self, Measurement};
use crate::world::tree::{Entry, Tree};

/// Larger files were written by something else.
const LARGEST: u64 = 4 << 20;
/// More folders of benchmarks than this are not looked into.
const MOST_FOLDERS: usize = 4000;
/// Group, function and value: criterion nests no deeper.
const DEEPEST: usize = 4;

/// All measurements that can be found, by their files.
pub(super) fn find(tree: &dyn Tree, sources: &[Source], facts: &Facts) -> Vec<Measurement> {
    let roots: BTreeSet<&str> = facts.locks.iter().map(|lock| folder_of(&lock.path)).chain([""]).collect();
    let mut samples = BTreeSet::new();
    let mut exports = BTreeSet::new();
    for source in sources {
        if source.path.ends_with("/new/sample.json") {
            samples.insert(source.path.clone());
        } else if is_export(&source.path, &source.text) {
            exports.insert(source.path.clone());
        }
    }
    for root in roots {
        samples.extend(stored(tree, &within(root, "target/criterion")));
        exports.extend(exported(tree, root));
    }
    let criterion = samples.iter().filter_map(|path| {
        let benchmark = text(tree, &within(folder_of(path), "benchmark.json"))?;
        measured::criterion(path, &benchmark, &text(tree, path)?)
    });
    let hyperfine = exports.iter().flat_map(|path| measured::hyperfine(path, &text(tree, path).unwrap_or_default()));
    criterion.chain(hyperfine).collect()
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

/// What hyperfine exported beside a manifest or into its folders of benchmarks.
fn exported(tree: &dyn Tree, root: &str) -> Vec<String> {
    let children = tree.children(root);
    let folders = children.iter().filter(|name| name.starts_with("bench") && !name.contains('.'));
    let mut found: Vec<String> = folders
        .map(|name| within(root, name))
        .flat_map(|folder| tree.children(&folder).into_iter().map(move |name| within(&folder, &name)))
        .filter(|path| is_json(path))
        .collect();
    let here = children.iter().filter(|name| is_json(name) && is_hyperfine_name(name));
    found.extend(here.map(|name| within(root, name)));
    found
}

fn is_export(path: &str, text: &str) -> bool {
    is_json(path) && text.contains("\"results\"") && text.contains("\"times\"") && text.contains("\"command\"")
}

fn is_json(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "json")
}

fn is_hyperfine_name(name: &str) -> bool {
    name.starts_with("hyperfine") || name.trim_end_matches(".json").ends_with(".hyperfine")
}

fn text(tree: &dyn Tree, path: &str) -> Option<String> {
    match tree.entry(path, LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}
