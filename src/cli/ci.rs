//! `cargo perf-gate ci`: the gate as a required check.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::config::{Config, JudgeKind};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::hook::event::Plan;
use crate::hook::github::{self, Event};
use crate::hook::gitlab;
use crate::hook::range::{self, Gated, Range, gate};
use crate::model::verdict::Verdict;
use crate::report::summary::Part;
use crate::report::whole::Whole;
use crate::report::{self, summary};
use crate::review::division::Division;
use crate::review::part::{Run, Subject};
use crate::review::{self, Parted, config_hash};
use crate::world::git::{Base, Repo, WHOLE_HISTORY};
use crate::world::{clock, env, files};

use super::format::{Format, Outputs, about_rules, of_range};
use super::merge::{Shown, agree};
use super::print;
use super::shard::{Begun, Sharding};

/// An event's payload is a few hundred kilobytes at most.
const MOST_BYTES: u64 = 32 << 20;

/// Gate a change in CI: the commits that GitHub Actions or GitLab CI names, else what the flags name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 APPROVE, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input. \
    With --shard: 0 the part is written, 2 it is written and says that something could not run.")]
pub(super) struct Args {
    /// Branch or revision that the change is compared with.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The commit that is gated; HEAD unless the event names another.
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Commit whose policy counts; for a proposed change the base, unless said otherwise.
    #[arg(long, value_name = "REV")]
    policy_from: Option<String>,
    /// Update report and Review Gate row in the checkout.
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    shard: Sharding,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    gated_or_parted(&args).map_err(told_where_readers_look)
}

fn gated_or_parted(args: &Args) -> Result<Exit> {
    args.outputs.check()?;
    let taken = args.outputs.first().or(args.write.then_some("--write"));
    if let Some(begun) = args.shard.begin(taken)? {
        return part(args, begun);
    }
    let in_actions = in_actions();
    match gated(args, in_actions).map_err(|error| args.outputs.write_failure(error))? {
        Came::Nothing(why) => nothing(&why, &args.outputs),
        Came::Gated(gated) => {
            args.outputs.write_gated(&gated)?;
            report(&gated, in_actions)?;
            Ok(gated.verdict().into())
        }
    }
}

/// There was nothing to gate, and why.
pub(super) fn nothing(why: &str, outputs: &Outputs) -> Result<Exit> {
    outputs.write_nothing(why)?;
    print::text(&format!("perf-gate: {}\n", report::escape::terminal(why)))?;
    Ok(Exit::Ok)
}

/// Says in GitHub Actions why there is no result, as an annotation and in the step's summary: a reader of a required check
/// sees these before the log. Gives the error back, which is what counts.
pub(super) fn told_where_readers_look(error: Error) -> Error {
    if !in_actions() {
        return error;
    }
    let sentence = error.to_string().replace("\n  ", ": ");
    let (verdict, sections, rules) = (Verdict::Blocked, Vec::new(), &[]);
    let whole = Whole { verdict, sections, notes: &[], failure: Some(&sentence), rules };
    let summary = env::path("GITHUB_STEP_SUMMARY").map_or(Ok(()), |path| {
        let text = report::escape::markdown(&sentence);
        files::append(&path, format!("## perf-gate: stopped, no verdict\n\n{text}\n").as_bytes())
    });
    if let Err(also) = print::raw(&report::github::annotations(&whole)).and(summary) {
        print::aside(&format!("error: {also}\n"));
    }
    error
}

