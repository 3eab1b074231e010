//! Phase 3A, the evidence: loads the files, runs the engine (or takes the cached result), and makes
//! `analysis-results.json` with stable bytes. Clocks stay outside of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::engine::{Caps, Selection};
use crate::error::{Error, Result};
use crate::model::analysis::{Analysis, CheckRecord, SCHEMA_VERSION, SKILL};
use crate::model::check::{Check, Counts, Outcome};
use crate::report::json as report_json;

use super::cache::{self, Cached, Key};
use super::conformance::Told;
use super::examine::{self, Examination, Examined};
use super::setup::Setup;
use super::sources::Loaded;
use super::story_gate::Gate;
use super::{Job, integrity, judgment};

/// Version of the set of rules: a result of another set is another result.
pub(super) const RULES_VERSION: &str = "1";

/// Cold, a review should take no longer (P95); past it, it says so.
const COLD_TARGET: Duration = Duration::from_mins(1);

/// The same from the cache.
const CACHED_TARGET: Duration = Duration::from_secs(3);

/// What the analysis gives to the judge and to the verdict.
pub(super) struct Evidence {
    /// `analysis-results.json` as a document.
    pub document: Analysis,
    /// Its bytes.
    pub json: String,
    /// What ran and what it found.
    pub examined: Examined,
    /// The checks as they were before anything exempted a finding; empty where nothing is to be kept.
    pub found: Vec<Check>,
    /// The cache key; none where no cache is used.
    pub cache_key: Option<Key>,
    /// Whether the result came from the cache.
    pub cached: bool,
    /// How long the phase took.
    pub total: Duration,
    /// The text of each analysed file.
    pub texts: BTreeMap<String, Arc<str>>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// Runs the phase.
pub(super) fn gather(job: &Job, setup: &Setup, gate: &Gate) -> Result<Evidence> {
    let start = crate::world::clock::Watch::start();
    let rules = Selection::Review;
    let examination = Examination {
        root: &job.root,
        ground: &setup.ground,
        config: &job.config,
        rules: &rules,
        scope: job.scope,
        caps: Caps::REVIEW,
        division: &job.division,
        stack: Some(&setup.stack),
        told: Some(Told { path: &setup.story.path, text: &setup.story.text, has_figma: setup.front.has_figma }),
    };
    let mut loaded = examine::load(&setup.ground, &gate.wanted, &job.config)?;
    loaded.findings.splice(0..0, gate.findings.iter().cloned());
    let texts = loaded.sources.iter().map(|source| (source.path.as_str(), source.text.as_ref()));
    let all = texts.chain([(setup.story.path.as_str(), setup.story.text.as_str())]);
    let spoken: Vec<_> = all.flat_map(|(path, text)| integrity::instructions(path, text)).collect();
    loaded.findings.extend(spoken);
    let around = examination.around(&loaded, &gate.wanted)?;
    let surroundings = examination.surroundings(&loaded)?;
    let key = cache::key(job, setup, gate, &loaded, (&around, surroundings.as_ref()));
    let known = key.as_ref().and_then(|key| cache::read(job, setup, key, &loaded));
    let cached = known.is_some();
    let mut examined = match known {
        Some(Cached(examined)) => examined,
        None => examination.run(&loaded, &gate.wanted, &around, surroundings.as_ref())?,
    };
    // What the cache keeps knows nothing of suppressions, baseline and waivers: these and their dates come after it.
    let found = if key.is_some() && !cached { examined.checks.clone() } else { Vec::new() };
    let loosened = examination.exempt(&loaded, &gate.wanted, &mut examined)?;
    let mut document = document(job, setup, gate, &loaded, &examined);
    document.tool_versions.extend(around.external.versions.clone());
    let waits = |what: &String| json!({ "warning": "takes-effect-after-merge", "reason": what });
    document.gate_warnings.extend(loosened.iter().map(waits));
    let json = render(&document)?;
    let mut notes = gate.sentences.clone();
    notes.extend(loosened);
    notes.extend(around.facts.notes);
    notes.extend(examined.notes.iter().cloned());
    notes.extend(nothing_examined(&examined, "changed"));
    notes.extend(slow(start.elapsed(), cached));
    let texts = loaded.sources.into_iter().map(|source| (source.path, source.text)).collect();
    Ok(Evidence { document, json, examined, found, cache_key: key, cached, total: start.elapsed(), texts, notes })
}

fn document(job: &Job, setup: &Setup, gate: &Gate, loaded: &Loaded, examined: &Examined) -> Analysis {
    let tools = [("perf-gate", env!("CARGO_PKG_VERSION")), ("perf-gate-rules", RULES_VERSION)];
    Analysis {
        schema_version: SCHEMA_VERSION.to_owned(),
        story_key: job.key.as_str().to_owned(),
        skill: SKILL.to_owned(),
        skill_version: env!("CARGO_PKG_VERSION").to_owned(),
        model: judgment::RUBRIC.to_owned(),
        model_temperature: 0.into(),
        stack: setup.stack.clone(),
        base: setup.ground.base_id(),
        head: setup.ground.head_id(),
        tool_versions: tools.into_iter().map(|(tool, version)| (tool.to_owned(), version.to_owned())).collect(),
        files: loaded.sources.iter().map(|source| source.path.clone()).collect(),
        file_hashes: loaded.hashes.clone(),
        gate_warnings: gate.warnings.clone(),
        counts: Counts::of(&examined.checks),
        checks: examined.checks.iter().map(CheckRecord::from).collect(),
    }
}

fn render(document: &Analysis) -> Result<String> {
    report_json::pretty(document)
        .map_err(|why| Error::internal(format!("the analysis cannot be written as JSON: {why}")))
}

impl Evidence {
    /// The checks in order.
    pub(super) fn checks(&self) -> &[Check] {
        &self.examined.checks
    }

    /// Says in the evidence itself that a judge's answer cannot be used, so that the verdict follows from the files.
    pub(super) fn distrust(&mut self, cause: &str) -> Result<()> {
        let integrity = self.examined.checks.iter_mut().filter(|check| check.name == "integrity");
        integrity.for_each(|check| examine::error(check, cause));
        self.document.checks = self.examined.checks.iter().map(CheckRecord::from).collect();
        self.json = render(&self.document)?;
        Ok(())
    }

    /// Names the judge in the evidence.
    pub(super) fn judged_by(&mut self, model: &str) -> Result<()> {
        model.clone_into(&mut self.document.model);
        self.json = render(&self.document)?;
        Ok(())
    }

    /// Whether any check is `errored`.
    pub(super) fn errored(&self) -> bool {
        self.checks().iter().any(|check| matches!(check.outcome, Outcome::Errored { .. }))
    }
}

/// Nothing in a supported language is an `APPROVE` that says so.
pub(super) fn nothing_examined(examined: &Examined, what: &str) -> Option<String> {
    let errored = examined.checks.iter().any(|check| matches!(check.outcome, Outcome::Errored { .. }));
    (examined.parsed == 0 && !errored).then(|| format!("no file in a supported language {what}"))
}

fn slow(took: Duration, cached: bool) -> Option<String> {
    let target = if cached { CACHED_TARGET } else { COLD_TARGET };
    (took > target).then(|| {
        format!("the analysis took {:.0} s, more than its target of {} s", took.as_secs_f64(), target.as_secs())
    })
}
