//! What the formats for machines and for the browser are made of: the result of one run, be it of one story, of several, or
//! of none.
//!
//! Must not know where any of it came from: rules come as data, texts as a map.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::check::Check;
use crate::model::finding::Finding;
use crate::model::flip;
use crate::model::judgment::{JudgedFinding, Judgment};
use crate::model::provenance::Provenance;
use crate::model::severity::{Confidence, Severity};
use crate::model::verdict::Verdict;

use super::text::counts;

/// Everything that one run found.
#[derive(Debug, Clone)]
pub struct Whole<'a> {
    /// The worst verdict.
    pub verdict: Verdict,
    /// One for each story, or one for the storyless check; none where nothing was there to gate.
    pub sections: Vec<Section<'a>>,
    /// What a reader should know of the run, one sentence each.
    pub notes: &'a [String],
    /// What stopped the run before it had a result.
    pub failure: Option<&'a str>,
    /// What the rules say of themselves.
    pub rules: &'a [RuleInfo],
}

/// One story, or the storyless check.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    /// The story's key; none for the storyless check.
    pub story: Option<&'a str>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its checks, in order.
    pub checks: &'a [Check],
    /// What the judge said; none where nobody judged.
    pub judged: Option<&'a Judgment>,
    /// Its proof of work.
    pub provenance: &'a Provenance,
    /// Wall clock of each check; empty where the result came from the cache.
    pub wall: &'a [(String, Duration)],
    /// `Review Gate: …`, where there is a gate.
    pub gate: Option<&'a str>,
    /// What a reader should know of it, one sentence each.
    pub notes: &'a [String],
    /// The text of each analysed file, by the name that the findings give it.
    pub texts: &'a BTreeMap<String, Arc<str>>,
}

/// What a rule says of itself.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    /// `group/name`.
    pub id: &'static str,
    /// Category of its findings.
    pub category: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Its documentation, Markdown.
    pub docs: String,
    /// Whether it may give Critical.
    pub may_block: bool,
}

impl<'a> Whole<'a> {
    /// Every finding once, in the order of every listing, exempt and old ones too: stories of one change share files.
    pub fn findings(&self) -> Vec<Cow<'a, Finding>> {
        let mut all: Vec<_> = self.sections.iter().flat_map(Section::findings).collect();
        all.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        all.dedup_by(|a, b| a.fingerprint == b.fingerprint && a.sort_key() == b.sort_key());
        all
    }

    /// Those that count, the worst first.
    pub fn worst_first(&self) -> Vec<Cow<'a, Finding>> {
        let mut all = self.findings();
        all.retain(|finding| counts(finding));
        all.sort_by(|a, b| (a.severity, a.sort_key()).cmp(&(b.severity, b.sort_key())));
        all
    }

    /// Why checks are `errored`, each cause once, with the checks that it stopped.
    pub fn causes(&self) -> Vec<(Vec<&'a str>, &'a str)> {
        let mut out = Vec::new();
        for cause in self.sections.iter().flat_map(|section| flip::causes(section.checks)) {
            if !out.contains(&cause) {
                out.push(cause);
            }
        }
        out
    }

    /// What a reader should know, of the run and of its parts, each sentence once.
    pub fn all_notes(&self) -> Vec<&'a str> {
        let mut out: Vec<&str> = Vec::new();
        for note in self.notes.iter().chain(self.sections.iter().flat_map(|section| section.notes)) {
            if !out.contains(&note.as_str()) {
                out.push(note);
            }
        }
        out
    }

    /// What a rule says of itself; none for a judge's word.
    pub fn rule(&self, id: &str) -> Option<&'a RuleInfo> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

impl<'a> Section<'a> {
    /// Its findings in the order of every listing, with what only the judge saw.
    pub fn findings(&self) -> Vec<Cow<'a, Finding>> {
        let known = self.checks.iter().flat_map(Check::findings).map(Cow::Borrowed);
        let mut all: Vec<Cow<'a, Finding>> = known.chain(self.judges_own().into_iter().map(Cow::Owned)).collect();
        all.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        all
    }

    /// What only the judge saw.
    pub fn judges_own(&self) -> Vec<Finding> {
        judges_own(self.checks, self.judged)
    }
}

/// What the judge saw where no check has a finding of that category: without it a verdict could have no visible cause.
pub(super) fn judges_own(checks: &[Check], judged: Option<&Judgment>) -> Vec<Finding> {
    let judged = judged.into_iter().flat_map(|judgment| &judgment.findings);
    let seen = |j: &&JudgedFinding| {
        let mut findings = checks.iter().flat_map(Check::findings);
        findings.any(|f| f.file == j.file && f.line == j.line && f.category == j.category)
    };
    judged.filter(|j| !seen(j)).enumerate().map(|(at, j)| as_finding(at, j)).collect()
}

fn as_finding(at: usize, judged: &JudgedFinding) -> Finding {
    let category = judged.category.name();
    let identity = blake3::hash(format!("judge\0{at}\0{category}\0{}\0{}", judged.file, judged.message).as_bytes());
    Finding {
        rule: format!("judge/{category}"),
        category: judged.category,
        severity: judged.severity,
        confidence: Confidence::Medium,
        blocking: judged.severity == Severity::Critical,
        file: judged.file.clone(),
        line: judged.line,
        column: 1,
        end_line: judged.line,
        end_column: 1,
        message: judged.message.clone(),
        help: String::new(),
        hot_path: judged.hot_path == Some(true),
        bounded: judged.bounded,
        has_index: judged.has_index,
        recursive: None,
        evidence: Vec::new(),
        measured: Vec::new(),
        fingerprint: identity.to_hex()[..32].to_owned(),
        new: None,
        suppressed: None,
        baselined: None,
        waived: None,
    }
}

/// What exempts a finding, why, and until when: `suppressed`, `baselined` or `waived`, in this order.
pub(super) fn exemptions(finding: &Finding) -> Vec<(&'static str, String)> {
    [("suppressed", &finding.suppressed), ("baselined", &finding.baselined), ("waived", &finding.waived)]
        .into_iter()
        .filter_map(|(kind, exemption)| {
            let exemption = exemption.as_ref()?;
            let until = exemption.until.as_ref().map_or(String::new(), |until| format!(" (until {until})"));
            let owner = exemption.owner.as_ref().map_or(String::new(), |owner| format!(", {owner}"));
            Some((kind, format!("{}{owner}{until}", exemption.reason)))
        })
        .collect()
}
