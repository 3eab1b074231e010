//! The rest of the repository: summaries of files that nobody asked to analyse, kept in the user's cache folder and read
//! on demand.
//!
//! Owns what is current, what has to be lowered first, and what is written back. It is told which files there are and how
//! to read them ([`Subject`]); must not know git, stories or rules. Nothing here fails: what cannot be kept is made again.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rayon::prelude::*;

mod place;
mod remote;
mod segment;
mod standing;
mod store;
mod version;

pub use remote::{NOTE, Remote};
pub use segment::{Id, first_eight};
pub use standing::{Now, Standing, Terms};

use self::place::Places;
use self::remote::Fetched;
use self::segment::{Packed, Segment, State, hash};
use self::version::version;
use super::facts::Facts;
use super::file;
use super::profile::Profiles;
use crate::config::HotPath;
use crate::effects::rest::{Entry, Kind, Rest};
use crate::effects::summary::Summary;
use crate::engine::generated::are_generated_bytes;
use crate::lang::Language;
use crate::world::clock::Watch;
use crate::world::files::Stat;

/// What tells whether a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Its content's id.
    Content(Id),
    /// What it looks like on disk; its content is hashed where that says too little.
    Disk(Stat),
}

/// A file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Path relative to the repository root.
    pub path: String,
    /// What tells whether it is still the same.
    pub mark: Mark,
}

/// The content of a file with its id; none where it cannot be read, or is too large.
pub type Read<'a> = dyn Fn(&Listed) -> Option<(Vec<u8>, Id)> + Sync + 'a;

/// What to follow calls into.
pub struct Subject<'a> {
    /// How to read one.
    pub read: &'a Read<'a>,
    /// Whether the configuration or an attribute leaves a path out.
    pub left_out: &'a (dyn Fn(&str) -> bool + Sync),
    /// A digest of what `left_out` follows from.
    pub left_out_key: u64,
    /// Crates and targets.
    pub facts: &'a Facts,
    /// Path segments of the configuration.
    pub hot_path: &'a HotPath,
    /// Folder of this repository's summaries; none where nothing is kept.
    pub folder: Option<PathBuf>,
    /// What a listing of the files follows from; none where a later run cannot tell what changed since.
    pub terms: Option<Terms>,
    /// Summaries that other machines made; none where nothing is shared.
    pub remote: Option<&'a Remote>,
    /// What a reader should know of that, where it is not used.
    pub note: Option<String>,
    /// The time that reading what is not kept yet may take.
    pub budget: Duration,
    /// Files that are known here and linked by the caller: no question about names leads to them.
    pub beside: &'a (dyn Fn(&str) -> bool + Sync),
}

/// What was made of a file: of which content, and what.
type Made = (Id, State, Packed);

/// A new segment, the file of each of its rows, and the files that were lowered for it.
type Lowered = (Segment, Vec<u32>, Vec<usize>);

/// A file's place in the segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    row: u32,
    segment: u16,
    state: State,
    language: Language,
}

/// Where the paths of the files are found.
enum Paths<'a> {
    /// All were listed, in order; and in which crate each lies.
    Listed(Vec<&'a Listed>, Places),
    /// The segments have them, but for those that stand in none: by file, each with what it follows from besides.
    Kept(BTreeMap<u32, (Listed, u64)>),
}

/// Summaries that were read: few of many are, so there is room for a few only.
type Shelf = Box<[OnceLock<Box<Summary>>]>;
/// Summaries on a shelf.
const SHELF: usize = 64;

/// The rest of a repository, ready to be asked.
pub struct Repository<'a> {
    subject: Subject<'a>,
    profiles: Profiles<'a>,
    paths: Paths<'a>,
    segments: Vec<Segment>,
    /// Each file's place; none where it was not read for want of time.
    kept: Vec<Option<Kept>>,
    /// For each segment, the file of each row; `u32::MAX` for one that is not current.
    files: Vec<Vec<u32>>,
    summaries: Vec<OnceLock<Shelf>>,
    crates: HashSet<String>,
    /// What modules outside of crates are known by, each with the number of its files.
    modules: BTreeMap<String, u32>,
    /// Which files the caller links itself; empty where it links none.
    beside: Vec<bool>,
    notes: Vec<String>,
    is_torn: AtomicBool,
}

impl std::fmt::Debug for Repository<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("files", &self.kept.len()).field("segments", &self.segments.len()).finish()
    }
}

