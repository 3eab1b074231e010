//! What a judge says: `llm-findings.json`, from the built-in rubric or from outside.

use std::collections::BTreeSet;

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

/// What a judge from outside may bring: findings. Nothing in here can take a finding away, lower one, or name a verdict, so
/// nothing that a judge says can turn a failure of the deterministic layer into a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Additions(Vec<JudgedFinding>);

impl Additions {
    /// Of these findings.
    pub fn new(findings: Vec<JudgedFinding>) -> Additions {
        Additions(findings)
    }

    /// What two runs over the same input must agree on.
    pub fn kinds(&self) -> BTreeSet<(Category, Severity)> {
        self.0.iter().map(|finding| (finding.category, finding.severity)).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The findings of the deterministic layer with these on top: all of both, each place and category of the deterministic
    /// layer once, at the worse of the two severities.
    pub fn over(self, own: Vec<JudgedFinding>) -> Vec<JudgedFinding> {
        let mut all = self.0;
        for own in own {
            let same = |f: &&mut JudgedFinding| f.category == own.category && f.file == own.file && f.line == own.line;
            match all.iter_mut().find(same) {
                Some(theirs) => theirs.severity = theirs.severity.min(own.severity),
                None => all.push(own),
            }
        }
        all.sort_by(|a, b| (&a.file, a.line, a.category).cmp(&(&b.file, b.line, b.category)));
        all
    }
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

/// What a judge from outside answers with: one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Answer")]
pub struct Answer {
    /// What is to be added to the deterministic findings, or raised; empty where there is nothing.
    pub findings: Vec<JudgedFinding>,
    /// Who judged, where the configuration does not say.
    #[serde(default)]
    pub model: Option<String>,
    /// Sampling temperature, 0 unless said otherwise.
    #[serde(default)]
    pub temperature: Option<serde_json::Number>,
    /// The hash of the prompt that is answered.
    #[serde(default)]
    pub prompt_hash: Option<String>,
    /// A rendered report with the two sections and the verdict line; its deterministic section is never used.
    #[serde(default)]
    pub report: Option<String>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finding() -> impl Strategy<Value = JudgedFinding> {
        (0..3_usize, 0..3_usize, 0..2_u32, 0..2_u32).prop_map(|(category, severity, file, line)| JudgedFinding {
            category: Category::ALL[category],
            severity: Severity::ALL[severity],
            file: format!("f{file}"),
            line,
            message: String::new(),
            hot_path: None,
            bounded: None,
            has_index: None,
        })
    }

    proptest! {
        /// Whatever a judge says, each finding of the deterministic layer is still there, at its own tier or above.
        #[test]
        fn nothing_is_taken_away_or_lowered(
            own in proptest::collection::vec(finding(), 0..6), said in proptest::collection::vec(finding(), 0..6)
        ) {
            let all = Additions::new(said.clone()).over(own.clone());
            for one in &own {
                let holds = |f: &JudgedFinding| {
                    (f.category, &f.file, f.line) == (one.category, &one.file, one.line) && f.severity <= one.severity
                };
                prop_assert!(all.iter().any(holds));
            }
            prop_assert!(all.len() >= said.len());
        }
    }
}
