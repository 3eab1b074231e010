//! How a repository stood: which rows of the segments were current in one of its trees. A later tree that differs in a few
//! files is then opened by those few, and not by a listing of all.
//!
//! Owns the record and what becomes of it in a later tree. Must not know how trees are compared, nor what is lowered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{self, Places};
use super::segment::{Id, Segment, State, check};
use super::version::version;
use super::{Kept, Listed, Mark, Repository, Subject, store};
use crate::lang::Language;
use crate::world::files;

const END: &str = ".standing";
const MAGIC: [u8; 8] = *b"PGSTAN\r\n";
/// A record that is larger is not ours.
const LARGEST: u64 = 256 << 20;
/// A record that more files than this have left behind is written anew.
const MOST_LATER: usize = 64;

/// What a listing of the files around the analysed ones follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The tree's id.
    pub tree: String,
    /// The id of the tree whose attributes count.
    pub speaker: String,
    /// The files of that tree that say which sources are generated.
    pub said: Vec<String>,
    /// The analysed files: they are not around themselves.
    pub aside: BTreeSet<String>,
    /// A digest of the languages that are followed, and of what the configuration leaves out: what a record is known by.
    pub key: u64,
}

/// Rows of a segment that follow one another.
#[derive(Debug, Serialize, Deserialize)]
struct Run {
    segment: u16,
    state: State,
    language: Language,
    first: u32,
    count: u32,
}

/// A record of how a repository stood.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    /// What was listed.
    pub terms: Terms,
    /// A digest of the crates and of what was left out.
    places: u64,
    /// Names of the segments.
    segments: Vec<String>,
    /// What modules outside of crates are known by, each with the number of its files.
    modules: BTreeMap<String, u32>,
    /// The current rows, in the order of the files.
    runs: Vec<Run>,
}

/// What stands at a path of a later tree: a content, or nothing that is listed.
pub type Now = (String, Option<Id>);

/// A file that changed, came or went.
struct Edit {
    /// Its place among the files as they stood, or that of the file after it.
    at: usize,
    stood: bool,
    path: String,
    now: Option<(Id, u64)>,
}

fn path(folder: &Path, key: u64) -> PathBuf {
    folder.join(format!("{key:016x}{END}"))
}

/// All records in a folder.
pub(super) fn paths(folder: &Path) -> Vec<PathBuf> {
    files::children(folder).into_iter().filter(|name| name.ends_with(END)).map(|name| folder.join(name)).collect()
}

impl Standing {
    /// The record of that key; none where there is none, or not as it was written.
    pub fn load(folder: &Path, key: u64) -> Option<Standing> {
        let bytes = files::read(&path(folder, key), LARGEST).ok()?;
        let (head, body) = bytes.split_first_chunk::<24>()?;
        if *head == header(body) { postcard::from_bytes(body).ok() } else { None }
    }

    /// Keeps it. One that cannot be kept is made again.
    fn save(&self, folder: &Path) {
        let Ok(body) = postcard::to_allocvec(self) else { return };
        let write = || {
            let mut draft = files::Draft::new(folder)?;
            draft.append(&header(&body))?;
            draft.append(&body)?;
            draft.publish(&path(folder, self.terms.key))
        };
        // Nobody waits for what only saves time.
        drop(write());
    }

    /// The rows, where the segments are those that it tells of.
    fn kept(&self, segments: &[Segment]) -> Option<Vec<Option<Kept>>> {
        let place = |name: &String| segments.iter().position(|segment| segment.name == *name);
        let places: Vec<usize> = self.segments.iter().map(place).collect::<Option<_>>()?;
        let mut kept = Vec::with_capacity(self.runs.iter().map(|run| run.count as usize).sum());
        for run in &self.runs {
            let segment = *places.get(usize::from(run.segment))?;
            let last = run.first.checked_add(run.count)?;
            if last as usize > segments[segment].len() {
                return None;
            }
            let of = |row: u32| Some(Kept { segment: segment as u16, row, state: run.state, language: run.language });
            kept.extend((run.first..last).map(of));
        }
        Some(kept)
    }
}

fn header(body: &[u8]) -> [u8; 24] {
    let mut all = [0; 24];
    all[..8].copy_from_slice(&MAGIC);
    all[8..16].copy_from_slice(&version().to_le_bytes());
    all[16..].copy_from_slice(&check(body).to_le_bytes());
    all
}

