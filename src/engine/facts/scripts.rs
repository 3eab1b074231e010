//! What packages of JavaScript depend on, as their manifests name it.
//!
//! The `package.json` of the folders above the files in question, near the top of the repository. Must not know which
//! libraries anybody asks for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{folders_above, within};
use crate::lang::Language;
use crate::world::tree::{Entry, Tree};

/// No manifest that people write is larger.
const LARGEST: u64 = 4 << 20;
/// A package stands near the top of a repository.
const DEEPEST: usize = 3;

/// What the packages above files depend on where they run.
pub(super) fn read(tree: &dyn Tree, files: &[&str]) -> BTreeSet<String> {
    let scripts: Vec<&str> =
        files.iter().copied().filter(|file| Language::of_path(file).is_some_and(Language::is_script)).collect();
    if scripts.is_empty() {
        return BTreeSet::new();
    }
    let near = folders_above(&scripts).into_iter().filter(|folder| folder.matches('/').count() < DEEPEST);
    let manifests = near.filter_map(|folder| match tree.entry(&within(folder, "package.json"), LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    });
    manifests.flat_map(|text| names(&text)).collect()
}

/// What a manifest depends on, each with `npm:` before it: a library of the same name in another language is none of it.
/// What cannot be read says nothing.
fn names(text: &str) -> BTreeSet<String> {
    let Ok(manifest) = serde_json::from_str::<Value>(text) else { return BTreeSet::new() };
    let groups = ["dependencies", "peerDependencies", "optionalDependencies"];
    let named = groups.iter().filter_map(|group| manifest.get(*group)?.as_object());
    // What lies in the same repository is no library.
    let beside = |version: &Value| {
        let version = version.as_str().unwrap_or_default();
        version == "*" || ["workspace:", "file:", "link:", "portal:"].iter().any(|start| version.starts_with(start))
    };
    let libraries = named.flatten().filter(|(_, version)| !beside(version));
    libraries.map(|(name, _)| format!("npm:{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn what_runs_with_the_program_counts() {
        let text =
            r#"{"dependencies": {"sequelize": "^6", "@acme/db": "workspace:*"}, "devDependencies": {"jest": "1"}}"#;
        assert_eq!(names(text).into_iter().collect::<Vec<_>>(), ["npm:sequelize"]);
        assert!(names("{").is_empty());
    }
}
