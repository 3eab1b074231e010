//! `files`: the File List of a story against the diff.

use crate::support::{Run, Scratch};

const STORY: &str = ".gaia/artifacts/implementation-artifacts/E1-S1-login.md";

fn story(list: &str) -> String {
    format!(
        "---\ntemplate: story\nkey: E1-S1\nstatus: review\n---\n# Login\n\n## Dev Agent Record\n\n{list}\n\n## End\n- no.rs\n"
    )
}

/// A repository with a commit on `main`, then `src/a.rs` committed on a branch, `b.rs` staged, `c.rs` changed, `d.rs`
/// untracked and `e.log` ignored.
fn changed() -> Scratch {
    let scratch = Scratch::repo();
    scratch.write("c.rs", "1").write(".gitignore", "*.log\n").commit("first");
    scratch.git(&["checkout", "-q", "-b", "work"]);
    scratch.write("src/a.rs", "1").commit("second");
    scratch.write("b.rs", "1");
    scratch.git(&["add", "b.rs"]);
    scratch.write("c.rs", "2").write("d.rs", "1").write("e.log", "1");
    scratch
}

fn equal(run: &Run) {
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

const ALL: &str = "### File List\n\n- New: `src/a.rs`\n- b.rs — staged\n* c.rs\n  - d.rs";

#[test]
fn nothing_is_printed_where_list_and_diff_are_equal() {
    let scratch = changed();
    scratch.write(STORY, story(ALL));
    // What we and the workflow write does not count.
    scratch.write(".gaia/state/x.json", "1").write(".hex-skills/y", "1").write(&format!("{STORY}.lock"), "");
    scratch.write(".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md", "1");
    equal(&scratch.gate(&["files", "E1-S1"]));
    equal(&scratch.gate(&["files", "--story-file", STORY]));
    equal(&scratch.gate(&["files", "E1-S1", "--base", "main"]));
    let elsewhere = Scratch::new();
    let root = scratch.path().to_str().unwrap();
    let file = scratch.join(STORY);
    equal(&elsewhere.gate(&["files", "--story-file", file.to_str().unwrap(), "--base", "main", "--repo", root]));
    equal(&elsewhere.gate(&["files", "E1-S1", "--project-root", root]));
}

#[test]
fn divergence_is_one_line_of_json_with_its_reason() {
    let scratch = changed();
    for (list, json) in [
        (
            "### File List\n- src/a.rs\n- gone.rs\n- /etc/passwd\n- b.rs\n- c.rs",
            r#""divergence","missing_from_file_list":["d.rs"],"extra_in_file_list":["/etc/passwd","gone.rs"]"#,
        ),
        (
            "### File List\n\nwords",
            r#""empty-file-list","missing_from_file_list":["b.rs","c.rs","d.rs","src/a.rs"],"extra_in_file_list":[]"#,
        ),
        (
            "words",
            r#""no-file-list","missing_from_file_list":["b.rs","c.rs","d.rs","src/a.rs"],"extra_in_file_list":[]"#,
        ),
    ] {
        scratch.write(STORY, story(list));
        let run = scratch.gate(&["files", "E1-S1"]);
        let expected = format!("{{\"warning\":\"file-list-divergence\",\"reason\":{json}}}\n");
        assert_eq!((run.code, run.stdout, run.stderr), (0, expected, String::new()));
    }
}

#[test]
fn changes_count_from_the_merge_base() {
    let scratch = changed();
    scratch.write(STORY, story(ALL));
    scratch.git(&["stash", "-q", "-u"]);
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("others.rs", "1").commit("of others");
    scratch.git(&["checkout", "-q", "work"]);
    scratch.git(&["stash", "pop", "-q"]);
    equal(&scratch.gate(&["files", "E1-S1", "--base", "main"]));
}

#[test]
fn without_repository_or_base_the_diff_is_unavailable_and_that_is_no_error() {
    let outside = Scratch::new();
    outside.write(STORY, story(ALL));
    let unborn = Scratch::repo();
    unborn.write(STORY, story(ALL));
    let trunk = Scratch::new();
    trunk.git(&["init", "-q", "-b", "trunk"]);
    trunk.write(STORY, story(ALL)).commit("first");
    for scratch in [outside, unborn, trunk] {
        let run = scratch.gate(&["files", "E1-S1"]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("git diff unavailable"), "{}", run.stderr);
    }
}

#[test]
fn an_unresolvable_base_and_bad_stories_are_bad_input() {
    let scratch = changed();
    scratch.write(STORY, story(ALL));
    let run = scratch.gate(&["files", "E1-S1", "--base", "no-such-branch"]);
    assert_eq!((run.code, run.stdout.as_str()), (65, ""));
    assert!(run.stderr.contains("no-such-branch"), "{}", run.stderr);
    assert_eq!(scratch.gate(&["files", "E1-S2"]).code, 65);
    assert_eq!(scratch.gate(&["files", "--story-file", "absent.md"]).code, 65);
    for args in [&["files"][..], &["files", "../x"], &["files", "E1-S1", "--story-file", STORY]] {
        assert_eq!(scratch.gate(args).code, 64, "{args:?}");
    }
}

#[test]
fn hostile_names_stay_inside_the_json() {
    let scratch = changed();
    scratch.write(STORY, story(ALL)).write("x\n\u{1b}[31m\"\u{202e}\u{e0041}.rs", "1");
    let run = scratch.gate(&["files", "E1-S1"]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1));
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}', '\u{e0041}']), "{:?}", run.stdout);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["missing_from_file_list"], serde_json::json!(["x\n\u{1b}[31m\"\u{202e}\u{e0041}.rs"]));
}

#[test]
fn a_moved_file_counts_by_its_new_name() {
    let scratch = Scratch::repo();
    scratch.write("old.rs", "line one\nline two\nline three\n").commit("first");
    scratch.git(&["checkout", "-q", "-b", "work"]);
    scratch.git(&["mv", "old.rs", "new.rs"]);
    scratch.write(STORY, story("### File List\n- new.rs"));
    equal(&scratch.gate(&["files", "E1-S1"]));
    scratch.write(STORY, story("### File List\n- new.rs\n- Deleted: old.rs"));
    equal(&scratch.gate(&["files", "E1-S1"]));
}

#[test]
fn a_project_in_a_folder_of_the_repository_sees_its_own_changes() {
    let scratch = Scratch::repo();
    scratch.write("app/a.rs", "1").write("lib/a.rs", "1").commit("first");
    scratch.git(&["checkout", "-q", "-b", "work"]);
    scratch.write("app/a.rs", "2").write("lib/a.rs", "2");
    scratch.write(&format!("app/{STORY}"), story("### File List\n- a.rs"));
    equal(&scratch.gate(&["files", "E1-S1", "--project-root", "app"]));
    scratch.write(STORY, story(&format!("### File List\n- app/a.rs\n- lib/a.rs\n- app/{STORY}")));
    equal(&scratch.gate(&["files", "E1-S1"]));
    equal(&scratch.gate(&["files", "E1-S1", "--repo", "app"]));
}
