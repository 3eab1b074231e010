//! The files around the analysed ones, into which calls are followed: which there are, and how they are read.
//!
//! Knows git's index, commits and folders on disk; must not know what is made of the files, nor rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use ignore::gitignore::Gitignore;

use crate::config::Config;
use crate::engine::facts::Facts;
use crate::engine::generated::LinguistGenerated;
use crate::engine::repository::{
    Id, Listed, Mark, NOTE, Now, Remote, Repository, Standing, Subject, Terms, first_eight,
};
use crate::error::Result;
use crate::world::git::Repo;
use crate::world::tree::{Entry, Tree};
use crate::world::{env, files, remote};

use super::ground::Ground;
use super::sources::{self, LARGEST, is_source};
use crate::lang::Language;

/// What reading files for the first time may take of a review.
const BUDGET: Duration = Duration::from_secs(10);

/// Where more files changed since a record was made, a listing costs no more.
const MOST_CHANGED: usize = 2000;

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
    /// Where they are listed, when somebody asks.
    list: Box<dyn Fn() -> Result<Vec<Listed>> + Sync + 'g>,
    files: OnceLock<Vec<Listed>>,
    /// How they differ from those that a record tells of.
    later: Option<(Standing, Vec<Now>)>,
    /// What a listing follows from; none where a later run cannot tell what changed since.
    terms: Option<Terms>,
    attributes: LinguistGenerated,
    exclude: Gitignore,
    left_out_key: u64,
    /// Languages of the analysed files.
    spoken: BTreeSet<Language>,
    own: BTreeSet<String>,
    /// Those of them that others analyse.
    beside: BTreeSet<String>,
    folder: Option<PathBuf>,
}

/// Where files are looked for.
struct Place<'g, 'a> {
    tree: &'g dyn Tree,
    repo: Option<&'g Repo>,
    root: &'a Path,
    config: &'a Config,
    analysed: &'a Analysed<'a>,
}

/// A commit whose attributes count.
type Speaker<'g> = (&'g str, &'g dyn Tree);

impl<'g> Surroundings<'g> {
    /// Of the tree that is analysed, without the analysed files themselves.
    pub(super) fn find(ground: &'g Ground, root: &Path, config: &Config, analysed: &Analysed<'_>) -> Result<Self> {
        let (tree, repo) = (ground.tree.as_ref(), ground.repo.as_ref());
        let place = Place { tree, repo, root, config, analysed };
        let speaker = ground.policy.as_ref().map(|policy| (policy.commit.as_str(), policy.tree.as_ref()));
        let files = match (repo, &ground.head) {
            (Some(repo), Some(head)) if !ground.worktree => return Self::of_commit(place, repo, head, speaker),
            (Some(repo), Some(head)) if repo.root() == files::canonical(root) => {
                let compared = match &ground.touched {
                    Some(_) => None,
                    None => Some(repo.compare_worktree(head)?.touched),
                };
                let touched = ground.touched.as_ref().or(compared.as_ref());
                let touched = touched.into_iter().flat_map(BTreeMap::keys).map(String::as_str);
                tracked(repo, tree, touched.collect(), &analysed.own)?
            }
            _ => on_disk(root, tree, &|path| is_source(path) && analysed.own.contains(path))?,
        };
        let said = match (repo, speaker) {
            (Some(repo), Some((commit, _))) => said(repo, commit)?,
            _ => files.iter().filter(|file| !is_source(&file.path)).map(|file| file.path.clone()).collect(),
        };
        let surroundings = Self::of(place, said, speaker, Box::new(|| Ok(Vec::new())))?;
        let _ = surroundings.files.set(surroundings.around(files));
        Ok(surroundings)
    }

    /// Of a commit, without some files.
    pub(super) fn at_commit(
        repo: &'g Repo,
        tree: &'g dyn Tree,
        commit: &'g str,
        (root, config): (&Path, &Config),
        analysed: &Analysed<'_>,
    ) -> Result<Self> {
        Self::of_commit(Place { tree, repo: Some(repo), root, config, analysed }, repo, commit, None)
    }

