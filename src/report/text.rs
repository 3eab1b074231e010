//! The terminal: each finding with its code frame, why it is weighed as it is, the chain of evidence and help; then what
//! would flip the verdict; the verdict; the Review Gate; the proof of work.

use std::fmt::Write as _;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::category::Category;
use crate::model::check::{Check, Outcome};
use crate::model::finding::Finding;
use crate::model::flip;
use crate::model::judgment::Judgment;
use crate::model::measure::Measured;
use crate::model::provenance::Provenance;
use crate::model::severity::Severity;
use crate::model::tokens::NO_DESIGN;
use crate::model::verdict::Verdict;

use super::escape::{source_line, terminal};
use super::whole::judges_own;

/// Evidence further away than this many lines gets a line of its own instead of a place in the frame.
const FRAME_REACH: u32 = 12;

/// Longest source line that a frame shows, in characters.
const WIDEST_LINE: usize = 400;

/// What the terminal shows.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Checks in order.
    pub checks: &'a [Check],
    /// What the judge said; none where nobody judged.
    pub judged: Option<&'a Judgment>,
    /// The verdict.
    pub verdict: Verdict,
    /// Proof of work.
    pub provenance: &'a Provenance,
    /// `Review Gate: …`, where there is a gate.
    pub gate: Option<&'a str>,
    /// What a reader should know besides, one sentence each.
    pub notes: &'a [String],
    /// The text of an analysed file.
    pub source: &'a dyn Fn(&str) -> Option<&'a str>,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

/// Renders the whole of it; with colours, which the printer may strip.
pub fn render(view: View<'_>) -> String {
    let renderer = Renderer::styled();
    let mut out = String::new();
    let own = judges_own(view.checks, view.judged);
    let mut shown: Vec<&Finding> =
        view.checks.iter().flat_map(Check::findings).chain(&own).filter(|f| counts(f)).collect();
    shown.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    for finding in shown {
        let _ = writeln!(out, "{}\n", frame(finding, view.source, &renderer));
    }
    for (checks, cause) in flip::causes(view.checks) {
        let _ = writeln!(out, "error: {} errored: {}", checks.join(", "), terminal(cause));
    }
    for check in view.checks {
        // A story without a design says nothing of design, and is told nothing of it.
        if let Outcome::Skipped { reason } = &check.outcome
            && reason != NO_DESIGN
        {
            let _ = writeln!(out, "note: {} skipped: {}", check.name, terminal(reason));
        }
    }
    for note in view.notes {
        let _ = writeln!(out, "note: {}", terminal(note));
    }
    flips(view, &mut out);
    let _ = writeln!(out, "Verdict: {}", view.verdict);
    if let Some(gate) = view.gate {
        let _ = writeln!(out, "{}", terminal(gate));
    }
    let _ = writeln!(out, "{}", provenance_line(view.provenance));
    out
}

/// Whether a finding is shown: not exempt, and not an old one under `--scope new`.
pub(super) fn counts(finding: &Finding) -> bool {
    !finding.is_exempt() && finding.new != Some(false)
}

fn flips(view: View<'_>, out: &mut String) {
    let obstacles = flip::obstacles(view.verdict, view.checks, view.judged);
    match (view.verdict, obstacles.len()) {
        (Verdict::Approve, _) => return,
        (Verdict::RequestChanges, 1) => out.push_str("\nTo get APPROVE, resolve this finding:\n"),
        (Verdict::RequestChanges, n) => {
            let _ = writeln!(out, "\nTo get APPROVE, resolve these {n} findings:");
        }
        (Verdict::Blocked, _) => out.push_str("\nTo get a verdict other than BLOCKED, resolve:\n"),
    }
    for obstacle in obstacles {
        let place = obstacle.place.map_or(String::new(), |(file, line)| format!("{}:{line} ", terminal(&file)));
        let _ = writeln!(out, "  - {place}{}: {}", terminal(&obstacle.what), terminal(&obstacle.message));
    }
    out.push('\n');
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical => Level::ERROR.with_name("critical"),
        Severity::Warning => Level::WARNING,
        Severity::Suggestion => Level::NOTE.with_name("suggestion"),
    }
}

