//! Budgets measured: packages in lock files, files on disk as they are and compressed, and what Lighthouse reported;
//! against our own configuration and against that of other tools.
//!
//! Absent data stays absent: it is named, never guessed. Must not know findings or severities.

mod bundlers;
mod lighthouse;
mod scale;
mod tools;

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use globset::{GlobBuilder, GlobMatcher};
use serde_json::Value;

use super::facts::{Facts, within};
use super::front_end;
use crate::config::{Bundle, FileBudget, Size};
use crate::error::{Error, Result};
use crate::model::budget::{Budgets, Unit, Unweighed, Weighed};
use crate::model::front_end::{FrontEnds, Ships};
use crate::model::libraries;
use crate::world::files;
use crate::world::tree::{Entry, Tree};

/// A file that is larger is weighed as it is but not compressed.
const MOST_COMPRESSED: u64 = 256 << 20;
/// A glob that would look at more entries than this is no budget of a bundle.
const MOST_ENTRIES: usize = 100_000;

/// What is measured.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The configured budgets.
    pub config: &'a Bundle,
    /// The lock files.
    pub facts: &'a Facts,
    /// The files of other tools that state budgets, as [`declared`] found them.
    pub declared: &'a BTreeMap<String, String>,
    /// The analysed files.
    pub files: &'a [&'a str],
    /// Where globs are looked up.
    pub tree: &'a dyn Tree,
    /// Asked before each file; once it says yes, what is left counts as unweighed.
    pub out_of_time: &'a dyn Fn() -> bool,
}

/// Holds every budget against what is there. A malformed budget is an error of the configuration.
pub fn measure(job: Job<'_>) -> Result<Budgets> {
    let front_ends = front_end::read(job.tree, job.files, &libraries::modules());
    let mut budgets = Budgets { front_ends, ..Budgets::default() };
    if let Some(limit) = job.config.crates {
        weigh_locks(&job, u64::from(limit), &mut budgets);
    }
    for file in &job.config.files {
        weigh_files(&job, &parse(file)?, &mut budgets);
    }
    tools::weigh(&job, &mut budgets);
    let other = !job.config.files.is_empty() || !job.declared.is_empty();
    if !other && job.config.crates.is_none() {
        budgets.missing_for.extend(manifest_in_question(job.facts, job.files));
    }
    if !other {
        budgets.missing_for.extend(front_end_in_question(&budgets.front_ends, job.files));
    }
    Ok(budgets)
}

/// The manifest of the first front end which an analysed file belongs to. A library for front ends has no bundle of its
/// own: whoever uses it has.
fn front_end_in_question(front_ends: &FrontEnds, files: &[&str]) -> Option<String> {
    let owners = files.iter().filter(|file| front_end::is_shipped(file)).filter_map(|file| front_ends.of(file));
    let owner = owners.filter(|package| package.ships != Ships::Nothing && package.is_application);
    owner.min_by_key(|package| (package.dir.len(), &package.dir)).map(|package| within(&package.dir, "package.json"))
}

/// Checks that every budget of a configuration can be understood.
pub fn validate(config: &Bundle) -> Result<()> {
    config.files.iter().try_for_each(|file| parse(file).map(|_| ()))
}

/// The manifest that a budget would be about: that of the first crate which an analysed file belongs to. A change
/// outside of every crate builds nothing that a budget could hold.
fn manifest_in_question(facts: &Facts, files: &[&str]) -> Option<String> {
    let owner = files.iter().filter_map(|file| facts.crate_of(file)).min_by_key(|c| (c.dir.len(), &c.dir))?;
    Some(within(&owner.dir, "Cargo.toml"))
}

fn weigh_locks(job: &Job<'_>, limit: u64, budgets: &mut Budgets) {
    for lock in &job.facts.locks {
        let actual = lock.packages.len() as u64;
        let parts = vec![(lock.path.clone(), actual)];
        let subject = lock.path.clone();
        budgets.weighed.push(Weighed { subject, unit: Unit::Packages, limit, actual, parts, by: None });
    }
    if job.facts.locks.is_empty() {
        budgets.unweighed.push(unweighed("Cargo.lock", "there is no lock file"));
    }
}

/// A budget of the configuration, understood.
struct Parsed<'a> {
    glob: &'a str,
    matcher: GlobMatcher,
    raw: Option<u64>,
    gzip: Option<u64>,
}

fn parse(budget: &FileBudget) -> Result<Parsed<'_>> {
    let glob = budget.glob.trim_start_matches("./");
    let place = || format!("the budget for `{}` in `bundle.files`", budget.glob);
    let refuse = |why: &str| Err(Error::input(format!("{} {why}", place())));
    if glob.is_empty() || glob.starts_with('/') || glob.split('/').any(|part| part == "..") {
        return refuse("leaves the repository: write a glob relative to its root");
    }
    if budget.raw.is_none() && budget.gzip.is_none() {
        return refuse("has no limit: set `raw`, `gzip` or both");
    }
    let matcher = match GlobBuilder::new(glob).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return refuse(&format!("is no glob: {}", error.kind())),
    };
    let size = |size: &Option<Size>| {
        let bytes = size.as_ref().map(bytes).transpose();
        bytes.map_err(|why| Error::input(format!("{} {why}", place())))
    };
    Ok(Parsed { glob, matcher, raw: size(&budget.raw)?, gzip: size(&budget.gzip)? })
}

