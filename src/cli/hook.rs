//! `cargo perf-gate hook`: install, uninstall, status, and what git runs before a push.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::TimeoutPolicy;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::hook::doctor::{self, is_probe};
use crate::hook::install::{self, Done, Place};
use crate::hook::range::{Gated, Range, gate, within};
use crate::hook::{protocol, push};
use crate::report::escape::terminal;
use crate::review::policy_commit;
use crate::world::clock::Watch;
use crate::world::git::Repo;
use crate::world::{env, files, process};

use super::print;

/// Git gives its lines at once; whoever gives none and does not end is not git.
const INPUT_WAIT: Duration = Duration::from_secs(30);

/// Gate what is pushed, before it leaves.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 the push goes on, 1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input.\n\
    `git push --no-verify` pushes without the hook.")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Put the hook where git looks for it; a hook that is there already runs first.
    Install,
    /// Take the hook away and put back the one that was there before.
    Uninstall,
    /// Say where the hook lies and what keeps git from running it.
    Status,
    /// Have git run the hook, with nothing to push, and say whether it reached the gate.
    Doctor,
    /// What git runs: reads what is pushed on standard input.
    Run(Run),
}

#[derive(Debug, clap::Args)]
struct Run {
    /// The hook that was there before, which runs first.
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// Commit whose policy counts: configuration, suppressions, waivers, baseline and exclusions.
    #[arg(long, value_name = "REV")]
    policy_from: Option<String>,
    /// The remote's name, as git gives it.
    #[arg(value_name = "REMOTE")]
    remote: Option<String>,
    /// The remote's address, as git gives it.
    #[arg(value_name = "URL")]
    url: Option<String>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    match args.action {
        Action::Run(run) => before_push(&run),
        Action::Install => with_place(|place, repo| told(&install::install(place)?, place, repo)),
        Action::Uninstall => with_place(|place, repo| told(&install::uninstall(place)?, place, repo)),
        Action::Status => with_place(status),
        Action::Doctor => with_place(examine),
    }
}

/// Outside of a repository there is nothing to do, and that is fine: an installer may call us anywhere.
fn with_place(act: impl FnOnce(&Place, &Repo) -> Result<Exit>) -> Result<Exit> {
    let here = files::current_folder()?;
    let Some(repo) = Repo::discover(&here)? else {
        print::note("there is no git repository here, so there is no hook");
        return Ok(Exit::Ok);
    };
    act(&Place::find(&repo, &here)?, &repo)
}

fn told(done: &Done, place: &Place, repo: &Repo) -> Result<Exit> {
    let hook = shown(&place.hook);
    let text = match done {
        Done::Installed { before: None } => format!("installed {hook}\n"),
        Done::Installed { before: Some(before) } => {
            format!("installed {hook}; the hook that was there runs first, from {}\n", shown(before))
        }
        Done::AlreadyInstalled => format!("{hook} is installed already\n"),
        Done::NotOurs(why) => {
            format!(
                "nothing was written: {}\nadd this line to the pre-push hook there:\n  {}\n",
                terminal(why),
                install::SNIPPET
            )
        }
        Done::Removed { restored: true } => format!("removed; the hook that was there before is back at {hook}\n"),
        Done::Removed { restored: false } => format!("removed {hook}\n"),
        Done::NotInstalled => format!("no hook of ours is installed at {hook}\n"),
    };
    print::text(&text)?;
    if !matches!(done, Done::Installed { .. } | Done::AlreadyInstalled | Done::NotOurs(_)) {
        return Ok(Exit::Ok);
    }
    let Some(root) = repo.root() else { return Ok(Exit::Ok) };
    for manager in install::managers(&root) {
        print::text(&managed(manager, matches!(done, Done::NotOurs(_))))?;
    }
    Ok(Exit::Ok)
}

/// What to add to a hook manager's file to have it run the gate.
fn managed(manager: install::Manager, only_way: bool) -> String {
    let install::Manager { name, file, snippet } = manager;
    let lead = if only_way {
        format!("{name} is in use here; to have it run the gate, add to {file}:")
    } else {
        format!("{name} is in use here too; to have it run the gate instead, uninstall this hook and add to {file}:")
    };
    let indented: String = snippet.lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    let install = match name {
        "pre-commit" => "and run `pre-commit install --hook-type pre-push`\n",
        "prek" => "and run `prek install --hook-type pre-push`\n",
        "lefthook" => "and run `lefthook install`\n",
        _ => "",
    };
    format!("{lead}\n{indented}{install}")
}

fn status(place: &Place, _: &Repo) -> Result<Exit> {
    let mut text = format!("hooks folder: {}\n", shown(&place.folder));
    if let Some(why) = &place.foreign {
        let _ = writeln!(text, "not ours to write to: {}", terminal(why));
    }
    let troubles = if place.calls_us()? { Vec::new() } else { install::troubles(place)? };
    for trouble in &troubles {
        let _ = writeln!(text, "- {}", terminal(trouble));
    }
    if troubles.is_empty() {
        text += "git will run the gate before each push (`cargo perf-gate hook doctor` proves it)\n";
    }
    print::text(&text)?;
    Ok(if troubles.is_empty() { Exit::Ok } else { Exit::Changes })
}

