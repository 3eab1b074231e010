//! What git can hand to a pre-push hook: rewritten branches, unknown ids, tags of anything, several refs; other kinds of
//! repositories; names and contents that nobody expects.

use std::path::Path;

use crate::hook::{Clone, REPORT, SLOW, STORY, ZERO, run_of, story};
use crate::support::{Run, Scratch, gate_command, git_command};

const MANIFEST: &str = "[package]\nname = \"service\"\nversion = \"0.1.0\"\n[dependencies]\nsqlx = \"0.8\"\n";

fn passed(run: &Run) {
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
}

fn refused(run: &Run, says: &str) {
    assert_ne!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("Verdict: REQUEST_CHANGES") && run.stderr.contains(says), "{}", run.stderr);
}

/// Others put a slow handler on the remote's `main`; the clone knows of it.
fn others_were_slow(clone: &Clone) {
    clone.scratch.git(&["checkout", "-q", "main"]);
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/others.rs", SLOW).commit("Of others");
    clone.scratch.git(&["push", "-q", "--no-verify", "origin", "main"]);
}

#[test]
fn after_a_rebase_a_force_push_blames_nobody_for_the_commits_of_others() {
    let clone = Clone::installed();
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("src/own.rs", "pub fn own() {}\n").commit("Own");
    passed(&clone.push(&["origin", "topic"]));
    others_were_slow(&clone);
    clone.scratch.git(&["checkout", "-q", "topic"]);
    clone.scratch.git(&["rebase", "-q", "main"]);
    let run = clone.push(&["--force", "origin", "topic"]);
    passed(&run);
    assert!(run.stderr.contains("merge base with the remote's default branch"), "{}", run.stderr);
    assert!(run.stderr.contains("1 file examined") || !run.stderr.contains("others.rs"), "{}", run.stderr);
    // What is one's own is still seen after a rebase.
    clone.scratch.write("src/routes/own.rs", SLOW);
    clone.scratch.git(&["add", "-A"]);
    clone.scratch.git(&["commit", "-q", "--amend", "--no-edit"]);
    refused(&clone.push(&["--force", "origin", "topic"]), "src/routes/own.rs:4");
}

#[test]
fn merging_the_default_branch_in_blames_nobody_for_the_commits_of_others() {
    let clone = Clone::installed();
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("src/own.rs", "pub fn own() {}\n").commit("Own");
    passed(&clone.push(&["origin", "topic"]));
    others_were_slow(&clone);
    clone.scratch.git(&["checkout", "-q", "topic"]);
    clone.scratch.git(&["merge", "-q", "--no-edit", "main"]);
    passed(&clone.push(&["origin", "topic"]));
}

#[test]
fn an_id_of_the_remote_that_is_unknown_here_is_a_new_branch() {
    let clone = Clone::installed();
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    let head = clone.scratch.write("src/own.rs", "pub fn own() {}\n").commit("Own");
    let run = clone.hook(&format!("refs/heads/topic {head} refs/heads/topic {}\n", "1".repeat(40)));
    passed(&run);
    assert!(run.stderr.contains("newest commit that the remote has"), "{}", run.stderr);
}

#[test]
fn a_local_branch_is_never_the_base_of_a_new_one() {
    let clone = Clone::installed();
    // Local main is ahead of the remote's: what it has is pushed with the branch.
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW).commit("Ahead");
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("src/own.rs", "pub fn own() {}\n").commit("Own");
    refused(&clone.push(&["origin", "topic"]), "src/routes/slow.rs:4");
}

#[test]
fn the_first_push_to_an_empty_remote_reviews_everything_and_says_so() {
    let clone = Clone::installed();
    let empty = Scratch::new();
    empty.git(&["init", "-q", "--bare"]);
    clone.scratch.git(&["remote", "add", "empty", &empty.path().display().to_string()]);
    let run = clone.push(&["empty", "main"]);
    passed(&run);
    assert!(run.stderr.contains("the whole tree counts as new"), "{}", run.stderr);
    // By address and without a name, the remote is still known by its tracking refs where it has any.
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Two");
    let run = clone.push(&[&clone.remote.path().display().to_string(), "main"]);
    passed(&run);
    assert!(!run.stderr.contains("the whole tree"), "{}", run.stderr);
}

#[test]
fn of_several_refs_each_is_reviewed_deletions_are_left_out_and_the_worst_decides() {
    let clone = Clone::installed();
    clone.scratch.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    clone.scratch.git(&["checkout", "-q", "-b", "good"]);
    clone.scratch.write("src/good.rs", "pub fn good() {}\n").commit("Good");
    clone.scratch.git(&["checkout", "-q", "-b", "bad", "main"]);
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/bad.rs", SLOW).commit("Bad");
    let run = clone.push(&["origin", "good", ":gone", "bad"]);
    refused(&run, "src/routes/bad.rs:4");
    assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    assert!(clone.remote_has("gone") && !clone.remote_has("good"), "a push that is refused does nothing at all");
    passed(&clone.push(&["origin", "good", ":gone"]));
    assert!(!clone.remote_has("gone"));
}

