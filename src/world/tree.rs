//! A tree of files to read from: the working tree on disk, or a commit in the object database. Nothing here follows a
//! symbolic link.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{OnceLock, RwLock};

use crate::error::{Error, Result};

use super::files::{self, Kind};
use super::git::show_name;
use super::git::{NOT_UTF8, hidden_bytes};

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

    /// Names of the folders directly in a folder, sorted; links and submodules are none. Cheaper than asking for each child.
    fn folders(&self, folder: &str) -> Vec<String> {
        let is_folder = |name: &String| {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            matches!(self.entry(&path, 0), Entry::Folder)
        };
        self.children(folder).into_iter().filter(is_folder).collect()
    }

    /// What this tree is known by, where a later tree can be told apart from it by that.
    fn id(&self) -> Option<String> {
        None
    }

    /// Paths that differ from an earlier tree, each with whether it came or went; none where that tree is not at hand.
    fn changed_since(&self, id: &str) -> Option<Vec<(String, bool)>> {
        let _ = id;
        None
    }

    /// The relative path of an absolute one that lies inside the tree; none for any other, and for a tree that lies
    /// nowhere on disk.
    fn inside(&self, absolute: &str) -> Option<String> {
        let _ = absolute;
        None
    }
}

/// The files below a folder on disk.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// Folders below the root that are no links and that no link leads to, once seen.
    plain: RwLock<HashSet<PathBuf>>,
    /// What a walk found, once somebody asked: one run looks at one state of the tree.
    walked: OnceLock<Vec<String>>,
}

impl Disk {
    /// The tree below `root`, which must be a folder.
    pub fn new(root: &Path) -> Result<Disk> {
        let real = files::canonical(root).filter(|path| files::is_folder(path));
        let root = real.ok_or_else(|| Error::input(format!("{} is no folder", root.display())))?;
        Ok(Disk { root, plain: RwLock::default(), walked: OnceLock::new() })
    }

    /// The folder, with every link resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path lies once the links of its parents are followed, which must not lead out of the tree; else what stands
    /// there instead.
    fn place(&self, relative: &Path) -> Result<PathBuf, Entry> {
        let normal = |part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir);
        if !relative.components().all(normal) || relative.as_os_str().as_bytes().contains(&0) {
            return Err(Entry::Missing);
        }
        if relative.as_os_str().is_empty() {
            return Ok(self.root.clone());
        }
        let full = self.root.join(relative);
        let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else {
            // It ends in `..`, or is the root itself.
            let real = files::canonical(&full).filter(|real| real.starts_with(&self.root));
            return real.ok_or(Entry::Missing);
        };
        if self.is_plain(parent) {
            return Ok(full);
        }
        let Some(real) = files::canonical(parent) else { return Err(Entry::Missing) };
        if !real.starts_with(&self.root) {
            return Err(self.first_link(relative).map_or(Entry::Missing, Entry::Symlink));
        }
        Ok(real.join(name))
    }

    /// Whether a folder is one itself, and so are all above it up to the root: asked of each once, a question to the
    /// system where resolving its whole path takes one a part.
    fn is_plain(&self, folder: &Path) -> bool {
        if folder == self.root || self.plain.read().is_ok_and(|plain| plain.contains(folder)) {
            return true;
        }
        let named = matches!(folder.components().next_back(), Some(Component::Normal(_)));
        let plain = named
            && folder.starts_with(&self.root)
            && folder.parent().is_some_and(|above| self.is_plain(above))
            && fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_dir());
        if plain && let Ok(mut known) = self.plain.write() {
            known.insert(folder.to_path_buf());
        }
        plain
    }

    /// Target of the first link on the way to a path.
    fn first_link(&self, relative: &Path) -> Option<String> {
        let mut at = self.root.clone();
        relative.components().find_map(|part| {
            at.push(part);
            fs::read_link(&at).ok().map(|target| show_name(target.as_os_str().as_bytes()))
        })
    }

    fn look(&self, relative: &Path, limit: u64) -> Entry {
        let path = match self.place(relative) {
            Ok(path) => path,
            Err(entry) => return entry,
        };
        if path.strip_prefix(&self.root).is_ok_and(|rest| rest.components().any(|part| part.as_os_str() == ".git")) {
            return Entry::Unreadable("it is a file of git itself".to_owned());
        }
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Entry::Missing;
            }
            Err(e) => return Entry::Unreadable(files::reason(&e)),
        };
        let kind = meta.file_type();
        if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap_or_default();
            Entry::Symlink(show_name(target.as_os_str().as_bytes()))
        } else if kind.is_dir() {
            folder(&path, &self.root)
        } else if !kind.is_file() {
            // Never opened: a pipe would wait for a writer, a device might never end.
            Entry::Unreadable("it is a device, a pipe or a socket".to_owned())
        } else if meta.len() > limit {
            Entry::TooLarge(meta.len())
        } else {
            match files::read_open(&path, limit) {
                Ok(Some(bytes)) => Entry::File(bytes),
                Ok(None) => Entry::TooLarge(meta.len().max(limit.saturating_add(1))),
                Err(e) => Entry::Unreadable(files::reason(&e)),
            }
        }
    }
}

