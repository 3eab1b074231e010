//! The pre-push hook: real pushes to a bare remote, and the installing of the hook.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Run, Scratch, gate_command, git_command};

pub const STORY: &str = ".gaia/artifacts/implementation-artifacts/E1-S1-faster.md";
pub const REPORT: &str = ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md";
pub const ZERO: &str = "0000000000000000000000000000000000000000";

pub fn story(key: &str, status: &str, files: &[&str]) -> String {
    let list: String = files.iter().fold(String::new(), |text, file| text + "- `" + file + "`\n");
    let rows = ["Code Review", "QA Tests", "Security Review", "Test Automation", "Test Review", "Performance Review"];
    let rows = rows.iter().fold(String::new(), |text, row| text + "| " + row + " | UNVERIFIED | — |\n");
    format!(
        "---\ntemplate: story\nkey: {key}\ntitle: Faster\nstatus: {status}\n---\n\n# {key}\n\n## File List\n\n{list}\n\
         ## Review Gate\n\n| Review | Status | Report |\n|---|---|---|\n{rows}"
    )
}

/// A clone with a bare remote that holds `main`, the binary's folder for PATH, and a home of its own.
pub struct Clone {
    pub scratch: Scratch,
    pub remote: Scratch,
    pub home: Scratch,
}

impl Clone {
    pub fn new() -> Clone {
        let remote = Scratch::new();
        remote.git(&["init", "-q", "--bare", "-b", "main"]);
        let scratch = Scratch::repo();
        scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n").commit("Begin");
        scratch.git(&["remote", "add", "origin", &remote.path().display().to_string()]);
        scratch.git(&["push", "-q", "-u", "origin", "main"]);
        Clone { scratch, remote, home: Scratch::new() }
    }

    pub fn installed() -> Clone {
        let clone = Clone::new();
        let run = clone.scratch.gate(&["hook", "install"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        clone
    }

    /// A branch for a story in review, with one committed change.
    pub fn with_story(self, branch: &str) -> Clone {
        self.scratch.git(&["checkout", "-q", "-b", branch]);
        self.scratch.write(STORY, story("E1-S1", "review", &["src/lib.rs"]));
        self.scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    2\n}\n").commit("Change");
        self
    }

    /// The user's own configuration: a judge from outside, whose answer holds one finding.
    pub fn with_judge(self, severity: &str) -> Clone {
        let findings = self.home.join("findings.json");
        self.home.write(
            "findings.json",
            format!(
                r#"{{"findings":[{{"category":"n+1","severity":"{severity}","file":"src/lib.rs","line":2,"message":"a query per item"}}],"model":"m","temperature":0,"prompt_hash":"sha256:{}"}}"#,
                "0".repeat(64)
            ),
        );
        let config = format!("[judge]\nkind = \"file\"\nfile = \"{}\"\n", findings.display());
        self.home.write("perf-gate/config.toml", config);
        self
    }

    pub fn push(&self, args: &[&str]) -> Run {
        self.push_from(self.scratch.path(), args)
    }

    /// Pushes from another folder: a linked worktree, a submodule, a bare copy.
    pub fn push_from(&self, folder: &Path, args: &[&str]) -> Run {
        let bin = Path::new(env!("CARGO_BIN_EXE_cargo-perf-gate")).parent().unwrap().to_path_buf();
        let path =
            std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())));
        let output = git_command(folder)
            .arg("push")
            .args(args)
            .env("PATH", path.unwrap())
            .env("XDG_CONFIG_HOME", self.home.path())
            .output();
        run_of(output.unwrap())
    }

    pub fn remote_has(&self, name: &str) -> bool {
        git_command(self.remote.path()).args(["rev-parse", "-q", "--verify", name]).output().unwrap().status.success()
    }

    /// Runs `hook run` as git would, for one line.
    pub fn hook(&self, lines: &str) -> Run {
        self.scratch.gate_with(&["hook", "run", "origin", "url"], lines, &[])
    }

    pub fn pre_push(&self) -> PathBuf {
        self.scratch.join(".git/hooks/pre-push")
    }
}

