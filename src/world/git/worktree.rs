//! The working tree as git would commit it: a snapshot in memory, so that one comparison serves commits and files on disk.
//! Nothing is written to the repository.

use std::collections::BTreeMap;
use std::path::Path;

use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::tree::EntryKind;
use gix::status::{Item, Submodule, UntrackedFiles, index_worktree, tree_index::TrackRenames};

use crate::error::{Error, Result};
use crate::world::files;

use super::changes::is_file;
use super::names::show;
use super::{Change, ChangeKind, Repo, broken, one_line};

/// Larger files are not taken into memory: they count as changed without a look at their lines. Sources over 2 MB are
/// refused in any case.
const LARGE: u64 = 4 * 1024 * 1024;
/// All that is taken into memory together. Beyond it, new files count as new without a look for where they came from.
const BUDGET: u64 = 256 * 1024 * 1024;

impl Repo {
    /// Whether a path is in the index.
    pub fn is_tracked(&self, path: &str) -> Result<bool> {
        let repo = self.local();
        let index = repo.index_or_empty().map_err(|e| broken("the index cannot be read", &one_line(&e)))?;
        Ok(index.entry_by_path(BStr::new(path)).is_some())
    }

    /// Whether git ignores a path of the working tree (and does not track it).
    pub fn is_ignored(&self, path: &str) -> Result<bool> {
        let repo = self.local();
        let unreadable = |e: gix::Error| broken("the ignore rules cannot be read", &one_line(&e));
        let index = repo.index_or_empty().map_err(unreadable)?;
        if index.entry_by_path(BStr::new(path)).is_some() {
            return Ok(false);
        }
        let source = gix::worktree::stack::state::ignore::Source::WorktreeThenIdMappingIfNotSkipped;
        let mut stack = repo.excludes(&index, None, source).map_err(unreadable)?;
        let platform = stack
            .at_entry(BStr::new(path), Some(gix::index::entry::Mode::FILE))
            .map_err(|e| broken("the ignore rules cannot be read", &one_line(&e)))?;
        Ok(platform.is_excluded())
    }

    /// Whether writing over a path loses nothing that git does not hold: it is as HEAD has it, in index and working tree;
    /// or git ignores it; or it is not there at all.
    pub fn is_clean(&self, path: &str) -> Result<bool> {
        let repo = self.local().with_object_memory();
        let unreadable = |e: gix::Error| broken("the working tree cannot be compared with HEAD", &one_line(&e));
        let head = match repo.head_tree() {
            Ok(tree) => tree.lookup_entry(path.split('/').map(str::as_bytes)).map_err(unreadable)?,
            Err(_) => None,
        };
        let head = head.map(|entry| (entry.object_id(), entry.mode().kind()));
        let (mut pipeline, index) = repo.filter_pipeline(None).map_err(unreadable)?;
        let staged = index.entry_by_path(BStr::new(path)).map(|entry| entry.id);
        let disk = pipeline.worktree_file_to_object(BStr::new(path), &index).map_err(unreadable)?;
        let disk = disk.map(|(id, kind, _)| (id, kind));
        if head.is_none() && staged.is_none() {
            return Ok(disk.is_none() || self.is_ignored(path)?);
        }
        Ok(disk == head && staged == head.map(|(id, _)| id))
    }
}

/// The working tree as it would be committed.
pub(super) struct Snapshot {
    /// Its tree.
    pub(super) tree: gix::ObjectId,
    /// The changes that the tree leaves out (large or unreadable files).
    pub(super) beyond: Vec<Change>,
    /// Every path where base, index and working tree are not all the same; with the id that its content would have,
    /// where it is a plain file.
    pub(super) touched: BTreeMap<BString, Option<gix::ObjectId>>,
}

/// How far a path was looked at already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The working tree is as the index says: its content needs no second look.
    Staged,
    /// The working tree says otherwise, or was not compared.
    Unread,
}

