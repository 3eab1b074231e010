//! A review, phase by phase, in the order of the files named here; and the storyless check, which is the same analysis
//! and the same rubric without report and row.

pub mod checkpoint;
pub mod locate;
pub mod own_files;
pub mod stack;
pub mod verdict;

use std::path::PathBuf;

use crate::config::Config;
use crate::engine::Selection;
use crate::error::Result;
use crate::model::check::Check;
use crate::model::story_key::StoryKey;
use crate::model::verdict::Verdict;

/// What is analysed, and against what.
#[derive(Debug, Clone)]
pub enum Target {
    /// The working tree against the base by contracts 3; `base` is what `--base` said.
    WorkTree {
        /// `--base`.
        base: Option<String>,
    },
    /// A commit against another, both full ids, read from the object database. Pushes and CI.
    Range {
        /// The merge base.
        base: crate::world::git::Base,
        /// The commit whose content is analysed.
        head: String,
        /// Whether report and row may be written to the working tree.
        write: bool,
    },
}

/// Which findings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All findings in the files.
    File,
    /// Only those absent at the base.
    New,
}

/// A review to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The story.
    pub key: StoryKey,
    /// Repository root, else the folder where the command was called.
    pub root: PathBuf,
    /// What is analysed.
    pub target: Target,
    /// Which findings count.
    pub scope: Scope,
    /// `--stack`.
    pub stack: Option<String>,
    /// Findings of a judge from outside.
    pub llm_findings: Option<PathBuf>,
    /// Write nothing, say what would change.
    pub dry_run: bool,
    /// Neither read nor write the result cache.
    pub no_cache: bool,
    /// The resolved configuration.
    pub config: Config,
}

/// A storyless check to run: the same rubric, no report, no row.
#[derive(Debug, Clone)]
pub struct CheckJob {
    /// Repository root, else the folder where the command was called.
    pub root: PathBuf,
    /// Folder where the command was called: `paths` and the findings of `check` are relative to it.
    pub cwd: PathBuf,
    /// What is analysed; paths given make it whole files on disk.
    pub target: Target,
    /// Files and folders given.
    pub paths: Vec<PathBuf>,
    /// Which findings count.
    pub scope: Scope,
    /// Which rules run.
    pub rules: Selection,
    /// The resolved configuration.
    pub config: Config,
}

/// The one line that proves what was done (`edges.md`).
#[derive(Debug, Clone, serde::Serialize)]
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
    pub files_skipped: std::collections::BTreeMap<String, usize>,
    /// Rules that ran.
    pub rules_run: usize,
    /// Findings that count.
    pub reported: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
}

/// What a storyless check found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Checks in order.
    pub checks: Vec<Check>,
    /// Proof of work.
    pub provenance: Provenance,
}

/// What a review found and did.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The verdict.
    pub verdict: Verdict,
    /// Checks in order.
    pub checks: Vec<Check>,
    /// Proof of work.
    pub provenance: Provenance,
    /// `analysis-results.json`, the bytes.
    pub analysis_json: String,
    /// Repository-relative paths that were written (or would be).
    pub written: Vec<String>,
}

/// Reviews a story.
pub fn run(job: &Job) -> Result<Reviewed> {
    let _ = job;
    todo!()
}

/// Analyses files without a story.
pub fn check(job: &CheckJob) -> Result<Checked> {
    let _ = job;
    todo!()
}
