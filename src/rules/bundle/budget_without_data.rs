//! # What it does
//! Reports a budget, of our own configuration or of another tool's, that nothing on disk can be held against: the glob
//! matches no file, a file cannot be read, nothing was built, Lighthouse left no report, or there is no lock file.
//!
//! # Why is this slow?
//! It is not. But a budget that measures nothing looks like a budget that is met.
//!
//! # Example
//! ```toml
//! [[bundle.files]]
//! glob = "dist/**/*.js" # nothing was built into dist
//! raw = "300 KB"
//! ```
//!
//! # Use instead
//! Build before the review, or correct the glob.
//!
//! # Limits
//! Absent data is a suggestion and never more. A review of pushed commits sees only what is committed.

use super::{Draft, rule};
use crate::model::budget::{Budgets, Unweighed};
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule = rule(
    "bundle/budget-without-data",
    "a configured budget that nothing on disk can be held against",
    include_str!("budget_without_data.rs"),
    detect,
);

/// A finding for each budget without data.
fn detect(budgets: &Budgets, config_file: &str) -> Vec<Draft> {
    let draft = |Unweighed { subject, why, by }: &Unweighed| Draft {
        file: by.clone().unwrap_or_else(|| config_file.to_owned()),
        line: 1,
        situation: Situation::NoBudget,
        message: format!("the budget for `{subject}` measures nothing: {why}"),
        help: "build before the review, or correct the budget".to_owned(),
        parts: Vec::new(),
    };
    budgets.unweighed.iter().map(draft).collect()
}
