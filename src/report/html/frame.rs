//! The code around a finding: its lines with numbers, the reported part marked, and what was seen on other lines noted there.

use crate::model::finding::{Evidence, Finding};

use super::escape::Html;

/// Evidence further away than this many lines stands in the chain with a line of its own.
const REACH: u32 = 12;

/// Lines of context above and below.
const CONTEXT: u32 = 2;

/// Longest source line that is shown, in characters.
const WIDEST: usize = 400;

/// The lines that a frame shows.
pub(super) struct Frame<'a> {
    finding: &'a Finding,
    first: u32,
    lines: Vec<String>,
    notes: Vec<&'a Evidence>,
}

impl<'a> Frame<'a> {
    /// The lines around a finding; none where the text does not reach so far.
    pub(super) fn around(finding: &'a Finding, text: &str) -> Option<Frame<'a>> {
        let near = |step: &&Evidence| step.file == finding.file && step.line.abs_diff(finding.line) <= REACH;
        let notes: Vec<&Evidence> = finding.evidence.iter().filter(near).collect();
        let end = finding.end_line.clamp(finding.line, finding.line + REACH);
        let top = notes.iter().map(|step| step.line).chain([finding.line]).min()?;
        let bottom = notes.iter().map(|step| step.line).chain([end]).max()?;
        let first = top.saturating_sub(CONTEXT).max(1);
        let count = (bottom + CONTEXT).saturating_sub(first) as usize + 1;
        let cut = |line: &str| line.trim_end_matches('\r').chars().take(WIDEST).collect::<String>();
        let lines: Vec<String> = text.lines().skip(first as usize - 1).take(count).map(cut).collect();
        (finding.line >= first && ((finding.line - first) as usize) < lines.len()).then_some(Frame {
            finding,
            first,
            lines,
            notes,
        })
    }

    /// Whether a step is noted in here.
    pub(super) fn holds(&self, step: &Evidence) -> bool {
        self.notes.contains(&step)
    }

    /// The markup.
    pub(super) fn render(&self, out: &mut Html) {
        let indent = self.lines.iter().filter(|line| !line.trim().is_empty());
        let indent = indent.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
        out.raw("<pre class=\"frame\" tabindex=\"0\"><code>");
        for (at, line) in self.lines.iter().enumerate() {
            let number = self.first + at as u32;
            let hit = number >= self.finding.line && number <= self.finding.end_line;
            out.raw(if hit { "<span class=\"line hit\">" } else { "<span class=\"line\">" });
            out.raw("<span class=\"no\">").show(number).raw("</span>");
            self.marked(number, line, indent.min(line.len()), out);
            out.raw("\n</span>");
            for note in self.notes.iter().filter(|note| note.line == number) {
                let lead = line.len() - line.trim_start_matches(' ').len();
                out.raw("<span class=\"line said\"><span class=\"no\"></span>");
                out.text(&" ".repeat(lead.saturating_sub(indent))).raw("<span class=\"note\">↑ ");
                out.message(&note.note).raw("</span>\n</span>");
            }
        }
        out.raw("</code></pre>");
    }

    /// One line, without the indent that all share, and with the reported part marked.
    fn marked(&self, number: u32, line: &str, indent: usize, out: &mut Html) {
        let finding = self.finding;
        let offset = |column: u32| {
            let at = line.char_indices().nth(column.saturating_sub(1) as usize);
            at.map_or(line.len(), |(at, _)| at)
        };
        let lead = line.len() - line.trim_start().len();
        let from = if number == finding.line { offset(finding.column) } else { lead };
        let to = if number == finding.end_line { offset(finding.end_column) } else { line.len() };
        let (from, to) = (from.max(indent), to.max(indent));
        if number < finding.line || number > finding.end_line || from >= to {
            out.code(line.get(indent..).unwrap_or(line));
            return;
        }
        out.code(&line[indent..from]).raw("<mark>").code(&line[from..to]).raw("</mark>").code(&line[to..]);
    }
}

/// One line of another place, without its indent; none where the text is not at hand.
pub(super) fn single_line(text: &str, line: u32) -> Option<String> {
    let line = text.lines().nth((line as usize).checked_sub(1)?)?.trim();
    (!line.is_empty()).then(|| line.chars().take(WIDEST).collect())
}
