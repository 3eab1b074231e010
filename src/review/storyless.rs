//! The analysis without a story: the same engine and rubric over changed files, or over given files and folders whole.
//! No report, no row, nothing written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::engine::{Caps, FunctionMetrics};
use crate::error::{Error, Result};
use crate::model::check::{Check, Outcome};
use crate::rules;
use crate::world::files;
use crate::world::tree::{Disk, Tree};

use super::analysis::nothing_examined;
use super::examine::{self, Examination, Examined};
use super::finalize::provenance;
use super::ground::Ground;
use super::sources::{Loaded, Wanted};
use super::{Baselined, CheckJob, Checked, Scope, Target, exempt, own_files, results, story_gate, verdict};

/// Runs the check.
pub(super) fn run(job: &CheckJob) -> Result<Checked> {
    let (ground, wanted) = subject(job)?;
    let (loaded, mut examined) = examine(job, &ground, &wanted, false)?;
    let mut notes = examination(job, &ground).exempt(&loaded, &wanted, &mut examined)?;
    notes.extend(examined.notes.iter().cloned());
    match (wanted.is_empty(), job.paths.is_empty()) {
        (true, true) => notes.push(format!("nothing changed since the base ({})", ground.base_how())),
        (_, true) => notes.extend(nothing_examined(&examined, "changed")),
        (_, false) => notes.extend(nothing_examined(&examined, "was given")),
    }
    // Of a range of commits the caller says it: there is nothing beside what is committed.
    if job.paths.is_empty() && ground.base_is_head() && matches!(job.target, Target::WorkTree { .. }) {
        notes.push("the base is the head itself: only what is not committed counts as changed".to_owned());
    }
    let verdict = verdict::resolve(&examined.checks, false);
    let changes = ground.changes.as_deref().unwrap_or_default();
    let head = ground.head_with_dirt(&foreign(changes, job));
    let mut provenance = provenance(&ground, &job.config, &examined, head);
    verdict.name().clone_into(&mut provenance.verdict);
    provenance.notes.clone_from(&notes);
    let here = Here::of(job);
    here.relate(&mut examined.checks);
    let texts = loaded.sources.into_iter().map(|source| (here.shown(&source.path), source.text)).collect();
    let (checks, timings) = (examined.checks, examined.timings);
    Ok(Checked { verdict, checks, timings, provenance, notes, texts })
}

/// Complexity of every function in the given files and folders; with what could not be counted, a sentence each.
pub(super) fn metrics(job: &CheckJob) -> Result<(Vec<FunctionMetrics>, Vec<String>)> {
    let (ground, wanted) = subject(job)?;
    let (_, examined) = examine(job, &ground, &wanted, true)?;
    let causes: BTreeSet<String> = examined.checks.iter().filter_map(examine::cause).collect();
    let mut functions = examined.functions;
    let here = Here::of(job);
    for function in &mut functions {
        function.file = here.shown(&function.file);
    }
    functions.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    Ok((functions, causes.into_iter().collect()))
}

/// Writes the baseline anew from the given files and folders: fixed findings are dropped from it; others are added at the
/// first time and where somebody says so.
pub(super) fn baseline(job: &CheckJob, accept: bool) -> Result<Baselined> {
    let (ground, wanted) = subject(job)?;
    let (loaded, mut examined) = examine(job, &ground, &wanted, false)?;
    examination(job, &ground).exempt_beside(None, &loaded, &wanted, &mut examined)?;
    if let Some(cause) = examined.checks.iter().find_map(examine::cause) {
        return Err(Error::blocked(format!(
            "no baseline is written, since not everything could be looked at: {cause}"
        ))
        .next("correct that, or exclude what is not meant to be analysed (`exclude` in perf-gate.toml)"));
    }
    let found = exempt::collect(&examined.checks);
    let old = exempt::read_baseline(ground.tree.as_ref(), &job.config)?;
    let mut known = old.clone().unwrap_or_default();
    let exists = |file: &str| files::exists(&job.root.join(file));
    known.follow_renames(&found, &exists);
    let skipped: BTreeSet<&str> =
        examined.checks.iter().filter(|c| matches!(c.outcome, Outcome::Skipped { .. })).map(|c| c.name).collect();
    let ran = |rule: &str| rules::find(rule).is_none_or(|rule| !skipped.contains(rule.check));
    let judged = |file: &str, rule: &str| !exists(file) || (wanted.contains_key(file) && ran(rule));
    let shrunk = known.shrunk(&found, &judged);
    let grows = accept || old.is_none();
    let new = if grows { known.replaced(&found, &judged) } else { shrunk.clone() };
    // A baseline that knows nothing is worth a file only where there was one.
    let wanted_there = old.is_some() || new.total() > 0;
    Ok(Baselined {
        file: job.config.baseline_file().to_owned(),
        total: new.total(),
        dropped: known.total() - shrunk.total(),
        added: new.beyond(&shrunk),
        left_out: if grows { 0 } else { found.beyond(&shrunk) },
        written: wanted_there && exempt::write_baseline(&job.root, &job.config, &new)?,
    })
}

fn examination<'a>(job: &'a CheckJob, ground: &'a Ground) -> Examination<'a> {
    // Whole folders that somebody asked for take the time they take.
    let caps = if job.paths.is_empty() { Caps::REVIEW } else { Caps::NONE };
    let (config, rules, scope) = (&job.config, &job.rules, job.scope);
    let division = &job.division;
    Examination { root: &job.root, ground, config, rules, scope, caps, division, stack: None, told: None }
}

