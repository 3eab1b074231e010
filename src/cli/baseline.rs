//! `cargo perf-gate baseline [PATHS…]`.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::engine::Selection;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::escape::terminal;
use crate::review::{self, Baselined, CheckJob, Scope, Target};

use super::place::Place;
use super::print;

/// Write down the findings that legacy code has, so that only others count; later calls drop what was fixed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 the baseline is up to date, 2 a check could not run and nothing was written, \
    64 wrong usage, 65 bad input.")]
pub(super) struct Args {
    /// Files and folders; none: the whole repository.
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Add findings that the baseline does not know yet; without this it only shrinks.
    #[arg(long)]
    accept: bool,
    /// Configuration file to use in place of the repository's.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let place = Place::around(&args.paths, args.config.as_deref(), None)?;
    let paths = if args.paths.is_empty() { vec![place.root.clone()] } else { args.paths };
    let job = CheckJob {
        root: place.root,
        cwd: place.cwd,
        target: Target::WorkTree { base: None },
        paths,
        scope: Scope::File,
        rules: Selection::Review,
        policy: None,
        config: place.config,
    };
    let progress = print::Progress::start("looking at what there is");
    let done = review::baseline(&job, args.accept)?;
    drop(progress);
    print::text(&told(&done))?;
    Ok(Exit::Ok)
}

fn told(done: &Baselined) -> String {
    let Baselined { total, dropped, added, left_out, .. } = *done;
    let file = terminal(&done.file);
    let findings = |n: usize| format!("{n} {}", if n == 1 { "finding" } else { "findings" });
    let mut text = match (done.written, total) {
        (true, _) => format!("wrote {file}: {} known ({added} added, {dropped} dropped)\n", findings(total)),
        (false, 0) => "no findings: there is nothing to write down\n".to_owned(),
        (false, _) => format!("unchanged {file}: {} known\n", findings(total)),
    };
    if left_out > 0 {
        let what = findings(left_out);
        let _ = writeln!(text, "{what} not in it: resolve them, or add them with `--accept`");
    }
    text
}
