//! The gate as a required check: GitHub's events on real repositories, and the flags elsewhere.

use crate::hook::story;
use crate::support::{Run, Scratch};

const STORY: &str = ".gaia/artifacts/implementation-artifacts/E1-S1-faster.md";
const REPORT: &str = ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md";
const ZERO: &str = "0000000000000000000000000000000000000000";

/// A repository as `actions/checkout` leaves it: `main` known as `origin/main`, a branch for a story, its pull request's
/// merge commit checked out.
struct Checkout {
    scratch: Scratch,
    outside: Scratch,
    main: String,
    tip: String,
}

impl Checkout {
    fn new() -> Checkout {
        let scratch = Scratch::repo();
        scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n").commit("Begin");
        scratch.git(&["checkout", "-q", "-b", "feature/E1-S1"]);
        scratch.write(STORY, story("E1-S1", "review", &["src/lib.rs"]));
        scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    2\n}\n");
        let tip = scratch.commit("Change");
        scratch.git(&["checkout", "-q", "main"]);
        scratch.write("other.rs", "pub fn of_others() {}\n");
        let main = scratch.commit("Of others");
        scratch.git(&["update-ref", "refs/remotes/origin/main", &main]);
        scratch.git(&["checkout", "-q", "--detach"]);
        scratch.git(&["merge", "-q", "--no-ff", "-m", "Merge", "feature/E1-S1"]);
        Checkout { scratch, outside: Scratch::new(), main, tip }
    }

    fn event(&self, name: &str, payload: &str) -> Run {
        self.event_with(name, payload, &["ci"])
    }

    fn event_with(&self, name: &str, payload: &str, args: &[&str]) -> Run {
        self.outside.write("event.json", payload).write("summary.md", "");
        let (event, summary) = (self.outside.join("event.json"), self.outside.join("summary.md"));
        let config = self.outside.join("config");
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("XDG_CONFIG_HOME", config.to_str().unwrap()),
        ];
        self.scratch.gate_with(args, "", &env)
    }

    fn pull_request(&self) -> String {
        format!(
            r#"{{"pull_request":{{"head":{{"ref":"feature/E1-S1","sha":"{}"}},"base":{{"ref":"main","sha":"{ZERO}"}}}}}}"#,
            self.tip
        )
    }

    fn judged(&self) {
        let findings = self.outside.join("findings.json");
        let hash = "0".repeat(64);
        self.outside.write(
            "findings.json",
            format!(
                r#"{{"findings":[{{"category":"n+1","severity":"Critical","file":"src/lib.rs","line":2,"message":"a query per item"}}],"model":"m","temperature":0,"prompt_hash":"sha256:{hash}"}}"#
            ),
        );
        self.outside.write(
            "config/perf-gate/config.toml",
            format!("[judge]\nkind = \"file\"\nfile = \"{}\"\n", findings.display()),
        );
    }
}

#[test]
fn a_run_that_was_stopped_says_so_where_a_reader_of_the_check_looks() {
    let checkout = Checkout::new();
    let run = checkout.event_with("pull_request", &checkout.pull_request(), &["ci", "--base", "no-such%"]);
    assert_eq!(run.code, 65, "{}{}", run.stdout, run.stderr);
    let first = run.stdout.lines().next().unwrap();
    assert!(first.starts_with("::error title=perf-gate::") && first.contains("no-such%25"), "{}", run.stdout);
    let summary = checkout.outside.read("summary.md");
    assert!(summary.starts_with("## perf-gate: stopped, no verdict") && summary.contains("no-such%"), "{summary}");
}

#[test]
fn a_pull_request_is_gated_against_the_merge_commits_first_parent() {
    let checkout = Checkout::new();
    let run = checkout.event("pull_request", &checkout.pull_request());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(&format!("base {}", &checkout.main[..12])), "{}", run.stdout);
    assert!(run.stdout.contains("first parent of the merge commit"), "{}", run.stdout);
    assert!(run.stdout.contains("Story E1-S1\n"), "the story of the branch is reviewed: {}", run.stdout);
    assert_eq!(checkout.scratch.git(&["status", "--porcelain"]), "", "nothing is written");
    let summary = checkout.outside.read("summary.md");
    assert!(summary.starts_with("## perf-gate: APPROVE\n\n### Story E1-S1: APPROVE\n"), "{summary}");
}

