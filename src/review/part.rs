//! A shard's part as a file: what stands in it, the seal that shows whether it is as it was written, and what makes several
//! of them the parts of one run.
//!
//! Must not know where the files lie, nor what is made of them together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rules;
use crate::world::git::Base;

use super::analysis::RULES_VERSION;
use super::division::{Merged, Recorded};

/// Version of the schema.
pub const SCHEMA_VERSION: &str = "1.0";

/// The part of a run that one shard did. It holds no verdict: only all parts together have one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// `1.0`.
    pub schema_version: String,
    /// What all parts of a run have in common.
    pub run: Run,
    /// Which shard this is, from 1.
    pub shard: usize,
    /// When it was written: UTC, RFC 3339.
    pub written: String,
    /// What was found, once for every time that the rules ran: a story each, and the base where findings are compared.
    pub recorded: Vec<Recorded>,
    /// Shows that nothing of it was changed.
    pub seal: Seal,
}

/// What all parts of a run have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Version of the program.
    pub tool: String,
    /// Version of the rule set.
    pub rules_version: String,
    /// Digest of the ids of all rules.
    pub rules: String,
    /// SHA-256 of the resolved configuration.
    pub config_hash: String,
    /// Base commit, `none` where there is none.
    pub base: String,
    /// Head commit, `none` where there is none.
    pub head: String,
    /// Number of shards.
    pub shards: usize,
    /// What was asked.
    pub subject: Subject,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Subject {
    /// `ci`.
    Ci {
        /// Name of the base.
        base_name: String,
        /// How the base was chosen.
        base_how: String,
        /// The branch that the change comes from.
        branch: Option<String>,
        /// Whether the change is a proposal.
        proposed: bool,
        /// Whether it comes from somebody else's copy of the repository.
        fork: bool,
        /// What a reader should know.
        note: Option<String>,
        /// The commit whose policy counts.
        policy: Option<String>,
    },
    /// `ci`, and there was nothing to gate.
    Nothing {
        /// Why not.
        why: String,
    },
    /// `check`.
    Check {
        /// Files and folders given, from the root.
        paths: Vec<String>,
        /// `--base`.
        base: Option<String>,
        /// `--scope`.
        scope: String,
        /// `--rules`.
        rules: String,
        /// The commit whose policy counts.
        policy: Option<String>,
    },
}

/// Shows that a part is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seal {
    /// Whether the digest was made with a key (`PERF_GATE_CACHE_KEY`), so that nobody without it can make one.
    pub keyed: bool,
    /// BLAKE3 over the rest.
    pub digest: String,
}

/// All parts of a run.
#[derive(Debug)]
pub struct Joined {
    /// What they have in common.
    pub run: Run,
    /// What they recorded.
    pub merged: Merged,
}

impl Run {
    /// What this program says of itself and of a run.
    pub fn new(shards: usize, subject: Subject, config_hash: String, (base, head): (String, String)) -> Run {
        Run {
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            rules_version: RULES_VERSION.to_owned(),
            rules: rules_digest(),
            config_hash,
            base,
            head,
            shards,
            subject,
        }
    }
}

impl Subject {
    /// The base of a range, given its commit.
    pub fn base(&self, commit: &str) -> Option<Base> {
        match self {
            Subject::Ci { base_name, base_how, .. } => {
                Some(Base { name: base_name.clone(), how: base_how.clone(), commit: commit.to_owned() })
            }
            Subject::Nothing { .. } | Subject::Check { .. } => None,
        }
    }
}

impl Part {
    /// Makes a part and seals it.
    pub fn sealed(run: Run, shard: usize, written: String, recorded: Vec<Recorded>, key: Option<&str>) -> Result<Part> {
        let seal = Seal { keyed: key.is_some(), digest: String::new() };
        let mut part = Part { schema_version: SCHEMA_VERSION.to_owned(), run, shard, written, recorded, seal };
        part.seal.digest = part.digest(key)?;
        Ok(part)
    }

    fn digest(&self, key: Option<&str>) -> Result<String> {
        let bare = Part { seal: Seal { digest: String::new(), ..self.seal.clone() }, ..self.clone() };
        let bytes = serde_json::to_vec(&bare).map_err(|why| Error::internal(format!("a part is no JSON: {why}")))?;
        let hash = match key {
            Some(key) => blake3::keyed_hash(&blake3::derive_key("perf-gate part of a run", key.as_bytes()), &bytes),
            None => blake3::hash(&bytes),
        };
        Ok(hash.to_hex().to_string())
    }

