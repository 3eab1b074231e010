//! Numbers that somebody measured, read from what criterion and hyperfine leave behind, and given to the findings of the
//! code that they measure. Percentiles only: a mean hides the tail.
//!
//! Owns what the formats mean and what counts as the same code. Where it is not sure which code was measured, the numbers
//! go nowhere. Must not know where the files are found.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::FunctionMetrics;
use super::facts::{Facts, TargetKind, folder_of};
use crate::model::finding::Finding;
use crate::model::measure::Measured;

/// P95 says something from this many samples on (contracts 8).
const SAMPLES_FOR_P95: usize = 20;
/// P99 says something from this many samples on.
const SAMPLES_FOR_P99: usize = 100;
/// A finding shows at most this many measurements.
const MOST_SHOWN: usize = 5;
/// Names that functions everywhere bear: alone they say nothing of which code was measured.
const COMMON: [&str; 12] =
    ["new", "main", "run", "default", "get", "from", "into", "clone", "next", "build", "execute", "call"];

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A benchmark, by the words of its identifier.
    Bench(BTreeSet<String>),
    /// A program or a bench target that was run as a whole.
    Target {
        /// Its kind.
        kind: TargetKind,
        /// Its name as code sees it.
        name: String,
    },
}

/// One measurement and what it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub subject: Subject,
    /// The percentiles.
    pub measured: Measured,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    #[serde(default)]
    value_str: Option<String>,
}

/// Reads criterion's `sample.json` at `path`, with the `benchmark.json` that lies beside it. None where either is
/// anything else: the folder's name alone is cut and cleaned, so it is no identifier.
pub fn criterion(path: &str, benchmark: &str, sample: &str) -> Option<Measurement> {
    let benchmark: Benchmark = serde_json::from_str(benchmark).ok()?;
    let sample: Sample = serde_json::from_str(sample).ok()?;
    if sample.iters.len() != sample.times.len() {
        return None;
    }
    let turns = sample.times.iter().zip(&sample.iters).map(|(time, iterations)| time / iterations);
    let function = benchmark.function_id.as_deref();
    let subject = Subject::Bench(words(&benchmark.group_id).chain(words(function.unwrap_or_default())).collect());
    let name = [Some(benchmark.group_id.as_str()), function, benchmark.value_str.as_deref()];
    let name: Vec<&str> = name.into_iter().flatten().collect();
    // Criterion keeps its times in nanoseconds.
    Some(Measurement { subject, measured: percentiles(name.join("/"), "ns", turns.collect(), path)? })
}

#[derive(Deserialize)]
struct Hyperfine {
    results: Vec<Timed>,
}

#[derive(Deserialize)]
struct Timed {
    command: String,
    #[serde(default)]
    times: Vec<f64>,
}

/// Reads what hyperfine exports as JSON. Commands that do not plainly run one program are left out.
pub fn hyperfine(path: &str, text: &str) -> Vec<Measurement> {
    let Ok(read) = serde_json::from_str::<Hyperfine>(text) else { return Vec::new() };
    let results = read.results.into_iter().filter_map(|timed| {
        let subject = program(&timed.command)?;
        // It keeps its times in seconds.
        let times = timed.times.iter().map(|seconds| seconds * 1e3).collect();
        Some(Measurement { subject, measured: percentiles(timed.command, "ms", times, path)? })
    });
    results.collect()
}

/// The program that a command runs. None for a line of shell, which may run several.
fn program(command: &str) -> Option<Subject> {
    if command.contains(['|', '&', ';', '<', '>', '$', '`', '(', '\n', '"', '\'']) {
        return None;
    }
    let mut words = command.split_whitespace().skip_while(|word| word.contains('='));
    let first = words.next()?;
    let rest: Vec<&str> = words.take_while(|word| *word != "--").collect();
    let of = |option: &str| {
        let at = rest.iter().position(|word| *word == option)?;
        rest.get(at + 1).map(|name| name.replace('-', "_"))
    };
    let target = |kind, name| Some(Subject::Target { kind, name });
    let name = first.rsplit('/').next().unwrap_or(first);
    if name != "cargo" {
        return target(TargetKind::Bin, name.replace('-', "_"));
    }
    match rest.iter().find(|word| !word.starts_with(['-', '+'])) {
        Some(&"run" | &"r") => of("--bin").and_then(|name| target(TargetKind::Bin, name)),
        Some(&"bench") => of("--bench").and_then(|name| target(TargetKind::Bench, name)),
        _ => None,
    }
}

