//! What a CI run is about: a base and a head, never a guess. What the systems share; [`github`](super::github) and
//! [`gitlab`](super::gitlab) read what each of them says.

use crate::error::{Error, Result};
use crate::world::git::{Base, Repo, WHOLE_HISTORY};

use super::protocol::is_zero;

/// What is to be gated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// A range of commits.
    Range {
        /// The base.
        base: Base,
        /// The head, as a full id.
        head: String,
        /// The branch that the change comes from.
        branch: Option<String>,
        /// Whether the change is a proposal: then configuration is the base's, so that it cannot disarm the gate.
        proposed: bool,
        /// Whether it comes from somebody else's copy of the repository: then nothing from outside has a say.
        fork: bool,
        /// What a reader should know.
        note: Option<String>,
    },
    /// Nothing, and why.
    Nothing(String),
}

impl Plan {
    /// A change that somebody proposes.
    pub(super) fn proposal(base: Base, head: String, branch: Option<String>, fork: bool) -> Plan {
        Plan::Range { base, head, branch, proposed: true, fork, note: None }
    }

    /// The same with something that a reader should know.
    pub(super) fn with_note(self, text: &str) -> Plan {
        match self {
            Plan::Range { base, head, branch, proposed, fork, .. } => {
                Plan::Range { base, head, branch, proposed, fork, note: Some(text.to_owned()) }
            }
            nothing @ Plan::Nothing(_) => nothing,
        }
    }
}

/// A branch or tag that somebody pushed.
#[derive(Debug)]
pub(super) struct Pushed {
    /// What the branch held before, as the system names it; may be zero, or gone.
    pub(super) before: Option<String>,
    /// What it holds now, as a full id.
    pub(super) head: String,
    /// Its short name; none for a tag.
    pub(super) branch: Option<String>,
    /// Short name of the default branch.
    pub(super) default: Option<String>,
}

/// Counts from what the branch held before; where that is gone or was rewritten, from the default branch, so that nobody
/// else's commits are blamed on whoever pushed.
pub(super) fn pushed(repo: &Repo, pushed: Pushed) -> Result<Plan> {
    let Pushed { before, head, branch, default } = pushed;
    let range = |base: Base, note: Option<String>| {
        let (head, branch) = (head.clone(), branch.clone());
        Ok(Plan::Range { base, head, branch, proposed: false, fork: false, note })
    };
    let before = before.filter(|id| !is_zero(id) && repo.has_commit(id));
    if let Some(before) = before.as_deref().filter(|before| repo.is_ancestor(before, &head)) {
        return range(repo.base_between(before, "what the branch held before", &head)?, None);
    }
    let default = default.filter(|name| branch.as_ref() != Some(name));
    if let Some(name) = default.as_deref().and_then(|name| tracked(repo, name)) {
        return range(repo.base_between(&name, "merge base with the default branch", &head)?, None);
    }
    if let Some(before) = before {
        return range(repo.base_between(&before, "merge base with what the branch held before", &head)?, None);
    }
    if let Some(name) = default {
        let name = crate::story::visible(&name);
        return Err(Error::input(format!(
            "there is nothing to count from: what the branch held before is not in this clone, nor is origin/{name}"
        ))
        .next(format!(
            "{WHOLE_HISTORY}, run `git fetch origin {name}:refs/remotes/origin/{name}`, or name the base with --base"
        )));
    }
    if repo.is_shallow() {
        return Err(Error::input("the clone is shallow and does not hold what the branch held before")
            .next(format!("{WHOLE_HISTORY}, or name the base with --base")));
    }
    let note = "the event names no commit that the branch held before: the whole tree counts as new".to_owned();
    range(repo.nothing(), Some(note))
}

/// The name of a remote's branch, where the clone knows it.
pub(super) fn tracked(repo: &Repo, branch: &str) -> Option<String> {
    repo.resolve(&format!("refs/remotes/origin/{branch}")).map(|_| format!("origin/{branch}"))
}

/// The first parent of a merge commit that a CI system made; an error where the clone is too shallow to hold it.
pub(super) fn merged_into(repo: &Repo, first: &str, name: Option<String>) -> Result<Base> {
    let commit = present(repo, Some(first), "the first parent of the merge commit")?;
    let how = "first parent of the merge commit".to_owned();
    Ok(Base { name: name.unwrap_or_else(|| commit.clone()), how, commit })
}

/// A commit that the system names and the clone must hold.
pub(super) fn present(repo: &Repo, id: Option<&str>, what: &str) -> Result<String> {
    let id = id.ok_or_else(|| {
        Error::input(format!("the event does not name {what}")).next("name it with --base and --head")
    })?;
    repo.resolve(id).ok_or_else(|| {
        let shallow = if repo.is_shallow() { ", which is shallow" } else { "" };
        Error::input(format!("{what} ({}) is not in this clone{shallow}", crate::story::visible(id)))
            .next(format!("{WHOLE_HISTORY}, or fetch that commit first"))
    })
}
