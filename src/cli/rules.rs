//! `cargo perf-gate rules`.

use crate::error::{Error, Result};
use crate::exit::Exit;

/// List the rules.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Groups of rules.
const GROUPS: [&str; 6] = ["n-plus-one", "blocking-io", "memory", "complexity", "bundle", "index-hint"];

/// Whether a word is the id of a rule.
pub(super) fn is_rule(word: &str) -> bool {
    word.split_once('/').is_some_and(|(group, name)| is_group(group) && !name.is_empty())
}

/// Whether a word is a group of rules.
pub(super) fn is_group(word: &str) -> bool {
    GROUPS.contains(&word)
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let Args {} = args;
    Err(Error::internal("not written yet"))
}
