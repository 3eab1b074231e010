//! The review report, exactly as `contracts.md` 8 lays it out; its last line is the verdict.

use std::fmt::Write as _;
use std::time::Duration;

use crate::model::category::Category;
use crate::model::check::{Check, Counts, Outcome};
use crate::model::finding::{Exemption, Finding};
use crate::model::flip;
use crate::model::judgment::{JudgedFinding, Judgment};
use crate::model::severity::Severity;
use crate::model::verdict::Verdict;

use super::escape::{code, fenced, markdown, markdown_message};
use super::text::{percentiles, weighing};

/// The line above what the story gate noticed.
const GATE_NOTES: &str = "Story gate:";

/// What the report says.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Story key.
    pub story_key: &'a str,
    /// The story's title; empty where it has none.
    pub title: &'a str,
    /// Stack key, or `unknown`.
    pub stack: &'a str,
    /// Base commit.
    pub base: &'a str,
    /// Head commit.
    pub head: &'a str,
    /// SHA-256 over the hashes of the analysed files: what the report is about.
    pub files_hash: &'a str,
    /// Checks in order.
    pub checks: &'a [Check],
    /// Wall clock of each check; none where the result came from the cache.
    pub wall: &'a [(String, Duration)],
    /// What the story gate noticed, one sentence each.
    pub warnings: &'a [String],
    /// What the judge said.
    pub judged: &'a Judgment,
    /// What a judge from outside wrote besides findings; empty where nothing.
    pub prose: &'a str,
    /// What a judge from outside sent, where it could not be used: why, and the payload as it came.
    pub rejected: Option<(&'a str, &'a str)>,
    /// The verdict.
    pub verdict: Verdict,
}

/// Renders the report.
pub fn render(report: Report<'_>) -> String {
    let mut out = String::new();
    if report.rejected.is_some() {
        out.push_str("[INCOMPLETE]\n\n");
    }
    header(report, &mut out);
    out.push_str("## Deterministic Analysis\n\n");
    table(report.checks, report.wall, &mut out);
    warnings(report.warnings, &mut out);
    for check in report.checks {
        findings(check, &mut out);
    }
    out.push_str("## LLM Semantic Review\n\n");
    if let Some((why, payload)) = report.rejected {
        let _ = writeln!(out, "The judge's answer could not be used: {}. As it came:\n", markdown_message(why));
        let _ = writeln!(out, "{}", fenced(payload));
    }
    for severity in Severity::ALL {
        tier(severity, &report.judged.findings, &mut out);
    }
    if !report.prose.is_empty() {
        let _ = writeln!(out, "### As the judge wrote it\n\n{}", fenced(report.prose));
    }
    flips(report, &mut out);
    let _ = writeln!(out, "**Verdict: {}**", report.verdict);
    out
}

fn header(report: Report<'_>, out: &mut String) {
    let _ = writeln!(out, "# Performance Review: {}\n", markdown(report.story_key));
    let title = if report.title.is_empty() { "—".to_owned() } else { markdown(report.title) };
    let rows = [
        ("Story", markdown(report.story_key)),
        ("Title", title),
        ("Stack", markdown(report.stack)),
        ("Base", code(report.base)),
        ("Head", code(report.head)),
        ("Files", code(report.files_hash)),
        ("prompt_hash", code(&report.judged.prompt_hash)),
        ("Model", markdown(&report.judged.model)),
        ("Temperature", report.judged.temperature.to_string()),
    ];
    for (name, value) in rows {
        let _ = writeln!(out, "- **{name}:** {value}");
    }
    out.push('\n');
}

/// The table of checks; without wall clocks where the result came from the cache.
pub(super) fn table(checks: &[Check], wall: &[(String, Duration)], out: &mut String) {
    out.push_str("| Check | Status | Findings | Wall clock |\n| --- | --- | --- | --- |\n");
    for check in checks {
        let clock = wall.iter().find(|(name, _)| name == check.name);
        let clock = clock.map_or("—".to_owned(), |(_, d)| format!("{:.1} ms", d.as_secs_f64() * 1e3));
        let _ = writeln!(out, "| {} | {} | {} | {clock} |", check.name, check.outcome.status(), check.findings().len());
    }
    out.push('\n');
    let counts = Counts::of(checks);
    if counts.any_exempt() {
        let Counts { reported, suppressed, baselined, waived } = counts;
        let _ = writeln!(
            out,
            "Findings: {reported} reported, {suppressed} suppressed, {baselined} baselined, {waived} waived.\n"
        );
    }
}

