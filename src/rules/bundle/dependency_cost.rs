//! # What it does
//! Reports a dependency that the change adds, with the number of packages that it brings into `Cargo.lock` and that were
//! not there, and how many of these are further versions of a package that is there: from ten packages on, and every one
//! where the budget `bundle.crates` is breached.
//!
//! # Why is this slow?
//! One line in a manifest is compiled by everybody who builds the crate, on every machine and in every clean build; what
//! it brings is downloaded, checked and linked too. The packages stand in no diff that people read.
//!
//! # Example
//! ```toml
//! [dependencies]
//! reqwest = "0.12" # brings 60 packages for one request at start-up
//! ```
//!
//! # Use instead
//! A smaller crate for the one thing that is needed, what the crate depends on already, fewer features, or a feature of
//! the crate's own that the dependency hides behind.
//!
//! # Limits
//! Silent without a base, and where the base or the change has no lock file. A lock file counts every platform and
//! feature together, so a build may need fewer. Dependencies of tests only, and those behind a feature, are said only
//! where a budget is breached. Path dependencies are left to their own manifests. Without a breached budget it is a
//! suggestion and never more.

use std::fmt::Write as _;

use super::{Draft, rule};
use crate::model::brought::Added;
use crate::model::budget::{Budgets, Unit, Weighed};
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule = rule(
    "bundle/dependency-cost",
    "an added dependency that brings many packages along",
    include_str!("dependency_cost.rs"),
    detect,
);

/// Fewer packages are not worth a word where no budget is breached: what a derive macro brings stays below.
const MANY: usize = 10;
/// How many further versions are named.
const NAMED: usize = 3;

/// A finding for each costly dependency.
fn detect(budgets: &Budgets, _config: &str) -> Vec<Draft> {
    let breached = |added: &Added| budgets.weighed.iter().find(|weighed| is_breached(weighed, added));
    budgets.brought.dependencies.iter().filter_map(|added| draft(added, breached(added))).collect()
}

/// Whether this is the budget of the dependency's lock file, and breached.
fn is_breached(weighed: &Weighed, added: &Added) -> bool {
    weighed.unit == Unit::Packages && added.lock.as_ref() == Some(&weighed.subject) && weighed.is_exceeded()
}

fn draft(added: &Added, breached: Option<&Weighed>) -> Option<Draft> {
    let worth_a_word = added.always && added.brings >= MANY;
    if added.brings == 0 || !(worth_a_word || breached.is_some()) {
        return None;
    }
    let lock = added.lock.as_ref()?;
    let packages = if added.brings == 1 { "1 package".to_owned() } else { format!("{} packages", added.brings) };
    let was = if added.brings == 1 { "was" } else { "were" };
    let mut message = format!("`{}` brings {packages} into `{lock}` that {was} not there", added.package);
    if !added.doubles.is_empty() {
        let named: Vec<String> = added.doubles.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = if added.doubles.len() > NAMED { ", …" } else { "" };
        let _ = write!(message, ", {} as a further version ({}{more})", added.doubles.len(), named.join(", "));
    }
    if let Some(weighed) = breached {
        let _ = write!(message, ", and the budget of {} is breached", weighed.limit);
    }
    let situation = if breached.is_some() { Situation::BudgetBreached } else { Situation::NoBudget };
    let help = "look for a smaller crate or one that is there already, switch off features that are not needed \
                (`cargo tree -e features`), or put the dependency behind a feature";
    Some(Draft {
        file: added.manifest.clone(),
        line: added.line,
        situation,
        message,
        help: help.to_owned(),
        parts: Vec::new(),
    })
}
