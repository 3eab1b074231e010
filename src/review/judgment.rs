//! Phase 3B, the judgment: the rubric as the built-in judge, or findings from outside, checked before they are believed.
//! A judge cannot lower what the deterministic layer found, and never computes the verdict.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::JudgeKind;
use crate::error::Result;
use crate::model::category::Category;
use crate::model::check::Check;
use crate::model::finding::Finding;
use crate::model::judgment::{JudgedFinding, Judgment};
use crate::model::severity::Severity;
use crate::model::verdict::Verdict;
use crate::world::files;

use super::analysis::Evidence;
use super::sources::hex;
use super::story_gate::Gate;
use super::{Job, verdict};

/// Name of the built-in judge.
pub(super) const RUBRIC: &str = "perf-gate-rubric";

/// Larger answers are refused unread.
const LARGEST: u64 = 4 << 20;

/// The instruction that the built-in judge follows: the first part of what `prompt_hash` covers.
const SYSTEM_PROMPT: &str = "\
You judge performance findings. The deterministic evidence stands: you cannot lower a finding below its tier, and you do \
not compute the verdict. Critical: at high confidence only; a query or request per item in a loop that is not provably \
small on a hot path; blocking input or output in async code or a handler on a hot path; unbounded growth in a request or \
stream loop on a hot path. Warning: the same elsewhere; complexity over the threshold; an import over 30 KB or a budget \
breached by data on disk; a filter or sort that no index in scope serves; a File List entry that is missing or refused. \
Suggestion: provably small loops, bounded growth, single-call recursion, absent budgets or data, and what nothing else \
names. Tests, fixtures, examples, benches and generated code never block. Quote percentiles, never means.
";

/// What the judge said and what follows from it.
pub(super) struct Judged {
    /// `llm-findings.json`.
    pub judgment: Judgment,
    /// An answer that could not be used: why, and as it came.
    pub rejected: Option<Rejected>,
    /// The verdict.
    pub verdict: Verdict,
}

/// An answer that could not be used.
#[derive(Debug)]
pub(super) struct Rejected {
    /// Why, as a fragment.
    pub why: String,
    /// As it came; empty where nothing came.
    pub payload: String,
}

/// An answer from outside that was checked.
struct Answer {
    findings: Vec<JudgedFinding>,
    model: String,
    temperature: serde_json::Number,
    prompt_hash: Option<String>,
    report: Option<String>,
    text: String,
}

/// Runs the phase.
pub(super) fn judge(job: &Job, gate: &Gate, evidence: &mut Evidence) -> Result<Judged> {
    let Some(path) = source(job) else {
        let judgment = rubric(evidence);
        let verdict = verdict::resolve(evidence.checks(), judgment.has_critical());
        return Ok(Judged { judgment, rejected: None, verdict });
    };
    match read(&path).and_then(|text| parse(text, &known_files(gate, evidence))) {
        Ok(answer) => believe(answer, evidence),
        Err(rejected) => reject(rejected, evidence),
    }
}

/// Where an answer from outside lies, if one is given or configured.
fn source(job: &Job) -> Option<PathBuf> {
    let configured = || match job.config.judge.kind {
        JudgeKind::Rubric => None,
        // A judge of kind `file` without a file is an answer that is missing.
        JudgeKind::File => Some(job.root.join(job.config.judge.file.as_deref().unwrap_or("llm-findings.json"))),
    };
    job.llm_findings.clone().or_else(configured)
}

fn known_files<'a>(gate: &'a Gate, evidence: &'a Evidence) -> BTreeSet<&'a str> {
    let listed = gate.list.entries.iter();
    evidence.document.files.iter().chain(listed).map(String::as_str).collect()
}

fn read(path: &Path) -> Result<String, Rejected> {
    // The name alone: the folder differs from machine to machine, and the evidence must not.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let missing = |why: &str| Rejected { why: format!("`{name}`: {why}"), payload: String::new() };
    if !files::exists(path) {
        return Err(missing("there is no such file"));
    }
    let unreadable = "it cannot be read, is no regular file, or is larger than 4 MiB";
    let bytes = files::read(path, LARGEST).map_err(|_| missing(unreadable))?;
    String::from_utf8(bytes).map_err(|error| Rejected {
        why: format!("`{name}` is not UTF-8 text"),
        payload: String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn parse(text: String, known: &BTreeSet<&str>) -> Result<Answer, Rejected> {
    match answer(&text, known) {
        Ok(answer) => Ok(Answer { text, ..answer }),
        Err(why) => Err(Rejected { why, payload: text }),
    }
}

fn answer(text: &str, known: &BTreeSet<&str>) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    let object = value.as_object().ok_or("it is no JSON object")?;
    let findings = object.get("findings").and_then(Value::as_array).ok_or("it has no array `findings`")?;
    let findings = findings
        .iter()
        .enumerate()
        .map(|(i, f)| finding(f, known).map_err(|why| format!("finding {} of it is malformed: {why}", i + 1)));
    let text_of = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("its `{key}` is no text")),
    };
    let temperature = match object.get("temperature") {
        None | Some(Value::Null) => 0.into(),
        Some(Value::Number(number)) => number.clone(),
        Some(_) => return Err("its `temperature` is no number".to_owned()),
    };
    let prompt_hash = text_of("prompt_hash")?;
    if prompt_hash.as_deref().is_some_and(|hash| !is_hash(hash)) {
        return Err("its `prompt_hash` is not `sha256:` and 64 hexadecimal digits".to_owned());
    }
    Ok(Answer {
        findings: findings.collect::<Result<_, _>>()?,
        model: text_of("model")?.filter(|model| !model.is_empty()).unwrap_or_else(|| "external".to_owned()),
        temperature,
        prompt_hash,
        report: text_of("report")?,
        text: String::new(),
    })
}