fn in_actions() -> bool {
    env::var("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// A shard's part of it.
fn part(args: &Args, begun: Begun) -> Result<Exit> {
    let (repo, plan) = plan(args, in_actions())?;
    let (base, head, branch, proposed, fork, note) = match plan.clone() {
        Plan::Range { base, head, branch, proposed, fork, note } => (base, head, branch, proposed, fork, note),
        Plan::Nothing(why) => {
            let none = || "none".to_owned();
            let run = Run::new(begun.of(), Subject::Nothing { why: why.clone() }, none(), (none(), none()));
            return begun.finish(run, &Parted { notes: vec![why], ..Parted::default() });
        }
    };
    let policy = policy(&repo, &plan, args.policy_from.as_deref())?;
    let (base_name, base_how, known) = (base.name, base.how, policy.clone());
    let subject = Subject::Ci { base_name, base_how, branch, proposed, fork, note, policy: known };
    let (mut range, notes) = ready(&repo, plan, policy, false)?;
    range.division = begun.division();
    let mut parted = Parted { notes, ..Parted::default() };
    parted.take(range::part(&range)?);
    let run = Run::new(begun.of(), subject, config_hash(&range.config), (base.commit, head));
    begun.finish(run, &parted)
}

/// What came of it.
enum Came {
    /// There was nothing to gate, and why.
    Nothing(String),
    /// The change was gated.
    Gated(Box<Gated>),
}

fn gated(args: &Args, in_actions: bool) -> Result<Came> {
    let (repo, plan) = plan(args, in_actions)?;
    let (range, notes) = match plan {
        Plan::Nothing(why) => return Ok(Came::Nothing(why)),
        plan @ Plan::Range { .. } => {
            let policy = policy(&repo, &plan, args.policy_from.as_deref())?;
            ready(&repo, plan, policy, args.write)?
        }
    };
    let mut gated = gate(&range)?;
    gated.notes.splice(0..0, notes);
    Ok(Came::Gated(Box::new(gated)))
}

fn repo_here() -> Result<Repo> {
    Repo::discover(&files::current_folder()?)?.ok_or_else(|| {
        Error::input("there is no git repository here, so there is no change to gate")
            .next(format!("{WHOLE_HISTORY} and run this inside it"))
    })
}

fn plan(args: &Args, in_actions: bool) -> Result<(Repo, Plan)> {
    let repo = repo_here()?;
    let event = if in_actions { event_here()? } else { None };
    let plan = planned(&repo, event.as_ref(), args)?;
    Ok((repo, plan))
}

/// The result over all parts of a run.
pub(super) fn merged(run: &Run, division: Division, shown: &Shown<'_>) -> Result<Exit> {
    let (Some(base), Subject::Ci { branch, proposed, fork, note, policy, .. }) =
        (run.subject.base(&run.base), &run.subject)
    else {
        return Err(Error::internal("parts of another command were merged as parts of `ci`"));
    };
    let repo = repo_here()?;
    let head = repo.resolve(&run.head).filter(|head| *head == run.head);
    let is_there = head.is_some() && (repo.has_commit(&base.commit) || base == repo.nothing());
    if !is_there {
        return Err(Error::input("the commits of the parts are not in this clone").next(WHOLE_HISTORY));
    }
    let (branch, note) = (branch.clone(), note.clone());
    let plan = Plan::Range { base, head: run.head.clone(), branch, proposed: *proposed, fork: *fork, note };
    let (mut range, notes) = ready(&repo, plan, policy.clone(), shown.write)?;
    agree(run, &config_hash(&range.config), (&range.base.commit, &range.head))?;
    range.division = division;
    let mut gated = gate(&range)?;
    gated.notes.splice(0..0, notes);
    shown.outputs.write_gated(&gated)?;
    match shown.format {
        Format::Text => report(&gated, in_actions())?,
        format => format.print(&of_range(&gated, &about_rules()))?,
    }
    Ok(gated.verdict().into())
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
    Ok(Some(Event { name, payload, commit: env::var("GITHUB_SHA") }))
}

/// Flags first, then what the CI system says, then the base as for a review.
fn planned(repo: &Repo, event: Option<&Event>, args: &Args) -> Result<Plan> {
    let in_gitlab = env::var("GITLAB_CI").is_some_and(|value| value == "true");
    if args.base.is_none() && args.head.is_none() {
        let plan = match event {
            Some(event) => github::plan(repo, event)?,
            None if in_gitlab => gitlab::plan(repo, &env::var)?,
            None => None,
        };
        if let Some(plan) = plan {
            return Ok(plan);
        }
    }
    let named = args.head.as_deref().unwrap_or("HEAD");
    let head = repo.resolve(named).ok_or_else(|| {
        Error::input(format!("head `{}` names no commit here", report::escape::terminal(named)))
            .next("name a branch, tag or commit that `git rev-parse` knows")
    })?;
    let default = event.and_then(|event| event.default_branch().map(str::to_owned));
    let base = match &args.base {
        Some(base) => repo.base_between(base, "--base", &head)?,
        None => found(repo, &head, default.or_else(|| env::var("CI_DEFAULT_BRANCH")))?,
    };
    let branch = args.head.as_deref().filter(|head| repo.resolve(&format!("refs/heads/{head}")).is_some());
    let branch = branch.map(str::to_owned).or_else(|| env::var("GITHUB_HEAD_REF")).or_else(|| repo.branch());
    let branch = branch.or_else(|| env::var("GITHUB_REF_NAME")).or_else(|| env::var("CI_COMMIT_BRANCH"));
    Ok(Plan::Range { base, head, branch, proposed: false, fork: false, note: None })
}

/// The base as a review would find it, else the default branch that the CI system names.
fn found(repo: &Repo, head: &str, default: Option<String>) -> Result<Base> {
    let config = review::configuration(repo, repo.commit_tree(head)?.as_ref(), None)?.config;
    if let Some(base) = repo.base(None, config.base.as_deref())? {
        // A branch of that name, not the merge base with HEAD: the head may be another commit.
        return repo.base_between(&base.name, &base.how, head);
    }
    let default = default.map(|name| format!("origin/{name}"));
    if let Some(name) = default.filter(|name| repo.resolve(&format!("refs/remotes/{name}")).is_some()) {
        return repo.base_between(&name, "merge base with the default branch", head);
    }
    Err(Error::input("there is no base: neither main nor master, here or at origin").next("name one with --base"))
}

/// The range of a plan, with the configuration that counts: for a proposal the base's, so that a change cannot disarm the
/// gate that it has to pass.
fn ready(repo: &Repo, plan: Plan, policy: Option<String>, write: bool) -> Result<(Range, Vec<String>)> {
    let Plan::Range { base, head, branch, proposed: _, fork, note } = plan else {
        return Err(Error::internal("a plan without a range was made ready"));
    };
    let mut notes: Vec<String> = note.into_iter().collect();
    let counts = review::configuration(repo, repo.commit_tree(&head)?.as_ref(), policy.as_deref())?;
    if base.commit == head {
        notes.push("base and head are the same commit: there is no change to gate".to_owned());
    }
    notes.extend(counts.notes);
    let root = repo.root().unwrap_or_else(|| repo.common_folder());
    let write = write && is_checked_out(repo, &head, &mut notes)?;
    let mut config: Config = counts.config;
    if fork {
        notes.push(of_a_fork(&mut config));
    }
    let (branches, division) = (branch.into_iter().collect(), Division::Whole);
    Ok((Range { root, base, head, branches, write, config, division, policy }, notes))
}

/// The commit whose policy counts: the one that was named, else for a proposal the base.
fn policy(repo: &Repo, plan: &Plan, named: Option<&str>) -> Result<Option<String>> {
    match (named, plan) {
        (Some(named), _) => review::policy_commit(repo, named).map(Some),
        (None, Plan::Range { base, proposed: true, .. }) => Ok(Some(base.commit.clone())),
        (None, _) => Ok(None),
    }
}

/// What comes from a fork is somebody's whom nobody vouched for: no judge from outside is asked about it.
fn of_a_fork(config: &mut Config) -> String {
    let judge = std::mem::take(&mut config.judge.kind);
    // Nor does what its code is summarised as reach the runs of others.
    config.cache.write = false;
    let mut note = "the change comes from a fork: it is only read, nothing in it is run".to_owned();
    if judge != JudgeKind::Rubric {
        note += ", and the judge from outside is left out";
    }
    if config.without_tools() {
        note += ", and the built-in engine stands in for external tools";
    }
    note
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
        let _ = writeln!(text, "note: {}", report::escape::terminal(note));
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
    print::raw(&report::github::annotations(&of_range(gated, &about_rules())))?;
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
