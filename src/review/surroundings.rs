//! The files around the analysed ones, into which calls are followed: which there are, and how they are read.
//!
//! Knows git's index, commits and folders on disk; must not know what is made of the files, nor rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::gitignore::Gitignore;

use crate::config::Config;
use crate::engine::facts::Facts;
use crate::engine::generated::LinguistGenerated;
use crate::engine::repository::{Id, Listed, Mark, NOTE, Remote, Repository, Subject};
use crate::error::Result;
use crate::world::git::Repo;
use crate::world::tree::{Disk, Entry, Tree};
use crate::world::{env, files, remote};

use super::ground::Ground;
use super::sources::{self, LARGEST, is_source};
use crate::lang::Language;

/// What reading files for the first time may take of a review.
const BUDGET: Duration = Duration::from_secs(10);

/// The key that what is shared is authenticated with.
const KEY: &str = "PERF_GATE_CACHE_KEY";

/// A shorter key could be guessed.
const SHORTEST_KEY: usize = 16;

/// The analysed files.
pub(super) struct Analysed<'s> {
    /// All of them.
    pub all: BTreeSet<&'s str>,
    /// Those that this run looks at; others look at the rest of them.
    pub own: BTreeSet<&'s str>,
}

/// The files around the analysed ones.
pub(super) struct Surroundings<'g> {
    tree: &'g dyn Tree,
    repo: Option<&'g Repo>,
    files: Vec<Listed>,
    attributes: LinguistGenerated,
    exclude: Gitignore,
    left_out_key: u64,
    /// Those of them that others analyse.
    beside: BTreeSet<String>,
}

impl<'g> Surroundings<'g> {
    /// Of the tree that is analysed, without the analysed files themselves.
    pub(super) fn find(ground: &'g Ground, root: &Path, config: &Config, analysed: &Analysed<'_>) -> Result<Self> {
        let (tree, repo) = (ground.tree.as_ref(), ground.repo.as_ref());
        let files = match (repo, &ground.head) {
            (Some(repo), Some(head)) if !ground.worktree => committed(repo, head)?,
            (Some(repo), Some(head)) if repo.root() == files::canonical(root) => {
                let compared = match &ground.touched {
                    Some(_) => None,
                    None => Some(repo.compare_worktree(head)?.touched),
                };
                let touched = ground.touched.as_ref().or(compared.as_ref());
                let touched = touched.into_iter().flat_map(BTreeMap::keys).map(String::as_str);
                tracked(repo, tree, touched.collect(), &analysed.own)?
            }
            _ => on_disk(root)?,
        };
        let said = match (repo, &ground.policy) {
            (Some(repo), Some(policy)) => {
                let listed = repo.committed_files(&policy.commit, &|path| is_wanted(path) && !is_source(path))?;
                Some((listed.into_iter().map(|(path, _)| path).collect(), policy.tree.as_ref()))
            }
            _ => None,
        };
        Self::of((tree, repo), files, said, config, analysed)
    }

    /// Of a commit, without some files.
    pub(super) fn at_commit(
        repo: &'g Repo,
        tree: &'g dyn Tree,
        commit: &str,
        config: &Config,
        analysed: &Analysed<'_>,
    ) -> Result<Self> {
        Self::of((tree, Some(repo)), committed(repo, commit)?, None, config, analysed)
    }

    fn of(
        (tree, repo): (&'g dyn Tree, Option<&'g Repo>),
        mut files: Vec<Listed>,
        said: Option<(Vec<String>, &dyn Tree)>,
        config: &Config,
        analysed: &Analysed<'_>,
    ) -> Result<Self> {
        // Attributes are those of the tree itself, unless another's count.
        let own = || files.iter().filter(|file| !is_source(&file.path)).map(|file| file.path.clone()).collect();
        let (mut said, speaker) = said.unwrap_or_else(|| (own(), tree));
        let exclude = sources::exclusion(config)?;
        let mut attributes = LinguistGenerated::default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{:?}", config.exclude).as_bytes());
        said.sort_by_cached_key(|path| (path.matches('/').count(), path.clone()));
        for path in &said {
            if let Entry::File(bytes) = speaker.entry(path, LARGEST) {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                attributes.read(folder, &String::from_utf8_lossy(&bytes));
                hasher.update(path.as_bytes()).update(&bytes);
            }
        }
        let mut eight = [0; 8];
        eight.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        let spoken: BTreeSet<Language> = analysed.all.iter().filter_map(|path| Language::of_path(path)).collect();
        let may_be_called = |path: &str| {
            Language::of_path(path).is_some_and(|callee| spoken.iter().any(|caller| caller.is_kin(callee)))
        };
        files.retain(|file| may_be_called(&file.path) && !analysed.own.contains(file.path.as_str()));
        let left_out_key = u64::from_le_bytes(eight);
        let beside = analysed.all.difference(&analysed.own).map(|path| (*path).to_owned()).collect();
        Ok(Surroundings { tree, repo, files, attributes, exclude, left_out_key, beside })
    }

