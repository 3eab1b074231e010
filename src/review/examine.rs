//! Loads a set of files and runs the engine over it: what review, check and metrics share.
//!
//! Owns what the engine must not know: where facts come from, what the files' own faults do to the checks, and which
//! findings are new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::config::Config;
use crate::effects::rest::Rest;
use crate::engine::facts::load::{self, Request, Way};
use crate::engine::facts::{Facts, brought};
use crate::engine::measured;
use crate::engine::part::Part;
use crate::engine::repository::{NOTE, Repository};
use crate::engine::{self, Output, Selection, Source, budgets};
use crate::error::{Error, Result};
use crate::lang::Language;
use crate::model::brought::Brought;
use crate::model::budget::Budgets;
use crate::model::check::{Check, Outcome, Scope as CheckScope};
use crate::model::counts::Counts;
use crate::model::finding::Finding;
use crate::rules::{self, Detect};
use crate::world::clock::Watch;
use crate::world::files::sha256_hex;
use crate::world::tree::{Entry, Tree};

use super::Scope;
use super::conformance::{self, Conformance, Told};
use super::deltas;
use super::division::{self, Division, Recorded};
use super::external;
use super::ground::Ground;
use super::integrity;
use super::measurements;
use super::siblings;
use super::sources::{self, Loaded, Wanted};
use super::stack;
use super::surroundings::{Analysed, Surroundings};

/// The cap of the bundle check covers the weighing of files too.
const WEIGHING_CAP: Duration = Duration::from_secs(30);

/// What the repository around the files says.
#[derive(Debug)]
pub(super) struct Around {
    /// Crates, targets, dependencies, lock files.
    pub facts: load::Loaded,
    /// Budgets held against what is there.
    pub budgets: Budgets,
    /// Migrations beside the analysed ones.
    pub siblings: Vec<(String, String)>,
    /// Numbers that somebody measured.
    pub measured: measurements::Found,
    /// SHA-256 over every budget that a result could follow from.
    pub budgets_hash: String,
    /// What is asked of external tools.
    pub external: external::Plan,
    /// What the repository documents that code is held against.
    pub conformance: Conformance,
}

/// What stands beside the files when the rules run.
#[derive(Clone, Copy)]
struct Beside<'a> {
    around: &'a Around,
    budgets: &'a Budgets,
    counts: &'a Counts,
}

/// What the files say together with those around them.
struct Followed {
    output: Output,
    notes: Vec<String>,
    is_whole: bool,
}

/// What a run of the engine works on.
#[derive(Clone, Copy)]
pub(super) struct Examination<'a> {
    /// Repository root on disk.
    pub root: &'a Path,
    /// Where the files are read.
    pub ground: &'a Ground,
    /// The resolved configuration.
    pub config: &'a Config,
    /// Which rules run.
    pub rules: &'a Selection,
    /// Which findings count.
    pub scope: Scope,
    /// The time that each check may take.
    pub caps: engine::Caps,
    /// Who looks at which files.
    pub division: &'a Division,
    /// Stack key; none where nobody asked yet.
    pub stack: Option<&'a str>,
    /// The story; none in a check without one.
    pub told: Option<Told<'a>>,
}

/// What it found.
#[derive(Debug, Clone, Default)]
pub(super) struct Examined {
    /// Checks in order, `integrity` last.
    pub checks: Vec<Check>,
    /// Wall clock of each check.
    pub timings: Vec<(String, Duration)>,
    /// Every function with its numbers.
    pub functions: Vec<engine::FunctionMetrics>,
    /// Files that were parsed.
    pub parsed: usize,
    /// Files that were not, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Rules that ran.
    pub rules_run: usize,
    /// What a reader should know besides.
    pub notes: Vec<String>,
    /// Whether the result lacks what there was no time to read: it is not kept then.
    pub partial: bool,
}

