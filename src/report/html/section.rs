//! One story, or the storyless check: what would flip its verdict, its findings, what does not count, its checks.

use std::borrow::Cow;

use crate::model::check::{Check, Outcome};
use crate::model::finding::Finding;
use crate::model::flip;
use crate::model::severity::Severity;
use crate::model::verdict::Verdict;
use crate::report::text::counts;
use crate::report::whole::{Section, Whole};

use super::escape::Html;
use super::{chart, finding};

/// Numbers of anchors, one for each finding on the page.
#[derive(Default)]
pub(super) struct Numbers(usize);

/// A finding and its anchor.
type Numbered<'a> = (usize, Cow<'a, Finding>);

/// Renders the section.
pub(super) fn render(whole: &Whole<'_>, section: &Section<'_>, numbers: &mut Numbers, out: &mut Html) {
    let mut findings = section.findings();
    findings.sort_by(|a, b| (a.severity, a.sort_key()).cmp(&(b.severity, b.sort_key())));
    let mut next = || {
        numbers.0 += 1;
        numbers.0
    };
    let all: Vec<Numbered<'_>> = findings.into_iter().map(|finding| (next(), finding)).collect();
    let (counting, folded): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, finding)| counts(finding));
    out.raw("<section><h2>");
    match section.story {
        Some(key) => out.raw("Story ").text(key),
        None => out.raw("What was found"),
    };
    if whole.sections.len() > 1 {
        out.raw(" <code>").text(section.verdict.name()).raw("</code>");
    }
    out.raw("</h2>");
    if let Some(gate) = section.gate {
        out.raw("<p class=\"gate\">").text(gate).raw("</p>");
    }
    flips(section, &counting, out);
    for severity in Severity::ALL {
        tier(whole, section, severity, &counting, out);
    }
    if counting.is_empty() {
        out.raw(match section.verdict {
            Verdict::Blocked => "<p class=\"nothing\">What could run found nothing that counts.</p>",
            Verdict::Approve | Verdict::RequestChanges => "<p class=\"nothing\">No finding counts here.</p>",
        });
    }
    if !folded.is_empty() {
        out.raw("<details class=\"folded\"><summary>").text(&plural(folded.len(), "finding"));
        out.raw(" that do not count: suppressed, baselined, waived or old</summary>");
        for (id, one) in &folded {
            finding::render(whole, section, one, *id, out);
        }
        out.raw("</details>");
    }
    checks(section, out);
    out.raw("</section>");
}

/// What has to go for another verdict, each with its way to the finding.
fn flips(section: &Section<'_>, counting: &[Numbered<'_>], out: &mut Html) {
    let obstacles = flip::obstacles(section.verdict, section.checks, section.judged);
    match section.verdict {
        Verdict::Approve => return,
        Verdict::RequestChanges => out.raw("<div class=\"flip\"><h3>To get <code>APPROVE</code>, resolve</h3><ul>"),
        Verdict::Blocked => out.raw("<div class=\"flip\"><h3>To get a verdict, resolve</h3><ul>"),
    };
    for obstacle in obstacles {
        out.raw("<li>").message(&obstacle.message);
        if let Some((file, line)) = &obstacle.place {
            let target = counting.iter().find(|(_, f)| f.file == *file && f.line == *line && f.blocking);
            if let Some((id, _)) = target {
                out.raw(" <a href=\"#f").show(id).raw("\"><code class=\"place\">").text(file).raw(":").show(line);
                out.raw("</code></a>");
            } else {
                out.raw(" <code class=\"place\">").text(file).raw(":").show(line).raw("</code>");
            }
        } else {
            out.raw(" <span class=\"quiet\">stops ").text(&obstacle.what).raw("</span>");
        }
        out.raw("</li>");
    }
    out.raw("</ul></div>");
}

fn tier(whole: &Whole<'_>, section: &Section<'_>, severity: Severity, counting: &[Numbered<'_>], out: &mut Html) {
    let of_tier: Vec<_> = counting.iter().filter(|(_, finding)| finding.severity == severity).collect();
    if of_tier.is_empty() {
        return;
    }
    out.raw("<div class=\"tier ").raw(finding::class(severity)).raw("\"><h3>").text(severity.name());
    out.raw(" <span class=\"count\">").show(of_tier.len()).raw("</span></h3>");
    for (id, one) in of_tier {
        finding::render(whole, section, one, *id, out);
    }
    out.raw("</div>");
}

fn checks(section: &Section<'_>, out: &mut Html) {
    out.raw("<div class=\"checks\"><div class=\"scroll\" tabindex=\"0\"><table><caption>Checks</caption><thead><tr>");
    out.raw(
        "<th scope=\"col\">Check</th><th scope=\"col\">Status</th><th scope=\"col\" class=\"number\">Findings</th>",
    );
    out.raw("</tr></thead><tbody>");
    for check in section.checks {
        row(check, out);
    }
    out.raw("</tbody></table></div><figure><figcaption>Wall clock, ms</figcaption>");
    chart::render(section.wall, out);
    out.raw("</figure></div>");
}

fn row(check: &Check, out: &mut Html) {
    out.raw("<tr><th scope=\"row\">").text(check.name).raw("</th><td><span class=\"status ");
    out.raw(match check.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped { .. } => "skipped",
        Outcome::Errored { .. } => "errored",
    });
    out.raw("\">").text(check.outcome.status()).raw("</span>");
    if let Outcome::Skipped { reason: why } | Outcome::Errored { cause: why, .. } = &check.outcome {
        out.raw(" <span class=\"quiet\">").message(why).raw("</span>");
    }
    out.raw("</td><td class=\"number\">").show(check.findings().len()).raw("</td></tr>");
}

/// A count with its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
