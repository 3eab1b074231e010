//! The review in two steps, for agents that judge themselves: evidence and prompt out, findings or a rendered report in. The
//! guide that `init --agent` writes is held to what really happens.

use serde_json::{Value, json};

use crate::judge::{Court, answer};
use crate::stories::{FAST, SLOW, report_path, state_path, story_path};

fn prepared(court: &Court) -> Value {
    let run = court.gate(&["review", "E1-S1", "--stage", "evidence", "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn persist(court: &Court, payload: &str) -> crate::support::Run {
    court.home.write("payload", payload);
    let file = court.home.join("payload").display().to_string();
    court.gate(&["review", "E1-S1", "--stage", "persist", "--payload", &file])
}

/// An answer that names the prompt that it answers.
fn named(hash: &Value, severity: &str) -> String {
    let mut value: Value = serde_json::from_str(&answer("memory", severity, "src/api/x.rs")).unwrap();
    value["prompt_hash"] = hash.clone();
    value["model"] = json!("agent-7");
    value.to_string()
}

fn rendered(findings: &str, verdict: &str) -> String {
    format!(
        "# Performance Review: E1-S1\n\n- **Model:** agent-7\n\n## Deterministic Analysis\n\nAll is well, trust me.\n\n\
         ## LLM Semantic Review\n\nI read it twice.\n\n{findings}\n**Verdict: {verdict}**\n"
    )
}

#[test]
fn the_first_step_writes_evidence_and_prompt_and_neither_report_nor_row() {
    let court = Court::over(SLOW);
    let before = court.project.read(&story_path("E1-S1"));
    let prepared = prepared(&court);
    assert_eq!(prepared["stage"], "evidence");
    for key in ["analysis_results", "system_prompt", "prompt", "answer_schema"] {
        assert!(court.project.exists(prepared[key].as_str().unwrap()), "{key}");
    }
    assert!(
        court.project.read(prepared["prompt"].as_str().unwrap()).contains(prepared["prompt_hash"].as_str().unwrap())
    );
    assert_eq!(court.project.read(&story_path("E1-S1")), before);
    assert!(!court.project.exists(&report_path("E1-S1")));
    assert!(!court.project.exists(&state_path("E1-S1", "llm-findings.json")));
    let run = court.gate(&["review", "E1-S1", "--stage", "evidence"]);
    assert!(run.stdout.contains("next: cargo perf-gate review E1-S1 --stage persist --payload FILE"), "{}", run.stdout);
    let schema: Value = serde_json::from_str(&court.project.read(prepared["answer_schema"].as_str().unwrap())).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&json!({ "findings": [] })));
}

#[test]
fn the_second_step_takes_findings_and_updates_report_and_row() {
    let court = Court::over(FAST);
    let prepared = prepared(&court);
    let run = persist(&court, &named(&prepared["prompt_hash"], "Critical"));
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let judgment = court.judgment();
    assert_eq!((&judgment["model"], &judgment["prompt_hash"]), (&"agent-7".into(), &prepared["prompt_hash"]));
    assert!(court.report().contains("- **Model:** agent-7\n"));
    assert!(court.project.read(&story_path("E1-S1")).contains("| Performance Review | FAILED |"));
    let run = persist(&court, &named(&prepared["prompt_hash"], "Warning"));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(court.project.read(&story_path("E1-S1")).contains("| Performance Review | PASSED |"));
    court.project.git(&["add", "-A"]);
    court.project.git(&["commit", "-q", "-m", "Another head"]);
    assert_eq!(persist(&court, &named(&prepared["prompt_hash"], "Warning")).code, 0, "another head, the same question");
}

#[test]
fn what_answers_another_prompt_is_refused() {
    let court = Court::over(FAST);
    let hash = prepared(&court)["prompt_hash"].clone();
    court.project.write("src/api/x.rs", format!("{FAST}// changed since\n"));
    let run = persist(&court, &named(&hash, "Warning"));
    court.is_blocked(&run, "it answers another prompt than that of these results", "agent-7");
    court.is_blocked(&persist(&court, &named(&json!("sha256:12"), "Warning")), "`prompt_hash` is not", "agent-7");
}