impl<'a> Repository<'a> {
    /// Opens a repository that differs from how it stood in some files, sorted by path; gives the subject back where the
    /// record is of no use.
    pub fn resume(subject: Subject<'a>, standing: &Standing, now: &[Now]) -> Result<Repository<'a>, Box<Subject<'a>>> {
        let Some(folder) = subject.folder.clone() else { return Err(Box::new(subject)) };
        crate::engine::pool().install(|| {
            let segments = store::open(&folder);
            let Some(stood) = standing.kept(&segments) else { return Err(Box::new(subject)) };
            if place::digest(subject.facts, subject.left_out_key) != standing.places {
                return Err(Box::new(subject));
            }
            let mut repository = Repository::stood(subject, segments, stood, standing.modules.clone());
            let lowered = repository.go_on(now);
            if lowered || now.len() > MOST_LATER {
                repository.record();
            }
            Ok(repository)
        })
    }

    /// Brings a repository from how it stood to how it stands. Gives whether anything had to be lowered.
    fn go_on(&mut self, now: &[Now]) -> bool {
        let edits = self.edits(now);
        let mut kept = Vec::with_capacity(self.kept.len() + edits.len());
        let mut loose = BTreeMap::new();
        let mut from = 0;
        for edit in edits {
            kept.extend_from_slice(&self.kept[from..edit.at]);
            from = edit.at + usize::from(edit.stood);
            if edit.stood {
                self.count(&edit.path, false);
            }
            if let Some((id, place)) = edit.now {
                self.count(&edit.path, true);
                let found = self.look_up(&edit.path, id, place);
                if found.is_none() {
                    loose.insert(kept.len() as u32, (Listed { path: edit.path, mark: Mark::Content(id) }, place));
                }
                kept.push(found);
            }
        }
        kept.extend_from_slice(&self.kept[from..]);
        let lowered = !loose.is_empty();
        self.stands(kept, loose);
        self.fill();
        lowered
    }

    fn edits(&self, now: &[Now]) -> Vec<Edit> {
        let listed = |(path, id): &Now| id.map(|id| Listed { path: path.clone(), mark: Mark::Content(id) });
        let listed: Vec<Listed> = now.iter().filter_map(listed).collect();
        let mut files: Vec<&Listed> = listed.iter().collect();
        // Rust outside of all crates is dropped here, as it is from a listing.
        let places = Places::of(&mut files, self.subject.facts, self.subject.left_out_key);
        let place = |path: &str| {
            let at = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
            let Mark::Content(id) = files[at].mark else { return None };
            Some((id, places.key(at)))
        };
        let edit = |(path, _): &Now| {
            let at = self.first_from(path);
            let stood = at < self.kept.len() && self.path(at) == path;
            Edit { at, stood, path: path.clone(), now: place(path) }
        };
        now.iter().map(edit).collect()
    }

    /// The first file whose path is not before one: of each segment the first current row there, and of these the first.
    fn first_from(&self, path: &str) -> usize {
        let of_segment = |(segment, files): (&Segment, &Vec<u32>)| {
            files.get(segment.row_from(path)..)?.iter().find(|file| **file != u32::MAX).map(|file| *file as usize)
        };
        self.segments.iter().zip(&self.files).filter_map(of_segment).min().unwrap_or(self.kept.len())
    }

    /// A row of any segment that tells of a content at a path.
    fn look_up(&self, path: &str, id: Id, place: u64) -> Option<Kept> {
        self.segments.iter().enumerate().find_map(|(n, segment)| {
            let at = segment.row_from(path);
            let row = segment.row(at).filter(|row| segment.path(row) == path && row.id == id && row.place == place)?;
            let language = Language::of_path(path)?;
            Some(Kept { segment: n as u16, row: at as u32, state: row.state, language })
        })
    }

    /// Counts a file that came or went among the modules.
    fn count(&mut self, path: &str, came: bool) {
        let Some(module) = place::module(path, self.subject.facts) else { return };
        let count = self.modules.entry(module.clone()).or_default();
        *count = if came { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            self.modules.remove(&module);
        }
    }

    /// Keeps how the repository stands, where the next run can go on from there.
    pub(super) fn record(&self) {
        let (Some(terms), Some(folder)) = (&self.subject.terms, &self.subject.folder) else { return };
        if !self.is_whole() {
            return;
        }
        let mut runs: Vec<Run> = Vec::new();
        for kept in self.kept.iter().flatten() {
            let Kept { segment, state, language, row } = *kept;
            match runs.last_mut() {
                Some(run)
                    if (run.segment, run.state, run.language) == (segment, state, language)
                        && run.first + run.count == row =>
                {
                    run.count += 1;
                }
                _ => runs.push(Run { segment, state, language, first: row, count: 1 }),
            }
        }
        let segments: Vec<String> = self.segments.iter().map(|segment| segment.name.clone()).collect();
        // One that lies in no folder cannot be found again.
        if segments.iter().any(String::is_empty) {
            return;
        }
        let places = place::digest(self.subject.facts, self.subject.left_out_key);
        let modules = self.modules.clone();
        Standing { terms: terms.clone(), places, segments, modules, runs }.save(folder);
    }
}