impl Examined {
    /// What is still true when the result is read again: what was shared with other machines is not.
    pub(super) fn lasting_notes(&self) -> Vec<String> {
        self.notes.iter().filter(|note| !note.starts_with(NOTE)).cloned().collect()
    }
}

impl Examination<'_> {
    /// What the repository around these files says: crates, lock files, budgets.
    pub(super) fn around(&self, loaded: &Loaded, wanted: &BTreeMap<String, Wanted>) -> Result<Around> {
        let files: Vec<&str> = loaded.sources.iter().map(|source| source.path.as_str()).collect();
        let tree = self.ground.tree.as_ref();
        // Cargo runs only in the user's own working tree; what others push is read as text.
        let way = if self.ground.worktree { Way::Cargo } else { Way::Manifests };
        let cache = crate::world::env::cache_folder().map(|folder| facts_file(&folder, self.root));
        let crates = of_crates(&files);
        let request = Request { root: self.root, tree, files: &crates, way, cache: cache.as_deref() };
        let mut facts = if crates.is_empty() { load::Loaded::default() } else { load::load(request) };
        // Packages that come and go change what the calls of scripts mean.
        let packages = facts.facts.add_scripts(tree, &files);
        if !packages.is_empty() {
            facts.key = sha256_hex(format!("{} {packages}", facts.key).as_bytes());
        }
        let declared = budgets::declared(tree, &files);
        let start = Watch::start();
        let mut budgets = budgets::measure(budgets::Job {
            config: &self.config.bundle,
            facts: &facts.facts,
            declared: &declared,
            files: &files,
            tree,
            out_of_time: &|| start.elapsed() > WEIGHING_CAP,
        })?;
        budgets.brought = self.brought(&facts.facts, &files, wanted)?;
        let budgets_hash = budgets::config_hash(&self.config.bundle, &declared, &budgets);
        let measured = measurements::find(tree, &loaded.sources, &facts.facts);
        let siblings = siblings::find(tree, &loaded.sources);
        let external = self.external(loaded);
        let conformance = conformance::find(self.ground, self.config, &loaded.sources, self.told)?;
        Ok(Around { facts, budgets, siblings, measured, budgets_hash, external, conformance })
    }

    /// What is asked of external tools.
    fn external(&self, loaded: &Loaded) -> external::Plan {
        let (root, ground, config, sources) = (self.root, self.ground, self.config, loaded.sources.as_slice());
        let stack = self.stack.or_else(|| config.stack.as_deref().and_then(stack::parse));
        external::Plan::make(external::Wanted { root, ground, config, stack, sources })
    }

    /// What the change brings along; nothing where there is no base, or no manifest and no lock file among the files.
    fn brought(&self, facts: &Facts, files: &[&str], wanted: &BTreeMap<String, Wanted>) -> Result<Brought> {
        let (Some(repo), Some(base)) = (&self.ground.repo, &self.ground.base) else { return Ok(Brought::default()) };
        let manifests = files.iter().copied().filter(|path| path.ends_with("Cargo.toml"));
        // Cargo says of its lock files that they are generated, so they are none of the analysed files.
        let locks = wanted.keys().map(String::as_str).filter(|path| path.ends_with("Cargo.lock"));
        let files: BTreeSet<&str> = manifests.chain(locks).collect();
        if files.is_empty() {
            return Ok(Brought::default());
        }
        let base = repo.commit_tree(&base.commit)?;
        let old_path =
            |path: &str| wanted.get(path).and_then(|want| want.old_path.clone()).unwrap_or_else(|| path.to_owned());
        let tree = self.ground.tree.as_ref();
        Ok(brought::compare(brought::Job { facts, tree, base: base.as_ref(), files: &files, old_path: &old_path }))
    }

    /// Whether any rule asks where calls lead to.
    fn follows(&self) -> bool {
        rules::all().any(|rule| self.rules.takes(rule) && matches!(rule.detect, Detect::Site(_)))
    }

    /// The files around the loaded ones; none where no rule asks for them.
    pub(super) fn surroundings(&self, loaded: &Loaded) -> Result<Option<Surroundings<'_>>> {
        let analysed = self.analysed(&loaded.sources);
        // Where nothing can be lowered, there is no call to follow.
        let lowered = analysed.own.iter().any(|path| Language::of_path(path).is_some());
        if !self.follows() || !lowered || matches!(self.division, Division::Merged(_)) {
            return Ok(None);
        }
        Surroundings::find(self.ground, self.root, self.config, &analysed).map(Some)
    }

    /// Runs the engine over loaded files.
    pub(super) fn run(
        &self,
        loaded: &Loaded,
        wanted: &BTreeMap<String, Wanted>,
        around: &Around,
        surroundings: Option<&Surroundings<'_>>,
    ) -> Result<Examined> {
        if let Some(cause) = &around.external.missing {
            return Ok(blocked(cause, around, loaded));
        }
        let (counts, uncounted) = around.external.count(self.root);
        let mut budgets = around.budgets.clone();
        let (told, weighed) = around.external.weigh(self.root, &mut budgets);
        let beside = Beside { around, budgets: &budgets, counts: &counts };
        let Followed { output, mut notes, is_whole } = self.follow(&loaded.sources, beside, surroundings, false)?;
        notes.extend(around.external.notes.iter().cloned().chain(told));
        notes.extend(around.conformance.notes.iter().chain(&around.measured.notes).cloned());
        let mut findings = loaded.findings.clone();
        findings.extend(output.damaged.iter().map(|(path, lines)| integrity::damaged(path, lines)));
        let mut checks = output.checks;
        let minted = checks.iter_mut().flat_map(Check::findings_mut);
        measured::attach(&around.measured.measured, &around.facts.facts, &output.functions, minted);
        around.conformance.complete(&mut checks);
        checks.push(integrity_check(findings));
        for check in &mut checks {
            match (check.name, &uncounted, &weighed) {
                ("complexity", Some(cause), _) | ("bundle", _, Some(Outcome::Errored { cause, .. })) => {
                    error(check, cause);
                }
                ("bundle", _, Some(outcome)) => check.outcome = outcome.clone(),
                _ => {}
            }
        }
        around.external.leave_out(&mut checks);
        distrust(&mut checks, &loaded.errors);
        if self.scope == Scope::New {
            self.mark_new(&mut checks, (&loaded.sources, &output.functions), wanted, around)?;
        }
        let mut skipped = loaded.skipped.clone();
        for (reason, count) in output.skipped {
            *skipped.entry(reason).or_default() += count;
        }
        Ok(Examined {
            checks,
            timings: output.timings.into_iter().map(|(name, wall)| (name.to_owned(), wall)).collect(),
            functions: output.functions,
            parsed: output.examined,
            skipped,
            rules_run: output.rules_run,
            notes,
            partial: !is_whole,
        })
    }

    fn follow(
        &self,
        sources: &[Source],
        beside: Beside<'_>,
        surroundings: Option<&Surroundings<'_>>,
        base: bool,
    ) -> Result<Followed> {
        let key = || division::key(sources, self.rules, self.config, base);
        if let Division::Merged(merged) = self.division {
            let together = merged.find(&key())?;
            return Ok(Followed { output: together.output, notes: together.notes, is_whole: together.is_whole });
        }
        let followed = self.look(sources, beside, surroundings)?;
        if let Some(shard) = self.division.shard() {
            let own = shard.own(sources).len();
            shard.record(Recorded::of(key(), own, &followed.output, (&followed.notes, followed.is_whole)));
        }
        Ok(followed)
    }

    fn look(
        &self,
        sources: &[Source],
        beside: Beside<'_>,
        surroundings: Option<&Surroundings<'_>>,
    ) -> Result<Followed> {
        let Some(surroundings) = surroundings else {
            let output = self.engine(sources, beside, None);
            return Ok(Followed { output, notes: Vec::new(), is_whole: true });
        };
        // Shards are for changes that take long: what is left unread in one would be missing in the whole.
        let capped = self.caps != engine::Caps::NONE && self.division.is_whole();
        surroundings.with((&beside.around.facts.facts, self.config), capped, |repository| Followed {
            output: self.engine(sources, beside, Some(repository)),
            notes: repository.notes(),
            is_whole: repository.is_whole(),
        })
    }

    /// The files that this run looks at, and all of which it knows that somebody does.
    fn analysed<'s>(&self, sources: &'s [Source]) -> Analysed<'s> {
        let all = paths(sources);
        let own = self.division.shard().map_or_else(|| all.clone(), |shard| shard.own(sources));
        Analysed { all, own }
    }

    fn engine(
        &self,
        sources: &[Source],
        Beside { around, budgets, counts }: Beside<'_>,
        rest: Option<&Repository<'_>>,
    ) -> Output {
        let own = self.analysed(sources).own;
        let shard = self.division.shard();
        // With nothing of its own, a shard has nothing to say, and nothing to ask of the others' files.
        if own.is_empty() && shard.is_some_and(|shard| !shard.is_first()) {
            return Output::default();
        }
        let (mine, known) = (|path: &str| own.contains(path), |path: &str| rest?.known(path));
        engine::run(engine::Job {
            sources,
            part: shard.map(|shard| Part { mine: &mine, is_first: shard.is_first(), known: &known }),
            siblings: &around.siblings,
            rest: rest.map(|rest| rest as &dyn Rest),
            facts: &around.facts.facts,
            config: self.config,
            rules: self.rules,
            budgets,
            counts,
            documented: &around.conformance.documented,
            caps: self.caps,
        })
    }

    /// Marks what stands at the base too: it stays in the file and no longer blocks.
    fn mark_new(
        &self,
        checks: &mut [Check],
        (sources, functions): (&[Source], &[engine::FunctionMetrics]),
        wanted: &BTreeMap<String, Wanted>,
        around: &Around,
    ) -> Result<()> {
        let (Some(repo), Some(base)) = (&self.ground.repo, &self.ground.base) else {
            return Err(Error::input("`--scope new` needs a base to compare with, and there is none")
                .next("run it inside a repository and name the base with `--base`"));
        };
        let tree = repo.commit_tree(&base.commit)?;
        let (old_sources, new_names) = at_base(tree.as_ref(), sources, wanted);
        // What the change brings along is new by what it is.
        let budgets = Budgets { brought: Brought::default(), ..around.budgets.clone() };
        let counts = Counts::default();
        let beside = Beside { around, budgets: &budgets, counts: &counts };
        let old = self.analysed(&old_sources);
        let at_commit = || Surroundings::at_commit(repo, tree.as_ref(), &base.commit, (self.root, self.config), &old);
        let wanted = self.follows() && !matches!(self.division, Division::Merged(_));
        let surroundings = wanted.then(at_commit).transpose()?;
        let output = self.follow(&old_sources, beside, surroundings.as_ref(), true)?.output;
        let mut old: BTreeMap<(String, String), usize> = BTreeMap::new();
        for finding in output.checks.iter().flat_map(Check::findings) {
            let file = new_names.get(&finding.file).unwrap_or(&finding.file);
            *old.entry((file.clone(), finding.fingerprint.clone())).or_default() += 1;
        }
        for finding in checks.iter_mut().flat_map(Check::findings_mut) {
            finding.new = Some(!take(&mut old, finding));
            finding.blocking &= finding.new == Some(true);
            finding.evidence.extend(deltas::at_the_base(finding, functions, &output.functions, &new_names));
        }
        Ok(())
    }
}

