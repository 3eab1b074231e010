//! SARIF 2.1.0: one run, rules with their help, paths from the repository root, the chain of evidence as a code flow.
//!
//! The structs name only what we write; the tests hold the output against the official schema. No clock stands in it: the
//! same result gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::check::Outcome;
use crate::model::finding::{Finding, Span};
use crate::model::severity::Severity;

use super::escape::terminal;
use super::json::pretty;
use super::whole::{RuleInfo, Whole, exemptions};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The key under which our fingerprints stand; its version changes with how they are made.
const FINGERPRINT: &str = "perfGate/v1";

/// What relative paths are relative to.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Value>,
    column_kind: &'static str,
    results: Vec<Entry>,
    properties: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    help: Help,
    default_configuration: Value,
    properties: Value,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
    tool_configuration_notifications: Vec<Notification>,
}

#[derive(Serialize, PartialEq)]
struct Notification {
    descriptor: Value,
    level: &'static str,
    message: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<Value>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    suppressions: Vec<Suppression>,
    properties: Value,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// Renders the log.
pub fn render(whole: &Whole<'_>) -> Result<String, String> {
    let findings = whole.findings();
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let used: Vec<&str> = used.into_iter().collect();
    let rules: Vec<Rule> = used.iter().map(|id| rule(id, whole.rule(id))).collect();
    let index = |finding: &Finding| used.binary_search(&finding.rule.as_str()).unwrap_or_default();
    let provenance: Vec<_> = whole.sections.iter().map(|section| section.provenance).collect();
    let version = provenance.first().map_or("0.0.0", |p| p.tool.as_str());
    let run = Run {
        tool: json!({ "driver": {
            "name": "perf-gate", "semanticVersion": version, "version": version, "rules": rules,
        } }),
        invocations: [invocation(whole)],
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            json!({ "description": { "text": "The root of the repository." } }),
        )]),
        column_kind: "unicodeCodePoints",
        results: findings.iter().map(|finding| entry(finding, index(finding))).collect(),
        properties: json!({ "verdict": whole.verdict.name(), "provenance": provenance }),
    };
    pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

fn rule(id: &str, known: Option<&RuleInfo>) -> Rule {
    let summary = known.map_or("What a judge from outside said.", |rule| rule.summary);
    let docs = known.map_or(summary, |rule| rule.docs.as_str());
    let level = if known.is_none_or(|rule| rule.may_block) { "error" } else { "warning" };
    let category = known.map_or_else(|| id.split('/').next_back().unwrap_or(id), |rule| rule.category);
    Rule {
        id: id.to_owned(),
        short_description: Text { text: summary.to_owned() },
        help: Help { text: docs.to_owned(), markdown: docs.to_owned() },
        default_configuration: json!({ "level": level }),
        properties: json!({ "tags": ["performance", category], "problem.severity": level }),
    }
}

fn invocation(whole: &Whole<'_>) -> Invocation {
    let mut ran = Vec::new();
    let mut configured = Vec::new();
    for (checks, cause) in whole.causes() {
        ran.push(notification("check-errored", "error", &format!("{} errored: {cause}", checks.join(", "))));
    }
    ran.extend(whole.failure.map(|why| notification("run-failed", "error", why)));
    let successful = ran.is_empty();
    ran.extend(whole.all_notes().into_iter().map(|note| notification("note", "note", note)));
    for check in whole.sections.iter().flat_map(|section| section.checks) {
        if let Outcome::Skipped { reason } = &check.outcome {
            let told = notification("check-skipped", "note", &format!("{} skipped: {reason}", check.name));
            if !configured.contains(&told) {
                configured.push(told);
            }
        }
    }
    Invocation {
        execution_successful: successful,
        tool_execution_notifications: ran,
        tool_configuration_notifications: configured,
    }
}

fn notification(id: &str, level: &'static str, text: &str) -> Notification {
    Notification { descriptor: json!({ "id": id }), level, message: json!({ "text": plain(text) }) }
}

fn entry(finding: &Finding, rule_index: usize) -> Entry {
    let help = if finding.help.is_empty() { String::new() } else { format!("\n{}", plain(&finding.help)) };
    Entry {
        rule_id: finding.rule.clone(),
        rule_index,
        level: match finding.severity {
            Severity::Critical => "error",
            Severity::Warning => "warning",
            Severity::Suggestion => "note",
        },
        message: Text { text: format!("{}{help}", plain(&finding.message)) },
        locations: [Location { physical_location: place(&finding.file, finding.span()), message: None }],
        code_flows: code_flow(finding).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.clone())]),
        baseline_state: finding.new.map(|new| if new { "new" } else { "unchanged" }),
        suppressions: suppressions(finding),
        properties: properties(finding),
    }
}

/// From the reported place to the cause, a step each.
fn code_flow(finding: &Finding) -> Option<Value> {
    if finding.evidence.is_empty() {
        return None;
    }
    let start = Location {
        physical_location: place(&finding.file, finding.span()),
        message: Some(Text { text: plain(&finding.message) }),
    };
    let mut steps = vec![json!({ "location": start })];
    for step in &finding.evidence {
        let span = Span { line: step.line, ..Span::default() };
        let message = Some(Text { text: plain(&step.note) });
        let location = Location { physical_location: place(&step.file, span), message };
        steps.push(json!({ "location": location, "kinds": [step.kind] }));
    }
    Some(json!({ "threadFlows": [{ "locations": steps }] }))
}

