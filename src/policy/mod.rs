//! What a team has agreed to live with, as texts say it: suppressions in comments and the baseline file.
//!
//! Pure: texts in, answers out. Must not know rules, files on disk, nor what follows from an answer; [`crate::review`]
//! applies it to findings.

pub mod allow;
pub mod baseline;
pub mod comments;
pub mod day;

/// Whether a pattern names a rule: its id, or `group/*`.
pub fn names(pattern: &str, rule: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some(group) => rule.split_once('/').is_some_and(|(of, _)| of == group),
        None => pattern == rule,
    }
}
