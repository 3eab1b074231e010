//! Phase 3B, the judgment: the rubric as the built-in judge, or one from outside, whose answer is checked before it is
//! believed. A judge adds findings and raises them; it cannot take one away or lower it, and never computes the verdict.
//!
//! In reading order: what is shown (`prompt`, `frames`), who is asked (`judge`, `file`, `command`, `http` with `wire`), what an
//! answer may say (`answer`, `rendered`), which answers are kept (`answers`), and what follows from them, here.

mod answer;
mod answers;
mod command;
mod file;
mod frames;
#[cfg(feature = "judge-http")]
mod http;
mod judge;
mod prompt;
mod rendered;
pub(super) mod stages;
#[cfg(feature = "judge-http")]
mod wire;

use std::path::{Path, PathBuf};

use crate::config::JudgeKind;
use crate::error::Result;
use crate::model::check::Check;
use crate::model::finding::Finding;
use crate::model::judgment::{Additions, JudgedFinding, Judgment};
use crate::model::severity::Severity;
use crate::model::verdict::Verdict;

use super::analysis::Evidence;
use super::setup::Setup;
use super::story_gate::Gate;
use super::{Job, verdict};
use answer::{Known, Opinion};
use answers::Place;
use judge::Judge;
pub(super) use judge::Rejected;
use prompt::Prompt;
pub use stages::{Asked, Prepared, Verified};

/// Name of the built-in judge.
pub(super) const RUBRIC: &str = "perf-gate-rubric";

/// Name of a judge of whom nobody says who it is.
const EXTERNAL: &str = "external";

/// What the judge said and what follows from it.
pub(super) struct Judged {
    /// `llm-findings.json`.
    pub judgment: Judgment,
    /// An answer that could not be used: why, and as it came.
    pub rejected: Option<Rejected>,
    /// What the judge wrote besides findings; empty where nothing.
    pub prose: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// Who judges a story.
#[derive(Debug, Clone, Default)]
pub enum JudgedBy {
    /// The configured judge.
    #[default]
    Configured,
    /// Whoever wrote this findings file.
    Findings(PathBuf),
    /// Whoever was given the prompt of these very results and wrote this findings file or rendered report.
    Payload(PathBuf),
}

impl JudgedBy {
    /// The file that was handed in.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            JudgedBy::Configured => None,
            JudgedBy::Findings(path) | JudgedBy::Payload(path) => Some(path),
        }
    }
}

/// Runs the phase.
pub(super) fn judge(job: &Job, setup: &Setup, gate: &Gate, evidence: &mut Evidence) -> Result<Judged> {
    let judge = match chosen(job) {
        Ok(judge) => judge,
        Err(rejected) => return reject(rejected, evidence),
    };
    evidence.judged_by(judge.model())?;
    // Who is shown nothing needs no prompt, but for the one whose answer must fit it.
    let is_shown = judge.identity().is_some() || matches!(job.judged_by, JudgedBy::Payload(_));
    let prompt = if is_shown { prompt::render(job, setup, gate, evidence) } else { prompt::unshown(evidence) };
    let heard = heard(judge.as_ref(), &prompt, &known(gate, evidence), job.fresh_judgment);
    match heard.and_then(|heard| stages::answers_this(job, &prompt, heard)) {
        Ok(heard) => believe(judge.as_ref(), &prompt, heard, evidence),
        Err(rejected) => reject(rejected, evidence),
    }
}

/// The judge that a job names.
fn chosen(job: &Job) -> Result<Box<dyn Judge>, Rejected> {
    let judge = &job.config.judge;
    let external = || judge.model.clone().unwrap_or_else(|| EXTERNAL.to_owned());
    let file = |path: &Path, names| -> Box<dyn Judge> {
        Box::new(file::File { path: path.to_owned(), model: external(), names })
    };
    match &job.judged_by {
        JudgedBy::Findings(path) => return Ok(file(path, true)),
        JudgedBy::Payload(path) => return Ok(file(path, false)),
        JudgedBy::Configured => {}
    }
    Ok(match judge.kind {
        JudgeKind::Rubric => Box::new(judge::Rubric),
        // A judge of kind `file` without a file is an answer that is missing.
        JudgeKind::File => file(&job.root.join(judge.file.as_deref().unwrap_or("llm-findings.json")), true),
        JudgeKind::Command => {
            let program = command::Program::configured(&job.config, &job.root, job.state());
            Box::new(program.ok_or_else(|| Rejected::nothing("judge.command names no program"))?)
        }
        #[cfg(feature = "judge-http")]
        JudgeKind::Http => Box::new(http::Model::configured(&job.config)?),
        #[cfg(not(feature = "judge-http"))]
        JudgeKind::Http => {
            return Err(Rejected::nothing(
                "this build has no judge of kind `http`: build it with `--features judge-http`",
            ));
        }
    })
}

/// What an answer may speak of.
fn known<'a>(gate: &'a Gate, evidence: &'a Evidence) -> Known<'a> {
    let listed = gate.list.entries.iter();
    let found = evidence.checks().iter().flat_map(Check::findings);
    Known {
        files: evidence.document.files.iter().chain(listed).map(String::as_str).collect(),
        places: found.map(|finding| (finding.category, finding.file.as_str(), finding.line)).collect(),
    }
}

