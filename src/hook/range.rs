//! One range of commits, gated: each of its stories reviewed, or the storyless check where it has none.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::Config;
use crate::engine::Selection;
use crate::error::{Error, Result};
use crate::model::check::Check;
use crate::model::story_key::StoryKey;
use crate::model::verdict::Verdict;
use crate::review::division::Division;
use crate::review::{self, CheckJob, Checked, Job, Parted, Reviewed, Scope, Target};
use crate::story::locate::Story;
use crate::world::git::{Base, Repo};

use super::stories;

/// A range of commits to gate.
#[derive(Debug, Clone)]
pub struct Range {
    /// Root of the working tree; of a bare repository, its folder.
    pub root: PathBuf,
    /// What the head is compared with.
    pub base: Base,
    /// The commit whose content is analysed, as a full id.
    pub head: String,
    /// Short names of the branches that it is known by.
    pub branches: Vec<String>,
    /// Whether report and row may be written, where they are clean.
    pub write: bool,
    /// The configuration that counts.
    pub config: Config,
    /// Who looks at which files.
    pub division: Division,
    /// The commit whose policy counts; none where the head's own does.
    pub policy: Option<String>,
}

/// A story of a range, reviewed.
#[derive(Debug)]
pub struct StoryResult {
    /// Its key.
    pub key: StoryKey,
    /// The review.
    pub reviewed: Reviewed,
    /// Which of report and story file changed in the working tree.
    pub changed: Vec<String>,
}

/// What a range came to.
#[derive(Debug, Default)]
pub struct Gated {
    /// One for each story.
    pub stories: Vec<StoryResult>,
    /// The storyless check, where there is no story to review.
    pub checked: Option<Checked>,
    /// What a reader should know, one sentence each.
    pub notes: Vec<String>,
}

impl Gated {
    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        let reviewed = self.stories.iter().map(|story| story.reviewed.verdict);
        let verdicts = reviewed.chain(self.checked.iter().map(|checked| checked.verdict));
        // Nothing gated at all would be no evidence.
        verdicts.max().unwrap_or(Verdict::Blocked)
    }

    /// The checks of everything that ran.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        let reviewed = self.stories.iter().flat_map(|story| &story.reviewed.checks);
        reviewed.chain(self.checked.iter().flat_map(|checked| &checked.checks))
    }
}

/// Gates a range.
pub fn gate(range: &Range) -> Result<Gated> {
    let repo = Repo::discover(&range.root)?.ok_or_else(|| Error::input("there is no git repository here"))?;
    let chosen = stories::choose(&repo, range)?;
    let mut gated = Gated { notes: chosen.notes, ..Gated::default() };
    if chosen.stories.is_empty() {
        gated.checked = Some(review::check(&storyless(range))?);
        return Ok(gated);
    }
    for (at, (key, story)) in chosen.stories.iter().enumerate() {
        let write = range.write && may_write(&repo, key, story, &mut gated.notes)?;
        let job = review_job(range, &chosen.stories, at, write);
        let reviewed = review::run(&job)?;
        let ours = [&story.report, &story.path];
        let changed = ours.into_iter().filter(|path| reviewed.written.contains(path)).cloned().collect();
        gated.stories.push(StoryResult { key: key.clone(), reviewed, changed });
    }
    Ok(gated)
}

/// Does a shard's part of a range: no verdict, nothing written.
pub fn part(range: &Range) -> Result<Parted> {
    let repo = Repo::discover(&range.root)?.ok_or_else(|| Error::input("there is no git repository here"))?;
    let chosen = stories::choose(&repo, range)?;
    let mut all = Parted { notes: chosen.notes, ..Parted::default() };
    if chosen.stories.is_empty() {
        let checked = review::check(&storyless(range))?;
        all.take(Parted::of(&checked.checks, checked.notes));
    }
    for at in 0..chosen.stories.len() {
        all.take(review::part(&review_job(range, &chosen.stories, at, false))?);
    }
    Ok(all)
}

/// The review of one of the stories of a range.
fn review_job(range: &Range, all: &[(StoryKey, Story)], at: usize, write: bool) -> Job {
    Job {
        key: all[at].0.clone(),
        root: range.root.clone(),
        target: Target::Range { base: range.base.clone(), head: range.head.clone(), write },
        scope: Scope::File,
        stack: None,
        judged_by: crate::review::JudgedBy::Configured,
        fresh_judgment: false,
        dry_run: false,
        // A change could bring its own cached verdict (contracts 10).
        no_cache: true,
        division: range.division.clone(),
        policy: range.policy.clone(),
        config: stories::divided(&range.config, all, at),
    }
}

fn storyless(range: &Range) -> CheckJob {
    CheckJob {
        root: range.root.clone(),
        cwd: range.root.clone(),
        target: Target::Range { base: range.base.clone(), head: range.head.clone(), write: false },
        paths: Vec::new(),
        scope: Scope::File,
        rules: Selection::Review,
        division: range.division.clone(),
        policy: range.policy.clone(),
        config: range.config.clone(),
    }
}

/// Whether report and story can be written over without losing what git does not hold.
fn may_write(repo: &Repo, key: &StoryKey, story: &Story, notes: &mut Vec<String>) -> Result<bool> {
    for path in [&story.path, &story.report] {
        if !repo.is_clean(path)? {
            notes.push(format!(
                "report and row of {key} are left as they are: {} has changes that are not committed",
                crate::story::visible(path)
            ));
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs something in a thread with room for deep recursion; none where it takes longer than `limit`. What is late goes on
/// until the process ends, and nobody hears of it.
pub fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Option<Result<T>> {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(move || drop(sender.send(work())));
    if let Err(error) = thread {
        return Some(Err(Error::blocked(format!("no thread can be started: {error}"))));
    }
    match receiver.recv_timeout(limit) {
        Ok(result) => Some(result),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(Error::internal("the review ended without a result"))),
    }
}