    /// Reads a part; an error where it is torn, was changed, or is of another program. `name` is the file's, as messages
    /// show it.
    pub fn read(name: &str, text: &str, key: Option<&str>) -> Result<Part> {
        let again = "run that shard again, and hand its file over as it was written";
        let torn = |why: String| Error::input(format!("`{name}` is no part of a run: {why}")).next(again);
        let part: Part = serde_json::from_str(text).map_err(|why| torn(why.to_string()))?;
        if part.schema_version.split('.').next() != SCHEMA_VERSION.split('.').next() {
            return Err(torn(format!("its schema is {}", part.schema_version.escape_default())));
        }
        match (part.seal.keyed, key) {
            (true, None) => {
                return Err(Error::input(format!("`{name}` is sealed with a key, and PERF_GATE_CACHE_KEY is not set"))
                    .next("give the merge the key that the shards have"));
            }
            (false, Some(_)) => {
                return Err(Error::input(format!("`{name}` is not sealed with the key in PERF_GATE_CACHE_KEY"))
                    .next("give the shards the key that the merge has, or neither"));
            }
            _ => {}
        }
        let matches = blake3::Hash::from_hex(&part.seal.digest).ok() == blake3::Hash::from_hex(part.digest(key)?).ok();
        if !matches {
            return Err(Error::input(format!("`{name}` is not as it was written: its seal does not match")).next(again));
        }
        Ok(part)
    }
}

/// Puts parts together, each with the name of its file; an error where they are not all the parts of one run of this
/// program.
pub fn join(mut parts: Vec<(String, Part)>) -> Result<Joined> {
    let Some((first_name, first)) = parts.first().map(|(name, part)| (name.clone(), part.run.clone())) else {
        return Err(Error::usage("there are no parts to merge").next("name the files that the shards wrote"));
    };
    let ours = Run::new(first.shards, first.subject.clone(), first.config_hash.clone(), Default::default());
    for (name, part) in &parts {
        let run = &part.run;
        let about_us = [
            ("version", &run.tool, &ours.tool),
            ("rule set", &run.rules_version, &ours.rules_version),
            ("rule set", &run.rules, &ours.rules),
        ];
        if let Some((what, theirs, ours)) = about_us.into_iter().find(|(_, theirs, ours)| theirs != ours) {
            let (theirs, ours) = (shown(theirs), shown(ours));
            return Err(Error::input(format!("`{name}` was written by another {what} ({theirs}) than this ({ours})"))
                .next("use one version of the program for all shards and for the merge"));
        }
        let common = [
            ("bases", &run.base, &first.base),
            ("heads", &run.head, &first.head),
            ("configurations", &run.config_hash, &first.config_hash),
        ];
        let differs = common.into_iter().find(|(_, a, b)| a != b).map(|(what, a, b)| (what, shown(b), shown(a)));
        let differs = differs.or_else(|| {
            let (a, b) = (first.shards.to_string(), run.shards.to_string());
            (run.shards != first.shards).then_some(("numbers of shards", a, b))
        });
        if let Some((what, a, b)) = differs {
            return Err(Error::input(format!("`{first_name}` and `{name}` have different {what}: {a} and {b}"))
                .next("merge the parts of one run"));
        }
        if run.subject != first.subject {
            return Err(Error::input(format!("`{first_name}` and `{name}` were asked different things"))
                .next("call all shards with the same arguments, but for the number of the shard"));
        }
    }
    complete(&parts, first.shards)?;
    parts.sort_by_key(|(_, part)| part.shard);
    Ok(Joined { run: first, merged: Merged::new(parts.into_iter().map(|(_, part)| part.recorded)) })
}

/// Each shard once.
fn complete(parts: &[(String, Part)], shards: usize) -> Result<()> {
    let of = |number: usize| parts.iter().filter(move |(_, part)| part.shard == number).map(|(name, _)| name);
    for (name, part) in parts {
        if part.shard == 0 || part.shard > shards {
            return Err(Error::input(format!("`{name}` says that it is shard {} of {shards}", part.shard)));
        }
        let same: Vec<String> = of(part.shard).map(|name| format!("`{name}`")).collect();
        if same.len() > 1 {
            let files = same.join(" and ");
            return Err(Error::input(format!("shard {} of {shards} is there more than once: {files}", part.shard))
                .next("name each part once"));
        }
    }
    // Numbers come from files: of a made-up number of shards not all missing ones are listed.
    let missing: Vec<String> =
        (1..=shards).filter(|n| of(*n).next().is_none()).take(10).map(|n| n.to_string()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (what, are) = if missing.len() == 1 { ("shard", "is") } else { ("shards", "are") };
    Err(Error::input(format!("{what} {} of {shards} {are} missing", missing.join(", ")))
        .next("without all parts there is no verdict: run what is missing, and name every part"))
}

fn rules_digest() -> String {
    let mut hasher = blake3::Hasher::new();
    for rule in rules::all() {
        hasher.update(rule.id.as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// The beginning of what a file says, as messages show it.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(12).collect();
    format!("`{}`", short.escape_default())
}
