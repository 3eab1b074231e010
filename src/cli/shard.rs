//! `--shard K/N`: which share of the files a run looks at, and the file that its part is written to.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::escape::terminal;
use crate::report::json;
use crate::review::Parted;
use crate::review::division::{Division, Shard};
use crate::review::part::{Part, Run};
use crate::world::{clock, env, files};

use super::print;

/// More shards than this are a mistake in a number.
const MOST: usize = 1000;

/// The key that parts are sealed with, where there is one.
pub(super) const KEY: &str = "PERF_GATE_CACHE_KEY";

/// A share of a run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Shards")]
pub(super) struct Sharding {
    /// Look at one share of the files and write what was found to a part; `merge` gives the verdict over all parts.
    #[arg(long, value_name = "K/N")]
    shard: Option<Share>,
    /// Where the part is written, in place of `perf-gate-part-K-of-N.json`.
    #[arg(long, value_name = "FILE", requires = "shard")]
    part: Option<PathBuf>,
}

/// The K-th of N shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    number: usize,
    of: usize,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        let (number, of): (usize, usize) = numbers.ok_or("it is written K/N: `--shard 2/5` is the second of five")?;
        if of == 0 || of > MOST || number == 0 || number > of {
            return Err(format!("K is 1 to N, and N is 1 to {MOST}"));
        }
        Ok(Share { number, of })
    }
}

/// A shard under way.
pub(super) struct Begun {
    share: Share,
    file: PathBuf,
    shard: Arc<Shard>,
}

impl Sharding {
    /// Begins, where a share was asked for. `taken` names a flag that asks for what only the whole can give.
    pub(super) fn begin(&self, taken: Option<&str>) -> Result<Option<Begun>> {
        let Some(share) = self.shard else { return Ok(None) };
        if let Some(flag) = taken {
            return Err(Error::usage(format!(
                "`--shard` and `{flag}` do not go together: a shard has no result to show"
            ))
            .next(format!("give `{flag}` to `cargo perf-gate merge`")));
        }
        let name = || PathBuf::from(format!("perf-gate-part-{}-of-{}.json", share.number, share.of));
        let file = self.part.clone().unwrap_or_else(name);
        Ok(Some(Begun { share, file, shard: Arc::new(Shard::new(share.number, share.of)) }))
    }
}

impl Begun {
    /// Who looks at which files.
    pub(super) fn division(&self) -> Division {
        Division::Shard(Arc::clone(&self.shard))
    }

    /// How many shards there are.
    pub(super) fn of(&self) -> usize {
        self.share.of
    }

    /// Writes the part and says so: no verdict, which a part does not have. What could not run is told, and is the exit
    /// code.
    pub(super) fn finish(self, run: Run, parted: &Parted) -> Result<Exit> {
        let recorded = self.shard.recorded();
        let own: usize = recorded.iter().map(|one| one.files).max().unwrap_or(0);
        let Share { number, of } = self.share;
        let part = Part::sealed(run, number, clock::now_utc(), recorded, env::var(KEY).as_deref())?;
        files::write_atomic(&self.file, json::pretty(&part).map_err(Error::internal)?.as_bytes())?;
        for note in &parted.notes {
            print::note(note);
        }
        for cause in &parted.causes {
            print::aside(&format!("error: {}\n", terminal(cause)));
        }
        let files = if own == 1 { "1 file".to_owned() } else { format!("{own} files") };
        let file = terminal(&self.file.to_string_lossy());
        print::text(&format!(
            "part {number} of {of}: looked at {files}, wrote {file}\nno verdict yet: `cargo perf-gate merge` gives it over \
             all parts\n"
        ))?;
        Ok(if parted.causes.is_empty() { Exit::Ok } else { Exit::Blocked })
    }
}
