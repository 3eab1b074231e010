//! What exempts findings once they are found: suppressions in comments, waivers of the configuration, the baseline file.
//! Review, check, hook and CI all end their analysis here, after the result cache, so that a day that passes counts at once.
//!
//! A suppression goes before a waiver, a waiver before the baseline; a finding is exempt by one of them. None of them changes
//! how a check ended: what is `errored` stays so, and so does what `failed`.

mod base;
mod known;
mod suppressions;
mod waivers;

use std::collections::{BTreeMap, BTreeSet};

pub use base::{configuration, policy_commit};
pub(super) use known::{collect, read as read_baseline, write as write_baseline};

use crate::engine::Selection;
use crate::error::Result;
use crate::model::check::{Check, Findings, Outcome};
use crate::model::finding::Finding;
use crate::policy::baseline::Baseline;
use crate::rules;
use crate::world::clock;

use super::Scope;
use super::examine::{Examination, Examined};
use super::ground::Ground;
use super::other_rules;
use super::sources::{Loaded, Wanted};

/// What is exempted in.
#[derive(Clone, Copy)]
struct Work<'a> {
    ground: &'a Ground,
    config: &'a crate::config::Config,
    rules: &'a Selection,
    scope: Scope,
    loaded: &'a Loaded,
    wanted: &'a BTreeMap<String, Wanted>,
    /// Today, as the clock of the run has it.
    today: &'a str,
    /// Whether everything was looked at that there was to look at.
    is_whole: bool,
}

impl Work<'_> {
    /// The name that a file had, where the change gave it another.
    fn before<'w>(&'w self, path: &'w str) -> &'w str {
        self.wanted.get(path).and_then(|want| want.old_path.as_deref()).unwrap_or(path)
    }
}

impl Examination<'_> {
    /// Exempts what suppressions, waivers and the baseline cover. Gives what the change would loosen, a sentence each, where
    /// the policy of another commit counts.
    pub(super) fn exempt(
        &self,
        loaded: &Loaded,
        wanted: &BTreeMap<String, Wanted>,
        examined: &mut Examined,
    ) -> Result<Vec<String>> {
        let baseline = read_baseline(self.ground.policy_tree(), self.config)?;
        self.exempt_beside(baseline, loaded, wanted, examined)
    }

    /// As [`exempt`](Self::exempt), beside a given baseline.
    pub(super) fn exempt_beside(
        &self,
        baseline: Option<Baseline>,
        loaded: &Loaded,
        wanted: &BTreeMap<String, Wanted>,
        examined: &mut Examined,
    ) -> Result<Vec<String>> {
        let (ground, config, rules, scope) = (self.ground, self.config, self.rules, self.scope);
        let today = clock::today();
        let work = Work { ground, config, rules, scope, loaded, wanted, today: &today, is_whole: !examined.partial };
        let checks = &mut examined.checks;
        let mut suppressions = suppressions::Suppressions::read(work)?;
        suppressions.mark(checks);
        let mut problems = waivers::mark(work, checks);
        if let Some(baseline) = baseline {
            known::mark(work, baseline, checks);
        }
        for finding in checks.iter_mut().flat_map(Check::findings_mut) {
            finding.blocking &= !finding.is_exempt();
        }
        let (of_suppressions, brought) = suppressions.finish(checks);
        problems.extend(of_suppressions);
        say(checks, problems);
        base::loosened(work, brought)
    }
}

/// Adds findings about the policy itself to the check that holds those about the files.
fn say(checks: &mut [Check], problems: Vec<Finding>) {
    let Some(check) = checks.iter_mut().find(|check| check.name == "integrity") else { return };
    if problems.is_empty() {
        return;
    }
    let mut all = check.findings().to_vec();
    all.extend(problems);
    check.outcome = match std::mem::replace(&mut check.outcome, Outcome::Passed) {
        Outcome::Errored { cause, .. } => Outcome::Errored { cause, partial: all },
        Outcome::Passed | Outcome::Failed(_) | Outcome::Skipped { .. } => {
            Findings::new(all).map_or(Outcome::Passed, Outcome::Failed)
        }
    };
}

/// The ids of all rules that there are.
fn ids() -> BTreeSet<&'static str> {
    rules::all().map(|rule| rule.id).chain(other_rules().map(|(id, ..)| id)).collect()
}

/// A pattern as a message shows it.
fn shown(text: &str) -> String {
    super::integrity::shown(text)
}