    /// Opens them: reads what the cache does not hold, and hands the repository to `work`. Where what was kept turns out to
    /// be torn, it is dropped and the work done again.
    pub(super) fn with<T>(
        &self,
        root: &Path,
        (facts, config): (&Facts, &Config),
        capped: bool,
        work: impl Fn(&Repository<'_>) -> T,
    ) -> T {
        let folder = env::cache_folder().map(|cache| summaries(&cache, root));
        let (read, left_out) = (|file: &Listed| self.read(file), |path: &str| self.is_left_out(path));
        let beside = |path: &str| self.beside.contains(path);
        let (remote, note) = shared(config);
        let open = |folder: Option<&PathBuf>| {
            Repository::open(Subject {
                files: self.files.iter().collect(),
                read: &read,
                left_out: &left_out,
                left_out_key: self.left_out_key,
                facts,
                hot_path: &config.hot_path,
                folder: folder.cloned(),
                budget: if capped { BUDGET } else { Duration::MAX },
                beside: &beside,
                remote: remote.as_ref(),
                note: note.clone(),
            })
        };
        let repository = open(folder.as_ref());
        let done = work(&repository);
        if repository.is_sound() {
            return done;
        }
        drop(repository);
        if let Some(folder) = &folder {
            Repository::forget(folder);
        }
        work(&open(None))
    }

    /// A digest of all that is followed or could have been: paths and contents.
    pub(super) fn digest(&self) -> String {
        // In one piece: hashing it so takes a third of what many small pieces would.
        let mut all = Vec::with_capacity(self.files.iter().map(|file| file.path.len() + 40).sum::<usize>() + 8);
        all.extend(self.left_out_key.to_le_bytes());
        for file in &self.files {
            all.extend(file.path.as_bytes());
            all.push(0);
            match file.mark {
                Mark::Content(id) => all.extend(id),
                Mark::Disk(stat) => {
                    all.extend([stat.modified, stat.size, stat.inode].map(u64::to_le_bytes).as_flattened());
                }
            }
        }
        blake3::hash(&all).to_hex().to_string()
    }

    fn is_left_out(&self, path: &str) -> bool {
        self.exclude.matched_path_or_any_parents(path, false).is_ignore() || self.attributes.covers(path)
    }

    fn read(&self, file: &Listed) -> Option<(Vec<u8>, Id)> {
        let stored = match (file.mark, self.repo) {
            (Mark::Content(id), Some(repo)) => repo.blob(&id, LARGEST).map(|bytes| (bytes, id)),
            _ => None,
        };
        stored.or_else(|| {
            let Entry::File(bytes) = self.tree.entry(&file.path, LARGEST) else { return None };
            let id = content_id(self.repo, &bytes)?;
            // Written to since it was listed: what was listed is no longer there.
            (matches!(file.mark, Mark::Disk(_)) || file.mark == Mark::Content(id)).then_some((bytes, id))
        })
    }
}

/// The store that is shared with other machines, or why it is not used.
fn shared(config: &Config) -> (Option<Remote>, Option<String>) {
    let Some(address) = &config.cache.remote else { return (None, None) };
    let not_used = |why: &str| (None, Some(format!("{NOTE}not used, work goes on without it: {why}")));
    let Some(key) = env::var(KEY) else {
        return not_used(&format!("{KEY} is not set, and without a key nothing in it can be believed"));
    };
    if key.len() < SHORTEST_KEY {
        return not_used(&format!("{KEY} is shorter than {SHORTEST_KEY} characters"));
    }
    let limit = Duration::from_secs(config.cache.timeout.into());
    match remote::open(address) {
        Ok(store) => (Some(Remote { store, key, writes: config.cache.write, limit }), None),
        Err(why) => not_used(&why),
    }
}

fn content_id(repo: Option<&Repo>, bytes: &[u8]) -> Option<Id> {
    repo.map_or_else(|| Some(*blake3::hash(bytes).as_bytes()), |repo| repo.content_id(bytes))
}

/// Sources, and what says which of them are generated.
fn is_wanted(path: &str) -> bool {
    is_source(path) || path == ".gitattributes" || path.ends_with("/.gitattributes")
}

fn listed((path, id): (String, Id)) -> Listed {
    Listed { path, mark: Mark::Content(id) }
}

fn committed(repo: &Repo, commit: &str) -> Result<Vec<Listed>> {
    let mut files = Vec::new();
    repo.each_committed_file(commit, &mut |path, id| {
        if is_wanted(path) {
            files.push(listed((path.to_owned(), id)));
        }
    })?;
    Ok(files)
}

/// What the index says, but where the working tree says otherwise: those files are read, unless they are analysed and so
/// no part of what is around.
fn tracked(repo: &Repo, tree: &dyn Tree, touched: BTreeSet<&str>, analysed: &BTreeSet<&str>) -> Result<Vec<Listed>> {
    let mut files = repo.tracked_files(&is_wanted)?;
    files.retain(|(path, _)| !touched.contains(path.as_str()));
    let mut changed: BTreeMap<&str, Id> = BTreeMap::new();
    let around = |path: &str| is_wanted(path) && !(is_source(path) && analysed.contains(path));
    for path in touched.into_iter().filter(|path| around(path)) {
        if let Entry::File(bytes) = tree.entry(path, LARGEST) {
            changed.extend(repo.content_id(&bytes).map(|id| (path, id)));
        }
    }
    files.extend(changed.into_iter().map(|(path, id)| (path.to_owned(), id)));
    files.sort_unstable();
    Ok(files.into_iter().map(listed).collect())
}

fn on_disk(root: &Path) -> Result<Vec<Listed>> {
    let disk = Disk::new(root)?;
    let paths = disk.files()?.into_iter().filter(|path| is_wanted(path));
    let mark = |path: String| files::stat(&disk.root().join(&path)).map(|stat| Listed { path, mark: Mark::Disk(stat) });
    Ok(paths.filter_map(mark).collect())
}

/// Where the summaries of a repository are kept: in the user's cache folder, which no change can write to.
fn summaries(cache: &Path, root: &Path) -> PathBuf {
    let root = files::canonical(root).unwrap_or_else(|| root.to_path_buf());
    let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    cache.join("summaries").join(&name[..32])
}
