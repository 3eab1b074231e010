//! The engine: files in, checks out. Review, `check`, hook and CI (later audit and optimizer) share it; they differ in
//! which files and rules they give it and in what they do with the findings.
//!
//! Owns: parallel lowering, the repository graph, running rules under their caps, weighing by the rubric. Must not know
//! about stories, reports or git.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rayon::prelude::*;

use crate::config::Config;
use crate::effects::graph::Graph;
use crate::effects::libraries;
use crate::effects::rest::Rest;
use crate::effects::summary::Summary;
use crate::lang::Language;
use crate::model::budget::Budgets;
use crate::model::check::{Check, Outcome, Scope};
use crate::model::counts::Counts;
use crate::model::finding::Finding;
use crate::rules::{self, Detect, Rule};
use crate::schema::Schema;
use crate::world::clock::Watch;

pub mod architecture;
pub mod budgets;
pub mod design;
pub mod facts;
mod file;
pub mod front_end;
pub mod generated;
pub mod measured;
mod mint;
pub mod part;
pub mod profile;
pub mod repository;
pub mod rubric;
pub mod templates;

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
    /// Files that lie beside the analysed ones, path and text: migrations, which may only make index hints silent, and
    /// components of templates.
    pub siblings: &'a [(String, String)],
    /// The rest of the repository, into which calls are followed; none where the files are all there is.
    pub rest: Option<&'a dyn Rest>,
    /// Crates, targets and dependencies of the repository.
    pub facts: &'a facts::Facts,
    /// The resolved configuration.
    pub config: &'a Config,
    /// Which rules run.
    pub rules: &'a Selection,
    /// Budgets held against what is on disk.
    pub budgets: &'a Budgets,
    /// The time that each check may take.
    pub caps: Caps,
    /// What external analysers counted.
    pub counts: &'a Counts,
    /// What the repository documents that code is held against.
    pub documented: &'a Documented,
    /// Which of the files are looked at, where others look at the rest of them; none where all are.
    pub part: Option<part::Part<'a>>,
}

/// What a repository documents that code is held against.
#[derive(Debug, Default)]
pub struct Documented {
    /// The layers of the architecture.
    pub layers: Asked<architecture::Layered>,
    /// Design tokens.
    pub design: Asked<design::Design>,
}

/// Something that a check needs.
#[derive(Debug, Default)]
pub enum Asked<T> {
    /// Nobody asked: there is no such check.
    #[default]
    No,
    /// It is not there, and why: the check is skipped.
    Missing(String),
    /// It is there.
    Found(Box<T>),
}

impl<T> Asked<T> {
    /// What was found, if anything.
    pub fn found(&self) -> Option<&T> {
        match self {
            Asked::Found(found) => Some(found),
            Asked::No | Asked::Missing(_) => None,
        }
    }

    /// Whether anybody asked: else there is no such check.
    fn is_asked(&self) -> bool {
        !matches!(self, Asked::No)
    }

    /// Why the check is skipped, if it is.
    fn missing(&self) -> Option<&str> {
        match self {
            Asked::Missing(reason) => Some(reason),
            Asked::No | Asked::Found(_) => None,
        }
    }
}

/// The wall clock that each check may take; past it the check is `errored`, and the others finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// `n-plus-one`, which also pays for the parse that all rules share.
    pub n_plus_one: Duration,
    /// `complexity`.
    pub complexity: Duration,
    /// `bundle`.
    pub bundle: Duration,
    /// `memory`.
    pub memory: Duration,
}

impl Caps {
    /// The caps of a review (contracts 4).
    pub const REVIEW: Caps = Caps {
        n_plus_one: Duration::from_secs(15),
        complexity: Duration::from_secs(15),
        bundle: Duration::from_secs(30),
        memory: Duration::from_secs(10),
    };

    /// No caps: for whole code bases that somebody asked for.
    pub const NONE: Caps =
        Caps { n_plus_one: Duration::MAX, complexity: Duration::MAX, bundle: Duration::MAX, memory: Duration::MAX };

    fn of(self, check: &str) -> Duration {
        match check {
            "n-plus-one" => self.n_plus_one,
            "complexity" => self.complexity,
            "bundle" => self.bundle,
            "memory" => self.memory,
            _ => Duration::MAX,
        }
    }
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
    /// Files of which some lines could not be parsed: path, 1-based inclusive lines.
    pub damaged: Vec<(String, Vec<(u32, u32)>)>,
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
    /// Files that could not be analysed, and why: they make the checks over files `errored`.
    pub errors: Vec<(String, String)>,
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
    pub language: Cow<'static, str>,
    /// Cyclomatic complexity.
    pub cyclomatic: u32,
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Whether it calls itself.
    pub recursive: bool,
}

