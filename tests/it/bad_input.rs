//! Bad input to `review` and `check`: a clear sentence, the right exit code, and nothing written.

use crate::stories::{ARTIFACTS, FAST, analysis, findings, project, report_path, story, story_path, with_status};
use crate::support::{Run, Scratch};

/// Asserts that a run stopped with this code, said this on standard error, and wrote neither report nor row.
fn stops(scratch: &Scratch, run: &Run, code: i32, says: &str) {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(says), "{:?} does not say {says:?}", run.stderr);
    assert_eq!(run.stdout, "", "nothing on stdout");
    assert!(!scratch.exists(&report_path("E1-S1")), "no report");
}

#[test]
fn without_a_key_the_usage_is_shown() {
    let scratch = Scratch::new();
    let run = scratch.gate(&["review"]);
    assert_eq!(
        (run.code, run.stderr.as_str(), run.stdout.as_str()),
        (64, "usage: cargo perf-gate review <STORY_KEY>\n", "")
    );
}

#[test]
fn wrong_usage_is_64_and_help_is_0() {
    let scratch = Scratch::new();
    for args in [
        &["--nonsense"][..],
        &["nonsense"],
        &["review", "E1-S1", "E1-S2"],
        &["review", "E1-S1", "--scope", "all"],
        &["review", "E1-S1", "--format", "xml"],
        &["review", "E1-S1", "--base"],
        &["check", "--rules", "nonsense"],
        &["check", "--rules", "nonsense/rule"],
        &["schema", "nonsense"],
        &["schema"],
        &["completions", "nonsense"],
        &["explain"],
        &["explain", "nonsense/rule"],
        &[],
    ] {
        let run = scratch.gate(args);
        assert_eq!(run.code, 64, "{args:?}: {}", run.stderr);
        assert!(!run.stderr.is_empty(), "{args:?} says what is wrong");
    }
    for args in [&["--help"][..], &["review", "--help"], &["check", "--help"], &["--version"], &["perf-gate", "--help"]]
    {
        let run = scratch.gate(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        assert!(!run.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn hostile_keys_are_refused_before_any_path_is_built() {
    let scratch = project(FAST);
    for key in [
        "../E1-S1",
        "E1-S1/..",
        "e1-s1",
        "E1-S1 ",
        "E1-S1\n",
        "E1S1",
        "E-S",
        "E1-S1*",
        "E1-S1\u{1b}[31m",
        "*",
        "",
        "E١-S1",
    ] {
        let run = scratch.gate(&["review", key]);
        stops(&scratch, &run, 64, "is no story key");
        assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    }
}

#[test]
fn no_story_and_several_stories_are_told_apart() {
    let scratch = project(FAST);
    stops(&scratch, &scratch.gate(&["review", "E9-S9"]), 65, "story file not found for key E9-S9");
    scratch.write(&format!("{ARTIFACTS}/E1-S1-other.md"), story("E1-S1", &[]));
    let run = scratch.gate(&["review", "E1-S1"]);
    stops(&scratch, &run, 65, "multiple story files matched key E1-S1");
    assert!(run.stderr.contains("E1-S1-load-things.md") && run.stderr.contains("E1-S1-other.md"), "{}", run.stderr);
}

#[test]
fn a_story_that_is_not_in_review_stops() {
    let scratch = project(FAST);
    for (line, status) in [("status: in-progress", "in-progress"), ("status: Review", "Review"), ("other: x", "")] {
        scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/api/x.rs"]).replace("status: review", line));
        let says = format!("story E1-S1 is in '{status}' status — must be in 'review' status for performance review");
        stops(&scratch, &scratch.gate(&["review", "E1-S1"]), 65, &says);
    }
}

#[test]
fn a_story_that_cannot_be_read_or_understood_stops_and_stays_as_it_is() {
    let scratch = project(FAST);
    let good = story("E1-S1", &["src/api/x.rs"]);
    let broken: Vec<Vec<u8>> = vec![
        good.replace("title: Load things", "title: [").into_bytes(),
        good.replace("title: Load things", "title: \"a\ntitle: b").into_bytes(),
        [good.as_bytes(), b"\xff\xfe"].concat(),
        good.replacen("---\n", "", 1).into_bytes(),
        good.replace("---\n# Story", "# Story").into_bytes(),
        Vec::new(),
        vec![0; 100],
    ];
    for bytes in broken {
        scratch.write(&story_path("E1-S1"), &bytes);
        let run = scratch.gate(&["review", "E1-S1"]);
        stops(&scratch, &run, 65, "E1-S1");
        assert_eq!(std::fs::read(scratch.join(&story_path("E1-S1"))).unwrap(), bytes, "not a byte changed");
    }
}

#[test]
fn a_missing_or_malformed_gate_table_stops_before_anything_is_written() {
    let scratch = project(FAST);
    let good = story("E1-S1", &["src/api/x.rs"]);
    for text in [
        good.replace("## Review Gate", "## Other"),
        good.replace("| Performance Review | UNVERIFIED | — |\n", ""),
        good.replace("| Performance Review | UNVERIFIED |", "| Performance Review | unverified |"),
        good.replace("| Review | Status | Report |\n", ""),
        good.replace("Status | Report", "Result | Report"),
    ] {
        scratch.write(&story_path("E1-S1"), &text);
        stops(&scratch, &scratch.gate(&["review", "E1-S1"]), 65, "Review Gate");
        assert_eq!(scratch.read(&story_path("E1-S1")), text);
        assert!(!scratch.exists(".gaia/state/review"), "nothing is written");
    }
}

#[test]
fn an_unresolvable_base_stops_and_is_never_replaced() {
    let scratch = project(FAST);
    for args in [&["review", "E1-S1", "--base", "nonsense"][..], &["check", "--base", "nonsense"]] {
        let run = scratch.gate(args);
        stops(&scratch, &run, 65, "nonsense");
    }
    scratch.write("perf-gate.toml", "base = \"gone\"\n");
    stops(&scratch, &scratch.gate(&["review", "E1-S1"]), 65, "gone");
}

#[test]
fn an_unknown_configuration_key_a_bad_pattern_and_a_bad_glob_stop() {
    let scratch = project(FAST);
    for (config, says) in [
        ("exlcude = []\n", "exlcude"),
        ("[story]\npattern = '('\n", "pattern"),
        ("exclude = ['a[']\n", "a["),
        ("not toml", "perf-gate.toml"),
    ] {
        scratch.write("perf-gate.toml", config);
        stops(&scratch, &scratch.gate(&["review", "E1-S1"]), 65, says);
    }
}

#[test]
fn an_unknown_stack_is_wrong_usage() {
    let scratch = project(FAST);
    stops(&scratch, &scratch.gate(&["review", "E1-S1", "--stack", "cobol"]), 64, "unsupported stack");
}

#[test]
fn with_nothing_from_either_source_there_is_nothing_to_review() {
    let scratch = crate::stories::service();
    scratch.write(&story_path("E1-S1"), story("E1-S1", &[]));
    stops(&scratch, &scratch.gate(&["review", "E1-S1"]), 65, "nothing to review: ");
    let outside = Scratch::new();
    outside.write(&story_path("E1-S1"), story("E1-S1", &[]));
    stops(&outside, &outside.gate(&["review", "E1-S1"]), 65, "nothing to review: ");
}

/// Reviews a story with this File List; gives the run's code and the integrity findings.
fn integrity(scratch: &Scratch, entries: &[&str]) -> (i32, Vec<serde_json::Value>) {
    scratch.write(&story_path("E1-S1"), story("E1-S1", entries));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert!([0, 1, 2].contains(&run.code), "{}", run.stderr);
    let all = findings(&analysis(scratch, "E1-S1"));
    (run.code, all.into_iter().filter(|finding| finding["category"] == "integrity").collect())
}

#[test]
fn entries_that_are_absolute_or_leave_the_repository_are_warnings_and_never_read() {
    let secret = Scratch::new();
    secret.write("secret.rs", "TOP SECRET\n");
    let scratch = project(FAST);
    let absolute = secret.join("secret.rs").display().to_string();
    std::os::unix::fs::symlink(secret.path(), scratch.join("src/out")).unwrap();
    std::os::unix::fs::symlink(secret.join("secret.rs"), scratch.join("src/link.rs")).unwrap();
    for entry in [absolute.as_str(), "../secret.rs", "src/../../secret.rs", "src/out/secret.rs", "src/link.rs"] {
        let (code, found) = integrity(&scratch, &["src/api/x.rs", entry]);
        assert_eq!(code, 0, "{entry}");
        assert_eq!(found.len(), 1, "{entry}: {found:?}");
        assert_eq!((&found[0]["severity"], &found[0]["blocking"]), (&"Warning".into(), &false.into()), "{entry}");
        assert_eq!(found[0]["rule"], "integrity/refused-entry", "{entry}");
        let all = analysis(&scratch, "E1-S1").to_string() + &scratch.read(&report_path("E1-S1"));
        assert!(!all.contains("TOP SECRET"), "{entry}");
    }
}

#[test]
fn entries_that_are_gone_deleted_or_folders_are_warnings() {
    let scratch = project(FAST);
    std::fs::remove_file(scratch.join("src/api/mod.rs")).unwrap();
    for (entry, rule) in [
        ("src/never.rs", "integrity/missing-entry"),
        ("src/api/mod.rs", "integrity/missing-entry"),
        ("src/api", "integrity/not-a-file"),
    ] {
        let (code, found) = integrity(&scratch, &["src/api/x.rs", entry]);
        assert_eq!((code, found.len()), (0, 1), "{entry}: {found:?}");
        assert_eq!((&found[0]["rule"], &found[0]["file"]), (&rule.into(), &entry.into()));
    }
}

#[test]
fn binaries_and_links_inside_the_repository_are_skipped() {
    let scratch = project(FAST);
    scratch.write("logo.png", b"\x89PNG\r\n\x1a\n\xff\xfe\x00\x01");
    std::os::unix::fs::symlink("api", scratch.join("src/alias")).unwrap();
    let (code, found) = integrity(&scratch, &["src/api/x.rs", "logo.png", "src/alias"]);
    assert_eq!((code, found), (0, Vec::new()));
}

#[test]
fn source_that_is_too_large_or_no_text_is_blocked_and_says_how_to_go_on() {
    let scratch = project(FAST);
    let large = format!("// {}\n", "x".repeat(2 << 20));
    for (content, says) in
        [(large.as_bytes(), "`exclude`"), (&b"fn a() {}\n// \xff\n"[..], "not valid UTF-8 at line 2")]
    {
        scratch.write("src/api/x.rs", content);
        let run = scratch.gate(&["review", "E1-S1"]);
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("src/api/x.rs") && run.stdout.contains(says), "{}", run.stdout);
        let analysis = analysis(&scratch, "E1-S1");
        assert!(!with_status(&analysis, "errored").is_empty(), "{analysis}");
        assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: BLOCKED**\n"));
        assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | FAILED |"));
    }
    scratch.write("src/api/x.rs", format!("// @generated\n{large}"));
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 0, "generated files are not analysed");
    scratch.write("src/api/x.rs", &large).write("perf-gate.toml", "exclude = [\"src/api/\"]\n");
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 0, "what is excluded is not analysed");
}

#[test]
fn rust_that_does_not_parse_is_blocked_with_file_and_line() {
    let scratch = project("fn good() {}\n\nfn bad( {\n");
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("src/api/x.rs:3") || run.stdout.contains("line 3"), "{}", run.stdout);
    let errored = with_status(&analysis(&scratch, "E1-S1"), "errored");
    assert!(errored.contains(&"n-plus-one".to_owned()) && errored.contains(&"memory".to_owned()), "{errored:?}");
    let run = scratch.gate(&["check", "src/api/x.rs"]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
}

#[test]
fn source_nested_beyond_sense_is_blocked_not_a_crash() {
    let deep =
        |open: &str, close: &str| format!("fn f() {{ let _ = {}1{}; }}\n", open.repeat(20_000), close.repeat(20_000));
    for source in
        [deep("(", ")"), deep("{", "}"), format!("type T = {}u8{};\n", "Vec<".repeat(20_000), ">".repeat(20_000))]
    {
        let scratch = project(&source);
        let run = scratch.gate(&["review", "E1-S1"]);
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("src/api/x.rs"), "{}", run.stdout);
    }
}
