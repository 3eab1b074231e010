//! Whether anything in a working tree changed: what every file looks like, without reading any.
//!
//! Covers what git does not ignore, what git itself goes by (hooks, configuration, branches), and one folder more.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::error::Result;

use super::files;
use super::git::Repo;
use super::tree::{Disk, Tree as _};

/// What a file looks like: kind and mode, size, inode, when it was written, when anything about it was changed. The last
/// cannot be set back by the one who changed it.
type Look = (u32, u64, u64, (i64, i64), (i64, i64));

/// What everything looks like.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Look>);

impl Snapshot {
    /// Of the working tree at `root`, and of everything in `folder` below it, ignored or not.
    pub fn of(root: &Path, folder: &str) -> Result<Snapshot> {
        let mut all = BTreeMap::new();
        for path in Disk::new(root)?.files()? {
            note(&mut all, &root.join(&path), path);
        }
        below(&mut all, &root.join(folder), folder);
        if let Some(repo) = Repo::discover(root)? {
            let common = repo.common_folder();
            // Not the index nor what is known of remotes: editors refresh both at any time.
            for name in ["HEAD", "config", "config.worktree", "info", "hooks", "refs/heads", "refs/tags"] {
                let path = common.join(name);
                if files::is_folder(&path) {
                    below(&mut all, &path, &format!(".git/{name}"));
                } else {
                    note(&mut all, &path, format!(".git/{name}"));
                }
            }
        }
        Ok(Snapshot(all))
    }

    /// Paths that came, went or changed since an earlier look, sorted.
    pub fn since(&self, earlier: &Snapshot) -> Vec<String> {
        let differs = |path: &&String| self.0.get(*path) != earlier.0.get(*path);
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(earlier.0.keys()).collect();
        names.into_iter().filter(differs).cloned().collect()
    }
}

fn note(all: &mut BTreeMap<String, Look>, path: &Path, name: String) {
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    let written = (meta.mtime(), meta.mtime_nsec());
    all.insert(name, (meta.mode(), meta.size(), meta.ino(), written, (meta.ctime(), meta.ctime_nsec())));
}

fn below(all: &mut BTreeMap<String, Look>, folder: &Path, name: &str) {
    let mut open = vec![(folder.to_path_buf(), name.to_owned())];
    while let Some((folder, name)) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = format!("{name}/{}", super::git::show_name(entry.file_name().as_encoded_bytes()));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push((entry.path(), name)),
                _ => note(all, &entry.path(), name),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_went_or_changed_is_named_and_what_is_ignored_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| files::write_atomic(&dir.path().join(path), text.as_bytes()).unwrap();
        for (path, text) in [(".gitignore", "out/\n"), ("a", "1"), ("b", "1"), ("out/x", "1"), ("state/y", "1")] {
            write(path, text);
        }
        let before = Snapshot::of(dir.path(), "out/kept").unwrap();
        assert_eq!(Snapshot::of(dir.path(), "out/kept").unwrap().since(&before), Vec::<String>::new());
        write("a", "2");
        write("c", "1");
        write("out/x", "2");
        write("out/kept/z", "1");
        files::remove(&dir.path().join("b")).unwrap();
        assert_eq!(Snapshot::of(dir.path(), "out/kept").unwrap().since(&before), ["a", "b", "c", "out/kept/z"]);
    }
}
