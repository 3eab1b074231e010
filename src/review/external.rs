//! External analysers at work: which of them are asked for and there, what they are run on, and what becomes of their
//! answers. What is asked and how an answer is read is `tools`' business.
//!
//! Only files that lie on disk exactly as they are analysed are shown to a tool, and nothing of an untrusted checkout.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::{Config, Engine};
use crate::engine::Source;
use crate::lang::Language;
use crate::model::budget::{Budgets, Unit, Weighed};
use crate::model::check::{Check, Outcome};
use crate::model::counts::{Counts, Number};
use crate::report::escape;
use crate::tools::{self, Ask, COUNTERS, Counter, Tool, WEIGHERS, Weigher};
use crate::world::clock::Watch;
use crate::world::process::Command;
use crate::world::tree::{Entry, Tree};
use crate::world::{env, files};

use super::ground::Ground;
use super::stack;

/// A tool that does not say its version by then is taken to be there.
const PROBE_CAP: Duration = Duration::from_secs(5);
/// What all counting together may take (contracts 4).
const COUNTING_CAP: Duration = Duration::from_secs(15);
/// What all weighing together may take.
const WEIGHING_CAP: Duration = Duration::from_secs(30);
/// The exact sentence of contracts 1.
const WEIGHED_TOO_LONG: &str = "bundle analysis exceeded 30s timeout";
/// A command line holds no more files than this.
const FILES_A_RUN: usize = 400;
/// Where a webpack build puts what it says of itself.
const STATS: [&str; 4] = ["stats.json", "dist/stats.json", "build/stats.json", "webpack-stats.json"];
/// An answer is no larger.
const LARGEST: u64 = 64 << 20;

/// A tool that is there.
#[derive(Debug, Clone)]
struct Found<T> {
    of: T,
    path: PathBuf,
    /// `ESLint 9.39.5`.
    shown: String,
    files: Vec<String>,
}

/// What is asked of which tool.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    counters: Vec<Found<Counter>>,
    weighers: Vec<Found<Weigher>>,
    /// Versions of the tools, by program.
    pub versions: BTreeMap<String, String>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
    /// Why nothing may run: a tool that is required is not there.
    pub missing: Option<String>,
    /// Why the check `complexity` is left out.
    no_counting: Option<String>,
    /// Why the check `bundle` is left out.
    no_weighing: Option<String>,
}

/// What a plan is made for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub root: &'a Path,
    pub ground: &'a Ground,
    pub config: &'a Config,
    /// The stack that is named; else it is looked for, which costs a walk through folders and is asked by few.
    pub stack: Option<&'a str>,
    pub sources: &'a [Source],
}

impl Wanted<'_> {
    fn stack(&self) -> &str {
        self.stack.or_else(|| stack::detect(self.ground.tree.as_ref())).unwrap_or("unknown")
    }
}

impl Plan {
    /// Finds out which tools are asked for and there.
    pub(super) fn make(wanted: Wanted<'_>) -> Plan {
        let mut plan = Plan::default();
        let engines = [wanted.config.complexity.engine, wanted.config.bundle.engine];
        if engines == [Engine::Builtin; 2] || wanted.sources.is_empty() {
            return plan;
        }
        if !wanted.ground.worktree && !lies_there(wanted) {
            plan.notes.push(
                "no external tool ran: what is analysed is not what lies in the working tree; the built-in engine counted"
                    .to_owned(),
            );
            return plan;
        }
        plan.counting(wanted);
        plan.weighing(wanted);
        plan
    }

    /// Whether anything is run whose input the cache does not know.
    pub(super) fn weighs(&self) -> bool {
        !self.weighers.is_empty()
    }

    fn counting(&mut self, wanted: Wanted<'_>) {
        let engine = wanted.config.complexity.engine;
        if engine == Engine::Builtin {
            return;
        }
        let reason = || format!("no complexity tool installed for {}", wanted.stack());
        if engine == Engine::External && wanted.stack() == "unknown" {
            self.no_counting = Some(reason());
            return;
        }
        let mut by_language: BTreeMap<Language, Vec<String>> = BTreeMap::new();
        for source in wanted.sources {
            if let Some(language) = Language::of_path(&source.path) {
                by_language.entry(language).or_default().push(named(&source.path));
            }
        }
        let mut left_out = BTreeSet::new();
        let mut asked = 0;
        let mut lacking = Vec::new();
        for (language, files) in by_language {
            let mut tools = COUNTERS.iter().filter(|c| c.languages.contains(&language)).peekable();
            if tools.peek().is_none() {
                asked += 1;
                continue;
            }
            match tools.clone().find_map(|counter| Some((counter, self.probe(wanted.root, &counter.tool)?))) {
                Some((counter, (path, shown))) => {
                    asked += 1;
                    self.ask(*counter, path, shown, files);
                }
                None if engine == Engine::Auto => {}
                None => match tools.find(|counter| counter.required) {
                    Some(counter) => lacking.push(format!(
                        "{} is not there, and complexity.engine = \"external\" needs it for {}: {}",
                        counter.tool.name,
                        language.key(),
                        counter.tool.install
                    )),
                    None => {
                        left_out.insert(language);
                    }
                },
            }
        }
        if !lacking.is_empty() {
            self.missing = Some(lacking.join("; "));
        } else if !left_out.is_empty() && asked == 0 {
            self.no_counting = Some(reason());
        } else if !left_out.is_empty() {
            let names: Vec<&str> = left_out.iter().map(|language| language.key()).collect();
            self.notes.push(format!("{} ({}): the built-in engine counted", reason(), names.join(", ")));
        }
    }

