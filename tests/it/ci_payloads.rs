//! The gate on recorded events of GitHub Actions (`fixtures/ci/*.json`), each in a repository as the runner leaves it. Others
//! made `main` slow meanwhile: whoever counts from the wrong commit blames the change for it.

use crate::hook::{SLOW, STORY, story};
use crate::support::{Run, Scratch};

const MANIFEST: &str = "[package]\nname = \"service\"\nversion = \"0.1.0\"\n[dependencies]\nsqlx = \"0.8\"\n";

/// A repository with a branch for a story, and everything that a system makes of it: merge commits, a train, a tag.
pub struct Shop {
    pub scratch: Scratch,
    pub outside: Scratch,
    ids: Vec<(&'static str, String)>,
}

impl Shop {
    pub fn new() -> Shop {
        let scratch = Scratch::repo();
        let fork_point = scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n").commit("Begin");
        scratch.git(&["checkout", "-q", "-b", "feature/E1-S1"]);
        scratch.write(STORY, story("E1-S1", "review", &["src/lib.rs"]));
        let tip = scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    2\n}\n").commit("Change");
        scratch.git(&["checkout", "-q", "main"]);
        let main = scratch.write("Cargo.toml", MANIFEST).write("src/routes/others.rs", SLOW).commit("Of others");
        scratch.git(&["tag", "-a", "v1.0.0", "-m", "One"]);
        let tag = scratch.git(&["rev-parse", "v1.0.0"]);
        scratch.git(&["checkout", "-q", "--detach"]);
        let merge_here = |message: &str| {
            scratch.git(&["merge", "-q", "--no-ff", "-m", message, "feature/E1-S1"]);
            scratch.git(&["rev-parse", "HEAD"])
        };
        let merge = merge_here("Merge");
        let tree = scratch.git(&["rev-parse", "HEAD^{tree}"]);
        scratch.git(&["checkout", "-q", &main]);
        let earlier = scratch.write("src/routes/earlier.rs", SLOW).commit("Earlier in the train");
        let train = merge_here("Train");
        scratch.git(&["checkout", "-q", &main]);
        scratch.git(&["cherry-pick", "--allow-empty", &tip]);
        let rebased = scratch.git(&["rev-parse", "HEAD"]);
        // What a runner has: the remote's branches, and none of its own.
        scratch.git(&["update-ref", "refs/remotes/origin/main", &main]);
        scratch.git(&["update-ref", "refs/remotes/origin/feature/E1-S1", &tip]);
        scratch.git(&["branch", "-q", "-D", "main", "feature/E1-S1"]);
        let ids = vec![
            ("fork_point", fork_point.clone()),
            ("stale", fork_point),
            ("tip", tip),
            ("main", main),
            ("tag", tag),
            ("merge", merge),
            ("tree", tree),
            ("earlier", earlier),
            ("train", train),
            ("rebased", rebased),
        ];
        Shop { scratch, outside: Scratch::new(), ids }
    }

    pub fn id(&self, name: &str) -> &str {
        &self.ids.iter().find(|(known, _)| *known == name).unwrap().1
    }

    /// A recorded file with this repository's ids.
    pub fn recorded(&self, file: &str) -> String {
        let path = format!("{}/fixtures/ci/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        self.ids.iter().fold(text, |text, (name, id)| text.replace(&format!("{{{{{name}}}}}"), id))
    }

    pub fn checkout(&self, name: &str) {
        self.scratch.git(&["checkout", "-q", "--detach", self.id(name)]);
    }

    /// Runs `ci` on a recorded event of GitHub, with a commit checked out as the event's run has it.
    fn github(&self, file: &str, name: &str, checked_out: &str) -> Run {
        self.checkout(checked_out);
        self.github_on(&self.scratch, file, name, self.id(checked_out))
    }

    pub fn github_on(&self, scratch: &Scratch, file: &str, name: &str, commit: &str) -> Run {
        self.outside.write("event.json", self.recorded(&format!("{file}.json"))).write("summary.md", "");
        let (event, summary) = (self.outside.join("event.json"), self.outside.join("summary.md"));
        let config = self.outside.join("config");
        let env = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_SHA", commit),
            ("XDG_CONFIG_HOME", config.to_str().unwrap()),
        ];
        scratch.gate_with(&["ci"], "", &env)
    }

