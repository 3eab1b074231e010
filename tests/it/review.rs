//! `review`: report, row, state files, cache, judges from outside, and what happens when several run or one is killed.

use crate::stories::{
    FAST, SLOW, analysis, findings, project, report_path, service, state_path, story, story_path, with_status,
};
use crate::support::{Scratch, gate_command};

#[test]
fn a_review_writes_report_row_and_state_and_says_so() {
    let scratch = project(FAST);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stderr, "");
    assert!(run.stdout.contains("\nVerdict: APPROVE\nReview Gate: PENDING\nperf-gate "), "{}", run.stdout);
    let report = scratch.read(&report_path("E1-S1"));
    let prompt_hash = report.lines().find(|line| line.starts_with("- **prompt_hash:** `sha256:")).unwrap();
    assert!(report.starts_with("# Performance Review: E1-S1\n"));
    for line in ["## Deterministic Analysis", "## LLM Semantic Review", "### Critical", "### Warning", "### Suggestion"]
    {
        assert!(report.lines().any(|l| l == line), "{line}: {report}");
    }
    assert!(report.ends_with("\n**Verdict: APPROVE**\n"), "{report}");
    let row = format!("| Performance Review | PASSED | {} |", report_path("E1-S1"));
    let expected = story("E1-S1", &["src/api/x.rs"]).replace("| Performance Review | UNVERIFIED | — |", &row);
    assert_eq!(scratch.read(&story_path("E1-S1")), expected, "one row changed and no other byte");
    let judgment: serde_json::Value =
        serde_json::from_str(&scratch.read(&state_path("E1-S1", "llm-findings.json"))).unwrap();
    assert_eq!((&judgment["model"], &judgment["temperature"]), (&"perf-gate-rubric".into(), &0.into()));
    assert!(prompt_hash.contains(judgment["prompt_hash"].as_str().unwrap()));
    for name in ["analysis-results.json", "analysis-results.md", "timings.json"] {
        assert!(scratch.exists(&state_path("E1-S1", name)), "{name}");
    }
    assert_eq!(scratch.read(".gaia/state/.gitignore"), "*\n");
    assert!(scratch.gate(&["checkpoint", "validate", "--workflow", "performance-review"]).code == 0);
}

#[test]
fn the_analysis_has_the_contracts_shape() {
    let scratch = project(FAST);
    scratch.gate(&["review", "E1-S1"]);
    let analysis = analysis(&scratch, "E1-S1");
    for (key, value) in
        [("schema_version", "1.0"), ("story_key", "E1-S1"), ("skill", "gaia-performance-review"), ("stack", "rust-dev")]
    {
        assert_eq!(analysis[key], value);
    }
    assert_eq!((&analysis["model"], &analysis["model_temperature"]), (&"perf-gate-rubric".into(), &0.into()));
    assert!(analysis.get("prompt_hash").is_none());
    assert_eq!(analysis["file_hashes"]["src/api/x.rs"].as_str().unwrap().len(), 64);
    let names: Vec<&str> = analysis["checks"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["n-plus-one", "complexity", "bundle", "memory", "index-hint", "architecture", "fidelity", "integrity"]
    );
    let index = &analysis["checks"][4];
    assert_eq!((&index["status"], &index["skip_reason"]), (&"skipped".into(), &"no schema files in scope".into()));
}

#[test]
fn a_query_per_item_on_a_hot_path_requests_changes_and_a_fix_passes() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("Verdict: REQUEST_CHANGES"), "{}", run.stdout);
    assert!(run.stdout.contains("To get APPROVE, resolve this finding:\n  - src/api/x.rs:3 "), "{}", run.stdout);
    assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | FAILED |"));
    assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: REQUEST_CHANGES**\n"));
    scratch.write("src/api/x.rs", FAST);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | PASSED |"));
    assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: APPROVE**\n"));
}

