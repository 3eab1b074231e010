//! A query as far as indexes care: which tables it reads, and by what it finds, joins and orders their rows.
//!
//! The words only; [`select`](super::select) and [`dsl`](super::dsl) fill them, [`access`](super::access) judges them.

use serde::{Deserialize, Serialize};

use super::models::Model;
use crate::model::finding::Span;

/// A query in a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Where it stands.
    pub span: Span,
    /// The function that it stands in.
    pub symbol: String,
    /// Whether its whole text is known: not where the program puts parts of it in.
    pub whole: bool,
    /// It and its subqueries, each by itself.
    pub selects: Vec<Select>,
}

/// What a program says about tables in its own texts, beside queries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// Queries.
    pub queries: Vec<Query>,
    /// Statements that make or change tables and indexes.
    pub definitions: Vec<String>,
    /// Classes that are kept in tables.
    pub models: Vec<Model>,
}

/// One `SELECT`, `UPDATE` or `DELETE`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// Tables that it reads.
    pub tables: Vec<TableRef>,
    /// Conditions that all hold.
    pub conditions: Vec<Condition>,
    /// The first column that it orders by.
    pub order: Option<ColumnRef>,
    /// Whether it stops after some rows.
    pub limited: bool,
    /// Whether something was not understood that may find rows by an index.
    pub opaque: bool,
    /// Whether it groups, counts or otherwise reads all that it finds.
    pub grouped: bool,
}

/// A table by its name and the name that it goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRef {
    /// Name; empty for a subquery or a function.
    pub name: String,
    /// The name that columns are qualified by.
    pub alias: String,
    /// Whether it is joined by the relation that the schema declares.
    pub related: bool,
}

/// A column as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnRef {
    /// What qualifies it; empty where nothing does.
    pub table: String,
    /// Name.
    pub column: String,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Columns that it has to do with.
    pub mentions: Vec<ColumnRef>,
    /// What an index could do for it.
    pub test: Test,
}

/// What an index could do for a condition on the first column that it mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// The column equals a value, or is one of some.
    Equal,
    /// The column equals a constant that is written in the statement.
    Constant,
    /// The column lies in a range.
    Range,
    /// The first column equals the second.
    Join,
    /// The column in lower or upper case equals a value: an index on that expression.
    Folded,
    /// Nothing, or it cannot be told.
    Other,
    /// An expression that an index may be on.
    Expression,
}
