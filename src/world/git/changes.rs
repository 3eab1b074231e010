//! What changed from one tree to another: paths, renames, touched lines.

use std::collections::{BTreeMap, BTreeSet};

use gix::diff::Rewrites;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::object::tree::diff::ChangeDetached;
use gix::objs::tree::EntryKind;

use crate::error::{Error, Result};

use super::listing::padded;
use super::names::show;
use super::{Change, ChangeKind, Repo, broken, one_line, tree_of};

/// Blobs larger than this are not compared line by line. Sources over 2 MB are refused before anything looks at lines.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What a comparison of a commit with the working tree saw.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// Everything changed.
    pub changes: Vec<Change>,
    /// Every path where commit, index and working tree are not all the same, with the id of its content (padded with
    /// zeros) where it is a plain file that could be read: of all others, the index tells the content.
    pub touched: BTreeMap<String, Option<[u8; 32]>>,
}

impl Repo {
    /// Everything changed from a commit to the working tree: committed, staged, unstaged and untracked (not ignored).
    pub fn changes_to_worktree(&self, base: &str) -> Result<Vec<Change>> {
        Ok(self.compare_worktree(base)?.changes)
    }

    /// As [`changes_to_worktree`](Self::changes_to_worktree), with all that was looked at for it.
    pub fn compare_worktree(&self, base: &str) -> Result<Compared> {
        let repo = self.local().with_object_memory();
        let old = tree_of(&repo, base)?;
        let snapshot = super::worktree::snapshot(&repo, &old)?;
        let new = tree_of(&repo, &snapshot.tree.to_string())?;
        let mut changes = compare(&repo, &old, &new)?;
        changes.extend(snapshot.beyond);
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        let touched = snapshot.touched.iter().map(|(path, id)| (show(path), id.map(padded))).collect();
        Ok(Compared { changes, touched })
    }

    /// Those of some plain files that a commit holds with exactly this content.
    pub fn held_by<'p>(&self, commit: &str, files: &[(&'p str, [u8; 32])]) -> Result<BTreeSet<&'p str>> {
        let repo = self.local();
        let tree = tree_of(&repo, commit)?;
        let held = files.iter().filter(|(path, id)| {
            let entry = tree.lookup_entry(path.split('/').map(str::as_bytes)).ok().flatten();
            entry.is_some_and(|entry| is_file(entry.mode().kind()) && padded(entry.object_id()) == *id)
        });
        Ok(held.map(|(path, _)| *path).collect())
    }

    /// Everything changed from one commit to another, without looking at the working tree.
    pub fn changes_between(&self, base: &str, head: &str) -> Result<Vec<Change>> {
        let repo = self.local();
        compare(&repo, &tree_of(&repo, base)?, &tree_of(&repo, head)?)
    }
}

