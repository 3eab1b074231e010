//! A finding as its rule mints it, before the rubric weighs it.

use serde::{Deserialize, Serialize};

use super::finding::Evidence;
use super::severity::Confidence;

/// The cell of the rubric that a rule's evidence points at. Severity is not a rule's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Situation {
    /// Per-item work in a loop that is not provably small.
    Loop,
    /// Per-item work in a provably small loop.
    SmallLoop,
    /// A statement seen by its text alone, no library known; `large` where the loop is statically large.
    RawSql {
        /// 100 turns or more.
        large: bool,
    },
    /// A blocking call in asynchronous code.
    Async,
    /// A blocking call in a synchronous function of a hot path.
    SyncHelper,
    /// A blocking call while the program starts.
    StartUp,
    /// Growth in a request or stream loop.
    StreamGrowth,
    /// Growth elsewhere.
    Growth,
    /// Growth with a bound idiom.
    BoundedGrowth,
    /// Over a complexity threshold.
    OverThreshold,
    /// Over a complexity threshold, by a single-call recursion with a clear traversal.
    Recursion,
    /// Work repeated in a loop.
    RepeatedWork,
    /// A budget breached by data on disk.
    BudgetBreached,
    /// An import that costs more than it needs to.
    HeavyImport,
    /// No budget, or no data for one.
    NoBudget,
    /// A filter or sort that no index serves.
    NoIndex,
    /// Against what the repository documents: layers, design tokens.
    Conformance,
    /// Something about the files themselves.
    Integrity,
    /// Polish.
    Polish,
}

/// A finding as its rule mints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// Rule id.
    pub rule: String,
    /// First line, 1-based.
    pub line: u32,
    /// First column, 1-based.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Which cell of the rubric.
    pub situation: Situation,
    /// Lower-case fragment.
    pub message: String,
    /// What to do instead.
    pub help: String,
    /// Name of the function that it stands in; empty outside of one.
    pub symbol: String,
    /// Whether loop or growth is provably bounded, where that is known.
    pub bounded: Option<bool>,
    /// Whether an index serves the query, where that is known.
    pub has_index: Option<bool>,
    /// Whether the function recurses through a single call.
    pub recursive: Option<bool>,
    /// What was seen.
    pub evidence: Vec<Evidence>,
}
