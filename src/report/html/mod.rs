//! The page that a reviewer reads: one file that needs nothing else, neither network nor script.
//!
//! Style and script are allowed by their hash alone, so that nothing else on the page could run even if it got there.

mod chart;
mod docs;
mod escape;
mod finding;
mod frame;
mod section;

use sha2::{Digest as _, Sha256};

use crate::model::severity::Severity;
use crate::model::verdict::Verdict;

use super::whole::Whole;
use escape::Html;
use section::{Numbers, plural};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Renders the page.
pub fn render(whole: &Whole<'_>) -> String {
    let mut out = Html::new();
    head(whole, &mut out);
    out.raw("<body><a class=\"skip\" href=\"#found\">To the findings</a>");
    headline(whole, &mut out);
    out.raw("<main id=\"found\">");
    notes(whole, &mut out);
    filter(whole, &mut out);
    let mut numbers = Numbers::default();
    for part in &whole.sections {
        section::render(whole, part, &mut numbers, &mut out);
    }
    rules(whole, &mut out);
    out.raw("</main><footer>");
    for part in &whole.sections {
        out.raw("<p>").text(&super::text::provenance_line(part.provenance)).raw("</p>");
    }
    out.raw("</footer><script>").raw(SCRIPT).raw("</script></body></html>\n");
    out.finish()
}

fn head(whole: &Whole<'_>, out: &mut Html) {
    out.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    out.text(&hash(STYLE)).raw("'; script-src 'sha256-").text(&hash(SCRIPT));
    out.raw("'; base-uri 'none'; form-action 'none'\">");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    out.raw("<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"color-scheme\" content=\"light dark\">");
    out.raw("<title>").text(whole.verdict.name()).raw(" – ").text(&subject(whole)).raw("</title><style>");
    out.raw(STYLE).raw("</style></head>\n");
}

/// What was looked at.
fn subject(whole: &Whole<'_>) -> String {
    let keys: Vec<&str> = whole.sections.iter().filter_map(|part| part.story).collect();
    match keys.as_slice() {
        [] => "Performance check".to_owned(),
        [key] => format!("Performance review of {key}"),
        keys => format!("Performance review of {}", keys.join(", ")),
    }
}

fn headline(whole: &Whole<'_>, out: &mut Html) {
    let (class, words) = match whole.verdict {
        Verdict::Approve => ("<header class=\"approve\">", "Approved"),
        Verdict::RequestChanges => ("<header class=\"changes\">", "Changes requested"),
        Verdict::Blocked => ("<header class=\"blocked\">", "Blocked"),
    };
    out.raw(class).raw("<div class=\"inner\"><p class=\"subject\">").text(&subject(whole)).raw("</p><h1>").raw(words);
    out.raw(" <code>").text(whole.verdict.name()).raw("</code></h1><p class=\"because\">").text(&because(whole));
    out.raw("</p><dl class=\"counts\">");
    let worst = whole.worst_first();
    for severity in Severity::ALL {
        let count = worst.iter().filter(|finding| finding.severity == severity).count();
        out.raw("<div class=\"").raw(finding::class(severity)).raw(if count == 0 { " none\"><dt>" } else { "\"><dt>" });
        out.text(severity.name()).raw("</dt><dd>").show(count).raw("</dd></div>");
    }
    out.raw("</dl></div></header>");
}

/// The verdict in a sentence.
fn because(whole: &Whole<'_>) -> String {
    let stopped = whole.causes().into_iter().flat_map(|(checks, _)| checks).count();
    match whole.verdict {
        Verdict::Approve if whole.sections.is_empty() => "There was nothing to gate.".to_owned(),
        Verdict::Approve => "Nothing that was found blocks this change.".to_owned(),
        Verdict::RequestChanges => {
            let blocking = whole.worst_first().iter().filter(|finding| finding.blocking).count();
            match blocking {
                0 => "Something stands against this change.".to_owned(),
                1 => "One finding stands against this change.".to_owned(),
                n => format!("{n} findings stand against this change."),
            }
        }
        Verdict::Blocked => match stopped {
            0 => "The run ended without a result.".to_owned(),
            1 => "One check could not run, so the evidence is incomplete.".to_owned(),
            n => format!("{n} checks could not run, so the evidence is incomplete."),
        },
    }
}

fn notes(whole: &Whole<'_>, out: &mut Html) {
    if let Some(why) = whole.failure {
        out.raw("<div class=\"flip\"><h2>What stopped the run</h2><p>").message(why).raw("</p></div>");
    }
    let notes = whole.all_notes();
    if notes.is_empty() {
        return;
    }
    out.raw("<ul class=\"notes\">");
    for note in notes {
        out.raw("<li>").message(note).raw("</li>");
    }
    out.raw("</ul>");
}

/// The filter is shown by the script that makes it work.
fn filter(whole: &Whole<'_>, out: &mut Html) {
    let count = whole.worst_first().len();
    if count < 2 {
        return;
    }
    out.raw("<form id=\"filter\" role=\"search\" hidden><label for=\"words\">Filter</label>");
    out.raw("<input id=\"words\" type=\"search\" autocomplete=\"off\" placeholder=\"file, rule or word\">");
    out.raw("<output id=\"shown\" for=\"words\">").text(&plural(count, "finding")).raw("</output></form>");
}

fn rules(whole: &Whole<'_>, out: &mut Html) {
    let findings = whole.findings();
    let fired = whole.rules.iter().filter(|rule| findings.iter().any(|finding| finding.rule == rule.id));
    let fired: Vec<_> = fired.collect();
    if fired.is_empty() {
        return;
    }
    out.raw("<section class=\"rules\"><h2>The rules behind it</h2>");
    for rule in fired {
        docs::rule(rule, out);
    }
    out.raw("</section>");
}

/// The hash by which a Content-Security-Policy names a style or a script.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in Sha256::digest(text).chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_browsers_read_it() {
        // The value of `sha256sum` over nothing, in base 64.
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn style_and_script_cannot_end_their_element() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"), "the page asks for nothing else");
    }
}
