//! `cargo perf-gate completions <shell>`.

use clap::CommandFactory as _;

use crate::error::Result;
use crate::exit::Exit;

use super::print;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "cargo-perf-gate", &mut script);
    print::raw(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
