//! Finds the texts of the configuration: in the working tree or in a commit, in the user's folder, in the environment.
//! What they mean is `config`'s business.

use std::path::Path;

use crate::config::{Resolved, Sources, Text, resolve};
use crate::error::{Error, Result};

use super::tree::{Entry, Tree};
use super::{env, files, trust};

/// The name of the repository's file.
pub const REPOSITORY_FILE: &str = "perf-gate.toml";
const MANIFEST: &str = "Cargo.toml";
/// The most that a configuration file or manifest may weigh.
const MOST_BYTES: u64 = 1024 * 1024;

/// Resolves the configuration of a tree. `explicit` is what `--config` named: it stands in for the repository's file.
/// `flags` hold keys that other flags set (`[hook] timeout = 5`), and win over all. `root` is the folder whose files the user
/// may have said to trust.
pub fn load(tree: &dyn Tree, root: &Path, explicit: Option<&Path>, flags: toml::Table) -> Result<Resolved> {
    let mut sources = sources(tree, explicit, flags)?;
    sources.trusted = trust::hashes(root);
    resolve(sources)
}

/// Finds the texts, without resolving them.
pub fn sources(tree: &dyn Tree, explicit: Option<&Path>, flags: toml::Table) -> Result<Sources> {
    let (repository, manifest) = match explicit {
        Some(path) => {
            let text = files::read_text(path, MOST_BYTES)?;
            (Some(Text { file: path.display().to_string(), text }), None)
        }
        None => (from_tree(tree, REPOSITORY_FILE)?, from_tree(tree, MANIFEST)?),
    };
    let (judge_kind, cache_remote) = (env::var("PERF_GATE_JUDGE_KIND"), env::var("PERF_GATE_CACHE_REMOTE"));
    Ok(Sources { repository, manifest, user: user_file()?, judge_kind, cache_remote, trusted: Vec::new(), flags })
}

fn from_tree(tree: &dyn Tree, file: &str) -> Result<Option<Text>> {
    let refuse = |why: &str| Err(Error::input(format!("{file} cannot be read: {why}")));
    match tree.entry(file, MOST_BYTES) {
        Entry::Missing => Ok(None),
        Entry::File(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Text { file: file.to_owned(), text })),
            Err(_) => refuse("it is not UTF-8 text"),
        },
        Entry::TooLarge(_) => refuse("it is larger than 1 MiB"),
        Entry::Symlink(_) => refuse("it is a symbolic link; put the file itself there"),
        Entry::Folder | Entry::Submodule => refuse("it is a folder"),
        Entry::Unreadable(why) => refuse(&why),
    }
}

fn user_file() -> Result<Option<Text>> {
    let Some(path) = env::config_folder().map(|folder| folder.join("config.toml")) else { return Ok(None) };
    if !files::exists(&path) {
        return Ok(None);
    }
    let text = files::read_text(&path, MOST_BYTES)?;
    Ok(Some(Text { file: path.display().to_string(), text }))
}
