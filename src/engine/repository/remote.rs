//! Summaries that several machines share: what an object holds, how it is known to be ours, and what is taken from it and
//! put into it.
//!
//! Files are spread over a fixed number of objects by their paths. An object holds what is kept of each file under its
//! path, its content's id and its place, so that whatever changed is simply not found. It is authenticated as a whole with
//! a key that only runners have; what fails that is not there. Verdicts and findings never come from here. Must not know
//! where objects lie.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::segment::{Id, Packed, State};
use super::version;
use crate::world::remote::{self, Answers, Shared};

/// The beginning of all that is said of it: such notes tell of this run alone, and are not kept with results.
pub const NOTE: &str = "remote cache: ";

const MAGIC: &[u8; 8] = b"PGSHARE1";
const MAC: usize = 32;
/// Objects that the files of a repository are spread over.
const OBJECTS: u64 = 64;
/// What an object may hold beside what is current, for branches that differ: as much again.
const OTHERS: usize = 2;

/// A store of summaries.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Where objects lie.
    pub store: Shared,
    /// The key that they are authenticated with.
    pub key: String,
    /// Whether this run may write: one that nobody vouches for only reads.
    pub writes: bool,
    /// What reading all, and then writing all, may take.
    pub limit: Duration,
}

/// What is kept of one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) id: Id,
    pub(super) place: u64,
    pub(super) state: State,
    pub(super) packed: Packed,
}

/// What came from the store.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    entries: HashMap<String, Vec<Entry>>,
    read: BTreeSet<u64>,
    pub(super) notes: Vec<String>,
    /// Whether the store answered: else nothing is written to it.
    answered: bool,
}

impl Fetched {
    /// What is kept of a file under its path and place.
    pub(super) fn of(&self, path: &str, place: u64) -> impl Iterator<Item = &Entry> {
        self.entries.get(path).into_iter().flatten().filter(move |entry| entry.place == place)
    }
}

impl Remote {
    /// Fetches the objects that hold some paths.
    pub(super) fn fetch<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Fetched {
        let objects: BTreeSet<u64> = paths.map(object).collect();
        let names: Vec<String> = objects.iter().map(|object| name(*object)).collect();
        let Answers { got, problem } = remote::get_all(&self.store, names, self.limit);
        let mut fetched = Fetched { answered: problem.is_none(), ..Fetched::default() };
        fetched.notes.extend(problem.map(|why| format!("{NOTE}not used, work goes on without it: {why}")));
        let mut strange = 0;
        for number in objects {
            let Some(bytes) = got.get(&name(number)) else { continue };
            match self.opened(number, bytes) {
                Some(entries) => {
                    for entry in entries {
                        fetched.entries.entry(entry.path.clone()).or_default().push(entry);
                    }
                    fetched.read.insert(number);
                }
                None => strange += 1,
            }
        }
        if strange > 0 {
            fetched.notes.push(format!(
                "{NOTE}{strange} of its objects are not authentic and were not used: torn, or written with another key"
            ));
        }
        fetched
    }

    /// Writes the objects of some paths anew, with what is current and some of what was there. Gives what a reader should
    /// know.
    pub(super) fn push<'p>(
        &self,
        fetched: Fetched,
        paths: impl Iterator<Item = &'p str>,
        current: impl Fn(&dyn Fn(&str) -> bool) -> Vec<Entry>,
    ) -> Option<String> {
        if !self.writes || !fetched.answered {
            return None;
        }
        let objects: BTreeSet<u64> = paths.map(object).collect();
        let mut contents: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
        for entry in current(&|path| objects.contains(&object(path))) {
            contents.entry(object(&entry.path)).or_default().push(entry);
        }
        let mut others: Vec<Entry> = fetched.entries.into_values().flatten().collect();
        others.sort_by(|a, b| (&a.path, a.id).cmp(&(&b.path, b.id)));
        for entry in others {
            let Some(entries) = contents.get_mut(&object(&entry.path)) else { continue };
            let most = entries.len().max(16) * OTHERS;
            let known = |e: &Entry| e.path == entry.path && e.id == entry.id && e.place == entry.place;
            if entries.len() < most && !entries.iter().any(known) {
                entries.push(entry);
            }
        }
        let sealed = |(number, entries): (u64, Vec<Entry>)| Some((name(number), self.sealed(number, &entries)?));
        let objects = contents.into_iter().filter_map(sealed).collect();
        let Answers { problem, .. } = remote::put_all(&self.store, objects, self.limit);
        problem.map(|why| format!("{NOTE}not written: {why}"))
    }

    fn mac(&self, number: u64, body: &[u8]) -> blake3::Hash {
        let key = blake3::derive_key("perf-gate remote cache of summaries", self.key.as_bytes());
        let mut hasher = blake3::Hasher::new_keyed(&key);
        // Under another name, or for another version of the code, it is another object.
        hasher.update(name(number).as_bytes()).update(&[0]).update(body);
        hasher.finalize()
    }

    fn sealed(&self, number: u64, entries: &[Entry]) -> Option<Vec<u8>> {
        let body = postcard::to_allocvec(entries).ok()?;
        let mut bytes = Vec::with_capacity(MAGIC.len() + MAC + body.len());
        bytes.extend(MAGIC);
        bytes.extend(self.mac(number, &body).as_bytes());
        bytes.extend(body);
        Some(bytes)
    }

    fn opened(&self, number: u64, bytes: &[u8]) -> Option<Vec<Entry>> {
        let (mac, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<MAC>()?;
        // Compared in constant time, as `blake3::Hash` does.
        (self.mac(number, body) == *mac).then(|| postcard::from_bytes(body).ok())?
    }
}

/// The object of a path.
fn object(path: &str) -> u64 {
    u64::from(blake3::hash(path.as_bytes()).as_bytes()[0]) % OBJECTS
}

/// The name of an object: another version of the code has others.
fn name(object: u64) -> String {
    format!("perf-gate-summaries/{:016x}/{object:02x}", version())
}
