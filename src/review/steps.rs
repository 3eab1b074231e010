//! The checkpoints of a review: workflow `performance-review`, step 3 after the analysis, step 7 at the end.

use crate::error::Result;
use crate::world::{clock, env, files};

use super::Job;
use super::analysis::Evidence;
use super::checkpoint::{Checkpoint, TouchedFile, hash_text};
use super::judgment::Judged;
use super::output::Written;

const WORKFLOW: &str = "performance-review";

/// Larger files are not touched by a review.
const LARGEST: u64 = 1 << 30;

/// Step 3: the evidence is on disk.
pub(super) fn after_analysis(job: &Job, evidence: &Evidence, analysis: &str) -> Result<()> {
    write(job, 3, variables(job, evidence), &[analysis.to_owned()])
}

/// Step 7: report and row are on disk.
pub(super) fn at_the_end(job: &Job, evidence: &Evidence, judged: &Judged, written: &Written) -> Result<()> {
    let mut variables = variables(job, evidence);
    variables.push(("verdict".to_owned(), judged.verdict.name().to_owned()));
    write(job, 7, variables, &written.touched)
}

fn variables(job: &Job, evidence: &Evidence) -> Vec<(String, String)> {
    let cache_key = evidence.cache_key.as_ref().map_or("none", |key| key.0.as_str());
    vec![("cache_key".to_owned(), cache_key.to_owned()), ("story_key".to_owned(), job.key.to_string())]
}

fn write(job: &Job, step: u32, variables: Vec<(String, String)>, paths: &[String]) -> Result<()> {
    let mut touched = Vec::new();
    for path in paths {
        let full = files::inside(&job.root, path)?;
        touched.push(TouchedFile {
            path: path.clone(),
            sha256: hash_text(&files::sha256_hex(&files::read(&full, LARGEST)?)),
            last_modified: clock::utc(files::modified_seconds(&full).unwrap_or_default()),
        });
    }
    let timestamp = clock::now_utc();
    let checkpoint = Checkpoint { workflow: WORKFLOW.to_owned(), step, timestamp, variables, files_touched: touched };
    let name = format!("{WORKFLOW}.yaml");
    let file = match env::path("CHECKPOINT_PATH") {
        Some(folder) => job.root.join(folder).join(name),
        None => files::state_folder(&job.root, &job.config.paths.state)?.join("checkpoints").join(name),
    };
    files::write_atomic(&file, checkpoint.render().as_bytes())
}