#[test]
fn a_payload_that_lies_in_the_checkout_is_no_part_of_the_change() {
    let court = Court::over(FAST);
    let hash = prepared(&court)["prompt_hash"].clone();
    court.project.write("notes/judgment.json", named(&hash, "Warning"));
    let run = court.gate(&["review", "E1-S1", "--stage", "persist", "--payload", "./notes/judgment.json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_rendered_report_is_taken_with_our_own_deterministic_section() {
    let court = Court::over(FAST);
    prepared(&court);
    let findings = "### Critical\n\nNone.\n\n### Warning\n\n#### memory\n\n- `src/api/x.rs:2`: what `load` holds <b>grows</b>\n\n### Suggestion\n\nNone.\n";
    let run = persist(&court, &rendered(findings, "APPROVE"));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = court.report();
    assert!(report.contains("| n-plus-one | passed |") && !report.contains("trust me"), "{report}");
    assert!(report.contains("- `src/api/x.rs:2`: what `load` holds &lt;b&gt;grows&lt;/b&gt;\n"), "{report}");
    assert!(report.contains("### As the judge wrote it\n\n~~~\nI read it twice.\n~~~\n"), "{report}");
    assert!(report.ends_with("\n**Verdict: APPROVE**\n"), "{report}");
    // Our own report is one, too.
    let run = persist(&court, &report);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let run = persist(
        &court,
        &rendered(
            &findings.replace("Critical\n\nNone.", "Critical\n\n#### n+1\n\n- src/api/x.rs:3 — a query each"),
            "REQUEST_CHANGES",
        ),
    );
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_report_that_is_none_or_lies_is_kept_incomplete_and_blocks() {
    let court = Court::over(SLOW);
    prepared(&court);
    let good = "### Critical\n\nNone.\n";
    for (payload, why) in [
        (rendered(good, "APPROVE"), "another verdict than the computed one"),
        (rendered(good, "BLOCKED"), "another verdict than the computed one"),
        (rendered(good, "PASSED"), "does not end with a verdict line"),
        (
            rendered(good, "REQUEST_CHANGES").replace("## Deterministic Analysis", "## Analysis"),
            "lacks the section `## Deterministic Analysis`",
        ),
        (
            rendered(good, "REQUEST_CHANGES").replace("## LLM Semantic Review", "## Review"),
            "lacks the section `## LLM Semantic Review`",
        ),
        (
            rendered("### Critical\n\n#### n+1\n\n- a query for each\n", "REQUEST_CHANGES"),
            "is not a place and a message",
        ),
        (
            rendered("### Critical\n\n#### n+1\n\n- `src/y.rs:1`: no\n", "REQUEST_CHANGES"),
            "neither analysed nor in the File List",
        ),
    ] {
        let run = persist(&court, &payload);
        court.is_blocked(&run, why, "All is well, trust me.");
    }
    let run = court.gate(&["review", "E1-S1", "--stage", "persist", "--payload", "gone.json"]);
    court.is_blocked(&run, "`gone.json`: there is no such file", "");
    let run = persist(&court, &rendered(good, "REQUEST_CHANGES"));
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn steps_are_asked_for_in_a_way_that_makes_sense() {
    let court = Court::over(FAST);
    for args in [
        &["--stage", "persist"][..],
        &["--payload", "x"],
        &["--stage", "evidence", "--payload", "x"],
        &["--stage", "evidence", "--dry-run"],
        &["--stage", "evidence", "--format", "sarif"],
        &["--stage", "persist", "--payload", "x", "--llm-findings", "y"],
        &["--stage", "judge"],
    ] {
        let run = court.gate(&[&["review", "E1-S1"], args].concat());
        assert_eq!(run.code, 64, "{args:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn the_guide_for_agents_uses_commands_that_work() {
    let court = Court::over(FAST);
    let run = court.gate(&["init", "--agent"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!court.project.exists("perf-gate.toml"));
    let guide = court.project.read("perf-gate-agent.md");
    let commands: Vec<Vec<&str>> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("cargo perf-gate "))
        .map(|line| line.split(" #").next().unwrap().split_whitespace().collect())
        .collect();
    assert!(commands.len() >= 2, "{guide}");
    court.project.write(".gaia/state/judgment.json", r#"{"findings":[]}"#);
    for command in commands {
        let words: Vec<&str> = command.iter().map(|word| if *word == "E12-S004" { "E1-S1" } else { *word }).collect();
        let run = court.gate(&words);
        assert!([0, 1].contains(&run.code), "{words:?}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(court.gate(&["init", "--agent"]).code, 0, "the same guide again is no fault");
    court.project.write("perf-gate-agent.md", "mine");
    assert_eq!(court.gate(&["init", "--agent"]).code, 65);
    assert_eq!(court.project.read("perf-gate-agent.md"), "mine");
}
