//! `cargo perf-gate trust`: lets the repository's configuration file run programs, open connections and name secrets.

use std::fmt::Write as _;

use crate::config::asked;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::escape;
use crate::world::config_files;
use crate::world::files;
use crate::world::git::Repo;
use crate::world::tree::Disk;
use crate::world::trust;

use super::print;

/// Trust the repository's configuration file as it is now: its keys that run, connect or name a secret take effect.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Take the trust back.
    #[arg(long)]
    revoke: bool,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let cwd = files::current_folder()?;
    let root = Repo::discover(&cwd)?.and_then(|repo| repo.root()).unwrap_or(cwd);
    let shown = escape::terminal(&root.to_string_lossy());
    if args.revoke {
        let text = if trust::remove(&root)? { "is no longer trusted" } else { "was not trusted" };
        print::text(&format!("the configuration file of {shown} {text}\n"))?;
        return Ok(Exit::Ok);
    }
    let sources = config_files::sources(&Disk::new(&root)?, None, toml::Table::new())?;
    let asked = asked(&sources)?.ok_or_else(|| {
        Error::input(format!("there is no configuration file of ours in {shown}"))
            .next("`cargo perf-gate init` writes one")
    })?;
    let list = trust::add(&root, &asked.hash)?;
    let mut text = format!("{} is trusted as it is now (sha256 {})\n", escape::terminal(&asked.place), asked.hash);
    if asked.keys.is_empty() {
        text.push_str("nothing in it needs that\n");
    }
    for (key, value) in &asked.keys {
        let _ = writeln!(text, "  {key} = {} takes effect", escape::terminal(value));
    }
    let _ = writeln!(
        text,
        "any change of the file ends it, and so does `cargo perf-gate trust --revoke`; kept in {}",
        escape::terminal(&list.to_string_lossy())
    );
    print::text(&text)?;
    Ok(Exit::Ok)
}