impl<'a> Repository<'a> {
    /// Opens what is kept, and lowers what is not. The files are those with a lowering, sorted by path, without those that
    /// are analysed.
    pub fn open(subject: Subject<'a>, files: Vec<&'a Listed>) -> Repository<'a> {
        super::pool().install(|| {
            let segments = subject.folder.as_deref().map(store::open).unwrap_or_default();
            let mut repository = Repository::over(subject, files, segments);
            repository.fill();
            repository.record();
            repository
        })
    }

    fn over(subject: Subject<'a>, mut files: Vec<&'a Listed>, segments: Vec<Segment>) -> Repository<'a> {
        let places = Places::of(&mut files, subject.facts, subject.left_out_key);
        let modules = place::modules(&files, subject.facts);
        let beside = files.iter().map(|file| (subject.beside)(&file.path)).collect();
        let kept = vec![None; files.len()];
        let mut repository = Repository { beside, ..Self::of(subject, Paths::Listed(files, places), kept, modules) };
        for segment in segments {
            repository.take(segment);
        }
        repository
    }

    /// A repository as it stood: its files are rows of these segments.
    fn stood(
        subject: Subject<'a>,
        segments: Vec<Segment>,
        kept: Vec<Option<Kept>>,
        modules: BTreeMap<String, u32>,
    ) -> Repository<'a> {
        let mut repository = Self::of(subject, Paths::Kept(BTreeMap::new()), Vec::new(), modules);
        repository.segments = segments;
        repository.stands(kept, BTreeMap::new());
        repository
    }

    /// Says of each file where it is kept, and of the others what they are.
    fn stands(&mut self, kept: Vec<Option<Kept>>, loose: BTreeMap<u32, (Listed, u64)>) {
        self.files = self.segments.iter().map(|segment| vec![u32::MAX; segment.len()]).collect();
        for (n, kept) in kept.iter().enumerate() {
            if let Some(Kept { segment, row, .. }) = kept {
                self.files[usize::from(*segment)][*row as usize] = n as u32;
            }
        }
        self.summaries = shelves(kept.len());
        self.kept = kept;
        self.paths = Paths::Kept(loose);
    }

    fn of(
        mut subject: Subject<'a>,
        paths: Paths<'a>,
        kept: Vec<Option<Kept>>,
        modules: BTreeMap<String, u32>,
    ) -> Repository<'a> {
        Repository {
            summaries: shelves(kept.len()),
            files: Vec::new(),
            profiles: Profiles::new(subject.facts, subject.hot_path),
            beside: Vec::new(),
            notes: subject.note.take().into_iter().collect(),
            crates: place::crates(subject.facts),
            subject,
            paths,
            kept,
            segments: Vec::new(),
            modules,
            is_torn: AtomicBool::new(false),
        }
    }

    /// Path of a file.
    fn path(&self, n: usize) -> &str {
        match &self.paths {
            Paths::Listed(files, _) => &files[n].path,
            Paths::Kept(loose) => {
                loose.get(&(n as u32)).map_or_else(|| self.path_in_segment(n), |(file, _)| &file.path)
            }
        }
    }

    fn path_in_segment(&self, n: usize) -> &str {
        let path = |kept: Kept| {
            let segment = &self.segments[usize::from(kept.segment)];
            Some(segment.path(&segment.row(kept.row as usize)?))
        };
        self.kept[n].and_then(path).unwrap_or_default()
    }

    /// A file that is read, and what its summary follows from besides its content.
    fn listed(&self, n: usize) -> Option<(Listed, u64)> {
        match &self.paths {
            Paths::Listed(files, places) => Some((files[n].clone(), places.key(n))),
            Paths::Kept(loose) => loose.get(&(n as u32)).cloned().or_else(|| {
                let kept = self.kept[n]?;
                let segment = &self.segments[usize::from(kept.segment)];
                let row = segment.row(kept.row as usize)?;
                Some((Listed { path: segment.path(&row).to_owned(), mark: Mark::Content(row.id) }, row.place))
            }),
        }
    }

    /// Takes a segment's files that are current and not known yet. Both lists are sorted by path: one walk through both.
    fn take(&mut self, segment: Segment) {
        let Paths::Listed(files, places) = &self.paths else { return };
        let index = self.segments.len() as u16;
        let mut of_row = vec![u32::MAX; segment.len()];
        let mut at = 0;
        for (n, slot) in of_row.iter_mut().enumerate() {
            let Some(row) = segment.row(n) else { continue };
            let path = segment.path(&row);
            let order = loop {
                match files.get(at).map(|file| file.path.as_str().cmp(path)) {
                    Some(std::cmp::Ordering::Less) => at += 1,
                    order => break order,
                }
            };
            if order != Some(std::cmp::Ordering::Equal) {
                continue;
            }
            let file = files[at];
            if self.kept[at].is_none() && row.place == places.key(at) && self.is_same(file, &row, segment.written) {
                *slot = at as u32;
                let language = Language::of_path(path).unwrap_or(Language::Rust);
                self.kept[at] = Some(Kept { segment: index, row: n as u32, state: row.state, language });
            }
        }
        self.files.push(of_row);
        self.segments.push(segment);
    }

    /// Takes a segment that was just made of these files.
    fn adopt(&mut self, segment: Segment, files: Vec<u32>) {
        let index = self.segments.len() as u16;
        for (row, file) in files.iter().enumerate() {
            let state = segment.row(row).map_or(State::Unparsable, |row| row.state);
            let language = self.language(*file);
            self.kept[*file as usize] = Some(Kept { segment: index, row: row as u32, state, language });
        }
        self.files.push(files);
        self.segments.push(segment);
    }

    /// Whether a row tells of the file as it is now. One written no earlier than the segment is unsure: it is hashed.
    fn is_same(&self, file: &Listed, row: &segment::Row, written: u64) -> bool {
        match file.mark {
            Mark::Content(id) => id == row.id,
            Mark::Disk(stat) if stat == row.stat && stat.modified < written => true,
            Mark::Disk(stat) => {
                stat.size == row.stat.size && (self.subject.read)(file).is_some_and(|(_, id)| id == row.id)
            }
        }
    }

    /// Lowers what is not kept, and keeps it.
    fn fill(&mut self) {
        let missing: Vec<usize> = (0..self.kept.len()).filter(|n| self.kept[*n].is_none()).collect();
        if missing.is_empty() {
            return;
        }
        let paths = missing.iter().map(|n| self.path(*n));
        let mut fetched = self.subject.remote.map(|remote| remote.fetch(paths)).unwrap_or_default();
        self.notes.append(&mut fetched.notes);
        match self.lower_all(&missing, &fetched) {
            Ok((segment, files, made)) => {
                self.adopt(segment, files);
                self.share(missing.len(), &made, fetched);
                self.tidy();
            }
            Err(why) => self.notes.push(format!("calls were not followed into all files of the repository: {why}")),
        }
        let unread = self.kept.iter().filter(|kept| kept.is_none()).count();
        if unread > 0 {
            self.notes.push(format!(
                "calls were not followed into {unread} files of the repository: the time was up; the next run goes on from here"
            ));
        }
    }

    /// Gives the file of each row, and the files that were lowered here.
    fn lower_all(&mut self, missing: &[usize], fetched: &Fetched) -> crate::error::Result<Lowered> {
        let (mut made, mut files) = (Vec::new(), Vec::new());
        let watch = Watch::start();
        let (mut writer, folder) = self.writer()?;
        // In the order of the paths, as the table has to be.
        for chunk in missing.chunks(256) {
            if watch.elapsed() > self.subject.budget {
                break;
            }
            let shared: Vec<Option<Made>> = chunk.par_iter().map(|n| self.shared(*n, fetched)).collect();
            let done: Vec<Option<Made>> =
                chunk.par_iter().zip(&shared).map(|(n, shared)| shared.clone().or_else(|| self.packed(*n))).collect();
            made.extend(chunk.iter().zip(&shared).filter(|(_, shared)| shared.is_none()).map(|(n, _)| *n));
            for (n, done) in chunk.iter().zip(done) {
                let (Some((id, state, packed)), Some((file, place))) = (done, self.listed(*n)) else { continue };
                let stat = if let Mark::Disk(stat) = file.mark { stat } else { Stat::default() };
                writer.add(&file.path, (id, stat), place, state, &packed)?;
                files.push(*n as u32);
            }
        }
        Ok((store::publish(writer, folder.as_deref())?, files, made))
    }

    /// What another machine made of a file with this content at this place.
    fn shared(&self, n: usize, fetched: &Fetched) -> Option<Made> {
        let (file, place) = self.listed(n)?;
        let mut known = fetched.of(&file.path, place).peekable();
        known.peek()?;
        let id = match file.mark {
            Mark::Content(id) => id,
            Mark::Disk(_) => (self.subject.read)(&file)?.1,
        };
        known.find(|entry| entry.id == id).map(|entry| (entry.id, entry.state, entry.packed.clone()))
    }

    /// Shares what was made here, and says what came of the sharing.
    fn share(&mut self, missing: usize, made: &[usize], fetched: Fetched) {
        let Some(remote) = self.subject.remote else { return };
        let is_parsed = |n: &&usize| self.kept[**n].is_some_and(|kept| kept.state != State::LeftOut);
        let (taken, parsed) = (missing - made.len(), made.iter().filter(is_parsed).count());
        self.notes.push(format!("{NOTE}took over {taken} of {missing} files, parsed {parsed}"));
        if made.is_empty() {
            return;
        }
        let paths = made.iter().map(|n| self.path(*n));
        let problem = remote.push(fetched, paths, |wanted| self.entries(wanted));
        self.notes.extend(problem);
    }

    /// What is kept of some files, for others.
    fn entries(&self, wanted: &dyn Fn(&str) -> bool) -> Vec<remote::Entry> {
        let names: Vec<_> = self.segments.iter().map(Segment::names_by_file).collect();
        let entry = |n: usize| {
            let kept = self.kept[n]?;
            let (of, row) = (usize::from(kept.segment), kept.row as usize);
            let segment = &self.segments[of];
            let found = segment.row(row)?;
            let packed = segment.packed(&found, &names[of][row])?;
            let path = self.path(n).to_owned();
            Some(remote::Entry { path, id: found.id, place: found.place, state: found.state, packed })
        };
        (0..self.kept.len()).filter(|n| wanted(self.path(*n))).filter_map(entry).collect()
    }

    /// Where new summaries go: the cache folder, else a file that nobody else sees.
    fn writer(&mut self) -> crate::error::Result<(segment::Writer, Option<PathBuf>)> {
        match self.subject.folder.as_deref().map(store::draft) {
            Some(Ok(draft)) => return Ok((segment::Writer::new(draft), self.subject.folder.clone())),
            Some(Err(why)) => self.notes.push(format!("summaries of the repository are not kept: {}", why.what())),
            None => {}
        }
        let draft = crate::world::files::Draft::new(&crate::world::files::temporary_folder())?;
        Ok((segment::Writer::new(draft), None))
    }

    /// Makes one segment of many.
    fn tidy(&mut self) {
        let Some(folder) = self.subject.folder.clone() else { return };
        store::tidy(&folder);
        let merged = store::is_merged(self);
        if !merged.contains(&true) {
            return;
        }
        // Where that fails, they stay as they are.
        let Ok((segment, files)) = store::merge(&folder, self, &merged) else { return };
        let mut places = Vec::with_capacity(merged.len());
        let mut stay = 0;
        for merged in &merged {
            places.push(stay);
            stay += u16::from(!merged);
        }
        for kept in self.kept.iter_mut().flatten() {
            kept.segment = places[usize::from(kept.segment)];
        }
        let mut at = merged.iter();
        self.files.retain(|_| at.next() == Some(&false));
        let (mut at, mut gone) = (merged.iter(), Vec::new());
        self.segments.retain(|segment| {
            let stays = at.next() == Some(&false);
            if !stays {
                gone.push(segment.name.clone());
            }
            stays
        });
        self.adopt(segment, files);
        store::drop_segments(&folder, &gone);
    }

    /// What is to be kept of a file; none where it vanished.
    fn packed(&self, n: usize) -> Option<Made> {
        let (listed, _) = self.listed(n)?;
        let by_path = match listed.mark {
            Mark::Content(id) => Some(id),
            Mark::Disk(_) => None,
        };
        let out = self.is_left_out(&listed.path);
        if let (true, Some(id)) = (out, by_path) {
            return Some((id, State::LeftOut, Packed::default()));
        }
        let (bytes, id) = (self.subject.read)(&listed).or(by_path.map(|id| (Vec::new(), id)))?;
        if out || bytes.is_empty() || are_generated_bytes(&listed.path, &bytes) {
            return Some((id, State::LeftOut, Packed::default()));
        }
        match self.summarised(&listed.path, bytes).and_then(|summary| Packed::new(&summary)) {
            Some(packed) => Some((id, State::Ready, packed)),
            None => Some((id, State::Unparsable, Packed::default())),
        }
    }

    fn is_left_out(&self, path: &str) -> bool {
        (self.subject.left_out)(path) || file::is_test(&self.profiles, path)
    }

    fn summarised(&self, path: &str, bytes: Vec<u8>) -> Option<Summary> {
        let text = String::from_utf8(bytes).ok()?;
        file::summary(self.subject.facts, Language::of_path(path)?, path, &text)
    }

    /// What a reader should know besides: what was not followed and why, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        let torn = |n: &usize| !self.is_beside(*n) && self.kept[*n].is_some_and(|kept| kept.state == State::Unparsable);
        let paths: Vec<&str> = (0..self.kept.len()).filter(torn).map(|n| self.path(n)).collect();
        if let Some(first) = paths.first() {
            let more = match paths.len() - 1 {
                0 => String::new(),
                1 => " and 1 other file".to_owned(),
                n => format!(" and {n} other files"),
            };
            notes.push(format!("calls were not followed into `{first}`{more}: not to be parsed"));
        }
        notes
    }

    /// Whether all files that could matter were read: only then does a result follow from the files alone.
    pub fn is_whole(&self) -> bool {
        self.kept.iter().all(Option::is_some) && self.is_sound()
    }

    /// Whether everything that was asked for was kept as it was written. Else what is kept is dropped, and a next try
    /// begins anew.
    pub fn is_sound(&self) -> bool {
        !self.is_torn.load(Ordering::Relaxed) && self.segments.iter().all(Segment::is_sound)
    }

    /// Drops all that is kept of this repository.
    pub fn forget(folder: &Path) {
        store::forget(folder);
    }

    /// What is kept of a file that the caller links itself; none where it has to be read.
    pub fn known(&self, path: &str) -> Option<Summary> {
        let Paths::Listed(files, _) = &self.paths else { return None };
        let n = files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        let kept = self.kept[n].filter(|kept| kept.state == State::Ready)?;
        self.unpacked(kept)
    }

    fn unpacked(&self, kept: Kept) -> Option<Summary> {
        let segment = &self.segments[usize::from(kept.segment)];
        segment.summary(&segment.row(kept.row as usize)?)
    }

    fn load(&self, n: usize) -> Summary {
        let kept = self.kept[n].and_then(|kept| self.unpacked(kept));
        if kept.is_none() {
            self.is_torn.store(true, Ordering::Relaxed);
        }
        let again = || {
            let (listed, _) = self.listed(n)?;
            (self.subject.read)(&listed).and_then(|(bytes, _)| self.summarised(&listed.path, bytes))
        };
        kept.or_else(again).unwrap_or_else(|| Summary::empty(self.path(n), Language::Rust))
    }

    fn is_beside(&self, n: usize) -> bool {
        self.beside.get(n).is_some_and(|beside| *beside)
    }

    /// Whether a row's file is current, and nobody else links it.
    fn is_asked(&self, file: u32) -> bool {
        file != u32::MAX && !self.is_beside(file as usize)
    }
}

