//! The rubric: category, confidence, hot path, bound and profile in; severity and `blocking` out (contracts 5).
//!
//! One table for the deterministic layer and for the built-in judge. Must not know how a finding was found.

use crate::model::raw::Situation;
use crate::model::severity::{Confidence, Severity};

/// What the rubric looks at.
#[derive(Debug, Clone, Copy)]
pub struct Weighed {
    /// Which cell.
    pub situation: Situation,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Whether the file lies on a hot path.
    pub hot: bool,
    /// Whether the rule's precision was shown in this language.
    pub rule_may_block: bool,
    /// Whether the file's profile may block at all.
    pub profile_may_block: bool,
}

/// The severity of a finding.
pub fn severity(w: Weighed) -> Severity {
    use Severity::{Critical, Suggestion, Warning};
    let hot_or_warning = if w.hot { Critical } else { Warning };
    let cell = match w.situation {
        Situation::Loop | Situation::Async | Situation::StreamGrowth => hot_or_warning,
        Situation::RawSql { large: true }
        | Situation::SyncHelper
        | Situation::Growth
        | Situation::OverThreshold
        | Situation::BudgetBreached
        | Situation::HeavyImport
        | Situation::NoIndex
        | Situation::Conformance
        | Situation::Integrity => Warning,
        Situation::SmallLoop
        | Situation::RawSql { large: false }
        | Situation::StartUp
        | Situation::BoundedGrowth
        | Situation::Recursion
        | Situation::RepeatedWork
        | Situation::NoBudget
        | Situation::Polish => Suggestion,
    };
    let by_confidence = match w.confidence {
        Confidence::High => Critical,
        Confidence::Medium => Warning,
        Confidence::Low => Suggestion,
    };
    let by_rule = if w.rule_may_block && w.profile_may_block { Critical } else { Warning };
    cell.at_most(by_confidence).at_most(by_rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Weighed = Weighed {
        situation: Situation::Loop,
        confidence: Confidence::High,
        hot: true,
        rule_may_block: true,
        profile_may_block: true,
    };

    #[test]
    fn critical_takes_a_hot_path_high_confidence_a_proven_rule_and_code_that_serves() {
        assert_eq!(severity(WHOLE), Severity::Critical);
        assert_eq!(severity(Weighed { hot: false, ..WHOLE }), Severity::Warning);
        assert_eq!(severity(Weighed { confidence: Confidence::Medium, ..WHOLE }), Severity::Warning);
        assert_eq!(severity(Weighed { confidence: Confidence::Low, ..WHOLE }), Severity::Suggestion);
        assert_eq!(severity(Weighed { rule_may_block: false, ..WHOLE }), Severity::Warning);
        assert_eq!(severity(Weighed { profile_may_block: false, ..WHOLE }), Severity::Warning);
    }

    #[test]
    fn small_loops_and_absent_budgets_are_suggestions_wherever_they_stand() {
        for situation in [Situation::SmallLoop, Situation::NoBudget, Situation::Recursion, Situation::StartUp] {
            assert_eq!(severity(Weighed { situation, ..WHOLE }), Severity::Suggestion);
        }
    }
}
