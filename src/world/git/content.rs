//! The files of a commit, from the object database.

use std::sync::Mutex;

use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use crate::error::Result;
use crate::world::tree::{Entry, Tree};

use super::names::{NOT_UTF8, hidden_bytes, show};
use super::{broken, one_line, tree_of};

/// Bytes of objects that each handle keeps.
const FOLDERS_KEPT: usize = 4 * 1024 * 1024;

/// How many links a path may go through, as in the operating system.
const MOST_LINKS: usize = 40;

/// A commit as a tree of files. Looks up what is asked for, and nothing else.
pub(super) struct CommitTree {
    repo: gix::ThreadSafeRepository,
    /// Handles that nobody uses right now: each has folders in its memory that the next path goes through again.
    idle: Mutex<Vec<gix::Repository>>,
    tree: gix::ObjectId,
}

impl CommitTree {
    pub(super) fn open(repo: gix::ThreadSafeRepository, commit: &str) -> Result<CommitTree> {
        let local = repo.to_thread_local();
        let tree = tree_of(&local, commit)?.id;
        Ok(CommitTree { repo, idle: Mutex::default(), tree })
    }

    fn with<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let repo = idle.unwrap_or_else(|| {
            let mut repo = self.repo.to_thread_local();
            repo.object_cache_size_if_unset(FOLDERS_KEPT);
            repo
        });
        let done = work(&repo);
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(repo);
        }
        done
    }
}

/// What a walk through the tree came to.
enum Found {
    Entry(EntryKind, gix::ObjectId),
    Root,
    /// A link on the way leaves the tree, or goes in a circle; its target.
    Outside(String),
    Missing,
    Unreadable(String),
}

/// Walks to a path. Links to folders are followed where they stay inside the tree; a link at the end never is.
fn walk(repo: &gix::Repository, root: gix::ObjectId, path: &[u8]) -> Found {
    let mut todo: Vec<Vec<u8>> = parts(path).rev().map(<[u8]>::to_vec).collect();
    let mut done: Vec<(gix::ObjectId, EntryKind)> = vec![(root, EntryKind::Tree)];
    let mut links = 0;
    while let Some(part) = todo.pop() {
        if part == b".." {
            if done.len() == 1 {
                return Found::Missing;
            }
            done.pop();
            continue;
        }
        let Some((folder, EntryKind::Tree)) = done.last().copied() else { return Found::Missing };
        let tree = match repo.find_tree(folder) {
            Ok(tree) => tree,
            Err(error) => return Found::Unreadable(one_line(&error)),
        };
        let Some(entry) = tree.find_entry(part.as_slice()) else { return Found::Missing };
        let kind = entry.mode().kind();
        if kind != EntryKind::Link || todo.is_empty() {
            done.push((entry.object_id(), kind));
            continue;
        }
        let target = link_target(repo, entry.object_id());
        links += 1;
        let depth = parts(&target).filter(|part| *part == b"..").count();
        if links > MOST_LINKS || target.starts_with(b"/") || depth > done.len() - 1 {
            return Found::Outside(show(&target));
        }
        todo.extend(parts(&target).rev().map(<[u8]>::to_vec));
    }
    match done.pop() {
        Some((_, EntryKind::Tree)) if done.is_empty() => Found::Root,
        Some((id, kind)) => Found::Entry(kind, id),
        None => Found::Missing,
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

fn link_target(repo: &gix::Repository, id: gix::ObjectId) -> Vec<u8> {
    repo.find_blob(id).map(|mut blob| blob.take_data()).unwrap_or_default()
}

fn blob(repo: &gix::Repository, id: gix::ObjectId, limit: u64) -> Entry {
    let header = match repo.find_header(id) {
        Ok(header) => header,
        Err(error) => return Entry::Unreadable(one_line(&error)),
    };
    if header.size() > limit {
        return Entry::TooLarge(header.size());
    }
    match repo.find_blob(id) {
        Ok(mut blob) => Entry::File(blob.take_data()),
        Err(error) => Entry::Unreadable(one_line(&error)),
    }
}

impl CommitTree {
    /// Names in a folder of the kinds that are wanted, sorted.
    fn names(&self, folder: &str, wanted: impl Fn(EntryKind) -> bool) -> Vec<String> {
        self.with(|repo| {
            let id = match walk(repo, self.tree, folder.as_bytes()) {
                Found::Root => self.tree,
                Found::Entry(EntryKind::Tree, id) => id,
                _ => return Vec::new(),
            };
            let Ok(tree) = repo.find_tree(id) else { return Vec::new() };
            let entries = tree.iter().flatten().filter(|entry| wanted(entry.mode().kind()));
            let mut names: Vec<String> = entries.map(|entry| show(entry.filename())).collect();
            names.sort_unstable();
            names
        })
    }
}

impl Tree for CommitTree {
    fn inside(&self, absolute: &str) -> Option<String> {
        crate::world::tree::relative(self.repo.to_thread_local().workdir()?, absolute)
    }

    fn entry(&self, path: &str, limit: u64) -> Entry {
        self.with(|repo| match walk(repo, self.tree, path.as_bytes()) {
            Found::Outside(target) => Entry::Symlink(target),
            Found::Unreadable(why) => Entry::Unreadable(why),
            Found::Missing => match hidden_bytes(path).map(|bytes| walk(repo, self.tree, &bytes)) {
                None | Some(Found::Missing) => Entry::Missing,
                Some(_) => Entry::Unreadable(NOT_UTF8.to_owned()),
            },
            Found::Root | Found::Entry(EntryKind::Tree, _) => Entry::Folder,
            Found::Entry(EntryKind::Commit, _) => Entry::Submodule,
            Found::Entry(EntryKind::Link, id) => Entry::Symlink(show(&link_target(repo, id))),
            Found::Entry(EntryKind::Blob | EntryKind::BlobExecutable, id) => blob(repo, id, limit),
        })
    }

    fn files(&self) -> Result<Vec<String>> {
        let repo = self.repo.to_thread_local();
        let tree = repo.find_tree(self.tree).map_err(|e| broken("a tree cannot be read", &one_line(&e)))?;
        let entries =
            tree.traverse().breadthfirst.files().map_err(|e| broken("a tree cannot be read", &one_line(&e)))?;
        let mut files: Vec<String> = entries
            .into_iter()
            .filter(|entry| entry.mode.is_blob_or_symlink())
            .map(|entry| show(&entry.filepath))
            .collect();
        files.sort_unstable();
        Ok(files)
    }

    fn id(&self) -> Option<String> {
        Some(self.tree.to_string())
    }

    fn changed_since(&self, id: &str) -> Option<Vec<(String, bool)>> {
        use gix::diff::tree::{Recorder, State, recorder::Change};
        self.with(|repo| {
            let old = repo.find_tree(gix::ObjectId::from_hex(id.as_bytes()).ok()?).ok()?;
            let new = repo.find_tree(self.tree).ok()?;
            let mut seen = Recorder::default();
            let (before, after) = [&old, &new].map(|t| TreeRefIter::from_bytes(&t.data, t.id.kind())).into();
            gix::diff::tree(before, after, State::default(), &repo.objects, &mut seen).ok()?;
            let changed = seen.records.into_iter().map(|change| match change {
                Change::Addition { path, .. } | Change::Deletion { path, .. } => (show(&path), true),
                Change::Modification { path, .. } => (show(&path), false),
            });
            Some(changed.collect())
        })
    }

    fn children(&self, folder: &str) -> Vec<String> {
        self.names(folder, |_| true)
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        self.names(folder, |kind| kind == EntryKind::Tree)
    }
}
