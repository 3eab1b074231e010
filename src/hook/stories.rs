//! Which stories a range of commits belongs to (contracts 12): the configuration's, else the one in the branch name, else
//! those that `Story:` trailers name, else the stories in review that the range touches.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::error::Result;
use crate::model::story_key::StoryKey;
use crate::review::locate;
use crate::story::locate::Story;
use crate::story::{file_list, front_matter, visible};
use crate::world::env;
use crate::world::git::{Change, Repo};
use crate::world::tree::{Disk, Tree};

use super::range::Range;

/// The stories of a range.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Those that can be reviewed, in order.
    pub stories: Vec<(StoryKey, Story)>,
    /// Why others cannot, one sentence each.
    pub notes: Vec<String>,
}

/// Finds the stories of a range.
pub fn choose(repo: &Repo, range: &Range) -> Result<Chosen> {
    let tree = repo.commit_tree(&range.head)?;
    let mut chosen = Chosen::default();
    for key in named(repo, range, &mut chosen.notes)? {
        match find(tree.as_ref(), range, &key)? {
            Some(story) => match status(&story).as_deref() {
                Some("review") => chosen.stories.push((key, story)),
                other => chosen.notes.push(format!(
                    "story {key} is in '{}' status, not in 'review': checked without it",
                    visible(other.unwrap_or_default())
                )),
            },
            None => chosen.notes.push(format!("story file not found for key {key}: checked without it")),
        }
    }
    Ok(chosen)
}

/// Keys by the first source that names any.
fn named(repo: &Repo, range: &Range, notes: &mut Vec<String>) -> Result<Vec<StoryKey>> {
    let config = &range.config;
    if let Some(text) = &config.story.key {
        if let Some(key) = config.story.parse(text)? {
            return Ok(vec![key]);
        }
        notes.push(format!("`{}` (story.key) is no story key", visible(text)));
    }
    let mut keys = BTreeSet::new();
    for branch in &range.branches {
        keys.extend(config.story.find_in(branch)?);
    }
    if keys.is_empty() {
        for value in repo.trailers(&range.base.commit, &range.head, "Story")? {
            for word in value.split([',', ' ']).filter(|word| !word.is_empty()) {
                match config.story.parse(word)? {
                    Some(key) => drop(keys.insert(key)),
                    None => notes.push(format!("the trailer `Story: {}` names no story key", visible(&value))),
                }
            }
        }
    }
    if keys.is_empty() {
        return touched(repo, range);
    }
    Ok(keys.into_iter().collect())
}

/// Stories in review whose file the range touches.
fn touched(repo: &Repo, range: &Range) -> Result<Vec<StoryKey>> {
    let (base, tree) = (repo.commit_tree(&range.base.commit)?, repo.commit_tree(&range.head)?);
    // Which lines changed is asked of the analysed files alone: here, names are enough.
    let changed = match base.id().and_then(|id| tree.changed_since(&id)) {
        Some(changed) => changed.into_iter().map(|(path, _)| path).collect(),
        // Comparing them as the review does says what is wrong with them.
        None => paths(repo.changes_between(&range.base.commit, &range.head)?),
    };
    let mut keys = BTreeSet::new();
    let documents = changed.iter().filter(|path| std::path::Path::new(path).extension().is_some_and(|end| end == "md"));
    for path in documents {
        for part in path.split('/') {
            let Some(key) = range.config.story.find_in(part)?.filter(|key| part.starts_with(key.as_str())) else {
                continue;
            };
            // A document that only looks like a story, or one of several of a key, is not what was meant.
            let story = locate::look(tree.as_ref(), &key, &range.config, artifacts().as_ref()).ok().flatten();
            if story.is_some_and(|s| s.path == *path && status(&s).as_deref() == Some("review")) {
                keys.insert(key);
            }
        }
    }
    Ok(keys.into_iter().collect())
}

fn paths(changes: Vec<Change>) -> Vec<String> {
    changes.into_iter().map(|change| change.path).collect()
}

/// The story from the commit; from the working tree where the commit has none.
fn find(tree: &dyn Tree, range: &Range, key: &StoryKey) -> Result<Option<Story>> {
    let folder = artifacts();
    if let Some(story) = locate::look(tree, key, &range.config, folder.as_ref())? {
        return Ok(Some(story));
    }
    locate::look(&Disk::new(&range.root)?, key, &range.config, folder.as_ref())
}

fn artifacts() -> Option<std::path::PathBuf> {
    env::path("IMPLEMENTATION_ARTIFACTS")
}

/// The status in the front matter; none where that cannot be read.
fn status(story: &Story) -> Option<String> {
    front_matter::parse(&story.text).ok().flatten()?.status
}

/// The configuration under which one of several stories is reviewed: a changed file that only others list is theirs,
/// and so are their documents.
pub fn divided(config: &Config, stories: &[(StoryKey, Story)], at: usize) -> Config {
    let lists: Vec<BTreeSet<String>> =
        stories.iter().map(|(_, story)| file_list::parse(&story.text).entries.into_iter().collect()).collect();
    let mut config = config.clone();
    let others = lists.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, list)| list);
    let mut theirs: BTreeSet<&String> = others.filter(|path| !lists[at].contains(*path)).collect();
    let papers = stories.iter().enumerate().filter(|(other, _)| *other != at);
    theirs.extend(papers.flat_map(|(_, (_, story))| [&story.path, &story.report]));
    config.exclude.extend(theirs.into_iter().map(|path| globset::escape(path)));
    config
}
