//! Budgets: what was allowed and what was weighed. The engine measures, the bundle rules judge.

use super::brought::Brought;
use super::front_end::FrontEnds;

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Packages in a lock file.
    Packages,
    /// Bytes as they lie on disk.
    Bytes,
    /// Bytes after gzip at level 9, each file by itself.
    GzipBytes,
    /// Bytes after brotli, as a build left them.
    BrotliBytes,
    /// Bytes that a browser was sent.
    TransferBytes,
    /// Requests that a browser made.
    Requests,
    /// Milliseconds that a browser took.
    Milliseconds,
    /// A score in percent, of which a budget says the least.
    Score,
}

/// One budget held against what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What it is about: the lock file's path, or the glob as configured.
    pub subject: String,
    /// What is counted.
    pub unit: Unit,
    /// The most that is allowed.
    pub limit: u64,
    /// What is there.
    pub actual: u64,
    /// Each part with its share, the largest first, then by path; for a lock file only the file itself.
    pub parts: Vec<(String, u64)>,
    /// The file of another tool that states the budget; none for our own configuration.
    pub by: Option<String>,
}

/// A budget that nothing on disk could be held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unweighed {
    /// What it is about.
    pub subject: String,
    /// Why nothing was measured.
    pub why: String,
    /// The file of another tool that states it; none for our own configuration.
    pub by: Option<String>,
}

impl Weighed {
    /// Whether the budget is breached. Meeting it exactly is allowed.
    pub fn is_exceeded(&self) -> bool {
        if self.unit == Unit::Score { self.actual < self.limit } else { self.actual > self.limit }
    }
}

/// All that a review knows of budgets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Budgets with data, in the order of the configuration.
    pub weighed: Vec<Weighed>,
    /// Budgets that nothing on disk could be held against.
    pub unweighed: Vec<Unweighed>,
    /// Where no budget is configured anywhere: the manifests that one would be about, a crate's and a front end's.
    pub missing_for: Vec<String>,
    /// The packages around the files whose code may end in a browser.
    pub front_ends: FrontEnds,
    /// What the change brings along, for which there may be a budget.
    pub brought: Brought,
}
