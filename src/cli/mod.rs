//! The command line: one file a command. argv → job → what is printed. The only user of clap, and of stdout and stderr.

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;

use clap::{Parser, Subcommand};

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::world::guard;

mod baseline;
mod check;
mod checkpoint;
mod ci;
mod completions;
mod demo;
mod explain;
mod files;
mod format;
mod gate;
mod hook;
mod init;
mod judge;
mod merge;
mod metrics;
mod place;
mod print;
mod project;
mod review;
mod rules;
mod schema;
mod shard;
mod stack;
mod trust;
mod verdict;

/// Gates performance where code changes hands.
#[derive(Debug, Parser)]
#[command(name = "cargo-perf-gate", bin_name = "cargo perf-gate", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Review(review::Args),
    Check(check::Args),
    Baseline(baseline::Args),
    Metrics(metrics::Args),
    Verdict(verdict::Args),
    Gate(gate::Args),
    Files(files::Args),
    Stack(stack::Args),
    Checkpoint(checkpoint::Args),
    Rules(rules::Args),
    Explain(explain::Args),
    Demo(demo::Args),
    Init(init::Args),
    Judge(judge::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Hook(hook::Args),
    Ci(ci::Args),
    Merge(merge::Args),
    Trust(trust::Args),
}

/// Parses the arguments, runs the command, prints what stopped it, and gives the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // `cargo perf-gate …` calls us as `cargo-perf-gate perf-gate …`.
    if args.get(1).is_some_and(|first| first == "perf-gate") {
        args.remove(1);
    }
    if args.get(1).is_some_and(|first| first == guard::WORD) {
        // A process of our own that is to become a guarded program.
        anstream::eprintln!("{}", guard::become_guarded(&args[2..]));
        return Exit::Internal;
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    let error = match caught(cli.command) {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    // Standard error may be closed too; there is nobody left to tell then, but the exit code.
    let _ = writeln!(anstream::stderr(), "error: {error}");
    error.exit()
}

/// Runs the command; a panic is our own fault and is told as one, with the place where it happened.
fn caught(command: Command) -> Result<Exit> {
    static PLACE: Mutex<String> = Mutex::new(String::new());
    std::panic::set_hook(Box::new(|info| {
        if let (Ok(mut place), Some(at)) = (PLACE.lock(), info.location()) {
            *place = format!("{}:{}", at.file(), at.line());
        }
    }));
    std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(command))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        // The printing macros of the standard library panic where standard output is full or closed.
        if let Some(why) = text.strip_prefix("failed printing to stdout: ") {
            return print::refused(why);
        }
        let place = PLACE.lock().map(|place| place.clone()).unwrap_or_default();
        Err(Error::internal(format!("panicked at {place}: {}", crate::report::escape::terminal(text))))
    })
}

fn dispatch(command: Command) -> Result<Exit> {
    match command {
        Command::Review(args) => review::run(args),
        Command::Check(args) => check::run(args),
        Command::Baseline(args) => baseline::run(args),
        Command::Metrics(args) => metrics::run(args),
        Command::Verdict(args) => verdict::run(args),
        Command::Gate(args) => gate::run(args),
        Command::Files(args) => files::run(args),
        Command::Stack(args) => stack::run(args),
        Command::Checkpoint(args) => checkpoint::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Init(args) => init::run(args),
        Command::Judge(args) => judge::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Hook(args) => hook::run(args),
        Command::Ci(args) => ci::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Trust(args) => trust::run(args),
    }
}
