//! `gate`: the Review Gate table of a story, read and written.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::{Run, Scratch, gate_command};

const FOLDER: &str = ".gaia/artifacts/implementation-artifacts";
const STORY: &str = ".gaia/artifacts/implementation-artifacts/E1-S1-login.md";
const REPORT: &str = ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md";
const ROWS: [&str; 6] =
    ["Code Review", "QA Tests", "Security Review", "Test Automation", "Test Review", "Performance Review"];

fn document(verdicts: [&str; 6]) -> String {
    let rows: Vec<String> =
        ROWS.iter().zip(verdicts).map(|(row, verdict)| format!("| {row} | {verdict} | — |\n")).collect();
    format!(
        "---\ntemplate: 'story'\nkey: \"E1-S1\"\nstatus: review\n---\n# Login\n\n## Review Gate\n\n\
         | Review | Status | Report |\n|---|---|---|\n{}\nThe end, without a final newline",
        rows.concat()
    )
}

fn scratch(verdicts: [&str; 6]) -> Scratch {
    let scratch = Scratch::repo();
    scratch.write(STORY, document(verdicts));
    scratch
}

fn update(scratch: &Scratch, gate: &str, verdict: &str, more: &[&str]) -> Run {
    let mut args = vec!["gate", "update", "--story", "E1-S1", "--gate", gate, "--verdict", verdict];
    args.extend(more);
    scratch.gate(&args)
}

#[test]
fn an_update_changes_two_cells_keeps_the_mode_and_hints_at_the_sprint_status() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    std::fs::set_permissions(scratch.join(STORY), std::fs::Permissions::from_mode(0o640)).unwrap();
    scratch.write(REPORT, "# Report\n");
    let run = update(&scratch, "Performance Review", "PASSED", &[]);
    assert_eq!((run.code, run.stderr.contains("sprint status may be out of date")), (0, true), "{}", run.stderr);
    let row = format!("| Performance Review | PASSED | {REPORT} |");
    assert_eq!(
        scratch.read(STORY),
        document(["UNVERIFIED"; 6]).replace("| Performance Review | UNVERIFIED | — |", &row)
    );
    assert_eq!(std::fs::metadata(scratch.join(STORY)).unwrap().permissions().mode() & 0o777, 0o640);
    let names: Vec<_> = std::fs::read_dir(scratch.join(FOLDER)).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(scratch.read(".gaia/state/.gitignore").trim(), "*");
    assert_eq!(scratch.git(&["status", "--porcelain", ".gaia/state"]), "");
}

