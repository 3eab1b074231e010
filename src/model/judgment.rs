//! What a judge says: `llm-findings.json`, from the built-in rubric or from outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::category::Category;
use super::severity::Severity;

/// One finding of a judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JudgedFinding {
    /// Category from the closed set.
    pub category: Category,
    /// The tier that the judge gives.
    pub severity: Severity,
    /// Path relative to the repository root, with `/`.
    pub file: String,
    /// First line, 1-based.
    pub line: u32,
    /// What is wrong.
    pub message: String,
    /// Whether the file lies on a hot path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hot_path: Option<bool>,
    /// Whether the loop or growth is bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounded: Option<bool>,
    /// Whether an index serves the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_index: Option<bool>,
}

/// `llm-findings.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgment {
    /// What the judge found.
    pub findings: Vec<JudgedFinding>,
    /// Who judged.
    #[serde(default)]
    pub model: String,
    /// Sampling temperature.
    #[serde(default = "zero")]
    pub temperature: serde_json::Number,
    /// `sha256:<hex>` over the system prompt followed by the bytes of `analysis-results.json`.
    #[serde(default)]
    pub prompt_hash: String,
}

fn zero() -> serde_json::Number {
    serde_json::Number::from(0)
}

impl Judgment {
    /// Whether any finding is Critical.
    pub fn has_critical(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Critical)
    }
}
