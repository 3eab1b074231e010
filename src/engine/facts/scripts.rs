//! What packages of JavaScript depend on, as their manifests name it.
//!
//! Pure: the text of a `package.json` in, names out. Must not know which libraries anybody asks for.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a manifest depends on where the program runs, each with `npm:` before it: a library of the same name in another
/// language is none of it. What cannot be read says nothing.
pub(super) fn names(text: &str) -> BTreeSet<String> {
    let Ok(manifest) = serde_json::from_str::<Value>(text) else { return BTreeSet::new() };
    let groups = ["dependencies", "peerDependencies", "optionalDependencies"];
    let named = groups.iter().filter_map(|group| manifest.get(*group)?.as_object());
    named.flat_map(|group| group.keys()).map(|name| format!("npm:{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn what_runs_with_the_program_counts() {
        let text = r#"{"dependencies": {"sequelize": "^6"}, "devDependencies": {"jest": "1"}, "name": "x"}"#;
        assert_eq!(names(text).into_iter().collect::<Vec<_>>(), ["npm:sequelize"]);
        assert!(names("{").is_empty());
    }
}