#[test]
fn a_pull_request_whose_head_is_checked_out_is_gated_against_the_target_branch() {
    let checkout = Checkout::new();
    checkout.scratch.git(&["checkout", "-q", "--detach", &checkout.tip]);
    let run = checkout.event("pull_request", &checkout.pull_request());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("origin/main, the branch that the pull request goes to"), "{}", run.stdout);
}

#[test]
fn a_critical_finding_fails_the_check() {
    let checkout = Checkout::new();
    checkout.judged();
    let run = checkout.event("pull_request", &checkout.pull_request());
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(checkout.outside.read("summary.md").starts_with("## perf-gate: REQUEST_CHANGES"));
}

#[test]
fn the_change_cannot_disarm_the_gate_and_is_told_so() {
    let checkout = Checkout::new();
    checkout.scratch.write("perf-gate.toml", "exclude = [\"**\"]\n[story]\nkey = \"E9-S9\"\n");
    checkout.scratch.git(&["add", "-A"]);
    checkout.scratch.git(&["commit", "-q", "--amend", "--no-edit"]);
    let run = checkout.event("pull_request", &checkout.pull_request());
    assert!(run.stdout.contains("takes effect after the merge"), "{}", run.stdout);
    assert!(!run.stdout.contains("E9-S9"), "{}", run.stdout);
}

#[test]
fn a_suppression_that_a_pull_request_brings_is_listed_and_does_not_count() {
    let checkout = Checkout::new();
    let scratch = &checkout.scratch;
    let marker = "        // perf-gate: allow(n-plus-one/*) reason=\"x\"\n";
    scratch.write("Cargo.toml", crate::stories::MANIFEST);
    scratch.write("src/api/x.rs", crate::stories::SLOW.replacen("        sqlx", &format!("{marker}        sqlx"), 1));
    scratch.git(&["add", "-A"]);
    scratch.git(&["commit", "-q", "--amend", "--no-edit"]);
    let run = checkout.event("pull_request", &checkout.pull_request());
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let summary = checkout.outside.read("summary.md");
    for text in [&run.stdout, &summary] {
        assert!(text.contains("that suppression takes effect after the merge"), "{text}");
    }
    let head = scratch.git(&["rev-parse", "HEAD"]);
    let flags = ["ci", "--base", &checkout.main, "--head", &head];
    assert_eq!(scratch.gate(&flags).code, 0, "by its own policy");
    let run = scratch.gate(&[&flags[..], &["--policy-from", &checkout.main]].concat());
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_merge_group_has_base_and_head_of_its_own() {
    let checkout = Checkout::new();
    let head = checkout.scratch.git(&["rev-parse", "HEAD"]);
    let payload = format!(
        r#"{{"merge_group":{{"base_sha":"{}","head_sha":"{head}","head_ref":"refs/heads/gh-readonly-queue/main/pr-1"}}}}"#,
        checkout.main
    );
    let run = checkout.event("merge_group", &payload);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(&format!("base {}", &checkout.main[..12])), "{}", run.stdout);
}

