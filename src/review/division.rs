//! A run divided among machines: what one part of it records, and what the recorded parts give to the run that merges them.
//!
//! A part is what the engine found in its share of the files, for every time that it was asked; all that follows (files of
//! their own faults, judge, verdict, report, row) is done once, by the run that merges. Must not know where parts lie.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Config;
use crate::engine::part::{combine, shares};
use crate::engine::{FunctionMetrics, Output, Selection, Source};
use crate::error::{Error, Result};
use crate::lang::Language;
use crate::model::analysis::CheckRecord;
use crate::model::check::CHECK_ORDER;
use crate::schema::is_schema_file;

use super::cache::config_hash;

/// Who looks at which files of a run.
#[derive(Debug, Clone, Default)]
pub enum Division {
    /// This run at all of them.
    #[default]
    Whole,
    /// This run at its share.
    Shard(Arc<Shard>),
    /// Nobody here: shards did.
    Merged(Arc<Merged>),
}

/// One shard of a run.
#[derive(Debug)]
pub struct Shard {
    number: usize,
    of: usize,
    recorded: Mutex<Vec<Recorded>>,
}

/// What all shards of a run recorded.
#[derive(Debug, Default)]
pub struct Merged {
    runs: BTreeMap<String, Vec<Recorded>>,
}

/// What the engine found in a share of the files, once that it was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Digest of what was looked at by all shards together: files, contents, rules and configuration.
    pub key: String,
    /// How many files were this shard's.
    pub files: usize,
    /// The checks with what they found.
    pub checks: Vec<CheckRecord>,
    /// Wall clock of each check.
    pub timings: Vec<Timing>,
    /// Files that could not be analysed.
    pub errors: Vec<FileError>,
    /// Files of which some lines could not be parsed.
    pub damaged: Vec<Damaged>,
    /// Every function with its numbers.
    pub functions: Vec<FunctionMetrics>,
    /// Files that were parsed.
    pub examined: usize,
    /// Files that were not, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Rules that ran.
    pub rules_run: usize,
    /// What a reader should know besides.
    pub notes: Vec<String>,
    /// Whether all was read that calls could lead to.
    pub is_whole: bool,
}

/// What a check took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// Its name.
    pub check: String,
    /// Wall clock, in microseconds.
    pub microseconds: u64,
}

/// A file that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileError {
    /// Its path.
    pub file: String,
    /// Why.
    pub error: String,
}

/// A file that was parsed in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Damaged {
    /// Its path.
    pub file: String,
    /// Lines that were not understood: 1-based, first and last.
    pub lines: Vec<(u32, u32)>,
}

/// What shards gave for one time that the engine is asked.
pub(super) struct Together {
    pub output: Output,
    pub notes: Vec<String>,
    pub is_whole: bool,
}

impl Division {
    /// Whether this run sees all there is: only then is its result kept, and one that was kept believed.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Division::Whole)
    }

    /// The shard that this run is.
    pub(super) fn shard(&self) -> Option<&Shard> {
        match self {
            Division::Shard(shard) => Some(shard),
            Division::Whole | Division::Merged(_) => None,
        }
    }
}

impl Shard {
    /// Shard `number` (from 1) of so many.
    pub fn new(number: usize, of: usize) -> Shard {
        Shard { number, of, recorded: Mutex::default() }
    }