/// A size in bytes. 1 KB is 1 000 bytes, 1 KiB 1 024; letter case and the space do not matter.
pub fn bytes(size: &Size) -> Result<u64, String> {
    let text = match size {
        Size::Bytes(bytes) => return Ok(*bytes),
        Size::Text(text) => text.trim(),
    };
    let refused = || {
        format!(
            "holds `{text}`, which is no size: write a number of bytes, or a text such as \"300 KB\" or \"1.5 MiB\""
        )
    };
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..split].parse().map_err(|_| refused())?;
    let unit: f64 = match text[split..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(refused()),
    };
    let bytes = number * unit;
    // Past 2^53 a float no longer counts single bytes, and no bundle weighs nine petabytes.
    if bytes > 9_007_199_254_740_992.0 {
        return Err(refused());
    }
    #[expect(clippy::cast_sign_loss, reason = "digits and a point hold no sign")]
    Ok(bytes.floor() as u64)
}

fn weigh_files(job: &Job<'_>, budget: &Parsed<'_>, budgets: &mut Budgets) {
    let paths = match find(job.tree, budget) {
        Ok(paths) => paths,
        Err(why) => return budgets.unweighed.push(unweighed(budget.glob, &why)),
    };
    let mut raw = Vec::new();
    let mut gzip = Vec::new();
    for path in paths {
        if (job.out_of_time)() {
            return budgets.unweighed.push(unweighed(budget.glob, "the time for weighing was up"));
        }
        match job.tree.entry(&path, MOST_COMPRESSED) {
            Entry::File(content) => {
                raw.push((path.clone(), content.len() as u64));
                if budget.gzip.is_some() {
                    gzip.push((path, gzipped(&content)));
                }
            }
            Entry::TooLarge(size) if budget.gzip.is_none() => raw.push((path, size)),
            Entry::TooLarge(size) => {
                let why = format!("`{path}` is too large to compress ({size} bytes)");
                return budgets.unweighed.push(unweighed(budget.glob, &why));
            }
            Entry::Unreadable(why) => {
                return budgets.unweighed.push(unweighed(budget.glob, &format!("`{path}` cannot be read: {why}")));
            }
            Entry::Symlink(_) | Entry::Folder | Entry::Submodule | Entry::Missing => {}
        }
    }
    if raw.is_empty() {
        return budgets.unweighed.push(unweighed(budget.glob, "no file matches it"));
    }
    budgets.weighed.extend(budget.raw.map(|limit| weighed(budget.glob, Unit::Bytes, limit, raw)));
    budgets.weighed.extend(budget.gzip.map(|limit| weighed(budget.glob, Unit::GzipBytes, limit, gzip)));
}

fn weighed(glob: &str, unit: Unit, limit: u64, mut parts: Vec<(String, u64)>) -> Weighed {
    parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let actual = parts.iter().map(|(_, size)| size).sum();
    Weighed { subject: glob.to_owned(), unit, limit, actual, parts, by: None }
}

fn unweighed(subject: &str, why: &str) -> Unweighed {
    Unweighed { subject: subject.to_owned(), why: why.to_owned(), by: None }
}

/// How many bytes a content has after gzip at level 9, as a server would send it.
fn gzipped(content: &[u8]) -> u64 {
    let mut encoder = GzEncoder::new(Counter(0), Compression::best());
    // Neither writing to a counter nor finishing can fail.
    let _ = encoder.write_all(content);
    encoder.finish().map_or(0, |counter| counter.0)
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The paths that a glob matches. Built files are mostly ignored by git, so folders are walked, from the part of the
/// glob that is no pattern.
fn find(tree: &dyn Tree, budget: &Parsed<'_>) -> Result<Vec<String>, String> {
    let literal = budget.glob.split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
    let start = literal.collect::<Vec<_>>().join("/");
    if start == budget.glob {
        return Ok(vec![start]);
    }
    let deepest = if budget.glob.contains("**") { usize::MAX } else { budget.glob.matches('/').count() };
    let mut paths = walk(tree, start, deepest)?;
    paths.retain(|path| budget.matcher.is_match(path));
    paths.sort();
    Ok(paths)
}

/// Everything below a folder, down to a number of separators in its path.
fn walk(tree: &dyn Tree, start: String, deepest: usize) -> Result<Vec<String>, String> {
    let mut seen = Vec::new();
    let mut open = vec![start];
    while let Some(folder) = open.pop() {
        let children: Vec<String> = tree.children(&folder).iter().map(|child| within(&folder, child)).collect();
        if seen.len() + children.len() > MOST_ENTRIES {
            return Err(format!("more than {MOST_ENTRIES} entries lie below it: begin the glob with a folder"));
        }
        open.extend(children.iter().filter(|path| path.matches('/').count() < deepest).cloned());
        seen.extend(children);
    }
    Ok(seen)
}

/// JSON with sorted keys and no spacing.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, String> = map.iter().map(|(key, inner)| (key, canonical(inner))).collect();
            let pairs: Vec<String> =
                sorted.into_iter().map(|(key, inner)| format!("{}:{inner}", Value::String(key.clone()))).collect();
            format!("{{{}}}", pairs.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

pub use tools::declared;

/// SHA-256 in hex over every budget that a result could follow from, and what was weighed for it: part of the key of the
/// result cache.
pub fn config_hash(config: &Bundle, declared: &BTreeMap<String, String>, measured: &Budgets) -> String {
    let own = serde_json::to_value(config).map(|value| canonical(&value)).unwrap_or_default();
    let seen = format!("{:?} {:?}", measured.weighed, measured.unweighed);
    // As JSON, so that no two different lists of texts are the same bytes.
    files::sha256_hex(&serde_json::to_vec(&(own, declared, &measured.front_ends, seen)).unwrap_or_default())
}
