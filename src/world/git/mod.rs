//! Git through gix: repository, base, changes with renames, content of commits. Plumbing only: no user-configurable
//! porcelain has a say, and replace refs are off, so that everybody sees the same history.
//!
//! Paths are text with `/`. A path that is not UTF-8 is never lost: its odd bytes are shown as `\xNN` (`names`), and reading
//! such a path gives [`Entry::Unreadable`](super::tree::Entry::Unreadable) with the reason.

use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice};

use crate::error::{Error, Result};

use super::tree::Tree;

mod base;
mod changes;
mod content;
mod history;
mod hooks;
mod listing;
mod names;
mod worktree;

pub use base::PushBase;
pub use changes::Compared;
pub use listing::ListedBlob;
pub use names::show as show_name;
pub(in crate::world) use names::{NOT_UTF8, hidden_bytes};

/// What to do where a clone holds too little history.
pub const WHOLE_HISTORY: &str = "check out the whole history (GitHub: `fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`)";

/// A repository.
pub struct Repo {
    inner: gix::ThreadSafeRepository,
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Repo").field(&self.inner.refs.git_dir()).finish()
    }
}

/// Where changes are counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// As named or found (`main`, `origin/main`, a revision).
    pub name: String,
    /// How it was chosen (`--base`, `config`, `newer merge base of main and origin/main`, `the event's base`).
    pub how: String,
    /// The merge base of it and the head, as a full hexadecimal id. For the first push to an empty remote, the id of the
    /// empty tree: everything counts as new.
    pub commit: String,
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Not there at the base (also untracked files).
    Added,
    /// Content changed; also a file that stands where a link stood.
    Modified,
    /// Gone.
    Deleted,
    /// Moved from elsewhere, perhaps also changed.
    Renamed,
    /// Only the mode changed, or a link stands where a file stood.
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
    /// A removal touches the line that now stands there (the last one, at the end of the file).
    pub lines: Option<Vec<(u32, u32)>>,
}

impl Repo {
    /// The repository around a folder; none outside of one. Honours `GIT_DIR` as git does.
    pub fn discover(from: &Path) -> Result<Option<Repo>> {
        use gix::discover::upwards::Options;
        use gix::sec::trust::Mapping;
        let options = || gix::open::Options::default().config_overrides(["core.useReplaceRefs=false"]);
        let mapping = Mapping { full: options(), reduced: options() };
        let given = super::env::is_set("GIT_DIR");
        match gix::ThreadSafeRepository::discover_with_environment_overrides_opts(from, Options::default(), mapping) {
            Ok(inner) => Ok(Some(Repo { inner })),
            Err(_) if !given && !has_git_entry(from) => Ok(None),
            Err(error) => Err(Error::input(format!(
                "the git repository around {} cannot be opened: {}",
                from.display(),
                one_line(&error)
            ))
            .next("run `git status` there: it says what is wrong with the repository")),
        }
    }

    /// Root of the working tree; none for a bare repository.
    pub fn root(&self) -> Option<PathBuf> {
        let root = self.local().workdir()?.to_path_buf();
        Some(super::files::canonical(&root).unwrap_or(root))
    }

    /// Full id of HEAD; none where nothing is committed yet.
    pub fn head(&self) -> Result<Option<String>> {
        let repo = self.local();
        let head = repo.head().map_err(|e| broken("HEAD cannot be read", &e))?;
        if head.is_unborn() {
            return Ok(None);
        }
        let id = head.into_peeled_id().map_err(|e| broken("HEAD does not lead to a commit", &e))?;
        Ok(Some(id.to_string()))
    }

    /// Short name of the branch that is checked out; none for a detached HEAD.
    pub fn branch(&self) -> Option<String> {
        let name = self.local().head_name().ok()??;
        name.shorten().to_str().ok().map(str::to_owned)
    }