#[test]
fn a_push_counts_from_what_the_branch_held_and_never_from_a_guess() {
    let checkout = Checkout::new();
    let push = |before: &str, branch: &str| {
        let head = checkout.scratch.git(&["rev-parse", "HEAD"]);
        checkout.event(
            "push",
            &format!(
                r#"{{"ref":"refs/heads/{branch}","before":"{before}","after":"{head}","repository":{{"default_branch":"main"}}}}"#
            ),
        )
    };
    let run = push(&checkout.main, "main");
    assert!(run.stdout.contains("what the branch held before") && run.code == 0, "{}{}", run.stdout, run.stderr);
    for gone in [ZERO, &"1".repeat(40)] {
        let run = push(gone, "topic");
        assert!(
            run.stdout.contains("merge base with the default branch") && run.code == 0,
            "{}{}",
            run.stdout,
            run.stderr
        );
        let run = push(gone, "main");
        assert!(run.stdout.contains("the whole tree counts as new") && run.code == 0, "{}{}", run.stdout, run.stderr);
    }
    let deleted = checkout.event("push", &format!(r#"{{"ref":"refs/heads/x","deleted":true,"after":"{ZERO}"}}"#));
    assert!(deleted.code == 0 && deleted.stdout.contains("nothing to review"), "{}", deleted.stdout);
}

#[test]
fn what_the_clone_does_not_hold_is_an_error_that_says_what_to_do() {
    let checkout = Checkout::new();
    let payload = format!(r#"{{"merge_group":{{"base_sha":"{}","head_sha":"{}"}}}}"#, checkout.main, "1".repeat(40));
    let run = checkout.event("merge_group", &payload);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("fetch-depth: 0"), "{}", run.stderr);
    assert_eq!(checkout.event("merge_group", "not json").code, 65);
    assert_eq!(Scratch::new().gate(&["ci"]).code, 65);
}

#[test]
fn a_dispatch_is_compared_with_the_default_branch() {
    let checkout = Checkout::new();
    let run = checkout.event("workflow_dispatch", "{}");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("merge base of main"), "{}", run.stdout);
}

#[test]
fn elsewhere_flags_name_the_commits_and_an_empty_change_is_said() {
    let checkout = Checkout::new();
    let run = checkout.scratch.gate(&["ci", "--base", "main", "--head", "feature/E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("main, --base") && run.stdout.contains("Story E1-S1\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("::stop-commands::"), "{}", run.stdout);
    let same = checkout.scratch.gate(&["ci", "--base", "HEAD"]);
    assert!(same.stdout.contains("there is no change to gate"), "{}", same.stdout);
    let bad = checkout.scratch.gate(&["ci", "--base", "nope"]);
    assert_eq!(bad.code, 65);
    assert!(bad.stderr.contains("`nope`"), "{}", bad.stderr);
}

#[test]
fn only_write_updates_report_and_row() {
    let checkout = Checkout::new();
    let run = checkout.event_with("pull_request", &checkout.pull_request(), &["ci", "--write"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(checkout.scratch.exists(REPORT));
    assert!(checkout.scratch.read(STORY).contains("| Performance Review | PASSED |"));
    let other = Checkout::new();
    let run = other.scratch.gate(&["ci", "--write", "--base", "main", "--head", "feature/E1-S1"]);
    assert!(run.stdout.contains("nothing is written"), "{}", run.stdout);
    assert!(!other.scratch.exists(REPORT));
}

#[test]
fn what_the_change_holds_cannot_become_a_workflow_command() {
    let checkout = Checkout::new();
    checkout.scratch.write("src/::error file=x::y.rs", "fn broken( {\n::set-output name=x::y\n");
    checkout.scratch.git(&["add", "-A"]);
    checkout.scratch.git(&["commit", "-q", "--amend", "-m", "Merge\n\nStory: ::warning::z"]);
    let payload = checkout.pull_request().replace("feature/E1-S1", "::error::branch");
    let run = checkout.event("pull_request", &payload);
    let mut lines = run.stdout.lines();
    let token = lines.next().unwrap().strip_prefix("::stop-commands::").unwrap().to_owned();
    assert!(token.len() == 64 && lines.any(|line| line == format!("::{token}::")), "{}", run.stdout);
    assert!(run.stdout.contains("::error "), "it does not parse: {}", run.stdout);
    let commands: Vec<&str> = lines.filter(|line| line.trim_start().starts_with("::")).collect();
    assert!(
        commands.iter().all(|line| line.starts_with("::error title=")
            || line.starts_with("::error file=src/%3A%3A")
            || line.starts_with("::warning file=src/%3A%3A")
            || line.starts_with("::notice ")),
        "{commands:?}"
    );
}
