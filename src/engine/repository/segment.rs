//! One file of kept summaries: packed summaries, an index of the names that they define, and a table of the files.
//!
//! Owns the bytes. What is torn, foreign or of another version is no segment, and a part that does not match its checksum
//! is not there: the caller then reads the source again. Only the index of the parts is read when a segment is opened, so
//! that asking for a few of many files costs what those few cost. Must not know which of the files are current.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::HashMap;

use super::version;
use crate::effects::rest::{Definition, Kind, definitions};
use crate::effects::summary::Summary;
use crate::world::files::{self, Stat};

const MAGIC: [u8; 8] = *b"PGSUMS\r\n";
const FOOTER: usize = 72;
const FILE_ROW: usize = 104;
/// Rows of the table that are read together.
const TABLE_BLOCK: usize = 128;
/// Bytes of strings that are read together; a longer string has a block of its own.
const STRING_BLOCK: usize = 16 << 10;
const NAME_ROW: usize = 24;
/// Names in a bucket: what one look-up reads.
const BUCKET: usize = 64;
/// An index that is larger is not ours.
const LARGEST_INDEX: u64 = 1 << 30;

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

/// The checksum of some bytes.
pub(super) fn check(bytes: &[u8]) -> u64 {
    first_eight(blake3::hash(bytes).as_bytes())
}

/// The first eight bytes of a hash, as a number.
pub fn first_eight(bytes: &[u8; 32]) -> u64 {
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
    strings: Strings,
}

/// Strings in blocks: none stands in two.
#[derive(Debug, Default)]
struct Strings {
    bytes: Vec<u8>,
    /// Where each block begins.
    starts: Vec<u32>,
    known: HashMap<String, (u32, u32)>,
}

impl Strings {
    fn add(&mut self, text: &str) -> (u32, u32) {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let at = self.bytes.len() as u32;
        if self.starts.last().is_none_or(|start| at as usize + text.len() - *start as usize > STRING_BLOCK) {
            self.starts.push(at);
        }
        let place = (at, text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
        self.known.insert(text.to_owned(), place);
        place
    }
}

impl Writer {
    /// Begins one on a draft.
    pub(super) fn new(draft: files::Draft) -> Writer {
        Writer { draft, at: 0, table: Vec::new(), names: Vec::new(), strings: Strings::default() }
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
            path: self.strings.add(path),
        };
        self.at += packed.bytes.len() as u64;
        self.table.push(row);
        for (hash, item, other) in &packed.names {
            let other = self.strings.add(other);
            self.names.push(Name { hash: *hash, file, item: *item, other });
        }
        Ok(())
    }

