//! # What it does
//! Says once a review that no budget is configured, where the change touches a crate or an application for browsers: a
//! repository with a manifest builds something that a budget could hold. Budgets of other tools (`lighthouserc.json`,
//! `bundlesize`, `size-limit`, webpack, Angular) count as configured.
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
//! A suggestion and never more. A change outside of every crate and front end is not told; a library for front ends has no
//! bundle of its own.

use super::{Draft, rule};
use crate::model::budget::Budgets;
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule =
    rule("bundle/no-budget", "no budget configured for what the change builds", include_str!("no_budget.rs"), detect);

/// At most one finding for crates, and one for front ends.
fn detect(budgets: &Budgets, _config: &str) -> Vec<Draft> {
    let draft = |manifest: &String| {
        let help = if manifest.ends_with("package.json") {
            "set `bundle.files` in perf-gate.toml, the most bytes that the built files may have, or configure `size-limit`, \
             `bundlesize` or the budgets of the bundler"
        } else {
            "set `bundle.crates`, the most packages that Cargo.lock may hold, or `bundle.files` in perf-gate.toml"
        };
        Draft {
            file: manifest.clone(),
            line: 1,
            situation: Situation::NoBudget,
            message: format!("no budget is configured for what `{manifest}` builds"),
            help: help.to_owned(),
            parts: Vec::new(),
        }
    };
    budgets.missing_for.iter().map(draft).collect()
}