fn examine(place: &Place, repo: &Repo) -> Result<Exit> {
    let found = doctor::examine(repo, place, &files::current_folder()?)?;
    let mut text = format!("hook: {}\n", shown(&place.hook));
    for trouble in &found.troubles {
        let _ = writeln!(text, "- {}", terminal(trouble));
    }
    for note in &found.notes {
        let _ = writeln!(text, "{}", terminal(note));
    }
    text += if found.troubles.is_empty() { "all is well\n" } else { "git does not run the gate before a push\n" };
    print::text(&text)?;
    Ok(if found.troubles.is_empty() { Exit::Ok } else { Exit::Changes })
}

fn shown(path: &std::path::Path) -> String {
    terminal(&path.display().to_string())
}

/// What git runs. All that we say goes to standard error: standard output belongs to `git push --porcelain`.
fn before_push(run: &Run) -> Result<Exit> {
    let input = process::standard_input(INPUT_WAIT)?;
    if is_probe(run.remote.as_deref(), run.url.as_deref(), &input) {
        print::aside(&format!("{}\n", doctor::answer(run.remote.as_deref().unwrap_or_default())));
        return Ok(Exit::Ok);
    }
    if let Some(exit) = foreign(run, &input)? {
        return Ok(exit);
    }
    let mut updates = protocol::parse(&String::from_utf8_lossy(&input))?;
    if updates.is_empty() {
        updates.extend(protocol::of_pre_commit(&env::var));
    }
    if updates.is_empty() {
        print::note("nothing is pushed: nothing to review");
        return Ok(Exit::Ok);
    }
    if updates.iter().all(protocol::Update::is_deletion) {
        print::note("the push only deletes: nothing to review");
        return Ok(Exit::Ok);
    }
    review(run, &updates)
}

/// Reviews each range of the push and lets the worst decide.
fn review(run: &Run, updates: &[protocol::Update]) -> Result<Exit> {
    let watch = Watch::start();
    let here = files::current_folder()?;
    let repo = Repo::discover(&here)?.ok_or_else(|| {
        Error::input("there is no git repository here, so what is pushed cannot be read")
            .next("run this inside the repository")
    })?;
    let root = repo.root().unwrap_or_else(|| repo.common_folder());
    let told = || env::var("PRE_COMMIT_REMOTE_NAME").or_else(|| env::var("PRE_COMMIT_REMOTE_URL"));
    let remote = run.remote.clone().or_else(|| run.url.clone()).or_else(told).unwrap_or_else(|| "origin".to_owned());
    let policy = run.policy_from.as_deref().map(|named| policy_commit(&repo, named)).transpose()?;
    let push = push::ranges(&repo, &root, updates, &remote, policy.as_deref())?;
    for note in &push.notes {
        print::note(note);
    }
    let mut worst = Exit::Ok;
    for range in push.ranges {
        let exit = one(range, watch)?;
        if exit.code() > worst.code() {
            worst = exit;
        }
    }
    if worst != Exit::Ok {
        print::aside("perf-gate: the push stops here; `git push --no-verify` pushes without the gate\n");
    }
    Ok(worst)
}

/// The hook that was there before runs first, over the same input; its failure ends the push.
fn foreign(run: &Run, input: &[u8]) -> Result<Option<Exit>> {
    let Some(before) = run.before.as_deref().filter(|before| files::is_executable(before)) else { return Ok(None) };
    let args: Vec<String> = [&run.remote, &run.url].into_iter().flatten().cloned().collect();
    let program = files::canonical(before).unwrap_or_else(|| before.to_path_buf());
    let code = process::hand_over(&program, &args, input.to_vec())?;
    if code == 0 {
        return Ok(None);
    }
    print::note(&format!("the hook {} ended with {code}", before.display()));
    Ok(Some(Exit::Changes))
}

/// One range, under the time that is left.
fn one(range: Range, watch: Watch) -> Result<Exit> {
    let (timeout, policy) = (range.config.hook.timeout, range.config.hook.policy);
    let left = Duration::from_secs(timeout.into()).saturating_sub(watch.elapsed());
    let short = range.head.get(..12).unwrap_or(&range.head).to_owned();
    let progress = print::Progress::start("reviewing what is pushed");
    let result = within(left, move || gate(&range));
    drop(progress);
    let Some(result) = result else {
        let late = format!("the review of {short} took longer than {timeout} s (hook.timeout)");
        return Ok(match policy {
            TimeoutPolicy::Block => {
                print::aside(&format!(
                    "error: {late}\n  raise hook.timeout in perf-gate.toml, or set hook.policy to \"warn\"\n"
                ));
                Exit::Blocked
            }
            TimeoutPolicy::Warn => {
                print::aside(&format!("warning: {late}: the push goes on without it (hook.policy is \"warn\")\n"));
                Exit::Ok
            }
        });
    };
    let gated = result?;
    show(&gated);
    Ok(gated.verdict().into())
}

fn show(gated: &Gated) {
    for note in &gated.notes {
        print::note(note);
    }
    for story in &gated.stories {
        print::aside(&format!("Story {}\n", story.key));
        print::aside(&super::review::rendered(&story.reviewed, false));
        if !story.changed.is_empty() {
            let changed: Vec<String> = story.changed.iter().map(|path| terminal(path)).collect();
            print::note(&format!("{} changed: commit it with the next push", changed.join(" and ")));
        }
    }
    if let Some(checked) = &gated.checked {
        print::aside(&super::check::rendered(checked));
    }
}
