//! Phase 6, output: the state files, then the report, then the row, then the composite line. All writes of one story
//! happen under its lock; each is a temporary file and a rename.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::verdict::GateVerdict;
use crate::report::{json, markdown, twin};
use crate::story::gate_table::{self, Composite};
use crate::world::files::{self, hex};
use crate::world::tree::{Disk, Entry, Tree};

use super::analysis::Evidence;
use super::judgment::Judged;
use super::setup::Setup;
use super::story_gate::Gate;
use super::{Job, cache, lock, steps};

/// The row that is ours.
const ROW: &str = "Performance Review";

/// A story or a report is no larger.
const LARGEST: u64 = 16 << 20;

/// What the phase did.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Repository-relative paths that were written, or would be.
    pub paths: Vec<String>,
    /// All files that the review stands behind, also those that said this already.
    pub touched: Vec<String>,
    /// `Review Gate: …`.
    pub gate: Option<String>,
    /// What would change, as unified diffs (only in a dry run).
    pub diff: Option<String>,
}

/// Runs the phase.
pub(super) fn persist(job: &Job, setup: &Setup, gate: &Gate, evidence: &Evidence, judged: &Judged) -> Result<Written> {
    let report = report(job, setup, gate, evidence, judged);
    if !job.writes() {
        return preview(job, setup, judged, &report);
    }
    files::state_folder(&job.root, &job.config.paths.state)?;
    let _lock = lock::story(&job.root, &job.config, &job.key, &setup.story)?;
    let mut written = Written::default();
    state(job, setup, gate, evidence, judged, &mut written)?;
    let disk = Disk::new(&job.root)?;
    let text = current_story(&disk, setup)?;
    let old = report_on_disk(&disk, &setup.story.report);
    // A report that says the same stays as it is, clocks and ids and all: a second review then changes nothing.
    let report = old.filter(|old| markdown::same(old, &report)).unwrap_or(report);
    write(job, &setup.story.report, report.as_bytes(), &mut written)?;
    let updated = row(&text, setup, judged)?;
    write(job, &setup.story.path, updated.as_bytes(), &mut written)?;
    written.gate = composite(&updated);
    Ok(written)
}

/// Writes the evidence, and what else is to lie beside it, under the story's lock: no judgment, no report, no row.
pub(super) fn evidence_alone(
    job: &Job,
    setup: &Setup,
    gate: &Gate,
    evidence: &Evidence,
    beside: &[(&str, &str)],
) -> Result<()> {
    files::state_folder(&job.root, &job.config.paths.state)?;
    let _lock = lock::story(&job.root, &job.config, &job.key, &setup.story)?;
    let mut written = Written::default();
    evidence_files(job, setup, gate, evidence, &mut written)?;
    beside.iter().try_for_each(|(path, text)| write(job, path, text.as_bytes(), &mut written))
}

/// The files under the state folder: evidence, twin, clocks, cache, checkpoint, judgment.
fn state(
    job: &Job,
    setup: &Setup,
    gate: &Gate,
    evidence: &Evidence,
    judged: &Judged,
    written: &mut Written,
) -> Result<()> {
    evidence_files(job, setup, gate, evidence, written)?;
    let judgment = json::pretty(&judged.judgment).map_err(Error::internal)?;
    write(job, &format!("{}/llm-findings.json", job.state()), judgment.as_bytes(), written)
}

fn evidence_files(job: &Job, setup: &Setup, gate: &Gate, evidence: &Evidence, written: &mut Written) -> Result<()> {
    let folder = job.state();
    let analysis = format!("{folder}/analysis-results.json");
    write(job, &analysis, evidence.json.as_bytes(), written)?;
    let twin = twin::render(twin::Twin {
        story_key: job.key.as_str(),
        stack: &setup.stack,
        base: &evidence.document.base,
        head: &evidence.document.head,
        checks: evidence.checks(),
        wall: &evidence.examined.timings,
        files: &evidence.document.files,
        warnings: &gate.sentences,
    });
    write(job, &format!("{folder}/analysis-results.md"), twin.as_bytes(), written)?;
    write(job, &format!("{folder}/timings.json"), timings(evidence)?.as_bytes(), written)?;
    cache::store(job, evidence);
    steps::after_analysis(job, evidence, &analysis)
}

