//! `cargo perf-gate init`: a commented `perf-gate.toml` to start from.

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::world::config_files::REPOSITORY_FILE;
use crate::world::files;
use crate::world::git::Repo;

use super::print;

/// Write a commented perf-gate.toml at the root of the repository; an existing one stays.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Every key with its default, as comments: the file changes nothing until a line is uncommented.
pub(super) const TEMPLATE: &str = include_str!("init.toml");

pub(super) fn run(args: Args) -> Result<Exit> {
    let Args {} = args;
    let cwd = files::current_folder()?;
    let root = Repo::discover(&cwd)?.and_then(|repo| repo.root()).unwrap_or(cwd);
    let path = root.join(REPOSITORY_FILE);
    if files::exists(&path) {
        return Err(Error::input(format!("{} exists already", path.display()))
            .next("edit it, or move it away to get a fresh one"));
    }
    files::write_atomic(&path, TEMPLATE.as_bytes())?;
    print::text(&format!("wrote {}\n", path.display()))?;
    Ok(Exit::Ok)
}