pub fn run_of(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub fn executable(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_push_with_a_story_is_reviewed_and_report_and_row_are_written() {
    let clone = Clone::installed().with_story("feature/e1-s1-faster");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(clone.remote_has("feature/e1-s1-faster"));
    assert!(
        clone.scratch.read(REPORT).ends_with("**Verdict: APPROVE**\n")
            || clone.scratch.read(REPORT).ends_with("**Verdict: APPROVE**")
    );
    assert!(clone.scratch.read(STORY).contains("| Performance Review | PASSED |"));
    assert!(run.stderr.contains("commit it with the next push"), "{}", run.stderr);
    clone.scratch.commit("Take the report");
    let again = clone.push(&["origin", "HEAD"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!again.stderr.contains("commit it with the next push"), "a second push is quiet: {}", again.stderr);
    assert_eq!(clone.scratch.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_critical_finding_stops_the_push_and_no_verify_bypasses() {
    let clone = Clone::installed().with_story("E1-S1").with_judge("Critical");
    let run = clone.push(&["origin", "HEAD"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("Verdict: REQUEST_CHANGES"), "{}", run.stderr);
    assert!(run.stderr.contains("--no-verify"), "{}", run.stderr);
    assert!(!clone.remote_has("E1-S1"));
    assert!(clone.scratch.read(STORY).contains("| Performance Review | FAILED |"));
    assert_eq!(clone.push(&["--no-verify", "origin", "HEAD"]).code, 0);
    assert!(clone.remote_has("E1-S1"));
}

/// A query per item in a request handler, and the same with one query.
pub const SLOW: &str = "pub async fn list(pool: &sqlx::PgPool, ids: Vec<i64>) -> Result<Vec<Row>, sqlx::Error> {\n    \
    let mut rows = Vec::new();\n    for id in ids {\n        rows.push(sqlx::query_as::<_, Row>(\"SELECT * FROM t WHERE \
    id = $1\").bind(id).fetch_one(pool).await?);\n    }\n    Ok(rows)\n}\n";
const FAST: &str = "pub async fn list(pool: &sqlx::PgPool, ids: Vec<i64>) -> Result<Vec<Row>, sqlx::Error> {\n    \
    sqlx::query_as::<_, Row>(\"SELECT * FROM t WHERE id = ANY($1)\").bind(ids).fetch_all(pool).await\n}\n";

#[test]
fn a_query_per_item_stops_the_push_with_and_without_a_story_and_its_fix_passes() {
    let clone = Clone::installed();
    let manifest = "[package]\nname = \"service\"\nversion = \"0.1.0\"\n[dependencies]\nsqlx = \"0.8\"\n";
    clone.scratch.write("Cargo.toml", manifest).write("src/routes/list.rs", SLOW).commit("Change");
    let run = clone.push(&["origin", "main"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("Verdict: REQUEST_CHANGES"), "{}", run.stderr);
    assert!(run.stderr.contains("src/routes/list.rs:4"), "{}", run.stderr);
    // What stands in the working tree is not what is pushed.
    clone.scratch.write("src/routes/list.rs", FAST);
    assert_ne!(clone.push(&["origin", "main"]).code, 0);
    let clone = clone.with_story("E1-S1");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn rust_that_does_not_parse_blocks_the_push() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn one( {\n").commit("Change");
    let run = clone.push(&["origin", "main"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("Verdict: BLOCKED"), "{}", run.stderr);
}

#[test]
fn the_pushed_commit_counts_and_not_the_working_tree() {
    let clone = Clone::installed().with_story("E1-S1");
    clone.scratch.write(STORY, story("E1-S1", "draft", &[])).write("perf-gate.toml", "nonsense = true\n");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(run.stderr.contains("has changes that are not committed"), "{}", run.stderr);
    assert!(!clone.scratch.exists(REPORT));
    assert_eq!(clone.scratch.read(STORY), story("E1-S1", "draft", &[]));
}

#[test]
fn a_branch_that_is_not_checked_out_is_reviewed_and_nothing_is_written() {
    let clone = Clone::installed().with_story("E1-S1");
    clone.scratch.git(&["checkout", "-q", "main"]);
    let run = clone.push(&["origin", "E1-S1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert_eq!(clone.scratch.git(&["status", "--porcelain"]), "");
}

#[test]
fn hook_write_false_writes_nothing() {
    let clone = Clone::installed();
    clone.scratch.write("perf-gate.toml", "[hook]\nwrite = false\n").commit("Configure");
    let clone = clone.with_story("E1-S1");
    assert_eq!(clone.push(&["origin", "HEAD"]).code, 0);
    assert_eq!(clone.scratch.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_broken_configuration_in_the_pushed_commit_stops_the_push() {
    let clone = Clone::installed();
    clone.scratch.write("perf-gate.toml", "[hook]\ntimeuot = 1\n").commit("Configure");
    let run = clone.push(&["origin", "HEAD"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("unknown key `hook.timeuot` in perf-gate.toml"), "{}", run.stderr);
    assert_eq!(clone.hook(&format!("x {} refs/heads/main {ZERO}", clone.scratch.git(&["rev-parse", "HEAD"]))).code, 65);
}

#[test]
fn the_story_comes_from_configuration_branch_trailer_or_touched_stories_in_this_order() {
    let clone = Clone::new().with_story("topic");
    let base = clone.scratch.git(&["rev-parse", "main"]);
    let line = |local: &str| {
        let head = clone.scratch.git(&["rev-parse", "HEAD"]);
        clone.hook(&format!("{local} {head} refs/heads/topic {base}\n")).stderr
    };
    assert!(line("refs/heads/topic").contains("Review Gate"), "touched");
    clone.scratch.commit("More\n\nStory: E9-S9");
    assert!(line("refs/heads/topic").contains("story file not found for key E9-S9"), "trailer");
    assert!(line("refs/heads/fix/e8-s8-x").contains("story file not found for key E8-S8"), "branch");
    clone.scratch.write("perf-gate.toml", "[story]\nkey = \"E7-S7\"\n").commit("Configure");
    assert!(line("refs/heads/fix/e8-s8-x").contains("story file not found for key E7-S7"), "configuration");
}

#[test]
fn a_story_that_is_missing_or_not_in_review_is_a_note_and_the_check_runs_without_it() {
    let clone = Clone::installed();
    clone.scratch.git(&["checkout", "-q", "-b", "E1-S1"]);
    clone.scratch.write(STORY, story("E1-S1", "in-progress", &[])).commit("Start");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("story E1-S1 is in 'in-progress' status"), "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(!clone.scratch.exists(REPORT));
}

#[test]
fn a_story_that_git_ignores_is_taken_from_the_working_tree() {
    let clone = Clone::installed();
    clone.scratch.write(".gitignore", ".gaia/\n").commit("Ignore");
    let clone = clone.with_story("E1-S1");
    assert_eq!(clone.scratch.git(&["ls-files", ".gaia"]), "");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(clone.scratch.read(STORY).contains("| Performance Review | PASSED |"), "{}", run.stderr);
}

#[test]
fn a_push_without_a_story_is_checked() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Change");
    let run = clone.push(&["origin", "main"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(!run.stderr.contains("Story "), "{}", run.stderr);
}

#[test]
fn deletions_and_an_empty_push_end_at_once() {
    let clone = Clone::installed();
    clone.scratch.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    let run = clone.push(&["origin", ":gone"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("only deletes"), "{}", run.stderr);
    assert!(!clone.remote_has("gone"));
    let run = clone.push(&["origin", "main"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let empty = clone.hook("");
    assert_eq!(empty.code, 0);
    assert!(empty.stderr.contains("nothing is pushed"), "{}", empty.stderr);
    assert_eq!(Scratch::new().gate_with(&["hook", "run"], "", &[]).code, 0);
}

#[test]
fn lines_that_are_not_of_git_are_refused() {
    let clone = Clone::new();
    let run = clone.hook("one two three\n");
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("line 1 of standard input"), "{}", run.stderr);
    let outside = Scratch::new().gate_with(&["hook", "run"], &format!("x {} y {ZERO}\n", "a".repeat(40)), &[]);
    assert_eq!(outside.code, 65, "{}", outside.stderr);
}

#[test]
fn the_same_commit_on_several_refs_is_analysed_once_and_tags_are_peeled() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Change");
    clone.scratch.git(&["tag", "-a", "v1", "-m", "One"]);
    let run = clone.push(&["origin", "main", "main:other", "v1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("Verdict: ").count(), 1, "{}", run.stderr);
    assert!(clone.remote_has("v1") && clone.remote_has("other"));
}

#[test]
fn a_push_from_a_linked_worktree_and_from_a_subfolder_works() {
    let clone = Clone::installed();
    clone.scratch.git(&["worktree", "add", "-q", "-b", "E1-S1", "../linked-worktree-of-the-test"]);
    let linked = clone.scratch.path().parent().unwrap().join("linked-worktree-of-the-test");
    std::fs::create_dir_all(linked.join("src/deep")).unwrap();
    std::fs::write(linked.join("src/deep/a.rs"), "pub fn a() {}\n").unwrap();
    let git = |args: &[&str]| {
        let bin = Path::new(env!("CARGO_BIN_EXE_cargo-perf-gate")).parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        run_of(git_command(&linked.join("src/deep")).args(args).env("PATH", path).output().unwrap())
    };
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "Change"]);
    let run = git(&["push", "origin", "HEAD"]);
    std::fs::remove_dir_all(&linked).unwrap();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("story file not found for key E1-S1"), "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
}

#[test]
fn a_time_budget_that_passes_blocks_or_warns_as_configured() {
    for (policy, code) in [("block", 2), ("warn", 0)] {
        let clone = Clone::new();
        let base = clone.scratch.git(&["rev-parse", "HEAD"]);
        clone.scratch.write("perf-gate.toml", format!("[hook]\ntimeout = 1\npolicy = \"{policy}\"\n"));
        let clone = clone.with_story("E1-S1");
        // Another run holds the story's lock for longer than the budget.
        std::fs::create_dir_all(clone.scratch.join(".gaia/state/locks")).unwrap();
        clone.scratch.write(".gaia/state/.gitignore", "*\n");
        let lock = std::fs::File::create(clone.scratch.join(".gaia/state/locks/E1-S1.lock")).unwrap();
        lock.lock().unwrap();
        let head = clone.scratch.git(&["rev-parse", "HEAD"]);
        let start = std::time::Instant::now();
        let run = clone.hook(&format!("refs/heads/E1-S1 {head} refs/heads/E1-S1 {base}\n"));
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "it waited for the lock");
        assert_eq!(run.code, code, "{policy}: {}", run.stderr);
        assert!(run.stderr.contains("took longer than 1 s (hook.timeout)"), "{}", run.stderr);
    }
}

#[test]
fn a_file_that_some_stories_list_is_theirs_and_one_that_none_lists_is_everybodys() {
    let clone = Clone::installed();
    let folder = ".gaia/artifacts/implementation-artifacts";
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    for (key, file) in [("E1-S1", "src/a[1].rs"), ("E1-S2", "src/b.rs")] {
        clone.scratch.write(&format!("{folder}/{key}-x.md"), story(key, "review", &[file]));
        clone.scratch.write(file, "pub fn listed() {}\n");
    }
    clone.scratch.write("src/c.rs", "pub fn unlisted() {}\n");
    clone.scratch.commit("Change\n\nStory: E1-S1, E1-S2");
    let run = clone.push(&["origin", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let files = |key: &str| {
        let path = format!(".gaia/state/review/performance-review/{key}/analysis-results.json");
        let json: serde_json::Value = serde_json::from_str(&clone.scratch.read(&path)).unwrap();
        json["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files("E1-S1"), ["src/a[1].rs", "src/c.rs"]);
    assert_eq!(files("E1-S2"), ["src/b.rs", "src/c.rs"]);
}

#[test]
fn install_is_idempotent_and_uninstall_leaves_nothing() {
    let clone = Clone::new();
    assert!(clone.scratch.gate(&["hook", "install"]).stdout.starts_with("installed "));
    assert!(clone.scratch.gate(&["hook", "install"]).stdout.contains("installed already"));
    assert_eq!(std::fs::read_to_string(clone.pre_push()).unwrap(), include_str!("../../hooks/pre-push"));
    assert_eq!(std::fs::metadata(clone.pre_push()).unwrap().permissions().mode() & 0o111, 0o111);
    assert!(clone.scratch.gate(&["hook", "uninstall"]).stdout.starts_with("removed "));
    assert!(!clone.pre_push().exists());
    assert_eq!(clone.scratch.gate(&["hook", "uninstall"]).code, 0);
}

#[test]
fn a_foreign_hook_is_chained_and_restored_byte_for_byte() {
    let clone = Clone::new();
    let foreign =
        "#!/bin/sh\ncat > seen-by-foreign\necho \"$1\" >> seen-by-foreign\nexit $(cat fail 2>/dev/null || echo 0)\n";
    executable(&clone.pre_push(), foreign);
    std::fs::set_permissions(clone.pre_push(), std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(clone.scratch.gate(&["hook", "install"]).stdout.contains("runs first"));
    assert_eq!(clone.scratch.gate(&["hook", "install"]).code, 0);
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Change");
    let head = clone.scratch.git(&["rev-parse", "HEAD"]);
    clone.scratch.write("fail", "3");
    let run = clone.push(&["origin", "main"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("ended with 3") && !run.stderr.contains("Verdict"), "{}", run.stderr);
    assert!(clone.scratch.read("seen-by-foreign").starts_with(&format!("refs/heads/main {head} refs/heads/main ")));
    assert!(clone.scratch.read("seen-by-foreign").ends_with("origin\n"));
    clone.scratch.write("fail", "0");
    let run = clone.push(&["origin", "main"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(clone.scratch.gate(&["hook", "uninstall"]).stdout.contains("is back"));
    assert_eq!(std::fs::read_to_string(clone.pre_push()).unwrap(), foreign);
    assert_eq!(std::fs::metadata(clone.pre_push()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(
        std::fs::read_dir(clone.pre_push().parent().unwrap())
            .unwrap()
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().starts_with("pre-push")
                && !e.file_name().to_string_lossy().ends_with(".sample"))
            .count(),
        1
    );
}

#[test]
fn a_foreign_hook_without_a_first_line_still_runs() {
    let clone = Clone::new();
    executable(&clone.pre_push(), "touch ran-without-shebang\n");
    clone.scratch.gate(&["hook", "install"]);
    clone.scratch.commit("Change");
    assert_eq!(clone.push(&["origin", "main"]).code, 0);
    assert!(clone.scratch.exists("ran-without-shebang"));
}

#[test]
fn hooks_outside_of_the_repository_are_not_written() {
    let clone = Clone::new();
    let shared = Scratch::new();
    clone.scratch.git(&["config", "core.hooksPath", &shared.path().display().to_string()]);
    let run = clone.scratch.gate(&["hook", "install"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stdout.contains("nothing was written") && run.stdout.contains("cargo-perf-gate hook run"),
        "{}",
        run.stdout
    );
    assert!(!shared.exists("pre-push"));
    clone.scratch.git(&["config", "core.hooksPath", ".hooks"]);
    assert_eq!(clone.scratch.gate(&["hook", "install"]).code, 0);
    assert!(clone.scratch.exists(".hooks/pre-push"));
    std::fs::create_dir_all(clone.scratch.join("src/deep")).unwrap();
    let below = run_of(gate_command(&clone.scratch.join("src/deep")).args(["hook", "install"]).output().unwrap());
    assert!(below.stdout.contains("installed already"), "{}", below.stdout);
}

#[test]
fn without_a_repository_there_is_a_note_and_no_error() {
    let scratch = Scratch::new();
    for action in ["install", "uninstall", "status", "doctor"] {
        let run = scratch.gate(&["hook", action]);
        assert_eq!(run.code, 0);
        assert!(run.stderr.contains("there is no git repository here"), "{}", run.stderr);
    }
}

#[test]
fn status_says_what_keeps_git_from_running_the_hook() {
    let clone = Clone::new();
    let run = clone.scratch.gate(&["hook", "status"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no hook is installed"), "{}", run.stdout);
    clone.scratch.gate(&["hook", "install"]);
    std::fs::set_permissions(clone.pre_push(), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(clone.scratch.gate(&["hook", "status"]).stdout.contains("is not executable"));
    clone.scratch.gate(&["hook", "install"]);
    assert_eq!(std::fs::metadata(clone.pre_push()).unwrap().permissions().mode() & 0o100, 0o100);
}

#[test]
fn the_variables_of_a_hook_are_honoured() {
    // In a process of its own: variables belong to the whole process.
    let scratch = Scratch::repo();
    let elsewhere = Scratch::new();
    let output = gate_command(elsewhere.path())
        .args(["hook", "doctor"])
        .env("GIT_DIR", scratch.join(".git"))
        .env("GIT_WORK_TREE", scratch.path())
        .output()
        .unwrap();
    let run = run_of(output);
    assert!(run.stdout.contains(&scratch.join(".git/hooks").display().to_string()), "{}", run.stdout);
}

#[test]
fn a_missing_program_stops_the_push_and_says_so() {
    let clone = Clone::installed();
    clone.scratch.commit("Change");
    let output = git_command(clone.scratch.path())
        .args(["push", "origin", "main"])
        .env("CARGO_HOME", clone.home.path())
        .output()
        .unwrap();
    let run = run_of(output);
    if run.stderr.contains("Verdict") {
        // The machine has the program installed on its own path.
        return;
    }
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("neither on PATH nor in the bin folder of cargo"), "{}", run.stderr);
}
