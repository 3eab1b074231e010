//! What exempts findings: suppressions, waivers, the baseline; and the policy of another commit, which a change cannot loosen.

use serde_json::Value;

use crate::stories::{FAST, SLOW, findings, project, report_path, service, state_path, story, story_path};
use crate::support::{Run, Scratch};

// Beside the query, every change to this service has one more finding: no budget is configured (a Suggestion).
const RULE: &str = "n-plus-one/orm-call-in-loop";

/// A day so many days from today, in UTC.
fn day(from_today: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(from_today)).unwrap().to_string()
}

/// The slow handler with a line above its query.
fn above(line: &str) -> String {
    let (before, after) = SLOW.split_once("        sqlx::query").unwrap();
    format!("{before}        {line}\n        sqlx::query{after}")
}

/// The slow handler with something behind its query.
fn behind(comment: &str) -> String {
    SLOW.replace(".await?;\n", &format!(".await?; {comment}\n"))
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

fn check(scratch: &Scratch) -> (i32, Value) {
    let run = scratch.gate(&["check", "--format", "json"]);
    (run.code, json(&run))
}

/// The finding about the query.
fn query(value: &Value) -> Value {
    let all = value["findings"].as_array().unwrap();
    all.iter().find(|finding| finding["category"] == "n+1").unwrap_or_else(|| panic!("{value}")).clone()
}

/// Rule, line and message of what is said of the policy itself.
fn said(value: &Value) -> Vec<(String, u64, String)> {
    let all = value["findings"].as_array().unwrap().iter().filter(|finding| finding["category"] == "integrity");
    all.map(|f| {
        let text = |key: &str| f[key].as_str().unwrap().to_owned();
        assert_eq!(f["blocking"], false);
        (text("rule"), f["line"].as_u64().unwrap(), text("message"))
    })
    .collect()
}

fn allow(rest: &str) -> String {
    format!("perf-gate: allow({RULE}) {rest}")
}

#[test]
fn the_tests_know_the_rule_that_fires() {
    let (code, value) = check(&project(SLOW));
    assert_eq!((code, query(&value)["rule"].as_str()), (1, Some(RULE)), "{value}");
}

#[test]
fn a_comment_on_the_line_or_the_line_above_suppresses() {
    let marker = allow("reason=\"ids are few\"");
    let block = format!("/*\n * {marker}\n */");
    for text in [
        above(&format!("// {marker}")),
        above(&format!("/* {marker} */")),
        above(&block),
        above(&format!("// {marker}\n        // and a word more")),
        behind(&format!("// {marker}")),
        behind(&format!("/* {marker} */")),
        above(&format!("// {marker}")).replace('\n', "\r\n"),
        format!("\u{feff}{}", above(&format!("//{marker}"))),
        SLOW.replace("for id in ids {", &format!("for id in ids {{ // {marker}")),
    ] {
        let (code, value) = check(&project(&text));
        let finding = query(&value);
        assert_eq!((code, &finding["blocking"]), (0, &Value::Bool(false)), "{text}\n{value}");
        assert_eq!(finding["suppressed"], serde_json::json!({ "reason": "ids are few" }), "{text}");
        assert_eq!(finding["severity"], "Critical", "what it weighs stays");
        let counts = &value["provenance"];
        assert_eq!((&counts["reported"], &counts["suppressed"]), (&1.into(), &1.into()), "{value}");
        assert_eq!(said(&value), []);
    }
}

#[test]
fn a_comment_elsewhere_or_for_another_rule_suppresses_nothing_and_is_said_to_be_unused() {
    let marker = allow("reason=\"x\"");
    let other = "perf-gate: allow(memory/leak) reason=\"x\"";
    for text in [
        above(&format!("// {marker}\n")),
        format!("// {marker}\n{SLOW}"),
        SLOW.replace("    Ok(())", &format!("    // {marker}\n    Ok(())")),
        above(&format!("// {other}")),
    ] {
        let (code, value) = check(&project(&text));
        assert_eq!((code, &query(&value)["blocking"]), (1, &Value::Bool(true)), "{text}");
        let said = said(&value);
        assert_eq!(said.len(), 1, "{text}\n{said:?}");
        assert!(said[0].0 == "integrity/unused-suppression" && said[0].2.contains("nothing is left here"), "{said:?}");
    }
}

#[test]
fn text_in_a_string_is_no_comment() {
    let marker = allow("reason=\\\"x\\\"");
    for line in [
        format!("let _ = \"// {marker}\";"),
        format!("let _ = r#\"\n// {}\n\"#;", allow("reason=\"x\"")),
        format!("let _ = \"\n// {marker}\n\";"),
    ] {
        let (code, value) = check(&project(&above(&line)));
        assert_eq!((code, said(&value)), (1, vec![]), "{line}");
        assert!(query(&value).get("suppressed").is_none());
    }
}

#[test]
fn the_last_day_counts_and_the_day_after_does_not() {
    let dated = |until: &str| check(&project(&above(&format!("// {}", allow(&format!("until={until} reason=\"x\""))))));
    for until in [day(0), day(1), "9999-12-31".to_owned()] {
        let (code, value) = dated(&until);
        assert_eq!(code, 0, "{until}: {value}");
        assert_eq!(query(&value)["suppressed"], serde_json::json!({ "reason": "x", "until": until }));
    }
    for (until, words) in
        [(day(-1).as_str(), "which is over"), ("2026-02-30", "is no day"), ("soon", "is no day"), ("\"\"", "is no day")]
    {
        let (code, value) = dated(until);
        assert_eq!((code, &query(&value)["blocking"]), (1, &Value::Bool(true)), "{until}");
        let said = said(&value);
        assert_eq!(said.len(), 1, "{said:?}");
        assert_eq!((said[0].0.as_str(), said[0].1), ("integrity/expired-suppression", 3), "{said:?}");
        assert!(said[0].2.contains(words), "{said:?}");
    }
}

#[test]
fn what_is_malformed_or_names_no_rule_is_a_finding_and_suppresses_nothing() {
    for (comment, rule, words) in [
        (allow(""), "integrity/malformed-suppression", "no reason"),
        (allow("reason=\"\""), "integrity/malformed-suppression", "no reason"),
        (allow("reason=\"x"), "integrity/malformed-suppression", "quotation mark"),
        (allow("because=\"x\""), "integrity/malformed-suppression", "not understood"),
        ("perf-gate: ignore".to_owned(), "integrity/malformed-suppression", "is expected"),
        ("perf-gate allow(a/b) reason=\"x\"".to_owned(), "integrity/malformed-suppression", "colon"),
        ("perf-gate: allow(n-plus-one) reason=\"x\"".to_owned(), "integrity/unknown-suppressed-rule", "`n-plus-one`"),
        ("perf-gate: allow(*) reason=\"x\"".to_owned(), "integrity/unknown-suppressed-rule", "`*`"),
        ("perf-gate: allow(a/*) reason=\"x\"".to_owned(), "integrity/unknown-suppressed-rule", "`a/*`"),
    ] {
        let (code, value) = check(&project(&above(&format!("// {comment}"))));
        let said = said(&value);
        assert_eq!((code, said.len()), (1, 1), "{comment}: {said:?}");
        assert!(said[0].0 == rule && said[0].2.contains(words), "{comment}: {said:?}");
        assert!(query(&value).get("suppressed").is_none(), "{comment}");
    }
}

#[test]
fn several_rules_a_group_and_several_comments_are_understood() {
    for comments in [
        format!("// perf-gate: allow({RULE}, memory/leak) reason=\"x\""),
        "// perf-gate: allow(n-plus-one/*) reason=\"x\"".to_owned(),
        format!("// perf-gate: allow(memory/leak) reason=\"y\"\n        // {}", allow("reason=\"x\"")),
    ] {
        let (code, value) = check(&project(&above(&comments)));
        assert_eq!((code, &query(&value)["suppressed"]["reason"]), (0, &"x".into()), "{comments}");
        let unused = said(&value);
        let leak = comments.contains("memory/leak");
        assert!(unused.iter().all(|(_, _, message)| message.contains("`memory/leak`")), "{unused:?}");
        assert_eq!(unused.len(), usize::from(leak), "{comments}: {unused:?}");
    }
    // The second of two that say the same has nothing left to do.
    let twice = format!("// {0}\n        // {0}", allow("reason=\"x\""));
    let (code, value) = check(&project(&above(&twice)));
    let unused = said(&value);
    assert_eq!((code, unused.len(), unused[0].1), (0, 1, 4), "{unused:?}");
}

#[test]
fn what_was_not_looked_for_is_not_called_unused() {
    let scratch = project(&above(&format!("// {}", allow("reason=\"x\""))));
    let run = scratch.gate(&["check", "--rules", "memory", "--format", "json"]);
    assert_eq!(said(&json(&run)), []);
    let schemas = "// perf-gate: allow(index-hint/unindexed-sort) reason=\"x\"\n";
    assert_eq!(said(&check(&project(&format!("{schemas}{FAST}"))).1), [], "no schema is in scope");
}

#[test]
fn a_suppression_does_not_change_what_a_finding_is() {
    let plain = query(&check(&project(SLOW)).1);
    for text in [above(&format!("// {}", allow("reason=\"x\""))), behind(&format!("// {}", allow("reason=\"x\"")))] {
        assert_eq!(query(&check(&project(&text)).1)["fingerprint"], plain["fingerprint"], "{text}");
    }
}

#[test]
fn an_errored_check_stays_so_whatever_is_suppressed_or_waived() {
    let scratch = project(&above(&format!("// {}", allow("reason=\"x\""))));
    scratch.write("src/api/bad.rs", "// perf-gate: allow(n-plus-one/*) reason=\"x\"\nfn bad( {\n");
    scratch.write("perf-gate.toml", waiver("n-plus-one/*", &day(1)));
    let run = scratch.gate(&["check"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stdout.contains("Verdict: BLOCKED"), "{}", run.stdout);
    assert!(!run.stdout.contains("unused-suppression"), "nothing was looked at to its end: {}", run.stdout);
}

#[test]
fn a_review_counts_suppressions_in_every_output_and_the_check_stays_failed() {
    let scratch = project(&above(&format!("// {}", allow(&format!("until={} reason=\"ids are few\"", day(2))))));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("findings: 1 reported, 1 suppressed, 0 baselined, 0 waived"), "{}", run.stdout);
    let report = scratch.read(&report_path("E1-S1"));
    assert!(report.contains("\nFindings: 1 reported, 1 suppressed, 0 baselined, 0 waived.\n"), "{report}");
    assert!(report.contains(&format!("  - suppressed: ids are few, until {}", day(2))), "{report}");
    assert!(report.contains("| n-plus-one | failed | 1 |"), "{report}");
    assert!(report.ends_with("**Verdict: APPROVE**\n") && !report.contains("What would flip"), "{report}");
    assert!(scratch.read(&story_path("E1-S1")).contains("| Performance Review | PASSED |"));
    let analysis: Value = serde_json::from_str(&scratch.read(&state_path("E1-S1", "analysis-results.json"))).unwrap();
    let counts = serde_json::json!({ "reported": 1, "suppressed": 1, "baselined": 0, "waived": 0 });
    assert_eq!(analysis["counts"], counts);
    let (a, b) = (state_path("E1-S1", "analysis-results.json"), state_path("E1-S1", "llm-findings.json"));
    let verdict = scratch.gate(&["verdict", "--analysis-results", &a, "--llm-findings", &b]);
    assert_eq!(verdict.stdout, "APPROVE\n");
}

#[test]
fn policy_is_applied_after_the_cache() {
    let scratch = project(SLOW);
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 1);
    assert_eq!(scratch.gate(&["baseline"]).code, 0);
    let cached = |scratch: &Scratch| scratch.read(&state_path("E1-S1", "timings.json")).contains("\"cached\": true");
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 0, "the baseline counts at once");
    std::fs::remove_file(scratch.join("perf-gate-baseline.json")).unwrap();
    assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 1, "and no longer when it is gone");
    assert!(cached(&scratch), "{}", scratch.read(&state_path("E1-S1", "timings.json")));
}