    /// Writes names, table, strings and index, and gives the draft.
    pub(super) fn finish(mut self) -> crate::error::Result<files::Draft> {
        self.names.sort_unstable();
        let (names_at, names, files) = (self.at, self.names.len() as u64, self.table.len() as u64);
        let mut index = Vec::new();
        for bucket in std::mem::take(&mut self.names).chunks(BUCKET) {
            let mut bytes = Vec::with_capacity(bucket.len() * NAME_ROW);
            for name in bucket {
                bytes.extend(name.hash.to_le_bytes());
                for part in [name.file, name.item, name.other.0, name.other.1] {
                    bytes.extend(part.to_le_bytes());
                }
            }
            index.extend(bucket[0].hash.to_le_bytes());
            index.extend(self.append(&bytes)?.to_le_bytes());
        }
        let table_at = self.at;
        for rows in std::mem::take(&mut self.table).chunks(TABLE_BLOCK) {
            let mut bytes = Vec::with_capacity(rows.len() * FILE_ROW);
            for row in rows {
                put(&mut bytes, row);
            }
            index.extend(self.append(&bytes)?.to_le_bytes());
            // The first path, so that one can be looked for without reading what lies before it.
            let (at, len) = rows[0].path;
            index.extend(len.to_le_bytes());
            index.extend_from_slice(&self.strings.bytes[at as usize..(at + len) as usize]);
        }
        let Strings { bytes, starts, .. } = std::mem::take(&mut self.strings);
        for (n, start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).map_or(bytes.len(), |next| *next as usize);
            let sum = self.append(&bytes[*start as usize..end])?;
            index.extend(start.to_le_bytes());
            index.extend(sum.to_le_bytes());
        }
        let index_at = self.at;
        let sum = self.append(&index)?;
        let mut footer = Vec::with_capacity(FOOTER);
        footer.extend(MAGIC);
        let strings = starts.len() as u64 | (bytes.len() as u64) << 32;
        for part in [version(), names_at, names, table_at, files, strings, index_at, sum] {
            footer.extend(part.to_le_bytes());
        }
        self.append(&footer)?;
        Ok(self.draft)
    }

    /// Appends a part, and gives its checksum.
    fn append(&mut self, bytes: &[u8]) -> crate::error::Result<u64> {
        self.draft.append(bytes)?;
        self.at += bytes.len() as u64;
        Ok(check(bytes))
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

    fn bytes(&mut self, len: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
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

/// A part of a segment that is read when it is asked for.
#[derive(Debug)]
struct Part {
    at: u64,
    len: usize,
    check: u64,
    loaded: OnceLock<Option<Box<[u8]>>>,
}

/// A segment that can be asked.
#[derive(Debug)]
pub(super) struct Segment {
    reader: files::Reader,
    /// Its file's name; empty where it is not kept.
    pub(super) name: String,
    /// When it was written, as [`Stat::modified`]: what changed since is unsure.
    pub(super) written: u64,
    names_at: u64,
    name_count: usize,
    file_count: usize,
    /// The first hash of each bucket of names, and the bucket's checksum.
    buckets: Vec<(u64, u64)>,
    loaded: Vec<OnceLock<Vec<Name>>>,
    table: Vec<Part>,
    /// The first path of each block of the table.
    firsts: Vec<String>,
    strings: Vec<Part>,
    /// Where each block of strings begins.
    starts: Vec<u32>,
    /// Whether a part was not as it was written.
    is_torn: AtomicBool,
}

impl Part {
    fn new(at: u64, len: usize, check: u64) -> Part {
        Part { at, len, check, loaded: OnceLock::new() }
    }
}

impl Segment {
    /// Opens one; none where the file is not a whole segment of this version.
    pub(super) fn open(path: &Path) -> Option<Segment> {
        let name = path.file_name()?.to_str()?.to_owned();
        Segment::read(files::Reader::open(path)?, name, files::stat(path)?.modified)
    }

    /// Opens one that is not on disk.
    pub(super) fn of_draft(draft: files::Draft) -> Option<Segment> {
        Segment::read(draft.into_reader()?, String::new(), u64::MAX)
    }

    fn read(reader: files::Reader, name: String, written: u64) -> Option<Segment> {
        let size = reader.len();
        let footer = reader.read(size.checked_sub(FOOTER as u64)?, FOOTER)?;
        let mut parts = Take(footer.strip_prefix(&MAGIC)?);
        if parts.u64()? != version() {
            return None;
        }
        let (names_at, name_count, table_at) = (parts.u64()?, parts.u64()?, parts.u64()?);
        let (file_count, string_count, string_bytes) = (parts.u64()?, parts.u32()?, parts.u32()?);
        let (index_at, sum) = (parts.u64()?, parts.u64()?);
        let index_len = size.checked_sub(index_at)?.checked_sub(FOOTER as u64)?;
        if index_len > LARGEST_INDEX || file_count > size || name_count > size {
            return None;
        }
        let index = reader.read(index_at, index_len as usize)?;
        if check(&index) != sum {
            return None;
        }
        let (name_count, file_count) = (name_count as usize, file_count as usize);
        let mut index = Take(&index);
        let mut buckets = Vec::with_capacity(name_count.div_ceil(BUCKET));
        for _ in 0..name_count.div_ceil(BUCKET) {
            buckets.push((index.u64()?, index.u64()?));
        }
        let mut table = Vec::new();
        let mut firsts = Vec::new();
        for first in (0..file_count).step_by(TABLE_BLOCK) {
            let len = TABLE_BLOCK.min(file_count - first) * FILE_ROW;
            table.push(Part::new(table_at + (first * FILE_ROW) as u64, len, index.u64()?));
            let len = index.u32()? as usize;
            firsts.push(String::from_utf8(index.bytes(len)?.to_vec()).ok()?);
        }
        let strings_at = table_at + (file_count * FILE_ROW) as u64;
        let (mut starts, mut sums) = (Vec::new(), Vec::new());
        for _ in 0..string_count {
            starts.push(index.u32()?);
            sums.push(index.u64()?);
        }
        let ends = starts.iter().skip(1).copied().chain([string_bytes]);
        let part = |((start, end), sum): ((&u32, u32), u64)| {
            Some(Part::new(strings_at + u64::from(*start), end.checked_sub(*start)? as usize, sum))
        };
        let strings = starts.iter().zip(ends).zip(sums).map(part).collect::<Option<_>>()?;
        let loaded = std::iter::repeat_with(OnceLock::new).take(buckets.len()).collect();
        let is_torn = AtomicBool::new(false);
        #[rustfmt::skip]
        let segment = Segment {
            reader, name, written, names_at, name_count, file_count, buckets, loaded, table, firsts, strings, starts, is_torn,
        };
        Some(segment)
    }

    /// Number of files.
    pub(super) fn len(&self) -> usize {
        self.file_count
    }

    fn part<'p>(&self, part: &'p Part) -> Option<&'p [u8]> {
        let load = || self.reader.read(part.at, part.len).filter(|bytes| check(bytes) == part.check).map(Vec::into);
        let bytes = part.loaded.get_or_init(load).as_deref();
        if bytes.is_none() {
            self.is_torn.store(true, Ordering::Relaxed);
        }
        bytes
    }

    /// A file of the table; none where its bytes are not as they were written.
    pub(super) fn row(&self, file: usize) -> Option<Row> {
        let block = self.part(self.table.get(file / TABLE_BLOCK)?)?;
        let at = file % TABLE_BLOCK * FILE_ROW;
        let mut parts = Take(block.get(at..at + FILE_ROW)?);
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

    /// The first row whose path is not before one.
    pub(super) fn row_from(&self, path: &str) -> usize {
        // The block before may hold it.
        let block = self.firsts.partition_point(|first| first.as_str() < path).saturating_sub(1);
        let (mut low, mut high) = (block * TABLE_BLOCK, self.file_count.min((block + 1) * TABLE_BLOCK));
        while low < high {
            let middle = low.midpoint(high);
            let is_before = self.row(middle).is_some_and(|row| self.path(&row) < path);
            if is_before { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn text(&self, (at, len): (u32, u32)) -> &str {
        let block = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let (Some(start), Some(part)) = (self.starts.get(block), self.strings.get(block)) else { return "" };
        let first = (at - start) as usize;
        let bytes = self.part(part).and_then(|bytes| bytes.get(first..first + len as usize)).unwrap_or_default();
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

    /// A bucket; empty where its bytes are not as they were written.
    fn bucket(&self, bucket: usize) -> &[Name] {
        self.loaded[bucket].get_or_init(|| {
            let count = (self.name_count - bucket * BUCKET).min(BUCKET);
            let at = self.names_at + (bucket * BUCKET * NAME_ROW) as u64;
            let Some(bytes) = self.reader.read(at, count * NAME_ROW) else { return Vec::new() };
            if check(&bytes) != self.buckets[bucket].1 {
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
        let low = self.buckets.partition_point(|(first, _)| *first < hash);
        // The bucket before may end with it.
        let buckets = low.saturating_sub(1)..self.loaded.len();
        let buckets = buckets.take_while(move |bucket| self.buckets[*bucket].0 <= hash);
        let names = buckets.flat_map(|bucket| self.bucket(bucket));
        names.filter(move |name| name.hash == hash).map(|name| (*name, self.text(name.other)))
    }

    /// Whether everything that was read is as it was written.
    pub(super) fn is_sound(&self) -> bool {
        if self.is_torn.load(Ordering::Relaxed) {
            return false;
        }
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
