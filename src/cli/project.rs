//! Where a small command works: the project root, its files and its configuration. Shared by the commands that take
//! `--project-root`.

use std::path::{Component, Path, PathBuf};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::story_key::StoryKey;
use crate::review::locate;
use crate::story::locate::Story;
use crate::story::visible;
use crate::world::git::Repo;
use crate::world::tree::Disk;
use crate::world::{config_files, env, files};

/// A project, as seen from where the command was called.
pub(super) struct Project {
    /// The folder in which the command was called.
    pub(super) cwd: PathBuf,
    /// The root, every link resolved.
    pub(super) root: PathBuf,
    /// Whether `--project-root` named it.
    pub(super) is_named: bool,
    /// The files below the root.
    pub(super) tree: Disk,
    /// The resolved configuration.
    pub(super) config: Config,
}

impl Project {
    /// Opens the named folder, else the repository around the current folder, else that folder.
    pub(super) fn open(named: Option<&Path>) -> Result<Project> {
        let cwd = files::current_folder()?;
        let root = match named {
            Some(path) => cwd.join(path),
            None => root_around(&cwd)?,
        };
        Self::at(cwd, &root, named.is_some())
    }

    /// Opens the repository around a named folder, else that folder.
    pub(super) fn around(folder: &Path) -> Result<Project> {
        let cwd = files::current_folder()?;
        let root = root_around(&cwd.join(folder))?;
        Self::at(cwd, &root, true)
    }

    fn at(cwd: PathBuf, root: &Path, is_named: bool) -> Result<Project> {
        let tree = Disk::new(root)?;
        let config = config_files::load(&tree, root, None, toml::Table::new())?.config;
        Ok(Project { root: tree.root().to_path_buf(), cwd, is_named, tree, config })
    }

    /// The story of a key.
    pub(super) fn story(&self, key: &StoryKey) -> Result<Story> {
        locate::find(&self.tree, key, &self.config, env::path("IMPLEMENTATION_ARTIFACTS").as_ref())
    }

    /// A path that a user gave, as an absolute one: relative to the current folder; with `--project-root`, to that.
    pub(super) fn absolute(&self, given: &Path) -> PathBuf {
        let base = if self.is_named { &self.root } else { &self.cwd };
        base.join(given)
    }

    /// Where a file that a user named lies: from the current folder, else from the root.
    pub(super) fn existing(&self, given: &Path) -> PathBuf {
        let here = self.cwd.join(given);
        if files::exists(&here) { here } else { self.root.join(given) }
    }

    /// An absolute path relative to the root, with `/`; none where it lies outside, also through a link. The file itself
    /// need not exist.
    pub(super) fn relative(&self, absolute: &Path) -> Option<String> {
        let clean = lexical(absolute)?;
        let existing =
            clean.ancestors().find_map(|part| Some((files::canonical(part)?, clean.strip_prefix(part).ok()?)));
        let (real, rest) = existing?;
        // A link whose target is absent does not exist for `canonical`: it could lead anywhere.
        if rest.components().next().is_some_and(|first| files::exists(&real.join(first))) {
            return None;
        }
        let inside = real.join(rest);
        let relative = inside.strip_prefix(&self.root).ok()?.to_str()?.to_owned();
        Some(relative).filter(|relative| !relative.is_empty())
    }
}

fn root_around(folder: &Path) -> Result<PathBuf> {
    Ok(Repo::discover(folder)?.and_then(|repo| repo.root()).unwrap_or_else(|| folder.to_path_buf()))
}

/// A path without `.` and `..`.
fn lexical(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !clean.pop() {
                    return None;
                }
            }
            part => clean.push(part),
        }
    }
    Some(clean)
}

/// The key that `gate` and `checkpoint` take, refused before any path is built from a bad one.
pub(super) fn key(text: &str, flag: &str) -> Result<StoryKey> {
    StoryKey::any(text).ok_or_else(|| {
        let shown: String = visible(text).chars().take(60).collect();
        Error::usage(format!("{flag} `{shown}` is not a key")).next(
            "a key has letters, digits, `.`, `_` and `-`, at most 128, no `..`, and begins with no `.` and no `-`",
        )
    })
}
