//! One finding on the page: what is wrong, where, the code, how it comes about, and what to do instead.

use crate::model::finding::{Evidence, Finding};
use crate::model::severity::Severity;
use crate::report::text::{percentiles, weighing};
use crate::report::whole::{Section, Whole, exemptions};

use super::docs::anchor;
use super::escape::Html;
use super::frame::{Frame, single_line};

/// A finding under its anchor.
pub(super) fn render(whole: &Whole<'_>, section: &Section<'_>, finding: &Finding, id: usize, out: &mut Html) {
    out.raw("<article class=\"finding ").raw(class(finding.severity)).raw("\" id=\"f").show(id).raw("\">");
    out.raw("<h4>").message(&finding.message).raw("</h4>");
    out.raw("<p class=\"where\"><code class=\"place\">").text(&finding.file).raw(":").show(finding.line);
    out.raw("</code> ");
    if whole.rule(&finding.rule).is_some() {
        out.raw("<a class=\"rule-id\" href=\"#rule-").text(&anchor(&finding.rule)).raw("\">").text(&finding.rule);
        out.raw("</a>");
    } else {
        out.raw("<span class=\"rule-id\">").text(&finding.rule).raw("</span>");
    }
    if finding.blocking {
        out.raw(" <strong class=\"chip blocks\">blocks</strong>");
    }
    if finding.new == Some(true) {
        out.raw(" <span class=\"chip\">new</span>");
    }
    out.raw("</p>");
    exempt(finding, out);
    let text = |file: &str| section.texts.get(file).map(AsRef::as_ref);
    let frame = text(&finding.file).and_then(|text| Frame::around(finding, text));
    if let Some(frame) = &frame {
        frame.render(out);
    }
    chain(finding, frame.as_ref(), &text, out);
    for measured in &finding.measured {
        out.raw("<p class=\"measured\"><span class=\"label\">Measured</span> ")
            .text(&percentiles(measured))
            .raw("</p>");
    }
    if !finding.help.is_empty() {
        out.raw("<p class=\"help\"><span class=\"label\">Instead</span> ").message(&finding.help).raw("</p>");
    }
    out.raw("<p class=\"weighing\">").text(&weighing(finding)).raw("</p></article>");
}

fn exempt(finding: &Finding, out: &mut Html) {
    for (kind, reason) in exemptions(finding) {
        out.raw("<p class=\"exempt\"><span class=\"chip\">").text(kind).raw("</span> ").message(&reason).raw("</p>");
    }
    if finding.new == Some(false) {
        out.raw("<p class=\"exempt\"><span class=\"chip\">old</span> the base has it too</p>");
    }
}

/// How it comes about, step by step. Where all of it stands in the frame already, nothing is said twice.
fn chain<'a>(finding: &Finding, frame: Option<&Frame<'_>>, text: &dyn Fn(&str) -> Option<&'a str>, out: &mut Html) {
    let seen = |step: &Evidence| frame.is_some_and(|frame| frame.holds(step));
    if finding.evidence.iter().all(seen) {
        return;
    }
    out.raw("<div class=\"chain\"><p class=\"label\">How it comes about</p><ol>");
    for step in &finding.evidence {
        out.raw("<li><span class=\"kind\">").text(&step.kind).raw("</span> <span>").message(&step.note);
        out.raw("</span> <code class=\"place\">").text(&step.file).raw(":").show(step.line).raw("</code>");
        if let Some(line) = text(&step.file).filter(|_| !seen(step)).and_then(|text| single_line(text, step.line)) {
            out.raw("<code class=\"one\">").code(&line).raw("</code>");
        }
        out.raw("</li>");
    }
    out.raw("</ol></div>");
}

/// The class that colours a severity.
pub(super) const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Suggestion => "suggestion",
    }
}
