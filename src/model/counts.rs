//! Numbers of functions that an external analyser counted, in place of ours.

use std::collections::BTreeMap;

/// What was counted for a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// A line of the function's head, 1-based.
    pub line: u32,
    /// Cyclomatic complexity, where it was counted.
    pub cyclomatic: Option<u32>,
    /// Cognitive complexity, where it was counted.
    pub cognitive: Option<u32>,
}

/// What was counted, a file each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By path from the root: who counted, and what.
    pub files: BTreeMap<String, (String, Vec<Number>)>,
}