/// An answer that came and was read.
struct Heard {
    opinion: Opinion,
    /// What the judge wrote besides.
    prose: String,
    text: String,
    notes: Vec<String>,
}

/// Asks, unless the answer is known, and reads what comes. One that is asked for again must agree with the known one.
fn heard(judge: &dyn Judge, prompt: &Prompt, known: &Known<'_>, fresh: bool) -> Result<Heard, Rejected> {
    let place = Place::of(judge, prompt);
    let kept = place.as_ref().and_then(Place::read).and_then(|text| Some((read(&text, known).ok()?, text)));
    let kept = match kept {
        Some(((opinion, prose), text)) if !fresh => return Ok(Heard { opinion, prose, text, notes: Vec::new() }),
        kept => kept.map(|((opinion, _), _)| opinion.additions),
    };
    let mut reply = judge.ask(prompt)?;
    let (opinion, prose) = read(&reply.text, known)?;
    if let Some(place) = place {
        place.keep(&reply.text);
    }
    reply.notes.extend(
        kept.and_then(|kept| divergence(&kept, &opinion.additions)).map(|what| {
            format!("escalation: the judge's answer differs from its earlier one to the same prompt: {what}")
        }),
    );
    Ok(Heard { opinion, prose, text: reply.text, notes: reply.notes })
}

/// In which categories and severities two answers differ, as a fragment; none where in none.
fn divergence(one: &Additions, other: &Additions) -> Option<String> {
    let only = |a: &Additions, b: &Additions| {
        let kinds =
            a.kinds().difference(&b.kinds()).map(|(c, s)| format!("{} {}", c.name(), s.name())).collect::<Vec<_>>();
        if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") }
    };
    (one.kinds() != other.kinds())
        .then(|| format!("only the first has {}; only the second has {}", only(one, other), only(other, one)))
}

/// Reads an answer, be it an object or a rendered report.
fn read(text: &str, known: &Known<'_>) -> Result<(Opinion, String), Rejected> {
    if !rendered::is_one(text) {
        return Ok((answer::read(text, known)?, String::new()));
    }
    let report = rendered::read(text, known).map_err(|why| Rejected { why, payload: text.to_owned() })?;
    let opinion = Opinion {
        additions: report.additions,
        model: report.model,
        temperature: 0.into(),
        prompt_hash: report.prompt_hash,
        report: None,
        verdict: Some(report.verdict),
    };
    Ok((opinion, answer::without_means(&report.prose)))
}

/// The rubric's own judgment: what the deterministic layer found, at its tier. No Critical that does not block.
fn rubric(evidence: &Evidence) -> Judgment {
    Judgment {
        findings: rubric_findings(evidence),
        model: RUBRIC.to_owned(),
        temperature: 0.into(),
        prompt_hash: prompt::hash(evidence),
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

/// Takes an answer: it adds to the rubric and may raise, never lower.
fn believe(judge: &dyn Judge, prompt: &Prompt, heard: Heard, evidence: &mut Evidence) -> Result<Judged> {
    let Heard { opinion, prose, text, notes } = heard;
    let Opinion { additions, model, temperature, prompt_hash, report, verdict: named } = opinion;
    evidence.notes.extend(prompt.notes.iter().cloned());
    evidence.notes.extend(notes);
    let model = model.unwrap_or_else(|| judge.model().to_owned());
    // What a file says of itself stands; who was shown our prompt answers it, whatever it says.
    let said = if judge.is_named_by_its_answer() {
        evidence.judged_by(&model)?;
        prompt_hash
    } else {
        None
    };
    let judgment = Judgment {
        findings: with_rubric(judge, additions, evidence),
        model,
        temperature,
        prompt_hash: said.unwrap_or_else(|| prompt::hash(evidence)),
    };
    let verdict = verdict::resolve(evidence.checks(), judgment.has_critical());
    let named = match report.as_deref().map(rendered::verdict) {
        Some(Err(why)) => return reject(Rejected { why, payload: report.unwrap_or(text) }, evidence),
        Some(Ok(in_report)) => Some(in_report),
        None => named,
    };
    if named.is_some_and(|named| named != verdict) {
        let why = "its report ends with another verdict than the computed one".to_owned();
        return reject(Rejected { why, payload: report.unwrap_or(text) }, evidence);
    }
    Ok(Judged { judgment, rejected: None, prose, verdict })
}

/// The rubric's findings in the order of the checks; with those of a judge from outside, by place.
fn with_rubric(judge: &dyn Judge, additions: Additions, evidence: &Evidence) -> Vec<JudgedFinding> {
    let own = rubric_findings(evidence);
    if judge.model() == RUBRIC { own } else { additions.over(own) }
}

/// Refuses an answer: the evidence says so, and the verdict is `BLOCKED`.
fn reject(rejected: Rejected, evidence: &mut Evidence) -> Result<Judged> {
    evidence.judged_by(RUBRIC)?;
    evidence.distrust(&format!("the judge's answer cannot be used: {}", rejected.why))?;
    let judgment = rubric(evidence);
    let verdict = verdict::resolve(evidence.checks(), judgment.has_critical());
    Ok(Judged { judgment, rejected: Some(rejected), prose: String::new(), verdict })
}
