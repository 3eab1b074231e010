//! Migrations that lie beside the analysed ones: a later one may hold the index that a query needs.
//!
//! Owns which files these are. They are no part of the scope: what they say may only make index hints silent (contracts
//! 10). Must not know rules or findings.

use std::collections::BTreeSet;

use crate::engine::Source;
use crate::lang::Language;
use crate::schema::{folder_of, is_schema_file};
use crate::world::tree::{Entry, Tree};

/// Larger files are dumps.
const LARGEST: u64 = 2 << 20;
/// More of them are not read.
const MOST: usize = 4096;

/// The migrations in the folders of the analysed ones, path and text, without the analysed ones themselves.
pub(super) fn find(tree: &dyn Tree, sources: &[Source]) -> Vec<(String, String)> {
    let schemas = sources
        .iter()
        .filter(|source| Language::of_path(&source.path).is_none() && is_schema_file(&source.path, &source.text));
    let folders: BTreeSet<&str> = schemas.map(|source| folder_of(&source.path)).collect();
    let analysed: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let candidates = folders.into_iter().flat_map(|folder| candidates(tree, folder));
    let fresh = candidates.filter(|path| !analysed.contains(path.as_str())).take(MOST);
    fresh.filter_map(|path| text_of(tree, &path).map(|text| (path, text))).collect()
}

fn candidates(tree: &dyn Tree, folder: &str) -> Vec<String> {
    let within = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let files = tree.children(folder).into_iter().filter(|name| name.to_ascii_lowercase().ends_with(".sql"));
    let mut found: Vec<String> = files.map(|name| within(&name)).collect();
    // A folder a migration: diesel, prisma.
    for inner in tree.folders(folder) {
        found.extend(["up.sql", "migration.sql"].map(|name| within(&format!("{inner}/{name}"))));
    }
    found
}

fn text_of(tree: &dyn Tree, path: &str) -> Option<String> {
    let Entry::File(bytes) = tree.entry(path, LARGEST) else { return None };
    let text = String::from_utf8(bytes).ok()?;
    is_schema_file(path, &text).then_some(text)
}