fn compare(repo: &gix::Repository, old: &gix::Tree<'_>, new: &gix::Tree<'_>) -> Result<Vec<Change>> {
    let raw = raw_changes(repo, old, new).map_err(|e| broken("two trees cannot be compared", &one_line(e.as_ref())))?;
    let mut changes = Vec::with_capacity(raw.len());
    let partial = is_partial(repo);
    for change in raw {
        if partial {
            all_there(repo, &change)?;
        }
        changes.extend(one(repo, change)?);
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

/// The comparison itself, renames found. As gix does it for itself, but without the index: only attributes would be looked
/// up in it, and reading the index of a large repository takes longer than comparing two of its trees.
fn raw_changes(
    repo: &gix::Repository,
    old: &gix::Tree<'_>,
    new: &gix::Tree<'_>,
) -> std::result::Result<Vec<ChangeDetached>, Box<dyn std::error::Error>> {
    let no_index = gix::index::State::new(repo.object_hash());
    let attributes = repo.attributes_only(&no_index, gix::worktree::stack::state::attributes::Source::IdMapping)?;
    let (mode, roots) = (gix::diff::blob::pipeline::Mode::ToGit, gix::diff::blob::pipeline::WorktreeRoots::default());
    let mut cache = gix::diff::resource_cache(repo, mode, attributes.detach(), roots)?;
    let options = gix::diff::Options::default().with_rewrites(Some(Rewrites::default()));
    let mut changes = Vec::new();
    gix::diff::tree_with_rewrites(
        gix::objs::TreeRefIter::from_bytes(&old.data, old.id.kind()),
        gix::objs::TreeRefIter::from_bytes(&new.data, new.id.kind()),
        &mut cache,
        &mut gix::diff::tree::State::default(),
        &repo.objects,
        |change| {
            changes.push(gix::diff::tree_with_rewrites::ChangeRef::into_owned(change));
            Ok(std::ops::ControlFlow::Continue(()))
        },
        options.into(),
    )?;
    Ok(changes)
}

/// Whether contents were left out when the repository was cloned (`git clone --filter`). Git fetches them when it needs them;
/// we open no connection.
fn is_partial(repo: &gix::Repository) -> bool {
    let config = repo.config_snapshot();
    let promised = |name: &str| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true);
    repo.remote_names().iter().any(|name| promised(&name.to_string()))
}

/// An error where a content that the comparison needs was left out: what is not read is not reviewed.
fn all_there(repo: &gix::Repository, change: &ChangeDetached) -> Result<()> {
    let (mode, ids, path) = match change {
        ChangeDetached::Addition { entry_mode, id, location, .. } => (entry_mode, vec![id], location),
        ChangeDetached::Modification { entry_mode, previous_id, id, location, .. } => {
            (entry_mode, vec![previous_id, id], location)
        }
        ChangeDetached::Rewrite { entry_mode, source_id, id, location, .. } => {
            (entry_mode, vec![source_id, id], location)
        }
        ChangeDetached::Deletion { .. } => return Ok(()),
    };
    if !is_file(mode.kind()) || ids.into_iter().all(|id| repo.find_header(*id).is_ok()) {
        return Ok(());
    }
    let path = one_line(&show(path));
    Err(Error::input(format!("the clone is partial and does not hold all of `{path}`"))
        .next("clone without `--filter` (GitHub: no `filter:`), or run `git fetch --refetch --no-filter`"))
}

/// One change of git's as ours; none for folders, whose files have changes of their own.
fn one(repo: &gix::Repository, change: ChangeDetached) -> Result<Option<Change>> {
    let whole = |path: &[u8], mode: EntryKind, kind| {
        let kind = if mode == EntryKind::Commit { ChangeKind::Submodule } else { kind };
        (mode != EntryKind::Tree).then(|| Change { path: show(path), old_path: None, kind, lines: None })
    };
    Ok(match change {
        ChangeDetached::Addition { location, entry_mode, .. } => whole(&location, entry_mode.kind(), ChangeKind::Added),
        ChangeDetached::Deletion { location, entry_mode, .. } => {
            whole(&location, entry_mode.kind(), ChangeKind::Deleted)
        }
        ChangeDetached::Modification { location, previous_entry_mode, previous_id, entry_mode, id } => {
            let (before, after) = (previous_entry_mode.kind(), entry_mode.kind());
            if after == EntryKind::Tree {
                return Ok(None);
            }
            let (kind, lines) = match (before, after) {
                (EntryKind::Commit, _) | (_, EntryKind::Commit) => (ChangeKind::Submodule, None),
                (_, EntryKind::Link) if is_file(before) => (ChangeKind::ModeOnly, None),
                _ if !is_file(before) || !is_file(after) => (ChangeKind::Modified, None),
                _ if previous_id == id => (ChangeKind::ModeOnly, Some(Vec::new())),
                _ => (ChangeKind::Modified, touched_lines(repo, previous_id, id)?),
            };
            Some(Change { path: show(&location), old_path: None, kind, lines })
        }
        ChangeDetached::Rewrite { source_location, source_id, entry_mode, id, location, copy, .. } => {
            let is_plain = is_file(entry_mode.kind());
            let lines = if is_plain { touched_lines(repo, source_id, id)? } else { None };
            let kind = if copy { ChangeKind::Added } else { ChangeKind::Renamed };
            whole(&location, entry_mode.kind(), kind).map(|change| Change {
                old_path: (!copy).then(|| show(&source_location)),
                lines: if copy { None } else { lines },
                ..change
            })
        }
    })
}

pub(super) const fn is_file(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable)
}

/// The lines of the new content that differ from the old; none where lines do not apply (binary, or too large).
fn touched_lines(repo: &gix::Repository, old: gix::ObjectId, new: gix::ObjectId) -> Result<Option<Vec<(u32, u32)>>> {
    if old == new {
        return Ok(Some(Vec::new()));
    }
    let read = |id| -> Result<Option<Vec<u8>>> {
        let unreadable = |e: gix::Error| broken("a blob cannot be read", &one_line(&e));
        if repo.find_header(id).map_err(unreadable)?.size() > MOST_BYTES {
            return Ok(None);
        }
        Ok(Some(repo.find_blob(id).map_err(unreadable)?.take_data()).filter(|data| !is_binary(data)))
    };
    let (Some(old), Some(new)) = (read(old)?, read(new)?) else { return Ok(None) };
    Ok(Some(line_ranges(&old, &new)))
}

/// Git's own measure of a binary file.
fn is_binary(data: &[u8]) -> bool {
    data[..data.len().min(8000)].contains(&0)
}

/// Ranges of touched lines in `new`, 1-based and inclusive.
fn line_ranges(old: &[u8], new: &[u8]) -> Vec<(u32, u32)> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let total = input.after.len() as u32;
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for hunk in diff.hunks() {
        let range = if hunk.after.is_empty() {
            let line = (hunk.after.start + 1).min(total);
            (line, line)
        } else {
            (hunk.after.start + 1, hunk.after.end)
        };
        match ranges.last_mut() {
            Some(last) if range.0 <= last.1.saturating_add(1) && range.0 > 0 => last.1 = last.1.max(range.1),
            _ if range.0 > 0 => ranges.push(range),
            _ => {}
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::line_ranges;

    #[test]
    fn touched_lines_are_counted_at_the_head() {
        assert_eq!(line_ranges(b"a\nb\nc\n", b"a\nB\nc\nd\n"), [(2, 2), (4, 4)]);
    }

    #[test]
    fn a_removal_touches_the_line_that_now_stands_there() {
        assert_eq!(line_ranges(b"a\nb\nc\n", b"a\nc\n"), [(2, 2)]);
        assert_eq!(line_ranges(b"a\nb\nc\n", b"a\nb\n"), [(2, 2)]);
        assert_eq!(line_ranges(b"a\n", b""), []);
    }
}
