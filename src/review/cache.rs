//! The result cache of a story (contracts 10). A key covers everything that a result follows from; an entry is checked
//! again before it is believed; whatever is odd about it is a miss, never an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::model::analysis::{Analysis, CheckRecord};
use crate::model::check::{Check, Outcome};
use crate::schema::is_schema_file;
use crate::world::files::{self, hex};
use crate::world::tree::Entry;

use super::analysis::{Evidence, RULES_VERSION};
use super::examine::{Around, Examined};
use super::setup::Setup;
use super::sources::Loaded;
use super::story_gate::Gate;
use super::surroundings::Surroundings;
use super::{Job, Target};

/// Version of what an entry holds besides the analysis.
const FORMAT: u32 = 2;

/// More entries than this are not kept: the oldest go.
const MOST_ENTRIES: usize = 64;

/// Larger entries are misses.
const LARGEST: u64 = 64 << 20;

/// SHA-256 in hex over everything that a result follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(pub String);

/// A result from the cache.
pub(super) struct Cached(pub Examined);

/// What an entry holds besides the analysis.
#[derive(Serialize, Deserialize)]
struct Extra {
    format: u32,
    key: String,
    examined: usize,
    skipped: BTreeMap<String, usize>,
    rules_run: usize,
    notes: Vec<String>,
}