    /// One tool may count several languages.
    fn ask(&mut self, counter: Counter, path: PathBuf, shown: String, files: Vec<String>) {
        match self.counters.iter_mut().find(|known| known.of.tool.name == counter.tool.name) {
            Some(known) => known.files.extend(files),
            None => self.counters.push(Found { of: counter, path, shown, files }),
        }
    }

    fn weighing(&mut self, wanted: Wanted<'_>) {
        let engine = wanted.config.bundle.engine;
        if engine == Engine::Builtin {
            return;
        }
        let mut lacking = Vec::new();
        for weigher in WEIGHERS {
            let Some(files) = applies(&weigher, wanted.ground.tree.as_ref()) else { continue };
            match self.probe(wanted.root, &weigher.tool) {
                Some((path, shown)) => self.weighers.push(Found { of: weigher, path, shown, files }),
                None => lacking.push(format!("{} is not there: {}", weigher.tool.name, weigher.tool.install)),
            }
        }
        if engine == Engine::External && !lacking.is_empty() {
            self.no_weighing = Some(lacking.join("; "));
        }
    }

    /// Where a tool lies, and what it says of itself: on PATH, then among the repository's own packages.
    fn probe(&mut self, root: &Path, tool: &Tool) -> Option<(PathBuf, String)> {
        let own = || Some(root.join("node_modules/.bin").join(tool.program)).filter(|path| files::is_executable(path));
        let path = env::find_program(tool.program).or_else(|| if tool.npm { own() } else { None })?;
        let mut version = None;
        if !tool.version.is_empty() {
            let asked = command(&path, root).args(tool.version).cap(PROBE_CAP).most_output(64 << 10).run().ok()?;
            if asked.timed_out() {
                self.notes.push(format!(
                    "{} did not say its version within {} s: it is taken to be there",
                    tool.name,
                    PROBE_CAP.as_secs()
                ));
            }
            let said = [asked.stdout_text(), String::from_utf8_lossy(&asked.stderr).into_owned()];
            version = said.iter().find_map(|text| tools::version(text));
        }
        let shown = version.as_ref().map_or_else(|| tool.name.to_owned(), |version| format!("{} {version}", tool.name));
        self.versions.insert(tool.program.to_owned(), version.unwrap_or_else(|| "unknown".to_owned()));
        Some((path, shown))
    }

    /// Runs the tools that count. What went wrong makes the check `errored`.
    pub(super) fn count(&self, root: &Path) -> (Counts, Option<String>) {
        let mut counts = Counts::default();
        let watch = Watch::start();
        for found in &self.counters {
            for part in found.files.chunks(FILES_A_RUN) {
                let left = COUNTING_CAP.saturating_sub(watch.elapsed());
                let answer = run(&found.path, &found.of.tool, root, part, left);
                let parsed = answer.and_then(|text| (found.of.parse)(&text).map_err(Trouble::Failed));
                match parsed {
                    Ok(rows) => rows.into_iter().for_each(|row| {
                        let number = Number { line: row.line, cyclomatic: row.cyclomatic, cognitive: row.cognitive };
                        let file = counts.files.entry(relative(root, &row.file));
                        file.or_insert_with(|| (found.shown.clone(), Vec::new())).1.push(number);
                    }),
                    Err(Trouble::TimeOut) => {
                        let cap = COUNTING_CAP.as_secs();
                        return (counts, Some(format!("{} ran past its cap of {cap} s", found.of.tool.name)));
                    }
                    Err(Trouble::Failed(why)) => return (counts, Some(told(&found.of.tool, &why))),
                }
            }
        }
        (counts, None)
    }

    /// Runs the tools that weigh, and adds what they weighed to the budgets.
    pub(super) fn weigh(&self, root: &Path, budgets: &mut Budgets) -> (Vec<String>, Option<Outcome>) {
        let mut notes = Vec::new();
        let watch = Watch::start();
        for found in &self.weighers {
            let left = WEIGHING_CAP.saturating_sub(watch.elapsed());
            let answer = run(&found.path, &found.of.tool, root, &found.files, left);
            match answer.and_then(|text| (found.of.parse)(&text).map_err(Trouble::Failed)) {
                Ok(weights) => {
                    for weight in weights {
                        let subject = relative(root, &weight.subject);
                        let unit = if weight.gzip { Unit::GzipBytes } else { Unit::Bytes };
                        let Some(limit) = weight.limit else {
                            notes.push(made_of(&found.shown, &subject, &weight));
                            continue;
                        };
                        let parts = vec![(subject.clone(), weight.actual)];
                        budgets.weighed.push(Weighed { subject, unit, limit, actual: weight.actual, parts, by: None });
                    }
                }
                Err(Trouble::TimeOut) => {
                    return (notes, Some(Outcome::Skipped { reason: WEIGHED_TOO_LONG.to_owned() }));
                }
                Err(Trouble::Failed(why)) => {
                    let cause = told(&found.of.tool, &why);
                    return (notes, Some(Outcome::Errored { cause, partial: Vec::new() }));
                }
            }
        }
        (notes, None)
    }

