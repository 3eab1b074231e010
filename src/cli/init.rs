//! `cargo perf-gate init`: a commented `perf-gate.toml` to start from, or a guide for coding agents.

use std::path::Path;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::world::config_files::REPOSITORY_FILE;
use crate::world::files;
use crate::world::git::Repo;

use super::print;

/// Write a commented perf-gate.toml at the root of the repository; an existing one stays.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write perf-gate-agent.md instead: how a coding agent reviews a story in two steps.
    #[arg(long)]
    agent: bool,
}

/// The guide's name at the root.
const GUIDE_FILE: &str = "perf-gate-agent.md";

/// How a coding agent reviews a story.
const GUIDE: &str = include_str!("agent.md");

/// Every key with its default, as comments: the file changes nothing until a line is uncommented.
pub(super) const TEMPLATE: &str = include_str!("init.toml");

pub(super) fn run(args: Args) -> Result<Exit> {
    let cwd = files::current_folder()?;
    let root = Repo::discover(&cwd)?.and_then(|repo| repo.root()).unwrap_or(cwd);
    if args.agent {
        return guide(&root.join(GUIDE_FILE));
    }
    let path = root.join(REPOSITORY_FILE);
    if files::exists(&path) {
        return Err(Error::input(format!("{} exists already", path.display()))
            .next("edit it, or move it away to get a fresh one"));
    }
    files::write_atomic(&path, TEMPLATE.as_bytes())?;
    print::text(&format!("wrote {}\n", path.display()))?;
    Ok(Exit::Ok)
}

fn guide(path: &Path) -> Result<Exit> {
    match files::read(path, 1 << 20) {
        Ok(known) if known == GUIDE.as_bytes() => print::text(&format!("{} is there already\n", path.display()))?,
        _ if files::exists(path) => {
            return Err(Error::input(format!("{} exists already, and says something else", path.display()))
                .next("move it away to get the guide of this version"));
        }
        _ => {
            files::write_atomic(path, GUIDE.as_bytes())?;
            let hint = "name it where your agent looks for instructions (AGENTS.md, CLAUDE.md)";
            print::text(&format!("wrote {}\n  {hint}\n", path.display()))?;
        }
    }
    Ok(Exit::Ok)
}