impl Selection {
    /// Whether a rule runs.
    pub fn takes(&self, rule: &Rule) -> bool {
        match self {
            Selection::All | Selection::Review => true,
            Selection::Group(group) => rule.group() == group,
            Selection::Rule(id) => rule.id == id,
        }
    }
}

/// Analyses the files.
pub fn run(job: Job<'_>) -> Output {
    pool().install(|| analyse(job))
}

/// Threads with stacks for parsers that recurse; memory is only committed where it is used.
fn pool() -> &'static rayon::ThreadPool {
    static POOL: OnceLock<rayon::ThreadPool> = OnceLock::new();
    POOL.get_or_init(|| {
        let builder = rayon::ThreadPoolBuilder::new().stack_size(256 << 20);
        match builder.build() {
            Ok(pool) => pool,
            // No threads to be had: the one that asks must do.
            Err(_) => rayon::ThreadPoolBuilder::new()
                .num_threads(1)
                .use_current_thread()
                .build()
                .unwrap_or_else(|error| panic!("no thread to analyse on: {error}")),
        }
    })
}

/// The checks of the engine in their order.
const CHECKS: [(&str, Scope); 7] = [
    ("n-plus-one", Scope::File),
    ("complexity", Scope::File),
    ("bundle", Scope::Project),
    ("memory", Scope::File),
    ("index-hint", Scope::Project),
    ("architecture", Scope::Project),
    ("fidelity", Scope::Project),
];

fn analyse(job: Job<'_>) -> Output {
    let rules: Vec<&'static Rule> = rules::all().filter(|rule| job.rules.takes(rule)).collect();
    let mut timings = Timings::default();
    let start = Watch::start();
    let deadline = job.caps.n_plus_one;
    let mut profiles = profile::Profiles::new(job.facts, &job.config.hot_path);
    for source in job.sources {
        profiles.see(&source.path, &source.text);
    }
    let placed: Vec<file::Placed> =
        job.sources.par_iter().map(|source| file::Placed::of(&job, &profiles, source)).collect();
    let mut files: Vec<file::Analysed> = job
        .sources
        .par_iter()
        .zip(&placed)
        .map(|(source, placed)| match job.part {
            Some(part) if !(part.mine)(&source.path) => {
                file::beside(&job, source, placed, part, &rules, (start, deadline))
            }
            _ => file::analyse(&job, source, placed, &rules, start, deadline),
        })
        .collect();
    for (n, raws) in templates::files(&job, &files, &rules) {
        files[n].raws.extend(raws);
    }
    let with_summary: Vec<usize> = (0..files.len()).filter(|n| files[*n].summary.is_some()).collect();
    let summaries: Vec<Summary> = files.iter_mut().filter_map(|f| f.summary.take()).collect();
    let none = BTreeSet::new();
    let python = libraries(&summaries, &job.facts.python);
    let dependencies = |path: &str| match Language::of_path(path) {
        Some(Language::Python) => &python,
        Some(Language::TypeScript | Language::JavaScript) => &job.facts.scripts,
        _ => job.facts.crate_of(path).map_or(&none, |c| &c.dependencies),
    };
    let graph = Graph::link(&summaries, job.rest, &dependencies, &job.config.calls);
    let mut minted = mint::Mint::new(&job, &placed, with_summary);
    minted.sites(&graph, &rules);
    timings.add("n-plus-one", start.elapsed());
    let measured: Duration = files.iter().map(|f| f.complexity_time).sum();
    minted.files(&mut files, &rules);
    timings.add("complexity", measured);
    timings.add("memory", files.iter().map(|f| f.rules_time).sum());
    let weighing = Watch::start();
    if job.part.is_none_or(|part| part.is_first) {
        minted.budgets(&rules);
    }
    timings.add("bundle", weighing.elapsed());
    let hinting = Watch::start();
    let schema = schema_of(&job, &files, &rules);
    minted.queries(&schema, &files, &rules);
    timings.add("index-hint", hinting.elapsed());
    let layering = Watch::start();
    minted.layers(&files, &rules);
    timings.add("architecture", layering.elapsed());
    timings.add("fidelity", files.iter().map(|f| f.tokens_time).sum());
    let findings = minted.finish();
    let unknown = schema.is_empty().then_some("no schema files in scope");
    output(&job, &rules, files, findings, timings, unknown)
}