/// Looks at the wanted files; `functions` says whether their metrics are asked for.
fn examine(
    job: &CheckJob,
    ground: &Ground,
    wanted: &BTreeMap<String, Wanted>,
    functions: bool,
) -> Result<(Loaded, Examined)> {
    let examination = examination(job, ground);
    let loaded = examine::load(ground, wanted, &job.config)?;
    let around = examination.around(&loaded, wanted)?;
    let surroundings = examination.surroundings(&loaded)?;
    let uncapped = examination.caps == Caps::NONE;
    let place = results::place(job, ground, wanted, &loaded, (&around, surroundings.as_ref()), uncapped);
    if let Some(known) = place.as_ref().and_then(|place| results::read(place, functions)) {
        return Ok((loaded, known));
    }
    let examined = examination.run(&loaded, wanted, &around, surroundings.as_ref())?;
    if let Some(place) = &place {
        results::store(place, &examined);
    }
    Ok((loaded, examined))
}

/// What is looked at: the changes since the base, or the given files and folders whole.
fn subject(job: &CheckJob) -> Result<(Ground, BTreeMap<String, Wanted>)> {
    if !job.paths.is_empty() {
        let ground = whole_files(job)?;
        let wanted = given(job, ground.tree.as_ref())?;
        return Ok((ground, wanted));
    }
    let ground = Ground::find(&job.root, &job.target, &job.config)?.under(job.policy.as_deref())?;
    let Some(changes) = &ground.changes else {
        let why = if ground.repo.is_some() { "no base was found" } else { "there is no git repository here" };
        return Err(Error::input(format!("the changes cannot be told: {why}"))
            .next("give the files and folders to check, or name the base with `--base`"));
    };
    let wanted = story_gate::from_changes(&foreign(changes, job));
    Ok((ground, wanted))
}

/// Given paths need no diff: a base is looked for only where somebody asks to compare with one.
fn whole_files(job: &CheckJob) -> Result<Ground> {
    let asked = job.scope == Scope::New || !matches!(&job.target, Target::WorkTree { base: None });
    let ground =
        if asked { Ground::find(&job.root, &job.target, &job.config) } else { Ground::without_base(&job.root) };
    ground?.under(job.policy.as_deref())
}

fn foreign(changes: &[crate::world::git::Change], job: &CheckJob) -> Vec<crate::world::git::Change> {
    let own = |path: &str| own_files::is_own(path, &job.config, None);
    changes.iter().filter(|change| !own(&change.path)).cloned().collect()
}

/// The given files, and the files below the given folders.
fn given(job: &CheckJob, tree: &dyn Tree) -> Result<BTreeMap<String, Wanted>> {
    let mut wanted = BTreeMap::new();
    for path in &job.paths {
        // Nobody changed anything here: the files are asked for as they are.
        let named = || Wanted { changed: Some(Vec::new()), ..Wanted::default() };
        // What somebody names is looked at where it lies, also through a link.
        let full = files::canonical(&job.cwd.join(path)).ok_or_else(|| missing(path))?;
        let inside = relative(&job.root, &full).ok_or_else(|| missing(path))?;
        match files::kind(&full) {
            None => return Err(missing(path)),
            Some(files::Kind::Folder) => {
                // The whole tree is walked once for everybody who asks.
                let below = if inside.is_empty() { tree.files()? } else { Disk::new(&full)?.files()? };
                let join = |name: String| if inside.is_empty() { name } else { format!("{inside}/{name}") };
                wanted.extend(below.into_iter().map(|name| (join(name), named())));
            }
            Some(_) => {
                wanted.insert(inside, Wanted { listed: true, ..named() });
            }
        }
    }
    Ok(wanted)
}

fn missing(path: &Path) -> Error {
    let shown = crate::report::escape::terminal(&path.to_string_lossy());
    Error::input(format!("there is no file or folder `{shown}`")).next("give paths relative to the current folder")
}

/// A real path relative to the root, with `/`.
fn relative(root: &Path, full: &Path) -> Option<String> {
    Some(full.strip_prefix(files::canonical(root)?).ok()?.to_str()?.to_owned())
}

/// Where the command was called, and the root: findings are told from there.
struct Here {
    cwd: PathBuf,
    root: PathBuf,
}

impl Here {
    fn of(job: &CheckJob) -> Here {
        let real = |path: &Path| files::canonical(path).unwrap_or_else(|| path.to_path_buf());
        Here { cwd: real(&job.cwd), root: real(&job.root) }
    }

    fn shown(&self, path: &str) -> String {
        from_to(&self.cwd, &self.root.join(path)).to_string_lossy().into_owned()
    }

    fn relate(&self, checks: &mut [Check]) {
        for finding in checks.iter_mut().flat_map(Check::findings_mut) {
            finding.file = self.shown(&finding.file);
            for step in &mut finding.evidence {
                step.file = self.shown(&step.file);
            }
        }
    }
}

/// The way from a folder to a file, both absolute and without links.
fn from_to(folder: &Path, file: &Path) -> PathBuf {
    let common = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| std::path::Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_where_the_command_was_called() {
        let way = |from: &str, to: &str| from_to(Path::new(from), Path::new(to)).to_string_lossy().into_owned();
        assert_eq!(way("/r", "/r/src/a.rs"), "src/a.rs");
        assert_eq!(way("/r/src", "/r/src/a.rs"), "a.rs");
        assert_eq!(way("/r/src/x", "/r/tests/a.rs"), "../../tests/a.rs");
    }
}