/// One finding as rustc would show it.
fn frame<'s>(finding: &Finding, source: &dyn Fn(&str) -> Option<&'s str>, renderer: &Renderer) -> String {
    let title = level(finding.severity).primary_title(terminal(&finding.message)).id(terminal(&finding.rule));
    let window = source(&finding.file).and_then(|text| Window::around(finding, text));
    let mut group = match &window {
        Some(window) => title.element(
            Snippet::source(window.text.as_str())
                .path(terminal(&finding.file))
                .line_start(window.first as usize)
                .annotations(window.marks()),
        ),
        None => Group::with_title(title)
            .element(annotate_snippets::Origin::path(terminal(&finding.file)).line(finding.line.max(1) as usize)),
    };
    group = group.element(Level::NOTE.message(weighing(finding)));
    for step in &finding.evidence {
        if !window.as_ref().is_some_and(|w| step.file == finding.file && w.holds(step.line)) {
            let text = format!("{}:{}: {}", terminal(&step.file), step.line, terminal(&step.note));
            group = group.element(Level::NOTE.with_name("seen").message(text));
        }
    }
    for measured in &finding.measured {
        group = group.element(Level::NOTE.with_name("measured").message(terminal(&percentiles(measured))));
    }
    if !finding.help.is_empty() {
        group = group.element(Level::HELP.message(terminal(&finding.help)));
    }
    renderer.render(&[group])
}

/// The lines that a frame shows, escaped, with what is marked in them as byte ranges.
struct Window {
    first: u32,
    text: String,
    marks: Vec<(AnnotationKind, std::ops::Range<usize>, Option<String>)>,
}

impl Window {
    fn around(finding: &Finding, text: &str) -> Option<Window> {
        let near = |line: u32| line.abs_diff(finding.line) <= FRAME_REACH;
        let steps: Vec<_> = finding.evidence.iter().filter(|s| s.file == finding.file && near(s.line)).collect();
        let first = steps.iter().map(|s| s.line).chain([finding.line]).min()?.max(1);
        let end = finding.end_line.clamp(finding.line, finding.line + FRAME_REACH);
        let last = steps.iter().map(|s| s.line).chain([end]).max()?;
        let mut window = Window { first, text: String::new(), marks: Vec::new() };
        let mut starts = Vec::new();
        for line in text.lines().skip(first as usize - 1).take((last - first + 1) as usize) {
            starts.push(window.text.len());
            let line: String = line.strip_suffix('\r').unwrap_or(line).chars().take(WIDEST_LINE).collect();
            window.text.push_str(&source_line(&line));
            window.text.push('\n');
        }
        let offset = |line: u32, column: u32| column_offset(&window.text, &starts, line.checked_sub(first)?, column);
        let start = offset(finding.line, finding.column)?;
        let stop = offset(end, if end == finding.end_line { finding.end_column } else { u32::MAX })?;
        let primary = start..stop.max(start);
        // A step on the reported line labels the report itself: two marks would cover one another.
        let label = steps.iter().find(|step| step.line == finding.line).map(|step| terminal(&step.note));
        let mut marks = vec![(AnnotationKind::Primary, primary, label)];
        for step in steps.into_iter().filter(|step| step.line != finding.line) {
            if let (Some(from), Some(to)) = (offset(step.line, 0), offset(step.line, u32::MAX)) {
                let range = trimmed(&window.text, from..to);
                let kind = AnnotationKind::Context;
                marks.push((kind, range, Some(terminal(&step.note))));
            }
        }
        window.marks = marks;
        Some(window)
    }

    fn holds(&self, line: u32) -> bool {
        line >= self.first && ((line - self.first) as usize) < self.text.lines().count()
    }

    fn marks(&self) -> Vec<Annotation<'_>> {
        let mark = |(kind, range, label): &(AnnotationKind, std::ops::Range<usize>, Option<String>)| {
            let annotation = kind.span(range.clone());
            match label {
                Some(label) => annotation.label(label.clone()),
                None => annotation,
            }
        };
        self.marks.iter().map(mark).collect()
    }
}

