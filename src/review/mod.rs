//! A review, phase by phase, in the order of the files named here; and the storyless check, which is the same analysis
//! and the same rubric without report and row.

// Setup.
mod ground;
pub mod locate;
mod setup;
mod siblings;
pub mod stack;

// Story gate.
mod instruction;
mod integrity;
pub mod own_files;
mod sources;
mod story_gate;

// Analysis.
mod analysis;
mod cache;
mod conformance;
mod deltas;
pub mod division;
mod examine;
mod exempt;
mod external;
mod measurements;
mod surroundings;

// Judgment and verdict.
mod judgment;
pub mod verdict;

// Output and finalize.
pub mod checkpoint;
mod finalize;
pub mod lock;
mod output;
mod steps;

pub mod part;
mod results;
mod storyless;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::engine::{FunctionMetrics, Selection};
use crate::error::Result;
use crate::model::check::Check;
use crate::model::judgment::Judgment;
pub use crate::model::provenance::Provenance;
use crate::model::story_key::StoryKey;
use crate::model::verdict::Verdict;
pub use cache::config_hash;
use division::Division;
pub use exempt::{configuration, policy_commit};
pub use judgment::{Asked, JudgedBy, Prepared, Verified};

/// What the findings say of themselves that no rule over code gives: id, category, summary.
pub fn other_rules() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let of_files = integrity::INTEGRITY_RULES.iter().map(|(id, summary)| (*id, "integrity", *summary));
    of_files.chain(conformance::DECISION_RULES.iter().map(|(id, summary)| (*id, "architecture", *summary)))
}

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
    /// Who judges.
    pub judged_by: JudgedBy,
    /// Ask a judge again whose answer is known.
    pub fresh_judgment: bool,
    /// Write nothing, say what would change.
    pub dry_run: bool,
    /// Neither read nor write the result cache.
    pub no_cache: bool,
    /// Who looks at which files.
    pub division: Division,
    /// The commit whose policy counts, as a full id: suppressions, waivers, baseline, what is left out. None: the analysed
    /// tree's own. The configuration is resolved from it too, by [`configuration`].
    pub policy: Option<String>,
    /// The resolved configuration.
    pub config: Config,
}

impl Job {
    /// Whether anything is written to the working tree.
    pub fn writes(&self) -> bool {
        let allowed = match self.target {
            Target::WorkTree { .. } => true,
            Target::Range { write, .. } => write,
        };
        allowed && !self.dry_run
    }

    /// The folder of this story's review state, relative to the root.
    pub fn state(&self) -> String {
        format!("{}/review/performance-review/{}", self.config.paths.state.trim_end_matches('/'), self.key)
    }
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
    /// Who looks at which files.
    pub division: Division,
    /// The commit whose policy counts, as for [`Job`].
    pub policy: Option<String>,
    /// The resolved configuration.
    pub config: Config,
}

/// What a storyless check found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Checks in order.
    pub checks: Vec<Check>,
    /// Wall clock of each check.
    pub timings: Vec<(String, Duration)>,
    /// Proof of work.
    pub provenance: Provenance,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
    /// The text of each analysed file, by the name that the findings give it.
    pub texts: BTreeMap<String, Arc<str>>,
}

/// What became of the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baselined {
    /// The file, relative to the root.
    pub file: String,
    /// How many findings it knows now.
    pub total: usize,
    /// How many it knew that are no longer there.
    pub dropped: usize,
    /// How many were added.
    pub added: usize,
    /// How many there are that it does not know, and that were not added.
    pub left_out: usize,
    /// Whether the file changed.
    pub written: bool,
}