    /// Whether it also looks at what is no single file's.
    pub(super) fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Which of these files are its own.
    pub(super) fn own<'s>(&self, sources: &'s [Source]) -> std::collections::BTreeSet<&'s str> {
        let all = sources.iter().zip(shares(sources, self.of));
        all.filter(|(_, share)| share + 1 == self.number).map(|(source, _)| source.path.as_str()).collect()
    }

    /// Writes down what was found.
    pub(super) fn record(&self, recorded: Recorded) {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(recorded);
    }

    /// What was written down so far.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Merged {
    /// Takes what each shard recorded, in the order of the shards.
    pub fn new(shards: impl IntoIterator<Item = Vec<Recorded>>) -> Merged {
        let mut runs: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
        let mut count = 0;
        for shard in shards {
            for recorded in shard {
                let known = runs.entry(recorded.key.clone()).or_default();
                // Two stories with the same files ask the same thing twice: one answer serves both.
                if known.len() == count {
                    known.push(recorded);
                }
            }
            count += 1;
        }
        runs.retain(|_, recorded| recorded.len() == count);
        Merged { runs }
    }

    /// The answers to a question; an error where the shards were asked something else.
    pub(super) fn find(&self, key: &str) -> Result<Together> {
        let recorded = self.runs.get(key).ok_or_else(|| {
            Error::input("the parts are not about these files: contents, rules or configuration differ from those here")
                .next("check out the commit that the shards analysed, or run the shards again")
        })?;
        let (mut notes, is_whole) = (Vec::new(), recorded.iter().all(|one| one.is_whole));
        for note in recorded.iter().flat_map(|one| &one.notes) {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        let outputs: Option<Vec<Output>> = recorded.iter().cloned().map(Recorded::into_output).collect();
        let output = combine(outputs.ok_or_else(|| {
            Error::input("a part holds a check that this program does not have").next("run the shards again")
        })?);
        Ok(Together { output, notes, is_whole })
    }
}

impl Recorded {
    /// Of an output.
    pub(super) fn of(key: String, files: usize, output: &Output, (notes, is_whole): (&[String], bool)) -> Recorded {
        let timing = |(check, wall): &(&str, Duration)| {
            let microseconds = u64::try_from(wall.as_micros()).unwrap_or(u64::MAX);
            Timing { check: (*check).to_owned(), microseconds }
        };
        let error = |(file, error): &(String, String)| FileError { file: file.clone(), error: error.clone() };
        let damaged = |(file, lines): &(String, Vec<(u32, u32)>)| Damaged { file: file.clone(), lines: lines.clone() };
        Recorded {
            key,
            files,
            checks: output.checks.iter().map(CheckRecord::from).collect(),
            timings: output.timings.iter().map(timing).collect(),
            errors: output.errors.iter().map(error).collect(),
            damaged: output.damaged.iter().map(damaged).collect(),
            functions: output.functions.clone(),
            examined: output.examined,
            skipped: output.skipped.clone(),
            rules_run: output.rules_run,
            notes: notes.to_vec(),
            is_whole,
        }
    }

    /// The output; none where it cannot have been one of ours.
    fn into_output(self) -> Option<Output> {
        let timing = |timing: Timing| {
            let name = CHECK_ORDER.into_iter().find(|name| *name == timing.check)?;
            Some((name, Duration::from_micros(timing.microseconds)))
        };
        Some(Output {
            checks: self.checks.into_iter().map(CheckRecord::into_check).collect::<Option<_>>()?,
            damaged: self.damaged.into_iter().map(|damaged| (damaged.file, damaged.lines)).collect(),
            timings: self.timings.into_iter().map(timing).collect::<Option<_>>()?,
            functions: self.functions,
            examined: self.examined,
            skipped: self.skipped,
            rules_run: self.rules_run,
            errors: self.errors.into_iter().map(|error| (error.file, error.error)).collect(),
        })
    }
}

/// Digest of one question to the engine. Files that nothing looks into are left out: they may come and go.
pub(super) fn key(sources: &[Source], rules: &Selection, config: &Config, base: bool) -> String {
    let looked_at =
        |source: &&Source| Language::of_path(&source.path).is_some() || is_schema_file(&source.path, &source.text);
    let files: Vec<_> = sources
        .iter()
        .filter(looked_at)
        .map(|source| json!([source.path, blake3::hash(source.text.as_bytes()).to_hex().as_str(), source.changed]))
        .collect();
    let parts = json!([base, format!("{rules:?}"), config_hash(config), files]);
    blake3::hash(parts.to_string().as_bytes()).to_hex().to_string()
}
