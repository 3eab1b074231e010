//! `cargo perf-gate merge FILES…`: the parts that shards wrote, as one result.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::escape::terminal;
use crate::review::division::Division;
use crate::review::part::{Part, Run, Subject, join};
use crate::world::{env, files};

use super::format::{Format, Outputs};
use super::shard::KEY;
use super::{check, ci};

/// A part is no larger.
const MOST_BYTES: u64 = 1 << 30;

/// Merge the parts that `ci --shard` or `check --shard` wrote into one result, as the command without shards gives it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Run it in a checkout of the same commits, with the same configuration. Exit codes: 0 APPROVE, \
    1 REQUEST_CHANGES, 2 BLOCKED, 64 wrong usage, 65 bad input: parts that are missing, doubled, torn, or not of one run."
)]
pub(super) struct Args {
    /// The parts, in any order.
    #[arg(value_name = "FILES", required = true)]
    files: Vec<PathBuf>,
    /// Update report and Review Gate row in the checkout (parts of `ci`).
    #[arg(long)]
    write: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Configuration file to use in place of the repository's (parts of `check`).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

/// How a merged result is shown and kept.
pub(super) struct Shown<'a> {
    /// How it is printed.
    pub format: Format,
    /// Files that it is written to.
    pub outputs: &'a Outputs,
    /// Whether report and row are updated.
    pub write: bool,
    /// The configuration file that was named.
    pub config: Option<&'a Path>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let checked = args.outputs.check();
    let done = checked.and_then(|()| merged(&args).map_err(|error| args.outputs.write_failure(error)));
    done.map_err(ci::told_where_readers_look)
}

fn merged(args: &Args) -> Result<Exit> {
    let key = env::var(KEY);
    let read = |path: &PathBuf| {
        let name = terminal(&path.to_string_lossy());
        let part = Part::read(&name, &files::read_text(path, MOST_BYTES)?, key.as_deref())?;
        Ok((name, part))
    };
    let joined = join(args.files.iter().map(read).collect::<Result<_>>()?)?;
    let division = Division::Merged(Arc::new(joined.merged));
    let shown =
        Shown { format: args.format, outputs: &args.outputs, write: args.write, config: args.config.as_deref() };
    match &joined.run.subject {
        Subject::Ci { .. } if args.config.is_some() => {
            Err(Error::usage("`--config` belongs to parts of `check`: `ci` reads the configuration of the commits")
                .next("leave it out"))
        }
        Subject::Ci { .. } => ci::merged(&joined.run, division, &shown),
        Subject::Nothing { why } => ci::nothing(why, &args.outputs),
        Subject::Check { .. } if args.write => {
            Err(Error::usage("`--write` belongs to parts of `ci`: a check has no report and no row")
                .next("leave it out"))
        }
        Subject::Check { .. } => check::merged(&joined.run, division, &shown),
    }
}

/// Refuses parts that were made under another configuration or of other commits than those here.
pub(super) fn agree(run: &Run, config_hash: &str, (base, head): (&str, &str)) -> Result<()> {
    let pairs = [
        ("configuration", run.config_hash.as_str(), config_hash),
        ("base", &run.base, base),
        ("head", &run.head, head),
    ];
    let Some((what, theirs, here)) = pairs.into_iter().find(|(_, theirs, here)| theirs != here) else { return Ok(()) };
    let short = |text: &str| terminal(&text.chars().take(12).collect::<String>());
    Err(Error::input(format!("the parts have another {what} ({}) than this checkout ({})", short(theirs), short(here)))
        .next("merge in a checkout of the same commits and with the same configuration as the shards"))
}
