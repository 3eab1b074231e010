//! `cargo perf-gate gate`: reads and writes the Review Gate table of a story (contracts 3).

use std::path::{Path, PathBuf};

use super::print;
use super::project::{Project, key};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::story_key::StoryKey;
use crate::model::verdict::GateVerdict;
use crate::review::lock;
use crate::story::gate_table::{self, Composite, ROWS};
use crate::story::locate::Story;
use crate::story::visible;
use crate::world::files::{self, Kind};

/// What the Report cell holds where there is no report.
const NO_REPORT: &str = "—";

/// Reads or updates the Review Gate table of a story.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Sets the Status and Report cells of one row and changes no other byte of the story.
    Update(Update),
    /// Exits 0 only if all six gates are PASSED, else 1 with the others on standard error.
    Check(Which),
    /// Prints the six verdicts as one JSON object.
    Status(Which),
    /// Prints the six rows and what they come to: COMPLETE exits 0, BLOCKED 1, PENDING 2.
    #[command(alias = "review-gate-check")]
    Composite(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Key of the story, such as E12-S004.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    story: String,
    /// Folder of the project; the repository around the current folder by default.
    #[arg(long, value_name = "DIR")]
    project_root: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Update {
    #[command(flatten)]
    which: Which,
    /// Row to change: Code Review, QA Tests, Security Review, Test Automation, Test Review or Performance Review.
    #[arg(long, value_name = "NAME")]
    gate: String,
    /// UNVERIFIED, PASSED or FAILED.
    #[arg(long, value_name = "VERDICT")]
    verdict: String,
    /// Report that the row points to; the locked path by default, for Performance Review.
    #[arg(long, value_name = "PATH", conflicts_with = "no_report")]
    report: Option<PathBuf>,
    /// Why there is no report; the Report cell then holds a dash.
    #[arg(long, value_name = "REASON")]
    no_report: Option<String>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    match args.command {
        Command::Update(update) => run_update(&update),
        Command::Check(which) => Ok(check(&read(&which)?)),
        Command::Status(which) => status(&read(&which)?),
        Command::Composite(which) => composite(&read(&which)?),
    }
}

/// A story's table as it stands on disk.
struct Gates {
    key: StoryKey,
    story: Story,
    verdicts: [GateVerdict; 6],
}

fn read(which: &Which) -> Result<Gates> {
    let key = key(&which.story, "--story")?;
    let project = Project::open(which.project_root.as_deref())?;
    let story = project.story(&key)?;
    let verdicts = gate_table::read(&story.text).map_err(|why| bad_table(&story, &why))?;
    Ok(Gates { key, story, verdicts })
}

fn bad_table(story: &Story, why: &str) -> Error {
    Error::input(format!("{}: {why}", visible(&story.path)))
}

fn check(gates: &Gates) -> Exit {
    let open = ROWS.into_iter().zip(gates.verdicts).filter(|(_, verdict)| *verdict != GateVerdict::Passed);
    let mut exit = Exit::Ok;
    for (name, verdict) in open {
        anstream::eprintln!("{name}: {verdict}");
        exit = Exit::Changes;
    }
    exit
}

fn status(gates: &Gates) -> Result<Exit> {
    let rows = ROWS.into_iter().zip(gates.verdicts).map(|(name, verdict)| (name.to_owned(), verdict.name().into()));
    let rows: serde_json::Map<String, serde_json::Value> = rows.collect();
    print::raw(&format!("{}\n", serde_json::json!({ "story": gates.key.as_str(), "gates": rows })))?;
    Ok(Exit::Ok)
}

fn composite(gates: &Gates) -> Result<Exit> {
    let mut lines = vec![
        format!("| {:<18} | {:<10} | Report", "Review", "Status"),
        format!("|-{:-<18}-|-{:-<10}-|-------", "", ""),
    ];
    for (name, verdict) in ROWS.into_iter().zip(gates.verdicts) {
        let report = gate_table::report(&gates.story.text, name).map_err(|why| bad_table(&gates.story, &why))?;
        let report = visible(&report).replace('|', "\\|");
        lines.push(format!("| {name:<18} | {:<10} | {report}", verdict.name()));
    }
    let (word, title, names, exit) = match gate_table::composite(&gates.verdicts) {
        Composite::Complete => ("COMPLETE", None, Vec::new(), Exit::Ok),
        Composite::Blocked(names) => ("BLOCKED", Some("Blocking gates:"), names, Exit::Changes),
        Composite::Pending(names) => ("PENDING", Some("Pending gates:"), names, Exit::Blocked),
    };
    lines.push(format!("\nReview Gate: {word}"));
    lines.extend(title.map(str::to_owned));
    lines.extend(names.into_iter().map(|name| format!("  - {name}")));
    print::raw(&(lines.join("\n") + "\n"))?;
    Ok(exit)
}

fn run_update(update: &Update) -> Result<Exit> {
    let key = key(&update.which.story, "--story")?;
    let gate = ROWS.into_iter().find(|row| *row == update.gate).ok_or_else(|| {
        Error::usage(format!("--gate `{}` is no gate", visible(&update.gate)))
            .next(format!("the gates are, letter by letter: {}", ROWS.join(", ")))
    })?;
    let verdict = GateVerdict::parse(&update.verdict).ok_or_else(|| {
        Error::usage(format!("--verdict `{}` is no verdict", visible(&update.verdict)))
            .next("a verdict is UNVERIFIED, PASSED or FAILED")
    })?;
    if update.no_report.as_deref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Error::usage("--no-report needs a reason").next("say in a few words why there is no report"));
    }
    let project = Project::open(update.which.project_root.as_deref())?;
    // Before the lock, so that a story that does not exist leaves no trace.
    let seen = project.story(&key)?;
    let _locks = lock::story(&project.root, &project.config, &key, &seen)?;
    let story = project.story(&key)?;
    let cell = report_cell(&project, &story, gate, verdict, update)?;
    let changed = gate_table::update(&story.text, gate, verdict, &cell).map_err(|why| bad_table(&story, &why))?;
    if changed != story.text {
        files::write_atomic(&files::inside(&project.root, &story.path)?, changed.as_bytes())?;
    }
    let reason = update.no_report.as_deref().map(|reason| format!(" (no report: {})", visible(reason)));
    print::raw(&format!("{key}: {gate} is {verdict}, report {}{}\n", visible(&cell), reason.unwrap_or_default()))?;
    anstream::eprintln!(
        "hint: the sprint status may be out of date: sprint-status.yaml is not written by this command"
    );
    Ok(Exit::Ok)
}

