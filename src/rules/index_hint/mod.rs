//! Columns that queries find or order rows by, against the indexes that the schema files in scope declare.

pub mod unindexed_filter;
pub mod unindexed_sort;

use super::{Place, Rule};
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::schema::access::Gap;
use crate::schema::query::Query;

/// The rules of the group.
pub const RULES: &[Rule] = &[unindexed_filter::RULE, unindexed_sort::RULE];

/// A finding for a query and the table that it reads whole.
fn finding(rule: &Rule, query: &Query, gap: &Gap, confidence: Confidence, message: String) -> Raw {
    let span = query.span;
    let place = Place { line: span.line, column: span.column, end_line: span.end_line, end_column: span.end_column };
    let mut raw = rule.raw(place, confidence, Situation::NoIndex, message);
    raw.symbol.clone_from(&query.symbol);
    raw.has_index = Some(false);
    raw.evidence.push(definition(gap));
    raw
}

/// Where the table is defined, and what its indexes begin with.
fn definition(gap: &Gap) -> Evidence {
    let (file, line) = &gap.origin;
    let note = match listed(&gap.leading) {
        Some(leading) => format!("the indexes of `{}` begin with {leading}", gap.table),
        None => format!("`{}` has no index", gap.table),
    };
    Evidence { kind: "definition".to_owned(), file: file.clone(), line: *line, note }
}

/// Names in back-ticks, in a sentence.
fn listed(names: &[String]) -> Option<String> {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