#[test]
fn only_what_still_blocks_is_named_as_what_would_flip_the_verdict() {
    let two = format!("{}\n{}", above(&format!("// {}", allow("reason=\"x\""))), SLOW.replace("load", "other"));
    let run = project(&two).gate(&["check"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let flip = run.stdout.split("To get APPROVE").nth(1).unwrap_or_else(|| panic!("{}", run.stdout));
    assert!(flip.starts_with(", resolve this finding:\n  - src/api/x.rs:11 "), "{flip}");
}

#[test]
fn a_hostile_reason_is_shown_as_text_everywhere() {
    let reason = "\u{1b}[31m<img src=x onerror=alert(1)> ::error::x | `a` [l](http://y) \u{202e}";
    let scratch = project(&above(&format!("// {}", allow(&format!("reason=\"{reason}\"")))));
    scratch
        .write("perf-gate.toml", waiver(&format!("{}::error", "a"), &day(1)).replace("legacy", "\\u001B]0;x\\u0007"));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let report = scratch.read(&report_path("E1-S1"));
    let twin = scratch.read(&state_path("E1-S1", "analysis-results.md"));
    for text in [&run.stdout, &report, &twin] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
    }
    for text in [&report, &twin] {
        assert!(!text.contains("<img") && !text.contains("[l](http"), "{text}");
    }
    assert!(!run.stdout.lines().any(|line| line.starts_with("::")), "{}", run.stdout);
    let analysis: Value = serde_json::from_str(&scratch.read(&state_path("E1-S1", "analysis-results.json"))).unwrap();
    let found = findings(&analysis);
    let suppressed = found.iter().find(|finding| finding["category"] == "n+1").unwrap();
    assert_eq!(suppressed["suppressed"]["reason"], reason, "as data it is what was written");
}

fn waiver(rule: &str, until: &str) -> String {
    format!(
        "[[waivers]]\nrule = \"{rule}\"\npath = \"src/api/**\"\nreason = \"legacy\"\nowner = \"team a\"\nuntil = \"{until}\"\n"
    )
}

#[test]
fn a_waiver_covers_by_rule_and_place_until_its_last_day() {
    let scratch = project(SLOW);
    let fingerprint = query(&check(&scratch).1)["fingerprint"].as_str().unwrap().to_owned();
    let by_print = waiver(RULE, &day(0)).replace("path = \"src/api/**\"", &format!("fingerprint = \"{fingerprint}\""));
    let as_date = waiver(RULE, &day(3)).replace(&format!("\"{}\"", day(3)), &day(3));
    for text in [waiver(RULE, &day(0)), waiver("n-plus-one/*", &day(9)), by_print, as_date] {
        scratch.write("perf-gate.toml", &text);
        let (code, value) = check(&scratch);
        assert_eq!(code, 0, "{text}: {value}");
        let waived = &query(&value)["waived"];
        assert_eq!((&waived["reason"], &waived["owner"]), (&"legacy".into(), &"team a".into()), "{text}");
        assert_eq!((&value["provenance"]["waived"], &value["provenance"]["reported"]), (&1.into(), &1.into()));
        assert_eq!(said(&value), []);
    }
    for text in [
        waiver(RULE, &day(9)).replace("src/api/**", "src/*"),
        waiver("memory/leak", &day(9)),
        waiver(RULE, &day(9)).replace("path =", "fingerprint = \"00\"\npath ="),
    ] {
        scratch.write("perf-gate.toml", &text);
        let (code, value) = check(&scratch);
        assert_eq!((code, said(&value)), (1, vec![]), "{text}: it covers other findings");
    }
}

#[test]
fn a_waiver_that_is_over_or_lacks_something_covers_nothing_and_is_said() {
    let scratch = project(SLOW);
    let whole = waiver(RULE, &day(9));
    let without = |key: &str| whole.lines().filter(|line| !line.starts_with(key)).collect::<Vec<_>>().join("\n");
    for (text, rule, words) in [
        (without("rule"), "integrity/unusable-waiver", "lacks `rule`"),
        (without("path"), "integrity/unusable-waiver", "lacks `path` or `fingerprint`"),
        (without("reason"), "integrity/unusable-waiver", "lacks `reason`"),
        (without("owner"), "integrity/unusable-waiver", "lacks `owner`"),
        (without("until"), "integrity/unusable-waiver", "lacks `until`"),
        (whole.replace("team a", " "), "integrity/unusable-waiver", "lacks `owner`"),
        (whole.replace(RULE, "no/such"), "integrity/unusable-waiver", "`no/such` is no rule"),
        (waiver(RULE, &day(-1)), "integrity/expired-waiver", "which is over"),
        (waiver(RULE, "2026-06-31"), "integrity/expired-waiver", "is no day"),
    ] {
        scratch.write("perf-gate.toml", format!("exclude = []\n\n{text}"));
        let (code, value) = check(&scratch);
        let said = said(&value);
        assert_eq!((code, said.len()), (1, 1), "{text}: {said:?}");
        assert!(said[0].0 == rule && said[0].1 == 3 && said[0].2.contains(words), "{text}: {said:?}");
    }
    for (text, words) in
        [(whole.replace("src/api/**", "[a"), "malformed glob"), (format!("{whole}untli = 1\n"), "unknown key")]
    {
        scratch.write("perf-gate.toml", text);
        let run = scratch.gate(&["check"]);
        assert!(run.code == 65 && run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn a_baseline_makes_legacy_findings_known_and_others_count() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["baseline"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert_eq!(run.stdout, "wrote perf-gate-baseline.json: 2 findings known (2 added, 0 dropped)\n");
    let text = scratch.read("perf-gate-baseline.json");
    assert!(text.starts_with("{\n  \"schema_version\": \"1.0\",\n  \"files\": {\n    \"Cargo.toml\": {\n"), "{text}");
    let (code, value) = check(&scratch);
    let finding = query(&value);
    assert_eq!((code, &finding["blocking"]), (0, &Value::Bool(false)));
    assert_eq!(finding["baselined"], serde_json::json!({ "reason": "known from perf-gate-baseline.json" }));
    assert_eq!((&value["provenance"]["baselined"], &value["provenance"]["reported"]), (&2.into(), &0.into()));
    // Code above moves, the finding stays known; a second one of the kind is new.
    scratch.write("src/api/x.rs", format!("fn a() {{}}\n\n{SLOW}"));
    assert_eq!(check(&scratch).0, 0);
    scratch.write("src/api/x.rs", format!("{SLOW}{}", SLOW.replace("load", "more")));
    let run = scratch.gate(&["check"]);
    assert!(run.code == 1 && run.stdout.contains("findings: 1 reported, 0 suppressed, 2 baselined"), "{}", run.stdout);
    let run = scratch.gate(&["baseline"]);
    assert_eq!(
        run.stdout,
        "unchanged perf-gate-baseline.json: 2 findings known\n1 finding not in it: resolve them, or add them with `--accept`\n"
    );
    assert_eq!(scratch.read("perf-gate-baseline.json"), text, "left to itself it does not grow");
    let run = scratch.gate(&["baseline", "--accept"]);
    assert_eq!(run.stdout, "wrote perf-gate-baseline.json: 3 findings known (1 added, 0 dropped)\n");
    assert_eq!(check(&scratch).0, 0);
}

#[test]
fn a_baseline_only_shrinks_and_is_the_same_bytes_each_time() {
    let scratch = project(SLOW);
    scratch.write("src/api/y.rs", SLOW);
    scratch.gate(&["baseline"]);
    let both = scratch.read("perf-gate-baseline.json");
    std::fs::remove_file(scratch.join("perf-gate-baseline.json")).unwrap();
    scratch.gate(&["baseline", "src", "."]);
    assert_eq!(scratch.read("perf-gate-baseline.json"), both);
    // Only what was looked at can be fixed.
    scratch.write("src/api/x.rs", FAST);
    let run = scratch.gate(&["baseline", "src/api/y.rs"]);
    assert!(run.stdout.starts_with("unchanged "), "{}", run.stdout);
    let run = scratch.gate(&["baseline", "src/api/x.rs"]);
    assert_eq!(run.stdout, "wrote perf-gate-baseline.json: 2 findings known (0 added, 1 dropped)\n");
    // A file with another name keeps what it had; one that is gone has nothing.
    scratch.git(&["add", "-A"]);
    scratch.git(&["mv", "src/api/y.rs", "src/api/z.rs"]);
    let run = scratch.gate(&["baseline"]);
    assert_eq!(run.stdout, "wrote perf-gate-baseline.json: 2 findings known (0 added, 0 dropped)\n");
    assert!(scratch.read("perf-gate-baseline.json").contains("src/api/z.rs"));
    std::fs::remove_file(scratch.join("src/api/z.rs")).unwrap();
    let run = scratch.gate(&["baseline", "src/api/x.rs"]);
    assert_eq!(run.stdout, "wrote perf-gate-baseline.json: 1 finding known (0 added, 1 dropped)\n");
    let empty = Scratch::repo();
    empty.write("a.txt", "a");
    assert_eq!(empty.gate(&["baseline"]).stdout, "no findings: there is nothing to write down\n");
    assert!(!empty.exists("perf-gate-baseline.json"));
}

#[test]
fn a_renamed_file_is_known_by_its_old_name() {
    let scratch = service();
    scratch.write("src/api/x.rs", SLOW);
    scratch.gate(&["baseline"]);
    scratch.git(&["checkout", "-q", "main"]);
    scratch.commit("Legacy");
    scratch.git(&["checkout", "-q", "-b", "rename"]);
    scratch.git(&["mv", "src/api/x.rs", "src/api/y.rs"]);
    scratch.commit("Rename");
    let (code, value) = check(&scratch);
    assert_eq!((code, &value["provenance"]["baselined"]), (0, &2.into()), "{value}");
}

#[test]
fn no_baseline_is_written_where_something_could_not_be_looked_at() {
    let scratch = project(SLOW);
    scratch.write("src/bad.rs", "fn bad( {\n");
    let run = scratch.gate(&["baseline"]);
    assert!(run.code == 2 && run.stderr.contains("src/bad.rs"), "{}{}", run.stdout, run.stderr);
    assert!(!scratch.exists("perf-gate-baseline.json"));
}

#[test]
fn a_baseline_that_cannot_be_read_stops_the_run() {
    let scratch = project(SLOW);
    for text in ["", "[]", "{\"schema_version\":\"9\",\"files\":{}}", "<<<<<<< HEAD\n"] {
        scratch.write("perf-gate-baseline.json", text);
        for args in [&["check"][..], &["review", "E1-S1"], &["baseline"]] {
            let run = scratch.gate(args);
            assert_eq!(run.code, 65, "{args:?}: {}", run.stdout);
            assert!(run.stderr.contains("the baseline `perf-gate-baseline.json` cannot be used"), "{}", run.stderr);
        }
    }
    scratch.write("perf-gate.toml", "baseline = \"quality/known.json\"\n");
    assert_eq!(scratch.gate(&["baseline"]).code, 0);
    assert!(scratch.exists("quality/known.json"), "the key moves it");
    assert_eq!(check(&scratch).0, 0);
    scratch.write("perf-gate.toml", "baseline = \"../known.json\"\n");
    assert_eq!(scratch.gate(&["baseline"]).code, 65, "never outside of the repository");
}

/// A service whose main branch has legacy code with this policy, and a branch that changes it.
fn legacy(files: &[(&str, &str)], change: &[(&str, &str)]) -> Scratch {
    let scratch = service();
    scratch.git(&["checkout", "-q", "main"]);
    for (path, text) in files {
        scratch.write(path, text);
    }
    scratch.commit("Legacy");
    scratch.git(&["checkout", "-q", "-b", "change"]);
    for (path, text) in change {
        scratch.write(path, text);
    }
    scratch.commit("Change");
    scratch
}

fn under_main(scratch: &Scratch) -> (i32, Value, String) {
    let run = scratch.gate(&["check", "--policy-from", "main", "--format", "json"]);
    let value = json(&run);
    let notes = format!("{}{}", value["provenance"]["notes"], run.stderr);
    (run.code, value, notes)
}

#[test]
fn under_the_policy_of_the_base_a_new_suppression_counts_after_the_merge() {
    let suppressed = above(&format!("// {}", allow("reason=\"x\"")));
    let scratch = legacy(&[("src/api/x.rs", SLOW)], &[("src/api/x.rs", &suppressed)]);
    assert_eq!(check(&scratch).0, 0, "by its own policy");
    let (code, value, notes) = under_main(&scratch);
    assert_eq!((code, &value["provenance"]["suppressed"]), (1, &0.into()), "{value}");
    assert!(
        notes.contains(&format!("src/api/x.rs:3 suppresses {RULE}: that suppression takes effect after the merge")),
        "{notes}"
    );
    // The same text at the base counts, wherever the code moved, and as often as it stood there.
    let moved = format!("fn a() {{}}\n{suppressed}");
    let scratch = legacy(&[("src/api/x.rs", &suppressed)], &[("src/api/x.rs", &moved)]);
    assert_eq!(under_main(&scratch).0, 0);
    let copied = format!("{suppressed}{}", suppressed.replace("load", "more"));
    let scratch = legacy(&[("src/api/x.rs", &suppressed)], &[("src/api/x.rs", &copied)]);
    let (code, value, _) = under_main(&scratch);
    assert_eq!((code, &value["provenance"]["suppressed"]), (1, &1.into()), "{value}");
    // Another day or reason is another agreement.
    let longer = suppressed.replace("reason=\"x\"", &format!("until={} reason=\"x\"", day(9)));
    let scratch = legacy(&[("src/api/x.rs", &suppressed)], &[("src/api/x.rs", &longer)]);
    assert_eq!(under_main(&scratch).0, 1);
    // A file with another name keeps them.
    let scratch = legacy(&[("src/api/x.rs", &suppressed)], &[]);
    scratch.git(&["mv", "src/api/x.rs", "src/api/y.rs"]);
    scratch.commit("Rename");
    assert_eq!(under_main(&scratch).0, 0);
}

#[test]
fn under_the_policy_of_the_base_the_change_disarms_nothing() {
    let generated = format!("// @generated by hand\n{SLOW}");
    for (path, text, words) in [
        ("perf-gate.toml", "exclude = [\"src/**\"]\n".to_owned(), "(exclude): that takes effect after the merge"),
        ("perf-gate.toml", "[hot-path]\nhot = []\n".to_owned(), "(hot-path.hot): that takes effect after the merge"),
        ("perf-gate.toml", waiver(RULE, &day(9)), "(waivers): that takes effect after the merge"),
        (".gitattributes", "*.rs linguist-generated\n".to_owned(), ".gitattributes` changes what counts as generated"),
        ("src/api/.gitattributes", "x.rs linguist-generated\n".to_owned(), "src/api/.gitattributes` changes"),
        ("src/api/x.rs", generated, "src/api/x.rs` now says that it is generated"),
    ] {
        let scratch = legacy(&[("src/api/x.rs", FAST)], &[("src/api/x.rs", SLOW), (path, &text)]);
        assert_eq!(check(&scratch).0, 0, "{path}: by its own policy");
        let (code, value, notes) = under_main(&scratch);
        assert_eq!(code, 1, "{path} {text}: {value}");
        assert!(notes.contains(words), "{path} {text}: {notes}");
    }
}

#[test]
fn a_new_file_does_not_leave_the_gate_by_calling_itself_generated() {
    for (path, text) in
        [("src/api/x.generated.rs", SLOW.to_owned()), ("src/api/x.rs", format!("// @generated\n{SLOW}"))]
    {
        let scratch = legacy(&[], &[(path, &text)]);
        assert_eq!(check(&scratch).0, 0);
        assert_eq!(under_main(&scratch).0, 1, "{path}");
        let agreed = legacy(&[(".gitattributes", "src/api/x* linguist-generated\n")], &[(path, &text)]);
        assert_eq!(under_main(&agreed).0, 0, "{path}: the base's own patterns cover it");
    }
}

#[test]
fn under_the_policy_of_the_base_a_baseline_cannot_grow() {
    let scratch = legacy(&[("src/api/x.rs", FAST)], &[("src/api/x.rs", SLOW)]);
    scratch.gate(&["baseline"]);
    scratch.commit("Baseline");
    assert_eq!(check(&scratch).0, 0);
    let (code, value, notes) = under_main(&scratch);
    assert_eq!((code, &value["provenance"]["baselined"]), (1, &0.into()));
    assert!(
        notes.contains("`perf-gate-baseline.json` grows by 2 findings: that takes effect after the merge"),
        "{notes}"
    );
    // What the base knows stays known, even where the change drops it.
    let scratch = service();
    scratch.write("src/api/x.rs", SLOW);
    scratch.gate(&["baseline"]);
    let known = scratch.read("perf-gate-baseline.json");
    let more = format!("{SLOW}// more\n");
    let scratch = legacy(
        &[("src/api/x.rs", SLOW), ("perf-gate-baseline.json", &known)],
        &[("src/api/x.rs", &more), ("perf-gate-baseline.json", "{\"schema_version\":\"1.0\",\"files\":{}}")],
    );
    let (code, _, notes) = under_main(&scratch);
    assert_eq!(code, 0);
    assert!(!notes.contains("grows"), "{notes}");
}

#[test]
fn a_review_and_a_push_take_the_policy_of_a_named_commit() {
    let suppressed = above(&format!("// {}", allow("reason=\"x\"")));
    let scratch = legacy(
        &[("src/api/x.rs", FAST)],
        &[("src/api/x.rs", &suppressed), (&story_path("E1-S1"), &story("E1-S1", &["src/api/x.rs"]))],
    );
    assert_eq!(scratch.gate(&["review", "E1-S1", "--dry-run"]).code, 0);
    let run = scratch.gate(&["review", "E1-S1", "--policy-from", "main"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("takes effect after the merge"), "{}", run.stdout);
    let analysis: Value = serde_json::from_str(&scratch.read(&state_path("E1-S1", "analysis-results.json"))).unwrap();
    let warnings = analysis["gate_warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|w| w["warning"] == "takes-effect-after-merge"), "{warnings:?}");
    scratch.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    scratch.git(&["remote", "add", "origin", "."]);
    scratch.git(&["checkout", "-q", "-b", "pushed"]);
    scratch.git(&["rm", "-q", "-f", &story_path("E1-S1")]);
    let head = scratch.commit("Pushed");
    let line = format!("refs/heads/pushed {head} refs/heads/pushed {}\n", "0".repeat(40));
    let push = |args: &[&str]| scratch.gate_with(args, &line, &[]);
    let run = push(&["hook", "run", "origin", "."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = push(&["hook", "run", "--policy-from", "main", "origin", "."]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("takes effect after the merge"), "{}", run.stderr);
    for args in [&["check", "--policy-from", "none"][..], &["review", "E1-S1", "--policy-from", "none"]] {
        let run = scratch.gate(args);
        assert!(run.code == 65 && run.stderr.contains("`none` names no commit"), "{}", run.stderr);
    }
    let outside = Scratch::new();
    outside.write("a.rs", FAST);
    assert_eq!(outside.gate(&["check", "a.rs", "--policy-from", "main"]).code, 65);
}

#[test]
fn under_scope_new_what_stood_at_the_base_is_old() {
    let expired = |text: &str| above(&format!("// {}", allow(&format!("until={} reason=\"{text}\"", day(-1)))));
    let scratch =
        legacy(&[("src/api/x.rs", &expired("x"))], &[("src/api/x.rs", &format!("{}// more\n", expired("x")))]);
    let run = scratch.gate(&["check", "--scope", "new", "--format", "json"]);
    let value = json(&run);
    assert_eq!((run.code, &value["provenance"]["reported"]), (0, &0.into()), "{value}");
    assert!(value["findings"].as_array().unwrap().iter().all(|finding| finding["new"] == false), "{value}");
    let scratch = legacy(&[("src/api/x.rs", SLOW)], &[("src/api/x.rs", &expired("y"))]);
    let run = scratch.gate(&["check", "--scope", "new", "--format", "json"]);
    let value = json(&run);
    assert_eq!((run.code, &value["provenance"]["reported"]), (0, &1.into()), "the comment is new, the query is not");
}

#[test]
fn under_scope_new_a_rename_is_old_and_a_finding_on_an_untouched_line_may_be_new() {
    let scratch = legacy(&[("src/api/x.rs", SLOW)], &[]);
    scratch.git(&["mv", "src/api/x.rs", "src/api/y.rs"]);
    scratch.commit("Rename");
    let new = |scratch: &Scratch| {
        let run = scratch.gate(&["check", "--scope", "new", "--format", "json"]);
        (run.code, query(&json(&run)))
    };
    let (code, finding) = new(&scratch);
    assert_eq!((code, &finding["new"], &finding["file"]), (0, &Value::Bool(false), &"src/api/y.rs".into()));
    // The loop calls a helper, and only the helper changes: the finding is where the loop is.
    let looping = "\
pub async fn all(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<()> {
    for id in ids {
        one(pool, id).await?;
    }
    Ok(())
}

async fn one(pool: &sqlx::PgPool, id: i64) -> sqlx::Result<()> {
    let _ = (pool, id);
    Ok(())
}
";
    let querying =
        looping.replace("    let _ = (pool, id);", "    sqlx::query(\"select 1\").bind(id).execute(pool).await?;");
    let scratch = legacy(&[("src/api/x.rs", looping)], &[("src/api/x.rs", &querying)]);
    let (code, finding) = new(&scratch);
    assert_eq!((code, &finding["new"], &finding["line"]), (1, &Value::Bool(true), &3.into()));
}
