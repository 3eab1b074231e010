//! `cargo perf-gate rules`.

use std::fmt::Write as _;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::json;
use crate::review::other_rules;
use crate::rules::{all, find};

use super::format::Listing;
use super::print;

/// List the rules: id, category, whether one may give Critical, and what it sees.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    format: Listing,
}

/// One line of the list.
#[derive(Debug, Serialize)]
struct Row {
    id: &'static str,
    category: &'static str,
    check: &'static str,
    may_block: bool,
    summary: &'static str,
}

/// Whether a word is the id of a rule.
pub(super) fn is_rule(word: &str) -> bool {
    find(word).is_some()
}

/// Whether a word is a group of rules.
pub(super) fn is_group(word: &str) -> bool {
    all().any(|rule| rule.group() == word)
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let mut rows: Vec<Row> = all()
        .map(|rule| Row {
            id: rule.id,
            category: rule.category.name(),
            check: rule.check,
            may_block: !rule.may_block.is_empty(),
            summary: rule.summary,
        })
        .collect();
    let about_files =
        other_rules().map(|(id, category, summary)| Row { id, category, check: category, may_block: false, summary });
    rows.extend(about_files);
    match args.format {
        Listing::Json => print::raw(&json::pretty(&rows).map_err(Error::internal)?)?,
        Listing::Text => print::text(&table(&rows))?,
    }
    Ok(Exit::Ok)
}

fn table(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> usize, least: usize| rows.iter().map(of).max().unwrap_or(0).max(least);
    let (id, category) = (width(|row| row.id.len(), 4), width(|row| row.category.len(), 8));
    let mut out = format!("{:id$}  {:category$}  blocks  what it sees\n", "rule", "category");
    for row in rows {
        let blocks = if row.may_block { "may" } else { "never" };
        let _ = writeln!(out, "{:id$}  {:category$}  {blocks:6}  {}", row.id, row.category, row.summary);
    }
    out
}
