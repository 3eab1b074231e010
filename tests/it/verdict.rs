//! `verdict`: one word over two files, and exit 0.

use crate::support::{Run, Scratch};

fn verdict(analysis: &str, findings: &str) -> Run {
    let scratch = Scratch::new();
    scratch.write("a.json", analysis).write("f.json", findings);
    scratch.gate(&["verdict", "--analysis-results", "a.json", "--llm-findings", "f.json"])
}

fn analysis(checks: &str) -> String {
    format!(r#"{{"schema_version":"1.0","story_key":"E1-S1","skill":"x","checks":[{checks}]}}"#)
}

const NONE: &str = r#"{"findings":[]}"#;
const CRITICAL: &str = r#"{"findings":[{"category":"memory","severity":"CRITICAL"}]}"#;

#[test]
fn exactly_one_word_is_printed_and_the_first_match_wins() {
    let blocking = r#"{"name":"n-plus-one","status":"failed","findings":[{"blocking":true}]}"#;
    let harmless = r#"{"name":"memory","status":"failed","findings":[{"blocking":false}]}"#;
    let errored = r#"{"name":"bundle","status":"errored","findings":[]}"#;
    for (checks, findings, word) in [
        (String::new(), NONE, "APPROVE"),
        (harmless.to_owned(), NONE, "APPROVE"),
        (harmless.to_owned(), CRITICAL, "REQUEST_CHANGES"),
        (blocking.to_owned(), NONE, "REQUEST_CHANGES"),
        (r#"{"status":"failed","findings":[]}"#.to_owned(), NONE, "REQUEST_CHANGES"),
        (r#"{"status":"failed","findings":[{"rule":"x"}]}"#.to_owned(), NONE, "REQUEST_CHANGES"),
        (format!("{blocking},{errored}"), CRITICAL, "BLOCKED"),
    ] {
        let run = verdict(&analysis(&checks), findings);
        assert_eq!((run.code, run.stdout, run.stderr), (0, format!("{word}\n"), String::new()), "{checks}");
    }
}

#[test]
fn a_malformed_analysis_is_blocked_and_said() {
    for (text, words) in [
        ("", "malformed analysis-results.json: not JSON"),
        ("[]", "malformed analysis-results.json: not a JSON object"),
        ("{}", "malformed analysis-results.json: missing schema_version"),
        (r#"{"schema_version":"2.0","checks":[]}"#, "malformed analysis-results.json: schema_version"),
        (r#"{"schema_version":"1.0"}"#, "malformed analysis-results.json: missing checks"),
        (r#"{"schema_version":"1.0","checks":3}"#, "malformed analysis-results.json: checks is not an array"),
        (r#"{"schema_version":"1.0","checks":[{"status":"fine"}]}"#, "malformed analysis-results.json: checks[0]"),
        (&"[".repeat(100_000), "malformed analysis-results.json: not JSON"),
    ] {
        let run = verdict(text, CRITICAL);
        assert_eq!((run.code, run.stdout.as_str()), (0, "BLOCKED\n"), "{words}");
        assert!(run.stderr.starts_with(words), "{}", run.stderr);
    }
}

#[test]
fn a_missing_or_invalid_findings_file_counts_as_none_and_that_is_said() {
    let run = verdict(&analysis(""), "{");
    assert_eq!((run.code, run.stdout.as_str()), (0, "APPROVE\n"));
    assert!(run.stderr.contains("llm-findings.json counts as empty"), "{}", run.stderr);
    let scratch = Scratch::new();
    scratch.write("a.json", analysis(""));
    for (first, second, word, note) in [
        ("a.json", "absent.json", "APPROVE\n", "llm-findings.json counts as empty"),
        ("absent.json", "absent.json", "BLOCKED\n", "malformed analysis-results.json: "),
        (".", "a.json", "BLOCKED\n", "malformed analysis-results.json: "),
        ("/dev/zero", "/dev/zero", "BLOCKED\n", "malformed analysis-results.json: "),
    ] {
        let run = scratch.gate(&["verdict", "--analysis-results", first, "--llm-findings", second]);
        assert_eq!((run.code, run.stdout.as_str()), (0, word), "{first} {second}");
        assert!(run.stderr.contains(note), "{}", run.stderr);
    }
}

#[test]
fn missing_flags_are_wrong_usage() {
    let run = Scratch::new().gate(&["verdict"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""));
}