fn suppressions(finding: &Finding) -> Vec<Suppression> {
    let carried = |(kind, justification): (&str, String)| Suppression {
        kind: if kind == "suppressed" { "inSource" } else { "external" },
        status: "accepted",
        justification: terminal(&format!("{kind}: {justification}")),
    };
    exemptions(finding).into_iter().map(carried).collect()
}

fn properties(finding: &Finding) -> Value {
    let mut all = json!({
        "category": finding.category.name(),
        "confidence": finding.confidence.name(),
        "blocking": finding.blocking,
        "hotPath": finding.hot_path,
    });
    let known = [
        ("bounded", finding.bounded.map(Value::from)),
        ("hasIndex", finding.has_index.map(Value::from)),
        ("recursive", finding.recursive.map(Value::from)),
        ("measured", (!finding.measured.is_empty()).then(|| json!(finding.measured))),
    ];
    for (key, value) in known {
        if let Some(value) = value {
            all[key] = value;
        }
    }
    all
}

fn place(file: &str, span: Span) -> Physical {
    let inside = !file.starts_with('/');
    let uri = if inside { percent_encoded(file) } else { format!("file://{}", percent_encoded(file)) };
    let ends_later = span.end_line >= span.line && (span.end_line, span.end_column) > (span.line, span.column);
    let region = (span.line > 0).then_some(Region {
        start_line: span.line,
        start_column: (span.column > 0).then_some(span.column),
        end_line: ends_later.then_some(span.end_line),
        end_column: (ends_later && span.end_column > 0).then_some(span.end_column),
    });
    Physical { artifact_location: Artifact { uri, uri_base_id: inside.then_some(ROOT) }, region }
}

/// A path as a URI: every byte outside of RFC 3986's unreserved characters and `/` is encoded, so that no name is taken for a
/// scheme, a query or a fragment.
fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A message on one line. `[text](target)` is a link in SARIF's plain messages (3.11.6), so where one could be made, brackets
/// are escaped.
fn plain(text: &str) -> String {
    let text = terminal(text);
    if text.contains("](") { text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Problems that the official schema has with a log.
    fn problems(log: &str) -> Vec<String> {
        let schema = serde_json::from_str(include_str!("../../fixtures/sarif/sarif-schema-2.1.0.json")).unwrap();
        let log: Value = serde_json::from_str(log).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn what_somebody_exempted_is_carried_with_its_reason() {
        let (path, reason) = ("a.rs", Some("batch of ten".to_owned()));
        let exempt = |until: Option<&str>| {
            let text = json!({ "reason": reason, "until": until });
            Some(serde_json::from_value(text).unwrap())
        };
        let mut finding: Finding = serde_json::from_value(json!({
            "rule": "n-plus-one/orm-call-in-loop", "category": "n+1", "severity": "Critical", "confidence": "high",
            "blocking": false, "file": path, "line": 3, "column": 5, "end_line": 3, "end_column": 9, "message": "m",
            "help": "h", "hot_path": true, "fingerprint": "f", "new": false,
        }))
        .unwrap();
        finding.suppressed = exempt(None);
        finding.waived = exempt(Some("2026-12-31"));
        let entry = serde_json::to_value(entry(&finding, 0)).unwrap();
        assert_eq!(
            entry["suppressions"],
            json!([
                { "kind": "inSource", "status": "accepted", "justification": "suppressed: batch of ten" },
                { "kind": "external", "status": "accepted", "justification": "waived: batch of ten (until 2026-12-31)" },
            ])
        );
        assert_eq!(entry["baselineState"], "unchanged");
        let run = json!({ "tool": { "driver": { "name": "x" } }, "results": [entry] });
        assert_eq!(problems(&json!({ "version": "2.1.0", "runs": [run] }).to_string()), Vec::<String>::new());
        assert_ne!(problems("{\"version\":\"2.1.0\",\"runs\":[{}]}"), Vec::<String>::new(), "the schema bites");
    }

    #[test]
    fn a_run_without_a_result_is_a_valid_log_that_says_so() {
        let failure = Some("there is no base");
        let verdict = crate::model::verdict::Verdict::Blocked;
        let whole = Whole { verdict, sections: Vec::new(), notes: &[], failure, rules: &[] };
        let log = render(&whole).unwrap();
        assert_eq!(problems(&log), Vec::<String>::new());
        let log: Value = serde_json::from_str(&log).unwrap();
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "there is no base");
    }

    #[test]
    fn a_path_cannot_become_a_scheme_a_query_or_a_fragment() {
        assert_eq!(percent_encoded("a b/c:d?e#f%g\\\u{e9}.rs"), "a%20b/c%3Ad%3Fe%23f%25g%5C%C3%A9.rs");
    }

    #[test]
    fn a_message_makes_no_link() {
        assert_eq!(plain("see [x](http://y) \u{1b}"), "see \\[x\\](http://y) \u{241b}");
        assert_eq!(plain("`rows[i]` in C:\\x"), "`rows[i]` in C:\\x");
    }

    #[test]
    fn a_region_begins_at_line_one_and_ends_after_it_begins() {
        let region = |span| serde_json::to_value(place("a.rs", span)).unwrap()["region"].clone();
        assert!(region(Span::default()).is_null());
        let same = Span { line: 2, column: 3, end_line: 2, end_column: 3 };
        assert_eq!(region(same), json!({ "startLine": 2, "startColumn": 3 }));
        let longer = Span { end_column: 5, ..same };
        assert_eq!(region(longer), json!({ "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 5 }));
    }
}
