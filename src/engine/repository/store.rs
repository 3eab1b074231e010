//! The segments of a repository in its folder of the user's cache. Several programs may use it at once: a segment is
//! written under a name of its own and never changed, and one that was removed meanwhile can still be read by whoever
//! opened it.

use std::path::{Path, PathBuf};

use super::segment::{Segment, Writer};
use super::{Repository, standing};
use crate::error::{Error, Result};
use crate::world::{clock, files};

const END: &str = ".summaries";
/// More segments than this are made one.
const MOST_SEGMENTS: usize = 6;
/// Folders of other repositories that are kept, the latest written.
const MOST_REPOSITORIES: usize = 32;

fn paths(folder: &Path) -> Vec<PathBuf> {
    let names = files::children(folder).into_iter().filter(|name| name.ends_with(END));
    names.map(|name| folder.join(name)).collect()
}

/// Opens all that can be read, the latest first. The rest is removed: it is torn, or of another version.
pub(super) fn open(folder: &Path) -> Vec<Segment> {
    let mut segments = Vec::new();
    for path in paths(folder) {
        match Segment::open(&path) {
            Some(segment) => segments.push(segment),
            None => drop(files::remove(&path)),
        }
    }
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.written));
    segments
}

/// Begins a segment.
pub(super) fn draft(folder: &Path) -> Result<files::Draft> {
    files::Draft::new(folder)
}

/// Gives a segment its name, where it is to be kept, and opens it.
pub(super) fn publish(writer: Writer, folder: Option<&Path>) -> Result<Segment> {
    let gone = || Error::input("summaries that were just written cannot be read");
    let draft = writer.finish()?;
    let Some(folder) = folder else { return Segment::of_draft(draft).ok_or_else(gone) };
    let path = folder.join(format!("{:016x}{END}", clock::nonce()));
    draft.publish(&path)?;
    Segment::open(&path).ok_or_else(gone)
}

/// Drops what was kept of repositories that nobody has used for long.
pub(super) fn tidy(folder: &Path) {
    let Some(all) = folder.parent() else { return };
    let mut others: Vec<PathBuf> = files::children(all).into_iter().map(|name| all.join(name)).collect();
    if others.len() > MOST_REPOSITORIES {
        files::sort_by_age(&mut others);
        let surplus = others.len() - MOST_REPOSITORIES;
        others.iter().take(surplus).filter(|other| *other != folder).for_each(|other| forget(other));
    }
}

/// Which segments are made one, where there are many: a large one stays while most of its rows are current.
pub(super) fn is_merged(repository: &Repository<'_>) -> Vec<bool> {
    let mut current = vec![0_usize; repository.segments.len()];
    for kept in repository.kept.iter().flatten() {
        current[usize::from(kept.segment)] += 1;
    }
    let stays =
        |(segment, current): (&Segment, usize)| current * 4 > repository.kept.len() && current * 2 > segment.len();
    if current.len() > MOST_SEGMENTS {
        repository.segments.iter().zip(current).map(|both| !stays(both)).collect()
    } else {
        vec![false; current.len()]
    }
}

/// Writes the current files of some segments into one; gives it with the file of each row.
pub(super) fn merge(folder: &Path, repository: &Repository<'_>, merged: &[bool]) -> Result<(Segment, Vec<u32>)> {
    let mut writer = Writer::new(draft(folder)?);
    let mut files = Vec::new();
    let names_of = |(segment, merged): (&Segment, &bool)| merged.then(|| segment.names_by_file());
    let names: Vec<_> = repository.segments.iter().zip(merged).map(names_of).collect();
    for (n, kept) in repository.kept.iter().enumerate() {
        let Some(kept) = kept else { continue };
        let (of, row) = (usize::from(kept.segment), kept.row as usize);
        let Some(names) = &names[of] else { continue };
        let segment = &repository.segments[of];
        let found = segment.row(row).and_then(|row_of| Some((row_of, segment.packed(&row_of, &names[row])?)));
        let (row, packed) = found.ok_or_else(|| Error::input("summaries that were kept cannot be read"))?;
        writer.add(repository.path(n), (row.id, row.stat), row.place, row.state, &packed)?;
        files.push(n as u32);
    }
    Ok((publish(writer, Some(folder))?, files))
}

/// Drops segments by their names.
pub(super) fn drop_segments(folder: &Path, names: &[String]) {
    remove(&names.iter().map(|name| folder.join(name)).collect::<Vec<_>>());
}

/// Drops all segments of a folder.
pub(super) fn forget(folder: &Path) {
    remove(&paths(folder));
    remove(&standing::paths(folder));
    files::remove_folder(folder);
}

/// Removes files. Another program may have dropped one first, and what cannot be removed is no reason to stop.
fn remove(paths: &[PathBuf]) {
    for path in paths {
        let _ = files::remove(path);
    }
}
