//! # What it does
//! Reports a query that orders all rows of a table by a column with which no index begins, and takes the first few.
//!
//! # Why is this slow?
//! With an index on the column, the database reads the few rows that are wanted and stops. Without one it reads the whole
//! table and sorts it, for each page that somebody looks at.
//!
//! # Example
//! ```sql
//! CREATE TABLE posts (id BIGSERIAL PRIMARY KEY, published TIMESTAMPTZ NOT NULL);
//! -- … and in the program: sqlx::query!("SELECT id FROM posts ORDER BY published DESC LIMIT 20")
//! ```
//!
//! # Use instead
//! ```sql
//! CREATE INDEX posts_published_idx ON posts (published DESC);
//! ```
//!
//! # Limits
//! Looks at one table ordered by one column first, without a condition that narrows its rows. Silent where the `CREATE
//! TABLE` is not in scope, where an index on an expression may serve, and on expressions. How large a table is cannot be
//! seen here.

use super::finding;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SchemaView};
use crate::schema::access;
use crate::schema::query::Query;

/// The declaration.
pub const RULE: Rule = Rule {
    id: "index-hint/unindexed-sort",
    category: Category::IndexHint,
    check: "index-hint",
    summary: "the first rows of a table in the order of a column that no index begins with",
    source: include_str!("unindexed_sort.rs"),
    languages: &[
        Language::Rust,
        Language::Python,
        Language::TypeScript,
        Language::JavaScript,
        Language::Java,
        Language::Kotlin,
        Language::Go,
        Language::Dart,
    ],
    may_block: &[],
    detect: Detect::Schema(detect),
};

fn detect(view: &SchemaView<'_>) -> Vec<Raw> {
    view.queries.iter().filter_map(|query| of_query(view, query)).collect()
}

fn of_query(view: &SchemaView<'_>, query: &Query) -> Option<Raw> {
    let gap = query.selects.iter().find_map(|select| access::sorts(view.schema, select))?;
    let (table, column) = (&gap.table, gap.columns.first()?);
    let message = format!("all of `{table}` is ordered by `{column}` for its first rows, and no index begins with it");
    let confidence = if gap.small { Confidence::Low } else { Confidence::Medium };
    let mut raw = finding(&RULE, query, &gap, confidence, message);
    raw.help = if gap.how.is_empty() {
        format!("add an index: `CREATE INDEX ON {table} ({column})`")
    } else {
        gap.how.clone()
    };
    Some(raw)
}
