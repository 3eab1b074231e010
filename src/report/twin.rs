//! `analysis-results.md`: the readable twin of `analysis-results.json`, for logs.

use std::fmt::Write as _;
use std::time::Duration;

use crate::model::check::Check;

use super::escape::{code, markdown};
use super::markdown::{findings, table, warnings};

/// What the twin says.
#[derive(Debug, Clone, Copy)]
pub struct Twin<'a> {
    /// Story key.
    pub story_key: &'a str,
    /// Stack key, or `unknown`.
    pub stack: &'a str,
    /// Base commit.
    pub base: &'a str,
    /// Head commit.
    pub head: &'a str,
    /// Checks in order.
    pub checks: &'a [Check],
    /// Wall clock of each check.
    pub wall: &'a [(String, Duration)],
    /// Files that were analysed.
    pub files: &'a [String],
    /// What the story gate noticed.
    pub warnings: &'a [String],
}

/// Renders the twin.
pub fn render(twin: Twin<'_>) -> String {
    let mut out = format!("# Analysis results: {}\n\n", markdown(twin.story_key));
    let _ = writeln!(
        out,
        "Stack {}, base {}, head {}, {} files.\n",
        markdown(twin.stack),
        code(twin.base),
        code(twin.head),
        twin.files.len()
    );
    table(twin.checks, twin.wall, &mut out);
    warnings(twin.warnings, &mut out);
    for check in twin.checks {
        findings(check, &mut out);
    }
    out.push_str("## Files\n\n");
    for file in twin.files {
        let _ = writeln!(out, "- {}", code(file));
    }
    out
}
