//! `cargo perf-gate review <STORY_KEY>`.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{json, text};
use crate::review::{self, Job, JudgedBy, Reviewed, Target};

use super::format::{self, Format};
use super::place::Place;
use super::print;

/// Review a story: verdict, report and Review Gate row.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
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
    /// Do one step only: `evidence` writes the evidence and the prompt for a judge, `persist` takes what the judge made of it,
    /// writes the report and updates the row.
    #[arg(long, value_enum, requires_if("persist", "payload"))]
    stage: Option<Stage>,
    /// For `--stage persist`: the judge's findings (JSON) or rendered report (Markdown), checked before they are believed.
    #[arg(long, value_name = "FILE", requires = "stage", conflicts_with = "llm_findings")]
    payload: Option<PathBuf>,
    /// Ask the configured judge again, also where its answer to the same prompt is known.
    #[arg(long)]
    fresh_judgment: bool,
}

/// One step of a review that somebody else judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Stage {
    /// Write evidence and prompt.
    Evidence,
    /// Take the answer, write report and row.
    Persist,
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
    if args.stage == Some(Stage::Evidence) && (args.payload.is_some() || args.dry_run || args.llm_findings.is_some()) {
        return Err(Error::usage("the stage `evidence` takes no findings, and is all about what it writes")
            .next("hand findings in with `--stage persist --payload FILE`"));
    }
    if args.stage == Some(Stage::Evidence) && !matches!(args.format, Format::Text | Format::Json) {
        return Err(Error::usage("the stage `evidence` prints `--format text` or `json`"));
    }
    let place = Place::here(args.config.as_deref(), args.policy_from.as_deref())?;
    let judged_by = match (&args.stage, &args.payload, &args.llm_findings) {
        (Some(Stage::Evidence), ..) => JudgedBy::Payload(PathBuf::new()),
        (Some(Stage::Persist), Some(file), _) => JudgedBy::Payload(place.cwd.join(file)),
        (_, _, Some(file)) => JudgedBy::Findings(place.cwd.join(file)),
        _ => JudgedBy::Configured,
    };
    let job = Job {
        scope: args.scope.into(),
        dry_run: args.dry_run,
        no_cache: args.no_cache,
        judged_by,
        fresh_judgment: args.fresh_judgment,
        ..job(place, key, args.base, args.stack, args.untrusted)?
    };
    if args.stage == Some(Stage::Evidence) {
        return evidence(&job, args.format);
    }
    let progress = print::Progress::start("reviewing");
    let reviewed = review::run(&job)?;
    drop(progress);
    show(job.key.as_str(), &reviewed, args.format, job.dry_run)?;
    Ok(reviewed.verdict.into())
}

/// A review of the working tree, with nothing else asked for.
pub(super) fn job(
    mut place: Place,
    key: &str,
    base: Option<String>,
    stack: Option<String>,
    is_untrusted: bool,
) -> Result<Job> {
    place.vouched_for(!is_untrusted);
    let key = place.config.story.parse(key)?.ok_or_else(|| {
        Error::usage(format!("`{}` is no story key", crate::report::escape::terminal(key))).next(format!(
            "a key matches `{}`; `story.pattern` in perf-gate.toml changes that",
            place.config.story.pattern
        ))
    })?;
    Ok(Job {
        key,
        root: place.root,
        target: Target::WorkTree { base },
        scope: review::Scope::File,
        stack,
        judged_by: JudgedBy::Configured,
        fresh_judgment: false,
        dry_run: false,
        no_cache: false,
        division: crate::review::division::Division::Whole,
        policy: place.policy,
        config: place.config,
    })
}

/// The first step of a review that somebody else judges.
fn evidence(job: &Job, format: Format) -> Result<Exit> {
    let prepared = review::prepare(job)?;
    if format == Format::Json {
        print::raw(&json::pretty(&prepared).map_err(Error::internal)?)?;
        return Ok(Exit::Ok);
    }
    let mut out = String::new();
    for note in &prepared.notes {
        let _ = writeln!(out, "note: {}", crate::report::escape::terminal(note));
    }
    for (what, path) in [
        ("evidence", &prepared.analysis_results),
        ("told to the judge", &prepared.system_prompt),
        ("shown to the judge", &prepared.prompt),
        ("form of the answer", &prepared.answer_schema),
    ] {
        let _ = writeln!(out, "{what}: {}", crate::report::escape::terminal(path));
    }
    let _ = writeln!(out, "prompt_hash: {}", prepared.prompt_hash);
    let _ = writeln!(out, "next: cargo perf-gate review {} --stage persist --payload FILE", job.key);
    print::text(&out)?;
    Ok(Exit::Ok)
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
