//! GitLab's code quality report: a list of degradations, the worst first, which it compares with the target branch's list.
//!
//! It knows no exemptions: what is suppressed, baselined, waived or old is left out. What could not run is a blocker at the
//! project itself, so that an empty list always means that nothing was found.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::finding::Finding;
use crate::model::severity::Severity;

use super::escape::terminal;
use super::json::pretty;
use super::whole::Whole;

#[derive(Serialize)]
struct Degradation {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Value,
}

/// Renders the list.
pub fn render(whole: &Whole<'_>) -> Result<String, String> {
    let stopped = whole.causes().into_iter().map(|(checks, cause)| format!("{} errored: {cause}", checks.join(", ")));
    let mut all: Vec<Degradation> = stopped
        .chain(whole.failure.map(str::to_owned))
        .map(|why| Degradation {
            fingerprint: blake3::hash(why.as_bytes()).to_hex()[..32].to_owned(),
            description: terminal(&why),
            check_name: "perf-gate/errored".to_owned(),
            severity: "blocker",
            location: json!({ "path": ".", "lines": { "begin": 1 } }),
        })
        .collect();
    all.extend(whole.worst_first().iter().map(|finding| degradation(finding)));
    unique(&mut all);
    pretty(&all)
}

fn degradation(finding: &Finding) -> Degradation {
    let help = if finding.help.is_empty() { String::new() } else { format!("; {}", terminal(&finding.help)) };
    let begin = finding.line.max(1);
    Degradation {
        description: format!("{}{help}", terminal(&finding.message)),
        check_name: finding.rule.clone(),
        fingerprint: finding.fingerprint.clone(),
        severity: match (finding.severity, finding.blocking) {
            (Severity::Critical, true) => "blocker",
            (Severity::Critical, false) => "critical",
            (Severity::Warning, _) => "major",
            (Severity::Suggestion, _) => "minor",
        },
        location: json!({ "path": finding.file, "lines": { "begin": begin, "end": finding.end_line.max(begin) } }),
    }
}

/// GitLab drops the second of two entries with one fingerprint.
fn unique(all: &mut [Degradation]) {
    let mut taken = BTreeSet::new();
    for entry in all {
        let mut candidate = entry.fingerprint.clone();
        let mut ordinal = 2;
        while !taken.insert(candidate.clone()) {
            candidate = format!("{}-{ordinal}", entry.fingerprint);
            ordinal += 1;
        }
        entry.fingerprint = candidate;
    }
}
