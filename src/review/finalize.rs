//! Phase 7, finalize: the last checkpoint, and the summary that the caller shows.

use crate::error::Result;
use crate::model::check::{Check, Counts};
use crate::model::provenance::Provenance;

use super::analysis::{Evidence, RULES_VERSION};
use super::examine::Examined;
use super::ground::Ground;
use super::judgment::Judged;
use super::output::Written;
use super::setup::Setup;
use super::story_gate::Gate;
use super::{Job, Reviewed, cache, steps};

/// Runs the phase.
pub(super) fn finish(
    job: &Job,
    setup: Setup,
    gate: Gate,
    evidence: Evidence,
    judged: Judged,
    written: Written,
) -> Result<Reviewed> {
    if job.writes() {
        steps::at_the_end(job, &evidence, &judged, &written)?;
    }
    let head = setup.ground.head_with_dirt(gate.changes.as_deref().unwrap_or_default());
    let mut provenance = provenance(&setup.ground, &job.config, &evidence.examined, head);
    judged.verdict.name().clone_into(&mut provenance.verdict);
    provenance.notes.clone_from(&evidence.notes);
    Ok(Reviewed {
        verdict: judged.verdict,
        checks: evidence.examined.checks,
        timings: evidence.examined.timings,
        provenance,
        analysis_json: evidence.json,
        written: written.paths,
        report: setup.story.report,
        state: job.state(),
        judgment: judged.judgment,
        gate: written.gate,
        diff: written.diff,
        notes: evidence.notes,
        texts: evidence.texts,
    })
}

/// Proof of work, but for the verdict.
pub(super) fn provenance(
    ground: &Ground,
    config: &crate::config::Config,
    examined: &Examined,
    head: String,
) -> Provenance {
    let counts = Counts::of(&examined.checks);
    Provenance {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        rules_version: RULES_VERSION.to_owned(),
        config_hash: cache::config_hash(config)[..12].to_owned(),
        base: ground.base_id(),
        base_how: ground.base_how(),
        head,
        files_examined: examined.parsed,
        files_skipped: examined.skipped.clone(),
        rules_run: examined.rules_run,
        reported: counts.reported,
        suppressed: counts.suppressed,
        baselined: counts.baselined,
        waived: counts.waived,
        verdict: String::new(),
        checks: examined.checks.iter().map(|check| (check.name.to_owned(), ending(check))).collect(),
        notes: Vec::new(),
    }
}

fn ending(check: &Check) -> String {
    use crate::model::check::Outcome::{Errored, Failed, Passed, Skipped};
    let status = check.outcome.status();
    match &check.outcome {
        Passed | Failed(_) => status.to_owned(),
        Skipped { reason } => format!("{status}: {reason}"),
        Errored { cause, .. } => format!("{status}: {cause}"),
    }
}
