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

/// Makes one segment of many, and drops what was kept of repositories that nobody has used for long. Gives whether the
/// segments that are open were made one.
pub(super) fn tidy(folder: &Path, repository: &Repository<'_>) -> bool {
    let mut is_merged = false;
    if repository.segments.len() > MOST_SEGMENTS {
        let old = paths(folder);
        if merge(folder, repository).is_ok() {
            remove(&old);
            is_merged = true;
        }
    }
    let Some(all) = folder.parent() else { return is_merged };
    let mut others: Vec<PathBuf> = files::children(all).into_iter().map(|name| all.join(name)).collect();
    if others.len() > MOST_REPOSITORIES {
        others.sort_by_key(|path| files::modified_seconds(path));
        let surplus = others.len() - MOST_REPOSITORIES;
        others.iter().take(surplus).filter(|other| *other != folder).for_each(|other| forget(other));
    }
    is_merged
}

/// Writes the current files of all segments into one.
fn merge(folder: &Path, repository: &Repository<'_>) -> Result<()> {
    let mut writer = Writer::new(draft(folder)?);
    let names: Vec<_> = repository.segments.iter().map(Segment::names_by_file).collect();
    for (n, kept) in repository.kept.iter().enumerate() {
        let Some(kept) = kept else { continue };
        let segment = &repository.segments[usize::from(kept.segment)];
        let Some(row) = segment.row(kept.row as usize) else { continue };
        let Some(packed) = segment.packed(&row, &names[usize::from(kept.segment)][kept.row as usize]) else { continue };
        writer.add(repository.path(n), (row.id, row.stat), row.place, row.state, &packed)?;
    }
    publish(writer, Some(folder)).map(drop)
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
