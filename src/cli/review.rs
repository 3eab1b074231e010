//! `cargo perf-gate review <STORY_KEY>`.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{json, text};
use crate::review::{self, Job, Reviewed, Target};

use super::format::{self, Format};
use super::place::Place;
use super::print;

/// Review a story: verdict, report and Review Gate row.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input.")]
pub(super) struct Args {
    /// The story's key, such as E12-S004.
    #[arg(value_name = "STORY_KEY")]
    key: Option<String>,
    /// Branch or revision that changes are counted from.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Stack key, where detection is wrong.
    #[arg(long)]
    stack: Option<String>,
    /// Which findings count.
    #[arg(long, value_enum, default_value_t = Scope::File)]
    scope: Scope,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Neither read nor write the result cache.
    #[arg(long)]
    no_cache: bool,
    /// Configuration file to use in place of the repository's.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Commit whose policy counts, in place of the change's own: configuration, suppressions, waivers, baseline, exclusions.
    #[arg(long, value_name = "REV", conflicts_with = "config")]
    policy_from: Option<String>,
    /// Run no external tool: the checkout is somebody's whom nobody vouched for.
    #[arg(long)]
    untrusted: bool,
    /// Write nothing; show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Findings of a judge from outside, checked before they are believed.
    #[arg(long, value_name = "FILE")]
    llm_findings: Option<PathBuf>,
}

/// Which findings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Scope {
    /// All findings in the files.
    File,
    /// Only those that are absent at the base.
    New,
}

impl From<Scope> for review::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::File => review::Scope::File,
            Scope::New => review::Scope::New,
        }
    }
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let Some(key) = &args.key else {
        anstream::eprintln!("usage: cargo perf-gate review <STORY_KEY>");
        return Ok(Exit::Usage);
    };
    let mut place = Place::here(args.config.as_deref(), args.policy_from.as_deref())?;
    place.vouched_for(!args.untrusted);
    let key = place.config.story.parse(key)?.ok_or_else(|| {
        Error::usage(format!("`{}` is no story key", crate::report::escape::terminal(key))).next(format!(
            "a key matches `{}`; `story.pattern` in perf-gate.toml changes that",
            place.config.story.pattern
        ))
    })?;
    let job = Job {
        key,
        root: place.root,
        target: Target::WorkTree { base: args.base },
        scope: args.scope.into(),
        stack: args.stack,
        llm_findings: args.llm_findings.map(|file| place.cwd.join(file)),
        dry_run: args.dry_run,
        no_cache: args.no_cache,
        division: crate::review::division::Division::Whole,
        policy: place.policy,
        config: place.config,
    };
    let progress = print::Progress::start("reviewing");
    let reviewed = review::run(&job)?;
    drop(progress);
    show(job.key.as_str(), &reviewed, args.format, job.dry_run)?;
    Ok(reviewed.verdict.into())
}

/// Prints a review. In all formats but text, nothing else is on stdout.
pub(super) fn show(key: &str, reviewed: &Reviewed, format: Format, dry_run: bool) -> Result<()> {
    match format {
        Format::Text => print::text(&rendered(reviewed, dry_run)),
        Format::Json => print::raw(&json::review(&reviewed.analysis_json, reviewed.verdict).map_err(Error::internal)?),
        _ => format.print(&format::of_one(format::of_review(Some(key), reviewed), &format::about_rules())),
    }
}

/// A review as people read it.
pub(super) fn rendered(reviewed: &Reviewed, dry_run: bool) -> String {
    let mut out = text::render(text::View {
        checks: &reviewed.checks,
        judged: Some(&reviewed.judgment),
        verdict: reviewed.verdict,
        provenance: &reviewed.provenance,
        gate: reviewed.gate.as_deref(),
        notes: &reviewed.notes,
        source: &|path| reviewed.texts.get(path).map(AsRef::as_ref),
    });
    if let Some(diff) = &reviewed.diff {
        out.push_str(&text::diff(diff));
    }
    let state = |path: &&str| path.starts_with(&reviewed.state);
    let shown: Vec<&str> = reviewed.written.iter().map(String::as_str).filter(|path| !state(path)).collect();
    out.push_str(&text::written(&shown, &reviewed.report, dry_run));
    if !dry_run && shown.len() > usize::from(shown.contains(&reviewed.report.as_str())) {
        out.push_str("hint: the sprint status may be out of date: sprint-status.yaml is not written by this command\n");
    }
    out
}
