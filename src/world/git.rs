//! Git through gix: repository, base, changes with renames, content of commits. Plumbing only: no user-configurable
//! porcelain has a say.

use std::path::{Path, PathBuf};

use crate::error::Result;

use super::tree::Tree;

/// A repository.
#[derive(Debug)]
pub struct Repo {
    _private: (),
}

/// Where changes are counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// As named or found (`main`, `origin/main`, a revision).
    pub name: String,
    /// How it was chosen (`--base`, `config`, `newer merge base of main and origin/main`, `the event's base`).
    pub how: String,
    /// The merge base of it and the head, as a full hexadecimal id.
    pub commit: String,
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Not there at the base (also untracked files).
    Added,
    /// Content changed.
    Modified,
    /// Gone.
    Deleted,
    /// Moved from elsewhere, perhaps also changed.
    Renamed,
    /// Only mode or type (file ↔ link) changed.
    ModeOnly,
    /// A submodule.
    Submodule,
}

/// One changed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path at the head; for a deletion, at the base.
    pub path: String,
    /// Path at the base, where it was another.
    pub old_path: Option<String>,
    /// How it changed.
    pub kind: ChangeKind,
    /// Touched lines at the head, 1-based and inclusive, sorted; none where the whole file is new or lines do not apply.
    pub lines: Option<Vec<(u32, u32)>>,
}

impl Repo {
    /// The repository around a folder; none outside of one. Honours `GIT_DIR` as git does.
    pub fn discover(from: &Path) -> Result<Option<Repo>> {
        let _ = from;
        todo!()
    }

    /// Root of the working tree; none for a bare repository.
    pub fn root(&self) -> Option<PathBuf> {
        todo!()
    }

    /// Full id of HEAD; none where nothing is committed yet.
    pub fn head(&self) -> Result<Option<String>> {
        todo!()
    }

    /// Short name of the branch that is checked out; none for a detached HEAD.
    pub fn branch(&self) -> Option<String> {
        todo!()
    }

    /// The base by contracts 3: `explicit` (unresolvable is an input error), else `configured`, else of `main` and
    /// `origin/main` (then `master` likewise) the one whose merge base with HEAD is newer; none where none exists.
    pub fn base(&self, explicit: Option<&str>, configured: Option<&str>) -> Result<Option<Base>> {
        let _ = (explicit, configured);
        todo!()
    }

    /// Everything changed from a commit to the working tree: committed, staged, unstaged and untracked (not ignored).
    pub fn changes_to_worktree(&self, base: &str) -> Result<Vec<Change>> {
        let _ = base;
        todo!()
    }

    /// Everything changed from one commit to another, without looking at the working tree.
    pub fn changes_between(&self, base: &str, head: &str) -> Result<Vec<Change>> {
        let _ = (base, head);
        todo!()
    }

    /// The files of a commit, read from the object database.
    pub fn commit_tree(&self, commit: &str) -> Result<Box<dyn Tree>> {
        let _ = commit;
        todo!()
    }

    /// Values of a commit's trailers of this name (`Story`), over `base..head`, newest first.
    pub fn trailers(&self, base: &str, head: &str, name: &str) -> Result<Vec<String>> {
        let _ = (base, head, name);
        todo!()
    }
}
