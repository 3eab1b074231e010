//! `cargo perf-gate judge <STORY_KEY>`: the configured judge by itself: what it is shown, what it says, whether it says it twice.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{escape, json};
use crate::review::{self, Job, Verified};

use super::place::Place;
use super::print;

/// Ask the configured judge about a story and print what it says; report and Review Gate stay as they are.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 it answered (--verify: twice the same), 1 --verify: its answers differ, 2 its answer cannot \
    be used, 64 wrong usage, 65 bad input."
)]
pub(super) struct Args {
    /// The story's key, such as E12-S004.
    #[arg(value_name = "STORY_KEY")]
    key: String,
    /// Ask twice and compare the categories and severities.
    #[arg(long, conflicts_with = "prompt")]
    verify: bool,
    /// Print what the judge would be shown, and ask nobody.
    #[arg(long)]
    prompt: bool,
    /// Ask again, also where the answer to the same prompt is known.
    #[arg(long)]
    fresh_judgment: bool,
    /// Branch or revision that changes are counted from.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Stack key, where detection is wrong.
    #[arg(long)]
    stack: Option<String>,
    /// Configuration file to use in place of the repository's.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let place = Place::here(args.config.as_deref(), None)?;
    let job = super::review::job(place, &args.key, args.base, args.stack, false)?;
    let job = Job { fresh_judgment: args.fresh_judgment, dry_run: true, ..job };
    let progress = print::Progress::start("judging");
    if args.verify {
        let verified = review::verify(&job)?;
        drop(progress);
        return told(&verified);
    }
    let asked = review::ask(&job, args.prompt)?;
    drop(progress);
    for note in &asked.notes {
        print::note(note);
    }
    match asked.judgment {
        None => print::raw(&format!("{}\n{}", asked.system, asked.user))?,
        Some(Ok(judgment)) => print::raw(&json::pretty(&judgment).map_err(Error::internal)?)?,
        Some(Err(why)) => {
            return Err(Error::blocked(format!("the judge's answer cannot be used: {}", escape::terminal(&why))));
        }
    }
    Ok(Exit::Ok)
}

fn told(verified: &Verified) -> Result<Exit> {
    let (text, exit) = match verified {
        Verified::Agree(0, 0) => ("both answers agree: nothing to add\n".to_owned(), Exit::Ok),
        Verified::Agree(one, other) => {
            (format!("both answers agree in category and severity ({one} and {other} findings)\n"), Exit::Ok)
        }
        Verified::Differ(what) => (
            format!("escalation: two answers to the same prompt differ: {}\n", escape::terminal(what))
                + "  look at the model's pin, its temperature, and whether the prompt_hash is the same\n",
            Exit::Changes,
        ),
        Verified::Unusable(why) => {
            return Err(Error::blocked(format!("the judge's answer cannot be used: {}", escape::terminal(why))));
        }
    };
    print::text(&text)?;
    Ok(exit)
}