/// What the schema files among the analysed ones say, and what programs make beside them.
fn schema_of(job: &Job<'_>, files: &[file::Analysed], rules: &[&'static Rule]) -> Schema {
    if !rules.iter().any(|rule| matches!(rule.detect, Detect::Schema(_))) {
        return Schema::default();
    }
    let mut schema = Schema::read(job.sources.iter().map(|source| (source.path.as_str(), &*source.text)));
    for (path, text) in job.siblings.iter().filter(|(path, _)| Language::of_path(path).is_none()) {
        schema.beside(path, text);
    }
    for definition in files.iter().flat_map(|file| &file.spoken.definitions) {
        schema.also(definition);
    }
    let models = files
        .iter()
        .zip(job.sources)
        .flat_map(|(file, source)| file.spoken.models.iter().map(|model| (source.path.clone(), model.clone())));
    let definitions: Vec<&str> = files.iter().flat_map(|f| &f.spoken.definitions).map(String::as_str).collect();
    schema.take(models.collect(), &definitions);
    schema
}

fn output(
    job: &Job<'_>,
    rules: &[&'static Rule],
    files: Vec<file::Analysed>,
    mut findings: BTreeMap<&'static str, Vec<Finding>>,
    timings: Timings,
    no_schema: Option<&str>,
) -> Output {
    let mut output = Output { rules_run: rules.len(), ..Output::default() };
    let failed = |(file, source): (&file::Analysed, &Source)| Some((source.path.clone(), file.error.clone()?));
    output.errors = files.iter().zip(job.sources).filter_map(failed).collect();
    let causes = named(output.errors.iter().map(|(_, error)| error.as_str()));
    for (name, scope) in CHECKS {
        if !rules.iter().any(|rule| rule.check == name) {
            continue;
        }
        let documented = job.documented;
        let (asked, skipped) = match name {
            "architecture" => (documented.layers.is_asked(), documented.layers.missing()),
            "fidelity" => (documented.design.is_asked(), documented.design.missing()),
            "index-hint" => (true, no_schema),
            _ => (true, None),
        };
        if !asked {
            continue;
        }
        let found = findings.remove(name).unwrap_or_default();
        let took = timings.of(name);
        let cap = job.caps.of(name);
        let outcome = if took > cap {
            Outcome::Errored { cause: format!("ran past its cap of {} s", cap.as_secs()), partial: found }
        } else if let Some(reason) = skipped {
            Outcome::Skipped { reason: reason.to_owned() }
        } else if let (Scope::File, Some(cause)) = (scope, &causes) {
            Outcome::Errored { cause: cause.clone(), partial: found }
        } else {
            Outcome::of(found)
        };
        output.timings.push((name, took));
        output.checks.push(Check { name, scope, outcome });
    }
    for (file, source) in files.into_iter().zip(job.sources).filter(|(file, _)| !file.is_beside) {
        if !file.damage.is_empty() {
            output.damaged.push((source.path.clone(), file.damage));
        }
        match file.unsupported {
            Some(reason) => *output.skipped.entry(reason).or_default() += 1,
            None => output.examined += 1,
        }
        output.functions.extend(file.functions);
    }
    output
}

/// Causes in one sentence: the first few, and how many more there are.
fn named<'c>(causes: impl Iterator<Item = &'c str>) -> Option<String> {
    const SHOWN: usize = 5;
    let causes: Vec<&str> = causes.collect();
    let shown = causes.iter().take(SHOWN).copied().collect::<Vec<_>>().join("; ");
    match causes.len() {
        0 => None,
        n if n <= SHOWN => Some(shown),
        n => Some(format!(
            "{shown}; and {} more files; exclude what is not meant to parse (`exclude` in perf-gate.toml)",
            n - SHOWN
        )),
    }
}

/// Wall clock of each check.
#[derive(Debug, Default)]
struct Timings(BTreeMap<&'static str, Duration>);

impl Timings {
    fn add(&mut self, check: &'static str, time: Duration) {
        *self.0.entry(check).or_default() += time;
    }

    fn of(&self, check: &str) -> Duration {
        self.0.get(check).copied().unwrap_or_default()
    }
}
