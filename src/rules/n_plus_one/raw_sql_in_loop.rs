//! # What it does
//! Reports a call in a loop that looks like a query by the text of its statement alone, where no known database library
//! explains it.
//!
//! # Why is this slow?
//! If it is a query, each turn costs a round trip to the database.
//!
//! # Example
//! ```rust
//! fn touch(store: &Store, ids: &[i64]) {
//!     for id in ids {
//!         store.execute("UPDATE items SET seen = 1 WHERE id = ?", id); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn touch(store: &Store, ids: &[i64]) {
//!     store.execute("UPDATE items SET seen = 1 WHERE id IN (SELECT value FROM json_each(?))", ids);
//! }
//! ```
//!
//! # Limits
//! Low confidence: a suggestion, unless the loop is statically large. Name your own query functions under `[[calls]]` in
//! `perf-gate.toml` to be told with confidence.

use super::{finding, per_item};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/raw-sql-in-loop",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "what looks like a query in a loop, by its statement's text alone",
    source: include_str!("raw_sql_in_loop.rs"),
    languages: &Language::ALL,
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let item = per_item(view)?;
    let help = "if this is a query, run one for all items; name the function under `[[calls]]` in perf-gate.toml \
                to be told with confidence";
    item.by_text.then(|| finding(&RULE, view, &item, help))
}