pub(super) fn warnings(warnings: &[String], out: &mut String) {
    if warnings.is_empty() {
        return;
    }
    out.push_str(GATE_NOTES);
    out.push_str("\n\n");
    for warning in warnings {
        let _ = writeln!(out, "- {}", markdown_message(warning));
    }
    out.push('\n');
}

/// One check with its reason and its findings; nothing where it passed.
pub(super) fn findings(check: &Check, out: &mut String) {
    let reason = match &check.outcome {
        Outcome::Passed => return,
        Outcome::Failed(_) => None,
        Outcome::Skipped { reason } => Some(reason),
        Outcome::Errored { cause, .. } => Some(cause),
    };
    let _ = writeln!(out, "### {}: {}\n", check.name, check.outcome.status());
    if let Some(reason) = reason {
        let _ = writeln!(out, "{}\n", markdown_message(reason));
    }
    for finding in check.findings() {
        entry(finding, out);
    }
    if !check.findings().is_empty() {
        out.push('\n');
    }
}

fn entry(finding: &Finding, out: &mut String) {
    let place = code(&format!("{}:{}:{}", finding.file, finding.line, finding.column));
    let message = markdown_message(&finding.message);
    let _ = writeln!(out, "- **{}** {place} {}: {message}", finding.severity.name(), code(&finding.rule));
    let _ = writeln!(out, "  - why: {}", markdown(&weighing(finding)));
    for step in &finding.evidence {
        let place = code(&format!("{}:{}", step.file, step.line));
        let _ = writeln!(out, "  - seen: {place} {}", markdown_message(&step.note));
    }
    for measured in &finding.measured {
        let _ = writeln!(out, "  - measured: {}", markdown(&percentiles(measured)));
    }
    if !finding.help.is_empty() {
        let _ = writeln!(out, "  - help: {}", markdown_message(&finding.help));
    }
    let exemptions =
        [("suppressed", &finding.suppressed), ("baselined", &finding.baselined), ("waived", &finding.waived)];
    for (name, exemption) in exemptions {
        if let Some(Exemption { reason, until, owner }) = exemption {
            let until = until.as_ref().map_or(String::new(), |day| format!(", until {}", markdown(day)));
            let owner = owner.as_ref().map_or(String::new(), |owner| format!(", owner {}", markdown(owner)));
            let _ = writeln!(out, "  - {name}: {}{until}{owner}", markdown(reason));
        }
    }
    if finding.new == Some(false) {
        out.push_str("  - old: stands at the base too\n");
    }
}

fn tier(severity: Severity, judged: &[JudgedFinding], out: &mut String) {
    let _ = writeln!(out, "### {}\n", severity.name());
    let mut any = false;
    for category in Category::ALL {
        let here: Vec<&JudgedFinding> =
            judged.iter().filter(|f| f.severity == severity && f.category == category).collect();
        if here.is_empty() {
            continue;
        }
        any = true;
        let _ = writeln!(out, "#### {}\n", category.name());
        for finding in here {
            let place = code(&format!("{}:{}", finding.file, finding.line));
            let _ = writeln!(out, "- {place}: {}", markdown_message(&finding.message));
        }
        out.push('\n');
    }
    if !any {
        out.push_str("None.\n\n");
    }
}

fn flips(report: Report<'_>, out: &mut String) {
    let obstacles = flip::obstacles(report.verdict, report.checks, Some(report.judged));
    if obstacles.is_empty() {
        return;
    }
    out.push_str("## What would flip the verdict\n\n");
    for obstacle in obstacles {
        let place =
            obstacle.place.map_or(String::new(), |(file, line)| format!("{} ", code(&format!("{file}:{line}"))));
        let _ = writeln!(out, "- {place}{}: {}", code(&obstacle.what), markdown_message(&obstacle.message));
    }
    out.push('\n');
}

/// Whether two reports say the same: everything but base, head, clocks, the hash that covers them, and what the story
/// gate noticed about the diff, which follows from the base.
pub fn same(old: &str, new: &str) -> bool {
    stable(old).eq(stable(new))
}

fn stable(report: &str) -> impl Iterator<Item = String> {
    let (mut in_table, mut in_gate) = (false, false);
    report.lines().filter_map(move |line| {
        let volatile = ["- **Base:** ", "- **Head:** ", "- **prompt_hash:** "];
        if volatile.iter().any(|start| line.starts_with(start)) {
            return None;
        }
        in_gate = line == GATE_NOTES || (in_gate && !line.starts_with('#'));
        if in_gate {
            return None;
        }
        in_table = line.starts_with("| Check |") || (in_table && line.starts_with('|'));
        let cells = line.strip_suffix(" |").filter(|_| in_table).and_then(|line| line.rsplit_once(" | "));
        Some(cells.map_or(line, |(kept, _clock)| kept).to_owned())
    })
}
