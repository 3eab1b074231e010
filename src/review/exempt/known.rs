//! The baseline applied: read from the tree whose policy counts, held against findings, written anew.

use std::path::Path;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::check::Check;
use crate::model::finding::Exemption;
use crate::policy::baseline::Baseline;
use crate::world::files;
use crate::world::tree::{Entry, Tree};

use super::super::integrity::shown;
use super::Work;

/// A baseline is no larger.
const LARGEST: u64 = 64 << 20;

/// The baseline of a tree; none where it has none. One that cannot be read is an error: what it held would come back as
/// new, and nobody would know why.
pub(in super::super) fn read(tree: &dyn Tree, config: &Config) -> Result<Option<Baseline>> {
    let path = config.baseline_file();
    let refuse = |why: String| {
        Err(Error::input(format!("the baseline `{}` cannot be used: {why}", shown(path)))
            .next("restore it from git, or delete it and write it anew with `cargo perf-gate baseline`"))
    };
    match tree.entry(path, LARGEST) {
        Entry::Missing => Ok(None),
        Entry::File(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => Baseline::parse(text).map(Some).or_else(refuse),
            Err(_) => refuse("it is not UTF-8 text".to_owned()),
        },
        Entry::TooLarge(size) => refuse(format!("it has {size} bytes")),
        Entry::Symlink(_) => refuse("it is a symbolic link".to_owned()),
        Entry::Folder | Entry::Submodule => refuse("it is a folder".to_owned()),
        Entry::Unreadable(why) => refuse(why),
    }
}

/// Writes the baseline, unless it holds these bytes already; gives whether it wrote.
pub(in super::super) fn write(root: &Path, config: &Config, baseline: &Baseline) -> Result<bool> {
    let (path, text) = (files::inside(root, config.baseline_file())?, baseline.render());
    if files::read(&path, LARGEST).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    files::write_atomic(&path, text.as_bytes())?;
    Ok(true)
}

/// The findings that a baseline can know: those that count, but for what is said of the files themselves.
pub(in super::super) fn collect(checks: &[Check]) -> Baseline {
    let mut baseline = Baseline::default();
    let performance = checks.iter().filter(|check| check.name != "integrity");
    for finding in performance.flat_map(Check::findings).filter(|finding| !finding.is_exempt()) {
        baseline.add(&finding.file, &finding.fingerprint, &finding.rule);
    }
    baseline
}

/// Marks the findings that the baseline knows, as many as it knows. A file that was given another name keeps what it had.
pub(super) fn mark(work: Work<'_>, mut baseline: Baseline, checks: &mut [Check]) {
    let reason = format!("known from {}", work.config.baseline_file());
    for finding in checks.iter_mut().flat_map(Check::findings_mut).filter(|finding| !finding.is_exempt()) {
        let names = [finding.file.as_str(), work.before(&finding.file)];
        if names.into_iter().any(|file| baseline.take(file, &finding.fingerprint, &finding.rule)) {
            finding.baselined = Some(Exemption { reason: reason.clone(), until: None, owner: None });
        }
    }
}
