//! # What it does
//! Reports a lock file that holds a package in more versions than before the change, two or more: the first such package
//! is named, and the others stand beside it as evidence.
//!
//! # Why is this slow?
//! Each version is a crate of its own: downloaded, compiled and linked once more, with its own copies of generic code
//! and of static data, and with types that do not fit together.
//!
//! # Example
//! ```toml
//! # Cargo.lock after the change
//! [[package]]
//! name = "syn"
//! version = "1.0.109" # added, for one old dependency
//!
//! [[package]]
//! name = "syn"
//! version = "2.0.106"
//! ```
//!
//! # Use instead
//! Take a release of the dependency that uses the version that is there, or update the one that holds the old version
//! back (`cargo tree --duplicates` shows who asks for which).
//!
//! # Limits
//! Silent without a base, and where the base has no lock file. Versions that were there twice before are not told again,
//! and an update that takes another's place is none. A lock file counts all platforms together. A suggestion and never
//! more.

use super::{Draft, rule};
use crate::model::brought::Doubled;
use crate::model::budget::Budgets;
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule = rule(
    "bundle/duplicate-versions",
    "packages that the change brings in a further version",
    include_str!("duplicate_versions.rs"),
    detect,
);

/// A finding for each lock file.
fn detect(budgets: &Budgets, _config: &str) -> Vec<Draft> {
    let by_lock = budgets.brought.doubled.chunk_by(|a, b| a.lock == b.lock);
    by_lock.filter_map(draft).collect()
}

fn draft(doubled: &[Doubled]) -> Option<Draft> {
    let (first, others) = doubled.split_first()?;
    let more = match others.len() {
        0 => String::new(),
        1 => ", and one more package in a further version".to_owned(),
        n => format!(", and {n} more packages in further versions"),
    };
    let message = format!("`{}` is pinned {}{more}", first.package, pinned(first));
    let note = |d: &Doubled| (d.lock.clone(), format!("`{}` {}", d.package, pinned(d)));
    Some(Draft {
        file: first.lock.clone(),
        line: first.line,
        situation: Situation::Polish,
        message,
        help:
            "`cargo tree --duplicates` shows who asks for which version: take a release that uses the one that is there"
                .to_owned(),
        parts: others.iter().map(note).collect(),
    })
}

fn pinned(doubled: &Doubled) -> String {
    format!("as {} beside {}", doubled.added.join(" and "), doubled.beside.join(" and "))
}
