//! Which file is the story of a key (contracts 2 and 3).

use std::path::PathBuf;

use crate::config::Config;
use crate::error::Result;
use crate::model::story_key::StoryKey;
use crate::world::tree::Tree;

/// A located story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Path relative to the tree's root, with `/`; of the target, where the story is reached only through a link.
    pub path: String,
    /// The whole document.
    pub text: String,
    /// Implementation-artifacts folder that it was found under, relative to the root.
    pub artifacts: String,
    /// Path of the locked report for it, relative to the root.
    pub report: String,
}

/// Finds the one story of a key in a tree. `artifacts_override` is the variable `IMPLEMENTATION_ARTIFACTS`.
pub fn find(tree: &dyn Tree, key: &StoryKey, config: &Config, artifacts_override: Option<&PathBuf>) -> Result<Story> {
    let _ = (tree, key, config, artifacts_override);
    todo!()
}
