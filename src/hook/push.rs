//! From the lines of a push to the ranges that are gated: deletions left out, tags peeled, each commit once.

use std::path::Path;

use crate::error::{Error, Result};
use crate::review::configuration;
use crate::world::git::{Base, PushBase, Repo};

use super::protocol::Update;
use super::range::Range;

/// What a push comes to.
#[derive(Debug, Default)]
pub struct Push {
    /// What is gated, in the order of the lines.
    pub ranges: Vec<Range>,
    /// What the person who pushes should know.
    pub notes: Vec<String>,
}

/// A commit that is pushed, and everything said of it.
struct Pushed {
    commit: String,
    base: Option<Base>,
    branches: Vec<String>,
}

/// Works out the ranges. `remote` is the remote's name, or its address where it has none; `policy` the commit whose policy
/// counts, where it is not the pushed one's.
pub fn ranges(repo: &Repo, root: &Path, updates: &[Update], remote: &str, policy: Option<&str>) -> Result<Push> {
    let mut push = Push::default();
    let mut pushed: Vec<Pushed> = Vec::new();
    for update in updates.iter().filter(|update| !update.is_deletion()) {
        let Some(commit) = repo.resolve(&update.local) else {
            if !repo.has_object(&update.local) {
                let (what, id) = (crate::story::visible(&update.local_ref), crate::story::visible(&update.local));
                return Err(Error::input(format!("what is pushed as {what} ({id}) is not in this repository"))
                    .next("run this in the repository that pushes"));
            }
            push.notes.push(format!("{} leads to no commit: nothing to review there", update.local_ref));
            continue;
        };
        let PushBase { base, note } = repo.push_base(&commit, update.known(), remote)?;
        push.notes.extend(note.filter(|note| !push.notes.contains(note)));
        let known = pushed.iter().position(|other| other.commit == commit);
        let at = known.unwrap_or_else(|| {
            pushed.push(Pushed { commit, base: None, branches: Vec::new() });
            pushed.len() - 1
        });
        let entry = &mut pushed[at];
        entry.branches.extend(update.branch().map(str::to_owned));
        entry.base = Some(match entry.base.take() {
            Some(other) => older(repo, other, base),
            None => base,
        });
    }
    let head = repo.head()?;
    for Pushed { commit, base, branches } in pushed {
        let Some(base) = base else { continue };
        let tree = repo.commit_tree(&commit)?;
        let resolved = configuration(repo, tree.as_ref(), policy)?;
        push.notes.extend(resolved.notes);
        if base.commit == commit {
            let short = commit.get(..12).unwrap_or(&commit);
            push.notes.push(format!("the remote has {short} already: there is no change to review"));
        }
        push.ranges.push(Range {
            root: root.to_path_buf(),
            write: resolved.config.hook.write && head.as_ref() == Some(&commit),
            base,
            head: commit,
            branches,
            config: resolved.config,
            policy: policy.map(str::to_owned),
        });
    }
    Ok(push)
}

/// Of two bases of one commit the one that leaves less out, so that analysing it once covers both.
fn older(repo: &Repo, a: Base, b: Base) -> Base {
    let Some(commit) = repo.resolve(&a.commit) else { return a };
    match repo.base_between(&b.commit, &b.how, &commit) {
        Ok(common) if common.commit == a.commit => a,
        Ok(common) => Base { commit: common.commit, ..b },
        Err(_) if repo.resolve(&b.commit).is_none() => b,
        Err(_) => a,
    }
}