    /// The run passed, counted from that commit, and said how it was chosen.
    pub fn counts_from(&self, run: &Run, base: &str, how: &str) {
        let proof = format!("base {}", &self.id(base)[..12]);
        assert!(run.stdout.contains(&proof), "not from {base}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(how), "{how}: {}", run.stdout);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_pull_request_counts_from_the_merge_commits_first_parent_though_the_events_base_is_stale() {
    let shop = Shop::new();
    let run = shop.github("github_pull_request", "pull_request", "merge");
    shop.counts_from(&run, "main", "first parent of the merge commit");
    assert!(run.stdout.contains("Story E1-S1\n") && !run.stdout.contains("fork"), "{}", run.stdout);
}

#[test]
fn a_pull_request_whose_merge_is_not_what_is_checked_out_is_still_the_one_that_is_gated() {
    let shop = Shop::new();
    let run = shop.github("github_pull_request", "pull_request", "tip");
    shop.counts_from(&run, "fork_point", "the branch that the pull request goes to");
    // A workflow that checks out `main`, whose newest commit is somebody else's merge.
    shop.checkout("train");
    let run = shop.github_on(&shop.scratch, "github_pull_request", "pull_request", shop.id("merge"));
    shop.counts_from(&run, "earlier", "first parent of the merge commit");
    shop.checkout("main");
    let run = shop.github_on(&shop.scratch, "github_pull_request", "pull_request", shop.id("merge"));
    shop.counts_from(&run, "fork_point", "the branch that the pull request goes to");
    assert!(run.stdout.contains("what is checked out is not the pull request"), "{}", run.stdout);
}

#[test]
fn a_merge_commit_of_somebody_elses_is_not_taken_for_the_pull_requests() {
    let shop = Shop::new();
    shop.checkout("main");
    shop.scratch.git(&["checkout", "-q", "-b", "elsewhere"]);
    shop.scratch.commit("Elsewhere");
    shop.checkout("main");
    shop.scratch.git(&["merge", "-q", "--no-ff", "-m", "Somebody else's", "elsewhere"]);
    let run = shop.github_on(&shop.scratch, "github_pull_request", "pull_request", shop.id("merge"));
    shop.counts_from(&run, "fork_point", "the branch that the pull request goes to");
}

#[test]
fn a_fork_is_only_read_and_no_judge_from_outside_is_asked() {
    let shop = Shop::new();
    // Would fail the check, were it asked.
    let judge = shop.outside.join("no-such-findings.json");
    let judge = format!("[judge]\nkind = \"file\"\nfile = \"{}\"\n", judge.display());
    shop.outside.write("config/perf-gate/config.toml", judge);
    for file in ["github_pull_request_fork", "github_pull_request_fork_deleted"] {
        let run = shop.github(file, "pull_request", "merge");
        shop.counts_from(&run, "main", "first parent of the merge commit");
        let said = "the change comes from a fork: it is only read, nothing in it is run, and the judge from outside is left out";
        assert!(run.stdout.contains(said), "{}", run.stdout);
        assert!(shop.outside.read("summary.md").contains("comes from a fork"), "{}", shop.outside.read("summary.md"));
    }
    // With secrets at hand and the base checked out, the head is read from the object database.
    let run = shop.github("github_pull_request_target", "pull_request_target", "main");
    shop.counts_from(&run, "fork_point", "the branch that the pull request goes to");
    assert!(run.stdout.contains("comes from a fork"), "{}", run.stdout);
    assert_ne!(shop.github("github_pull_request", "pull_request", "merge").code, 0, "not a fork: the judge counts");
}

#[test]
fn a_merge_group_has_base_and_head_of_its_own() {
    let shop = Shop::new();
    let run = shop.github("github_merge_group", "merge_group", "merge");
    shop.counts_from(&run, "main", "the event's base");
}

#[test]
fn pushes_count_from_before_else_from_the_default_branch() {
    let shop = Shop::new();
    let run = shop.github("github_push", "push", "merge");
    shop.counts_from(&run, "main", "what the branch held before");
    for file in ["github_push_new_branch", "github_push_forced"] {
        let run = shop.github(file, "push", "tip");
        shop.counts_from(&run, "fork_point", "merge base with the default branch");
    }
    let run = shop.github("github_push_tag", "push", "main");
    shop.counts_from(&run, "main", "merge base with the default branch");
    assert!(run.stdout.contains("there is no change to gate"), "{}", run.stdout);
    let run = shop.github("github_push_deleted", "push", "main");
    assert!(run.code == 0 && run.stdout.contains("deletes a ref: nothing to review"), "{}", run.stdout);
}

#[test]
fn a_branch_that_was_rewritten_onto_main_is_not_blamed_for_the_commits_of_others() {
    let shop = Shop::new();
    shop.checkout("rebased");
    // The old tip is still in the clone, but no longer in the branch.
    let (tip, rebased) = (shop.id("tip"), shop.id("rebased"));
    let payload = shop.recorded("github_push_forced.json").replace(&"1".repeat(40), tip);
    let payload = payload.replace(&format!("\"after\": \"{tip}\""), &format!("\"after\": \"{rebased}\""));
    shop.outside.write("forced.json", payload);
    let env = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_EVENT_PATH", shop.outside.join("forced.json").to_str().unwrap()),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let run = shop.scratch.gate_with(&["ci"], "", &env);
    shop.counts_from(&run, "main", "merge base with the default branch");
}

#[test]
fn where_neither_before_nor_the_default_branch_is_there_nothing_is_guessed() {
    let shop = Shop::new();
    shop.scratch.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let run = shop.github("github_push_new_branch", "push", "tip");
    assert_eq!(run.code, 65, "{}", run.stdout);
    assert!(
        run.stderr.contains("nor is origin/main") && run.stderr.contains("git fetch origin main"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_run_by_hand_and_a_scheduled_one_compare_with_the_default_branch() {
    let shop = Shop::new();
    let run = shop.github("github_workflow_dispatch", "workflow_dispatch", "tip");
    shop.counts_from(&run, "fork_point", "merge base with origin/main");
    let run = shop.github("github_schedule", "schedule", "main");
    shop.counts_from(&run, "main", "there is no change to gate");
    // A default branch of another name is the event's to know.
    shop.scratch.git(&["update-ref", "refs/remotes/origin/trunk", shop.id("main")]);
    shop.scratch.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    shop.outside.write("event.json", "");
    let payload =
        shop.recorded("github_schedule.json").replace("\"default_branch\": \"main\"", "\"default_branch\": \"trunk\"");
    shop.outside.write("trunk.json", payload);
    shop.checkout("tip");
    let event = shop.outside.join("trunk.json").display().to_string();
    let env = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule"), ("GITHUB_EVENT_PATH", event.as_str())];
    shop.counts_from(&shop.scratch.gate_with(&["ci"], "", &env), "fork_point", "merge base with the default branch");
}

#[test]
fn a_shallow_checkout_says_what_to_do_and_gives_no_verdict() {
    let shop = Shop::new();
    shop.scratch.git(&["update-ref", "refs/heads/merged", shop.id("merge")]);
    let shallow = Scratch::new();
    let url = format!("file://{}", shop.scratch.path().display());
    shallow.git(&["clone", "-q", "--depth", "1", "--branch", "merged", &url, "."]);
    shallow.git(&["checkout", "-q", "--detach"]);
    for (file, event) in
        [("github_pull_request", "pull_request"), ("github_merge_group", "merge_group"), ("github_push", "push")]
    {
        let run = shop.github_on(&shallow, file, event, shop.id("merge"));
        assert_eq!(run.code, 65, "{event}: {}", run.stdout);
        assert!(run.stderr.contains("fetch-depth: 0") && run.stderr.contains("shallow"), "{event}: {}", run.stderr);
        assert!(!run.stdout.contains("Verdict"), "{}", run.stdout);
        assert!(shop.outside.read("summary.md").starts_with("## perf-gate: stopped, no verdict"), "{event}");
    }
    // Two commits deep, the first parent is there, and that is enough.
    shallow.git(&["fetch", "-q", "--depth", "2", "origin", "merged"]);
    let run = shop.github_on(&shallow, "github_pull_request", "pull_request", shop.id("merge"));
    shop.counts_from(&run, "main", "first parent of the merge commit");
}

#[test]
fn an_event_without_its_commits_stops() {
    let shop = Shop::new();
    for (event, payload) in [
        ("pull_request", "{}"),
        ("pull_request", r#"{"pull_request":{"head":{"sha":"--upload-pack=x"}}}"#),
        ("pull_request_target", r#"{"pull_request":{"head":{"sha":["x"]}}}"#),
        ("merge_group", "[]"),
        ("push", r#"{"after":"HEAD; rm -rf /"}"#),
    ] {
        shop.outside.write("bad.json", payload);
        shop.checkout("main");
        let path = shop.outside.join("bad.json").display().to_string();
        let env = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", event), ("GITHUB_EVENT_PATH", path.as_str())];
        let run = shop.scratch.gate_with(&["ci"], "", &env);
        assert_eq!(run.code, 65, "{event} {payload}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("APPROVE"), "{}", run.stdout);
    }
}
