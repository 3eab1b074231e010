//! The lock under which a story, its report and its state are written.

use std::path::Path;
use std::time::Duration;

use crate::config::Config;
use crate::error::Result;
use crate::model::story_key::StoryKey;
use crate::story::locate::Story;
use crate::world::files::{self, Kind, Lock};

/// How long a writer waits for the one before it.
const WAIT: Duration = Duration::from_mins(1);

/// Our own lock, and the one beside the story where another tool left it there. Held until dropped.
pub fn story(root: &Path, config: &Config, key: &StoryKey, story: &Story) -> Result<Vec<Lock>> {
    files::state_folder(root, &config.paths.state)?;
    let own = files::inside(root, &format!("{}/locks/{key}.lock", config.paths.state))?;
    let mut locks = vec![files::lock(&own, WAIT)?];
    let sibling = root.join(format!("{}.lock", story.path));
    if matches!(files::kind(&sibling), Some(Kind::File(_))) {
        locks.push(files::lock(&sibling, WAIT)?);
    }
    Ok(locks)
}