    /// Of a commit: by what changed since a record of an earlier one was made, else by a listing.
    fn of_commit(place: Place<'g, '_>, repo: &'g Repo, commit: &'g str, speaker: Option<Speaker<'g>>) -> Result<Self> {
        let (tree, config, analysed) = (place.tree, place.config, place.analysed);
        let spoken = languages(&analysed.all);
        let key = first_eight(blake3::hash(format!("{spoken:?} {:?}", config.exclude).as_bytes()).as_bytes());
        let speaking = speaker.map_or(tree, |(_, tree)| tree);
        // What others analyse, and what other machines made, is found by a listing.
        let alone = analysed.all == analysed.own && config.cache.remote.is_none();
        let kept = folder(place.root).filter(|_| alone).and_then(|folder| Standing::load(&folder, key));
        let kept = kept.filter(|standing| same_attributes(speaking, &standing.terms.speaker));
        let since = kept.and_then(|standing| Some((tree.changed_since(&standing.terms.tree)?, standing)));
        let since = since.filter(|(changed, _)| changed.len() <= MOST_CHANGED && !changed.iter().any(says));
        let list = move || committed(repo, commit);
        let said = match &since {
            Some((_, standing)) => standing.terms.said.clone(),
            None => said(repo, speaker.map_or(commit, |(commit, _)| commit))?,
        };
        let mut surroundings = Self::of(place, said.clone(), speaker, Box::new(list))?;
        if let (true, Some(tree), Some(speaker)) = (alone, tree.id(), speaking.id()) {
            surroundings.terms = Some(Terms { tree, speaker, said, aside: surroundings.own.clone(), key });
        }
        if let Some((changed, standing)) = since {
            let now = surroundings.now(repo, commit, &standing, changed)?;
            surroundings.later = Some((standing, now));
        }
        Ok(surroundings)
    }

    fn of(
        place: Place<'g, '_>,
        mut said: Vec<String>,
        speaker: Option<Speaker<'g>>,
        list: Box<dyn Fn() -> Result<Vec<Listed>> + Sync + 'g>,
    ) -> Result<Self> {
        let Place { tree, repo, root, config, analysed } = place;
        // Attributes are those of the tree itself, unless another's count.
        let speaker = speaker.map_or(tree, |(_, tree)| tree);
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
        let own = |paths: &BTreeSet<&str>| paths.iter().map(|path| (*path).to_owned()).collect();
        Ok(Surroundings {
            tree,
            repo,
            list,
            files: OnceLock::new(),
            later: None,
            terms: None,
            attributes,
            exclude,
            left_out_key: first_eight(hasher.finalize().as_bytes()),
            spoken: languages(&analysed.all),
            own: own(&analysed.own),
            beside: own(&analysed.all.difference(&analysed.own).copied().collect()),
            folder: folder(root),
        })
    }

    /// Whether code of the analysed files may call into a file, and it is none of them.
    fn is_around(&self, path: &str) -> bool {
        Language::of_path(path).is_some_and(|callee| self.spoken.iter().any(|caller| caller.is_kin(callee)))
            && !self.own.contains(path)
    }

    fn around(&self, mut files: Vec<Listed>) -> Vec<Listed> {
        files.retain(|file| self.is_around(&file.path));
        files
    }

    /// What now stands where anything may differ from what a record tells of.
    fn now(&self, repo: &Repo, commit: &str, standing: &Standing, changed: Vec<(String, bool)>) -> Result<Vec<Now>> {
        let mut paths: BTreeSet<String> = changed.into_iter().map(|(path, _)| path).collect();
        paths.extend(standing.terms.aside.symmetric_difference(&self.own).cloned());
        paths.retain(|path| is_source(path));
        let around: Vec<&str> = paths.iter().map(String::as_str).filter(|path| self.is_around(path)).collect();
        let mut ids = repo.ids_at(commit, &around)?;
        Ok(paths.into_iter().map(|path| (ids.remove(&path), path)).map(|(id, path)| (path, id)).collect())
    }

