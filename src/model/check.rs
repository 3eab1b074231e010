//! A check: one named part of the analysis and how it ended. Each state carries its evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

use super::finding::Finding;

/// Names of the checks in the order in which they run and are listed.
pub const CHECK_ORDER: [&str; 8] =
    ["n-plus-one", "complexity", "bundle", "memory", "index-hint", "architecture", "fidelity", "integrity"];

/// Whether a check looks at single files or at the whole project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Each file by itself.
    File,
    /// The project as a whole.
    Project,
}

/// Findings of a failed check: at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Takes the findings, or gives none where there are none.
    pub fn new(findings: Vec<Finding>) -> Option<Findings> {
        (!findings.is_empty()).then_some(Findings(findings))
    }

    /// The findings.
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// The findings, to be weighed or marked.
    pub fn as_mut_slice(&mut self) -> &mut [Finding] {
        &mut self.0
    }
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Ran, nothing found.
    Passed,
    /// Ran, with findings.
    Failed(Findings),
    /// Not applicable, and why.
    Skipped {
        /// Shown as `skip_reason`.
        reason: String,
    },
    /// Crashed, could not be parsed, or ran past its cap. Wins over what was found before.
    Errored {
        /// Shown as `error_reason`.
        cause: String,
        /// What was found before it ended.
        partial: Vec<Finding>,
    },
}

impl Outcome {
    /// `Passed` or `Failed`, by what was found.
    pub fn of(findings: Vec<Finding>) -> Outcome {
        Findings::new(findings).map_or(Outcome::Passed, Outcome::Failed)
    }

    /// The status word.
    pub const fn status(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Errored { .. } => "errored",
        }
    }
}

/// One named part of the analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// One of [`CHECK_ORDER`].
    pub name: &'static str,
    /// What it looks at.
    pub scope: Scope,
    /// How it ended.
    pub outcome: Outcome,
}

impl Check {
    /// What it found, in any state.
    pub fn findings(&self) -> &[Finding] {
        match &self.outcome {
            Outcome::Failed(findings) => findings.as_slice(),
            Outcome::Errored { partial, .. } => partial,
            Outcome::Passed | Outcome::Skipped { .. } => &[],
        }
    }

    /// What it found, to be weighed or marked.
    pub fn findings_mut(&mut self) -> &mut [Finding] {
        match &mut self.outcome {
            Outcome::Failed(findings) => findings.as_mut_slice(),
            Outcome::Errored { partial, .. } => partial,
            Outcome::Passed | Outcome::Skipped { .. } => &mut [],
        }
    }
}

/// How many findings count, and how many do not because of what somebody wrote down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Findings that count: not exempt, and not old under `--scope new`.
    pub reported: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
}

impl Counts {
    /// Of some checks.
    pub fn of(checks: &[Check]) -> Counts {
        let mut counts = Counts::default();
        for finding in checks.iter().flat_map(Check::findings) {
            counts.reported += usize::from(!finding.is_exempt() && finding.new != Some(false));
            counts.suppressed += usize::from(finding.suppressed.is_some());
            counts.baselined += usize::from(finding.baselined.is_some());
            counts.waived += usize::from(finding.waived.is_some());
        }
        counts
    }

    /// Whether anything is exempt.
    pub fn any_exempt(self) -> bool {
        self.suppressed + self.baselined + self.waived > 0
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("scope", &self.scope)?;
        map.serialize_entry("status", self.outcome.status())?;
        match &self.outcome {
            Outcome::Skipped { reason } => map.serialize_entry("skip_reason", reason)?,
            Outcome::Errored { cause, .. } => map.serialize_entry("error_reason", cause)?,
            Outcome::Passed | Outcome::Failed(_) => {}
        }
        map.serialize_entry("findings", self.findings())?;
        map.end()
    }
}
