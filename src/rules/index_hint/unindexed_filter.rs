//! # What it does
//! Reports a query that finds or joins the rows of a table by columns with which no index, unique constraint or primary key
//! of that table begins, as the schema files among the analysed ones say: SQL migrations (also Flyway's and Liquibase's),
//! diesel's `schema.rs`, Prisma's schema, models of Django, SQLAlchemy, TypeORM, MikroORM, Sequelize, JPA, GORM, Room and
//! drift. Queries are texts, chains and objects in the mapper's words, Spring Data's derived names, and JPQL.
//!
//! # Why is this slow?
//! Without an index that begins with one of the columns, the database reads the whole table to find a few rows. The cost
//! grows with the table: what takes a millisecond in a test takes seconds in production, and holds a connection meanwhile.
//!
//! # Example
//! ```sql
//! CREATE TABLE users (id BIGSERIAL PRIMARY KEY, email TEXT NOT NULL);
//! -- … and in the program: sqlx::query!("SELECT id FROM users WHERE email = $1", email)
//! ```
//!
//! # Use instead
//! ```sql
//! CREATE UNIQUE INDEX users_email_idx ON users (email);
//! ```
//!
//! # Limits
//! Silent where anything may serve the query: a table whose `CREATE TABLE` is not in scope, another condition on an indexed
//! column, an expression that an index is on, alternatives (`OR`) that were not understood, statements put together at run
//! time, a table of one row (a key over a truth value), an index that a migration beside the analysed ones makes. Columns
//! of truth values and enumerations are passed over, and so are comparisons with constants: an index on few
//! values rarely helps. Models of JPA, GORM and Sequelize are taken at their word only where one of them declares an index,
//! or where the migrations that make their tables are in scope. How large a table is cannot be seen here: one of a handful
//! of rows needs no index; tables on a device, and those named like a list of fixed entries, are a suggestion.

use super::{finding, listed};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SchemaView};
use crate::schema::access::{self, By, Gap};
use crate::schema::query::Query;

/// The declaration.
pub const RULE: Rule = Rule {
    id: "index-hint/unindexed-filter",
    category: Category::IndexHint,
    check: "index-hint",
    summary: "a query that finds rows by a column that no index begins with",
    source: include_str!("unindexed_filter.rs"),
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

/// One finding a query: the other tables that it reads whole are evidence.
fn of_query(view: &SchemaView<'_>, query: &Query) -> Option<Raw> {
    let mut gaps = query.selects.iter().flat_map(|select| access::filters(view.schema, select));
    let first = gaps.next()?;
    let columns = listed(&first.columns)?;
    let Gap { table, by, .. } = &first;
    let confidence = match by {
        _ if first.small => Confidence::Low,
        By::Equal if query.whole => Confidence::High,
        _ => Confidence::Medium,
    };
    let one = first.columns.len() == 1;
    let with = if one { "it" } else { "any of them" };
    let message = match by {
        By::Join => format!("`{table}` is joined by {columns}, and no index of `{table}` begins with {with}"),
        By::Folded => {
            format!("`{table}` is filtered by the letter case of {columns}, and no index is on that expression")
        }
        _ => format!("`{table}` is filtered by {columns}, and no index of `{table}` begins with {with}"),
    };
    let mut raw = finding(&RULE, query, &first, confidence, message);
    let column = &first.columns[0];
    raw.help = match by {
        _ if !first.how.is_empty() => first.how.clone(),
        By::Folded => format!("add an index on the expression: `CREATE INDEX ON {table} (lower({column}))`"),
        _ if one => format!("add an index: `CREATE INDEX ON {table} ({column})`"),
        _ => format!(
            "add an index that begins with the column that narrows most, such as `CREATE INDEX ON {table} ({})`",
            first.columns.join(", ")
        ),
    };
    raw.evidence.extend(gaps.map(|gap| super::definition(&gap)));
    Some(raw)
}
