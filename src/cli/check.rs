//! `cargo perf-gate check [PATHS…]`.

use std::path::PathBuf;

use clap::ValueEnum as _;

use crate::engine::Selection;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{json, text};
use crate::review::division::Division;
use crate::review::part::{Run, Subject};
use crate::review::{self, CheckJob, Checked, Parted, Provenance, Target, config_hash};
use crate::world::files;

use super::format::{self, Format};
use super::merge::{Shown, agree};
use super::place::Place;
use super::print;
use super::review::Scope;
use super::shard::{Begun, Sharding};

/// Analyse without a story: the changes since the base, or the given files and folders whole.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input. \
    With --shard: 0 the part is written, 2 it is written and says that something could not run.")]
pub(super) struct Args {
    /// Files and folders; none: the changes since the base.
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Which rules run: all, review, a group or a rule's id.
    #[arg(long, value_name = "RULES", default_value = "review")]
    rules: String,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Branch or revision that changes are counted from.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Which findings count.
    #[arg(long, value_enum, default_value_t = Scope::File)]
    scope: Scope,
    /// Configuration file to use in place of the repository's.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    shard: Sharding,
    /// Commit whose policy counts, in place of the change's own: configuration, suppressions, waivers, baseline, exclusions.
    #[arg(long, value_name = "REV", conflicts_with = "config")]
    policy_from: Option<String>,
    /// Run no external tool: the checkout is somebody's whom nobody vouched for.
    #[arg(long)]
    untrusted: bool,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let rules = selection(&args.rules)?;
    let mut place = Place::around(&args.paths, args.config.as_deref(), args.policy_from.as_deref())?;
    place.vouched_for(!args.untrusted);
    if let Some(begun) = args.shard.begin((args.format != Format::Text).then_some("--format"))? {
        return part(args, place, rules, begun);
    }
    let (cwd, paths) = told_from(&place, args.paths, args.format);
    let job = CheckJob {
        root: place.root,
        cwd,
        target: Target::WorkTree { base: args.base },
        paths,
        scope: args.scope.into(),
        rules,
        division: Division::Whole,
        policy: place.policy,
        config: place.config,
    };
    let progress = print::Progress::start("checking");
    let checked = review::check(&job)?;
    drop(progress);
    show(&checked, args.format)?;
    Ok(checked.verdict.into())
}

/// A shard's part of a check.
fn part(args: Args, place: Place, rules: Selection, begun: Begun) -> Result<Exit> {
    let root = files::canonical(&place.root).unwrap_or_else(|| place.root.clone());
    // What does not exist stays as it was typed: the error names it.
    let from_root = |path: &PathBuf| {
        let full = files::canonical(&place.cwd.join(path))?;
        Some(full.strip_prefix(&root).ok()?.to_string_lossy().into_owned())
    };
    let named: Vec<String> =
        args.paths.iter().map(|path| from_root(path).unwrap_or_else(|| path.to_string_lossy().into_owned())).collect();
    let scope = args.scope.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let (base, policy) = (args.base.clone(), place.policy.clone());
    let subject = Subject::Check { paths: named, base, scope, rules: args.rules, policy };
    let hash = config_hash(&place.config);
    let checked = review::check(&CheckJob {
        root: place.root,
        cwd: place.cwd,
        target: Target::WorkTree { base: args.base },
        paths: args.paths,
        scope: args.scope.into(),
        rules,
        division: begun.division(),
        policy: place.policy,
        config: place.config,
    })?;
    let run = Run::new(begun.of(), subject, hash, commits(&checked));
    begun.finish(run, &Parted::of(&checked.checks, checked.notes.clone()))
}

/// Base and head of a check; a working tree that differs from its head is known by the contents of its files.
fn commits(checked: &Checked) -> (String, String) {
    let Provenance { base, head, .. } = &checked.provenance;
    (base.clone(), head.trim_end_matches('+').to_owned())
}

/// The result over all parts of a check.
pub(super) fn merged(run: &Run, division: Division, shown: &Shown<'_>) -> Result<Exit> {
    let Subject::Check { paths, base, scope, rules, policy } = &run.subject else {
        return Err(Error::internal("parts of another command were merged as parts of `check`"));
    };
    let scope = <Scope as clap::ValueEnum>::from_str(scope, false)
        .map_err(|_| Error::input("the parts name a scope that there is not"))?;
    if shown.config.is_some() && policy.is_some() {
        return Err(Error::usage("`--config` does not go together with parts of `--policy-from`").next("leave it out"));
    }
    let place = Place::here(shown.config, policy.as_deref())?;
    agree(run, &config_hash(&place.config), (&run.base, &run.head))?;
    let job = CheckJob {
        cwd: if shown.format.is_from_root() { place.root.clone() } else { place.cwd },
        target: Target::WorkTree { base: base.clone() },
        paths: paths.iter().map(|path| place.root.join(path)).collect(),
        root: place.root,
        scope: scope.into(),
        rules: selection(rules)?,
        division,
        policy: place.policy,
        config: place.config,
    };
    let checked = review::check(&job)?;
    let (base, head) = commits(&checked);
    agree(run, &run.config_hash, (&base, &head))?;
    shown.outputs.write_checked(&checked)?;
    show(&checked, shown.format)?;
    Ok(checked.verdict.into())
}

/// Which rules a word names; a word that names none is wrong usage.
fn selection(word: &str) -> Result<Selection> {
    match word {
        "all" => return Ok(Selection::All),
        "review" => return Ok(Selection::Review),
        _ => {}
    }
    if super::rules::is_rule(word) {
        Ok(Selection::Rule(word.to_owned()))
    } else if super::rules::is_group(word) {
        Ok(Selection::Group(word.to_owned()))
    } else {
        Err(Error::usage(format!("`--rules {}` names no rule", crate::report::escape::terminal(word)))
            .next("`cargo perf-gate rules` lists them; `all` and `review` name sets"))
    }
}

/// The folder that findings are told from, and the paths as they are reached from there.
fn told_from(place: &Place, paths: Vec<PathBuf>, format: Format) -> (PathBuf, Vec<PathBuf>) {
    if !format.is_from_root() {
        return (place.cwd.clone(), paths);
    }
    // What does not exist stays as it was typed: the error names it.
    let reached = |path: PathBuf| files::canonical(&place.cwd.join(&path)).unwrap_or(path);
    (place.root.clone(), paths.into_iter().map(reached).collect())
}

/// Prints a check. In all formats but text, nothing else is on stdout, and what could not run is told on stderr too.
pub(super) fn show(checked: &Checked, format: Format) -> Result<()> {
    match format {
        Format::Text => print::text(&rendered(checked)),
        Format::Json => {
            for (check, ending) in checked.provenance.checks.iter().filter(|(_, ending)| ending.starts_with("errored"))
            {
                anstream::eprintln!("error: check {check} {}", crate::report::escape::terminal(ending));
            }
            print::raw(&json::check(&checked.checks, &checked.provenance).map_err(Error::internal)?)
        }
        _ => format.print(&format::of_one(format::of_check(checked), &format::about_rules())),
    }
}

/// A check as people read it.
pub(super) fn rendered(checked: &Checked) -> String {
    text::render(text::View {
        checks: &checked.checks,
        judged: None,
        verdict: checked.verdict,
        provenance: &checked.provenance,
        gate: None,
        notes: &checked.notes,
        source: &|path| checked.texts.get(path).map(AsRef::as_ref),
    })
}
