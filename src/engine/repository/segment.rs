//! One file of kept summaries: packed summaries, an index of the names that they define, and a table of the files.
//!
//! Owns the bytes. What is torn, foreign or of another version is no segment, and a part that does not match its checksum
//! is not there: the caller then reads the source again. Must not know which of the files are current.

use std::path::Path;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};

use super::version;
use crate::effects::rest::{Definition, Kind, definitions};
use crate::effects::summary::Summary;
use crate::world::files::{self, Stat};

const MAGIC: [u8; 8] = *b"PGSUMS\r\n";
const FOOTER: usize = 64;
const FILE_ROW: usize = 104;
const NAME_ROW: usize = 24;
const BUCKET_ROW: usize = 16;
/// Names in a bucket: what one look-up reads.
const BUCKET: usize = 64;
/// A table that is larger is not ours.
const LARGEST_TABLE: u64 = 1 << 30;

/// The id of a content: git's own id of the blob, padded with zeros.
pub type Id = [u8; 32];

/// What is kept of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum State {
    /// A summary.
    Ready,
    /// It does not parse.
    Unparsable,
    /// Test code, generated, excluded or too large: nothing is wanted of it.
    LeftOut,
}

/// One file of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// What it held.
    pub(super) id: Id,
    /// What it looked like on disk; all zero where that was not asked.
    pub(super) stat: Stat,
    /// What its summary follows from besides its content.
    pub(super) place: u64,
    /// What is kept.
    pub(super) state: State,
    at: u64,
    len: u32,
    check: u64,
    path: (u32, u32),
}

/// A name in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    hash: u64,
    /// The file's row.
    pub(super) file: u32,
    /// Index in the file's list of that kind.
    pub(super) item: u32,
    other: (u32, u32),
}

/// What is to be kept of one file.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    names: Vec<(u64, u32, String)>,
}

impl Packed {
    /// Packs a summary.
    pub(super) fn new(summary: &Summary) -> Option<Packed> {
        let bytes = postcard::to_allocvec(summary).ok()?;
        let name = |d: Definition<'_>| (hash(d.kind, d.owner, d.name), d.item, d.other);
        Some(Packed { bytes, names: definitions(summary).into_iter().map(name).collect() })
    }
}

/// The hash of a name in the index.
pub(super) fn hash(kind: Kind, owner: &str, name: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind as u8]).update(owner.as_bytes()).update(&[0]).update(name.as_bytes());
    first_eight(hasher.finalize().as_bytes())
}

fn check(bytes: &[u8]) -> u64 {
    first_eight(blake3::hash(bytes).as_bytes())
}

fn first_eight(bytes: &[u8; 32]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(eight)
}

/// A segment being written.
#[derive(Debug)]
pub(super) struct Writer {
    draft: files::Draft,
    at: u64,
    table: Vec<Row>,
    names: Vec<Name>,
    strings: Vec<u8>,
    known: HashMap<String, (u32, u32)>,
}

impl Writer {
    /// Begins one on a draft.
    pub(super) fn new(draft: files::Draft) -> Writer {
        let (table, names, strings, known) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
        Writer { draft, at: 0, table, names, strings, known }
    }

    fn string(&mut self, text: &str) -> (u32, u32) {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let place = (self.strings.len() as u32, text.len() as u32);
        self.strings.extend_from_slice(text.as_bytes());
        self.known.insert(text.to_owned(), place);
        place
    }

    /// Adds a file.
    pub(super) fn add(
        &mut self,
        path: &str,
        (id, stat): (Id, Stat),
        place: u64,
        state: State,
        packed: &Packed,
    ) -> crate::error::Result<()> {
        let file = self.table.len() as u32;
        self.draft.append(&packed.bytes)?;
        let row = Row {
            id,
            stat,
            place,
            state,
            at: self.at,
            len: packed.bytes.len() as u32,
            check: check(&packed.bytes),
            path: self.string(path),
        };
        self.at += packed.bytes.len() as u64;
        self.table.push(row);
        for (hash, item, other) in &packed.names {
            let other = self.string(other);
            self.names.push(Name { hash: *hash, file, item: *item, other });
        }
        Ok(())
    }

