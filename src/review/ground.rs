//! What a run stands on before its phases: the tree that is read, the repository, base, head, and what changed.
//!
//! Review and check share it. Knows nothing of stories.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::world::git::{Base, Change, ChangeKind, Repo};
use crate::world::tree::{Disk, Entry, Tree};

use super::Target;

/// Larger files are compared by nobody: that they changed is all that is asked here.
const COMPARE_LIMIT: u64 = 8 << 20;

/// The ground of a run.
pub(super) struct Ground {
    /// What is read.
    pub tree: Box<dyn Tree>,
    /// The repository; none outside of one.
    pub repo: Option<Repo>,
    /// Where changes are counted from.
    pub base: Option<Base>,
    /// Full id of the head; none where there is none.
    pub head: Option<String>,
    /// What changed; none where there is no base.
    pub changes: Option<Vec<Change>>,
    /// Every path where base, index and working tree are not all the same, with the id of its content where it is a plain
    /// file; none where that was not asked.
    pub touched: Option<BTreeMap<String, Option<[u8; 32]>>>,
    /// Whether the working tree is analysed, as against a commit.
    pub worktree: bool,
    /// The commit whose policy counts; none where that of the analysed tree itself does.
    pub policy: Option<Policy>,
}

/// A commit that says what is left out and what is exempt, so that a change cannot.
pub(super) struct Policy {
    /// Its full id.
    pub commit: String,
    /// Its content.
    pub tree: Box<dyn Tree>,
}

impl Ground {
    /// Finds out where a run stands.
    pub(super) fn find(root: &Path, target: &Target, config: &Config) -> Result<Ground> {
        let repo = Repo::discover(root)?;
        match target {
            Target::WorkTree { base } => Self::worktree(root, repo, base.as_deref(), config),
            Target::Range { base, head, .. } => {
                let repo =
                    repo.ok_or_else(|| Error::input("a range of commits can only be read inside a repository"))?;
                let changes = repo.changes_between(&base.commit, head)?;
                let tree = repo.commit_tree(head)?;
                let (base, head) = (Some(base.clone()), Some(head.clone()));
                Ok(Ground {
                    tree,
                    repo: Some(repo),
                    base,
                    head,
                    changes: Some(changes),
                    touched: None,
                    worktree: false,
                    policy: None,
                })
            }
        }
    }

    fn worktree(root: &Path, repo: Option<Repo>, explicit: Option<&str>, config: &Config) -> Result<Ground> {
        let tree: Box<dyn Tree> = Box::new(Disk::new(root)?);
        let Some(repo) = repo else {
            return match explicit {
                Some(base) => {
                    Err(Error::input(format!("`--base {base}` needs a git repository, and there is none here"))
                        .next("run it inside a repository, or give paths to check"))
                }
                None => Ok(Ground {
                    tree,
                    repo: None,
                    base: None,
                    head: None,
                    changes: None,
                    touched: None,
                    worktree: true,
                    policy: None,
                }),
            };
        };
        let base = repo.base(explicit, config.base.as_deref())?;
        let compared = base.as_ref().map(|base| repo.compare_worktree(&base.commit)).transpose()?;
        let (changes, touched) = compared.map(|compared| (compared.changes, compared.touched)).unzip();
        let head = repo.head()?;
        Ok(Ground { tree, repo: Some(repo), base, head, changes, touched, worktree: true, policy: None })
    }

    /// The working tree by itself: nothing is compared with anything.
    pub(super) fn without_base(root: &Path) -> Result<Ground> {
        let tree: Box<dyn Tree> = Box::new(Disk::new(root)?);
        let repo = Repo::discover(root)?;
        let head = repo.as_ref().map(Repo::head).transpose()?.flatten();
        Ok(Ground { tree, repo, base: None, head, changes: None, touched: None, worktree: true, policy: None })
    }

    /// The same ground under the policy of a commit, where one is named.
    pub(super) fn under(mut self, policy: Option<&str>) -> Result<Ground> {
        let Some(commit) = policy else { return Ok(self) };
        let repo = self.repo.as_ref().ok_or_else(|| {
            Error::input(format!("the policy of {commit} can only be read inside a repository"))
                .next("run it inside a repository, or leave `--policy-from` out")
        })?;
        let tree = repo.commit_tree(commit)?;
        self.policy = Some(Policy { commit: commit.to_owned(), tree });
        Ok(self)
    }

    /// The tree whose policy counts.
    pub(super) fn policy_tree(&self) -> &dyn Tree {
        self.policy.as_ref().map_or(self.tree.as_ref(), |policy| policy.tree.as_ref())
    }

    /// The base as files and reports name it.
    pub(super) fn base_id(&self) -> String {
        self.base.as_ref().map_or_else(|| "none".to_owned(), |base| base.commit.clone())
    }

    /// The head as files and reports name it.
    pub(super) fn head_id(&self) -> String {
        self.head.clone().unwrap_or_else(|| "none".to_owned())
    }

    /// How the base was chosen, as the proof of work says it.
    pub(super) fn base_how(&self) -> String {
        match &self.base {
            Some(base) => format!("{}, {}", base.name, base.how),
            None if self.repo.is_some() => "nothing is compared".to_owned(),
            None => "no repository".to_owned(),
        }
    }

    /// Whether base and head are one commit: nothing is committed that could be counted.
    pub(super) fn base_is_head(&self) -> bool {
        self.base.as_ref().is_some_and(|base| Some(&base.commit) == self.head.as_ref())
    }

    /// The head with a `+` where any of these changes is not committed.
    pub(super) fn head_with_dirt(&self, changes: &[Change]) -> String {
        let head = self.head_id();
        let dirty = self.worktree && self.is_dirty(changes).unwrap_or(false);
        if dirty { head + "+" } else { head }
    }

    fn is_dirty(&self, changes: &[Change]) -> Option<bool> {
        if self.base_is_head() {
            return Some(!changes.is_empty());
        }
        let (repo, head) = (self.repo.as_ref()?, self.head.as_deref()?);
        // Most changes are committed, and their ids are known: only the others are read.
        let id_of = |change: &Change| self.touched.as_ref()?.get(&change.path).copied().flatten();
        let known: Vec<_> = changes.iter().filter_map(|change| Some((change.path.as_str(), id_of(change)?))).collect();
        let committed_too: BTreeSet<&str> = repo.held_by(head, &known).ok()?;
        let committed = repo.commit_tree(head).ok()?;
        let differs = |change: &&Change| {
            change.kind != ChangeKind::Submodule
                && !committed_too.contains(change.path.as_str())
                && !self.same_there(committed.as_ref(), &change.path)
        };
        Some(changes.iter().any(|change| differs(&change)))
    }

    fn same_there(&self, committed: &dyn Tree, path: &str) -> bool {
        let (here, there) = (self.tree.entry(path, COMPARE_LIMIT), committed.entry(path, COMPARE_LIMIT));
        match (&here, &there) {
            // A checkout may have other line ends than the object database.
            (Entry::File(a), Entry::File(b)) => {
                a == b || a.iter().filter(|c| **c != b'\r').eq(b.iter().filter(|c| **c != b'\r'))
            }
            _ => here == there,
        }
    }
}
