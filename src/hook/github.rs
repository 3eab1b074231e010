//! What GitHub Actions says of a run: the event's name and payload.

use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::world::git::Repo;

use super::event::{Plan, Pushed, merged_into, present, pushed, tracked};
use super::protocol::is_zero;

/// What GitHub says of the run.
#[derive(Debug, Clone)]
pub struct Event {
    /// `pull_request`, `merge_group`, `push`, …
    pub name: String,
    /// The event's payload.
    pub payload: Json,
    /// The commit that the run is for (`GITHUB_SHA`); for a pull request, the merge commit that GitHub made.
    pub commit: Option<String>,
}

impl Event {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.payload.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty())
    }

    fn branch(&self, pointer: &str) -> Option<String> {
        let name = self.text(pointer)?;
        Some(name.strip_prefix("refs/heads/").unwrap_or(name).to_owned())
    }

    /// Short name of the default branch.
    pub fn default_branch(&self) -> Option<&str> {
        self.text("/repository/default_branch")
    }

    /// Whether a pull request comes from somebody else's copy. A copy that is deleted by now was one too.
    fn is_fork(&self) -> bool {
        let (from, to) =
            (self.text("/pull_request/head/repo/full_name"), self.text("/pull_request/base/repo/full_name"));
        to.is_some() && from != to
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
            Ok(Some(Plan::proposal(base, head, event.branch("/merge_group/head_ref"), false)))
        }
        "push" => push(repo, event).map(Some),
        _ => Ok(None),
    }
}

/// The merge commit's first parent is the base: the event's own may be stale. Where the pull request's head is checked
/// out instead, the base is the merge base with the branch that it goes to.
fn pull_request(repo: &Repo, event: &Event) -> Result<Plan> {
    let Some(head) = repo.head()? else { return Err(Error::input("nothing is checked out")) };
    let tip = event.text("/pull_request/head/sha");
    if tip == Some(head.as_str()) {
        return against_target(repo, event, head);
    }
    if let [first, second] = repo.parents(&head).as_slice() {
        // The tip may have moved on since the event; the merge commit that GitHub made for the run is still its own.
        if Some(second.as_str()) == tip || event.commit.as_deref() == Some(head.as_str()) {
            let base = merged_into(repo, first, event.branch("/pull_request/base/ref"))?;
            return Ok(Plan::proposal(base, head, event.branch("/pull_request/head/ref"), event.is_fork()));
        }
    }
    let tip = present(repo, tip, "the pull request's head")?;
    let note = "what is checked out is not the pull request: its head is gated, from the object database";
    Ok(against_target(repo, event, tip)?.with_note(note))
}

/// Against the branch that a pull request goes to.
fn against_target(repo: &Repo, event: &Event, head: String) -> Result<Plan> {
    let target = event.branch("/pull_request/base/ref").and_then(|name| tracked(repo, &name));
    let base = if let Some(name) = target {
        repo.base_between(&name, "the branch that the pull request goes to", &head)?
    } else {
        let base = present(repo, event.text("/pull_request/base/sha"), "the pull request's base")?;
        repo.base_between(&base, "the event's base", &head)?
    };
    Ok(Plan::proposal(base, head, event.branch("/pull_request/head/ref"), event.is_fork()))
}

fn push(repo: &Repo, event: &Event) -> Result<Plan> {
    let after = event.text("/after");
    if event.payload.get("deleted") == Some(&Json::Bool(true)) || after.is_some_and(is_zero) {
        return Ok(Plan::Nothing("the push deletes a ref: nothing to review".to_owned()));
    }
    let change = Pushed {
        before: event.text("/before").map(str::to_owned),
        head: present(repo, after, "the pushed commit")?,
        branch: event.text("/ref").and_then(|name| name.strip_prefix("refs/heads/")).map(str::to_owned),
        default: event.default_branch().map(str::to_owned),
    };
    pushed(repo, change)
}