#[test]
fn a_branch_of_what_the_remote_has_already_is_said_to_bring_nothing() {
    let clone = Clone::installed();
    let run = clone.push(&["origin", "main:other"]);
    passed(&run);
    assert!(run.stderr.contains("already: there is no change to review"), "{}", run.stderr);
    assert!(!run.stderr.contains("not committed"), "{}", run.stderr);
}

#[test]
fn a_password_in_the_remotes_address_is_never_shown() {
    let clone = Clone::new();
    let head = clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Change");
    let url = "https://me:hunter2@host.invalid/app.git";
    let line = format!("refs/heads/main {head} refs/heads/main {ZERO}\n");
    let run = clone.scratch.gate_with(&["hook", "run", url, url], &line, &[]);
    passed(&run);
    assert!(run.stderr.contains("https://host.invalid/app.git") && !run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn tags_are_peeled_and_a_tag_of_no_commit_has_nothing_to_review() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("Change");
    clone.scratch.git(&["tag", "-a", "inner", "-m", "Inner"]);
    clone.scratch.git(&["tag", "-a", "outer", "-m", "Outer", "inner"]);
    passed(&clone.push(&["origin", "outer"]));
    clone.scratch.git(&["tag", "-a", "blob", "-m", "A file", "HEAD:src/lib.rs"]);
    let run = clone.push(&["origin", "blob"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("refs/tags/blob leads to no commit: nothing to review there"), "{}", run.stderr);
    let absent = clone.hook(&format!("refs/heads/x {} refs/heads/x {ZERO}\n", "2".repeat(40)));
    assert_eq!(absent.code, 65, "{}", absent.stderr);
    assert!(absent.stderr.contains("is not in this repository"), "{}", absent.stderr);
}

#[test]
fn a_revision_with_spaces_and_a_detached_head_are_pushed_like_any_other() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").commit("fix it now");
    clone.scratch.git(&["checkout", "-q", "--detach"]);
    passed(&clone.push(&["origin", "HEAD^{/fix it}:refs/heads/E1-S1"]));
    assert!(clone.remote_has("E1-S1"));
}

#[test]
fn a_submodule_is_pushed_with_the_hook_of_its_own() {
    let clone = Clone::new();
    clone.scratch.git(&["submodule", "add", "-q", &clone.remote.path().display().to_string(), "sub"]);
    let sub = clone.scratch.join("sub");
    let installed = run_of(gate_command(&sub).args(["hook", "install"]).output().unwrap());
    assert!(installed.stdout.contains(".git/modules/sub/hooks/pre-push"), "{}", installed.stdout);
    let git = |args: &[&str]| assert!(git_command(&sub).args(args).status().unwrap().success());
    std::fs::create_dir_all(sub.join("src/routes")).unwrap();
    std::fs::write(sub.join("Cargo.toml"), MANIFEST).unwrap();
    std::fs::write(sub.join("src/routes/slow.rs"), SLOW).unwrap();
    git(&["checkout", "-q", "-b", "topic"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "Slow"]);
    refused(&clone.push_from(&sub, &["origin", "topic"]), "src/routes/slow.rs:4");
    // The repository around it sees a moved submodule, and does not go in.
    let run = clone.scratch.gate(&["hook", "install"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    clone.scratch.commit("Move the submodule");
    passed(&clone.push(&["origin", "main"]));
}

#[test]
fn a_bare_repository_pushes_through_the_hook_too() {
    let clone = Clone::new();
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW).commit("Slow");
    let bare = Scratch::new();
    bare.git(&["clone", "-q", "--bare", &clone.scratch.path().display().to_string(), "."]);
    bare.git(&["remote", "add", "up", &clone.remote.path().display().to_string()]);
    bare.git(&["fetch", "-q", "up", "+refs/heads/*:refs/remotes/up/*"]);
    let run = bare.gate(&["hook", "install"]);
    assert!(run.code == 0 && bare.exists("hooks/pre-push"), "{}{}", run.stdout, run.stderr);
    refused(&clone.push_from(bare.path(), &["up", "topic"]), "src/routes/slow.rs:4");
    assert_eq!(clone.push_from(bare.path(), &["up", "main"]).code, 0);
}

#[test]
fn a_repository_of_sha256_pushes_new_changed_and_deleted_branches() {
    let remote = Scratch::new();
    remote.git(&["init", "-q", "--bare", "-b", "main", "--object-format=sha256"]);
    let scratch = Scratch::new();
    scratch.git(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    scratch.write("src/lib.rs", "pub fn one() {}\n").commit("Begin");
    scratch.git(&["remote", "add", "origin", &remote.path().display().to_string()]);
    let clone = Clone { scratch, remote, home: Scratch::new() };
    assert_eq!(clone.scratch.gate(&["hook", "install"]).code, 0);
    passed(&clone.push(&["origin", "main"]));
    let clone = clone.with_story("E1-S1");
    passed(&clone.push(&["origin", "E1-S1"]));
    assert!(clone.scratch.read(STORY).contains("| Performance Review | PASSED |"));
    let run = clone.push(&["origin", ":E1-S1"]);
    assert!(run.code == 0 && run.stderr.contains("only deletes"), "{}", run.stderr);
}

#[test]
fn a_shallow_clone_works_where_the_merge_base_is_in_it_and_says_what_to_do_where_not() {
    let clone = Clone::new();
    for at in 0..4 {
        clone.scratch.write("src/lib.rs", format!("pub fn f() -> u32 {{\n    {at}\n}}\n")).commit("More");
    }
    clone.scratch.git(&["push", "-q", "origin", "main"]);
    let url = format!("file://{}", clone.remote.path().display());
    let shallow = Scratch::new();
    shallow.git(&["clone", "-q", "--depth", "1", &url, "."]);
    assert_eq!(shallow.gate(&["hook", "install"]).code, 0);
    shallow.git(&["checkout", "-q", "-b", "topic"]);
    shallow.write("src/own.rs", "pub fn own() {}\n").commit("Own");
    passed(&clone.push_from(shallow.path(), &["origin", "topic"]));
    // The tracking ref moves on to a history that the clone was cut off from.
    let elsewhere = clone.scratch.git(&["commit-tree", "-m", "Elsewhere", "HEAD^{tree}"]);
    clone.scratch.git(&["push", "-q", "--force", "--no-verify", "origin", &format!("{elsewhere}:refs/heads/main")]);
    shallow.git(&["fetch", "-q", "--depth", "1", "origin", "+main:refs/remotes/origin/main"]);
    shallow.git(&["update-ref", "-d", "refs/remotes/origin/topic"]);
    let run = clone.push_from(shallow.path(), &["origin", "topic:other"]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the clone is shallow") && run.stderr.contains("--unshallow"), "{}", run.stderr);
    assert!(!run.stderr.contains("Verdict"), "{}", run.stderr);
}

#[test]
fn a_partial_clone_that_lacks_a_content_says_how_to_get_it() {
    let clone = Clone::new();
    clone.remote.git(&["config", "uploadpack.allowFilter", "true"]);
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n").write("src/new.rs", "pub fn new() {}\n").commit("Own");
    clone.scratch.git(&["push", "-q", "origin", "topic"]);
    let partial = Scratch::new();
    let url = format!("file://{}", clone.remote.path().display());
    partial.git(&["clone", "-q", "--filter=blob:none", "--branch", "topic", &url, "."]);
    let args = ["ci", "--base", "origin/main"];
    let run = partial.gate(&args);
    assert_eq!(run.code, 65, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("the clone is partial and does not hold all of `src/lib.rs`"), "{}", run.stderr);
    // What it says to do helps.
    partial.git(&["fetch", "-q", "--refetch", "--no-filter"]);
    let run = partial.gate(&args);
    assert!(run.code == 0 && run.stdout.contains("Verdict: APPROVE"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn names_and_contents_that_nobody_expects_change_nothing() {
    use std::os::unix::ffi::OsStrExt as _;
    let clone = Clone::installed();
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("core.quotepath", "true"),
        ("diff.renames", "false"),
        ("diff.external", "false"),
        ("diff.algorithm", "histogram"),
    ] {
        clone.scratch.git(&["config", key, value]);
    }
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    clone.scratch.write("src/line\nbreak \"quoted\" 'and' `ticks`\t.rs", "pub fn odd() {}\n");
    clone.scratch.write("src/esc\u{1b}[31mape.rs", "pub fn odd() {}\n");
    clone.scratch.write("src/with_mark.rs", "\u{feff}pub fn mark() {}\n");
    clone.scratch.write("src/windows.rs", "pub fn windows() {\r\n    one();\r\n}\r\n");
    clone.scratch.write("src/pointer.rs", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    clone.scratch.write("src/picture.bin", [0u8, 159, 146, 150]);
    std::os::unix::fs::symlink("/etc/passwd", clone.scratch.join("src/outside.rs")).unwrap();
    let latin = clone.scratch.join("src").join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt"));
    std::fs::write(latin, "x").unwrap();
    clone.scratch.commit("Odd");
    let run = clone.push(&["origin", "topic"]);
    passed(&run);
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains("root:"), "{:?}", run.stderr);
    assert!(run.stderr.contains("1 LFS pointer, 1 binary, 1 symbolic link"), "{}", run.stderr);
    // A source whose name cannot be read is not passed over.
    let source = clone.scratch.join("src").join(std::ffi::OsStr::from_bytes(b"caf\xe9.rs"));
    std::fs::write(source, "pub fn odd() {}\n").unwrap();
    clone.scratch.write("src/routes/we\nird.rs", SLOW).write("Cargo.toml", MANIFEST).commit("Odder");
    let run = clone.push(&["origin", "topic"]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("caf\\xE9.rs") && run.stderr.contains("its name is not UTF-8"), "{}", run.stderr);
    assert!(run.stderr.contains("src/routes/we\u{240a}ird.rs:4"), "{}", run.stderr);
}

#[test]
fn variables_that_a_caller_of_git_left_behind_do_not_lead_the_hook_astray() {
    let clone = Clone::installed();
    let base = clone.scratch.git(&["rev-parse", "HEAD"]);
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW);
    let head = clone.scratch.commit("Slow");
    let line = format!("refs/heads/main {head} refs/heads/main {base}\n");
    let index = clone.scratch.join("no-such-index").display().to_string();
    let git_dir = clone.scratch.join(".git").display().to_string();
    for env in [
        vec![("GIT_DIR", ".git"), ("GIT_INDEX_FILE", index.as_str())],
        vec![("GIT_DIR", git_dir.as_str()), ("GIT_WORK_TREE", "."), ("GIT_PREFIX", "src/")],
        vec![("GIT_INDEX_FILE", ".git/index.of-another-tool"), ("GIT_EXTERNAL_DIFF", "false")],
    ] {
        let run = clone.scratch.gate_with(&["hook", "run", "origin", "url"], &line, &env);
        assert_eq!(run.code, 1, "{env:?}: {}", run.stderr);
        assert!(run.stderr.contains("src/routes/slow.rs:4"), "{}", run.stderr);
    }
}

#[test]
fn a_replaced_commit_is_reviewed_as_it_is_pushed() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn two() {}\n");
    let harmless = clone.scratch.commit("Harmless");
    clone.scratch.git(&["reset", "-q", "--hard", "HEAD^"]);
    clone.scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW);
    let slow = clone.scratch.commit("Slow");
    clone.scratch.git(&["replace", &slow, &harmless]);
    refused(&clone.push(&["origin", "main"]), "src/routes/slow.rs:4");
}

#[test]
fn a_linked_worktree_gets_the_report_and_the_main_one_does_not() {
    let clone = Clone::installed().with_story("E1-S1");
    clone.scratch.git(&["checkout", "-q", "main"]);
    let elsewhere = Scratch::new();
    let linked = elsewhere.join("linked");
    clone.scratch.git(&["worktree", "add", "-q", &linked.display().to_string(), "E1-S1"]);
    passed(&clone.push_from(&linked, &["origin", "E1-S1"]));
    assert!(linked.join(REPORT).exists() && !clone.scratch.exists(REPORT));
    assert!(status_of(&linked).contains("E1-S1-faster.md"), "{}", status_of(&linked));
    assert_eq!(clone.scratch.git(&["status", "--porcelain"]), "");
}

fn status_of(folder: &Path) -> String {
    run_of(git_command(folder).args(["status", "--porcelain"]).output().unwrap()).stdout
}

#[test]
fn each_of_several_stories_gets_its_own_report_over_its_own_files() {
    let clone = Clone::installed();
    clone.scratch.git(&["checkout", "-q", "-b", "topic"]);
    let folder = ".gaia/artifacts/implementation-artifacts";
    clone.scratch.write("Cargo.toml", MANIFEST);
    for (key, file, text) in
        [("E1-S1", "src/routes/slow.rs", SLOW), ("E1-S2", "src/routes/quick.rs", "pub fn quick() {}\n")]
    {
        clone.scratch.write(&format!("{folder}/{key}-x.md"), story(key, "review", &["Cargo.toml", file]));
        clone.scratch.write(file, text);
    }
    clone.scratch.commit("Change\n\nStory: E1-S1\nStory: E1-S2");
    let run = clone.push(&["origin", "topic"]);
    refused(&run, "src/routes/slow.rs:4");
    let verdict = |key: &str| {
        let report = clone.scratch.read(&format!("{folder}/performance-review-{key}.md"));
        let story = clone.scratch.read(&format!("{folder}/{key}-x.md"));
        let row = story.lines().find(|line| line.contains("Performance Review")).unwrap().to_owned();
        (report.trim_end().lines().last().unwrap().to_owned(), row.split('|').nth(2).unwrap().trim().to_owned())
    };
    assert_eq!(verdict("E1-S1"), ("**Verdict: REQUEST_CHANGES**".to_owned(), "FAILED".to_owned()));
    assert_eq!(verdict("E1-S2"), ("**Verdict: APPROVE**".to_owned(), "PASSED".to_owned()));
}