    fn listed(&self) -> Result<&[Listed]> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let files = self.around((self.list)()?);
        Ok(self.files.get_or_init(|| files))
    }

    /// Opens them: reads what the cache does not hold, and hands the repository to `work`. Where what was kept turns out to
    /// be torn, it is dropped and the work done again.
    pub(super) fn with<T>(
        &self,
        (facts, config): (&Facts, &Config),
        capped: bool,
        work: impl Fn(&Repository<'_>) -> T,
    ) -> Result<T> {
        let (read, left_out) = (|file: &Listed| self.read(file), |path: &str| self.is_left_out(path));
        let beside = |path: &str| self.beside.contains(path);
        let (remote, note) = shared(config);
        let subject = |folder: Option<&PathBuf>| Subject {
            read: &read,
            left_out: &left_out,
            left_out_key: self.left_out_key,
            facts,
            hot_path: &config.hot_path,
            folder: folder.cloned(),
            budget: if capped { BUDGET } else { Duration::MAX },
            beside: &beside,
            terms: self.terms.clone(),
            remote: remote.as_ref(),
            note: note.clone(),
        };
        let first = subject(self.folder.as_ref());
        let resumed = match &self.later {
            Some((standing, now)) => Repository::resume(first, standing, now),
            None => Err(Box::new(first)),
        };
        let repository = match resumed {
            Ok(repository) => repository,
            Err(subject) => Repository::open(*subject, self.listed()?.iter().collect()),
        };
        let done = work(&repository);
        if repository.is_sound() {
            return Ok(done);
        }
        drop(repository);
        if let Some(folder) = &self.folder {
            Repository::forget(folder);
        }
        Ok(work(&Repository::open(subject(None), self.listed()?.iter().collect())))
    }

    /// A digest of all that is followed or could have been: paths and contents.
    pub(super) fn digest(&self) -> Result<String> {
        let files = self.listed()?;
        // In one piece: hashing it so takes a third of what many small pieces would.
        let mut all = Vec::with_capacity(files.iter().map(|file| file.path.len() + 40).sum::<usize>() + 8);
        all.extend(self.left_out_key.to_le_bytes());
        for file in files {
            all.extend(file.path.as_bytes());
            all.push(0);
            match file.mark {
                Mark::Content(id) => all.extend(id),
                Mark::Disk(stat) => {
                    all.extend([stat.modified, stat.size, stat.inode].map(u64::to_le_bytes).as_flattened());
                }
            }
        }
        Ok(blake3::hash(&all).to_hex().to_string())
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
            let bytes = match self.tree.entry(&file.path, LARGEST) {
                Entry::File(bytes) => bytes,
                // It is there, and followed by nobody: as an empty one is. Only what vanished leaves a gap.
                Entry::TooLarge(_) => Vec::new(),
                _ => return None,
            };
            let id = content_id(self.repo, &bytes)?;
            // Written to since it was listed: what was listed is no longer there.
            (matches!(file.mark, Mark::Disk(_)) || file.mark == Mark::Content(id)).then_some((bytes, id))
        })
    }
}

/// The files of a commit that say which sources are generated.
fn said(repo: &Repo, commit: &str) -> Result<Vec<String>> {
    let listed = repo.committed_files(commit, &|path| is_wanted(path) && !is_source(path))?;
    Ok(listed.into_iter().map(|(path, _)| path).collect())
}

fn languages(paths: &BTreeSet<&str>) -> BTreeSet<Language> {
    paths.iter().filter_map(|path| Language::of_path(path)).collect()
}

/// Whether a tree says of attributes what an earlier one said.
fn same_attributes(tree: &dyn Tree, earlier: &str) -> bool {
    tree.id().as_deref() == Some(earlier)
        || tree.changed_since(earlier).is_some_and(|changed| !changed.iter().any(says))
}

/// Whether a path that changed may say which sources are generated.
fn says((path, _): &(String, bool)) -> bool {
    is_wanted(path) && !is_source(path)
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

/// What lies below a root, but what `is_own`: that is read for itself, and nobody asks when it was written.
fn on_disk(root: &Path, tree: &dyn Tree, is_own: &dyn Fn(&str) -> bool) -> Result<Vec<Listed>> {
    let root = files::canonical(root).unwrap_or_else(|| root.to_path_buf());
    let paths = tree.files()?.into_iter().filter(|path| is_wanted(path) && !is_own(path));
    let mark = |path: String| files::stat(&root.join(&path)).map(|stat| Listed { path, mark: Mark::Disk(stat) });
    Ok(paths.filter_map(mark).collect())
}

/// Where the summaries of a repository are kept: in the user's cache folder, which no change can write to.
fn folder(root: &Path) -> Option<PathBuf> {
    let cache = env::cache_folder()?;
    let root = files::canonical(root).unwrap_or_else(|| root.to_path_buf());
    let name = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    Some(cache.join("summaries").join(&name[..32]))
}
