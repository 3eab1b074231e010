//! What a CI run is about: GitHub's event, or the flags. Comes to a base and a head, never to a guess.

use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::world::git::{Base, Repo};

use super::protocol::is_zero;

/// What GitHub says of the run.
#[derive(Debug, Clone)]
pub struct Event {
    /// `pull_request`, `merge_group`, `push`, …
    pub name: String,
    /// The event's payload.
    pub payload: Json,
}

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
        /// What a reader should know.
        note: Option<String>,
    },
    /// Nothing, and why.
    Nothing(String),
}

impl Event {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.payload.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty())
    }

    fn branch(&self, pointer: &str) -> Option<String> {
        let name = self.text(pointer)?;
        Some(name.strip_prefix("refs/heads/").unwrap_or(name).to_owned())
    }

    fn default_branch(&self) -> Option<String> {
        Some(format!("origin/{}", self.text("/repository/default_branch")?))
    }
}

/// What an event comes to; none where it says nothing of a base (`workflow_dispatch`, `schedule`): the base is then found
/// as for a review.
pub fn plan(repo: &Repo, event: &Event) -> Result<Option<Plan>> {
    match event.name.as_str() {
        "pull_request" | "pull_request_review" => pull_request(repo, event).map(Some),
        // Here the checkout is the base's: the head is what the event names.
        "pull_request_target" => {
            let head = present(repo, event.text("/pull_request/head/sha"), "the pull request's head")?;
            against_target(repo, event, head).map(Some)
        }
        "merge_group" => {
            let head = present(repo, event.text("/merge_group/head_sha"), "the merge group's head")?;
            let base = present(repo, event.text("/merge_group/base_sha"), "the merge group's base")?;
            let base = repo.base_between(&base, "the event's base", &head)?;
            let branch = event.branch("/merge_group/head_ref");
            Ok(Some(Plan::Range { base, head, branch, proposed: true, note: None }))
        }
        "push" => push(repo, event).map(Some),
        _ => Ok(None),
    }
}

/// The merge commit's first parent is the base: the event's own may be stale. Where the pull request's head is checked
/// out instead, the base is the merge base with the branch that it goes to.
fn pull_request(repo: &Repo, event: &Event) -> Result<Plan> {
    let Some(head) = repo.head()? else { return Err(Error::input("nothing is checked out")) };
    let parents = repo.parents(&head);
    let tip = event.text("/pull_request/head/sha");
    match parents.as_slice() {
        // The tip may have moved on since the event; a merge commit that is not the tip itself is GitHub's.
        [first, second] if Some(second.as_str()) == tip || Some(head.as_str()) != tip => {
            let how = "first parent of the merge commit".to_owned();
            let name = event.branch("/pull_request/base/ref").unwrap_or_else(|| first.clone());
            let base = Base { name, how, commit: first.clone() };
            let branch = event.branch("/pull_request/head/ref");
            Ok(Plan::Range { base, head, branch, proposed: true, note: None })
        }
        [] if repo.is_shallow() => Err(Error::input("the clone is shallow: the base of the pull request is not in it")
            .next("check out with `fetch-depth: 0`")),
        _ => against_target(repo, event, head),
    }
}

/// Against the branch that a pull request goes to.
fn against_target(repo: &Repo, event: &Event, head: String) -> Result<Plan> {
    let target = event.branch("/pull_request/base/ref").map(|name| format!("origin/{name}"));
    let target = target.filter(|name| repo.resolve(&format!("refs/remotes/{name}")).is_some());
    let base = if let Some(name) = target {
        repo.base_between(&name, "the branch that the pull request goes to", &head)?
    } else {
        let base = present(repo, event.text("/pull_request/base/sha"), "the pull request's base")?;
        repo.base_between(&base, "the event's base", &head)?
    };
    Ok(Plan::Range { base, head, branch: event.branch("/pull_request/head/ref"), proposed: true, note: None })
}

fn push(repo: &Repo, event: &Event) -> Result<Plan> {
    let after = event.text("/after");
    if event.payload.get("deleted") == Some(&Json::Bool(true)) || after.is_some_and(is_zero) {
        return Ok(Plan::Nothing("the push deletes a ref: nothing to review".to_owned()));
    }
    let head = present(repo, after, "the pushed commit")?;
    let branch = event.text("/ref").and_then(|name| name.strip_prefix("refs/heads/")).map(str::to_owned);
    let range = |base, note| Plan::Range { base, head: head.clone(), branch: branch.clone(), proposed: false, note };
    let before = event.text("/before").filter(|id| !is_zero(id));
    if let Some(before) = before.filter(|id| repo.has_commit(id)) {
        return Ok(range(repo.base_between(before, "what the branch held before", &head)?, None));
    }
    let default = event.default_branch();
    let is_default = branch.as_ref().map(|name| format!("origin/{name}")) == default && default.is_some();
    let known = default.filter(|name| !is_default && repo.resolve(&format!("refs/remotes/{name}")).is_some());
    if let Some(name) = known {
        return Ok(range(repo.base_between(&name, "merge base with the default branch", &head)?, None));
    }
    if repo.is_shallow() {
        return Err(Error::input("the clone is shallow and the event names no commit that the branch held before")
            .next("check out with `fetch-depth: 0`, or name the base with --base"));
    }
    let note = "the event names no commit that the branch held before: the whole tree counts as new".to_owned();
    Ok(range(repo.nothing(), Some(note)))
}

/// A commit that the event names and the clone must hold.
fn present(repo: &Repo, id: Option<&str>, what: &str) -> Result<String> {
    let id = id.ok_or_else(|| {
        Error::input(format!("the event does not name {what}")).next("name it with --base and --head")
    })?;
    repo.resolve(id).ok_or_else(|| {
        Error::input(format!("{what} ({}) is not in this clone", crate::story::visible(id)))
            .next("check out with `fetch-depth: 0`, or fetch that commit first")
    })
}
