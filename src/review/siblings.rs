//! Files that lie beside the analysed ones: migrations, of which a later one may hold the index that a query needs, and
//! components, which say what a template calls.
//!
//! Owns which files these are. They are no part of the scope: nothing is found in them (contracts 10). Must not know rules or findings.

use std::collections::BTreeSet;

use crate::engine::{Source, templates};
use crate::lang::Language;
use crate::schema::{folder_of, is_schema_file};
use crate::world::tree::{Entry, Tree};

/// Larger files are dumps.
const LARGEST: u64 = 2 << 20;
/// More of them are not read.
const MOST: usize = 4096;

/// The migrations in the folders of the analysed ones and the components of the analysed templates, path and text, without
/// the analysed ones themselves.
pub(super) fn find(tree: &dyn Tree, sources: &[Source]) -> Vec<(String, String)> {
    let schemas = sources
        .iter()
        .filter(|source| Language::of_path(&source.path).is_none() && is_schema_file(&source.path, &source.text));
    let folders: BTreeSet<&str> = schemas.map(|source| folder_of(&source.path)).collect();
    let analysed: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let candidates = folders.into_iter().flat_map(|folder| candidates(tree, folder));
    let fresh = candidates.filter(|path| !analysed.contains(path.as_str())).take(MOST);
    let migrations = fresh.filter_map(|path| text_of(tree, &path).map(|text| (path, text)));
    let templates = sources.iter().filter(|source| templates::is_template(&source.path));
    let components = templates.filter_map(|source| templates::component_path(&source.path));
    let components = components.filter(|path| !analysed.contains(path.as_str())).take(MOST).filter_map(|path| {
        let Entry::File(bytes) = tree.entry(&path, LARGEST) else { return None };
        String::from_utf8(bytes).ok().map(|text| (path, text))
    });
    migrations.chain(components).collect()
}

fn candidates(tree: &dyn Tree, folder: &str) -> Vec<String> {
    let within = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let is_migration = |name: &String| [".sql", ".xml"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    let files = tree.children(folder).into_iter().filter(is_migration);
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