/// Byte offset of a 1-based column (in characters) of the `index`th line, held inside the line.
fn column_offset(text: &str, starts: &[usize], index: u32, column: u32) -> Option<usize> {
    let start = *starts.get(index as usize)?;
    let line = text[start..].lines().next().unwrap_or("");
    let skip = column.saturating_sub(1) as usize;
    Some(start + line.char_indices().nth(skip).map_or(line.len(), |(at, _)| at))
}

fn trimmed(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let line = &text[range.clone()];
    let lead = line.len() - line.trim_start().len();
    range.start + lead..(range.start + line.trim_end().len()).max(range.start + lead)
}

/// Why the finding weighs what it weighs.
pub(super) fn weighing(finding: &Finding) -> String {
    let mut parts = vec![finding.category.name().to_owned(), format!("confidence {}", finding.confidence.name())];
    parts.push(if finding.hot_path { "hot path" } else { "not on a hot path" }.to_owned());
    match (finding.category, finding.bounded) {
        (_, Some(true)) => parts.push("bounded".to_owned()),
        (Category::NPlusOne | Category::Memory, Some(false) | None) | (_, Some(false)) => {
            parts.push("not provably bounded".to_owned());
        }
        _ => {}
    }
    match finding.has_index {
        Some(true) => parts.push("an index serves it".to_owned()),
        Some(false) => parts.push("no index serves it".to_owned()),
        None => {}
    }
    if finding.recursive == Some(true) {
        parts.push("single-call recursion".to_owned());
    }
    let weight = if finding.blocking { ", which blocks" } else { "" };
    format!("{} → {}{weight}", parts.join(", "), finding.severity.name())
}

/// Percentiles of one measurement, those that there are.
pub(super) fn percentiles(measured: &Measured) -> String {
    let numbers: Vec<String> = [("P50", measured.p50), ("P95", measured.p95), ("P99", measured.p99)]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {} {}", value?, measured.unit)))
        .collect();
    format!("{}: {} ({})", measured.name, numbers.join(", "), measured.source)
}

/// The proof of work as one line.
pub fn provenance_line(p: &Provenance) -> String {
    let total: usize = p.files_skipped.values().sum();
    let reasons: Vec<String> = p.files_skipped.iter().map(|(reason, n)| format!("{n} {}", terminal(reason))).collect();
    let skipped = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    format!(
        "perf-gate {}, rules {}, config {}; base {} ({}), head {}; {} files examined, {total} skipped{skipped}; \
         {} rules run; findings: {} reported, {} suppressed, {} baselined, {} waived",
        p.tool,
        p.rules_version,
        p.config_hash,
        terminal(&short(&p.base)),
        terminal(&p.base_how),
        terminal(&short(&p.head)),
        p.files_examined,
        p.rules_run,
        p.reported,
        p.suppressed,
        p.baselined,
        p.waived,
    )
}

/// A commit id as people quote it; anything else as it is.
pub(super) fn short(id: &str) -> String {
    let hex = id.strip_suffix('+').unwrap_or(id);
    if hex.len() >= 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        format!("{}{}", &hex[..12], &id[hex.len()..])
    } else {
        id.to_owned()
    }
}

/// A unified diff for the terminal: each line neutralised by itself.
pub fn diff(diff: &str) -> String {
    if diff.is_empty() {
        return "Nothing would change: report and row say this already.\n".to_owned();
    }
    diff.lines().map(|line| source_line(line) + "\n").collect()
}

/// Which files were written, or would be; and where the report stands that already says this.
pub fn written(paths: &[&str], report: &str, dry_run: bool) -> String {
    let verb = if dry_run { "would write" } else { "wrote" };
    let mut out = String::new();
    for path in paths {
        let _ = writeln!(out, "{verb} {}", terminal(path));
    }
    if !paths.contains(&report) && !dry_run {
        let _ = writeln!(out, "unchanged {}", terminal(report));
    }
    out
}
