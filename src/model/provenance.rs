//! Proof of work: one line that says what a run did, with what, against what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// The one line that proves what was done (`edges.md`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Provenance {
    /// Our version.
    pub tool: String,
    /// Version of the rule set.
    pub rules_version: String,
    /// SHA-256 of the resolved configuration, the first 12 digits.
    pub config_hash: String,
    /// Base commit, `none` where there is none.
    pub base: String,
    /// How the base was chosen.
    pub base_how: String,
    /// Head commit, with `+` where the working tree differs; `none` outside a repository.
    pub head: String,
    /// Files that were analysed.
    pub files_examined: usize,
    /// Files that were not, by reason.
    pub files_skipped: BTreeMap<String, usize>,
    /// Rules that ran.
    pub rules_run: usize,
    /// Findings that count.
    pub reported: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// The verdict's word.
    pub verdict: String,
    /// How each check ended: its name, then its status, with the reason where it is skipped or errored.
    pub checks: BTreeMap<String, String>,
    /// What a reader should know besides: no diff, nothing in a supported language, …
    pub notes: Vec<String>,
}
