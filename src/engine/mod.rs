//! The engine: files in, checks out. Review, `check`, hook and CI (later audit and optimizer) share it; they differ in
//! which files and rules they give it and in what they do with the findings.
//!
//! Owns: parallel lowering, the repository graph, running rules under their caps, weighing by the rubric. Must not know
//! about stories, reports or git.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::model::check::Check;
use crate::model::finding::Finding;

pub mod budgets;
pub mod facts;
pub mod generated;
pub mod profile;
pub mod rubric;

/// One file to analyse. Its text was read once and is not read again.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path relative to the repository root, with `/`.
    pub path: String,
    /// Content. A BOM is kept; lines may end in CRLF.
    pub text: Arc<str>,
    /// SHA-256 of the bytes on disk or in the object database, in hex.
    pub sha256: String,
    /// Which lines the change touched (1-based, inclusive); none where the whole file counts as changed.
    pub changed: Option<Vec<(u32, u32)>>,
}

/// What one run of the engine works on.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The files to analyse.
    pub sources: &'a [Source],
    /// Crates, targets and dependencies of the repository.
    pub facts: &'a facts::Facts,
    /// The resolved configuration.
    pub config: &'a Config,
    /// Which rules run.
    pub rules: &'a Selection,
}

/// Which rules run, as `--rules` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every rule.
    All,
    /// The rules of a review.
    Review,
    /// One group (`n-plus-one`).
    Group(String),
    /// One rule (`n-plus-one/query-in-loop`).
    Rule(String),
}

/// What a run of the engine gives.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// `n-plus-one`, `complexity`, `bundle`, `memory`, `index-hint`, in this order, those of the selection.
    pub checks: Vec<Check>,
    /// Findings about the files themselves (unparsable regions), for the check `integrity`.
    pub integrity: Vec<Finding>,
    /// Wall clock of each check.
    pub timings: Vec<(&'static str, Duration)>,
    /// Every function with its numbers.
    pub functions: Vec<FunctionMetrics>,
    /// Files that were parsed.
    pub examined: usize,
    /// Files that no lowering exists for, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// How many rules ran.
    pub rules_run: usize,
}

/// Complexity of one function, as the reference tool of its language counts it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct FunctionMetrics {
    /// Path as given.
    pub file: String,
    /// Function name; `{closure}` for a closure.
    pub name: String,
    /// First line, 1-based.
    pub line: u32,
    /// Last line, 1-based.
    pub end_line: u32,
    /// Language key (`rust`).
    pub language: String,
    /// Cyclomatic complexity.
    pub cyclomatic: u32,
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Whether it calls itself.
    pub recursive: bool,
}

/// Analyses the files.
pub fn run(job: Job<'_>) -> Output {
    let _ = job;
    Output::default()
}