    /// The full id of the commit that a revision names, tags peeled; none where it names no commit.
    pub fn resolve(&self, revision: &str) -> Option<String> {
        let repo = self.local();
        commit_id(&repo, revision).map(|id| id.to_string())
    }

    /// Whether the object database holds a commit (or a tag of one) of this id.
    pub fn has_commit(&self, id: &str) -> bool {
        let repo = self.local();
        gix::ObjectId::from_hex(id.as_bytes())
            .ok()
            .and_then(|id| repo.try_find_object(id).ok().flatten())
            .is_some_and(|object| object.peel_to_commit().is_ok())
    }

    /// Whether the object database holds an object of this id, of any kind.
    pub fn has_object(&self, id: &str) -> bool {
        let repo = self.local();
        gix::ObjectId::from_hex(id.as_bytes()).is_ok_and(|id| repo.find_header(id).is_ok())
    }

    /// Whether the history was cut off (`git clone --depth`).
    pub fn is_shallow(&self) -> bool {
        self.local().is_shallow().unwrap_or(false)
    }

    /// The files of a commit, read from the object database.
    pub fn commit_tree(&self, commit: &str) -> Result<Box<dyn Tree>> {
        Ok(Box::new(content::CommitTree::open(self.inner.clone(), commit)?))
    }

    /// The first parent of a commit; none for a root commit.
    pub fn first_parent(&self, commit: &str) -> Option<String> {
        self.parents(commit).into_iter().next()
    }

    /// The parents of a commit.
    pub fn parents(&self, commit: &str) -> Vec<String> {
        let repo = self.local();
        commit_id(&repo, commit)
            .and_then(|id| repo.find_commit(id).ok())
            .map(|commit| commit.parent_ids().map(|id| id.to_string()).collect())
            .unwrap_or_default()
    }

    fn local(&self) -> gix::Repository {
        let mut repo = self.inner.to_thread_local();
        repo.object_cache_size_if_unset(4 * 1024 * 1024);
        repo
    }
}

/// Whether a folder or one above it holds a `.git`: then an error of opening is one, and not the absence of a repository.
fn has_git_entry(from: &Path) -> bool {
    let from = super::files::canonical(from).unwrap_or_else(|| from.to_path_buf());
    from.ancestors().any(|folder| super::files::exists(&folder.join(".git")))
}

/// The commit that a revision names.
fn commit_id(repo: &gix::Repository, revision: &str) -> Option<gix::ObjectId> {
    if revision.is_empty() || revision.starts_with('-') {
        return None;
    }
    let id = repo.rev_parse_single(BStr::new(revision)).ok()?;
    Some(id.object().ok()?.peel_to_commit().ok()?.id)
}

/// The tree of a commit, or a tree itself (the empty one, as base of a first push).
fn tree_of<'repo>(repo: &'repo gix::Repository, id: &str) -> Result<gix::Tree<'repo>> {
    let missing = |detail: String| {
        Error::input(format!("commit {id} cannot be read: {detail}"))
            .next(format!("fetch it (`git fetch`), or {WHOLE_HISTORY}"))
    };
    if gix::ObjectId::from_hex(id.as_bytes()).is_ok_and(|id| id.is_empty_tree()) {
        return Ok(repo.empty_tree());
    }
    // A full id is looked up as one: a revision parser does not see objects that are in memory only.
    let object = match gix::ObjectId::from_hex(id.as_bytes()) {
        Ok(id) => repo.find_object(id),
        Err(_) => repo.rev_parse_single(BStr::new(id)).and_then(|id| id.object()),
    };
    object.and_then(gix::Object::peel_to_tree).map_err(|e| missing(one_line(&e)))
}

/// An error of git's own data, as ours.
fn broken(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::input(format!("{what}: {}", one_line(error)))
        .next("run `git fsck`: it says what is wrong with the repository")
}

/// The first line of an error's text: sources may follow on further lines.
fn one_line(error: &(impl std::fmt::Display + ?Sized)) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim().to_owned()
}
