//! Suppressions: which of them count, which findings they cover, and what is wrong with the others.
//!
//! What a comment says is [`crate::policy::allow`]'s business.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::model::check::{Check, Outcome};
use crate::model::finding::{Exemption, Finding};
use crate::model::severity::Severity;
use crate::policy::allow::{Allow, Marker, markers};
use crate::policy::names;
use crate::rules::{self, Detect};
use crate::world::tree::{Entry, Tree};

use super::super::Scope;
use super::super::integrity::about;
use super::super::sources::{LARGEST, is_source};
use super::{Work, ids, shown};

/// A suppression that counts.
struct Standing<'a> {
    file: &'a str,
    allow: Allow,
    /// For each of its rules, whether it covered a finding.
    used: Vec<bool>,
    /// Whether it stood there at the base too.
    is_old: bool,
}

/// The suppressions of the analysed files.
pub(super) struct Suppressions<'a> {
    work: Work<'a>,
    standing: Vec<Standing<'a>>,
    problems: Vec<Finding>,
    brought: Vec<String>,
}

/// What the markers of a file say, each with how often.
type Texts = BTreeMap<String, usize>;

impl<'a> Suppressions<'a> {
    /// Reads them.
    pub(super) fn read(work: Work<'a>) -> Result<Suppressions<'a>> {
        let mut all = Suppressions { work, standing: Vec::new(), problems: Vec::new(), brought: Vec::new() };
        let compared = match (&work.ground.repo, &work.ground.base) {
            (Some(repo), Some(base)) if work.scope == Scope::New => Some(repo.commit_tree(&base.commit)?),
            _ => None,
        };
        let known = ids();
        for source in &work.loaded.sources {
            let found = markers(&source.path, &source.text);
            if found.is_empty() {
                continue;
            }
            let there = |tree: &dyn Tree| texts(tree, work.before(&source.path));
            let mut old = compared.as_deref().map(there);
            let mut agreed = work.ground.policy.as_ref().map(|policy| there(policy.tree.as_ref()));
            for marker in found {
                let is_old = old.as_mut().is_some_and(|old| take(old, text_of(&marker)));
                let counts = agreed.as_mut().is_none_or(|agreed| take(agreed, text_of(&marker)));
                all.sort_in(&source.path, marker, &known, (is_old, counts));
            }
        }
        Ok(all)
    }

    /// Puts a marker where it belongs: among those that count, or among what is wrong.
    fn sort_in(&mut self, file: &'a str, marker: Marker, known: &BTreeSet<&str>, (is_old, counts): (bool, bool)) {
        let allow = match marker {
            Marker::Allow(allow) => allow,
            Marker::Malformed { line, column, why, text } => {
                let message = format!("this `perf-gate:` comment suppresses nothing: {why}");
                let help = "write `perf-gate: allow(rule-id) until=YYYY-MM-DD reason=\"…\"`; the day may be left out";
                let mut finding = about("integrity/malformed-suppression", (file, line), &text, message, help);
                (finding.column, finding.end_column) = (column, column + text.chars().count() as u32);
                self.report(finding, is_old);
                return;
            }
        };
        for rule in allow.rules.iter().filter(|rule| !known.iter().any(|id| names(rule, id))) {
            let message = format!("`{}` is no rule, so nothing of it is suppressed", shown(rule));
            let help = "`cargo perf-gate rules` lists the rules; `group/*` is a whole group";
            let finding =
                at(&allow, about("integrity/unknown-suppressed-rule", (file, allow.line), rule, message, help));
            self.report(finding, is_old);
        }
        if !allow.holds(self.work.today) {
            let until = allow.until.as_deref().unwrap_or_default();
            let message = if crate::policy::day::is_day(until) {
                format!("this suppression held until `{}`, which is over", shown(until))
            } else {
                format!("`{}` is no day, so this suppression counts as expired", shown(until))
            };
            let help = "resolve the finding and delete the comment, or agree on another day (`until=YYYY-MM-DD`)";
            let finding = about("integrity/expired-suppression", (file, allow.line), &allow.text, message, help);
            self.report(at(&allow, finding), is_old);
        } else if counts {
            let used = vec![false; allow.rules.len()];
            self.standing.push(Standing { file, allow, used, is_old });
        } else {
            let rules: Vec<String> = allow.rules.iter().map(|rule| shown(rule)).collect();
            self.brought.push(format!("{file}:{} suppresses {}", allow.line, rules.join(", ")));
        }
    }

    fn report(&mut self, mut finding: Finding, is_old: bool) {
        finding.new = (self.work.scope == Scope::New).then_some(!is_old);
        self.problems.push(finding);
    }

    /// Marks the findings that they cover: those on the comment's own line, else those on the line below it.
    pub(super) fn mark(&mut self, checks: &mut [Check]) {
        let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, standing) in self.standing.iter().enumerate() {
            by_file.entry(standing.file).or_default().push(at);
        }
        if by_file.is_empty() {
            return;
        }
        for below in [false, true] {
            // One comment may cover several findings of a line; what its own line used up does not reach the next.
            let spent: Vec<Vec<bool>> = self.standing.iter().map(|standing| standing.used.clone()).collect();
            for finding in checks.iter_mut().flat_map(Check::findings_mut).filter(|f| f.suppressed.is_none()) {
                let here = by_file.get(finding.file.as_str()).into_iter().flatten();
                let covers = here.copied().find_map(|at| {
                    let allow = &self.standing[at].allow;
                    let line = if below { allow.below } else { allow.line };
                    let rule = |n: &usize| names(&allow.rules[*n], &finding.rule) && !(below && spent[at][*n]);
                    (line == finding.line).then(|| (0..allow.rules.len()).find(rule))?.map(|n| (at, n))
                });
                if let Some((at, n)) = covers {
                    let standing = &mut self.standing[at];
                    standing.used[n] = true;
                    let Allow { reason, until, .. } = &standing.allow;
                    finding.suppressed = Some(Exemption { reason: reason.clone(), until: until.clone(), owner: None });
                }
            }
        }
    }