fn folder(path: &Path, root: &Path) -> Entry {
    if path != root && files::exists(&path.join(".git")) {
        return Entry::Submodule;
    }
    match fs::read_dir(path) {
        Ok(_) => Entry::Folder,
        Err(e) => Entry::Unreadable(files::reason(&e)),
    }
}

/// The path relative to `root` of an absolute one; none where it lies elsewhere. What does not exist yet is placed by the
/// nearest folder above it that does.
pub(super) fn relative(root: &Path, absolute: &str) -> Option<String> {
    let path = Path::new(absolute);
    let real = path.ancestors().find_map(|above| {
        let rest = path.strip_prefix(above).ok()?;
        Some(files::canonical(above)?.join(rest))
    })?;
    let root = files::canonical(root)?;
    let inside = real.strip_prefix(root).ok()?;
    let plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
    inside.to_str().filter(|_| plain).map(str::to_owned)
}

impl Tree for Disk {
    fn inside(&self, absolute: &str) -> Option<String> {
        relative(&self.root, absolute)
    }

    fn entry(&self, path: &str, limit: u64) -> Entry {
        match self.look(Path::new(path), limit) {
            Entry::Missing => {
                match hidden_bytes(path).map(|bytes| self.look(Path::new(OsStr::from_bytes(&bytes)), 0)) {
                    None | Some(Entry::Missing) => Entry::Missing,
                    Some(_) => Entry::Unreadable(NOT_UTF8.to_owned()),
                }
            }
            entry => entry,
        }
    }

    /// Honours `.gitignore`, also outside of a repository; hidden files are included, git's own folder and nested
    /// repositories are not. A folder that cannot be listed stands in the list itself, where reading it says why.
    fn files(&self) -> Result<Vec<String>> {
        Ok(self.walked.get_or_init(|| walked(&self.root)).clone())
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        let Ok(real) = self.place(Path::new(folder)) else { return Vec::new() };
        if !matches!(files::kind(&real), Some(Kind::Folder)) {
            return Vec::new();
        }
        let Ok(entries) = fs::read_dir(&real) else { return Vec::new() };
        let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let own = folders.filter(|entry| entry.file_name() != ".git" && !files::exists(&entry.path().join(".git")));
        let mut names: Vec<String> = own.map(|entry| show_name(entry.file_name().as_bytes())).collect();
        names.sort_unstable();
        names
    }

    fn children(&self, folder: &str) -> Vec<String> {
        let real = match self.place(Path::new(folder)) {
            Ok(path) if !matches!(files::kind(&path), Some(Kind::Link)) => path,
            // A link to a folder of the tree itself is one.
            Ok(path) => match files::canonical(&path).filter(|real| real.starts_with(&self.root)) {
                Some(real) => real,
                None => return Vec::new(),
            },
            Err(_) => return Vec::new(),
        };
        let Ok(entries) = fs::read_dir(real) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .flatten()
            .map(|entry| show_name(entry.file_name().as_bytes()))
            .filter(|name| name != ".git")
            .collect();
        names.sort_unstable();
        names
    }
}

/// The paths below a folder, in order.
fn walked(root: &Path) -> Vec<String> {
    let own = root.to_path_buf();
    let walk = ignore::WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let nested = is_folder && entry.path() != own && files::exists(&entry.path().join(".git"));
            entry.file_name() != ".git" && !nested
        })
        .build();
    let mut found = Vec::new();
    for entry in walk {
        let path = match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => continue,
            Ok(entry) => entry.into_path(),
            Err(error) => match failed_path(&error) {
                Some(path) => path.to_path_buf(),
                // A malformed pattern in an ignore file, say: git goes on as well.
                None => continue,
            },
        };
        if let Ok(relative) = path.strip_prefix(root)
            && !relative.as_os_str().is_empty()
        {
            found.push(show_name(relative.as_os_str().as_bytes()));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The path that an error of the walk is about.
fn failed_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, err } => match err.as_ref() {
            ignore::Error::Io(_) => Some(path),
            inner => failed_path(inner).or_else(|| is_io(inner).then_some(path)),
        },
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failed_path(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(failed_path),
        _ => None,
    }
}

fn is_io(error: &ignore::Error) -> bool {
    error.io_error().is_some()
}