/// Takes the snapshot.
pub(super) fn snapshot(repo: &gix::Repository, base: &gix::Tree<'_>) -> Result<Snapshot> {
    let Some(root) = repo.workdir().map(Path::to_path_buf) else {
        return Err(Error::input("a bare repository has no working tree to review")
            .next("run this in a clone, or name two commits with `ci --base … --head …`"));
    };
    let trouble = |e: gix::Error| broken("the working tree cannot be compared", &one_line(&e));
    let mut touched: BTreeMap<BString, (Known, Option<gix::ObjectId>)> =
        touched(repo, base)?.into_iter().map(|(path, known)| (path, (known, None))).collect();
    let (mut pipeline, index) = repo.filter_pipeline(None).map_err(trouble)?;
    let decoded = base.decode().map_err(trouble)?;
    let mut editor = gix::objs::tree::Editor::new(decoded.into(), &repo.objects, repo.object_hash());
    let trusts_mode = repo.config_snapshot().boolean("core.fileMode").unwrap_or(true);
    let mut beyond = Vec::new();
    let mut spent = 0;
    // Removals go first: a folder may stand where a file stood.
    let mut present = Vec::new();
    for (path, (known, id)) in &mut touched {
        let size = file_size(&root, path);
        if size.is_none() {
            editor.remove_if_leaf(parts(path)).map_err(trouble)?;
        } else {
            present.push((path, *known, id, size.unwrap_or_default()));
        }
    }
    for (path, known, plain, size) in present {
        let old = base
            .lookup_entry(path.split(|byte| *byte == b'/'))
            .map_err(trouble)?
            .map(|e| (e.mode().kind(), e.object_id()));
        let fits = size <= LARGE && spent + size <= BUDGET;
        spent += size;
        let staged = if known == Known::Staged { staged(&index, path) } else { None };
        let mut read =
            || pipeline.worktree_file_to_object(path.as_bstr(), &index).ok().flatten().map(|(id, kind, _)| (id, kind));
        let stored = if fits { staged.or_else(&mut read) } else { None };
        if let Some((id, kind)) = stored {
            *plain = is_file(kind).then_some(id);
            let was = old.map(|(kind, _)| kind).filter(|was| is_file(*was) && is_file(kind));
            let kind = if trusts_mode { kind } else { was.unwrap_or(kind) };
            editor.upsert(parts(path), kind, id).map_err(trouble)?;
        } else {
            // Too large, unreadable, or of a type that git does not track: reading it will say so.
            let kind = if old.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
            beyond.push(Change { path: show(path), old_path: None, kind, lines: None });
        }
    }
    let written = editor.write(|tree| repo.write_object(tree).map(gix::Id::detach)).map_err(trouble)?;
    let touched = touched.into_iter().map(|(path, (_, id))| (path, id)).collect();
    Ok(Snapshot { tree: written, beyond, touched })
}

/// What the index holds of a plain file, where it stands for the working tree.
fn staged(index: &gix::index::State, path: &BString) -> Option<(gix::ObjectId, EntryKind)> {
    use gix::index::entry::{Flags, Mode};
    let entry = index.entry_by_path(path.as_bstr())?;
    // Of these, git was told not to look, or has no content yet.
    let blind = Flags::ASSUME_VALID | Flags::SKIP_WORKTREE | Flags::INTENT_TO_ADD;
    let kind = match entry.mode {
        Mode::FILE => EntryKind::Blob,
        Mode::FILE_EXECUTABLE => EntryKind::BlobExecutable,
        _ => return None,
    };
    (!entry.flags.intersects(blind)).then_some((entry.id, kind))
}

fn parts(path: &BString) -> impl Iterator<Item = &BStr> {
    path.split(|byte| *byte == b'/').map(BStr::new)
}

/// Size of what stands at a path; none where nothing does, or where a plain folder stands (its files count for
/// themselves).
fn file_size(root: &Path, path: &BString) -> Option<u64> {
    let relative = gix::path::from_bstr(path.as_bstr()).ok()?;
    let full = root.join(relative);
    let kind = files::kind(&full)?;
    match kind {
        files::Kind::File(size) => Some(size),
        files::Kind::Folder => files::exists(&full.join(".git")).then_some(0),
        files::Kind::Link | files::Kind::Other => Some(0),
    }
}

/// Every path where base, index and working tree are not all the same.
fn touched(repo: &gix::Repository, base: &gix::Tree<'_>) -> Result<BTreeMap<BString, Known>> {
    let trouble = |e: gix::Error| broken("the working tree cannot be compared", &one_line(&e));
    let submodules = Submodule::Given { ignore: gix::submodule::config::Ignore::Dirty, check_dirty: true };
    let platform = repo
        .status(gix::progress::Discard)
        .map_err(trouble)?
        .untracked_files(UntrackedFiles::Files)
        .index_worktree_rewrites(None)
        .index_worktree_submodules(submodules)
        .head_tree(base.id)
        .tree_index_track_renames(TrackRenames::Disabled);
    let mut paths = BTreeMap::new();
    for item in platform.into_iter(None).map_err(trouble)? {
        match item.map_err(trouble)? {
            Item::TreeIndex(change) => {
                paths.entry(change.location().to_owned()).or_insert(Known::Staged);
            }
            Item::IndexWorktree(index_worktree::Item::DirectoryContents { entry, .. }) => {
                paths.insert(entry.rela_path, Known::Unread);
            }
            Item::IndexWorktree(item) => {
                paths.insert(item.rela_path().to_owned(), Known::Unread);
            }
        }
    }
    Ok(paths)
}
