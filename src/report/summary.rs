//! The step summary of a CI run, in Markdown.

use std::fmt::Write as _;

use crate::model::check::{Check, Outcome};
use crate::model::finding::Finding;
use crate::model::provenance::Provenance;
use crate::model::verdict::Verdict;

use super::escape::{code, markdown, markdown_message};
use super::text::provenance_line;

/// The most findings that are listed: a summary of over 1 MiB is refused by GitHub, and read by nobody.
const MOST: usize = 200;

/// One story, or the storyless check.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The story's key; none for the storyless check.
    pub story: Option<&'a str>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its checks.
    pub checks: &'a [Check],
    /// Its proof of work.
    pub provenance: &'a Provenance,
}

/// Renders the summary.
pub fn render(verdict: Verdict, parts: &[Part<'_>], notes: &[String]) -> String {
    let mut out = format!("## perf-gate: {verdict}\n\n");
    for part in parts {
        let title = part.story.map_or_else(|| "No story".to_owned(), |key| format!("Story {}", markdown(key)));
        let _ = writeln!(out, "### {title}: {}\n", part.verdict);
        table(part.checks, &mut out);
        findings(part.checks, &mut out);
        for note in &part.provenance.notes {
            let _ = writeln!(out, "- {}", markdown_message(note));
        }
        if !part.provenance.notes.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{}\n", code(&provenance_line(part.provenance)));
    }
    for note in notes {
        let _ = writeln!(out, "- {}", markdown(note));
    }
    out
}

fn table(checks: &[Check], out: &mut String) {
    out.push_str("| Check | Status | Findings | |\n|---|---|---:|---|\n");
    for check in checks {
        let why = match &check.outcome {
            Outcome::Skipped { reason } => markdown(reason),
            Outcome::Errored { cause, .. } => markdown(cause),
            Outcome::Passed | Outcome::Failed(_) => String::new(),
        };
        let _ = writeln!(out, "| {} | {} | {} | {why} |", check.name, check.outcome.status(), check.findings().len());
    }
    out.push('\n');
}

fn findings(checks: &[Check], out: &mut String) {
    let mut all: Vec<&Finding> = checks.iter().flat_map(Check::findings).collect();
    all.retain(|finding| !finding.is_exempt() && finding.new != Some(false));
    all.sort_by(|a, b| (a.severity, a.sort_key()).cmp(&(b.severity, b.sort_key())));
    for finding in all.iter().take(MOST) {
        let place = code(&format!("{}:{}", finding.file, finding.line));
        let severity = finding.severity.name();
        let _ = writeln!(
            out,
            "- **{severity}** {place} {}: {}",
            markdown(&finding.rule),
            markdown_message(&finding.message)
        );
    }
    if all.len() > MOST {
        let _ = writeln!(out, "- … and {} more", all.len() - MOST);
    }
    if !all.is_empty() {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_and_reasons_are_shown_as_text() {
        let outcome = Outcome::Skipped { reason: "<img src=x> | `a`".into() };
        let checks = [Check { name: "bundle", scope: crate::model::check::Scope::Project, outcome }];
        let provenance = Provenance::default();
        let part = Part { story: None, verdict: Verdict::Approve, checks: &checks, provenance: &provenance };
        let text = render(Verdict::Approve, &[part], &["see [x](http://y)".to_owned()]);
        assert!(text.contains("| bundle | skipped | 0 | &lt;img src=x&gt; \\| \\`a\\` |"), "{text}");
        assert!(text.contains("- see \\[x\\](http://y)"), "{text}");
    }
}
