//! `cargo perf-gate verdict`: the resolver over two files (contracts 7). The verdict is data: it exits 0.

use std::path::PathBuf;

use super::print;
use crate::error::Result;
use crate::exit::Exit;
use crate::review::verdict::resolve_files;
use crate::story::visible;
use crate::world::files;

/// The largest file that is read; more cannot be what a review wrote.
const LIMIT: u64 = 256 * 1024 * 1024;

/// Prints the verdict over an analysis and a judge's findings: `APPROVE`, `REQUEST_CHANGES` or `BLOCKED`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The `analysis-results.json` of a review.
    #[arg(long, value_name = "FILE")]
    analysis_results: PathBuf,
    /// The `llm-findings.json` of a judge; missing or invalid, it counts as empty.
    #[arg(long, value_name = "FILE")]
    llm_findings: PathBuf,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let read = |path: &PathBuf| files::read(path, LIMIT).map_err(|error| error.what().to_owned());
    let (analysis, findings) = (read(&args.analysis_results), read(&args.llm_findings));
    let resolved =
        resolve_files(analysis.as_deref().map_err(String::as_str), findings.as_deref().map_err(String::as_str));
    for note in &resolved.notes {
        anstream::eprintln!("{}", visible(note));
    }
    print::raw(&format!("{}\n", resolved.verdict))?;
    Ok(Exit::Ok)
}