    /// What is wrong with them, the unused ones among it; and those that the change brings and that do not count yet.
    pub(super) fn finish(mut self, checks: &[Check]) -> (Vec<Finding>, Vec<String>) {
        let known = ids();
        let standing = std::mem::take(&mut self.standing);
        for Standing { file, allow, used, is_old } in &standing {
            for (rule, _) in allow.rules.iter().zip(used).filter(|(_, used)| !**used) {
                if !known.iter().any(|id| names(rule, id)) || !self.was_looked_for(rule, file, checks) {
                    continue;
                }
                let message = format!("nothing is left here for `{}` to suppress", shown(rule));
                let identity = format!("{rule}\0{}", allow.text);
                let help = "delete it; a suppression stands on the line of its finding, or alone on the line above";
                let finding = about("integrity/unused-suppression", (file, allow.line), &identity, message, help);
                self.report(Finding { severity: Severity::Suggestion, ..at(allow, finding) }, *is_old);
            }
        }
        let mut problems = self.problems;
        problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        (problems, self.brought)
    }

    /// Whether all that a pattern names ran to its end here, so that finding nothing says something.
    fn was_looked_for(&self, pattern: &str, file: &str, checks: &[Check]) -> bool {
        let ended = |name: &str| {
            let check = checks.iter().find(|check| check.name == name);
            check.is_some_and(|check| matches!(check.outcome, Outcome::Passed | Outcome::Failed(_)))
        };
        let mut named = rules::all().filter(|rule| names(pattern, rule.id)).peekable();
        // Budgets are about what a change brings: without it there is nothing to be found, and that says nothing.
        let ran = |rule: &rules::Rule| {
            self.work.rules.takes(rule) && ended(rule.check) && !matches!(rule.detect, Detect::Budgets(_))
        };
        self.work.is_whole && is_source(file) && named.peek().is_some() && named.all(ran)
    }
}

/// The finding with the place of the comment.
fn at(allow: &Allow, finding: Finding) -> Finding {
    Finding { column: allow.column, end_column: allow.end_column, ..finding }
}

fn text_of(marker: &Marker) -> &str {
    match marker {
        Marker::Allow(allow) => &allow.text,
        Marker::Malformed { text, .. } => text,
    }
}

/// The markers that a tree has in a file.
fn texts(tree: &dyn Tree, path: &str) -> Texts {
    let Entry::File(bytes) = tree.entry(path, LARGEST) else { return Texts::new() };
    let mut texts = Texts::new();
    for marker in markers(path, &String::from_utf8_lossy(&bytes)) {
        *texts.entry(text_of(&marker).to_owned()).or_default() += 1;
    }
    texts
}

fn take(texts: &mut Texts, text: &str) -> bool {
    match texts.get_mut(text) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}
