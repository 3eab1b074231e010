//! Phase 1, setup: the ground, the story, its front matter, the stack.

use crate::error::{Error, Result};
use crate::model::story_key::StoryKey;
use crate::story::front_matter::{self, FrontMatter};
use crate::story::locate::Story;
use crate::world::tree::Disk;

use super::ground::Ground;
use super::{Job, Target, locate, stack};

/// What the later phases stand on.
pub(super) struct Setup {
    /// Tree, repository, base, head, changes.
    pub ground: Ground,
    /// The story as located.
    pub story: Story,
    /// Its front matter.
    pub front: FrontMatter,
    /// Stack key, or `unknown`.
    pub stack: String,
}

/// Runs the phase.
pub(super) fn begin(job: &Job) -> Result<Setup> {
    let ground = Ground::find(&job.root, &job.target, &job.config)?.under(job.policy.as_deref())?;
    let story = story(job, &ground)?;
    let front = match front_matter::parse(&story.text) {
        Ok(Some(front)) => front,
        Ok(None) => {
            return Err(Error::input(format!("story {} has no front matter: its status is unknown", story.path))
                .next("put `status: review` between two lines of `---` at its top"));
        }
        Err(why) => {
            return Err(Error::input(format!("the front matter of story {} cannot be read: {why}", story.path))
                .next("repair the YAML between the two lines of `---`"));
        }
    };
    require_review(&job.key, &front)?;
    let stack = stack_key(job, &ground, &front)?;
    Ok(Setup { ground, story, front, stack })
}

/// The story from the tree that is analysed; for commits, from the working tree where the commit has none.
fn story(job: &Job, ground: &Ground) -> Result<Story> {
    let folder = crate::world::env::path("IMPLEMENTATION_ARTIFACTS");
    let found = locate::find(ground.tree.as_ref(), &job.key, &job.config, folder.as_ref());
    match (&job.target, found) {
        (Target::Range { .. }, Err(first)) => {
            let disk = Disk::new(&job.root)?;
            // The commit's own error says more, unless the working tree has the story.
            locate::find(&disk, &job.key, &job.config, folder.as_ref()).map_err(|_| first)
        }
        (_, found) => found,
    }
}

fn require_review(key: &StoryKey, front: &FrontMatter) -> Result<()> {
    let status = front.status.as_deref().unwrap_or("");
    if status == "review" {
        return Ok(());
    }
    Err(Error::input(format!(
        "story {key} is in '{}' status — must be in 'review' status for performance review",
        crate::report::escape::terminal(status)
    )))
}

/// `--stack`, then the story, then the configuration, then the files at the root; an unknown name given is an error.
fn stack_key(job: &Job, ground: &Ground, front: &FrontMatter) -> Result<String> {
    if let Some(given) = &job.stack {
        return stack::parse(given).map(str::to_owned).ok_or_else(|| {
            Error::usage(format!("unsupported stack `{}`", crate::report::escape::terminal(given)))
                .next(format!("one of: {}", stack::STACKS.join(", ")))
        });
    }
    // A story that names a stack nobody knows is analysed like any other: what runs is decided file by file.
    let named = [front.stack.as_deref(), job.config.stack.as_deref()];
    let known = named.into_iter().flatten().find_map(stack::parse);
    Ok(known.or_else(|| stack::detect(ground.tree.as_ref())).unwrap_or("unknown").to_owned())
}
