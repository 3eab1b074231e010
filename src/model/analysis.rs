//! `analysis-results.json`, schema 1.0: the document that a review writes, that the cache keeps and that others read.
//!
//! It holds no clock and no duration: the same content, base, head, tools and configuration give the same bytes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::{CHECK_ORDER, Check, Counts, Findings, Outcome, Scope};
use super::finding::Finding;

/// Version of the schema.
pub const SCHEMA_VERSION: &str = "1.0";

/// The skill whose place we take.
pub const SKILL: &str = "gaia-performance-review";

/// The whole document. Unknown fields are allowed at every level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// `1.0`.
    pub schema_version: String,
    /// Story key.
    pub story_key: String,
    /// `gaia-performance-review`.
    pub skill: String,
    /// Version of the program.
    #[serde(default)]
    pub skill_version: String,
    /// Who judges: `perf-gate-rubric` for the built-in judge.
    pub model: String,
    /// Sampling temperature, 0.
    pub model_temperature: serde_json::Number,
    /// Stack key, `unknown` where none was detected.
    #[serde(default)]
    pub stack: String,
    /// Base commit, `none` where there is none.
    #[serde(default)]
    pub base: String,
    /// Head commit, `none` where there is none.
    #[serde(default)]
    pub head: String,
    /// Tools and their versions.
    #[serde(default)]
    pub tool_versions: BTreeMap<String, String>,
    /// Files that were analysed, sorted.
    #[serde(default)]
    pub files: Vec<String>,
    /// SHA-256 of each file that was read, in hex.
    #[serde(default)]
    pub file_hashes: BTreeMap<String, String>,
    /// What the story gate noticed; never a reason to stop.
    #[serde(default)]
    pub gate_warnings: Vec<Value>,
    /// How many findings count, and how many are exempt.
    #[serde(default)]
    pub counts: Counts,
    /// The checks in order.
    pub checks: Vec<CheckRecord>,
}

/// How a check ended, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Ran, nothing found.
    Passed,
    /// Ran, with findings.
    Failed,
    /// Crashed, could not be parsed, or ran past its cap.
    Errored,
    /// Not applicable.
    Skipped,
}

/// One check as the document holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRecord {
    /// Name of the check.
    pub name: String,
    /// What it looks at.
    #[serde(default = "file_scope")]
    pub scope: Scope,
    /// How it ended.
    pub status: Status,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_reason: Option<String>,
    /// Why it errored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// What it found.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

fn file_scope() -> Scope {
    Scope::File
}

impl From<&Check> for CheckRecord {
    fn from(check: &Check) -> Self {
        let (status, skip_reason, error_reason) = match &check.outcome {
            Outcome::Passed => (Status::Passed, None, None),
            Outcome::Failed(_) => (Status::Failed, None, None),
            Outcome::Skipped { reason } => (Status::Skipped, Some(reason.clone()), None),
            Outcome::Errored { cause, .. } => (Status::Errored, None, Some(cause.clone())),
        };
        let (name, scope) = (check.name.to_owned(), check.scope);
        CheckRecord { name, scope, status, skip_reason, error_reason, findings: check.findings().to_vec() }
    }
}

impl CheckRecord {
    /// The check that this record was made from; none where it cannot have been one of ours.
    pub fn into_check(self) -> Option<Check> {
        let name = CHECK_ORDER.into_iter().find(|name| *name == self.name)?;
        let outcome = match self.status {
            Status::Passed => Outcome::Passed,
            Status::Failed => Outcome::Failed(Findings::new(self.findings)?),
            Status::Skipped => Outcome::Skipped { reason: self.skip_reason? },
            Status::Errored => Outcome::Errored { cause: self.error_reason?, partial: self.findings },
        };
        Some(Check { name, scope: self.scope, outcome })
    }
}
