//! `cargo perf-gate schema analysis|findings|answer|check|part|config`.

use schemars::schema_for;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::analysis::Analysis;
use crate::model::judgment::{Answer, Judgment};
use crate::report::json;
use crate::review::part::Part;

use super::print;

/// Print the JSON schema of a file that this program reads or writes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which file.
    #[arg(value_enum)]
    file: File,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum File {
    /// `analysis-results.json`.
    Analysis,
    /// `llm-findings.json`.
    Findings,
    /// What a judge from outside answers with.
    Answer,
    /// What `check --format json` prints and `ci --json` writes.
    Check,
    /// What `ci --shard` and `check --shard` write and `merge` reads.
    Part,
    /// `perf-gate.toml`.
    Config,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let schema = match args.file {
        File::Analysis => schema_for!(Analysis),
        File::Findings => schema_for!(Judgment),
        File::Answer => schema_for!(Answer),
        File::Check => schema_for!(json::Envelope<'static>),
        File::Part => schema_for!(Part),
        File::Config => schema_for!(Config),
    };
    print::raw(&json::pretty(&schema).map_err(Error::internal)?)?;
    Ok(Exit::Ok)
}
