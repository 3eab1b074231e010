//! The formats of a result: which there are, what each is made of, and the files that they are written to.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::hook::range::Gated;
use crate::model::verdict::Verdict;
use crate::report::escape::terminal;
use crate::report::whole::{RuleInfo, Section, Whole};
use crate::report::{github, gitlab, html, json, junit, sarif};
use crate::review::{Checked, Reviewed, other_rules};
use crate::rules;
use crate::world::files;

use super::print;

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people, on a terminal.
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML: a failure is a finding that blocks.
    Junit,
    /// A page to read, in one file.
    Html,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Listing {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// Whether paths are told from the root: what is read elsewhere cannot know where the command was called.
    pub(super) const fn is_from_root(self) -> bool {
        !matches!(self, Format::Text | Format::Json)
    }

    /// Prints a result in a format other than text and JSON, which belong to the commands. Nothing else is on standard
    /// output then; notes and what could not run are told on standard error too.
    pub(super) fn print(self, whole: &Whole<'_>) -> Result<()> {
        aside(whole);
        print::raw(&self.render(whole)?)
    }

    fn render(self, whole: &Whole<'_>) -> Result<String> {
        match self {
            Format::Sarif => sarif::render(whole).map_err(Error::internal),
            Format::Github => Ok(github::annotations(whole)),
            Format::Gitlab => gitlab::render(whole).map_err(Error::internal),
            Format::Junit => Ok(junit::render(whole)),
            Format::Html => Ok(html::render(whole)),
            Format::Text | Format::Json => json::run(whole).map_err(Error::internal),
        }
    }
}

fn aside(whole: &Whole<'_>) {
    for note in whole.all_notes() {
        print::note(note);
    }
    for (checks, cause) in whole.causes() {
        print::aside(&format!("error: {} errored: {}\n", checks.join(", "), terminal(cause)));
    }
}

/// Files that a result is written to, whatever the verdict.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Files")]
pub(super) struct Outputs {
    /// Write SARIF 2.1.0, for code scanning.
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Write GitLab's code quality report.
    #[arg(long, value_name = "FILE")]
    gitlab: Option<PathBuf>,
    /// Write JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a page to read, in one file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Outputs {
    fn wanted(&self) -> impl Iterator<Item = (&'static str, Format, &Path)> {
        let all = [
            ("--sarif", Format::Sarif, &self.sarif),
            ("--gitlab", Format::Gitlab, &self.gitlab),
            ("--junit", Format::Junit, &self.junit),
            ("--html", Format::Html, &self.html),
            ("--json", Format::Json, &self.json),
        ];
        all.into_iter().filter_map(|(flag, format, path)| Some((flag, format, path.as_deref()?)))
    }

    /// The first flag that was given.
    pub(super) fn first(&self) -> Option<&'static str> {
        self.wanted().next().map(|(flag, ..)| flag)
    }

    /// Whether each file has a place to stand, asked before anything takes time.
    pub(super) fn check(&self) -> Result<()> {
        for (flag, _, path) in self.wanted() {
            let shown = terminal(&path.to_string_lossy());
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if !files::is_folder(folder) {
                return Err(Error::input(format!("`{flag} {shown}` cannot be written: its folder does not exist"))
                    .next("make the folder first, or name a file in one that exists"));
            }
            if files::is_folder(path) || path.file_name().is_none() {
                return Err(Error::input(format!("`{flag} {shown}` names a folder"))
                    .next("name the file that is to be written"));
            }
        }
        let mut paths: Vec<&Path> = self.wanted().map(|(_, _, path)| path).collect();
        paths.sort_unstable();
        if let Some(twice) = paths.windows(2).find(|pair| pair[0] == pair[1]) {
            let shown = terminal(&twice[0].to_string_lossy());
            return Err(Error::usage(format!("`{shown}` is named twice")).next("give each format a file of its own"));
        }
        Ok(())
    }

    /// Writes all that were asked for.
    pub(super) fn write(&self, whole: &Whole<'_>) -> Result<()> {
        for (_, format, path) in self.wanted() {
            files::write_atomic(path, format.render(whole)?.as_bytes())?;
        }
        Ok(())
    }

    /// Writes what a range came to.
    pub(super) fn write_gated(&self, gated: &Gated) -> Result<()> {
        if self.wanted().next().is_none() {
            return Ok(());
        }
        self.write(&of_range(gated, &about_rules()))
    }

    /// Writes what a check came to.
    pub(super) fn write_checked(&self, checked: &Checked) -> Result<()> {
        self.write(&of_one(of_check(checked), &about_rules()))
    }

    /// Writes that there was nothing to gate, and why.
    pub(super) fn write_nothing(&self, why: &str) -> Result<()> {
        let notes = [why.to_owned()];
        let (verdict, sections, rules) = (Verdict::Approve, Vec::new(), &[]);
        self.write(&Whole { verdict, sections, notes: &notes, failure: None, rules })
    }

    /// Writes that the run ended without a result: who reads only the files must not take silence for consent. Gives the
    /// error back, which is what counts.
    pub(super) fn write_failure(&self, error: Error) -> Error {
        let (verdict, sections, rules) = (Verdict::Blocked, Vec::new(), &[]);
        let whole = Whole { verdict, sections, notes: &[], failure: Some(error.what()), rules };
        if let Err(also) = self.write(&whole) {
            print::aside(&format!("error: {also}\n"));
        }
        error
    }
}

/// A range as all formats take it.
pub(super) fn of_range<'a>(gated: &'a Gated, rules: &'a [RuleInfo]) -> Whole<'a> {
    let stories = gated.stories.iter().map(|story| of_review(Some(story.key.as_str()), &story.reviewed));
    let sections = stories.chain(gated.checked.iter().map(of_check)).collect();
    Whole { verdict: gated.verdict(), sections, notes: &gated.notes, failure: None, rules }
}

/// A single part as all formats take it.
pub(super) fn of_one<'a>(section: Section<'a>, rules: &'a [RuleInfo]) -> Whole<'a> {
    Whole { verdict: section.verdict, sections: vec![section], notes: &[], failure: None, rules }
}

/// A review as a part of a run.
pub(super) fn of_review<'a>(story: Option<&'a str>, reviewed: &'a Reviewed) -> Section<'a> {
    Section {
        story,
        verdict: reviewed.verdict,
        checks: &reviewed.checks,
        judged: Some(&reviewed.judgment),
        provenance: &reviewed.provenance,
        wall: &reviewed.timings,
        gate: reviewed.gate.as_deref(),
        notes: &reviewed.notes,
        texts: &reviewed.texts,
    }
}

/// A check as a part of a run.
pub(super) fn of_check(checked: &Checked) -> Section<'_> {
    Section {
        story: None,
        verdict: checked.verdict,
        checks: &checked.checks,
        judged: None,
        provenance: &checked.provenance,
        wall: &checked.timings,
        gate: None,
        notes: &checked.notes,
        texts: &checked.texts,
    }
}

/// What the rules say of themselves.
pub(super) fn about_rules() -> Vec<RuleInfo> {
    let of_code = rules::all().map(|rule| RuleInfo {
        id: rule.id,
        category: rule.category.name(),
        summary: rule.summary,
        // The mark is for the tests that hold the example.
        docs: rule.docs().replace(" //~", ""),
        may_block: !rule.may_block.is_empty(),
    });
    let of_files = other_rules().map(|(id, category, summary)| RuleInfo {
        id,
        category,
        summary,
        docs: format!("Reports {summary}.\n"),
        may_block: false,
    });
    of_code.chain(of_files).collect()
}