/// What is told where a tool is required and not there: nothing ran.
fn blocked(cause: &str, around: &Around, loaded: &Loaded) -> Examined {
    let outcome = Outcome::Errored { cause: cause.to_owned(), partial: Vec::new() };
    let complexity = Check { name: "complexity", scope: CheckScope::File, outcome };
    Examined {
        checks: vec![complexity, integrity_check(loaded.findings.clone())],
        skipped: loaded.skipped.clone(),
        notes: around.external.notes.clone(),
        partial: true,
        ..Examined::default()
    }
}

/// Those files that a crate can be made of: for all others, nobody asks which crate they are in.
fn of_crates<'f>(files: &[&'f str]) -> Vec<&'f str> {
    let counts = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        Language::of_path(path) == Some(Language::Rust) || matches!(name, "Cargo.toml" | "Cargo.lock")
    };
    files.iter().copied().filter(counts).collect()
}

fn paths(sources: &[Source]) -> BTreeSet<&str> {
    sources.iter().map(|source| source.path.as_str()).collect()
}

/// Takes one old finding of this identity, where there is one left.
fn take(old: &mut BTreeMap<(String, String), usize>, finding: &Finding) -> bool {
    match old.get_mut(&(finding.file.clone(), finding.fingerprint.clone())) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

/// The same files as the base has them, under their names there; and from those names to today's.
fn at_base(
    tree: &dyn Tree,
    sources: &[Source],
    wanted: &BTreeMap<String, Wanted>,
) -> (Vec<Source>, BTreeMap<String, String>) {
    let (mut old, mut names) = (Vec::new(), BTreeMap::new());
    for source in sources {
        let name = wanted.get(&source.path).and_then(|want| want.old_path.as_ref()).unwrap_or(&source.path);
        let Entry::File(bytes) = tree.entry(name, 2 << 20) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        names.insert(name.clone(), source.path.clone());
        old.push(Source { path: name.clone(), text: text.into(), sha256: String::new(), changed: None });
    }
    old.sort_by(|a, b| a.path.cmp(&b.path));
    (old, names)
}

fn integrity_check(findings: Vec<Finding>) -> Check {
    Check { name: "integrity", scope: CheckScope::Project, outcome: Outcome::of(findings) }
}

/// Files that could not be looked at make the file-scoped checks `errored`: what they found is not all there is.
fn distrust(checks: &mut [Check], errors: &[String]) {
    if errors.is_empty() {
        return;
    }
    let cause = errors.join("; ");
    let mut anything = false;
    for check in checks.iter_mut().filter(|check| check.scope == CheckScope::File) {
        if !matches!(check.outcome, Outcome::Skipped { .. }) {
            error(check, &cause);
            anything = true;
        }
    }
    // Where no file-scoped check ran, the one about the files themselves says it.
    if !anything && let Some(check) = checks.iter_mut().find(|check| check.name == "integrity") {
        error(check, &cause);
    }
}

/// Makes a check `errored`, keeping what it had found and what it already said.
pub(super) fn error(check: &mut Check, cause: &str) {
    let partial = check.findings().to_vec();
    let cause = match &check.outcome {
        Outcome::Errored { cause: known, .. } => format!("{known}; {cause}"),
        _ => cause.to_owned(),
    };
    check.outcome = Outcome::Errored { cause, partial };
}

/// Where the facts of a repository are remembered: in the user's cache folder, which no change can write to.
fn facts_file(cache: &Path, root: &Path) -> std::path::PathBuf {
    let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    cache.join("facts").join(format!("{}.json", &name[..32]))
}

/// Loads what is wanted from the ground's tree.
pub(super) fn load(ground: &Ground, wanted: &BTreeMap<String, Wanted>, config: &Config) -> Result<Loaded> {
    sources::load(ground, wanted, config)
}

/// Why a check is `errored`, if it is.
pub(super) fn cause(check: &Check) -> Option<String> {
    match &check.outcome {
        Outcome::Errored { cause, .. } => Some(cause.clone()),
        _ => None,
    }
}
