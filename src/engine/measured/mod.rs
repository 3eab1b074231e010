//! Numbers that somebody measured, read from what benchmarks and load tests leave behind, and given to the findings of the
//! code that they measure. Percentiles only: a mean hides the tail, and where there is nothing else that is said.
//!
//! Owns what the formats mean and what counts as the same code. Where it is not sure which code was measured, the numbers
//! go nowhere. Must not know where the files are found.

mod benchmarks;
mod histogram;
mod load;
pub mod pprof;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::FunctionMetrics;
use super::facts::{Facts, TargetKind, folder_of};
use crate::lang::Language;
use crate::model::category::Category;
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
    /// A page, as a browser loads it.
    Page,
    /// A function, as a profile names it, and its file wherever it was built.
    Code {
        /// Its name, behind its package and type.
        function: String,
        /// Path of its file.
        file: String,
    },
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

/// One number of several, each in a file of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What was measured.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// Unit of the number.
    pub unit: String,
    /// The number.
    pub value: f64,
    /// The file.
    pub source: String,
}

/// What a file of measurements gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Percentiles.
    pub found: Vec<Measurement>,
    /// Single numbers, to be put together with those of other files.
    pub samples: Vec<Sample>,
    /// What a reader should know of it.
    pub note: Option<String>,
}

impl Reading {
    fn broken(path: &str, what: &str, why: &str) -> Reading {
        let note = format!("`{path}` looks like {what} and cannot be used: {why}");
        Reading { note: Some(note), ..Reading::default() }
    }
}

/// Reads a file of measurements by its form; none where it is of none that is known.
pub fn read(path: &str, text: &str) -> Option<Reading> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends = |end: &str| name.rsplit_once('.').is_some_and(|(_, e)| e.eq_ignore_ascii_case(end));
    if ends("hlog") || text.contains("\"Interval_Compressed_Histogram\"") {
        return Some(load::log(path, text));
    }
    if ends("hgrm") || text.contains("1/(1-Percentile)") && !ends("md") {
        return Some(load::percentile_table(path, text));
    }
    if !ends("json") {
        return is_go(text).then(|| benchmarks::go(path, text));
    }
    // A file that says by its place whose it is says so when it is broken.
    let claims = claimed(path);
    if claims.is_none() && !MARKS.iter().any(|marks| marks.iter().all(|mark| text.contains(mark))) {
        return None;
    }
    let value: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(value) => value,
        Err(error) => return claims.map(|what| Reading::broken(path, what, &format!("it is not JSON: {error}"))),
    };
    let list = |key: &str| value.get(key).and_then(Value::as_array);
    if let Some(results) = value.as_array().filter(|all| all.iter().any(|one| one.get("primaryMetric").is_some())) {
        return Some(benchmarks::jmh(path, results));
    }
    if let Some(all) = list("benchmarks").filter(|all| all.iter().any(|one| one.get("stats").is_some())) {
        return Some(benchmarks::pytest(path, all));
    }
    if let Some(all) = list("Benchmarks").filter(|all| all.iter().any(|one| one.get("Statistics").is_some())) {
        return Some(benchmarks::dotnet(path, all));
    }
    if value.get("lighthouseVersion").is_some() && value.get("audits").is_some() {
        return Some(load::lighthouse(path, &value));
    }
    let metrics = value.get("metrics").and_then(Value::as_object);
    if let Some(metrics) = metrics.filter(|all| all.contains_key("iterations")) {
        return Some(load::k6(path, metrics));
    }
    let timed = list("results").is_some_and(|all| all.iter().any(|one| one.get("command").is_some()));
    if timed {
        return Some(Reading { found: hyperfine(path, text), ..Reading::default() });
    }
    let empty = value.as_array().is_some_and(Vec::is_empty);
    claims.filter(|_| !empty).map(|what| Reading::broken(path, what, "it holds no results"))
}

/// Words of each form: a text without them is not parsed.
const MARKS: [&[&str]; 6] = [
    &["\"primaryMetric\"", "\"benchmark\""],
    &["\"benchmarks\"", "\"stats\""],
    &["\"Benchmarks\"", "\"Statistics\""],
    &["\"lighthouseVersion\"", "\"audits\""],
    &["\"metrics\"", "\"iterations\""],
    &["\"results\"", "\"command\"", "\"times\""],
];

