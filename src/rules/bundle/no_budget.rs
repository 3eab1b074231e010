//! # What it does
//! Says once a review that no budget is configured, where the change touches a crate: a repository with a manifest
//! builds something that a budget could hold. Budgets of other tools (`lighthouserc.json`, `bundlesize`, `size-limit`,
//! Angular) count as configured.
//!
//! # Why is this slow?
//! Dependencies and bundles grow by a little with every change, and nobody sees the change that made them too large.
//!
//! # Example
//! ```toml
//! # perf-gate.toml without a table `bundle`
//! ```
//!
//! # Use instead
//! ```toml
//! [bundle]
//! crates = 300
//! ```
//!
//! # Limits
//! A suggestion and never more. A change outside of every crate is not told.

use super::Draft;
use crate::model::budget::Budgets;

/// At most one finding.
pub fn detect(budgets: &Budgets, _config_file: &str) -> Vec<Draft> {
    let draft = |manifest: &String| Draft {
        file: manifest.clone(),
        message: format!("no budget is configured for what `{manifest}` builds"),
        help: "set `bundle.crates`, the most packages that Cargo.lock may hold, or `bundle.files` in perf-gate.toml"
            .to_owned(),
        parts: Vec::new(),
    };
    budgets.missing_for.iter().map(draft).collect()
}
