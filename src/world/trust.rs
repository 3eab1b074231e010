//! Which configuration files the user trusts: a line for each repository in the user's own folder, the SHA-256 of the file
//! and the folder that it stands in.
//!
//! The folder belongs to it: the same few lines in another repository would speak of that one's programs.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::{env, files};

/// The list is never larger.
const MOST_BYTES: u64 = 1024 * 1024;

/// The hashes of the files that are trusted in a folder.
pub fn hashes(root: &Path) -> Vec<String> {
    let Some(place) = real(root) else { return Vec::new() };
    list().lines().filter_map(split).filter(|(_, folder)| *folder == place).map(|(hash, _)| hash.to_owned()).collect()
}

/// Trusts exactly one file in a folder; what was trusted there before no longer is.
pub fn add(root: &Path, hash: &str) -> Result<PathBuf> {
    let place = real(root).ok_or_else(|| {
        Error::input(format!("{} cannot be named in a list of trusted files", root.display()))
            .next("its path must be UTF-8 text without line breaks")
    })?;
    rewrite(&place, Some(hash))
}

/// Trusts no file in a folder any more; whether one was.
pub fn remove(root: &Path) -> Result<bool> {
    let was = !hashes(root).is_empty();
    if let Some(place) = real(root).filter(|_| was) {
        rewrite(&place, None)?;
    }
    Ok(was)
}

fn rewrite(place: &str, hash: Option<&str>) -> Result<PathBuf> {
    let file = file().ok_or_else(|| {
        Error::input("there is no folder for what you trust: neither XDG_CONFIG_HOME nor HOME is set")
            .next("set one of them")
    })?;
    let old = list();
    let kept = old.lines().filter(|line| split(line).is_some_and(|(_, folder)| folder != place));
    let added = hash.map(|hash| format!("{hash}  {place}"));
    let mut text = String::new();
    for line in kept.chain(added.as_deref()) {
        text.push_str(line);
        text.push('\n');
    }
    if let Some(folder) = file.parent() {
        files::create_folders(folder)?;
    }
    files::write_atomic(&file, text.as_bytes())?;
    Ok(file)
}

fn file() -> Option<PathBuf> {
    Some(env::config_folder()?.join("trusted"))
}

fn list() -> String {
    file()
        .filter(|file| files::exists(file))
        .and_then(|file| files::read_text(&file, MOST_BYTES).ok())
        .unwrap_or_default()
}

fn split(line: &str) -> Option<(&str, &str)> {
    line.split_once("  ")
}

/// A folder's real path as the list names it.
fn real(root: &Path) -> Option<String> {
    let path = files::canonical(root)?;
    path.to_str().filter(|text| !text.contains('\n')).map(str::to_owned)
}
