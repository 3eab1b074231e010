//! The smallest set of findings that would flip a verdict: so that every refusal says what would end it.

use super::check::{Check, Outcome};
use super::judgment::Judgment;
use super::severity::Severity;
use super::verdict::Verdict;

/// One thing that stands against the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// File and line, where it has them.
    pub place: Option<(String, u32)>,
    /// What it is: a rule id, or the name of a check that could not run.
    pub what: String,
    /// The message or the cause.
    pub message: String,
}

/// What has to go for the verdict to change; empty for `APPROVE`. For `BLOCKED`: the checks that could not run. For
/// `REQUEST_CHANGES`: every blocking finding, since one of them alone holds the verdict.
pub fn obstacles(verdict: Verdict, checks: &[Check], judged: Option<&Judgment>) -> Vec<Obstacle> {
    match verdict {
        Verdict::Approve => Vec::new(),
        Verdict::Blocked => causes(checks)
            .into_iter()
            .map(|(checks, cause)| Obstacle { place: None, what: checks.join(", "), message: cause.to_owned() })
            .collect(),
        Verdict::RequestChanges => blocking(checks, judged),
    }
}

/// Why checks are `errored`, each cause once, with the checks that it stopped: one file that cannot be parsed stops all
/// checks that look at files.
pub fn causes(checks: &[Check]) -> Vec<(Vec<&str>, &str)> {
    let mut out: Vec<(Vec<&str>, &str)> = Vec::new();
    for check in checks {
        let Outcome::Errored { cause, .. } = &check.outcome else { continue };
        match out.iter_mut().find(|(_, known)| known == cause) {
            Some((names, _)) => names.push(check.name),
            None => out.push((vec![check.name], cause)),
        }
    }
    out
}

fn blocking(checks: &[Check], judged: Option<&Judgment>) -> Vec<Obstacle> {
    let mut out: Vec<Obstacle> = checks
        .iter()
        .flat_map(Check::findings)
        .filter(|f| f.blocking)
        .map(|f| Obstacle { place: Some((f.file.clone(), f.line)), what: f.rule.clone(), message: f.message.clone() })
        .collect();
    let criticals = judged.into_iter().flat_map(|j| &j.findings).filter(|f| f.severity == Severity::Critical);
    for finding in criticals {
        let place = Some((finding.file.clone(), finding.line));
        if out.iter().all(|o| o.place != place) {
            let what = format!("judge: {}", finding.category.name());
            out.push(Obstacle { place, what, message: finding.message.clone() });
        }
    }
    out
}
