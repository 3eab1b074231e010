//! `cargo perf-gate check [PATHS…]`.

use std::path::PathBuf;

use crate::engine::Selection;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{json, text};
use crate::review::{self, CheckJob, Checked, Target};
use crate::world::files;

use super::format::{self, Format};
use super::place::Place;
use super::print;
use super::review::Scope;

/// Analyse without a story: the changes since the base, or the given files and folders whole.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input.")]
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
    /// Commit whose policy counts, in place of the change's own: configuration, suppressions, waivers, baseline, exclusions.
    #[arg(long, value_name = "REV", conflicts_with = "config")]
    policy_from: Option<String>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let rules = selection(&args.rules)?;
    let place = Place::around(&args.paths, args.config.as_deref(), args.policy_from.as_deref())?;
    let (cwd, paths) = told_from(&place, args.paths, args.format);
    let job = CheckJob {
        root: place.root,
        cwd,
        target: Target::WorkTree { base: args.base },
        paths,
        scope: args.scope.into(),
        rules,
        policy: place.policy,
        config: place.config,
    };
    let progress = print::Progress::start("checking");
    let checked = review::check(&job)?;
    drop(progress);
    show(&checked, args.format)?;
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