/// Percentiles by nearest rank: each is a number that was measured. None without samples, or where one is no time.
fn percentiles(name: String, unit: &str, mut samples: Vec<f64>, source: &str) -> Option<Measured> {
    if samples.is_empty() || samples.iter().any(|sample| !sample.is_finite() || *sample < 0.0) {
        return None;
    }
    samples.sort_by(f64::total_cmp);
    let rank = |percent: usize, least: usize| {
        let at = (samples.len() * percent).div_ceil(100).max(1) - 1;
        // A thousandth of the unit is below what any clock of these tools tells apart.
        (samples.len() >= least).then(|| (samples[at] * 1e3).round() / 1e3)
    };
    let (p50, p95, p99) = (rank(50, 1), rank(95, SAMPLES_FOR_P95), rank(99, SAMPLES_FOR_P99));
    Some(Measured { name, unit: unit.to_owned(), p50, p95, p99, source: source.to_owned() })
}

/// The words of an identifier: what code could be called. Numbers are none.
fn words(id: &str) -> impl Iterator<Item = String> + '_ {
    let parts = id.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let named = parts.filter(|part| part.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    named.map(|part| part.replace('-', "_"))
}

/// Gives findings the numbers of the code that they stand in.
pub fn attach<'f>(
    measurements: &[Measurement],
    facts: &Facts,
    functions: &[FunctionMetrics],
    findings: impl Iterator<Item = &'f mut Finding>,
) {
    if measurements.is_empty() {
        return;
    }
    let mut homes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for function in functions {
        homes.entry(short(&function.name)).or_default().insert(&function.file);
    }
    for finding in findings {
        let around = functions.iter().filter(|f| f.file == finding.file && f.name != "{closure}");
        let around = around.filter(|f| (f.line..=f.end_line).contains(&finding.line)).max_by_key(|f| f.line);
        let place = Place { finding, function: around.map(|f| short(&f.name)), homes: &homes };
        let of_it = measurements.iter().filter(|m| place.is_measured_by(&m.subject, facts));
        let of_it: Vec<Measured> = of_it.take(MOST_SHOWN).map(|m| m.measured.clone()).collect();
        finding.measured.extend(of_it);
    }
}

/// Where a finding stands.
struct Place<'a> {
    finding: &'a Finding,
    function: Option<&'a str>,
    /// The files of each function's name.
    homes: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl Place<'_> {
    fn is_measured_by(&self, subject: &Subject, facts: &Facts) -> bool {
        match subject {
            Subject::Bench(words) => self.is_benched(words),
            // What a program runs of its libraries is not known: only its own root is sure to be run.
            Subject::Target { kind, name } => facts.crate_of(&self.finding.file).is_some_and(|owner| {
                let roots = owner.targets.iter().filter(|t| t.root == self.finding.file);
                roots.into_iter().any(|t| t.kind == *kind && t.name.replace('-', "_") == *name)
            }),
        }
    }

    fn is_benched(&self, words: &BTreeSet<String>) -> bool {
        let in_module = module(&self.finding.file).is_some_and(|module| words.contains(module));
        let named = self.function.filter(|name| words.contains(*name));
        if let Some(name) = named {
            let alone = self.homes.get(name).is_none_or(|files| files.len() == 1) && !COMMON.contains(&name);
            return alone || in_module;
        }
        // A benchmark of a module, as long as it does not name one function.
        in_module && !words.iter().any(|word| self.homes.contains_key(word.as_str()))
    }
}

/// The last part of a function's name.
fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// The module that a file holds, by its name; none for the roots of targets, which bear everyone's name.
fn module(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    match stem {
        "lib" | "main" | "build" => None,
        "mod" => folder_of(path).rsplit('/').next().filter(|folder| !folder.is_empty() && *folder != "src"),
        _ => Some(stem),
    }
}