/// The key of a run; none where no cache is used: it was refused, or commits are analysed, for which the checkout's
/// cache is no witness. `followed` are the files around the analysed ones.
pub(super) fn key(
    job: &Job,
    setup: &Setup,
    gate: &Gate,
    loaded: &Loaded,
    (around, followed): (&Around, Option<&Surroundings<'_>>),
) -> Option<Key> {
    // What a bundle tool reads is not among what is hashed.
    if around.external.weighs()
        || job.no_cache
        || !job.division.is_whole()
        || !matches!(job.target, Target::WorkTree { .. })
    {
        return None;
    }
    let old_paths: BTreeMap<_, _> = gate.wanted.iter().map(|(path, want)| (path, &want.old_path)).collect();
    let parts = json!({
        "file_list": [json!(gate.list.entries), json!(gate.list.refused)],
        "file_hashes": loaded.hashes,
        "tool_config": [json!(job.config.complexity), json!(job.config.calls), json!(job.config.hot_path)],
        "tool_versions": tool_versions(around),
        "resolved_config_hash": config_hash(&job.config),
        "bundle_config_hash": around.budgets_hash,
        "schema_hash": schema_hash(loaded),
        "siblings": around.siblings.iter().map(|(path, text)| (path, sha256(text))).collect::<Vec<_>>(),
        "format": FORMAT,
        // A build with other tables or rules gives another result, whatever its version says.
        "build": crate::world::env::build_stamp(),
        "base": setup.ground.base_id(),
        "stack": setup.stack,
        "scope": format!("{:?}", job.scope),
        "facts": around.facts.key,
        "followed": followed.map(Surroundings::digest).transpose().ok()?,
        "files": loaded.sources.iter().map(|s| (&s.path, &s.changed)).collect::<Vec<_>>(),
        "old_paths": old_paths,
        "skipped": loaded.skipped,
        "findings": loaded.findings,
        "errors": loaded.errors,
        "budgets": format!("{:?}", around.budgets),
        "measured": format!("{:?}", around.measured),
        "conformance": around.conformance.digest(),
    });
    Some(Key(sha256(&parts.to_string())))
}

/// Sorted `tool:version` lines.
fn tool_versions(around: &Around) -> Vec<String> {
    let own = [("perf-gate", env!("CARGO_PKG_VERSION")), ("perf-gate-rules", RULES_VERSION)];
    let external = around.external.versions.iter().map(|(tool, version)| format!("{tool}:{version}"));
    let mut lines: Vec<String> =
        own.iter().map(|(tool, version)| format!("{tool}:{version}")).chain(external).collect();
    lines.sort_unstable();
    lines
}

/// The entry of this key, where it is sound and still true.
pub(super) fn read(job: &Job, setup: &Setup, key: &Key, loaded: &Loaded) -> Option<Cached> {
    let path = entry_path(job, key);
    if is_tracked(setup, &path) {
        return None;
    }
    let Entry::File(bytes) = setup.ground.tree.entry(&path, LARGEST) else { return None };
    let mut value: Value = serde_json::from_slice(&bytes).ok()?;
    let extra: Extra = serde_json::from_value(value.as_object_mut()?.remove("perf_gate_cache")?).ok()?;
    let analysis: Analysis = serde_json::from_value(value).ok()?;
    // The key covers the hashes already; an entry whose own list disagrees was not written by us for this key.
    let sound = extra.format == FORMAT && extra.key == key.0 && analysis.file_hashes == loaded.hashes;
    let story = analysis.story_key == job.key.as_str();
    let checks: Vec<Check> = analysis.checks.into_iter().map(CheckRecord::into_check).collect::<Option<_>>()?;
    let errored = checks.iter().any(|check| matches!(check.outcome, Outcome::Errored { .. }));
    (sound && story && !errored && !checks.is_empty()).then(|| {
        Cached(Examined {
            checks,
            timings: Vec::new(),
            functions: Vec::new(),
            parsed: extra.examined,
            skipped: extra.skipped,
            rules_run: extra.rules_run,
            notes: extra.notes,
            partial: false,
        })
    })
}

/// Keeps a result. Errored ones are not kept, and a cache that cannot be written is no reason to stop.
pub(super) fn store(job: &Job, evidence: &Evidence) {
    let Some(key) = evidence.cache_key.as_ref().filter(|_| !evidence.cached && !evidence.errored()) else { return };
    if evidence.examined.partial {
        return;
    }
    let examined = &evidence.examined;
    let extra = Extra {
        format: FORMAT,
        key: key.0.clone(),
        examined: examined.parsed,
        skipped: examined.skipped.clone(),
        rules_run: examined.rules_run,
        notes: examined.lasting_notes(),
    };
    let checks = evidence.found.iter().map(CheckRecord::from).collect();
    let document = Analysis { checks, ..evidence.document.clone() };
    let (Ok(mut value), Ok(extra)) = (serde_json::to_value(&document), serde_json::to_value(extra)) else {
        return;
    };
    if let Some(object) = value.as_object_mut() {
        object.insert("perf_gate_cache".to_owned(), extra);
    }
    let path = entry_path(job, key);
    let temporary =
        format!("{}/.cache/.tmp.{}.{}.json", job.state(), std::process::id(), crate::world::clock::milliseconds());
    if replace(job, &temporary, value.to_string().as_bytes(), &path).is_ok() {
        prune(job);
    }
}

/// Drops the oldest entries, and temporary files that a killed run left.
fn prune(job: &Job) {
    let Ok(folder) = files::inside(&job.root, &format!("{}/.cache", job.state())) else { return };
    let mut entries: Vec<_> = files::children(&folder).into_iter().map(|name| folder.join(name)).collect();
    if entries.len() > MOST_ENTRIES {
        files::sort_by_age(&mut entries);
        for path in &entries[..entries.len() - MOST_ENTRIES] {
            // Another run may have dropped it first.
            let _ = files::remove(path);
        }
    }
}

fn replace(job: &Job, temporary: &str, bytes: &[u8], path: &str) -> crate::error::Result<()> {
    let (temporary, path) = (files::inside(&job.root, temporary)?, files::inside(&job.root, path)?);
    if let Some(folder) = path.parent() {
        files::create_folders(folder)?;
    }
    files::append(&temporary, bytes)?;
    files::rename(&temporary, &path)
}

fn entry_path(job: &Job, key: &Key) -> String {
    format!("{}/.cache/{}.json", job.state(), key.0)
}

/// A change could bring its own verdict along: what git tracks is no cache.
fn is_tracked(setup: &Setup, path: &str) -> bool {
    setup.ground.repo.as_ref().is_some_and(|repo| repo.is_tracked(path).unwrap_or(true))
}

/// SHA-256 of the resolved configuration.
pub fn config_hash(config: &crate::config::Config) -> String {
    sha256(&json!(config).to_string())
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The schema files among the analysed ones.
fn schema_hash(loaded: &Loaded) -> String {
    let schema = loaded.sources.iter().filter(|source| is_schema_file(&source.path, &source.text));
    let hashes: BTreeMap<_, _> = schema.map(|source| (&source.path, &source.sha256)).collect();
    sha256(&json!(hashes).to_string())
}
