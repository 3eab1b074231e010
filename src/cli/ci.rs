//! `cargo perf-gate ci`: the gate as a required check.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::config::{Config, Resolved};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::hook::event::{self, Event, Plan};
use crate::hook::range::{Gated, Range, gate};
use crate::report::summary::Part;
use crate::report::{github, summary};
use crate::world::git::{Base, Repo};
use crate::world::{clock, config_files, env, files};

use super::format::{Outputs, about_rules, of_range};
use super::print;

/// An event's payload is a few hundred kilobytes at most.
const MOST_BYTES: u64 = 32 << 20;

/// Gate a change in CI: the event's commits in GitHub Actions, else what the flags name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input.")]
pub(super) struct Args {
    /// Branch or revision that the change is compared with.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The commit that is gated; HEAD unless the event names another.
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Update report and Review Gate row in the checkout.
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    args.outputs.check()?;
    let in_actions = env::var("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    match gated(&args, in_actions).map_err(|error| args.outputs.write_failure(error))? {
        Came::Nothing(why) => {
            args.outputs.write_nothing(&why)?;
            print::text(&format!("perf-gate: {why}\n"))?;
            Ok(Exit::Ok)
        }
        Came::Gated(gated) => {
            args.outputs.write_gated(&gated)?;
            report(&gated, in_actions)?;
            Ok(gated.verdict().into())
        }
    }
}

/// What came of it.
enum Came {
    /// There was nothing to gate, and why.
    Nothing(String),
    /// The change was gated.
    Gated(Box<Gated>),
}

fn gated(args: &Args, in_actions: bool) -> Result<Came> {
    let here = files::current_folder()?;
    let repo = Repo::discover(&here)?.ok_or_else(|| {
        Error::input("there is no git repository here, so there is no change to gate")
            .next("check the repository out with its history (`fetch-depth: 0`) and run this inside it")
    })?;
    let event = if in_actions { event_here()? } else { None };
    let (range, notes) = match planned(&repo, event.as_ref(), args)? {
        Plan::Nothing(why) => return Ok(Came::Nothing(why)),
        plan @ Plan::Range { .. } => ready(&repo, plan, args.write)?,
    };
    let mut gated = gate(&range)?;
    gated.notes.splice(0..0, notes);
    Ok(Came::Gated(Box::new(gated)))
}

/// GitHub's event, where the run is one of its.
fn event_here() -> Result<Option<Event>> {
    let (Some(name), Some(path)) = (env::var("GITHUB_EVENT_NAME"), env::path("GITHUB_EVENT_PATH")) else {
        return Ok(None);
    };
    let text = files::read_text(&path, MOST_BYTES)?;
    let payload = serde_json::from_str(&text).map_err(|e| {
        Error::input(format!("GITHUB_EVENT_PATH holds no JSON: {e}")).next("name the commits with --base and --head")
    })?;
    Ok(Some(Event { name, payload }))
}

/// Flags first, then the event, then the base as for a review.
fn planned(repo: &Repo, event: Option<&Event>, args: &Args) -> Result<Plan> {
    if args.base.is_none()
        && args.head.is_none()
        && let Some(plan) = event.map(|event| event::plan(repo, event)).transpose()?.flatten()
    {
        return Ok(plan);
    }
    let named = args.head.as_deref().unwrap_or("HEAD");
    let head = repo.resolve(named).ok_or_else(|| {
        Error::input(format!("head `{}` names no commit here", crate::report::escape::terminal(named)))
            .next("name a branch, tag or commit that `git rev-parse` knows")
    })?;
    let base = match &args.base {
        Some(base) => repo.base_between(base, "--base", &head)?,
        None => found(repo, &head)?,
    };
    let branch = args.head.as_deref().filter(|head| repo.resolve(&format!("refs/heads/{head}")).is_some());
    let branch = branch.map(str::to_owned).or_else(|| env::var("GITHUB_HEAD_REF")).or_else(|| repo.branch());
    let branch = branch.or_else(|| env::var("GITHUB_REF_NAME"));
    Ok(Plan::Range { base, head, branch, proposed: false, note: None })
}

