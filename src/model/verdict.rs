//! The two vocabularies of verdicts and the mapping between them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the resolver computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Nothing stands against it.
    Approve,
    /// A blocking finding stands against it.
    RequestChanges,
    /// The evidence is incomplete or cannot be trusted.
    Blocked,
}

impl Verdict {
    /// The exact word.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Approve => "APPROVE",
            Verdict::RequestChanges => "REQUEST_CHANGES",
            Verdict::Blocked => "BLOCKED",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a row of the Review Gate says. Names are exact and case-sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateVerdict {
    /// Not reviewed yet.
    Unverified,
    /// Reviewed and fine.
    Passed,
    /// Reviewed and not fine.
    Failed,
}

impl GateVerdict {
    /// All gate verdicts.
    pub const ALL: [GateVerdict; 3] = [GateVerdict::Unverified, GateVerdict::Passed, GateVerdict::Failed];

    /// The exact word.
    pub const fn name(self) -> &'static str {
        match self {
            GateVerdict::Unverified => "UNVERIFIED",
            GateVerdict::Passed => "PASSED",
            GateVerdict::Failed => "FAILED",
        }
    }

    /// The verdict of this exact name.
    pub fn parse(name: &str) -> Option<GateVerdict> {
        Self::ALL.into_iter().find(|v| v.name() == name)
    }
}

impl From<Verdict> for GateVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => GateVerdict::Passed,
            Verdict::RequestChanges | Verdict::Blocked => GateVerdict::Failed,
        }
    }
}

impl fmt::Display for GateVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
