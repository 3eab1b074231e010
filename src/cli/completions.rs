//! `cargo perf-gate completions`.

use crate::error::{Error, Result};
use crate::exit::Exit;

/// Not written yet.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(args: Args) -> Result<Exit> {
    let _ = args;
    Err(Error::internal("not written yet"))
}