/// The base as a review would find it.
fn found(repo: &Repo, head: &str) -> Result<Base> {
    let config = configuration(repo, head)?.config;
    let base = repo.base(None, config.base.as_deref())?.ok_or_else(|| {
        Error::input("there is no base: neither main nor master, here or at origin").next("name one with --base")
    })?;
    // A branch of that name, not the merge base with HEAD: the head may be another commit.
    repo.base_between(&base.name, &base.how, head)
}

fn configuration(repo: &Repo, commit: &str) -> Result<Resolved> {
    config_files::load(repo.commit_tree(commit)?.as_ref(), None, toml::Table::new())
}

/// The range of a plan, with the configuration that counts: for a proposal the base's, so that a change cannot disarm the
/// gate that it has to pass.
fn ready(repo: &Repo, plan: Plan, write: bool) -> Result<(Range, Vec<String>)> {
    let Plan::Range { base, head, branch, proposed, note } = plan else {
        return Err(Error::internal("a plan without a range was made ready"));
    };
    let mut notes: Vec<String> = note.into_iter().collect();
    let of_head = configuration(repo, &head)?;
    let counts = if proposed { configuration(repo, &base.commit)? } else { of_head.clone() };
    if counts.hash != of_head.hash {
        notes.push("the change edits the configuration of the gate: that takes effect after the merge".to_owned());
    }
    if base.commit == head {
        notes.push("base and head are the same commit: there is no change to gate".to_owned());
    }
    notes.extend(counts.notes);
    let root = repo.root().unwrap_or_else(|| repo.common_folder());
    let write = write && is_checked_out(repo, &head, &mut notes)?;
    let config: Config = counts.config;
    Ok((Range { root, base, head, branches: branch.into_iter().collect(), write, config }, notes))
}

fn is_checked_out(repo: &Repo, head: &str, notes: &mut Vec<String>) -> Result<bool> {
    let is_head = repo.head()?.as_deref() == Some(head) && repo.root().is_some();
    if !is_head {
        notes.push("nothing is written: the gated commit is not the one that is checked out".to_owned());
    }
    Ok(is_head)
}

fn report(gated: &Gated, in_actions: bool) -> Result<()> {
    let mut text = String::new();
    for note in &gated.notes {
        let _ = writeln!(text, "note: {}", crate::report::escape::terminal(note));
    }
    for story in &gated.stories {
        let _ = writeln!(text, "Story {}", story.key);
        text += &super::review::rendered(&story.reviewed, false);
    }
    if let Some(checked) = &gated.checked {
        text += &super::check::rendered(checked);
    }
    if !in_actions {
        return print::text(&text);
    }
    // Code and names are quoted in there: until the token comes again, GitHub takes nothing for a command.
    let token = files::sha256_hex(format!("{}{:?}", clock::milliseconds(), clock::nonce()).as_bytes());
    print::text(&format!("::stop-commands::{token}\n{text}\n::{token}::\n"))?;
    print::raw(&github::annotations(&of_range(gated, &about_rules())))?;
    match env::path("GITHUB_STEP_SUMMARY") {
        Some(path) => append_summary(&path, gated),
        None => Ok(()),
    }
}

fn append_summary(path: &Path, gated: &Gated) -> Result<()> {
    let stories = gated.stories.iter().map(|story| Part {
        story: Some(story.key.as_str()),
        verdict: story.reviewed.verdict,
        checks: &story.reviewed.checks,
        provenance: &story.reviewed.provenance,
    });
    let storyless = gated.checked.iter().map(|checked| Part {
        story: None,
        verdict: checked.verdict,
        checks: &checked.checks,
        provenance: &checked.provenance,
    });
    let parts: Vec<Part<'_>> = stories.chain(storyless).collect();
    let path: PathBuf = path.to_path_buf();
    files::append(&path, summary::render(gated.verdict(), &parts, &gated.notes).as_bytes())
}