#[test]
fn carriage_returns_trailing_spaces_and_other_tables_stay() {
    let scratch = Scratch::repo();
    let text = format!("\u{feff}{}", document(["UNVERIFIED"; 6])).replace('\n', "\r\n");
    let text = text.replace("| QA Tests | UNVERIFIED | — |", "| QA Tests |UNVERIFIED|   —|  \t");
    let text = text + "\r\n\r\n| Review | Status | Report |\r\n|-|-|-|\r\n| QA Tests | FAILED | x |   ";
    scratch.write(STORY, &text);
    let run = update(&scratch, "QA Tests", "FAILED", &["--no-report", "seen in the meeting"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(scratch.read(STORY), text.replace("|UNVERIFIED|   —|  \t", "| FAILED | — |  \t"));
}

#[test]
fn a_verdict_without_its_report_is_refused_and_changes_nothing() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    scratch.write("src/a.md", "x");
    std::fs::create_dir(scratch.join("folder")).unwrap();
    symlink("/etc/passwd", scratch.join("link.md")).unwrap();
    symlink("absent-target", scratch.join("dangling.md")).unwrap();
    let before = scratch.read(STORY);
    for (gate, more, words) in [
        ("Performance Review", vec![], "is absent"),
        ("QA Tests", vec![], "without a report"),
        ("QA Tests", vec!["--report", "absent.md"], "is absent"),
        ("QA Tests", vec!["--report", "folder"], "is absent"),
        ("QA Tests", vec!["--report", "../outside.md"], "outside of the repository"),
        ("QA Tests", vec!["--report", "/etc/passwd"], "outside of the repository"),
        ("QA Tests", vec!["--report", "link.md"], "outside of the repository"),
        ("QA Tests", vec!["--report", "dangling.md"], "outside of the repository"),
        ("QA Tests", vec!["--report", "src/../../x.md"], "outside of the repository"),
        ("QA Tests", vec!["--report", "a\nb.md"], "outside of the repository"),
    ] {
        for verdict in ["PASSED", "FAILED"] {
            let run = update(&scratch, gate, verdict, &more);
            assert_eq!(run.code, 65, "{more:?}: {}", run.stderr);
            assert!(run.stderr.contains(words), "{more:?}: {}", run.stderr);
        }
    }
    assert_eq!(scratch.read(STORY), before);
    assert_eq!(update(&scratch, "QA Tests", "UNVERIFIED", &[]).code, 0);
    assert_eq!(scratch.read(STORY), before);
}

#[test]
fn a_report_is_given_from_here_from_the_root_or_whole() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    scratch.write("docs/a|b.md", "x");
    let whole = scratch.join("docs/a|b.md");
    for (folder, given) in
        [("", "docs/a|b.md"), ("docs", "a|b.md"), ("docs", "docs/a|b.md"), ("", whole.to_str().unwrap())]
    {
        scratch.write(STORY, document(["UNVERIFIED"; 6]));
        let args =
            ["gate", "update", "--story", "E1-S1", "--gate", "QA Tests", "--verdict", "PASSED", "--report", given];
        let output = gate_command(&scratch.join(folder)).args(args).output().unwrap();
        assert!(output.status.success(), "{given}: {output:?}");
        assert!(scratch.read(STORY).contains("| QA Tests | PASSED | docs/a\\|b.md |"), "{given}");
    }
}

#[test]
fn wrong_names_and_verdicts_are_wrong_usage() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    for (gate, verdict, more) in [
        ("performance review", "PASSED", vec![]),
        ("Performance  Review", "PASSED", vec![]),
        ("Performance Review", "passed", vec![]),
        ("Performance Review", "APPROVE", vec![]),
        ("QA Tests", "PASSED", vec!["--no-report", "  "]),
        ("QA Tests", "PASSED", vec!["--no-report", "x", "--report", "y"]),
    ] {
        assert_eq!(update(&scratch, gate, verdict, &more).code, 64, "{gate} {verdict} {more:?}");
    }
    assert_eq!(scratch.gate(&["gate"]).code, 64);
    assert_eq!(scratch.gate(&["gate", "update", "--story", "E1-S1"]).code, 64);
    assert!(!scratch.exists(".gaia/state"), "nothing was written");
}

#[test]
fn hostile_keys_are_refused_before_any_path_is_built() {
    let scratch = scratch(["PASSED"; 6]);
    let long = "E".repeat(10_000);
    for key in ["../x", "a/b", "", "-x", "--", ".hidden", "a..b", "E1-S1\n", "é", "E1 S1", &long] {
        for command in ["check", "status", "composite", "review-gate-check"] {
            let run = scratch.gate(&["gate", command, &format!("--story={key}")]);
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{key:?} {command}");
            assert!(run.stderr.len() < 500, "{}", run.stderr);
        }
    }
    assert_eq!(scratch.gate(&["gate", "check", "--story", "-x"]).code, 64);
    let run = scratch.gate(&["gate", "status", "--story", "E1-S2"]);
    assert_eq!((run.code, run.stderr.lines().next().unwrap()), (65, "error: story file not found for key E1-S2"));
}