/// What the Report cell will hold. A verdict other than UNVERIFIED needs the report on disk, or a reason why not.
fn report_cell(project: &Project, story: &Story, gate: &str, verdict: GateVerdict, update: &Update) -> Result<String> {
    if update.no_report.is_some() {
        return Ok(NO_REPORT.to_owned());
    }
    let must_exist = verdict != GateVerdict::Unverified;
    let path = match &update.report {
        Some(given) => inside(project, given)?,
        None if gate == "Performance Review" && must_exist => story.report.clone(),
        None if must_exist => {
            return Err(Error::input(format!("{gate} cannot be {verdict} without a report"))
                .next("name it with --report PATH, or say why there is none with --no-report REASON"));
        }
        None => return Ok(NO_REPORT.to_owned()),
    };
    let on_disk = || files::canonical(&project.root.join(&path)).filter(|real| real.starts_with(&project.root));
    let is_file = || on_disk().is_some_and(|real| matches!(files::kind(&real), Some(Kind::File(_))));
    if must_exist && !is_file() {
        return Err(Error::input(format!("{gate} cannot be {verdict}: the report {} is absent", visible(&path)))
            .next("write the report first, or say why there is none with --no-report REASON"));
    }
    Ok(path)
}

/// A report's path relative to the root: as given from the current folder, else from the root.
fn inside(project: &Project, given: &Path) -> Result<String> {
    let from_here = project.relative(&project.absolute(given));
    let from_root = || project.relative(&project.root.join(given));
    let found = |path: &String| files::exists(&project.root.join(path));
    let path = match from_here.filter(found) {
        Some(path) => Some(path),
        None => from_root(),
    };
    path.filter(|path| !path.chars().any(char::is_control)).ok_or_else(|| {
        Error::input(format!("--report {} lies outside of the repository", visible(&given.display().to_string())))
            .next("name a file inside the repository")
    })
}
