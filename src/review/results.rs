//! The results of large storyless checks, in the user's cache folder, which no change can write to: a second run over
//! files that stayed as they are reads them, asks what they are, and analyses nothing.
//!
//! A result is known by a digest of all that it follows from: contents, not clocks. Whatever is odd about what is kept is a
//! miss, never an error; what errored or was cut short is not kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::analysis::CheckRecord;
use crate::model::check::{Check, Outcome};
use crate::world::{env, files};

use super::examine::{Around, Examined};
use super::ground::Ground;
use super::sources::{Loaded, Wanted};
use super::surroundings::Surroundings;
use super::{CheckJob, Target};

/// Fewer files are analysed as quickly as a result of them is looked up.
const FEWEST: usize = 100;
/// More results than this are not kept: the oldest go.
const MOST: usize = 32;
/// Larger ones are not read.
const LARGEST: u64 = 256 << 20;

/// Where the result of a run is kept, and what it is known by.
pub(super) struct Place {
    file: PathBuf,
    key: String,
    /// Without caps a check errors for what the files hold, and does so again; a cap is about the clock.
    uncapped: bool,
}

/// What a check tells. In the file it is one line below that of the key; the functions follow it, which only `metrics`
/// reads.
#[derive(Serialize, Deserialize)]
struct Kept {
    checks: Vec<CheckRecord>,
    parsed: usize,
    skipped: BTreeMap<String, usize>,
    rules_run: usize,
    notes: Vec<String>,
}

/// The place of a run; none where nothing is kept of it. `followed` are the files around the analysed ones.
pub(super) fn place(
    job: &CheckJob,
    ground: &Ground,
    wanted: &BTreeMap<String, Wanted>,
    loaded: &Loaded,
    (around, followed): (&Around, Option<&Surroundings<'_>>),
    uncapped: bool,
) -> Option<Place> {
    let whole = matches!(job.target, Target::WorkTree { .. }) && job.division.is_whole();
    let asks = around.external.weighs() || !around.external.versions.is_empty();
    if loaded.sources.len() < FEWEST || !whole || asks {
        return None;
    }
    let files: Vec<_> = loaded.sources.iter().map(|s| (&s.path, &s.sha256, &s.changed)).collect();
    let old_paths: Vec<_> = wanted.iter().filter_map(|(path, want)| Some((path, want.old_path.as_ref()?))).collect();
    // A build with other tables or rules gives another result, whatever its version says.
    let parts = json!([
        [env!("CARGO_PKG_VERSION"), env::build_stamp()],
        [format!("{:?} {:?}", job.rules, job.scope), ground.base_id(), around.facts.key, around.budgets_hash],
        [
            format!("{:?} {:?}", around.budgets, around.measured),
            followed.map(Surroundings::digest).transpose().ok()?.unwrap_or_default()
        ],
        json!(job.config),
        files,
        old_paths,
        [json!(loaded.hashes), json!(loaded.skipped), json!(loaded.findings), json!(loaded.errors)],
        json!(around.siblings),
        around.conformance.digest(),
    ]);
    let subject = format!("{}\0{}\0{:?}\0{:?}", job.root.display(), job.cwd.display(), job.paths, job.rules);
    let digest = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let name = format!("{}.result", &digest(&subject)[..32]);
    Some(Place { file: env::cache_folder()?.join("results").join(name), key: digest(&parts.to_string()), uncapped })
}

/// What is kept of exactly this run; its functions only where they are asked for.
pub(super) fn read(place: &Place, functions: bool) -> Option<Examined> {
    let bytes = files::read(&place.file, LARGEST).ok()?;
    let rest = bytes.strip_prefix(place.key.as_bytes())?.strip_prefix(b"\n")?;
    let (kept, rest) = rest.split_at(memchr::memchr(b'\n', rest)?);
    let kept: Kept = serde_json::from_slice(kept).ok()?;
    let checks: Vec<Check> = kept.checks.into_iter().map(CheckRecord::into_check).collect::<Option<_>>()?;
    Some(Examined {
        checks,
        timings: Vec::new(),
        functions: if functions { postcard::from_bytes(&rest[1..]).ok()? } else { Vec::new() },
        parsed: kept.parsed,
        skipped: kept.skipped,
        rules_run: kept.rules_run,
        notes: kept.notes,
        partial: false,
    })
}

/// Keeps a result. A cache that cannot be written is no reason to stop.
pub(super) fn store(place: &Place, examined: &Examined) {
    let errored = examined.checks.iter().any(|check| matches!(check.outcome, Outcome::Errored { .. }));
    if (errored && !place.uncapped) || examined.partial {
        return;
    }
    let kept = Kept {
        checks: examined.checks.iter().map(CheckRecord::from).collect(),
        parsed: examined.parsed,
        skipped: examined.skipped.clone(),
        rules_run: examined.rules_run,
        notes: examined.lasting_notes(),
    };
    let Some(folder) = place.file.parent() else { return };
    let (Ok(kept), Ok(functions)) = (serde_json::to_vec(&kept), postcard::to_allocvec(&examined.functions)) else {
        return;
    };
    let write = || -> crate::error::Result<()> {
        let mut draft = files::Draft::new(folder)?;
        for part in [place.key.as_bytes(), b"\n", &kept, b"\n", &functions] {
            draft.append(part)?;
        }
        draft.publish(&place.file)
    };
    if write().is_ok() {
        prune(folder);
    }
}

/// Drops the oldest results.
fn prune(folder: &Path) {
    let mut kept: Vec<PathBuf> = files::children(folder).into_iter().map(|name| folder.join(name)).collect();
    if kept.len() > MOST {
        files::sort_by_age(&mut kept);
        for path in &kept[..kept.len() - MOST] {
            // Another run may have dropped it first.
            let _ = files::remove(path);
        }
    }
}
