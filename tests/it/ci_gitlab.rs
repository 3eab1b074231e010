//! The gate in GitLab's pipelines, by their recorded variables (`fixtures/ci/*.env`).

use crate::ci_payloads::Shop;
use crate::support::{Run, Scratch};

/// The variables of a recorded pipeline, with a repository's ids.
fn variables(shop: &Shop, file: &str) -> Vec<(String, String)> {
    let text = shop.recorded(&format!("{file}.env"));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once('=').unwrap()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn pipeline_on(shop: &Shop, scratch: &Scratch, file: &str) -> Run {
    let variables = variables(shop, file);
    let env: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    scratch.gate_with(&["ci"], "", &env)
}

fn pipeline(shop: &Shop, file: &str, checked_out: &str) -> Run {
    shop.checkout(checked_out);
    pipeline_on(shop, &shop.scratch, file)
}

#[test]
fn a_merge_request_counts_from_its_diff_base_though_the_runners_tracking_ref_is_old() {
    let shop = Shop::new();
    let run = pipeline(&shop, "gitlab_merge_request", "tip");
    shop.counts_from(&run, "fork_point", "the merge request's diff base");
    assert!(run.stdout.contains("Story E1-S1\n") && !run.stdout.contains("fork:"), "{}", run.stdout);
    assert!(!run.stdout.contains("::stop-commands::"), "{}", run.stdout);
    // As GitLab's runner leaves it: the pipeline's own ref, and no branch of the remote at all.
    shop.scratch.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    shop.counts_from(&pipeline(&shop, "gitlab_merge_request", "tip"), "fork_point", "the merge request's diff base");
}

#[test]
fn merged_results_and_trains_count_from_what_the_request_is_merged_into() {
    let shop = Shop::new();
    let run = pipeline(&shop, "gitlab_merged_results", "merge");
    shop.counts_from(&run, "main", "first parent of the merge commit");
    // In a train the requests before this one are in the base.
    let run = pipeline(&shop, "gitlab_merge_train", "train");
    shop.counts_from(&run, "earlier", "first parent of the merge commit");
    let run = pipeline(&shop, "gitlab_merge_train_fast_forward", "rebased");
    shop.counts_from(&run, "main", "the target branch as the pipeline found it");
}

#[test]
fn a_request_from_a_fork_is_only_read() {
    let shop = Shop::new();
    let run = pipeline(&shop, "gitlab_merge_request_fork", "tip");
    shop.counts_from(&run, "fork_point", "comes from a fork");
}

#[test]
fn branch_pipelines_count_from_before_else_from_the_default_branch() {
    let shop = Shop::new();
    shop.counts_from(&pipeline(&shop, "gitlab_push", "merge"), "main", "what the branch held before");
    for file in ["gitlab_push_new_branch", "gitlab_push_forced"] {
        shop.counts_from(&pipeline(&shop, file, "tip"), "fork_point", "merge base with the default branch");
    }
    let run = pipeline(&shop, "gitlab_schedule", "main");
    shop.counts_from(&run, "main", "there is no change to gate");
}

#[test]
fn a_clone_that_is_too_shallow_names_gitlabs_own_setting() {
    let shop = Shop::new();
    shop.scratch.git(&["update-ref", "refs/heads/request", shop.id("tip")]);
    let shallow = Scratch::new();
    let url = format!("file://{}", shop.scratch.path().display());
    shallow.git(&["clone", "-q", "--depth", "1", "--branch", "request", &url, "."]);
    let run = pipeline_on(&shop, &shallow, "gitlab_merge_request");
    assert_eq!(run.code, 65, "{}", run.stdout);
    assert!(run.stderr.contains("GIT_DEPTH: 0") && run.stderr.contains("shallow"), "{}", run.stderr);
}

#[test]
fn flags_beat_what_the_pipeline_says() {
    let shop = Shop::new();
    shop.checkout("merge");
    let variables = variables(&shop, "gitlab_merged_results");
    let env: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let args = ["ci", "--base", shop.id("fork_point"), "--head", shop.id("tip")];
    shop.counts_from(&shop.scratch.gate_with(&args, "", &env), "fork_point", "--base");
}
