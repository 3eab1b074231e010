//! The verdict (contracts 7): four rules, the first match wins. Nothing else computes one.
//!
//! The same rules serve the checks of a run and files from outside; a file that cannot be trusted is `BLOCKED`.

use serde_json::Value;

use crate::model::check::{Check, Outcome};
use crate::model::verdict::Verdict;

/// The major version of `analysis-results.json` that is understood.
const MAJOR: &str = "1";

/// What one check weighs, wherever it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It could not run.
    Errored,
    /// It failed, with a finding that blocks or with none at all.
    Blocking,
    /// Anything else.
    Clear,
}

/// The four rules.
fn first_match(checks: impl Iterator<Item = Weight>, judge_criticals: bool) -> Verdict {
    let worst = checks.fold(Weight::Clear, |worst, weight| match (worst, weight) {
        (Weight::Errored, _) | (_, Weight::Errored) => Weight::Errored,
        (Weight::Blocking, _) | (_, Weight::Blocking) => Weight::Blocking,
        (Weight::Clear, Weight::Clear) => Weight::Clear,
    });
    match worst {
        Weight::Errored => Verdict::Blocked,
        Weight::Blocking => Verdict::RequestChanges,
        Weight::Clear if judge_criticals => Verdict::RequestChanges,
        Weight::Clear => Verdict::Approve,
    }
}

/// A failed check blocks by any finding that does, and without findings.
fn failed(mut blocking: impl ExactSizeIterator<Item = bool>) -> Weight {
    if blocking.len() == 0 || blocking.any(|blocks| blocks) { Weight::Blocking } else { Weight::Clear }
}

/// The verdict over the checks of a run; `judge_criticals` is whether the judge named any Critical.
pub fn resolve(checks: &[Check], judge_criticals: bool) -> Verdict {
    let weights = checks.iter().map(|check| match &check.outcome {
        Outcome::Errored { .. } => Weight::Errored,
        Outcome::Failed(findings) => failed(findings.as_slice().iter().map(|finding| finding.blocking)),
        Outcome::Passed | Outcome::Skipped { .. } => Weight::Clear,
    });
    first_match(weights, judge_criticals)
}

/// What two files come to, and what is to be said about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The verdict.
    pub verdict: Verdict,
    /// Sentences for standard error.
    pub notes: Vec<String>,
}

/// The verdict over the bytes of `analysis-results.json` and `llm-findings.json`, or over why they could not be read.
/// Unknown fields are passed over. Findings that are missing or invalid count as none, and a note says so.
pub fn resolve_files(analysis: Result<&[u8], &str>, findings: Result<&[u8], &str>) -> Resolved {
    let mut notes = Vec::new();
    let judge_criticals = match findings.map_err(str::to_owned).and_then(judge_criticals) {
        Ok(any) => any,
        Err(why) => {
            notes.push(format!("llm-findings.json counts as empty: {why}"));
            false
        }
    };
    let verdict = match analysis.map_err(str::to_owned).and_then(weights) {
        Ok(weights) => first_match(weights.into_iter(), judge_criticals),
        Err(why) => {
            notes.push(format!("malformed analysis-results.json: {why}"));
            Verdict::Blocked
        }
    };
    Resolved { verdict, notes }
}

/// Whether a findings file names any Critical, in any letter case; or why it is no findings file.
pub fn judge_criticals(bytes: &[u8]) -> Result<bool, String> {
    let value = object(bytes)?;
    let findings = value.get("findings").ok_or("missing findings")?.as_array().ok_or("findings is not an array")?;
    let is_critical = |finding: &Value| {
        let severity = finding.get("severity").and_then(Value::as_str);
        severity.is_some_and(|severity| severity.trim().eq_ignore_ascii_case("critical"))
    };
    Ok(findings.iter().any(is_critical))
}

/// The checks of an analysis file; or why it is none.
fn weights(bytes: &[u8]) -> Result<Vec<Weight>, String> {
    let value = object(bytes)?;
    let version = match value.get("schema_version") {
        None | Some(Value::Null) => return Err("missing schema_version".to_owned()),
        Some(version) => version.as_str().ok_or("schema_version is not text")?,
    };
    if version.split('.').next() != Some(MAJOR) {
        return Err(format!("schema_version {version:?} is not of version {MAJOR}"));
    }
    let checks = value.get("checks").ok_or("missing checks")?.as_array().ok_or("checks is not an array")?;
    checks.iter().enumerate().map(|(i, check)| weight(check).map_err(|why| format!("checks[{i}] {why}"))).collect()
}

