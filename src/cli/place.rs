//! Where a command stands: the folder it was called in, the root around it, and the configuration there.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::review::{configuration, policy_commit};
use crate::world::git::Repo;
use crate::world::tree::Disk;
use crate::world::{config_files, files};

/// Where a command stands.
pub(super) struct Place {
    /// Folder where the command was called.
    pub cwd: PathBuf,
    /// Root of the repository around it, else that folder.
    pub root: PathBuf,
    /// The resolved configuration.
    pub config: Config,
    /// The commit whose policy counts, where one was named.
    pub policy: Option<String>,
}

impl Place {
    /// The current folder with the configuration that counts there; its notes go to stderr.
    pub(super) fn here(explicit_config: Option<&Path>, policy_from: Option<&str>) -> Result<Place> {
        let cwd = files::current_folder()?;
        let root = root_around(&cwd)?;
        Self::at(cwd, root, explicit_config, policy_from)
    }

    /// As [`Place::here`], but around given paths where they lie elsewhere.
    pub(super) fn around(
        paths: &[PathBuf],
        explicit_config: Option<&Path>,
        policy_from: Option<&str>,
    ) -> Result<Place> {
        let cwd = files::current_folder()?;
        let mut root = root_around(&cwd)?;
        let real: Vec<PathBuf> = paths.iter().filter_map(|path| files::canonical(&cwd.join(path))).collect();
        let inside = |root: &Path| files::canonical(root).is_some_and(|root| real.iter().all(|p| p.starts_with(&root)));
        if let Some(folder) = common_folder(&real) {
            let elsewhere = !inside(&root);
            // No repository here, but one there: what lies beside it on the disk is none of its business.
            let is_bare = Repo::discover(&cwd)?.is_none();
            let repository = if is_bare { Repo::discover(&folder)?.and_then(|repo| repo.root()) } else { None };
            match repository.filter(|found| inside(found)) {
                Some(found) => root = found,
                None if elsewhere || root.parent().is_none() => root = root_around(&folder)?,
                None => {}
            }
        }
        Self::at(cwd, root, explicit_config, policy_from)
    }

    /// Takes external tools away where nobody vouches for the checkout.
    pub(super) fn vouched_for(&mut self, is_trusted: bool) {
        if !is_trusted && self.config.without_tools() {
            anstream::eprintln!("note: the checkout is not trusted: no external tool runs, the built-in engine counts");
        }
        if !is_trusted && self.config.without_judge() {
            anstream::eprintln!("note: the checkout is not trusted: no judge from outside is asked, the rubric judges");
        }
    }

    fn at(cwd: PathBuf, root: PathBuf, explicit_config: Option<&Path>, policy_from: Option<&str>) -> Result<Place> {
        let explicit = explicit_config.map(|path| cwd.join(path));
        let (resolved, policy) = match policy_from {
            Some(named) => {
                let repo = Repo::discover(&root)?.ok_or_else(|| {
                    Error::input("`--policy-from` needs a git repository, and there is none here")
                        .next("run it inside the repository, or leave it out")
                })?;
                let commit = policy_commit(&repo, named)?;
                (configuration(&repo, &Disk::new(&root)?, Some(&commit))?, Some(commit))
            }
            None => (config_files::load(&Disk::new(&root)?, &root, explicit.as_deref(), toml::Table::new())?, None),
        };
        for note in &resolved.notes {
            anstream::eprintln!("note: {}", crate::report::escape::terminal(note));
        }
        Ok(Place { cwd, root, config: resolved.config, policy })
    }
}

/// The folder that all paths lie in; none where there is no path.
fn common_folder(real: &[PathBuf]) -> Option<PathBuf> {
    let common = real.iter().skip(1).fold(real.first()?.clone(), |common, path| {
        common.components().zip(path.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    if files::is_folder(&common) {
        Some(common)
    } else {
        Some(common.parent().map_or(common.clone(), Path::to_path_buf))
    }
}

fn root_around(folder: &Path) -> Result<PathBuf> {
    let root = Repo::discover(folder)?.and_then(|repo| repo.root());
    Ok(root.unwrap_or_else(|| folder.to_path_buf()))
}