fn timings(evidence: &Evidence) -> Result<String> {
    let milliseconds = |wall: Duration| (wall.as_secs_f64() * 1e6).round() / 1e3;
    let clock = |(name, wall): &(String, Duration)| json!({ "name": name, "wall_ms": milliseconds(*wall) });
    let document = json!({
        "schema_version": "1.0",
        "cached": evidence.cached,
        "total_ms": milliseconds(evidence.total),
        "checks": evidence.examined.timings.iter().map(clock).collect::<Vec<_>>(),
    });
    json::pretty(&document).map_err(Error::internal)
}

/// The report as it would stand at the locked path.
fn report(job: &Job, setup: &Setup, gate: &Gate, evidence: &Evidence, judged: &Judged) -> String {
    let mut files = Sha256::new();
    for (path, hash) in &evidence.document.file_hashes {
        files.update(format!("{path}\0{hash}\n"));
    }
    markdown::render(markdown::Report {
        story_key: job.key.as_str(),
        title: setup.front.title.as_deref().unwrap_or_default(),
        stack: &setup.stack,
        base: &evidence.document.base,
        head: &evidence.document.head,
        files_hash: &format!("sha256:{}", hex(&files.finalize())),
        checks: evidence.checks(),
        wall: &evidence.examined.timings,
        warnings: &gate.sentences,
        judged: &judged.judgment,
        prose: &judged.prose,
        rejected: judged.rejected.as_ref().map(|rejected| (rejected.why.as_str(), rejected.payload.as_str())),
        verdict: judged.verdict,
    })
}

fn row(text: &str, setup: &Setup, judged: &Judged) -> Result<String> {
    let verdict = GateVerdict::from(judged.verdict);
    gate_table::update(text, ROW, verdict, &setup.story.report)
        .map_err(|why| Error::input(format!("the Review Gate table of {} cannot be used: {why}", setup.story.path)))
}

/// The story as it is now, under the lock: somebody may have written to it since it was read.
fn current_story(disk: &Disk, setup: &Setup) -> Result<String> {
    let gone = |why: &str| Error::input(format!("story {} cannot be updated: {why}", setup.story.path));
    match disk.entry(&setup.story.path, LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).map_err(|_| gone("it is not UTF-8 text")),
        Entry::Missing => Err(gone("it is no longer there")),
        _ => Err(gone("it can no longer be read")),
    }
}

fn report_on_disk(disk: &Disk, path: &str) -> Option<String> {
    match disk.entry(path, LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// Writes a file, unless it holds these bytes already.
fn write(job: &Job, path: &str, bytes: &[u8], written: &mut Written) -> Result<()> {
    written.touched.push(path.to_owned());
    let full = files::inside(&job.root, path)?;
    if files::read(&full, LARGEST).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    files::write_atomic(&full, bytes)?;
    written.paths.push(path.to_owned());
    Ok(())
}

/// What a run that writes nothing would write.
fn preview(job: &Job, setup: &Setup, judged: &Judged, report: &str) -> Result<Written> {
    if !job.dry_run {
        return Ok(Written::default());
    }
    let disk = Disk::new(&job.root)?;
    let old = report_on_disk(&disk, &setup.story.report);
    let updated = row(&setup.story.text, setup, judged)?;
    let mut written = Written { gate: composite(&updated), ..Written::default() };
    let mut diff = String::new();
    if !old.as_deref().is_some_and(|old| markdown::same(old, report)) {
        written.paths.push(setup.story.report.clone());
        unified(old.as_deref().unwrap_or(""), report, &setup.story.report, &mut diff);
    }
    if updated != setup.story.text {
        written.paths.push(setup.story.path.clone());
        unified(&setup.story.text, &updated, &setup.story.path, &mut diff);
    }
    written.diff = Some(diff);
    Ok(written)
}

fn unified(old: &str, new: &str, path: &str, out: &mut String) {
    let diff = similar::TextDiff::from_lines(old, new);
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    let _ = write!(out, "{}", diff.unified_diff().context_radius(3).header(&from, &to));
}

/// The composite line, informational.
fn composite(story: &str) -> Option<String> {
    let verdicts = gate_table::read(story).ok()?;
    Some(match gate_table::composite(&verdicts) {
        Composite::Complete => "Review Gate: COMPLETE".to_owned(),
        Composite::Pending(_) => "Review Gate: PENDING".to_owned(),
        Composite::Blocked(_) => "Review Gate: BLOCKED".to_owned(),
    })
}
