//! JUnit XML: a suite a check.
//!
//! A *failure* is a finding that blocks, for that alone turns the verdict; any other finding is a case that passed and says
//! itself in its output. An *error* is a check that could not run. *Skipped* are checks that do not apply, and findings that
//! are exempt or old.

use std::fmt::Write as _;
use std::time::Duration;

use crate::model::check::{Check, Outcome};
use crate::model::finding::Finding;

use super::escape::terminal;
use super::text::weighing;
use super::whole::{Section, Whole, exemptions};

/// One suite: its cases and how many there are of each kind.
#[derive(Default)]
struct Suite {
    name: String,
    time: Duration,
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Renders the document.
pub fn render(whole: &Whole<'_>) -> String {
    let several = whole.sections.len() > 1;
    let mut suites: Vec<Suite> = whole.sections.iter().flat_map(|section| suites(section, several)).collect();
    if let Some(why) = whole.failure {
        let mut suite = Suite { name: "perf-gate".to_owned(), ..Suite::default() };
        suite.case("perf-gate", "run", None, &element("error", "stopped", why));
        suite.errors += 1;
        suites.push(suite);
    }
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let time: Duration = suites.iter().map(|suite| suite.time).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"perf-gate\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
        sum(|s| s.tests),
        sum(|s| s.failures),
        sum(|s| s.errors),
        sum(|s| s.skipped),
        time.as_secs_f64(),
    );
    for suite in &suites {
        suite.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suites(section: &Section<'_>, several: bool) -> Vec<Suite> {
    let prefix = section.story.filter(|_| several).map_or(String::new(), |key| format!("{key}/"));
    let mut all: Vec<Suite> = section.checks.iter().map(|check| suite(check, section, &prefix)).collect();
    let judged = section.judges_own();
    if !judged.is_empty() {
        let mut suite = Suite { name: format!("{prefix}judge"), ..Suite::default() };
        for finding in &judged {
            suite.finding(finding);
        }
        all.push(suite);
    }
    all
}

fn suite(check: &Check, section: &Section<'_>, prefix: &str) -> Suite {
    let wall = section.wall.iter().find(|(name, _)| name == check.name);
    let name = format!("{prefix}{}", check.name);
    let mut suite = Suite { name, time: wall.map_or(Duration::ZERO, |(_, wall)| *wall), ..Suite::default() };
    match &check.outcome {
        Outcome::Passed => suite.case(check.name, "nothing found", None, ""),
        Outcome::Skipped { reason } => {
            suite.case(check.name, "not applicable", None, &skip(reason));
            suite.skipped += 1;
        }
        Outcome::Errored { cause, .. } => {
            suite.case(check.name, "could not run", None, &element("error", "errored", cause));
            suite.errors += 1;
        }
        Outcome::Failed(_) => {}
    }
    let mut findings: Vec<&Finding> = check.findings().iter().collect();
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    for finding in findings {
        suite.finding(finding);
    }
    suite
}

impl Suite {
    fn case(&mut self, class: &str, name: &str, file: Option<(&str, u32)>, inside: &str) {
        let place = file.map_or(String::new(), |(file, line)| format!(" file=\"{}\" line=\"{line}\"", attribute(file)));
        let _ = writeln!(
            self.cases,
            "    <testcase classname=\"{}\" name=\"{}\"{place}>{inside}</testcase>",
            attribute(class),
            attribute(name)
        );
        self.tests += 1;
    }

    fn finding(&mut self, finding: &Finding) {
        let exempt: Vec<String> =
            exemptions(finding).into_iter().map(|(kind, reason)| format!("{kind}: {reason}")).collect();
        let inside = if !exempt.is_empty() {
            self.skipped += 1;
            skip(&exempt.join("; "))
        } else if finding.new == Some(false) {
            self.skipped += 1;
            skip("the base has it too")
        } else if finding.blocking {
            self.failures += 1;
            format!(
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                attribute(&finding.rule),
                attribute(&finding.message),
                text(&told(finding))
            )
        } else {
            format!("<system-out>{}</system-out>", text(&told(finding)))
        };
        let name = format!("{}:{}: {}", finding.file, finding.line, finding.message);
        self.case(&finding.rule, &name, Some((&finding.file, finding.line)), &inside);
    }

    fn write(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
            attribute(&self.name),
            self.tests,
            self.failures,
            self.errors,
            self.skipped,
            self.time.as_secs_f64(),
        );
        out.push_str(&self.cases);
        out.push_str("  </testsuite>\n");
    }
}

/// All that a reader of a log needs, a line each.
fn told(finding: &Finding) -> String {
    let mut lines =
        vec![format!("{}:{}:{}: {}", finding.file, finding.line, finding.column, finding.message), weighing(finding)];
    lines.extend(finding.evidence.iter().map(|step| format!("seen: {}:{}: {}", step.file, step.line, step.note)));
    if !finding.help.is_empty() {
        lines.push(format!("help: {}", finding.help));
    }
    let lines: Vec<String> = lines.iter().map(|line| terminal(line)).collect();
    format!("\n{}\n", lines.join("\n"))
}

fn skip(reason: &str) -> String {
    format!("<skipped message=\"{}\"/>", attribute(reason))
}

fn element(name: &str, kind: &str, why: &str) -> String {
    format!("<{name} type=\"{kind}\" message=\"{0}\">{0}</{name}>", attribute(why))
}

/// Text of one line, for attributes: line breaks would become blanks, so they are shown.
fn attribute(value: &str) -> String {
    text(&terminal(value))
}

/// Character data. What XML 1.0 has no place for at all is shown as U+FFFD; `>` is escaped too, so no `]]>` comes about.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_xml_cannot_hold_gets_through() {
        assert_eq!(text("a<b>&\"'\u{0}\u{8}\u{ffff}]]>"), "a&lt;b&gt;&amp;&quot;&apos;\u{fffd}\u{fffd}\u{fffd}]]&gt;");
        assert_eq!(attribute("a\nb\u{1b}"), "a\u{240a}b\u{241b}");
    }
}