#[test]
fn the_verdict_command_says_what_the_review_said() {
    for handler in [FAST, SLOW, "fn bad( {\n"] {
        let scratch = project(handler);
        let run = scratch.gate(&["review", "E1-S1", "--format", "json"]);
        let reviewed: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let (a, b) = (state_path("E1-S1", "analysis-results.json"), state_path("E1-S1", "llm-findings.json"));
        let verdict = scratch.gate(&["verdict", "--analysis-results", &a, "--llm-findings", &b]);
        assert_eq!(verdict.stdout.trim_end(), reviewed["verdict"].as_str().unwrap());
        assert_eq!(verdict.code, 0);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_anywhere() {
    let (one, two) = (project(SLOW), project(SLOW));
    one.gate(&["review", "E1-S1"]);
    two.gate(&["review", "E1-S1", "--no-cache"]);
    for name in ["analysis-results.json", "llm-findings.json"] {
        assert_eq!(one.read(&state_path("E1-S1", name)), two.read(&state_path("E1-S1", name)), "{name}");
    }
}

#[test]
fn a_second_review_writes_neither_report_nor_row() {
    let scratch = project(SLOW);
    scratch.gate(&["review", "E1-S1"]);
    let before = [report_path("E1-S1"), story_path("E1-S1")].map(|path| inode(&scratch, &path));
    let analysis = scratch.read(&state_path("E1-S1", "analysis-results.json"));
    for args in [&["review", "E1-S1"][..], &["review", "E1-S1", "--no-cache"]] {
        let run = scratch.gate(args);
        assert!(!run.stdout.contains("wrote "), "{}", run.stdout);
        assert_eq!(before, [report_path("E1-S1"), story_path("E1-S1")].map(|path| inode(&scratch, &path)));
        assert_eq!(scratch.read(&state_path("E1-S1", "analysis-results.json")), analysis, "the same bytes");
    }
    scratch.commit("Another head");
    let run = scratch.gate(&["review", "E1-S1"]);
    assert!(!run.stdout.contains("wrote "), "head and base do not count: {}", run.stdout);
}

fn inode(scratch: &Scratch, path: &str) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(scratch.join(path)).unwrap())
}