/// What a file says it is by its name and place.
fn claimed(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if path.contains(".lighthouseci/") && name.starts_with("lhr-") {
        Some("a report of Lighthouse")
    } else if name.starts_with("jmh") || path.contains("/jmh/") {
        Some("results of JMH")
    } else if path.contains(".benchmarks/") {
        Some("results of pytest-benchmark")
    } else if path.contains("BenchmarkDotNet.Artifacts/") {
        Some("results of BenchmarkDotNet")
    } else if name.starts_with("k6") {
        Some("a summary of k6")
    } else {
        None
    }
}

/// Whether a text is what Go's benchmarks print.
fn is_go(text: &str) -> bool {
    let is_line = |line: &str| line.starts_with("Benchmark") && line.contains(" ns/op");
    text.lines().any(is_line)
}

/// Puts single numbers of the same name together.
pub fn join(samples: Vec<Sample>) -> Vec<Measurement> {
    let mut by_name: BTreeMap<(String, String), Vec<Sample>> = BTreeMap::new();
    for sample in samples {
        by_name.entry((sample.name.clone(), sample.unit.clone())).or_default().push(sample);
    }
    let together = |((name, unit), samples): ((String, String), Vec<Sample>)| {
        let (subject, source) = samples.first().map(|first| (first.subject.clone(), first.source.clone()))?;
        let name = if samples.len() > 1 {
            format!("{name} (of {} loads)", samples.len())
        } else {
            format!("{name} (of 1 load)")
        };
        let values = samples.into_iter().map(|sample| sample.value).collect();
        Some(Measurement { subject, measured: percentiles(name, &unit, values, &source)? })
    };
    by_name.into_iter().filter_map(together).collect()
}

#[derive(Deserialize)]
struct Samples {
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
    let sample: Samples = serde_json::from_str(sample).ok()?;
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
        (samples.len() >= least).then(|| rounded(samples[at]))
    };
    let (p50, p95, p99) = (rank(50, 1), rank(95, SAMPLES_FOR_P95), rank(99, SAMPLES_FOR_P99));
    Some(Measured { name, unit: unit.to_owned(), p50, p95, p99, source: source.to_owned() })
}

/// A thousandth of the unit is below what any clock of these tools tells apart.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

/// A name without letter case and underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the words of a benchmark are called like a piece of code; behind `~` stand names as they are compared where the
/// benchmark's own name only contains them.
fn has_name(words: &BTreeSet<String>, name: &str) -> bool {
    words.contains(name) || words.contains(&format!("~{}", plain(name)))
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
    // What is measured has the name too, in the file that measures.
    let measures = |file: &str| file.to_lowercase().contains("bench") || file.contains("/test/");
    for function in functions.iter().filter(|function| !measures(&function.file)) {
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
            Subject::Code { function, file } => {
                let own = self.finding.file.as_str();
                let name = function.rsplit('.').next();
                // Where it was built says nothing: two folders or names of the path are enough beside the function.
                let two = |path: &str| path.rsplitn(3, '/').take(2).map(str::to_owned).collect::<Vec<_>>();
                self.function.is_some() && self.function == name && (file.ends_with(own) || two(file) == two(own))
            }
            // What a page waits for follows from what it loads.
            Subject::Page => self.finding.category == Category::Bundle && !self.finding.file.contains("Cargo."),
            // What a program runs of its libraries is not known: only its own root is sure to be run.
            Subject::Target { kind, name } => facts.crate_of(&self.finding.file).is_some_and(|owner| {
                let roots = owner.targets.iter().filter(|t| t.root == self.finding.file);
                roots.into_iter().any(|t| t.kind == *kind && t.name.replace('-', "_") == *name)
            }),
        }
    }

    fn is_benched(&self, words: &BTreeSet<String>) -> bool {
        let file = self.finding.file.as_str();
        let in_module = module(file).is_some_and(|module| has_name(words, module));
        // Go's benchmarks name the package.
        let package = || folder_of(file).rsplit('/').next().is_some_and(|folder| has_name(words, folder));
        let named = self.function.filter(|name| has_name(words, name));
        if let Some(name) = named {
            let is_common = COMMON.contains(&name) || COMMON.contains(&plain(name).as_str());
            let alone = self.homes.get(name).is_none_or(|files| files.len() == 1) && !is_common;
            return alone || in_module || Language::of_path(file) == Some(Language::Go) && package();
        }
        // A benchmark of a module, as long as it does not name one function.
        in_module && !self.homes.keys().any(|name| has_name(words, name))
    }
}

/// The last part of a function's name.
fn short(name: &str) -> &str {
    let name = name.rsplit("::").next().unwrap_or(name);
    let name = name.split('(').next().filter(|name| !name.is_empty()).unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name)
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