    /// Writes the index and the table, and gives the draft.
    pub(super) fn finish(mut self) -> crate::error::Result<files::Draft> {
        self.names.sort_unstable();
        let names_at = self.at;
        let mut buckets = Vec::new();
        for bucket in self.names.chunks(BUCKET) {
            let mut bytes = Vec::with_capacity(bucket.len() * NAME_ROW);
            for name in bucket {
                bytes.extend(name.hash.to_le_bytes());
                for part in [name.file, name.item, name.other.0, name.other.1] {
                    bytes.extend(part.to_le_bytes());
                }
            }
            buckets.extend(bucket[0].hash.to_le_bytes());
            buckets.extend(check(&bytes).to_le_bytes());
            self.draft.append(&bytes)?;
            self.at += bytes.len() as u64;
        }
        let mut meta = Vec::with_capacity(self.table.len() * FILE_ROW + buckets.len() + self.strings.len());
        for row in &self.table {
            put(&mut meta, row);
        }
        meta.extend(&buckets);
        meta.extend(&self.strings);
        self.draft.append(&meta)?;
        let mut footer = Vec::with_capacity(FOOTER);
        footer.extend(MAGIC);
        let total = self.at + meta.len() as u64 + FOOTER as u64;
        let parts =
            [version(), names_at, self.names.len() as u64, self.at, self.table.len() as u64, check(&meta), total];
        for part in parts {
            footer.extend(part.to_le_bytes());
        }
        self.draft.append(&footer)?;
        Ok(self.draft)
    }
}

fn put(out: &mut Vec<u8>, row: &Row) {
    out.extend(row.id);
    for part in [row.stat.modified, row.stat.size, row.stat.inode, row.place, row.at, row.check] {
        out.extend(part.to_le_bytes());
    }
    let state = match row.state {
        State::Ready => 0,
        State::Unparsable => 1,
        State::LeftOut => 2,
    };
    for part in [row.len, row.path.0, row.path.1, state, 0, 0] {
        out.extend(part.to_le_bytes());
    }
}

/// Takes numbers off the front of bytes.
struct Take<'b>(&'b [u8]);

impl Take<'_> {
    fn u64(&mut self) -> Option<u64> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*head))
    }

    fn u32(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*head))
    }

    fn id(&mut self) -> Option<Id> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
}

/// A segment that can be asked.
#[derive(Debug)]
pub(super) struct Segment {
    reader: files::Reader,
    /// When it was written, as [`Stat::modified`]: what changed since is unsure.
    pub(super) written: u64,
    names_at: u64,
    name_count: usize,
    file_count: usize,
    /// Table, buckets, strings.
    meta: Vec<u8>,
    loaded: Vec<OnceLock<Vec<Name>>>,
}

impl Segment {
    /// Opens one; none where the file is not a whole segment of this version.
    pub(super) fn open(path: &Path) -> Option<Segment> {
        Segment::read(files::Reader::open(path)?, files::stat(path)?.modified)
    }

    /// Opens one that is not on disk.
    pub(super) fn of_draft(draft: files::Draft) -> Option<Segment> {
        Segment::read(draft.into_reader()?, u64::MAX)
    }

    fn read(reader: files::Reader, written: u64) -> Option<Segment> {
        let size = reader.len();
        let footer = reader.read(size.checked_sub(FOOTER as u64)?, FOOTER)?;
        let mut parts = Take(footer.strip_prefix(&MAGIC)?);
        let mut part = || parts.u64();
        if part()? != version() {
            return None;
        }
        let (names_at, name_count, meta_at, file_count, sum) = (part()?, part()?, part()?, part()?, part()?);
        let meta_len = size.checked_sub(meta_at)?.checked_sub(FOOTER as u64)?;
        if part()? != size || meta_len > LARGEST_TABLE || file_count > meta_len || name_count > size {
            return None;
        }
        let meta = reader.read(meta_at, meta_len as usize)?;
        let (name_count, file_count) = (name_count as usize, file_count as usize);
        let buckets = name_count.div_ceil(BUCKET);
        if check(&meta) != sum || meta.len() < file_count * FILE_ROW + buckets * BUCKET_ROW {
            return None;
        }
        let loaded = std::iter::repeat_with(OnceLock::new).take(buckets).collect();
        Some(Segment { reader, written, names_at, name_count, file_count, meta, loaded })
    }

    /// Number of files.
    pub(super) fn len(&self) -> usize {
        self.file_count
    }