#[test]
fn stories_that_are_several_or_broken_are_bad_input() {
    let scratch = scratch(["PASSED"; 6]);
    scratch.write(&format!("{FOLDER}/epic-1/stories/E1-S1-other.md"), document(["PASSED"; 6]));
    let run = scratch.gate(&["gate", "check", "--story", "E1-S1"]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.starts_with("error: multiple story files matched key E1-S1: "), "{}", run.stderr);
    assert!(run.stderr.contains("E1-S1-login.md") && run.stderr.contains("E1-S1-other.md"));
    for (bytes, words) in [
        (b"---\nkey: \xff\n---\n".to_vec(), "UTF-8"),
        (b"---\nkey: [\n---\n".to_vec(), "not valid YAML"),
        (b"---\nkey: E1-S3\n---\n".to_vec(), "no section `## Review Gate`"),
        (vec![b'x'; 3_000_000], "3000000 bytes"),
    ] {
        scratch.write(&format!("{FOLDER}/E1-S3-x.md"), bytes);
        let run = scratch.gate(&["gate", "status", "--story", "E1-S3"]);
        assert_eq!(run.code, 65);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn a_malformed_table_is_bad_input() {
    let scratch = scratch(["PASSED"; 6]);
    let text = document(["PASSED"; 6]);
    for (broken, words) in [
        (text.replace("| QA Tests |", "| QA tests |"), "no row `QA Tests`"),
        (text.replace("| QA Tests |", "| QA Tests | PASSED | — |\n| QA Tests |"), "several rows `QA Tests`"),
        (text.replace("| Status |", "| State |"), "no column `Status`"),
        (text.replace("| QA Tests | PASSED |", "| QA Tests | DONE |"), "says `DONE`"),
        (text.replace("|---|---|---|", "| a | b | c |"), "no pipe table"),
    ] {
        scratch.write(STORY, broken);
        let run = scratch.gate(&["gate", "composite", "--story", "E1-S1"]);
        assert_eq!((run.code, run.stdout.as_str()), (65, ""), "{words}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn the_composite_prints_rows_and_word_and_writes_nothing() {
    let all = scratch(["PASSED"; 6]);
    let run = all.gate(&["gate", "composite", "--story", "E1-S1"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.ends_with("\n\nReview Gate: COMPLETE\n"), "{}", run.stdout);

    let open = scratch(["PASSED", "UNVERIFIED", "PASSED", "PASSED", "UNVERIFIED", "PASSED"]);
    let run = open.gate(&["gate", "review-gate-check", "--story", "E1-S1"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, ""));
    insta::assert_snapshot!(run.stdout, @r"
    | Review             | Status     | Report
    |--------------------|------------|-------
    | Code Review        | PASSED     | —
    | QA Tests           | UNVERIFIED | —
    | Security Review    | PASSED     | —
    | Test Automation    | PASSED     | —
    | Test Review        | UNVERIFIED | —
    | Performance Review | PASSED     | —

    Review Gate: PENDING
    Pending gates:
      - QA Tests
      - Test Review
    ");

    let failed = scratch(["FAILED", "UNVERIFIED", "PASSED", "PASSED", "FAILED", "PASSED"]);
    let run = failed.gate(&["gate", "composite", "--story", "E1-S1"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.ends_with("\n\nReview Gate: BLOCKED\nBlocking gates:\n  - Code Review\n  - Test Review\n"));
    for scratch in [all, open, failed] {
        assert!(!scratch.exists(".gaia/state"));
        assert_eq!(scratch.git(&["status", "--porcelain", "-uall"]).lines().count(), 1);
    }
}

#[test]
fn status_is_one_json_object_in_canonical_order_and_check_names_what_is_open() {
    let scratch = scratch(["PASSED", "FAILED", "PASSED", "UNVERIFIED", "PASSED", "PASSED"]);
    let run = scratch.gate(&["gate", "status", "--story", "E1-S1"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (
            0,
            "{\"story\":\"E1-S1\",\"gates\":{\"Code Review\":\"PASSED\",\"QA Tests\":\"FAILED\",\"Security \
             Review\":\"PASSED\",\"Test Automation\":\"UNVERIFIED\",\"Test Review\":\"PASSED\",\"Performance \
             Review\":\"PASSED\"}}\n"
        )
    );
    let run = scratch.gate(&["gate", "check", "--story", "E1-S1"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, "QA Tests: FAILED\nTest Automation: UNVERIFIED\n"));
    scratch.write(STORY, document(["PASSED"; 6]));
    let run = scratch.gate(&["gate", "check", "--story", "E1-S1"]);
    assert_eq!((run.code, run.stderr.as_str(), run.stdout.as_str()), (0, "", ""));
}

#[test]
fn terminal_controls_in_a_report_cell_are_not_passed_on() {
    let scratch = scratch(["PASSED"; 6]);
    scratch.write(
        STORY,
        document(["PASSED"; 6]).replace("| QA Tests | PASSED | — |", "| QA Tests | PASSED | \u{1b}[31mx\u{202e} |"),
    );
    let run = scratch.gate(&["gate", "composite", "--story", "E1-S1"]);
    assert_eq!(run.code, 0);
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{:?}", run.stdout);
}

#[test]
fn a_story_reached_only_through_a_link_is_written_at_its_target() {
    let scratch = Scratch::repo();
    scratch.write("stories/real.md", document(["UNVERIFIED"; 6])).write(REPORT, "x");
    for target in ["../../../stories/real.md".into(), scratch.join("stories/real.md")] {
        let _ = std::fs::remove_file(scratch.join(STORY));
        symlink(&target, scratch.join(STORY)).unwrap();
        assert_eq!(update(&scratch, "Performance Review", "FAILED", &[]).code, 0, "{target:?}");
        assert!(std::fs::symlink_metadata(scratch.join(STORY)).unwrap().file_type().is_symlink());
        assert!(scratch.read("stories/real.md").contains("| Performance Review | FAILED |"));
        scratch.write("stories/real.md", document(["UNVERIFIED"; 6]));
    }
    scratch.write(&format!("{FOLDER}/E1-S1-real.md"), document(["PASSED"; 6]));
    std::fs::remove_file(scratch.join(STORY)).unwrap();
    symlink("E1-S1-real.md", scratch.join(STORY)).unwrap();
    assert_eq!(scratch.gate(&["gate", "check", "--story", "E1-S1"]).code, 0, "one file under two names");
}

#[test]
fn a_story_in_its_own_folder_has_its_report_in_reviews() {
    let scratch = Scratch::repo();
    let folder = format!("{FOLDER}/epic-1/E1-S1-login");
    scratch.write(&format!("{folder}/story.md"), document(["UNVERIFIED"; 6]));
    let report = format!("{folder}/reviews/performance-review-E1-S1.md");
    scratch.write(&report, "x");
    assert_eq!(update(&scratch, "Performance Review", "PASSED", &[]).code, 0);
    assert!(
        scratch.read(&format!("{folder}/story.md")).contains(&format!("| Performance Review | PASSED | {report} |"))
    );
}

#[test]
fn the_artifacts_variable_and_the_project_root_move_where_stories_lie() {
    let scratch = Scratch::new();
    scratch.write("project/stories/E1-S1-x.md", document(["PASSED"; 6]));
    let args = ["gate", "check", "--story", "E1-S1", "--project-root", "project"];
    let whole = scratch.join("project/stories");
    for folder in ["stories", whole.to_str().unwrap()] {
        assert_eq!(scratch.gate_with(&args, "", &[("IMPLEMENTATION_ARTIFACTS", folder)]).code, 0, "{folder}");
    }
    assert_eq!(scratch.gate_with(&args, "", &[("IMPLEMENTATION_ARTIFACTS", "../x")]).code, 65);
    assert_eq!(scratch.gate(&args).code, 65);
    scratch.write("project/perf-gate.toml", "[paths]\nimplementation-artifacts = \"stories\"\n");
    assert_eq!(scratch.gate(&args).code, 0);
}

#[test]
fn a_read_only_folder_stops_an_update_with_the_story_whole() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    scratch.write(REPORT, "x");
    let folder = scratch.join(FOLDER);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let run = update(&scratch, "Performance Review", "PASSED", &[]);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser writes anywhere; everybody else is told.
    if run.code == 0 {
        assert!(scratch.read(STORY).contains("| Performance Review | PASSED |"));
    } else {
        assert_eq!(run.code, 65, "{}", run.stderr);
        assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
        assert_eq!(scratch.read(STORY), document(["UNVERIFIED"; 6]));
    }
}

#[test]
fn where_no_lock_can_be_taken_nothing_is_written() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    scratch.write(REPORT, "x").write(".gaia/state", "a file in place of the folder");
    let run = update(&scratch, "Performance Review", "PASSED", &[]);
    assert_eq!(run.code, 65, "{}", run.stderr);
    assert_eq!(scratch.read(STORY), document(["UNVERIFIED"; 6]));
    std::fs::remove_file(scratch.join(".gaia/state")).unwrap();
    let outside = Scratch::new();
    symlink(outside.path(), scratch.join(".gaia/state")).unwrap();
    let run = update(&scratch, "Performance Review", "PASSED", &[]);
    assert_eq!(run.code, 65, "{}", run.stderr);
    assert!(run.stderr.contains("outside of the repository"), "{}", run.stderr);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn sixteen_updates_at_once_lose_none() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    // A lock that another tool left beside the story is taken too, and stays.
    scratch.write(&format!("{STORY}.lock"), "");
    for round in 0..2 {
        let verdict = ["PASSED", "FAILED"][round];
        let children: Vec<_> = (0..16)
            .map(|i| {
                gate_command(scratch.path())
                    .args(["gate", "update", "--story", "E1-S1", "--gate", ROWS[i % 6], "--verdict", verdict])
                    .args(["--no-report", "at once"])
                    .stdout(std::process::Stdio::null())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(scratch.read(STORY), document([verdict; 6]));
    }
    assert!(scratch.exists(&format!("{STORY}.lock")));
}

#[test]
fn a_held_lock_is_waited_for() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    for lock in [".gaia/state/locks/E1-S1.lock".to_owned(), format!("{STORY}.lock")] {
        scratch.write(&lock, "").write(STORY, document(["UNVERIFIED"; 6]));
        let held = std::fs::File::open(scratch.join(&lock)).unwrap();
        held.lock().unwrap();
        let args =
            ["gate", "update", "--story", "E1-S1", "--gate", "QA Tests", "--verdict", "PASSED", "--no-report", "x"];
        let mut child = gate_command(scratch.path()).args(args).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "it waits for {lock}");
        assert_eq!(scratch.read(STORY), document(["UNVERIFIED"; 6]));
        drop(held);
        assert!(child.wait().unwrap().success());
        assert!(scratch.read(STORY).contains("| QA Tests | PASSED | — |"));
    }
}

#[test]
fn a_kill_at_any_moment_leaves_the_story_whole() {
    let scratch = scratch(["UNVERIFIED"; 6]);
    let (before, after) = (
        document(["UNVERIFIED"; 6]),
        document(["UNVERIFIED"; 6]).replace("| QA Tests | UNVERIFIED |", "| QA Tests | PASSED |"),
    );
    let args = ["gate", "update", "--story", "E1-S1", "--gate", "QA Tests", "--verdict", "PASSED", "--no-report", "x"];
    for moment in 0..40 {
        scratch.write(STORY, &before);
        let mut child = gate_command(scratch.path())
            .args(args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(moment * 300));
        let _ = child.kill();
        child.wait().unwrap();
        let text = scratch.read(STORY);
        assert!(text == before || text == after, "at {moment}: {text:?}");
    }
    // What a killed run leaves behind holds nobody up.
    assert_eq!(update(&scratch, "QA Tests", "PASSED", &["--no-report", "x"]).code, 0);
    assert_eq!(scratch.read(STORY), after);
}

#[test]
fn a_full_disk_behind_standard_output_is_no_success() {
    let scratch = scratch(["PASSED"; 6]);
    for command in ["status", "composite"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut run = gate_command(scratch.path());
        let output = run.args(["gate", command, "--story", "E1-S1"]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output cannot be written"));
    }
}