    /// Leaves out the checks for which a tool was asked for and is not there.
    pub(super) fn leave_out(&self, checks: &mut [Check]) {
        for (name, reason) in [("complexity", &self.no_counting), ("bundle", &self.no_weighing)] {
            let Some(reason) = reason else { continue };
            for check in checks.iter_mut().filter(|check| check.name == name) {
                check.outcome = Outcome::Skipped { reason: reason.clone() };
            }
        }
    }
}

fn made_of(tool: &str, subject: &str, weight: &tools::Weight) -> String {
    let parts: Vec<String> = weight.parts.iter().map(|(name, size)| format!("{name} {size}")).collect();
    format!("`{subject}` weighs {} bytes by {tool}: {}", weight.actual, parts.join(", "))
}

fn told(tool: &Tool, why: &str) -> String {
    format!("{} failed: {}", tool.name, escape::terminal(why))
}

/// What can go wrong with a tool.
enum Trouble {
    TimeOut,
    Failed(String),
}

/// Runs a tool in the root and gives its answer.
fn run(path: &Path, tool: &Tool, root: &Path, about: &[String], cap: Duration) -> Result<String, Trouble> {
    let failed = |error: crate::error::Error| Trouble::Failed(error.what().to_owned());
    let folder = files::fresh_folder("perf-gate-tool-").map_err(failed)?;
    let gone = Gone(folder.clone());
    let (shown_root, shown_folder) = (root.to_string_lossy(), folder.to_string_lossy());
    let asking = (tool.command)(&Ask { files: about, root: &shown_root, folder: &shown_folder });
    for (name, text) in &asking.files {
        files::write_atomic(&folder.join(name), text.as_bytes()).map_err(failed)?;
    }
    let place = if asking.apart { folder.as_path() } else { root };
    let mut command = command(path, place).args(&asking.args).cap(cap).most_output(LARGEST);
    for (name, value) in asking.env {
        command = command.env(name, value);
    }
    let output = command.run().map_err(failed)?;
    if output.timed_out() {
        return Err(Trouble::TimeOut);
    }
    let code = output.code().unwrap_or(-1);
    if !tool.ends.contains(&code) {
        return Err(Trouble::Failed(format!("exit code {code}: {}", complaint(&output))));
    }
    let answer = match asking.answer {
        Some(name) => files::read_text(&folder.join(name), LARGEST).map_err(failed),
        None => Ok(output.stdout_text()),
    };
    drop(gone);
    answer
}

/// What a tool says of its failure: a traceback ends with it.
fn complaint(output: &crate::world::process::Output) -> String {
    let first = output.stderr_line();
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    last.filter(|_| first.starts_with("Traceback")).map_or(first.clone(), |line| line.chars().take(200).collect())
}

/// A folder that goes when this does.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        files::remove_folder(&self.0);
    }
}

/// A program in the root, without what is ours alone to know.
fn command(path: &Path, root: &Path) -> Command {
    Command::new(path).folder(root).env_remove("PERF_GATE_CACHE_KEY").env("NO_COLOR", "1")
}

/// The files that a weighing tool is asked about; none where the repository has nothing for it.
fn applies(weigher: &Weigher, tree: &dyn Tree) -> Option<Vec<String>> {
    let text = |path: &str| match tree.entry(path, 1 << 20) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    };
    if weigher.tool.program == "bundlesize" {
        let configured = text("package.json").is_some_and(|text| text.contains("\"bundlesize\""));
        return (configured || text("bundlesize.config.json").is_some()).then(Vec::new);
    }
    let is_there = |path: &&str| matches!(tree.entry(path, 0), Entry::File(_) | Entry::TooLarge(_));
    STATS.iter().find(|path| is_there(path)).map(|path| vec![(*path).to_owned()])
}

/// Whether the working tree holds exactly what is analysed.
fn lies_there(wanted: Wanted<'_>) -> bool {
    let same = |source: &Source| {
        let full = files::inside(wanted.root, &source.path);
        full.and_then(|path| files::read(&path, LARGEST)).is_ok_and(|bytes| bytes == source.text.as_bytes())
    };
    wanted.sources.iter().all(same)
}

/// A path that no tool takes for a flag.
fn named(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// A path as a tool names it, from the root.
fn relative(root: &Path, named: &str) -> String {
    let path = Path::new(named);
    let inside = path.strip_prefix(root).ok().or_else(|| {
        let real = files::canonical(root)?;
        path.strip_prefix(real).ok()
    });
    let text = inside.unwrap_or(path).to_string_lossy().into_owned();
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}
