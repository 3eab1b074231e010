//! What a change makes everyone download, build or link, against the budgets that somebody set.
//!
//! The engine measures ([`Budgets`](crate::model::budget::Budgets)); the rules here only judge what it measured.

pub mod budget_exceeded;
pub mod budget_without_data;
pub mod no_budget;

/// What a rule of this group says: the file to report, the message, what to do, and the parts that weigh most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Path relative to the repository root.
    pub file: String,
    /// Lower-case fragment, the culprit in back-ticks, no final period.
    pub message: String,
    /// What to do instead.
    pub help: String,
    /// Files that make up the number, each with a note, the heaviest first.
    pub parts: Vec<(String, String)>,
}
