//! Proves that git will run the gate: has git itself run the hook, with nothing to push, and listens for an answer.

use std::path::Path;

use crate::error::Result;
use crate::world::git::Repo;
use crate::world::process::{Command, Output};
use crate::world::{clock, env, files};

use super::install::{MOST_BYTES, Place, State, troubles};

/// What the hook is given as the remote's name. No remote can be called so, git always adds an address, and with it there is
/// nothing on standard input: a push can never look like this.
const PROBE: &str = "perf-gate: are you there?";
/// What graphical clients have for a PATH: the system's, and nothing of a shell's profile.
const PLAIN_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// What the doctor found.
#[derive(Debug, Default)]
pub struct Findings {
    /// What keeps git from running the gate, one sentence each; empty where git ran it.
    pub troubles: Vec<String>,
    /// What works, and what may not work everywhere.
    pub notes: Vec<String>,
}

/// Whether a call of the hook is the doctor's: answers it and has nothing else done.
pub fn is_probe(remote: Option<&str>, url: Option<&str>, input: &[u8]) -> bool {
    url.is_none() && input.is_empty() && remote.is_some_and(|remote| remote.starts_with(PROBE))
}

/// The answer: who ran, and the question, so that an answer of another run is not taken for this one.
pub fn answer(question: &str) -> String {
    let program = env::program().map(|path| path.display().to_string()).unwrap_or_default();
    format!("{question} yes: perf-gate {} from {program}", env!("CARGO_PKG_VERSION"))
}

/// Looks at what stands there, and has git run it where it is ours.
pub fn examine(repo: &Repo, place: &Place, from: &Path) -> Result<Findings> {
    let mut found = Findings { troubles: troubles(place)?, notes: Vec::new() };
    let state = place.state()?;
    if place.calls_us()? {
        found.troubles.clear();
        found.notes.push(format!(
            "{} calls perf-gate; it is not ours, so the doctor did not have it run",
            place.hook.display()
        ));
        if !place.is_executable() {
            found.troubles.push(format!("{} is not executable, so git skips it", place.hook.display()));
        }
        return Ok(found);
    }
    if state != State::Ours || !place.is_executable() {
        return Ok(found);
    }
    let root = repo.root().unwrap_or_else(|| from.to_path_buf());
    match ask(place, &root, None)? {
        Ok(program) => found.notes.push(format!("git ran the hook, and the hook found {program}")),
        Err(why) => found.troubles.push(format!("git ran the hook, but the hook did not find the gate: {why}")),
    }
    if found.troubles.is_empty() && ask(place, &root, Some(PLAIN_PATH))?.is_err() {
        found.notes.push(
            "a graphical client would not find it: its PATH is the system's alone, and cargo-perf-gate is not in cargo's \
             bin folder (install it there with ./install.sh or `cargo install`)"
                .to_owned(),
        );
    }
    Ok(found)
}

/// Has git run the hook; the program that answered, or what was said instead.
fn ask(place: &Place, root: &Path, path: Option<&str>) -> Result<std::result::Result<String, String>> {
    let question = format!("{PROBE} {}-{:?}", clock::milliseconds(), clock::nonce());
    let git = env::find_program("git").unwrap_or_else(|| "git".into());
    let with_path = |command: Command| match path {
        Some(path) => command.env("PATH", path),
        None => command,
    };
    let by_git = with_path(Command::new(git)).args(["hook", "run", "pre-push", "--", &question]).folder(root).run()?;
    let output = if knows_hook_run(&by_git) {
        by_git
    } else {
        // Git before 2.36 cannot be asked; what it would do is start this file.
        with_path(Command::new(&place.hook)).args([&question]).folder(root).run()?
    };
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &output.stdout_text();
    let answered = told.lines().find_map(|line| line.split_once(&format!("{question} yes: "))).map(|(_, who)| who);
    Ok(match answered {
        Some(who) if output.success() => Ok(who.to_owned()),
        _ => Err(output.stderr_line()),
    })
}

fn knows_hook_run(output: &Output) -> bool {
    !output.stderr_line().contains("is not a git command")
}

/// Whether a file that is not ours calls the gate.
pub(super) fn calls_gate(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.into_iter().any(|line| line.contains("perf-gate") && line.contains("hook run"))
}

impl Place {
    /// Whether a hook that is not ours calls the gate, as the printed line has it.
    pub fn calls_us(&self) -> Result<bool> {
        if self.state()? != State::Foreign || !files::exists(&self.hook) || files::is_folder(&self.hook) {
            return Ok(false);
        }
        Ok(calls_gate(&files::read(&self.hook, MOST_BYTES)?))
    }
}
