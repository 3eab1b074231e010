//! A tree of files to read from: the working tree on disk, or a commit in the object database. Nothing here follows a
//! symbolic link.

use crate::error::Result;

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file with its bytes.
    File(Vec<u8>),
    /// A regular file that is larger than the limit given; its size in bytes.
    TooLarge(u64),
    /// A symbolic link, not followed; its target.
    Symlink(String),
    /// A folder.
    Folder,
    /// A submodule.
    Submodule,
    /// Nothing.
    Missing,
    /// Something that cannot be read, and why (also: devices, sockets, pipes).
    Unreadable(String),
}

/// Paths are relative to the repository root, with `/`.
pub trait Tree: Sync {
    /// What stands at `path`, reading at most `limit` bytes. A path through a symbolic link that leaves the tree is
    /// [`Entry::Symlink`], never the file behind it.
    fn entry(&self, path: &str, limit: u64) -> Entry;

    /// All files (not ignored ones, on disk), sorted.
    fn files(&self) -> Result<Vec<String>>;

    /// Names of the direct children of a folder (files and folders), sorted; empty where there is none.
    fn children(&self, folder: &str) -> Vec<String>;

    /// The relative path of an absolute one that lies inside the tree; none for any other, and for a tree that lies
    /// nowhere on disk.
    fn inside(&self, absolute: &str) -> Option<String> {
        let _ = absolute;
        None
    }
}