    /// A file of the table.
    pub(super) fn row(&self, file: usize) -> Option<Row> {
        let mut parts = Take(self.meta.get(file * FILE_ROW..(file + 1) * FILE_ROW)?);
        let id = parts.id()?;
        let stat = Stat { modified: parts.u64()?, size: parts.u64()?, inode: parts.u64()? };
        let (place, at, check) = (parts.u64()?, parts.u64()?, parts.u64()?);
        let (len, path) = (parts.u32()?, (parts.u32()?, parts.u32()?));
        let state = match parts.u32()? {
            0 => State::Ready,
            1 => State::Unparsable,
            _ => State::LeftOut,
        };
        Some(Row { id, stat, place, state, at, len, check, path })
    }

    fn text(&self, (at, len): (u32, u32)) -> &str {
        let first = self.file_count * FILE_ROW + self.loaded.len() * BUCKET_ROW + at as usize;
        let bytes = self.meta.get(first..first + len as usize).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Path of a file of the table.
    pub(super) fn path(&self, row: &Row) -> &str {
        self.text(row.path)
    }

    /// The summary of a file of the table; none where its bytes are not as they were written.
    pub(super) fn summary(&self, row: &Row) -> Option<Summary> {
        postcard::from_bytes(&self.bytes(row)?).ok()
    }

    fn bytes(&self, row: &Row) -> Option<Vec<u8>> {
        let bytes = self.reader.read(row.at, row.len as usize)?;
        (check(&bytes) == row.check).then_some(bytes)
    }

    fn bucket_start(&self, bucket: usize) -> (u64, u64) {
        let first = self.file_count * FILE_ROW + bucket * BUCKET_ROW;
        let mut parts = Take(self.meta.get(first..first + BUCKET_ROW).unwrap_or_default());
        (parts.u64().unwrap_or(u64::MAX), parts.u64().unwrap_or_default())
    }

    /// A bucket; empty where its bytes are not as they were written.
    fn bucket(&self, bucket: usize) -> &[Name] {
        self.loaded[bucket].get_or_init(|| {
            let count = (self.name_count - bucket * BUCKET).min(BUCKET);
            let at = self.names_at + (bucket * BUCKET * NAME_ROW) as u64;
            let Some(bytes) = self.reader.read(at, count * NAME_ROW) else { return Vec::new() };
            if check(&bytes) != self.bucket_start(bucket).1 {
                return Vec::new();
            }
            let name = |row: &[u8]| {
                let mut parts = Take(row);
                let (hash, file, item) = (parts.u64()?, parts.u32()?, parts.u32()?);
                Some(Name { hash, file, item, other: (parts.u32()?, parts.u32()?) })
            };
            bytes.chunks(NAME_ROW).filter_map(name).collect()
        })
    }

    /// The rows of a name: each with what else is told of it.
    pub(super) fn find(&self, hash: u64) -> impl Iterator<Item = (Name, &str)> {
        let (mut low, mut high) = (0, self.loaded.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.bucket_start(middle).0 < hash { low = middle + 1 } else { high = middle }
        }
        // The bucket before may end with it.
        let buckets = low.saturating_sub(1)..self.loaded.len();
        let buckets = buckets.take_while(move |bucket| self.bucket_start(*bucket).0 <= hash);
        let names = buckets.flat_map(|bucket| self.bucket(bucket));
        names.filter(move |name| name.hash == hash).map(|name| (*name, self.text(name.other)))
    }

    /// Whether every bucket is as it was written.
    pub(super) fn is_sound(&self) -> bool {
        let whole = |bucket: usize| (self.name_count - bucket * BUCKET).min(BUCKET);
        (0..self.loaded.len()).all(|bucket| self.loaded[bucket].get().is_none_or(|names| names.len() == whole(bucket)))
    }

    /// All names, by the file that defines them.
    pub(super) fn names_by_file(&self) -> Vec<Vec<Name>> {
        let mut all = vec![Vec::new(); self.file_count];
        for name in (0..self.loaded.len()).flat_map(|bucket| self.bucket(bucket)) {
            if let Some(of_file) = all.get_mut(name.file as usize) {
                of_file.push(*name);
            }
        }
        all
    }

    /// A file as it is kept, for another segment; none where its bytes are not as they were written.
    pub(super) fn packed(&self, row: &Row, names: &[Name]) -> Option<Packed> {
        let names = names.iter().map(|name| (name.hash, name.item, self.text(name.other).to_owned())).collect();
        Some(Packed { bytes: self.bytes(row)?, names })
    }
}
