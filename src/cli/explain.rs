//! `cargo perf-gate explain <rule>`.

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::escape::terminal;
use crate::review::other_rules;
use crate::rules::{Rule, all, find};

use super::print;

/// Explain a rule: what it does, why that is slow, an example, what to use instead, and its limits.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule's id, such as n-plus-one/query-in-loop.
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    if let Some(rule) = find(&args.rule) {
        print::text(&page(rule))?;
    } else if let Some((id, category, summary)) = other_rules().find(|(id, ..)| *id == args.rule) {
        print::text(&format!("{id}\n\ncategory {category}, check {category}; never blocks\n\n{summary}\n"))?;
    } else {
        return Err(unknown(&args.rule));
    }
    Ok(Exit::Ok)
}

fn page(rule: &Rule) -> String {
    let blocks = if rule.may_block.is_empty() { "never blocks" } else { "may block" };
    format!(
        "{}\n\ncategory {}, check {}; {blocks}\n\n{}\n",
        rule.id,
        rule.category.name(),
        rule.check,
        rule.docs().trim_end()
    )
}

fn unknown(word: &str) -> Error {
    let (group, name) = word.split_once('/').unwrap_or((word, word));
    let is_alike = |rule: &&Rule| rule.group() == group || (name.len() > 3 && rule.id.contains(name));
    let alike: Vec<&str> = all().filter(is_alike).map(|rule| rule.id).collect();
    let error = Error::usage(format!("there is no rule `{}`", terminal(word)));
    if alike.is_empty() {
        error.next("`cargo perf-gate rules` lists them")
    } else {
        error.next(format!("did you mean {}?", alike.join(", ")))
    }
}
