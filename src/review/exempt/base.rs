//! Policy from another commit than the analysed one: the configuration that counts, and what the change would loosen.

use std::collections::BTreeSet;

use crate::config::{Resolved, changed_keys};
use crate::engine::facts::{folders_above, within};
use crate::engine::generated::is_generated;
use crate::error::{Error, Result};
use crate::world::config_files;
use crate::world::git::Repo;
use crate::world::tree::{Entry, Tree};

use super::super::integrity::shown;
use super::super::sources::LARGEST;
use super::{Work, known};

/// What every such sentence ends with.
const LATER: &str = "takes effect after the merge";

/// So many of a kind are named; the rest is counted.
const NAMED: usize = 10;

/// The commit that `--policy-from` names; one that names none is bad input.
pub fn policy_commit(repo: &Repo, named: &str) -> Result<String> {
    repo.resolve(named).ok_or_else(|| {
        Error::input(format!("--policy-from `{}` names no commit here", shown(named)))
            .next("name a branch, tag or commit that `git rev-parse` knows; fetch it first where the clone is shallow")
    })
}

/// The configuration that counts for a tree: its own, or that of the commit whose policy counts. What the tree's own would
/// change is told then.
pub fn configuration(repo: &Repo, tree: &dyn Tree, policy: Option<&str>) -> Result<Resolved> {
    let root = repo.root().unwrap_or_else(|| repo.common_folder());
    let own = config_files::load(tree, &root, None, toml::Table::new())?;
    let Some(policy) = policy else { return Ok(own) };
    let mut counts = config_files::load(repo.commit_tree(policy)?.as_ref(), &root, None, toml::Table::new())?;
    let keys = changed_keys(&counts.config, &own.config);
    if !keys.is_empty() {
        let note = format!("the change edits the configuration of the gate ({}): that {LATER}", keys.join(", "));
        counts.notes.insert(0, note);
    }
    Ok(counts)
}

/// What the change would loosen, were its own policy to count; `brought` are its suppressions. Nothing where it does count.
pub(super) fn loosened(work: Work<'_>, brought: Vec<String>) -> Result<Vec<String>> {
    let Some(policy) = &work.ground.policy else { return Ok(Vec::new()) };
    let mut sentences = named(brought, |one| format!("{one}: that suppression {LATER}"), "new suppressions");
    let sources = &work.loaded.sources;
    // Those that count as generated were left out; these only say so.
    let claims = sources.iter().filter(|source| is_generated(&source.path, &source.text));
    let claims = claims.map(|source| shown(&source.path)).collect();
    sentences.extend(named(claims, |one| format!("`{one}` now says that it is generated: that {LATER}"), "such files"));
    let paths: Vec<&str> = work.wanted.keys().map(String::as_str).collect();
    for folder in folders_above(&paths) {
        let path = within(folder, ".gitattributes");
        let (before, now) = (attributes(policy.tree.as_ref(), &path), attributes(work.ground.tree.as_ref(), &path));
        if before != now {
            sentences.push(format!("`{}` changes what counts as generated: that {LATER}", shown(&path)));
        }
    }
    sentences.extend(grown(work, policy.tree.as_ref())?);
    Ok(sentences)
}

fn named(all: Vec<String>, sentence: impl Fn(&String) -> String, what: &str) -> Vec<String> {
    let mut sentences: Vec<String> = all.iter().take(NAMED).map(sentence).collect();
    if all.len() > NAMED {
        sentences.push(format!("and {} more {what}: these take effect after the merge too", all.len() - NAMED));
    }
    sentences
}

/// The lines of an attributes file that say what is generated.
fn attributes(tree: &dyn Tree, path: &str) -> BTreeSet<String> {
    let Entry::File(bytes) = tree.entry(path, LARGEST) else { return BTreeSet::new() };
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(str::trim).filter(|line| line.contains("linguist-generated")).map(str::to_owned).collect()
}

/// Whether the change adds to the baseline.
fn grown(work: Work<'_>, policy: &dyn Tree) -> Result<Option<String>> {
    let path = shown(work.config.baseline_file());
    let before = known::read(policy, work.config)?.unwrap_or_default();
    let now = match known::read(work.ground.tree.as_ref(), work.config) {
        Ok(now) => now.unwrap_or_default(),
        Err(_) => return Ok(Some(format!("`{path}` can no longer be read as a baseline: that {LATER}"))),
    };
    let more = now.beyond(&before);
    let findings = if more == 1 { "finding" } else { "findings" };
    Ok((more > 0).then(|| format!("`{path}` grows by {more} {findings}: that {LATER}")))
}
