//! # What it does
//! Reports a budget that is breached by what lies on disk: packages in a lock file (`bundle.crates`), bytes of built files,
//! as they are or compressed (`bundle.files`, `bundlesize`, `size-limit`, webpack's `performance`, the budgets of
//! `angular.json`), and what Lighthouse reported (`lighthouserc` against `.lighthouseci`).
//!
//! # Why is this slow?
//! Every package is compiled by everyone and linked by many; every byte of a bundle is downloaded, parsed and kept in
//! memory by each user. A budget turns slow growth into one visible step.
//!
//! # Example
//! ```toml
//! [[bundle.files]]
//! glob = "dist/**/*.js"
//! gzip = "170 KB" # dist weighs 212 KB after gzip
//! ```
//!
//! # Use instead
//! Drop or replace the dependency that the change brings, switch its unused features off, split the bundle, or raise
//! the budget in a change of its own, where it can be seen and discussed.
//!
//! # Limits
//! Measures only what is on disk: nothing is built. A lock file counts every platform and feature together. Files of one
//! glob are compressed each by itself, as a server sends them.

use super::{Draft, rule};
use crate::model::budget::{Budgets, Unit, Weighed};
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule = rule(
    "bundle/budget-exceeded",
    "a configured budget breached by what lies on disk",
    include_str!("budget_exceeded.rs"),
    detect,
);

/// How many of the heaviest files are named.
const NAMED: usize = 3;

/// A finding for each breached budget.
fn detect(budgets: &Budgets, _config: &str) -> Vec<Draft> {
    budgets.weighed.iter().filter(|weighed| weighed.is_exceeded()).filter_map(draft).collect()
}

fn draft(weighed: &Weighed) -> Option<Draft> {
    let (file, _) = weighed.parts.first()?;
    let over = weighed.actual.abs_diff(weighed.limit);
    let (actual, limit, over) = (amount(weighed.actual), amount(weighed.limit), amount(over));
    let subject = &weighed.subject;
    let says = match weighed.unit {
        Unit::Packages => format!("`{subject}` pins {actual} packages, {over} over the budget of {limit}"),
        Unit::Bytes => format!("`{subject}` weighs {actual} bytes, {over} over the budget of {limit}"),
        Unit::GzipBytes => format!("`{subject}` weighs {actual} bytes after gzip, {over} over the budget of {limit}"),
        Unit::BrotliBytes => {
            format!("`{subject}` weighs {actual} bytes after brotli, {over} over the budget of {limit}")
        }
        Unit::TransferBytes => format!("`{subject}`: {actual} bytes were sent, {over} over the budget of {limit}"),
        Unit::Requests => format!("`{subject}`: {actual} requests were made, {over} over the budget of {limit}"),
        Unit::Milliseconds => format!("`{subject}` took {actual} ms, {over} over the budget of {limit}"),
        Unit::Score => format!("`{subject}` scored {actual}, {over} below the {limit} that are asked for"),
    };
    let message = weighed.by.as_ref().map_or_else(|| says.clone(), |by| format!("{says} (`{by}`)"));
    let help = match weighed.unit {
        Unit::Packages => {
            "drop or replace a dependency, or switch off features that bring packages in (`cargo tree -e features`)"
        }
        Unit::Milliseconds | Unit::Score => "load less before the page answers: the report says what took the time",
        _ => "split what is loaded later from what is loaded first, or drop what the change brought in",
    };
    let heaviest = weighed.parts.iter().filter(|_| weighed.unit != Unit::Packages).take(NAMED);
    let counts = |size: &u64| match weighed.unit {
        Unit::Milliseconds | Unit::Score | Unit::Requests => format!("says {}", amount(*size)),
        _ => format!("{} bytes", amount(*size)),
    };
    let parts = heaviest.map(|(path, size)| (path.clone(), counts(size))).collect();
    let situation = Situation::BudgetBreached;
    let file = weighed.by.as_ref().unwrap_or(file).clone();
    Some(Draft { file, line: 1, situation, message, help: help.to_owned(), parts })
}

/// A number with its thousands apart.
fn amount(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}