fn shelves(files: usize) -> Vec<OnceLock<Shelf>> {
    std::iter::repeat_with(OnceLock::new).take(files.div_ceil(SHELF)).collect()
}

impl Rest for Repository<'_> {
    fn len(&self) -> usize {
        self.kept.len()
    }

    fn is_crate(&self, name: &str) -> bool {
        self.crates.contains(name) || self.modules.contains_key(name)
    }

    fn find(&self, kind: Kind, owner: &str, name: &str) -> Vec<Entry<'_>> {
        if self.segments.is_empty() {
            return Vec::new();
        }
        let hash = hash(kind, owner, name);
        let mut found = Vec::new();
        for (segment, files) in self.segments.iter().zip(&self.files) {
            for (name, other) in segment.find(hash) {
                if let Some(file) = files.get(name.file as usize).filter(|file| self.is_asked(**file)) {
                    found.push(Entry { file: *file, item: name.item, other });
                }
            }
        }
        found.sort_by_key(|entry| (entry.file, entry.item));
        found
    }

    fn language(&self, file: u32) -> Language {
        let n = file as usize;
        let by_path = || Language::of_path(self.path(n)).unwrap_or(Language::Rust);
        self.kept[n].map_or_else(by_path, |kept| kept.language)
    }

    fn summary(&self, file: u32) -> &Summary {
        let n = file as usize;
        let room = || std::iter::repeat_with(OnceLock::new).take(SHELF).collect();
        self.summaries[n / SHELF].get_or_init(room)[n % SHELF].get_or_init(|| Box::new(self.load(n)))
    }
}