fn weight(check: &Value) -> Result<Weight, String> {
    match check.get("status").and_then(Value::as_str) {
        Some("passed" | "skipped") => Ok(Weight::Clear),
        Some("errored") => Ok(Weight::Errored),
        Some("failed") => {
            let findings = check.get("findings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            // Only a plain `false` says that a finding does not block.
            Ok(failed(findings.iter().map(|finding| finding.get("blocking") != Some(&Value::Bool(false)))))
        }
        Some(other) => Err(format!("has the status {other:?}; it is passed, failed, errored or skipped")),
        None => Err("has no status".to_owned()),
    }
}

fn object(bytes: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON ({error})"))?;
    if value.is_object() { Ok(value) } else { Err("not a JSON object".to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::category::Category;
    use crate::model::check::Scope;
    use crate::model::finding::Finding;
    use crate::model::severity::{Confidence, Severity};

    fn of(analysis: &str) -> Resolved {
        resolve_files(Ok(analysis.as_bytes()), Ok(br#"{"findings":[]}"#))
    }

    fn with(checks: &str) -> Verdict {
        let resolved = of(&format!(r#"{{"schema_version":"1.0","checks":[{checks}],"other":1}}"#));
        assert_eq!(resolved.notes, [""; 0]);
        resolved.verdict
    }

    #[test]
    fn the_first_match_wins() {
        let blocking = r#"{"status":"failed","findings":[{"blocking":false},{"blocking":true}]}"#;
        assert_eq!(with(""), Verdict::Approve);
        assert_eq!(with(r#"{"status":"passed"},{"status":"skipped"}"#), Verdict::Approve);
        assert_eq!(with(blocking), Verdict::RequestChanges);
        assert_eq!(with(&format!(r#"{blocking},{{"status":"errored"}}"#)), Verdict::Blocked);
        assert_eq!(with(r#"{"status":"failed","findings":[{"blocking":false}]}"#), Verdict::Approve);
        assert_eq!(with(r#"{"status":"passed","findings":[{"blocking":true}]}"#), Verdict::Approve);
    }

    #[test]
    fn what_is_not_said_blocks() {
        for check in [
            r#"{"status":"failed"}"#,
            r#"{"status":"failed","findings":[]}"#,
            r#"{"status":"failed","findings":{}}"#,
            r#"{"status":"failed","findings":[{}]}"#,
            r#"{"status":"failed","findings":[{"blocking":"false"}]}"#,
            r#"{"status":"failed","findings":[null]}"#,
        ] {
            assert_eq!(with(check), Verdict::RequestChanges, "{check}");
        }
    }

    #[test]
    fn an_analysis_that_cannot_be_trusted_is_blocked_and_says_why() {
        for (text, why) in [
            ("", "not JSON"),
            ("[]", "not a JSON object"),
            ("{}", "missing schema_version"),
            (r#"{"schema_version":1.0,"checks":[]}"#, "schema_version is not text"),
            (r#"{"schema_version":"2.0","checks":[]}"#, "is not of version 1"),
            (r#"{"schema_version":"10","checks":[]}"#, "is not of version 1"),
            (r#"{"schema_version":"1.0"}"#, "missing checks"),
            (r#"{"schema_version":"1.0","checks":{}}"#, "checks is not an array"),
            (r#"{"schema_version":"1.0","checks":[{"status":"Passed"}]}"#, "checks[0] has the status"),
            (r#"{"schema_version":"1.0","checks":[{"status":"passed"},3]}"#, "checks[1] has no status"),
        ] {
            let resolved = of(text);
            assert_eq!(resolved.verdict, Verdict::Blocked, "{text}");
            assert!(resolved.notes[0].starts_with("malformed analysis-results.json: "), "{:?}", resolved.notes);
            assert!(resolved.notes[0].contains(why), "{:?}", resolved.notes);
        }
        assert_eq!(of(&"[".repeat(200_000)).verdict, Verdict::Blocked);
        assert_eq!(of(r#"{"schema_version":"1.7","checks":[]}"#).verdict, Verdict::Approve);
    }

    #[test]
    fn the_judge_adds_but_a_broken_answer_counts_as_none() {
        let analysis = br#"{"schema_version":"1.0","checks":[{"status":"passed"}]}"#;
        let judged = |text: &str| resolve_files(Ok(analysis), Ok(text.as_bytes()));
        assert_eq!(judged(r#"{"findings":[{"severity":"cRiTiCaL"}]}"#).verdict, Verdict::RequestChanges);
        assert_eq!(judged(r#"{"findings":[{"severity":"Warning"},3]}"#).verdict, Verdict::Approve);
        for text in ["", "[]", "{}", r#"{"findings":3}"#] {
            let resolved = judged(text);
            assert_eq!((resolved.verdict, resolved.notes.len()), (Verdict::Approve, 1), "{text}");
        }
        let absent = resolve_files(Ok(analysis), Err("absent"));
        assert_eq!(absent.notes, ["llm-findings.json counts as empty: absent"]);
        assert_eq!(resolve_files(Err("absent"), Err("absent")).verdict, Verdict::Blocked);
    }

    fn finding(blocking: bool) -> Finding {
        serde_json::from_value(serde_json::json!({
            "rule": "r/r", "category": Category::Memory, "severity": Severity::Warning, "confidence": Confidence::Low,
            "blocking": blocking, "file": "a.rs", "line": 1, "column": 1, "end_line": 1, "end_column": 1,
            "message": "m", "help": "h", "hot_path": false, "fingerprint": "f"
        }))
        .unwrap()
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        let findings = || proptest::collection::vec(any::<bool>().prop_map(finding), 0..4);
        prop_oneof![
            findings().prop_map(Outcome::of),
            Just(Outcome::Skipped { reason: "r".to_owned() }),
            findings().prop_map(|partial| Outcome::Errored { cause: "c".to_owned(), partial }),
        ]
    }

    proptest! {
        #[test]
        fn the_written_checks_give_the_verdict_of_the_checks_themselves(
            outcomes in proptest::collection::vec(outcome(), 0..5), critical in any::<bool>()
        ) {
            let checks: Vec<Check> =
                outcomes.into_iter().map(|outcome| Check { name: "memory", scope: Scope::File, outcome }).collect();
            let analysis = serde_json::json!({"schema_version": "1.0", "checks": checks}).to_string();
            let findings = if critical { r#"{"findings":[{"severity":"Critical"}]}"# } else { r#"{"findings":[]}"# };
            let read = resolve_files(Ok(analysis.as_bytes()), Ok(findings.as_bytes()));
            prop_assert_eq!(read, Resolved { verdict: resolve(&checks, critical), notes: vec![] });
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_never_approve(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(resolve_files(Ok(&bytes), Ok(&bytes)).verdict, Verdict::Blocked);
        }
    }
}
