//! `cargo perf-gate metrics [PATHS…]`.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::engine::{FunctionMetrics, Selection};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::escape::terminal;
use crate::report::json;
use crate::review::{self, CheckJob, Target};

use super::format::Listing;
use super::place::Place;
use super::print;
use super::review::Scope;

/// Count the complexity of every function in the given files and folders (default: the current folder).
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 every function counted, 2 a file could not be parsed (stderr names it).")]
pub(super) struct Args {
    /// Files and folders.
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Listing::Text)]
    format: Listing,
    /// Configuration file to use in place of the repository's.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    functions: &'a [FunctionMetrics],
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths };
    let mut place = Place::around(&paths, args.config.as_deref(), None)?;
    // What is printed is our own count, whoever counts in a review.
    place.config.without_tools();
    let job = CheckJob {
        root: place.root,
        cwd: place.cwd,
        target: Target::WorkTree { base: None },
        paths,
        scope: Scope::File.into(),
        rules: Selection::Group("complexity".to_owned()),
        division: crate::review::division::Division::Whole,
        policy: None,
        config: place.config,
    };
    let progress = print::Progress::start("counting");
    let (functions, problems) = review::metrics(&job)?;
    drop(progress);
    match args.format {
        Listing::Json => print::raw(&json::pretty(&Document { functions: &functions }).map_err(Error::internal)?)?,
        Listing::Text => print::text(&table(&functions))?,
    }
    for problem in &problems {
        anstream::eprintln!("error: {}", terminal(problem));
    }
    Ok(if problems.is_empty() { Exit::Ok } else { Exit::Blocked })
}

fn table(functions: &[FunctionMetrics]) -> String {
    let mut out = String::from("cyclomatic  cognitive  function\n");
    for f in functions {
        let recursive = if f.recursive { "  recursive" } else { "" };
        let (file, name) = (terminal(&f.file), terminal(&f.name));
        let _ = writeln!(
            out,
            "{:>10}  {:>9}  {name}  {file}:{}-{}{recursive}",
            f.cyclomatic, f.cognitive, f.line, f.end_line
        );
    }
    out
}