fn is_hash(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or("");
    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn finding(value: &Value, known: &BTreeSet<&str>) -> Result<JudgedFinding, String> {
    let text =
        |key: &str| value.get(key).and_then(Value::as_str).ok_or_else(|| format!("`{key}` is missing or no text"));
    let flag = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    };
    let category = text("category")?;
    let severity = text("severity")?;
    let file = text("file")?;
    if !known.contains(file) {
        return Err(format!("`{file}` is neither analysed nor in the File List"));
    }
    let line = value.get("line").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
    Ok(JudgedFinding {
        category: Category::parse(category).ok_or_else(|| format!("`{category}` is no category"))?,
        severity: Severity::ALL
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(severity))
            .ok_or_else(|| format!("`{severity}` is no severity"))?,
        file: file.to_owned(),
        line: line.filter(|line| *line > 0).ok_or("`line` is missing or no line number")?,
        message: text("message")?.to_owned(),
        hot_path: flag("hot_path")?,
        bounded: flag("bounded")?,
        has_index: flag("has_index")?,
    })
}

/// The rubric's own judgment: what the deterministic layer found, at its tier. No Critical that does not block.
fn rubric(evidence: &Evidence) -> Judgment {
    Judgment {
        findings: rubric_findings(evidence),
        model: RUBRIC.to_owned(),
        temperature: 0.into(),
        prompt_hash: prompt_hash(evidence),
    }
}

fn rubric_findings(evidence: &Evidence) -> Vec<JudgedFinding> {
    let tier = |f: &Finding| if f.blocking { f.severity } else { f.severity.at_most(Severity::Warning) };
    let judged = |f: &Finding| JudgedFinding {
        category: f.category,
        severity: tier(f),
        file: f.file.clone(),
        line: f.line,
        message: f.message.clone(),
        hot_path: Some(f.hot_path),
        bounded: f.bounded,
        has_index: f.has_index,
    };
    evidence.checks().iter().flat_map(Check::findings).map(judged).collect()
}

fn prompt_hash(evidence: &Evidence) -> String {
    let mut hash = Sha256::new();
    hash.update(SYSTEM_PROMPT.as_bytes());
    hash.update(evidence.json.as_bytes());
    format!("sha256:{}", hex(&hash.finalize()))
}

/// Takes an answer: it adds to the rubric and may raise, never lower.
fn believe(answer: Answer, evidence: &mut Evidence) -> Result<Judged> {
    evidence.judged_by(&answer.model)?;
    let mut findings = answer.findings;
    for own in rubric_findings(evidence) {
        let same = |f: &&mut JudgedFinding| f.category == own.category && f.file == own.file && f.line == own.line;
        match findings.iter_mut().find(same) {
            Some(theirs) => theirs.severity = theirs.severity.min(own.severity),
            None => findings.push(own),
        }
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.category).cmp(&(&b.file, b.line, b.category)));
    let prompt_hash = answer.prompt_hash.unwrap_or_else(|| prompt_hash(evidence));
    let judgment = Judgment { findings, model: answer.model, temperature: answer.temperature, prompt_hash };
    let verdict = verdict::resolve(evidence.checks(), judgment.has_critical());
    match answer.report.as_deref().map(|report| well_formed(report, verdict)) {
        None | Some(Ok(())) => Ok(Judged { judgment, rejected: None, verdict }),
        Some(Err(why)) => reject(Rejected { why, payload: answer.report.unwrap_or(answer.text) }, evidence),
    }
}

/// Whether a report from outside has both sections and ends with the verdict that was computed.
fn well_formed(report: &str, verdict: Verdict) -> Result<(), String> {
    for section in ["## Deterministic Analysis", "## LLM Semantic Review"] {
        if !report.lines().any(|line| line.trim_end() == section) {
            return Err(format!("its report lacks the section `{section}`"));
        }
    }
    let last = report.trim_end().lines().next_back().unwrap_or("");
    let words = [Verdict::Approve, Verdict::RequestChanges, Verdict::Blocked];
    if last == format!("**Verdict: {verdict}**") {
        Ok(())
    } else if words.iter().any(|word| last == format!("**Verdict: {word}**")) {
        Err("its report ends with another verdict than the computed one".to_owned())
    } else {
        Err("its report does not end with a verdict line".to_owned())
    }
}

/// Refuses an answer: the evidence says so, and the verdict is `BLOCKED`.
fn reject(rejected: Rejected, evidence: &mut Evidence) -> Result<Judged> {
    evidence.judged_by(RUBRIC)?;
    evidence.distrust(&format!("the judge's answer cannot be used: {}", rejected.why))?;
    let judgment = rubric(evidence);
    let verdict = verdict::resolve(evidence.checks(), judgment.has_critical());
    Ok(Judged { judgment, rejected: Some(rejected), verdict })
}