#[test]
fn a_dry_run_shows_what_would_change_and_writes_nothing() {
    let scratch = project(SLOW);
    let before = snapshot(&scratch);
    let run = scratch.gate(&["review", "E1-S1", "--dry-run"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("\n-| Performance Review | UNVERIFIED | — |\n"), "{}", run.stdout);
    assert!(run.stdout.contains("\n+**Verdict: REQUEST_CHANGES**\n"), "{}", run.stdout);
    assert_eq!(snapshot(&scratch), before);
}

/// Every file below the folder but git's own, with its bytes.
fn snapshot(scratch: &Scratch) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let walk = ignore::WalkBuilder::new(scratch.path()).standard_filters(false).sort_by_file_path(Ord::cmp).build();
    let files = walk.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
    let ours = files.filter(|entry| !entry.path().components().any(|part| part.as_os_str() == ".git"));
    ours.map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn only_what_the_change_brought_counts_under_scope_new() {
    let scratch = service();
    scratch.git(&["checkout", "-q", "main"]);
    let slow = format!("{SLOW}\n{}", "// What git knows a moved file by.\n".repeat(12));
    scratch.write("src/api/x.rs", &slow);
    scratch.commit("A slow handler");
    scratch.git(&["checkout", "-q", "-B", "story"]);
    scratch.git(&["mv", "src/api/x.rs", "src/api/y.rs"]);
    scratch.write("src/api/y.rs", format!("// moved\n\n{slow}"));
    scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/api/y.rs"]));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let run = scratch.gate(&["review", "E1-S1", "--scope", "new"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let old = findings(&analysis(&scratch, "E1-S1"));
    assert!(old.iter().any(|f| f["category"] == "n+1" && f["new"] == false && f["blocking"] == false), "{old:?}");
    scratch.write("src/api/y.rs", format!("{slow}\n{}", SLOW.replace("fn load", "fn more")));
    let run = scratch.gate(&["review", "E1-S1", "--scope", "new"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let new = findings(&analysis(&scratch, "E1-S1"));
    assert_eq!(new.iter().filter(|f| f["category"] == "n+1" && f["new"] == true).count(), 1, "{new:?}");
}

#[test]
fn without_a_base_the_file_list_is_reviewed_and_the_gate_warns() {
    let scratch = Scratch::new();
    scratch.write("src/api/x.rs", FAST).write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n");
    scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/api/x.rs"]));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("git diff unavailable") && run.stdout.contains("base none"), "{}", run.stdout);
    let analysis = analysis(&scratch, "E1-S1");
    assert_eq!((&analysis["base"], &analysis["head"]), (&"none".into(), &"none".into()));
    assert_eq!(analysis["gate_warnings"][0]["warning"], "git-diff-unavailable");
}

#[test]
fn divergence_of_file_list_and_diff_is_a_warning() {
    let scratch = project(FAST);
    scratch.write("src/api/other.rs", FAST);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let warning = &analysis(&scratch, "E1-S1")["gate_warnings"][0];
    assert_eq!(warning["warning"], "file-list-divergence");
    assert_eq!(warning["missing_from_file_list"], serde_json::json!(["src/api/other.rs"]));
    assert!(analysis(&scratch, "E1-S1")["files"].as_array().unwrap().contains(&"src/api/other.rs".into()));
}

#[test]
fn a_judge_from_outside_adds_but_cannot_lower() {
    let scratch = project(FAST);
    let judge = |severity: &str, file: &str| {
        scratch.write("judge.json", format!(
            r#"{{"findings":[{{"category":"n+1","severity":"{severity}","file":"{file}","line":3,"message":"m"}}],"model":"j"}}"#
        ));
        scratch.gate(&["review", "E1-S1", "--llm-findings", "judge.json"])
    };
    let run = judge("Critical", "src/api/x.rs");
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(analysis(&scratch, "E1-S1")["model"], "j");
    assert_eq!(judge("Suggestion", "src/api/x.rs").code, 0);
    scratch.write("src/api/x.rs", SLOW);
    assert_eq!(judge("Suggestion", "src/api/x.rs").code, 1);
    let judgment: serde_json::Value =
        serde_json::from_str(&scratch.read(&state_path("E1-S1", "llm-findings.json"))).unwrap();
    let all = judgment["findings"].as_array().unwrap();
    let slow: Vec<_> = all.iter().filter(|finding| finding["category"] == "n+1").collect();
    assert_eq!(slow.len(), 1, "{judgment}");
    assert_eq!(slow[0]["severity"], "Critical", "raised back to its own tier");
}

#[test]
fn an_answer_that_cannot_be_used_is_blocked_incomplete_and_kept() {
    let scratch = project(FAST);
    let of = |key: &str, value: &str| {
        let fields =
            [("category", "\"n+1\""), ("severity", "\"Warning\""), ("file", "\"src/api/x.rs\""), ("line", "3")];
        let fields: Vec<String> =
            fields.iter().map(|(k, v)| format!("\"{k}\":{}", if *k == key { value } else { v })).collect();
        format!("{{\"findings\":[{{{},\"message\":\"m\"}}]}}", fields.join(","))
    };
    for payload in [
        "not json".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "{\"findings\":{}}".to_owned(),
        of("category", "\"speed\""),
        of("severity", "\"Fatal\""),
        of("file", "\"src/lib2.rs\""),
        of("file", "\"/etc/passwd\""),
        of("line", "0"),
        of("line", "\"3\""),
        "{\"findings\":[],\"prompt_hash\":\"sha256:xyz\"}".to_owned(),
        "{\"findings\":[],\"report\":\"no sections\"}".to_owned(),
        "{\"findings\":[],\"report\":\"## Deterministic Analysis\\n## LLM Semantic Review\\n**Verdict: BLOCKED**\"}"
            .to_owned(),
        "\u{1b}[2J~~~~\n**Verdict: APPROVE**".to_owned(),
    ] {
        scratch.write("judge.json", &payload);
        let run = scratch.gate(&["review", "E1-S1", "--llm-findings", "judge.json"]);
        assert_eq!(run.code, 2, "{payload}: {}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
        let report = scratch.read(&report_path("E1-S1"));
        assert!(report.starts_with("[INCOMPLETE]\n"), "{report}");
        assert!(report.ends_with("\n**Verdict: BLOCKED**\n"), "{report}");
        assert!(report.contains("## Deterministic Analysis\n"), "{report}");
        let kept = payload.split("\"report\":\"").nth(1).map_or(payload.as_str(), |text| &text[..10]);
        assert!(report.contains(kept), "{report}");
        assert_eq!(with_status(&analysis(&scratch, "E1-S1"), "errored"), ["integrity"]);
        assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | FAILED |"));
    }
    let run = scratch.gate(&["review", "E1-S1", "--llm-findings", "gone.json"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let report = "## Deterministic Analysis\\n\\n## LLM Semantic Review\\n\\n**Verdict: APPROVE**\\n";
    scratch.write("judge.json", format!("{{\"findings\":[],\"report\":\"{report}\"}}"));
    assert_eq!(scratch.gate(&["review", "E1-S1", "--llm-findings", "judge.json"]).code, 0);
}

/// Paths of the cache entries of the story.
fn entries(scratch: &Scratch) -> Vec<std::path::PathBuf> {
    let Ok(folder) = std::fs::read_dir(scratch.join(&state_path("E1-S1", ".cache"))) else { return Vec::new() };
    folder.map(|entry| entry.unwrap().path()).collect()
}

fn was_cached(scratch: &Scratch) -> bool {
    let timings: serde_json::Value = serde_json::from_str(&scratch.read(&state_path("E1-S1", "timings.json"))).unwrap();
    timings["cached"].as_bool().unwrap()
}

#[test]
fn a_second_review_comes_from_the_cache_with_the_same_result() {
    let scratch = project(SLOW);
    let first = scratch.gate(&["review", "E1-S1", "--format", "json"]);
    assert!(!was_cached(&scratch));
    assert_eq!(entries(&scratch).len(), 1, "one entry and no temporary file");
    let second = scratch.gate(&["review", "E1-S1", "--format", "json"]);
    assert!(was_cached(&scratch));
    assert_eq!((first.code, first.stdout), (second.code, second.stdout));
    scratch.gate(&["review", "E1-S1", "--no-cache"]);
    assert!(!was_cached(&scratch));
    for (path, text) in [
        ("src/api/x.rs", FAST),
        ("perf-gate.toml", "[complexity]\ncognitive = { default = 3 }\n"),
        ("lighthouserc.json", "{\"ci\":{}}"),
        ("Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ] {
        scratch.write(path, text);
        scratch.gate(&["review", "E1-S1"]);
        assert!(!was_cached(&scratch), "{path} is part of the key");
    }
}

#[test]
fn an_entry_that_is_corrupt_foreign_or_of_another_version_is_a_miss() {
    let scratch = project(SLOW);
    scratch.gate(&["review", "E1-S1"]);
    let path = entries(&scratch).remove(0);
    let good = std::fs::read_to_string(&path).unwrap();
    scratch.gate(&["review", "E1-S1"]);
    assert!(was_cached(&scratch), "the entry is good");
    let approve = good.replace("\"status\":\"failed\"", "\"status\":\"passed\"");
    for bad in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        good[..good.len() / 2].to_owned(),
        good.replace("\"format\":2", "\"format\":1"),
        good.replace("\"story_key\":\"E1-S1\"", "\"story_key\":\"E1-S2\""),
        good.replace("\"checks\":[", "\"checks\":[],\"was\":["),
        good.replacen(&good[good.find("file_hashes").unwrap() + 32..][..8], "00000000", 1),
    ] {
        std::fs::write(&path, &bad).unwrap();
        let run = scratch.gate(&["review", "E1-S1"]);
        assert_eq!(run.code, 1, "{bad}: {}{}", run.stdout, run.stderr);
        assert!(!was_cached(&scratch), "{bad}");
    }
    std::fs::write(&path, approve).unwrap();
    scratch.git(&["add", "-f", path.to_str().unwrap()]);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 1, "a change cannot bring its own verdict: {}", run.stdout);
}

#[test]
fn errored_results_are_not_kept() {
    let scratch = project("fn a() {}\n// \u{0}\n");
    scratch.write("src/api/x.rs", b"// \xff\n");
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 2);
    assert_eq!(entries(&scratch), Vec::<std::path::PathBuf>::new());
}

#[test]
fn two_reviews_of_one_story_at_once_leave_whole_files() {
    let scratch = project(SLOW);
    let original = story("E1-S1", &["src/api/x.rs"]);
    let row = format!("| Performance Review | FAILED | {} |", report_path("E1-S1"));
    for _ in 0..3 {
        scratch.write(&story_path("E1-S1"), &original);
        let children: Vec<_> = (0..4).map(|_| spawn(&scratch, "E1-S1")).collect();
        for mut child in children {
            assert_eq!(child.wait().unwrap().code(), Some(1));
        }
        let expected = original.replace("| Performance Review | UNVERIFIED | — |", &row);
        assert_eq!(scratch.read(&story_path("E1-S1")), expected);
        assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: REQUEST_CHANGES**\n"));
        analysis(&scratch, "E1-S1");
    }
}

#[test]
fn sixteen_reviews_of_different_stories_at_once_do_not_disturb_one_another() {
    let scratch = project(SLOW);
    let keys: Vec<String> = (1..=16).map(|n| format!("E2-S{n}")).collect();
    for key in &keys {
        scratch.write(&story_path(key), story(key, &["src/api/x.rs"]));
    }
    let children: Vec<_> = keys.iter().map(|key| spawn(&scratch, key)).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
    for key in &keys {
        assert!(scratch.read(&story_path(key)).contains("| Performance Review | FAILED |"), "{key}");
        assert!(scratch.read(&report_path(key)).starts_with(&format!("# Performance Review: {key}\n")));
        assert_eq!(analysis(&scratch, key)["story_key"], key.as_str());
    }
    assert!(scratch.gate(&["checkpoint", "read", "--workflow", "performance-review"]).code == 0);
}

#[test]
fn a_kill_at_any_moment_leaves_no_torn_file() {
    let scratch = project(SLOW);
    let original = story("E1-S1", &["src/api/x.rs"]);
    let row = format!("| Performance Review | FAILED | {} |", report_path("E1-S1"));
    let updated = original.replace("| Performance Review | UNVERIFIED | — |", &row);
    for step in 0..40u64 {
        scratch.write(&story_path("E1-S1"), &original);
        let _ = std::fs::remove_file(scratch.join(&report_path("E1-S1")));
        let mut child = spawn(&scratch, "E1-S1");
        std::thread::sleep(std::time::Duration::from_micros(step * 1500));
        let _ = child.kill();
        let _ = child.wait();
        let now = scratch.read(&story_path("E1-S1"));
        assert!(now == original || now == updated, "{now}");
        if now == updated {
            assert!(scratch.exists(&report_path("E1-S1")), "the report comes before the row");
        }
        if scratch.exists(&report_path("E1-S1")) {
            assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: REQUEST_CHANGES**\n"));
        }
        if scratch.exists(&state_path("E1-S1", "analysis-results.json")) {
            analysis(&scratch, "E1-S1");
        }
    }
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 1, "and the next review goes through");
}

fn spawn(scratch: &Scratch, key: &str) -> std::process::Child {
    let null = || std::process::Stdio::null();
    gate_command(scratch.path()).args(["review", key]).stdin(null()).stdout(null()).stderr(null()).spawn().unwrap()
}

#[test]
fn where_nothing_can_be_written_the_review_says_so() {
    let scratch = project(FAST);
    scratch.write(".gaia/state", "a file where the folder should be");
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 65, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(".gaia/state"), "{}", run.stderr);
    assert_eq!(scratch.read(&story_path("E1-S1")), story("E1-S1", &["src/api/x.rs"]));
    assert!(!scratch.exists(&report_path("E1-S1")));
}

#[test]
fn a_full_disk_behind_standard_output_is_no_pass() {
    let scratch = project(FAST);
    for args in
        [&["review", "E1-S1"][..], &["review", "E1-S1", "--format", "json"], &["check", "src", "--format", "json"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = gate_command(scratch.path()).args(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("standard output cannot be written"), "{stderr}");
    }
}

/// A review of the commits between `main` and `head`, as a push or CI would run it.
fn review_of_commits(
    scratch: &Scratch,
    head: &str,
    write: bool,
) -> perf_gate::error::Result<perf_gate::review::Reviewed> {
    use perf_gate::review::{Job, Scope, Target};
    let root = scratch.path().to_path_buf();
    let repo = perf_gate::world::git::Repo::discover(&root).unwrap().unwrap();
    let base = repo.base_between("main", "test", head).unwrap();
    perf_gate::review::run(&Job {
        key: perf_gate::model::story_key::StoryKey::any("E1-S1").unwrap(),
        root,
        target: Target::Range { base, head: head.to_owned(), write },
        scope: Scope::File,
        stack: None,
        judged_by: perf_gate::review::JudgedBy::Configured,
        fresh_judgment: false,
        dry_run: false,
        policy: None,
        no_cache: false,
        division: perf_gate::review::division::Division::Whole,
        config: perf_gate::config::Config::default(),
    })
}

#[test]
fn commits_are_reviewed_from_the_object_database_and_nothing_is_written() {
    use perf_gate::model::verdict::Verdict;
    let scratch = project(SLOW);
    let slow = scratch.commit("A slow handler");
    scratch.write("src/api/x.rs", FAST);
    let fast = scratch.commit("A fast handler");
    scratch.write("src/api/x.rs", "not what is pushed (");
    scratch.write(&story_path("E1-S1"), "not what is pushed");
    let before = snapshot(&scratch);
    assert_eq!(review_of_commits(&scratch, &slow, false).unwrap().verdict, Verdict::RequestChanges);
    assert_eq!(review_of_commits(&scratch, &fast, false).unwrap().verdict, Verdict::Approve);
    assert_eq!(snapshot(&scratch), before);
}

#[test]
fn a_story_that_the_commit_does_not_have_comes_from_the_working_tree() {
    let scratch = project(FAST);
    scratch.write(".gitignore", ".gaia/\n");
    let head = scratch.commit("Without the story");
    let reviewed = review_of_commits(&scratch, &head, true).unwrap();
    assert_eq!(reviewed.verdict, perf_gate::model::verdict::Verdict::Approve);
    assert_eq!(reviewed.provenance.head, head);
    assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | PASSED |"));
    assert!(scratch.read(&report_path("E1-S1")).ends_with("\n**Verdict: APPROVE**\n"));
    assert!(!scratch.exists(&state_path("E1-S1", ".cache")), "commits leave the result cache alone");
    std::fs::remove_file(scratch.join(&story_path("E1-S1"))).unwrap();
    let error = review_of_commits(&scratch, &head, false).unwrap_err();
    assert!(error.to_string().contains("story file not found for key E1-S1"), "{error}");
}

#[test]
fn a_story_that_lists_itself_and_its_report_comes_to_rest() {
    let scratch = project(FAST);
    let (own, report) = (story_path("E1-S1"), report_path("E1-S1"));
    scratch.write(&own, story("E1-S1", &["src/api/x.rs", &own, &report, ".gaia/state/x.json"]));
    scratch.gate(&["review", "E1-S1"]);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains(&format!("unchanged {report}")), "{}", run.stdout);
    assert_eq!(analysis(&scratch, "E1-S1")["files"], serde_json::json!(["src/api/x.rs"]));
}

#[test]
fn excluded_and_generated_files_are_skipped_by_reason() {
    let scratch = project(SLOW);
    let analysed = || {
        let run = scratch.gate(&["check", "--format", "json"]);
        let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        (run.code, value["provenance"]["files_skipped"].clone())
    };
    assert_eq!(analysed().0, 1);
    scratch.write("perf-gate.toml", "exclude = [\"src/api/x.rs\"]\n");
    assert_eq!((analysed().0, &analysed().1["excluded"]), (0, &1.into()));
    scratch.write("perf-gate.toml", "");
    scratch.write(".gitattributes", "*.rs text\nsrc/api/* linguist-generated=true\n");
    assert_eq!((analysed().0, &analysed().1["linguist-generated"]), (0, &1.into()));
    scratch.write("src/.gitattributes", "x.rs -linguist-generated\n");
    assert_eq!(analysed().0, 1);
    scratch.write("src/api/x.rs", format!("// Code generated by tool. DO NOT EDIT.\n{SLOW}"));
    assert_eq!((analysed().0, &analysed().1["generated"]), (0, &1.into()));
    scratch.write("src/api/x.rs", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    assert_eq!((analysed().0, &analysed().1["LFS pointer"]), (0, &1.into()));
}

#[test]
fn a_report_stands_in_the_folder_of_a_story_that_has_its_own() {
    let scratch = project(FAST);
    std::fs::remove_file(scratch.join(&story_path("E1-S1"))).unwrap();
    let folder = format!("{}/epic-1/E1-S1-load", crate::stories::ARTIFACTS);
    scratch.write(&format!("{folder}/story.md"), story("E1-S1", &["src/api/x.rs"]));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(scratch.exists(&format!("{folder}/reviews/performance-review-E1-S1.md")), "{}", run.stdout);
}

#[test]
fn line_ends_and_everything_else_of_the_story_stay() {
    let scratch = project(FAST);
    let text = story("E1-S1", &["src/api/x.rs"]).replace('\n', "\r\n") + "\r\n\r\n| a | b |\t \r\n";
    scratch.write(&story_path("E1-S1"), &text);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let row = format!("| Performance Review | PASSED | {} |", report_path("E1-S1"));
    assert_eq!(scratch.read(&story_path("E1-S1")), text.replace("| Performance Review | UNVERIFIED | — |", &row));
}
