//! One finding: where, what, how sure, how heavy, and what was seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::category::Category;
use super::measure::Measured;
use super::severity::{Confidence, Severity};

/// A place in a file. Lines and columns are 1-based; columns count characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// One finding, exactly as `analysis-results.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Rule id, `group/name`.
    pub rule: String,
    /// Category from the closed set.
    pub category: Category,
    /// What the rubric makes of it.
    pub severity: Severity,
    /// What the detector says of its own certainty.
    pub confidence: Confidence,
    /// Whether it alone turns the verdict.
    pub blocking: bool,
    /// Path relative to the repository root, with `/`.
    pub file: String,
    /// First line, 1-based.
    pub line: u32,
    /// First column, 1-based, in characters.
    pub column: u32,
    /// Last line, 1-based.
    pub end_line: u32,
    /// Column after the last character, 1-based.
    pub end_column: u32,
    /// Lower-case fragment, the culprit in back-ticks, no final period.
    pub message: String,
    /// What to do instead.
    pub help: String,
    /// Whether the file lies on a hot path.
    pub hot_path: bool,
    /// Whether loop or collection is provably small or the growth has a bound idiom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounded: Option<bool>,
    /// Whether an index serves the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_index: Option<bool>,
    /// Whether the function recurses through a single call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
    /// What was seen, as steps from the reported place to the cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Percentiles measured for the code at this place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<Measured>,
    /// Identity that stays when code above moves: rule, symbol path, normalised snippet, ordinal.
    pub fingerprint: String,
    /// Whether it is absent at the base (only under `--scope new`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
    /// Suppressed by a comment in the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Exemption>,
    /// Known from the baseline file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselined: Option<Exemption>,
    /// Waived explicitly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Exemption>,
}

impl Finding {
    /// The place as a span.
    pub fn span(&self) -> Span {
        Span { line: self.line, column: self.column, end_line: self.end_line, end_column: self.end_column }
    }

    /// Whether something exempts it: a suppression, the baseline or a waiver.
    pub fn is_exempt(&self) -> bool {
        self.suppressed.is_some() || self.baselined.is_some() || self.waived.is_some()
    }

    /// Order of every listing: file, line, column, rule.
    pub fn sort_key(&self) -> (&str, u32, u32, &str) {
        (&self.file, self.line, self.column, &self.rule)
    }
}

/// One step of what was seen: the loop, a call on the way, the query itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What stands there: `loop`, `call`, `effect`, `async`, `growth`, `definition`.
    pub kind: String,
    /// Path relative to the repository root.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// A short phrase, the code in back-ticks.
    pub note: String,
}

/// Why a finding does not count, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exemption {
    /// The reason that somebody wrote down.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who answers for it, where somebody has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}
