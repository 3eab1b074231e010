//! JSON for programs: the envelope of `check`, and `analysis-results.json` with the verdict added.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::analysis::SCHEMA_VERSION;
use crate::model::check::Check;
use crate::model::finding::Finding;
use crate::model::provenance::Provenance;
use crate::model::verdict::Verdict;

use super::whole::{Section, Whole};

/// What `check --format json` prints and `ci --json` writes. Unknown fields are allowed at every level.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Envelope<'a> {
    /// `1.0`.
    schema_version: &'static str,
    /// What was done, with what, against what; `null` where a run ended before it had a result.
    provenance: Option<Cow<'a, Provenance>>,
    /// Every finding, exempt ones too, by file, line, column and rule.
    findings: Vec<Cow<'a, Finding>>,
    /// Of `ci`: the run as a whole.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    run: Option<RunPart<'a>>,
}

/// What `ci --json` says besides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunPart<'a> {
    /// The worst verdict.
    verdict: &'static str,
    /// What stopped the run before it had a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    /// What a reader should know, one sentence each.
    notes: Vec<&'a str>,
    /// The stories that were reviewed, each with its own proof of work; empty where the change has none.
    stories: Vec<StoryPart<'a>>,
}

/// One story of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoryPart<'a> {
    /// Its key.
    story_key: &'a str,
    /// Its verdict.
    verdict: &'static str,
    /// Its proof of work.
    provenance: &'a Provenance,
}

/// `{"schema_version","provenance":{…},"findings":[…]}`, findings in the order of every listing.
pub fn check(checks: &[Check], provenance: &Provenance) -> Result<String, String> {
    let mut findings: Vec<_> = checks.iter().flat_map(Check::findings).map(Cow::Borrowed).collect();
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let provenance = Some(Cow::Borrowed(provenance));
    pretty(&Envelope { schema_version: SCHEMA_VERSION, provenance, findings, run: None })
}

/// A whole run: the envelope of `check`, with the run's verdict, notes and stories. Where there are several stories, the
/// envelope's proof of work is the first one's, with what the run as a whole came to.
pub fn run(whole: &Whole<'_>) -> Result<String, String> {
    let findings = whole.findings();
    let mut provenance = whole.sections.first().map(|section| section.provenance.clone());
    if let Some(provenance) = &mut provenance {
        whole.verdict.name().clone_into(&mut provenance.verdict);
    }
    let run = RunPart {
        verdict: whole.verdict.name(),
        error: whole.failure,
        notes: whole.all_notes(),
        stories: whole.sections.iter().filter_map(of_story).collect(),
    };
    let provenance = provenance.map(Cow::Owned);
    pretty(&Envelope { schema_version: SCHEMA_VERSION, provenance, findings, run: Some(run) })
}

/// The document with one added key, `verdict`.
pub fn review(analysis_json: &str, verdict: Verdict) -> Result<String, String> {
    let mut document: Value = serde_json::from_str(analysis_json).map_err(|e| e.to_string())?;
    let object = document.as_object_mut().ok_or("the analysis is no object")?;
    object.insert("verdict".to_owned(), Value::from(verdict.name()));
    pretty(&document)
}

fn of_story<'a>(section: &Section<'a>) -> Option<StoryPart<'a>> {
    Some(StoryPart { story_key: section.story?, verdict: section.verdict.name(), provenance: section.provenance })
}

/// Pretty JSON with a final newline.
pub fn pretty(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|e| e.to_string())
}
