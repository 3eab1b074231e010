//! What a change makes everyone download, build or link, against the budgets that somebody set and
//! against what was there before.
//!
//! The engine measures ([`Budgets`](crate::model::budget::Budgets)); the rules here only judge what it measured.

pub mod budget_exceeded;
pub mod budget_without_data;
pub mod default_features;
pub mod dependency_cost;
pub mod duplicate_versions;
pub mod no_budget;
pub mod whole_library_import;
pub mod whole_token_file_import;

use super::{Detect, Rule};
use crate::model::category::Category;
use crate::model::raw::Situation;

/// The rules of the group.
pub const RULES: &[Rule] = &[
    budget_exceeded::RULE,
    budget_without_data::RULE,
    default_features::RULE,
    dependency_cost::RULE,
    duplicate_versions::RULE,
    no_budget::RULE,
    whole_library_import::RULE,
    whole_token_file_import::RULE,
];

const fn rule(
    id: &'static str,
    summary: &'static str,
    source: &'static str,
    detect: fn(&crate::model::budget::Budgets, &str) -> Vec<Draft>,
) -> Rule {
    let detect = Detect::Budgets(detect);
    Rule { id, category: Category::Bundle, check: "bundle", summary, source, languages: &[], may_block: &[], detect }
}

/// What a rule of this group says: the file to report, the message, what to do, and the parts that weigh most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Path relative to the repository root.
    pub file: String,
    /// Line in it, 1-based; the first one where the file as a whole is meant.
    pub line: u32,
    /// The rubric's cell.
    pub situation: Situation,
    /// Lower-case fragment, the culprit in back-ticks, no final period.
    pub message: String,
    /// What to do instead.
    pub help: String,
    /// Files that make up the number, each with a note, the heaviest first.
    pub parts: Vec<(String, String)>,
}
