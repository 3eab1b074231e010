//! Phase 2, story gate: File List against diff. Advisory: what it notices is a warning, only an empty hand stops.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::finding::Finding;
use crate::story::file_list::{self, FileList};
use crate::story::gate_table;
use crate::world::git::{Change, ChangeKind};

use super::setup::Setup;
use super::sources::Wanted;
use super::{Job, integrity, own_files};

/// What passed the gate.
#[derive(Debug)]
pub(super) struct Gate {
    /// The File List as read.
    pub list: FileList,
    /// The diff without what we and the workflow write.
    pub changes: Option<Vec<Change>>,
    /// File List ∪ diff.
    pub wanted: BTreeMap<String, Wanted>,
    /// For `gate_warnings`.
    pub warnings: Vec<Value>,
    /// The same as sentences.
    pub sentences: Vec<String>,
    /// Refused entries.
    pub findings: Vec<Finding>,
}

/// Runs the phase.
pub(super) fn enter(job: &Job, setup: &Setup) -> Result<Gate> {
    if job.writes() || job.dry_run {
        gate_table::read(&setup.story.text).map_err(|why| {
            Error::input(format!("the Review Gate table of {} cannot be used: {why}", setup.story.path))
                .next("a story has a table with the columns Review, Status, Report under `## Review Gate`")
        })?;
    }
    let list = file_list::parse(&setup.story.text);
    let changes = setup.ground.changes.as_ref().map(|changes| foreign(changes, job, setup));
    let mut gate = Gate {
        findings: refused(&list, setup),
        wanted: wanted(&list, changes.as_deref(), |path| own_files::is_own(path, &job.config, Some(&setup.story))),
        list,
        changes,
        warnings: Vec::new(),
        sentences: Vec::new(),
    };
    gate.diverge(&job.config);
    gate.doubt_base(setup);
    if gate.wanted.is_empty() && gate.findings.is_empty() {
        return Err(Error::input(format!(
            "nothing to review: the File List of {} is empty and {}",
            setup.story.path,
            if gate.changes.is_some() { "nothing changed since the base" } else { "there is no diff" }
        ))
        .next("list the changed files in the story, or name the base with `--base`"));
    }
    Ok(gate)
}

/// The changes less what we and the workflow write ourselves, and less the answer that was handed in: it is about them.
fn foreign(changes: &[Change], job: &Job, setup: &Setup) -> Vec<Change> {
    let handed_in = job.judged_by.file().and_then(|path| setup.ground.tree.inside(&path.to_string_lossy()));
    let own = |change: &&Change| {
        own_files::is_own(&change.path, &job.config, Some(&setup.story)) || handed_in.as_ref() == Some(&change.path)
    };
    changes.iter().filter(|change| !own(change)).cloned().collect()
}

fn refused(list: &FileList, setup: &Setup) -> Vec<Finding> {
    let line = |entry: &str| {
        let at = setup.story.text.lines().position(|line| line.contains(entry));
        at.map_or(1, |index| index as u32 + 1)
    };
    let finding =
        |(entry, reason): &(String, String)| integrity::refused(&setup.story.path, line(entry), entry, reason);
    list.refused.iter().map(finding).collect()
}

/// The union of File List and diff. A listed file that did not change has no changed line. What we write ourselves is
/// left out even where it is listed: a report that is about itself would never be up to date.
fn wanted(list: &FileList, changes: Option<&[Change]>, own: impl Fn(&str) -> bool) -> BTreeMap<String, Wanted> {
    let mut wanted = from_changes(changes.unwrap_or_default());
    for entry in list.entries.iter().filter(|entry| !own(entry)) {
        let untouched = changes.map(|_| Vec::new());
        let fresh = || Wanted { listed: true, changed: untouched.clone(), old_path: None };
        wanted.entry(entry.clone()).and_modify(|known| known.listed = true).or_insert_with(fresh);
    }
    wanted
}

/// The files that a diff leaves behind.
pub(super) fn from_changes(changes: &[Change]) -> BTreeMap<String, Wanted> {
    let stays = |change: &&Change| change.kind != ChangeKind::Deleted;
    let want = |change: &Change| {
        let want = Wanted { listed: false, changed: change.lines.clone(), old_path: change.old_path.clone() };
        (change.path.clone(), want)
    };
    changes.iter().filter(stays).map(want).collect()
}

impl Gate {
    fn diverge(&mut self, config: &Config) {
        let Some(changes) = &self.changes else { return };
        let paths = own_files::changed_paths(changes, &self.list, config, None);
        let Some(divergence) = file_list::divergence(&self.list, &paths) else { return };
        let sentence = match divergence.reason {
            "no-file-list" => "the story has no File List".to_owned(),
            "empty-file-list" => "the story's File List is empty".to_owned(),
            _ => format!(
                "File List and diff differ: {} changed but not listed, {} listed but not changed",
                divergence.missing_from_file_list.len(),
                divergence.extra_in_file_list.len()
            ),
        };
        self.sentences.push(sentence);
        self.warnings.push(serde_json::to_value(&divergence).unwrap_or(Value::Null));
    }

    fn doubt_base(&mut self, setup: &Setup) {
        if self.changes.is_none() {
            let why = if setup.ground.repo.is_some() { "no base was found" } else { "there is no repository" };
            self.warnings.push(json!({ "warning": "git-diff-unavailable", "reason": why }));
            self.sentences.push(format!("git diff unavailable: {why}; only the File List is reviewed"));
        } else if setup.ground.base_is_head() {
            self.warnings.push(json!({ "warning": "base-is-head", "reason": setup.ground.base_how() }));
            self.sentences.push(format!(
                "the base ({}) is the head itself: only what is not committed counts as changed",
                setup.ground.base_how()
            ));
        }
    }
}
