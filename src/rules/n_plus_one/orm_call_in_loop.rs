//! # What it does
//! Reports a database query that runs once for each item of a loop: written in the loop, in a closure that an iterator
//! or stream calls for each item, or behind one or several helper functions, in whatever file they stand.
//!
//! # Why is this slow?
//! Each query costs a round trip to the database. A page of 50 items becomes 51 round trips, and what takes 2 ms on a
//! laptop with ten rows takes seconds in production.
//!
//! # Example
//! ```rust
//! async fn names(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<Vec<String>> {
//!     let mut names = Vec::new();
//!     for id in ids {
//!         let name = sqlx::query_scalar("SELECT name FROM users WHERE id = $1").bind(id).fetch_one(pool).await?; //~
//!         names.push(name);
//!     }
//!     Ok(names)
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn names(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<Vec<String>> {
//!     sqlx::query_scalar("SELECT name FROM users WHERE id = ANY($1)").bind(ids).fetch_all(pool).await
//! }
//! ```
//!
//! # Limits
//! Silent in loops over chunks or pages, where a full buffer is written, in retries and polling, in event loops and flows of
//! events, where each turn has a connection of its own, for writes with a statement that was prepared in a transaction (rusqlite), in migrations, and in test code. A
//! small literal list is a suggestion. Through more than two helpers the finding is a suggestion:
//! too much may stand between.

use super::{finding, per_item, queries};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/orm-call-in-loop",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "a database query for each item of a loop, also behind helpers",
    source: include_str!("orm_call_in_loop.rs"),
    languages: &Language::ALL,
    may_block: &[Language::Rust, Language::Python, Language::Java, Language::Kotlin, Language::Go, Language::Dart],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let item = per_item(view)?;
    (queries(item.effect) && !item.by_text).then(|| finding(&RULE, view, &item, help(view.language())))
}

const fn help(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "fetch or write all items with one statement (`id__in`, `in_()`, a join, `bulk_create`, `executemany`, one \
             commit) before or after the loop"
        }
        _ => {
            "fetch or write all items with one statement (`= ANY($1)`, `IN (…)`, `UNNEST`, a join, a bulk insert) \
             before or after the loop"
        }
    }
}
