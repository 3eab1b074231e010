//! When things go wrong around the hook: it is killed, two run at once, nobody feeds it, its time is up, another tool calls it.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::hook::{Clone, REPORT, STORY, ZERO, executable, run_of, story};
use crate::support::{Run, Scratch, gate_command};

/// `hook run` as git would start it, not waited for.
fn start(clone: &Clone, line: &str) -> Child {
    use std::io::Write as _;
    let mut command = gate_command(clone.scratch.path());
    command.args(["hook", "run", "origin", "url"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    child
}

fn line_of(clone: &Clone) -> String {
    let (head, base) = (clone.scratch.git(&["rev-parse", "HEAD"]), clone.scratch.git(&["rev-parse", "main"]));
    format!("refs/heads/E1-S1 {head} refs/heads/E1-S1 {base}\n")
}

fn temporary(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(".tmp.") {
            found.push(entry.path().display().to_string());
        }
        if entry.path().is_dir() && name != ".git" {
            temporary(&entry.path(), found);
        }
    }
}

#[test]
fn whenever_it_is_killed_nothing_half_done_stays_and_the_next_run_finishes() {
    let clone = Clone::new().with_story("E1-S1");
    let line = line_of(&clone);
    let before = clone.scratch.read(STORY);
    let begin = Instant::now();
    assert!(start(&clone, &line).wait_with_output().unwrap().status.success());
    let whole = begin.elapsed();
    let (report, after) = (clone.scratch.read(REPORT), clone.scratch.read(STORY));
    assert_ne!(before, after);
    for at in 1..=24 {
        clone.scratch.git(&["checkout", "-q", "--", "."]);
        let _ = std::fs::remove_file(clone.scratch.join(REPORT));
        let mut child = start(&clone, &line);
        std::thread::sleep(whole.mul_f64(f64::from(at) / 22.0));
        // SIGKILL and SIGTERM in turn.
        let signal = if at % 2 == 0 { "-KILL" } else { "-TERM" };
        let _ =
            std::process::Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        let mut left = Vec::new();
        temporary(clone.scratch.path(), &mut left);
        assert_eq!(left, [] as [String; 0], "after {at}/22 of its time");
        let row = clone.scratch.read(STORY);
        assert!(row == before || row == after, "the story is whole: {row}");
        if clone.scratch.exists(REPORT) {
            let text = clone.scratch.read(REPORT);
            assert!(text.trim_end().ends_with("**Verdict: APPROVE**"), "the report is whole: {text}");
        } else {
            assert_eq!(row, before, "the report is on disk before the row says so");
        }
        // The lock went with the process, and what was not finished is finished now.
        let begin = Instant::now();
        let run = run_of(start(&clone, &line).wait_with_output().unwrap());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(begin.elapsed() < Duration::from_secs(15), "nobody holds the lock");
        if clone.scratch.read(STORY) != after {
            // What the killed run had written is not committed, so it is left as it is, and that is said.
            assert!(run.stderr.contains("has changes that are not committed"), "{}", run.stderr);
        }
    }
    assert!(report.contains("APPROVE"));
}

#[test]
fn two_pushes_at_once_both_end_and_leave_one_whole_report() {
    let clone = Clone::new().with_story("E1-S1");
    let line = line_of(&clone);
    let children: Vec<Child> = (0..4).map(|_| start(&clone, &line)).collect();
    for child in children {
        let run = run_of(child.wait_with_output().unwrap());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    }
    assert!(clone.scratch.read(REPORT).trim_end().ends_with("**Verdict: APPROVE**"));
    let text = clone.scratch.read(STORY);
    assert_eq!(text.matches("| Performance Review | PASSED |").count(), 1, "{text}");
    assert_eq!(text.lines().count(), story("E1-S1", "review", &["src/lib.rs"]).lines().count());
}

#[test]
fn a_second_push_says_the_verdict_writes_nothing_and_changes_no_time() {
    let clone = Clone::installed().with_story("E1-S1");
    assert_eq!(clone.push(&["origin", "E1-S1"]).code, 0);
    clone.scratch.commit("Take the report");
    let written = |path: &str| std::fs::metadata(clone.scratch.join(path)).unwrap().modified().unwrap();
    let before = (written(REPORT), written(STORY));
    for _ in 0..2 {
        let run = clone.push(&["--force", "origin", "E1-S1"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(!run.stderr.contains("changed: commit it"), "{}", run.stderr);
        assert_eq!((written(REPORT), written(STORY)), before);
        assert_eq!(clone.scratch.git(&["status", "--porcelain"]), "");
        clone.scratch.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    }
}

#[test]
fn at_a_terminal_it_says_so_at_once_and_never_waits() {
    let Ok(output) = std::process::Command::new("script").arg("--version").output() else {
        eprintln!("SKIPPED: `script` is not installed, so there is no terminal to run at");
        return;
    };
    assert!(output.status.success());
    let clone = Clone::new();
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &format!("{} hook run origin url", env!("CARGO_BIN_EXE_cargo-perf-gate")), "/dev/null"]);
    // The keyboard stays silent: a pipe that nobody writes to or closes.
    let mut child =
        command.current_dir(clone.scratch.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let silent = child.stdin.take();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("it waits for the terminal");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(silent);
    let run = run_of(child.wait_with_output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("nothing is pushed: nothing to review"), "{}", run.stdout);
}

#[test]
fn an_old_hook_that_never_reads_does_not_hang_the_push_and_its_signal_stops_it() {
    let clone = Clone::new();
    executable(&clone.pre_push(), "#!/bin/sh\nexit 0\n");
    clone.scratch.gate(&["hook", "install"]);
    let before = clone.pre_push().with_extension("before-perf-gate").display().to_string();
    let many: String =
        (0..40_000).fold(String::new(), |text, _| text + &format!("(delete) {ZERO} refs/heads/x {}\n", "1".repeat(40)));
    let run = clone.scratch.gate_with(&["hook", "run", "--before", &before, "--", "origin", "url"], &many, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    clone.scratch.write(".git/hooks/pre-push.before-perf-gate", "#!/bin/sh\nkill -9 $$\n");
    let run = clone.scratch.gate_with(&["hook", "run", "--before", &before, "--", "origin", "url"], &many, &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("ended with 137"), "{}", run.stderr);
}

/// As pre-commit calls an entry: its variables, and an empty standard input.
fn by_pre_commit(clone: &Clone, env: &[(&str, &str)]) -> Run {
    let mut all = vec![("PRE_COMMIT", "1"), ("PRE_COMMIT_REMOTE_NAME", "origin"), ("PRE_COMMIT_REMOTE_URL", "url")];
    all.extend(env);
    clone.scratch.gate_with(&["hook", "run"], "", &all)
}

#[test]
fn what_pre_commit_says_in_variables_is_reviewed() {
    let clone = Clone::new().with_story("E1-S1");
    let (head, base) = (clone.scratch.git(&["rev-parse", "HEAD"]), clone.scratch.git(&["rev-parse", "main"]));
    let refs = [("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/E1-S1"), ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/E1-S1")];
    let range = [("PRE_COMMIT_FROM_REF", base.as_str()), ("PRE_COMMIT_TO_REF", head.as_str())];
    let run = by_pre_commit(&clone, &[refs, range].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("Story E1-S1\n") && run.stderr.contains("Verdict: APPROVE"), "{}", run.stderr);
    clone.scratch.git(&["checkout", "-q", "--", "."]);
    clone.scratch.write("src/lib.rs", "pub fn one( {\n").commit("Broken");
    let head = clone.scratch.git(&["rev-parse", "HEAD"]);
    let run = by_pre_commit(&clone, &[refs, [range[0], ("PRE_COMMIT_TO_REF", head.as_str())]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    // `pre-commit run --from-ref origin/main --to-ref HEAD`: names, no branches.
    let named = [("PRE_COMMIT_FROM_REF", "origin/main"), ("PRE_COMMIT_TO_REF", "HEAD")];
    assert_eq!(by_pre_commit(&clone, &named).code, 2);
    // The whole history is new to the remote: then there is no range.
    assert_eq!(by_pre_commit(&clone, &refs).code, 2);
    let absent = by_pre_commit(&clone, &[("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "no-such-branch")]);
    assert_eq!(absent.code, 65, "{}", absent.stderr);
    let by_hand = clone.scratch.gate_with(&["hook", "run"], "", &[("PRE_COMMIT", "1")]);
    assert!(by_hand.code == 0 && by_hand.stderr.contains("nothing is pushed"), "{}", by_hand.stderr);
}

#[test]
fn what_git_says_on_standard_input_counts_before_variables_of_pre_commit() {
    let clone = Clone::new().with_story("E1-S1");
    let env = [("PRE_COMMIT", "1"), ("PRE_COMMIT_TO_REF", "no-such-branch")];
    let run = clone.scratch.gate_with(&["hook", "run", "origin", "url"], &line_of(&clone), &env);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let outside = Scratch::new().gate_with(&["hook", "run"], "", &env);
    assert_eq!(outside.code, 65, "{}", outside.stderr);
}
