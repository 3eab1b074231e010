//! How much a finding weighs, and how sure its detector is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Severity of a review finding, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Severity {
    /// Blocks: produces `REQUEST_CHANGES`.
    Critical,
    /// Worth surfacing; does not block.
    Warning,
    /// Polish, or evidence too thin for more.
    Suggestion,
}

impl Severity {
    /// All severities, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Suggestion];

    /// The word used in every report.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Critical => "Critical",
            Severity::Warning => "Warning",
            Severity::Suggestion => "Suggestion",
        }
    }

    /// The milder of two severities.
    #[must_use]
    pub fn at_most(self, cap: Severity) -> Severity {
        self.max(cap)
    }
}

/// How sure a detector is of what it saw, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Proven by imports, types or constructors.
    High,
    /// Likely: one link of the proof is an inference.
    Medium,
    /// A guess that a person should look at.
    Low,
}

impl Confidence {
    /// The word used in every report.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }

    /// The less sure of two confidences.
    #[must_use]
    pub fn at_most(self, cap: Confidence) -> Confidence {
        self.max(cap)
    }
}
