//! JSON for programs: the envelope of `check`, and `analysis-results.json` with the verdict added.

use serde::Serialize;
use serde_json::Value;

use crate::model::analysis::SCHEMA_VERSION;
use crate::model::check::Check;
use crate::model::finding::Finding;
use crate::model::provenance::Provenance;
use crate::model::verdict::Verdict;

#[derive(Serialize)]
struct Envelope<'a> {
    schema_version: &'static str,
    provenance: &'a Provenance,
    findings: Vec<&'a Finding>,
}

/// `{"schema_version","provenance":{…},"findings":[…]}`, findings in the order of every listing.
pub fn check(checks: &[Check], provenance: &Provenance) -> Result<String, String> {
    let mut findings: Vec<&Finding> = checks.iter().flat_map(Check::findings).collect();
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    pretty(&Envelope { schema_version: SCHEMA_VERSION, provenance, findings })
}

/// The document with one added key, `verdict`.
pub fn review(analysis_json: &str, verdict: Verdict) -> Result<String, String> {
    let mut document: Value = serde_json::from_str(analysis_json).map_err(|e| e.to_string())?;
    let object = document.as_object_mut().ok_or("the analysis is no object")?;
    object.insert("verdict".to_owned(), Value::from(verdict.name()));
    pretty(&document)
}

/// Pretty JSON with a final newline.
pub fn pretty(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|e| e.to_string())
}
