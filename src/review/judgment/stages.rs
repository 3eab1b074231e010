//! Judging in parts: evidence and prompt written down for somebody who judges elsewhere, whose answer is handed in later; the
//! judge asked by itself; and the judge asked twice.

use schemars::schema_for;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::judgment::{Answer, Judgment};
use crate::report::json;
use crate::world::tree::{Disk, Entry, Tree as _};

use super::super::analysis::Evidence;
use super::super::setup::Setup;
use super::super::story_gate::Gate;
use super::super::{Job, output};
use super::judge::Rejected;
use super::prompt::{self, Prompt};
use super::{Heard, JudgedBy, believe, chosen, divergence, heard, known};

/// The file that remembers which prompt was written down.
const REMEMBERED: &str = "prompt.json";

/// What the stage `evidence` left behind.
#[derive(Debug, Clone, Serialize)]
pub struct Prepared {
    /// `evidence`.
    pub stage: &'static str,
    /// Story key.
    pub story_key: String,
    /// Who is taken to judge where the answer does not say.
    pub model: String,
    /// What the answer is to name as `prompt_hash`.
    pub prompt_hash: String,
    /// `analysis-results.json`, relative to the root, as all of these.
    pub analysis_results: String,
    /// What the judge is told.
    pub system_prompt: String,
    /// What the judge is shown.
    pub prompt: String,
    /// The JSON schema of the answer.
    pub answer_schema: String,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    prompt_hash: String,
    key: String,
}

/// Writes evidence and prompt down, and nothing else: no report, no row.
pub(in crate::review) fn prepare(job: &Job, setup: &Setup, gate: &Gate, evidence: &mut Evidence) -> Result<Prepared> {
    let judge = chosen(job).map_err(|rejected| Error::internal(rejected.why))?;
    evidence.judged_by(judge.model())?;
    let prompt = prompt::render(job, setup, gate, evidence);
    let folder = job.state();
    let at = |name: &str| format!("{folder}/{name}");
    let schema = json::pretty(&schema_for!(Answer)).map_err(Error::internal)?;
    let remembered = Remembered { prompt_hash: prompt.hash.clone(), key: prompt.key };
    let remembered = json::pretty(&remembered).map_err(Error::internal)?;
    let prepared = Prepared {
        stage: "evidence",
        story_key: job.key.to_string(),
        model: judge.model().to_owned(),
        prompt_hash: prompt.hash,
        analysis_results: at("analysis-results.json"),
        system_prompt: at("system-prompt.md"),
        prompt: at("prompt.md"),
        answer_schema: at("answer.schema.json"),
        notes: evidence.notes.iter().chain(&prompt.notes).cloned().collect(),
    };
    let extra = [
        (prepared.system_prompt.as_str(), prompt.system),
        (prepared.prompt.as_str(), prompt.user.as_str()),
        (prepared.answer_schema.as_str(), schema.as_str()),
        (&at(REMEMBERED), remembered.as_str()),
    ];
    output::evidence_alone(job, setup, gate, evidence, &extra)?;
    Ok(prepared)
}

/// Whether what was handed in answers the prompt of these very results: the hash that it names is theirs, or that of the same
/// content at another commit.
pub(super) fn answers_this(job: &Job, prompt: &Prompt, heard: Heard) -> Result<Heard, Rejected> {
    let JudgedBy::Payload(_) = job.judged_by else { return Ok(heard) };
    let Some(said) = heard.opinion.prompt_hash.as_ref().filter(|said| **said != prompt.hash) else { return Ok(heard) };
    let is_same = remembered(job).is_some_and(|known| known.prompt_hash == *said && known.key == prompt.key);
    if is_same {
        return Ok(heard);
    }
    let why = "it answers another prompt than that of these results: run the stage `evidence` again and judge anew";
    Err(Rejected { why: why.to_owned(), payload: heard.text })
}

fn remembered(job: &Job) -> Option<Remembered> {
    match Disk::new(&job.root).ok()?.entry(&format!("{}/{REMEMBERED}", job.state()), 1 << 16) {
        Entry::File(bytes) => serde_json::from_slice(&bytes).ok(),
        _ => None,
    }
}

/// The prompt of a review, and what the judge made of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What the judge is told.
    pub system: &'static str,
    /// What the judge is shown.
    pub user: String,
    /// Its hash.
    pub prompt_hash: String,
    /// What it said on top of the rubric, or why that cannot be used; none where it was not asked.
    pub judgment: Option<Result<Judgment, String>>,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// Renders the prompt, and asks where that is wanted. Writes nothing.
pub(in crate::review) fn ask(
    job: &Job,
    setup: &Setup,
    gate: &Gate,
    evidence: &mut Evidence,
    only_prompt: bool,
) -> Result<Asked> {
    let judge = match chosen(job) {
        Ok(judge) => judge,
        // What would be shown can be seen without a key.
        Err(_) if only_prompt => Box::new(super::judge::Rubric),
        Err(rejected) => return Err(Error::blocked(rejected.why)),
    };
    evidence.judged_by(judge.model())?;
    let prompt = prompt::render(job, setup, gate, evidence);
    let (system, user, prompt_hash) = (prompt.system, prompt.user.clone(), prompt.hash.clone());
    let mut asked = Asked { system, user, prompt_hash, judgment: None, notes: prompt.notes.clone() };
    if only_prompt {
        return Ok(asked);
    }
    asked.judgment = Some(match heard(judge.as_ref(), &prompt, &known(gate, evidence), job.fresh_judgment) {
        Ok(heard) => {
            asked.notes.extend(heard.notes.iter().cloned());
            let judged = believe(judge.as_ref(), &prompt, heard, evidence)?;
            judged.rejected.map_or(Ok(judged.judgment), |rejected| Err(rejected.why))
        }
        Err(rejected) => Err(rejected.why),
    });
    Ok(asked)
}

/// What two runs of a judge over the same prompt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Both named the same categories and severities; how many findings each had.
    Agree(usize, usize),
    /// They did not, and in what.
    Differ(String),
    /// An answer cannot be used, and why.
    Unusable(String),
}

/// Asks the judge twice, whatever is known, and compares.
pub(in crate::review) fn verify(job: &Job, setup: &Setup, gate: &Gate, evidence: &mut Evidence) -> Result<Verified> {
    let judge = match chosen(job) {
        Ok(judge) => judge,
        Err(rejected) => return Ok(Verified::Unusable(rejected.why)),
    };
    evidence.judged_by(judge.model())?;
    let prompt = prompt::render(job, setup, gate, evidence);
    let known = known(gate, evidence);
    let ask =
        || judge.ask(&prompt).and_then(|reply| super::read(&reply.text, &known)).map(|(opinion, _)| opinion.additions);
    Ok(match (ask(), ask()) {
        (Ok(one), Ok(other)) => {
            divergence(&one, &other).map_or(Verified::Agree(one.count(), other.count()), Verified::Differ)
        }
        (Err(rejected), _) | (_, Err(rejected)) => Verified::Unusable(rejected.why),
    })
}