/// What a review found and did.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The verdict.
    pub verdict: Verdict,
    /// Checks in order.
    pub checks: Vec<Check>,
    /// Wall clock of each check; empty where the result came from the cache.
    pub timings: Vec<(String, Duration)>,
    /// Proof of work.
    pub provenance: Provenance,
    /// `analysis-results.json`, the bytes.
    pub analysis_json: String,
    /// Repository-relative paths that were written (or would be).
    pub written: Vec<String>,
    /// Repository-relative path of the locked report.
    pub report: String,
    /// Repository-relative folder of the story's review state.
    pub state: String,
    /// What the judge said.
    pub judgment: Judgment,
    /// `Review Gate: …`, where the story has one.
    pub gate: Option<String>,
    /// What would change in report and story, as unified diffs (only in a dry run).
    pub diff: Option<String>,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
    /// The text of each analysed file.
    pub texts: BTreeMap<String, Arc<str>>,
}

/// Reviews a story.
pub fn run(job: &Job) -> Result<Reviewed> {
    let setup = setup::begin(job)?;
    let gate = story_gate::enter(job, &setup)?;
    let mut evidence = analysis::gather(job, &setup, &gate)?;
    let judged = judgment::judge(job, &setup, &gate, &mut evidence)?;
    let written = output::persist(job, &setup, &gate, &evidence, &judged)?;
    finalize::finish(job, setup, gate, evidence, judged, written)
}

/// Gathers the evidence for a story and writes it down with the prompt, for somebody who judges elsewhere.
pub fn prepare(job: &Job) -> Result<Prepared> {
    let setup = setup::begin(job)?;
    let gate = story_gate::enter(job, &setup)?;
    let mut evidence = analysis::gather(job, &setup, &gate)?;
    judgment::stages::prepare(job, &setup, &gate, &mut evidence)
}

/// Shows the prompt of a story, and asks the judge unless only the prompt is wanted. Writes nothing to the repository.
pub fn ask(job: &Job, only_prompt: bool) -> Result<Asked> {
    let setup = setup::begin(job)?;
    let gate = story_gate::enter(job, &setup)?;
    let mut evidence = analysis::gather(job, &setup, &gate)?;
    judgment::stages::ask(job, &setup, &gate, &mut evidence, only_prompt)
}

/// Asks the judge of a story twice and compares. Writes nothing to the repository.
pub fn verify(job: &Job) -> Result<Verified> {
    let setup = setup::begin(job)?;
    let gate = story_gate::enter(job, &setup)?;
    let mut evidence = analysis::gather(job, &setup, &gate)?;
    judgment::stages::verify(job, &setup, &gate, &mut evidence)
}

/// What became of a shard's part.
#[derive(Debug, Clone, Default)]
pub struct Parted {
    /// Why checks could not run, each cause once.
    pub causes: Vec<String>,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
}

impl Parted {
    /// Of checks and notes, whatever they came to.
    pub fn of(checks: &[Check], notes: Vec<String>) -> Parted {
        let causes = crate::model::flip::causes(checks).into_iter().map(|(_, cause)| cause.to_owned()).collect();
        Parted { causes, notes }
    }

    /// Adds another's, each sentence once.
    pub fn take(&mut self, other: Parted) {
        for (all, more) in [(&mut self.causes, other.causes), (&mut self.notes, other.notes)] {
            for sentence in more {
                if !all.contains(&sentence) {
                    all.push(sentence);
                }
            }
        }
    }
}

/// Gathers a shard's part of the evidence for a story: no judge, no verdict, nothing written.
pub fn part(job: &Job) -> Result<Parted> {
    let setup = setup::begin(job)?;
    let gate = story_gate::enter(job, &setup)?;
    let evidence = analysis::gather(job, &setup, &gate)?;
    Ok(Parted::of(evidence.checks(), evidence.notes.clone()))
}

/// Analyses files without a story.
pub fn check(job: &CheckJob) -> Result<Checked> {
    storyless::run(job)
}

/// Writes the baseline anew from the given files and folders; `accept` adds what it does not know yet.
pub fn baseline(job: &CheckJob, accept: bool) -> Result<Baselined> {
    storyless::baseline(job, accept)
}

/// Complexity of every function in the files of a check; with what could not be counted, a sentence each.
pub fn metrics(job: &CheckJob) -> Result<(Vec<FunctionMetrics>, Vec<String>)> {
    storyless::metrics(job)
}
