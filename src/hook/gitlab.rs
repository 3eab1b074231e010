//! What GitLab CI says of a run: its predefined variables.

use crate::error::Result;
use crate::world::git::Repo;

use super::event::{Plan, Pushed, merged_into, present, pushed, tracked};

/// What a pipeline comes to; none where it says nothing of a base (started by hand, by a schedule or through the API): the
/// base is then found as for a review. `var` gives the value of a variable.
pub fn plan(repo: &Repo, var: &dyn Fn(&str) -> Option<String>) -> Result<Option<Plan>> {
    if var("CI_MERGE_REQUEST_IID").is_some() || var("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").is_some() {
        return merge_request(repo, var).map(Some);
    }
    if var("CI_PIPELINE_SOURCE").as_deref() != Some("push") {
        return Ok(None);
    }
    let change = Pushed {
        before: var("CI_COMMIT_BEFORE_SHA"),
        head: present(repo, var("CI_COMMIT_SHA").as_deref(), "the pushed commit")?,
        branch: var("CI_COMMIT_BRANCH"),
        default: var("CI_DEFAULT_BRANCH"),
    };
    pushed(repo, change).map(Some)
}

/// In a merged results pipeline and in a merge train GitLab checks out a merge commit that it made: its first parent is
/// what the request would be merged into, in a train with the requests before it. A project that only fast-forwards has
/// none: there, and in a plain pipeline, the commit that GitLab names counts.
fn merge_request(repo: &Repo, var: &dyn Fn(&str) -> Option<String>) -> Result<Plan> {
    let head = present(repo, var("CI_COMMIT_SHA").as_deref(), "the commit of the merge request's pipeline")?;
    let target = var("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    let merged = matches!(var("CI_MERGE_REQUEST_EVENT_TYPE").as_deref(), Some("merged_result" | "merge_train"));
    let parents = repo.parents(&head);
    let base = if merged && let [first, _] = parents.as_slice() {
        merged_into(repo, first, target)?
    } else if merged && let Some(tip) = var("CI_MERGE_REQUEST_TARGET_BRANCH_SHA") {
        let tip = present(repo, Some(&tip), "CI_MERGE_REQUEST_TARGET_BRANCH_SHA")?;
        repo.base_between(&tip, "the target branch as the pipeline found it", &head)?
    } else if let Some(base) = var("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        // Before the tracking ref: a runner keeps its clone, and that ref may be of last week.
        let base = present(repo, Some(&base), "CI_MERGE_REQUEST_DIFF_BASE_SHA")?;
        repo.base_between(&base, "the merge request's diff base", &head)?
    } else {
        let name = target.as_deref().and_then(|name| tracked(repo, name));
        let name = name.or_else(|| target.as_ref().map(|name| format!("origin/{name}")));
        let name = present(repo, name.as_deref(), "the branch that the merge request goes to").map(|_| name)?;
        repo.base_between(&name.unwrap_or_default(), "the branch that the merge request goes to", &head)?
    };
    Ok(Plan::proposal(base, head, var("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"), is_fork(var)))
}

fn is_fork(var: &dyn Fn(&str) -> Option<String>) -> bool {
    let projects = ["CI_MERGE_REQUEST_SOURCE_PROJECT", "CI_MERGE_REQUEST_PROJECT"];
    let [from, to] = projects.map(|name| var(&format!("{name}_ID")).or_else(|| var(&format!("{name}_PATH"))));
    to.is_some() && from != to
}
