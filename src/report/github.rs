//! Annotations of GitHub Actions: workflow commands on standard output, `::error file=…::message`. What a file is called or
//! holds must not become a command.

use std::fmt::Write as _;

use crate::model::finding::Finding;
use crate::model::severity::Severity;

use super::escape::terminal;
use super::whole::Whole;

/// GitHub shows so many of each kind for a step.
const MOST: usize = 10;

/// Annotations for the worst findings, ten of each kind, and a line that says how many more there are.
pub fn annotations(whole: &Whole<'_>) -> String {
    let mut kinds: [(&str, Vec<String>); 3] = [("error", Vec::new()), ("warning", Vec::new()), ("notice", Vec::new())];
    if let Some(why) = whole.failure {
        kinds[0].1.push(format!("::error title=perf-gate::{}", data(&one_line(why))));
    }
    for (checks, cause) in whole.causes() {
        let title = property(&format!("perf-gate: {} errored", checks.join(", ")));
        kinds[0].1.push(format!("::error title={title}::{}", data(&one_line(cause))));
    }
    for finding in whole.worst_first() {
        let kind = match finding.severity {
            Severity::Critical => 0,
            Severity::Warning => 1,
            Severity::Suggestion => 2,
        };
        kinds[kind].1.push(annotation(kinds[kind].0, &finding));
    }
    let mut out = String::new();
    let mut more = 0;
    for (_, lines) in &kinds {
        more += lines.len().saturating_sub(MOST);
        for line in lines.iter().take(MOST) {
            let _ = writeln!(out, "{line}");
        }
    }
    if more > 0 {
        let _ = writeln!(out, "perf-gate: {more} more stand in the report");
    }
    out
}

fn annotation(kind: &str, finding: &Finding) -> String {
    let help = if finding.help.is_empty() { String::new() } else { format!("\n{}", one_line(&finding.help)) };
    let mut place = format!("file={},line={}", property(&name(&finding.file)), finding.line);
    if finding.end_line >= finding.line {
        let _ = write!(place, ",endLine={}", finding.end_line);
    }
    // GitHub takes columns only where the finding stands on one line.
    if finding.line == finding.end_line && finding.column > 0 {
        let _ = write!(place, ",col={},endColumn={}", finding.column, finding.end_column);
    }
    let title = property(&finding.rule);
    format!("::{kind} {place},title={title}::{}", data(&format!("{}{help}", one_line(&finding.message))))
}

fn one_line(text: &str) -> String {
    terminal(text)
}

/// A file's name. Line breaks have a way of their own to be written, so that GitHub finds the file; whatever else would act
/// on the reader of the log is made visible.
fn name(file: &str) -> String {
    let lines = file.split('\n').map(|line| line.split('\r').map(terminal).collect::<Vec<_>>().join("\r"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at `,` and `:`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::category::Category;
    use crate::model::check::{Check, Outcome, Scope};
    use crate::model::provenance::Provenance;
    use crate::model::severity::Confidence;
    use crate::model::verdict::Verdict;
    use crate::report::whole::Section;

    fn finding(severity: Severity, file: &str, line: u32, message: &str) -> Finding {
        Finding {
            rule: "n-plus-one/query-in-loop".into(),
            category: Category::NPlusOne,
            severity,
            confidence: Confidence::High,
            blocking: severity == Severity::Critical,
            file: file.into(),
            line,
            column: 3,
            end_line: line,
            end_column: 9,
            message: message.into(),
            help: String::new(),
            hot_path: true,
            bounded: None,
            has_index: None,
            recursive: None,
            evidence: Vec::new(),
            measured: Vec::new(),
            fingerprint: format!("{file}{line}"),
            new: None,
            suppressed: None,
            baselined: None,
            waived: None,
        }
    }

    fn annotations(checks: &[Check]) -> String {
        let (provenance, texts) = (Provenance::default(), std::collections::BTreeMap::new());
        let verdict = Verdict::RequestChanges;
        let section = Section {
            story: None,
            verdict,
            checks,
            judged: None,
            provenance: &provenance,
            wall: &[],
            gate: None,
            notes: &[],
            texts: &texts,
        };
        super::annotations(&Whole { verdict, sections: vec![section], notes: &[], failure: None, rules: &[] })
    }

    fn check(findings: Vec<Finding>) -> Check {
        Check { name: "n-plus-one", scope: Scope::File, outcome: Outcome::of(findings) }
    }

    #[test]
    fn the_worst_come_first_and_each_stands_where_it_was_found() {
        let checks = [check(vec![
            finding(Severity::Warning, "b.rs", 2, "slow"),
            finding(Severity::Critical, "a.rs", 7, "worse"),
        ])];
        assert_eq!(
            annotations(&checks),
            "::error file=a.rs,line=7,endLine=7,col=3,endColumn=9,title=n-plus-one/query-in-loop::worse\n\
             ::warning file=b.rs,line=2,endLine=2,col=3,endColumn=9,title=n-plus-one/query-in-loop::slow\n"
        );
    }

    #[test]
    fn names_and_messages_cannot_become_commands() {
        let checks = [check(vec![finding(Severity::Critical, "a,line=1::x\n::set-output", 1, "100%\r\n::error::no")])];
        let text = annotations(&checks);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("::error file=a%2Cline=1%3A%3Ax%0A%3A%3Aset-output,line=1,"), "{text}");
        assert!(text.ends_with("::100%25\u{240d}\u{240a}::error::no\n"), "{text}");
    }

    #[test]
    fn past_ten_of_a_kind_the_rest_is_counted() {
        let many = (1..=25).map(|line| finding(Severity::Warning, "a.rs", line, "slow")).collect();
        let text = annotations(&[check(many)]);
        assert_eq!(text.lines().filter(|line| line.starts_with("::warning ")).count(), 10);
        assert!(text.ends_with("perf-gate: 15 more stand in the report\n"));
    }

    #[test]
    fn a_check_that_could_not_run_is_an_error() {
        let outcome = Outcome::Errored { cause: "a.rs line 3 does not parse".into(), partial: Vec::new() };
        let text = annotations(&[Check { name: "memory", scope: Scope::File, outcome }]);
        assert_eq!(text, "::error title=perf-gate%3A memory errored::a.rs line 3 does not parse\n");
    }
}
